import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { type Database, openDatabase } from '@mitoyen/db';
import * as schema from '@mitoyen/db/schema';
import { newId } from '@mitoyen/domain';
import { generateSigningKey, privateKeyText } from '@mitoyen/protocol';
import postgres from 'postgres';
import { anyFreePort } from '../../../scripts/start/ports.ts';
import { startTestApi } from '../../support/api.ts';
import { createTestNetwork, TEST_SECRET, type TestNetwork } from '../../support/network.ts';
import { startBenchDatabase } from '../database.ts';
import type { Bench, Measurement } from '../main.ts';
import { againstBaseline } from '../measure.ts';

const CONNECTIONS = 16;
const SITES = 20;
const DESKS = 25;
const PER_ROUND = 1_200;
const ROUNDS = 5;
const HOUR = 3_600_000;

interface Slot {
  readonly resourceId: string;
  readonly spaceId: string;
  readonly siteId: string;
  readonly from: number;
  readonly until: number;
}
interface Holder {
  readonly memberId: string;
  readonly token: string;
}

/** Every booking is of a time that is free, by a member who holds nothing else: what is measured is the path that succeeds. */
async function prepare(ownerUrl: string, appUrl: string) {
  const now = Date.now();
  const network = await createTestNetwork(ownerUrl, 'bench', now);
  const slots: Slot[] = [];
  const start = Math.ceil(now / HOUR) * HOUR + 24 * HOUR;
  const sites = [];
  for (let index = 0; index < SITES; index++) sites.push(await network.addSite(`site-${index}`, { desks: DESKS }));
  const needed = PER_ROUND * (ROUNDS + 1) * 2 + 1;
  for (let hour = 0; slots.length < needed; hour++) {
    for (let desk = 0; desk < DESKS && slots.length < needed; desk++) {
      for (const site of sites) {
        const from = start + hour * HOUR;
        slots.push({
          resourceId: site.deskIds[desk] as string,
          spaceId: site.openSpaceId,
          siteId: site.id,
          from,
          until: from + HOUR,
        });
      }
    }
  }
  const api = await startTestApi({ appUrl }, network, { now: () => Date.now() });
  const holders = await addHolders(network, Math.ceil(needed / 4), now, (claims, at) => api.app.signAccess(claims, at));
  await api.close();
  return { network, slots, holders };
}

async function addHolders(
  network: TestNetwork,
  count: number,
  now: number,
  sign: (claims: { sub: string; sid: string; net: string }, expiresAt: number) => string,
): Promise<Holder[]> {
  const makeId = () => newId(now, randomBytes(10));
  const people = Array.from({ length: count }, () => ({
    accountId: makeId(),
    memberId: makeId(),
    sessionId: makeId(),
  }));
  const base = { networkId: network.id, createdAt: now };
  await network.within(async (tx) => {
    for (let first = 0; first < people.length; first += 1_000) {
      const some = people.slice(first, first + 1_000);
      await tx
        .insert(schema.accounts)
        .values(
          some.map((p) => ({ ...base, id: p.accountId, email: `${p.accountId}@bench.example`, displayName: 'Bench' })),
        );
      await tx.insert(schema.members).values(
        some.map((p) => ({
          ...base,
          id: p.memberId,
          accountId: p.accountId,
          audienceId: network.audienceIds.get('professional') as string,
          displayName: 'Bench',
        })),
      );
      await tx.insert(schema.sessions).values(
        some.map((p) => ({
          ...base,
          id: p.sessionId,
          accountId: p.accountId,
          refreshHash: p.sessionId,
          rotatedAt: now,
          lastUsedAt: now,
          expiresAt: now + 24 * HOUR,
        })),
      );
    }
  });
  return people.map((p) => ({
    memberId: p.memberId,
    token: sign({ sub: p.accountId, sid: p.sessionId, net: network.id }, now + 24 * HOUR),
  }));
}

async function startServerProcess(appUrl: string): Promise<{ port: number; stop: () => void }> {
  const port = await anyFreePort();
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url))], {
    env: {
      ...process.env,
      DATABASE_URL: appUrl,
      DATABASE_OWNER_URL: 'postgres://separate',
      MITOYEN_SECRET: TEST_SECRET,
      MITOYEN_SIGNING_KEY: privateKeyText(generateSigningKey('server-1').privateKey),
      PORT: String(port),
      LOG_LEVEL: 'error',
      RATE_LIMIT_PER_MINUTE: '0',
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}.`)));
  });
  return { port, stop: () => child.kill('SIGTERM') };
}

/** The statements of one booking, as the server sends them, in order. */
async function recordStatements(appUrl: string, network: TestNetwork, slot: Slot, holder: Holder) {
  const statements: { text: string; parameters: unknown[] }[] = [];
  let isRecording = false;
  const db: Database = openDatabase(appUrl, {
    max: 1,
    trace: (text, parameters) => {
      if (isRecording) statements.push({ text, parameters: [...parameters] });
    },
  });
  const api = await startTestApi({ appUrl }, network, { now: () => Date.now() }, { db });
  const headers = { authorization: `Bearer ${holder.token}` };
  const body = {
    resourceId: slot.resourceId,
    startsAt: new Date(slot.from).toISOString(),
    endsAt: new Date(slot.until).toISOString(),
  };
  await api.get('/audiences');
  isRecording = true;
  const reply = await api.send('POST', '/bookings', body, headers);
  isRecording = false;
  if (reply.status !== 201) throw new Error(`The recorded booking was refused: ${JSON.stringify(reply.body)}`);
  await api.close();
  await db.close();
  return {
    statements: statements.filter(({ text }) => !/^\s*(begin|commit)/i.test(text)),
    booking: reply.body,
    slot,
    holder,
  };
}

/** Replays the recorded statements for another slot and holder, one after the other, in one transaction. */
function rawBooker(sql: postgres.Sql, recorded: Awaited<ReturnType<typeof recordStatements>>) {
  const { statements, booking, slot: was, holder: by } = recorded;
  return async (slot: Slot, holder: Holder) => {
    const claims = JSON.parse(Buffer.from(holder.token.split('.')[1] as string, 'base64url').toString()) as {
      sub: string;
      sid: string;
    };
    const old = JSON.parse(Buffer.from(by.token.split('.')[1] as string, 'base64url').toString()) as {
      sub: string;
      sid: string;
    };
    const iso = (at: number) => new Date(at).toISOString();
    const fresh = new Map<unknown, string>([
      [booking.id, newId(Date.now(), randomBytes(10))],
      [booking.reference, Array.from(randomBytes(8), (b) => '3479CFHJKMNPQRTVWXY'[b % 19]).join('')],
      [was.resourceId, slot.resourceId],
      [was.spaceId, slot.spaceId],
      [was.siteId, slot.siteId],
      [by.memberId, holder.memberId],
      [old.sub, claims.sub],
      [old.sid, claims.sid],
      [iso(was.from), iso(slot.from)],
      [iso(was.until), iso(slot.until)],
      [`[${iso(was.from)},${iso(was.until)})`, `[${iso(slot.from)},${iso(slot.until)})`],
    ]);
    await sql.begin(async (tx) => {
      for (const { text, parameters } of statements) {
        await tx.unsafe(text, parameters.map((value) => fresh.get(value) ?? value) as never[], { prepare: true });
      }
    });
  };
}

async function perSecond(items: readonly Slot[], work: (slot: Slot, index: number) => Promise<void>): Promise<number> {
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let index = next++; index < items.length; index = next++) await work(items[index] as Slot, index);
    }),
  );
  return items.length / ((performance.now() - started) / 1000);
}

async function run(): Promise<Measurement> {
  const database = await startBenchDatabase();
  const { network, slots, holders } = await prepare(database.ownerUrl, database.appUrl);
  const recorded = await recordStatements(database.appUrl, network, slots.pop() as Slot, holders[0] as Holder);
  const server = await startServerProcess(database.appUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const sql = postgres(database.appUrl, { max: CONNECTIONS, connection: { TimeZone: 'UTC' }, onnotice: () => {} });
  const raw = rawBooker(sql, recorded);
  let used = 0;
  const take = () => {
    const batch = slots.slice(used, used + PER_ROUND);
    const first = used;
    used += PER_ROUND;
    return { batch, holderOf: (index: number) => holders[(first + index) % holders.length] as Holder };
  };
  const book = (slot: Slot, holder: Holder) =>
    new Promise<void>((resolve, reject) => {
      const body = JSON.stringify({
        resourceId: slot.resourceId,
        startsAt: new Date(slot.from).toISOString(),
        endsAt: new Date(slot.until).toISOString(),
      });
      const outgoing = httpRequest(
        {
          agent,
          port: server.port,
          host: '127.0.0.1',
          method: 'POST',
          path: '/api/v1/bookings',
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            authorization: `Bearer ${holder.token}`,
            'x-mitoyen-network': network.slug,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () =>
            response.statusCode === 201 ? resolve() : reject(new Error(`${response.statusCode}: ${text}`)),
          );
        },
      );
      outgoing.on('error', reject).end(body);
    });
  try {
    return await againstBaseline({
      rounds: ROUNDS,
      unit: 'bookings/s',
      note: `held over HTTP by ${CONNECTIONS} connections, client and server sharing the machine; baseline: the same ${recorded.statements.length} statements per transaction sent one by one by postgres.js. Higher is better; goal 0.5.`,
      subject: () => {
        const { batch, holderOf } = take();
        return perSecond(batch, (slot, index) => book(slot, holderOf(index)));
      },
      baseline: () => {
        const { batch, holderOf } = take();
        return perSecond(batch, (slot, index) => raw(slot, holderOf(index)));
      },
    });
  } finally {
    agent.destroy();
    server.stop();
    await sql.end({ timeout: 5 });
    await network.close();
    await database.remove();
  }
}

export default { name: 'booking.create', run } satisfies Bench;
