import { STAFF_CLASS } from '../audience/audiences.ts';
import type { AudienceClass } from '../audience/types.ts';
import type { EffectiveWindow } from '../hours/types.ts';
import type { SiteClass } from '../schedule/compatibility.ts';
import type { Handover } from '../schedule/types.ts';
import { dayWindow } from '../time/local.ts';
import type { LocalDate, TimeZone, Window } from '../time/types.ts';
import { clip, normalise, subtract } from '../time/windows.ts';
import { crowdedAt, type Presence } from './crowd.ts';
import { admits } from './opening.ts';
import type { Booker, BusyFact, Closure, ResourceDay, ResourceFacts } from './types.ts';

export interface SiteDayFacts {
  readonly date: LocalDate;
  readonly zone: TimeZone;
  readonly resources: readonly ResourceFacts[];
  /** The site's hours as they may be booked now, closures taken out; those of other days and spaces are ignored. */
  readonly windows: readonly EffectiveWindow[];
  readonly handovers: readonly Handover[];
  /** Taken out of the handovers, where staff would be; they are out of `windows` already. */
  readonly closures: readonly Closure[];
  /**
   * Every active booking of the site whose occupied range or hold reaches into the day, handovers and buffers included;
   * others are ignored.
   */
  readonly busy: readonly BusyFact[];
  /** For whom the day is looked at. */
  readonly booker: Booker;
  /** Their class in each space; a space without one is not theirs to book. */
  readonly classes: ReadonlyMap<string, AudienceClass>;
  /** From `siteClasses`; null: they mind nobody elsewhere on the site. */
  readonly siteClass: SiteClass | null;
  /** How many of them come. Default 1. */
  readonly seats?: number;
  /** People at once in the whole building; null: not bounded. */
  readonly buildingCapacity: number | null;
}

/**
 * The day of every resource, in the order given, for one audience.
 *
 * `free` says exactly which bookings the database would take: a window inside it overlaps no occupied range once its
 * own buffers are added (of seats: leaves room for `seats` more), no hold of another class once its own handover is,
 * and no time in which the building has no room. Bookings of staff hold no space, and staff mind no hold; they count
 * among the people in the building. O(resources + windows + busy log busy).
 */
export function siteDay(facts: SiteDayFacts): ResourceDay[] {
  const { booker, siteClass } = facts;
  const seats = facts.seats ?? 1;
  const day = dayWindow(facts.date, facts.zone);

  const openBySpace = new Map<string, Window[]>();
  for (const window of facts.windows) {
    if (window.from < day.until && window.until > day.from && admits(window, booker)) {
      append(openBySpace, window.spaceId, window);
    }
  }
  // Nobody but staff, and nobody at all while the place is closed.
  for (const { spaceId, ...handover } of booker.isStaff ? facts.handovers : []) {
    const closed = facts.closures.filter((closure) => closure.spaceId === null || closure.spaceId === spaceId);
    for (const window of subtract([handover], normalise(closed))) append(openBySpace, spaceId, window);
  }

  const occupiedByResource = new Map<string, Presence[]>();
  const heldBySpace = new Map<string, Window[]>();
  const heldEverywhere: Window[] = [];
  for (const fact of facts.busy) {
    append(occupiedByResource, fact.resourceId, { ...fact.occupied, seats: fact.seats });
    if (booker.isStaff || fact.audienceClass === STAFF_CLASS) continue;
    if (fact.audienceClass !== facts.classes.get(fact.spaceId)) append(heldBySpace, fact.spaceId, fact.spaceHold);
    const isApart = siteClass !== null && fact.siteAxis === siteClass.axis && fact.siteClass !== siteClass.siteClass;
    if (isApart) heldEverywhere.push(fact.spaceHold);
  }
  const withoutRoom = (presences: readonly Presence[], capacity: number) =>
    seats > capacity ? [day] : crowdedAt(presences, capacity - seats + 1);
  const full =
    facts.buildingCapacity === null
      ? []
      : withoutRoom(
          facts.busy.map(({ present, seats: people }) => ({ ...present, seats: people })),
          facts.buildingCapacity,
        );

  const open = new Map([...openBySpace].map(([spaceId, windows]) => [spaceId, clip(normalise(windows), day)]));
  const held = new Map<string, readonly Window[]>();
  const heldIn = (spaceId: string) => {
    let windows = held.get(spaceId);
    if (windows === undefined) {
      windows = normalise([...(heldBySpace.get(spaceId) ?? []), ...heldEverywhere]);
      held.set(spaceId, windows);
    }
    return windows;
  };

  return facts.resources.map((resource) => {
    const isTheirs = booker.isStaff || facts.classes.has(resource.spaceId);
    const openHere = (isTheirs ? open.get(resource.spaceId) : undefined) ?? [];
    const heldHere = heldIn(resource.spaceId);
    const occupied = occupiedByResource.get(resource.id) ?? [];
    const taken = resource.seats === null ? normalise(occupied) : withoutRoom(occupied, resource.seats);
    return {
      resourceId: resource.id,
      free: subtract(openHere, outOfReach(resource, taken, heldHere, full)),
      open: openHere,
      busy: clip(normalise([...taken, ...full]), day),
      otherUse: clip(heldHere, day),
    };
  });
}

/**
 * Where no booking of the resource may lie: what is taken, and as far around it as the booking's own margins would
 * reach.
 */
function outOfReach(
  resource: ResourceFacts,
  occupied: readonly Window[],
  held: readonly Window[],
  full: readonly Window[],
): Window[] {
  const blocked: Window[] = [...full];
  for (const window of occupied) {
    blocked.push({ from: window.from - resource.bufferAfterMs, until: window.until + resource.bufferBeforeMs });
  }
  for (const window of held) blocked.push({ from: window.from - resource.handoverMs, until: window.until });
  return normalise(blocked);
}

function append<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
