import type { Instant, Outcome, Window } from '../time/types.ts';
import { ACTIVE_BOOKING_STATUSES, type BookingStatus } from './types.ts';

/**
 * What can happen to a booking. `reinstate` undoes a cancellation or a no-show and must meet the database's constraints
 * again.
 */
export type BookingEvent = 'confirm' | 'expire' | 'cancel' | 'check_in' | 'complete' | 'mark_no_show' | 'reinstate';

/** The whole life cycle; what is not listed does not happen. */
export const BOOKING_TRANSITIONS: Readonly<
  Record<BookingStatus, Readonly<Partial<Record<BookingEvent, BookingStatus>>>>
> = {
  held: { confirm: 'confirmed', expire: 'expired', cancel: 'cancelled' },
  confirmed: { check_in: 'checked_in', cancel: 'cancelled', mark_no_show: 'no_show' },
  // A host may have to empty a room in use.
  checked_in: { complete: 'completed', cancel: 'cancelled' },
  completed: {},
  cancelled: { reinstate: 'confirmed' },
  expired: {},
  // A place without a connection tells late who came.
  no_show: { reinstate: 'confirmed', check_in: 'completed' },
};

/** True for a status in which the booking occupies its resource and its space. */
export function isActive(status: BookingStatus): boolean {
  return (ACTIVE_BOOKING_STATUSES as readonly BookingStatus[]).includes(status);
}

/**
 * The status after `event`. Refused with `transition_not_allowed`, detail: where the booking stands and what was asked.
 */
export function transition(
  status: BookingStatus,
  event: BookingEvent,
): Outcome<BookingStatus, 'transition_not_allowed', { readonly status: BookingStatus; readonly event: BookingEvent }> {
  const next = BOOKING_TRANSITIONS[status][event];
  return next === undefined
    ? { ok: false, reason: 'transition_not_allowed', detail: { status, event } }
    : { ok: true, value: next };
}

/** What the rules below need of a booking. */
export interface BookingState {
  readonly status: BookingStatus;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/** Who asks: the member for their own booking, or staff of the place (host, manager). */
export type BookingActor = 'member' | 'staff';

/**
 * Whether the booking may be cancelled at the instant: by its member until it starts, by staff until it ends.
 * Refusals: `not_active`, `already_started` (members), `already_ended` (staff).
 */
export function mayCancel(
  booking: BookingState,
  at: Instant,
  by: BookingActor = 'member',
): Outcome<BookingStatus, 'not_active' | 'already_started' | 'already_ended'> {
  if (!isActive(booking.status)) return { ok: false, reason: 'not_active' };
  if (at >= booking.endsAt) return { ok: false, reason: 'already_ended' };
  if (by === 'member' && at >= booking.startsAt) return { ok: false, reason: 'already_started' };
  return { ok: true, value: 'cancelled' };
}

/**
 * Whether the booking may be moved at the instant. A member moves it until it starts; staff may also shorten or extend
 * one that runs, as long as its start stays. That the new window is bookable is `isBookable`'s question. Refusals:
 * `not_active`, `already_started`, `already_ended`, `not_a_window`, `in_the_past` (the new window is over).
 */
export function mayMove(
  booking: BookingState,
  to: Window,
  at: Instant,
  by: BookingActor = 'member',
): Outcome<Window, 'not_active' | 'already_started' | 'already_ended' | 'not_a_window' | 'in_the_past'> {
  if (!isActive(booking.status)) return { ok: false, reason: 'not_active' };
  if (at >= booking.endsAt) return { ok: false, reason: 'already_ended' };
  if (!(to.from < to.until)) return { ok: false, reason: 'not_a_window' };
  if (at >= booking.startsAt && !(by === 'staff' && to.from === booking.startsAt)) {
    return { ok: false, reason: 'already_started' };
  }
  if (to.until <= at) return { ok: false, reason: 'in_the_past' };
  return { ok: true, value: to };
}
