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
  const found: VatSummaryRow[] = [];
  for (const invoice of invoices) {
    const sign = invoice.kind === 'credit_note' ? -1 : 1;
    const taxed = vatDueAtIssue(invoice);
    const of = (kind: SaleVatKind) => [...invoice.lines, ...invoice.allowances].find((each) => each.vatKind === kind);
    for (const { kind, vatMinor, dueMinor } of taxed) {
      const breakdown = invoice.vat.find(
        (each) => each.rateBp === of(kind)?.rateBp && each.category === of(kind)?.category,
      );
      if (breakdown === undefined) continue;
      const netUntil = (vat: number) => mulDiv(breakdown.netMinor, vat, vatMinor);
      const add = (before: number, after: number) => {
        if (before === after) return;
        found.push({
          vatKind: kind,
          rateBp: breakdown.rateBp,
          vatMinor: sign * (after - before),
          netMinor: sign * (netUntil(after) - netUntil(before)),
        });
      };
      if (isIn(invoice.issuedOn)) add(0, dueMinor);
      // Money before the issue is due when the document is issued, at the latest.
      let paid = 0;
      let due = dueMinor;
      const ofInvoice = payments
        .filter(({ invoiceNumber }) => invoiceNumber === invoice.number)
        .sort((a, b) => (a.paidOn < b.paidOn ? -1 : a.paidOn > b.paidOn ? 1 : 0));
      const moves = [{ paidOn: invoice.issuedOn, amountMinor: invoice.totals.paidMinor }, ...ofInvoice];
      for (const { paidOn, amountMinor } of moves) {
        const more = vatDueWithPayment(invoice, paid, amountMinor).find((each) => each.kind === kind)?.minor ?? 0;
        if (isIn(paidOn)) add(due, due + more);
        due += more;
        paid += amountMinor;
      }
    }
    if (!isIn(invoice.issuedOn)) continue;
    for (const breakdown of invoice.vat) {
      const untaxed = [...invoice.lines, ...invoice.allowances].find(
        (each) => each.category === breakdown.category && each.rateBp === breakdown.rateBp,
      );
      if (untaxed === undefined || breakdown.vatMinor !== 0) continue;
      found.push({
        vatKind: untaxed.vatKind,
        rateBp: breakdown.rateBp,
        netMinor: sign * breakdown.netMinor,
        vatMinor: 0,
      });
    }
  }
  return [...Map.groupBy(found, ({ vatKind, rateBp }) => `${vatKind} ${rateBp}`).values()]
    .map((of) => {
      const [{ vatKind, rateBp }] = of as [VatSummaryRow];
      return {
        vatKind,
        rateBp,
        netMinor: sumMinor(of.map((row) => row.netMinor)),
        vatMinor: sumMinor(of.map((row) => row.vatMinor)),
      };
    })
    .sort((a, b) => b.rateBp - a.rateBp || (a.vatKind < b.vatKind ? -1 : 1));
}
