/**
 * Calendar arithmetic on local dates `YYYY-MM-DD`, for browsers as they are: not all of them have Temporal. A date stands for its
 * midnight in UTC, where days always have 24 hours.
 */
const DAY_MS = 86_400_000;

const at = (date: string) => Date.parse(`${date}T00:00:00Z`);
const dateAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export function addDays(date: string, days: number): string {
  return dateAt(at(date) + days * DAY_MS);
}

/** How many days from one date to another. */
export function daysBetween(from: string, until: string): number {
  return Math.round((at(until) - at(from)) / DAY_MS);
}

/** 1 = Monday … 7 = Sunday. */
export function weekdayOf(date: string): number {
  return new Date(at(date)).getUTCDay() || 7;
}

export function mondayOf(date: string): string {
  return addDays(date, 1 - weekdayOf(date));
}

/** ISO 8601: the week belongs to the year of its Thursday. */
export function isoWeekOf(date: string): number {
  const thursday = addDays(mondayOf(date), 3);
  return 1 + Math.floor(daysBetween(`${thursday.slice(0, 4)}-01-01`, thursday) / 7);
}

export function isDate(text: string | null): text is string {
  return (
    text !== null && /^(19|20|21)\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(at(text)) && dateAt(at(text)) === text
  );
}

/** The first days of the twelve months from the one of `date` on. */
export function twelveMonths(date: string): string[] {
  const [year = 0, month = 0] = date.split('-').map(Number);
  return Array.from({ length: 12 }, (_, index) =>
    new Date(Date.UTC(year, month - 1 + index, 1)).toISOString().slice(0, 10),
  );
}

/** Mondays whose weeks touch the month of this first day. */
export function weeksOfMonth(firstDay: string): string[] {
  const mondays: string[] = [];
  for (let monday = mondayOf(firstDay); monday.slice(0, 7) <= firstDay.slice(0, 7); monday = addDays(monday, 7)) {
    mondays.push(monday);
  }
  return mondays;
}

export const MIDNIGHT = 1_440;

export function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

export function timeOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** A time field cannot say `24:00`: the end of a day is the next one's first minute there. */
export const toField = (endsAt: string) => (endsAt === '24:00' ? '00:00' : endsAt);
export const fromField = (endsAt: string) => (endsAt === '00:00' ? '24:00' : endsAt);

const formats = new Map<string, Intl.DateTimeFormat>();

/** Where the hands of the place's clock stand. */
export function localOf(instant: string, timeZone: string): { date: string; minute: number } {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    formats.set(timeZone, format);
  }
  const [date = '', time = ''] = format.format(new Date(instant)).split(' ');
  return { date, minute: minutesOf(time) };
}

/** The instant at which the place's clock shows this; a time that is skipped is read one hour later, one that comes twice the first time. */
export function instantOf(date: string, time: string, timeZone: string): string {
  const wanted = at(date) + minutesOf(time) * 60_000;
  const offsetAt = (ms: number) => {
    const local = localOf(new Date(ms).toISOString(), timeZone);
    return at(local.date) + local.minute * 60_000 - ms;
  };
  const before = offsetAt(wanted - DAY_MS);
  const guess = wanted - before;
  const settled = wanted - offsetAt(guess);
  const isThere = offsetAt(settled) === wanted - settled;
  return new Date(isThere && settled <= guess ? settled : guess).toISOString();
}
