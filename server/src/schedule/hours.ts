import {
  type DateRange,
  type EffectiveHours,
  type EffectiveWindow,
  effectiveWindows,
  expandAgreements,
  expandRange,
  type HeldTime,
  type Instant,
} from '@mitoyen/domain';
import type { SiteSchedule } from './site-schedule.ts';

/** Expansions of a schedule by dates: a schedule never changes, so neither do they. Gone with it. */
const expansions = new WeakMap<SiteSchedule, Map<string, EffectiveHours>>();
const MOST_RANGES = 40;

/** Whether whose hours are whose hangs on the instant and on bookings: only then need bookings be given to `hoursOf`. */
export function dependsOnBookings(schedule: SiteSchedule): boolean {
  return schedule.releases.length > 0;
}

/**
 * Whose hours are whose on these local dates at `now`, closures taken out. `bookings` are the active ones of these dates, needed only
 * where `dependsOnBookings` says so.
 */
export function hoursOf(
  schedule: SiteSchedule,
  range: DateRange,
  bookings: readonly HeldTime[],
  now: Instant,
): EffectiveHours {
  const isPlain = schedule.releases.length === 0 && schedule.agreements.length === 0 && schedule.shares.length === 0;
  const isFixed = schedule.releases.length === 0;
  const ranges = expansions.get(schedule) ?? new Map<string, EffectiveHours>();
  const key = `${range.from} ${range.until}`;
  const known = isFixed ? ranges.get(key) : undefined;
  if (known !== undefined) return known;

  const expansion = expandRange(schedule.compiled, range);
  const hours = isPlain
    ? {
        windows: expansion.windows.map((window): EffectiveWindow => ({ ...window, ...OWN })),
        handovers: expansion.handovers,
      }
    : effectiveWindows(
        {
          zone: schedule.schedule.zone,
          spaces: schedule.schedule.spaces,
          windows: expansion.windows,
          agreed: expandAgreements(schedule.schedule, schedule.agreements, range).windows,
          releases: schedule.releases,
          shares: schedule.shares,
          bookings,
        },
        now,
      );
  if (isFixed) {
    if (ranges.size >= MOST_RANGES) ranges.delete(ranges.keys().next().value as string);
    ranges.set(key, hours);
    expansions.set(schedule, ranges);
  }
  return hours;
}

const OWN = { use: { kind: 'own' }, shares: [] } as const;
