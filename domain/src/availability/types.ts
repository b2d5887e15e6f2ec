import type { AudienceClass, AudienceCode } from '../audience/types.ts';
import type { LocalDate, LocalTime, Weekday, Window } from '../time/types.ts';

/**
 * A recurring opening range: "Mondays 09:00-12:00 local, for professionals, in this space".
 * `spaceId: null` means every space of the site. `endsAt` may be `24:00`; a range does not cross midnight.
 * Valid from `validFrom` (inclusive) until `validUntil` (exclusive); null is unbounded.
 */
export interface OpeningRule {
  readonly id: string;
  readonly spaceId: string | null;
  readonly audience: AudienceCode;
  readonly audienceClass: AudienceClass;
  readonly weekday: Weekday;
  readonly startsAt: LocalTime;
  readonly endsAt: LocalTime;
  readonly validFrom: LocalDate | null;
  readonly validUntil: LocalDate | null;
}

/** A closure of a site (`spaceId: null`) or of one space, over an absolute window. */
export interface Closure extends Window {
  readonly spaceId: string | null;
  readonly reason: string | null;
}

/** An opening window on a given day: the expansion of a rule. */
export interface OpeningWindow extends Window {
  readonly spaceId: string;
  readonly audience: AudienceCode;
  readonly audienceClass: AudienceClass;
  readonly ruleId: string;
}

export interface ResourceFacts {
  readonly id: string;
  readonly spaceId: string;
  readonly bufferBeforeMs: number;
  readonly bufferAfterMs: number;
  /** The handover of its space: how long after a booking no other class of audiences may begin there. */
  readonly handoverMs: number;
}

/**
 * What is in the way: a booking's `occupied` range on its resource, and its `spaceHold` for its class (`STAFF_CLASS`
 * for a booking of staff, which holds the space against nobody).
 */
export interface BusyFact {
  readonly resourceId: string;
  readonly spaceId: string;
  readonly audienceClass: AudienceClass;
  readonly occupied: Window;
  readonly spaceHold: Window;
}

export interface ResourceDay {
  readonly resourceId: string;
  /**
   * When the visitor's audience may book it: open, not closed, not busy, no other class in the space. Sorted, disjoint.
   */
  readonly free: readonly Window[];
  /** When it is open for the visitor's audience, whether busy or not. Sorted, disjoint. */
  readonly open: readonly Window[];
  /** When it is taken. Sorted, disjoint, clipped to the day. */
  readonly busy: readonly Window[];
  /** When audiences of another class hold its space, handovers included. Sorted, disjoint, clipped to the day. */
  readonly otherUse: readonly Window[];
}

export interface FreeTime extends Window {
  readonly resourceId: string;
}
