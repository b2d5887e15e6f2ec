import type { Window } from '../time/types.ts';
import { clip, intersect, normalise, totalMs } from '../time/windows.ts';

/** Time of one resource or space within a period, in elapsed milliseconds. */
export interface Occupancy {
  readonly openMs: number;
  /** Booked, whether open or not. */
  readonly bookedMs: number;
  /** In use (checked in, or presence sensed), whether open or booked or not. */
  readonly usedMs: number;
  readonly bookedWhileOpenMs: number;
  readonly usedWhileOpenMs: number;
}

/**
 * Open, booked and used time within the period. The lists may be in any order and overlap; each instant counts once.
 */
export function occupancyOf(input: {
  readonly period: Window;
  readonly open: readonly Window[];
  readonly booked: readonly Window[];
  readonly used: readonly Window[];
}): Occupancy {
  const open = clip(normalise(input.open), input.period);
  const booked = clip(normalise(input.booked), input.period);
  const used = clip(normalise(input.used), input.period);
  return {
    openMs: totalMs(open),
    bookedMs: totalMs(booked),
    usedMs: totalMs(used),
    bookedWhileOpenMs: totalMs(intersect(open, booked)),
    usedWhileOpenMs: totalMs(intersect(open, used)),
  };
}

/** The sum over several resources: a site, a network. */
export function sumOccupancy(parts: readonly Occupancy[]): Occupancy {
  const sum = { openMs: 0, bookedMs: 0, usedMs: 0, bookedWhileOpenMs: 0, usedWhileOpenMs: 0 };
  for (const part of parts) {
    sum.openMs += part.openMs;
    sum.bookedMs += part.bookedMs;
    sum.usedMs += part.usedMs;
    sum.bookedWhileOpenMs += part.bookedWhileOpenMs;
    sum.usedWhileOpenMs += part.usedWhileOpenMs;
  }
  return sum;
}

/**
 * The share of open time that is booked, 0 to 1, or null when nothing is open: an unopened place is neither full nor
 * empty.
 */
export function bookedFraction(occupancy: Occupancy): number | null {
  return occupancy.openMs === 0 ? null : occupancy.bookedWhileOpenMs / occupancy.openMs;
}

/** The share of open time that is used, 0 to 1, or null when nothing is open. */
export function usedFraction(occupancy: Occupancy): number | null {
  return occupancy.openMs === 0 ? null : occupancy.usedWhileOpenMs / occupancy.openMs;
}
