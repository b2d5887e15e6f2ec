import type { SaleVatKind } from '../pricing/vat.ts';
import type { Instant, LocalDate } from '../time/types.ts';

/** How money comes. `payfip` and `regie` words are of public bodies; `card_online` and `sepa_debit` of a payment provider. */
export const PAYMENT_MEANS = [
  'cash',
  'cheque',
  'transfer',
  'card_terminal',
  'card_online',
  'sepa_debit',
  'holiday_voucher',
  'payfip',
] as const;

export type PaymentMean = (typeof PAYMENT_MEANS)[number];

/** What was sold, line by line (BOI-TVA-DECLA-30-10-30, 50). Amounts below zero on a refund or a correction. */
export interface TillLine {
  readonly label: string;
  readonly quantityHundredths: number;
  readonly unitPriceMinor: number;
  /** VAT included. */
  readonly totalMinor: number;
  readonly vatKind: SaleVatKind;
  readonly rateBp: number;
  readonly nature: 'service' | 'goods';
}

/** `correction`: undoes or amends an earlier record by plus and minus; nothing is ever changed. */
export type TillRecordKind = 'takings' | 'refund' | 'correction';

/** An entry of the payment journal: the body of a link of the chain `payments`. */
export interface TillRecord {
  readonly kind: TillRecordKind;
  readonly receiptNumber: string;
  readonly at: Instant;
  /** The local business day that it counts for. */
  readonly on: LocalDate;
  readonly tillId: string;
  /** The invoice that it pays, if there is one. */
  readonly invoiceNumber: string | null;
  /** Of a correction: the place in the chain of what it corrects. */
  readonly corrects: number | null;
  readonly currency: string;
  readonly lines: readonly TillLine[];
  readonly payments: readonly { readonly mean: PaymentMean; readonly amountMinor: number }[];
  readonly totalMinor: number;
}

/** A record in its place in the chain. */
export interface JournalledRecord {
  readonly sequence: number;
  readonly hash: string;
  readonly record: TillRecord;
}

export interface MeanTotal {
  readonly mean: PaymentMean;
  readonly amountMinor: number;
}

export interface VatTotal {
  readonly vatKind: SaleVatKind;
  readonly rateBp: number;
  readonly totalMinor: number;
  readonly netMinor: number;
  readonly vatMinor: number;
}

export type ClosingPeriod = 'day' | 'month' | 'year';

/** The cumulative data of a closed period (BOI-TVA-DECLA-30-10-30, 170): the body of a link of the chain `closings`. */
export interface Closing {
  readonly period: ClosingPeriod;
  readonly firstOn: LocalDate;
  readonly lastOn: LocalDate;
  readonly closedAt: Instant;
  readonly currency: string;
  /** Places in the payment journal, both included; `lastSequence` is `firstSequence - 1` when there was nothing. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly records: number;
  /** Sums of the records above and below zero, and both. */
  readonly takingsMinor: number;
  readonly refundsMinor: number;
  readonly totalMinor: number;
  readonly byMean: readonly MeanTotal[];
  readonly byVat: readonly VatTotal[];
  /** Grand totals since the journal began, never reset: of all records, and of the takings alone. */
  readonly perpetualMinor: number;
  readonly perpetualTakingsMinor: number;
  /** Hash of the last record of the journal that is closed; null when there is none yet. */
  readonly journalHash: string | null;
}
