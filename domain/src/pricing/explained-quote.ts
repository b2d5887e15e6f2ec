import { allocateMinor, mulDiv, sumMinor } from '../money/money.ts';
import { dayWindow, HOUR_MS, localDateOf, localToInstant, MINUTE_MS, weekdayOf } from '../time/local.ts';
import type { Instant, TimeZone, Window } from '../time/types.ts';
import { quoteBooking, vatContained } from './quote.ts';
import { holdsForRequest, holdsOnDay, type PricedRequest, type PriceRule } from './rules.ts';
import type { QuoteLine, Tariff } from './types.ts';
import { type SaleVatKind, vatRateOn } from './vat.ts';

const QUARTER_MS = 15 * MINUTE_MS;

/**
 * `time`: hours, half days or days at a price. `included`: covered by a plan. `credit`: paid from a pack or an allowance.
 * `adjustment`: a change in percent. `fee`: once. `coupon`: a reduction.
 */
export type ExplainedLineKind = 'time' | 'included' | 'credit' | 'adjustment' | 'fee' | 'coupon';

/** One sentence of the price: what, how much of it, at what price, by which rule. Amounts include VAT. */
export interface ExplainedLine {
  readonly kind: ExplainedLineKind;
  readonly unit: QuoteLine['unit'] | 'once';
  readonly quantityHundredths: number;
  readonly unitPriceMinor: number;
  readonly totalMinor: number;
  /** The time that it is about; null of what is about the whole. */
  readonly window: Window | null;
  /** The rule, plan, wallet or coupon that it comes from; null: the resource's own tariff. */
  readonly sourceId: string | null;
  readonly name: string | null;
  readonly vatKind: SaleVatKind;
}

/** What a plan or a wallet covers before anything is billed, in the order of the list. `minutes: null`: all of it. */
export interface Coverage {
  readonly kind: 'included' | 'credit';
  readonly sourceId: string;
  readonly name: string;
  readonly minutes: number | null;
}

export interface QuotedVat {
  readonly vatKind: SaleVatKind;
  readonly rateBp: number;
  /** VAT included. */
  readonly totalMinor: number;
  /** Contained in it. */
  readonly vatMinor: number;
}

export interface ExplainedQuote {
  readonly currency: string;
  readonly lines: readonly ExplainedLine[];
  readonly totalMinor: number;
  /** By treatment, in the order in which the lines name them. */
  readonly vat: readonly QuotedVat[];
  /** Minutes that wallets pay, in the order in which they were asked. */
  readonly credit: readonly { readonly sourceId: string; readonly minutes: number }[];
}

/**
 * The price of a booking, explained. First what plans and wallets cover, from the start of the booking, in whole quarter
 * hours; the rest is cut where another rule, or the resource's tariff, sets the price, and each run priced as a whole
 * (`quoteBooking`). Changes in percent are each taken of the share of that price, by time, that they hold for, and
 * together never make it less than nothing. Fees are added where anything is billed or covered.
 *
 * VAT rates are those of the local day of the start.
 */
export function explainQuote(input: {
  readonly tariff: Tariff | null;
  readonly rules: readonly PriceRule[];
  readonly coverage: readonly Coverage[];
  readonly request: Omit<PricedRequest, 'minutes' | 'advanceHours'>;
  readonly window: Window;
  readonly zone: TimeZone;
  readonly now: Instant;
  readonly currency?: string;
}): ExplainedQuote {
  const { tariff, window, zone } = input;
  const currency = tariff?.currency ?? input.currency ?? 'EUR';
  const request: PricedRequest = {
    ...input.request,
    minutes: (window.until - window.from) / MINUTE_MS,
    advanceHours: (window.from - input.now) / HOUR_MS,
  };
  const rules = input.rules.filter(({ when }) => holdsForRequest(when, request));
  const ownVat = tariff?.vatKind ?? 'out_of_scope';

  const { lines: covered, credit, rest } = cover(input.coverage, window, ownVat);
  const billed = runsOf(stretches(rules, rest, zone)).flatMap((run) => priceRun(run, tariff, zone, currency));
  const fees = rules.flatMap(({ id, name, effect }): ExplainedLine[] =>
    effect.kind === 'fee'
      ? [
          {
            kind: 'fee',
            unit: 'once',
            quantityHundredths: 100,
            unitPriceMinor: effect.minor,
            totalMinor: effect.minor,
            window: null,
            sourceId: id,
            name,
            vatKind: effect.vatKind,
          },
        ]
      : [],
  );
  return {
    ...totalled(currency, [...covered, ...billed, ...fees], localDateOf(window.from, zone)),
    credit,
  };
}

/** The sums of lines: the one place where a quote's totals and VAT are made. */
function totalled(currency: string, lines: readonly ExplainedLine[], on: string): Omit<ExplainedQuote, 'credit'> {
  const vat = [...Map.groupBy(lines, ({ vatKind }) => vatKind)].map(([vatKind, of]): QuotedVat => {
    const totalMinor = sumMinor(of.map((line) => line.totalMinor));
    const rate = vatRateOn(vatKind, on);
    if (!rate.ok) throw new RangeError(`no rate of ${vatKind} on ${on}`);
    return { vatKind, rateBp: rate.value.rateBp, totalMinor, vatMinor: vatContained(totalMinor, rate.value.rateBp) };
  });
  return { currency, lines, totalMinor: sumMinor(lines.map((line) => line.totalMinor)), vat };
}

/**
 * The quote with a reduction taken off, spread over its treatments of VAT by their totals, one line each. A reduction of
 * more than the total is the total.
 */
export function withReduction(
  quote: ExplainedQuote,
  reduction: { readonly minor: number; readonly sourceId: string; readonly name: string },
  on: string,
): ExplainedQuote {
  const minor = Math.min(reduction.minor, quote.totalMinor);
  if (minor <= 0) return quote;
  const shares = allocateMinor(
    minor,
    quote.vat.map((each) => each.totalMinor),
  );
  const lines = quote.vat.flatMap(({ vatKind }, index): ExplainedLine[] => {
    const share = shares[index] as number;
    return share === 0
      ? []
      : [
          {
            kind: 'coupon',
            unit: 'once',
            quantityHundredths: 100,
            unitPriceMinor: -share,
            totalMinor: -share,
            window: null,
            sourceId: reduction.sourceId,
            name: reduction.name,
            vatKind,
          },
        ];
  });
  return { ...totalled(quote.currency, [...quote.lines, ...lines], on), credit: quote.credit };
}

function cover(
  coverage: readonly Coverage[],
  window: Window,
  vatKind: SaleVatKind,
): { readonly lines: ExplainedLine[]; readonly credit: ExplainedQuote['credit']; readonly rest: Window } {
  const lines: ExplainedLine[] = [];
  const credit: ExplainedQuote['credit'][number][] = [];
  let from = window.from;
  for (const { kind, sourceId, name, minutes } of coverage) {
    const quarters = minutes === null ? Number.POSITIVE_INFINITY : Math.floor(minutes / 15);
    const until = Math.min(window.until, from + quarters * QUARTER_MS);
    if (until <= from) continue;
    lines.push({
      kind,
      unit: 'hour',
      quantityHundredths: Math.ceil((until - from) / QUARTER_MS) * 25,
      unitPriceMinor: 0,
      totalMinor: 0,
      window: { from, until },
      sourceId,
      name,
      vatKind,
    });
    if (kind === 'credit') credit.push({ sourceId, minutes: (until - from) / MINUTE_MS });
    from = until;
  }
  return { lines, credit, rest: { from, until: window.until } };
}

/** Time for which the same rules hold. `base: null`: the resource's own tariff. */
interface Stretch extends Window {
  readonly base: PriceRule | null;
  readonly changes: readonly PriceRule[];
}

function stretches(rules: readonly PriceRule[], window: Window, zone: TimeZone): Stretch[] {
  const result: Stretch[] = [];
  for (let from = window.from; from < window.until; ) {
    const date = localDateOf(from, zone);
    const day = dayWindow(date, zone);
    const ofDay = rules
      .filter(({ when, effect }) => effect.kind !== 'fee' && holdsOnDay(when, date, weekdayOf(date)))
      .map((rule) => {
        const { between } = rule.when;
        return between === undefined
          ? { rule, ...day }
          : {
              rule,
              from: localToInstant(date, between.startsAt, zone),
              until: localToInstant(date, between.endsAt, zone),
            };
      });
    const end = Math.min(window.until, day.until);
    const cuts = ofDay.flatMap((each) => [each.from, each.until]).filter((cut) => cut > from && cut < end);
    for (const until of [...new Set([...cuts, end])].sort((a, b) => a - b)) {
      const holding = ofDay.filter((each) => each.from <= from && until <= each.until).map(({ rule }) => rule);
      const changes = holding.filter(({ effect }) => effect.kind === 'percent');
      const [base = null] = holding
        .filter(({ effect }) => effect.kind !== 'percent')
        .sort((a, b) => b.priority - a.priority);
      const last = result.at(-1);
      if (last !== undefined && last.until === from && last.base === base && isSame(last.changes, changes)) {
        result[result.length - 1] = { ...last, until };
      } else result.push({ from, until, base, changes });
      from = until;
    }
  }
  return result;
}

function isSame(a: readonly PriceRule[], b: readonly PriceRule[]): boolean {
  return a.length === b.length && a.every((rule, index) => rule === b[index]);
}

/** Stretches that follow on each other at one price. */
function runsOf(all: readonly Stretch[]): (readonly Stretch[])[] {
  const runs: Stretch[][] = [];
  for (const stretch of all) {
    const last = runs.at(-1);
    if (last !== undefined && last.at(-1)?.base === stretch.base) last.push(stretch);
    else runs.push([stretch]);
  }
  return runs;
}

function priceRun(run: readonly Stretch[], own: Tariff | null, zone: TimeZone, currency: string): ExplainedLine[] {
  const [{ base, from }] = run as [Stretch];
  const window = { from, until: (run.at(-1) as Stretch).until };
  const tariff = tariffOf(base, own, currency);
  const vatKind = tariff?.vatKind ?? 'out_of_scope';
  const source = { sourceId: base?.id ?? null, name: base?.name ?? null, vatKind };
  const quote = quoteBooking({ tariff, window, zone, currency });
  const lines: ExplainedLine[] = quote.lines.map((line) => ({ kind: 'time', ...line, ...source }));
  const shares = allocateMinor(
    quote.totalMinor,
    run.map((stretch) => stretch.until - stretch.from),
  );
  for (const [index, stretch] of run.entries()) {
    const share = shares[index] as number;
    let left = share;
    for (const { id, name, effect } of stretch.changes) {
      if (effect.kind !== 'percent') continue;
      const totalMinor = Math.max(-left, mulDiv(share, effect.basisPoints, 10_000));
      if (totalMinor === 0) continue;
      left += totalMinor;
      lines.push({
        kind: 'adjustment',
        unit: 'once',
        quantityHundredths: 100,
        unitPriceMinor: totalMinor,
        totalMinor,
        window: { from: stretch.from, until: stretch.until },
        sourceId: id,
        name,
        vatKind,
      });
    }
  }
  return lines;
}

/** @throws RangeError for a tariff in another currency than the quote's: rules of one structure have one. */
function tariffOf(base: PriceRule | null, own: Tariff | null, currency: string): Tariff | null {
  if (base === null) return own;
  const none = {
    id: base.id,
    currency,
    hourMinor: null,
    halfDayMinor: null,
    dayMinor: null,
    halfDayHours: 4,
    vatKind: own?.vatKind ?? 'out_of_scope',
  } as const;
  switch (base.effect.kind) {
    case 'tariff':
      if (base.effect.tariff.currency !== currency) throw new RangeError(`${base.id} is not in ${currency}`);
      return base.effect.tariff;
    case 'hour_rate':
      return { ...none, hourMinor: base.effect.hourMinor };
    default:
      return none;
  }
}
