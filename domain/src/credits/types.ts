import type { Instant, LocalDate } from '../time/types.ts';

/** What is counted. Units do not change into each other. */
export type CreditUnit = 'minute' | 'half_day' | 'day' | 'visit';

/**
 * `grant`: bought or given. `consume`: spent on a usage. `restore`: given back from a usage. `expire`: what was left on
 * the day after its last. `withdraw`: taken back by staff or with the money (a pack that is refunded).
 */
export type CreditEntryKind = 'grant' | 'consume' | 'restore' | 'expire' | 'withdraw';

/** Written once, never changed. A wallet's balance is the sum of its entries' quantities, and nothing else. */
export interface CreditEntry {
  readonly id: string;
  /** Whose credit it is: a member's, or a team's, shared by its members. */
  readonly walletId: string;
  readonly unit: CreditUnit;
  readonly kind: CreditEntryKind;
  /** Above zero for `grant` and `restore`, below for the others. */
  readonly quantity: number;
  /** The grant that is counted up or down; of a grant, its own id. */
  readonly grantId: string;
  /** Of a grant: the first and the last local day of a usage it pays for. Null: no bound. */
  readonly usableFrom: LocalDate | null;
  readonly expiresOn: LocalDate | null;
  /** Of `consume` and `restore`: what it was spent on (a booking), and the local day of that. */
  readonly usageId: string | null;
  readonly usedOn: LocalDate | null;
  /** A code for the history: `pack_bought`, `plan_period`, `booking`, `cancelled`, `closed_by_place`… */
  readonly cause: string;
  readonly at: Instant;
}

/** An entry to write: the caller gives it its id and instant. `grantId: null` is a new grant's own id. */
export type NewCreditEntry = Omit<CreditEntry, 'id' | 'at' | 'grantId'> & { readonly grantId: string | null };

/** What one grant pays of a usage. */
export interface CreditDraw {
  readonly grantId: string;
  readonly quantity: number;
  readonly expiresOn: LocalDate | null;
}

/**
 * What happens to credit that is given back after its last day: nothing (`forfeit`), or a new grant that lasts so many
 * days from the day on which it is given back.
 */
export type ExpiredRefund = { readonly kind: 'forfeit' } | { readonly kind: 'regrant'; readonly days: number };
