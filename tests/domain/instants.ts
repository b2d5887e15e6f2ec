import type { Instant, Window } from '@mitoyen/domain';

/** `instant('2027-03-15T09:00+01:00')`: tests spell instants with their offset, so that no zone rule is needed to read them. */
export function instant(text: string): Instant {
  return Temporal.Instant.from(text).epochMilliseconds;
}

/** `range('2027-03-15T09:00+01:00', '2027-03-15T12:00+01:00')`. */
export function range(from: string, until: string): Window {
  return { from: instant(from), until: instant(until) };
}

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
