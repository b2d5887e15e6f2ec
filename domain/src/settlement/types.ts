import type { LocalDate } from '../time/types.ts';

/** What a structure asks of another for its members' use. Amounts without VAT. */
export type UsePrice =
  | { readonly kind: 'free' }
  | { readonly kind: 'per_hour'; readonly hourMinor: number }
  | { readonly kind: 'per_visit'; readonly minor: number }
  /** A share of what the place asks of its own public, in basis points. */
  | { readonly kind: 'share_of_price'; readonly basisPoints: number };

/** What two structures of a network have agreed, in one direction: `home`'s members at `host`'s places. */
export interface ReciprocityAgreement {
  readonly id: string;
  readonly homeStructureId: string;
  readonly hostStructureId: string;
  readonly currency: string;
  readonly price: UsePrice;
  /** Null: every kind of resource. An agreement that names kinds goes before one that does not. */
  readonly resourceKinds: readonly string[] | null;
  /** Minutes of each calendar month that cost nothing, of all members together. */
  readonly freeMinutesPerMonth: number;
  readonly validFrom: LocalDate;
  /** The first day on which it no longer holds. Null: goes on. */
  readonly validUntil: LocalDate | null;
}

/** A member of one structure used a place of another: a booking that took place. */
export interface CrossUse {
  readonly id: string;
  readonly homeStructureId: string;
  readonly hostStructureId: string;
  readonly memberId: string;
  readonly resourceKind: string;
  readonly usedOn: LocalDate;
  readonly minutes: number;
  /** What the place asks of its own public for it, without VAT. */
  readonly publicPriceMinor: number;
}

export interface SettledUse {
  readonly use: CrossUse;
  /** Null: no agreement holds for it. It costs nothing and is listed, for people to talk about. */
  readonly agreementId: string | null;
  readonly freeMinutes: number;
  readonly minor: number;
}

/** A month between two structures, seen from neither: `first` is the one whose id comes first. */
export interface SettlementStatement {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly firstStructureId: string;
  readonly secondStructureId: string;
  readonly currency: string;
  /** Uses of the first's members at the second's places, and the other way. */
  readonly owedByFirst: readonly SettledUse[];
  readonly owedBySecond: readonly SettledUse[];
  readonly owedByFirstMinor: number;
  readonly owedBySecondMinor: number;
  /** What the first pays the second; below zero, the second pays the first. */
  readonly netMinor: number;
}
