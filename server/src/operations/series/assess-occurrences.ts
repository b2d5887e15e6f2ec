import { findTariff, listBusyInEach, listResources } from '@mitoyen/db/queries';
import {
  addDays,
  type BookableWindow,
  type Booker,
  type BusyFact,
  DEFAULT_BOOKING_LIMITS,
  dayWindow,
  type EffectiveHours,
  expandDay,
  type FreeTime,
  type Instant,
  isBookable,
  type LocalDate,
  localDateOf,
  nearestFree,
  type Quote,
  quoteBooking,
  type SeriesLimits,
  type SiteClass,
  siteDay,
  type Tariff,
  type TimeZone,
  type Window,
} from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import type { ProblemCode } from '../../problems.ts';
import { dependsOnBookings, hoursOf } from '../../schedule/hours.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';
import { type BookableResource, type BookingTerms, termsOf } from '../bookings/check-window.ts';
import { BOOKABLE_PROBLEMS, WITH_ALTERNATIVES } from '../bookings/refusals.ts';
import { busyFact, classesOf, heldTime, resourceFacts, tariffOf } from '../places/site-facts.ts';

/** Times offered beside each one that cannot be had. */
const MOST_ALTERNATIVES = 4;

/** One time of a series that somebody would like. */
export interface WantedOccurrence {
  /** The date that the rule gave. */
  readonly date: LocalDate;
  /** Null: the clocks skip it. */
  readonly window: Window | null;
  readonly resource: BookableResource;
}

export interface FreeOccurrence extends WantedOccurrence {
  readonly state: 'free';
  readonly window: Window;
  readonly bookable: BookableWindow;
  readonly audienceClass: string;
  readonly siteClass: SiteClass | null;
  readonly terms: BookingTerms;
  readonly quote: Quote;
}

export interface RefusedOccurrence extends WantedOccurrence {
  readonly state: 'conflict' | 'beyond_horizon' | 'outside_quota';
  readonly code: ProblemCode;
  readonly alternatives: readonly (FreeTime & { readonly resourceName: string })[];
}

export type AssessedOccurrence = FreeOccurrence | RefusedOccurrence;

export interface Assessment {
  readonly wanted: readonly WantedOccurrence[];
  readonly booker: Booker;
  readonly seats: number;
  readonly limits: SeriesLimits;
  /** Occurrences of other series that the member has to come. */
  readonly upcoming: number;
  /** Bookings that are moved and stand in nobody's way. */
  readonly without: ReadonlySet<string>;
  readonly withAlternatives: boolean;
}

/**
 * What would become of each time, in the order given: all of one site. The hours of all dates are expanded once and their bookings read
 * in one statement; what follows is the domain's. An occurrence that can be had stands in the way of those after it.
 */
export async function assessOccurrences(context: Context, assessment: Assessment): Promise<AssessedOccurrence[]> {
  const { tx, networkId, now } = context;
  const { wanted, booker, seats, limits, without } = assessment;
  const first = wanted[0];
  if (first === undefined) return [];
  const zone = first.resource.timeZone;
  const { siteId } = first.resource;
  const days = wanted.map(({ date, window }) => (window === null ? dayWindow(date, zone) : dayOfWindow(window, zone)));
  const revisions = new Map([[siteId, first.resource.scheduleRevision]]);
  const [schedules, rows] = await Promise.all([
    context.services.schedules.of(tx, networkId, [siteId], now, revisions),
    listBusyInEach(tx, networkId, siteId, days),
  ]);
  const schedule = schedules.get(siteId);
  if (schedule === undefined) return [];
  const active = rows.filter((row) => !without.has(row.id) && (row.holdExpiresAt === null || row.holdExpiresAt > now));
  const busyOfDay = Map.groupBy(active, (row) => Number(row.index) - 1);
  const busy = days.map((_, index) => (busyOfDay.get(index) ?? []).map(busyFact));
  const held = dependsOnBookings(schedule) ? active.map((row) => heldTime(row, schedule)) : [];
  const hoursOn = hoursByDay(schedule, days, zone, held, now);
  const tariffUnder = tariffReader(context);
  const siteClass = schedule.siteClasses.get(booker.code) ?? null;
  const classes = classesOf(schedule, booker.code);
  const horizon = dayWindow(addDays(localDateOf(now, zone), limits.horizonDays), zone).until;

  const assessed: AssessedOccurrence[] = [];
  let accepted = assessment.upcoming;
  for (const [index, each] of wanted.entries()) {
    const { window, resource } = each;
    const refusedFor = (state: RefusedOccurrence['state'], code: ProblemCode) =>
      assessed.push({ ...each, state, code, alternatives: [] });
    if (window === null) {
      refusedFor('conflict', 'series.no_such_time');
      continue;
    }
    if (window.from >= horizon) {
      refusedFor('beyond_horizon', 'booking.too_far_ahead');
      continue;
    }
    const { windows, handovers } = hoursOn(index);
    const audienceClass = classes.get(resource.spaceId) ?? null;
    const outcome = isBookable(
      {
        resource: resourceFacts(resource, resource.handoverMinutes),
        zone,
        windows,
        handovers,
        closures: schedule.schedule.closures,
        busy: busy[index] ?? [],
        booker,
        audienceClass,
        siteClass,
        seats,
        buildingCapacity: schedule.buildingCapacity,
        now,
        limits: { ...DEFAULT_BOOKING_LIMITS, horizonDays: limits.horizonDays },
      },
      window,
    );
    if (!outcome.ok) {
      const isUnknown = outcome.reason === 'outside_opening_window' && isNotKnown(schedule, each, zone);
      refusedFor('conflict', isUnknown ? 'series.hours_not_known' : BOOKABLE_PROBLEMS[outcome.reason]);
      continue;
    }
    if (seats > resource.capacity) {
      refusedFor('conflict', 'booking.too_few_seats');
      continue;
    }
    if (accepted >= limits.mostUpcoming) {
      refusedFor('outside_quota', 'series.outside_quota');
      continue;
    }
    accepted += 1;
    const terms = termsOf(outcome.value.openings, window.from, schedule, booker.structureId);
    assessed.push({
      ...each,
      state: 'free',
      window,
      bookable: outcome.value,
      audienceClass: audienceClass ?? '',
      siteClass,
      terms,
      quote: quoteBooking({ tariff: await tariffUnder(terms, resource), window, zone }),
    });
    const taken: BusyFact = {
      resourceId: resource.id,
      spaceId: resource.spaceId,
      audienceClass: audienceClass ?? '',
      siteAxis: siteClass?.axis ?? '',
      siteClass: siteClass?.siteClass ?? '',
      seats,
      present: window,
      occupied: outcome.value.occupied,
      spaceHold: outcome.value.spaceHold,
    };
    // Only a moved occurrence can meet another of its own series: on the days around it.
    for (const [other, day] of days.entries()) {
      if (other > index && day.from <= window.until && day.until >= window.from) busy[other]?.push(taken);
    }
  }
  if (!assessment.withAlternatives) return assessed;

  const needy = assessed.filter((each) => each.state === 'conflict' && WITH_ALTERNATIVES.has(each.code));
  if (needy.length === 0) return assessed;
  const resources = await listResources(tx, networkId, [siteId]);
  const handoverOf = new Map(schedule.schedule.spaces.map((space) => [space.id, space.handoverMs / 60_000]));
  const kinds = new Set(needy.map(({ resource }) => resource.kind));
  const comparable = resources.filter(({ kind }) => kinds.has(kind));
  const names = new Map(comparable.map((each) => [each.id, each.name]));
  const factsOf = new Map(comparable.map((each) => [each.id, resourceFacts(each, handoverOf.get(each.spaceId) ?? 0)]));
  return assessed.map((each, index) => {
    if (each.state !== 'conflict' || each.window === null || !WITH_ALTERNATIVES.has(each.code)) return each;
    const same = comparable.filter(({ kind }) => kind === each.resource.kind);
    const hours = hoursOn(index);
    const day = siteDay({
      date: localDateOf(each.window.from, zone),
      zone,
      resources: same.flatMap(({ id }) => factsOf.get(id) ?? []),
      windows: hours.windows,
      handovers: hours.handovers,
      closures: schedule.schedule.closures,
      busy: busy[index] ?? [],
      booker,
      classes,
      siteClass,
      seats,
      buildingCapacity: schedule.buildingCapacity,
    });
    const alternatives = nearestFree({
      days: [day],
      resourceId: each.resource.id,
      equivalents: same.map(({ id }) => id).filter((id) => id !== each.resource.id),
      wanted: each.window,
      notBefore: now,
      limit: MOST_ALTERNATIVES,
    });
    return {
      ...each,
      alternatives: alternatives.map((free) => ({ ...free, resourceName: names.get(free.resourceId) ?? '' })),
    };
  });
}

/** The hours of each day, from one expansion of all of them. */
function hoursByDay(
  schedule: SiteSchedule,
  days: readonly Window[],
  zone: TimeZone,
  held: Parameters<typeof hoursOf>[2],
  now: Instant,
): (index: number) => EffectiveHours {
  const first = Math.min(...days.map(({ from }) => from));
  const last = Math.max(...days.map(({ from }) => from));
  const range = { from: localDateOf(first, zone), until: addDays(localDateOf(last, zone), 1) };
  const { windows, handovers } = hoursOf(schedule, range, held, now);
  const asked = new Set(days.map(({ from }) => localDateOf(from, zone)));
  // No opening window crosses a midnight; a handover may.
  const windowsOn = grouped(windows, ({ from }) => [localDateOf(from, zone)]);
  const handoversOn = grouped(handovers, ({ from, until }) => [localDateOf(from, zone), localDateOf(until - 1, zone)]);

  function grouped<T>(items: readonly T[], datesOf: (item: T) => LocalDate[]): Map<LocalDate, T[]> {
    const groups = new Map<LocalDate, T[]>();
    for (const item of items) {
      for (const date of new Set(datesOf(item))) {
        if (!asked.has(date)) continue;
        const group = groups.get(date);
        if (group === undefined) groups.set(date, [item]);
        else group.push(item);
      }
    }
    return groups;
  }

  return (index) => {
    const date = localDateOf(days[index]?.from ?? first, zone);
    return { windows: windowsOn.get(date) ?? [], handovers: handoversOn.get(date) ?? [] };
  };
}

/** Whether nobody can say yet what the hours are: the school calendar of that year is not published. */
function isNotKnown(schedule: SiteSchedule, { window, resource }: WantedOccurrence, zone: TimeZone): boolean {
  if (window === null) return false;
  const { unknown } = expandDay(schedule.compiled, localDateOf(window.from, zone));
  return unknown.some(({ spaceId }) => spaceId === resource.spaceId);
}

/** Tariffs of released and agreed hours, each read once. */
function tariffReader({ tx, networkId }: Context) {
  const known = new Map<string, Tariff | null>();
  return async (terms: BookingTerms, resource: BookableResource): Promise<Tariff | null> => {
    if (terms.tariff === 'resource') return tariffOf(resource);
    if (terms.tariff === 'free') return null;
    const { id } = terms.tariff;
    if (!known.has(id)) known.set(id, await findTariff(tx, networkId, id));
    return known.get(id) ?? null;
  };
}

const dayOfWindow = (window: Window, zone: TimeZone): Window => dayWindow(localDateOf(window.from, zone), zone);
