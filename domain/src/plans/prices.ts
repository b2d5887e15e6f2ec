import type { Outcome } from '../time/types.ts';
import type { PlanPrice, PricedPerson } from './types.ts';

/** `unknown_quotient`: prices of this list ask for the quotient familial, and no other price would do. */
export type PriceRefusal = 'no_price' | 'unknown_quotient';

/**
 * The price of a plan for a person. A price holds when everything that it names holds. Of those that hold the one that
 * names most goes first (audience, status, quotient count one each), then the cheaper: a person who is both a student
 * and a jobseeker pays the smaller price.
 */
export function planPriceFor(prices: readonly PlanPrice[], person: PricedPerson): Outcome<PlanPrice, PriceRefusal> {
  const named = prices.filter(
    ({ audience, status }) =>
      (audience === null || audience === person.audience) && (status === null || person.statuses.includes(status)),
  );
  const holding = named.filter(({ quotient }) => {
    if (quotient === null) return true;
    const { quotient: value } = person;
    return value !== null && value >= quotient.from && (quotient.below === null || value < quotient.below);
  });
  const [best] = holding.sort((a, b) => namedBy(b) - namedBy(a) || a.minor - b.minor);
  if (best !== undefined) return { ok: true, value: best };
  const isQuotientMissing = person.quotient === null && named.length > 0;
  return { ok: false, reason: isQuotientMissing ? 'unknown_quotient' : 'no_price' };
}

function namedBy({ audience, status, quotient }: PlanPrice): number {
  return Number(audience !== null) + Number(status !== null) + Number(quotient !== null);
}

export type PriceListProblem =
  | { readonly kind: 'empty_band'; readonly index: number }
  | { readonly kind: 'bands_overlap'; readonly index: number; readonly other: number }
  | { readonly kind: 'band_gap'; readonly from: number; readonly below: number }
  | { readonly kind: 'not_an_amount'; readonly index: number };

/**
 * What is wrong with a list of prices: bands of one audience and status that overlap, or leave quotients between them
 * without a price where nothing without a band steps in.
 */
export function checkPrices(prices: readonly PlanPrice[]): PriceListProblem[] {
  const problems: PriceListProblem[] = [];
  const listed = prices.map((price, index) => ({ ...price, index }));
  for (const { minor, quotient, index } of listed) {
    if (!Number.isSafeInteger(minor) || minor < 0) problems.push({ kind: 'not_an_amount', index });
    if (quotient !== null && quotient.below !== null && quotient.below <= quotient.from) {
      problems.push({ kind: 'empty_band', index });
    }
  }
  for (const group of Map.groupBy(listed, ({ audience, status }) => `${audience}/${status}`).values()) {
    const hasFallback = group.some(({ quotient }) => quotient === null);
    const bands = group
      .flatMap(({ quotient, index }) => (quotient === null ? [] : [{ ...quotient, index }]))
      .sort((a, b) => a.from - b.from);
    for (const [at, band] of bands.entries()) {
      const next = bands[at + 1];
      if (next === undefined) continue;
      if (band.below === null || band.below > next.from) {
        problems.push({ kind: 'bands_overlap', index: band.index, other: next.index });
      } else if (band.below < next.from && !hasFallback) {
        problems.push({ kind: 'band_gap', from: band.below, below: next.from });
      }
    }
  }
  return problems;
}
