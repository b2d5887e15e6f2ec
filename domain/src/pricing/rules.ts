import type { AudienceCode } from '../audience/types.ts';
import { minutesOf } from '../time/local.ts';
import type { LocalDate, LocalTime, Weekday } from '../time/types.ts';
import type { Tariff } from './types.ts';
import type { SaleVatKind } from './vat.ts';

/** What a rule asks. What is absent asks for nothing; everything that is there must hold. */
export interface RuleConditions {
  readonly audiences?: readonly AudienceCode[];
  readonly planIds?: readonly string[];
  readonly resourceIds?: readonly string[];
  readonly resourceKinds?: readonly string[];
  /** Structures whose public the booker is, by an agreement. */
  readonly partnerStructureIds?: readonly string[];
  /** Of the local day. */
  readonly weekdays?: readonly Weekday[];
  /** Wall time, `[startsAt, endsAt)`; on quarter hours. */
  readonly between?: { readonly startsAt: LocalTime; readonly endsAt: LocalTime };
  /** Local days, both included. */
  readonly dates?: { readonly firstOn: LocalDate; readonly lastOn: LocalDate };
  /** Elapsed minutes of the whole booking. */
  readonly minMinutes?: number;
  readonly maxMinutes?: number;
  /** Whole hours between asking and the start: at least, or fewer than. */
  readonly minAdvanceHours?: number;
  readonly lessThanAdvanceHours?: number;
}

/**
 * `tariff`, `hour_rate` and `free` set the price of the time that the rule holds for; `percent` changes it (basis
 * points, below zero for a reduction); `fee` is added once.
 */
export type RuleEffect =
  | { readonly kind: 'tariff'; readonly tariff: Tariff }
  | { readonly kind: 'hour_rate'; readonly hourMinor: number }
  | { readonly kind: 'free' }
  | { readonly kind: 'percent'; readonly basisPoints: number }
  | { readonly kind: 'fee'; readonly minor: number; readonly vatKind: SaleVatKind };

export interface PriceRule {
  readonly id: string;
  /** For people: `Tarif pro`, `Après 18 h`. */
  readonly name: string;
  readonly when: RuleConditions;
  readonly effect: RuleEffect;
  /** Where several set the price of one time, the highest does; among equals the one listed first. */
  readonly priority: number;
}

/** Who asks for what, and how long before. */
export interface PricedRequest {
  readonly audience: AudienceCode;
  readonly planId: string | null;
  readonly resourceId: string;
  readonly resourceKind: string;
  readonly partnerStructureId: string | null;
  readonly minutes: number;
  readonly advanceHours: number;
}

/** Whether the conditions hold that are about the booking as a whole. */
export function holdsForRequest(when: RuleConditions, request: PricedRequest): boolean {
  const isIn = (list: readonly string[] | undefined, value: string | null) =>
    list === undefined || (value !== null && list.includes(value));
  return (
    isIn(when.audiences, request.audience) &&
    isIn(when.planIds, request.planId) &&
    isIn(when.resourceIds, request.resourceId) &&
    isIn(when.resourceKinds, request.resourceKind) &&
    isIn(when.partnerStructureIds, request.partnerStructureId) &&
    request.minutes >= (when.minMinutes ?? 0) &&
    request.minutes <= (when.maxMinutes ?? Number.POSITIVE_INFINITY) &&
    request.advanceHours >= (when.minAdvanceHours ?? Number.NEGATIVE_INFINITY) &&
    request.advanceHours < (when.lessThanAdvanceHours ?? Number.POSITIVE_INFINITY)
  );
}

/** Whether the conditions hold on a local day that are about the day. */
export function holdsOnDay(when: RuleConditions, date: LocalDate, weekday: Weekday): boolean {
  return (
    (when.weekdays === undefined || when.weekdays.includes(weekday)) &&
    (when.dates === undefined || (when.dates.firstOn <= date && date <= when.dates.lastOn))
  );
}

export type PriceRuleProblem = {
  readonly ruleId: string;
  readonly kind: 'not_an_amount' | 'not_on_quarter_hours' | 'empty_range' | 'duplicate_id' | 'fee_by_time';
};

/** What is wrong with rules as they are written down; a list with problems is not to be stored. */
export function checkPriceRules(rules: readonly PriceRule[]): PriceRuleProblem[] {
  const problems: PriceRuleProblem[] = [];
  const ids = new Set<string>();
  for (const { id, when, effect } of rules) {
    const report = (kind: PriceRuleProblem['kind']) => problems.push({ ruleId: id, kind });
    if (ids.has(id)) report('duplicate_id');
    ids.add(id);
    if (when.between !== undefined) {
      const [from, until] = [minutesOf(when.between.startsAt), minutesOf(when.between.endsAt)];
      if (from % 15 !== 0 || until % 15 !== 0) report('not_on_quarter_hours');
      if (from >= until) report('empty_range');
    }
    if (when.dates !== undefined && when.dates.lastOn < when.dates.firstOn) report('empty_range');
    const isByTime = when.between !== undefined || when.weekdays !== undefined || when.dates !== undefined;
    if (effect.kind === 'fee' && isByTime) report('fee_by_time');
    const amounts = amountsOf(effect);
    if (amounts.some((amount) => !Number.isSafeInteger(amount) || amount < 0)) report('not_an_amount');
    if (effect.kind === 'percent' && (!Number.isSafeInteger(effect.basisPoints) || effect.basisPoints < -10_000)) {
      report('not_an_amount');
    }
  }
  return problems;
}

function amountsOf(effect: RuleEffect): number[] {
  switch (effect.kind) {
    case 'hour_rate':
      return [effect.hourMinor];
    case 'fee':
      return [effect.minor];
    case 'tariff':
      return [effect.tariff.hourMinor, effect.tariff.halfDayMinor, effect.tariff.dayMinor].flatMap(
        (minor) => minor ?? [],
      );
    default:
      return [];
  }
}

/**
 * True when these prices are additive: a time cut in two on a quarter hour costs in parts what it costs whole. They are
 * when time is sold by the hour only, a quarter hour costs whole cents also after every change in percent, changes do not
 * reach zero, and nothing hangs on the length of the booking, on how early it is asked for, or is paid once.
 */
export function arePricesAdditive(tariff: Tariff | null, rules: readonly PriceRule[]): boolean {
  const quarters = [
    tariff,
    ...rules.flatMap(({ effect }) => (effect.kind === 'tariff' ? [effect.tariff] : [])),
  ].flatMap((each) =>
    each === null
      ? [0]
      : each.halfDayMinor === null && each.dayMinor === null
        ? [(each.hourMinor ?? 0) / 4]
        : [Number.NaN],
  );
  for (const { effect } of rules) if (effect.kind === 'hour_rate') quarters.push(effect.hourMinor / 4);
  const percents = rules.flatMap(({ effect }) => (effect.kind === 'percent' ? [effect.basisPoints] : []));
  const reductions = percents.filter((basisPoints) => basisPoints < 0).reduce((sum, each) => sum + each, 0);
  return (
    quarters.every(Number.isInteger) &&
    quarters.every((quarter) => percents.every((basisPoints) => Number.isInteger((quarter * basisPoints) / 10_000))) &&
    reductions >= -10_000 &&
    rules.every(
      ({ when, effect }) =>
        effect.kind !== 'fee' &&
        when.minMinutes === undefined &&
        when.maxMinutes === undefined &&
        when.minAdvanceHours === undefined &&
        when.lessThanAdvanceHours === undefined,
    )
  );
}
