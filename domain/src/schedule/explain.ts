import type { Closure } from '../availability/types.ts';
import { dayWindow } from '../time/local.ts';
import type { LocalDate, Window } from '../time/types.ts';
import { overlaps } from '../time/windows.ts';
import type { DayFacts } from './calendar.ts';
import { type CompiledSchedule, expandDay, type Ruling, rulingsOn } from './expand.ts';
import { type PlainPeriod, type PrecedenceReason, precedenceOf } from './precedence.ts';
import type { Handover, ScheduledWindow } from './types.ts';

export type { PlainPeriod, PrecedenceReason, Ruling };

/** A template that holds, or might hold, on the date and does not rule. */
export interface OutrankedTemplate {
  readonly templateId: string;
  /** What put the ruling before it; `exception` and `public_holiday` go before any template of a usual day. */
  readonly by: PrecedenceReason | 'exception' | 'public_holiday' | 'unknown';
}

/**
 * A stretch of the day in which one thing holds. `closed` says why nobody may be there: a closure, or the ruling gives no
 * hours then. `handover` is nobody's but staff's.
 */
export type DaySegment = Window &
  (
    | { readonly kind: 'open'; readonly windows: readonly ScheduledWindow[] }
    | { readonly kind: 'handover'; readonly handover: Handover }
    | { readonly kind: 'closed'; readonly closure: Closure | null }
  );

export interface SpaceDay {
  readonly spaceId: string;
  readonly ruling: Ruling;
  /** The conditions of the ruling template, all of which the date meets; empty for one that is always in force. */
  readonly because: readonly PlainPeriod[];
  /** Next strongest first. */
  readonly outranked: readonly OutrankedTemplate[];
  /** Exceptions that add, remove or replace on this date, in the order of the schedule. */
  readonly exceptionIds: readonly string[];
  /** The whole local day, without gap or overlap, in order. */
  readonly segments: readonly DaySegment[];
}

export interface DayExplanation {
  readonly facts: DayFacts;
  readonly day: Window;
  readonly spaces: readonly SpaceDay[];
}

/** Why each space is open as it is on the date: which template rules and what it went before, and the day to scale. */
export function explainDay(compiled: CompiledSchedule, date: LocalDate): DayExplanation {
  const day = dayWindow(date, compiled.schedule.zone);
  const asked = rulingsOn(compiled, date);
  const { windows, handovers } = expandDay(compiled, date);
  const closures = compiled.schedule.closures.filter((closure) => overlaps(closure, day));

  const spaces = compiled.spaces.map((compiledSpace): SpaceDay => {
    const { space, templates } = compiledSpace;
    const { ruling } = asked.of(compiledSpace);
    const isHere = ({ spaceId }: { readonly spaceId: string | null }) => spaceId === null || spaceId === space.id;
    const holding = templates.filter((ranked) => asked.verdictOn(ranked) !== false);
    const ruler =
      ruling.kind === 'template' ? holding.find(({ template }) => template.id === ruling.templateId) : undefined;
    return {
      spaceId: space.id,
      ruling,
      because: ruler?.parts ?? [],
      outranked: holding
        .filter(
          (ranked) => ranked !== ruler && !(ruling.kind === 'unknown' && ranked.template.id === ruling.templateId),
        )
        .map((ranked) => ({
          templateId: ranked.template.id,
          by:
            ruler !== undefined
              ? precedenceOf(ruler, ranked).reason
              : (ruling.kind as 'exception' | 'public_holiday' | 'unknown'),
        })),
      exceptionIds: asked.exceptionsOf(space).map(({ id }) => id),
      segments: segmentsOf(day, windows.filter(isHere), handovers.filter(isHere), closures.filter(isHere)),
    };
  });
  return { facts: asked.facts, day, spaces };
}

function segmentsOf(
  day: Window,
  windows: readonly ScheduledWindow[],
  handovers: readonly Handover[],
  closures: readonly Closure[],
): DaySegment[] {
  const edges = new Set([day.from, day.until]);
  for (const { from, until } of [...windows, ...handovers, ...closures]) {
    if (from > day.from) edges.add(Math.min(from, day.until));
    if (until < day.until) edges.add(Math.max(until, day.from));
  }
  const sorted = [...edges].sort((a, b) => a - b);
  const segments: DaySegment[] = [];
  for (let i = 1; i < sorted.length; i++) {
    const stretch = { from: sorted[i - 1] as number, until: sorted[i] as number };
    const segment = { ...stretch, ...stateIn(stretch, windows, handovers, closures) };
    const previous = segments.at(-1);
    if (previous !== undefined && isSameState(previous, segment)) {
      segments[segments.length - 1] = { ...previous, until: segment.until };
    } else segments.push(segment);
  }
  return segments;
}

type State = DaySegment extends infer S ? (S extends DaySegment ? Omit<S, keyof Window> : never) : never;

/** A closure before a handover, a handover before hours: staff's hours go on in a handover, but it is no opening. */
function stateIn(
  stretch: Window,
  windows: readonly ScheduledWindow[],
  handovers: readonly Handover[],
  closures: readonly Closure[],
): State {
  const isIn = (window: Window) => overlaps(window, stretch);
  const closure = closures.find(isIn);
  if (closure !== undefined) return { kind: 'closed', closure };
  const handover = handovers.find(isIn);
  if (handover !== undefined) return { kind: 'handover', handover };
  const open = windows.filter(isIn);
  return open.length === 0 ? { kind: 'closed', closure: null } : { kind: 'open', windows: open };
}

function isSameState(a: DaySegment, b: DaySegment): boolean {
  if (a.kind === 'open' && b.kind === 'open') {
    return a.windows.length === b.windows.length && a.windows.every((window, index) => window === b.windows[index]);
  }
  if (a.kind === 'handover' && b.kind === 'handover') return a.handover === b.handover;
  return a.kind === 'closed' && b.kind === 'closed' && a.closure === b.closure;
}
