import type { Answer, Audience, Money } from '#lib/api/types.ts';
import { audienceOf } from '#lib/components/audience.ts';
import { formatHours, formatLocalTime, formatMoney, formatShortLocalDate, formatWeekday } from '#lib/format.ts';
import { m } from '#lib/paraglide/messages.js';
import { addDays } from '#lib/planner/dates.ts';

export type Sharing = Answer<'/api/v1/host/sites/{slug}/sharing', 'get'>;
export type Agreement = Sharing['agreements'][number];
export type Share = Sharing['shares'][number];
export type PlannedHours = Sharing['options']['windows'][number];
export type AgreementDetail = Answer<'/api/v1/host/agreements/{id}', 'get'>;
export type Consequences = Answer<'/api/v1/host/agreements/{id}/consequences', 'get'>;
export type Suggestions = Answer<'/api/v1/host/sites/{slug}/suggestions', 'get'>;

const NB = '\u00a0';

/** `mardi, 9 h – 12 h, Professionnels` */
export function hoursText(
  window: Pick<PlannedHours, 'weekday' | 'startsAt' | 'endsAt' | 'audience'>,
  audiences: readonly Audience[],
): string {
  const day = window.weekday === null ? m.share_every_day() : formatWeekday(window.weekday);
  return `${day}, ${rangeText(window)}, ${audienceOf(audiences, window.audience).name}`;
}

export function rangeText({ startsAt, endsAt }: { startsAt: string; endsAt: string }): string {
  return `${formatLocalTime(startsAt)}${NB}–${NB}${formatLocalTime(endsAt)}`;
}

export function stateText(state: Agreement['state']): string {
  const texts = {
    proposed: m.agr_state_proposed,
    declined: m.agr_state_declined,
    withdrawn: m.agr_state_withdrawn,
    planned: m.agr_state_planned,
    running: m.agr_state_running,
    over: m.agr_state_over,
  };
  return texts[state]();
}

export function priceText({ price, tariffName }: Pick<Agreement, 'price' | 'tariffName'>): string {
  if (price.kind === 'free') return m.agr_price_free();
  if (price.kind === 'tariff') return m.agr_price_tariff({ name: tariffName ?? '' });
  const amount = formatMoney(price.amount);
  return price.per === 'month' ? m.agr_price_month({ amount }) : m.agr_price_year({ amount });
}

/** The last day is said, as people do: the API keeps the first one without the agreement. */
export function validityText({ validFrom, validUntil }: Pick<Agreement, 'validFrom' | 'validUntil'>): string {
  const from = formatShortLocalDate(validFrom);
  return validUntil === null
    ? m.agr_valid_open({ from })
    : m.agr_valid_until({ from, until: formatShortLocalDate(addDays(validUntil, -1)) });
}

export const minutesText = (minutes: number): string => formatHours(minutes / 60);

export function useText({ bookedMinutes, heldMinutes }: Agreement['use']): string {
  return m.share_use_line({ booked: minutesText(bookedMinutes), held: minutesText(heldMinutes) });
}

export const sumText = (amounts: readonly Money[]): string =>
  amounts.length === 0 ? formatMoney({ minor: 0, currency: 'EUR' }) : amounts.map(formatMoney).join(' + ');
