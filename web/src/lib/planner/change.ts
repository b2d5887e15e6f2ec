import type { Change, Draft, Template } from './types.ts';

/** Whether two plain values say the same, whatever the order of their fields. A field that is not there is one that is undefined. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => isSame(left[key], right[key]));
}

interface Item {
  readonly id: string;
}

/** The order of a template's windows says nothing. */
const settled = <T extends Item>(item: T): unknown =>
  'windows' in item ? { ...item, windows: byId((item as unknown as Template).windows) } : item;
const byId = <T extends Item>(items: readonly T[]) => items.toSorted((a, b) => (a.id < b.id ? -1 : 1));

function listChange<T extends Item>(saved: readonly T[], draft: readonly T[]): { upsert?: T[]; delete?: string[] } {
  const before = new Map(saved.map((item) => [item.id, item]));
  const upsert = draft.filter((item) => {
    const known = before.get(item.id);
    return known === undefined || !isSame(settled(known), settled(item));
  });
  const ids = new Set(draft.map(({ id }) => id));
  const gone = saved.filter(({ id }) => !ids.has(id)).map(({ id }) => id);
  return { ...(upsert.length > 0 ? { upsert } : {}), ...(gone.length > 0 ? { delete: gone } : {}) };
}

/** What has to be done to what is saved to make the draft of it; empty when they are the same. */
export function changeBetween(saved: Draft, draft: Draft): Change {
  const change: Change = {};
  const templates: NonNullable<Change['templates']> = listChange(saved.templates, draft.templates);
  const order = draft.templates.map(({ id }) => id);
  const kept = saved.templates.map(({ id }) => id).filter((id) => order.includes(id));
  const isNewLast = order.slice(0, kept.length).every((id, index) => id === kept[index]);
  if (!isNewLast) templates.order = order;
  if (Object.keys(templates).length > 0) change.templates = templates;
  const exceptions = listChange(saved.exceptions, draft.exceptions);
  if (Object.keys(exceptions).length > 0) change.exceptions = exceptions;
  const closures = listChange(saved.closures, draft.closures);
  if (Object.keys(closures).length > 0) change.closures = closures;

  const { handoverMinutes, ...plain } = draft.settings;
  const settings = Object.fromEntries(
    Object.entries(plain).filter(([name, value]) => !isSame(value, saved.settings[name as keyof typeof plain])),
  ) as Partial<Draft['settings']>;
  const handovers = Object.fromEntries(
    Object.entries(handoverMinutes).filter(([id, minutes]) => saved.settings.handoverMinutes[id] !== minutes),
  );
  const allSettings = Object.keys(handovers).length > 0 ? { ...settings, handoverMinutes: handovers } : settings;
  if (Object.keys(allSettings).length > 0) change.settings = allSettings;

  const overrides: NonNullable<Change['overrides']> = {};
  if (!isSame(saved.overrides.school, draft.overrides.school)) overrides.school = [...draft.overrides.school];
  if (!isSame(saved.overrides.holidays, draft.overrides.holidays)) overrides.holidays = [...draft.overrides.holidays];
  if (Object.keys(overrides).length > 0) change.overrides = overrides;
  return change;
}

export const isEmpty = (change: Change): boolean => Object.keys(change).length === 0;

function withListChange<T extends Item>(
  saved: readonly T[],
  change: { upsert?: readonly T[]; delete?: readonly string[] } | undefined,
): readonly T[] {
  const gone = new Set(change?.delete ?? []);
  const written = new Map((change?.upsert ?? []).map((item) => [item.id, item]));
  const kept = saved.filter(({ id }) => !gone.has(id)).map((item) => written.get(item.id) ?? item);
  const known = new Set(saved.map(({ id }) => id));
  return [...kept, ...[...written.values()].filter(({ id }) => !known.has(id))];
}

/** A change on top of what is saved now, which may be another than the one it was made on. */
export function applyChange(saved: Draft, change: Change): Draft {
  const order = change.templates?.order;
  const templates = withListChange(saved.templates, change.templates);
  const place = ({ id }: Item) => {
    const index = order?.indexOf(id) ?? -1;
    return index === -1 ? Number.MAX_SAFE_INTEGER : index;
  };
  return {
    templates: order === undefined ? templates : templates.toSorted((a, b) => place(a) - place(b)),
    exceptions: withListChange(saved.exceptions, change.exceptions),
    closures: withListChange(saved.closures, change.closures),
    settings: {
      ...saved.settings,
      ...change.settings,
      handoverMinutes: { ...saved.settings.handoverMinutes, ...change.settings?.handoverMinutes },
    },
    overrides: { ...saved.overrides, ...change.overrides },
  };
}

/** Names of what somebody else has changed since `base` and this change is about to write again. */
export function changedByBoth(base: Draft, saved: Draft, change: Change): string[] {
  const theirs = changeBetween(base, saved);
  const touched = (part: { upsert?: readonly Item[]; delete?: readonly string[] } | undefined) =>
    new Set([...(part?.upsert ?? []).map(({ id }) => id), ...(part?.delete ?? [])]);
  const [templates, exceptions] = [touched(theirs.templates), touched(theirs.exceptions)];
  const mine = touched(change.templates);
  return [
    ...[...base.templates, ...saved.templates]
      .filter(({ id }) => templates.has(id) && mine.has(id))
      .map(({ name }) => name),
    ...(change.exceptions?.upsert ?? []).filter(({ id }) => exceptions.has(id)).map(({ date }) => date),
  ].filter((name, index, all) => all.indexOf(name) === index);
}

export interface ChangeLine {
  readonly kind:
    | 'template'
    | 'new_template'
    | 'gone_template'
    | 'date'
    | 'gone_date'
    | 'closure'
    | 'gone_closure'
    | 'order'
    | 'settings';
  readonly name: string;
  /** Of a template: windows that come, that go, that are otherwise. */
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

/** What a change does, item by item, for the people who are about to do it. */
export function linesOf(saved: Draft, draft: Draft): ChangeLine[] {
  const change = changeBetween(saved, draft);
  const line = (kind: ChangeLine['kind'], name: string): ChangeLine => ({
    kind,
    name,
    added: 0,
    removed: 0,
    changed: 0,
  });
  const lines: ChangeLine[] = [];
  for (const template of change.templates?.upsert ?? []) {
    const before = saved.templates.find(({ id }) => id === template.id);
    const old = new Map(before?.windows.map((window) => [window.id, window]));
    const counts = {
      added: template.windows.filter(({ id }) => !old.has(id)).length,
      removed: [...old.keys()].filter((id) => template.windows.every((window) => window.id !== id)).length,
      changed: template.windows.filter((window) => old.has(window.id) && !isSame(old.get(window.id), window)).length,
    };
    lines.push({ ...line(before === undefined ? 'new_template' : 'template', template.name), ...counts });
  }
  for (const id of change.templates?.delete ?? []) {
    lines.push(line('gone_template', saved.templates.find((template) => template.id === id)?.name ?? ''));
  }
  if (change.templates?.order) lines.push(line('order', ''));
  for (const { date } of change.exceptions?.upsert ?? []) lines.push(line('date', date));
  for (const id of change.exceptions?.delete ?? []) {
    const date = saved.exceptions.find((exception) => exception.id === id)?.date ?? '';
    if (!lines.some(({ kind, name }) => kind === 'date' && name === date)) lines.push(line('gone_date', date));
  }
  for (const { from } of change.closures?.upsert ?? []) lines.push(line('closure', from));
  for (const id of change.closures?.delete ?? []) {
    lines.push(line('gone_closure', saved.closures.find((closure) => closure.id === id)?.from ?? ''));
  }
  if (change.settings || change.overrides) lines.push(line('settings', ''));
  return lines;
}
