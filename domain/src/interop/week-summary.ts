import { addDays, mondayOf, weekdayOf } from '../time/local.ts';
import type { LocalDate } from '../time/types.ts';

/** Minutes of wall time after midnight, `[from, until)`; 1440 is the end of the day. */
export interface DayRange {
  readonly from: number;
  readonly until: number;
}

/** The ranges of a day, sorted and disjoint; none: closed. */
export type DayHours = readonly DayRange[];

/** Monday first. */
export type WeekHours = readonly DayHours[];

/** An ordinary week and what differs from it. */
export interface WeekSummary {
  /** The first date that it speaks of, and the one after its last. */
  readonly from: LocalDate;
  readonly until: LocalDate;
  readonly week: WeekHours;
  /** Whole weeks (Monday to Sunday, cut at the ends of the summary) with hours of their own; `lastDay` is included. By date, disjoint. */
  readonly stretches: readonly {
    readonly firstDay: LocalDate;
    readonly lastDay: LocalDate;
    readonly week: WeekHours;
  }[];
  /** Single dates that differ from their week. By date. */
  readonly days: readonly { readonly date: LocalDate; readonly hours: DayHours }[];
}

/** A week that differs from the one before on so few days goes with it, and the days are named. */
const FEW_DAYS = 2;

/**
 * The days of a range, one after the other from `from` on, said as people say hours: an ordinary week, stretches with a
 * week of their own, and single dates. `hoursOfDate` gives back exactly what came in.
 */
export function summariseWeeks(from: LocalDate, days: readonly DayHours[]): WeekSummary {
  const until = addDays(from, days.length);
  const dates = days.map((_, index) => addDays(from, index));
  const weekdays = dates.map((date) => weekdayOf(date) - 1);
  const all = [...days.keys()];
  const weekOf = (indexes: readonly number[], otherwise: WeekHours) => usualWeek(indexes, weekdays, days, otherwise);
  const differing = (indexes: readonly number[], week: WeekHours) =>
    indexes.filter((index) => !isSame(days[index] as DayHours, week[weekdays[index] as number] as DayHours));
  const week = weekOf(all, [[], [], [], [], [], [], []]);

  const stretches: number[][] = [];
  const ordinary: number[] = [];
  let open: number[] | null = null;
  for (const indexes of Map.groupBy(all, (index) => mondayOf(dates[index] as LocalDate)).values()) {
    const fromOrdinary = differing(indexes, week).length;
    const fromOpen = open === null ? Number.POSITIVE_INFINITY : differing(indexes, weekOf(open, week)).length;
    if (open !== null && fromOpen <= FEW_DAYS && fromOpen < fromOrdinary) open.push(...indexes);
    else if (fromOrdinary <= FEW_DAYS) {
      open = null;
      ordinary.push(...indexes);
    } else {
      open = [...indexes];
      stretches.push(open);
    }
  }

  const named = differing(ordinary, week);
  const told = stretches.map((indexes) => {
    const own = weekOf(indexes, week);
    named.push(...differing(indexes, own));
    const [first, last] = [indexes[0] as number, indexes.at(-1) as number];
    return { firstDay: dates[first] as LocalDate, lastDay: dates[last] as LocalDate, week: own };
  });
  return {
    from,
    until,
    week,
    stretches: told,
    days: named
      .sort((a, b) => a - b)
      .map((index) => ({ date: dates[index] as LocalDate, hours: days[index] as DayHours })),
  };
}

/** The hours that a summary gives a date; null outside it. */
export function hoursOfDate(summary: WeekSummary, date: LocalDate): DayHours | null {
  if (date < summary.from || date >= summary.until) return null;
  const single = summary.days.find((day) => day.date === date);
  if (single !== undefined) return single.hours;
  const stretch = summary.stretches.find(({ firstDay, lastDay }) => firstDay <= date && date <= lastDay);
  return (stretch ?? summary).week[weekdayOf(date) - 1] as DayHours;
}

/** For each weekday what most of the dates have; of two as frequent the longer: that a day is closed is the exception. */
function usualWeek(
  indexes: readonly number[],
  weekdays: readonly number[],
  days: readonly DayHours[],
  otherwise: WeekHours,
): WeekHours {
  return [0, 1, 2, 3, 4, 5, 6].map((weekday) => {
    const hours = indexes.filter((index) => weekdays[index] === weekday).map((index) => days[index] as DayHours);
    const alike = [...Map.groupBy(hours, (each) => JSON.stringify(each)).values()];
    alike.sort((a, b) => b.length - a.length || minutesOf(b[0] as DayHours) - minutesOf(a[0] as DayHours));
    return alike[0]?.[0] ?? (otherwise[weekday] as DayHours);
  });
}

function minutesOf(hours: DayHours): number {
  return hours.reduce((sum, { from, until }) => sum + until - from, 0);
}

function isSame(a: DayHours, b: DayHours): boolean {
  return (
    a.length === b.length && a.every(({ from, until }, index) => b[index]?.from === from && b[index]?.until === until)
  );
}
