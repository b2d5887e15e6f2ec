import { classesMayMeet } from '../audience/audiences.ts';
import type { AudienceClass } from '../audience/types.ts';
import {
  type BookingLimits,
  occupiedWindow,
  type RequestRefusal,
  spaceHoldWindow,
  validateRequest,
} from '../booking/request.ts';
import type { EffectiveWindow } from '../hours/types.ts';
import type { SiteClass } from '../schedule/compatibility.ts';
import type { Handover } from '../schedule/types.ts';
import type { Instant, Outcome, TimeZone, Window } from '../time/types.ts';
import { contains, normalise, overlaps } from '../time/windows.ts';
import { peakWithin } from './crowd.ts';
import { admits } from './opening.ts';
import type { Booker, BusyFact, Closure, ResourceFacts } from './types.ts';

export interface BookableFacts {
  readonly resource: ResourceFacts;
  readonly zone: TimeZone;
  /** The hours of its space on that day as they may be booked now, closures taken out; other spaces' are ignored. */
  readonly windows: readonly EffectiveWindow[];
  readonly handovers: readonly Handover[];
  /** For the reason given: hours are taken out of `windows` already. */
  readonly closures: readonly Closure[];
  /** Active bookings of the site around the window. When one is being moved, leave it out. */
  readonly busy: readonly BusyFact[];
  readonly booker: Booker;
  /** The booker's class in the space; null: the audience has no place there. */
  readonly audienceClass: AudienceClass | null;
  /** From `siteClasses`; null: they mind nobody elsewhere on the site. */
  readonly siteClass: SiteClass | null;
  /** How many come. Default 1. */
  readonly seats?: number;
  /** People at once in the whole building; null: not bounded. */
  readonly buildingCapacity: number | null;
  readonly now: Instant;
  readonly limits?: BookingLimits;
}

export type BookableRefusal =
  | RequestRefusal
  | 'outside_opening_window'
  | 'audience_not_admitted'
  | 'closed'
  | 'in_handover'
  | 'space_in_other_use'
  | 'site_in_other_use'
  | 'resource_taken'
  | 'too_few_seats'
  | 'building_full';

/** What the booking would keep from others, and in which hours it lies. */
export interface BookableWindow {
  readonly window: Window;
  readonly occupied: Window;
  readonly spaceHold: Window;
  /** The booker's opening windows that it lies in, by start; none for staff. Their use says at which tariff. */
  readonly openings: readonly EffectiveWindow[];
}

/**
 * Whether the audience may book the window of the resource now; the value says what the booking will occupy and hold.
 *
 * Refusals, in the order in which they are looked for: those of `validateRequest`; `closed`; `in_handover` (it reaches
 * into the time between two publics who may not meet); `outside_opening_window` (some of it is open for nobody);
 * `audience_not_admitted` (it is open, but some of it is in another audience's hours, or a partner's);
 * `resource_taken` or, of seats, `too_few_seats`; `space_in_other_use` (another class holds the space then, or its
 * handover is not over); `site_in_other_use` (a public that never shares the site is there); `building_full`. The
 * database has the last word on the last five.
 */
export function isBookable(facts: BookableFacts, window: Window): Outcome<BookableWindow, BookableRefusal> {
  const { resource, zone, booker, now, limits } = facts;
  const refuse = (reason: BookableRefusal) => ({ ok: false, reason }) as const;
  const request = validateRequest(window, limits === undefined ? { zone, now } : { zone, now, limits });
  if (!request.ok) return request;

  const isHere = (where: { readonly spaceId: string | null }) =>
    where.spaceId === null || where.spaceId === resource.spaceId;
  const isMet = (other: Window & { readonly spaceId: string | null }) => isHere(other) && overlaps(other, window);
  if (facts.closures.some(isMet)) return refuse('closed');

  const openings = facts.windows.filter(isMet);
  const isTheirs = booker.isStaff || facts.audienceClass !== null;
  const own = isTheirs ? openings.filter((opening) => admits(opening, booker)) : [];
  const handovers = facts.handovers.filter(isMet);
  // Nobody but staff is there between two publics.
  const hours = booker.isStaff ? [...own, ...handovers] : own;
  if (!contains(normalise(hours), window)) {
    if (!booker.isStaff && handovers.length > 0) return refuse('in_handover');
    return refuse(contains(normalise(openings), window) ? 'audience_not_admitted' : 'outside_opening_window');
  }

  const occupied = occupiedWindow(window, resource);
  const spaceHold = spaceHoldWindow(window, resource.handoverMs);
  const refusal = conflictWith(facts, { window, occupied, spaceHold });
  return refusal === null
    ? { ok: true, value: { window: request.value, occupied, spaceHold, openings: booker.isStaff ? [] : own } }
    : refuse(refusal);
}

function conflictWith(
  facts: BookableFacts,
  { window, occupied, spaceHold }: Pick<BookableWindow, 'window' | 'occupied' | 'spaceHold'>,
): BookableRefusal | null {
  const { resource, busy, booker, siteClass, buildingCapacity, seats = 1 } = facts;
  const ofResource = busy.filter((fact) => fact.resourceId === resource.id);
  if (resource.seats === null) {
    if (ofResource.some((fact) => overlaps(fact.occupied, occupied))) return 'resource_taken';
  } else {
    const taken = ofResource.map((fact) => ({ ...fact.occupied, seats: fact.seats }));
    if (peakWithin(taken, occupied) + seats > resource.seats) return 'too_few_seats';
  }
  const met = busy.filter((fact) => !booker.isStaff && overlaps(fact.spaceHold, spaceHold));
  const isOtherUse = met.some(
    (fact) =>
      fact.spaceId === resource.spaceId &&
      facts.audienceClass !== null &&
      !classesMayMeet(fact.audienceClass, facts.audienceClass),
  );
  if (isOtherUse) return 'space_in_other_use';
  const isApart = met.some(
    (fact) => siteClass !== null && fact.siteAxis === siteClass.axis && fact.siteClass !== siteClass.siteClass,
  );
  if (isApart) return 'site_in_other_use';
  if (buildingCapacity !== null) {
    const people = busy.map((fact) => ({ ...fact.present, seats: fact.seats }));
    if (peakWithin(people, window) + seats > buildingCapacity) return 'building_full';
  }
  return null;
}
