import type { Clock, Instant } from '@mitoyen/domain';

/** A clock that stands still until a test moves it. */
export class MovableClock implements Clock {
  #now: Instant;

  /** Starts at the given moment: epoch milliseconds or ISO 8601 with its offset. */
  constructor(at: Instant | string) {
    this.#now = toInstant(at);
  }

  now(): Instant {
    return this.#now;
  }

  moveTo(at: Instant | string): void {
    this.#now = toInstant(at);
  }

  advance(by: { days?: number; hours?: number; minutes?: number; seconds?: number; milliseconds?: number }): void {
    const { days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = by;
    this.#now += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
  }
}

function toInstant(at: Instant | string): Instant {
  return typeof at === 'number' ? at : Temporal.Instant.from(at).epochMilliseconds;
}
