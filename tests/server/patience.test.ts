import { type Database, openDatabase } from '@mitoyen/db';
import { bookings } from '@mitoyen/db/schema';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { withClient } from '../../scripts/start/postgres/database.ts';
import { startTestApi } from '../support/api.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, TEST_PASSWORD, type TestNetwork, type TestSite } from '../support/network.ts';
import { type Relay, startRelay } from '../support/relay.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
/** What is promised is 20 seconds; a machine with much else to do is late with everything. */
const [SOONEST_MS, LATEST_MS] = [19_000, 45_000];

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let site: TestSite;
beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  site = await network.addSite('annot');
});
afterAll(async () => {
  await network?.close();
  await database?.drop();
});

interface Timed {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the assertions say which shape they expect.
  readonly body: any;
  readonly headers: Headers;
  readonly tookMs: number;
}

interface Server {
  readonly relay: Relay;
  readonly db: Database;
  /** Over the network: a request in process has no connection whose state could mislead the server. POST when there is a body. */
  ask(path: string, body?: object, key?: string): Promise<Timed>;
  close(): Promise<void>;
}

/** A server that listens, whose way to the database can fall silent, and somebody who has signed in. */
async function startServer(name: string): Promise<Server> {
  const person = await network.addPerson(name);
  const relay = await startRelay(database.appUrl);
  const db = openDatabase(relay.url(database.appUrl), { max: 2 });
  const api = await startTestApi(database, network, { now: () => NOW }, { db });
  await api.app.listen({ port: 0, host: '127.0.0.1' });
  let token: string | null = null;

  async function ask(path: string, body?: object, key?: string): Promise<Timed> {
    const startedAt = performance.now();
    const response = await fetch(`${api.app.listeningOrigin}/api/v1${path}`, {
      headers: {
        'x-mitoyen-network': network.slug,
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key }),
      },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    const answer = { status: response.status, body: await response.json(), headers: response.headers };
    return { ...answer, tookMs: performance.now() - startedAt };
  }

  const session = await ask('/sessions', { email: person.email, password: TEST_PASSWORD });
  token = String(session.body.accessToken);
  return {
    relay,
    db,
    ask,
    async close() {
      await api.close();
      await db.close();
      await relay.close();
    },
  };
}

const firstDesk = (hour: number) => ({
  resourceId: site.deskIds[0],
  startsAt: new Date(NOW + hour * HOUR).toISOString(),
  endsAt: new Date(NOW + (hour + 1) * HOUR).toISOString(),
});
const bookedAt = (hour: number) =>
  network.within((tx) =>
    tx
      .select({ id: bookings.id })
      .from(bookings)
      .where(and(eq(bookings.networkId, network.id), eq(bookings.startsAt, NOW + hour * HOUR))),
  );

function expectNoAnswerInTime({ status, body, headers, tookMs }: Timed) {
  expect({ status, code: body.code, type: headers.get('content-type') }).toEqual({
    status: 503,
    code: 'service.unavailable',
    type: expect.stringContaining('application/problem+json'),
  });
  expect(headers.get('retry-after')).toBe('2');
  expect(tookMs).toBeGreaterThan(SOONEST_MS);
  expect(tookMs).toBeLessThan(LATEST_MS);
}

it.concurrent('answers within twenty seconds when the database falls silent, and changes nothing after that', async () => {
  const { relay, db, ask, close } = await startServer('lea');
  try {
    // Both connections are there: what waits for a new one is told sooner.
    await Promise.all([1, 2].map(() => db.platform.execute(sql`select pg_sleep(0.3)`)));
    relay.hold();
    // More than there are connections: some wait for one.
    const answers = await Promise.all([
      ask('/bookings', firstDesk(1), 'silent'),
      ask('/bookings?scope=upcoming'),
      ask('/sessions', { email: 'nobody@alpes.example', password: TEST_PASSWORD }),
      ask(`/sites/${site.slug}`),
    ]);
    for (const answer of answers) expectNoAnswerInTime(answer);

    relay.resume();
    await vi.waitFor(() => db.platform.execute(sql`select 1`), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await busySessions()).toEqual([]), { timeout: 10_000 });
    expect(await bookedAt(1)).toEqual([]);
    const again = await ask('/bookings', firstDesk(1), 'silent');
    expect(again.status).toBe(201);
    expect(await bookedAt(1)).toEqual([{ id: again.body.id }]);
  } finally {
    await close();
  }
}, 120_000);

it.concurrent('answers likewise when the commit itself is not heard of, and the same key then tells what was done', async () => {
  const { relay, db, ask, close } = await startServer('marc');
  try {
    // The driver spells `commit` out once per connection.
    relay.reset();
    await vi.waitFor(() => db.platform.execute(sql`select 1`), { timeout: 10_000 });
    relay.holdOnceSaid('commit');
    expectNoAnswerInTime(await ask('/bookings', firstDesk(3), 'unheard'));
    const made = await bookedAt(3);
    expect(made).toHaveLength(1);

    relay.resume();
    const again = await ask('/bookings', firstDesk(3), 'unheard');
    expect({ status: again.status, id: again.body.id }).toEqual({ status: 201, id: made[0]?.id });
    expect(await bookedAt(3)).toEqual(made);
  } finally {
    await close();
  }
}, 120_000);

/** Sessions of servers with a transaction or a statement under way. */
const busySessions = () =>
  withClient(database.superuserUrl, async (superuser) => [
    ...(await superuser`
        select pid, query from pg_stat_activity
        where datname = ${new URL(database.appUrl).pathname.slice(1)} and usename = 'mitoyen_app' and state <> 'idle'`),
  ]);
