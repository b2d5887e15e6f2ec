import { minutesOf, timeOf } from './dates.ts';
import type { DayPlan, OpenSpan } from './day-plan.ts';
import {
  type DayWindows,
  editDate,
  editTemplateDay,
  type NewId,
  type Stroke,
  type Weekday,
  withChanged,
  withoutWindow,
  withPainted,
  withWindow,
} from './edit.ts';
import type { Draft, PlannedWindow } from './types.ts';

/** What a hand or a form does to one day of the week on the page. */
export type DayEdit =
  | { readonly kind: 'paint'; readonly stroke: Stroke }
  /** Each space listed gets a window; all of a template's spaces together get one. */
  | {
      readonly kind: 'add';
      readonly spaceIds: readonly string[];
      readonly audience: string;
      readonly startMinute: number;
      readonly endMinute: number;
    }
  | { readonly kind: 'change'; readonly windowId: string; readonly patch: Partial<Omit<PlannedWindow, 'id'>> }
  | { readonly kind: 'remove'; readonly windowId: string }
  /** The day gets these hours, whatever it had. */
  | { readonly kind: 'replace'; readonly windows: DayWindows };

/** A column of the week: a date, or a weekday of one template's week. */
export interface EditableDay {
  readonly plan: DayPlan;
  readonly date: string | null;
  /** Of a week without dates: whose it is. */
  readonly templateId: string | null;
}

/** `period`: every such weekday of the template that rules the day. `date`: this date only. */
export type Scope = 'period' | 'date';

/** The windows that a day has now, as one could plan them: a window in all spaces at once is one. */
export function windowsOf(plan: DayPlan): PlannedWindow[] {
  const byWindow = Map.groupBy(
    plan.spaces.flatMap(({ claims }) => claims),
    (claim: OpenSpan) => `${claim.ruleId} ${claim.startMinute} ${claim.endMinute}`,
  );
  return [...byWindow.values()].flatMap((claims) => {
    const isEverywhere = claims.length === plan.spaces.length && claims.length > 1;
    return (isEverywhere ? claims.slice(0, 1) : claims).map((claim) => ({
      id: claim.ruleId,
      spaceId: isEverywhere ? null : claim.spaceId,
      audience: claim.audience,
      startsAt: timeOf(claim.startMinute),
      endsAt: timeOf(claim.endMinute),
    }));
  });
}

function edited(windows: DayWindows, edit: DayEdit, allSpaceIds: readonly string[], newId: NewId): DayWindows {
  switch (edit.kind) {
    case 'paint':
      return withPainted(windows, edit.stroke, allSpaceIds, newId);
    case 'add': {
      const everywhere = allSpaceIds.length > 0 && allSpaceIds.every((id) => edit.spaceIds.includes(id));
      return (everywhere ? [null] : edit.spaceIds).reduce<DayWindows>(
        (list, spaceId) =>
          withWindow(list, {
            id: newId(),
            spaceId,
            audience: edit.audience,
            startsAt: timeOf(edit.startMinute),
            endsAt: timeOf(edit.endMinute),
          }),
        windows,
      );
    }
    case 'change':
      return withChanged(windows, edit.windowId, edit.patch);
    case 'remove':
      return withoutWindow(windows, edit.windowId);
    case 'replace':
      return edit.windows.map((window) => ({ ...window, id: newId() }));
  }
}

/** The template that rules a space on the day; null: none does, or not alone. */
export function templateOf(day: EditableDay, spaceId: string): string | null {
  if (day.templateId !== null) return day.templateId;
  const ruling = day.plan.spaces.find((space) => space.spaceId === spaceId)?.ruling;
  return ruling?.kind === 'template' ? ruling.templateId : null;
}

const spaceIdsOf = (day: EditableDay): string[] => day.plan.spaces.map(({ spaceId }) => spaceId);

/** Whether the edit can be one of the period: where nothing but the date itself gives hours, it is of the date whatever is asked. */
export function scopeOf(day: EditableDay, spaceIds: readonly string[], wished: Scope): Scope {
  if (day.date === null) return 'period';
  return wished === 'period' && spaceIds.every((id) => templateOf(day, id) !== null) ? 'period' : 'date';
}

/** One day's edit on the draft: of the templates that rule it, or of the date alone. */
export function editDay(draft: Draft, day: EditableDay, edit: DayEdit, wished: Scope, newId: NewId): Draft {
  const all = spaceIdsOf(day);
  const spaceIds =
    edit.kind === 'paint'
      ? edit.stroke.spaceIds
      : edit.kind === 'add'
        ? edit.spaceIds
        : edit.kind === 'replace'
          ? all
          : spacesWith(day, edit.windowId);
  if (day.date !== null && scopeOf(day, spaceIds, wished) === 'date') {
    return editDate(draft, day.date, windowsOf(day.plan), (windows) => edited(windows, edit, all, newId), newId);
  }
  const byTemplate = Map.groupBy(spaceIds, (id) => templateOf(day, id));
  let result = draft;
  for (const [templateId, ids] of byTemplate) {
    const template = draft.templates.find(({ id }) => id === templateId);
    if (template === undefined) continue;
    const own = template.spaceIds ?? all;
    const isHere = (id: string) => ids.includes(id);
    const part: DayEdit =
      edit.kind === 'paint'
        ? { ...edit, stroke: { ...edit.stroke, spaceIds: ids } }
        : edit.kind === 'add'
          ? { ...edit, spaceIds: ids }
          : edit.kind === 'replace'
            ? { ...edit, windows: edit.windows.filter(({ spaceId }) => spaceId === null || isHere(spaceId)) }
            : edit;
    result = editTemplateDay(
      result,
      template.id,
      day.plan.weekday as Weekday,
      (windows) => edited(windows, part, own, newId),
      newId,
    );
  }
  return result;
}

function spacesWith(day: EditableDay, windowId: string): string[] {
  const found = day.plan.spaces.filter(({ claims }) => claims.some(({ ruleId }) => ruleId === windowId));
  return found.length > 0 ? found.map(({ spaceId }) => spaceId) : spaceIdsOf(day);
}

/** A window taken to another day, with its hours there. */
export function moveToDay(
  draft: Draft,
  from: EditableDay,
  to: EditableDay,
  window: PlannedWindow,
  wished: Scope,
  newId: NewId,
): Draft {
  const removed = editDay(draft, from, { kind: 'remove', windowId: window.id }, wished, newId);
  const add: DayEdit = {
    kind: 'add',
    spaceIds: window.spaceId === null ? spaceIdsOf(to) : [window.spaceId],
    audience: window.audience,
    startMinute: minutesOf(window.startsAt),
    endMinute: minutesOf(window.endsAt),
  };
  return editDay(removed, to, add, wished, newId);
}
