import type { LocalDate, Outcome } from '../time/types.ts';
import type { VatKind } from './types.ts';

/**
 * Every VAT treatment that a product may be given. A person of the structure chooses it; nothing deduces it. The reduced
 * rates are for what a place sells beside its rooms (meals, books).
 */
export type SaleVatKind = VatKind | 'reduced_10' | 'reduced_5_5' | 'super_reduced_2_1';

/** A fact of law: in force from a local date to another (excluded), where it was read, and on which day; null: not read again. */
export interface DatedFact {
  readonly from: LocalDate;
  readonly until: LocalDate | null;
  readonly source: string;
  readonly checkedOn: LocalDate | null;
}

export interface VatRate extends DatedFact {
  readonly kind: SaleVatKind;
  /** Basis points. */
  readonly rateBp: number;
}

/** Metropolitan France. What is not in the list on a date cannot be sold with that treatment. */
export const FRENCH_VAT_RATES: readonly VatRate[] = [
  {
    kind: 'standard_20',
    rateBp: 2_000,
    from: '2014-01-01',
    until: null,
    source: 'CGI art. 278',
    checkedOn: '2026-11-24',
  },
  {
    kind: 'reduced_10',
    rateBp: 1_000,
    from: '2014-01-01',
    until: null,
    source: 'CGI art. 278 bis, 279',
    checkedOn: null,
  },
  { kind: 'reduced_5_5', rateBp: 550, from: '2014-01-01', until: null, source: 'CGI art. 278-0 bis', checkedOn: null },
  {
    kind: 'super_reduced_2_1',
    rateBp: 210,
    from: '2014-01-01',
    until: null,
    source: 'CGI art. 281 quater s.',
    checkedOn: null,
  },
  {
    kind: 'exempt_293b',
    rateBp: 0,
    from: '2014-01-01',
    until: null,
    source: 'CGI art. 293 B',
    checkedOn: '2026-11-24',
  },
  {
    kind: 'exempt_261_7_1a',
    rateBp: 0,
    from: '2014-01-01',
    until: null,
    source: 'CGI art. 261-7-1° a',
    checkedOn: '2026-11-24',
  },
  {
    kind: 'exempt_261_7_1b',
    rateBp: 0,
    from: '2014-01-01',
    until: null,
    source: 'CGI art. 261-7-1° b',
    checkedOn: '2026-11-24',
  },
  {
    kind: 'out_of_scope',
    rateBp: 0,
    from: '2014-01-01',
    until: null,
    source: 'CGI art. 256, 256 B',
    checkedOn: null,
  },
];

/** The rate of a treatment on the local day of the supply. Refused with `not_in_force`. */
export function vatRateOn(
  kind: SaleVatKind,
  date: LocalDate,
  rates: readonly VatRate[] = FRENCH_VAT_RATES,
): Outcome<VatRate, 'not_in_force'> {
  const rate = rates.find((each) => each.kind === kind && isInForce(each, date));
  return rate === undefined ? { ok: false, reason: 'not_in_force' } : { ok: true, value: rate };
}

export function isInForce({ from, until }: Pick<DatedFact, 'from' | 'until'>, date: LocalDate): boolean {
  return from <= date && (until === null || date < until);
}

export type ThresholdCode =
  /** Turnover of the year before up to which 293 B holds, and of the running year beyond which it ends at once. */
  | 'franchise_services'
  | 'franchise_services_running_year'
  | 'franchise_goods'
  | 'franchise_goods_running_year'
  /** Income of an association from accessory commercial activity, up to which it stays outside commercial taxes. */
  | 'association_accessory_income'
  /** A note is due to a private person from this price on. */
  | 'note_to_private_person'
  /** Lump sum for the costs of recovery, owed by a business that pays late. */
  | 'recovery_indemnity'
  /** The most that a private person may pay in cash: to a business, and to a public accountant. */
  | 'cash'
  | 'public_cash'
  /** Yearly income from which a public body must offer payment online. */
  | 'public_online_payment';

export interface Threshold extends DatedFact {
  readonly code: ThresholdCode;
  readonly minor: number;
}

/** Amounts in euro cents that the law names. They warn and inform; no tax treatment follows from them. */
export const FRENCH_THRESHOLDS: readonly Threshold[] = [
  {
    code: 'franchise_services',
    minor: 3_750_000,
    from: '2025-01-01',
    until: null,
    source: 'CGI art. 293 B, loi 2025-1044',
    checkedOn: '2026-11-24',
  },
  {
    code: 'franchise_services_running_year',
    minor: 4_125_000,
    from: '2025-01-01',
    until: null,
    source: 'CGI art. 293 B, loi 2025-1044',
    checkedOn: '2026-11-24',
  },
  {
    code: 'franchise_goods',
    minor: 8_500_000,
    from: '2025-01-01',
    until: null,
    source: 'CGI art. 293 B, loi 2025-1044',
    checkedOn: '2026-11-24',
  },
  {
    code: 'franchise_goods_running_year',
    minor: 9_350_000,
    from: '2025-01-01',
    until: null,
    source: 'CGI art. 293 B, loi 2025-1044',
    checkedOn: '2026-11-24',
  },
  {
    code: 'association_accessory_income',
    minor: 8_001_100,
    from: '2026-01-01',
    until: null,
    source: 'CGI art. 261-7-1° b; sources disagree on what follows for e-invoicing',
    checkedOn: null,
  },
  {
    code: 'note_to_private_person',
    minor: 2_500,
    from: '2010-01-01',
    until: null,
    source: 'arrêté 83-50/A of 3 October 1983',
    checkedOn: '2026-11-24',
  },
  {
    code: 'recovery_indemnity',
    minor: 4_000,
    from: '2013-01-01',
    until: null,
    source: 'Code de commerce, art. D441-5',
    checkedOn: '2026-11-24',
  },
  {
    code: 'public_online_payment',
    minor: 500_000,
    from: '2022-01-01',
    until: null,
    source: 'CGCT, art. L1611-5-1',
    checkedOn: '2026-11-24',
  },
  {
    code: 'cash',
    minor: 100_000,
    from: '2015-09-01',
    until: null,
    source: 'Code monétaire et financier, art. L112-6, D112-3',
    checkedOn: null,
  },
  { code: 'public_cash', minor: 30_000, from: '2014-01-01', until: null, source: 'CGI art. 1680', checkedOn: null },
];

export type FranchiseState = 'within' | 'ends_next_year' | 'ended_by_last_year' | 'ends_now';

/**
 * How turnover stands to the thresholds of the franchise (CGI 293 B), for a warning: `within`; beyond the ordinary
 * threshold in the running year (it ends with the year); beyond it last year (it has ended); beyond the upper one in the
 * running year (it ends with that sale). Amounts are of the structure's own books; the regime changes only when a person says so.
 */
export function franchiseState(
  turnover: { readonly lastYearMinor: number; readonly thisYearMinor: number; readonly nature: 'service' | 'goods' },
  on: LocalDate,
  thresholds: readonly Threshold[] = FRENCH_THRESHOLDS,
): FranchiseState {
  const prefix = turnover.nature === 'goods' ? 'franchise_goods' : 'franchise_services';
  const ordinary = thresholdOn(prefix, on, thresholds)?.minor ?? Number.POSITIVE_INFINITY;
  const upper = thresholdOn(`${prefix}_running_year`, on, thresholds)?.minor ?? Number.POSITIVE_INFINITY;
  if (turnover.thisYearMinor > upper) return 'ends_now';
  if (turnover.lastYearMinor > ordinary) return 'ended_by_last_year';
  return turnover.thisYearMinor > ordinary ? 'ends_next_year' : 'within';
}

/** Whether a private person is to be given a note of a service of that price, VAT included. */
export function isNoteDue(totalMinor: number, on: LocalDate): boolean {
  const threshold = thresholdOn('note_to_private_person', on);
  return threshold !== null && totalMinor >= threshold.minor;
}

/** Null where the law of that day names none. */
export function thresholdOn(
  code: ThresholdCode,
  date: LocalDate,
  thresholds: readonly Threshold[] = FRENCH_THRESHOLDS,
): Threshold | null {
  return thresholds.find((each) => each.code === code && isInForce(each, date)) ?? null;
}
