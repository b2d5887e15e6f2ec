import { addDays, HOUR_MS, localDateOf, localToInstant, MINUTE_MS } from '../../time/local.ts';
import type { Instant, LocalTime, TimeZone, Window } from '../../time/types.ts';

/** For how many times one person may wait at once. */
export const MOST_WAITING = 10;

/** How the time that became free is offered. */
export interface OfferTerms {
  /** How long somebody may think it over, while people are awake. */
  readonly longestMs: number;
  readonly shortestMs: number;
  /** Nothing is offered so close to its start: nobody could come. */
  readonly leastAheadMs: number;
  /** Nobody is woken, and no offer runs out while people sleep: local wall time. */
  readonly nightFrom: LocalTime;
  readonly nightUntil: LocalTime;
}

export const OFFER_TERMS: OfferTerms = {
  longestMs: 2 * HOUR_MS,
  shortestMs: 15 * MINUTE_MS,
  leastAheadMs: 30 * MINUTE_MS,
  nightFrom: '22:00',
  nightUntil: '07:00',
};

/** The night that the instant lies in; null by day. */
export function nightAt(at: Instant, zone: TimeZone, terms: OfferTerms = OFFER_TERMS): Window | null {
  const date = localDateOf(at, zone);
  const morning = localToInstant(date, terms.nightUntil, zone);
  if (at < morning) return { from: localToInstant(addDays(date, -1), terms.nightFrom, zone), until: morning };
  const evening = localToInstant(date, terms.nightFrom, zone);
  if (at < evening) return null;
  return { from: evening, until: localToInstant(addDays(date, 1), terms.nightUntil, zone) };
}

/**
 * Until when an offer made now holds: two hours, a quarter of the time left where that is less, but a quarter of an hour at least.
 * The night does not count. Whatever the night makes of it, half an hour before the start it is over. Null: no offer now, because it
 * is night or too late.
 */
export function offerExpiry(
  now: Instant,
  startsAt: Instant,
  zone: TimeZone,
  terms: OfferTerms = OFFER_TERMS,
): Instant | null {
  if (nightAt(now, zone, terms) !== null) return null;
  const latest = startsAt - terms.leastAheadMs;
  const evening = localToInstant(localDateOf(now, zone), terms.nightFrom, zone);
  const night = nightAt(evening, zone, terms);
  // Of a time soon after the night, only what is left of the day counts.
  const morning = night?.until ?? evening;
  const thinking = latest <= morning ? Math.min(latest, evening) - now : latest - now - (morning - evening);
  if (thinking < terms.shortestMs) return null;
  const length = Math.min(terms.longestMs, Math.max(terms.shortestMs, Math.floor((startsAt - now) / 4)));
  const wanted = now + length;
  return Math.min(wanted <= evening ? wanted : morning + (wanted - evening), latest);
}

export interface Waiting extends Window {
  readonly id: string;
  readonly createdAt: Instant;
}

/** First come, first served: in the order in which they began to wait. That somebody could use the time is for the caller to ask. */
export function inOrder<T extends Waiting>(entries: readonly T[]): T[] {
  return [...entries].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}
