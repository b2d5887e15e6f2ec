import { GRID_MS } from '../booking/request.ts';
import type { Instant, Window } from '../time/types.ts';
import type { FreeTime, ResourceDay } from './types.ts';

/**
 * Free windows as long as the wanted one, for a visitor whose window is taken: first of the wanted resource, then of
 * equivalent ones, each group nearest start first (at the same distance the earlier, then in the order of
 * `equivalents`).
 *
 * Each free window of a day gives its start nearest to `wanted.from`, on a quarter hour and not before `notBefore`. At
 * most `limit` results; when both groups have enough, the wanted resource gives the larger half. `days` are the results
 * of `siteDay` for the days that the caller is ready to offer, in any order; `equivalents` are resources of the same
 * kind at the same site, best first.
 */
export function nearestFree(request: {
  readonly days: readonly (readonly ResourceDay[])[];
  readonly resourceId: string;
  readonly equivalents: readonly string[];
  readonly wanted: Window;
  readonly notBefore: Instant;
  readonly limit: number;
}): FreeTime[] {
  const { days, resourceId, wanted, notBefore, limit } = request;
  const rankOf = new Map(request.equivalents.map((id, rank) => [id, rank]));
  rankOf.delete(resourceId);

  const own: FreeTime[] = [];
  const others: FreeTime[] = [];
  for (const day of days) {
    for (const resource of day) {
      const group = resource.resourceId === resourceId ? own : rankOf.has(resource.resourceId) ? others : null;
      if (group === null) continue;
      for (const free of resource.free) {
        const time = nearestWithin(free, wanted, notBefore);
        if (time !== null) group.push({ ...time, resourceId: resource.resourceId });
      }
    }
  }

  const byDistance = (a: FreeTime, b: FreeTime) =>
    Math.abs(a.from - wanted.from) - Math.abs(b.from - wanted.from) ||
    a.from - b.from ||
    (rankOf.get(a.resourceId) ?? 0) - (rankOf.get(b.resourceId) ?? 0);
  own.sort(byDistance);
  others.sort(byDistance);

  const ofOthers = Math.min(others.length, Math.max(Math.floor(limit / 2), limit - own.length));
  return [...own.slice(0, limit - ofOthers), ...others.slice(0, ofOthers)];
}

function nearestWithin(free: Window, wanted: Window, notBefore: Instant): Window | null {
  const durationMs = wanted.until - wanted.from;
  const earliest = Math.ceil(Math.max(free.from, notBefore) / GRID_MS) * GRID_MS;
  const latest = Math.floor((free.until - durationMs) / GRID_MS) * GRID_MS;
  if (earliest > latest) return null;
  const from = Math.min(Math.max(Math.round(wanted.from / GRID_MS) * GRID_MS, earliest), latest);
  return { from, until: from + durationMs };
}
