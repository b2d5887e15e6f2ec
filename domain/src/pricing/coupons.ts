import { mulDiv } from '../money/money.ts';
import type { LocalDate, Outcome } from '../time/types.ts';

export interface Coupon {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly reduction:
    | { readonly kind: 'fixed'; readonly minor: number }
    | { readonly kind: 'percent'; readonly basisPoints: number; readonly atMostMinor: number | null };
  /** Local days of its use, both included. Null: no bound. */
  readonly firstOn: LocalDate | null;
  readonly lastOn: LocalDate | null;
  readonly maxUses: number | null;
  readonly maxUsesPerMember: number | null;
  readonly minTotalMinor: number;
  /** What it is for (plans, resources, packs), by id. Null: everything of the structure. */
  readonly productIds: readonly string[] | null;
}

export type CouponRefusal =
  | 'coupon_not_yet'
  | 'coupon_expired'
  | 'coupon_not_for_this'
  | 'coupon_other_currency'
  | 'coupon_below_minimum'
  | 'coupon_used_up'
  | 'coupon_used_by_member';

/**
 * What a coupon takes off a total, at most the total. Percentages round half up. Uses are those counted when it is
 * asked: the database counts them again when it is spent. Refusals in the order of the type.
 */
export function couponReduction(
  coupon: Coupon,
  use: {
    readonly on: LocalDate;
    readonly totalMinor: number;
    readonly currency: string;
    readonly productId: string;
    readonly uses: number;
    readonly usesByMember: number;
  },
): Outcome<{ readonly minor: number }, CouponRefusal> {
  const refuse = (reason: CouponRefusal) => ({ ok: false, reason }) as const;
  if (coupon.firstOn !== null && use.on < coupon.firstOn) return refuse('coupon_not_yet');
  if (coupon.lastOn !== null && use.on > coupon.lastOn) return refuse('coupon_expired');
  if (coupon.productIds !== null && !coupon.productIds.includes(use.productId)) return refuse('coupon_not_for_this');
  if (coupon.currency !== use.currency) return refuse('coupon_other_currency');
  if (use.totalMinor < coupon.minTotalMinor) return refuse('coupon_below_minimum');
  if (coupon.maxUses !== null && use.uses >= coupon.maxUses) return refuse('coupon_used_up');
  if (coupon.maxUsesPerMember !== null && use.usesByMember >= coupon.maxUsesPerMember) {
    return refuse('coupon_used_by_member');
  }
  const { reduction } = coupon;
  const asked =
    reduction.kind === 'fixed'
      ? reduction.minor
      : Math.min(
          mulDiv(use.totalMinor, reduction.basisPoints, 10_000),
          reduction.atMostMinor ?? Number.POSITIVE_INFINITY,
        );
  return { ok: true, value: { minor: Math.min(asked, use.totalMinor) } };
}
