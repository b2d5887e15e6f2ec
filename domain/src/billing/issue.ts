import type { Outcome } from '../time/types.ts';
import { isFrenchVatId, isSiren, isSiret } from './identifiers.ts';
import { mayUseVatKind, mentionsFor } from './mentions.ts';
import type { Address, Invoice, InvoiceDraft, Party } from './types.ts';
import { computeTotals, EXEMPTIONS, type TotalsRefusal } from './vat-totals.ts';

/** What a document lacks, by the name of its field. */
export type MissingField =
  | 'seller_name'
  | 'seller_address'
  | 'seller_identifier'
  | 'seller_siren'
  | 'seller_vat_id'
  | 'buyer_name'
  | 'buyer_address'
  | 'buyer_siren'
  | 'buyer_siret'
  | 'supply_date'
  | 'line_name'
  | 'preceding_invoice'
  | 'due_date';

export type IssueRefusal =
  | TotalsRefusal
  | 'incomplete'
  | 'public_body_issues_titles'
  | 'vat_kind_not_of_regime'
  | 'paid_too_much';

/**
 * Makes an issued document of a draft and a number: nets, VAT, totals and mentions are computed once, and everything is
 * kept as it is on that day.
 *
 * Refusals: `public_body_issues_titles` (a public body outside VAT collects by its régie, with receipts and titles of
 * its accountable officer, not by invoices); `vat_kind_not_of_regime`; `incomplete` with the fields that the law wants; those of
 * `computeTotals`; `paid_too_much` (more than the total).
 */
export function issueInvoice(
  draft: InvoiceDraft,
  number: string,
): Outcome<Invoice, IssueRefusal, { readonly missing: readonly MissingField[] }> {
  const refuse = (reason: IssueRefusal, missing: readonly MissingField[] = []) =>
    ({ ok: false, reason, detail: { missing } }) as const;
  const { seller } = draft;
  if (seller.legalForm === 'public_body' && seller.regime === 'outside') return refuse('public_body_issues_titles');
  const kinds = [...draft.lines, ...draft.allowances].map(({ vatKind }) => vatKind);
  if (kinds.some((kind) => !mayUseVatKind(seller, kind))) return refuse('vat_kind_not_of_regime');
  const missing = missingFields(draft);
  if (missing.length > 0) return refuse('incomplete', missing);
  const suppliedOn = draft.suppliedOn ?? draft.period?.lastOn ?? draft.issuedOn;
  const computed = computeTotals({ ...draft, suppliedOn });
  if (!computed.ok) return refuse(computed.reason);
  if (computed.value.totals.dueMinor < 0) return refuse('paid_too_much');
  return { ok: true, value: { ...draft, number, ...computed.value, mentions: mentionsFor(draft) } };
}

/**
 * What the law wants on the document and the draft does not have. Sellers: CGI ann. II, 242 nonies A. Buyers: the SIREN
 * of a business in France (décret 2022-1299), the SIRET of a public body (Chorus Pro).
 */
export function missingFields(draft: InvoiceDraft): MissingField[] {
  const { seller, buyer, kind } = draft;
  const missing: MissingField[] = [];
  const need = (isThere: boolean, field: MissingField) => {
    if (!isThere) missing.push(field);
  };
  need(seller.name.trim() !== '', 'seller_name');
  need(isWhole(seller.address), 'seller_address');
  need(seller.siren !== null || seller.registration !== null, 'seller_identifier');
  need(seller.legalForm === 'association' || (seller.siren !== null && isSiren(seller.siren)), 'seller_siren');
  need(!isTaxed(draft) || (seller.vatId !== null && isVatId(seller)), 'seller_vat_id');
  need(buyer.name.trim() !== '', 'buyer_name');
  need(isWhole(buyer.address), 'buyer_address');
  const isFrench = buyer.address.country === 'FR';
  need(buyer.kind !== 'business' || !isFrench || (buyer.siren !== null && isSiren(buyer.siren)), 'buyer_siren');
  need(buyer.kind !== 'public_body' || !isFrench || (buyer.siret !== null && isSiret(buyer.siret)), 'buyer_siret');
  need(draft.suppliedOn !== null || draft.period !== null || kind === 'advance_invoice', 'supply_date');
  need(
    draft.lines.every(({ name }) => name.trim() !== ''),
    'line_name',
  );
  need(kind !== 'credit_note' || draft.preceding.length > 0, 'preceding_invoice');
  need(kind === 'credit_note' || draft.dueOn >= draft.issuedOn, 'due_date');
  return missing;
}

function isTaxed(draft: InvoiceDraft): boolean {
  return [...draft.lines, ...draft.allowances].some(({ vatKind }) => EXEMPTIONS[vatKind].category === 'S');
}

function isVatId({ vatId, address }: Party): boolean {
  return vatId !== null && (address.country !== 'FR' || isFrenchVatId(vatId));
}

function isWhole({ lines, postalCode, city, country }: Address): boolean {
  return lines.some((line) => line.trim() !== '') && postalCode !== '' && city !== '' && /^[A-Z]{2}$/.test(country);
}
