import type { Instant, Window } from './types.ts';

/*
 * Window arithmetic. A *normal* list is sorted by `from`, its windows are not empty and neither overlap nor touch.
 * `intersect`, `subtract`, `clip`, `contains` and `totalMs` take normal lists, run in linear (or logarithmic) time and
 * return normal lists; `normalise` makes one. Inputs are never changed.
 */

/** True when the two half-open windows share at least one instant; windows that only touch do not. */
export function overlaps(a: Window, b: Window): boolean {
  return a.from < b.until && b.from < a.until;
}

/** Sorts, drops empty or reversed windows and merges those that overlap or touch. O(n log n). */
export function normalise(windows: readonly Window[]): Window[] {
  const sorted: Window[] = [];
  let isSorted = true;
  let previous = Number.NEGATIVE_INFINITY;
  for (const window of windows) {
    if (!(window.from < window.until)) continue;
    if (window.from < previous) isSorted = false;
    previous = window.from;
    sorted.push(window);
  }
  if (!isSorted) sorted.sort((a, b) => a.from - b.from);

  const merged: Window[] = [];
  let from = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const window of sorted) {
    if (window.from <= until) {
      if (window.until > until) until = window.until;
      continue;
    }
    if (until !== Number.NEGATIVE_INFINITY) merged.push({ from, until });
    from = window.from;
    until = window.until;
  }
  if (until !== Number.NEGATIVE_INFINITY) merged.push({ from, until });
  return merged;
}

/** What is in both normal lists. */
export function intersect(a: readonly Window[], b: readonly Window[]): Window[] {
  const result: Window[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a[i] as Window;
    const y = b[j] as Window;
    const from = Math.max(x.from, y.from);
    const until = Math.min(x.until, y.until);
    if (from < until) result.push({ from, until });
    if (x.until < y.until) i++;
    else j++;
  }
  return result;
}

/** What is in the normal list `a` and not in the normal list `b`. */
export function subtract(a: readonly Window[], b: readonly Window[]): Window[] {
  if (b.length === 0) return [...a];
  const result: Window[] = [];
  let j = 0;
  for (const window of a) {
    let from = window.from;
    while (j < b.length && (b[j] as Window).until <= from) j++;
    // A taken window may reach into the next open one, so the scan within `window` does not move `j`.
    for (let k = j; k < b.length; k++) {
      const taken = b[k] as Window;
      if (taken.from >= window.until) break;
      if (taken.from > from) result.push({ from, until: taken.from });
      if (taken.until > from) from = taken.until;
      if (from >= window.until) break;
    }
    if (from < window.until) result.push({ from, until: window.until });
  }
  return result;
}

/** The parts of a normal list inside `bounds`; none when `bounds` is empty. */
export function clip(windows: readonly Window[], bounds: Window): Window[] {
  const result: Window[] = [];
  if (bounds.from >= bounds.until) return result;
  for (const window of windows) {
    if (window.until <= bounds.from) continue;
    if (window.from >= bounds.until) break;
    result.push({ from: Math.max(window.from, bounds.from), until: Math.min(window.until, bounds.until) });
  }
  return result;
}

/** The last window of a list sorted by `from` that begins at or before `at`, or -1. O(log n). */
export function lastBeginningBy(windows: readonly Window[], at: Instant): number {
  let low = 0;
  let high = windows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((windows[middle] as Window).from <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** True when `window` lies wholly inside one window of the normal list. O(log n). */
export function contains(windows: readonly Window[], window: Window): boolean {
  const candidate = windows[lastBeginningBy(windows, window.from)];
  return candidate !== undefined && window.until <= candidate.until;
}

/** True when the instant is inside the normal list: at `from` it is, at `until` it is not any more. O(log n). */
export function containsInstant(windows: readonly Window[], at: Instant): boolean {
  const candidate = windows[lastBeginningBy(windows, at)];
  return candidate !== undefined && at < candidate.until;
}

/** Milliseconds covered by a normal list. */
export function totalMs(windows: readonly Window[]): number {
  let total = 0;
  for (const window of windows) total += window.until - window.from;
  return total;
}
