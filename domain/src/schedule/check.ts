import { classesMayMeet, STAFF_CLASS } from '../audience/audiences.ts';
import type { AudienceClass, AudienceCode } from '../audience/types.ts';
import { MINUTE_MS, minutesOf } from '../time/local.ts';
import type { Outcome, Window } from '../time/types.ts';
import type { SiteClass } from './compatibility.ts';
import { partsOf } from './precedence.ts';
import type { PlannedWindow, ScheduledSpace, ScheduledWindow, ScheduleException, ScheduleTemplate } from './types.ts';

export type PlanRefusal =
  | 'not_a_period'
  | 'not_a_range'
  | 'space_not_spoken_for'
  | 'unknown_space'
  | 'unknown_audience'
  | 'incompatible_overlap'
  | 'no_room_for_handover';

/** What is wrong, and with which windows: the window itself, or the one before and the one after. */
export interface PlanFault {
  readonly reason: PlanRefusal;
  readonly windowIds: readonly string[];
  readonly spaceId: string | null;
  /** Of `no_room_for_handover`: how much longer the later window would have to last to keep a minute. */
  readonly missingMinutes?: number;
}

/**
 * Whether a template may be kept. Refused with its first fault as the reason and every fault as the detail:
 * `not_a_period` (a date range, or the bounds of validity, that hold no day); `not_a_range` (ends before it begins);
 * `space_not_spoken_for` (a window of a space that the template leaves to others); `unknown_space`; `unknown_audience`;
 * `incompatible_overlap` (two audiences who may not meet are promised one time in one space); `no_room_for_handover` (the
 * handover before a window takes all of it). The night from Sunday to Monday counts: the week comes round.
 */
export function checkTemplate(
  template: ScheduleTemplate,
  spaces: readonly ScheduledSpace[],
): Outcome<ScheduleTemplate, PlanRefusal, readonly PlanFault[]> {
  const faults: PlanFault[] = [];
  const { validFrom, validUntil } = template;
  const isNeverInForce = validFrom !== null && validUntil !== null && validFrom >= validUntil;
  if (isNeverInForce || hasEmptyRange(template)) faults.push({ reason: 'not_a_period', windowIds: [], spaceId: null });

  const sound = soundWindows(template.windows, template.spaceIds, spaces, faults);
  for (const space of spacesOf(template.spaceIds, spaces)) {
    const week = sound
      .filter(({ spaceId }) => spaceId === null || spaceId === space.id)
      .flatMap((window) =>
        (window.weekday === null ? EVERY_DAY : [window.weekday]).map((weekday) => placed(window, space, weekday)),
      );
    faults.push(...faultsBetween(week, space, DAYS * DAY_MINUTES));
  }
  return outcomeOf(template, faults);
}

/** The same for an exception: its own windows among themselves, on its one date. */
export function checkException(
  exception: ScheduleException,
  spaces: readonly ScheduledSpace[],
): Outcome<ScheduleException, PlanRefusal, readonly PlanFault[]> {
  const faults: PlanFault[] = [];
  const { change } = exception;
  if (change.kind === 'remove') {
    const isRange = minutesOf(change.startsAt) < minutesOf(change.endsAt);
    if (!isRange) faults.push({ reason: 'not_a_range', windowIds: [], spaceId: null });
    for (const spaceId of unknownSpaces(exception.spaceIds, spaces)) {
      faults.push({ reason: 'unknown_space', windowIds: [], spaceId });
    }
    return outcomeOf(exception, faults);
  }
  const sound = soundWindows(change.windows, exception.spaceIds, spaces, faults);
  for (const space of spacesOf(exception.spaceIds, spaces)) {
    const day = sound
      .filter(({ spaceId }) => spaceId === null || spaceId === space.id)
      .map((window) => placed(window, space, 1));
    faults.push(...faultsBetween(day, space, null));
  }
  return outcomeOf(exception, faults);
}

/** Two audiences that may never be on the site at once are both promised it. */
export interface SiteClash extends Window {
  readonly windows: readonly [ScheduledWindow, ScheduledWindow];
}

/**
 * Where windows of one site, in different spaces, bring together audiences that must never be there at once: by start,
 * one clash for each pair of windows. O(n log n + clashes).
 */
export function findSiteClashes(
  windows: readonly ScheduledWindow[],
  classes: ReadonlyMap<AudienceCode, SiteClass>,
): SiteClash[] {
  const clashes: SiteClash[] = [];
  const constrained = windows.filter(({ audience }) => classes.has(audience));
  let running: ScheduledWindow[] = [];
  for (const window of constrained.sort((a, b) => a.from - b.from)) {
    running = running.filter(({ until }) => until > window.from);
    const own = classes.get(window.audience) as SiteClass;
    for (const other of running) {
      const { axis, siteClass } = classes.get(other.audience) as SiteClass;
      if (axis !== own.axis || siteClass === own.siteClass) continue;
      clashes.push({ from: window.from, until: Math.min(window.until, other.until), windows: [other, window] });
    }
    running.push(window);
  }
  return clashes;
}

const DAYS = 7;
const DAY_MINUTES = 1_440;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7] as const;

interface Placed {
  readonly id: string;
  readonly audienceClass: AudienceClass;
  readonly startMinute: number;
  readonly endMinute: number;
}

function placed(window: PlannedWindow, space: ScheduledSpace, weekday: number): Placed {
  const start = (weekday - 1) * DAY_MINUTES;
  return {
    id: window.id,
    audienceClass: space.classes.get(window.audience) as AudienceClass,
    startMinute: start + minutesOf(window.startsAt),
    endMinute: start + minutesOf(window.endsAt),
  };
}

/** `cycle`: after so many minutes the plan begins again; null for a plan of one day. */
function faultsBetween(windows: readonly Placed[], space: ScheduledSpace, cycle: number | null): PlanFault[] {
  const publics = windows
    .filter(({ audienceClass }) => audienceClass !== STAFF_CLASS)
    .sort((a, b) => a.startMinute - b.startMinute || a.endMinute - b.endMinute);
  // The end of the week comes before its beginning.
  const around =
    cycle === null
      ? []
      : publics.map((window) => ({
          ...window,
          startMinute: window.startMinute - cycle,
          endMinute: window.endMinute - cycle,
        }));
  const handover = space.handoverMs / MINUTE_MS;
  const found = new Map<string, PlanFault>();
  const add = (reason: PlanRefusal, before: Placed, after: Placed, missingMinutes?: number) => {
    const key = [reason, ...[before.id, after.id].sort()].join(' ');
    const fault = { reason, windowIds: [before.id, after.id], spaceId: space.id };
    if (!found.has(key)) found.set(key, missingMinutes === undefined ? fault : { ...fault, missingMinutes });
  };
  for (const [index, window] of publics.entries()) {
    for (const other of [...around, ...publics.slice(0, index)]) {
      if (classesMayMeet(other.audienceClass, window.audienceClass)) continue;
      if (other.endMinute > window.startMinute) add('incompatible_overlap', other, window);
      else if (handover > 0 && other.endMinute + handover >= window.endMinute) {
        add('no_room_for_handover', other, window, other.endMinute + handover - window.endMinute + 1);
      }
    }
  }
  return [...found.values()];
}

/** The windows that can be placed at all; the others are faults of their own. */
function soundWindows<W extends PlannedWindow>(
  windows: readonly W[],
  spaceIds: readonly string[] | null,
  spaces: readonly ScheduledSpace[],
  faults: PlanFault[],
): W[] {
  const own = spacesOf(spaceIds, spaces);
  for (const spaceId of unknownSpaces(spaceIds, spaces))
    faults.push({ reason: 'unknown_space', windowIds: [], spaceId });
  return windows.filter((window) => {
    const reason = faultOf(window, own, spaces);
    if (reason !== null) faults.push({ reason, windowIds: [window.id], spaceId: window.spaceId });
    return reason === null;
  });
}

function faultOf(
  window: PlannedWindow,
  own: readonly ScheduledSpace[],
  spaces: readonly ScheduledSpace[],
): PlanRefusal | null {
  if (minutesOf(window.startsAt) >= minutesOf(window.endsAt)) return 'not_a_range';
  const of = window.spaceId === null ? own : own.filter(({ id }) => id === window.spaceId);
  if (window.spaceId !== null && of.length === 0) {
    return spaces.some(({ id }) => id === window.spaceId) ? 'space_not_spoken_for' : 'unknown_space';
  }
  return of.every(({ classes }) => classes.has(window.audience)) ? null : 'unknown_audience';
}

function spacesOf(spaceIds: readonly string[] | null, spaces: readonly ScheduledSpace[]): readonly ScheduledSpace[] {
  return spaceIds === null ? spaces : spaces.filter(({ id }) => spaceIds.includes(id));
}

function unknownSpaces(spaceIds: readonly string[] | null, spaces: readonly ScheduledSpace[]): readonly string[] {
  return (spaceIds ?? []).filter((spaceId) => spaces.every(({ id }) => id !== spaceId));
}

function hasEmptyRange({ period }: ScheduleTemplate): boolean {
  return partsOf(period).some((part) => part.kind === 'date_range' && part.from >= part.until);
}

function outcomeOf<T>(value: T, faults: readonly PlanFault[]): Outcome<T, PlanRefusal, readonly PlanFault[]> {
  const [first] = faults;
  return first === undefined ? { ok: true, value } : { ok: false, reason: first.reason, detail: faults };
}
