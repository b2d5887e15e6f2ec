import { quoteBooking, roundHalfUp, type Tariff, VAT_RATE_BP, vatContained, type Window } from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, instant, MINUTE, range } from './instants.ts';

const zone = 'Europe/Paris';
const tariff = (more: Partial<Tariff> = {}): Tariff => ({
  id: 'tariff',
  currency: 'EUR',
  hourMinor: 400,
  halfDayMinor: 1_200,
  dayMinor: 2_000,
  halfDayHours: 4,
  vatKind: 'standard_20',
  ...more,
});
const morning = (hours: number): Window => {
  const from = instant('2027-03-15T08:00+01:00');
  return { from, until: from + hours * HOUR };
};
const quote = (window: Window, more: Partial<Tariff> = {}) => quoteBooking({ tariff: tariff(more), window, zone });
const unitsOf = (window: Window, more: Partial<Tariff> = {}) =>
  quote(window, more).lines.map((line) => `${line.quantityHundredths / 100} ${line.unit}`);

describe('the cheapest that the tariff offers', () => {
  test('hours, until the half day is not dearer; half day, until the day is not', () => {
    expect([1, 2.75, 3, 4, 4.25, 6, 6.25, 14].map((hours) => [hours, quote(morning(hours)).totalMinor])).toEqual([
      [1, 400],
      [2.75, 1_100],
      [3, 1_200],
      [4, 1_200],
      [4.25, 1_300],
      [6, 2_000],
      [6.25, 2_000],
      [14, 2_000],
    ]);
    expect(unitsOf(morning(2.75))).toEqual(['2.75 hour']);
    expect(unitsOf(morning(4.25))).toEqual(['1 half_day', '0.25 hour']);
  });

  test('at the same price the larger unit: three hours are a half day, six are a day', () => {
    expect(unitsOf(morning(3))).toEqual(['1 half_day']);
    expect(unitsOf(morning(6))).toEqual(['1 day']);
  });

  test('two half days, where no day is sold', () => {
    expect(unitsOf(morning(8), { dayMinor: null })).toEqual(['2 half_day']);
    expect(quote(morning(8), { dayMinor: null }).lines).toMatchObject([
      { quantityHundredths: 200, unitPriceMinor: 1_200, totalMinor: 2_400 },
    ]);
  });

  test('what is not sold by the hour is covered by the next larger unit', () => {
    expect(unitsOf(morning(1), { hourMinor: null })).toEqual(['1 half_day']);
    expect(unitsOf(morning(4.25), { hourMinor: null })).toEqual(['1 day']);
    expect(unitsOf(morning(4.25), { hourMinor: null, dayMinor: null })).toEqual(['2 half_day']);
    expect(unitsOf(morning(1), { hourMinor: null, halfDayMinor: null })).toEqual(['1 day']);
  });

  test('each local day for itself', () => {
    const weekend = range('2027-03-13T20:00+01:00', '2027-03-14T22:00+01:00');
    expect(unitsOf(weekend)).toEqual(['1 half_day', '1 day']);
    expect(quote(weekend).lines.map((line) => line.window)).toEqual([
      range('2027-03-13T20:00+01:00', '2027-03-14T00:00+01:00'),
      range('2027-03-14T00:00+01:00', '2027-03-14T22:00+01:00'),
    ]);
  });
});

describe('a part of an hour', () => {
  test('is billed by the quarter begun: 60 minutes four, 61 minutes five', () => {
    const minutes = (count: number) => ({ from: morning(0).from, until: morning(0).from + count * MINUTE });
    expect([1, 15, 16, 60, 61].map((count) => quote(minutes(count)).totalMinor)).toEqual([100, 100, 200, 400, 500]);
  });

  test('is rounded half up, once, in the line', () => {
    expect(quote(morning(0.25), { hourMinor: 350 }).totalMinor).toBe(88);
    expect(quote(morning(0.75), { hourMinor: 350 }).totalMinor).toBe(263);
    expect(quote(morning(0.25), { hourMinor: 349 }).totalMinor).toBe(87);
    expect(quote(morning(0.5), { hourMinor: 350 }).totalMinor).toBe(175);
  });
});

describe('on the day of the clock change elapsed time is billed', () => {
  const hourly = { halfDayMinor: null, dayMinor: null };

  test('01:00-04:00 is two hours in spring and four in autumn', () => {
    expect(unitsOf(range('2027-03-28T01:00+01:00', '2027-03-28T04:00+02:00'), hourly)).toEqual(['2 hour']);
    expect(unitsOf(range('2027-10-31T01:00+02:00', '2027-10-31T04:00+01:00'), hourly)).toEqual(['4 hour']);
  });

  test('the whole day is 23 or 25 hours by the hour, and one day by the day', () => {
    const spring = range('2027-03-28T00:00+01:00', '2027-03-29T00:00+02:00');
    const autumn = range('2027-10-31T00:00+02:00', '2027-11-01T00:00+01:00');
    expect([spring, autumn].map((day) => unitsOf(day, hourly))).toEqual([['23 hour'], ['25 hour']]);
    expect([spring, autumn].map((day) => unitsOf(day))).toEqual([['1 day'], ['1 day']]);
  });
});

describe('VAT', () => {
  test('is contained in the price, at the rate of its kind', () => {
    expect(quote(morning(1))).toMatchObject({
      totalMinor: 400,
      vatKind: 'standard_20',
      vatRateBp: 2_000,
      vatMinor: 67,
    });
    expect(vatContained(12_000, 2_000)).toBe(2_000);
    for (const vatKind of ['exempt_293b', 'exempt_261_7_1a', 'exempt_261_7_1b', 'out_of_scope'] as const) {
      expect(quote(morning(1), { vatKind })).toMatchObject({ totalMinor: 400, vatRateBp: 0, vatMinor: 0 });
    }
  });

  test('and the price without it make the price', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), (total) => {
        const vat = vatContained(total, VAT_RATE_BP.standard_20);
        // Recomputed from the net amount, it is the same to the cent that rounding can move.
        expect(Math.abs(roundHalfUp((total - vat) * 2_000, 10_000) - vat)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('halves round up', () => {
    expect([roundHalfUp(1, 2), roundHalfUp(3, 2), roundHalfUp(149, 100), roundHalfUp(0, 7)]).toEqual([1, 2, 1, 0]);
  });
});

describe('free', () => {
  const free = (window: Window) => ({
    unit: 'free',
    quantityHundredths: 100,
    unitPriceMinor: 0,
    totalMinor: 0,
    window,
  });

  test('without a tariff, with one that sells by no unit, and at price zero', () => {
    const window = morning(2);
    expect(quoteBooking({ tariff: null, window, zone })).toMatchObject({
      currency: 'EUR',
      totalMinor: 0,
      vatMinor: 0,
      lines: [free(window)],
    });
    expect(quoteBooking({ tariff: null, window, zone, currency: 'CHF' }).currency).toBe('CHF');
    expect(quote(window, { hourMinor: null, halfDayMinor: null, dayMinor: null }).lines).toEqual([free(window)]);
    expect(quote(window, { hourMinor: 0 }).lines).toEqual([free(window)]);
  });
});

describe('for any tariff and window', () => {
  const price = fc.option(fc.nat({ max: 50_000 }), { nil: null });
  const tariffs = fc.record({
    id: fc.constant('any'),
    currency: fc.constant('EUR'),
    hourMinor: price,
    halfDayMinor: price,
    dayMinor: price,
    halfDayHours: fc.integer({ min: 1, max: 12 }),
    vatKind: fc.constantFrom('standard_20' as const, 'exempt_293b' as const),
  });
  const windows = fc
    .tuple(fc.integer({ min: 0, max: 365 * 24 * 4 }), fc.integer({ min: 1, max: 56 }))
    .map(([start, length]) => {
      const from = instant('2027-01-01T00:00+01:00') + start * 15 * MINUTE;
      return { from, until: from + length * 15 * MINUTE };
    });

  test('amounts are integers, lines cover the window without a gap, and totals are their sums', () => {
    fc.assert(
      fc.property(tariffs, windows, (any, window) => {
        const result = quoteBooking({ tariff: any, window, zone });
        expect(result.lines.reduce((sum, line) => sum + line.totalMinor, 0)).toBe(result.totalMinor);
        let at = window.from;
        for (const line of result.lines) {
          expect(Number.isInteger(line.totalMinor) && Number.isInteger(line.quantityHundredths)).toBe(true);
          expect(line.window.from).toBe(at);
          at = line.window.until;
        }
        expect(at).toBe(window.until);
        expect(result.vatMinor).toBeLessThanOrEqual(result.totalMinor);
      }),
    );
  });

  test('no unit alone is cheaper, and a longer stay never costs less', () => {
    fc.assert(
      fc.property(tariffs, windows, (any, window) => {
        const total = quoteBooking({ tariff: any, window, zone }).totalMinor;
        const none = { hourMinor: null, halfDayMinor: null, dayMinor: null };
        for (const unit of ['hourMinor', 'halfDayMinor', 'dayMinor'] as const) {
          if (any[unit] === null) continue;
          const alone = quoteBooking({ tariff: { ...any, ...none, [unit]: any[unit] }, window, zone });
          expect(total).toBeLessThanOrEqual(alone.totalMinor);
        }
        const longer = { from: window.from, until: window.until + 15 * MINUTE };
        expect(quoteBooking({ tariff: any, window: longer, zone }).totalMinor).toBeGreaterThanOrEqual(total);
      }),
    );
  });
});
