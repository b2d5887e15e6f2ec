import {
  addDays,
  type DayHours,
  hoursOfDate,
  mondayOf,
  spellOsmHours,
  summariseWeeks,
  weekdayOf,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const at = (from: string, until: string) => {
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  return { from: minutes(from), until: minutes(until) };
};
const WORK: DayHours = [at('09:00', '12:00'), at('13:30', '18:00')];
const MORNING: DayHours = [at('09:00', '12:00')];
const CLOSED: DayHours = [];
/** Monday. */
const START = '2026-11-23';
const year = (hoursOn: (date: string, weekday: number) => DayHours, days = 364) =>
  Array.from({ length: days }, (_, index) => {
    const date = addDays(START, index);
    return hoursOn(date, weekdayOf(date));
  });

describe('hours as people say them', () => {
  test('an ordinary week needs nothing else', () => {
    const summary = summariseWeeks(
      START,
      year((_, weekday) => (weekday <= 5 ? WORK : CLOSED)),
    );
    expect(summary.stretches).toEqual([]);
    expect(summary.days).toEqual([]);
    expect(spellOsmHours(summary)).toBe('Mo-Fr 09:00-12:00,13:30-18:00');
  });

  test('holidays are a stretch of weeks, a public holiday amid them and elsewhere a single date', () => {
    const summary = summariseWeeks(
      START,
      year((date, weekday) => {
        if (date === '2026-12-25' || date === '2027-05-06') return CLOSED;
        if (weekday > 5) return CLOSED;
        return date >= '2026-12-21' && date <= '2027-01-03' ? MORNING : WORK;
      }),
    );
    expect(summary.stretches).toMatchObject([{ firstDay: '2026-12-21', lastDay: '2027-01-03' }]);
    expect(spellOsmHours(summary)).toBe(
      'Mo-Fr 09:00-12:00,13:30-18:00; 2026 Dec 21-2027 Jan 03 Mo-Fr 09:00-12:00; 2026 Dec 25,2027 May 06 off',
    );
  });

  test('a closed week says off for the days on which it would be open, and for no others', () => {
    const summary = summariseWeeks(
      START,
      year((date, weekday) => (weekday > 5 || (date >= '2027-08-02' && date <= '2027-08-15') ? CLOSED : WORK)),
    );
    expect(spellOsmHours(summary)).toBe('Mo-Fr 09:00-12:00,13:30-18:00; 2027 Aug 02-2027 Aug 15 Mo-Fr off');
  });

  test('days alike go together wherever they lie in the week, and the end of a day is 24:00', () => {
    const summary = summariseWeeks(
      START,
      year((_, weekday) => (weekday === 3 ? MORNING : weekday === 6 ? [at('00:00', '24:00')] : WORK)),
    );
    expect(spellOsmHours(summary)).toBe('Mo-Tu,Th-Fr,Su 09:00-12:00,13:30-18:00; We 09:00-12:00; Sa 00:00-24:00');
  });

  test('what is never open is said by nothing', () => {
    expect(
      spellOsmHours(
        summariseWeeks(
          START,
          year(() => CLOSED),
        ),
      ),
    ).toBe('');
  });

  test('a range that begins amid a week is cut there', () => {
    const thursday = '2026-11-26';
    const summary = summariseWeeks(thursday, [WORK, WORK, CLOSED, CLOSED, WORK]);
    expect(hoursOfDate(summary, '2026-11-25')).toBeNull();
    expect(hoursOfDate(summary, thursday)).toEqual(WORK);
    expect(hoursOfDate(summary, '2026-11-30')).toEqual(WORK);
    expect(hoursOfDate(summary, '2026-12-01')).toBeNull();
  });

  test('whatever the days, each gets its own hours back; stretches and dates do not overlap', () => {
    const day = fc.constantFrom(WORK, MORNING, CLOSED, [at('14:00', '24:00')]);
    const usual = fc.tuple(day, day, day, day, day, day, day);
    const scenario = fc.record({
      offset: fc.nat(6),
      weeks: fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, usual), { minLength: 1, maxLength: 30 }),
      usual,
      single: fc.array(fc.tuple(fc.nat(200), day), { maxLength: 10 }),
    });
    fc.assert(
      fc.property(scenario, ({ offset, weeks, usual: ordinary, single }) => {
        const from = addDays(START, offset);
        const days = weeks.flatMap((week) => [...(week ?? ordinary)]);
        for (const [index, hours] of single) if (index < days.length) days[index] = hours;
        const summary = summariseWeeks(from, days);
        expect(days.map((_, index) => hoursOfDate(summary, addDays(from, index)))).toEqual(days);
        for (const [index, stretch] of summary.stretches.entries()) {
          expect(stretch.firstDay <= stretch.lastDay).toBe(true);
          const next = summary.stretches[index + 1];
          if (next !== undefined) expect(stretch.lastDay < next.firstDay).toBe(true);
          expect(stretch.firstDay === from || stretch.firstDay === mondayOf(stretch.firstDay)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
