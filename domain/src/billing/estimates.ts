import type { LocalDate, Outcome } from '../time/types.ts';
import type { InvoiceDraft } from './types.ts';

/** A quote (devis): an offer until a day. It has a number of its own series and no place in the books. */
export interface Estimate {
  readonly number: string;
  readonly issuedOn: LocalDate;
  /** The last day on which it can be accepted. */
  readonly validOn: LocalDate;
  readonly acceptedOn: LocalDate | null;
  readonly refusedOn: LocalDate | null;
  readonly invoicedAs: string | null;
  readonly offer: InvoiceDraft;
}

export type EstimateRefusal = 'already_accepted' | 'already_refused' | 'expired' | 'before_issue';

/** Accepted on a day: until the last day of its validity, that day too. */
export function acceptEstimate(estimate: Estimate, on: LocalDate): Outcome<Estimate, EstimateRefusal> {
  if (estimate.acceptedOn !== null) return { ok: false, reason: 'already_accepted' };
  if (estimate.refusedOn !== null) return { ok: false, reason: 'already_refused' };
  if (on < estimate.issuedOn) return { ok: false, reason: 'before_issue' };
  if (on > estimate.validOn) return { ok: false, reason: 'expired' };
  return { ok: true, value: { ...estimate, acceptedOn: on } };
}

/**
 * The invoice of an accepted offer, at its prices, whatever the prices are by now. The offer's number stands on it as the
 * order that it answers. Refusals: `not_accepted`, `already_invoiced`.
 */
export function invoiceFromEstimate(
  estimate: Estimate,
  invoice: { readonly issuedOn: LocalDate; readonly dueOn: LocalDate; readonly suppliedOn: LocalDate | null },
): Outcome<InvoiceDraft, 'not_accepted' | 'already_invoiced'> {
  if (estimate.acceptedOn === null) return { ok: false, reason: 'not_accepted' };
  if (estimate.invoicedAs !== null) return { ok: false, reason: 'already_invoiced' };
  const { offer } = estimate;
  return {
    ok: true,
    value: {
      ...offer,
      kind: 'invoice',
      issuedOn: invoice.issuedOn,
      dueOn: invoice.dueOn,
      suppliedOn: invoice.suppliedOn ?? offer.suppliedOn,
      purchaseOrder: offer.purchaseOrder ?? estimate.number,
    },
  };
}
