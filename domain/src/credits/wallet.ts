import type { LocalDate } from '../time/types.ts';
import type { CreditEntry, CreditUnit } from './types.ts';

/** A grant and what is left of it. */
export interface GrantBalance {
  readonly grant: CreditEntry;
  readonly left: number;
}

/** Every grant of the unit with what is left of it, in the order in which credit is spent (`bySpendingOrder`). */
export function grantBalances(entries: readonly CreditEntry[], unit: CreditUnit): GrantBalance[] {
  const left = new Map<string, number>();
  for (const entry of entries) {
    if (entry.unit === unit) left.set(entry.grantId, (left.get(entry.grantId) ?? 0) + entry.quantity);
  }
  return entries
    .filter(({ kind, unit: of }) => kind === 'grant' && of === unit)
    .map((grant) => ({ grant, left: left.get(grant.id) ?? 0 }))
    .sort((a, b) => bySpendingOrder(a.grant, b.grant));
}

/** The one that expires soonest first, those without an end last; then the older; then by id. */
export function bySpendingOrder(a: CreditEntry, b: CreditEntry): number {
  if (a.expiresOn !== b.expiresOn) {
    if (a.expiresOn === null) return 1;
    if (b.expiresOn === null) return -1;
    return a.expiresOn < b.expiresOn ? -1 : 1;
  }
  if (a.at !== b.at) return a.at - b.at;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** The sum of what was written in the unit. */
export function creditBalance(entries: readonly CreditEntry[], unit: CreditUnit): number {
  return entries.reduce((sum, entry) => (entry.unit === unit ? sum + entry.quantity : sum), 0);
}

/** True when a grant pays for a usage on the date: its first and last days are in it. */
export function isUsableOn(grant: Pick<CreditEntry, 'usableFrom' | 'expiresOn'>, date: LocalDate): boolean {
  return (
    (grant.usableFrom === null || grant.usableFrom <= date) && (grant.expiresOn === null || date <= grant.expiresOn)
  );
}

/** How much there is for a usage on the date. */
export function creditAvailableOn(entries: readonly CreditEntry[], unit: CreditUnit, date: LocalDate): number {
  return grantBalances(entries, unit).reduce((sum, { grant, left }) => (isUsableOn(grant, date) ? sum + left : sum), 0);
}

export interface CreditHistoryLine {
  readonly entry: CreditEntry;
  /** The balance of the unit after it. */
  readonly balance: number;
  /** The last day of the grant that it moved, for the member to read. */
  readonly expiresOn: LocalDate | null;
}

/** What a member reads: every entry of the unit in the order of writing, with the balance after it. */
export function creditHistory(entries: readonly CreditEntry[], unit: CreditUnit): CreditHistoryLine[] {
  const grants = new Map(entries.filter(({ kind }) => kind === 'grant').map((grant) => [grant.id, grant]));
  let balance = 0;
  return entries
    .filter((entry) => entry.unit === unit)
    .sort((a, b) => a.at - b.at)
    .map((entry) => {
      balance += entry.quantity;
      return { entry, balance, expiresOn: grants.get(entry.grantId)?.expiresOn ?? null };
    });
}

export type WalletProblem =
  | { readonly kind: 'no_such_grant'; readonly entryId: string }
  | { readonly kind: 'wrong_sign'; readonly entryId: string }
  | { readonly kind: 'overdrawn'; readonly grantId: string; readonly left: number }
  | { readonly kind: 'used_outside_validity'; readonly entryId: string }
  | { readonly kind: 'restored_too_much'; readonly usageId: string; readonly grantId: string };

/** What must never be found in a wallet's entries, in the order of writing; the audit of a stored wallet. */
export function checkWallet(entries: readonly CreditEntry[]): WalletProblem[] {
  const problems: WalletProblem[] = [];
  const grants = new Map<string, CreditEntry>();
  const left = new Map<string, number>();
  const spent = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind === 'grant') grants.set(entry.id, entry);
    const grant = grants.get(entry.grantId);
    if (grant === undefined || grant.unit !== entry.unit || grant.walletId !== entry.walletId) {
      problems.push({ kind: 'no_such_grant', entryId: entry.id });
      continue;
    }
    const isGain = entry.kind === 'grant' || entry.kind === 'restore';
    if (!Number.isSafeInteger(entry.quantity) || (isGain ? entry.quantity <= 0 : entry.quantity >= 0)) {
      problems.push({ kind: 'wrong_sign', entryId: entry.id });
    }
    if (entry.kind === 'consume' && (entry.usedOn === null || !isUsableOn(grant, entry.usedOn))) {
      problems.push({ kind: 'used_outside_validity', entryId: entry.id });
    }
    const now = (left.get(grant.id) ?? 0) + entry.quantity;
    left.set(grant.id, now);
    if (now < 0) problems.push({ kind: 'overdrawn', grantId: grant.id, left: now });
    if (entry.usageId !== null) {
      const key = `${entry.usageId} ${grant.id}`;
      const outstanding = (spent.get(key) ?? 0) - entry.quantity;
      spent.set(key, outstanding);
      if (outstanding < 0) {
        problems.push({ kind: 'restored_too_much', usageId: entry.usageId, grantId: grant.id });
      }
    }
  }
  return problems;
}
