import type { Invoice } from '../billing/types.ts';
import { mulDiv, sumMinor } from '../money/money.ts';
import type { DateSpan } from '../plans/types.ts';
import type { SaleVatKind } from '../pricing/vat.ts';
import type { LocalDate } from '../time/types.ts';
import { vatDueAtIssue, vatDueWithPayment } from './postings.ts';

/** A document in the order of its number, as accountants read a month of sales. */
export interface SalesJournalRow {
  readonly issuedOn: LocalDate;
  readonly number: string;
  readonly buyer: string;
  /** Credit notes below zero. */
  readonly netMinor: number;
  readonly vatMinor: number;
  readonly grossMinor: number;
}

export interface SalesJournal {
  readonly rows: readonly SalesJournalRow[];
  readonly netMinor: number;
  readonly vatMinor: number;
  readonly grossMinor: number;
}

/** The documents issued on some days, by number; totals are the sums of the rows. */
export function salesJournal(invoices: readonly Invoice[], span: DateSpan): SalesJournal {
  const rows = invoices
    .filter(({ issuedOn }) => span.firstOn <= issuedOn && issuedOn <= span.lastOn)
    .map(({ issuedOn, number, buyer, kind, totals }) => {
      const sign = kind === 'credit_note' ? -1 : 1;
      const { netMinor, vatMinor, grossMinor } = totals;
      return {
        issuedOn,
        number,
        buyer: buyer.name,
        netMinor: sign * netMinor,
        vatMinor: sign * vatMinor,
        grossMinor: sign * grossMinor,
      };
    })
    .sort((a, b) => (a.number < b.number ? -1 : 1));
  const sumOf = (field: 'netMinor' | 'vatMinor' | 'grossMinor') => sumMinor(rows.map((row) => row[field]));
  return { rows, netMinor: sumOf('netMinor'), vatMinor: sumOf('vatMinor'), grossMinor: sumOf('grossMinor') };
}

/** A payment of an invoice, or a refund below zero, on its day. */
export interface InvoicePayment {
  readonly invoiceNumber: string;
  readonly paidOn: LocalDate;
  readonly amountMinor: number;
}

export interface VatSummaryRow {
  readonly vatKind: SaleVatKind;
  readonly rateBp: number;
  /** Taxable amounts that became due in the period, and their VAT. */
  readonly netMinor: number;
  readonly vatMinor: number;
}

/**
 * VAT that became due in a period (CGI 269-2): of goods and with the option for debits when the document is issued, of
 * services when they are paid. Untaxed treatments are listed with what was invoiced. Payments are given whole, also those
 * before the period: the share of each is counted from the first on. The taxable amount goes with the VAT, in
 * proportion; over the whole life of an invoice both are those on it.
 */
export function vatSummary(
  invoices: readonly Invoice[],
  payments: readonly InvoicePayment[],
  span: DateSpan,
): VatSummaryRow[] {
  const isIn = (date: LocalDate) => span.firstOn <= date && date <= span.lastOn;
  const paymentsOf = Map.groupBy(payments, ({ invoiceNumber }) => invoiceNumber);
  const found: VatSummaryRow[] = [];
  for (const invoice of invoices) {
    const sign = invoice.kind === 'credit_note' ? -1 : 1;
    const dues = new Map(vatDueAtIssue(invoice).map((each) => [each.kind, each]));
    const moves = [
      // Money before the issue is due when the document is issued, at the latest.
      { paidOn: invoice.issuedOn, amountMinor: invoice.totals.paidMinor },
      ...(paymentsOf.get(invoice.number) ?? []).toSorted(byDay),
    ];
    for (const { vatKind, rateBp, netMinor, vatMinor } of invoice.vat) {
      const due = dues.get(vatKind);
      if (due === undefined) {
        if (isIn(invoice.issuedOn)) found.push({ vatKind, rateBp, netMinor: sign * netMinor, vatMinor: 0 });
        continue;
      }
      const netUntil = (vat: number) => mulDiv(netMinor, vat, vatMinor);
      const add = (on: LocalDate, before: number, after: number) => {
        if (before === after || !isIn(on)) return;
        const net = netUntil(after) - netUntil(before);
        found.push({ vatKind, rateBp, netMinor: sign * net, vatMinor: sign * (after - before) });
      };
      add(invoice.issuedOn, 0, due.dueMinor);
      let paid = 0;
      let before = due.dueMinor;
      for (const { paidOn, amountMinor } of moves) {
        const more = vatDueWithPayment(invoice, paid, amountMinor).find(({ kind }) => kind === vatKind)?.minor ?? 0;
        add(paidOn, before, before + more);
        before += more;
        paid += amountMinor;
      }
    }
  }
  return [...Map.groupBy(found, ({ vatKind, rateBp }) => `${vatKind} ${rateBp}`).values()]
    .map((of) => {
      const [{ vatKind, rateBp }] = of as [VatSummaryRow];
      const sumOf = (field: 'netMinor' | 'vatMinor') => sumMinor(of.map((row) => row[field]));
      return { vatKind, rateBp, netMinor: sumOf('netMinor'), vatMinor: sumOf('vatMinor') };
    })
    .sort((a, b) => b.rateBp - a.rateBp || (a.vatKind < b.vatKind ? -1 : 1));
}

function byDay(a: InvoicePayment, b: InvoicePayment): number {
  return a.paidOn < b.paidOn ? -1 : a.paidOn > b.paidOn ? 1 : 0;
}
