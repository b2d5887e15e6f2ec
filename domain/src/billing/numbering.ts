import type { LocalDate, Outcome } from '../time/types.ts';
import type { InvoiceKind } from './types.ts';

/**
 * A series of numbers without a gap: one for each structure, kind of document and year. `ANN-F-2026-000123`: the
 * structure's code, the kind's letter, the year of issue, six digits. CGI ann. II, 242 nonies A, I-7°: unique, in
 * chronological order, an uninterrupted sequence; several series where the activity wants them.
 */
export interface NumberSeries {
  /** Two to eight capital letters or digits. */
  readonly structureCode: string;
  readonly kind: NumberedKind;
}

export type NumberedKind = InvoiceKind | 'estimate' | 'receipt' | 'settlement';

const LETTERS: Readonly<Record<NumberedKind, string>> = {
  invoice: 'F',
  // One series with the invoices that they stand among.
  advance_invoice: 'F',
  credit_note: 'A',
  estimate: 'D',
  receipt: 'Q',
  settlement: 'R',
};

/** The last number given in a series. */
export interface LastNumber {
  readonly year: number;
  readonly sequence: number;
  readonly issuedOn: LocalDate;
}

/**
 * What two kinds of document that are numbered together have in common (`ANN-F`): the row that the database locks, with
 * the year.
 */
export function seriesKey({ structureCode, kind }: NumberSeries): string {
  return `${structureCode}-${LETTERS[kind]}`;
}

const LAST_SEQUENCE = 999_999;

/**
 * The number of the next document. The first of a year is 1. Refusals: `before_last` (documents are numbered in the
 * order of their dates; an earlier date would put them out of order), `series_full`.
 *
 * That no two transactions take one number, and that a number taken is used, is the database's work: the row of the
 * series is locked by the transaction that writes the document.
 */
export function nextNumber(
  series: NumberSeries,
  last: LastNumber | null,
  issuedOn: LocalDate,
): Outcome<LastNumber & { readonly number: string }, 'before_last' | 'series_full'> {
  if (last !== null && issuedOn < last.issuedOn) return { ok: false, reason: 'before_last' };
  const year = Number(issuedOn.slice(0, 4));
  const sequence = last !== null && last.year === year ? last.sequence + 1 : 1;
  if (sequence > LAST_SEQUENCE) return { ok: false, reason: 'series_full' };
  return { ok: true, value: { year, sequence, issuedOn, number: formatNumber(series, year, sequence) } };
}

/** @throws RangeError for a code that does not fit or a sequence outside 1 to 999,999. */
export function formatNumber({ structureCode, kind }: NumberSeries, year: number, sequence: number): string {
  if (!/^[A-Z0-9]{2,8}$/.test(structureCode)) throw new RangeError(`not a structure's code: ${structureCode}`);
  if (!Number.isInteger(sequence) || sequence < 1 || sequence > LAST_SEQUENCE) {
    throw new RangeError(`not a place in a series: ${sequence}`);
  }
  return `${structureCode}-${LETTERS[kind]}-${year}-${String(sequence).padStart(6, '0')}`;
}

/** Null for what is no number of ours. */
export function parseNumber(number: string): {
  readonly structureCode: string;
  readonly letter: string;
  readonly year: number;
  readonly sequence: number;
} | null {
  const parts = /^([A-Z0-9]{2,8})-([FADQR])-(\d{4})-(\d{6})$/.exec(number);
  if (parts === null || parts[4] === '000000') return null;
  const [, structureCode, letter, year, sequence] = parts as unknown as [string, string, string, string, string];
  return { structureCode, letter, year: Number(year), sequence: Number(sequence) };
}

export type SequenceProblem =
  | { readonly kind: 'not_a_number'; readonly number: string }
  | { readonly kind: 'missing'; readonly after: string; readonly count: number }
  | { readonly kind: 'twice'; readonly number: string }
  | { readonly kind: 'out_of_order'; readonly number: string };

/** What is wrong with the documents of a structure: numbers missing or given twice, dates against the order of the numbers. */
export function checkSequence(
  documents: readonly { readonly number: string; readonly issuedOn: LocalDate }[],
): SequenceProblem[] {
  const problems: SequenceProblem[] = [];
  const parsed = documents.flatMap((document) => {
    const place = parseNumber(document.number);
    if (place === null) problems.push({ kind: 'not_a_number', number: document.number });
    return place === null ? [] : [{ ...document, ...place }];
  });
  const seriesOf = Map.groupBy(parsed, ({ structureCode, letter, year }) => `${structureCode}-${letter}-${year}`);
  for (const [name, of] of seriesOf) {
    of.sort((a, b) => a.sequence - b.sequence);
    let previous: { number: string; sequence: number; issuedOn: LocalDate } = {
      number: name,
      sequence: 0,
      issuedOn: '',
    };
    for (const document of of) {
      const { number, sequence, issuedOn } = document;
      if (sequence === previous.sequence) problems.push({ kind: 'twice', number });
      if (sequence > previous.sequence + 1) {
        problems.push({ kind: 'missing', after: previous.number, count: sequence - previous.sequence - 1 });
      }
      if (issuedOn < previous.issuedOn) problems.push({ kind: 'out_of_order', number });
      previous = document;
    }
  }
  return problems;
}
