import {
  type Claim,
  type CompiledSchedule,
  checkException,
  checkTemplate,
  compileSchedule,
  type DayFacts,
  handoverInserter,
  type PlanFault,
  type PublicHoliday,
  type Ruling,
  rulingsOn,
  type ScheduledSpace,
  subtract,
} from '@mitoyen/domain';
import { addDays, isoWeekOf, localOf, MIDNIGHT, weekdayOf } from './dates.ts';
import type { Closure, DayFact, Draft, Saved, Space, Template } from './types.ts';

/** A stretch of one space's day, in minutes of wall time. */
export interface Span {
  readonly spaceId: string;
  readonly startMinute: number;
  readonly endMinute: number;
}

export interface OpenSpan extends Span {
  readonly audience: string;
  readonly ruleId: string;
  readonly templateId: string | null;
  readonly exceptionId: string | null;
}

export interface HandoverSpan extends Span {
  readonly leaving: string;
  readonly arriving: string;
}

export interface ClosedSpan extends Span {
  readonly closureId: string;
  readonly reason: string | null;
}

/** What a space has on one day by the draft. */
export interface SpacePlan {
  readonly spaceId: string;
  readonly ruling: Ruling;
  /** Before handovers and closures take from them: what can be edited. */
  readonly claims: readonly OpenSpan[];
  /** What remains of them. */
  readonly open: readonly OpenSpan[];
  readonly handovers: readonly HandoverSpan[];
  readonly closed: readonly ClosedSpan[];
}

export interface DayPlan {
  readonly date: string;
  readonly weekday: number;
  readonly spaces: readonly SpacePlan[];
}

/** A draft made ready to be asked for many days; the rules are the domain's own. */
export interface DraftPlan {
  readonly draft: Draft;
  readonly spaces: readonly Space[];
  readonly timeZone: string;
  readonly compiled: CompiledSchedule;
}

/** The page was told what its calendars say of each date, and asks none. */
const TOLD = {
  holidays: { id: 'told', holidaysOf: () => ({ ok: false, reason: 'not_covered' }) as const },
  school: null,
};

export function scheduledSpaces(spaces: readonly Space[], draft: Draft): ScheduledSpace[] {
  return spaces.map(({ id, classes, handoverMinutes }) => ({
    id,
    handoverMs: (draft.settings.handoverMinutes[id] ?? handoverMinutes) * 60_000,
    classes: new Map(Object.entries(classes)),
  }));
}

export function planOf(saved: Saved, draft: Draft): DraftPlan {
  return {
    draft,
    spaces: saved.spaces,
    timeZone: saved.timeZone,
    compiled: compileSchedule({
      zone: saved.timeZone,
      calendar: TOLD,
      spaces: scheduledSpaces(saved.spaces, draft),
      templates: draft.templates,
      exceptions: draft.exceptions,
      // Taken away here, in wall time: the compiled ones are instants and would need the zone.
      closures: [],
      onPublicHolidays: draft.settings.onPublicHolidays,
    }),
  };
}

/** One template as if it held always: a week without dates. */
export function planOfTemplate(saved: Saved, draft: Draft, template: Template): DraftPlan {
  const always: Template = { ...template, period: { kind: 'always' }, validFrom: null, validUntil: null };
  const settings = { ...draft.settings, onPublicHolidays: 'as_usual' } as const;
  return planOf(saved, { ...draft, settings, templates: [always], exceptions: [], closures: [] });
}

/** A Monday; a week without dates is drawn on it. */
const SOME_MONDAY = '2024-01-01';

export function planTypicalDay(plan: DraftPlan, weekday: number): DayPlan {
  const fact = (date: string): DayFact => ({ date, holidays: [], school: { kind: 'term' } });
  const date = addDays(SOME_MONDAY, weekday - 1);
  return planDay(plan, fact(date), fact(addDays(date, -1)));
}

function factsOf({ date, holidays, school }: DayFact): DayFacts {
  return {
    date,
    weekday: weekdayOf(date),
    isoWeek: isoWeekOf(date),
    holidays:
      holidays === null
        ? 'not_covered'
        : holidays.map(({ code, name }) => ({
            code: code as PublicHoliday['code'],
            date,
            name: { fr: name, en: name },
          })),
    school:
      school === null
        ? 'not_covered'
        : school.kind === 'term'
          ? { kind: 'term' }
          : { kind: 'holiday', name: school.name ?? '', firstDay: date, lastDay: null },
    isSummer: school?.isSummer ?? false,
  };
}

/** What rules each space on a date, without its hours: enough for a year at a glance. */
export function rulingsOfDay(plan: DraftPlan, fact: DayFact): { ruling: Ruling; isOpen: boolean }[] {
  const asked = rulingsOn(plan.compiled, fact.date, factsOf(fact));
  return plan.compiled.spaces.map((space) => {
    const { ruling, claims } = asked.of(space);
    return { ruling, isOpen: claims.length > 0 };
  });
}

/** `previous` is the day before: the handover into a morning may come from the evening. */
export function planDay(plan: DraftPlan, fact: DayFact, previous: DayFact | null): DayPlan {
  const today = rulingsOn(plan.compiled, fact.date, factsOf(fact));
  const before = previous === null ? null : rulingsOn(plan.compiled, previous.date, factsOf(previous));
  return {
    date: fact.date,
    weekday: weekdayOf(fact.date),
    spaces: plan.compiled.spaces.map((compiledSpace): SpacePlan => {
      const { space } = compiledSpace;
      const { ruling, claims } = today.of(compiledSpace);
      const spaceId = space.id;
      const closed = closedSpans(plan.draft.closures, spaceId, fact.date, plan.timeZone);
      const inserter = handoverInserter<Claim & { from: number; until: number; spaceId: string }>(
        space.handoverMs / 60_000,
      );
      const push = (list: readonly Claim[], shut: readonly ClosedSpan[], offset: number) => {
        const gaps = shut.map(({ startMinute, endMinute }) => ({ from: startMinute, until: endMinute }));
        const pieces = list.flatMap((claim) =>
          subtract([{ from: claim.startMinute, until: claim.endMinute }], gaps).map((piece) => ({ claim, piece })),
        );
        for (const { claim, piece } of pieces.sort((a, b) => a.piece.from - b.piece.from)) {
          inserter.push({ ...claim, spaceId, from: piece.from + offset, until: piece.until + offset }, offset);
        }
      };
      if (before !== null && previous !== null) {
        const evening = closedSpans(plan.draft.closures, spaceId, previous.date, plan.timeZone);
        push(before.of(compiledSpace).claims, evening, -MIDNIGHT);
      }
      push(claims, closed, 0);
      const span = ({ audience, ruleId, templateId, exceptionId }: Claim) => ({
        audience,
        ruleId,
        templateId,
        exceptionId,
      });
      return {
        spaceId,
        ruling,
        claims: claims.map((claim) => ({
          ...span(claim),
          spaceId,
          startMinute: claim.startMinute,
          endMinute: claim.endMinute,
        })),
        open: inserter.result.windows
          .filter(({ from }) => from >= 0)
          .map((claim) => ({ ...span(claim), spaceId, startMinute: claim.from, endMinute: claim.until })),
        handovers: inserter.result.handovers
          .filter(({ from }) => from >= 0)
          .map(({ from, until, leaving, arriving }) => ({
            spaceId,
            startMinute: from,
            endMinute: until,
            leaving,
            arriving,
          })),
        closed,
      };
    }),
  };
}

/** Closures of a space on a date, in wall time, in order and apart. */
export function closedSpans(
  closures: readonly Closure[],
  spaceId: string,
  date: string,
  timeZone: string,
): readonly ClosedSpan[] {
  const spans = closures.flatMap((closure): ClosedSpan[] => {
    if (closure.spaceId !== null && closure.spaceId !== spaceId) return [];
    const [from, until] = [localOf(closure.from, timeZone), localOf(closure.until, timeZone)];
    if (from.date > date || until.date < date) return [];
    const startMinute = from.date < date ? 0 : from.minute;
    const endMinute = until.date > date ? MIDNIGHT : until.minute;
    if (startMinute >= endMinute) return [];
    return [{ spaceId, startMinute, endMinute, closureId: closure.id, reason: closure.reason }];
  });
  spans.sort((a, b) => a.startMinute - b.startMinute);
  let end = 0;
  return spans.flatMap((span) => {
    const startMinute = Math.max(span.startMinute, end);
    if (startMinute >= span.endMinute) return [];
    end = span.endMinute;
    return [{ ...span, startMinute }];
  });
}

export interface DraftFault extends PlanFault {
  readonly templateId: string | null;
  readonly date: string | null;
}

/** What is wrong with the draft by the rules that the API keeps, told while it is being drawn. */
export function faultsOf(saved: Saved, draft: Draft): DraftFault[] {
  const spaces = scheduledSpaces(saved.spaces, draft);
  const faults: DraftFault[] = [];
  for (const template of draft.templates) {
    const checked = checkTemplate(template, spaces);
    if (!checked.ok) {
      faults.push(...(checked.detail ?? []).map((fault) => ({ ...fault, templateId: template.id, date: null })));
    }
  }
  for (const exception of draft.exceptions) {
    const checked = checkException(exception, spaces);
    if (!checked.ok) {
      faults.push(...(checked.detail ?? []).map((fault) => ({ ...fault, templateId: null, date: exception.date })));
    }
  }
  return faults;
}
