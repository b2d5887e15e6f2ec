import type { Money } from '../pricing/types.ts';

/** `a × b / c` to the nearest integer, halves away from zero; exact for any safe integers. `c` is positive. */
export function mulDiv(a: number, b: number, c: number): number {
  const numerator = BigInt(a) * BigInt(b);
  const denominator = BigInt(c);
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = Number((2n * magnitude + denominator) / (2n * denominator));
  return numerator < 0n && rounded !== 0 ? -rounded : rounded;
}

/**
 * The amount cut into parts by weight, to the last minor unit: the parts always add up to it. Each part is its share
 * rounded towards zero; the units left over go to the largest remainders, the first among equals. Weights that are all
 * zero count as equal. An amount below zero is cut as its opposite is.
 * @throws RangeError when there is no part, or a weight is negative or no integer.
 */
export function allocateMinor(totalMinor: number, weights: readonly number[]): number[] {
  if (weights.length === 0) throw new RangeError('an amount cannot be cut into no parts');
  if (weights.some((weight) => !Number.isSafeInteger(weight) || weight < 0)) {
    throw new RangeError(`weights are integers from zero: ${weights.join(', ')}`);
  }
  const shares = weights.every((weight) => weight === 0) ? weights.map(() => 1n) : weights.map(BigInt);
  const whole = shares.reduce((sum, share) => sum + share, 0n);
  const amount = BigInt(Math.abs(totalMinor));
  const parts = shares.map((share) => (amount * share) / whole);
  const left = Number(amount - parts.reduce((sum, part) => sum + part, 0n));
  // The sort is stable: among equal remainders the first part stays first.
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: (amount * share) % whole }))
    .sort((a, b) => Number(b.remainder > a.remainder) - Number(b.remainder < a.remainder));
  for (const { index } of byRemainder.slice(0, left)) parts[index] = (parts[index] as bigint) + 1n;
  return parts.map((part) => (totalMinor < 0 && part !== 0n ? -Number(part) : Number(part)));
}

export function sumMinor(amounts: Iterable<number>): number {
  let sum = 0;
  for (const minor of amounts) sum += minor;
  return sum;
}

/**
 * The sum, in one currency.
 * @throws RangeError when an amount is in another: nothing here knows a rate of exchange.
 */
export function addMoney(first: Money, ...more: readonly Money[]): Money {
  for (const { currency } of more) {
    if (currency !== first.currency) throw new RangeError(`cannot add ${currency} to ${first.currency}`);
  }
  return { minor: first.minor + sumMinor(more.map(({ minor }) => minor)), currency: first.currency };
}

/**
 * `1234` is `12.34`, `-5` is `-0.05`. For currencies of two decimals, which all of ours are: EN 16931 allows amounts no
 * more (BR-DEC).
 */
export function decimalOf(minor: number, separator: '.' | ',' = '.'): string {
  const digits = String(Math.abs(minor)).padStart(3, '0');
  return `${minor < 0 ? '-' : ''}${digits.slice(0, -2)}${separator}${digits.slice(-2)}`;
}
