import type { Instant } from './time/types.ts';

/** Where random bytes come from: the operating system at the edge, a fixed sequence in tests. */
export type RandomBytes = (length: number) => Uint8Array;

export const ID_RANDOM_BYTES = 10;

/**
 * A UUID version 7 (RFC 9562, 5.7) of the millisecond `now` and ten random bytes, in lower case. Ids of later
 * milliseconds sort after earlier ones; within one millisecond the order is random.
 * @throws RangeError when `now` is not a 48-bit millisecond or the bytes are not ten.
 */
export function newId(now: Instant, random: Uint8Array): string {
  if (!Number.isInteger(now) || now < 0 || now >= 2 ** 48) throw new RangeError(`not a 48-bit millisecond: ${now}`);
  if (random.length !== ID_RANDOM_BYTES) throw new RangeError(`an id takes 10 random bytes, not ${random.length}`);
  const time = now.toString(16).padStart(12, '0');
  const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, '0'));
  hex[0] = (0x70 | ((random[0] as number) & 0x0f)).toString(16);
  hex[2] = (0x80 | ((random[2] as number) & 0x3f)).toString(16);
  const tail = hex.slice(4).join('');
  return `${time.slice(0, 8)}-${time.slice(8)}-${hex[0]}${hex[1]}-${hex[2]}${hex[3]}-${tail}`;
}

/**
 * No vowels (no words), and nothing that is misread on paper or heard as something else: 0/O/D, 1/I/L, 2/Z, 5/S, 8/B,
 * 6/G.
 */
const REFERENCE_ALPHABET = '3479CFHJKMNPQRTVWXY';
const REFERENCE_LENGTH = 8;

export const REFERENCE_RANDOM_BYTES = 8;

/**
 * A booking's code for people, such as `K7MW4PXT`: eight signs, 1.7e10 codes. Unique only by the database's constraint:
 * on a clash, draw again. Screens may set it in two groups of four.
 * @throws RangeError when the bytes are not eight.
 */
export function bookingReference(random: Uint8Array): string {
  if (random.length !== REFERENCE_RANDOM_BYTES) {
    throw new RangeError(`a reference takes 8 random bytes, not ${random.length}`);
  }
  let value = 0n;
  for (const byte of random) value = (value << 8n) | BigInt(byte);
  const base = BigInt(REFERENCE_ALPHABET.length);
  let code = '';
  for (let i = 0; i < REFERENCE_LENGTH; i++) {
    code += REFERENCE_ALPHABET[Number(value % base)];
    value /= base;
  }
  return code;
}
