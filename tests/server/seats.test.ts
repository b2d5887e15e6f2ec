import { randomBytes } from 'node:crypto';
import { constraintViolation } from '@mitoyen/db';
import { bookings, resources, sites, spaceAudiences } from '@mitoyen/db/schema';
import { bookingReference, newId, type Window } from '@mitoyen/domain';
import { and, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The next day, 9:00 in Paris. */
const FROM = NOW + DAY + HOUR;
const iso = (at: number) => new Date(at).toISOString();
const makeId = () => newId(NOW, randomBytes(10));

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let site: TestSite;
let leaPerson: TestPerson;
const members: Caller[] = [];
const clock = new MovableClock(NOW);

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, clock);
  leaPerson = await network.addPerson('lea');
  // Each may put five times aside: a crowd takes a few.
  for (let index = 0; index < 8; index++) members.push(await api.as(await network.addPerson(`member-${index}`)));
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});

let count = 0;
let seatsId: string;
beforeEach(async () => {
  clock.moveTo(NOW);
  count += 1;
  site = await network.addSite(`place-${count}`, { desks: 4 });
  seatsId = await addSeats(6);
  await network.within((tx) =>
    tx.update(bookings).set({ status: 'cancelled', holdExpiresAt: null }).where(eq(bookings.status, 'held')),
  );
});

async function addSeats(capacity: number, more: Partial<typeof resources.$inferInsert> = {}): Promise<string> {
  const id = makeId();
  await network.within((tx) =>
    tx.insert(resources).values({
      networkId: network.id,
      id,
      siteId: site.id,
      spaceId: site.openSpaceId,
      name: 'Places',
      kind: 'seats',
      capacity,
      position: 50,
      ...more,
    }),
  );
  return id;
}
const setBuilding = (buildingCapacity: number | null) =>
  network.within((tx) => tx.update(sites).set({ buildingCapacity }).where(eq(sites.id, site.id)));

const hold = (who: Caller, resourceId: string, from: number, until: number, seats = 1) =>
  who.send('POST', '/bookings', { resourceId, startsAt: iso(from), endsAt: iso(until), seats });
const member = (index: number) => members[index % members.length] as Caller;
const codes = (replies: { status: number; body: Body }[]) =>
  replies.map(({ status, body }) => (status === 201 ? 'booked' : String(body.code))).sort();

describe('seats', () => {
  it('are taken until none is left, and again when some are given back', async () => {
    const first = await hold(member(0), seatsId, FROM, FROM + 2 * HOUR, 4);
    expect(first.status).toBe(201);
    expect((await hold(member(1), seatsId, FROM + HOUR, FROM + 3 * HOUR, 3)).body.code).toBe('booking.too_few_seats');
    expect((await hold(member(1), seatsId, FROM + HOUR, FROM + 3 * HOUR, 2)).status).toBe(201);
    // Where the first have left there is room for them.
    expect((await hold(member(2), seatsId, FROM + 2 * HOUR, FROM + 4 * HOUR, 4)).status).toBe(201);
    expect((await hold(member(3), seatsId, FROM + HOUR, FROM + 2 * HOUR)).body.code).toBe('booking.too_few_seats');
    await member(0).send('POST', `/bookings/${first.body.id}/cancel`);
    expect((await hold(member(3), seatsId, FROM + HOUR, FROM + 2 * HOUR)).status).toBe(201);
  });

  it('are shown as how many are left, over the day', async () => {
    await network.setHours(site, [{ from: 9 * 60, until: 13 * 60 }]);
    await hold(member(0), seatsId, FROM, FROM + 2 * HOUR, 4);
    await hold(member(1), seatsId, FROM + HOUR, FROM + 3 * HOUR, 1);
    const left = async () => {
      const { body } = await api.get(`/sites/${site.slug}/days/2026-11-25`);
      const seats = body.resources.find((each: Body) => each.id === seatsId);
      expect(body.resources.find((each: Body) => each.id === site.deskIds[0]).seatsLeft).toBeNull();
      return seats.seatsLeft.map((each: Body) => [(Date.parse(each.from) - FROM) / HOUR, each.left]);
    };
    expect(await left()).toEqual([
      [0, 2],
      [1, 1],
      [2, 5],
      [3, 6],
    ]);
    // The building holds eight, and two sit at desks.
    await setBuilding(8);
    await hold(member(2), site.deskIds[0] as string, FROM + 2 * HOUR, FROM + 4 * HOUR);
    await hold(member(3), site.deskIds[1] as string, FROM + 2 * HOUR, FROM + 4 * HOUR);
    await hold(member(4), site.deskIds[2] as string, FROM + 3 * HOUR, FROM + 4 * HOUR);
    expect(await left()).toEqual([
      [0, 2],
      [1, 1],
      [2, 5],
    ]);
  });

  it('count one by one in a search: those free throughout the hours asked for, or at the best time of the day', async () => {
    await network.setHours(site, [{ from: 9 * 60, until: 13 * 60 }]);
    await hold(member(0), seatsId, FROM, FROM + 2 * HOUR, 4);
    await hold(member(1), seatsId, FROM + 2 * HOUR, FROM + 4 * HOUR, 1);
    const found = async (hours: string) => {
      const { body } = await api.get(`/sites?kind=seats&date=2026-11-25${hours}`);
      const { freeCount, totalCount } = body.items.find((each: Body) => each.slug === site.slug);
      return [freeCount, totalCount];
    };
    expect(await found('&from=09:00&until=12:00')).toEqual([2, 6]);
    expect(await found('&from=11:00&until=12:00')).toEqual([5, 6]);
    expect(await found('&from=12:00&until=14:00')).toEqual([0, 6]);
    expect(await found('')).toEqual([5, 6]);
  });

  it('many at once never take more than there are, and nobody is refused for whom there was room', async () => {
    const attempts = Array.from({ length: 10 }, (_, index) => hold(member(index), seatsId, FROM, FROM + HOUR));
    expect(codes(await Promise.all(attempts))).toEqual(
      [...Array(4).fill('booking.too_few_seats'), ...Array(6).fill('booked')].sort(),
    );
  });

  it('many at once of different lengths: each half of the morning is filled to the last seat', async () => {
    const attempts = Array.from({ length: 16 }, (_, index) =>
      hold(member(index), seatsId, FROM + (index % 2) * HOUR, FROM + (index % 2) * HOUR + HOUR),
    );
    expect(codes(await Promise.all(attempts)).filter((code) => code === 'booked')).toHaveLength(12);
  });
});

describe('what the building may hold', () => {
  it('bounds desks, rooms and seats together, many at once', async () => {
    await setBuilding(7);
    const attempts = [
      ...site.deskIds.map((id, index) => hold(member(index), id, FROM, FROM + HOUR)),
      hold(member(4), site.roomId, FROM, FROM + HOUR),
      ...Array.from({ length: 6 }, (_, index) => hold(member(index + 5), seatsId, FROM, FROM + HOUR)),
    ];
    expect(codes(await Promise.all(attempts))).toEqual(
      [...Array(4).fill('booking.building_full'), ...Array(7).fill('booked')].sort(),
    );
  });

  it('counts nobody whose time to confirm ran out, in whatever space', async () => {
    await setBuilding(2);
    await hold(member(0), site.roomId, FROM, FROM + HOUR, 2);
    expect((await hold(member(1), seatsId, FROM, FROM + HOUR)).body.code).toBe('booking.building_full');
    clock.moveTo(NOW + 10 * MINUTE);
    const lea = await api.as(leaPerson);
    expect((await hold(lea, seatsId, FROM, FROM + HOUR)).status).toBe(201);
  });

  it('is kept when bookings are moved towards each other at once', async () => {
    await setBuilding(3);
    const booked: string[] = [];
    for (let index = 0; index < 4; index++) {
      const from = FROM + index * 2 * HOUR;
      booked.push(String((await hold(member(index), seatsId, from, from + HOUR)).body.id));
    }
    const moves = booked.map((id, index) =>
      member(index).send('POST', `/bookings/${id}/move`, {
        startsAt: iso(FROM + 9 * HOUR),
        endsAt: iso(FROM + 10 * HOUR),
      }),
    );
    const replies = await Promise.all(moves);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 409]);
    expect(replies.find(({ status }) => status === 409)?.body.code).toBe('booking.building_full');
  });
});

/** One write of a history: a booking that comes, is moved, or goes. */
interface Step {
  readonly kind: 'book' | 'move' | 'cancel';
  readonly target: number;
  readonly resource: number;
  readonly quarter: number;
  readonly length: number;
  readonly seats: number;
}

interface Kept {
  readonly id: string;
  readonly resource: number;
  readonly seats: number;
  readonly present: Window;
  readonly occupied: Window;
}

describe('the database, for any history of bookings, moves and cancellations', () => {
  const QUARTER = 15 * MINUTE;
  const GRID = 24;
  /** Two of seats, one with margins, and a desk, all in one building. */
  const PLACES = [
    { capacity: 5, before: 0, after: 0, isShared: true },
    { capacity: 4, before: 2, after: 3, isShared: true },
    { capacity: 1, before: 0, after: 0, isShared: false },
  ];
  const steps: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom('book', 'book', 'book', 'move', 'cancel'),
    target: fc.nat({ max: 40 }),
    resource: fc.nat({ max: PLACES.length - 1 }),
    quarter: fc.nat({ max: GRID }),
    length: fc.integer({ min: 2, max: 10 }),
    seats: fc.integer({ min: 1, max: 3 }),
  });
  const BUILDING = 6;

  /** Counts people quarter by quarter, as one would with beans. */
  function naive(kept: readonly Kept[], added: Kept): string | null {
    const all = [...kept.filter(({ id }) => id !== added.id), added];
    const place = PLACES[added.resource] as (typeof PLACES)[number];
    const sum = (at: number, of: (each: Kept) => Window, among: readonly Kept[]) =>
      among
        .filter((each) => of(each).from <= at && at < of(each).until)
        .reduce((people, { seats }) => people + seats, 0);
    const same = all.filter(({ resource }) => resource === added.resource);
    for (let at = added.occupied.from; at < added.occupied.until; at += QUARTER) {
      if (!place.isShared && same.filter(({ occupied }) => occupied.from <= at && at < occupied.until).length > 1) {
        return 'bookings_no_double_booking';
      }
    }
    for (let at = added.occupied.from; at < added.occupied.until; at += QUARTER) {
      if (place.isShared && sum(at, ({ occupied }) => occupied, same) > place.capacity) return 'bookings_within_seats';
    }
    for (let at = added.present.from; at < added.present.until; at += QUARTER) {
      if (sum(at, ({ present }) => present, all) > BUILDING) return 'bookings_within_building';
    }
    return null;
  }

  it('takes what a count by hand would take, and nothing else', async () => {
    await setBuilding(BUILDING);
    const ids = [
      await addSeats(5),
      await addSeats(4, { bufferBeforeMinutes: 30, bufferAfterMinutes: 45 }),
      site.deskIds[0] as string,
    ];
    const audienceId = network.audienceIds.get('professional') as string;
    const [classes] = await network.within((tx) =>
      tx
        .select()
        .from(spaceAudiences)
        .where(and(eq(spaceAudiences.spaceId, site.openSpaceId), eq(spaceAudiences.audienceId, audienceId))),
    );
    if (classes === undefined) throw new Error('The audience has no class in the space.');
    const { audienceClass, siteAxis, siteClass } = classes;
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 25 }), async (history) => {
        run += 1;
        // Each history on days of its own.
        const base = FROM + run * 3 * DAY;
        const kept: Kept[] = [];
        for (const step of history) {
          const target = kept[step.target % Math.max(1, kept.length)];
          if (step.kind === 'cancel') {
            if (target === undefined) continue;
            await network.within((tx) =>
              tx.update(bookings).set({ status: 'cancelled' }).where(eq(bookings.id, target.id)),
            );
            kept.splice(kept.indexOf(target), 1);
            continue;
          }
          if (step.kind === 'move' && target === undefined) continue;
          const resource = step.resource;
          const place = PLACES[resource] as (typeof PLACES)[number];
          const from = base + step.quarter * QUARTER;
          const present = { from, until: from + step.length * QUARTER };
          const occupied = { from: from - place.before * QUARTER, until: present.until + place.after * QUARTER };
          const id = step.kind === 'move' && target !== undefined ? target.id : makeId();
          const seats = step.kind === 'move' && target !== undefined ? target.seats : step.seats;
          const wanted: Kept = { id, resource, seats, present, occupied };
          const expected = naive(kept, wanted);
          const columns = {
            resourceId: ids[resource] as string,
            isShared: place.isShared,
            startsAt: present.from,
            endsAt: present.until,
            occupied,
            spaceHold: present,
          };
          let refused: string | null = null;
          try {
            await network.within((tx) =>
              step.kind === 'move'
                ? tx.update(bookings).set(columns).where(eq(bookings.id, id))
                : tx.insert(bookings).values({
                    networkId: network.id,
                    id,
                    reference: bookingReference(randomBytes(8)),
                    siteId: site.id,
                    spaceId: site.openSpaceId,
                    memberId: leaPerson.memberId,
                    audienceId,
                    audienceClass,
                    siteAxis,
                    siteClass,
                    seats,
                    status: 'confirmed',
                    currency: 'EUR',
                    priceMinor: 0,
                    quote: {
                      currency: 'EUR',
                      totalMinor: 0,
                      vatKind: 'out_of_scope',
                      vatRateBp: 0,
                      vatMinor: 0,
                      lines: [],
                    },
                    createdAt: NOW,
                    ...columns,
                  }),
            );
          } catch (error) {
            const violation = constraintViolation(error);
            if (violation === null) throw error;
            refused = violation.constraint;
          }
          expect(refused).toBe(expected);
          if (refused !== null) continue;
          const index = kept.findIndex((each) => each.id === id);
          if (index === -1) kept.push(wanted);
          else kept[index] = wanted;
        }
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
