import {
  type BookingUnderChangeRow,
  findLastBookingStart,
  findTakenScheduleIds,
  listBookingsUnderChange,
  loadScheduleRows,
  type ScheduleRows,
} from '@mitoyen/db/queries';
import {
  addDays,
  contains,
  type DateRange,
  diffSchedules,
  type EffectiveHours,
  findSiteClashes,
  type HeldTime,
  type Instant,
  localDateOf,
  normalise,
  type PlannedHours,
  type ScheduleDiff,
  STAFF_CLASS,
  type Window,
} from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import type { FaultBody, PreviewBody, ScheduleChangeBody } from '../../routes/schedule/schemas.ts';
import { hoursOf } from '../../schedule/hours.ts';
import { hoursByPublic, partsOfPublic, publicOf } from '../../schedule/publics.ts';
import { compileRows, type SiteSchedule } from '../../schedule/site-schedule.ts';
import { isoWindow } from '../views.ts';
import { faultsOf, newIds } from './check-change.ts';
import { planAfter, planOf, rowsAfter, type SitePlan } from './plan.ts';

/** Hours are compared at least so far ahead, and as far as bookings reach; what repeats for longer is told by then. */
const LEAST_DAYS = 120;
const MOST_DAYS = 5 * 366;

/** The hours of a site as they are, and as a change would have them. */
export interface DraftedChange {
  readonly rows: { readonly before: ScheduleRows; readonly after: ScheduleRows };
  readonly plan: { readonly before: SitePlan; readonly after: SitePlan };
  readonly before: SiteSchedule;
  readonly after: SiteSchedule;
}

/** Reads the hours of a site and makes the change in memory. Faults: the change cannot be made. Null: no such site. */
export async function draftChange(
  { tx, networkId, now, services }: Context,
  siteId: string,
  change: ScheduleChangeBody,
): Promise<{ revision: number; faults: FaultBody[]; draft: DraftedChange | null } | null> {
  const { calendars } = services.schedules;
  const rows = await loadScheduleRows(tx, networkId, [siteId], now);
  const [before] = compileRows(rows, calendars);
  if (before === undefined) return null;
  const { revision } = before;
  const plan = planOf(rows);
  const wanted = planAfter(plan, change);
  const taken = await findTakenScheduleIds(tx, networkId, newIds(rows, wanted));
  const { spaces } = before.schedule;
  const faults = faultsOf({ before: plan, after: wanted, change, spaces, calendars, taken });
  if (faults.length > 0) return { revision, faults, draft: null };
  const changed = rowsAfter(rows, { plan: wanted, order: change, networkId, now });
  const [after] = compileRows(changed, calendars);
  if (after === undefined) return null;
  return {
    revision,
    faults,
    draft: { rows: { before: rows, after: changed }, plan: { before: plan, after: planOf(changed) }, before, after },
  };
}

export interface Consequences {
  readonly diff: ScheduleDiff;
  /** Hours of publics of structures; the audience is `publicOf` them. */
  readonly partners: Pick<ScheduleDiff, 'gained' | 'lost'>;
  readonly range: DateRange;
  /** Every booking of the site that is not over. */
  readonly bookings: readonly BookingUnderChangeRow[];
  readonly held: readonly HeldTime[];
  readonly clashes: PreviewBody['clashes'];
  /** Bookings that were kept outside the hours and lie within them again. */
  readonly backWithin: readonly string[];
  /** The hours of one booking's audience in its space, after the change. */
  hoursAfter(booking: BookingUnderChangeRow): readonly Window[];
}

/**
 * What the change does to everything that is booked and to every hour ahead. With `lock` the bookings stay as they are until the
 * transaction ends: the caller holds the hours of the site locked, so no other booking is being made meanwhile.
 */
export async function consequencesOf(
  { tx, networkId, now }: Context,
  { before, after }: Pick<DraftedChange, 'before' | 'after'>,
  lock: boolean,
): Promise<Consequences> {
  const { siteId } = before;
  const bookings = await listBookingsUnderChange(tx, networkId, siteId, now, lock);
  const last = await findLastBookingStart(tx, networkId, siteId, now);
  const range = rangeOf(before.schedule.zone, now, last);
  const held = bookings.map((row): HeldTime => ({ ...heldWindow(row), from: row.startsAt, until: row.endsAt }));
  const homes = new Set(bookings.flatMap(({ homeStructureId }) => homeStructureId ?? []));
  const hours = {
    before: plannedHours(before, range, held, now),
    after: plannedHours(after, range, held, now),
  };
  const publics = {
    before: { ...hours.before, windows: hoursByPublic(hours.before.windows, homes) },
    after: { ...hours.after, windows: hoursByPublic(hours.after.windows, homes) },
  };
  const diff = diffSchedules(
    {
      ...publics,
      bookings: bookings.map((row) => ({
        id: row.id,
        from: row.startsAt,
        until: row.endsAt,
        spaceId: row.spaceId,
        audience: publicOf(row.audience, row.homeStructureId),
        audienceClass: row.isStaffUse ? STAFF_CLASS : row.audienceClass,
        memberId: row.memberId,
        seriesId: row.seriesId,
        // What was only put aside has cost nothing yet.
        price: { minor: row.status === 'held' ? 0 : row.priceMinor, currency: row.currency },
      })),
      grants: [],
    },
    now,
  );

  const own = new Map(
    [...Map.groupBy(publics.after.windows, ({ spaceId, audience }) => `${spaceId} ${audience}`)].map(([key, of]) => [
      key,
      normalise(of),
    ]),
  );
  const bySpace = new Map(
    [...Map.groupBy(hours.after.windows, ({ spaceId }) => spaceId)].map(([key, of]) => [key, normalise(of)]),
  );
  const hoursAfter = (row: BookingUnderChangeRow) =>
    (row.isStaffUse
      ? bySpace.get(row.spaceId)
      : own.get(`${row.spaceId} ${publicOf(row.audience, row.homeStructureId)}`)) ?? [];
  return {
    // What a partner's public gains or loses beside everybody else of its audience is said apart.
    diff: { ...diff, gained: diff.gained.filter(isEverybodys), lost: diff.lost.filter(isEverybodys) },
    partners: {
      gained: diff.gained.filter((each) => !isEverybodys(each)),
      lost: diff.lost.filter((each) => !isEverybodys(each)),
    },
    range,
    bookings,
    held,
    clashes: newClashes(before, after, hours),
    backWithin: bookings
      .filter((row) => row.keptOutsideHours && contains(hoursAfter(row), { from: row.startsAt, until: row.endsAt }))
      .map(({ id }) => id),
    hoursAfter,
  };
}

const isEverybodys = ({ audience }: { audience: string }) => partsOfPublic(audience).structureId === null;

const heldWindow = ({ spaceId, audience, audienceClass }: BookingUnderChangeRow) => ({
  spaceId,
  audience,
  audienceClass,
});

/** From the day before, whose bookings may still run. */
function rangeOf(zone: string, now: Instant, lastStart: Instant | null): DateRange {
  const today = localDateOf(now, zone);
  const bounds = [addDays(today, LEAST_DAYS), addDays(today, MOST_DAYS)] as const;
  const afterLast = lastStart === null ? today : addDays(localDateOf(lastStart, zone), 2);
  // Of the three dates the one in the middle.
  const [, until] = [...bounds, afterLast].sort() as [string, string, string];
  return { from: addDays(today, -1), until };
}

function plannedHours(
  schedule: SiteSchedule,
  range: DateRange,
  held: readonly HeldTime[],
  now: Instant,
): PlannedHours & Pick<EffectiveHours, 'windows'> {
  const { windows, handovers } = hoursOf(schedule, range, held, now);
  return { windows, handovers, closures: schedule.schedule.closures };
}

/** Publics that are never on one site at once and that the change brings there together; those that were so before are no news. */
function newClashes(
  before: SiteSchedule,
  after: SiteSchedule,
  hours: { readonly before: PlannedHours; readonly after: PlannedHours },
): PreviewBody['clashes'] {
  if (after.siteClasses.size === 0) return [];
  const keyOf = ({ windows: [a, b], from }: ReturnType<typeof findSiteClashes>[number]) =>
    `${a.ruleId} ${b.ruleId} ${from}`;
  const known = new Set(findSiteClashes(hours.before.windows, before.siteClasses).map(keyOf));
  return findSiteClashes(hours.after.windows, after.siteClasses)
    .filter((clash) => !known.has(keyOf(clash)))
    .slice(0, MOST_CLASHES)
    .map(({ windows: [a, b], ...clash }) => ({
      ...isoWindow(clash),
      spaceIds: [a.spaceId, b.spaceId],
      audiences: [a.audience, b.audience],
      windowIds: [a.ruleId, b.ruleId],
    }));
}

/** A year of them says no more than the first ones. */
const MOST_CLASHES = 100;

/** A clash is a fault: one for each pair of windows. */
export function clashFaults(clashes: PreviewBody['clashes']): FaultBody[] {
  const pairs = Map.groupBy(clashes, ({ windowIds }) => [...windowIds].sort().join(' '));
  return [...pairs.values()].map(([first]) => ({
    reason: 'never_on_one_site',
    windowIds: [...(first?.windowIds ?? [])],
    spaceId: first?.spaceIds[0] ?? null,
  }));
}
