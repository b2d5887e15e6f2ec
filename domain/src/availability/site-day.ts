import { STAFF_CLASS } from '../audience/audiences.ts';
import type { Audience } from '../audience/types.ts';
import { dayWindow } from '../time/local.ts';
import type { LocalDate, TimeZone, Window } from '../time/types.ts';
import { clip, normalise, overlaps, subtract } from '../time/windows.ts';
import { admits, expandOpening } from './opening.ts';
import type { BusyFact, Closure, OpeningRule, ResourceDay, ResourceFacts } from './types.ts';

export interface SiteDayFacts {
  readonly date: LocalDate;
  readonly zone: TimeZone;
  readonly resources: readonly ResourceFacts[];
  /** The site's rules; those of other days and spaces are ignored. */
  readonly rules: readonly OpeningRule[];
  readonly closures: readonly Closure[];
  /**
   * Every active booking whose occupied range or hold reaches into the day, handovers and buffers included; others are
   * ignored.
   */
  readonly busy: readonly BusyFact[];
  /** For whom the day is looked at. */
  readonly audience: Audience;
}

/**
 * The day of every resource, in the order given, for one audience.
 *
 * `free` says exactly which bookings the database would take: a window inside it overlaps no occupied range once its
 * own buffers are added, and no hold of another class once its own handover is. Bookings of staff hold no space, and
 * staff mind no hold. O(resources + rules + busy log busy).
 */
export function siteDay(facts: SiteDayFacts): ResourceDay[] {
  const day = dayWindow(facts.date, facts.zone);
  const isForStaff = facts.audience.isStaff;

  const spaceIds = [...new Set(facts.resources.map((resource) => resource.spaceId))];
  const openings = expandOpening(facts.rules, spaceIds, facts.date, facts.zone).filter((opening) =>
    admits(opening, facts.audience),
  );
  const openingsBySpace = Map.groupBy(openings, (opening) => opening.spaceId);
  const closuresBySpace = Map.groupBy(
    facts.closures.filter((closure) => overlaps(closure, day)),
    (closure) => closure.spaceId,
  );
  const ofWholeSite = closuresBySpace.get(null) ?? [];

  const occupiedByResource = new Map<string, Window[]>();
  const heldBySpace = new Map<string, Window[]>();
  for (const fact of facts.busy) {
    append(occupiedByResource, fact.resourceId, fact.occupied);
    const isOtherUse =
      !isForStaff && fact.audienceClass !== STAFF_CLASS && fact.audienceClass !== facts.audience.audienceClass;
    if (isOtherUse) append(heldBySpace, fact.spaceId, fact.spaceHold);
  }

  const spaces = new Map<string, { readonly open: readonly Window[]; readonly held: readonly Window[] }>();
  for (const spaceId of spaceIds) {
    const closed = normalise([...ofWholeSite, ...(closuresBySpace.get(spaceId) ?? [])]);
    spaces.set(spaceId, {
      open: subtract(normalise(openingsBySpace.get(spaceId) ?? []), closed),
      held: normalise(heldBySpace.get(spaceId) ?? []),
    });
  }

  return facts.resources.map((resource) => {
    const { open, held } = spaces.get(resource.spaceId) ?? { open: [], held: [] };
    const occupied = normalise(occupiedByResource.get(resource.id) ?? []);
    return {
      resourceId: resource.id,
      free: subtract(open, outOfReach(resource, occupied, held)),
      open,
      busy: clip(occupied, day),
      otherUse: clip(held, day),
    };
  });
}

/**
 * Where no booking of the resource may lie: what is taken, and as far around it as the booking's own margins would
 * reach.
 */
function outOfReach(resource: ResourceFacts, occupied: readonly Window[], held: readonly Window[]): Window[] {
  const blocked: Window[] = [];
  for (const window of occupied) {
    blocked.push({ from: window.from - resource.bufferAfterMs, until: window.until + resource.bufferBeforeMs });
  }
  for (const window of held) blocked.push({ from: window.from - resource.handoverMs, until: window.until });
  return normalise(blocked);
}

function append<K>(lists: Map<K, Window[]>, key: K, window: Window): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [window]);
  else list.push(window);
}
