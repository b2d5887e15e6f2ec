import type { LocalDate, Recurrence } from '@mitoyen/domain';
import { RRuleTemporal } from 'rrule-temporal';

const CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/**
 * The domain's `ExpandRecurrence`, by a library that knows RFC 5545. It is asked for dates only, at midnight in UTC, where no clock ever
 * changes; a rule whose next date would be centuries away (30 February) ends with what was found.
 */
export function expandRecurrence(rule: Recurrence, from: LocalDate, most: number): LocalDate[] {
  // What an interval counts begins with the first date of the rule, not with the day on which somebody asked: every second Monday, from
  // a Wednesday on, begins on the Monday after it.
  const first =
    rule.interval === 1 ? from : datesFrom({ ...rule, interval: 1, ends: { kind: 'count', count: 1 } }, from, 1)[0];
  return first === undefined ? [] : datesFrom(rule, first, most);
}

function datesFrom(rule: Recurrence, from: LocalDate, most: number): LocalDate[] {
  const { frequency, interval, byWeekday, byMonthDay, ends } = rule;
  if (ends.kind === 'until' && ends.until < from) return [];
  const recurrence = new RRuleTemporal({
    freq: frequency.toUpperCase() as Uppercase<typeof frequency>,
    interval,
    byDay:
      byWeekday.length === 0
        ? undefined
        : byWeekday.map(({ weekday, ordinal }) => `${ordinal ?? ''}${CODES[weekday - 1]}`),
    byMonthDay: byMonthDay.length === 0 ? undefined : [...byMonthDay],
    count: ends.kind === 'count' ? ends.count : undefined,
    until: ends.kind === 'until' ? midnight(ends.until) : undefined,
    dtstart: midnight(from),
    tzid: 'UTC',
    includeDtstart: false,
    cache: false,
  });
  const dates: LocalDate[] = [];
  try {
    recurrence.all((at) => {
      dates.push(at.toPlainDate().toString());
      return dates.length < most;
    });
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('exceeded'))) throw error;
  }
  return dates.slice(0, most);
}

const midnight = (date: LocalDate) => Temporal.PlainDate.from(date).toZonedDateTime('UTC');
