import { localRange, timeOfMinutes } from '../../time/local.ts';
import type { Instant, LocalDate, Outcome, TimeZone, Window } from '../../time/types.ts';
import { isActive } from '../life-cycle.ts';
import type { BookingStatus } from '../types.ts';

/** When on each date, in wall time of the place. */
export interface TimeOfDay {
  readonly startsAtMinute: number;
  readonly durationMinutes: number;
}

/**
 * The occurrence of a date: from and to the same wall times on every day, so that on the day of a clock change it may last an hour more
 * or less. Null when the clocks skip all of it.
 */
export function occurrenceWindow(
  date: LocalDate,
  { startsAtMinute, durationMinutes }: TimeOfDay,
  zone: TimeZone,
): Window | null {
  return localRange(date, timeOfMinutes(startsAtMinute), timeOfMinutes(startsAtMinute + durationMinutes), zone);
}

/** One booking of a series. */
export interface Occurrence {
  readonly bookingId: string;
  /** The date that the rule gave. */
  readonly date: LocalDate;
  readonly status: BookingStatus;
  readonly window: Window;
  /** It was moved by itself, and is not where the series would have it. */
  readonly isMoved: boolean;
}

export type SeriesScope = 'one' | 'following' | 'all';

export interface SeriesEdit<T extends Occurrence> {
  /** What is changed: to come, and not given back. */
  readonly touched: readonly T[];
  /** To come as well, but decided one by one before: a move of the whole leaves them where they are. */
  readonly kept: readonly T[];
  /** The date with which a series of its own begins; null: the series has nothing before it, and changes as a whole. */
  readonly splitsAt: LocalDate | null;
}

/**
 * What an edit reaches. What began stays as it was, whatever the scope: `all` is everything that is still to come. Cancelling reaches
 * moved occurrences too. Refusals: `not_an_occurrence` (of `one` and `following`: no such date), `nothing_to_change`.
 */
export function planEdit<T extends Occurrence>(
  occurrences: readonly T[],
  edit: { readonly scope: SeriesScope; readonly date: LocalDate | null; readonly isCancelling: boolean },
  now: Instant,
): Outcome<SeriesEdit<T>, 'not_an_occurrence' | 'nothing_to_change'> {
  const { scope, date, isCancelling } = edit;
  if (scope !== 'all' && !occurrences.some((occurrence) => occurrence.date === date)) {
    return { ok: false, reason: 'not_an_occurrence' };
  }
  const reached = occurrences.filter((occurrence) => {
    if (!isActive(occurrence.status) || occurrence.window.from <= now) return false;
    if (scope === 'all' || date === null) return true;
    return scope === 'one' ? occurrence.date === date : occurrence.date >= date;
  });
  const isLeft = (occurrence: T) => scope !== 'one' && !isCancelling && occurrence.isMoved;
  const touched = reached.filter((occurrence) => !isLeft(occurrence));
  const kept = reached.filter(isLeft);
  if (touched.length === 0) return { ok: false, reason: 'nothing_to_change' };
  if (scope === 'one') return { ok: true, value: { touched, kept, splitsAt: null } };
  const [first = ''] = reached.map((occurrence) => occurrence.date).sort();
  const isWhole = occurrences.every((occurrence) => occurrence.date >= first);
  return { ok: true, value: { touched, kept, splitsAt: isWhole ? null : first } };
}
