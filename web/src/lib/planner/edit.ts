import { MIDNIGHT, minutesOf, timeOf } from './dates.ts';
import type { Draft, Exception, PlannedWindow, Template, TemplateWindow } from './types.ts';

/** Makes the ids of what is new. */
export type NewId = () => string;

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Minutes that hands are drawn to. */
export const SNAP = 15;

export const snap = (minutes: number): number => Math.min(Math.max(Math.round(minutes / SNAP) * SNAP, 0), MIDNIGHT);

/** The windows of one day, whatever they are the hours of. */
export type DayWindows = readonly PlannedWindow[];

export function withWindow(windows: DayWindows, window: PlannedWindow): DayWindows {
  return [...windows, window];
}

export function withoutWindow(windows: DayWindows, id: string): DayWindows {
  return windows.filter((window) => window.id !== id);
}

export function withChanged(windows: DayWindows, id: string, patch: Partial<Omit<PlannedWindow, 'id'>>): DayWindows {
  return windows.map((window) => (window.id === id ? { ...window, ...patch } : window));
}

/** Later or earlier, as long as the day allows; the length stays. */
export function withMoved(windows: DayWindows, id: string, byMinutes: number): DayWindows {
  return windows.map((window) => (window.id === id ? { ...window, ...movedBy(window, byMinutes) } : window));
}

export function movedBy(
  window: Pick<PlannedWindow, 'startsAt' | 'endsAt'>,
  byMinutes: number,
): Pick<PlannedWindow, 'startsAt' | 'endsAt'> {
  const [start, end] = [minutesOf(window.startsAt), minutesOf(window.endsAt)];
  const by = Math.min(Math.max(byMinutes, -start), MIDNIGHT - end);
  return { startsAt: timeOf(start + by), endsAt: timeOf(end + by) };
}

/** One edge elsewhere: never nearer to the other than a quarter of an hour. */
export function resizedBy(
  window: Pick<PlannedWindow, 'startsAt' | 'endsAt'>,
  edge: 'start' | 'end',
  byMinutes: number,
): Pick<PlannedWindow, 'startsAt' | 'endsAt'> {
  const [start, end] = [minutesOf(window.startsAt), minutesOf(window.endsAt)];
  return edge === 'start'
    ? { startsAt: timeOf(Math.min(Math.max(start + byMinutes, 0), end - SNAP)), endsAt: window.endsAt }
    : { startsAt: window.startsAt, endsAt: timeOf(Math.max(Math.min(end + byMinutes, MIDNIGHT), start + SNAP)) };
}

export interface Stroke {
  /** The spaces that the brush goes over. */
  readonly spaceIds: readonly string[];
  readonly startMinute: number;
  readonly endMinute: number;
  /** Null: the hours are taken away. */
  readonly audience: string | null;
  /** Audiences whose hours stay beneath: they may be there together with the stroke's. */
  readonly beside?: readonly string[];
}

/**
 * The stroke's hours become the brush's, whatever was there: what lies beneath is cut, and what touches it of the same audience
 * becomes one with it. `allSpaceIds` are the spaces that a window without a space is for. A window that is cut keeps its id in its
 * first piece, since others (a release rule, a share) may speak of it.
 */
export function withPainted(
  windows: DayWindows,
  stroke: Stroke,
  allSpaceIds: readonly string[],
  newId: NewId,
): DayWindows {
  const isOver = (spaceId: string) => stroke.spaceIds.includes(spaceId);
  const coversAll = allSpaceIds.every(isOver);
  const kept: PlannedWindow[] = [];
  for (const window of windows) {
    const [start, end] = [minutesOf(window.startsAt), minutesOf(window.endsAt)];
    const spaces = window.spaceId === null ? allSpaceIds : [window.spaceId];
    const isTouched =
      start < stroke.endMinute &&
      end > stroke.startMinute &&
      spaces.some(isOver) &&
      !stroke.beside?.includes(window.audience);
    if (!isTouched) {
      kept.push(window);
      continue;
    }
    let isFirst = true;
    const keep = (spaceId: string | null, from: number, until: number) => {
      if (from >= until) return;
      kept.push({
        ...window,
        id: isFirst ? window.id : newId(),
        spaceId,
        startsAt: timeOf(from),
        endsAt: timeOf(until),
      });
      isFirst = false;
    };
    // The whole place's window stays whole above and below the stroke; beside it, each space has its own.
    if (window.spaceId !== null || coversAll) {
      keep(window.spaceId, start, Math.min(end, stroke.startMinute));
      keep(window.spaceId, Math.max(start, stroke.endMinute), end);
    } else {
      for (const spaceId of spaces) {
        if (!isOver(spaceId)) keep(spaceId, start, end);
        else {
          keep(spaceId, start, Math.min(end, stroke.startMinute));
          keep(spaceId, Math.max(start, stroke.endMinute), end);
        }
      }
    }
  }
  if (stroke.audience === null) return kept;

  const { audience } = stroke;
  const targets: (string | null)[] = coversAll && allSpaceIds.length > 0 ? [null] : [...stroke.spaceIds];
  let result = kept;
  for (const spaceId of targets) {
    let { startMinute, endMinute } = stroke;
    let id: string | null = null;
    const others: PlannedWindow[] = [];
    for (const window of result) {
      const [start, end] = [minutesOf(window.startsAt), minutesOf(window.endsAt)];
      const joins =
        window.audience === audience && window.spaceId === spaceId && start <= endMinute && end >= startMinute;
      if (!joins) {
        others.push(window);
        continue;
      }
      startMinute = Math.min(startMinute, start);
      endMinute = Math.max(endMinute, end);
      id ??= window.id;
    }
    const painted = { id: id ?? newId(), spaceId, audience, startsAt: timeOf(startMinute), endsAt: timeOf(endMinute) };
    result = [...others, painted];
  }
  return result;
}

// ---------------------------------------------------------------------------------------------------------------------
// Templates
// ---------------------------------------------------------------------------------------------------------------------

/** A window of every day becomes one of each, so that one day can differ. */
function byWeekday(template: Template, newId: NewId): TemplateWindow[] {
  return template.windows.flatMap((window) =>
    window.weekday === null
      ? WEEKDAYS.map((weekday, index) => ({ ...window, weekday, id: index === 0 ? window.id : newId() }))
      : [window],
  );
}

const withTemplate = (draft: Draft, id: string, edit: (template: Template) => Template): Draft => ({
  ...draft,
  templates: draft.templates.map((template) => (template.id === id ? edit(template) : template)),
});

const planned = ({ weekday: _, ...window }: TemplateWindow): PlannedWindow => window;

/** One weekday of a template. */
export function editTemplateDay(
  draft: Draft,
  templateId: string,
  weekday: Weekday,
  edit: (windows: DayWindows) => DayWindows,
  newId: NewId,
): Draft {
  return withTemplate(draft, templateId, (template) => {
    const windows = byWeekday(template, newId);
    const edited = edit(windows.filter((window) => window.weekday === weekday).map(planned));
    return {
      ...template,
      windows: [
        ...windows.filter((window) => window.weekday !== weekday),
        ...edited.map((window): TemplateWindow => ({ ...window, weekday })),
      ],
    };
  });
}

/** The windows that a template gives one weekday. */
export function templateDay(template: Template, weekday: number): DayWindows {
  return template.windows.filter((window) => window.weekday === null || window.weekday === weekday).map(planned);
}

/** The hours of one weekday in place of those of others. */
export function withCopiedDay(
  draft: Draft,
  templateId: string,
  from: Weekday,
  to: readonly Weekday[],
  newId: NewId,
): Draft {
  const template = draft.templates.find(({ id }) => id === templateId);
  if (template === undefined) return draft;
  const source = templateDay(template, from);
  return to
    .filter((weekday) => weekday !== from)
    .reduce(
      (edited, weekday) =>
        editTemplateDay(edited, templateId, weekday, () => source.map((window) => ({ ...window, id: newId() })), newId),
      draft,
    );
}

/** All hours of one template in place of another's. */
export function withCopiedWeek(draft: Draft, fromId: string, toId: string, newId: NewId): Draft {
  const source = draft.templates.find(({ id }) => id === fromId);
  if (source === undefined || fromId === toId) return draft;
  return withTemplate(draft, toId, (template) => {
    const isHere = ({ spaceId }: TemplateWindow) =>
      spaceId === null || template.spaceIds === null || template.spaceIds.includes(spaceId);
    return { ...template, windows: source.windows.filter(isHere).map((window) => ({ ...window, id: newId() })) };
  });
}

export function withNewTemplates(draft: Draft, templates: readonly Template[]): Draft {
  return { ...draft, templates: [...draft.templates, ...templates] };
}

export function withChangedTemplate(draft: Draft, id: string, patch: Partial<Omit<Template, 'id'>>): Draft {
  return withTemplate(draft, id, (template) => ({ ...template, ...patch }));
}

export function withoutTemplate(draft: Draft, id: string): Draft {
  return { ...draft, templates: draft.templates.filter((template) => template.id !== id) };
}

/** One place up (-1) or down (+1) in the list, which decides between equals. */
export function withTemplateShifted(draft: Draft, id: string, by: -1 | 1): Draft {
  const from = draft.templates.findIndex((template) => template.id === id);
  const to = from + by;
  if (from === -1 || to < 0 || to >= draft.templates.length) return draft;
  const templates = [...draft.templates];
  const [moved] = templates.splice(from, 1);
  if (moved !== undefined) templates.splice(to, 0, moved);
  return { ...draft, templates };
}

// ---------------------------------------------------------------------------------------------------------------------
// One date, closures
// ---------------------------------------------------------------------------------------------------------------------

/**
 * Changes one date only. It becomes a day of its own (`replace`), begun from `current`, the hours that it has now; other exceptions of the
 * whole place on this date are in these hours already and go.
 */
export function editDate(
  draft: Draft,
  date: string,
  current: DayWindows,
  edit: (windows: DayWindows) => DayWindows,
  newId: NewId,
): Draft {
  const isOfTemplate = new Set(draft.templates.flatMap(({ windows }) => windows.map(({ id }) => id)));
  const own = draft.exceptions.find(
    (exception) => exception.date === date && exception.spaceIds === null && exception.change.kind === 'replace',
  );
  const isOnlyOne = draft.exceptions.every((exception) => exception.date !== date || exception === own);
  if (own?.change.kind === 'replace' && isOnlyOne) {
    const change = { kind: 'replace', windows: edit(own.change.windows) } as const;
    return {
      ...draft,
      exceptions: draft.exceptions.map((exception) => (exception === own ? { ...exception, change } : exception)),
    };
  }
  const made: Exception = {
    id: own?.id ?? newId(),
    date,
    spaceIds: null,
    reason: own?.reason ?? draft.exceptions.find((exception) => exception.date === date)?.reason ?? null,
    change: { kind: 'replace', windows: withOwnIds(edit(current), isOfTemplate, newId) },
  };
  return { ...draft, exceptions: [...draft.exceptions.filter((exception) => exception.date !== date), made] };
}

/** Windows taken over from a template, or for several spaces at once, become windows of their own. */
function withOwnIds(windows: DayWindows, taken: ReadonlySet<string>, newId: NewId): DayWindows {
  const used = new Set(taken);
  return windows.map((window) => {
    const id = used.has(window.id) ? newId() : window.id;
    used.add(id);
    return { ...window, id };
  });
}

/** The date goes by its period again. */
export function withoutExceptions(draft: Draft, date: string): Draft {
  return { ...draft, exceptions: draft.exceptions.filter((exception) => exception.date !== date) };
}

export function withReason(draft: Draft, date: string, reason: string | null): Draft {
  return {
    ...draft,
    exceptions: draft.exceptions.map((exception) => (exception.date === date ? { ...exception, reason } : exception)),
  };
}

export function withClosure(draft: Draft, closure: Draft['closures'][number]): Draft {
  const others = draft.closures.filter(({ id }) => id !== closure.id);
  return { ...draft, closures: [...others, closure].toSorted((a, b) => a.from.localeCompare(b.from)) };
}

export function withoutClosure(draft: Draft, id: string): Draft {
  return { ...draft, closures: draft.closures.filter((closure) => closure.id !== id) };
}
