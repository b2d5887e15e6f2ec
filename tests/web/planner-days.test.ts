import { describe, expect, test } from 'vitest';
import {
  addDays,
  instantOf,
  isDate,
  isoWeekOf,
  localOf,
  mondayOf,
  timeOf,
  twelveMonths,
  weekdayOf,
  weeksOfMonth,
} from '../../web/src/lib/planner/dates.ts';
import { faultsOf, planDay, planOf, planOfTemplate, planTypicalDay } from '../../web/src/lib/planner/day-plan.ts';
import { blocksOf, inLanes } from '../../web/src/lib/planner/layout.ts';
import { byPrecedence, isEqualInRank } from '../../web/src/lib/planner/order.ts';
import { templatesOf } from '../../web/src/lib/planner/presets.ts';
import type { Closure, DayFact, Draft, Period, Saved, Template } from '../../web/src/lib/planner/types.ts';
import { editDay, moveToDay, scopeOf, windowsOf } from '../../web/src/lib/planner/week-edit.ts';
import { lookOfPeriod, schoolHolidaysIn, yearOf } from '../../web/src/lib/planner/year.ts';

let count = 0;
const newId = () => {
  count += 1;
  return `id${count}`;
};

const CLASSES = { professional: 'work', training: 'work', youth: 'youth' };
const spaces = [
  { id: 'hall', name: 'Salle', capacity: 12, handoverMinutes: 15, classes: CLASSES },
  { id: 'room', name: 'Bureau', capacity: 4, handoverMinutes: 0, classes: CLASSES },
];

const savedWith = (templates: readonly Template[], more: Partial<Draft> = {}, of = spaces.slice(0, 1)): Saved => ({
  revision: 1,
  timeZone: 'Europe/Paris',
  mayChange: true,
  spaces: of,
  calendars: { holidays: ['FR'], school: [] },
  draft: {
    templates,
    exceptions: [],
    closures: [],
    settings: {
      onPublicHolidays: 'closed',
      holidayCalendar: 'FR',
      schoolCalendar: 'FR',
      schoolZone: 'B',
      buildingCapacity: null,
      handoverMinutes: Object.fromEntries(of.map(({ id, handoverMinutes }) => [id, handoverMinutes])),
    },
    overrides: { school: [], holidays: [] },
    ...more,
  },
});

const term = (date: string): DayFact => ({ date, holidays: [], school: { kind: 'term' } });
const vacation = (date: string, isSummer = false): DayFact => ({
  date,
  holidays: [],
  school: { kind: 'holiday', name: isSummer ? 'Été' : 'Hiver', isSummer },
});

const library = () => templatesOf('library', (name) => name, newId);
const dayOf = (saved: Saved, fact: DayFact, before: DayFact | null = null) =>
  planDay(planOf(saved, saved.draft), fact, before);

/** `professional 9:00-13:00`, then the handovers. */
const told = (saved: Saved, fact: DayFact, before: DayFact | null = null) => {
  const [space] = dayOf(saved, fact, before).spaces;
  return [
    ...(space?.open ?? []).map(
      ({ audience, startMinute, endMinute }) => `${audience} ${timeOf(startMinute)}-${timeOf(endMinute)}`,
    ),
    ...(space?.handovers ?? []).map(
      ({ startMinute, endMinute }) => `handover ${timeOf(startMinute)}-${timeOf(endMinute)}`,
    ),
  ];
};

describe('a day as the draft has it', () => {
  test('the library’s Wednesday of the term, with the handover that the young wait for', () => {
    expect(told(savedWith(library()), term('2026-11-25'))).toEqual([
      'professional 09:00-13:00',
      'youth 13:15-18:00',
      'handover 13:00-13:15',
    ]);
  });

  test('holidays, summer and public holidays as the documentation’s worked example has them', () => {
    const saved = savedWith(library());
    expect(told(saved, vacation('2027-02-22'))).toEqual([
      'professional 09:00-12:00',
      'youth 14:00-18:00',
      'handover 12:00-12:15',
    ]);
    expect(told(saved, vacation('2026-07-06', true))).toEqual(['professional 08:00-13:00']);
    const armistice: DayFact = { ...term('2026-11-11'), holidays: [{ code: 'armistice', name: 'Armistice' }] };
    expect(told(saved, armistice)).toEqual([]);
    expect(dayOf(saved, armistice).spaces[0]?.ruling.kind).toBe('public_holiday');
    expect(dayOf(saved, { ...term('2027-10-06'), school: null }).spaces[0]?.ruling.kind).toBe('unknown');
  });

  test('a closure takes its hours away by the place’s clock, and stays to be seen', () => {
    // 10 to 11 in Paris in winter.
    const closure: Closure = {
      id: 'c',
      from: '2026-11-24T09:00:00.000Z',
      until: '2026-11-24T10:00:00.000Z',
      spaceId: null,
      reason: 'Inventaire',
      told: 'booked',
    };
    const saved = savedWith(library(), { closures: [closure] });
    expect(told(saved, term('2026-11-24'))).toEqual(['professional 09:00-10:00', 'professional 11:00-18:00']);
    expect(dayOf(saved, term('2026-11-24')).spaces[0]?.closed).toHaveLength(1);
    expect(told(saved, term('2026-11-25'))).toContain('professional 09:00-13:00');
  });

  test('a handover reaches over midnight into the morning', () => {
    const night: Template = {
      ...(library()[0] as Template),
      period: { kind: 'always' },
      windows: [
        { id: 'a', spaceId: null, audience: 'professional', weekday: 1, startsAt: '20:00', endsAt: '24:00' },
        { id: 'b', spaceId: null, audience: 'youth', weekday: 2, startsAt: '00:00', endsAt: '06:00' },
      ],
    };
    expect(told(savedWith([night]), term('2026-11-24'), term('2026-11-23'))).toEqual([
      'youth 00:15-06:00',
      'handover 00:00-00:15',
    ]);
  });

  test('a week without dates shows one template as if nothing else were', () => {
    const saved = savedWith(library());
    const holidays = saved.draft.templates[1] as Template;
    const monday = planTypicalDay(planOfTemplate(saved, saved.draft, holidays), 1);
    expect(monday.spaces[0]?.open.map(({ audience }) => audience)).toEqual(['professional', 'youth']);
  });

  test('two publics at one time are named as a fault while they are drawn', () => {
    const [first] = library();
    const clash = {
      ...(first as Template),
      windows: [
        { id: 'a', spaceId: null, audience: 'professional', weekday: 1, startsAt: '09:00', endsAt: '12:00' },
        { id: 'b', spaceId: null, audience: 'youth', weekday: 1, startsAt: '11:00', endsAt: '14:00' },
        { id: 'c', spaceId: null, audience: 'training', weekday: 1, startsAt: '09:00', endsAt: '11:00' },
      ],
    } as Template;
    const saved = savedWith([clash]);
    expect(faultsOf(saved, saved.draft).map(({ reason, windowIds }) => [reason, windowIds])).toEqual([
      ['incompatible_overlap', ['a', 'b']],
    ]);
  });
});

describe('editing a day', () => {
  test('in its period, every such weekday changes; on its date, nothing but the date', () => {
    const saved = savedWith(library());
    const wednesday = { plan: dayOf(saved, term('2026-11-25')), date: '2026-11-25', templateId: null };
    const youth = windowsOf(wednesday.plan).find(({ audience }) => audience === 'youth');
    const edit = { kind: 'change', windowId: youth?.id ?? '', patch: { endsAt: '19:00' } } as const;

    const inPeriod = savedWith([], editDay(saved.draft, wednesday, edit, 'period', newId));
    expect(told(inPeriod, term('2026-12-02'))).toContain('youth 13:15-19:00');
    expect(inPeriod.draft.exceptions).toEqual([]);

    const onDate = savedWith([], editDay(saved.draft, wednesday, edit, 'date', newId));
    expect(told(onDate, term('2026-11-25'))).toContain('youth 13:15-19:00');
    expect(told(onDate, term('2026-12-02'))).toContain('youth 13:15-18:00');
  });

  test('a day that no period gives hours is changed by its date, whatever is asked', () => {
    const saved = savedWith(library());
    const armistice: DayFact = { ...term('2026-11-11'), holidays: [{ code: 'armistice', name: 'Armistice' }] };
    const day = { plan: dayOf(saved, armistice), date: '2026-11-11', templateId: null };
    expect(scopeOf(day, ['hall'], 'period')).toBe('date');
    const stroke = { spaceIds: ['hall'], startMinute: 600, endMinute: 720, audience: 'youth' };
    const edited = savedWith([], editDay(saved.draft, day, { kind: 'paint', stroke }, 'period', newId));
    expect(told(edited, armistice)).toEqual(['youth 10:00-12:00']);
  });

  test('over two spaces that different templates rule, each template gets its part', () => {
    const [whole] = templatesOf('work', () => 'whole', newId);
    const own: Template = { ...(whole as Template), id: newId(), spaceIds: ['room'], windows: [] };
    const saved = savedWith([whole as Template, own], {}, spaces);
    const day = { plan: dayOf(saved, term('2026-11-24')), date: '2026-11-24', templateId: null };
    const stroke = { spaceIds: ['hall', 'room'], startMinute: 1_140, endMinute: 1_200, audience: 'youth' };
    const edited = editDay(saved.draft, day, { kind: 'paint', stroke }, 'period', newId);
    const evening = edited.templates.map(({ windows }) =>
      windows.filter(({ audience, weekday }) => audience === 'youth' && weekday === 2).map(({ spaceId }) => spaceId),
    );
    expect(evening).toEqual([['hall'], [null]]);
  });

  test('a window taken to another day leaves its own', () => {
    const saved = savedWith(library());
    const plan = planOfTemplate(saved, saved.draft, saved.draft.templates[0] as Template);
    const id = saved.draft.templates[0]?.id ?? '';
    const [wednesday, friday] = [3, 5].map((weekday) => ({
      plan: planTypicalDay(plan, weekday),
      date: null,
      templateId: id,
    }));
    if (!wednesday || !friday) throw new Error('no days');
    const youth = windowsOf(wednesday.plan).find(({ audience }) => audience === 'youth');
    if (!youth) throw new Error('no window');
    const moved = moveToDay(
      saved.draft,
      wednesday,
      friday,
      { ...youth, startsAt: '18:15', endsAt: '20:00' },
      'period',
      newId,
    );
    const days = moved.templates[0]?.windows
      .filter(({ audience }) => audience === 'youth')
      .map(({ weekday, startsAt }) => [weekday, startsAt]);
    expect(days).toEqual([[5, '18:15']]);
  });
});

describe('drawing', () => {
  test('what is the same in neighbouring spaces is one block; what is there together shares the width', () => {
    const [whole] = templatesOf('work', () => 'whole', newId);
    const both: Template = {
      ...(whole as Template),
      windows: [
        { id: 'a', spaceId: null, audience: 'professional', weekday: 2, startsAt: '09:00', endsAt: '12:00' },
        { id: 'b', spaceId: 'hall', audience: 'training', weekday: 2, startsAt: '10:00', endsAt: '11:00' },
      ],
    };
    const blocks = blocksOf(dayOf(savedWith([both], {}, spaces), term('2026-11-24')), ['hall', 'room']);
    expect(blocks.map(({ laneFrom, laneUntil, sub, subs }) => [laneFrom, laneUntil, sub, subs])).toEqual([
      [0, 2, 0, 2],
      [0, 1, 1, 2],
    ]);
  });

  test('bookings that overlap have lanes of their own, and give them back', () => {
    const spans = [
      [0, 60],
      [30, 90],
      [60, 120],
    ].map(([startMinute = 0, endMinute = 0]) => ({ startMinute, endMinute }));
    expect(inLanes(spans).map(({ lane, lanes }) => [lane, lanes])).toEqual([
      [0, 2],
      [1, 2],
      [0, 2],
    ]);
  });
});

describe('the year', () => {
  test('days take the look of what rules them, of an exception and of a closure', () => {
    const closure: Closure = {
      id: 'c',
      from: '2026-12-24T23:00:00.000Z',
      until: '2026-12-25T23:00:00.000Z',
      spaceId: null,
      reason: null,
      told: 'nobody',
    };
    const saved = savedWith(library(), {
      closures: [closure],
      exceptions: [
        { id: 'e', date: '2026-11-26', spaceIds: null, reason: null, change: { kind: 'replace', windows: [] } },
      ],
    });
    const facts = [
      term('2026-11-25'),
      term('2026-11-26'),
      term('2026-11-28'),
      vacation('2026-12-25'),
      vacation('2026-12-26'),
      { ...term('2026-11-11'), holidays: [{ code: 'x', name: 'Armistice' }] },
      { ...term('2027-11-11'), school: null },
    ];
    const days = yearOf(planOf(saved, saved.draft), facts);
    expect(days.map(({ look, isOpen }) => [look, isOpen])).toEqual([
      ['term', true],
      ['exception', false],
      ['term', false],
      ['closure', false],
      ['holiday', false],
      ['public_holiday', false],
      ['unknown', false],
    ]);
  });

  test('school holidays are told from their first day to their last; an end that is not published is none', () => {
    const facts = [term('2027-07-01'), vacation('2027-07-02', true), { ...term('2027-07-03'), school: null }];
    expect(schoolHolidaysIn(facts)).toEqual([
      { name: 'Été', firstDay: '2027-07-02', lastDay: '2027-07-02', isOpenEnded: true },
    ]);
    expect(schoolHolidaysIn([vacation('2027-02-20'), vacation('2027-02-21'), term('2027-02-22')])).toEqual([
      { name: 'Hiver', firstDay: '2027-02-20', lastDay: '2027-02-21', isOpenEnded: false },
    ]);
  });

  test('periods are listed as they go before each other', () => {
    const of = (name: string, period: Period): Template => ({ ...(library()[0] as Template), id: name, name, period });
    const odd: Period = { kind: 'iso_weeks', parity: 'odd' };
    const list = byPrecedence([
      of('always', { kind: 'always' }),
      of('term', { kind: 'school_term' }),
      of('odd term', { kind: 'all_of', periods: [odd, { kind: 'school_term' }] }),
      of('dates', { kind: 'date_range', from: '2027-01-01', until: '2027-02-01' }),
      of('named', { kind: 'school_holiday', names: ['Hiver'] }),
      of('summer', { kind: 'summer' }),
      of('holidays', { kind: 'school_holiday', names: null }),
    ]);
    expect(list.map(({ name }) => name)).toEqual([
      'dates',
      'named',
      'summer',
      'holidays',
      'odd term',
      'term',
      'always',
    ]);
    expect(isEqualInRank(list[1] as Template, list[2] as Template)).toBe(true);
    expect(isEqualInRank(list[4] as Template, list[5] as Template)).toBe(false);
    expect(lookOfPeriod({ kind: 'all_of', periods: [odd, { kind: 'summer' }] })).toBe('summer');
  });
});

describe('dates without Temporal', () => {
  test('are those of Temporal for a century', () => {
    for (let date = '1999-12-20'; date < '2040-01-10'; date = addDays(date, 3)) {
      const plain = Temporal.PlainDate.from(date);
      expect(weekdayOf(date)).toBe(plain.dayOfWeek);
      expect(isoWeekOf(date)).toBe(plain.weekOfYear);
      expect(mondayOf(date)).toBe(plain.subtract({ days: plain.dayOfWeek - 1 }).toString());
    }
  });

  test.each([
    ['a winter morning', '2026-11-24', '09:00', '2026-11-24T08:00:00.000Z'],
    ['a summer midnight', '2027-07-14', '00:00', '2027-07-13T22:00:00.000Z'],
    ['the hour that is skipped, one later', '2027-03-28', '02:30', '2027-03-28T01:30:00.000Z'],
    ['the hour that comes twice, the first time', '2026-10-25', '02:30', '2026-10-25T00:30:00.000Z'],
  ])('%s', (_, date, time, instant) => {
    expect(instantOf(date, time, 'Europe/Paris')).toBe(instant);
    expect(
      new Date(
        Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime('Europe/Paris').epochMilliseconds,
      ).toISOString(),
    ).toBe(instant);
  });

  test('an instant is read on the place’s clock', () => {
    expect(localOf('2026-11-24T23:30:00.000Z', 'Europe/Paris')).toEqual({ date: '2026-11-25', minute: 30 });
  });

  test('what is no date is none', () => {
    expect(['2026-02-29', '2026-13-01', '24/11/2026', '', '0026-01-01'].filter(isDate)).toEqual([]);
    expect(isDate('2028-02-29')).toBe(true);
  });

  test('months and their weeks', () => {
    expect(twelveMonths('2026-09-01').at(-1)).toBe('2027-08-01');
    expect(weeksOfMonth('2027-02-01')).toHaveLength(4);
    expect(weeksOfMonth('2026-11-01')).toEqual([
      '2026-10-26',
      '2026-11-02',
      '2026-11-09',
      '2026-11-16',
      '2026-11-23',
      '2026-11-30',
    ]);
  });
});
