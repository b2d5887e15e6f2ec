import { readFileSync } from 'node:fs';
import {
  addMoney,
  allocateMinor,
  decimalOf,
  FRENCH_MENTIONS,
  FRENCH_THRESHOLDS,
  FRENCH_VAT_RATES,
  mulDiv,
  REFORM_STEPS,
  sumMinor,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

describe('an amount cut into parts', () => {
  test('the largest remainders get the cents left over, the first among equals', () => {
    expect(allocateMinor(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocateMinor(1_000, [1, 2, 4])).toEqual([143, 286, 571]);
    expect(allocateMinor(1, [1, 3])).toEqual([0, 1]);
    expect(allocateMinor(-100, [1, 1, 1])).toEqual([-34, -33, -33]);
    expect(allocateMinor(5, [0, 0])).toEqual([3, 2]);
    expect(allocateMinor(0, [3, 4])).toEqual([0, 0]);
  });

  test('no parts and broken weights are faults', () => {
    expect(() => allocateMinor(1, [])).toThrow(RangeError);
    expect(() => allocateMinor(1, [1, -1])).toThrow(RangeError);
    expect(() => allocateMinor(1, [0.5])).toThrow(RangeError);
  });

  test('for any amount and weights: the parts make the whole, none is a cent or more from its share, zero weight gets nothing', () => {
    const weights = fc
      .array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 40 })
      .filter((all) => all.some(Boolean));
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), weights, (total, parts) => {
        const allocated = allocateMinor(total, parts);
        const whole = sumMinor(parts);
        expect(sumMinor(allocated)).toBe(total);
        for (const [index, part] of allocated.entries()) {
          const share = (total * (parts[index] as number)) / whole;
          expect(Math.abs(part - share)).toBeLessThan(1 + 1e-6);
          if (parts[index] === 0) expect(part).toBe(0);
        }
      }),
    );
  });
});

describe('rounding', () => {
  test('halves go away from zero, on both sides of it', () => {
    expect([mulDiv(1, 1, 2), mulDiv(-1, 1, 2), mulDiv(3, 1, 2), mulDiv(149, 1, 100), mulDiv(-1, 1, 4)]).toEqual([
      1, -1, 2, 1, 0,
    ]);
  });

  test('is exact where floating point is not', () => {
    expect(mulDiv(9_007_199_254_740_991, 9_007_199_254_740_991, 9_007_199_254_740_991)).toBe(9_007_199_254_740_991);
    expect(mulDiv(1_000_000_000_001, 10_000, 10_001)).toBe(
      Number((1_000_000_000_001n * 10_000n * 2n + 10_001n) / 20_002n),
    );
  });
});

describe('money', () => {
  test('of two currencies does not add', () => {
    expect(addMoney({ minor: 1, currency: 'EUR' }, { minor: 2, currency: 'EUR' })).toEqual({
      minor: 3,
      currency: 'EUR',
    });
    expect(() => addMoney({ minor: 1, currency: 'EUR' }, { minor: 2, currency: 'CHF' })).toThrow('CHF');
  });

  test('is spelled with two decimals', () => {
    expect([0, 5, -5, 100, 123_456, -100].map((minor) => decimalOf(minor))).toEqual([
      '0.00',
      '0.05',
      '-0.05',
      '1.00',
      '1234.56',
      '-1.00',
    ]);
    expect(decimalOf(1_250, ',')).toBe('12,50');
  });
});

test('docs/money.md lists every fact of law that was not checked, and no other', () => {
  const facts = [
    ...FRENCH_VAT_RATES.map(({ kind, checkedOn }) => ({ code: kind as string, checkedOn })),
    ...FRENCH_THRESHOLDS.map(({ code, checkedOn }) => ({ code: code as string, checkedOn })),
    ...FRENCH_MENTIONS.map(({ code, checkedOn }) => ({ code, checkedOn })),
    ...REFORM_STEPS.map(({ duty, checkedOn }) => ({ code: duty as string, checkedOn })),
  ];
  const text = readFileSync(new URL('../../docs/money.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('## Not checked'), text.indexOf('Also not checked'));
  const listed = [...section.matchAll(/`([a-z0-9_]+)`/g)].map(([, code]) => code);
  expect(listed.sort()).toEqual(
    facts
      .filter(({ checkedOn }) => checkedOn === null)
      .map(({ code }) => code)
      .sort(),
  );
});
