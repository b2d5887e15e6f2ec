import { addMonths } from '../plans/periods.ts';
import type { DateSpan, HoursEntitlement } from '../plans/types.ts';
import type { Coverage } from '../pricing/explained-quote.ts';
import { addDays } from '../time/local.ts';
import type { LocalDate } from '../time/types.ts';
import { drawCredits } from './spend.ts';
import type { CreditEntry, NewCreditEntry } from './types.ts';

/**
 * The grant that a plan's hours are: of a period, good in it and gone at its end; of a pack, good from the day of its
 * purchase for so many months. Null for plans without hours of their own. A team's hours are one wallet for all its members.
 */
export function hoursGrant(
  hours: HoursEntitlement,
  grant: { readonly walletId: string; readonly period: DateSpan; readonly cause: string },
): NewCreditEntry | null {
  const { walletId, period, cause } = grant;
  if (hours.kind === 'none' || hours.kind === 'unlimited') return null;
  const expiresOn =
    hours.kind === 'per_period' ? period.lastOn : addDays(addMonths(period.firstOn, hours.validMonths), -1);
  return {
    walletId,
    unit: 'minute',
    kind: 'grant',
    quantity: hours.minutes,
    grantId: null,
    usableFrom: period.firstOn,
    expiresOn,
    usageId: null,
    usedOn: null,
    cause,
  };
}

/** A plan or wallet that may pay for a booking, as its holder has them. */
export interface HoursSource {
  readonly id: string;
  readonly name: string;
  readonly hours: HoursEntitlement;
  /** Entries of its wallet; empty for a plan without one. */
  readonly entries: readonly CreditEntry[];
}

/**
 * What covers a booking on a local day, for `explainQuote`: plans without limit first, then wallets, those whose credit
 * expires soonest first, each with the whole quarter hours that it can pay of so many minutes.
 */
export function coverageFor(
  sources: readonly HoursSource[],
  usage: { readonly minutes: number; readonly usedOn: LocalDate },
): Coverage[] {
  const unlimited = sources.filter(({ hours }) => hours.kind === 'unlimited');
  const wallets = sources.flatMap(({ id, name, entries }) => {
    const draws = drawCredits(entries, { unit: 'minute', quantity: usage.minutes, usedOn: usage.usedOn });
    const minutes = draws.reduce((sum, { quantity }) => sum + quantity, 0);
    return minutes < 15 ? [] : [{ id, name, minutes, firstExpiry: draws[0]?.expiresOn ?? '9999-12-31' }];
  });
  return [
    ...unlimited.map(({ id, name }): Coverage => ({ kind: 'included', sourceId: id, name, minutes: null })),
    ...wallets
      .sort((a, b) => (a.firstExpiry < b.firstExpiry ? -1 : a.firstExpiry > b.firstExpiry ? 1 : 0))
      .map(({ id, name, minutes }): Coverage => ({ kind: 'credit', sourceId: id, name, minutes })),
  ];
}
