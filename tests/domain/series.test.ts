import {
  addDays,
  formatRule,
  localTimeOf,
  nightAt,
  type Occurrence,
  occurrenceWindow,
  offerExpiry,
  parseRule,
  planEdit,
  type Recurrence,
  splitRule,
  type Weekday,
  weekdayOf,
} from '@mitoyen/domain';
import { expandRecurrence } from '@mitoyen/server/recurrence';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const PARIS = 'Europe/Paris';
const at = (text: string) => Temporal.PlainDateTime.from(text).toZonedDateTime(PARIS).epochMilliseconds;

const dates = fc.integer({ min: 0, max: 2_500 }).map((days) => addDays('2025-01-01', days));
const weekdays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 4 });
const ends = (from: string): fc.Arbitrary<Recurrence['ends']> =>
  fc.oneof(
    fc.integer({ min: 1, max: 60 }).map((count) => ({ kind: 'count', count }) as const),
    fc.integer({ min: 0, max: 500 }).map((days) => ({ kind: 'until', until: addDays(from, days) }) as const),
  );
const rules = fc
  .tuple(dates, fc.constantFrom('daily', 'weekly', 'monthly'), fc.integer({ min: 1, max: 5 }), weekdays)
  .chain(([from, frequency, interval, days]) =>
    fc
      .tuple(
        ends(from),
        fc.constantFrom(null, 1, 2, 4, -1),
        fc.uniqueArray(fc.constantFrom(1, 15, 28, 29, 30, 31, -1), { maxLength: 2 }),
      )
      .map(([end, ordinal, monthDays]) => {
        const isMonthly = frequency === 'monthly';
        const rule: Recurrence = {
          frequency: frequency as Recurrence['frequency'],
          interval,
          byWeekday: days.map((weekday) => ({ weekday: weekday as Weekday, ordinal: isMonthly ? ordinal : null })),
          byMonthDay: isMonthly && days.length === 0 ? monthDays : [],
          ends: end,
        };
        return { rule, from };
      }),
  );

describe('rules', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(rules, ({ rule }) => {
        expect(parseRule(formatRule(rule))).toEqual({ ok: true, value: rule });
      }),
    );
  });

  test.each([
    ['RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=30', 'FREQ=WEEKLY;BYDAY=TU;COUNT=30'],
    ['freq=weekly;interval=2;byday=mo,th;until=20270630T215959Z', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20270630'],
    ['FREQ=MONTHLY;BYDAY=-1FR;COUNT=3;WKST=MO', 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=3'],
    ['FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3', 'FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3'],
  ])('%s', (text, expected) => {
    const parsed = parseRule(text);
    expect(parsed.ok && formatRule(parsed.value)).toBe(expected);
  });

  test.each([
    ['', 'unreadable'],
    ['COUNT=3', 'unreadable'],
    ['FREQ=WEEKLY;COUNT=3;COUNT=4', 'unreadable'],
    ['FREQ=WEEKLY;COUNT=3;UNTIL=20270101', 'unreadable'],
    ['FREQ=WEEKLY;COUNT=0', 'unreadable'],
    ['FREQ=WEEKLY;UNTIL=20270230', 'unreadable'],
    ['FREQ=WEEKLY;INTERVAL=0;COUNT=3', 'unreadable'],
    ['FREQ=WEEKLY;BYDAY=XX;COUNT=3', 'unreadable'],
    ['FREQ=MONTHLY;BYDAY=-2FR;COUNT=3', 'unreadable'],
    ['FREQ=WEEKLY', 'without_end'],
    ['FREQ=SECONDLY;COUNT=3', 'not_supported'],
    ['FREQ=WEEKLY;BYHOUR=9;COUNT=3', 'not_supported'],
    ['FREQ=WEEKLY;BYDAY=1MO;COUNT=3', 'not_supported'],
    ['FREQ=WEEKLY;WKST=SU;COUNT=3', 'not_supported'],
    ['FREQ=WEEKLY;INTERVAL=100;COUNT=3', 'not_supported'],
    ['FREQ=MONTHLY;BYMONTHDAY=32;COUNT=3', 'not_supported'],
  ])('%s: %s', (text, reason) => {
    expect(parseRule(text)).toMatchObject({ ok: false, reason });
  });
});

describe('dates', () => {
  const dated = (text: string, from: string, most = 6) => {
    const rule = parseRule(text);
    if (!rule.ok) throw new Error(rule.reason);
    return expandRecurrence(rule.value, from, most);
  };

  test.each([
    ['FREQ=WEEKLY;COUNT=3', '2026-11-24', ['2026-11-24', '2026-12-01', '2026-12-08']],
    // Every second Monday, asked for on a Tuesday, begins on the next Monday.
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=3', '2026-11-24', ['2026-11-30', '2026-12-14', '2026-12-28']],
    ['FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20261203', '2026-11-24', ['2026-11-24', '2026-11-26', '2026-12-01', '2026-12-03']],
    ['FREQ=MONTHLY;BYDAY=-1TH;COUNT=2', '2026-11-24', ['2026-11-26', '2026-12-31']],
    ['FREQ=MONTHLY;COUNT=3', '2026-01-31', ['2026-01-31', '2026-03-31', '2026-05-31']],
    ['FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=3', '2026-11-27', ['2026-11-27', '2026-11-30', '2026-12-01']],
    ['FREQ=WEEKLY;UNTIL=20261123', '2026-11-24', []],
    // A date that no year has.
    ['FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31;COUNT=5', '2026-02-01', ['2026-03-31', '2027-03-31', '2028-03-31']],
  ])('%s from %s', (text, from, expected) => {
    expect(dated(text, from, Math.max(1, expected.length))).toEqual(expected);
  });

  test('are each after the one before, on days that the rule names, no more than asked for', () => {
    fc.assert(
      fc.property(rules, fc.integer({ min: 1, max: 80 }), ({ rule, from }, most) => {
        const found = expandRecurrence(rule, from, most);
        expect(found.length).toBeLessThanOrEqual(most);
        expect(found).toEqual([...new Set(found)].sort());
        for (const date of found) {
          expect(date >= from).toBe(true);
          if (rule.ends.kind === 'until') expect(date <= rule.ends.until).toBe(true);
          if (rule.byWeekday.length > 0) expect(rule.byWeekday.map((day) => day.weekday)).toContain(weekdayOf(date));
        }
        if (rule.ends.kind === 'count') expect(found.length).toBeLessThanOrEqual(rule.ends.count);
      }),
    );
  });

  test('a rule cut at any of its dates gives the same dates', () => {
    fc.assert(
      fc.property(rules, fc.nat(), ({ rule, from }, pick) => {
        const all = expandRecurrence(rule, from, 500);
        fc.pre(all.length > 0);
        const cut = all[pick % all.length] as string;
        const parts = splitRule(rule, all, cut);
        if (!parts.ok) throw new Error(parts.reason);
        const before = parts.value.before === null ? [] : expandRecurrence(parts.value.before, from, 500);
        expect([...before, ...expandRecurrence(parts.value.from, cut, 500)]).toEqual(all);
        expect(before.every((date) => date < cut)).toBe(true);
      }),
    );
  });

  test('is not cut where it has no date', () => {
    const rule = parseRule('FREQ=WEEKLY;COUNT=3');
    if (!rule.ok) throw new Error(rule.reason);
    expect(splitRule(rule.value, ['2026-11-24', '2026-12-01'], '2026-11-25')).toMatchObject({
      reason: 'not_one_of_its_dates',
    });
  });
});

describe('times', () => {
  test('keep to the clock on the wall on every day of 2025 to 2031, clock changes included', () => {
    fc.assert(
      fc.property(
        dates,
        fc.integer({ min: 4 * 4, max: 22 * 4 }),
        fc.integer({ min: 2, max: 8 }),
        fc.constantFrom(PARIS, 'America/New_York', 'Pacific/Auckland', 'Indian/Reunion'),
        (date, quarter, length, zone) => {
          const time = { startsAtMinute: quarter * 15, durationMinutes: Math.min(length * 15, 1440 - quarter * 15) };
          const window = occurrenceWindow(date, time, zone);
          if (window === null) throw new Error('no such time');
          const [hour, minute] = localTimeOf(window.from, zone).split(':').map(Number) as [number, number];
          expect(hour * 60 + minute).toBe(time.startsAtMinute);
          expect(window.until - window.from).toBe(time.durationMinutes * 60_000);
        },
      ),
    );
  });

  test('on the night of a clock change last an hour more or less, or are not there', () => {
    const early = { startsAtMinute: 60, durationMinutes: 180 };
    const hours = (date: string) => {
      const window = occurrenceWindow(date, early, PARIS);
      return window === null ? null : (window.until - window.from) / 3_600_000;
    };
    expect([hours('2027-03-27'), hours('2027-03-28'), hours('2027-10-31')]).toEqual([3, 2, 4]);
    expect(occurrenceWindow('2027-03-28', { startsAtMinute: 120, durationMinutes: 60 }, PARIS)).toBeNull();
  });
});

describe('an edit reaches', () => {
  const now = at('2026-11-24T12:00');
  const occurrence = (date: string, more: Partial<Occurrence> = {}): Occurrence => ({
    bookingId: date,
    date,
    status: 'confirmed',
    window: { from: at(`${date}T09:00`), until: at(`${date}T10:00`) },
    isMoved: false,
    ...more,
  });
  const series = [
    occurrence('2026-11-17', { status: 'completed' }),
    occurrence('2026-11-24', { status: 'checked_in' }),
    occurrence('2026-12-01'),
    occurrence('2026-12-08', { status: 'cancelled' }),
    occurrence('2026-12-15', { isMoved: true }),
    occurrence('2026-12-22'),
  ];
  const reached = (scope: 'one' | 'following' | 'all', date: string | null, isCancelling = false, of = series) => {
    const plan = planEdit(of, { scope, date, isCancelling }, now);
    return plan.ok
      ? {
          touched: plan.value.touched.map((each) => each.date),
          kept: plan.value.kept.map((each) => each.date),
          splitsAt: plan.value.splitsAt,
        }
      : plan.reason;
  };

  test('one: that one, also if it was moved before', () => {
    expect(reached('one', '2026-12-15')).toEqual({ touched: ['2026-12-15'], kept: [], splitsAt: null });
  });
  test('following: it and what comes after, without what was moved by itself', () => {
    expect(reached('following', '2026-12-15')).toEqual({
      touched: ['2026-12-22'],
      kept: ['2026-12-15'],
      splitsAt: '2026-12-15',
    });
  });
  test('all: what has not begun', () => {
    expect(reached('all', null)).toEqual({
      touched: ['2026-12-01', '2026-12-22'],
      kept: ['2026-12-15'],
      splitsAt: '2026-12-01',
    });
  });
  test('a cancellation: what was moved as well', () => {
    expect(reached('all', null, true)).toMatchObject({ touched: ['2026-12-01', '2026-12-15', '2026-12-22'], kept: [] });
  });
  test('a series that has not begun, as a whole', () => {
    expect(reached('all', null, false, series.slice(2))).toMatchObject({ splitsAt: null });
    expect(reached('following', '2026-12-01', false, series.slice(2))).toMatchObject({ splitsAt: null });
  });
  test('nothing that is over, given back or not there', () => {
    expect(reached('one', '2026-11-24')).toBe('nothing_to_change');
    expect(reached('one', '2026-12-08')).toBe('nothing_to_change');
    expect(reached('one', '2026-12-02')).toBe('not_an_occurrence');
    expect(reached('following', '2026-12-02')).toBe('not_an_occurrence');
    expect(reached('all', null, false, series.slice(0, 2))).toBe('nothing_to_change');
  });
});

describe('an offer', () => {
  const lasts = (now: string, startsAt: string) => {
    const until = offerExpiry(at(now), at(startsAt), PARIS);
    return until === null
      ? null
      : Temporal.Instant.fromEpochMilliseconds(until).toZonedDateTimeISO(PARIS).toPlainDateTime().toString();
  };
  test.each([
    // Two hours, if there is time.
    ['2026-11-24T10:00', '2026-11-25T10:00', '2026-11-24T12:00:00'],
    ['2026-11-24T10:00', '2026-11-24T18:00', '2026-11-24T12:00:00'],
    // A quarter of what is left.
    ['2026-11-24T10:00', '2026-11-24T14:00', '2026-11-24T11:00:00'],
    // A quarter of an hour at least, and over half an hour before the start.
    ['2026-11-24T10:00', '2026-11-24T10:50', '2026-11-24T10:15:00'],
    ['2026-11-24T10:00', '2026-11-24T10:45', '2026-11-24T10:15:00'],
    ['2026-11-24T10:00', '2026-11-24T10:44', null],
    // The night does not count.
    ['2026-11-24T21:30', '2026-11-26T10:00', '2026-11-25T08:30:00'],
    ['2026-11-24T21:30', '2026-11-25T08:00', '2026-11-25T07:30:00'],
    ['2026-11-24T20:00', '2026-11-26T10:00', '2026-11-24T22:00:00'],
    ['2026-11-24T21:50', '2026-11-25T07:30', null],
    ['2026-11-24T22:00', '2026-11-26T10:00', null],
    ['2026-11-25T06:59', '2026-11-26T10:00', null],
    ['2026-11-25T07:00', '2026-11-26T10:00', '2026-11-25T09:00:00'],
  ])('made at %s for %s ends at %s', (now, startsAt, expected) => {
    expect(lasts(now, startsAt)).toBe(expected);
  });

  test('never lasts into the night, beyond half an hour before the start, or less than a quarter of an hour', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 365 * 96 }),
        fc.integer({ min: 0, max: 7 * 96 }),
        fc.constantFrom(PARIS, 'Indian/Reunion', 'America/New_York'),
        (quarter, ahead, zone) => {
          const now = Date.UTC(2027, 0, 1) + quarter * 900_000;
          const startsAt = now + ahead * 900_000;
          const until = offerExpiry(now, startsAt, zone);
          if (until === null) return;
          expect(nightAt(now, zone)).toBeNull();
          expect(until - now).toBeGreaterThanOrEqual(15 * 60_000);
          expect(until).toBeLessThanOrEqual(startsAt - 30 * 60_000);
          const night = nightAt(until - 1, zone);
          // Only a time in the night itself lets an offer end in it.
          if (night !== null) expect(until).toBe(startsAt - 30 * 60_000);
        },
      ),
    );
  });
});
