import type { Instant } from './types.ts';

/** The only source of "now". One system clock is made at the edge of each process; tests move their own. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): Instant;
}
