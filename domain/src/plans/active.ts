import { addDays, dayWindow, localToInstant } from '../time/local.ts';
import type { Instant, TimeZone, Window } from '../time/types.ts';
import { containsInstant, intersect, normalise, subtract } from '../time/windows.ts';
import type { AccessRule, DateSpan, Membership } from './types.ts';

/** The end of what goes on: the last millisecond of the year 9999, which every part of the system can spell. */
export const OPEN_END: Instant = 253_402_300_799_999;

/**
 * When a membership gives its rights: the one function that doors, bookings, pages and the API ask, so that all of them
 * agree to the second. A normal list; empty for a membership that ends before it starts.
 *
 * Days are local days of `zone`, from their first instant to the next day's: a membership that ends on the day of the
 * clock change has its 23 or 25 hours. Pauses are whole days; suspensions are instants.
 */
export function membershipActiveDuring(membership: Membership, zone: TimeZone): Window[] {
  const { startsOn, startsAt, endsOn, endsAt } = membership;
  const from = startsAt === null ? dayWindow(startsOn, zone).from : localToInstant(startsOn, startsAt, zone);
  const until = endsOn === null ? OPEN_END : localToInstant(endsOn, endsAt ?? '24:00', zone);
  if (from >= until) return [];
  const without = [
    ...membership.pauses.map((span) => windowOfDays(span, zone)),
    ...membership.suspensions.map((each) => ({ from: each.from, until: each.until ?? OPEN_END })),
  ];
  return subtract([{ from, until }], normalise(without));
}

/** At its first instant it is, at the first instant after its last day it is not any more. */
export function isMembershipActive(membership: Membership, zone: TimeZone, at: Instant): boolean {
  return containsInstant(membershipActiveDuring(membership, zone), at);
}

/** Local days, both included, as a window: from the first instant of the first to that of the day after the last. */
export function windowOfDays({ firstOn, lastOn }: DateSpan, zone: TimeZone): Window {
  return { from: dayWindow(firstOn, zone).from, until: dayWindow(addDays(lastOn, 1), zone).from };
}

/**
 * When the holder may come in. All lists are normal. `audience` are the hours of the holder's audience at the place,
 * `staffed` those with somebody there, `bookings` the holder's own.
 */
export function accessDuring(
  rule: AccessRule,
  facts: {
    readonly active: readonly Window[];
    readonly audience: readonly Window[];
    readonly staffed: readonly Window[];
    readonly bookings: readonly Window[];
  },
): Window[] {
  const booked = intersect(facts.active, facts.bookings);
  if (rule === 'bookings_only') return booked;
  const open = intersect(facts.active, facts.audience);
  const free = rule === 'around_the_clock' ? open : intersect(open, facts.staffed);
  return normalise([...booked, ...free]);
}
