import study from './data/structures.json' with { type: 'json' };
import { ofPlace, slugOf } from './french.ts';

type StudyPlace = (typeof study.places)[number];

/** What a place offers, by what the study says it was. */
export type Layout = 'relay' | 'digital' | 'incubator' | 'video_room' | 'video_point' | 'training';

type LegalForm = 'association' | 'public_body' | 'company';

export interface Place {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly postalCode: string;
  readonly commune: string;
  readonly inseeCode: string;
  readonly departement: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly population: number;
  readonly schoolZone: 'B' | 'C';
  readonly programmes: readonly string[];
  readonly layout: Layout;
  /** Of the structure that runs it. */
  readonly structureName: string;
}

export interface Structure {
  readonly name: string;
  readonly legalForm: LegalForm;
  readonly labels: readonly string[];
  readonly contactEmail: string;
}

/** Listed twice by the study: Veynes under two départements, Le Luc under its two labels. */
const SAME_PLACE_AS: ReadonlyMap<string, string> = new Map([
  ['seed-045', 'seed-054'],
  ['seed-013', 'seed-035'],
]);

/** The demo's three sites with doors: the slugs by which the rest of the demo knows them. */
export const SIMULATED_SITES = ['annot', 'apt', 'gap'] as const;
export type SimulatedSite = (typeof SIMULATED_SITES)[number];

const SLUGS: ReadonlyMap<string, string> = new Map<string, SimulatedSite | 'apt-visio'>([
  ['seed-037', 'annot'],
  ['seed-014', 'apt'],
  ['seed-084', 'gap'],
  ['seed-078', 'apt-visio'],
]);

/** How a place is called where the study's own name is not the commune's, or names the body. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['seed-034', 'Médiathèque de Brignoles'],
  ['seed-035', 'Espace Cyberbase du Luc'],
  ['seed-036', "Mission locale d'Apt"],
  ['seed-053', 'Relais de services publics de Saint-Étienne-en-Dévoluy'],
  ['seed-057', 'Relais de services publics de Plan-du-Var'],
  ['seed-074', 'Université de Gap, salle de visioconférence'],
  ['seed-075', 'Hôpital de Gap, salle de visioconférence'],
  ['seed-076', 'Hôpital de Briançon, salle de visioconférence'],
  ['seed-098', "Pépinière d'entreprises de Montfavet"],
]);

/** Where the study leaves a doubt, the page says so. */
const DOUBTS: ReadonlyMap<string, string> = new Map([
  ['seed-002', "L'étude le situe « région de Grasse »."],
  ['seed-008', "L'étude le compte dans les Bouches-du-Rhône ; Saint-Gilles est dans le Gard."],
  ['seed-030', "L'étude écrit « Fayence/Montauroux » : un lieu ou deux."],
  ['seed-031', "L'étude écrit « Fayence/Montauroux » : un lieu ou deux."],
  ['seed-032', "L'étude écrit « Lorgues/Le Muy » : un lieu ou deux."],
  ['seed-033', "L'étude écrit « Lorgues/Le Muy » : un lieu ou deux."],
  ['seed-041', "L'étude écrit « Motte-Turriers » : La Motte-du-Caire ou Turriers."],
  ['seed-054', "L'étude le liste deux fois, dans les Alpes-de-Haute-Provence et dans les Hautes-Alpes."],
  ['seed-057', 'Plan-du-Var est un hameau de Levens.'],
  ['seed-064', "L'étude dit aussi qu'il n'y en a qu'à Port-de-Bouc, ou qu'à Marseille."],
  ['seed-082', "« En cours de création » en 2012, d'après l'étude."],
  ['seed-083', "« En cours de création » en 2012, d'après l'étude."],
  ['seed-099', "L'étude écrit « Carpentras : Valréas, Pertuis »."],
]);

interface Programme {
  readonly layout: Layout;
  readonly siteName: string;
  readonly slug: string;
  readonly structureName: string;
  readonly legalForm: LegalForm;
}

/** One structure runs the places of a commune that belong to one family of programmes: its name is the family's. */
const PROGRAMMES: Readonly<Record<string, Programme>> = {
  rsp: {
    layout: 'relay',
    siteName: 'Relais de services publics',
    slug: 'rsp',
    structureName: 'Services publics',
    legalForm: 'public_body',
  },
  'visio-per-luberon': {
    layout: 'video_point',
    siteName: 'Point visio',
    slug: 'visio',
    structureName: 'Services publics',
    legalForm: 'public_body',
  },
  epn: {
    layout: 'digital',
    siteName: 'Espace public numérique',
    slug: 'epn',
    structureName: 'Espaces numériques',
    legalForm: 'association',
  },
  cyberbase: {
    layout: 'digital',
    siteName: 'Cyberbase',
    slug: 'cyberbase',
    structureName: 'Espaces numériques',
    legalForm: 'association',
  },
  pepiniere: {
    layout: 'incubator',
    siteName: "Pépinière d'entreprises",
    slug: 'pepiniere',
    structureName: "Pépinière d'entreprises",
    legalForm: 'company',
  },
  cbe: {
    layout: 'training',
    siteName: "Comité de bassin d'emploi",
    slug: 'cbe',
    structureName: "Comité de bassin d'emploi",
    legalForm: 'association',
  },
  'visio-prive': {
    layout: 'video_room',
    siteName: 'Salle de visioconférence',
    slug: 'visio',
    structureName: '',
    legalForm: 'public_body',
  },
};

/** Incubators that an association runs, so that the three tax regimes are seen. */
const INCUBATORS_OF_ASSOCIATIONS = new Set(['Veynes', 'Sisteron', 'Valréas', "L'Argentière-la-Bessée", 'Briançon']);

/** The distinct places of the study, in its order, and the structures that run them. */
export function readPlaces(): { places: Place[]; structures: Structure[] } {
  const distinct = study.places.filter(({ id }) => !SAME_PLACE_AS.has(id));
  const perCommune = Map.groupBy(distinct, (place) => place.inseeCode);
  const places: Place[] = [];
  const structures = new Map<string, Structure & { labels: string[] }>();
  for (const place of distinct) {
    const programme = programmeOf(place);
    const listed = study.places.filter(({ id }) => id === place.id || SAME_PLACE_AS.get(id) === place.id);
    const programmes = [...new Set(listed.map((each) => each.programme))].sort();
    const isAlone = perCommune.get(place.inseeCode)?.length === 1;
    const slug =
      SLUGS.get(place.id) ?? slugOf(isAlone ? place.commune : `${place.commune} ${place.kind ?? programme.slug}`);
    const structureName =
      programme.structureName === '' ? place.studyName : `${programme.structureName} ${ofPlace(place.commune)}`;
    const structure = structures.get(structureName);
    if (structure === undefined) {
      structures.set(structureName, {
        name: structureName,
        legalForm:
          place.programme === 'pepiniere' && INCUBATORS_OF_ASSOCIATIONS.has(place.commune)
            ? 'association'
            : programme.legalForm,
        labels: [...programmes],
        contactEmail: `accueil.${slug}@demo.mitoyen.example`,
      });
    } else {
      for (const label of programmes) if (!structure.labels.includes(label)) structure.labels.push(label);
    }
    const doubt = DOUBTS.get(place.id);
    places.push({
      slug,
      name: NAMES.get(place.id) ?? `${programme.siteName} ${ofPlace(place.commune)}`,
      description:
        "Lieu recensé par l'étude de 2012 sur les lieux numériques de la région. " +
        `Espaces, horaires et prix sont ceux d'une démonstration.${doubt === undefined ? '' : ` ${doubt}`}`,
      postalCode: place.postalCodes[0] as string,
      commune: place.commune,
      inseeCode: place.inseeCode,
      departement: place.departement,
      latitude: place.latitude,
      longitude: place.longitude,
      population: place.population,
      // The Gard belongs to the académie de Montpellier; the region's own départements to those of zone B.
      schoolZone: place.departement === '30' ? 'C' : 'B',
      programmes,
      layout: programme.layout,
      structureName,
    });
  }
  return { places, structures: [...structures.values()] };
}

function programmeOf(place: StudyPlace): Programme {
  const programme = PROGRAMMES[place.programme];
  if (programme === undefined) throw new Error(`structures.json: unknown programme ${place.programme}`);
  return programme;
}
