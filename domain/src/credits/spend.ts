import { mulDiv } from '../money/money.ts';
import { addDays } from '../time/local.ts';
import type { LocalDate, Outcome } from '../time/types.ts';
import type { CreditDraw, CreditEntry, CreditUnit, ExpiredRefund, NewCreditEntry } from './types.ts';
import { bySpendingOrder, grantBalances, isUsableOn } from './wallet.ts';

/**
 * What a wallet pays of a usage on a local date, at most `quantity`: from the grants that are good on that date, the one
 * that expires soonest first. Never from one that expires before the date, whatever day it is today. Empty when there is
 * nothing.
 */
export function drawCredits(
  entries: readonly CreditEntry[],
  usage: { readonly unit: CreditUnit; readonly quantity: number; readonly usedOn: LocalDate },
): CreditDraw[] {
  const draws: CreditDraw[] = [];
  let open = usage.quantity;
  for (const { grant, left } of grantBalances(entries, usage.unit)) {
    if (open <= 0) break;
    if (left <= 0 || !isUsableOn(grant, usage.usedOn)) continue;
    const quantity = Math.min(open, left);
    draws.push({ grantId: grant.id, quantity, expiresOn: grant.expiresOn });
    open -= quantity;
  }
  return draws;
}

/** As `drawCredits`, all or nothing. Refused with `not_enough_credit`, detail: what there is for that date. */
export function drawAllCredits(
  entries: readonly CreditEntry[],
  usage: { readonly unit: CreditUnit; readonly quantity: number; readonly usedOn: LocalDate },
): Outcome<CreditDraw[], 'not_enough_credit', { readonly available: number }> {
  const draws = drawCredits(entries, usage);
  const available = draws.reduce((sum, { quantity }) => sum + quantity, 0);
  return available === usage.quantity
    ? { ok: true, value: draws }
    : { ok: false, reason: 'not_enough_credit', detail: { available } };
}

/** The entries that spend the draws on a usage. */
export function spendCredits(
  draws: readonly CreditDraw[],
  usage: {
    readonly walletId: string;
    readonly unit: CreditUnit;
    readonly usageId: string;
    readonly usedOn: LocalDate;
    readonly cause: string;
  },
): NewCreditEntry[] {
  const { walletId, unit, usageId, usedOn, cause } = usage;
  return draws.map(({ grantId, quantity }) => ({
    walletId,
    unit,
    kind: 'consume',
    quantity: -quantity,
    grantId,
    usableFrom: null,
    expiresOn: null,
    usageId,
    usedOn,
    cause,
  }));
}

/** What a usage still holds of each grant, in the order of spending. */
export function creditsOfUsage(entries: readonly CreditEntry[], usageId: string): CreditDraw[] {
  const held = new Map<string, number>();
  for (const entry of entries) {
    if (entry.usageId === usageId) held.set(entry.grantId, (held.get(entry.grantId) ?? 0) - entry.quantity);
  }
  return entries
    .filter(({ kind, id }) => kind === 'grant' && (held.get(id) ?? 0) > 0)
    .sort(bySpendingOrder)
    .map(({ id, expiresOn }) => ({ grantId: id, quantity: held.get(id) as number, expiresOn }));
}

/**
 * Gives credit of a usage back to the grants it came from, at most what the usage still holds. Of a part, the grants that
 * last longest get theirs first: it is worth most to the member. What goes back to a grant whose last day is over is
 * written off at once, and `expired` says whether a new grant stands in for it. Asked again, nothing is given twice.
 */
export function restoreCredits(
  entries: readonly CreditEntry[],
  refund: {
    readonly usageId: string;
    /** Null: all of it. */
    readonly quantity: number | null;
    /** The local day on which it is given back. */
    readonly on: LocalDate;
    readonly expired: ExpiredRefund;
    readonly cause: string;
  },
): { readonly entries: NewCreditEntry[]; readonly forfeited: number } {
  const { usageId, on, expired, cause } = refund;
  const grants = new Map(entries.filter(({ kind }) => kind === 'grant').map((grant) => [grant.id, grant]));
  const usedOn = entries.find((entry) => entry.usageId === usageId)?.usedOn ?? null;
  const result: NewCreditEntry[] = [];
  let open = refund.quantity ?? Number.POSITIVE_INFINITY;
  let late = 0;
  for (const draw of creditsOfUsage(entries, usageId).reverse()) {
    const quantity = Math.min(open, draw.quantity);
    if (quantity <= 0) break;
    open -= quantity;
    const { walletId, unit, id: grantId, expiresOn } = grants.get(draw.grantId) as CreditEntry;
    const common = { walletId, unit, usableFrom: null, expiresOn: null };
    result.push({ ...common, kind: 'restore', quantity, grantId, usageId, usedOn, cause });
    if (expiresOn === null || on <= expiresOn) continue;
    late += quantity;
    result.push({
      ...common,
      kind: 'expire',
      quantity: -quantity,
      grantId,
      usageId: null,
      usedOn: null,
      cause: 'expired',
    });
    if (expired.kind === 'regrant') {
      const until = addDays(on, expired.days);
      result.push({
        ...common,
        expiresOn: until,
        kind: 'grant',
        quantity,
        grantId: null,
        usageId: null,
        usedOn: null,
        cause,
      });
    }
  }
  return { entries: result, forfeited: expired.kind === 'forfeit' ? late : 0 };
}

/** The entries that write off what is left of grants whose last day was before `today`: after them the balance is usable. */
export function expireCredits(entries: readonly CreditEntry[], today: LocalDate): NewCreditEntry[] {
  const units = new Set(entries.map(({ unit }) => unit));
  return [...units].flatMap((unit) =>
    grantBalances(entries, unit)
      .filter(({ grant, left }) => left > 0 && grant.expiresOn !== null && grant.expiresOn < today)
      .map(({ grant, left }) => ({
        walletId: grant.walletId,
        unit,
        kind: 'expire' as const,
        quantity: -left,
        grantId: grant.id,
        usableFrom: null,
        expiresOn: null,
        usageId: null,
        usedOn: null,
        cause: 'expired',
      })),
  );
}

/**
 * What a part of a grant is worth in money: the price of the pack, spread over its quantity as it is used up. All parts
 * of a grant, used or expired, add up to its price to the cent, in whatever steps it is spent.
 */
export function valueOfCredit(
  grant: { readonly quantity: number; readonly priceMinor: number },
  usedBefore: number,
  used: number,
): number {
  const worth = (quantity: number) => mulDiv(grant.priceMinor, quantity, grant.quantity);
  return worth(usedBefore + used) - worth(usedBefore);
}
