import type { Window } from '@mitoyen/domain';
import { and, gt, lt, type SQL, sql } from 'drizzle-orm';
import { bookings, windowToSql } from '../schema/index.ts';

const HOUR_MS = 3_600_000;
/** The checks of the table `bookings`: no booking lasts longer, no buffer or handover reaches further. */
const LONGEST_MS = 25 * HOUR_MS;
const WIDEST_MARGIN_MS = 8 * HOUR_MS;

/**
 * Bookings whose occupied range or space hold meets `window`. Said twice: exactly, by the ranges; and by the bounds of their start, which
 * an index serves. Under row-level security the planner takes only leakproof operators into an index, and a range's `&&` is none.
 */
export function meets(window: Window): SQL | undefined {
  return and(
    gt(bookings.startsAt, window.from - LONGEST_MS - WIDEST_MARGIN_MS),
    lt(bookings.startsAt, window.until + WIDEST_MARGIN_MS),
    sql`(${bookings.occupied} && ${windowToSql(window)}::tstzrange or ${bookings.spaceHold} && ${windowToSql(window)}::tstzrange)`,
  );
}

/** Bookings whose booked time itself meets `window`, bounded for the same index. */
export function takesPlaceIn(window: Window): SQL | undefined {
  return and(
    gt(bookings.startsAt, window.from - LONGEST_MS),
    lt(bookings.startsAt, window.until),
    gt(bookings.endsAt, window.from),
  );
}
