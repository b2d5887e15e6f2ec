import type { Invoice } from '../billing/types.ts';
import { vatDueAtIssue, vatDueWithPayment } from '../ledger/postings.ts';
import { mulDiv, sumMinor } from '../money/money.ts';
import type { SaleVatKind } from '../pricing/vat.ts';
import { receiptVat } from '../till/closings.ts';
import type { JournalledRecord } from '../till/types.ts';
import type { LocalDate } from '../time/types.ts';

/** Categories of transactions with who is not taxable: taxed goods, taxed services, not taxed in France. */
export type ReportCategory = 'TLB1' | 'TPS1' | 'TNT1';

/** A day's total of one category, currency and rate (e-reporting of transactions). */
export interface DailyTotal {
  readonly on: LocalDate;
  readonly category: ReportCategory;
  readonly currency: string;
  readonly rateBp: number;
  readonly transactions: number;
  readonly netMinor: number;
  readonly vatMinor: number;
}

interface Sale {
  readonly on: LocalDate;
  readonly currency: string;
  readonly nature: 'service' | 'goods';
  readonly vatKind: SaleVatKind;
  readonly rateBp: number;
  readonly netMinor: number;
  readonly vatMinor: number;
  readonly documentId: string;
}

/**
 * Daily totals of what was sold to persons: the receipts of the till that no invoice stands behind, and the invoices that
 * are reported and not delivered (`routeOf`). Credit notes and refunds count below zero, on their own day. What is exempt
 * by 261 to 261 E is not reported; sales under the franchise are, without VAT. By day, category, currency and rate.
 */
export function dailyTotals(receipts: readonly JournalledRecord[], invoices: readonly Invoice[]): DailyTotal[] {
  const sales = [
    ...receipts.filter(({ record }) => record.invoiceNumber === null).flatMap(salesOfReceipt),
    ...invoices.flatMap(salesOfInvoice),
  ].filter(({ vatKind }) => isReported(vatKind));
  return [...Map.groupBy(sales, (sale) => [sale.on, categoryOf(sale), sale.currency, sale.rateBp].join(' '))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, of]) => {
      const [first] = of as [Sale];
      return {
        on: first.on,
        category: categoryOf(first),
        currency: first.currency,
        rateBp: first.rateBp,
        transactions: new Set(of.map(({ documentId }) => documentId)).size,
        netMinor: sumMinor(of.map(({ netMinor }) => netMinor)),
        vatMinor: sumMinor(of.map(({ vatMinor }) => vatMinor)),
      };
    });
}

function isReported(kind: SaleVatKind): boolean {
  return kind !== 'exempt_261_7_1a' && kind !== 'exempt_261_7_1b' && kind !== 'out_of_scope';
}

function categoryOf({ nature, rateBp }: Sale): ReportCategory {
  if (rateBp === 0) return 'TNT1';
  return nature === 'goods' ? 'TLB1' : 'TPS1';
}

/** The VAT of a receipt is of its sums by rate; between goods and services of one rate it is cut by their prices. */
function salesOfReceipt({ sequence, record }: JournalledRecord): Sale[] {
  return receiptVat(record).flatMap(({ vatKind, rateBp, totalMinor, vatMinor }) => {
    const lines = record.lines.filter((line) => line.vatKind === vatKind && line.rateBp === rateBp);
    const goods = sumMinor(lines.flatMap((line) => (line.nature === 'goods' ? [line.totalMinor] : [])));
    const goodsVat = totalMinor === 0 ? 0 : mulDiv(vatMinor, goods, Math.abs(totalMinor)) * Math.sign(totalMinor);
    const sale = (nature: Sale['nature'], total: number, vat: number): Sale => ({
      on: record.on,
      currency: record.currency,
      nature,
      vatKind,
      rateBp,
      netMinor: total - vat,
      vatMinor: vat + 0,
      documentId: `receipt ${sequence}`,
    });
    return [sale('goods', goods, goodsVat), sale('service', totalMinor - goods, vatMinor - goodsVat)].filter(
      ({ netMinor, vatMinor: vat }) => netMinor !== 0 || vat !== 0,
    );
  });
}

function salesOfInvoice(invoice: Invoice): Sale[] {
  const sign = invoice.kind === 'credit_note' ? -1 : 1;
  return invoice.vat.flatMap(({ vatKind, rateBp, netMinor, vatMinor }) => {
    const netOf = (nature: Sale['nature']) =>
      sumMinor(
        invoice.lines.filter((line) => line.vatKind === vatKind && line.nature === nature).map((line) => line.netMinor),
      );
    const whole = netOf('goods') + netOf('service');
    // Reductions and supplements go with what they are of, in proportion.
    const goodsOf = (minor: number) => (whole === 0 ? 0 : mulDiv(minor, netOf('goods'), whole));
    const sale = (nature: Sale['nature'], net: number, vat: number): Sale => ({
      on: invoice.issuedOn,
      currency: invoice.currency,
      nature,
      vatKind,
      rateBp,
      netMinor: sign * net + 0,
      vatMinor: sign * vat + 0,
      documentId: `invoice ${invoice.number}`,
    });
    const [goodsNet, goodsVat] = [goodsOf(netMinor), goodsOf(vatMinor)];
    return [sale('goods', goodsNet, goodsVat), sale('service', netMinor - goodsNet, vatMinor - goodsVat)].filter(
      (each) => each.netMinor !== 0 || each.vatMinor !== 0,
    );
  });
}

/** A day's total of what was paid for services whose VAT is due when paid (e-reporting of payments). */
export interface DailyPayment {
  readonly on: LocalDate;
  readonly currency: string;
  readonly rateBp: number;
  /** What was paid at that rate, VAT included. */
  readonly paidMinor: number;
}

/**
 * Daily totals of payments of invoices for services, by rate: the VAT that became due with each payment and the net
 * amount that goes with it. Nothing of sellers with the option for debits, nor of goods.
 */
export function dailyPayments(
  invoices: readonly Invoice[],
  payments: readonly { readonly invoiceNumber: string; readonly paidOn: LocalDate; readonly amountMinor: number }[],
): DailyPayment[] {
  const found: DailyPayment[] = [];
  for (const invoice of invoices) {
    const ofInvoice = payments
      .filter(({ invoiceNumber }) => invoiceNumber === invoice.number)
      .sort((a, b) => (a.paidOn < b.paidOn ? -1 : a.paidOn > b.paidOn ? 1 : 0));
    for (const { kind, vatMinor } of vatDueAtIssue(invoice).filter(({ waitingMinor }) => waitingMinor > 0)) {
      const breakdown = invoice.vat.find(({ vatKind }) => vatKind === kind) as Invoice['vat'][number];
      // VAT and net amount grow together, so that in whatever parts it is paid they add up to those of the invoice.
      const withNet = (vat: number) => vat + mulDiv(breakdown.netMinor, vat, vatMinor);
      const dueUntil = (paid: number) =>
        vatDueWithPayment(invoice, 0, paid).find((each) => each.kind === kind)?.minor ?? 0;
      let paid = invoice.totals.paidMinor;
      for (const { paidOn, amountMinor } of ofInvoice) {
        const paidMinor = withNet(dueUntil(paid + amountMinor)) - withNet(dueUntil(paid));
        paid += amountMinor;
        if (paidMinor !== 0)
          found.push({ on: paidOn, currency: invoice.currency, rateBp: breakdown.rateBp, paidMinor });
      }
    }
  }
  return [...Map.groupBy(found, ({ on, currency, rateBp }) => `${on} ${currency} ${rateBp}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, of]) => ({ ...(of[0] as DailyPayment), paidMinor: sumMinor(of.map(({ paidMinor }) => paidMinor)) }));
}

/** How often a structure reports, by the way it declares its VAT. */
export type ReportingRhythm = 'ten_days' | 'month' | 'two_months';

/** The period of reporting that a day lies in, both ends included. Ten days: to the 10th, the 20th, the end of the month. */
export function reportingPeriod(
  date: LocalDate,
  rhythm: ReportingRhythm,
): { readonly firstOn: LocalDate; readonly lastOn: LocalDate } {
  const day = Temporal.PlainDate.from(date);
  const endOf = (of: Temporal.PlainDate) => of.with({ day: of.daysInMonth });
  if (rhythm === 'ten_days') {
    const decade = Math.min(2, Math.floor((day.day - 1) / 10));
    const first = day.with({ day: decade * 10 + 1 });
    return { firstOn: first.toString(), lastOn: (decade === 2 ? endOf(day) : first.add({ days: 9 })).toString() };
  }
  const first = day.with({ day: 1, month: rhythm === 'month' ? day.month : day.month - ((day.month + 1) % 2) });
  return { firstOn: first.toString(), lastOn: endOf(rhythm === 'month' ? first : first.add({ months: 1 })).toString() };
}
