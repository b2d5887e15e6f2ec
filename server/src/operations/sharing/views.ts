import { type AgreementRecord, listPartnerUse, type listSharesOfPartners } from '@mitoyen/db/queries';
import {
  addDays,
  type DateRange,
  dayWindow,
  expandAgreements,
  type Instant,
  intersect,
  localDateOf,
  MINUTE_MS,
  normalise,
  type StandingAgreement,
  type TemplateWindow,
  timeOfMinutes,
  totalMs,
  type Weekday,
  type Window,
} from '@mitoyen/domain';
import { may, worksFor } from '../../authorisation.ts';
import type { Context } from '../../context.ts';
import type { AgreementInput, AgreementViewBody, ShareViewBody, UseBody } from '../../routes/sharing/schemas.ts';
import { hoursOf } from '../../schedule/hours.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';
import { iso, isoOrNull, isoWindow } from '../views.ts';

export const AHEAD_DAYS = 28;
/** Use is looked at over eight weeks: long enough for what comes every other week. */
const USE_DAYS = 56;
/** Dates that a page can show. */
const MOST_AHEAD = 120;

type ShareRecord = Awaited<ReturnType<typeof listSharesOfPartners>>[number];
type UseRow = Awaited<ReturnType<typeof listPartnerUse>>[number];

/** An agreement as the domain expands it. */
export function standingAgreementOf(record: AgreementRecord): StandingAgreement {
  return {
    id: record.id,
    hostStructureId: record.hostStructureId,
    partnerStructureId: record.partnerStructureId,
    spaceIds: record.spaces.map(({ id }) => id),
    period: record.period,
    windows: record.windows.map(
      (window): TemplateWindow => ({
        id: window.id,
        spaceId: window.spaceId,
        audience: window.audience,
        weekday: window.weekday as Weekday | null,
        startsAt: timeOfMinutes(window.startsAtMinute),
        endsAt: timeOfMinutes(window.endsAtMinute),
      }),
    ),
    holdsOnPublicHolidays: record.holdsOnPublicHolidays,
    isExclusive: record.isExclusive,
    price: priceOf(record),
    terms: record.terms,
    validFrom: record.validFrom,
    validUntil: record.validUntil,
  };
}

function priceOf(record: AgreementRecord): StandingAgreement['price'] {
  const { priceKind, tariffId, flatPer, flatMinor, flatCurrency } = record;
  if (priceKind === 'tariff' && tariffId !== null) return { kind: 'tariff', tariffId };
  if (priceKind === 'flat' && flatPer !== null && flatMinor !== null && flatCurrency !== null) {
    return { kind: 'flat', per: flatPer, amount: { minor: flatMinor, currency: flatCurrency } };
  }
  return { kind: 'free' };
}

/** Where an agreement stands on a date of its place. Its end is told by its dates: a notice given leaves it running until then. */
export function stateOf(
  { status, validFrom, validUntil }: Pick<AgreementRecord, 'status' | 'validFrom' | 'validUntil'>,
  today: string,
): AgreementViewBody['state'] {
  if (status === 'proposed' || status === 'declined' || status === 'withdrawn') return status;
  if (today < validFrom) return 'planned';
  return validUntil !== null && today >= validUntil ? 'over' : 'running';
}

/** Schedules of sites and what partners used there lately: what the views of agreements and shares need. */
export interface SharingFacts {
  readonly schedules: ReadonlyMap<string, SiteSchedule>;
  readonly uses: ReadonlyMap<string, readonly UseRow[]>;
}

export async function loadSharingFacts(context: Context, siteIds: readonly string[]): Promise<SharingFacts> {
  const { tx, networkId, now, services } = context;
  const ids = [...new Set(siteIds)];
  const schedules = await services.schedules.of(tx, networkId, ids, now);
  const uses = await Promise.all(
    [...schedules].map(async ([siteId, { schedule }]) => {
      const window = windowOf(lastWeeks(now, schedule.zone), schedule.zone);
      return [siteId, await listPartnerUse(tx, networkId, { siteId }, window)] as const;
    }),
  );
  return { schedules, uses: new Map(uses) };
}

function lastWeeks(now: Instant, zone: string): DateRange {
  const today = localDateOf(now, zone);
  return { from: addDays(today, -USE_DAYS), until: today };
}

const windowOf = ({ from, until }: DateRange, zone: string): Window => ({
  from: dayWindow(from, zone).from,
  until: dayWindow(until, zone).from,
});

export function agreementView(context: Context, record: AgreementRecord, facts: SharingFacts): AgreementViewBody {
  const { now, actor } = context;
  const schedule = facts.schedules.get(record.siteId);
  if (schedule === undefined) throw new Error(`Site ${record.siteId} of an agreement has no hours.`);
  const { zone } = schedule.schedule;
  const today = localDateOf(now, zone);
  const state = stateOf(record, today);
  const holds = state === 'planned' || state === 'running' || state === 'over';
  const windowsIn = (range: DateRange) =>
    holds
      ? hoursOf(schedule, range, [], now).windows.filter(
          ({ use }) => use.kind === 'agreed' && use.agreementId === record.id,
        )
      : expandAgreements(schedule.schedule, [standingAgreementOf(record)], range).windows;
  const ahead = windowsIn({ from: today, until: addDays(today, AHEAD_DAYS) }).filter(({ until }) => until > now);
  const past = lastWeeks(now, zone);
  const used = (facts.uses.get(record.siteId) ?? []).filter(({ agreementId }) => agreementId === record.id);
  const parties = { structureId: record.hostStructureId, partnerStructureId: record.partnerStructureId };
  const isHost = worksFor(actor, record.hostStructureId);
  const isPartner = worksFor(actor, record.partnerStructureId);
  return {
    id: record.id,
    revision: record.revision,
    name: record.name,
    state,
    side: isHost && isPartner ? 'both' : isHost ? 'host' : isPartner ? 'partner' : 'none',
    site: { slug: record.siteSlug, name: record.siteName, timeZone: zone },
    host: { id: record.hostStructureId, name: record.hostName },
    partner: { id: record.partnerStructureId, name: record.partnerName },
    spaces: record.spaces,
    // Written through this API, so of the shape that it takes.
    period: record.period as AgreementInput['period'],
    windows: standingAgreementOf(record).windows.map((window) => ({ ...window })),
    isExclusive: record.isExclusive,
    holdsOnPublicHolidays: record.holdsOnPublicHolidays,
    inTheWay: record.inTheWay,
    price: priceOf(record),
    tariffName: record.tariffName,
    terms: record.terms,
    validFrom: record.validFrom,
    validUntil: record.validUntil,
    createdAt: iso(record.createdAt),
    answeredAt: isoOrNull(record.answeredAt),
    endedAt: isoOrNull(record.endedAt),
    endedBy:
      record.endedByStructureId === null
        ? null
        : {
            id: record.endedByStructureId,
            name: record.endedByStructureId === record.hostStructureId ? record.hostName : record.partnerName,
          },
    mayAnswer: state === 'proposed' && may(actor, 'agreement.answer', parties),
    mayWithdraw: state === 'proposed' && isHost,
    mayEnd: (state === 'planned' || state === 'running') && may(actor, 'agreement.end', parties),
    ahead: ahead.slice(0, MOST_AHEAD).map(({ spaceId, ...window }) => ({ spaceId, ...isoWindow(window) })),
    use: useOf(past, holds ? windowsIn(past) : [], used),
  };
}

export function shareView(
  context: Context,
  record: ShareRecord & { partnerName: string },
  facts: SharingFacts,
): ShareViewBody {
  const { now } = context;
  const schedule = facts.schedules.get(record.siteId);
  if (schedule === undefined) throw new Error(`Site ${record.siteId} of a share has no hours.`);
  const { zone } = schedule.schedule;
  const today = localDateOf(now, zone);
  const chosen = new Set(schedule.shares.find(({ id }) => id === record.id)?.windowIds ?? []);
  const windowsIn = (range: DateRange) =>
    hoursOf(schedule, range, [], now).windows.filter(({ shares }) => shares.some(({ id }) => id === record.id));
  const past = lastWeeks(now, zone);
  const used = (facts.uses.get(record.siteId) ?? []).filter(
    ({ agreementId, partnerStructureId }) => agreementId === null && partnerStructureId === record.structureId,
  );
  return {
    id: record.id,
    site: { slug: record.siteSlug, name: record.siteName, timeZone: zone },
    host: { id: record.hostStructureId, name: record.hostName },
    partner: { id: record.structureId, name: record.partnerName },
    tariffName: record.tariffName,
    tariffId: record.tariffId,
    windows: plannedWindows(schedule).filter(({ id }) => chosen.has(id)),
    ahead: windowsIn({ from: today, until: addDays(today, AHEAD_DAYS) })
      .filter(({ until }) => until > now)
      .slice(0, MOST_AHEAD)
      .map(({ spaceId, from, until }) => ({ spaceId, ...isoWindow({ from, until }) })),
    use: useOf(past, windowsIn(past), used),
  };
}

/** The windows of a site's templates, as they may be chosen for a rule or a share. */
export function plannedWindows({ schedule }: SiteSchedule): ShareViewBody['windows'] {
  return schedule.templates.flatMap(({ id: templateId, name: templateName, windows }) =>
    windows.map(({ id, spaceId, audience, weekday, startsAt, endsAt }) => ({
      id,
      templateId,
      templateName,
      spaceId,
      audience,
      weekday,
      startsAt,
      endsAt,
    })),
  );
}

/** Time counts by space: two rooms held for an hour are two hours. */
function useOf(range: DateRange, held: readonly (Window & { spaceId: string })[], used: readonly UseRow[]): UseBody {
  const heldBySpace = Map.groupBy(held, ({ spaceId }) => spaceId);
  const bookedBySpace = Map.groupBy(used, ({ spaceId }) => spaceId);
  let heldMs = 0;
  let bookedMs = 0;
  for (const [spaceId, windows] of heldBySpace) {
    const own = normalise(windows);
    const booked = (bookedBySpace.get(spaceId) ?? []).map(({ startsAt, endsAt }) => ({
      from: startsAt,
      until: endsAt,
    }));
    heldMs += totalMs(own);
    bookedMs += totalMs(intersect(own, normalise(booked)));
  }
  const revenue = [...Map.groupBy(used, ({ currency }) => currency)]
    .map(([currency, of]) => ({ currency, minor: of.reduce((sum, { priceMinor }) => sum + priceMinor, 0) }))
    .filter(({ minor }) => minor > 0);
  return {
    ...range,
    heldMinutes: Math.round(heldMs / MINUTE_MS),
    bookedMinutes: Math.round(bookedMs / MINUTE_MS),
    bookings: used.length,
    people: used.reduce((sum, { seats }) => sum + seats, 0),
    revenue,
  };
}
