import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { migrate } from '@mitoyen/db';
import { sessions } from '@mitoyen/db/schema';
import { newId } from '@mitoyen/domain';
import { generateSigningKey, privateKeyText } from '@mitoyen/protocol';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { anyFreePort } from '../../scripts/start/ports.ts';
import { ensureDatabase, ensureRoles, withClient } from '../../scripts/start/postgres/database.ts';
import { startTestApi } from '../support/api.ts';
import { startTestPostgres, type TestPostgres } from '../support/database-server.ts';
import { createTestNetwork, TEST_SECRET, type TestNetwork, type TestSite } from '../support/network.ts';
import { soak } from '../support/soak.ts';

const MAIN = resolve(import.meta.dirname, '../../server/src/main.ts');
const ATTEMPTS = soak(300, 2_000);
const CLIENTS = 16;
const DESKS = 4;
/** So many attempts are about the same time of four desks: most of them lose. */
const ATTEMPTS_PER_TIME = 24;
/** Three hours apart: which public has the place at one time does not decide the next one. */
const TIMES_PER_DAY = 4;
const HOURS_APART = 3;
const HOUR = 3_600_000;
const QUARTER = HOUR / 4;
/** No request may hang for longer, whatever happens to the database. The server's own patience is longer: it must not hide what was lost. */
const LONGEST_ANSWER_MS = 15_000;

interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
}

let postgres: TestPostgres;
let superuserUrl: string;
let network: TestNetwork & { close(): Promise<void> };
let site: TestSite;
let servers: readonly ServerProcess[] = [];
/** Professionals and young people by turns. */
let tokens: readonly string[];

beforeAll(async () => {
  postgres = await startTestPostgres({ durable: true });
  superuserUrl = postgres.superuserUrl('mitoyen');
  await ensureRoles(postgres.superuserUrl(), { owner: 'owner', app: 'app' });
  await ensureDatabase(postgres.superuserUrl(), 'mitoyen');
  const ownerUrl = postgres.url('mitoyen', 'mitoyen_owner', 'owner');
  const appUrl = postgres.url('mitoyen', 'mitoyen_app', 'app');
  await migrate(ownerUrl);
  const now = Date.now();
  network = await createTestNetwork(ownerUrl, 'alpes', now);
  site = await network.addSite('annot', { desks: DESKS });
  // One time is one public's: where two claim it, the first listed has it. So they have the place by turns of a day.
  await network.setHours(site, [{ weekdays: [1, 3, 5, 7] }, { audience: 'youth', weekdays: [2, 4, 6] }]);
  tokens = await signInMany({ appUrl }, Math.ceil(ATTEMPTS / 4), now);
  servers = await Promise.all([startServerProcess(appUrl), startServerProcess(appUrl)]);
});
afterAll(async () => {
  for (const { child } of servers) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await network?.close();
  await postgres?.remove();
});

/** Sessions without passwords: signing in is slow on purpose, and not what this is about. */
async function signInMany(database: { appUrl: string }, count: number, now: number): Promise<string[]> {
  const api = await startTestApi(database, network, { now: () => Date.now() });
  const made: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { accountId } = await network.addPerson(`person-${index}`, {
      audience: index % 2 === 0 ? 'professional' : 'youth',
    });
    const sid = newId(now, randomBytes(10));
    await network.within((tx) =>
      tx.insert(sessions).values({
        networkId: network.id,
        id: sid,
        accountId,
        refreshHash: sid,
        createdAt: now,
        rotatedAt: now,
        lastUsedAt: now,
        expiresAt: now + HOUR,
      }),
    );
    made.push(api.app.signAccess({ sub: accountId, sid, net: network.id }, now + HOUR));
  }
  await api.close();
  return made;
}

async function startServerProcess(databaseUrl: string): Promise<ServerProcess> {
  const port = await anyFreePort();
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      DATABASE_OWNER_URL: 'postgres://separate',
      MITOYEN_SECRET: TEST_SECRET,
      MITOYEN_SIGNING_KEY: privateKeyText(generateSigningKey('server-1').privateKey),
      PORT: String(port),
      LOG_LEVEL: 'fatal',
      RATE_LIMIT_PER_MINUTE: '0',
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`The server ended with ${code}.`))),
  ]);
  return { url: `http://127.0.0.1:${port}`, child };
}

interface Answer {
  /** 0: the connection ended without one. */
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the assertions say which shape they expect.
  readonly body: any;
}

async function post(attempt: number, path: string, body?: object): Promise<Answer> {
  const { url } = servers[attempt % servers.length] as ServerProcess;
  try {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tokens[attempt % tokens.length]}`,
        'x-mitoyen-network': network.slug,
        'idempotency-key': `${path}-${attempt}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
    });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') throw new Error(`Attempt ${attempt} was left without an answer.`);
    return { status: 0, body: error };
  }
}

/** Tomorrow at nine in Paris or later; the quarters make the windows overlap in part. */
const firstTime = Math.ceil((Date.now() + 24 * HOUR) / (24 * HOUR)) * 24 * HOUR + 8 * HOUR;

function ask(attempt: number): Promise<Answer> {
  const time = Math.floor(attempt / ATTEMPTS_PER_TIME);
  const hours = Math.floor(time / TIMES_PER_DAY) * 24 + (time % TIMES_PER_DAY) * HOURS_APART;
  const startsAt = firstTime + hours * HOUR + (attempt % 3) * QUARTER;
  return post(attempt, '/bookings', {
    resourceId: site.deskIds[(attempt * 7) % DESKS],
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(startsAt + (2 + (attempt % 5)) * QUARTER).toISOString(),
  });
}

const untilBothReady = () =>
  vi.waitFor(
    async () => {
      const replies = await Promise.all(servers.map(({ url }) => fetch(`${url}/readyz`)));
      expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    },
    { timeout: 30_000, interval: 50 },
  );

it(
  'never books twice what two servers sell at once, nor loses what it acknowledged, when the database dies',
  async () => {
    const outage = Promise.withResolvers<void>();
    const killAt = Math.floor(ATTEMPTS / 3);
    const resumeAt = Math.floor((ATTEMPTS * 2) / 3);
    const answers: Answer[] = [];
    let next = 0;

    const dieAndComeBack = async () => {
      await postgres.killHard();
      await vi.waitFor(async () => {
        const replies = await Promise.all(servers.map(({ url }) => fetch(`${url}/readyz`)));
        expect(replies.map(({ status }) => status)).toEqual([503, 503]);
      });
      postgres = await postgres.restart();
      await untilBothReady();
    };
    const client = async () => {
      for (let attempt = next++; attempt < ATTEMPTS; attempt = next++) {
        if (attempt === killAt) dieAndComeBack().then(outage.resolve, outage.reject);
        if (attempt >= resumeAt) await outage.promise;
        answers[attempt] = await ask(attempt);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));

    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect(answers).toHaveLength(ATTEMPTS);
    expect(answers.filter(({ status }) => ![201, 409, 422, 503, 0].includes(status))).toEqual([]);
    // The run was what it claims to be: a fight for places, an outage that was felt, and life after it.
    const unheard = count(503) + count(0);
    expect(unheard).toBeGreaterThan(0);
    expect(count(409)).toBeGreaterThan((ATTEMPTS - unheard) / 4);
    expect(answers.slice(0, killAt).some(({ status }) => status === 201)).toBe(true);
    expect(answers.slice(resumeAt).some(({ status }) => status === 201)).toBe(true);

    // Who got no answer asks again under the same key, and learns whether the booking was made.
    for (const [attempt, { status }] of answers.entries()) {
      if (status === 503 || status === 0) answers[attempt] = await ask(attempt);
    }
    expect(answers.filter(({ status }) => ![201, 409, 422].includes(status))).toEqual([]);

    const acknowledged = answers.flatMap(({ status, body }) => (status === 201 ? [String(body.id)] : []));
    await withClient(superuserUrl, async (sql) => {
      const rows = await sql`select id from bookings`;
      expect(rows.map(({ id }) => id).sort()).toEqual([...new Set(acknowledged)].sort());
      const twice = await sql`
      select a.id, b.id as other from bookings a join bookings b
        on a.resource_id = b.resource_id and a.id < b.id and a.starts_at < b.ends_at and b.starts_at < a.ends_at
      where a.status in ('held', 'confirmed', 'checked_in') and b.status in ('held', 'confirmed', 'checked_in')`;
      expect([...twice]).toEqual([]);
      const met = await sql`
      select a.id, b.id as other from bookings a join bookings b
        on a.space_id = b.space_id and a.audience_class <> b.audience_class
        and a.starts_at < b.ends_at and b.starts_at < a.ends_at
      where a.status in ('held', 'confirmed', 'checked_in') and b.status in ('held', 'confirmed', 'checked_in')`;
      expect([...met]).toEqual([]);
      const classes = await sql`select distinct audience_class from bookings`;
      expect(classes.length).toBe(2);
    });
  },
  soak(240_000, 3_600_000),
);
