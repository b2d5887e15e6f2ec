import type { BookingUnderChangeRow } from '@mitoyen/db/queries';
import {
  addDays,
  type Booker,
  dayWindow,
  type FreeTime,
  localDateOf,
  nearestFree,
  overlaps,
  type ResourceDay,
  type Window,
} from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';
import { loadSiteFacts, type SiteFacts, siteDayOf } from '../places/site-facts.ts';

/** A booking is offered a time of its own day first, then of the days that follow. */
const DAYS_AHEAD = 14;
const MOST_MOVES = 3;
/** Looked at for the three: what another booking was offered first is left out. */
const CANDIDATES = 24;

type SiteResource = SiteFacts['resources'][number];

export interface ProposedMove extends FreeTime {
  readonly resourceName: string;
}

/** The booker that a booking was made for. */
export const bookerOfBooking = (row: BookingUnderChangeRow): Booker => ({
  code: row.audience,
  audienceClass: row.audienceClass,
  isStaff: row.isStaffUse,
  structureId: row.homeStructureId,
});

/**
 * Up to three times for each booking, as long as its own, of resources of its kind at the site, in the hours as they will be. The
 * first ones can all be taken together: no two of them are in each other's way, and none is in the way of a booking that may stay.
 */
export async function proposeMoves(
  context: Context,
  after: SiteSchedule,
  bookings: readonly BookingUnderChangeRow[],
): Promise<ReadonlyMap<string, readonly ProposedMove[]>> {
  const moves = new Map<string, readonly ProposedMove[]>();
  const [first] = bookings;
  if (first === undefined) return moves;
  const { zone } = after.schedule;
  const dateOf = (row: BookingUnderChangeRow) => localDateOf(row.startsAt, zone);
  const lastDate = dateOf(bookings.reduce((a, b) => (b.startsAt > a.startsAt ? b : a)));
  const window = {
    from: dayWindow(dateOf(first), zone).from,
    until: dayWindow(addDays(lastDate, DAYS_AHEAD), zone).until,
  };
  const loaded = (await loadSiteFacts(context, [after.siteId], window)).get(after.siteId);
  if (loaded === undefined) return moves;
  const handovers = new Map(after.schedule.spaces.map(({ id, handoverMs }) => [id, handoverMs]));
  const resources = loaded.resources.map((resource) => ({
    ...resource,
    facts: { ...resource.facts, handoverMs: handovers.get(resource.spaceId) ?? 0 },
  }));
  const facts = new DayFacts({ ...loaded, resources, schedule: after }, bookings, context.now);

  const promised: Claim[] = [];
  for (const row of bookings) {
    const comparable = resources.filter(({ kind }) => kind === row.resourceKind);
    const inTheWay = [...promised, ...bookings.filter((other) => other !== row).map(claimOfBooking)];
    const nearest = (from: number, until: number) =>
      nearestFree({
        days: Array.from({ length: until - from }, (_, index) =>
          facts.dayOf(addDays(dateOf(row), from + index), row, comparable),
        ),
        resourceId: row.resourceId,
        equivalents: comparable.map(({ id }) => id).filter((id) => id !== row.resourceId),
        wanted: { from: row.startsAt, until: row.endsAt },
        notBefore: context.now,
        limit: CANDIDATES,
      }).filter((free) => {
        const claim = claimOfMove(row, free, resources);
        return claim !== null && !inTheWay.some((other) => clash(claim, other));
      });
    const sameDay = nearest(0, 1).slice(0, MOST_MOVES);
    const found =
      sameDay.length < MOST_MOVES ? [...sameDay, ...nearest(1, DAYS_AHEAD + 1)].slice(0, MOST_MOVES) : sameDay;
    const [chosen] = found;
    const claim = chosen === undefined ? null : claimOfMove(row, chosen, resources);
    if (claim !== null) promised.push(claim);
    const names = new Map(comparable.map(({ id, name }) => [id, name]));
    moves.set(
      row.id,
      found.map((free) => ({ ...free, resourceName: names.get(free.resourceId) ?? '' })),
    );
  }
  return moves;
}

/** What a booking would take: its resource with the buffers, and its space for its class. */
interface Claim {
  readonly resourceId: string;
  readonly spaceId: string;
  readonly audienceClass: string;
  readonly siteAxis: string;
  readonly siteClass: string;
  readonly isStaff: boolean;
  readonly isShared: boolean;
  readonly occupied: Window;
  readonly spaceHold: Window;
}

const claimOfBooking = (row: BookingUnderChangeRow): Claim => ({ ...row, isStaff: row.isStaffUse });

function claimOfMove(row: BookingUnderChangeRow, free: FreeTime, resources: readonly SiteResource[]): Claim | null {
  const resource = resources.find(({ id }) => id === free.resourceId);
  if (resource === undefined || row.seats > resource.capacity) return null;
  const { bufferBeforeMs, bufferAfterMs, handoverMs } = resource.facts;
  return {
    ...claimOfBooking(row),
    resourceId: resource.id,
    spaceId: resource.spaceId,
    isShared: resource.facts.seats !== null,
    occupied: { from: free.from - bufferBeforeMs, until: free.until + bufferAfterMs },
    spaceHold: { from: free.from, until: free.until + handoverMs },
  };
}

function clash(a: Claim, b: Claim): boolean {
  if (a.resourceId === b.resourceId && !(a.isShared && b.isShared) && overlaps(a.occupied, b.occupied)) return true;
  if (a.isStaff || b.isStaff || !overlaps(a.spaceHold, b.spaceHold)) return false;
  if (a.spaceId === b.spaceId && a.audienceClass !== b.audienceClass) return true;
  return a.siteAxis !== '' && a.siteAxis === b.siteAxis && a.siteClass !== b.siteClass;
}

const DAY_MS = 24 * 3_600_000;
/** Buffers and handovers reach so far beyond a booking: the checks of the table. */
const WIDEST_MARGIN_MS = 8 * 3_600_000;

/** Days of the site as some audience sees them, each looked at once. */
class DayFacts {
  readonly #facts: SiteFacts;
  readonly #now: number;
  readonly #busyByDay = new Map<number, SiteFacts['busy'][number][]>();
  readonly #days = new Map<string, ResourceDay[]>();

  constructor(facts: SiteFacts, leaving: readonly BookingUnderChangeRow[], now: number) {
    this.#facts = facts;
    this.#now = now;
    // The bookings in question leave their time, unless they are kept: that is looked at one by one.
    const gone = new Set(leaving.map((row) => `${row.resourceId} ${row.startsAt} ${row.endsAt} ${row.seats}`));
    for (const fact of facts.busy) {
      if (gone.has(`${fact.resourceId} ${fact.present.from} ${fact.present.until} ${fact.seats}`)) continue;
      const from = Math.min(fact.occupied.from, fact.spaceHold.from);
      const until = Math.max(fact.occupied.until, fact.spaceHold.until);
      for (let day = Math.floor(from / DAY_MS); day * DAY_MS < until; day++) {
        this.#busyByDay.set(day, [...(this.#busyByDay.get(day) ?? []), fact]);
      }
    }
  }

  dayOf(date: string, row: BookingUnderChangeRow, resources: readonly SiteResource[]): ResourceDay[] {
    const key = [date, row.resourceKind, row.audience, row.isStaffUse, row.homeStructureId, row.seats].join(' ');
    let day = this.#days.get(key);
    if (day === undefined) {
      const { from, until } = dayWindow(date, this.#facts.schedule.schedule.zone);
      const busy = new Set<SiteFacts['busy'][number]>();
      const last = Math.floor((until + WIDEST_MARGIN_MS) / DAY_MS);
      for (let at = Math.floor((from - WIDEST_MARGIN_MS) / DAY_MS); at <= last; at++) {
        for (const fact of this.#busyByDay.get(at) ?? []) busy.add(fact);
      }
      const facts = { ...this.#facts, busy: [...busy] };
      day = siteDayOf(facts, { date, resources, booker: bookerOfBooking(row), seats: row.seats, now: this.#now });
      this.#days.set(key, day);
    }
    return day;
  }
}
