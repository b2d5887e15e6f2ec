import type { DateSpan } from '../plans/types.ts';
import type { SaleVatKind } from '../pricing/vat.ts';
import type { LocalDate } from '../time/types.ts';

export type LegalForm = 'association' | 'public_body' | 'company';

/**
 * How a structure stands to VAT, as its treasurer declares it. `mixed`: taxable and exempt activities side by side.
 * `franchise_293b` charges none at all; `non_profit` is outside for its services to members (261-7-1°); `outside` for a
 * public service (256 B).
 */
export type VatRegime = 'taxable' | 'franchise_293b' | 'non_profit' | 'mixed' | 'outside';

export interface Address {
  /** Street, building, hamlet: one to three lines. */
  readonly lines: readonly string[];
  readonly postalCode: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** Where a platform delivers an electronic document: a scheme of the EAS list (0225: French directory, 0002: SIREN…) and an id. */
export interface ElectronicAddress {
  readonly scheme: string;
  readonly id: string;
}

export interface Party {
  readonly name: string;
  /** Nine digits. */
  readonly siren: string | null;
  /** Fourteen digits, beginning with the SIREN. */
  readonly siret: string | null;
  readonly vatId: string | null;
  readonly address: Address;
  readonly electronicAddress: ElectronicAddress | null;
  readonly email: string | null;
}

export interface Seller extends Party {
  readonly legalForm: LegalForm;
  readonly regime: VatRegime;
  /** As it stands on paper: `SCIC SARL au capital de 12 000 €`, `association loi 1901`, `commune`. */
  readonly legalFormText: string;
  /** `RCS Digne 123 456 789`, `RNA W041234567`; null where there is none. */
  readonly registration: string | null;
  /** VAT is due when invoiced, not when paid (option, CGI 269-2-c). */
  readonly isVatOnDebits: boolean;
  readonly iban: string | null;
  readonly bic: string | null;
}

export interface Buyer extends Party {
  /** A business or public body is owed terms of payment and penalties on its invoice; a private person is not. */
  readonly kind: 'person' | 'business' | 'public_body' | 'association';
}

/** UN/ECE Rec 20: hour, day, month, year, piece. */
export type UnitCode = 'HUR' | 'DAY' | 'MON' | 'ANN' | 'C62';

/** A line as it was sold. Its price includes VAT or not, as `InvoiceDraft.pricesIncludeVat` says for all. */
export interface DraftLine {
  readonly name: string;
  readonly description: string | null;
  /** Hundredths of the unit; above zero. */
  readonly quantityHundredths: number;
  readonly unitCode: UnitCode;
  /** Of the whole line, from zero. */
  readonly totalMinor: number;
  readonly vatKind: SaleVatKind;
  readonly nature: 'service' | 'goods';
  readonly period: DateSpan | null;
}

/** A reduction or a supplement on the document as a whole; above zero both. */
export interface DraftAllowance {
  readonly kind: 'allowance' | 'charge';
  readonly reason: string;
  readonly totalMinor: number;
  readonly vatKind: SaleVatKind;
}

/** UNTDID 1001: 380, 381, 386. A credit note's amounts are above zero and count the other way. */
export type InvoiceKind = 'invoice' | 'credit_note' | 'advance_invoice';

export interface PrecedingInvoice {
  readonly number: string;
  readonly issuedOn: LocalDate;
}

export interface InvoiceDraft {
  readonly kind: InvoiceKind;
  readonly seller: Seller;
  readonly buyer: Buyer;
  readonly issuedOn: LocalDate;
  /** The day of the supply, or null where `period` says it. */
  readonly suppliedOn: LocalDate | null;
  readonly period: DateSpan | null;
  readonly dueOn: LocalDate;
  readonly currency: string;
  readonly pricesIncludeVat: boolean;
  readonly lines: readonly DraftLine[];
  readonly allowances: readonly DraftAllowance[];
  /** Already paid when it is issued. */
  readonly paidMinor: number;
  /** Of a credit note: what it corrects. Of a final invoice: the advance invoices before it. */
  readonly preceding: readonly PrecedingInvoice[];
  /** Number of the buyer's order, of the contract, and for public bodies the service code (Chorus Pro). */
  readonly purchaseOrder: string | null;
  readonly contract: string | null;
  readonly buyerReference: string | null;
  readonly deliveryAddress: Address | null;
  readonly note: string | null;
}

/** EN 16931, UNTDID 5305: standard rate (any above zero), exempt, not subject to VAT. */
export type VatCategory = 'S' | 'E' | 'O';

export interface InvoiceLine extends DraftLine {
  /** From 1. */
  readonly position: number;
  /** Without VAT; the lines of one treatment add up to what it is taken from. */
  readonly netMinor: number;
  readonly category: VatCategory;
  readonly rateBp: number;
}

export interface InvoiceAllowance extends DraftAllowance {
  readonly netMinor: number;
  readonly category: VatCategory;
  readonly rateBp: number;
}

/** One treatment of VAT, which is one rate of one category: BG-23. */
export interface VatBreakdown {
  readonly vatKind: SaleVatKind;
  readonly category: VatCategory;
  readonly rateBp: number;
  readonly netMinor: number;
  readonly vatMinor: number;
  /** Of an exemption: its code of the VATEX list and its sentence. */
  readonly exemptionCode: string | null;
  readonly exemptionReason: string | null;
}

/** BG-22. `gross` is `net + vat`; `due` is `gross - paid + rounding`. */
export interface InvoiceTotals {
  readonly linesMinor: number;
  readonly allowancesMinor: number;
  readonly chargesMinor: number;
  readonly netMinor: number;
  readonly vatMinor: number;
  readonly grossMinor: number;
  readonly paidMinor: number;
  readonly roundingMinor: number;
  readonly dueMinor: number;
}

export interface Mention {
  readonly code: string;
  readonly text: string;
}

/** An issued document: a snapshot of everything on it. It is never changed; a credit note corrects it. */
export interface Invoice extends Omit<InvoiceDraft, 'lines' | 'allowances'> {
  readonly number: string;
  readonly lines: readonly InvoiceLine[];
  readonly allowances: readonly InvoiceAllowance[];
  readonly vat: readonly VatBreakdown[];
  readonly totals: InvoiceTotals;
  readonly mentions: readonly Mention[];
}
