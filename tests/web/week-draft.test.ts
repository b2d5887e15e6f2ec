import { describe, expect, test } from 'vitest';
import {
  changesBetween,
  clashingRows,
  type DraftRow,
  draftOf,
  problemOfRow,
  readDraft,
  windowOf,
  withCopiedDay,
  withoutRow,
  withRow,
} from '../../web/src/lib/week-draft.ts';

const row = (changes: Partial<DraftRow> = {}): DraftRow => ({
  key: 0,
  weekday: 1,
  startsAt: '09:00',
  endsAt: '12:00',
  audience: 'professional',
  spaceId: '',
  ...changes,
});

describe('a row of the week', () => {
  test('a window until midnight is 00:00 in its field and 24:00 when saved', () => {
    const window = { weekday: 5, startsAt: '18:00', endsAt: '24:00', audience: 'youth', spaceId: null };
    const [draft] = draftOf([window]) as [DraftRow];
    expect(draft.endsAt).toBe('00:00');
    expect(windowOf(draft)).toEqual(window);
    expect(problemOfRow(draft)).toBeNull();
  });

  test.each([
    ['nothing typed', { startsAt: '', endsAt: '' }, 'incomplete'],
    ['no end', { endsAt: '' }, 'incomplete'],
    ['no public', { audience: '' }, 'incomplete'],
    ['not a time', { startsAt: '25:00' }, 'incomplete'],
    ['ends when it starts', { startsAt: '12:00' }, 'ends_before_it_starts'],
    ['ends a minute after', { startsAt: '11:59' }, null],
    ['begins at midnight', { startsAt: '00:00' }, null],
  ])('%s', (_, changes, problem) => {
    expect(problemOfRow(row(changes))).toBe(problem);
  });
});

describe('rows come and go', () => {
  test('one more begins where the last of its day ends, for the same public and space', () => {
    const rows = withRow(
      [row({ audience: 'youth', spaceId: 's' }), row({ key: 4, weekday: 2, endsAt: '20:00' })],
      1,
      'general',
    );
    expect(rows.at(-1)).toEqual({
      key: 5,
      weekday: 1,
      startsAt: '12:00',
      endsAt: '17:00',
      audience: 'youth',
      spaceId: 's',
    });
  });

  test('the first of a day is at nine, for the first public', () => {
    expect(withRow([], 7, 'general')).toEqual([row({ weekday: 7, audience: 'general', endsAt: '17:00' })]);
  });

  test('after an evening there is no end to guess', () => {
    expect(withRow([row({ endsAt: '17:00' })], 1, 'general').at(-1)).toMatchObject({ startsAt: '17:00', endsAt: '' });
  });

  test('only the one that is named goes', () => {
    expect(withoutRow([row(), row({ key: 1 })], 0).map(({ key }) => key)).toEqual([1]);
  });

  test('a day copied replaces what was there, and not itself', () => {
    const rows = [
      row(),
      row({ key: 1, startsAt: '14:00', endsAt: '18:00' }),
      row({ key: 2, weekday: 2 }),
      row({ key: 3, weekday: 3 }),
    ];
    const copied = withCopiedDay(rows, 1, [1, 2]);
    expect(copied.map(({ weekday, startsAt }) => `${weekday} ${startsAt}`)).toEqual([
      '1 09:00',
      '1 14:00',
      '3 09:00',
      '2 09:00',
      '2 14:00',
    ]);
    expect(new Set(copied.map(({ key }) => key)).size).toBe(5);
  });
});

describe('a posted week', () => {
  const form = (...rows: Record<string, string>[]) => {
    const data = new FormData();
    for (const fields of rows) for (const [name, value] of Object.entries(fields)) data.append(name, value);
    return data;
  };
  const fields = { rang: '7', jour: '2', de: '09:00', a: '12:00', public: 'youth', espace: 's' };

  test('gives its rows back under their own keys, so that a button still means its row', () => {
    expect(readDraft(form(fields, { ...fields, rang: '3', de: '' }))).toEqual([
      { key: 7, weekday: 2, startsAt: '09:00', endsAt: '12:00', audience: 'youth', spaceId: 's' },
      { key: 3, weekday: 2, startsAt: '', endsAt: '12:00', audience: 'youth', spaceId: 's' },
    ]);
  });

  test('leaves out what is no row of a week', () => {
    expect(readDraft(form({ ...fields, jour: '8' }, { ...fields, rang: 'x' }))).toEqual([]);
  });
});

describe('what saving would change', () => {
  const saved = [windowOf(row()), windowOf(row({ weekday: 2 }))];

  test.each([
    ['the same in another order', [...saved].reverse(), 0],
    ['one moved', [windowOf(row({ endsAt: '13:00' })), saved[1]], 1],
    ['one gone', [saved[0]], 1],
    ['one twice', [...saved, saved[0]], 1],
    ['all gone', [], 2],
  ])('%s: %#', (_, draft, count) => {
    expect(changesBetween(saved, draft as typeof saved)).toBe(count);
  });
});

test('two equal windows that clash are two rows', () => {
  const rows = [row(), row({ key: 1, weekday: 2 }), row({ key: 2 })];
  expect(clashingRows(rows, [windowOf(row()), windowOf(row())]).map(({ key }) => key)).toEqual([0, 2]);
});
