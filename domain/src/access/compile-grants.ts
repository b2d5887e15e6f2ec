import { STAFF_CLASS } from '../audience/audiences.ts';
import type { AudienceClass } from '../audience/types.ts';
import type { OpeningWindow } from '../availability/types.ts';
import { isActive } from '../booking/life-cycle.ts';
import { spaceHoldWindow } from '../booking/request.ts';
import type { BookingStatus } from '../booking/types.ts';
import type { Instant, Window } from '../time/types.ts';
import { normalise, overlaps, subtract } from '../time/windows.ts';
import type { AudienceWindow, CredentialKind, CredentialMatch, DoorPolicy, Grant } from './types.ts';

export interface BookingForAccess {
  readonly id: string;
  readonly memberRef: string;
  readonly resourceId: string;
  readonly spaceId: string;
  /** `STAFF_CLASS` for a booking of staff: it claims no space, and its holder is not held to audience windows. */
  readonly audienceClass: AudienceClass;
  readonly status: BookingStatus;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** Of supervised hours whose door waits for a referent. */
  readonly referentFirst?: { readonly graceMs: number };
}

/** A credential in force: of one booking (a PIN, a phone pass), or of a member for all their bookings (a badge). */
export interface CredentialForAccess {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly match: CredentialMatch;
  readonly owner:
    | { readonly kind: 'member'; readonly memberRef: string }
    | { readonly kind: 'booking'; readonly bookingId: string };
}

/** A staff credential in force. `doorIds: null` is every door of the site. */
export interface StaffCredential {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly match: CredentialMatch;
  readonly holderRef: string;
  readonly doorIds: readonly string[] | null;
  readonly from: Instant;
  readonly until: Instant | null;
  readonly isReferent?: boolean;
}

export interface DoorForAccess extends DoorPolicy {
  /** The spaces behind it; `null` for an entrance, which leads to every space of the site. */
  readonly spaceIds: readonly string[] | null;
}

export interface CompileFacts {
  /**
   * Every booking that the horizon meets, and the one before each on its resource. Statuses that are not active are
   * ignored.
   */
  readonly bookings: readonly BookingForAccess[];
  readonly credentials: readonly CredentialForAccess[];
  readonly staff: readonly StaffCredential[];
  readonly doors: readonly DoorForAccess[];
  /** The site's spaces with their handovers. */
  readonly spaces: readonly { readonly id: string; readonly handoverMs: number }[];
  /** The site's bookable resources: they tell which doors lead to one private room only. */
  readonly resources: readonly { readonly id: string; readonly spaceId: string }[];
  /** Opening windows of the horizon, closures already taken out (`openWithoutClosures`). */
  readonly openings: readonly OpeningWindow[];
  /**
   * What the set covers. Grants and windows outside it are left out; those that begin or end outside are kept whole.
   */
  readonly horizon: Window;
}

export interface CompiledAccess {
  readonly doors: DoorPolicy[];
  readonly grants: Grant[];
  readonly audienceWindows: AudienceWindow[];
}

/**
 * Compiles what a site's bridge must know. The same facts in any order give the same result, item by item: an unchanged
 * site compiles to identical bytes. Doors are sorted by id, grants by id, windows by door, start and class.
 *
 * **Grants.** A `confirmed` or `checked_in` booking gives each credential of its member and each of its own the doors
 * that lead to its space, from `startsAt` minus the door's `earlyMs` until `endsAt`. Through a door behind which there
 * is only the booked resource the holder would walk in on the one before: there the grant begins no earlier than the
 * end of that resource's previous active booking. So a booking gives a credential one grant for each start among its
 * doors, the earliest first (`<booking>/<credential>/0`, `/1`...).
 *
 * **Audience windows.** Who holds a space at a time is, first, the class of an active booking there (until its handover
 * is over), else the classes of its opening windows. A booking is a person in the room: it overrules hours that were
 * edited after it was made, and keeps the other class out meanwhile. Where bookings of two classes, or openings of two
 * classes without any booking, claim one space at once, nobody is known to hold it and it admits nobody. Bookings and
 * openings of staff claim nothing. A door has the windows of all the spaces behind it. When these are in different
 * hands at one time, the door cannot tell the publics apart - an entrance hall serves both - so it admits each of the
 * classes that hold one of its spaces, and no other; keeping them apart is then the inner doors' work. Doors that do
 * not obey audience windows get none.
 */
export function compileGrants(facts: CompileFacts): CompiledAccess {
  const doors = [...facts.doors].sort(byId);
  const active = facts.bookings.filter((booking) => isActive(booking.status));
  return {
    doors: doors.map(policyOf),
    grants: [...bookingGrants(facts, doors, active), ...staffGrants(facts, doors)].sort(byId),
    audienceWindows: audienceWindowsOf(facts, doors, active),
  };
}

/** Opening windows minus the closures of the site and of their space: what `CompileFacts.openings` wants. */
export function openWithoutClosures(
  openings: readonly OpeningWindow[],
  closures: readonly (Window & { readonly spaceId: string | null })[],
): OpeningWindow[] {
  return openings.flatMap((opening) => {
    const closed = closures.filter((closure) => closure.spaceId === null || closure.spaceId === opening.spaceId);
    return subtract([opening], normalise(closed)).map((window) => ({ ...opening, ...window }));
  });
}

/** Only what a bridge is told: whatever else the caller's records hold stays on the server. */
function policyOf(door: DoorForAccess): DoorPolicy {
  return {
    id: door.id,
    name: door.name,
    obeysAudienceWindows: door.obeysAudienceWindows,
    earlyMs: door.earlyMs,
    pinMaxFailures: door.pinMaxFailures,
    pinLockoutWindowMs: door.pinLockoutWindowMs,
    pinLockoutMs: door.pinLockoutMs,
  };
}

function bookingGrants(
  facts: CompileFacts,
  doors: readonly DoorForAccess[],
  active: readonly BookingForAccess[],
): Grant[] {
  const previousEnd = previousEnds(active);
  const byMember = new Map<string, CredentialForAccess[]>();
  const byBooking = new Map<string, CredentialForAccess[]>();
  for (const credential of facts.credentials) {
    const { owner } = credential;
    if (owner.kind === 'member') append(byMember, owner.memberRef, credential);
    else append(byBooking, owner.bookingId, credential);
  }
  const doorsOfSpace = new Map(
    facts.spaces.map(({ id }) => [id, doors.filter((door) => door.spaceIds === null || door.spaceIds.includes(id))]),
  );
  const privateDoors = new Set(doors.filter((door) => leadsToOneResource(door, facts)).map((door) => door.id));

  const grants: Grant[] = [];
  for (const booking of active) {
    if (booking.status !== 'confirmed' && booking.status !== 'checked_in') continue;
    const credentials = [...(byMember.get(booking.memberRef) ?? []), ...(byBooking.get(booking.id) ?? [])];
    if (credentials.length === 0) continue;

    const roomIsFreeFrom = previousEnd.get(booking.id) ?? Number.NEGATIVE_INFINITY;
    const startAt = (door: DoorForAccess) => {
      const early = booking.startsAt - door.earlyMs;
      return privateDoors.has(door.id) ? Math.max(early, roomIsFreeFrom) : early;
    };
    const starts = [...Map.groupBy(doorsOfSpace.get(booking.spaceId) ?? [], startAt)]
      .filter(([from]) => from < booking.endsAt && overlaps({ from, until: booking.endsAt }, facts.horizon))
      .sort(([a], [b]) => a - b);
    for (const credential of credentials) {
      for (const [position, [from, doorsFromThen]] of starts.entries()) {
        grants.push({
          id: `${booking.id}/${credential.id}/${position}`,
          doorIds: doorsFromThen.map((door) => door.id),
          kind: credential.kind,
          match: credential.match,
          holderRef: booking.memberRef,
          bookingId: booking.id,
          audienceClass: booking.audienceClass,
          from,
          until: booking.endsAt,
          isStaff: false,
          ...(booking.referentFirst !== undefined && { referentFirst: booking.referentFirst }),
        });
      }
    }
  }
  return grants;
}

/** For each booking, when the latest earlier booking of its resource ends. */
function previousEnds(active: readonly BookingForAccess[]): Map<string, Instant> {
  const ends = new Map<string, Instant>();
  for (const bookings of Map.groupBy(active, (booking) => booking.resourceId).values()) {
    bookings.sort((a, b) => a.startsAt - b.startsAt || byId(a, b));
    for (let i = 1; i < bookings.length; i++) {
      ends.set((bookings[i] as BookingForAccess).id, (bookings[i - 1] as BookingForAccess).endsAt);
    }
  }
  return ends;
}

function leadsToOneResource(door: DoorForAccess, facts: CompileFacts): boolean {
  const { spaceIds } = door;
  if (spaceIds === null) return false;
  return facts.resources.filter((resource) => spaceIds.includes(resource.spaceId)).length === 1;
}

function staffGrants(facts: CompileFacts, doors: readonly DoorForAccess[]): Grant[] {
  const everyDoor = doors.map((door) => door.id);
  const known = new Set(everyDoor);
  const grants: Grant[] = [];
  for (const credential of facts.staff) {
    if (credential.until !== null && credential.until <= facts.horizon.from) continue;
    if (credential.from >= facts.horizon.until) continue;
    const doorIds = credential.doorIds === null ? everyDoor : credential.doorIds.filter((id) => known.has(id)).sort();
    if (doorIds.length === 0) continue;
    grants.push({
      id: `staff/${credential.id}`,
      doorIds,
      kind: credential.kind,
      match: credential.match,
      holderRef: credential.holderRef,
      bookingId: null,
      audienceClass: STAFF_CLASS,
      from: credential.from,
      until: credential.until,
      isStaff: true,
      ...(credential.isReferent === true && { isReferent: true as const }),
    });
  }
  return grants;
}

type Timeline = ReadonlyMap<AudienceClass, readonly Window[]>;

function audienceWindowsOf(
  facts: CompileFacts,
  doors: readonly DoorForAccess[],
  active: readonly BookingForAccess[],
): AudienceWindow[] {
  const bookingsBySpace = Map.groupBy(active, (booking) => booking.spaceId);
  const openingsBySpace = Map.groupBy(facts.openings, (opening) => opening.spaceId);
  const timelines = new Map<string, Timeline>();
  for (const space of facts.spaces) {
    const held = (bookingsBySpace.get(space.id) ?? []).map((booking) => ({
      audienceClass: booking.audienceClass,
      ...spaceHoldWindow({ from: booking.startsAt, until: booking.endsAt }, space.handoverMs),
    }));
    timelines.set(space.id, holdersOf(held, openingsBySpace.get(space.id) ?? []));
  }

  const result: AudienceWindow[] = [];
  for (const door of doors) {
    if (!door.obeysAudienceWindows) continue;
    const ofClass = new Map<AudienceClass, Window[]>();
    for (const spaceId of door.spaceIds ?? timelines.keys()) {
      for (const [audienceClass, windows] of timelines.get(spaceId) ?? []) {
        for (const window of windows) append(ofClass, audienceClass, window);
      }
    }
    const ofDoor: AudienceWindow[] = [];
    for (const [audienceClass, windows] of ofClass) {
      for (const window of normalise(windows)) {
        if (overlaps(window, facts.horizon)) {
          ofDoor.push({ doorId: door.id, audienceClass, from: window.from, until: window.until });
        }
      }
    }
    ofDoor.sort((a, b) => a.from - b.from || (a.audienceClass < b.audienceClass ? -1 : 1));
    result.push(...ofDoor);
  }
  return result;
}

type ClassWindow = Window & { readonly audienceClass: AudienceClass };

/** Which class holds one space when: bookings first, then openings; claimed by two, held by none. */
function holdersOf(bookings: readonly ClassWindow[], openings: readonly ClassWindow[]): Timeline {
  const booked = undisputed(bookings);
  const takenByBookings = normalise(bookings.filter((booking) => booking.audienceClass !== STAFF_CLASS));
  const holders = new Map<AudienceClass, Window[]>();
  for (const [audienceClass, windows] of booked) for (const window of windows) append(holders, audienceClass, window);
  for (const [audienceClass, windows] of undisputed(openings)) {
    for (const window of subtract(windows, takenByBookings)) append(holders, audienceClass, window);
  }
  return new Map([...holders].map(([audienceClass, windows]) => [audienceClass, normalise(windows)]));
}

/** The windows of each class without the parts that another class claims as well. */
function undisputed(claims: readonly ClassWindow[]): Timeline {
  const byClass = new Map<AudienceClass, Window[]>();
  for (const claim of claims) if (claim.audienceClass !== STAFF_CLASS) append(byClass, claim.audienceClass, claim);
  const normal = [...byClass].map(([audienceClass, windows]) => ({ audienceClass, windows: normalise(windows) }));
  return new Map(
    normal.map(({ audienceClass, windows }) => {
      const claimedByOthers = normal
        .filter((other) => other.audienceClass !== audienceClass)
        .flatMap((other) => other.windows);
      return [audienceClass, subtract(windows, normalise(claimedByOthers))];
    }),
  );
}

function append<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
