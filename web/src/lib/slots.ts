/** Bookings begin and end on half hours here; the rule of the API is the quarter hour, and edges of free time are offered as they are. */
const STEP_MS = 30 * 60_000;
/** Shortest booking that the API takes. */
const MIN_MS = 30 * 60_000;
/** A quarter that runs may still be booked. */
const GRACE_MS = 15 * 60_000;
/** What is proposed before the reader chooses. */
const USUAL_MS = 3 * 3_600_000;

export interface Slot {
  startsAt: string;
  endsAt: string;
}

interface FreeWindow {
  from: string;
  until: string;
}

const iso = (ms: number) => new Date(ms).toISOString();

/** Instants at which a booking may begin in these free windows, not before `now`. */
export function startsIn(free: readonly FreeWindow[], now: string): string[] {
  const earliest = Date.parse(now) - GRACE_MS;
  return free.flatMap(({ from, until }) => {
    const last = Date.parse(until) - MIN_MS;
    return stepsBetween(Date.parse(from), last)
      .filter((start) => start > earliest)
      .map(iso);
  });
}

/** Instants at which a booking that begins at `startsAt` may end: up to the end of the free window around it. */
export function endsAfter(free: readonly FreeWindow[], startsAt: string): string[] {
  const start = Date.parse(startsAt);
  const around = free.find(({ from, until }) => Date.parse(from) <= start && start < Date.parse(until));
  if (around === undefined) return [];
  const until = Date.parse(around.until);
  const ends = stepsBetween(start, until).filter((end) => end >= start + MIN_MS);
  if (ends.at(-1) !== until && until >= start + MIN_MS) ends.push(until);
  return ends.map(iso);
}

/**
 * What was asked for when it is free, else the nearest that is: same start with a usual length, else the first free time from
 * `usualFrom` on (a day may open at 7, few come before 9), else the first.
 */
export function chooseSlot(
  free: readonly FreeWindow[],
  now: string,
  asked: { startsAt: string | null; endsAt: string | null },
  usualFrom: string,
): Slot | null {
  const starts = startsIn(free, now);
  const startsAt =
    starts.find((start) => start === asked.startsAt) ??
    startWithin(free, starts, asked.startsAt) ??
    starts.find((start) => start >= usualFrom) ??
    starts[0];
  if (startsAt === undefined) return null;
  const ends = endsAfter(free, startsAt);
  const usual = Date.parse(startsAt) + USUAL_MS;
  const endsAt =
    ends.find((end) => end === asked.endsAt) ?? ends.findLast((end) => Date.parse(end) <= usual) ?? ends[0];
  return endsAt === undefined ? null : { startsAt, endsAt };
}

/** A start asked for off the half hours, or already past within its window: the next one of the same window. */
function startWithin(free: readonly FreeWindow[], starts: readonly string[], asked: string | null): string | undefined {
  if (asked === null) return undefined;
  const at = Date.parse(asked);
  const around = free.find(({ from, until }) => Date.parse(from) <= at && at < Date.parse(until));
  if (around === undefined) return undefined;
  return starts.find((start) => Date.parse(start) >= at && Date.parse(start) < Date.parse(around.until));
}

/** `from`, then every half hour of the clock up to `until`. Zones are whole quarter hours from UTC, so halves of the hour hold. */
function stepsBetween(from: number, until: number): number[] {
  if (from > until) return [];
  const steps = [from];
  for (let step = (Math.floor(from / STEP_MS) + 1) * STEP_MS; step <= until; step += STEP_MS) steps.push(step);
  return steps;
}
