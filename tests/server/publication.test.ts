import { type Database, openDatabase } from '@mitoyen/db';
import { grantSnapshots } from '@mitoyen/db/schema';
import type { GrantSet } from '@mitoyen/domain';
import { publishGrants, type Services } from '@mitoyen/server';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestSite } from '../support/network.ts';
import { RecordingBroker } from '../support/recording-broker.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
/** How long a server is left alone with a publication. */
const TURN_MS = 30_000;
const PATIENT = { timeout: 20_000 };

const clock = new MovableClock(NOW);
let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let lea: Caller;
/** As on another machine: what it does shares nothing with the first but the database and the broker. */
let other: Services & { db: Database };

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, clock);
  lea = await api.as(await network.addPerson('lea'));
  other = { ...api.services, db: openDatabase(database.appUrl, { max: 2 }) };
});
afterAll(async () => {
  await other?.db.close();
  await api?.close();
  await network?.close();
  await database?.drop();
});

let count = 0;
let site: TestSite;
let broker: RecordingBroker;
beforeEach(async () => {
  clock.moveTo(NOW);
  count += 1;
  site = await network.addSite(`place-${count}`);
  broker = new RecordingBroker();
});

const publish = (services: Services, options?: Parameters<typeof publishGrants>[4], at = site) =>
  publishGrants(services, broker, network.id, at.id, options);

/** Changes what the doors must know: a booking is a grant. */
async function book(desk: number) {
  const held = await lea.send('POST', '/bookings', {
    resourceId: site.deskIds[desk],
    startsAt: new Date(NOW + (desk + 1) * HOUR).toISOString(),
    endsAt: new Date(NOW + (desk + 2) * HOUR).toISOString(),
  });
  expect((await lea.send('POST', `/bookings/${held.body.id}/confirm`)).status).toBe(200);
}

const contentOf = (payload: string) => JSON.parse(JSON.parse(payload).body) as GrantSet;
const summary = ({ epoch, sequence, grants }: GrantSet) => ({ epoch, sequence, grants: grants.length });
const retained = () => [...broker.retained.values()].map((payload) => summary(contentOf(payload)));
const sequences = () => broker.arrived.map(({ payload }) => contentOf(payload).sequence);
const row = () =>
  network.within(async (tx) => {
    const [found] = await tx
      .select()
      .from(grantSnapshots)
      .where(and(eq(grantSnapshots.networkId, network.id), eq(grantSnapshots.siteId, site.id)));
    return found;
  });

it('gives its connection back before it speaks to the broker, whatever the number of places', async () => {
  const sites = await Promise.all(Array.from({ length: 6 }, (_, index) => network.addSite(`many-${index}`)));
  const db = openDatabase(database.appUrl, { max: 1 });
  try {
    const busy = broker.hold();
    const all = Promise.all(sites.map((each) => publish({ ...api.services, db }, undefined, each)));
    // All are on their way, and the only connection is there for somebody else.
    await vi.waitFor(async () => {
      const rows = await db.withNetwork(network.id, (tx) => tx.select().from(grantSnapshots));
      expect(rows.filter(({ siteId }) => sites.some(({ id }) => id === siteId))).toHaveLength(sites.length);
    }, PATIENT);
    expect(broker.arrived).toEqual([]);
    busy.end();
    expect(await all).toEqual(sites.map(() => ({ epoch: 1, sequence: 1 })));
    expect(retained()).toHaveLength(sites.length);
  } finally {
    await db.close();
  }
});

it('lets another server wait until the broker has it all, and then publish what has changed since', async () => {
  const slow = broker.hold();
  const first = publish(api.services);
  await vi.waitFor(
    async () => expect(await row()).toMatchObject({ sequence: 1, publishingUntil: NOW + TURN_MS }),
    PATIENT,
  );
  await book(0);
  let isSecondDone = false;
  const second = publish(other).then((position) => {
    isSecondDone = true;
    return position;
  });
  clock.moveTo(NOW + TURN_MS - 1);
  // Long enough for it to have looked several times.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(isSecondDone).toBe(false);
  expect(await row()).toMatchObject({ sequence: 1 });
  slow.end();
  expect([await first, await second]).toEqual([
    { epoch: 1, sequence: 1 },
    { epoch: 1, sequence: 2 },
  ]);
  expect(sequences()).toEqual([1, 2]);
  expect(retained()).toEqual([{ epoch: 1, sequence: 2, grants: 1 }]);
});

it('puts the newest back when a server that was taken to be gone comes in last', async () => {
  const stuck = broker.hold();
  const first = publish(api.services);
  await vi.waitFor(
    async () => expect(await row()).toMatchObject({ sequence: 1, publishingUntil: NOW + TURN_MS }),
    PATIENT,
  );
  await book(0);
  clock.moveTo(NOW + TURN_MS);
  // The broker is there for the second server; what the first one sent is still on its way.
  const reachable = new RecordingBroker();
  expect(await publishGrants(other, reachable, network.id, site.id)).toEqual({ epoch: 1, sequence: 2 });
  for (const publication of reachable.arrived) broker.arrived.push(publication);
  for (const [topic, payload] of reachable.retained) broker.retained.set(topic, payload);
  expect(await row()).toMatchObject({ sequence: 2, publishingUntil: null });

  stuck.end();
  expect(await first).toEqual({ epoch: 1, sequence: 3 });
  expect(sequences()).toEqual([2, 1, 3]);
  expect(retained()).toEqual([{ epoch: 1, sequence: 3, grants: 1 }]);
  expect(await row()).toMatchObject({ sequence: 3, publishingUntil: null });
});

it('publishes again what the broker did not take, although nothing has changed, under a new number', async () => {
  await publish(api.services);
  await book(0);
  broker.failure = new Error('The broker is not connected.');
  await expect(publish(api.services)).rejects.toThrow('The broker is not connected.');
  expect(retained()).toEqual([{ epoch: 1, sequence: 1, grants: 0 }]);
  broker.failure = null;
  expect(await publish(api.services)).toEqual({ epoch: 1, sequence: 3 });
  expect(retained()).toEqual([{ epoch: 1, sequence: 3, grants: 1 }]);
  expect(await publish(api.services)).toEqual({ epoch: 1, sequence: 3 });
  expect(broker.arrived).toHaveLength(2);
});

it('publishes what died on the way once its time is over', async () => {
  broker.hold();
  // A server that ends here: nobody hears of it again.
  publish(other).catch(() => {});
  await vi.waitFor(async () => expect(await row()).toMatchObject({ sequence: 1 }), PATIENT);
  broker = new RecordingBroker();
  clock.moveTo(NOW + TURN_MS);
  expect(await publish(api.services)).toEqual({ epoch: 1, sequence: 2 });
  expect(retained()).toEqual([{ epoch: 1, sequence: 2, grants: 0 }]);
});

it('publishes again for a bridge that holds something else than what is in force', async () => {
  await publish(api.services);
  await book(0);
  const inForce = { epoch: 1, sequence: 2 };
  expect(await publish(api.services)).toEqual(inForce);
  expect(await publish(api.services, { mode: 'if_changed', bridgeHolds: inForce })).toEqual(inForce);
  expect(broker.arrived).toHaveLength(2);
  const behind = { epoch: 1, sequence: 1 };
  expect(await publish(api.services, { mode: 'if_changed', bridgeHolds: behind })).toEqual({ epoch: 1, sequence: 3 });
  expect(broker.arrived).toHaveLength(3);
});
