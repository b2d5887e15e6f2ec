import { addDays, type DayHours, type LocalDate, type Outcome } from '@mitoyen/domain';
import OpeningHours from 'opening_hours';

export type OsmRefusal = 'not_understood' | 'holidays_not_understood';

/** What a value of `opening_hours` says, taken apart. */
export interface OsmHours {
  /** For each date from the one asked for on; without the rules about holidays. */
  readonly days: readonly DayHours[];
  /** The hours of a week of school holidays, Monday first; null: nothing is said of them. */
  readonly schoolHolidays: readonly DayHours[] | null;
  /** The hours of a public holiday; null: nothing is said of them. */
  readonly publicHolidays: DayHours | null;
  /** What the library remarks, in the reader's language where it has it. */
  readonly warnings: readonly string[];
  /** Times "by appointment" or the like: they were left out. */
  readonly hasUnknown: boolean;
}

const HOLIDAY_RULE = /^(PH|SH)(?:\s+(.*))?$/;
/** A Monday, for what is asked of any week. */
const ANY_MONDAY = '2027-03-01';

/**
 * Reads a value in the syntax of OpenStreetMap's `opening_hours` (with the library of that name, which also mends common mistakes and
 * says so). Rules that begin with `PH` or `SH` are kept apart: whose school holidays they are is for the place's own calendar to say.
 * Refusals, with the library's words as the detail: `not_understood`; `holidays_not_understood` (holidays amid other selectors).
 */
export function readOsmHours(
  value: string,
  from: LocalDate,
  dayCount: number,
  locale: 'fr' | 'en',
): Outcome<OsmHours, OsmRefusal, string> {
  const ordinary: string[] = [];
  const holidays: { PH: string[]; SH: string[] } = { PH: [], SH: [] };
  for (const rule of splitRules(value)) {
    const match = HOLIDAY_RULE.exec(rule);
    if (match === null) {
      if (/\b(PH|SH)\b/.test(withoutComments(rule)))
        return { ok: false, reason: 'holidays_not_understood', detail: rule };
      ordinary.push(rule);
      continue;
    }
    const rest = match[2] ?? '';
    // `PH off` and `SH off` close every day; `SH Mo-Fr 09:00-12:00` is a week of its own.
    holidays[match[1] as 'PH' | 'SH'].push(rest === '' ? '24/7' : rest);
  }
  try {
    const week = readDays(ordinary.length === 0 ? 'off' : ordinary.join('; '), from, dayCount, locale);
    const ofHolidays = (rules: readonly string[]) =>
      rules.length === 0 ? null : readDays(rules.join('; '), ANY_MONDAY, 7, locale);
    const school = ofHolidays(holidays.SH);
    const publicDays = ofHolidays(holidays.PH);
    const parts = [week, school, publicDays].filter((part) => part !== null);
    return {
      ok: true,
      value: {
        days: week.days,
        schoolHolidays: school?.days ?? null,
        publicHolidays: publicDays?.days[0] ?? null,
        warnings: parts.flatMap((part) => part.warnings),
        hasUnknown: parts.some((part) => part.hasUnknown),
      },
    };
  } catch (error) {
    return {
      ok: false,
      reason: 'not_understood',
      detail: typeof error === 'string' ? error : (error as Error).message,
    };
  }
}

function readDays(value: string, from: LocalDate, dayCount: number, locale: string) {
  const hours = new OpeningHours(value, null, {
    // Ranges of time, not points in it.
    mode: 0,
    tag_key: undefined,
    map_value: undefined,
    warnings_severity: undefined,
    locale,
  });
  // The library thinks in the process's own zone, as calendars on paper do: what is read back are wall times again.
  const at = (date: LocalDate) => {
    const [year, month, day] = date.split('-').map(Number) as [number, number, number];
    return new Date(year, month - 1, day);
  };
  const days: { from: number; until: number }[][] = Array.from({ length: dayCount }, () => []);
  const index = new Map(Array.from({ length: dayCount }, (_, position) => [addDays(from, position), position]));
  let hasUnknown = false;
  for (const [opens, closes, isUnknown] of hours.getOpenIntervals(at(from), at(addDays(from, dayCount)))) {
    if (isUnknown) {
      hasUnknown = true;
      continue;
    }
    // What goes on past midnight is the next day's from there on.
    for (let date = localDate(opens); ; date = addDays(date, 1)) {
      const isFirst = date === localDate(opens);
      const isLast = date === localDate(closes);
      const range = { from: isFirst ? minuteOf(opens) : 0, until: isLast ? minuteOf(closes) : 1440 };
      const position = index.get(date);
      if (position !== undefined && range.from < range.until) days[position]?.push(range);
      if (isLast) break;
    }
  }
  return { days: days.map(merge), warnings: hours.getWarnings(), hasUnknown };
}

const pad = (value: number) => String(value).padStart(2, '0');
const localDate = (date: Date): LocalDate => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
const minuteOf = (date: Date): number => date.getHours() * 60 + date.getMinutes();

function merge(ranges: readonly { from: number; until: number }[]): DayHours {
  const merged: { from: number; until: number }[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.until) last.until = Math.max(last.until, range.until);
    else merged.push({ ...range });
  }
  return merged;
}

/** Rules are separated by `;`, which may also stand in a comment in quotes. */
function splitRules(value: string): string[] {
  return (value.match(/(?:[^;"]|"[^"]*"?)+/g) ?? []).map((rule) => rule.trim()).filter((rule) => rule !== '');
}

function withoutComments(rule: string): string {
  return rule.replace(/"[^"]*"/g, '');
}
