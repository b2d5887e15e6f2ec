import { addDays, dayWindow, HOUR_MS, localDateOf } from '../time/local.ts';
import type { TimeZone, Window } from '../time/types.ts';
import type { Quote, QuoteLine, Tariff, VatKind } from './types.ts';

const QUARTER_MS = HOUR_MS / 4;

/** Basis points. CGI art. 278 (20 %), 293 B (franchise), 261-7-1° a and b (non-profit bodies); out of scope: 256 B. */
export const VAT_RATE_BP: Readonly<Record<VatKind, number>> = {
  standard_20: 2_000,
  exempt_293b: 0,
  exempt_261_7_1a: 0,
  exempt_261_7_1b: 0,
  out_of_scope: 0,
};

/** `numerator / denominator` to the nearest integer, half away from zero upwards; both non-negative integers. */
export function roundHalfUp(numerator: number, denominator: number): number {
  return Math.floor((2 * numerator + denominator) / (2 * denominator));
}

/** VAT contained in a price that includes it, in minor units. */
export function vatContained(totalMinor: number, rateBp: number): number {
  return roundHalfUp(totalMinor * rateBp, 10_000 + rateBp);
}

/**
 * The price of a booking: for each local day it touches, the cheapest that the tariff offers among
 * one day; whole half days; half days and hours; hours. At the same price the larger unit wins.
 *
 * Elapsed time counts, not the clock on the wall: 01:00-04:00 is two hours on the spring day and four on the autumn
 * day. Hours are billed by the quarter hour begun. A half day covers up to `tariff.halfDayHours` elapsed hours, a day
 * the whole local day, be it 23 or 25 hours long. A unit whose price is null is not sold: what is left is then covered
 * by a larger one.
 *
 * Amounts are integers in minor units. Rounding happens in one place, the total of a line (half up); totals are sums of
 * lines, and the VAT contained is taken once from the total. No tariff, one without any price, or a total of zero gives
 * one `free` line.
 */
export function quoteBooking(input: {
  readonly tariff: Tariff | null;
  readonly window: Window;
  readonly zone: TimeZone;
  /** Of a quote without a tariff. */
  readonly currency?: string;
}): Quote {
  const { tariff, window, zone } = input;
  const vatKind = tariff?.vatKind ?? 'out_of_scope';
  const vatRateBp = VAT_RATE_BP[vatKind];
  const currency = tariff?.currency ?? input.currency ?? 'EUR';

  const lines = tariff === null ? [] : localDaysOf(window, zone).flatMap((part) => cheapestLines(tariff, part));
  const totalMinor = lines.reduce((sum, line) => sum + line.totalMinor, 0);
  if (totalMinor === 0) {
    const free: QuoteLine = { unit: 'free', quantityHundredths: 100, unitPriceMinor: 0, totalMinor: 0, window };
    return { currency, totalMinor: 0, vatKind, vatRateBp, vatMinor: 0, lines: [free] };
  }
  return { currency, totalMinor, vatKind, vatRateBp, vatMinor: vatContained(totalMinor, vatRateBp), lines };
}

/** The window cut at local midnights. */
function localDaysOf(window: Window, zone: TimeZone): Window[] {
  const parts: Window[] = [];
  let from = window.from;
  for (let date = localDateOf(from, zone); from < window.until; date = addDays(date, 1)) {
    const until = Math.min(window.until, dayWindow(date, zone).until);
    if (until > from) parts.push({ from, until });
    from = Math.max(from, until);
  }
  return parts;
}

/** The cheapest lines for a window within one local day; none when the tariff sells nothing. */
function cheapestLines(tariff: Tariff, window: Window): QuoteLine[] {
  const { hourMinor, halfDayMinor, dayMinor } = tariff;
  const quarters = Math.ceil((window.until - window.from) / QUARTER_MS);
  const halfDayQuarters = tariff.halfDayHours * 4;

  let best: QuoteLine[] = dayMinor === null ? [] : [line('day', 100, dayMinor, window)];
  let bestMinor = dayMinor ?? Number.POSITIVE_INFINITY;
  const mostHalfDays = halfDayMinor === null ? 0 : Math.ceil(quarters / halfDayQuarters);
  for (let halfDays = mostHalfDays; halfDays >= 0; halfDays--) {
    const left = quarters - halfDays * halfDayQuarters;
    if (left > 0 && hourMinor === null) continue;
    const split = Math.min(window.until, window.from + halfDays * halfDayQuarters * QUARTER_MS);
    const lines: QuoteLine[] = [];
    if (halfDays > 0 && halfDayMinor !== null) {
      lines.push(line('half_day', halfDays * 100, halfDayMinor, { from: window.from, until: split }));
    }
    if (left > 0 && hourMinor !== null) {
      lines.push(line('hour', left * 25, hourMinor, { from: split, until: window.until }));
    }
    const minor = lines.reduce((sum, each) => sum + each.totalMinor, 0);
    if (minor < bestMinor) {
      best = lines;
      bestMinor = minor;
    }
  }
  return best;
}

function line(unit: QuoteLine['unit'], quantityHundredths: number, unitPriceMinor: number, window: Window): QuoteLine {
  // The one place where money is rounded.
  const totalMinor = roundHalfUp(quantityHundredths * unitPriceMinor, 100);
  return { unit, quantityHundredths, unitPriceMinor, totalMinor, window };
}
