import { sumMinor } from '../money/money.ts';
import { vatContained } from '../pricing/quote.ts';
import { addDays } from '../time/local.ts';
import type { Instant, LocalDate, Outcome } from '../time/types.ts';
import type { Closing, ClosingPeriod, JournalledRecord, MeanTotal, TillRecord, VatTotal } from './types.ts';
import { PAYMENT_MEANS } from './types.ts';

export type TillRecordProblem =
  | 'lines_do_not_add_up'
  | 'payments_do_not_add_up'
  | 'wrong_sign'
  | 'corrects_nothing'
  | 'nothing';

/** What is wrong with a record before it is written: lines, payments and total are one amount, its sign is its kind's. */
export function checkTillRecord(record: TillRecord): TillRecordProblem[] {
  const problems: TillRecordProblem[] = [];
  const { kind, totalMinor, lines, payments } = record;
  if (lines.length === 0) problems.push('nothing');
  if (sumMinor(lines.map((line) => line.totalMinor)) !== totalMinor) problems.push('lines_do_not_add_up');
  if (sumMinor(payments.map(({ amountMinor }) => amountMinor)) !== totalMinor) problems.push('payments_do_not_add_up');
  if ((kind === 'takings' && totalMinor < 0) || (kind === 'refund' && totalMinor > 0)) problems.push('wrong_sign');
  if ((kind === 'correction') !== (record.corrects !== null)) problems.push('corrects_nothing');
  return problems;
}

/** The record that undoes another: every amount the other way. */
export function correctionOf(
  { sequence, record }: JournalledRecord,
  by: { readonly receiptNumber: string; readonly at: Instant; readonly on: LocalDate },
): TillRecord {
  const opposite = (minor: number) => (minor === 0 ? 0 : -minor);
  return {
    ...record,
    ...by,
    kind: 'correction',
    corrects: sequence,
    lines: record.lines.map((line) => ({
      ...line,
      totalMinor: opposite(line.totalMinor),
      quantityHundredths: opposite(line.quantityHundredths),
    })),
    payments: record.payments.map(({ mean, amountMinor }) => ({ mean, amountMinor: opposite(amountMinor) })),
    totalMinor: opposite(record.totalMinor),
  };
}

export type ClosingRefusal =
  | 'already_closed'
  | 'earlier_day_open'
  | 'journal_incomplete'
  | 'part_missing'
  | 'other_currency';

/**
 * Closes a business day. `records` are those of the journal after the last closed day, in their order; those of later
 * days stay. After it no record may carry that day or one before (`mayRecordOn`). A day without records may be closed
 * too. Refusals: `already_closed`; `earlier_day_open` (a day before has records that are not closed: close it first);
 * `journal_incomplete` (a place is missing, or a later record carries an earlier day); `other_currency`.
 */
export function closeDay(
  on: LocalDate,
  records: readonly JournalledRecord[],
  last: Closing | null,
  closed: { readonly at: Instant; readonly currency: string },
): Outcome<Closing, ClosingRefusal> {
  if (last !== null && on <= last.lastOn) return { ok: false, reason: 'already_closed' };
  const firstSequence = (last?.lastSequence ?? 0) + 1;
  if (records.some(({ sequence }, index) => sequence !== firstSequence + index)) {
    return { ok: false, reason: 'journal_incomplete' };
  }
  if (records.some(({ record }) => record.on < on)) return { ok: false, reason: 'earlier_day_open' };
  const count = records.filter(({ record }) => record.on === on).length;
  const of = records.slice(0, count);
  if (of.some(({ record }) => record.on !== on)) return { ok: false, reason: 'journal_incomplete' };
  if (of.some(({ record }) => record.currency !== closed.currency)) return { ok: false, reason: 'other_currency' };
  const totals = of.map(({ record }) => record.totalMinor);
  const takingsMinor = sumMinor(totals.filter((minor) => minor > 0));
  const refundsMinor = sumMinor(totals.filter((minor) => minor < 0));
  const totalMinor = takingsMinor + refundsMinor;
  return {
    ok: true,
    value: {
      period: 'day',
      firstOn: on,
      lastOn: on,
      closedAt: closed.at,
      currency: closed.currency,
      firstSequence,
      lastSequence: firstSequence + count - 1,
      records: count,
      takingsMinor,
      refundsMinor,
      totalMinor,
      byMean: meanTotals(of.flatMap(({ record }) => record.payments)),
      byVat: vatTotals(of.flatMap(({ record }) => receiptVat(record))),
      perpetualMinor: (last?.perpetualMinor ?? 0) + totalMinor,
      perpetualTakingsMinor: (last?.perpetualTakingsMinor ?? 0) + takingsMinor,
      journalHash: of.at(-1)?.hash ?? last?.journalHash ?? null,
    },
  };
}

/**
 * Closes a month of its days, or a year (twelve months, or the months of an exercise) of its months: sums of sums, so
 * that nothing can enter on the way. `parts` are the closings of the level below in the period, in order, every one;
 * `last` is the last closing of the same level. Refusals: `already_closed`; `part_missing` (the parts do not follow on
 * each other or on the last closing in the journal, or one is of another period or level); `other_currency`.
 */
export function closePeriod(
  period: Exclude<ClosingPeriod, 'day'>,
  span: { readonly firstOn: LocalDate; readonly lastOn: LocalDate },
  parts: readonly Closing[],
  last: Closing | null,
  at: Instant,
): Outcome<Closing, ClosingRefusal> {
  if (last !== null && span.firstOn <= last.lastOn) return { ok: false, reason: 'already_closed' };
  const level = period === 'year' ? 'month' : 'day';
  const firstSequence = (last?.lastSequence ?? 0) + 1;
  let sequence = firstSequence;
  let after = addDays(span.firstOn, -1);
  for (const part of parts) {
    const isNext = part.period === level && part.firstSequence === sequence && part.firstOn > after;
    if (!isNext || part.lastOn > span.lastOn) return { ok: false, reason: 'part_missing' };
    sequence = part.lastSequence + 1;
    after = part.lastOn;
  }
  const [first] = parts;
  const final = parts.at(-1);
  if (first === undefined || final === undefined) return { ok: false, reason: 'part_missing' };
  if (parts.some(({ currency }) => currency !== first.currency)) return { ok: false, reason: 'other_currency' };
  const sumOf = (field: 'records' | 'takingsMinor' | 'refundsMinor' | 'totalMinor') =>
    sumMinor(parts.map((part) => part[field]));
  return {
    ok: true,
    value: {
      period,
      ...span,
      closedAt: at,
      currency: first.currency,
      firstSequence,
      lastSequence: final.lastSequence,
      records: sumOf('records'),
      takingsMinor: sumOf('takingsMinor'),
      refundsMinor: sumOf('refundsMinor'),
      totalMinor: sumOf('totalMinor'),
      byMean: meanTotals(parts.flatMap(({ byMean }) => byMean)),
      byVat: vatTotals(parts.flatMap(({ byVat }) => byVat)),
      perpetualMinor: final.perpetualMinor,
      perpetualTakingsMinor: final.perpetualTakingsMinor,
      journalHash: final.journalHash,
    },
  };
}

/** Whether a record may carry a day: none that is closed, none before the last record's. */
export function mayRecordOn(on: LocalDate, lastClosedOn: LocalDate | null, lastRecordOn: LocalDate | null): boolean {
  return (lastClosedOn === null || on > lastClosedOn) && (lastRecordOn === null || on >= lastRecordOn);
}

/** Sums by means, in the order of `PAYMENT_MEANS`; means that were not used are left out. */
export function meanTotals(payments: readonly MeanTotal[]): MeanTotal[] {
  return PAYMENT_MEANS.flatMap((mean) => {
    const of = payments.filter((payment) => payment.mean === mean);
    return of.length === 0 ? [] : [{ mean, amountMinor: sumMinor(of.map(({ amountMinor }) => amountMinor)) }];
  });
}

/** The VAT of a receipt by treatment: contained in the sum of its lines, as on the receipt. */
export function receiptVat(record: TillRecord): VatTotal[] {
  return [...Map.groupBy(record.lines, ({ vatKind, rateBp }) => `${vatKind} ${rateBp}`).values()].map((lines) => {
    const [{ vatKind, rateBp }] = lines as [TillRecord['lines'][number]];
    const totalMinor = sumMinor(lines.map((line) => line.totalMinor));
    // Below zero as above: a correction takes back exactly what it corrects.
    const vatMinor = totalMinor < 0 ? -vatContained(-totalMinor, rateBp) : vatContained(totalMinor, rateBp);
    return { vatKind, rateBp, totalMinor, netMinor: totalMinor - vatMinor, vatMinor: vatMinor + 0 };
  });
}

function vatTotals(parts: readonly VatTotal[]): VatTotal[] {
  return [...Map.groupBy(parts, ({ vatKind, rateBp }) => `${vatKind} ${rateBp}`).values()]
    .map((of) => {
      const [{ vatKind, rateBp }] = of as [VatTotal];
      const sumOf = (field: 'totalMinor' | 'netMinor' | 'vatMinor') => sumMinor(of.map((each) => each[field]));
      return {
        vatKind,
        rateBp,
        totalMinor: sumOf('totalMinor'),
        netMinor: sumOf('netMinor'),
        vatMinor: sumOf('vatMinor'),
      };
    })
    .sort((a, b) => (a.vatKind < b.vatKind ? -1 : a.vatKind > b.vatKind ? 1 : a.rateBp - b.rateBp));
}
