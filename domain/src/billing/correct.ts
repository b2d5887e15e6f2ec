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
  const lines: InvoiceDraft['lines'][number][] = [];
  for (const { position, totalMinor } of credit.lines) {
    const line = invoice.lines[position - 1];
    if (line === undefined) return { ok: false, reason: 'no_such_line' };
    const minor = totalMinor ?? line.totalMinor;
    const isPart = minor < line.totalMinor;
    const quantityHundredths = isPart
      ? Math.max(1, mulDiv(line.quantityHundredths, minor, line.totalMinor))
      : line.quantityHundredths;
    lines.push({ ...line, totalMinor: minor, quantityHundredths });
  }
  const priceOf = ({ lines: all, allowances }: Pick<InvoiceDraft, 'lines' | 'allowances'>) =>
    sumMinor([
      ...all.map((line) => line.totalMinor),
      ...allowances.map((each) => (each.kind === 'charge' ? each.totalMinor : -each.totalMinor)),
    ]);
  const credited = sumMinor(of.map(priceOf));
  const byLine = credit.lines.every(({ position, totalMinor }) => {
    const line = invoice.lines[position - 1];
    return line !== undefined && (totalMinor ?? line.totalMinor) <= line.totalMinor;
  });
  const positions = credit.lines.map(({ position }) => position);
  if (!byLine || new Set(positions).size < positions.length) return { ok: false, reason: 'more_than_invoiced' };
  if (credited + sumMinor(lines.map((line) => line.totalMinor)) > priceOf(invoice)) {
    return { ok: false, reason: 'more_than_invoiced' };
  }
  return { ok: true, value: { ...common, lines, allowances: [] } };
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
