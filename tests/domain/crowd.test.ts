import { crowdedAt, type Presence, peakWithin, type Window } from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const people = (seats: number, from: number, until: number): Presence => ({ from, until, seats });

describe('when so many are there at once', () => {
  test('is where their windows overlap, not where they follow each other', () => {
    const presences = [people(2, 0, 10), people(3, 5, 20), people(1, 20, 30)];
    expect(crowdedAt(presences, 5)).toEqual([{ from: 5, until: 10 }]);
    expect(crowdedAt(presences, 3)).toEqual([{ from: 5, until: 20 }]);
    expect(crowdedAt(presences, 6)).toEqual([]);
    expect(crowdedAt([], 1)).toEqual([]);
  });

  test('who leaves makes room for who comes at the same instant, whatever the order of the list', () => {
    const relay = [people(2, 10, 20), people(2, 0, 10)];
    expect(crowdedAt(relay, 3)).toEqual([]);
    expect(crowdedAt(relay.toReversed(), 3)).toEqual([]);
    expect(peakWithin(relay, { from: 0, until: 20 })).toBe(2);
  });

  test('is one window where others take the place of those who leave', () => {
    expect(crowdedAt([people(2, 0, 10), people(2, 10, 20)], 2)).toEqual([{ from: 0, until: 20 }]);
  });
});

describe('the most at once', () => {
  test('are counted within the window only, to the edge', () => {
    const presences = [people(4, 0, 10), people(1, 5, 30), people(7, 20, 30)];
    expect(peakWithin(presences, { from: 10, until: 20 })).toBe(1);
    expect(peakWithin(presences, { from: 9, until: 20 })).toBe(5);
    expect(peakWithin(presences, { from: 10, until: 21 })).toBe(8);
    expect(peakWithin(presences, { from: 30, until: 40 })).toBe(0);
  });
});

describe('for any comings and goings', () => {
  const MINUTES = 40;
  const minute = fc.integer({ min: 0, max: MINUTES });
  const presences = fc.array(fc.record({ from: minute, until: minute, seats: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 12,
  });
  /** Minute by minute; who leaves before they come was not there. */
  const counted = (of: readonly Presence[]) =>
    Array.from({ length: MINUTES }, (_, at) =>
      of.filter(({ from, until }) => from <= at && at < until).reduce((sum, { seats }) => sum + seats, 0),
    );

  test('the crowded windows are the minutes in which a count finds as many, joined', () => {
    fc.assert(
      fc.property(presences, fc.integer({ min: 1, max: 8 }), (of, limit) => {
        const expected: Window[] = [];
        for (const [at, count] of counted(of).entries()) {
          if (count < limit) continue;
          const last = expected.at(-1);
          if (last?.until === at) expected[expected.length - 1] = { from: last.from, until: at + 1 };
          else expected.push({ from: at, until: at + 1 });
        }
        expect(crowdedAt(of, limit)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('the peak is the highest count of a minute of the window', () => {
    fc.assert(
      fc.property(presences, minute, minute, (of, a, b) => {
        fc.pre(a !== b);
        const window = { from: Math.min(a, b), until: Math.max(a, b) };
        expect(peakWithin(of, window)).toBe(Math.max(...counted(of).slice(window.from, window.until)));
      }),
      { numRuns: 500 },
    );
  });
});
