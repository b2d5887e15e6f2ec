import type { Audience, AudienceClass, AudienceCode } from '../audience/types.ts';
import type { Window } from '../time/types.ts';

/** A closure of a site (`spaceId: null`) or of one space, over an absolute window. */
export interface Closure extends Window {
  readonly spaceId: string | null;
  readonly reason: string | null;
}

/** An opening window on a given day. */
export interface OpeningWindow extends Window {
  readonly spaceId: string;
  readonly audience: AudienceCode;
  readonly audienceClass: AudienceClass;
  readonly ruleId: string;
}

/** Who books: an audience, and the structure whose public they are (null: no structure's in particular). */
export interface Booker extends Audience {
  readonly structureId: string | null;
}

export interface ResourceFacts {
  readonly id: string;
  readonly spaceId: string;
  readonly bufferBeforeMs: number;
  readonly bufferAfterMs: number;
  /** The handover of its space: how long after a booking no other class of audiences may begin there. */
  readonly handoverMs: number;
  /** People at once, of a resource that is booked by seats; null for one that is whoever's comes first. */
  readonly seats: number | null;
}

/**
 * What is in the way: a booking's `occupied` range on its resource, and its `spaceHold` for its class (`STAFF_CLASS`
 * for a booking of staff, which holds the space against nobody).
 */
export interface BusyFact {
  readonly resourceId: string;
  readonly spaceId: string;
  readonly audienceClass: AudienceClass;
  /** From `siteClasses`; both empty where the audience minds nobody elsewhere on the site. */
  readonly siteAxis: string;
  readonly siteClass: string;
  /** How many people come. */
  readonly seats: number;
  /** When they are there: the booked time, without buffers. */
  readonly present: Window;
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
  /**
   * When it is taken (of seats: when too few are left), or the building is full. Sorted, disjoint, clipped to the day.
   */
  readonly busy: readonly Window[];
  /**
   * When audiences of another class hold its space, or publics that never share the site are there; handovers included.
   * Sorted, disjoint, clipped to the day.
   */
  readonly otherUse: readonly Window[];
}

export interface FreeTime extends Window {
  readonly resourceId: string;
}
