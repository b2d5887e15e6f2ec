import {
  type BusyFact,
  type Closure,
  classesMayMeet,
  contains,
  dayWindow,
  normalise,
  occupiedWindow,
  overlaps,
  type ResourceDay,
  type SiteDayFacts,
  siteDay,
  spaceHoldWindow,
  subtract,
  type Window,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, range } from './instants.ts';
import { busy, PARIS, professional, resource, rule, staff, youth } from './site-facts.ts';

const MONDAY = '2027-03-15';
const hours = (from: string, until: string) => range(`2027-03-15T${from}+01:00`, `2027-03-15T${until}+01:00`);

const facts = (more: Partial<SiteDayFacts> = {}): SiteDayFacts => ({
  date: MONDAY,
  zone: PARIS,
  resources: [resource('desk')],
  rules: [rule(professional, 1, '09:00', '12:00'), rule(youth, 1, '14:00', '17:00')],
  closures: [],
  busy: [],
  audience: professional,
  ...more,
});
const deskOf = (days: readonly ResourceDay[]) => days[0] as ResourceDay;

describe('the day of a site', () => {
  test('is free in the hours of the visitor, and only there', () => {
    expect(deskOf(siteDay(facts()))).toEqual({
      resourceId: 'desk',
      free: [hours('09:00', '12:00')],
      open: [hours('09:00', '12:00')],
      busy: [],
      otherUse: [],
    });
    expect(deskOf(siteDay(facts({ audience: youth }))).free).toEqual([hours('14:00', '17:00')]);
  });

  test('a booking of the desk leaves what is before and after it; one of another desk leaves all', () => {
    const booked = [busy('desk', professional, hours('10:00', '11:00'))];
    const day = deskOf(siteDay(facts({ busy: booked })));
    expect(day.free).toEqual([hours('09:00', '10:00'), hours('11:00', '12:00')]);
    expect(day.busy).toEqual([hours('10:00', '11:00')]);
    expect(deskOf(siteDay(facts({ busy: [busy('other', professional, hours('10:00', '11:00'))] }))).free).toEqual([
      hours('09:00', '12:00'),
    ]);
  });

  test('buffers count on both sides: the next booking must not reach into the last, nor the last into it', () => {
    const buffered = resource('desk', { bufferBeforeMs: 15 * MINUTE, bufferAfterMs: 30 * MINUTE });
    const occupied = occupiedWindow(hours('10:00', '10:30'), buffered);
    const day = deskOf(
      siteDay(
        facts({ resources: [buffered], busy: [busy('desk', professional, hours('10:00', '10:30'), { occupied })] }),
      ),
    );
    expect(day.free).toEqual([hours('09:00', '09:15'), hours('11:15', '12:00')]);
  });

  test('a closure of the site or of the space is not open; one of another space does not count', () => {
    const closure = (spaceId: string | null): Closure => ({ ...hours('11:00', '13:00'), spaceId, reason: null });
    const freeWith = (closures: Closure[]) => deskOf(siteDay(facts({ closures }))).free;
    expect(freeWith([closure(null)])).toEqual([hours('09:00', '11:00')]);
    expect(freeWith([closure('area')])).toEqual([hours('09:00', '11:00')]);
    expect(freeWith([closure('room')])).toEqual([hours('09:00', '12:00')]);
  });

  test('a closure without an end closes for good', () => {
    const closures = [
      { from: hours('10:00', '11:00').from, until: Number.POSITIVE_INFINITY, spaceId: null, reason: null },
    ];
    expect(deskOf(siteDay(facts({ closures }))).free).toEqual([hours('09:00', '10:00')]);
  });

  test('two audiences of one class share the space; another class takes it until its handover is over', () => {
    const openAll = [rule(professional, 1, '09:00', '18:00'), rule(youth, 1, '09:00', '18:00')];
    const hold = spaceHoldWindow(hours('14:00', '15:00'), 30 * MINUTE);
    const held = [busy('other', youth, hours('14:00', '15:00'), { spaceHold: hold })];
    const day = deskOf(siteDay(facts({ rules: openAll, busy: held })));
    expect(day.free).toEqual([hours('09:00', '14:00'), hours('15:30', '18:00')]);
    expect(day.otherUse).toEqual([hours('14:00', '15:30')]);
    expect(deskOf(siteDay(facts({ rules: openAll, busy: held, audience: youth }))).free).toEqual([
      hours('09:00', '18:00'),
    ]);
  });

  test('the handover after the own booking must fit before the other class comes', () => {
    const openAll = [rule(professional, 1, '09:00', '18:00')];
    const desk = resource('desk', { handoverMs: 30 * MINUTE });
    const day = deskOf(
      siteDay(facts({ rules: openAll, resources: [desk], busy: [busy('other', youth, hours('14:00', '15:00'))] })),
    );
    expect(day.free).toEqual([hours('09:00', '13:30'), hours('15:00', '18:00')]);
  });

  test('staff use any open hour, mind no hold, and hold nothing against others', () => {
    const held = [busy('other', youth, hours('14:00', '15:00'))];
    expect(deskOf(siteDay(facts({ audience: staff, busy: held }))).free).toEqual([
      hours('09:00', '12:00'),
      hours('14:00', '17:00'),
    ]);
    const byStaff = [busy('other', staff, hours('10:00', '11:00'))];
    expect(deskOf(siteDay(facts({ busy: byStaff }))).free).toEqual([hours('09:00', '12:00')]);
  });

  test('openings that touch are one: a booking may cross from one rule to the next', () => {
    const rules = [rule(professional, 1, '09:00', '12:00'), rule(professional, 1, '12:00', '14:00')];
    expect(deskOf(siteDay(facts({ rules }))).free).toEqual([hours('09:00', '14:00')]);
  });

  test('a booking that began yesterday is shown from midnight on', () => {
    const overnight = range('2027-03-14T22:00+01:00', '2027-03-15T09:30+01:00');
    const day = deskOf(siteDay(facts({ busy: [busy('desk', professional, overnight)] })));
    expect(day.busy).toEqual([hours('00:00', '09:30')]);
    expect(day.free).toEqual([hours('09:30', '12:00')]);
  });
});

describe('for any site, free means exactly what the database would take', () => {
  const QUARTER = 15 * MINUTE;
  const MARGINS = [0, QUARTER, 2 * QUARTER];
  const dates = fc.constantFrom('2027-03-28', '2027-10-31', '2027-05-09');
  const spaces = ['area', 'room'];

  const scenario = dates.chain((date) => {
    const day = dayWindow(date, PARIS);
    const quarters = (day.until - day.from) / QUARTER;
    const window = fc.tuple(fc.integer({ min: -4, max: quarters }), fc.integer({ min: 1, max: 16 })).map(
      ([start, length]): Window => ({
        from: day.from + start * QUARTER,
        until: day.from + (start + length) * QUARTER,
      }),
    );
    const wall = fc.integer({ min: 0, max: 95 });
    const rules = fc.array(
      fc
        .record({
          audience: fc.constantFrom(professional, youth),
          spaceId: fc.constantFrom(null, ...spaces),
          a: wall,
          b: wall,
        })
        .filter(({ a, b }) => a !== b)
        .map(({ audience, spaceId, a, b }) => {
          const spell = (quarter: number) =>
            `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`;
          return rule(audience, 7, spell(Math.min(a, b)), spell(Math.max(a, b)), { spaceId });
        }),
      { maxLength: 6 },
    );
    const margin = fc.constantFrom(...MARGINS);
    const resources = fc
      .tuple(margin, margin, margin)
      .map(([bufferBeforeMs, bufferAfterMs, handoverMs]) => [
        resource('desk', { bufferBeforeMs, bufferAfterMs, handoverMs }),
        resource('other', { handoverMs }),
        resource('table', { spaceId: 'room' }),
      ]);
    return fc.record({
      date: fc.constant(date),
      rules,
      resources,
      closures: fc.array(
        fc
          .tuple(window, fc.constantFrom(null, ...spaces))
          .map(([each, spaceId]) => ({ ...each, spaceId, reason: null })),
        { maxLength: 2 },
      ),
      bookings: fc.array(
        fc.record({ index: fc.nat({ max: 2 }), audience: fc.constantFrom(professional, youth, staff), window }),
        { maxLength: 6 },
      ),
      audience: fc.constantFrom(professional, youth, staff),
      candidate: window,
    });
  });

  test('a window is inside free exactly when it is open for the audience and breaks no constraint', () => {
    fc.assert(
      fc.property(scenario, ({ date, rules, resources, closures, bookings, audience, candidate }) => {
        const taken = bookings.map(({ index, audience: whose, window }): BusyFact => {
          const of = resources[index] as (typeof resources)[number];
          return {
            resourceId: of.id,
            spaceId: of.spaceId,
            audienceClass: whose.audienceClass,
            occupied: occupiedWindow(window, of),
            spaceHold: spaceHoldWindow(window, of.handoverMs),
          };
        });
        const days = siteDay({ date, zone: PARIS, resources, rules, closures, busy: taken, audience });
        for (const [index, day] of days.entries()) {
          const of = resources[index] as (typeof resources)[number];
          // Free lies in open, and apart from what is busy.
          expect(subtract(day.free, day.open)).toEqual([]);
          expect(day.free.some((free) => day.busy.some((each) => overlaps(free, each)))).toBe(false);

          // The reference looks at each quarter hour by itself, and at each booking as the database does.
          const ticks: Window[] = [];
          for (let from = candidate.from; from < candidate.until; from += QUARTER) {
            ticks.push({ from, until: from + QUARTER });
          }
          const isOpen = ticks.every(
            (tick) =>
              rules.some((each) => {
                const isForIt = audience.isStaff || each.audience === audience.code;
                if (!isForIt || (each.spaceId !== null && each.spaceId !== of.spaceId)) return false;
                const at = Temporal.Instant.fromEpochMilliseconds(tick.from).toZonedDateTimeISO(PARIS);
                if (at.toPlainDate().toString() !== date) return false;
                // On the autumn day 02:00-03:00 comes twice: a range that ends or begins in it means the first pass.
                const first = at.toPlainDateTime().toZonedDateTime(PARIS, { disambiguation: 'earlier' }).toInstant();
                const isSecondPass = first.epochMilliseconds !== tick.from;
                const wall = at.toPlainTime().toString().slice(0, 5);
                return isSecondPass
                  ? each.startsAt <= '02:59' && each.endsAt >= '03:00'
                  : each.startsAt <= wall && wall < each.endsAt;
              }) &&
              !closures.some((each) => (each.spaceId === null || each.spaceId === of.spaceId) && overlaps(each, tick)),
          );
          const occupied = occupiedWindow(candidate, of);
          const hold = spaceHoldWindow(candidate, of.handoverMs);
          const isRefused = taken.some(
            (each) =>
              (each.resourceId === of.id && overlaps(each.occupied, occupied)) ||
              (each.spaceId === of.spaceId &&
                !classesMayMeet(each.audienceClass, audience.audienceClass) &&
                overlaps(each.spaceHold, hold)),
          );
          expect(contains(day.free, candidate)).toBe(isOpen && !isRefused);
        }
      }),
      { numRuns: 400 },
    );
  });
});

test('a day of 200 resources with 2,000 bookings takes milliseconds', () => {
  const resources = Array.from({ length: 200 }, (_, index) =>
    resource(`desk-${index}`, { spaceId: `space-${index % 20}`, bufferAfterMs: 5 * MINUTE, handoverMs: 10 * MINUTE }),
  );
  const day = dayWindow(MONDAY, PARIS);
  const taken = Array.from({ length: 2_000 }, (_, index) => {
    const from = day.from + 8 * HOUR + Math.floor(index / 200) * HOUR;
    const of = resources[index % 200] as (typeof resources)[number];
    return busy(
      of.id,
      index % 3 === 0 ? youth : professional,
      { from, until: from + 30 * MINUTE },
      { spaceId: of.spaceId },
    );
  });
  const input = facts({ resources, busy: taken, rules: [rule(professional, 1, '08:00', '19:00')] });
  const times = Array.from({ length: 21 }, () => {
    const startedAt = performance.now();
    expect(siteDay(input)).toHaveLength(200);
    return performance.now() - startedAt;
  }).sort((a, b) => a - b);
  // A few milliseconds on an idle machine: the margin is for a busy one. One pass per resource over all bookings takes 10 times this.
  expect(times[10]).toBeLessThan(20);
  expect(normalise(siteDay(input).flatMap((each) => each.free)).length).toBeGreaterThan(0);
});
