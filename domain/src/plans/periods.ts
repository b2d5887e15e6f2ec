import { allocateMinor, sumMinor } from '../money/money.ts';
import { addDays, datesBetween } from '../time/local.ts';
import type { LocalDate } from '../time/types.ts';
import type { BillingUnit, DateSpan } from './types.ts';

/** Calendar months later, clamped to the end of the month: 31 January and one month is 28 or 29 February. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  return Temporal.PlainDate.from(date).add({ months }).toString();
}

/** Local days from one date to another: 1 from a day to the next. */
export function daysBetween(from: LocalDate, until: LocalDate): number {
  return Temporal.PlainDate.from(from).until(until).days;
}

export function earlierDate(a: LocalDate, b: LocalDate): LocalDate {
  return Temporal.PlainDate.compare(a, b) <= 0 ? a : b;
}

export function laterDate(a: LocalDate, b: LocalDate): LocalDate {
  return Temporal.PlainDate.compare(a, b) >= 0 ? a : b;
}

/** How many local days a span has; both ends count. */
export function daysOfSpan({ firstOn, lastOn }: DateSpan): number {
  return daysBetween(firstOn, lastOn) + 1;
}

/**
 * The n-th billing period (from 0) of what started on `startsOn`. Every period begins on the day of the month of the
 * start, not of the period before: 31 January, 28 February, 31 March. Paid once: one period without end, which has none.
 */
export function billingPeriod(startsOn: LocalDate, unit: Exclude<BillingUnit, 'once'>, n: number): DateSpan {
  const months = unit === 'year' ? 12 : 1;
  return { firstOn: addMonths(startsOn, n * months), lastOn: addDays(addMonths(startsOn, (n + 1) * months), -1) };
}

/** The billing period that a date lies in, and its number; null before the start. */
export function billingPeriodOf(
  startsOn: LocalDate,
  unit: Exclude<BillingUnit, 'once'>,
  date: LocalDate,
): (DateSpan & { readonly n: number }) | null {
  if (date < startsOn) return null;
  const months = unit === 'year' ? 12 : 1;
  const passed = Temporal.PlainDate.from(startsOn).until(date, { largestUnit: 'months' }).months;
  // Clamped ends of months may put the date one period further than whole months passed say.
  let n = Math.floor(passed / months);
  while (addMonths(startsOn, (n + 1) * months) <= date) n++;
  return { ...billingPeriod(startsOn, unit, n), n };
}

/**
 * An amount for a span, cut at dates into parts by local days; the parts add up to it. `cuts` are first days of the parts
 * after the first, inside the span and in order.
 */
export function prorate(
  amountMinor: number,
  span: DateSpan,
  cuts: readonly LocalDate[],
): readonly (DateSpan & { readonly minor: number })[] {
  const firsts = [span.firstOn, ...cuts];
  const parts = firsts.map((firstOn, index) => {
    const next = firsts[index + 1];
    return { firstOn, lastOn: next === undefined ? span.lastOn : addDays(next, -1) };
  });
  if (parts.some(({ firstOn, lastOn }) => lastOn < firstOn)) {
    throw new RangeError(`cuts are days inside the span, in order: ${cuts.join(', ')}`);
  }
  const amounts = allocateMinor(amountMinor, parts.map(daysOfSpan));
  return parts.map((part, index) => ({ ...part, minor: amounts[index] as number }));
}

/** What a period costs when some of its days are paused, and what is thereby saved; both add up to the price. */
export function priceWithPauses(
  priceMinor: number,
  period: DateSpan,
  pauses: readonly DateSpan[],
): { readonly dueMinor: number; readonly savedMinor: number; readonly pausedDays: number } {
  const days = daysOfSpan(period);
  const paused = new Set<LocalDate>();
  for (const pause of pauses) {
    const span = {
      firstOn: laterDate(pause.firstOn, period.firstOn),
      lastOn: earlierDate(pause.lastOn, period.lastOn),
    };
    for (const date of datesBetween(span.firstOn, span.lastOn)) paused.add(date);
  }
  const [dueMinor, savedMinor] = allocateMinor(priceMinor, [days - paused.size, paused.size]) as [number, number];
  return { dueMinor, savedMinor, pausedDays: paused.size };
}

/** What was charged for a change of plan within a period. `dueMinor` below zero is to be given back or kept as credit. */
export interface PlanChange {
  /** The first day of the new plan. */
  readonly effectiveOn: LocalDate;
  /** Of the old price: for the days used, and given back; they add up to it. */
  readonly usedMinor: number;
  readonly returnedMinor: number;
  /** Of the new price, for the days that are left of the period. */
  readonly chargedMinor: number;
  readonly dueMinor: number;
}

/**
 * A change of plan asked for on a day of a billing period that is paid. A dearer plan begins that day, for the days that
 * are left; a cheaper one or one of the same price begins with the next period and costs nothing now. Both prices are
 * for the whole period.
 */
export function changePlan(
  period: DateSpan,
  askedOn: LocalDate,
  prices: { readonly oldMinor: number; readonly newMinor: number },
): PlanChange {
  const { oldMinor, newMinor } = prices;
  if (askedOn < period.firstOn || askedOn > period.lastOn) {
    throw new RangeError(`${askedOn} is no day of the period ${period.firstOn} to ${period.lastOn}`);
  }
  if (newMinor <= oldMinor) {
    const effectiveOn = addDays(period.lastOn, 1);
    return { effectiveOn, usedMinor: oldMinor, returnedMinor: 0, chargedMinor: 0, dueMinor: 0 };
  }
  const weights = [daysBetween(period.firstOn, askedOn), daysBetween(askedOn, period.lastOn) + 1];
  const [usedMinor, returnedMinor] = allocateMinor(oldMinor, weights) as [number, number];
  const [, chargedMinor] = allocateMinor(newMinor, weights) as [number, number];
  return {
    effectiveOn: askedOn,
    usedMinor,
    returnedMinor,
    chargedMinor,
    dueMinor: sumMinor([chargedMinor, -returnedMinor]),
  };
}
