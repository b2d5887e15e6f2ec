import {
  type Booker,
  type BusyFact,
  type Closure,
  DEFAULT_AUDIENCES,
  dayWindow,
  type Handover,
  occupiedWindow,
  overlaps,
  type ResourceFacts,
  resolveCompatibility,
  type SiteDayFacts,
  type StandingAgreement,
  siteClasses,
  spaceHoldWindow,
  type TemplateWindow,
  timeOfMinutes,
  type Window,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { MINUTE } from './instants.ts';
import { PARIS, space, weekly } from './schedule-facts.ts';
import { agreement, hoursOn, professional, resource, staff, training, youth } from './site-facts.ts';

/*
 * Any site on a Sunday, also on those of the clock changes, and a slow reading of it that the rules of availability are
 * compared with.
 */

export const QUARTER = 15 * MINUTE;

export interface Scenario {
  readonly date: string;
  readonly plan: readonly TemplateWindow[];
  readonly agreements: readonly StandingAgreement[];
  readonly handoverMs: Readonly<Record<string, number>>;
  readonly facts: SiteDayFacts & { readonly closures: readonly Closure[]; readonly seats: number };
}

const SPACES = ['area', 'room'] as const;
const audience = fc.constantFrom(professional, training, youth);
const spaceId = fc.constantFrom(null, ...SPACES);
const wallRange = fc
  .uniqueArray(fc.integer({ min: 0, max: 96 }), { minLength: 2, maxLength: 2 })
  .map((quarters) => quarters.sort((a, b) => a - b).map((each) => timeOfMinutes(each * 15)) as [string, string]);
const margin = fc.constantFrom(0, QUARTER, 2 * QUARTER);
/** Long enough for a booking of staff. */
const handover = fc.constantFrom(0, QUARTER, 3 * QUARTER);

export const anySite: fc.Arbitrary<Scenario> = fc
  .constantFrom('2027-03-28', '2027-10-31', '2027-05-09')
  .chain((date) => {
    const day = dayWindow(date, PARIS);
    const window = fc
      .tuple(fc.integer({ min: -4, max: (day.until - day.from) / QUARTER }), fc.integer({ min: 1, max: 16 }))
      .map(
        ([start, length]): Window => ({
          from: day.from + start * QUARTER,
          until: day.from + (start + length) * QUARTER,
        }),
      );
    return fc
      .record({
        plan: fc.array(
          fc
            .tuple(fc.oneof({ weight: 8, arbitrary: audience }, fc.constant(staff)), wallRange, spaceId)
            .map(([{ code }, [start, end], of]) => weekly(7, code, start, end, of)),
          { maxLength: 6 },
        ),
        agreements: fc
          .array(
            fc.record({
              audience,
              range: wallRange,
              isExclusive: fc.boolean(),
              spaceIds: fc.subarray([...SPACES], { minLength: 1 }),
            }),
            { maxLength: 2 },
          )
          .map((list) =>
            list.map(({ audience: { code }, range: [start, end], ...more }, index) =>
              agreement(`agreement-${index}`, weekly(7, code, start, end), more),
            ),
          ),
        handovers: fc.tuple(handover, handover),
        buffers: fc.array(margin, { minLength: 4, maxLength: 4 }),
        benchSeats: fc.integer({ min: 1, max: 4 }),
        closures: fc.array(
          fc.tuple(window, spaceId).map(([each, of]): Closure => ({ ...each, spaceId: of, reason: null })),
          { maxLength: 2 },
        ),
        bookings: fc.array(
          fc.record({
            index: fc.nat({ max: 2 }),
            audience: fc.oneof({ weight: 4, arbitrary: audience }, fc.constant(staff)),
            window,
            seats: fc.integer({ min: 1, max: 3 }),
          }),
          { maxLength: 5 },
        ),
        neverOnOneSite: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
        booker: fc.oneof({ weight: 4, arbitrary: audience }, fc.constant(staff)),
        structureId: fc.constantFrom(null, 'choir', 'club'),
        /** All hours are the booker's own, so that there is time for something to be in the way. */
        isTheirDay: fc.boolean(),
        isAtHomeInRoom: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
        /** From one person to one more than the bench has seats. */
        shareOfBench: fc.integer({ min: 0, max: 4 }),
        buildingCapacity: fc.option(fc.integer({ min: 1, max: 8 }), { nil: null, freq: 2 }),
      })
      .map((any): Scenario => {
        const { agreements, closures, benchSeats } = any;
        const plan = any.isTheirDay ? [weekly(7, any.booker.code, '00:00', '24:00'), ...any.plan] : any.plan;
        const handoverMs = { area: any.handovers[0], room: any.handovers[1] };
        const [first, second, third, fourth] = any.buffers as [number, number, number, number];
        const resources = [
          resource('desk', { handoverMs: handoverMs.area, bufferBeforeMs: first, bufferAfterMs: second }),
          resource('bench', {
            handoverMs: handoverMs.area,
            bufferBeforeMs: third,
            bufferAfterMs: fourth,
            seats: benchSeats,
          }),
          resource('table', { handoverMs: handoverMs.room, spaceId: 'room' }),
        ];
        const apart = siteClassesWhere(any.neverOnOneSite);
        const busy = any.bookings.map(({ index, audience: of, window: present, seats }): BusyFact => {
          const taken = resources[index] as ResourceFacts;
          const siteClass = apart.get(of.code);
          return {
            resourceId: taken.id,
            spaceId: taken.spaceId,
            audienceClass: of.audienceClass,
            siteAxis: siteClass?.axis ?? '',
            siteClass: siteClass?.siteClass ?? '',
            seats,
            present,
            occupied: occupiedWindow(present, taken),
            spaceHold: spaceHoldWindow(present, taken.handoverMs),
          };
        });
        const booker: Booker = { ...any.booker, structureId: any.structureId };
        const classes = new Map(SPACES.map((id) => [id as string, booker.audienceClass]));
        if (!any.isAtHomeInRoom) classes.delete('room');
        const spaces = SPACES.map((id) => space(id, handoverMs[id] / MINUTE));
        return {
          date,
          plan,
          agreements,
          handoverMs,
          facts: {
            ...hoursOn(date, plan, { spaces, closures, agreements }),
            date,
            zone: PARIS,
            resources,
            busy,
            booker,
            classes,
            siteClass: apart.get(booker.code) ?? null,
            seats: Math.min(any.shareOfBench, benchSeats) + 1,
            buildingCapacity: any.buildingCapacity,
          },
        };
      });
  });

function siteClassesWhere(neverOnOneSite: boolean) {
  const compatibility = resolveCompatibility(DEFAULT_AUDIENCES, {
    network: neverOnOneSite ? [{ audiences: ['professional', 'youth'], relation: 'never_same_site' }] : [],
    site: [],
    space: [],
  });
  const classes = compatibility.ok ? siteClasses(compatibility.value) : undefined;
  if (!classes?.ok) throw new Error('no site classes');
  return classes.value;
}

interface Opening {
  readonly audience: string;
  readonly audienceClass: string;
  readonly partnerStructureId: string | null;
  readonly isExclusive: boolean;
}

/** May be there together, staff with anybody. */
const mayMeet = (a: { readonly audienceClass: string }, b: { readonly audienceClass: string }) =>
  a.audienceClass === 'staff' || b.audienceClass === 'staff' || a.audienceClass === b.audienceClass;

/**
 * The site read quarter hour by quarter hour, each by itself, from the plan as it is written; bookings are looked at one
 * by one as the database's constraints do, and people are counted.
 */
export class NaiveSite {
  readonly quarters: readonly Window[];
  readonly #scenario: Scenario;
  readonly #openings: ReadonlyMap<string, readonly (readonly Opening[])[]>;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const day = dayWindow(scenario.date, PARIS);
    this.quarters = Array.from({ length: (day.until - day.from) / QUARTER }, (_, index) => ({
      from: day.from + index * QUARTER,
      until: day.from + (index + 1) * QUARTER,
    }));
    this.#openings = new Map(SPACES.map((id) => [id as string, this.#openingsIn(id)]));
  }

  #openingsIn(id: string): readonly (readonly Opening[])[] {
    const { plan, agreements, date, handoverMs } = this.#scenario;
    const handoverQuarters = (handoverMs[id] as number) / QUARTER;
    const classOf = (code: string) =>
      [professional, training, youth, staff].find((each) => each.code === code)?.audienceClass as string;
    const isPlanned = (window: TemplateWindow, quarter: Window) =>
      (window.spaceId === null || window.spaceId === id) && covers(window, quarter, date);

    const planned = this.quarters.map((quarter) => {
      const accepted: Opening[] = [];
      for (const window of plan) {
        const opening = {
          audience: window.audience,
          audienceClass: classOf(window.audience),
          partnerStructureId: null,
          isExclusive: false,
        };
        if (isPlanned(window, quarter) && accepted.every((earlier) => mayMeet(earlier, opening)))
          accepted.push(opening);
      }
      return this.isClosed(id, quarter) ? [] : accepted;
    });
    const agreed = this.quarters.map((quarter) => {
      const accepted: Opening[] = [];
      for (const { spaceIds, windows, isExclusive, partnerStructureId } of agreements) {
        const [window] = windows as [TemplateWindow];
        const opening = {
          audience: window.audience,
          audienceClass: classOf(window.audience),
          partnerStructureId,
          isExclusive,
        };
        const isBeside = accepted.every((earlier) => !earlier.isExclusive && !isExclusive && mayMeet(earlier, opening));
        if (spaceIds.includes(id) && isPlanned(window, quarter) && isBeside) accepted.push(opening);
      }
      return this.isClosed(id, quarter) ? [] : accepted;
    });

    // Who arrives waits until those who left have been gone for the handover.
    const afterHandovers = (openings: readonly (readonly Opening[])[]) =>
      openings.map((here, index) => {
        const before = openings.slice(Math.max(0, index - handoverQuarters), index).flat();
        return here.filter((opening) => before.every((earlier) => mayMeet(earlier, opening)));
      });
    const beside = afterHandovers(planned).map((here, index) => {
      const next = agreed.slice(index, index + handoverQuarters + 1).flat();
      return here.filter(
        (opening) =>
          next.every((other) => mayMeet(other, opening)) && !agreed[index]?.some(({ isExclusive }) => isExclusive),
      );
    });
    return afterHandovers(beside.map((here, index) => [...here, ...(agreed[index] as readonly Opening[])]));
  }

  isClosed(id: string, window: Window): boolean {
    return this.#scenario.facts.closures.some((closure) => isIn(closure, id) && overlaps(closure, window));
  }

  isInHandover(id: string, window: Window): boolean {
    return this.#handoversIn(id).some((each) => overlaps(each, window));
  }

  #handoversIn(id: string): readonly Handover[] {
    return this.#scenario.facts.handovers.filter((each) => each.spaceId === id);
  }

  isOpenToSomebody(id: string, window: Window): boolean {
    return this.#everyQuarter(window, (index) => this.#openings.get(id)?.[index]?.length !== 0);
  }

  /** Whether the booker may be there all the time: nobody else, and nothing in the way, is looked at. */
  isOpen(id: string, window: Window): boolean {
    const { booker, classes } = this.#scenario.facts;
    if (!booker.isStaff && !classes.has(id)) return false;
    return this.#everyQuarter(window, (index, quarter) => {
      const openings = this.#openings.get(id)?.[index] as readonly Opening[];
      if (booker.isStaff) return openings.length > 0 || (this.isInHandover(id, quarter) && !this.isClosed(id, quarter));
      return openings.some(
        ({ audience: of, partnerStructureId }) =>
          of === booker.code && (partnerStructureId === null || partnerStructureId === booker.structureId),
      );
    });
  }

  #everyQuarter(window: Window, holds: (index: number, quarter: Window) => boolean): boolean {
    const first = (window.from - (this.quarters[0] as Window).from) / QUARTER;
    const count = (window.until - window.from) / QUARTER;
    if (first < 0 || first + count > this.quarters.length) return false;
    for (let index = first; index < first + count; index++) {
      if (!holds(index, this.quarters[index] as Window)) return false;
    }
    return true;
  }

  /** Too few seats left, or none to share: for a booking that keeps the resource for the time given, buffers included. */
  isTaken(of: ResourceFacts, occupied: Window): boolean {
    const { busy, seats } = this.#scenario.facts;
    const here = busy.filter((each) => each.resourceId === of.id);
    if (of.seats === null) return here.some((each) => overlaps(each.occupied, occupied));
    return peak(here, ({ occupied: taken }) => taken, occupied) + seats > of.seats;
  }

  isInOtherUse(id: string, hold: Window): boolean {
    const { busy, booker, classes } = this.#scenario.facts;
    const audienceClass = classes.get(id) ?? 'a class of its own';
    return (
      !booker.isStaff &&
      busy.some((each) => each.spaceId === id && !mayMeet(each, { audienceClass }) && overlaps(each.spaceHold, hold))
    );
  }

  isApart(hold: Window): boolean {
    const { busy, booker, siteClass } = this.#scenario.facts;
    return (
      !booker.isStaff &&
      siteClass !== null &&
      busy.some(
        (each) =>
          each.siteAxis === siteClass.axis && each.siteClass !== siteClass.siteClass && overlaps(each.spaceHold, hold),
      )
    );
  }

  isBuildingFull(window: Window): boolean {
    const { busy, seats, buildingCapacity } = this.#scenario.facts;
    return buildingCapacity !== null && peak(busy, ({ present }) => present, window) + seats > buildingCapacity;
  }
}

/** The most people in any quarter hour of the window. */
function peak(facts: readonly BusyFact[], timeOf: (fact: BusyFact) => Window, window: Window): number {
  let most = 0;
  for (let from = window.from; from < window.until; from += QUARTER) {
    const there = facts.filter((fact) => overlaps(timeOf(fact), { from, until: from + QUARTER }));
    most = Math.max(
      most,
      there.reduce((sum, { seats }) => sum + seats, 0),
    );
  }
  return most;
}

function isIn(where: { readonly spaceId: string | null }, id: string): boolean {
  return where.spaceId === null || where.spaceId === id;
}

/** Whether a wall clock that shows the quarter hour is within the window of wall time, on its date. */
function covers({ startsAt, endsAt }: TemplateWindow, quarter: Window, date: string): boolean {
  const at = Temporal.Instant.fromEpochMilliseconds(quarter.from).toZonedDateTimeISO(PARIS);
  if (at.toPlainDate().toString() !== date) return false;
  // On the autumn day 02:00-03:00 comes twice: a range that ends or begins in it means the first pass.
  const first = at.toPlainDateTime().toZonedDateTime(PARIS, { disambiguation: 'earlier' }).toInstant();
  if (first.epochMilliseconds !== quarter.from) return startsAt <= '02:59' && endsAt >= '03:00';
  const wall = at.toPlainTime().toString().slice(0, 5);
  return startsAt <= wall && wall < endsAt;
}
