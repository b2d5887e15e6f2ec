import type { Clock, ClockTrust, Instant } from '@mitoyen/domain';
import type { TimeBeacon } from '@mitoyen/protocol';
import type { TimeSource } from './time-source.ts';

/** After so long without a beacon the monotonic clock (worst crystals: 100 ppm) may be some nine seconds off. */
const TRUSTED_FOR_MS = 24 * 3_600_000;

/** A beacon that says less than we believe, by more than this, was held back on its way. */
const LATE_BEACON_MS = 5_000;

/** A wall clock further than this beyond the last instant that the server signed is not believed. */
const PLAUSIBLE_AHEAD_MS = 90 * 86_400_000;

/**
 * What time it is at this site, and how far that may be believed.
 *
 * `trusted`: counted on the monotonic clock from a signed beacon of the last 24 hours. `drifting`: from an older beacon of this
 * boot, or from a wall clock that lies after, and not absurdly after, the last instant that the server is known to have signed.
 * `unknown`: anything else, such as a box without a clock battery that woke up in 1970.
 */
export class SiteTime implements Clock {
  readonly #source: TimeSource;
  readonly #bootMonotonic: number;
  #anchor: { readonly serverTime: Instant; readonly monotonic: number; readonly nonce: string } | undefined;
  #lastSigned: Instant | null;

  /** @param lastSigned latest instant signed by the server that the disk remembers. */
  constructor(source: TimeSource, lastSigned: Instant | null) {
    this.#source = source;
    this.#bootMonotonic = source.monotonicMs();
    this.#lastSigned = lastSigned;
  }

  now(): Instant {
    if (this.#anchor === undefined) return this.#source.now();
    return Math.round(this.#anchor.serverTime + this.#source.monotonicMs() - this.#anchor.monotonic);
  }

  /** Whole milliseconds since this boot of the bridge. */
  sinceBootMs(): number {
    return Math.max(0, Math.round(this.#source.monotonicMs() - this.#bootMonotonic));
  }

  get trust(): ClockTrust {
    if (this.#anchor !== undefined) {
      return this.#source.monotonicMs() - this.#anchor.monotonic <= TRUSTED_FOR_MS ? 'trusted' : 'drifting';
    }
    if (this.#lastSigned === null) return 'unknown';
    const ahead = this.#source.now() - this.#lastSigned;
    return ahead >= 0 && ahead <= PLAUSIBLE_AHEAD_MS ? 'drifting' : 'unknown';
  }

  get lastSigned(): Instant | null {
    return this.#lastSigned;
  }

  /** Learns that the server signed something at `instant`: time is at least that late. */
  signedAt(instant: Instant): void {
    if (this.#lastSigned === null || instant > this.#lastSigned) this.#lastSigned = instant;
  }

  /**
   * Takes the time of a beacon whose signature holds. It must repeat the nonce of our current status; within one nonce it must
   * not lag behind what the monotonic clock counted since the last one. Returns whether it was taken.
   */
  takeBeacon(beacon: TimeBeacon, currentNonce: string): boolean {
    if (beacon.nonce !== currentNonce) return false;
    if (this.#anchor?.nonce === beacon.nonce && beacon.serverTime < this.now() - LATE_BEACON_MS) return false;
    this.#anchor = { serverTime: beacon.serverTime, monotonic: this.#source.monotonicMs(), nonce: beacon.nonce };
    // A beacon is the truth of now, also when an earlier one was ahead of it.
    this.#lastSigned = beacon.serverTime;
    return true;
  }
}
