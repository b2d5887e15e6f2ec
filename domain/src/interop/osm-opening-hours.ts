import { timeOfMinutes } from '../time/local.ts';
import type { LocalDate } from '../time/types.ts';
import type { DayHours, WeekHours, WeekSummary } from './week-summary.ts';

const WEEKDAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** A value of an OpenStreetMap tag holds so many characters at most (https://wiki.openstreetmap.org/wiki/API_v0.6). */
export const OSM_VALUE_MAX = 255;

/**
 * The summary in the syntax of OpenStreetMap's `opening_hours` (https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification).
 * Every difference from the ordinary week is dated, so that no reader needs the school or public holidays of the country: the value is
 * exact from the summary's first date to its last. Empty when nothing is ever open.
 */
export function spellOsmHours(summary: WeekSummary): string {
  const rules = spellWeek(summary.week, null).map(({ days, hours }) => `${days} ${hours}`);
  for (const { firstDay, lastDay, week } of summary.stretches) {
    const range = firstDay === lastDay ? spellDate(firstDay) : `${spellDate(firstDay)}-${spellDate(lastDay)}`;
    for (const { days, hours } of spellWeek(week, summary.week)) rules.push(`${range} ${days} ${hours}`);
  }
  const alike = Map.groupBy(summary.days, ({ hours }) => spellHours(hours));
  for (const [hours, dates] of alike) rules.push(`${dates.map(({ date }) => spellDate(date)).join(',')} ${hours}`);
  return rules.join('; ');
}

/** Weekdays with the same hours together; those that are closed are named only where the other week has them open. */
function spellWeek(week: WeekHours, other: WeekHours | null): { readonly days: string; readonly hours: string }[] {
  const groups = new Map<string, number[]>();
  for (const [weekday, hours] of week.entries()) {
    if (hours.length === 0 && (other === null || other[weekday]?.length === 0)) continue;
    const spelt = spellHours(hours);
    groups.set(spelt, [...(groups.get(spelt) ?? []), weekday]);
  }
  return [...groups].map(([hours, weekdays]) => ({ days: spellWeekdays(weekdays), hours }));
}

function spellWeekdays(weekdays: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const weekday of weekdays) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === weekday - 1) last[1] = weekday;
    else runs.push([weekday, weekday]);
  }
  return runs
    .map(([first, last]) => (first === last ? WEEKDAYS[first] : `${WEEKDAYS[first]}-${WEEKDAYS[last]}`))
    .join(',');
}

function spellHours(hours: DayHours): string {
  return hours.length === 0
    ? 'off'
    : hours.map(({ from, until }) => `${timeOfMinutes(from)}-${timeOfMinutes(until)}`).join(',');
}

function spellDate(date: LocalDate): string {
  const [year, month, day] = date.split('-');
  return `${year} ${MONTHS[Number(month) - 1]} ${day}`;
}
