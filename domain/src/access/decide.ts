import { STAFF_CLASS } from '../audience/audiences.ts';
import type { Instant } from '../time/types.ts';
import type {
  AccessDecision,
  AccessRequest,
  AudienceWindow,
  CredentialKind,
  CredentialMatch,
  DenialReason,
  DoorPolicy,
  Grant,
  GrantSet,
  ReferentPresence,
} from './types.ts';
import { REFERENT_STAYS_MS } from './types.ts';

interface IndexedGrant {
  readonly grant: Grant;
  readonly doorIds: ReadonlySet<string>;
}

interface IndexedDoor {
  readonly policy: DoorPolicy;
  /** Sorted by `from`. */
  readonly windows: readonly AudienceWindow[];
  /**
   * At each position the latest end among the windows so far: a scan back from `at` stops as soon as none can reach it.
   */
  readonly latestUntil: readonly Instant[];
}

/** A grant set ready for decisions: build it once per snapshot, ask it for every badge. */
export interface IndexedGrantSet {
  readonly set: GrantSet;
  readonly doors: ReadonlyMap<string, IndexedDoor>;
  readonly byMatch: Readonly<Record<CredentialKind, ReadonlyMap<CredentialMatch, readonly IndexedGrant[]>>>;
}

/** Indexes a grant set by door and by credential. O(n log n) once; the set must not be changed afterwards. */
export function indexGrantSet(set: GrantSet): IndexedGrantSet {
  const byMatch: Record<CredentialKind, Map<CredentialMatch, IndexedGrant[]>> = {
    badge: new Map(),
    pin: new Map(),
    phone: new Map(),
  };
  for (const grant of set.grants) {
    const indexed = { grant, doorIds: new Set(grant.doorIds) };
    const ofKind = byMatch[grant.kind];
    const same = ofKind.get(grant.match);
    if (same === undefined) ofKind.set(grant.match, [indexed]);
    else same.push(indexed);
  }

  const windowsByDoor = Map.groupBy(set.audienceWindows, (window) => window.doorId);
  const doors = new Map<string, IndexedDoor>();
  for (const policy of set.doors) {
    const windows = [...(windowsByDoor.get(policy.id) ?? [])].sort((a, b) => a.from - b.from);
    const latestUntil: Instant[] = [];
    let latest = Number.NEGATIVE_INFINITY;
    for (const window of windows) {
      latest = Math.max(latest, window.until);
      latestUntil.push(latest);
    }
    doors.set(policy.id, { policy, windows, latestUntil });
  }
  return { set, doors, byMatch };
}

/**
 * How far a refusal is from opening, nearest first: when several grants match the credential and none opens, the
 * nearest one speaks. `not_yet` and `ended` share a rank and are compared by how many milliseconds they missed.
 */
const DISTANCE: Readonly<Partial<Record<DenialReason, number>>> = {
  no_referent: 0,
  grants_expired: 1,
  audience_not_admitted: 2,
  outside_opening_window: 3,
  clock_unknown: 4,
  not_yet: 5,
  ended: 5,
  locked_down: 6,
  wrong_door: 7,
};

/**
 * Decides one presentation at one door, at the instant `at`. The server and the bridge run this same function.
 *
 * In this order:
 * 1. a door that the set does not know: `unknown_door`;
 * 2. a released door opens for everybody (`released`);
 * 3. a PIN while the door is locked out: `too_many_attempts`, `at` is the end of the lock-out. It holds for every PIN,
 *    also staff's; badges and phones go on;
 * 4. no grant for the credential: `unknown_credential` (`locked_down` while the door is);
 * 5. then each grant of the credential: `wrong_door`; `locked_down` unless staff; `clock_unknown` with an unknown
 *    clock, unless open-ended staff (whose `from` cannot be read then either); `not_yet` before `from`, `ended` from
 *    `until` on; `grants_expired` once the set's `validUntil` is reached, unless staff; and where the door obeys
 *    audience windows, unless staff or a booking of the staff's own class: `audience_not_admitted` while only other
 *    classes hold what is behind it, `outside_opening_window` while nobody does; last, of supervised hours,
 *    `no_referent` while none is there: a referent's own badge opens first.
 *
 * The first grant that opens wins; otherwise the refusal nearest to opening is given, with its grant.
 */
export function decideAccess(indexed: IndexedGrantSet, request: AccessRequest, at: Instant): AccessDecision {
  const door = indexed.doors.get(request.doorId);
  if (door === undefined) return { granted: false, reason: 'unknown_door', grantId: null };
  if (request.doorMode === 'released') return { granted: true, reason: 'released', grantId: null };

  if (request.kind === 'pin') {
    const lockedUntil = pinLockedUntil(door.policy, request.recentPinFailures, at);
    if (lockedUntil !== null) return { granted: false, reason: 'too_many_attempts', grantId: null, at: lockedUntil };
  }

  const candidates = indexed.byMatch[request.kind].get(request.match);
  if (candidates === undefined) {
    const reason = request.doorMode === 'locked_down' ? 'locked_down' : 'unknown_credential';
    return { granted: false, reason, grantId: null };
  }

  let nearest: Grant | null = null;
  let nearestReason: DenialReason = 'unknown_credential';
  let nearestRank = Number.POSITIVE_INFINITY;
  let nearestMissMs = Number.POSITIVE_INFINITY;
  for (const { grant, doorIds } of candidates) {
    const reason = doorIds.has(request.doorId) ? refusalOf(grant, indexed.set, door, request, at) : 'wrong_door';
    if (reason === null) {
      return { granted: true, reason: grant.isStaff ? 'staff' : 'booking', grantId: grant.id };
    }
    const rank = DISTANCE[reason] ?? Number.POSITIVE_INFINITY;
    const missMs = missedBy(grant, reason, at);
    if (rank < nearestRank || (rank === nearestRank && missMs < nearestMissMs)) {
      nearest = grant;
      nearestReason = reason;
      nearestRank = rank;
      nearestMissMs = missMs;
    }
  }

  const grantId = nearest?.id ?? null;
  if (nearestReason === 'not_yet' && nearest !== null) {
    return { granted: false, reason: 'not_yet', grantId, at: nearest.from };
  }
  if (nearestReason === 'ended' && nearest !== null && nearest.until !== null) {
    return { granted: false, reason: 'ended', grantId, at: nearest.until };
  }
  return { granted: false, reason: nearestReason, grantId };
}

/** Why this grant does not open this door of its own, or null when it does. */
function refusalOf(
  grant: Grant,
  set: GrantSet,
  door: IndexedDoor,
  request: AccessRequest,
  at: Instant,
): DenialReason | null {
  if (request.doorMode === 'locked_down' && !grant.isStaff) return 'locked_down';
  if (request.clockTrust === 'unknown') return grant.isStaff && grant.until === null ? null : 'clock_unknown';
  if (at < grant.from) return 'not_yet';
  if (grant.until !== null && at >= grant.until) return 'ended';
  if (grant.isStaff) return null;
  if (at >= set.validUntil) return 'grants_expired';
  const isHeldToWindows = door.policy.obeysAudienceWindows && grant.audienceClass !== STAFF_CLASS;
  const refusal = isHeldToWindows ? audienceRefusal(grant, door, at) : null;
  if (refusal !== null || grant.referentFirst === undefined) return refusal;
  return isReferentThere(set, request, grant.referentFirst.graceMs, at) ? null : 'no_referent';
}

/** Each holder's latest arrival counts, whoever saw it: who left by the page is gone, who badged again since is back. */
function isReferentThere(set: GrantSet, request: AccessRequest, graceMs: number, at: Instant): boolean {
  const latest = new Map<string, ReferentPresence>();
  for (const presence of [...(request.referents ?? []), ...(set.referents ?? [])]) {
    if (presence.from > at) continue;
    const known = latest.get(presence.holderRef);
    const isLater =
      known === undefined || presence.from > known.from || (presence.from === known.from && presence.until !== null);
    if (isLater) latest.set(presence.holderRef, presence);
  }
  return [...latest.values()].some(
    ({ from, until }) => at < Math.min(until ?? Number.POSITIVE_INFINITY, from + REFERENT_STAYS_MS) + graceMs,
  );
}

function audienceRefusal(
  grant: Grant,
  door: IndexedDoor,
  at: Instant,
): 'audience_not_admitted' | 'outside_opening_window' | null {
  const { windows, latestUntil } = door;
  let next = 0;
  for (let high = windows.length; next < high; ) {
    const middle = (next + high) >>> 1;
    if ((windows[middle] as AudienceWindow).from <= at) next = middle + 1;
    else high = middle;
  }

  let isHeldByAnother = false;
  for (let i = next - 1; i >= 0 && (latestUntil[i] as Instant) > at; i--) {
    const window = windows[i] as AudienceWindow;
    if (window.until <= at) continue;
    if (window.audienceClass === grant.audienceClass) return null;
    isHeldByAnother = true;
  }
  if (isHeldByAnother) return 'audience_not_admitted';

  for (let i = next; i < windows.length; i++) {
    const window = windows[i] as AudienceWindow;
    if (window.from - door.policy.earlyMs > at) break;
    if (window.audienceClass === grant.audienceClass) return null;
  }
  return 'outside_opening_window';
}

function missedBy(grant: Grant, reason: DenialReason, at: Instant): number {
  if (reason === 'not_yet') return grant.from - at;
  if (reason === 'ended' && grant.until !== null) return at - grant.until;
  return 0;
}

/**
 * When the lock-out of PINs at a door ends, or null when there is none at `at`. `pinMaxFailures` failures within
 * `pinLockoutWindowMs` begin one that lasts `pinLockoutMs` from the last of them. `failures` are sorted, oldest first;
 * failures later than `at` come from a clock that was corrected since and are left out.
 */
export function pinLockedUntil(policy: DoorPolicy, failures: readonly Instant[], at: Instant): Instant | null {
  const { pinMaxFailures, pinLockoutWindowMs, pinLockoutMs } = policy;
  if (pinMaxFailures <= 0) return null;
  for (let last = failures.length - 1; last >= pinMaxFailures - 1; last--) {
    const lastAt = failures[last] as Instant;
    if (lastAt > at) continue;
    if (lastAt + pinLockoutMs <= at) return null;
    const firstAt = failures[last - pinMaxFailures + 1] as Instant;
    if (lastAt - firstAt <= pinLockoutWindowMs) return lastAt + pinLockoutMs;
  }
  return null;
}

/** How far back `AccessRequest.recentPinFailures` must reach for this door. */
export function pinFailuresKeptMs(policy: DoorPolicy): number {
  return policy.pinLockoutWindowMs + policy.pinLockoutMs;
}

/**
 * Whether a refused PIN counts as a failure. Only a PIN that nobody holds does: somebody who comes too early must not
 * lock the door for others, and an attempt during a lock-out must not prolong it for ever.
 */
export function countsAsPinFailure(request: Pick<AccessRequest, 'kind'>, decision: AccessDecision): boolean {
  return request.kind === 'pin' && !decision.granted && decision.reason === 'unknown_credential';
}
