import type { Invoice } from '../billing/types.ts';
import { allocateMinor, mulDiv, sumMinor } from '../money/money.ts';
import type { SaleVatKind } from '../pricing/vat.ts';
import type { PaymentMean } from '../till/types.ts';
import type { LocalDate } from '../time/types.ts';
import {
  type AccountRole,
  type ChartOfAccounts,
  DEFAULT_ACCOUNTS,
  MEAN_ACCOUNTS,
  MEAN_JOURNALS,
  vatAccountOf,
} from './accounts.ts';
import type { Auxiliary, EntryDraft, JournalCode, LedgerLine } from './types.ts';

/**
 * An amount that leaves one account for another. Entries are made of these and of nothing else, so that none can be out
 * of balance. Below zero it goes the other way.
 */
export interface Transfer {
  readonly debit: AccountRole;
  readonly credit: AccountRole;
  readonly minor: number;
  readonly debitOf?: Auxiliary;
  readonly creditOf?: Auxiliary;
}

export interface Piece {
  readonly on: LocalDate;
  readonly ref: string;
  readonly refOn?: LocalDate;
  readonly label: string;
  readonly currency: string;
  readonly chart?: ChartOfAccounts;
}

/**
 * The entry of some transfers: one line for each account and side, debits first, in the order in which they come. Null
 * when nothing moves.
 */
export function entryOf(journal: JournalCode, piece: Piece, transfers: readonly Transfer[]): EntryDraft | null {
  const chart = piece.chart ?? DEFAULT_ACCOUNTS;
  const sides = { debit: new Map<string, LedgerLine>(), credit: new Map<string, LedgerLine>() };
  const put = (side: 'debit' | 'credit', role: AccountRole, auxiliary: Auxiliary | null, minor: number) => {
    const account = chart[role].number;
    const key = `${account} ${auxiliary?.code ?? ''}`;
    const line = sides[side].get(key) ?? { account, auxiliary, debitMinor: 0, creditMinor: 0 };
    const field = side === 'debit' ? 'debitMinor' : 'creditMinor';
    sides[side].set(key, { ...line, [field]: line[field] + minor });
  };
  for (const { debit, credit, minor, debitOf = null, creditOf = null } of transfers) {
    if (minor === 0) continue;
    put(minor > 0 ? 'debit' : 'credit', debit, debitOf, Math.abs(minor));
    put(minor > 0 ? 'credit' : 'debit', credit, creditOf, Math.abs(minor));
  }
  const lines = [...sides.debit.values(), ...sides.credit.values()];
  if (lines.length === 0) return null;
  const { on, ref: pieceRef, refOn: pieceOn = on, label, currency } = piece;
  return { journal, on, pieceRef, pieceOn, label, currency, lines };
}

/** Where a line's net amount is income: the account of what was sold, or deferred for hours that are still to be used. */
export type RevenueRole = Extract<AccountRole, 'services' | 'rooms' | 'goods' | 'adhesions' | 'deferred_revenue'>;

/**
 * A document issued. The customer owes (or, by a credit note, is owed) the total with its rounding. VAT waits until it is
 * paid, unless the seller has the option for debits or the line is of goods (CGI 269-2). `revenue` names the account of
 * each line, by its place. Reductions and supplements go to the account of the first line of their treatment. What was
 * paid before (`paidMinor`) was booked when it came, as an advance: it is set against the claim, and its VAT is due.
 */
export function postInvoice(
  invoice: Invoice,
  customer: Auxiliary,
  revenue: readonly RevenueRole[],
  chart: ChartOfAccounts = DEFAULT_ACCOUNTS,
): EntryDraft | null {
  const sign = invoice.kind === 'credit_note' ? -1 : 1;
  const claim = (credit: AccountRole, minor: number): Transfer => ({
    debit: 'customers',
    debitOf: customer,
    credit,
    minor: sign * minor,
  });
  const transfers = invoice.lines.map((line, index) => claim(revenue[index] ?? 'services', line.netMinor));
  for (const { kind, vatKind, netMinor } of invoice.allowances) {
    const index = invoice.lines.findIndex((line) => line.vatKind === vatKind);
    transfers.push(claim(revenue[index] ?? 'services', kind === 'charge' ? netMinor : -netMinor));
  }
  for (const { kind, waitingMinor, dueMinor } of vatDueAtIssue(invoice)) {
    transfers.push(claim('vat_waiting', waitingMinor), claim(vatAccountOf(kind), dueMinor));
  }
  const { roundingMinor, paidMinor } = invoice.totals;
  for (const { kind, minor } of vatDueWithPayment(invoice, 0, paidMinor)) {
    transfers.push({ debit: 'vat_waiting', credit: vatAccountOf(kind), minor: sign * minor });
  }
  transfers.push(roundingMinor < 0 ? claim('losses', roundingMinor) : claim('gains', roundingMinor));
  transfers.push({
    debit: 'advances',
    debitOf: customer,
    credit: 'customers',
    creditOf: customer,
    minor: sign * paidMinor,
  });
  const label = `${invoice.kind === 'credit_note' ? 'Avoir' : 'Facture'} ${customer.label}`;
  return entryOf(
    'VE',
    { on: invoice.issuedOn, ref: invoice.number, label, currency: invoice.currency, chart },
    transfers,
  );
}

interface IssuedVat {
  readonly kind: SaleVatKind;
  readonly vatMinor: number;
  /** For services without the option for debits: due when paid. */
  readonly waitingMinor: number;
  readonly dueMinor: number;
}

/** VAT of each taxed treatment, cut into what is due at issue and what waits for the payment. */
export function vatDueAtIssue(invoice: Invoice): IssuedVat[] {
  return invoice.vat
    .filter(({ vatMinor }) => vatMinor > 0)
    .map(({ vatKind, vatMinor }): IssuedVat => {
      const netOf = (nature: 'service' | 'goods') =>
        sumMinor(
          invoice.lines
            .filter((line) => line.vatKind === vatKind && line.nature === nature)
            .map(({ netMinor }) => netMinor),
        );
      const [waitingMinor, dueMinor] = invoice.seller.isVatOnDebits
        ? [0, vatMinor]
        : (allocateMinor(vatMinor, [netOf('service'), netOf('goods')]) as [number, number]);
      return { kind: vatKind, vatMinor, waitingMinor, dueMinor };
    });
}

/**
 * The VAT that becomes due with a payment of an invoice: of what waits, the share that is paid. Whatever the parts in
 * which it is paid, they add up to what waits. A refund (below zero) takes it back the same way.
 */
export function vatDueWithPayment(
  invoice: Invoice,
  paidBeforeMinor: number,
  paidMinor: number,
): readonly { readonly kind: SaleVatKind; readonly minor: number }[] {
  const whole = invoice.totals.dueMinor + invoice.totals.paidMinor;
  if (whole === 0) return [];
  const until = (paid: number, waiting: number) => mulDiv(waiting, Math.min(Math.max(paid, 0), whole), whole);
  return vatDueAtIssue(invoice).flatMap(({ kind, waitingMinor }) => {
    const minor = until(paidBeforeMinor + paidMinor, waitingMinor) - until(paidBeforeMinor, waitingMinor);
    return minor === 0 ? [] : [{ kind, minor }];
  });
}

/** Money that comes for an invoice, or goes back (below zero), and the VAT that is due with it. */
export function postPayment(
  payment: {
    readonly mean: PaymentMean;
    readonly amountMinor: number;
    readonly paidBeforeMinor: number;
    readonly customer: Auxiliary;
    readonly invoice: Invoice;
  },
  piece: Piece,
): EntryDraft | null {
  const { mean, amountMinor, customer, invoice, paidBeforeMinor } = payment;
  const vat = vatDueWithPayment(invoice, paidBeforeMinor + invoice.totals.paidMinor, amountMinor);
  return entryOf(MEAN_JOURNALS[mean], piece, [
    { debit: MEAN_ACCOUNTS[mean], credit: 'customers', creditOf: customer, minor: amountMinor },
    ...vat.map(({ kind, minor }): Transfer => ({ debit: 'vat_waiting', credit: vatAccountOf(kind), minor })),
  ]);
}

/** Money in advance of any invoice: it is the customer's until there is one. */
export function postAdvance(
  advance: { readonly mean: PaymentMean; readonly amountMinor: number; readonly customer: Auxiliary },
  piece: Piece,
): EntryDraft | null {
  const { mean, amountMinor, customer } = advance;
  return entryOf(MEAN_JOURNALS[mean], piece, [
    { debit: MEAN_ACCOUNTS[mean], credit: 'advances', creditOf: customer, minor: amountMinor },
  ]);
}

/** A sale at the till without an invoice: money against income and VAT, both due at once. */
export function postTakings(
  takings: {
    readonly payments: readonly { readonly mean: PaymentMean; readonly amountMinor: number }[];
    readonly sales: readonly {
      readonly revenue: RevenueRole;
      readonly vatKind: SaleVatKind;
      readonly netMinor: number;
      readonly vatMinor: number;
    }[];
  },
  piece: Piece,
): EntryDraft | null {
  const { payments, sales } = takings;
  const owed = sumMinor(sales.map(({ netMinor, vatMinor }) => netMinor + vatMinor));
  if (sumMinor(payments.map(({ amountMinor }) => amountMinor)) !== owed) {
    throw new RangeError(`payments are not what was sold: ${owed} in ${piece.ref}`);
  }
  // Through the customers' account and back: it is settled as soon as it is claimed.
  return entryOf('CA', piece, [
    ...sales.map(({ revenue, netMinor }): Transfer => ({ debit: 'customers', credit: revenue, minor: netMinor })),
    ...sales
      .filter(({ vatMinor }) => vatMinor !== 0)
      .map(
        ({ vatKind, vatMinor }): Transfer => ({ debit: 'customers', credit: vatAccountOf(vatKind), minor: vatMinor }),
      ),
    ...payments.map(
      ({ mean, amountMinor }): Transfer => ({ debit: MEAN_ACCOUNTS[mean], credit: 'customers', minor: amountMinor }),
    ),
  ]);
}

/** Hours of a pack used or expired: what was deferred is income now (`valueOfCredit` of the net price). Below zero: given back. */
export function postCreditUse(
  use: { readonly minor: number; readonly revenue: Exclude<RevenueRole, 'deferred_revenue'> },
  piece: Piece,
): EntryDraft | null {
  return entryOf('OD', piece, [{ debit: 'deferred_revenue', credit: use.revenue, minor: use.minor }]);
}

/** A security: taken; or settled, given back and kept (an indemnity, without VAT). */
export function postSecurity(
  security:
    | { readonly kind: 'taken'; readonly mean: PaymentMean; readonly minor: number; readonly customer: Auxiliary }
    | {
        readonly kind: 'settled';
        readonly mean: PaymentMean;
        readonly returnedMinor: number;
        readonly keptMinor: number;
        readonly customer: Auxiliary;
      },
  piece: Piece,
): EntryDraft | null {
  const { mean, customer } = security;
  const account = MEAN_ACCOUNTS[mean];
  return entryOf(
    MEAN_JOURNALS[mean],
    piece,
    security.kind === 'taken'
      ? [{ debit: account, credit: 'security_deposits', creditOf: customer, minor: security.minor }]
      : [
          { debit: 'security_deposits', debitOf: customer, credit: account, minor: security.returnedMinor },
          { debit: 'security_deposits', debitOf: customer, credit: 'gains', minor: security.keptMinor },
        ],
  );
}

/** What the provider keeps of a payment. */
export function postProviderFee(minor: number, piece: Piece): EntryDraft | null {
  return entryOf('PR', piece, [{ debit: 'provider_fees', credit: 'provider', minor }]);
}

/** Money that moves to the bank from where it waits: a payout of the provider, cheques, vouchers or cash paid in. */
export function postToBank(
  from: Extract<AccountRole, 'provider' | 'cheques' | 'cards' | 'vouchers' | 'cash' | 'treasury'>,
  minor: number,
  piece: Piece,
): EntryDraft | null {
  return entryOf('BQ', piece, [{ debit: 'bank', credit: from, minor }]);
}

/** A claim given up. The VAT on it that was due already can be claimed back (CGI 272); what still waits is undone. */
export function postWriteOff(
  loss: {
    readonly customer: Auxiliary;
    readonly openMinor: number;
    readonly vat: readonly { readonly kind: SaleVatKind; readonly waitingMinor: number; readonly dueMinor: number }[];
  },
  piece: Piece,
): EntryDraft | null {
  const give = (debit: AccountRole, minor: number): Transfer => ({
    debit,
    credit: 'customers',
    creditOf: loss.customer,
    minor,
  });
  const vat = loss.vat.flatMap(({ kind, waitingMinor, dueMinor }) => [
    give('vat_waiting', waitingMinor),
    give(vatAccountOf(kind), dueMinor),
  ]);
  const vatMinor = sumMinor(vat.map(({ minor }) => minor));
  return entryOf('OD', piece, [give('bad_debts', loss.openMinor - vatMinor), ...vat]);
}

/** Cash counted above what should be there, or below (`closeCashDesk`). */
export function postCashDifference(differenceMinor: number, piece: Piece): EntryDraft | null {
  return entryOf('CA', piece, [
    differenceMinor >= 0
      ? { debit: 'cash', credit: 'gains', minor: differenceMinor }
      : { debit: 'losses', credit: 'cash', minor: -differenceMinor },
  ]);
}

/**
 * A settlement between two structures, in the books of one of them: what it is owed for the use of its places, and what
 * it owes for its members' use of the other's. Both stand as they are; the balance of the partner's account is the net.
 */
export function postSettlement(
  settlement: {
    readonly partner: Auxiliary;
    readonly earnedMinor: number;
    readonly owedMinor: number;
    readonly revenue: RevenueRole;
  },
  piece: Piece,
): EntryDraft | null {
  const { partner, earnedMinor, owedMinor, revenue } = settlement;
  return entryOf('OD', piece, [
    { debit: 'partners', debitOf: partner, credit: revenue, minor: earnedMinor },
    { debit: 'partner_use', credit: 'partners', creditOf: partner, minor: owedMinor },
  ]);
}

/** The shares of a pass that a structure sold for several: what belongs to others leaves its income for their accounts. */
export function postPassShares(
  shares: readonly { readonly partner: Auxiliary; readonly minor: number }[],
  revenue: RevenueRole,
  piece: Piece,
): EntryDraft | null {
  return entryOf(
    'OD',
    piece,
    shares.map(({ partner, minor }): Transfer => ({ debit: revenue, credit: 'partners', creditOf: partner, minor })),
  );
}

/** What a partner pays or is paid of its balance. Above zero: it pays. */
export function postPartnerPayment(
  payment: { readonly partner: Auxiliary; readonly minor: number },
  piece: Piece,
): EntryDraft | null {
  return entryOf('BQ', piece, [{ debit: 'bank', credit: 'partners', creditOf: payment.partner, minor: payment.minor }]);
}
