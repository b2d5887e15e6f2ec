import { bookingReference, ID_RANDOM_BYTES, newId, REFERENCE_RANDOM_BYTES } from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('ids', () => {
  test('are the example of RFC 9562, appendix A.6', () => {
    // 017F22E2-79B0-7CC3-98C4-DC0C0C07398F: 2022-02-22T19:22:22Z, rand_a CC3, rand_b 18C4DC0C0C07398F.
    const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
    const now = Temporal.Instant.from('2022-02-22T19:22:22Z').epochMilliseconds;
    expect(newId(now, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  test('are version 7 with the variant of the RFC, for any time and bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), bytes(ID_RANDOM_BYTES), (now, random) => {
        const id = newId(now, random);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(now);
      }),
    );
  });

  test('of a later millisecond sort after, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 2 }), bytes(10), bytes(10), (now, a, b) => {
        expect(newId(now, a) < newId(now + 1, b)).toBe(true);
      }),
    );
  });

  test('differ when any of their 74 random bits does', () => {
    const ids = new Set<string>();
    for (let bit = 0; bit < 80; bit++) {
      const random = new Uint8Array(10);
      random[bit >> 3] = 0x80 >> (bit & 7);
      ids.add(newId(0, random));
    }
    // Six of the eighty bits give way to the version and the variant, and leave the id of ten zero bytes.
    expect(ids.size).toBe(75);
    expect(ids.has(newId(0, new Uint8Array(10)))).toBe(true);
  });

  test('are refused for a time or bytes that do not fit', () => {
    const ten = new Uint8Array(10);
    for (const now of [-1, 0.5, Number.NaN, 2 ** 48]) expect(() => newId(now, ten)).toThrow(RangeError);
    for (const length of [9, 11]) expect(() => newId(0, new Uint8Array(length))).toThrow(RangeError);
  });
});

describe('booking references', () => {
  test('are eight signs that nobody misreads', () => {
    fc.assert(
      fc.property(bytes(REFERENCE_RANDOM_BYTES), (random) => {
        expect(bookingReference(random)).toMatch(/^[3479CFHJKMNPQRTVWXY]{8}$/);
      }),
    );
  });

  test('use every sign at every place', () => {
    const seen = Array.from({ length: 8 }, () => new Set<string>());
    // A linear congruential sequence (Numerical Recipes): the same 4,000 references in every run.
    let state = 1;
    const next = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    };
    for (let i = 0; i < 4_000; i++) {
      const reference = bookingReference(Uint8Array.from({ length: 8 }, next));
      for (const [place, sign] of [...reference].entries()) seen[place]?.add(sign);
    }
    expect(seen.map((signs) => signs.size)).toEqual([19, 19, 19, 19, 19, 19, 19, 19]);
  });

  test('are refused with too few bytes', () => {
    expect(() => bookingReference(new Uint8Array(7))).toThrow(RangeError);
  });
});
