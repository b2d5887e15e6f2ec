import { classesMayMeet } from '../audience/audiences.ts';
import type { Audience } from '../audience/types.ts';
import {
  type BookingLimits,
  occupiedWindow,
  type RequestRefusal,
  spaceHoldWindow,
  validateRequest,
} from '../booking/request.ts';
import { localDateOf } from '../time/local.ts';
import type { Instant, Outcome, TimeZone, Window } from '../time/types.ts';
import { contains, normalise, overlaps } from '../time/windows.ts';
import { admits, expandOpening } from './opening.ts';
import type { BusyFact, Closure, OpeningRule, ResourceFacts } from './types.ts';

export interface BookableFacts {
  readonly resource: ResourceFacts;
  readonly zone: TimeZone;
  readonly rules: readonly OpeningRule[];
  readonly closures: readonly Closure[];
  /** Active bookings of the resource and of its space around the window. When one is being moved, leave it out. */
  readonly busy: readonly BusyFact[];
  readonly audience: Audience;
  readonly now: Instant;
  readonly limits?: BookingLimits;
}

export type BookableRefusal =
  | RequestRefusal
  | 'outside_opening_window'
  | 'audience_not_admitted'
  | 'closed'
  | 'space_in_other_use'
  | 'resource_taken';

/** What the booking would keep from others. */
export interface BookableWindow {
  readonly window: Window;
  readonly occupied: Window;
  readonly spaceHold: Window;
}

/**
 * Whether the audience may book the window of the resource now; the value says what the booking will occupy and hold.
 *
 * Refusals, in the order in which they are looked for: those of `validateRequest`; `closed`; `outside_opening_window`
 * (some of it is open for nobody); `audience_not_admitted` (it is open, but some of it is in another audience's hours);
 * `resource_taken`; `space_in_other_use` (another class holds the space then, or its handover is not over). The
 * database has the last word on the last two.
 */
export function isBookable(facts: BookableFacts, window: Window): Outcome<BookableWindow, BookableRefusal> {
  const { resource, zone, audience, now, limits } = facts;
  const request = validateRequest(window, limits === undefined ? { zone, now } : { zone, now, limits });
  if (!request.ok) return request;

  const isClosed = facts.closures.some(
    (closure) => (closure.spaceId === null || closure.spaceId === resource.spaceId) && overlaps(closure, window),
  );
  if (isClosed) return { ok: false, reason: 'closed' };

  const openings = expandOpening(facts.rules, [resource.spaceId], localDateOf(window.from, zone), zone);
  if (!contains(normalise(openings), window)) return { ok: false, reason: 'outside_opening_window' };
  const own = openings.filter((opening) => admits(opening, audience));
  if (!contains(normalise(own), window)) return { ok: false, reason: 'audience_not_admitted' };

  const occupied = occupiedWindow(window, resource);
  const spaceHold = spaceHoldWindow(window, resource.handoverMs);
  for (const fact of facts.busy) {
    if (fact.resourceId === resource.id && overlaps(fact.occupied, occupied))
      return { ok: false, reason: 'resource_taken' };
  }
  for (const fact of facts.busy) {
    const isOtherUse =
      fact.spaceId === resource.spaceId &&
      !audience.isStaff &&
      !classesMayMeet(fact.audienceClass, audience.audienceClass);
    if (isOtherUse && overlaps(fact.spaceHold, spaceHold)) return { ok: false, reason: 'space_in_other_use' };
  }
  return { ok: true, value: { window: request.value, occupied, spaceHold } };
}
