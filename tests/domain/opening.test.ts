import { addDays, admits, dayWindow, expandOpening, openWithoutClosures, weekdayOf } from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { range } from './instants.ts';
import { PARIS, professional, rule, staff, training, youth } from './site-facts.ts';

const MONDAY = '2027-03-15';

describe('opening rules', () => {
  test('open on their weekday only', () => {
    const rules = [rule(professional, 1, '09:00', '12:00')];
    expect(expandOpening(rules, ['area'], MONDAY, PARIS)).toEqual([
      {
        ...range('2027-03-15T09:00+01:00', '2027-03-15T12:00+01:00'),
        spaceId: 'area',
        audience: 'professional',
        audienceClass: 'work',
        ruleId: 'professional-1-09:00',
      },
    ]);
    expect(expandOpening(rules, ['area'], '2027-03-16', PARIS)).toEqual([]);
  });

  test('without a space open every space, with one only that', () => {
    const rules = [
      rule(youth, 1, '14:00', '17:00'),
      rule(professional, 1, '09:00', '12:00', { spaceId: 'room' }),
      rule(professional, 1, '09:00', '12:00', { spaceId: 'elsewhere' }),
    ];
    const spaces = expandOpening(rules, ['area', 'room'], MONDAY, PARIS).map((window) => [
      window.spaceId,
      window.audience,
    ]);
    expect(spaces).toEqual([
      ['area', 'youth'],
      ['room', 'professional'],
      ['room', 'youth'],
    ]);
  });

  test('are valid from their first day on, and on their last day no more', () => {
    const rules = [rule(professional, 1, '09:00', '12:00', { validFrom: '2027-03-15', validUntil: '2027-03-22' })];
    const isOpen = (date: string) => expandOpening(rules, ['area'], date, PARIS).length > 0;
    expect(['2027-03-08', '2027-03-15', '2027-03-22'].map(isOpen)).toEqual([false, true, false]);
  });

  test('keep their wall time over the clock change', () => {
    const rules = [rule(professional, 7, '09:00', '24:00')];
    expect(expandOpening(rules, ['area'], '2027-03-28', PARIS)).toMatchObject([
      range('2027-03-28T09:00+02:00', '2027-03-29T00:00+02:00'),
    ]);
    expect(expandOpening(rules, ['area'], '2027-10-31', PARIS)).toMatchObject([
      range('2027-10-31T09:00+01:00', '2027-11-01T00:00+01:00'),
    ]);
  });

  test('that the clocks skip do not open, and the others stay inside their day', () => {
    expect(expandOpening([rule(professional, 7, '02:00', '02:45')], ['area'], '2027-03-28', PARIS)).toEqual([]);
    const hours = fc.integer({ min: 0, max: 23 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), hours, hours, (offset, start, end) => {
        fc.pre(start < end);
        const date = addDays('2027-01-01', offset);
        const wall = (hour: number) => `${String(hour).padStart(2, '0')}:30`;
        const day = dayWindow(date, PARIS);
        const rules = [rule(youth, weekdayOf(date), wall(start), wall(end))];
        for (const window of expandOpening(rules, ['area'], date, PARIS)) {
          expect(window.from).toBeGreaterThanOrEqual(day.from);
          expect(window.until).toBeLessThanOrEqual(day.until);
          expect(window.from).toBeLessThan(window.until);
        }
      }),
    );
  });

  test('admit their own audience and staff, not another audience of the same class', () => {
    const opening = { audience: 'professional' };
    expect([professional, training, youth, staff].map((audience) => admits(opening, audience))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});

test('a closure cuts the openings of its space, one of the site those of all', () => {
  const openings = expandOpening([rule(professional, 1, '09:00', '18:00')], ['area', 'room'], MONDAY, PARIS);
  const noon = range('2027-03-15T12:00+01:00', '2027-03-15T14:00+01:00');
  const evening = range('2027-03-15T17:00+01:00', '2027-03-16T09:00+01:00');
  const left = openWithoutClosures(openings, [
    { ...noon, spaceId: 'room' },
    { ...evening, spaceId: null },
  ]);
  expect(left.map(({ spaceId, from, until }) => ({ spaceId, from, until }))).toEqual([
    { spaceId: 'area', ...range('2027-03-15T09:00+01:00', '2027-03-15T17:00+01:00') },
    { spaceId: 'room', ...range('2027-03-15T09:00+01:00', '2027-03-15T12:00+01:00') },
    { spaceId: 'room', ...range('2027-03-15T14:00+01:00', '2027-03-15T17:00+01:00') },
  ]);
});
