import { mulDiv, sumMinor } from '../money/money.ts';
import type { LocalDate, Outcome } from '../time/types.ts';
import type { Invoice, InvoiceDraft } from './types.ts';

/** Of a line of the invoice: the whole, or a part of its price. */
export interface CreditedLine {
  readonly position: number;
  /** In the price as sold, with VAT where the invoice has prices with VAT. Null: all of the line. */
  readonly totalMinor: number | null;
}

/**
 * The draft of a credit note. `lines: null` takes back the whole invoice, reductions and supplements too: its totals are
 * the invoice's. The quantity of a part is in proportion to its price.
 *
 * Refusals: `not_an_invoice` (a credit note is not credited), `no_such_line`, `more_than_invoiced` (more of a line than its
 * price, a line twice, or with the credit notes before it more than the document's price after its reductions).
 */
export function creditNoteFor(
  invoice: Invoice,
  before: readonly Invoice[],
  credit: {
    readonly issuedOn: LocalDate;
    readonly lines: readonly CreditedLine[] | null;
    readonly note: string | null;
  },
): Outcome<InvoiceDraft, 'not_an_invoice' | 'no_such_line' | 'more_than_invoiced'> {
  if (invoice.kind === 'credit_note') return { ok: false, reason: 'not_an_invoice' };
  const of = before.filter(
    ({ kind, preceding }) => kind === 'credit_note' && preceding.some(({ number }) => number === invoice.number),
  );
  const common: Omit<InvoiceDraft, 'lines' | 'allowances'> = {
    ...bare(invoice),
    kind: 'credit_note',
    issuedOn: credit.issuedOn,
    dueOn: credit.issuedOn,
    paidMinor: 0,
    preceding: [{ number: invoice.number, issuedOn: invoice.issuedOn }],
    note: credit.note,
  };
  if (credit.lines === null) {
    if (of.length > 0) return { ok: false, reason: 'more_than_invoiced' };
    return { ok: true, value: { ...common, lines: invoice.lines, allowances: invoice.allowances } };
  }
  const asked = credit.lines.map(({ position, totalMinor }) => ({ line: invoice.lines[position - 1], totalMinor }));
  const lines: InvoiceDraft['lines'][number][] = [];
  for (const { line, totalMinor } of asked) {
    if (line === undefined) return { ok: false, reason: 'no_such_line' };
    lines.push(partOf(line, totalMinor ?? line.totalMinor));
  }
  const isWithinLines = asked.every(({ line, totalMinor }) => (totalMinor ?? 0) <= (line?.totalMinor ?? 0));
  const isEachOnce = new Set(asked.map(({ line }) => line)).size === asked.length;
  const creditedMinor = sumMinor([...of.map(priceOf), ...lines.map(({ totalMinor }) => totalMinor)]);
  if (!isWithinLines || !isEachOnce || creditedMinor > priceOf(invoice)) {
    return { ok: false, reason: 'more_than_invoiced' };
  }
  return { ok: true, value: { ...common, lines, allowances: [] } };
}

/** A part of a line's price, with its part of the quantity. */
function partOf(line: InvoiceDraft['lines'][number], totalMinor: number): InvoiceDraft['lines'][number] {
  if (totalMinor >= line.totalMinor) return { ...line, totalMinor };
  const quantityHundredths = Math.max(1, mulDiv(line.quantityHundredths, totalMinor, line.totalMinor));
  return { ...line, totalMinor, quantityHundredths };
}

/** What was asked for a document, as its prices are: lines, less reductions, plus supplements. */
function priceOf({ lines, allowances }: Pick<InvoiceDraft, 'lines' | 'allowances'>): number {
  return sumMinor([
    ...lines.map(({ totalMinor }) => totalMinor),
    ...allowances.map(({ kind, totalMinor }) => (kind === 'charge' ? totalMinor : -totalMinor)),
  ]);
}

/** The draft that an issued document was made of. */
function bare(invoice: Invoice): InvoiceDraft {
  const { number: _number, vat: _vat, totals: _totals, mentions: _mentions, ...draft } = invoice;
  return draft;
}

export type PaymentState = 'unpaid' | 'part_paid' | 'paid' | 'overpaid';

/**
 * How an invoice stands after payments (refunds below zero) and credit notes. What was paid at issue counts already. An
 * amount too much is shown, never hidden: it is given back or kept as an advance.
 */
export function paymentStateOf(
  invoice: Invoice,
  payments: readonly { readonly amountMinor: number }[],
  creditNotes: readonly Invoice[],
): { readonly state: PaymentState; readonly openMinor: number; readonly tooMuchMinor: number } {
  const credited = sumMinor(creditNotes.map(({ totals }) => totals.dueMinor));
  const paid = sumMinor(payments.map(({ amountMinor }) => amountMinor));
  const open = invoice.totals.dueMinor - credited - paid;
  const isTouched = paid > 0 || credited > 0 || invoice.totals.paidMinor > 0;
  const state = open < 0 ? 'overpaid' : open === 0 ? 'paid' : isTouched ? 'part_paid' : 'unpaid';
  return { state, openMinor: Math.max(0, open), tooMuchMinor: Math.max(0, -open) };
}
