import { randomUUID } from 'node:crypto';
import * as schema from '@mitoyen/db/schema';
import { and, eq, inArray } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Body, type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';
import { soak } from '../support/soak.ts';

/** A Tuesday of the term, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RUNS = soak(12, 200);
const iso = (at: number) => new Date(at).toISOString();

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
const clock = new MovableClock(NOW);
let count = 0;
let hostPerson: TestPerson;
let host: Caller;
const people: Caller[] = [];

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, clock, { env: { RATE_LIMIT_PER_MINUTE: '0' } });
  hostPerson = await network.addPerson('host');
  host = await api.as(hostPerson);
  for (const n of [0, 1, 2, 3]) {
    people.push(await api.as(await network.addPerson(`person-${n}`, { audience: AUDIENCES[n % 2] as string })));
  }
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});

const AUDIENCES = ['professional', 'youth'] as const;
/** Hours of a random week: on each day up to three ranges that follow each other, for one public or the other. */
const ranges = fc.array(
  fc.record({
    weekday: fc.option(fc.integer({ min: 1, max: 7 }), { nil: null }),
    starts: fc.constantFrom(8, 9, 12, 14),
    length: fc.constantFrom(2, 4, 6),
    audience: fc.constantFrom(...AUDIENCES),
    isOfRoom: fc.boolean(),
  }),
  { maxLength: 6 },
);
const periods = fc.constantFrom(
  { kind: 'always' },
  { kind: 'school_term' },
  { kind: 'iso_weeks', parity: 'odd' },
  { kind: 'date_range', from: '2026-11-25', until: '2026-12-10' },
);
const changes = fc.record({
  templates: fc.array(fc.record({ period: periods, ranges }), { maxLength: 2 }),
  isOldKept: fc.boolean(),
  closures: fc.array(
    fc.record({
      from: fc.integer({ min: 0, max: 100 }),
      length: fc.integer({ min: 1, max: 40 }),
      isOfRoom: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  holidays: fc.constantFrom('closed', 'as_usual'),
  handover: fc.constantFrom(0, 15, 45),
});
const wishes = fc.array(
  fc.record({
    who: fc.integer({ min: 0, max: 3 }),
    resource: fc.integer({ min: 0, max: 4 }),
    day: fc.integer({ min: 1, max: 8 }),
    hour: fc.integer({ min: 8, max: 17 }),
    length: fc.integer({ min: 1, max: 4 }),
    isConfirmed: fc.boolean(),
  }),
  { minLength: 4, maxLength: 14 },
);
const decisions = fc.record({
  default: fc.constantFrom('cancel', 'keep', 'move'),
  others: fc.array(fc.constantFrom('cancel', 'keep', 'move'), { minLength: 3, maxLength: 3 }),
});

/** A site open to both publics on alternate days, with what could be booked of the wishes. */
async function furnished(
  wanted: readonly { who: number; resource: number; day: number; hour: number; length: number; isConfirmed: boolean }[],
): Promise<TestSite> {
  count += 1;
  const site = await network.addSite(`place-${count}`, { handoverMinutes: 15 });
  await network.setHours(site, [
    { weekdays: [1, 2, 4, 5], from: 480, until: 1200 },
    { weekdays: [3, 6], from: 480, until: 1200, audience: 'youth' },
  ]);
  await network.within(async (tx) => {
    const base = { networkId: network.id, accountId: hostPerson.accountId };
    await tx
      .insert(schema.roleAssignments)
      .values({ ...base, id: randomUUID(), role: 'host', structureId: site.structureId, createdAt: NOW });
    // What was put aside at the places before counts no more: nobody may hold more than a few.
    await tx
      .update(schema.bookings)
      .set({ status: 'expired', holdExpiresAt: null })
      .where(eq(schema.bookings.status, 'held'));
  });
  for (const { who, resource, day, hour, length, isConfirmed } of wanted) {
    const startsAt = NOW + day * DAY + (hour - 8) * HOUR;
    const caller = people[who] as Caller;
    const resourceId = [...site.deskIds, site.roomId][resource % (site.deskIds.length + 1)];
    const reply = await caller.send('POST', '/bookings', {
      resourceId,
      startsAt: iso(startsAt),
      endsAt: iso(startsAt + length * HOUR),
    });
    if (reply.status === 201 && isConfirmed) await caller.send('POST', `/bookings/${reply.body.id}/confirm`);
  }
  return site;
}

const bookingsOf = (siteId: string) =>
  network.within((tx) =>
    tx
      .select()
      .from(schema.bookings)
      .where(
        and(
          eq(schema.bookings.networkId, network.id),
          eq(schema.bookings.siteId, siteId),
          inArray(schema.bookings.status, ['held', 'confirmed', 'checked_in', 'cancelled']),
        ),
      )
      .orderBy(schema.bookings.id),
  );

it('a preview says exactly what the change then does, when nothing happens in between', async () => {
  let affectedInAll = 0;
  await fc.assert(
    fc.asyncProperty(wishes, changes, decisions, async (wanted, drawn, choice) => {
      const site = await furnished(wanted);
      const url = (rest: string) => `/host/sites/${site.slug}/schedule${rest}`;
      const plan = (await host.get(url(''))).body;
      const change = {
        templates: {
          delete: drawn.isOldKept ? [] : plan.templates.map(({ id }: Body) => id),
          upsert: drawn.templates.map(({ period, ranges: of }, n) => ({
            id: randomUUID(),
            name: `T${n}`,
            spaceIds: null,
            period,
            validFrom: null,
            validUntil: null,
            origin: 'host',
            windows: of.map((each) => ({
              id: randomUUID(),
              spaceId: each.isOfRoom ? site.roomSpaceId : site.openSpaceId,
              audience: each.audience,
              weekday: each.weekday,
              startsAt: `${String(each.starts).padStart(2, '0')}:00`,
              endsAt: `${each.starts + each.length}:00`,
            })),
          })),
        },
        closures: {
          upsert: drawn.closures.map(({ from, length, isOfRoom }) => ({
            id: randomUUID(),
            from: iso(NOW + from * HOUR),
            until: iso(NOW + (from + length) * HOUR),
            spaceId: isOfRoom ? site.roomSpaceId : null,
            reason: null,
            told: 'booked',
          })),
        },
        settings: { onPublicHolidays: drawn.holidays, handoverMinutes: { [site.roomSpaceId]: drawn.handover } },
      };
      const { revision } = plan;
      const shown = (await host.send('POST', url('/preview'), { revision, change })).body;
      const before = await bookingsOf(site.id);
      const chosen = shown.bookings
        .map((each: Body, n: number) => ({ id: each.id, do: choice.others[n % 3] }))
        .slice(0, -1);
      const body = { revision, change, decisions: { default: choice.default, bookings: chosen } };
      const reply = await host.send('POST', url('/changes'), body);

      if (shown.faults.length > 0) {
        expect(reply.body.code).toBe('schedule.invalid');
        expect(reply.body.faults).toEqual(shown.faults);
        expect(await bookingsOf(site.id)).toEqual(before);
        return;
      }
      const doOf = (each: Body) => chosen.find(({ id }: Body) => id === each.id)?.do ?? choice.default;
      const affected = shown.bookings.filter(({ status }: Body) => status !== 'held');
      const cannotMove = affected.filter((each: Body) => doOf(each) === 'move' && each.moves.length === 0);
      if (cannotMove.length > 0) {
        expect(reply.body.code).toBe('schedule.move_impossible');
        expect(reply.body.bookings.map(({ id }: Body) => id).sort()).toEqual(
          cannotMove.map(({ id }: Body) => id).sort(),
        );
        expect(await bookingsOf(site.id)).toEqual(before);
        return;
      }
      affectedInAll += shown.bookings.length;
      expect(reply.status, JSON.stringify(reply.body)).toBe(201);
      const { outcome } = reply.body;
      const idsOf = (what: string) =>
        affected
          .filter((each: Body) => doOf(each) === what)
          .map(({ id }: Body) => id)
          .sort();
      expect([...outcome.cancelled].sort()).toEqual(idsOf('cancel'));
      expect([...outcome.moved].sort()).toEqual(idsOf('move'));
      expect([...outcome.kept].sort()).toEqual(idsOf('keep'));
      expect(outcome.holdsReleased).toBe(shown.bookings.length - affected.length);
      expect(outcome.membersTold).toBe(shown.membersToTell);
      // Nobody else's booking is another than before.
      const touched = new Set(shown.bookings.map(({ id }: Body) => id));
      const untouched = (rows: Awaited<ReturnType<typeof bookingsOf>>) => rows.filter(({ id }) => !touched.has(id));
      const after = await bookingsOf(site.id);
      expect(untouched(after)).toEqual(untouched(before));
      for (const each of affected) {
        const row = after.find(({ id }) => id === each.id);
        if (doOf(each) !== 'move') continue;
        expect([row?.resourceId, iso(row?.startsAt ?? 0)]).toEqual([each.moves[0].resourceId, each.moves[0].startsAt]);
      }
      // And what is left has nothing more to lose: the same change again touches nothing.
      const again = (await host.send('POST', url('/preview'), { revision: reply.body.revision, change: {} })).body;
      expect(again).toMatchObject({ bookings: [], gained: [], lost: [], refunds: [], faults: [] });
    }),
    { numRuns: RUNS, seed: 20261124 },
  );
  expect(affectedInAll).toBeGreaterThan(RUNS / 2);
}, 600_000);
