import type { HostWeek } from '#lib/api/types.ts';

/** One row of the week as it is being typed: nothing of it need be right yet. */
export interface DraftRow {
  /** Tells rows apart on the page while they come and go. */
  key: number;
  weekday: number;
  startsAt: string;
  endsAt: string;
  audience: string;
  /** Empty: the whole place. */
  spaceId: string;
}

export type WeeklyWindow = HostWeek['items'][number];

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** A window may end at midnight, which a time field can only say as the next day's first minute. */
const MIDNIGHT = '24:00';
const toField = (endsAt: string) => (endsAt === MIDNIGHT ? '00:00' : endsAt);
const fromField = (endsAt: string) => (endsAt === '00:00' ? MIDNIGHT : endsAt);

export function draftOf(items: readonly WeeklyWindow[]): DraftRow[] {
  return items.map((item, key) => ({
    key,
    weekday: item.weekday,
    startsAt: item.startsAt,
    endsAt: toField(item.endsAt),
    audience: item.audience,
    spaceId: item.spaceId ?? '',
  }));
}

/** What is saved of a row. */
export function windowOf(row: DraftRow): WeeklyWindow {
  return {
    weekday: row.weekday,
    startsAt: row.startsAt,
    endsAt: fromField(row.endsAt),
    audience: row.audience,
    spaceId: row.spaceId === '' ? null : row.spaceId,
  };
}

export type RowProblem = 'incomplete' | 'ends_before_it_starts';

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

export function problemOfRow(row: DraftRow): RowProblem | null {
  if (!TIME.test(row.startsAt) || !TIME.test(row.endsAt) || row.audience === '') return 'incomplete';
  return row.startsAt < fromField(row.endsAt) ? null : 'ends_before_it_starts';
}

const nextKey = (rows: readonly DraftRow[]) => Math.max(-1, ...rows.map(({ key }) => key)) + 1;

/** One more row on a day: where the last one ends, for the same audience and space. */
export function withRow(rows: readonly DraftRow[], weekday: number, audience: string): DraftRow[] {
  const last = rows.findLast((row) => row.weekday === weekday);
  const startsAt = last !== undefined && TIME.test(last.endsAt) && last.endsAt !== '00:00' ? last.endsAt : '09:00';
  const row: DraftRow = {
    key: nextKey(rows),
    weekday,
    startsAt,
    endsAt: startsAt < '17:00' ? '17:00' : '',
    audience: last?.audience ?? audience,
    spaceId: last?.spaceId ?? '',
  };
  return [...rows, row];
}

export function withoutRow(rows: readonly DraftRow[], key: number): DraftRow[] {
  return rows.filter((row) => row.key !== key);
}

/** The hours of one day, in place of those of others. */
export function withCopiedDay(rows: readonly DraftRow[], from: number, to: readonly number[]): DraftRow[] {
  const targets = to.filter((weekday) => weekday !== from);
  const kept = rows.filter(({ weekday }) => !targets.includes(weekday));
  let key = nextKey(rows);
  const copies = targets.flatMap((weekday) =>
    rows.filter((row) => row.weekday === from).map((row) => ({ ...row, weekday, key: key++ })),
  );
  return [...kept, ...copies];
}

/** Rows of a posted form, which repeats the same six fields for each. */
export function readDraft(form: FormData): DraftRow[] {
  const column = (name: string) => form.getAll(name).map(String);
  const [keys, startsAt, endsAt, audience, spaceId] = ['rang', 'de', 'a', 'public', 'espace'].map(column);
  return column('jour').flatMap((day, index): DraftRow[] => {
    const weekday = WEEKDAYS.find((known) => String(known) === day);
    const key = Number(keys?.[index]);
    if (weekday === undefined || !Number.isSafeInteger(key)) return [];
    return [
      {
        key,
        weekday,
        startsAt: startsAt?.[index] ?? '',
        endsAt: endsAt?.[index] ?? '',
        audience: audience?.[index] ?? '',
        spaceId: spaceId?.[index] ?? '',
      },
    ];
  });
}

const sortKey = (w: WeeklyWindow) => [w.weekday, w.startsAt, w.endsAt, w.audience, w.spaceId ?? ''].join('|');

/** How many windows of one are not in the other: what saving would change. */
export function changesBetween(saved: readonly WeeklyWindow[], draft: readonly WeeklyWindow[]): number {
  const left = new Map<string, number>();
  for (const w of saved) left.set(sortKey(w), (left.get(sortKey(w)) ?? 0) + 1);
  let added = 0;
  for (const w of draft) {
    const count = left.get(sortKey(w)) ?? 0;
    if (count === 0) added += 1;
    else left.set(sortKey(w), count - 1);
  }
  const removed = [...left.values()].reduce((sum, count) => sum + count, 0);
  return Math.max(added, removed);
}

/** The two windows that the API found in each other's way, as rows of the draft. */
export function clashingRows(rows: readonly DraftRow[], windows: readonly WeeklyWindow[]): DraftRow[] {
  const found: DraftRow[] = [];
  for (const window of windows) {
    const row = rows.find((each) => !found.includes(each) && sortKey(windowOf(each)) === sortKey(window));
    if (row !== undefined) found.push(row);
  }
  return found;
}
