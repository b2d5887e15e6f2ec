import type { Instant, LocalDate, LocalTime, TimeZone, Weekday, Window } from './types.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** What one local day is in absolute time. */
interface Day {
  readonly date: LocalDate;
  readonly window: Window;
  /** True when the clocks do not change on it: an instant is then `from` plus the minutes on the wall. */
  readonly isRegular: boolean;
}

/** Asking Temporal for a zone costs microseconds; a site-day asks for the same few days thousands of times. */
const DAYS_KEPT_PER_ZONE = 2_048;
const ZONES_KEPT = 64;

interface ZoneDays {
  readonly days: Map<LocalDate, Day>;
  last: Day | null;
}

const zones = new Map<TimeZone, ZoneDays>();

function daysOf(zone: TimeZone): ZoneDays {
  let known = zones.get(zone);
  if (known === undefined) {
    if (zones.size >= ZONES_KEPT) zones.clear();
    known = { days: new Map(), last: null };
    zones.set(zone, known);
  }
  return known;
}

function dayOf(date: LocalDate, zone: TimeZone): Day {
  const known = daysOf(zone);
  const kept = known.days.get(date);
  if (kept !== undefined) return kept;

  const plain = Temporal.PlainDate.from(date);
  const window = {
    from: plain.toZonedDateTime(zone).epochMilliseconds,
    until: plain.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds,
  };
  // No zone of the tz database changes its clocks twice in one day between 1970 and 2040: 24 hours mean no change.
  const isRegular = window.until - window.from === 24 * HOUR_MS;
  const day = { date, window, isRegular };
  if (known.days.size >= DAYS_KEPT_PER_ZONE) known.days.clear();
  known.days.set(date, day);
  return day;
}

const LOCAL_TIME = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/**
 * Minutes since 00:00 of a wall-clock time; `24:00` is 1,440.
 * @throws RangeError when the text is not `HH:MM`: callers validate input at the edge.
 */
export function minutesOf(time: LocalTime): number {
  const parts = LOCAL_TIME.exec(time);
  if (parts === null) throw new RangeError(`not a local time: ${JSON.stringify(time)}`);
  return parts[1] === undefined ? 1_440 : Number(parts[1]) * 60 + Number(parts[2]);
}

/** The wall-clock time so many whole minutes after 00:00, 0 to 1,440: the inverse of `minutesOf`. */
export function timeOfMinutes(minutes: number): LocalTime {
  if (!Number.isInteger(minutes) || minutes < 0 || minutes > 1_440)
    throw new RangeError(`not minutes of a day: ${minutes}`);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/**
 * True for an IANA zone name that this runtime knows. Offsets such as `+02:00` are not zones: they have no clock
 * changes.
 */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * The local day as an absolute window: 23 or 25 hours long when the clocks change, from one first instant to the next.
 */
export function dayWindow(date: LocalDate, zone: TimeZone): Window {
  return dayOf(date, zone).window;
}

/**
 * The instant of a wall-clock time, by Temporal's `compatible` rule (RFC 5545, 3.3.5): a time that the clocks skip
 * moves forward by the length of the gap (02:30 becomes 03:30), a time that they show twice is the first of the two.
 * `24:00` is the first instant of the next day. Ranges of opening use `localRange`, which treats the gap otherwise.
 */
export function localToInstant(date: LocalDate, time: LocalTime, zone: TimeZone): Instant {
  const day = dayOf(date, zone);
  const minutes = minutesOf(time);
  if (minutes === 1_440) return day.window.until;
  if (day.isRegular) return day.window.from + minutes * MINUTE_MS;
  return Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds;
}

/**
 * As `localToInstant`, but a time inside the gap is the instant of the clock change: order on the wall is order in
 * time.
 */
function boundary(date: LocalDate, time: LocalTime, zone: TimeZone): Instant {
  const day = dayOf(date, zone);
  if (day.isRegular || time === '24:00') return localToInstant(date, time, zone);
  const wall = Temporal.PlainDateTime.from(`${date}T${time}`);
  const earlier = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(wall)) return earlier.epochMilliseconds;
  const change = earlier.getTimeZoneTransition('next') as Temporal.ZonedDateTime;
  return change.epochMilliseconds;
}

/**
 * A range of wall time on one day, or null when nothing of it exists. A boundary inside the hour that the clocks skip
 * is the instant of the change (an opening at 02:30 begins at 03:00), one that they show twice is the first of the two:
 * ranges that touch on the wall touch in time, and a range across the change lasts as long as it really lasts. `endsAt`
 * may be `24:00`.
 */
export function localRange(date: LocalDate, startsAt: LocalTime, endsAt: LocalTime, zone: TimeZone): Window | null {
  const from = boundary(date, startsAt, zone);
  const until = boundary(date, endsAt, zone);
  return from < until ? { from, until } : null;
}

/** The calendar date that a calendar in `zone` shows at the instant. */
export function localDateOf(instant: Instant, zone: TimeZone): LocalDate {
  const known = daysOf(zone);
  if (known.last !== null && instant >= known.last.window.from && instant < known.last.window.until) {
    return known.last.date;
  }
  const date = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
  known.last = dayOf(date, zone);
  return date;
}

/** The wall-clock time, to the minute below, that a clock in `zone` shows at the instant. */
export function localTimeOf(instant: Instant, zone: TimeZone): LocalTime {
  const day = dayOf(localDateOf(instant, zone), zone);
  if (!day.isRegular) {
    return Temporal.Instant.fromEpochMilliseconds(instant)
      .toZonedDateTimeISO(zone)
      .toPlainTime()
      .toString()
      .slice(0, 5);
  }
  return timeOfMinutes(Math.floor((instant - day.window.from) / MINUTE_MS));
}

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export function weekdayOf(date: LocalDate): Weekday {
  return Temporal.PlainDate.from(date).dayOfWeek as Weekday;
}

/** The date `days` calendar days later (earlier when negative). */
export function addDays(date: LocalDate, days: number): LocalDate {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** Every date from `first` to `last`, both included; empty when `last` comes first. */
export function datesBetween(first: LocalDate, last: LocalDate): LocalDate[] {
  const dates: LocalDate[] = [];
  for (let date = first; date <= last; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** The Monday of the date's ISO week. */
export function mondayOf(date: LocalDate): LocalDate {
  return addDays(date, 1 - weekdayOf(date));
}
