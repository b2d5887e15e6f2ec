import { STAFF_CLASS } from '../audience/audiences.ts';
import type { AudienceClass, AudienceCode } from '../audience/types.ts';
import type { Closure } from '../availability/types.ts';
import type { Money } from '../pricing/types.ts';
import type { Instant, Window } from '../time/types.ts';
import { contains, normalise, overlaps, subtract, totalMs } from '../time/windows.ts';
import type { Handover, ScheduledWindow } from './types.ts';

/** A schedule over some dates: its expansion, or the effective hours, and the closures that were taken out of it. */
export interface PlannedHours {
  readonly windows: readonly ScheduledWindow[];
  readonly handovers: readonly Handover[];
  readonly closures: readonly Closure[];
}

/** An active booking that begins or runs in the dates compared. */
export interface BookingUnderChange extends Window {
  readonly id: string;
  readonly spaceId: string;
  readonly audience: AudienceCode;
  /** Its class in this space; staff's bookings need an opening, but of no audience in particular. */
  readonly audienceClass: AudienceClass;
  readonly memberId: string;
  readonly seriesId: string | null;
  /** What was paid or is owed for it, VAT included. */
  readonly price: Money;
}

export interface GrantUnderChange {
  readonly id: string;
  readonly bookingId: string | null;
}

export interface DiffFacts {
  readonly before: PlannedHours;
  /** The same dates after the change. */
  readonly after: PlannedHours;
  readonly bookings: readonly BookingUnderChange[];
  readonly grants: readonly GrantUnderChange[];
}

/** Why a booking no longer has its window, the plainest reason first. */
export type LossReason = 'closed' | 'in_handover' | 'audience_not_admitted' | 'outside_opening_window';

export interface AffectedBooking {
  readonly bookingId: string;
  readonly reason: LossReason;
  readonly isRunning: boolean;
  /** To give back if it is cancelled: all of it before its start; of a running one, the part of its time that is lost. */
  readonly refund: Money;
  readonly memberId: string;
  readonly seriesId: string | null;
}

export interface HoursChange extends Window {
  readonly spaceId: string;
  readonly audience: AudienceCode;
}

export interface ScheduleDiff {
  /** Time that an audience gains or loses in a space, by space, audience and start. */
  readonly gained: readonly HoursChange[];
  readonly lost: readonly HoursChange[];
  /** By start, then by id. */
  readonly bookings: readonly AffectedBooking[];
  /** Series with occurrences among them, and how many of the occurrences given stay. By id. */
  readonly series: readonly { readonly seriesId: string; readonly affected: number; readonly untouched: number }[];
  /** Whom to tell, each once. By id. */
  readonly members: readonly { readonly memberId: string; readonly bookingIds: readonly string[] }[];
  /** The sum of the refunds, by currency; currencies of nothing are left out. */
  readonly refunds: readonly Money[];
  /** Grants of the affected bookings: these doors no longer open. In the order given. */
  readonly grantIds: readonly string[];
  readonly handoversGained: readonly Handover[];
  readonly handoversLost: readonly Handover[];
}

/**
 * What a change of hours, audiences or closures touches, before it is applied.
 *
 * A booking is affected when it lay in hours of its audience before and no longer does. Bookings that lay outside before
 * (kept as exceptions) and bookings that are over at `now` are not. Reasons: `closed` (a new closure meets it);
 * `in_handover`; `audience_not_admitted` (all of it is open, but not to its audience); `outside_opening_window`.
 */
export function diffSchedules(facts: DiffFacts, now: Instant): ScheduleDiff {
  const before = new Hours(facts.before);
  const after = new Hours(facts.after);
  const running = facts.bookings.filter(({ until }) => until > now);

  const affected = running
    .filter((booking) => before.holds(booking) && !after.holds(booking))
    .sort((a, b) => a.from - b.from || compare(a.id, b.id));
  const bookings = affected.map((booking): AffectedBooking => {
    const { id: bookingId, memberId, seriesId, from } = booking;
    const isRunning = from <= now;
    const refund = isRunning ? partLost(booking, after.hoursOf(booking), now) : booking.price;
    return { bookingId, reason: after.reasonFor(booking), isRunning, refund, memberId, seriesId };
  });

  const affectedIds = new Set(affected.map(({ id }) => id));
  return {
    gained: changes(after, before),
    lost: changes(before, after),
    bookings,
    series: [...Map.groupBy(running, ({ seriesId }) => seriesId)]
      .flatMap(([seriesId, of]) => {
        const count = of.filter(({ id }) => affectedIds.has(id)).length;
        return seriesId === null || count === 0 ? [] : [{ seriesId, affected: count, untouched: of.length - count }];
      })
      .sort((a, b) => compare(a.seriesId, b.seriesId)),
    members: [...Map.groupBy(bookings, ({ memberId }) => memberId)]
      .map(([memberId, of]) => ({ memberId, bookingIds: of.map(({ bookingId }) => bookingId) }))
      .sort((a, b) => compare(a.memberId, b.memberId)),
    refunds: sumByCurrency(bookings.map(({ refund }) => refund)),
    grantIds: facts.grants
      .filter(({ bookingId }) => bookingId !== null && affectedIds.has(bookingId))
      .map(({ id }) => id),
    handoversGained: missingFrom(facts.before.handovers, facts.after.handovers),
    handoversLost: missingFrom(facts.after.handovers, facts.before.handovers),
  };
}

/** The hours of every space and audience, as normal lists. */
class Hours {
  readonly #hours: PlannedHours;
  readonly #own = new Map<string, readonly Window[]>();
  readonly #any: ReadonlyMap<string, readonly Window[]>;
  readonly keys: ReadonlyMap<string, readonly [string, AudienceCode]>;

  constructor(hours: PlannedHours) {
    this.#hours = hours;
    const keys = new Map<string, readonly [string, AudienceCode]>();
    for (const [key, of] of Map.groupBy(hours.windows, keyOf)) {
      const [{ spaceId, audience }] = of as [ScheduledWindow];
      keys.set(key, [spaceId, audience]);
      this.#own.set(key, normalise(of));
    }
    this.keys = keys;
    this.#any = new Map(
      [...Map.groupBy(hours.windows, ({ spaceId }) => spaceId)].map(([spaceId, of]) => [spaceId, normalise(of)]),
    );
  }

  hoursOf(of: { readonly spaceId: string; readonly audience: AudienceCode; readonly audienceClass?: AudienceClass }) {
    return (of.audienceClass === STAFF_CLASS ? this.#any.get(of.spaceId) : this.#own.get(keyOf(of))) ?? [];
  }

  holds(booking: BookingUnderChange): boolean {
    return contains(this.hoursOf(booking), booking);
  }

  reasonFor(booking: BookingUnderChange): LossReason {
    const isMet = (window: Window & { readonly spaceId: string | null }) =>
      (window.spaceId === null || window.spaceId === booking.spaceId) && overlaps(window, booking);
    if (this.#hours.closures.some(isMet)) return 'closed';
    if (this.#hours.handovers.some(isMet)) return 'in_handover';
    return contains(this.#any.get(booking.spaceId) ?? [], booking) ? 'audience_not_admitted' : 'outside_opening_window';
  }
}

function changes(of: Hours, other: Hours): HoursChange[] {
  return [...of.keys.values()]
    .flatMap(([spaceId, audience]) =>
      subtract(of.hoursOf({ spaceId, audience }), other.hoursOf({ spaceId, audience })).map((window) => ({
        ...window,
        spaceId,
        audience,
      })),
    )
    .sort((a, b) => compare(a.spaceId, b.spaceId) || compare(a.audience, b.audience) || a.from - b.from);
}

/** In whole minor units, rounded up: the place changed its hours, not the member. */
function partLost(booking: BookingUnderChange, hours: readonly Window[], now: Instant): Money {
  const rest = { from: Math.max(booking.from, now), until: booking.until };
  const lostMs = totalMs(subtract([rest], hours));
  const { minor, currency } = booking.price;
  return { minor: Math.ceil((minor * lostMs) / (booking.until - booking.from)), currency };
}

function sumByCurrency(amounts: readonly Money[]): Money[] {
  return [...Map.groupBy(amounts, ({ currency }) => currency)]
    .map(([currency, of]) => ({ minor: of.reduce((sum, { minor }) => sum + minor, 0), currency }))
    .filter(({ minor }) => minor !== 0)
    .sort((a, b) => compare(a.currency, b.currency));
}

function missingFrom(some: readonly Handover[], all: readonly Handover[]): Handover[] {
  const spell = ({ spaceId, from, until, leaving, arriving }: Handover) =>
    [spaceId, from, until, leaving, arriving].join(' ');
  const known = new Set(some.map(spell));
  return all.filter((handover) => !known.has(spell(handover)));
}

function keyOf({ spaceId, audience }: { readonly spaceId: string; readonly audience: AudienceCode }): string {
  return `${spaceId} ${audience}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
