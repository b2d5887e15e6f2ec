import type { LocalDate } from '../time/types.ts';
import type { DayFacts } from './calendar.ts';
import type { Period, ScheduleTemplate } from './types.ts';

/** A period without parts. */
export type PlainPeriod = Exclude<Period, { readonly kind: 'all_of' }>;

/** The parts of a period, nested ones too; `always` adds nothing to others. */
export function partsOf(period: Period): readonly PlainPeriod[] {
  const parts = period.kind === 'all_of' ? period.periods.flatMap(partsOf) : [period];
  return parts.filter(({ kind }) => kind !== 'always');
}

/** True, false, or which calendar would have to say. */
export type Verdict = true | false | 'school_calendar' | 'holiday_calendar';

/** Whether the date is in all parts. One part that is certainly not decides, whatever is unknown of the others. */
export function isInPeriod(parts: readonly PlainPeriod[], facts: DayFacts): Verdict {
  let verdict: Verdict = true;
  for (const part of parts) {
    const holds = isInPart(part, facts);
    if (holds === false) return false;
    if (holds !== true) verdict = holds;
  }
  return verdict;
}

function isInPart(part: PlainPeriod, facts: DayFacts): Verdict {
  const { school, holidays } = facts;
  switch (part.kind) {
    case 'always':
      return true;
    case 'iso_weeks':
      return (facts.isoWeek % 2 === 1) === (part.parity === 'odd');
    case 'date_range':
      return part.from <= facts.date && facts.date < part.until;
    case 'public_holiday':
      if (holidays === 'not_covered') return 'holiday_calendar';
      return holidays.some(({ code }) => part.codes === null || part.codes.includes(code));
    case 'school_term':
      return school === 'not_covered' ? 'school_calendar' : school.kind === 'term';
    case 'school_holiday':
      if (school === 'not_covered') return 'school_calendar';
      return school.kind === 'holiday' && (part.names === null || part.names.includes(school.name));
    case 'summer':
      return school === 'not_covered' ? 'school_calendar' : facts.isSummer;
  }
}

/** Whether the date lies within the template's bounds of validity. */
export function isInForce(template: ScheduleTemplate, date: LocalDate): boolean {
  const { validFrom, validUntil } = template;
  return (validFrom === null || date >= validFrom) && (validUntil === null || date < validUntil);
}

/** Strongest first. A public holiday's own hours come before all others. */
const STRENGTH = {
  public_holiday: 6,
  date_range: 5,
  summer: 4,
  school_holiday: 3,
  school_term: 2,
  iso_weeks: 1,
  always: 0,
} as const satisfies Record<PlainPeriod['kind'], number>;

function strengthOf(part: PlainPeriod): number {
  // A holiday called by its name says as much as "summer" does.
  return part.kind === 'school_holiday' && part.names !== null ? STRENGTH.summer : STRENGTH[part.kind];
}

export function isAboutPublicHolidays(parts: readonly PlainPeriod[]): boolean {
  return parts.some(({ kind }) => kind === 'public_holiday');
}

/** Days counted from some first day of March, by the Gregorian calendar: planners in browsers without Temporal rank too. */
function dayNumber(date: LocalDate): number {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  // Years that begin in March have their leap day at the end.
  const ofMarch = month > 2 ? year : year - 1;
  const leapDays = Math.floor(ofMarch / 4) - Math.floor(ofMarch / 100) + Math.floor(ofMarch / 400);
  return 365 * ofMarch + leapDays + Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day;
}

/** Why one template goes before another. */
export type PrecedenceReason = 'stronger_period' | 'more_conditions' | 'own_space' | 'shorter_range' | 'listed_first';

/** A template with what its precedence is read from. */
export interface RankedTemplate {
  readonly template: ScheduleTemplate;
  readonly parts: readonly PlainPeriod[];
  /** Strengths of the parts, strongest first. */
  readonly strengths: readonly number[];
  /** Length of the shortest date range; infinite without one. */
  readonly rangeDays: number;
  readonly position: number;
}

export function rankTemplate(template: ScheduleTemplate, position: number): RankedTemplate {
  const parts = partsOf(template.period);
  const ranges = parts.filter((part) => part.kind === 'date_range');
  const rangeDays = Math.min(...ranges.map(({ from, until }) => dayNumber(until) - dayNumber(from)));
  return { template, parts, strengths: parts.map(strengthOf).sort((a, b) => b - a), rangeDays, position };
}

/**
 * Which of two templates that hold on one date rules a space, and why. In this order: the stronger condition (public
 * holiday, date range, summer or a named school holiday, any school holiday, school term, odd or even weeks, always),
 * compared strongest first; the template with more conditions; the one that names its spaces; the shorter date range;
 * the one listed first.
 */
export function precedenceOf(
  a: RankedTemplate,
  b: RankedTemplate,
): { readonly order: number; readonly reason: PrecedenceReason } {
  const shared = Math.min(a.strengths.length, b.strengths.length);
  for (let i = 0; i < shared; i++) {
    const difference = (b.strengths[i] as number) - (a.strengths[i] as number);
    if (difference !== 0) return { order: difference, reason: 'stronger_period' };
  }
  if (a.strengths.length !== b.strengths.length) {
    return {
      order: b.strengths.length - a.strengths.length,
      // Against hours that are always in force every condition is a stronger one.
      reason: shared === 0 ? 'stronger_period' : 'more_conditions',
    };
  }
  const [isOfSomeA, isOfSomeB] = [a.template.spaceIds !== null, b.template.spaceIds !== null];
  if (isOfSomeA !== isOfSomeB) return { order: isOfSomeA ? -1 : 1, reason: 'own_space' };
  if (a.rangeDays !== b.rangeDays) return { order: a.rangeDays < b.rangeDays ? -1 : 1, reason: 'shorter_range' };
  return { order: a.position - b.position, reason: 'listed_first' };
}
