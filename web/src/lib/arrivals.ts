import type { HostDay } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';

export type HostBooking = HostDay['bookings'][number];
export type Arrival = 'held' | 'expected' | 'late' | 'arrived' | 'gone' | 'missed';

/** Nobody is late for the first quarter of an hour. */
const GRACE_MS = 15 * 60_000;

/** Where somebody who booked stands at `now` (epoch milliseconds), as the host needs it. */
export function arrivalOf({ status, startsAt, endsAt, checkedInAt }: HostBooking, now: number): Arrival {
  if (status === 'held') return 'held';
  if (status === 'no_show') return 'missed';
  if (status === 'completed') return 'gone';
  const isOver = Date.parse(endsAt) <= now;
  if (checkedInAt !== null) return isOver ? 'gone' : 'arrived';
  if (isOver) return 'missed';
  return Date.parse(startsAt) + GRACE_MS < now ? 'late' : 'expected';
}

export function arrivalText(arrival: Arrival): string {
  switch (arrival) {
    case 'held':
      return m.host_arrival_held();
    case 'expected':
      return m.host_arrival_expected();
    case 'late':
      return m.host_arrival_late();
    case 'arrived':
      return m.host_arrival_arrived();
    case 'gone':
      return m.host_arrival_gone();
    case 'missed':
      return m.host_arrival_missed();
  }
}
