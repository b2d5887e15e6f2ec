import { addDays, dayWindow, HOUR_MS, localDateOf, MINUTE_MS } from '../time/local.ts';
import type { Instant, Outcome, TimeZone, Window } from '../time/types.ts';

/**
 * Bookings begin and end on quarter hours of local time. Every zone's offset in force is a whole number of quarter
 * hours (the odd ones are Nepal's +05:45 and Chatham's +12:45), so a quarter hour of local time is a quarter hour of
 * the epoch.
 */
export const GRID_MS = 15 * MINUTE_MS;

export interface BookingLimits {
  readonly minMs: number;
  /** Elapsed time, also on the day of a clock change. */
  readonly maxMs: number;
  /** How many days ahead a booking may begin: until the end of that local day. */
  readonly horizonDays: number;
  /** How long after its start a window may still be asked for: a visitor at 9:05 books the quarter that runs. */
  readonly graceMs: number;
}

export const DEFAULT_BOOKING_LIMITS: BookingLimits = {
  minMs: 30 * MINUTE_MS,
  maxMs: 14 * HOUR_MS,
  horizonDays: 90,
  graceMs: GRID_MS,
};

export type RequestRefusal =
  | 'not_a_window'
  | 'off_grid'
  | 'too_short'
  | 'too_long'
  | 'not_one_day'
  | 'in_the_past'
  | 'too_far_ahead';

/** True on a quarter hour. */
export function isOnGrid(instant: Instant): boolean {
  return instant % GRID_MS === 0;
}

/**
 * Whether the window has a shape that can be booked at all, before any calendar is read.
 * Refusals, in the order in which they are looked for: `not_a_window` (not integers, or end not after start),
 * `off_grid` (not on quarter hours), `too_short`, `too_long`, `not_one_day` (crosses a local midnight; ending at
 * midnight does not), `in_the_past` (started `graceMs` ago or more), `too_far_ahead`.
 */
export function validateRequest(
  window: Window,
  context: { readonly zone: TimeZone; readonly now: Instant; readonly limits?: BookingLimits },
): Outcome<Window, RequestRefusal> {
  const { zone, now, limits = DEFAULT_BOOKING_LIMITS } = context;
  if (!isInstant(window.from) || !isInstant(window.until) || window.until <= window.from) return refuse('not_a_window');
  if (!isOnGrid(window.from) || !isOnGrid(window.until)) return refuse('off_grid');
  const length = window.until - window.from;
  if (length < limits.minMs) return refuse('too_short');
  if (length > limits.maxMs) return refuse('too_long');
  if (window.until > dayWindow(localDateOf(window.from, zone), zone).until) return refuse('not_one_day');
  if (window.from <= now - limits.graceMs) return refuse('in_the_past');
  const lastDay = addDays(localDateOf(now, zone), limits.horizonDays);
  if (window.from >= dayWindow(lastDay, zone).until) return refuse('too_far_ahead');
  return { ok: true, value: { from: window.from, until: window.until } };
}

/** Years beyond 9999 have no four-digit date; instants are kept inside what every part of the system can spell. */
const FIRST_INSTANT = -62_135_596_800_000;
const LAST_INSTANT = 253_402_300_799_999;
const DAY_MS = 24 * HOUR_MS;

function isInstant(value: number): boolean {
  return Number.isInteger(value) && value >= FIRST_INSTANT + DAY_MS && value <= LAST_INSTANT - DAY_MS;
}

function refuse(reason: RequestRefusal): Outcome<never, RequestRefusal> {
  return { ok: false, reason };
}

/** What a booking takes of its resource: its window and the resource's buffers. Kept disjoint by the database. */
export function occupiedWindow(
  window: Window,
  resource: { readonly bufferBeforeMs: number; readonly bufferAfterMs: number },
): Window {
  return { from: window.from - resource.bufferBeforeMs, until: window.until + resource.bufferAfterMs };
}

/** How long a booking's class holds the space: until the handover after it is over. `[start, end + handover)`. */
export function spaceHoldWindow(window: Window, handoverMs: number): Window {
  return { from: window.from, until: window.until + handoverMs };
}
