import type { Ruling } from '@mitoyen/domain';
import { localOf } from './dates.ts';
import { closedSpans, type DraftPlan, rulingsOfDay } from './day-plan.ts';
import type { DayFact, Period, Template } from './types.ts';

/** How a day of the year is coloured. */
export type DayLook =
  | 'always'
  | 'term'
  | 'holiday'
  | 'summer'
  | 'dates'
  | 'public_holiday'
  | 'exception'
  | 'closure'
  | 'unknown'
  | 'none';

export interface YearDay {
  readonly date: string;
  readonly look: DayLook;
  /** The template that rules, where one does. */
  readonly templateId: string | null;
  readonly isOpen: boolean;
  readonly fact: DayFact;
}

const STRENGTH: readonly Period['kind'][] = [
  'public_holiday',
  'date_range',
  'summer',
  'school_holiday',
  'school_term',
  'iso_weeks',
  'always',
];

/** The strongest condition of a period gives it its colour. */
export function lookOfPeriod(period: Period): DayLook {
  const kinds = kindsOf(period);
  const strongest = STRENGTH.find((kind) => kinds.includes(kind));
  switch (strongest) {
    case 'public_holiday':
      return 'public_holiday';
    case 'date_range':
      return 'dates';
    case 'summer':
      return 'summer';
    case 'school_holiday':
      return 'holiday';
    case 'school_term':
      return 'term';
    default:
      return 'always';
  }
}

function kindsOf(period: Period): Period['kind'][] {
  return period.kind === 'all_of' ? period.periods.flatMap(kindsOf) : [period.kind];
}

function lookOf(ruling: Ruling, templates: readonly Template[]): DayLook {
  switch (ruling.kind) {
    case 'template': {
      const template = templates.find(({ id }) => id === ruling.templateId);
      return template === undefined ? 'none' : lookOfPeriod(template.period);
    }
    case 'no_template':
      return 'none';
    default:
      return ruling.kind;
  }
}

/** Of a place with several spaces a day shows what rules most of them, and an exception or a closure wherever one is. */
export function yearOf(plan: DraftPlan, facts: readonly DayFact[]): YearDay[] {
  const { templates, closures, exceptions } = plan.draft;
  const withException = new Set(exceptions.map(({ date }) => date));
  const closureDates = closures.map(({ from, until }) => [
    localOf(from, plan.timeZone).date,
    localOf(until, plan.timeZone).date,
  ]);
  return facts.map((fact) => {
    const { date } = fact;
    const rulings = rulingsOfDay(plan, fact);
    const isTouched = closureDates.some(([from = '', until = '']) => from <= date && date <= until);
    const shut = isTouched
      ? plan.spaces.filter(({ id }) => closedSpans(closures, id, date, plan.timeZone).length > 0).length
      : 0;
    const looks = rulings.map(({ ruling }) => lookOf(ruling, templates));
    const most = looks.toSorted((a, b) => countOf(looks, b) - countOf(looks, a))[0] ?? 'none';
    const ruler = rulings.find(({ ruling }) => lookOf(ruling, templates) === most)?.ruling;
    return {
      date,
      look: shut > 0 ? 'closure' : withException.has(date) ? 'exception' : most,
      templateId: ruler?.kind === 'template' ? ruler.templateId : null,
      isOpen: rulings.some(({ isOpen }) => isOpen) && shut < plan.spaces.length,
      fact,
    };
  });
}

const countOf = (looks: readonly DayLook[], look: DayLook) => looks.filter((each) => each === look).length;

export interface SchoolHoliday {
  readonly name: string;
  readonly firstDay: string;
  readonly lastDay: string;
  /** Its end is not published: only its first day is known. */
  readonly isOpenEnded: boolean;
}

/** The school holidays among the dates, as they begin and end there. */
export function schoolHolidaysIn(facts: readonly DayFact[]): SchoolHoliday[] {
  const found: SchoolHoliday[] = [];
  let previous: DayFact | null = null;
  for (const fact of facts) {
    if (fact.school?.kind === 'holiday') {
      const name = fact.school.name ?? '';
      const last = found.at(-1);
      const goesOn = previous?.school?.kind === 'holiday' && previous.school.name === name && last !== undefined;
      if (goesOn) found[found.length - 1] = { ...last, lastDay: fact.date };
      else found.push({ name, firstDay: fact.date, lastDay: fact.date, isOpenEnded: false });
    }
    const last = found.at(-1);
    if (fact.school === null && last !== undefined && previous?.school?.kind === 'holiday') {
      found[found.length - 1] = { ...last, isOpenEnded: true };
    }
    previous = fact;
  }
  return found;
}
