import type { Instant, Window } from '../time/types.ts';

/** So many people in a window. */
export interface Presence extends Window {
  readonly seats: number;
}

/** When at least `limit` people, 1 or more, are there at once. Sorted, disjoint. O(n log n). */
export function crowdedAt(presences: readonly Presence[], limit: number): Window[] {
  const steps: { at: Instant; by: number }[] = [];
  for (const { from, until, seats } of presences) {
    if (from < until) steps.push({ at: from, by: seats }, { at: until, by: -seats });
  }
  // Who leaves makes room for who comes at the same instant.
  steps.sort((a, b) => a.at - b.at || a.by - b.by);
  const crowded: Window[] = [];
  let people = 0;
  let since: Instant | null = null;
  for (const { at, by } of steps) {
    people += by;
    if (people >= limit && since === null) since = at;
    else if (people < limit && since !== null) {
      if (since < at) crowded.push({ from: since, until: at });
      since = null;
    }
  }
  return merge(crowded);
}

/** The most people at once within the window. */
export function peakWithin(presences: readonly Presence[], window: Window): number {
  const inside = presences.filter(({ from, until }) => from < window.until && until > window.from);
  let peak = 0;
  for (const { from } of inside) {
    const at = Math.max(from, window.from);
    let people = 0;
    for (const other of inside) if (other.from <= at && at < other.until) people += other.seats;
    peak = Math.max(peak, people);
  }
  return peak;
}

/** Windows that touch become one: sorted and disjoint they are already. */
function merge(windows: readonly Window[]): Window[] {
  const merged: Window[] = [];
  for (const window of windows) {
    const last = merged.at(-1);
    if (last !== undefined && last.until === window.from) merged[merged.length - 1] = { ...last, until: window.until };
    else merged.push(window);
  }
  return merged;
}
