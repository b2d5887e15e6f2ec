import { classesMayMeet, STAFF_CLASS } from '../audience/audiences.ts';
import type { AudienceCode } from '../audience/types.ts';
import type { Money } from '../pricing/types.ts';
import { dayFacts } from '../schedule/calendar.ts';
import type { ScheduledSpace } from '../schedule/types.ts';
import { addDays, dayWindow, HOUR_MS, localRange, MINUTE_MS, timeOfMinutes } from '../time/local.ts';
import type { LocalDate, Weekday, Window } from '../time/types.ts';
import { clip, intersect, normalise, overlaps, totalMs } from '../time/windows.ts';
import type {
  Confidence,
  Suggestion,
  SuggestionAudience,
  SuggestionEvidence,
  SuggestionFacts,
  SuggestionSettings,
  Suggestions,
} from './types.ts';

/** Where a place's weeks differ by school, each season is looked at alone. */
type Season = 'school_term' | 'school_holiday' | 'summer' | 'always';

/** One hour of the week in one space and season, over the weeks observed. */
interface Cell {
  readonly weeks: Week[];
}

/** The cell in one week. */
interface Week {
  readonly date: LocalDate;
  /** Publics with any of the hour, sorted. */
  readonly open: readonly AudienceCode[];
  /** Whether each of them has all of it. */
  readonly isWhole: boolean;
  readonly usedMs: number;
  readonly bookedMs: ReadonlyMap<AudienceCode, number>;
}

const HOURS = 24;
const FULL_BP = 10_000;

/**
 * Proposes hours that one audience does not use, or that are closed, to other audiences of the site.
 *
 * Whole local hours are looked at, by space, weekday and season (school term, school holidays, summer; one season where
 * the place has no school calendar). Public holidays, dates that no calendar covers, closures and hours of a clock change
 * are left out. An hour is a candidate when the same publics had all of it in at least `minWeeks` weeks, the last one included,
 * and at most `maxUsedBp` of that time was booked or anybody was there. Candidates in a row make one proposal for each
 * audience, trimmed where a handover is due before or after.
 *
 * Never proposed: staff; an audience that may not meet another one that has these hours in some weeks; one that may never
 * be on the site with an audience that has hours in another space then. The same facts in any order give the same list.
 */
export function suggestUnusedTime(facts: SuggestionFacts): Suggestions {
  const skipped = { publicHolidays: 0, unknownDays: 0 };
  const cells = new Map<string, Cell>();
  const demands = new Map<string, { openMs: number; bookedMs: number }>();
  const bySpace = new Map(facts.spaces.map((space) => [space.id, new Observations(facts, space.id)]));

  for (let date = facts.observed.from; date < facts.observed.until; date = addDays(date, 1)) {
    const { school, holidays, isSummer, weekday } = dayFacts(facts.calendar, date);
    if (holidays === 'not_covered' || (facts.calendar.school !== null && school === 'not_covered')) {
      skipped.unknownDays++;
      continue;
    }
    if (holidays.length > 0) {
      skipped.publicHolidays++;
      continue;
    }
    const season: Season =
      school === 'not_covered'
        ? 'always'
        : school.kind === 'term'
          ? 'school_term'
          : isSummer
            ? 'summer'
            : 'school_holiday';
    const day = dayWindow(date, facts.zone);
    for (const { id } of facts.spaces) {
      const seen = (bySpace.get(id) as Observations).on(day);
      for (const { audience } of facts.audiences) {
        const demand = demands.get(`${season} ${audience}`) ?? { openMs: 0, bookedMs: 0 };
        demand.openMs += totalMs(seen.openTo(audience));
        demand.bookedMs += totalMs(intersect(seen.openTo(audience), seen.bookedBy(audience)));
        demands.set(`${season} ${audience}`, demand);
      }
      for (let hour = 0; hour < HOURS; hour++) {
        const window = localRange(date, timeOfMinutes(hour * 60), timeOfMinutes(hour * 60 + 60), facts.zone);
        if (window === null || window.until - window.from !== HOUR_MS || seen.isClosedIn(window)) continue;
        const key = keyOf(id, season, weekday, hour);
        let cell = cells.get(key);
        if (cell === undefined) {
          cell = { weeks: [] };
          cells.set(key, cell);
        }
        cell.weeks.push({ date, ...seen.in(window) });
      }
    }
  }

  const suggestions: Suggestion[] = [];
  for (const space of facts.spaces) {
    for (const season of ['school_term', 'school_holiday', 'summer', 'always'] as const) {
      for (let weekday = 1; weekday <= 7; weekday++) {
        const cellAt = (spaceId: string, hour: number) => cells.get(keyOf(spaceId, season, weekday, hour));
        for (const run of runsOf(facts.settings, (hour) => cellAt(space.id, hour))) {
          for (const candidate of facts.audiences) {
            const demand = demands.get(`${season} ${candidate.audience}`) ?? { openMs: 0, bookedMs: 0 };
            const suggestion = propose(facts, space, season, weekday as Weekday, run, candidate, demand, cellAt);
            if (suggestion !== null) suggestions.push(suggestion);
          }
        }
      }
    }
  }
  return { suggestions: suggestions.sort(byWorth), skipped };
}

/** What happened in one space. */
class Observations {
  readonly #open: ReadonlyMap<AudienceCode, readonly Window[]>;
  readonly #booked: ReadonlyMap<AudienceCode, readonly Window[]>;
  readonly #used: readonly Window[];
  readonly #closed: readonly Window[];

  constructor(facts: SuggestionFacts, spaceId: string) {
    const here = <T extends { readonly spaceId: string | null }>(list: readonly T[]) =>
      list.filter((each) => each.spaceId === null || each.spaceId === spaceId);
    const byAudience = (list: readonly (Window & { readonly audience: AudienceCode })[]) =>
      new Map([...Map.groupBy(list, ({ audience }) => audience)].map(([code, of]) => [code, normalise(of)]));
    // Staff may be there with anybody: their hours are nobody's.
    this.#open = byAudience(here(facts.open).filter(({ audienceClass }) => audienceClass !== STAFF_CLASS));
    this.#booked = byAudience(here(facts.booked));
    this.#used = normalise([...here(facts.booked), ...here(facts.present)]);
    this.#closed = normalise(here(facts.closures));
  }

  /** The same, of one day: hours are then cut out of a short list. */
  on(day: Window) {
    const within = (lists: ReadonlyMap<AudienceCode, readonly Window[]>) =>
      new Map([...lists].map(([audience, windows]) => [audience, clip(windows, day)]));
    const [open, booked] = [within(this.#open), within(this.#booked)];
    const used = clip(this.#used, day);
    const closed = clip(this.#closed, day);
    return {
      openTo: (audience: AudienceCode): readonly Window[] => open.get(audience) ?? [],
      bookedBy: (audience: AudienceCode): readonly Window[] => booked.get(audience) ?? [],
      isClosedIn: (hour: Window) => closed.some((window) => overlaps(window, hour)),
      in(hour: Window): Omit<Week, 'date'> {
        const openMs = [...open]
          .map(([audience, windows]) => [audience, totalMs(clip(windows, hour))] as const)
          .filter(([, ms]) => ms > 0);
        return {
          open: openMs.map(([audience]) => audience).sort(),
          isWhole: openMs.every(([, ms]) => ms === HOUR_MS),
          usedMs: totalMs(clip(used, hour)),
          bookedMs: new Map([...booked].map(([audience, windows]) => [audience, totalMs(clip(windows, hour))])),
        };
      },
    };
  }
}

/** Unused hours in a row, `[fromHour, untilHour)`, that the same publics have, or that are closed (none). */
interface Run {
  readonly heldBy: readonly AudienceCode[];
  readonly fromHour: number;
  readonly untilHour: number;
  /** For each hour, its weeks in which exactly `heldBy` had it, and the others. */
  readonly own: readonly (readonly Week[])[];
  readonly others: readonly (readonly Week[])[];
}

function runsOf(settings: SuggestionSettings, cellAt: (hour: number) => Cell | undefined): Run[] {
  const runs: Run[] = [];
  let run: Run | null = null;
  for (let hour = 0; hour <= HOURS; hour++) {
    const next = hour < HOURS ? unusedHour(cellAt(hour), hour, settings) : null;
    if (run !== null && next !== null && isSame(run.heldBy, next.heldBy)) {
      run = {
        ...next,
        fromHour: run.fromHour,
        own: [...run.own, ...next.own],
        others: [...run.others, ...next.others],
      };
      continue;
    }
    if (run !== null && run.untilHour - run.fromHour >= settings.minHours) runs.push(run);
    run = next;
  }
  return runs;
}

/** The hour as a run of its own, held by those who had it last; null when it is used, or too little is known. */
function unusedHour(cell: Cell | undefined, hour: number, settings: SuggestionSettings): Run | null {
  const last = cell?.weeks.at(-1);
  if (cell === undefined || last === undefined || !last.isWhole) return null;
  const { closedHours, minWeeks, maxUsedBp } = settings;
  const heldBy = last.open;
  if (heldBy.length === 0 && (closedHours === null || hour < closedHours.fromHour || hour >= closedHours.untilHour)) {
    return null;
  }
  const isOwn = (week: Week) => week.isWhole && isSame(week.open, heldBy);
  const own = cell.weeks.filter(isOwn);
  const usedMs = own.reduce((sum, week) => sum + week.usedMs, 0);
  if (own.length < minWeeks || usedMs * FULL_BP > maxUsedBp * own.length * HOUR_MS) return null;
  const others = cell.weeks.filter((week) => !isOwn(week));
  return { heldBy, fromHour: hour, untilHour: hour + 1, own: [own], others: [others] };
}

function isSame(a: readonly AudienceCode[], b: readonly AudienceCode[]): boolean {
  return a.length === b.length && a.every((code, index) => code === b[index]);
}

function propose(
  facts: SuggestionFacts,
  space: ScheduledSpace,
  season: Season,
  weekday: Weekday,
  run: Run,
  candidate: SuggestionAudience,
  demand: { readonly openMs: number; readonly bookedMs: number },
  cellAt: (spaceId: string, hour: number) => Cell | undefined,
): Suggestion | null {
  const { audience } = candidate;
  const ownClass = space.classes.get(audience);
  if (ownClass === undefined || ownClass === STAFF_CLASS || run.heldBy.includes(audience)) return null;
  const mayMeet = (code: AudienceCode) => classesMayMeet(ownClass, space.classes.get(code) ?? ownClass);
  const isForbiddenIn = ({ open }: Week) => open.some((code) => !mayMeet(code));
  if (run.others.flat().some(isForbiddenIn)) return null;
  if (isSiteForbidden(facts, space, audience, run, cellAt)) return null;

  const handover = Math.ceil(space.handoverMs / MINUTE_MS);
  let startMinute = run.fromHour * 60;
  let endMinute = run.untilHour * 60;
  for (let hour = 0; hour < HOURS; hour++) {
    if (!cellAt(space.id, hour)?.weeks.some(isForbiddenIn)) continue;
    if (hour < run.fromHour) startMinute = Math.max(startMinute, (hour + 1) * 60 + handover);
    if (hour >= run.untilHour) endMinute = Math.min(endMinute, hour * 60 - handover);
  }
  if (endMinute - startMinute < 60) return null;

  const mode = run.heldBy.length === 0 ? 'open' : run.heldBy.every(mayMeet) ? 'beside' : 'instead';
  const evidence = evidenceOf(run, demand);
  const lengthMs = (endMinute - startMinute) * MINUTE_MS;
  return {
    spaceId: space.id,
    period: season === 'school_holiday' ? { kind: season, names: null } : { kind: season },
    weekday,
    startsAt: timeOfMinutes(startMinute),
    endsAt: timeOfMinutes(endMinute),
    audience,
    mode,
    heldBy: run.heldBy,
    needsReferent: candidate.needsReferent,
    evidence,
    weeklyGain: gainOf(facts, run, mode, candidate, evidence, lengthMs),
    confidence: confidenceOf(evidence),
  };
}

function isSiteForbidden(
  facts: SuggestionFacts,
  space: ScheduledSpace,
  audience: AudienceCode,
  run: Run,
  cellAt: (spaceId: string, hour: number) => Cell | undefined,
): boolean {
  const own = facts.siteClasses.get(audience);
  if (own === undefined) return false;
  const isForbidden = (code: AudienceCode) => {
    const other = facts.siteClasses.get(code);
    return other !== undefined && other.axis === own.axis && other.siteClass !== own.siteClass;
  };
  for (const { id } of facts.spaces) {
    if (id === space.id) continue;
    for (let hour = run.fromHour; hour < run.untilHour; hour++) {
      if (cellAt(id, hour)?.weeks.some(({ open }) => open.some(isForbidden))) return true;
    }
  }
  return false;
}

function evidenceOf(run: Run, demand: { readonly openMs: number; readonly bookedMs: number }): SuggestionEvidence {
  const all = run.own.flat();
  const weeks = Math.min(...run.own.map((of) => of.length));
  const weeksUsed = new Set(all.filter(({ usedMs }) => usedMs > 0).map(({ date }) => date)).size;
  const observedMs = all.length * HOUR_MS;
  const usedMs = all.reduce((sum, week) => sum + week.usedMs, 0);
  return {
    weeks,
    weeksUsed,
    observedMs,
    usedMs,
    usedBp: shareBp(usedMs, observedMs),
    demand: demand.openMs === 0 ? null : { ...demand, bookedBp: shareBp(demand.bookedMs, demand.openMs) },
    usedWeeksAtMostBp: wilsonUpperBp(Math.min(weeksUsed, weeks), weeks),
  };
}

function shareBp(part: number, whole: number): number {
  return Math.round((part * FULL_BP) / whole);
}

/** z = 1.96, two-sided 95 %. */
function wilsonUpperBp(successes: number, trials: number): number {
  const z2 = 1.96 ** 2;
  const share = successes / trials;
  const spread = 1.96 * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials ** 2));
  return Math.round(((share + z2 / (2 * trials) + spread) / (1 + z2 / trials)) * FULL_BP);
}

function confidenceOf({ demand, usedWeeksAtMostBp }: SuggestionEvidence): Confidence {
  if (demand === null || usedWeeksAtMostBp > 4_000) return 'low';
  return usedWeeksAtMostBp > 2_500 ? 'medium' : 'high';
}

function gainOf(
  facts: SuggestionFacts,
  run: Run,
  mode: Suggestion['mode'],
  { hourPrice }: SuggestionAudience,
  { demand, weeks }: SuggestionEvidence,
  lengthMs: number,
): Money | null {
  if (demand === null || hourPrice === null) return null;
  const gain = (hourPrice.minor * lengthMs * demand.bookedBp) / (HOUR_MS * FULL_BP);
  let loss = 0;
  if (mode === 'instead') {
    for (const { audience, hourPrice: price } of facts.audiences) {
      if (price === null || price.currency !== hourPrice.currency) continue;
      const bookedMs = run.own.flat().reduce((sum, week) => sum + (week.bookedMs.get(audience) ?? 0), 0);
      loss += (price.minor * bookedMs) / (HOUR_MS * weeks);
    }
  }
  return { minor: Math.floor(gain - loss), currency: hourPrice.currency };
}

const CONFIDENCE_RANK = { high: 0, medium: 1, low: 2 } as const;

function byWorth(a: Suggestion, b: Suggestion): number {
  const worth = (of: Suggestion) => of.weeklyGain?.minor ?? Number.NEGATIVE_INFINITY;
  const text = (of: Suggestion) => [of.spaceId, of.period.kind, of.weekday, of.startsAt, of.audience].join(' ');
  const [x, y] = [text(a), text(b)];
  return (
    (worth(a) === worth(b) ? 0 : worth(b) - worth(a)) ||
    CONFIDENCE_RANK[a.confidence] - CONFIDENCE_RANK[b.confidence] ||
    b.evidence.observedMs - a.evidence.observedMs ||
    (x < y ? -1 : x > y ? 1 : 0)
  );
}

function keyOf(spaceId: string, season: Season, weekday: number, hour: number): string {
  return `${spaceId} ${season} ${weekday} ${hour}`;
}
