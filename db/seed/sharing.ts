import type { Tx } from '@mitoyen/db';
import * as schema from '@mitoyen/db/schema';
import { addDays, localDateOf, type Period } from '@mitoyen/domain';
import { insertRows } from './insert.ts';
import type { Maker } from './maker.ts';
import type { SimulatedSite } from './places.ts';
import { type PlaceRows, type SeedAudience, type SeedSite, type SeedSpace, ZONE } from './sites.ts';

const DAY_MS = 86_400_000;

interface Parts {
  readonly maker: Maker;
  readonly sites: readonly SeedSite[];
  readonly rows: PlaceRows;
  readonly audiences: ReadonlyMap<string, SeedAudience>;
}

interface Hours {
  readonly audience: string;
  readonly weekday: number;
  readonly from: number;
  readonly until: number;
}

/**
 * What the simulated places show of hours that change and are lent: other hours in the school holidays and the summer, a rule of release,
 * a share, an agreement that holds, and one that waits for an answer. None of it takes time from hours in which anybody has booked.
 */
export async function shareHours(tx: Tx, parts: Parts): Promise<void> {
  const { maker, sites, rows } = parts;
  const { networkId, now } = maker;
  const createdAt = now - 200 * DAY_MS;
  const today = localDateOf(now, ZONE);
  const [annot, apt, gap] = [siteOf(sites, 'annot'), siteOf(sites, 'apt'), siteOf(sites, 'gap')];

  await insertSeason(tx, parts, annot, spaceOf(annot, 'Salle des jeunes'), {
    name: 'Vacances scolaires',
    period: { kind: 'school_holiday', names: null },
    hours: [1, 2, 3, 4, 5].map((weekday) => ({ audience: 'youth', weekday, from: 600, until: 1_110 })),
    isAdded: false,
  });
  await insertSeason(tx, parts, apt, spaceOf(apt, 'Espace de travail'), {
    name: 'Vacances scolaires',
    period: { kind: 'school_holiday', names: null },
    hours: [{ audience: 'general', weekday: 6, from: 540, until: 720 }],
    isAdded: true,
  });
  await insertSeason(tx, parts, gap, spaceOf(gap, 'Salle de visioconférence'), {
    name: 'Été',
    period: { kind: 'summer' },
    hours: [{ audience: 'general', weekday: 6, from: 540, until: 720 }],
    isAdded: true,
  });

  const office = spaceOf(annot, 'Bureau des permanences');
  const promised = windowsOf(parts, office, 'social');
  const ruleId = maker.id(createdAt);
  const ofAnnot = { networkId, siteId: annot.id };
  await insertRows(tx, schema.releaseRules, [
    { ...ofAnnot, id: ruleId, releasedToAudienceId: idOf(parts, 'professional'), hoursBefore: 48, createdAt },
  ]);
  await insertRows(
    tx,
    schema.releaseRuleWindows,
    promised.map(({ id }) => ({ ...ofAnnot, ruleId, windowId: id })),
  );

  const video = spaceOf(annot, 'Salle de visioconférence');
  const [shared] = windowsOf(parts, video, 'professional').filter(
    ({ weekday, startsAtMinute }) => weekday === 2 && startsAtMinute >= 720,
  );
  if (shared === undefined) throw new Error('Annot has no video room on Tuesday afternoons');
  const shareId = maker.id(createdAt);
  await insertRows(tx, schema.windowShares, [
    { ...ofAnnot, id: shareId, structureId: gap.structureId, tariffId: null, createdAt },
  ]);
  await insertRows(tx, schema.windowShareWindows, [{ ...ofAnnot, shareId, windowId: shared.id }]);
  const tariff = rows.tariffs.find(({ structureId, name }) => structureId === gap.structureId && name === 'Salle');

  await insertAgreement(tx, parts, apt, spaceOf(apt, 'Salle informatique'), {
    partnerStructureId: annot.structureId,
    name: 'Ateliers du vendredi soir',
    hours: { audience: 'training', weekday: 5, from: 1_110, until: 1_230 },
    price: { priceKind: 'free' },
    terms: 'La salle est rendue rangée et fermée. Les clés restent à l’accueil.',
    validFrom: addDays(today, -120),
    validUntil: addDays(today, 245),
    status: 'accepted',
    createdAt: now - 130 * DAY_MS,
    answeredAt: now - 125 * DAY_MS,
  });
  await insertAgreement(tx, parts, gap, spaceOf(gap, 'Salle de réunion'), {
    partnerStructureId: annot.structureId,
    name: 'Réunions du mercredi soir',
    hours: { audience: 'professional', weekday: 3, from: 1_170, until: 1_290 },
    price: tariff === undefined ? { priceKind: 'free' } : { priceKind: 'tariff', tariffId: tariff.id },
    terms: 'Deux mois de préavis de chaque côté.',
    validFrom: addDays(today, 14),
    validUntil: null,
    status: 'proposed',
    createdAt: now - 2 * DAY_MS,
    answeredAt: null,
  });
}

function siteOf(sites: readonly SeedSite[], slug: SimulatedSite): SeedSite {
  const site = sites.find(({ place }) => place.slug === slug);
  if (site === undefined) throw new Error(`no site ${slug}`);
  return site;
}

function spaceOf(site: SeedSite, name: string): SeedSpace {
  const space = site.spaces.find(({ plan }) => plan.name === name);
  if (space === undefined) throw new Error(`no space ${name} at ${site.place.slug}`);
  return space;
}

const idOf = ({ audiences }: Parts, code: string): string => (audiences.get(code) as SeedAudience).id;

const windowsOf = (parts: Parts, space: SeedSpace, audience: string) =>
  parts.rows.templateWindows.filter(
    ({ spaceId, audienceId }) => spaceId === space.id && audienceId === idOf(parts, audience),
  );

/** Hours of one space in a season: `isAdded` to those of the year, or instead of them. */
async function insertSeason(
  tx: Tx,
  parts: Parts,
  site: SeedSite,
  space: SeedSpace,
  season: {
    readonly name: string;
    readonly period: Period;
    readonly hours: readonly Hours[];
    readonly isAdded: boolean;
  },
): Promise<void> {
  const { maker, rows } = parts;
  const createdAt = maker.now - 200 * DAY_MS;
  const base = { networkId: maker.networkId, siteId: site.id };
  const templateId = maker.id(createdAt);
  await insertRows(tx, schema.scheduleTemplates, [
    { ...base, id: templateId, name: season.name, period: season.period, isWholeSite: false, position: 1, createdAt },
  ]);
  await insertRows(tx, schema.scheduleTemplateSpaces, [{ ...base, templateId, spaceId: space.id }]);
  const year = season.isAdded ? rows.templateWindows.filter(({ spaceId }) => spaceId === space.id) : [];
  await insertRows(tx, schema.templateWindows, [
    ...year.map((window, position) => ({ ...window, id: maker.id(createdAt), templateId, position })),
    ...season.hours.map(({ audience, weekday, from, until }, index) => ({
      ...base,
      id: maker.id(createdAt),
      templateId,
      spaceId: space.id,
      audienceId: idOf(parts, audience),
      weekday,
      startsAtMinute: from,
      endsAtMinute: until,
      position: year.length + index,
    })),
  ]);
}

type AgreementRow = typeof schema.standingAgreements.$inferInsert;

async function insertAgreement(
  tx: Tx,
  parts: Parts,
  site: SeedSite,
  space: SeedSpace,
  agreement: Pick<
    AgreementRow,
    'partnerStructureId' | 'name' | 'terms' | 'validFrom' | 'validUntil' | 'status' | 'createdAt' | 'answeredAt'
  > & { readonly hours: Hours; readonly price: Pick<AgreementRow, 'priceKind' | 'tariffId'> },
): Promise<void> {
  const { maker } = parts;
  const { hours, price, ...row } = agreement;
  const base = { networkId: maker.networkId, siteId: site.id };
  const agreementId = maker.id(row.createdAt);
  await insertRows(tx, schema.standingAgreements, [
    {
      ...base,
      ...row,
      ...price,
      id: agreementId,
      hostStructureId: site.structureId,
      period: { kind: 'always' },
      revision: 1,
    },
  ]);
  await insertRows(tx, schema.agreementSpaces, [{ ...base, agreementId, spaceId: space.id }]);
  await insertRows(tx, schema.agreementWindows, [
    {
      ...base,
      id: maker.id(row.createdAt),
      agreementId,
      spaceId: null,
      audienceId: idOf(parts, hours.audience),
      weekday: hours.weekday,
      startsAtMinute: hours.from,
      endsAtMinute: hours.until,
    },
  ]);
}
