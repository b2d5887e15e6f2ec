import type { LocalDate, Outcome, Weekday } from '../../time/types.ts';

/**
 * When something comes back, in dates of the place's own calendar: the part of RFC 5545's RRULE that a booking can need. Times of day
 * are beside it, so that a day of a clock change is like any other. It always ends: nobody holds a place for ever.
 */
export interface Recurrence {
  readonly frequency: 'daily' | 'weekly' | 'monthly';
  /** Every so many days, weeks or months. */
  readonly interval: number;
  /** Empty: the weekday of the first date (weekly), every day (daily), the day of the month of the first date (monthly). */
  readonly byWeekday: readonly RecurringWeekday[];
  /** Monthly only: 1 to 31, or -1 for the last day. */
  readonly byMonthDay: readonly number[];
  readonly ends: RecurrenceEnd;
}

export interface RecurringWeekday {
  readonly weekday: Weekday;
  /** Monthly only: the first to the fifth of the month, or -1 for the last; null is every one. */
  readonly ordinal: number | null;
}

export type RecurrenceEnd =
  | { readonly kind: 'count'; readonly count: number }
  /** The last date that may be part of it. */
  | { readonly kind: 'until'; readonly until: LocalDate };

/**
 * The dates of a rule, first to last, at most `most`. Dates that a month does not have are left out (RFC 5545, 3.3.10). The rule begins
 * with its first own date on or after `from`, and what it counts begins there.
 */
export type ExpandRecurrence = (rule: Recurrence, from: LocalDate, most: number) => LocalDate[];

const CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
const MOST_INTERVAL = 99;
const MOST_COUNT = 9_999;

export type RuleRefusal = 'unreadable' | 'without_end' | 'not_supported';

/**
 * Reads an RRULE, with or without its name. Refusals: `unreadable`; `without_end` (no COUNT and no UNTIL); `not_supported` (a part or
 * a frequency that no booking needs, such as BYHOUR). Of an UNTIL with a time only the date counts.
 */
export function parseRule(text: string): Outcome<Recurrence, RuleRefusal> {
  const parts = new Map<string, string>();
  for (const part of text.replace(/^RRULE:/i, '').split(';')) {
    const [name = '', value = '', ...more] = part.toUpperCase().split('=');
    if (name === '' || value === '' || more.length > 0 || parts.has(name)) return refuse('unreadable');
    parts.set(name, value);
  }
  const known = new Set(['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'COUNT', 'UNTIL', 'WKST']);
  if ([...parts.keys()].some((name) => !known.has(name))) return refuse('not_supported');
  const frequency = parts.get('FREQ')?.toLowerCase();
  if (frequency === undefined) return refuse('unreadable');
  if (frequency !== 'daily' && frequency !== 'weekly' && frequency !== 'monthly') return refuse('not_supported');
  // The week decides which weeks an interval counts: another first day than Monday would be another rule.
  if ((parts.get('WKST') ?? 'MO') !== 'MO') return refuse('not_supported');

  const interval = wholeNumber(parts.get('INTERVAL') ?? '1');
  if (interval === null || interval < 1) return refuse('unreadable');
  if (interval > MOST_INTERVAL) return refuse('not_supported');
  const byWeekday = (parts.get('BYDAY')?.split(',') ?? []).map(weekdayOfCode);
  const byMonthDay = (parts.get('BYMONTHDAY')?.split(',') ?? []).map(wholeNumber);
  if (byWeekday.includes(null) || byMonthDay.includes(null)) return refuse('unreadable');
  const rule = {
    frequency,
    interval,
    byWeekday: byWeekday.filter((day) => day !== null),
    byMonthDay: byMonthDay.filter((day) => day !== null),
  } as const;
  const isMonthly = frequency === 'monthly';
  if (!isMonthly && (rule.byMonthDay.length > 0 || rule.byWeekday.some(({ ordinal }) => ordinal !== null))) {
    return refuse('not_supported');
  }
  if (rule.byMonthDay.some((day) => day === 0 || day < -1 || day > 31)) return refuse('not_supported');

  const count = parts.get('COUNT');
  const until = parts.get('UNTIL');
  if (count !== undefined && until !== undefined) return refuse('unreadable');
  if (count !== undefined) {
    const times = wholeNumber(count);
    if (times === null || times < 1 || times > MOST_COUNT) return refuse('unreadable');
    return { ok: true, value: { ...rule, ends: { kind: 'count', count: times } } };
  }
  if (until === undefined) return refuse('without_end');
  const date = dateOf(until);
  return date === null ? refuse('unreadable') : { ok: true, value: { ...rule, ends: { kind: 'until', until: date } } };
}

/** The rule as RRULE spells it, without its name; `untilOf` spells its last date, as a date unless told otherwise. */
export function formatRule(rule: Recurrence, untilOf: (date: LocalDate) => string = compact): string {
  const { frequency, interval, byWeekday, byMonthDay, ends } = rule;
  return [
    `FREQ=${frequency.toUpperCase()}`,
    ...(interval === 1 ? [] : [`INTERVAL=${interval}`]),
    ...(byWeekday.length === 0
      ? []
      : [`BYDAY=${byWeekday.map(({ weekday, ordinal }) => `${ordinal ?? ''}${CODES[weekday - 1]}`).join(',')}`]),
    ...(byMonthDay.length === 0 ? [] : [`BYMONTHDAY=${byMonthDay.join(',')}`]),
    ends.kind === 'count' ? `COUNT=${ends.count}` : `UNTIL=${untilOf(ends.until)}`,
  ].join(';');
}

/**
 * Cuts a rule before one of its dates: what comes before (null: nothing) and what begins there give together the same dates.
 * `dates` are all the dates of the rule. Refusal: `not_one_of_its_dates`.
 */
export function splitRule(
  rule: Recurrence,
  dates: readonly LocalDate[],
  at: LocalDate,
): Outcome<{ readonly before: Recurrence | null; readonly from: Recurrence }, 'not_one_of_its_dates'> {
  const index = dates.indexOf(at);
  if (index === -1) return { ok: false, reason: 'not_one_of_its_dates' };
  const last = dates[index - 1];
  const { ends } = rule;
  const before: Recurrence | null =
    last === undefined
      ? null
      : { ...rule, ends: ends.kind === 'count' ? { kind: 'count', count: index } : { kind: 'until', until: last } };
  const from: Recurrence =
    ends.kind === 'count' ? { ...rule, ends: { kind: 'count', count: ends.count - index } } : rule;
  return { ok: true, value: { before, from } };
}

const refuse = (reason: RuleRefusal) => ({ ok: false, reason }) as const;

function wholeNumber(text: string): number | null {
  return /^[+-]?\d{1,5}$/.test(text) ? Number(text) : null;
}

function weekdayOfCode(text: string): RecurringWeekday | null {
  const match = /^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)$/.exec(text);
  if (match === null) return null;
  const ordinal = match[1] === undefined ? null : Number(match[1]);
  if (ordinal !== null && ordinal < -1) return null;
  return { weekday: (CODES.indexOf(match[2] as (typeof CODES)[number]) + 1) as Weekday, ordinal };
}

/** `20270630` or `20270630T215959Z`; null for what no calendar has. */
function dateOf(text: string): LocalDate | null {
  const match = /^(\d{4})(\d{2})(\d{2})(?:T\d{6}Z?)?$/.exec(text);
  if (match === null) return null;
  try {
    return Temporal.PlainDate.from(`${match[1]}-${match[2]}-${match[3]}`).toString();
  } catch {
    return null;
  }
}

const compact = (date: LocalDate): string => date.replaceAll('-', '');
