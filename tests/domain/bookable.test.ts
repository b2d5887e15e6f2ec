import {
  type BookableFacts,
  type BookableRefusal,
  contains,
  DEFAULT_BOOKING_LIMITS,
  dayWindow,
  HOUR_MS,
  isBookable,
  nearestFree,
  occupiedWindow,
  type ResourceDay,
  type ResourceFacts,
  siteDay,
  spaceHoldWindow,
  validateRequest,
  type Window,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, instant, MINUTE, range, SECOND } from './instants.ts';
import { PARIS, space, weekly } from './schedule-facts.ts';
import { agreement, busy, hoursOn, professional, resource, staff, training, youth } from './site-facts.ts';
import { anySite, NaiveSite, QUARTER, type Scenario } from './site-scenarios.ts';

const MONDAY = '2027-03-15';
const hours = (from: string, until: string) => range(`2027-03-15T${from}+01:00`, `2027-03-15T${until}+01:00`);
const NOW = instant('2027-03-14T12:00+01:00');
const reasonOf = (outcome: { ok: boolean; reason?: string }) => (outcome.ok ? 'ok' : outcome.reason);

describe('the shape of a request', () => {
  const ask = (from: string, until: string, now = NOW) =>
    reasonOf(validateRequest(range(from, until), { zone: PARIS, now }));

  test('is at least 30 minutes long: 15 are too short, 30 are not', () => {
    expect(ask('2027-03-15T09:00+01:00', '2027-03-15T09:15+01:00')).toBe('too_short');
    expect(ask('2027-03-15T09:00+01:00', '2027-03-15T09:30+01:00')).toBe('ok');
  });

  test('is at most 14 hours long: 14 are taken, 14 and a quarter are not', () => {
    expect(ask('2027-03-15T08:00+01:00', '2027-03-15T22:00+01:00')).toBe('ok');
    expect(ask('2027-03-15T08:00+01:00', '2027-03-15T22:15+01:00')).toBe('too_long');
  });

  test('counts elapsed hours on the day of the clock change: 00:00 to 15:00 is 14 hours in spring and 16 in autumn', () => {
    expect(ask('2027-03-28T00:00+01:00', '2027-03-28T15:00+02:00')).toBe('ok');
    expect(ask('2027-10-31T00:00+02:00', '2027-10-31T13:00+01:00', instant('2027-10-30T12:00+02:00'))).toBe('ok');
    expect(ask('2027-10-31T00:00+02:00', '2027-10-31T15:00+01:00', instant('2027-10-30T12:00+02:00'))).toBe('too_long');
  });

  test('lies on quarter hours', () => {
    expect(ask('2027-03-15T09:05+01:00', '2027-03-15T10:00+01:00')).toBe('off_grid');
    expect(ask('2027-03-15T09:00+01:00', '2027-03-15T10:00:01+01:00')).toBe('off_grid');
    expect(ask('2027-03-15T09:15+01:00', '2027-03-15T10:45+01:00')).toBe('ok');
  });

  test('stays within one local day: ending at midnight is inside, a quarter later is not', () => {
    expect(ask('2027-03-15T20:00+01:00', '2027-03-16T00:00+01:00')).toBe('ok');
    expect(ask('2027-03-15T20:00+01:00', '2027-03-16T00:15+01:00')).toBe('not_one_day');
  });

  test('ends after it starts, in whole milliseconds that a calendar can spell', () => {
    const from = instant('2027-03-15T09:00+01:00');
    const bad = [
      { from, until: from },
      { from, until: from - HOUR },
      { from: from + 0.5, until: from + HOUR },
      { from, until: Number.NaN },
      { from, until: Number.POSITIVE_INFINITY },
      { from: 8.64e15, until: 8.64e15 + HOUR },
    ];
    for (const window of bad) {
      expect(reasonOf(validateRequest(window, { zone: PARIS, now: NOW }))).toBe('not_a_window');
    }
  });

  test('may begin in the quarter hour that runs: at 9:14:59 the one of 9:00, at 9:15 no more', () => {
    const at = (time: string) =>
      ask('2027-03-15T09:00+01:00', '2027-03-15T10:00+01:00', instant(`2027-03-15T${time}+01:00`));
    expect([at('09:00'), at('09:14:59'), at('09:15'), at('09:15:01')]).toEqual([
      'ok',
      'ok',
      'in_the_past',
      'in_the_past',
    ]);
  });

  test('begins at most 90 days ahead: on the 90th day until midnight, over the clock change', () => {
    const now = instant('2027-03-01T18:00+01:00');
    expect(ask('2027-05-30T23:00+02:00', '2027-05-31T00:00+02:00', now)).toBe('ok');
    expect(ask('2027-05-31T00:00+02:00', '2027-05-31T01:00+02:00', now)).toBe('too_far_ahead');
  });

  test('never throws, whatever the numbers', () => {
    const number = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.integer().map((each) => each * 900_000),
    );
    fc.assert(
      fc.property(number, number, (from, until) => {
        const outcome = validateRequest({ from, until }, { zone: PARIS, now: NOW });
        if (outcome.ok) expect(outcome.value).toEqual({ from, until });
      }),
    );
  });
});

describe('whether a window is bookable', () => {
  const PLAN = [weekly(1, 'professional', '09:00', '12:00'), weekly(1, 'youth', '14:00', '17:00')];
  const OPEN = hoursOn(MONDAY, PLAN);
  /** The young come as the professionals leave; the handover is as long as the shortest booking. */
  const CLOSE = hoursOn(MONDAY, [PLAN[0], weekly(1, 'youth', '12:00', '17:00')] as typeof PLAN, {
    spaces: [space('area', 30)],
  });
  const facts = (more: Partial<BookableFacts> = {}): BookableFacts => ({
    ...OPEN,
    resource: resource('desk', { bufferAfterMs: 15 * MINUTE, handoverMs: 30 * MINUTE }),
    zone: PARIS,
    busy: [],
    booker: professional,
    audienceClass: (more.booker ?? professional).audienceClass,
    siteClass: null,
    buildingCapacity: null,
    now: NOW,
    ...more,
  });
  const ask = (from: string, until: string, more: Partial<BookableFacts> = {}) =>
    reasonOf(isBookable(facts(more), hours(from, until)));

  test('says what the booking will occupy and hold, and in which hours it lies', () => {
    expect(isBookable(facts(), hours('09:00', '12:00'))).toEqual({
      ok: true,
      value: {
        window: hours('09:00', '12:00'),
        occupied: hours('09:00', '12:15'),
        spaceHold: hours('09:00', '12:30'),
        openings: [OPEN.windows.find(({ spaceId, audience }) => spaceId === 'area' && audience === 'professional')],
      },
    });
  });

  test('lies in each of the booker’s windows that it meets, by start; staff are in nobody’s', () => {
    const windows = [
      weekly(1, 'professional', '11:00', '13:00'),
      weekly(1, 'professional', '09:00', '11:00'),
      weekly(1, 'training', '09:00', '13:00'),
      weekly(1, 'professional', '13:00', '14:00'),
    ];
    const idsOf = (booker: typeof staff) => {
      const outcome = isBookable(facts({ ...hoursOn(MONDAY, windows), booker }), hours('10:00', '12:00'));
      return outcome.ok ? outcome.value.openings.map(({ ruleId }) => ruleId) : outcome.reason;
    };
    expect(idsOf(professional)).toEqual(['professional-1-09:00', 'professional-1-11:00']);
    expect(idsOf(training)).toEqual(['training-1-09:00']);
    expect(idsOf(staff)).toEqual([]);
  });

  test('the shape is looked at first', () => {
    expect(ask('09:00', '09:15')).toBe('too_short');
    expect(ask('09:00', '10:00', { now: instant('2027-03-15T10:00+01:00') })).toBe('in_the_past');
    expect(ask('09:00', '12:00', { limits: { ...DEFAULT_BOOKING_LIMITS, maxMs: 2 * HOUR } })).toBe('too_long');
  });

  test('a quarter outside the hours is outside', () => {
    expect(ask('08:45', '10:00')).toBe('outside_opening_window');
    expect(ask('11:00', '12:15')).toBe('outside_opening_window');
    expect(ask('11:00', '12:15', { booker: staff })).toBe('outside_opening_window');
  });

  test('hours of another audience are told apart from no hours', () => {
    expect(ask('14:00', '15:00')).toBe('audience_not_admitted');
    expect(ask('09:00', '10:00', { booker: training })).toBe('audience_not_admitted');
    expect(ask('14:00', '15:00', { booker: youth })).toBe('ok');
    expect(ask('14:00', '15:00', { booker: staff })).toBe('ok');
  });

  test('an audience without a class has no place in the space, in hours of its own neither; staff need none', () => {
    expect(ask('09:00', '10:00', { audienceClass: null })).toBe('audience_not_admitted');
    expect(ask('12:00', '13:00', { audienceClass: null })).toBe('outside_opening_window');
    expect(ask('09:00', '10:00', { audienceClass: null, booker: staff })).toBe('ok');
  });

  test('hours lent to a partner are for its own public', () => {
    const lent = hoursOn(MONDAY, PLAN, {
      agreements: [agreement('choir', weekly(1, 'professional', '10:00', '20:00'))],
    });
    const askOf = (structureId: string | null, from: string, until: string) =>
      ask(from, until, { ...lent, booker: { ...professional, structureId } });
    expect(askOf('choir', '09:00', '20:00')).toBe('ok');
    expect(askOf(null, '09:00', '10:00')).toBe('ok');
    expect(askOf(null, '09:00', '10:15')).toBe('audience_not_admitted');
    expect(askOf('club', '18:00', '19:00')).toBe('audience_not_admitted');
    expect(askOf('choir', '19:00', '20:15')).toBe('outside_opening_window');
  });

  test('between two publics nobody but staff is there: one quarter into the handover is in it', () => {
    expect(ask('11:00', '12:00', CLOSE)).toBe('ok');
    expect(ask('11:00', '12:15', CLOSE)).toBe('in_handover');
    expect(ask('12:15', '13:00', { ...CLOSE, booker: youth })).toBe('in_handover');
    expect(ask('12:30', '13:00', { ...CLOSE, booker: youth })).toBe('ok');
    expect(ask('12:30', '13:00', CLOSE)).toBe('audience_not_admitted');
    expect(ask('12:00', '12:30', { ...CLOSE, booker: staff })).toBe('ok');
    expect(ask('09:00', '17:00', { ...CLOSE, booker: staff })).toBe('ok');
    const elsewhere = hoursOn(MONDAY, PLAN, { spaces: [space('area', 0), space('room', 30)] });
    expect(ask('12:00', '12:30', elsewhere)).toBe('outside_opening_window');
  });

  test('a closure that touches the window is no obstacle, one that overlaps by a second is', () => {
    const until = instant('2027-03-15T09:00+01:00');
    const closure = { from: until - HOUR, spaceId: null, reason: null };
    expect(ask('09:00', '10:00', { closures: [{ ...closure, until }] })).toBe('ok');
    expect(ask('09:00', '10:00', { closures: [{ ...closure, until: until + SECOND }] })).toBe('closed');
    expect(ask('09:00', '10:00', { closures: [{ ...closure, until: until + SECOND, spaceId: 'room' }] })).toBe('ok');
  });

  test('a taken resource is taken up to its buffers', () => {
    const taken = (from: string) => [busy('desk', professional, hours(from, '12:00'))];
    expect(ask('09:00', '10:00', { busy: taken('10:15') })).toBe('ok');
    expect(ask('09:00', '10:00', { busy: taken('10:00') })).toBe('resource_taken');
    expect(ask('09:00', '10:00', { busy: [busy('other', professional, hours('09:00', '12:00'))] })).toBe('ok');
  });

  test('seats are taken by so many people at once, buffers included', () => {
    const bench = resource('desk', { seats: 4, bufferAfterMs: 15 * MINUTE });
    const taken = [
      busy('desk', training, hours('10:15', '11:00'), { seats: 1 }),
      busy('desk', professional, hours('11:00', '12:00'), { seats: 3 }),
      busy('other', professional, hours('09:00', '12:00'), { seats: 4 }),
    ];
    const seated = (from: string, until: string, seats?: number) =>
      ask(from, until, { resource: bench, busy: taken, ...(seats === undefined ? {} : { seats }) });
    expect(seated('09:00', '10:00', 4)).toBe('ok');
    expect(seated('09:00', '10:15', 4)).toBe('too_few_seats');
    expect(seated('09:00', '10:45', 3)).toBe('ok');
    expect(seated('09:00', '11:00', 3)).toBe('too_few_seats');
    expect(seated('09:00', '12:00')).toBe('ok');
    expect(seated('09:00', '12:00', 2)).toBe('too_few_seats');
    expect(seated('09:00', '10:00', 5)).toBe('too_few_seats');
  });

  test('a space that another class takes over after this booking needs the handover in between', () => {
    const held = (from: string) => [busy('other', youth, hours(from, '12:00'))];
    expect(ask('09:00', '10:00', { busy: held('10:30') })).toBe('ok');
    expect(ask('09:00', '10:00', { busy: held('10:15') })).toBe('space_in_other_use');
    expect(ask('09:00', '10:00', { busy: held('10:15'), booker: staff })).toBe('ok');
    expect(ask('09:00', '10:00', { busy: [busy('table', youth, hours('09:00', '12:00'), { spaceId: 'room' })] })).toBe(
      'ok',
    );
    expect(ask('09:00', '10:00', { busy: [busy('other', staff, hours('09:00', '12:00'))] })).toBe('ok');
    expect(ask('09:00', '10:00', { busy: [busy('other', training, hours('09:00', '12:00'))] })).toBe('ok');
  });

  test('publics that are never on one site need the whole site, and the handover in between', () => {
    const siteClass = { axis: 'professional', siteClass: 'professional' };
    const inTheRoom = (from: string, more: object = {}) => [
      busy('table', youth, hours(from, '12:00'), {
        spaceId: 'room',
        siteAxis: 'professional',
        siteClass: 'youth',
        ...more,
      }),
    ];
    expect(ask('09:00', '10:00', { siteClass, busy: inTheRoom('10:30') })).toBe('ok');
    expect(ask('09:00', '10:00', { siteClass, busy: inTheRoom('10:15') })).toBe('site_in_other_use');
    expect(ask('09:00', '10:00', { siteClass, busy: inTheRoom('10:15', { siteClass: 'professional' }) })).toBe('ok');
    expect(ask('09:00', '10:00', { siteClass, busy: inTheRoom('10:15', { siteAxis: 'social' }) })).toBe('ok');
    expect(ask('09:00', '10:00', { siteClass: null, busy: inTheRoom('10:15') })).toBe('ok');
    expect(ask('09:00', '10:00', { booker: staff, busy: inTheRoom('09:00') })).toBe('ok');
  });

  test('a building is full of those who are there, staff too, not of buffers and handovers', () => {
    const others = [
      busy('table', youth, hours('10:00', '11:00'), {
        spaceId: 'room',
        seats: 3,
        occupied: hours('09:00', '12:00'),
        spaceHold: hours('10:00', '12:00'),
      }),
      busy('other', staff, hours('10:30', '11:30'), { seats: 2 }),
    ];
    const within = (buildingCapacity: number | null, more: Partial<BookableFacts> = {}) =>
      ask('09:00', '12:00', { busy: others, buildingCapacity, ...more });
    expect([within(null), within(6), within(5)]).toEqual(['ok', 'ok', 'building_full']);
    expect([within(7, { seats: 2 }), within(7, { seats: 3 })]).toEqual(['ok', 'building_full']);
    expect(ask('10:00', '11:00', { busy: others, buildingCapacity: 5, booker: staff })).toBe('building_full');
    expect(ask('09:00', '10:00', { busy: others, buildingCapacity: 1 })).toBe('ok');
    expect(ask('11:00', '12:00', { busy: others, buildingCapacity: 3 })).toBe('ok');
    expect(ask('11:00', '12:00', { busy: others, buildingCapacity: 2 })).toBe('building_full');
  });

  describe('of several refusals, says the first', () => {
    const inTheWay = (resourceId: string, spaceId: string, audience: typeof youth, more: object = {}) =>
      busy(resourceId, audience, hours('09:00', '12:00'), { spaceId, ...more });
    const apart = { siteAxis: 'professional', siteClass: 'youth' };
    const closure = { ...hours('10:00', '11:00'), spaceId: null, reason: null };
    const handoverAt = [{ ...hours('09:00', '10:00'), spaceId: 'area', leaving: 'youth', arriving: 'professional' }];
    const everything = facts({
      closures: [closure],
      windows: [],
      handovers: handoverAt,
      busy: [
        inTheWay('desk', 'area', professional),
        inTheWay('other', 'area', youth),
        inTheWay('table', 'room', youth, apart),
      ],
      siteClass: { axis: 'professional', siteClass: 'professional' },
      buildingCapacity: 3,
      limits: { ...DEFAULT_BOOKING_LIMITS, maxMs: HOUR },
    });
    const [taken, other, room] = everything.busy;
    const rest = (...left: readonly (typeof taken)[]) => left.filter((fact) => fact !== undefined);
    /** Each step takes the obstacle away that the step before ran into. */
    const steps: readonly (readonly [BookableRefusal | 'ok', Partial<BookableFacts>])[] = [
      ['too_long', {}],
      ['closed', { limits: DEFAULT_BOOKING_LIMITS }],
      ['in_handover', { closures: [] }],
      ['outside_opening_window', { handovers: [] }],
      ['audience_not_admitted', hoursOn(MONDAY, [weekly(1, 'training', '09:00', '12:00')])],
      ['resource_taken', OPEN],
      ['space_in_other_use', { busy: rest(other, room) }],
      ['site_in_other_use', { busy: rest(room) }],
      ['building_full', { siteClass: null, buildingCapacity: 1 }],
      ['ok', { buildingCapacity: 2 }],
    ];

    test.each(steps.map(([reason], index) => [reason, index] as const))('%s', (reason, index) => {
      const left = Object.assign({}, everything, ...steps.slice(0, index + 1).map(([, change]) => change));
      expect(reasonOf(isBookable(left, hours('09:00', '12:00')))).toBe(reason);
    });

    test('too_few_seats comes where resource_taken would', () => {
      const seated = { ...everything, ...OPEN, limits: DEFAULT_BOOKING_LIMITS };
      const bench = (seats: number) => ({ ...seated, resource: { ...seated.resource, seats } });
      expect(reasonOf(isBookable(bench(1), hours('09:00', '12:00')))).toBe('too_few_seats');
      expect(reasonOf(isBookable(bench(2), hours('09:00', '12:00')))).toBe('space_in_other_use');
    });
  });
});

describe('for any site', () => {
  /** What is in the way of a window that is short enough and lies within the day, in the order of the docstring. */
  function expectedOf({ facts: any }: Scenario, naive: NaiveSite, of: ResourceFacts, window: Window): string {
    const hold = spaceHoldWindow(window, of.handoverMs);
    if (naive.isClosed(of.spaceId, window)) return 'closed';
    if (!naive.isOpen(of.spaceId, window)) {
      if (!any.booker.isStaff && naive.isInHandover(of.spaceId, window)) return 'in_handover';
      return naive.isOpenToSomebody(of.spaceId, window) ? 'audience_not_admitted' : 'outside_opening_window';
    }
    if (naive.isTaken(of, occupiedWindow(window, of))) return of.seats === null ? 'resource_taken' : 'too_few_seats';
    if (naive.isInOtherUse(of.spaceId, hold)) return 'space_in_other_use';
    if (naive.isApart(hold)) return 'site_in_other_use';
    return naive.isBuildingFull(window) ? 'building_full' : 'ok';
  }

  test('bookable is what lies inside free in the day view; what does not is refused for what is in the way', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(anySite, fc.integer({ min: 2, max: 12 }), (scenario, length) => {
        const { facts: any } = scenario;
        const naive = new NaiveSite(scenario);
        const day = dayWindow(any.date, PARIS);
        for (const [index, view] of siteDay(any).entries()) {
          const of = any.resources[index] as ResourceFacts;
          const audienceClass = any.classes.get(of.spaceId) ?? null;
          const input = { ...any, resource: of, audienceClass, now: day.from - HOUR_MS };
          const found: string[] = [];
          const expected: string[] = [];
          for (let from = day.from; from + length * QUARTER <= day.until; from += QUARTER) {
            const window = { from, until: from + length * QUARTER };
            const outcome = isBookable(input, window);
            const isFree = contains(view.free, window);
            found.push(`${reasonOf(outcome)} ${isFree}`);
            const reason = expectedOf(scenario, naive, of, window);
            expected.push(`${reason} ${reason === 'ok'}`);
            met.add(reason);
          }
          expect(found).toEqual(expected);
        }
      }),
      { numRuns: 250 },
    );
    // Each of them came up, so each was compared.
    expect([...met].sort()).toEqual([
      'audience_not_admitted',
      'building_full',
      'closed',
      'in_handover',
      'ok',
      'outside_opening_window',
      'resource_taken',
      'site_in_other_use',
      'space_in_other_use',
      'too_few_seats',
    ]);
  });
});

describe('the nearest free times', () => {
  const day = (resourceId: string, ...free: { from: number; until: number }[]): ResourceDay => ({
    resourceId,
    free,
    open: free,
    busy: [],
    otherUse: [],
  });
  const ask = (days: ResourceDay[][], more: Partial<Parameters<typeof nearestFree>[0]> = {}) =>
    nearestFree({
      days,
      resourceId: 'desk',
      equivalents: ['second', 'third'],
      wanted: hours('10:00', '12:00'),
      notBefore: NOW,
      limit: 4,
      ...more,
    });

  test('are as long as the wanted one, as near as the free window allows', () => {
    expect(ask([[day('desk', hours('08:00', '11:00'), hours('13:00', '18:00'))]])).toEqual([
      { resourceId: 'desk', ...hours('09:00', '11:00') },
      { resourceId: 'desk', ...hours('13:00', '15:00') },
    ]);
  });

  test('a free window one minute too short is none', () => {
    expect(ask([[day('desk', hours('08:00', '09:59'))]])).toEqual([]);
    expect(ask([[day('desk', hours('08:00', '10:00'))]])).toHaveLength(1);
  });

  test('begin on quarter hours, also when a buffer ends in between', () => {
    expect(ask([[day('desk', hours('12:20', '15:00'))]])).toEqual([{ resourceId: 'desk', ...hours('12:30', '14:30') }]);
    expect(ask([[day('desk', hours('07:00', '11:50'))]])).toEqual([{ resourceId: 'desk', ...hours('09:45', '11:45') }]);
    expect(ask([[day('desk', hours('12:20', '14:25'))]])).toEqual([]);
  });

  test('are not in the past', () => {
    const now = instant('2027-03-15T13:05+01:00');
    expect(ask([[day('desk', hours('08:00', '11:00'), hours('13:00', '18:00'))]], { notBefore: now })).toEqual([
      { resourceId: 'desk', ...hours('13:15', '15:15') },
    ]);
  });

  test('name the wanted resource first, then its equivalents in their order, and no other', () => {
    const all = hours('08:00', '18:00');
    const found = ask([
      [day('fourth', all), day('third', all), day('second', all), day('desk', hours('14:00', '18:00'))],
    ]);
    expect(found.map(({ resourceId, from }) => [resourceId, from])).toEqual([
      ['desk', instant('2027-03-15T14:00+01:00')],
      ['second', instant('2027-03-15T10:00+01:00')],
      ['third', instant('2027-03-15T10:00+01:00')],
    ]);
  });

  test('share the limit: half for the wanted resource, all for it when there is nothing else', () => {
    const tomorrow = range('2027-03-16T10:00+01:00', '2027-03-16T12:00+01:00');
    const free = [hours('07:00', '09:00'), hours('12:00', '14:00'), hours('15:00', '18:00'), tomorrow];
    const idsOf = (limit: number, days: ResourceDay[]) => ask([days], { limit }).map(({ resourceId }) => resourceId);
    expect(idsOf(5, [day('desk', ...free), day('second', ...free)])).toEqual([
      'desk',
      'desk',
      'desk',
      'second',
      'second',
    ]);
    expect(idsOf(4, [day('desk', ...free)])).toEqual(['desk', 'desk', 'desk', 'desk']);
    expect(idsOf(3, [day('desk'), day('second', ...free)])).toEqual(['second', 'second', 'second']);
    expect(idsOf(0, [day('desk', ...free)])).toEqual([]);
  });

  test('at the same distance, the earlier first', () => {
    const found = ask([[day('desk', hours('13:00', '15:00'))], [day('desk', hours('07:00', '09:00'))]]);
    expect(found.map(({ from }) => from)).toEqual([hours('07:00', '09:00').from, hours('13:00', '15:00').from]);
  });

  test('come from several days, the nearest day first', () => {
    const tomorrow = range('2027-03-16T10:00+01:00', '2027-03-16T12:00+01:00');
    expect(ask([[day('desk', tomorrow)], [day('desk', hours('16:00', '18:00'))]]).map(({ from }) => from)).toEqual([
      instant('2027-03-15T16:00+01:00'),
      tomorrow.from,
    ]);
  });
});
