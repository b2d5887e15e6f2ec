import type { AudienceClass } from '../audience/types.ts';
import type { Instant } from '../time/types.ts';

export type CredentialKind = 'badge' | 'pin' | 'phone';

/** Keyed hash of what was presented (HMAC-SHA-256 with the site's key, base64url): the plain value never travels. */
export type CredentialMatch = string;

/**
 * The right of one holder to pass some doors in one interval `[from, until)`.
 * `until: null` is open-ended (staff badges). `holderRef` and `bookingId` are opaque to the bridge.
 */
export interface Grant {
  readonly id: string;
  readonly doorIds: readonly string[];
  readonly kind: CredentialKind;
  readonly match: CredentialMatch;
  readonly holderRef: string;
  readonly bookingId: string | null;
  readonly audienceClass: AudienceClass;
  readonly from: Instant;
  readonly until: Instant | null;
  /** Staff credentials open at any hour, also when the snapshot is too old or the clock is unknown. */
  readonly isStaff: boolean;
  /** Of supervised hours: opens only while a referent is there, or was until `graceMs` ago. Absent: asks for nobody. */
  readonly referentFirst?: { readonly graceMs: number };
  /** The holder is a referent: whoever opens with it is there from then on. */
  readonly isReferent?: true;
}

/**
 * A referent who came to the place, by a badge at a door or checked in by hand; `until: null` while nobody has said that
 * they left. The same holder's latest arrival is the one that counts.
 */
export interface ReferentPresence {
  readonly holderRef: string;
  readonly from: Instant;
  readonly until: Instant | null;
}

/** A presence that nobody ended is over after this long: a day's work, never the next one's. */
export const REFERENT_STAYS_MS = 14 * 3_600_000;

/**
 * When a class of audiences holds a space behind a door. Windows of one door and class neither overlap nor touch.
 * Windows of two classes overlap only where the door leads to several spaces in different hands: it then admits each of
 * these classes.
 */
export interface AudienceWindow {
  readonly doorId: string;
  readonly audienceClass: AudienceClass;
  readonly from: Instant;
  readonly until: Instant;
}

export type DoorMode = 'normal' | 'locked_down' | 'released';

export interface DoorPolicy {
  readonly id: string;
  readonly name: string;
  /**
   * True where the spaces behind the door are held by audience: a non-staff grant then opens only while a window of its
   * own class is in force, or, up to `earlyMs` before such a window begins, while no window of another class is.
   */
  readonly obeysAudienceWindows: boolean;
  readonly earlyMs: number;
  /**
   * After this many failed PINs in `pinLockoutWindowMs` the door refuses every PIN for `pinLockoutMs`. 0 turns it off.
   */
  readonly pinMaxFailures: number;
  readonly pinLockoutWindowMs: number;
  readonly pinLockoutMs: number;
}

/** What a bridge holds. `validUntil` passed: only staff opens. */
export interface GrantSet {
  readonly networkId: string;
  readonly siteId: string;
  readonly timeZone: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly issuedAt: Instant;
  readonly validUntil: Instant;
  readonly doors: readonly DoorPolicy[];
  readonly grants: readonly Grant[];
  readonly audienceWindows: readonly AudienceWindow[];
  /** Referents that the server knows of. */
  readonly referents?: readonly ReferentPresence[];
}

export type ClockTrust = 'trusted' | 'drifting' | 'unknown';

/** One presentation at one door. */
export interface AccessRequest {
  readonly doorId: string;
  readonly kind: CredentialKind;
  readonly match: CredentialMatch;
  readonly clockTrust: ClockTrust;
  readonly doorMode: DoorMode;
  /** PIN failures at this door, most recent last, as far back as `pinFailuresKeptMs` says; only read for PINs. */
  readonly recentPinFailures: readonly Instant[];
  /** Referents who opened a door of the site, as the box saw it: it may have no line to the server. */
  readonly referents?: readonly ReferentPresence[];
}

export type DenialReason =
  | 'unknown_door'
  | 'unknown_credential'
  | 'wrong_door'
  | 'not_yet'
  | 'ended'
  | 'audience_not_admitted'
  | 'outside_opening_window'
  | 'no_referent'
  | 'grants_expired'
  | 'clock_unknown'
  | 'locked_down'
  | 'too_many_attempts';

export type GrantReason = 'booking' | 'staff' | 'released';

export type AccessDecision =
  | { readonly granted: true; readonly reason: GrantReason; readonly grantId: string | null }
  | {
      readonly granted: false;
      readonly reason: DenialReason;
      /** The grant that came closest, so that the refusal can say "not yet: from 9:00". */
      readonly grantId: string | null;
      /** `not_yet`: when it will open; `ended`: when it ended; `too_many_attempts`: when PINs are read again. */
      readonly at?: Instant;
    };
