import { sumMinor } from '../money/money.ts';
import { thresholdOn } from '../pricing/vat.ts';
import type { LocalDate, Outcome } from '../time/types.ts';
import { meanTotals } from './closings.ts';
import type { MeanTotal, PaymentMean, TillRecord } from './types.ts';

/**
 * What the founding act of a régie de recettes says (CGCT, R1617-1 s.). Public money passes through the accountant or a
 * régisseur and nobody else: a public body never collects through a private provider.
 */
export interface RegieAct {
  readonly number: string;
  readonly means: readonly PaymentMean[];
  /** What it may collect, by product. */
  readonly productIds: readonly string[];
  /** The most that it may hold in cash, and in all, before it hands over. */
  readonly maxCashMinor: number;
  readonly maxHeldMinor: number;
}

/** Means that pass through a private account: never a public body's, whatever its act says. */
const PRIVATE_MEANS: readonly PaymentMean[] = ['card_online', 'sepa_debit'];

export type RegieRefusal =
  | 'mean_not_public'
  | 'mean_not_in_act'
  | 'product_not_in_act'
  | 'cash_above_legal_limit'
  | 'hand_over_first';

/**
 * Whether a régie may take an amount. `held` is what it holds before. `hand_over_first`: with it the régie would hold
 * more than its act allows.
 */
export function mayCollect(
  act: RegieAct,
  taking: {
    readonly mean: PaymentMean;
    readonly productId: string;
    readonly amountMinor: number;
    readonly on: LocalDate;
  },
  held: { readonly cashMinor: number; readonly totalMinor: number },
): Outcome<PaymentMean, RegieRefusal> {
  const { mean, amountMinor } = taking;
  const refuse = (reason: RegieRefusal) => ({ ok: false, reason }) as const;
  if (PRIVATE_MEANS.includes(mean)) return refuse('mean_not_public');
  if (!act.means.includes(mean)) return refuse('mean_not_in_act');
  if (!act.productIds.includes(taking.productId)) return refuse('product_not_in_act');
  const limit = thresholdOn('public_cash', taking.on);
  if (mean === 'cash' && limit !== null && amountMinor > limit.minor) return refuse('cash_above_legal_limit');
  const cashMinor = held.cashMinor + (mean === 'cash' ? amountMinor : 0);
  if (cashMinor > act.maxCashMinor || held.totalMinor + amountMinor > act.maxHeldMinor)
    return refuse('hand_over_first');
  return { ok: true, value: mean };
}

/** The statement that goes with what a régie hands over to the accountant. */
export interface RegieStatement {
  readonly actNumber: string;
  readonly firstOn: LocalDate;
  readonly lastOn: LocalDate;
  readonly firstReceipt: string | null;
  readonly lastReceipt: string | null;
  readonly receipts: number;
  readonly byMean: readonly MeanTotal[];
  /** By label, in the order of first use: what the accountant books by nature. */
  readonly byLabel: readonly { readonly label: string; readonly amountMinor: number }[];
  readonly totalMinor: number;
}

/** Sums of the records of the days, in the order given. Both sums make the total. */
export function regieStatement(
  act: Pick<RegieAct, 'number'>,
  records: readonly TillRecord[],
  span: { readonly firstOn: LocalDate; readonly lastOn: LocalDate },
): RegieStatement {
  const of = records.filter(({ on }) => span.firstOn <= on && on <= span.lastOn);
  const lines = of.flatMap((record) => record.lines);
  return {
    actNumber: act.number,
    ...span,
    firstReceipt: of[0]?.receiptNumber ?? null,
    lastReceipt: of.at(-1)?.receiptNumber ?? null,
    receipts: of.length,
    byMean: meanTotals(of.flatMap(({ payments }) => payments)),
    byLabel: [...Map.groupBy(lines, ({ label }) => label)].map(([label, each]) => ({
      label,
      amountMinor: sumMinor(each.map(({ totalMinor }) => totalMinor)),
    })),
    totalMinor: sumMinor(of.map(({ totalMinor }) => totalMinor)),
  };
}

/** What PayFiP is told of a debt. The names of the fields are those of its guide; see docs/money.md for what was not checked. */
export interface PayfipRequest {
  readonly numcli: string;
  readonly exer: string;
  readonly refdet: string;
  readonly objet: string;
  /** Cents, in digits. */
  readonly montant: string;
  readonly mel: string;
  readonly saisie: 'T' | 'X' | 'W';
}

export type PayfipRefusal = 'not_a_client_number' | 'not_a_reference' | 'not_an_amount' | 'not_an_address';

/** The request for a debt of a financial year. Refused for what PayFiP would refuse: forms of client number, reference, amount, address. */
export function payfipRequest(debt: {
  readonly clientNumber: string;
  readonly year: number;
  readonly reference: string;
  readonly subject: string;
  readonly amountMinor: number;
  readonly email: string;
  readonly mode: 'test' | 'activation' | 'live';
}): Outcome<PayfipRequest, PayfipRefusal> {
  const refuse = (reason: PayfipRefusal) => ({ ok: false, reason }) as const;
  if (!/^\d{6}$/.test(debt.clientNumber)) return refuse('not_a_client_number');
  if (!/^[A-Za-z0-9]{1,30}$/.test(debt.reference)) return refuse('not_a_reference');
  if (!Number.isSafeInteger(debt.amountMinor) || debt.amountMinor < 100 || debt.amountMinor > 9_999_999) {
    return refuse('not_an_amount');
  }
  if (!/^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/.test(debt.email) || debt.email.length > 80) return refuse('not_an_address');
  const objet = debt.subject
    .normalize('NFD')
    .replace(/[^A-Za-z0-9 ]/g, '')
    .slice(0, 100);
  const saisie = { test: 'T', activation: 'X', live: 'W' } as const;
  return {
    ok: true,
    value: {
      numcli: debt.clientNumber,
      exer: String(debt.year),
      refdet: debt.reference,
      objet,
      montant: String(debt.amountMinor),
      mel: debt.email,
      saisie: saisie[debt.mode],
    },
  };
}
