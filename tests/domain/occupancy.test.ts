import { bookedFraction, occupancyOf, sumOccupancy, usedFraction, type Window } from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, range } from './instants.ts';

const hours = (from: string, until: string) => range(`2027-03-15T${from}+01:00`, `2027-03-15T${until}+01:00`);
const period = hours('00:00', '23:00');

describe('open, booked and used time', () => {
  test('each hour counts once, whatever overlaps', () => {
    const day = occupancyOf({
      period,
      open: [hours('09:00', '12:00'), hours('11:00', '17:00')],
      booked: [hours('10:00', '11:00'), hours('10:30', '12:00')],
      used: [hours('10:15', '11:00')],
    });
    expect(day).toEqual({
      openMs: 8 * HOUR,
      bookedMs: 2 * HOUR,
      usedMs: 0.75 * HOUR,
      bookedWhileOpenMs: 2 * HOUR,
      usedWhileOpenMs: 0.75 * HOUR,
    });
    expect([bookedFraction(day), usedFraction(day)]).toEqual([0.25, 0.09375]);
  });

  test('what is booked or used outside the hours is counted, but fills no hour', () => {
    const day = occupancyOf({
      period,
      open: [hours('09:00', '10:00')],
      booked: [hours('08:00', '09:30')],
      used: [hours('20:00', '21:00')],
    });
    expect(day).toMatchObject({
      bookedMs: 1.5 * HOUR,
      usedMs: HOUR,
      bookedWhileOpenMs: 0.5 * HOUR,
      usedWhileOpenMs: 0,
    });
    expect([bookedFraction(day), usedFraction(day)]).toEqual([0.5, 0]);
  });

  test('what lies outside the period does not count', () => {
    const day = occupancyOf({
      period: hours('10:00', '11:00'),
      open: [hours('09:00', '12:00')],
      booked: [hours('10:30', '12:00')],
      used: [hours('11:00', '12:00')],
    });
    expect(day).toMatchObject({ openMs: HOUR, bookedMs: 0.5 * HOUR, usedMs: 0 });
  });

  test('a place that was never open is neither full nor empty', () => {
    const closed = occupancyOf({ period, open: [], booked: [hours('09:00', '10:00')], used: [] });
    expect([bookedFraction(closed), usedFraction(closed)]).toEqual([null, null]);
  });

  test('the sum of places weighs each by its hours', () => {
    const place = (open: Window, booked: Window) =>
      occupancyOf({ period, open: [open], booked: [booked], used: [booked] });
    const sum = sumOccupancy([
      place(hours('09:00', '10:00'), hours('09:00', '10:00')),
      place(hours('09:00', '12:00'), hours('07:00', '08:00')),
    ]);
    expect(sum).toEqual({
      openMs: 4 * HOUR,
      bookedMs: 2 * HOUR,
      usedMs: 2 * HOUR,
      bookedWhileOpenMs: HOUR,
      usedWhileOpenMs: HOUR,
    });
    expect(bookedFraction(sum)).toBe(0.25);
    expect(bookedFraction(sumOccupancy([]))).toBeNull();
  });

  test('a fraction is never more than the whole', () => {
    const windows = fc.array(fc.record({ from: fc.nat({ max: 100 }), until: fc.nat({ max: 100 }) }), { maxLength: 8 });
    fc.assert(
      fc.property(windows, windows, windows, (open, booked, used) => {
        const any = occupancyOf({ period: { from: 10, until: 90 }, open, booked, used });
        for (const fraction of [bookedFraction(any), usedFraction(any)]) {
          if (fraction === null) expect(any.openMs).toBe(0);
          else expect(fraction >= 0 && fraction <= 1).toBe(true);
        }
      }),
    );
  });
});
