import type { Money, ResourceKind } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';

/** No-break space: hours and prices never split over two lines. */
const NB = '\u00a0';

/** English as read in Europe: 24 hours, day before month. */
const intlLocale = () => (getLocale() === 'fr' ? 'fr-FR' : 'en-GB');

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a DateTimeFormat costs about a thousand times its use, and a day's drawing needs hundreds. */
function dateFormat(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = intlLocale();
  const key = `${locale}|${timeZone}|${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    formats.set(key, format);
  }
  return format;
}

/** `9 h`, `12 h 30`; `09:00`, `12:30` in English. `instant` is ISO 8601, read in the site's zone. */
export function formatTime(instant: string, timeZone: string): string {
  const parts = dateFormat(timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(
    new Date(instant),
  );
  const hour = parts.find(({ type }) => type === 'hour')?.value ?? '';
  const minute = parts.find(({ type }) => type === 'minute')?.value ?? '';
  return clock(hour, minute);
}

/** The same for a local time of the schedule, `HH:MM`. */
export function formatLocalTime(time: string): string {
  const [hour = '', minute = ''] = time.split(':');
  return clock(hour, minute);
}

function clock(hour: string, minute: string): string {
  if (getLocale() !== 'fr') return `${hour}:${minute}`;
  return minute === '00' ? `${Number(hour)}${NB}h` : `${Number(hour)}${NB}h${NB}${minute}`;
}

/** `9 h – 12 h 30`. */
export function formatTimeRange(from: string, until: string, timeZone: string): string {
  return `${formatTime(from, timeZone)}${NB}–${NB}${formatTime(until, timeZone)}`;
}

/** `mardi 24 novembre`, with the year when it is not this one. */
export function formatDay(instant: string, timeZone: string): string {
  return dateFormat(timeZone, { weekday: 'long', day: 'numeric', month: 'long' }).format(new Date(instant));
}

/** `mar. 24 nov.` */
export function formatShortDay(instant: string, timeZone: string): string {
  return dateFormat(timeZone, { weekday: 'short', day: 'numeric', month: 'short' }).format(new Date(instant));
}

/** `24 novembre 2026` */
export function formatDate(instant: string, timeZone: string): string {
  return dateFormat(timeZone, { day: 'numeric', month: 'long', year: 'numeric' }).format(new Date(instant));
}

/** `24 novembre 2026, 9 h` */
export function formatDateTime(instant: string, timeZone: string): string {
  return `${formatDate(instant, timeZone)}, ${formatTime(instant, timeZone)}`;
}

/** Parts of a local date `YYYY-MM-DD`, for calendars: `mar.`, `24`, `nov.`. */
export function dateParts(date: string): { weekday: string; day: string; month: string } {
  const noon = new Date(`${date}T12:00:00Z`);
  const part = (options: Intl.DateTimeFormatOptions) => dateFormat('UTC', options).format(noon);
  return { weekday: part({ weekday: 'short' }), day: part({ day: 'numeric' }), month: part({ month: 'short' }) };
}

/** `mardi 24 novembre` of a local date. */
export function formatLocalDate(date: string): string {
  return formatDay(`${date}T12:00:00Z`, 'UTC');
}

/** 1 = Monday … 7 = Sunday. 2024-01-01 was a Monday. */
export function formatWeekday(weekday: number, width: 'long' | 'short' = 'long'): string {
  return dateFormat('UTC', { weekday: width }).format(new Date(Date.UTC(2024, 0, weekday, 12)));
}

/** `14 €`, `14,50 €`; free of charge is said in words. */
export function formatMoney({ minor, currency }: Money): string {
  if (minor === 0) return m.money_free();
  const format = new Intl.NumberFormat(intlLocale(), {
    style: 'currency',
    currency,
    trailingZeroDisplay: 'stripIfInteger',
  });
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minor / 10 ** digits);
}

/** `3,5 h` of work time: lengths, not clock times. */
export function formatDuration(from: string, until: string): string {
  const minutes = Math.round((Date.parse(until) - Date.parse(from)) / 60_000);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest}${NB}min`;
  return rest === 0 ? `${hours}${NB}h` : `${hours}${NB}h${NB}${String(rest).padStart(2, '0')}`;
}

export function formatDistance(km: number): string {
  const digits = km < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(intlLocale(), { maximumFractionDigits: digits }).format(km)}${NB}km`;
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(intlLocale()).format(value);
}

const MEASURE_UNITS = { co2: 'ppm', temperature: '°C', humidity: '%', illuminance: 'lx' } as const;

/** `640 ppm`, `20,5 °C`: what a sensor measures, its unit never on another line. */
export function formatMeasure(value: number, kind: keyof typeof MEASURE_UNITS): string {
  const digits = kind === 'temperature' ? 1 : 0;
  const number = new Intl.NumberFormat(intlLocale(), { maximumFractionDigits: digits }).format(value);
  return `${number}${NB}${MEASURE_UNITS[kind]}`;
}

export function kindName(kind: ResourceKind): string {
  return { desk: m.kind_desk, room: m.kind_room, video: m.kind_video, seats: m.kind_seats }[kind]();
}

/** `75 %`; `75%` in English. `share` is of one. */
export function formatPercent(share: number): string {
  return new Intl.NumberFormat(intlLocale(), { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** Hours of work time counted up: `1 204 h`, `12,5 h`. */
export function formatHours(hours: number): string {
  const digits = hours < 100 ? 1 : 0;
  return `${new Intl.NumberFormat(intlLocale(), { maximumFractionDigits: digits }).format(hours)}${NB}h`;
}

const AGO_STEPS = [
  { unit: 'second', ms: 1_000, most: 90 },
  { unit: 'minute', ms: 60_000, most: 90 },
  { unit: 'hour', ms: 3_600_000, most: 36 },
  { unit: 'day', ms: 86_400_000, most: Number.POSITIVE_INFINITY },
] as const;

/** `12 min`, `3 h`, `2 j`: how long since, in few letters. Never negative: two clocks are never quite the same. */
export function formatSince(instant: string, now: number): string {
  const elapsed = Math.max(0, now - Date.parse(instant));
  const step = AGO_STEPS.find(({ ms, most }) => elapsed / ms < most) ?? AGO_STEPS[3];
  return new Intl.NumberFormat(intlLocale(), { style: 'unit', unit: step.unit, unitDisplay: 'short' }).format(
    Math.floor(elapsed / step.ms),
  );
}

/** `novembre 2026` of `2026-11`. */
export function formatMonth(month: string): string {
  return dateFormat('UTC', { month: 'long', year: 'numeric' }).format(new Date(`${month}-15T12:00:00Z`));
}

/** `mar. 24 nov. 2026` of a local date. */
export function formatShortLocalDate(date: string): string {
  return dateFormat('UTC', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(
    new Date(`${date}T12:00:00Z`),
  );
}

/** `24 novembre` or, of two dates, `du 23 au 29 novembre 2026`: no longer than needed. */
export function formatLocalRange(from: string, until: string): string {
  const noon = (date: string) => new Date(`${date}T12:00:00Z`);
  return dateFormat('UTC', { day: 'numeric', month: 'long', year: 'numeric' }).formatRange(noon(from), noon(until));
}
