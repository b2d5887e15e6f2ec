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

/**
 * How many more fit, over the windows: cut wherever somebody comes or goes, neighbours with the same room joined. Never less than none.
 * `bounds` are what limits them, each with who is there.
 */
export function roomLeft(
  windows: readonly Window[],
  bounds: readonly { readonly capacity: number; readonly presences: readonly Presence[] }[],
): (Window & { readonly left: number })[] {
  const edges = bounds.flatMap(({ presences }) => presences.flatMap(({ from, until }) => [from, until]));
  const rooms: (Window & { left: number })[] = [];
  for (const window of windows) {
    const inside = edges.filter((at) => at > window.from && at < window.until);
    const cuts = [...new Set([window.from, ...inside, window.until])].sort((a, b) => a - b);
    for (const [index, from] of cuts.slice(0, -1).entries()) {
      const until = cuts[index + 1] as Instant;
      const left = Math.max(
        0,
        Math.min(...bounds.map(({ capacity, presences }) => capacity - peakWithin(presences, { from, until }))),
      );
      const last = rooms.at(-1);
      if (last !== undefined && last.until === from && last.left === left) rooms[rooms.length - 1] = { ...last, until };
      else rooms.push({ from, until, left });
    }
  }
  return rooms;
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
