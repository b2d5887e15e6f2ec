import { searchText } from '@mitoyen/db';
import type { Instant } from '@mitoyen/domain';
import type { Maker } from './maker.ts';
import type { SeededRandom } from './random.ts';

const DAY_MS = 86_400_000;

/** Common given names and family names, combined by chance: the people of the demo are nobody. */
const GIVEN_NAMES =
  'Adèle Adrien Agathe Alban Alice Amandine Amir Anaïs Antoine Arthur Aurélie Axel Baptiste Benoît Bérénice Camille Capucine Céline ' +
  'Charles Chloé Claire Clément Colette Constance Damien Denis Diane Édouard Élise Élodie Émile Emma Éric Estelle Étienne Eva Fabien ' +
  'Fanny Fatou Florent Florian Gabriel Gaëlle Gilles Guillaume Hanna Hugo Inès Isaure Ismaël Jade Jeanne Joël Jules Julie Justine Karim ' +
  'Laure Laurent Leïla Léo Lina Loïc Louise Lucas Lucie Madeleine Maël Malik Manon Margaux Marius Mathilde Maxime Mélanie Mickaël Mila ' +
  'Mireille Nadia Nathan Nicolas Nina Noé Nora Océane Olivier Pascale Patrice Paul Pauline Quentin Rachid Raphaël Rémi Romane Rosalie ' +
  'Sabine Samir Sandrine Sarah Sébastien Simon Solène Sonia Sylvain Thaïs Théo Thibault Thomas Valentin Valérie Victor Violette Yasmine ' +
  'Yves Zoé';
const FAMILY_NAMES =
  'Arnaud Aubert Audibert Barbier Bellon Benali Bérenger Blanc Bonnet Bouvier Brun Caillol Chabaud Chauvin Clément Coste Dalmas David ' +
  'Delorme Diallo Dumas Esposito Estienne Fabre Faure Fernandez Ferrand Gaillard Garcin Gastaud Gauthier Gilly Girard Giraud Gras Guérin ' +
  'Honnorat Imbert Isnard Jauffret Jaubert Joly Jourdan Julien Lambert Latil Laugier Leblanc Lombard Maurel Mercier Meunier Michel Moreau ' +
  'Nguyen Nicolas Olivieri Pascal Pellegrin Perrin Peyron Pons Raynaud Reynier Richaud Rolland Rossi Roux Sabatier Sauvan Serre Signoret ' +
  'Simian Tardieu Teissier Trabelsi Turrel Vial Vidal Vincent';

export interface SeedMember {
  readonly id: string;
  readonly displayName: string;
  readonly audience: string;
  /** Slug of the place where this person mostly goes; null: wherever. */
  readonly homeSlug: string | null;
  readonly departement: string | null;
  readonly createdAt: Instant;
  readonly email: string | null;
}

const MEMBER_COUNT = 400;

/** Of a hundred members. */
const AUDIENCE_SHARES: readonly (readonly [audience: string, share: number])[] = [
  ['professional', 52],
  ['youth', 15],
  ['general', 19],
  ['social', 8],
  ['training', 6],
];

export interface Home {
  readonly slug: string;
  readonly departement: string;
  /** How many more people than elsewhere call this place theirs. */
  readonly weight: number;
}

/** Members of the demo, each at home in one of the places. One in eight has signed up; staff registered the others. */
export function inventMembers(maker: Maker, random: SeededRandom, homes: readonly Home[]): SeedMember[] {
  const given = GIVEN_NAMES.split(' ');
  const family = FAMILY_NAMES.split(' ');
  const audiences = AUDIENCE_SHARES.flatMap(([audience, share]) => Array<string>(share).fill(audience));
  const weighted = homes.flatMap((home) => Array<Home>(home.weight).fill(home));
  const names = new Set<string>();
  const members: SeedMember[] = [];
  while (members.length < MEMBER_COUNT) {
    const displayName = `${random.pick(given)} ${random.pick(family)}`;
    // Also keeps the addresses apart.
    if (names.has(searchText(displayName))) continue;
    names.add(searchText(displayName));
    const home = random.pick(weighted);
    const createdAt = maker.now - random.between(190, 380) * DAY_MS - random.between(0, DAY_MS / 2);
    members.push({
      id: maker.id(createdAt),
      displayName,
      audience: random.pick(audiences),
      homeSlug: home.slug,
      departement: home.departement,
      createdAt,
      email: random.chance(0.125) ? demoEmail(displayName) : null,
    });
  }
  return members;
}

function demoEmail(displayName: string): string {
  return `${searchText(displayName).replaceAll(' ', '.')}@demo.mitoyen.example`;
}
