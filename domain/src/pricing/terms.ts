import { mulDiv } from '../money/money.ts';
import { HOUR_MS } from '../time/local.ts';
import type { Instant } from '../time/types.ts';

/** What is asked for beside the price: a part of it in advance, and a security that is not income and comes back. */
export interface DepositTerms {
  /** Of the price, in basis points, when it reaches `advanceFromMinor`. */
  readonly advanceBp: number;
  readonly advanceFromMinor: number;
  readonly securityMinor: number;
}

/** `advance` is part of the price, rounded half up; `security` is held beside it; `later` is what is left of the price. */
export function depositsFor(
  terms: DepositTerms,
  totalMinor: number,
): { readonly advanceMinor: number; readonly laterMinor: number; readonly securityMinor: number } {
  const isAsked = totalMinor >= terms.advanceFromMinor;
  const advanceMinor = isAsked ? Math.min(totalMinor, mulDiv(totalMinor, terms.advanceBp, 10_000)) : 0;
  return { advanceMinor, laterMinor: totalMinor - advanceMinor, securityMinor: terms.securityMinor };
}

/** A security given back: what was damaged is kept, at most the security. */
export function settleSecurity(
  securityMinor: number,
  damageMinor: number,
): { readonly keptMinor: number; readonly returnedMinor: number } {
  const keptMinor = Math.min(securityMinor, Math.max(0, damageMinor));
  return { keptMinor, returnedMinor: securityMinor - keptMinor };
}

export interface CancellationTerms {
  /** From so many hours before the start on, that share comes back (basis points). Any order. */
  readonly steps: readonly { readonly hoursBefore: number; readonly refundBp: number }[];
  readonly noShowRefundBp: number;
}

/** `place`: the place cancels, closes or changes its hours. */
export type CancelledBy = 'member' | 'staff' | 'place' | 'no_show';

export interface CancellationRefund {
  readonly refundBp: number;
  readonly refundMinor: number;
  /** Stays with the place; both make what was paid. */
  readonly keptMinor: number;
  /** Minutes to give back to the wallet they came from (`restoreCredits`). */
  readonly creditMinutes: number;
}

/**
 * What comes back of a booking. Of the steps reached the one with the most notice counts: exactly 24 hours before the
 * start is 24 hours. Elapsed time counts, also over a clock change. Nothing where no step is reached; everything where the place
 * itself cancels, or staff does so for the member. Halves are rounded up, to the member's favour.
 */
export function refundOnCancellation(
  terms: CancellationTerms,
  booking: { readonly paidMinor: number; readonly creditMinutes: number; readonly startsAt: Instant },
  at: Instant,
  by: CancelledBy,
): CancellationRefund {
  const refundBp = shareBack(terms, booking.startsAt, at, by);
  const refundMinor = mulDiv(booking.paidMinor, refundBp, 10_000);
  return {
    refundBp,
    refundMinor,
    keptMinor: booking.paidMinor - refundMinor,
    creditMinutes: mulDiv(booking.creditMinutes, refundBp, 10_000),
  };
}

function shareBack(terms: CancellationTerms, startsAt: Instant, at: Instant, by: CancelledBy): number {
  if (by === 'place' || by === 'staff') return 10_000;
  if (by === 'no_show') return terms.noShowRefundBp;
  const notice = startsAt - at;
  const [reached] = terms.steps
    .filter(({ hoursBefore }) => notice >= hoursBefore * HOUR_MS)
    .sort((a, b) => b.hoursBefore - a.hoursBefore);
  return reached?.refundBp ?? 0;
}
