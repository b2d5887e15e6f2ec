import type { bookings } from '@mitoyen/db/schema';
import {
  addDays,
  datesBetween,
  dayWindow,
  expandDay,
  GRID_MS,
  type Instant,
  type LocalDate,
  localDateOf,
  localToInstant,
  type OpeningWindow,
  occupiedWindow,
  overlaps,
  quoteBooking,
  type SchoolCalendar,
  schoolDayOn,
  spaceHoldWindow,
  type Window,
  weekdayOf,
} from '@mitoyen/domain';
import schoolCalendar from './data/school-calendar.json' with { type: 'json' };
import type { Maker } from './maker.ts';
import type { SeedMember } from './people.ts';
import type { SeededRandom } from './random.ts';
import { FUTURE_DAYS, PAST_DAYS, type SeedAudience, type SeedResource, type SeedSite, ZONE } from './sites.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export type BookingRow = typeof bookings.$inferInsert;

/** A booking that is decided before chance has its turn. */
export interface PlannedBooking {
  readonly site: SeedSite;
  readonly resource: SeedResource;
  readonly member: SeedMember;
  readonly window: Window;
  readonly status: 'completed' | 'cancelled' | 'confirmed';
}

export interface BookingFacts {
  readonly maker: Maker;
  readonly random: SeededRandom;
  readonly sites: readonly SeedSite[];
  readonly members: readonly SeedMember[];
  readonly audiences: ReadonlyMap<string, SeedAudience>;
  readonly planned: readonly PlannedBooking[];
}

/** Six months of bookings that were, today's, and four weeks of those to come: inside opening windows only, none overlapping another. */
export function inventBookings(facts: BookingFacts): BookingRow[] {
  const { maker, random, sites } = facts;
  const today = localDateOf(maker.now, ZONE);
  const rows = facts.planned.map((planned) => plannedRow(facts, planned));
  const plannedOf = Map.groupBy(facts.planned, (planned) => planned.resource.id);
  const pools = new Pools(facts.members);
  const ofSite = new Map(sites.map((site) => [site.id, random.fork(site.place.slug)]));

  for (const date of datesBetween(addDays(today, -PAST_DAYS), addDays(today, FUTURE_DAYS))) {
    const daily = dailyDemand(date, today);
    /** Nobody is at two places at once. */
    const busyMembers = new Map<string, Window[]>();
    for (const site of sites) {
      const chance = ofSite.get(site.id) as SeededRandom;
      const openings = openingsOn(site, date);
      for (const space of site.spaces) {
        const open = openings.filter(
          (opening) => opening.spaceId === space.id && !space.idleWindowIds.has(opening.ruleId),
        );
        for (const resource of space.resources) {
          const taken = (plannedOf.get(resource.id) ?? []).map((planned) => planned.window);
          for (const opening of open) {
            const demand = resource.plan.demand * site.popularity * daily(opening.audience);
            for (const window of drawWindows(chance, opening, resource, demand)) {
              if (taken.some((each) => overlaps(each, window))) continue;
              const member = pools.draw(chance, site, opening.audience, (id) =>
                (busyMembers.get(id) ?? []).some((each) => overlaps(each, window)),
              );
              if (member === null) continue;
              busyMembers.set(member.id, [...(busyMembers.get(member.id) ?? []), window]);
              rows.push(row(facts, chance, { site, resource, member, audience: opening.audience, window }));
            }
          }
        }
      }
    }
  }
  return rows;
}

/** When the spaces of a site are open on a day, closures taken out. */
export function openingsOn(site: SeedSite, date: LocalDate): readonly OpeningWindow[] {
  return expandDay(site.hours, date).windows;
}

/** By month, January first: mountain and coast are elsewhere in August. */
const SEASON = [0.9, 0.95, 1, 1, 0.95, 1, 0.8, 0.5, 1.1, 1.15, 1.15, 0.85];
/** Monday first. */
const WEEK = [1, 1.15, 0.95, 1.15, 0.8, 0.6, 0.25];

/** How much is asked for on a day, by audience. Next week is half booked, the week after less. */
function dailyDemand(date: LocalDate, today: LocalDate): (audience: string) => number {
  const daysAhead = Math.round((dayWindow(date, ZONE).from - dayWindow(today, ZONE).from) / DAY_MS);
  const growth = daysAhead < 0 ? 1.1 + (0.3 * daysAhead) / PAST_DAYS : 1.1;
  const lead = daysAhead <= 0 ? 1 : Math.max(0.15, 0.75 - (0.6 * daysAhead) / FUTURE_DAYS);
  const season = SEASON[Number(date.slice(5, 7)) - 1] as number;
  const weekday = WEEK[weekdayOf(date) - 1] as number;
  const school = schoolDayOn(schoolCalendar as SchoolCalendar, 'B', date);
  const isHoliday = school.ok && school.value.kind === 'holiday';
  const day = growth * lead * season * weekday;
  return (audience) => {
    if (audience === 'youth') return day * (isHoliday ? 0.7 : 1.6);
    return isHoliday ? day * 0.85 : day;
  };
}

/** The longest that is taken as one half day; longer openings are used in parts, mostly in working hours. */
const HALF_DAY_MS = 6 * HOUR_MS;

function drawWindows(chance: SeededRandom, opening: OpeningWindow, resource: SeedResource, demand: number): Window[] {
  const drawn: Window[] = [];
  let free = opening.from;
  for (const { window, share, stayUntil } of parts(opening)) {
    for (let expected = demand * share; expected > 0; expected -= 1) {
      if (!chance.chance(Math.min(0.92, expected))) continue;
      const left = { from: Math.max(window.from, free), until: window.until };
      const booked = drawWindow(chance, left, stayUntil, resource);
      if (booked === null) continue;
      drawn.push(booked);
      free = booked.until + resource.bufferAfterMs;
    }
  }
  return drawn;
}

interface Part {
  readonly window: Window;
  /** Of the demand of a half day. */
  readonly share: number;
  /** Where the place does not close at noon: how late those stay who come for the day. */
  readonly stayUntil: Instant | null;
}

function parts(opening: OpeningWindow): Part[] {
  if (opening.until - opening.from <= HALF_DAY_MS) return [{ window: opening, share: 1, stayUntil: null }];
  const date = localDateOf(opening.from, ZONE);
  const at = (time: string) => Math.min(opening.until, Math.max(opening.from, localToInstant(date, time, ZONE)));
  return [
    { window: { from: at('08:30'), until: at('12:30') }, share: 1, stayUntil: at('17:30') },
    { window: { from: at('13:00'), until: at('18:30') }, share: 1, stayUntil: null },
    { window: { from: at('18:30'), until: at('21:30') }, share: 0.12, stayUntil: null },
  ];
}

/** Quarter hours. */
const LENGTHS: Readonly<Record<SeedResource['plan']['kind'], readonly number[]>> = {
  desk: [8, 8, 12, 12, 16],
  room: [4, 4, 6, 8],
  video: [2, 3, 4, 4, 6],
};

function drawWindow(
  chance: SeededRandom,
  free: Window,
  stayUntil: Instant | null,
  resource: SeedResource,
): Window | null {
  const room = Math.floor((free.until - free.from) / GRID_MS);
  const isDesk = resource.plan.kind === 'desk';
  if (isDesk && stayUntil !== null && room >= 12 && chance.chance(0.2)) {
    return { from: free.from, until: stayUntil - chance.between(0, 4) * GRID_MS };
  }
  const quarters = isDesk && chance.chance(0.35) ? room : Math.min(room, chance.pick(LENGTHS[resource.plan.kind]));
  if (quarters < 2) return null;
  // People think in half hours.
  const start = Math.floor(chance.between(0, room - quarters) / 2) * 2;
  const from = free.from + start * GRID_MS;
  return { from, until: from + quarters * GRID_MS };
}

/** Who comes to a place: its own people mostly, then those of the département, then anybody. */
class Pools {
  readonly #pools = new Map<string, SeedMember[]>();

  constructor(members: readonly SeedMember[]) {
    for (const member of members) {
      for (const place of [member.homeSlug, member.departement, '']) {
        if (place === null) continue;
        const key = `${member.audience}/${place}`;
        this.#pools.set(key, [...(this.#pools.get(key) ?? []), member]);
      }
    }
  }

  draw(chance: SeededRandom, site: SeedSite, audience: string, isBusy: (id: string) => boolean): SeedMember | null {
    const of = (place: string) => this.#pools.get(`${audience}/${place}`) ?? [];
    const [own, near, all] = [of(site.place.slug), of(site.place.departement), of('')];
    for (let attempt = 0; attempt < 4; attempt++) {
      // One person alone does not fill a place every day.
      const pool = chance.chance(Math.min(0.7, own.length * 0.12)) ? own : near.length > 0 ? near : all;
      if (pool.length === 0) return null;
      const member = chance.pick(pool);
      if (!isBusy(member.id)) return member;
    }
    return null;
  }
}

interface Drawn {
  readonly site: SeedSite;
  readonly resource: SeedResource;
  readonly member: SeedMember;
  readonly audience: string;
  readonly window: Window;
}

interface Story {
  readonly status: BookingRow['status'];
  readonly createdAt: Instant;
  readonly checkedInAt: Instant | null;
  readonly cancelledAt: Instant | null;
}

function row(facts: BookingFacts, chance: SeededRandom, drawn: Drawn): BookingRow {
  const { now } = facts.maker;
  const { from, until } = drawn.window;
  const createdAt = createdBefore(chance, Math.min(from, now));
  const between = (earliest: Instant, latest: Instant) =>
    earliest + Math.floor((latest - earliest) * chance.fraction());
  const arrival = from + chance.between(-12 * 60, 14 * 60) * 1000;
  const luck = chance.fraction();
  const story = { createdAt, checkedInAt: null, cancelledAt: null };
  if (luck < (until <= now ? 0.1 : 0.05)) {
    const cancelledAt = between(createdAt + MINUTE_MS, Math.max(createdAt + 2 * MINUTE_MS, Math.min(from, now)));
    return bookingRow(facts, drawn, { ...story, status: 'cancelled', cancelledAt: Math.min(cancelledAt, now) });
  }
  if (until <= now && luck < 0.15) return bookingRow(facts, drawn, { ...story, status: 'no_show' });
  if (until <= now) return bookingRow(facts, drawn, { ...story, status: 'completed', checkedInAt: arrival });
  if (from <= now && arrival <= now) {
    return bookingRow(facts, drawn, { ...story, status: 'checked_in', checkedInAt: arrival });
  }
  return bookingRow(facts, drawn, { ...story, status: 'confirmed' });
}

function plannedRow(facts: BookingFacts, planned: PlannedBooking): BookingRow {
  const { status, window } = planned;
  const createdAt = Math.min(window.from, facts.maker.now) - 2 * DAY_MS - 3 * HOUR_MS;
  return bookingRow(
    facts,
    { ...planned, audience: planned.member.audience },
    {
      status,
      createdAt,
      checkedInAt: status === 'completed' ? window.from - 4 * MINUTE_MS : null,
      cancelledAt: status === 'cancelled' ? window.from - DAY_MS : null,
    },
  );
}

function bookingRow(facts: BookingFacts, drawn: Drawn, story: Story): BookingRow {
  const { maker, audiences } = facts;
  const { site, resource, member, window } = drawn;
  const audience = audiences.get(drawn.audience);
  if (audience === undefined) throw new Error(`no audience ${drawn.audience}`);
  const quote = quoteBooking({ tariff: resource.tariff, window, zone: ZONE });
  return {
    networkId: maker.networkId,
    id: maker.id(story.createdAt),
    reference: maker.reference(),
    siteId: site.id,
    spaceId: resource.spaceId,
    resourceId: resource.id,
    memberId: member.id,
    audienceId: audience.id,
    audienceClass: audience.audienceClass,
    isStaffUse: false,
    startsAt: window.from,
    endsAt: window.until,
    occupied: occupiedWindow(window, resource),
    spaceHold: spaceHoldWindow(window, resource.handoverMs),
    status: story.status,
    holdExpiresAt: null,
    currency: quote.currency,
    priceMinor: quote.totalMinor,
    quote,
    revision: story.cancelledAt === null ? 0 : 1,
    createdAt: story.createdAt,
    confirmedAt: story.createdAt + 40_000,
    checkedInAt: story.checkedInAt,
    cancelledAt: story.cancelledAt,
    isDemo: true,
  };
}

/** Most book a few days before, some at the last minute. */
function createdBefore(chance: SeededRandom, moment: Instant): Instant {
  const days = chance.chance(0.2) ? chance.fraction() * 0.2 : chance.fraction() ** 2 * 12;
  return moment - Math.floor(days * DAY_MS) - 5 * MINUTE_MS;
}

/** The next time the resource is open to the audience, at least half an hour of it, on a quarter hour from `now` on. */
export function nextOpening(
  site: SeedSite,
  resource: SeedResource,
  audience: string,
  now: Instant,
  longestMs: number,
): Window {
  const first = localDateOf(now, ZONE);
  for (const date of datesBetween(first, addDays(first, 14))) {
    for (const opening of openingsOn(site, date)) {
      if (opening.spaceId !== resource.spaceId || opening.audience !== audience) continue;
      const from = Math.max(opening.from, (Math.floor(now / GRID_MS) + 1) * GRID_MS);
      const until = Math.min(opening.until, from + longestMs);
      if (until - from >= 2 * GRID_MS) return { from, until };
    }
  }
  throw new Error(`${site.place.slug} is closed for two weeks`);
}
