import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { bridges } from '@mitoyen/db/schema';
import { newId } from '@mitoyen/domain';
import { encodeMessage, generateSigningKey, topics } from '@mitoyen/protocol';
import { type App, type Broker, buildApp, createIngest, createOutboxWorker, noDoors } from '@mitoyen/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loggerOptions } from '../../server/src/plugins/logging.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  createTestNetwork,
  TEST_PASSWORD,
  type TestNetwork,
  type TestPerson,
  type TestSite,
} from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;

const clock = new MovableClock(NOW);
/** Once stuck, the randomness repeats itself, and with a clock that stands still so do the ids. */
let isRandomStuck = false;
const random = (size: number) => (isRandomStuck ? Buffer.alloc(size, 5) : randomBytes(size));

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let app: App;
let site: TestSite;
let lea: TestPerson;
let sam: TestPerson;
let logged = '';

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  site = await network.addSite('annot');
  lea = await network.addPerson('lea');
  sam = await network.addPerson('sam');
  api = await startTestApi(database, network, clock, { random });
  const stream = new Writable({
    write(chunk, _, done) {
      logged += String(chunk);
      done();
    },
  });
  // As the server logs, down to the last detail, into memory.
  app = await buildApp(api.services, Object.assign({}, loggerOptions({ logLevel: 'trace' }), { stream }));
  await app.ready();
});
afterAll(async () => {
  await app?.close();
  await api?.close();
  await network?.close();
  await database?.drop();
});

const lines = () =>
  logged
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

async function call(method: 'GET' | 'POST', url: string, body?: object, headers: Record<string, string> = {}) {
  const response = await app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { 'x-mitoyen-network': network.slug, 'user-agent': 'a-telling-browser', ...headers },
    ...(body && { payload: body }),
  });
  const isJson = String(response.headers['content-type']).includes('json');
  return { status: response.statusCode, body: isJson ? response.json() : null, cookies: response.cookies };
}

it('keeps whom and what people entrust to the server out of its log, in trouble too', async () => {
  const secrets: Record<string, string> = {
    'the password': TEST_PASSWORD,
    'a new password': 'a brand new passphrase',
    'a wrong password': 'not my passphrase',
    'a new address': 'nina@example.org',
    'an address that nobody has': 'nobody@example.org',
    'an address': lea.email,
    'another address': sam.email,
    'a name': 'Nina Newcomer',
    'an identifier': 'a-telling-browser',
  };
  const signUp = (email: string) =>
    call('POST', '/accounts', { email, password: secrets['a new password'], displayName: secrets['a name'] });
  expect((await signUp(secrets['a new address'] ?? '')).status).toBe(202);
  const outbox = (await call('GET', '/demo/outbox')).body.items as { id: string }[];
  const mail = (await call('GET', `/demo/outbox/${outbox[0]?.id}`)).body as { text: string };
  secrets['the token of a mail'] = /[A-Za-z0-9_-]{40,}/.exec(mail.text)?.[0] ?? '';
  expect((await call('POST', '/accounts/verify', { token: secrets['the token of a mail'] })).status).toBe(200);

  for (const email of [lea.email, secrets['an address that nobody has']]) {
    expect((await call('POST', '/sessions', { email, password: secrets['a wrong password'] })).status).toBe(401);
  }
  const signedIn = await call('POST', '/sessions', { email: lea.email, password: TEST_PASSWORD });
  expect(signedIn.status).toBe(200);
  secrets['an access token'] = signedIn.body.accessToken;
  for (const { name, value } of signedIn.cookies) secrets[`the cookie ${name}`] = value;
  const cookie = signedIn.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  expect(cookie).not.toBe('');
  const asLea = { authorization: `Bearer ${secrets['an access token']}` };

  const held = await call(
    'POST',
    '/bookings',
    {
      resourceId: site.deskIds[0],
      startsAt: new Date(NOW + HOUR).toISOString(),
      endsAt: new Date(NOW + 2 * HOUR).toISOString(),
    },
    { ...asLea, cookie },
  );
  expect(held.status).toBe(201);
  expect((await call('POST', `/bookings/${held.body.id}/confirm`, undefined, asLea)).status).toBe(200);
  const detail = await call('GET', `/bookings/${held.body.id}`, undefined, asLea);
  secrets['a PIN'] = detail.body.access.pin;
  await call('GET', `/sites?q=${encodeURIComponent(secrets['a name'] ?? '')}`, undefined, asLea);

  // A part that is away is refused in words of its own: no fault to look for.
  expect((await call('GET', '/demo/doors')).status).toBe(503);

  // Two sign-ins with the same ids: the database refuses the second one for a reason that nobody has foreseen.
  isRandomStuck = true;
  expect((await call('POST', '/sessions', { email: sam.email, password: TEST_PASSWORD })).status).toBe(200);
  const broken = await call('POST', '/sessions', { email: sam.email, password: TEST_PASSWORD });
  expect(broken).toMatchObject({ status: 500, body: { code: 'internal' } });
  expect((await signUp('other@example.org')).status).toBe(202);
  secrets['an address in a fault'] = 'third@example.org';
  expect((await signUp('third@example.org')).status).toBe(500);
  isRandomStuck = false;

  // A mail server that quotes the address that it refuses.
  const mailer = {
    send: ({ to }: { to: string }) => Promise.reject(new Error(`550 5.1.1 <${to}>: Recipient address rejected`)),
  };
  await createOutboxWorker(api.services, { broker: null, mailer }, app.log).drain(network.id);
  expect(logged).toContain('Recipient address rejected');

  // A door that is opened: what the bridge of the site says of it, whole, altered, and when the broker is lost before the answer.
  const bridgeKey = generateSigningKey(newId(NOW, randomBytes(10)));
  const base = { networkId: network.id, siteId: site.id };
  const bridge = { ...base, id: bridgeKey.kid, name: 'Box', publicKey: bridgeKey.publicKey, createdAt: NOW };
  await network.within((tx) => tx.insert(bridges).values(bridge));
  const acknowledged: string[] = [];
  const broker: Broker = {
    ...noDoors,
    start() {},
    publish: async ({ topic }) => {
      if (acknowledged.length > 0) throw new Error('The broker is not connected.');
      acknowledged.push(topic);
    },
    stop: async () => {},
  };
  const ingest = createIngest(api.services, broker, app.log);
  const say = (payload: string) =>
    ingest.receive({
      topic: topics(base.networkId, base.siteId).events,
      payload: Buffer.from(payload),
      isRetained: false,
    });
  const opening = (sequence: number) => {
    const event = { sequence, at: NOW, monotonicMs: 1, clockTrust: 'trusted', kind: 'access', granted: true } as const;
    const by = { reason: 'booking', grantId: 'grant', bookingId: held.body.id, holderRef: lea.memberId } as const;
    const events = [{ ...event, ...by, doorId: site.entranceDoorId, credentialKind: 'pin' } as const];
    const batch = { v: 1, ...base, bridgeId: bridgeKey.kid, bootId: 'boot', journalEpoch: 'epoch', events } as const;
    return encodeMessage('events', { ...batch, fromSequence: sequence, toSequence: sequence }, bridgeKey);
  };
  say(opening(1));
  say(opening(2).replace('pin', 'PIN'));
  say(opening(2));
  await ingest.idle();
  expect(acknowledged).toHaveLength(1);
  expect(lines().map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['message refused', 'message not taken in', 'outbox entry not done']),
  );

  for (const [what, secret] of Object.entries(secrets)) {
    expect(secret, what).toMatch(/./);
    // Times hold six digits too: a PIN is looked for as a word of its own.
    const found = what === 'a PIN' ? new RegExp(`\\b${secret}\\b`).test(logged) : logged.includes(secret);
    expect(found, `${what} is in the log`).toBe(false);
  }
  expect(logged.toLowerCase()).not.toMatch(/authorization|set-cookie|remoteaddress/);

  const all = lines();
  const faults = all.filter(({ level, reqId }) => level >= 50 && reqId !== undefined);
  expect(faults).toHaveLength(2);
  expect(faults[0]).toMatchObject({
    reqId: broken.body.requestId,
    err: { code: '23505', table: 'sessions', constraint: expect.any(String), stack: expect.stringContaining('at ') },
  });
  expect(JSON.stringify(faults)).not.toContain('insert into');

  const requests = all.filter(({ req, res }) => req !== undefined || res !== undefined);
  expect(requests.length).toBeGreaterThanOrEqual(20);
  expect(requests.filter(({ reqId }) => typeof reqId !== 'string' || reqId === '')).toEqual([]);
  expect(requests.filter(({ req }) => req !== undefined && !String(req.path).startsWith('/api/v1/'))).toEqual([]);
});
