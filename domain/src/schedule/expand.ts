import { classesMayMeet } from '../audience/audiences.ts';
import type { AudienceClass, AudienceCode } from '../audience/types.ts';
import { addDays, dayWindow, localRange, MINUTE_MS, minutesOf, timeOfMinutes } from '../time/local.ts';
import type { PublicHoliday } from '../time/public-holidays.ts';
import type { Instant, LocalDate, Outcome, TimeZone, Window } from '../time/types.ts';
import { normalise, overlaps, subtract } from '../time/windows.ts';
import { type DayFacts, dayFacts, type HolidayCalendar, type SiteCalendar } from './calendar.ts';
import { handoverInserter } from './handover.ts';
import {
  isAboutPublicHolidays,
  isInForce,
  isInPeriod,
  precedenceOf,
  type RankedTemplate,
  rankTemplate,
  type Verdict,
} from './precedence.ts';
import type {
  Expansion,
  Handover,
  PlannedWindow,
  Schedule,
  ScheduledSpace,
  ScheduledWindow,
  ScheduleException,
  UnknownDay,
} from './types.ts';

/** What gives a space its hours on one date, before exceptions add to them and closures take from them. */
export type Ruling =
  | { readonly kind: 'template'; readonly templateId: string }
  /** An exception that replaces the day. */
  | { readonly kind: 'exception'; readonly exceptionId: string }
  /** Closed: a public holiday without hours of its own. */
  | { readonly kind: 'public_holiday'; readonly holiday: PublicHoliday }
  /** Closed: no template holds on this date. */
  | { readonly kind: 'no_template' }
  /** Closed until the calendar is known: this template (null: the public holidays' closing) might rule. */
  | { readonly kind: 'unknown'; readonly missing: UnknownDay['missing']; readonly templateId: string | null };

/** A range of one space in minutes of wall time. */
export interface Claim {
  readonly startMinute: number;
  readonly endMinute: number;
  readonly ruleId: string;
  readonly audience: AudienceCode;
  readonly audienceClass: AudienceClass;
  readonly templateId: string | null;
  readonly exceptionId: string | null;
}

export interface CompiledSpace {
  readonly space: ScheduledSpace;
  /** The templates that speak for the space, strongest first. */
  readonly templates: readonly CompiledTemplate[];
  readonly closures: readonly Window[];
}

interface CompiledTemplate extends RankedTemplate {
  readonly isAboutPublicHolidays: boolean;
  /** By space, then by weekday; filled when first asked for. */
  readonly claims: Map<string, (readonly Claim[])[]>;
}

/** A schedule made ready for expansion. Compile once, expand often; the schedule must not be changed afterwards. */
export interface CompiledSchedule {
  readonly schedule: Schedule;
  readonly calendar: SiteCalendar;
  readonly spaces: readonly CompiledSpace[];
  readonly exceptions: ReadonlyMap<LocalDate, readonly ScheduleException[]>;
}

/** Sorts the templates by precedence for each space. O(spaces × templates log templates). */
export function compileSchedule(schedule: Schedule): CompiledSchedule {
  const templates = schedule.templates.map((template, position) => {
    const ranked = rankTemplate(template, position);
    return { ...ranked, isAboutPublicHolidays: isAboutPublicHolidays(ranked.parts), claims: new Map() };
  });
  return {
    schedule,
    calendar: { ...schedule.calendar, holidays: rememberYears(schedule.calendar.holidays) },
    spaces: schedule.spaces.map((space) => ({
      space,
      templates: templates
        .filter(({ template }) => speaksFor(template, space.id))
        .sort((a, b) => precedenceOf(a, b).order),
      closures: normalise(schedule.closures.filter(({ spaceId }) => spaceId === null || spaceId === space.id)),
    })),
    exceptions: Map.groupBy(schedule.exceptions, ({ date }) => date),
  };
}

/** Whole days: from the first, until (not with) the last. */
export interface DateRange {
  readonly from: LocalDate;
  readonly until: LocalDate;
}

/** `expandRange` of one local day. */
export function expandDay(compiled: CompiledSchedule, date: LocalDate): Expansion {
  return expandRange(compiled, { from: date, until: addDays(date, 1) });
}

/**
 * The opening windows of every space on the dates, with the handovers between them. Incompatible audiences never overlap
 * in one space, whatever the templates and exceptions say: where two claim the same time, an `add` goes before what the
 * day has otherwise, and what is listed first before what follows. On the day of a clock change windows follow
 * `localRange`. A day's windows do not depend on the range asked for; a window never crosses a local midnight.
 */
export function expandRange(compiled: CompiledSchedule, range: DateRange): Expansion {
  const { zone } = compiled.schedule;
  const bySpace = compiled.spaces.map(({ space }) => handoverInserter<ScheduledWindow>(space.handoverMs));
  const unknownBySpace: UnknownDay[][] = compiled.spaces.map(() => []);
  const { from: start } = dayWindow(range.from, zone);
  const instants = new WallClock(zone);

  // The handover into the first morning may come from the evening before.
  for (let date = addDays(range.from, -1); date < range.until; date = addDays(date, 1)) {
    const day = rulingsOn(compiled, date);
    instants.turnTo(date);
    for (const [index, compiledSpace] of compiled.spaces.entries()) {
      const { ruling, claims } = day.of(compiledSpace);
      if (ruling.kind === 'unknown' && date >= range.from) {
        unknownBySpace[index]?.push({ spaceId: compiledSpace.space.id, date, missing: ruling.missing });
      }
      if (claims.length > 0) pushWindows(claims, compiledSpace, instants, bySpace[index] as (typeof bySpace)[number]);
    }
  }

  const isAsked = (window: Window) => window.from >= start;
  const collect = <T extends Window>(lists: readonly (readonly T[])[]) => lists.flatMap((list) => list.filter(isAsked));
  return {
    windows: collect(bySpace.map(({ result }) => result.windows)),
    handovers: collect<Handover>(bySpace.map(({ result }) => result.handovers)),
    squeezedOut: collect(bySpace.map(({ result }) => result.squeezedOut)),
    unknown: unknownBySpace.flat(),
  };
}

function pushWindows(
  claims: readonly Claim[],
  { space, closures }: CompiledSpace,
  instants: WallClock,
  inserter: ReturnType<typeof handoverInserter<ScheduledWindow>>,
): void {
  const { day } = instants;
  const closed = closures.filter((closure) => overlaps(closure, day));
  const push = (claim: Claim, from: Instant, until: Instant) =>
    inserter.push(
      {
        from,
        until,
        spaceId: space.id,
        audience: claim.audience,
        audienceClass: claim.audienceClass,
        ruleId: claim.ruleId,
        templateId: claim.templateId,
        exceptionId: claim.exceptionId,
      },
      day.from,
    );
  // Where the clocks skip an hour, two wall times are one instant, and their order is the windows' own.
  if (closed.length === 0 && day.until - day.from === DAY_MS) {
    for (const claim of claims) {
      const from = instants.at(claim.startMinute);
      const until = instants.at(claim.endMinute);
      if (from < until) push(claim, from, until);
    }
    return;
  }
  // Cut pieces of windows that overlap may come out of order.
  const pieces = claims.flatMap((claim) => {
    const window = { from: instants.at(claim.startMinute), until: instants.at(claim.endMinute) };
    return window.from < window.until ? subtract([window], closed).map((piece) => ({ claim, piece })) : [];
  });
  pieces.sort((a, b) => a.piece.from - b.piece.from || compareIds(a.claim.ruleId, b.claim.ruleId));
  for (const { claim, piece } of pieces) push(claim, piece.from, piece.until);
}

/**
 * One date, as every space is asked about it. Whoever knows what the calendars say of the date (a page that was told, and has no
 * calendars) gives its `facts`; nothing here needs a zone then.
 */
export function rulingsOn(
  compiled: CompiledSchedule,
  date: LocalDate,
  facts: DayFacts = dayFacts(compiled.calendar, date),
) {
  const exceptions = compiled.exceptions.get(date) ?? [];
  const verdicts = new Map<RankedTemplate, Verdict>();
  const verdictOn = (ranked: RankedTemplate): Verdict => {
    let verdict = verdicts.get(ranked);
    if (verdict === undefined) {
      verdict = isInForce(ranked.template, date) && isInPeriod(ranked.parts, facts);
      verdicts.set(ranked, verdict);
    }
    return verdict;
  };
  return {
    facts,
    verdictOn,
    exceptionsOf: (space: ScheduledSpace) => exceptions.filter((exception) => speaksFor(exception, space.id)),
    /** Who rules the space, and the ranges of wall time that come of it and of the day's exceptions. */
    of(compiledSpace: CompiledSpace): { readonly ruling: Ruling; readonly claims: readonly Claim[] } {
      const { space } = compiledSpace;
      const own = exceptions.length === 0 ? exceptions : this.exceptionsOf(space);
      const replacement = own
        .filter(({ change }) => change.kind === 'replace')
        .sort((a, b) => Number(a.spaceIds === null) - Number(b.spaceIds === null))[0];
      const [ruling, template] =
        replacement === undefined
          ? rulingOf(compiledSpace, compiled.schedule.onPublicHolidays, facts, verdictOn)
          : ([{ kind: 'exception', exceptionId: replacement.id }, null] as const);
      const planned = template === null ? [] : claimsOf(template, space, facts.weekday);
      return { ruling, claims: own.length === 0 ? planned : withExceptions(planned, own, replacement, space) };
    },
  };
}

function rulingOf(
  { templates }: CompiledSpace,
  onPublicHolidays: Schedule['onPublicHolidays'],
  facts: DayFacts,
  verdictOn: (ranked: RankedTemplate) => Verdict,
): readonly [Ruling, CompiledTemplate | null] {
  let isHolidayDecided = onPublicHolidays === 'as_usual';
  const holidayRuling = (): Ruling | null => {
    isHolidayDecided = true;
    if (facts.holidays === 'not_covered') return { kind: 'unknown', missing: 'holiday_calendar', templateId: null };
    const [holiday] = facts.holidays;
    return holiday === undefined ? null : { kind: 'public_holiday', holiday };
  };
  for (const compiled of templates) {
    // Templates about public holidays are the strongest, so the closing comes right behind them.
    if (!isHolidayDecided && !compiled.isAboutPublicHolidays) {
      const ruling = holidayRuling();
      if (ruling !== null) return [ruling, null];
    }
    const verdict = verdictOn(compiled);
    const templateId = compiled.template.id;
    if (verdict === true) return [{ kind: 'template', templateId }, compiled];
    if (verdict !== false) return [{ kind: 'unknown', missing: verdict, templateId }, null];
  }
  return [(isHolidayDecided ? null : holidayRuling()) ?? { kind: 'no_template' }, null];
}

function claimsOf(compiled: CompiledTemplate, space: ScheduledSpace, weekday: number): readonly Claim[] {
  let ofSpace = compiled.claims.get(space.id);
  if (ofSpace === undefined) {
    ofSpace = [];
    compiled.claims.set(space.id, ofSpace);
  }
  let claims = ofSpace[weekday];
  if (claims === undefined) {
    const { template } = compiled;
    claims = settle(
      template.windows
        .filter((window) => window.weekday === null || window.weekday === weekday)
        .flatMap((window) => claimOf(window, space, template.id, null)),
    );
    ofSpace[weekday] = claims;
  }
  return claims;
}

function withExceptions(
  planned: readonly Claim[],
  exceptions: readonly ScheduleException[],
  replacement: ScheduleException | undefined,
  space: ScheduledSpace,
): readonly Claim[] {
  let claims: readonly Claim[] = planned;
  const added: Claim[] = [];
  for (const exception of exceptions) {
    const { id, change } = exception;
    if (change.kind === 'remove') continue;
    const windows = change.windows.flatMap((window) => claimOf(window, space, null, id));
    if (change.kind === 'add') added.push(...windows);
    else if (exception === replacement) claims = settle(windows);
  }
  for (const { change } of exceptions) {
    if (change.kind !== 'remove') continue;
    const [startMinute, endMinute] = [minutesOf(change.startsAt), minutesOf(change.endsAt)];
    claims = claims.flatMap((claim) =>
      change.audience === null || change.audience === claim.audience ? without(claim, startMinute, endMinute) : [claim],
    );
  }
  return settle([...added, ...claims]);
}

function claimOf(
  window: PlannedWindow,
  space: ScheduledSpace,
  templateId: string | null,
  exceptionId: string | null,
): readonly Claim[] {
  if (window.spaceId !== null && window.spaceId !== space.id) return [];
  const audienceClass = space.classes.get(window.audience);
  if (audienceClass === undefined) throw new RangeError(`space ${space.id} has no class for ${window.audience}`);
  const [startMinute, endMinute] = [minutesOf(window.startsAt), minutesOf(window.endsAt)];
  if (startMinute >= endMinute) return [];
  const { id: ruleId, audience } = window;
  return [{ startMinute, endMinute, ruleId, audience, audienceClass, templateId, exceptionId }];
}

/** Gives each time to the first that claims it and to those that may be there with them. Sorted by start, then by id. */
function settle(claims: readonly Claim[]): readonly Claim[] {
  const settled: Claim[] = [];
  for (const claim of claims) {
    let pieces: readonly Claim[] = [claim];
    for (const earlier of settled) {
      if (classesMayMeet(earlier.audienceClass, claim.audienceClass)) continue;
      pieces = pieces.flatMap((piece) => without(piece, earlier.startMinute, earlier.endMinute));
    }
    settled.push(...pieces);
  }
  return settled.sort((a, b) => a.startMinute - b.startMinute || compareIds(a.ruleId, b.ruleId));
}

function without(claim: Claim, startMinute: number, endMinute: number): readonly Claim[] {
  if (endMinute <= startMinute || endMinute <= claim.startMinute || startMinute >= claim.endMinute) return [claim];
  const pieces: Claim[] = [];
  if (claim.startMinute < startMinute) pieces.push({ ...claim, endMinute: startMinute });
  if (endMinute < claim.endMinute) pieces.push({ ...claim, startMinute: endMinute });
  return pieces;
}

function speaksFor({ spaceIds }: { readonly spaceIds: readonly string[] | null }, spaceId: string): boolean {
  return spaceIds === null || spaceIds.includes(spaceId);
}

function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const MINUTES_OF_DAY = 1_440;
const DAY_MS = MINUTES_OF_DAY * MINUTE_MS;

/** The instants of one day's wall times by `localRange`'s rule; twenty spaces ask for the same few. */
class WallClock {
  readonly #zone: TimeZone;
  readonly #known = new Float64Array(MINUTES_OF_DAY + 1);
  #date: LocalDate = '';
  #day: Window = { from: 0, until: 0 };

  constructor(zone: TimeZone) {
    this.#zone = zone;
  }

  turnTo(date: LocalDate): void {
    this.#date = date;
    this.#day = dayWindow(date, this.#zone);
    this.#known.fill(Number.NaN);
  }

  get day(): Window {
    return this.#day;
  }

  at(minute: number): Instant {
    const known = this.#known[minute] as number;
    if (!Number.isNaN(known)) return known;
    const rest = minute === MINUTES_OF_DAY ? null : localRange(this.#date, timeOfMinutes(minute), '24:00', this.#zone);
    const instant = rest?.from ?? this.#day.until;
    this.#known[minute] = instant;
    return instant;
  }
}

function rememberYears(calendar: HolidayCalendar): HolidayCalendar {
  const years = new Map<number, Outcome<readonly PublicHoliday[], 'not_covered'>>();
  return {
    id: calendar.id,
    holidaysOf(year) {
      let known = years.get(year);
      if (known === undefined) {
        known = calendar.holidaysOf(year);
        years.set(year, known);
      }
      return known;
    },
  };
}
