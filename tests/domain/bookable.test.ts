import {
  type BookableFacts,
  DEFAULT_BOOKING_LIMITS,
  isBookable,
  nearestFree,
  type ResourceDay,
  siteDay,
  validateRequest,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, instant, MINUTE, range, SECOND } from './instants.ts';
import { busy, PARIS, professional, resource, rule, staff, training, youth } from './site-facts.ts';

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
  const facts = (more: Partial<BookableFacts> = {}): BookableFacts => ({
    resource: resource('desk', { bufferAfterMs: 15 * MINUTE, handoverMs: 30 * MINUTE }),
    zone: PARIS,
    rules: [rule(professional, 1, '09:00', '12:00'), rule(youth, 1, '14:00', '17:00')],
    closures: [],
    busy: [],
    audience: professional,
    now: NOW,
    ...more,
  });
  const ask = (from: string, until: string, more: Partial<BookableFacts> = {}) =>
    reasonOf(isBookable(facts(more), hours(from, until)));

  test('says what the booking will occupy and hold', () => {
    expect(isBookable(facts(), hours('09:00', '12:00'))).toEqual({
      ok: true,
      value: {
        window: hours('09:00', '12:00'),
        occupied: hours('09:00', '12:15'),
        spaceHold: hours('09:00', '12:30'),
      },
    });
  });

  test('the shape is looked at first', () => {
    expect(ask('09:00', '09:15')).toBe('too_short');
    expect(ask('09:00', '10:00', { now: instant('2027-03-15T10:00+01:00') })).toBe('in_the_past');
    expect(ask('09:00', '12:00', { limits: { ...DEFAULT_BOOKING_LIMITS, maxMs: 2 * HOUR } })).toBe('too_long');
  });

  test('a quarter outside the hours is outside', () => {
    expect(ask('08:45', '10:00')).toBe('outside_opening_window');
    expect(ask('11:00', '12:15')).toBe('outside_opening_window');
  });

  test('hours of another audience are told apart from no hours', () => {
    expect(ask('14:00', '15:00')).toBe('audience_not_admitted');
    expect(ask('09:00', '10:00', { audience: training })).toBe('audience_not_admitted');
    expect(ask('14:00', '15:00', { audience: youth })).toBe('ok');
    expect(ask('14:00', '15:00', { audience: staff })).toBe('ok');
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

  test('a space that another class takes over after this booking needs the handover in between', () => {
    const held = (from: string) => [busy('other', youth, hours(from, '12:00'))];
    expect(ask('09:00', '10:00', { busy: held('10:30') })).toBe('ok');
    expect(ask('09:00', '10:00', { busy: held('10:15') })).toBe('space_in_other_use');
    expect(ask('09:00', '10:00', { busy: held('10:15'), audience: staff })).toBe('ok');
    expect(ask('09:00', '10:00', { busy: [busy('table', youth, hours('09:00', '12:00'), { spaceId: 'room' })] })).toBe(
      'ok',
    );
  });

  test('agrees with the day view: inside free is bookable, outside is not', () => {
    const quarters = fc.integer({ min: 32, max: 70 });
    const audience = fc.constantFrom(professional, youth, staff);
    const day = instant('2027-03-15T00:00+01:00');
    fc.assert(
      fc.property(quarters, quarters, quarters, quarters, audience, audience, (a, b, c, d, asks, holds) => {
        fc.pre(a + 2 <= b && c < d);
        const at = (quarter: number) => day + quarter * 15 * MINUTE;
        const taken = [busy('desk', holds, { from: at(c), until: at(d) })];
        const input = facts({ busy: taken, audience: asks });
        const window = { from: at(a), until: at(b) };
        const [view] = siteDay({ ...input, date: '2027-03-15', resources: [input.resource] });
        const isFree = view?.free.some((free) => free.from <= window.from && window.until <= free.until);
        expect(isBookable(input, window).ok).toBe(isFree);
      }),
    );
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
