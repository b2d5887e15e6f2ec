import {
  clip,
  contains,
  containsInstant,
  intersect,
  normalise,
  overlaps,
  subtract,
  totalMs,
  type Window,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const w = (from: number, until: number): Window => ({ from, until });

/** Windows over a short axis, so that they meet, touch and nest often; some are empty or reversed. */
const AXIS = 60;
const anyWindow = fc.record({ from: fc.integer({ min: 0, max: AXIS }), until: fc.integer({ min: 0, max: AXIS }) });
const anyWindows = fc.array(anyWindow, { maxLength: 12 });

/** The reference: the set of unit ticks that a list covers, one by one. */
const ticksOf = (windows: readonly Window[]): boolean[] =>
  Array.from({ length: AXIS }, (_, tick) => windows.some((each) => each.from <= tick && tick < each.until));

const expectNormal = (windows: readonly Window[]) => {
  let previousEnd = Number.NEGATIVE_INFINITY;
  for (const each of windows) {
    expect(each.from).toBeLessThan(each.until);
    expect(each.from).toBeGreaterThan(previousEnd);
    previousEnd = each.until;
  }
};

describe('half-open windows', () => {
  test('10-11 and 11-12 do not overlap, 10-11 and 10:59-12 do', () => {
    expect(overlaps(w(600, 660), w(660, 720))).toBe(false);
    expect(overlaps(w(660, 720), w(600, 660))).toBe(false);
    expect(overlaps(w(600, 660), w(659, 720))).toBe(true);
  });

  test('an empty window overlaps nothing that it only touches', () => {
    expect(overlaps(w(10, 10), w(10, 20))).toBe(false);
  });

  test('a window contains its first instant and not its last', () => {
    expect(containsInstant([w(10, 20)], 9)).toBe(false);
    expect(containsInstant([w(10, 20)], 10)).toBe(true);
    expect(containsInstant([w(10, 20)], 19)).toBe(true);
    expect(containsInstant([w(10, 20)], 20)).toBe(false);
  });
});

describe('normalise', () => {
  test('sorts, merges what overlaps, nests or touches, and drops what is empty or reversed', () => {
    expect(normalise([w(30, 40), w(10, 20), w(20, 25), w(12, 14), w(50, 50), w(9, 3)])).toEqual([w(10, 25), w(30, 40)]);
  });

  test('leaves its input as it was', () => {
    const input = [w(30, 40), w(10, 20)];
    normalise(input);
    expect(input).toEqual([w(30, 40), w(10, 20)]);
  });

  test('covers the same ticks as before, in normal form, for any list', () => {
    fc.assert(
      fc.property(anyWindows, (windows) => {
        const normal = normalise(windows);
        expectNormal(normal);
        expect(ticksOf(normal)).toEqual(ticksOf(windows));
        expect(normalise(normal)).toEqual(normal);
      }),
    );
  });
});

describe('arithmetic agrees with counting tick by tick', () => {
  const pairs = fc.tuple(anyWindows.map(normalise), anyWindows.map(normalise));

  test('subtract', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const result = subtract(a, b);
        expectNormal(result);
        const [inA, inB] = [ticksOf(a), ticksOf(b)];
        expect(ticksOf(result)).toEqual(inA.map((isIn, tick) => isIn && !inB[tick]));
      }),
    );
  });

  test('intersect', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const result = intersect(a, b);
        const [inA, inB] = [ticksOf(a), ticksOf(b)];
        expectNormal(result);
        expect(ticksOf(result)).toEqual(inA.map((isIn, tick) => isIn && inB[tick] === true));
        expect(intersect(b, a)).toEqual(result);
      }),
    );
  });

  test('clip is the intersection with one window', () => {
    fc.assert(
      fc.property(anyWindows.map(normalise), anyWindow, (windows, bounds) => {
        expect(clip(windows, bounds)).toEqual(intersect(windows, normalise([bounds])));
      }),
    );
  });

  test('totalMs counts the ticks, and splits between what is taken and what is left', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(totalMs(a)).toBe(ticksOf(a).filter(Boolean).length);
        expect(totalMs(subtract(a, b)) + totalMs(intersect(a, b))).toBe(totalMs(a));
      }),
    );
  });

  test('contains is true exactly when every tick of the window is covered', () => {
    fc.assert(
      fc.property(anyWindows.map(normalise), anyWindow, (windows, candidate) => {
        fc.pre(candidate.from < candidate.until);
        const covered = ticksOf(windows);
        const ticks = Array.from({ length: candidate.until - candidate.from }, (_, i) => candidate.from + i);
        expect(contains(windows, candidate)).toBe(ticks.every((tick) => covered[tick]));
      }),
    );
  });
});

test('a booking that reaches over two openings takes a part of each', () => {
  expect(subtract([w(9, 12), w(14, 18)], [w(11, 15)])).toEqual([w(9, 11), w(15, 18)]);
});

test('subtracting from thousands of windows stays linear', () => {
  const open = Array.from({ length: 20_000 }, (_, i) => w(i * 10, i * 10 + 8));
  const taken = Array.from({ length: 20_000 }, (_, i) => w(i * 10 + 2, i * 10 + 4));
  const startedAt = performance.now();
  expect(subtract(open, taken)).toHaveLength(40_000);
  // A quadratic sweep takes seconds here; the margin is for a busy machine.
  expect(performance.now() - startedAt).toBeLessThan(500);
});
