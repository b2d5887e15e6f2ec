import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyChange, changeBetween, changedByBoth, isEmpty, linesOf } from '../../web/src/lib/planner/change.ts';
import { minutesOf, timeOf } from '../../web/src/lib/planner/dates.ts';
import {
  editDate,
  editTemplateDay,
  movedBy,
  resizedBy,
  withChanged,
  withClosure,
  withCopiedDay,
  withCopiedWeek,
  withNewTemplates,
  withoutExceptions,
  withoutTemplate,
  withPainted,
  withTemplateShifted,
  withWindow,
} from '../../web/src/lib/planner/edit.ts';
import { begin, doStep, redo, undo } from '../../web/src/lib/planner/history.ts';
import type { Draft, PlannedWindow, Template, TemplateWindow } from '../../web/src/lib/planner/types.ts';

const HALL = 'hall';
const ROOM = 'room';
const BOTH = [HALL, ROOM];

/** Ids that no window of a test has: `new1`, `new2`… */
const ids = () => {
  let count = 0;
  return () => {
    count += 1;
    return `new${count}`;
  };
};

const window = (id: string, audience: string, hours: string, spaceId: string | null = HALL): PlannedWindow => {
  const [startsAt = '', endsAt = ''] = hours.split('-');
  return { id, spaceId, audience, startsAt, endsAt };
};

const on = (weekday: number, ...windows: PlannedWindow[]): TemplateWindow[] =>
  windows.map((each) => ({ ...each, weekday: weekday as TemplateWindow['weekday'] }));

const template = (id: string, windows: TemplateWindow[]): Template => ({
  id,
  name: id,
  spaceIds: null,
  period: { kind: 'always' },
  validFrom: null,
  validUntil: null,
  origin: 'host',
  windows,
});

const draftOf = (...templates: Template[]): Draft => ({
  templates,
  exceptions: [],
  closures: [],
  settings: {
    onPublicHolidays: 'closed',
    holidayCalendar: 'FR',
    schoolCalendar: 'FR',
    schoolZone: 'B',
    buildingCapacity: null,
    handoverMinutes: { [HALL]: 15, [ROOM]: 0 },
  },
  overrides: { school: [], holidays: [] },
});

/** `hall professional 09:00-12:00`, in order. */
const said = (windows: readonly PlannedWindow[]) =>
  windows
    .map(({ spaceId, audience, startsAt, endsAt }) => `${spaceId ?? 'all'} ${audience} ${startsAt}-${endsAt}`)
    .sort();

describe('painting hours', () => {
  const stroke = (hours: string, audience: string | null, spaceIds: readonly string[] = [HALL]) => {
    const [from = '', until = ''] = hours.split('-');
    return { spaceIds, startMinute: minutesOf(from), endMinute: minutesOf(until), audience };
  };

  test('the middle of a window is another audience’s: what is left keeps its id before, and gets one after', () => {
    const painted = withPainted([window('a', 'pro', '09:00-18:00')], stroke('13:00-15:00', 'youth'), BOTH, ids());
    expect(said(painted)).toEqual(['hall pro 09:00-13:00', 'hall pro 15:00-18:00', 'hall youth 13:00-15:00']);
    expect(painted.find(({ startsAt }) => startsAt === '09:00')?.id).toBe('a');
  });

  test('hours that touch the stroke and are of its audience become one with it, under the id that was there', () => {
    const windows = [window('a', 'pro', '09:00-12:00'), window('b', 'pro', '14:00-18:00')];
    const painted = withPainted(windows, stroke('12:00-14:00', 'pro'), BOTH, ids());
    expect(painted).toEqual([window('a', 'pro', '09:00-18:00')]);
  });

  test('a minute apart they stay two', () => {
    const painted = withPainted([window('a', 'pro', '09:00-12:00')], stroke('12:01-14:00', 'pro'), BOTH, ids());
    expect(said(painted)).toEqual(['hall pro 09:00-12:00', 'hall pro 12:01-14:00']);
  });

  test('the whole place’s window stays whole in the spaces that are not painted', () => {
    const painted = withPainted([window('a', 'pro', '09:00-12:00', null)], stroke('10:00-11:00', 'youth'), BOTH, ids());
    expect(said(painted)).toEqual([
      'hall pro 09:00-10:00',
      'hall pro 11:00-12:00',
      'hall youth 10:00-11:00',
      'room pro 09:00-12:00',
    ]);
  });

  test('over all spaces at once it is one window of the whole place', () => {
    const painted = withPainted(
      [window('a', 'pro', '09:00-12:00', null)],
      stroke('10:00-13:00', 'youth', BOTH),
      BOTH,
      ids(),
    );
    expect(said(painted)).toEqual(['all pro 09:00-10:00', 'all youth 10:00-13:00']);
  });

  test('the eraser takes the hours away and leaves nothing of its own', () => {
    expect(withPainted([window('a', 'pro', '09:00-12:00')], stroke('08:00-12:00', null), BOTH, ids())).toEqual([]);
  });

  test('an audience that may be there together stays beneath', () => {
    const windows = [window('a', 'training', '09:00-12:00'), window('b', 'youth', '12:00-14:00')];
    const painted = withPainted(windows, { ...stroke('09:00-13:00', 'pro'), beside: ['training'] }, BOTH, ids());
    expect(said(painted)).toEqual(['hall pro 09:00-13:00', 'hall training 09:00-12:00', 'hall youth 13:00-14:00']);
  });

  test('whatever was there, each minute of the stroke is the brush’s and no other minute changes', () => {
    const minute = fc.integer({ min: 0, max: 96 }).map((quarter) => quarter * 15);
    const range = fc
      .tuple(minute, minute)
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    const audience = fc.constantFrom('pro', 'youth', 'social');
    const strokeOf = fc.record({
      range,
      audience: fc.option(audience),
      spaceIds: fc.constantFrom([HALL], [ROOM], BOTH),
    });
    fc.assert(
      fc.property(fc.array(strokeOf, { maxLength: 8 }), strokeOf, (earlier, last) => {
        const newId = ids();
        const paint = (windows: readonly PlannedWindow[], each: typeof last) =>
          withPainted(
            windows,
            { spaceIds: each.spaceIds, startMinute: each.range[0], endMinute: each.range[1], audience: each.audience },
            BOTH,
            newId,
          );
        const before = earlier.reduce<readonly PlannedWindow[]>(paint, []);
        const after = paint(before, last);
        const at = (windows: readonly PlannedWindow[], spaceId: string, quarter: number) =>
          windows
            .filter((each) => each.spaceId === null || each.spaceId === spaceId)
            .filter(({ startsAt, endsAt }) => minutesOf(startsAt) <= quarter && quarter < minutesOf(endsAt))
            .map((each) => each.audience);
        for (const spaceId of BOTH) {
          for (let quarter = 0; quarter < 1_440; quarter += 15) {
            const isPainted = last.spaceIds.includes(spaceId) && last.range[0] <= quarter && quarter < last.range[1];
            const expected = isPainted ? (last.audience === null ? [] : [last.audience]) : at(before, spaceId, quarter);
            expect(at(after, spaceId, quarter)).toEqual(expected);
          }
        }
        expect(new Set(after.map(({ id }) => id)).size).toBe(after.length);
      }),
      { numRuns: 150 },
    );
  });
});

describe('moving and resizing', () => {
  test('a window moves with its length, and no further than the day', () => {
    expect(movedBy({ startsAt: '09:00', endsAt: '12:00' }, 15)).toEqual({ startsAt: '09:15', endsAt: '12:15' });
    expect(movedBy({ startsAt: '22:00', endsAt: '23:45' }, 30)).toEqual({ startsAt: '22:15', endsAt: '24:00' });
    expect(movedBy({ startsAt: '00:15', endsAt: '02:00' }, -60)).toEqual({ startsAt: '00:00', endsAt: '01:45' });
  });

  test('an edge stops a quarter of an hour before the other one', () => {
    const hours = { startsAt: '09:00', endsAt: '10:00' };
    expect(resizedBy(hours, 'end', -45).endsAt).toBe('09:15');
    expect(resizedBy(hours, 'end', -60).endsAt).toBe('09:15');
    expect(resizedBy(hours, 'start', 45).startsAt).toBe('09:45');
    expect(resizedBy(hours, 'start', 90).startsAt).toBe('09:45');
    expect(resizedBy(hours, 'end', 2_000).endsAt).toBe('24:00');
  });
});

describe('templates', () => {
  test('a window of every day becomes one of each when one day differs; Monday keeps the id', () => {
    const daily: TemplateWindow = { ...window('a', 'pro', '09:00-18:00'), weekday: null };
    const draft = editTemplateDay(
      draftOf(template('t', [daily])),
      't',
      3,
      (windows) => windows.map((each) => ({ ...each, endsAt: '13:00' })),
      ids(),
    );
    const windows = draft.templates[0]?.windows ?? [];
    expect(windows.map(({ weekday, endsAt }) => `${weekday} ${endsAt}`).sort()).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((weekday) => `${weekday} ${weekday === 3 ? '13:00' : '18:00'}`),
    );
    expect(windows.find(({ weekday }) => weekday === 1)?.id).toBe('a');
  });

  test('a day copied to others replaces theirs, with windows of their own', () => {
    const draft = withCopiedDay(
      draftOf(
        template('t', [...on(1, window('a', 'pro', '09:00-12:00')), ...on(2, window('b', 'youth', '14:00-18:00'))]),
      ),
      't',
      1,
      [2, 3],
      ids(),
    );
    const windows = draft.templates[0]?.windows ?? [];
    expect(windows.map(({ weekday, audience }) => `${weekday} ${audience}`)).toEqual(['1 pro', '2 pro', '3 pro']);
    expect(new Set(windows.map(({ id }) => id)).size).toBe(3);
  });

  test('a week copied brings no window of a space that the other template does not speak for', () => {
    const source = template('a', [
      ...on(1, window('w', 'pro', '09:00-12:00', ROOM)),
      ...on(2, window('x', 'pro', '09:00-12:00', HALL)),
    ]);
    const target = { ...template('b', []), spaceIds: [HALL] };
    const copied = withCopiedWeek(draftOf(source, target), 'a', 'b', ids());
    expect(copied.templates[1]?.windows.map(({ spaceId }) => spaceId)).toEqual([HALL]);
  });
});

describe('one date', () => {
  const draft = draftOf(template('t', on(3, window('a', 'pro', '09:00-18:00', null))));
  const current = [window('a', 'pro', '09:00-18:00', null)];

  test('begins with the hours of its period, whose ids stay the period’s', () => {
    const edited = editDate(
      draft,
      '2026-11-25',
      current,
      (windows) => withChanged(windows, 'a', { endsAt: '12:00' }),
      ids(),
    );
    expect(edited.exceptions).toHaveLength(1);
    const [exception] = edited.exceptions;
    expect(exception?.change).toEqual({
      kind: 'replace',
      windows: [{ ...window('new2', 'pro', '09:00-12:00', null) }],
    });
    expect(edited.templates).toEqual(draft.templates);
  });

  test('a second change of the same date is of the same exception', () => {
    const once = editDate(draft, '2026-11-25', current, (windows) => windows, ids());
    const twice = editDate(
      once,
      '2026-11-25',
      [],
      (windows) => withWindow(windows, window('b', 'youth', '19:00-21:00')),
      ids(),
    );
    expect(twice.exceptions).toHaveLength(1);
    expect(twice.exceptions[0]?.id).toBe(once.exceptions[0]?.id);
    expect(withoutExceptions(twice, '2026-11-25').exceptions).toEqual([]);
    expect(withoutExceptions(twice, '2026-11-26').exceptions).toHaveLength(1);
  });
});

describe('steps back and forth', () => {
  test('undo gives what was, redo what was undone, and a new step forgets it', () => {
    let history = doStep(doStep(begin('a'), 'b', 'to b'), 'c', 'to c');
    history = undo(history);
    expect(history.present).toEqual({ state: 'b', label: 'to b' });
    expect(redo(history).present.state).toBe('c');
    history = doStep(history, 'd', 'to d');
    expect(redo(history).present.state).toBe('d');
    expect(undo(undo(undo(history))).present.state).toBe('a');
  });

  test('a step that changes nothing is none', () => {
    const history = begin('a');
    expect(doStep(history, 'a', 'nothing')).toBe(history);
  });
});

describe('what is asked of the API', () => {
  const saved = draftOf(
    template('term', on(1, window('a', 'pro', '09:00-12:00'))),
    template('holidays', on(1, window('b', 'pro', '09:00-10:00'))),
  );
  const closure = {
    id: 'c',
    from: '2026-12-24T23:00:00.000Z',
    until: '2026-12-25T23:00:00.000Z',
    spaceId: null,
    reason: 'Noël',
    told: 'booked',
  } as const;

  test('nothing, where the draft says the same in another order of fields and windows', () => {
    const same = {
      ...saved,
      templates: saved.templates.map(({ windows, ...each }) => ({ windows: [...windows].reverse(), ...each })),
    };
    expect(isEmpty(changeBetween(saved, same))).toBe(true);
  });

  test('only what differs: one template, one closure, one setting', () => {
    const draft = withClosure(
      editTemplateDay(saved, 'term', 1, (windows) => withChanged(windows, 'a', { endsAt: '13:00' }), ids()),
      closure,
    );
    const change = changeBetween(saved, {
      ...draft,
      settings: { ...draft.settings, handoverMinutes: { [HALL]: 20, [ROOM]: 0 } },
    });
    expect(change.templates?.upsert?.map(({ id }) => id)).toEqual(['term']);
    expect(change.closures?.upsert).toEqual([closure]);
    expect(change.settings).toEqual({ handoverMinutes: { [HALL]: 20 } });
    expect(Object.keys(change)).toEqual(['templates', 'closures', 'settings']);
  });

  test('an order only when a template that was there changes place', () => {
    const added = withNewTemplates(saved, [template('new', [])]);
    expect(changeBetween(saved, added).templates?.order).toBeUndefined();
    const moved = withTemplateShifted(added, 'holidays', -1);
    expect(changeBetween(saved, moved).templates?.order).toEqual(['holidays', 'term', 'new']);
  });

  test('applied to what is saved, it gives the draft', () => {
    const draft = withTemplateShifted(
      withoutTemplate(withClosure(withNewTemplates(saved, [template('new', [])]), closure), 'term'),
      'new',
      -1,
    );
    const again = applyChange(saved, changeBetween(saved, draft));
    expect(isEmpty(changeBetween(draft, again))).toBe(true);
    expect(again.templates.map(({ id }) => id)).toEqual(['new', 'holidays']);
  });

  test('what somebody else has changed meanwhile is named only where both have', () => {
    const mine = changeBetween(saved, {
      ...saved,
      templates: saved.templates.map((each) => (each.id === 'term' ? { ...each, name: 'mine' } : each)),
    });
    const theirs = (id: string) => ({
      ...saved,
      templates: saved.templates.map((each) => (each.id === id ? { ...each, name: 'theirs' } : each)),
    });
    expect(changedByBoth(saved, theirs('holidays'), mine)).toEqual([]);
    expect(changedByBoth(saved, theirs('term'), mine)).toEqual(['term', 'theirs']);
  });

  test('is told item by item, with the windows counted', () => {
    const draft = withoutTemplate(
      editTemplateDay(
        saved,
        'term',
        1,
        (windows) => [...withChanged(windows, 'a', { endsAt: '13:00' }), window('z', 'youth', '14:00-18:00')],
        ids(),
      ),
      'holidays',
    );
    expect(
      linesOf(saved, draft).map(({ kind, name, added, removed, changed }) => [kind, name, added, removed, changed]),
    ).toEqual([
      ['template', 'term', 1, 0, 1],
      ['gone_template', 'holidays', 0, 0, 0],
    ]);
  });
});

test('times of a day go there and back', () => {
  for (let minute = 0; minute <= 1_440; minute += 5) expect(minutesOf(timeOf(minute))).toBe(minute);
});
