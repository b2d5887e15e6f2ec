import type { Tx } from '@mitoyen/db';
import {
  type BusyRow,
  listAudiences,
  listBusy,
  listResources,
  type ResourceRow,
  type SiteRecord,
} from '@mitoyen/db/queries';
import {
  type Audience,
  type AudienceClass,
  addDays,
  type Booker,
  type BusyFact,
  type EffectiveHours,
  type HeldTime,
  type LocalDate,
  type ResourceDay,
  type ResourceFacts,
  siteDay,
  type Tariff,
  type Window,
} from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { dependsOnBookings, hoursOf } from '../../schedule/hours.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';

export const resourceFacts = (
  row: {
    id: string;
    spaceId: string;
    kind: ResourceRow['kind'];
    capacity: number;
    bufferBeforeMinutes: number;
    bufferAfterMinutes: number;
  },
  handoverMinutes: number,
): ResourceFacts => ({
  id: row.id,
  spaceId: row.spaceId,
  bufferBeforeMs: row.bufferBeforeMinutes * 60_000,
  bufferAfterMs: row.bufferAfterMinutes * 60_000,
  handoverMs: handoverMinutes * 60_000,
  seats: row.kind === 'seats' ? row.capacity : null,
});

/** The tariff in a row of resources; null when the resource has none. */
export function tariffOf(row: {
  tariffId: string | null;
  currency: string | null;
  hourMinor: number | null;
  halfDayMinor: number | null;
  dayMinor: number | null;
  halfDayHours: number | null;
  vatKind: Tariff['vatKind'] | null;
}): Tariff | null {
  if (row.tariffId === null || row.currency === null || row.vatKind === null) return null;
  return {
    id: row.tariffId,
    currency: row.currency,
    hourMinor: row.hourMinor,
    halfDayMinor: row.halfDayMinor,
    dayMinor: row.dayMinor,
    vatKind: row.vatKind,
    halfDayHours: row.halfDayHours ?? 4,
  };
}

export interface SiteFacts {
  readonly resources: (ResourceRow & { readonly facts: ResourceFacts })[];
  readonly schedule: SiteSchedule;
  readonly busy: BusyFact[];
  /** The same bookings as hours see them, where hours hang on them: they keep what is released. */
  readonly held: HeldTime[];
}

/**
 * What availability is computed from, for several sites in one go: a few statements whatever their number. `window` bounds the
 * bookings, whose occupied ranges may reach outside it. Holds that ran out no longer count.
 */
export async function loadSiteFacts(
  { tx, networkId, now, services }: Pick<Context, 'tx' | 'networkId' | 'now' | 'services'>,
  siteIds: readonly string[],
  window: Window,
  /** When the caller has read them already. */
  revisions?: ReadonlyMap<string, number>,
): Promise<Map<string, SiteFacts>> {
  if (siteIds.length === 0) return new Map();
  // Bookings of other classes hold their space for the handover after them: look that far back.
  const reach = { from: window.from - 8 * 3_600_000, until: window.until + 8 * 3_600_000 };
  const [resources, schedules, busy] = await Promise.all([
    listResources(tx, networkId, siteIds),
    services.schedules.of(tx, networkId, siteIds, now, revisions),
    listBusy(tx, networkId, siteIds, reach),
  ]);
  const resourcesOf = Map.groupBy(resources, (row) => row.siteId);
  const busyOf = Map.groupBy(
    busy.filter((row) => row.holdExpiresAt === null || row.holdExpiresAt > now),
    (row) => row.siteId,
  );
  return new Map(
    [...schedules].map(([siteId, schedule]) => {
      const busyRows = busyOf.get(siteId) ?? [];
      const handovers = new Map(schedule.schedule.spaces.map(({ id, handoverMs }) => [id, handoverMs / 60_000]));
      return [
        siteId,
        {
          // The rows are ours: no copy of each for one field more.
          resources: (resourcesOf.get(siteId) ?? []).map((row) =>
            Object.assign(row, { facts: resourceFacts(row, handovers.get(row.spaceId) ?? 0) }),
          ),
          schedule,
          busy: busyRows.map(busyFact),
          held: dependsOnBookings(schedule) ? busyRows.map((row) => heldTime(row, schedule)) : [],
        },
      ];
    }),
  );
}

export const busyFact = (row: BusyRow): BusyFact => ({
  resourceId: row.resourceId,
  spaceId: row.spaceId,
  audienceClass: row.audienceClass,
  siteAxis: row.siteAxis,
  siteClass: row.siteClass,
  seats: row.seats,
  present: { from: row.startsAt, until: row.endsAt },
  occupied: row.occupied,
  spaceHold: row.spaceHold,
});

export const heldTime = (row: BusyRow, schedule: SiteSchedule): HeldTime => ({
  from: row.startsAt,
  until: row.endsAt,
  spaceId: row.spaceId,
  audience: schedule.audienceCodes.get(row.audienceId) ?? '',
  audienceClass: row.audienceClass,
});

/** Whose hours are whose on one local date. */
export function hoursOnDate(facts: SiteFacts, date: LocalDate, now: number): EffectiveHours {
  const range = { from: date, until: addDays(date, 1) };
  return hoursOf(facts.schedule, range, facts.held, now);
}

/** By schedule and audience: a search asks every schedule of the network for the same one. */
const knownClasses = new WeakMap<SiteSchedule, Map<string, ReadonlyMap<string, AudienceClass>>>();

/** The class of an audience in each space of the site. */
export function classesOf(schedule: SiteSchedule, audience: string): ReadonlyMap<string, AudienceClass> {
  const known = knownClasses.get(schedule) ?? new Map<string, ReadonlyMap<string, AudienceClass>>();
  let classes = known.get(audience);
  if (classes === undefined) {
    classes = new Map(
      schedule.schedule.spaces.flatMap(({ id, classes: ofSpace }) => {
        const audienceClass = ofSpace.get(audience);
        return audienceClass === undefined ? [] : [[id, audienceClass] as const];
      }),
    );
    known.set(audience, classes);
    knownClasses.set(schedule, known);
  }
  return classes;
}

/** One local day of some resources of a site, for one booker. */
export function siteDayOf(
  facts: SiteFacts,
  day: {
    readonly date: LocalDate;
    readonly resources: readonly { readonly facts: ResourceFacts }[];
    readonly booker: Booker;
    readonly seats?: number | undefined;
    readonly now: number;
  },
): ResourceDay[] {
  const { date, booker, now, seats = 1 } = day;
  const { schedule } = facts;
  const hours = hoursOnDate(facts, date, now);
  return siteDay({
    date,
    zone: schedule.schedule.zone,
    resources: day.resources.map((resource) => resource.facts),
    windows: hours.windows,
    handovers: hours.handovers,
    closures: schedule.schedule.closures,
    busy: facts.busy,
    booker,
    classes: classesOf(schedule, booker.code),
    siteClass: schedule.siteClasses.get(booker.code) ?? null,
    seats,
    buildingCapacity: schedule.buildingCapacity,
  });
}

/** Who looks or books: an audience, as the public of the structure that the caller belongs to. */
export const bookerOf = (audience: Audience, actor: Context['actor']): Booker => ({
  code: audience.code,
  audienceClass: audience.audienceClass,
  isStaff: audience.isStaff,
  structureId: actor?.homeStructureId ?? null,
});

/** Whether the caller may see the hours of an audience. */
export function seesHours(
  audience: { readonly hoursVisibleTo: 'everyone' | 'members' | 'staff' },
  actor: Context['actor'],
): boolean {
  if (audience.hoursVisibleTo === 'everyone') return true;
  if (actor === null) return false;
  return audience.hoursVisibleTo === 'members' || actor.roles.length > 0;
}

/** The audience of a code, or null when the network has none of that name. */
export async function findAudience(
  tx: Tx,
  networkId: string,
  code: string,
): Promise<(Audience & { id: string }) | null> {
  const row = (await listAudiences(tx, networkId)).find((audience) => audience.code === code);
  return row === undefined
    ? null
    : { id: row.id, code: row.code, audienceClass: row.audienceClass, isStaff: row.isStaff };
}

export type { SiteRecord };
