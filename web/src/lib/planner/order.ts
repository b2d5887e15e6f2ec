import type { Period, Template } from './types.ts';

/** As the domain ranks conditions, weakest first: what is told here in a list is decided there. */
const RANKS: Record<Exclude<Period['kind'], 'all_of'>, number> = {
  always: 0,
  iso_weeks: 1,
  school_term: 2,
  school_holiday: 3,
  summer: 4,
  date_range: 5,
  public_holiday: 6,
};

function strengthsOf(period: Period): number[] {
  if (period.kind === 'all_of') return period.periods.flatMap(strengthsOf).toSorted((a, b) => b - a);
  if (period.kind === 'always') return [];
  // A holiday called by its name says as much as the summer.
  return [period.kind === 'school_holiday' && period.names !== null ? RANKS.summer : RANKS[period.kind]];
}

function compare(a: Template, b: Template): number {
  const [left, right] = [strengthsOf(a.period), strengthsOf(b.period)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (right[index] ?? -1) - (left[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return Number(a.spaceIds === null) - Number(b.spaceIds === null);
}

/** What goes before what, strongest first; between equals, as listed. Lengths of date ranges are left to the domain. */
export function byPrecedence(templates: readonly Template[]): Template[] {
  return templates.toSorted(compare);
}

/** Whether only the list decides between the two. */
export const isEqualInRank = (a: Template, b: Template): boolean => compare(a, b) === 0;
