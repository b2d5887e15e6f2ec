import type { Window } from '../time/types.ts';

export interface Money {
  /** Integer minor units (cents). */
  readonly minor: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** French VAT regimes as an enumeration, never deduced. `rateBp` is in basis points (2000 = 20 %), 0 for exemptions. */
export type VatKind = 'standard_20' | 'exempt_293b' | 'exempt_261_7_1a' | 'exempt_261_7_1b' | 'out_of_scope';

/** Prices include VAT. A part of a unit is billed as said in `quoteBooking`. Null: not sold by this unit. */
export interface Tariff {
  readonly id: string;
  readonly currency: string;
  readonly hourMinor: number | null;
  readonly halfDayMinor: number | null;
  readonly dayMinor: number | null;
  readonly vatKind: VatKind;
  /** A half day is at most this many hours, a day more. */
  readonly halfDayHours: number;
}

export interface QuoteLine {
  readonly unit: 'hour' | 'half_day' | 'day' | 'free';
  /** In hundredths of the unit (150 = 1.5 h): no floating point in money. */
  readonly quantityHundredths: number;
  readonly unitPriceMinor: number;
  readonly totalMinor: number;
  readonly window: Window;
}

export interface Quote {
  readonly currency: string;
  readonly totalMinor: number;
  readonly vatKind: VatKind;
  readonly vatRateBp: number;
  /** VAT contained in the total. */
  readonly vatMinor: number;
  readonly lines: readonly QuoteLine[];
}
