import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  accessEvents,
  bookings,
  bridges,
  commands,
  devices,
  grantSnapshots,
  occupancyReadings,
} from '@mitoyen/db/schema';
import { newId } from '@mitoyen/domain';
import { type Bridge, createBridge, createLog, parseConfig } from '@mitoyen/firmware-bridge';
import { createSimulatedSite, type SimulatedSite, seededRandom } from '@mitoyen/firmware-bridge/simulate';
import {
  type EventBatch,
  encodeMessage,
  generateSigningKey,
  type MessageKind,
  type Messages,
  parseMessage,
  parseTopic,
  privateKeyText,
  topics,
  trustedKeys,
} from '@mitoyen/protocol';
import {
  type Broker,
  createBroker,
  createIngest,
  createOutboxWorker,
  type Ingest,
  keptMailer,
  type OutboxWorker,
  readConfig,
  runHousekeeping,
  SIGNING_KID,
} from '@mitoyen/server';
import { and, eq } from 'drizzle-orm';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { Inbox } from '../support/inbox.ts';
import { MovableTime } from '../support/movable-time.ts';
import {
  createTestNetwork,
  TEST_PASSWORD,
  TEST_SECRET,
  type TestNetwork,
  type TestPerson,
  type TestSite,
} from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const EIGHT = '2026-11-24T08:00:00+01:00';
const NOW = Temporal.Instant.from(EIGHT).epochMilliseconds;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TEN = NOW + 2 * HOUR;
const ELEVEN = TEN + HOUR;
const iso = (at: number) => new Date(at).toISOString();
const makeId = () => newId(NOW, randomBytes(10));
const quiet = { info() {}, warn() {}, error() {} };

const time = new MovableTime(EIGHT);
const serverKey = generateSigningKey(SIGNING_KID);
let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let networkBroker: TestBroker;
let siteBroker: TestBroker;
let broker: Broker;
let api: TestApi;
let ingest: Ingest;
let worker: OutboxWorker;
/** Everything that passes on the network's broker, as it passes. */
let observer: MqttClient;
const wire = new Inbox<{ topic: string; payload: Buffer }>();

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  networkBroker = await startBroker();
  siteBroker = await startBroker();
  const mqttUrl = networkBroker.url;
  const env = { MQTT_URL: mqttUrl };
  const config = readConfig({
    DATABASE_URL: database.appUrl,
    MITOYEN_SECRET: TEST_SECRET,
    MITOYEN_SIGNING_KEY: 'unused',
    ...env,
  });
  broker = createBroker({ ...config, mqttUrl }, serverKey);
  api = await startTestApi(database, network, time, { env, doors: broker, signingKey: serverKey });
  ingest = createIngest(api.services, broker, quiet);
  worker = createOutboxWorker(api.services, { broker, mailer: keptMailer }, quiet);
  await new Promise<void>((resolve, reject) => {
    broker.start({ onMessage: ingest.receive, onConnected: resolve, onError: reject });
  });
  observer = await connectAsync(mqttUrl, { clientId: 'observer', reconnectPeriod: 0 });
  observer.on('message', (topic, payload) => wire.put({ topic, payload }));
  await observer.subscribeAsync('mitoyen/1/#', { qos: 1 });
});
afterAll(async () => {
  await observer?.endAsync(true);
  await broker?.stop();
  await api?.close();
  await network?.close();
  await networkBroker?.stop();
  await siteBroker?.stop();
  await database?.drop();
});

/** Badges are unique in a network, and every test gives its own. */
const badgeUid = (last: number) => `04A1B2${String(count).padStart(2, '0')}${String(last).padStart(2, '0')}`;

let count = 0;
let site: TestSite;
let leaPerson: TestPerson;
let lea: Caller;
let host: Caller;
let bridgeId: string;
let bridgeKey: ReturnType<typeof generateSigningKey>;
let folder: string;
let hardware: SimulatedSite | null = null;
let bridge: Bridge | null = null;

beforeEach(async () => {
  count += 1;
  time.setWallClock(EIGHT);
  wire.clear();
  site = await network.addSite(`place-${count}`);
  leaPerson = await network.addPerson(`lea-${count}`);
  lea = await api.as(leaPerson);
  host = await api.as(await network.addPerson(`host-${count}`, { role: 'host', structureId: site.structureId }));
  bridgeId = makeId();
  bridgeKey = generateSigningKey(bridgeId);
  folder = mkdtempSync(join(tmpdir(), 'mitoyen-bridge-'));
  await network.within(async (tx) => {
    await tx.insert(bridges).values({
      networkId: network.id,
      id: bridgeId,
      siteId: site.id,
      name: 'Bridge',
      publicKey: bridgeKey.publicKey,
      createdAt: NOW,
    });
    const device = (kind: 'reader' | 'lock' | 'contact', address = `${kind}-${count}`) => ({
      networkId: network.id,
      id: makeId(),
      siteId: site.id,
      doorId: site.entranceDoorId,
      name: kind,
      kind,
      family: 'zigbee2mqtt' as const,
      address,
    });
    await tx.insert(devices).values([device('reader'), device('lock'), device('contact')]);
  });
});
afterEach(async () => {
  await bridge?.stop();
  await hardware?.stop();
  await ingest.idle();
  bridge = null;
  hardware = null;
  rmSync(folder, { recursive: true, force: true });
});

/** Hardware and bridge, up to the point where the bridge has what the server knows. */
async function startSite(): Promise<void> {
  hardware = await createSimulatedSite({
    config: {
      siteId: site.id,
      siteSlug: site.slug,
      doors: [
        {
          id: site.entranceDoorId,
          name: 'Entrance',
          readerAddress: `reader-${count}`,
          lockAddress: `lock-${count}`,
          contactAddress: `contact-${count}`,
        },
      ],
      motionAddress: `pir-${count}`,
      counterAddress: `counter-${count}`,
    },
    mqttUrl: siteBroker.url,
    clock: time,
    random: seededRandom(1),
  });
  bridge = createBridge({
    config: parseConfig({
      v: 1,
      networkId: network.id,
      siteId: site.id,
      bridgeId,
      name: 'Bridge',
      timeZone: 'Europe/Paris',
      server: { mqttUrl: networkBroker.url, username: bridgeId, password: 'secret' },
      serverKeys: [{ kid: serverKey.kid, publicKey: serverKey.publicKey }],
      bridgeKey: { kid: bridgeId, privateKey: privateKeyText(bridgeKey.privateKey), publicKey: bridgeKey.publicKey },
      siteKey: site.siteKey.toString('base64url'),
      site: { mqttUrl: siteBroker.url },
    }),
    databasePath: join(folder, 'bridge.sqlite'),
    clock: time,
    random: randomBytes,
    log: createLog(() => {}, 'error'),
    softwareVersion: '0.0.0-test',
  });
  const siteReady = new Promise<void>((resolve) => bridge?.bus.once('siteReady', () => resolve()));
  await bridge.start();
  await siteReady;
  await untilHeld();
  await vi.waitFor(() => expect(bridge?.time.trust).toBe('trusted'));
}

const bridgeRow = () =>
  network.within(async (tx) => {
    const [row] = await tx
      .select()
      .from(bridges)
      .where(and(eq(bridges.networkId, network.id), eq(bridges.id, bridgeId)));
    if (row === undefined) throw new Error('no bridge');
    return row;
  });
const snapshotRow = () =>
  network.within(async (tx) => {
    const [row] = await tx
      .select()
      .from(grantSnapshots)
      .where(and(eq(grantSnapshots.networkId, network.id), eq(grantSnapshots.siteId, site.id)));
    return row ?? null;
  });
const eventsOf = (kind: string) =>
  network.within((tx) =>
    tx
      .select()
      .from(accessEvents)
      .where(
        and(eq(accessEvents.networkId, network.id), eq(accessEvents.bridgeId, bridgeId), eq(accessEvents.kind, kind)),
      ),
  );

/** Publishes what is due, and waits until the bridge says that it holds it. */
async function untilHeld(): Promise<void> {
  await worker.drain(network.id);
  await vi.waitFor(
    async () => {
      const [row, snapshot] = await Promise.all([bridgeRow(), snapshotRow()]);
      expect(snapshot).not.toBeNull();
      expect([row.heldEpoch, row.heldSequence]).toEqual([snapshot?.epoch, snapshot?.sequence]);
    },
    { timeout: 10_000, interval: 20 },
  );
}

async function book(who: Caller, from = TEN, until = ELEVEN, desk = 0) {
  const held = await who.send('POST', '/bookings', {
    resourceId: site.deskIds[desk],
    startsAt: iso(from),
    endsAt: iso(until),
  });
  expect(held.status, JSON.stringify(held.body)).toBe(201);
  const confirmed = await who.send('POST', `/bookings/${held.body.id}/confirm`);
  expect(confirmed.status, JSON.stringify(confirmed.body)).toBe(200);
  const { body } = await who.get(`/bookings/${held.body.id}`);
  return { id: String(body.id), pin: String(body.access.pin) };
}

async function giveBadge(to: TestPerson, uid = badgeUid(1)): Promise<string> {
  const reply = await host.send('POST', `/host/sites/${site.slug}/badges`, { memberId: to.memberId, uid });
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return String(reply.body.id);
}

async function revokeBadge(id: string): Promise<void> {
  const reply = await host.send('POST', `/host/sites/${site.slug}/badges/${id}/revoke`);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
}

const withBadge = (uid = badgeUid(1)) => hardware?.present(site.entranceDoorId, { kind: 'badge', uid });
const withPin = (pin: string) => hardware?.present(site.entranceDoorId, { kind: 'pin', pin });
/** Moves the time; whoever is signed in for ten minutes signs in again. */
async function moveTo(at: number): Promise<void> {
  time.advance(at - time.now());
  lea = await api.as(leaPerson);
}

/** A message as the bridge would sign it, on its way through the real broker. */
function say<K extends MessageKind>(kind: K, message: Messages[K]): Promise<unknown> {
  const payload = encodeMessage(kind, message, bridgeKey);
  return observer.publishAsync(`${topics(network.id, site.id).prefix}${kind}`, payload, { qos: 1 });
}

/** The next message of the server to this site. */
async function takeFromServer<K extends MessageKind>(
  kind: K,
  matches: (message: Messages[K]) => boolean = () => true,
): Promise<Messages[K]> {
  const keys = trustedKeys([{ kid: serverKey.kid, publicKey: serverKey.publicKey }]);
  const read = (payload: Buffer) => {
    const parsed = parseMessage(kind, payload, keys, { networkId: network.id, siteId: site.id });
    return parsed.ok ? (parsed.value as Messages[K]) : null;
  };
  const { payload } = await wire.take((one) => {
    if (parseTopic(one.topic)?.kind !== kind) return false;
    const message = read(one.payload);
    return message !== null && matches(message);
  }, kind);
  return read(payload) as Messages[K];
}

describe('a booking at the door', () => {
  it('opens by PIN and by badge from fifteen minutes before to its end, to its holder alone', async () => {
    const sam = await network.addPerson(`sam-${count}`);
    await giveBadge(leaPerson);
    await giveBadge(sam, badgeUid(2));
    const { pin } = await book(lea);
    await startSite();

    await moveTo(TEN - 15 * MINUTE - 1_000);
    const early = { outcome: 'refused', reason: 'not_yet', detail: { at: iso(TEN - 15 * MINUTE) } };
    expect(await withPin(pin)).toMatchObject(early);
    expect(await withBadge()).toMatchObject(early);

    await moveTo(TEN - 15 * MINUTE);
    expect(await withPin(pin)).toMatchObject({ outcome: 'opened' });
    expect(await withBadge()).toMatchObject({ outcome: 'opened' });
    expect(await withBadge(badgeUid(2))).toMatchObject({ outcome: 'refused', reason: 'unknown_credential' });
    const wrong = String((Number(pin) + 1) % 1_000_000).padStart(6, '0');
    expect(await withPin(wrong)).toMatchObject({ outcome: 'refused', reason: 'unknown_credential' });

    await moveTo(ELEVEN - 1_000);
    expect(await withBadge()).toMatchObject({ outcome: 'opened' });
    await moveTo(ELEVEN);
    expect(await withPin(pin)).toMatchObject({ outcome: 'refused', reason: 'ended' });
    expect(await withBadge()).toMatchObject({ outcome: 'refused', reason: 'ended' });
  });

  it('does not open early while another public holds the place', async () => {
    await network.setHours(site, [
      { audience: 'youth', from: 9 * 60, until: 10 * 60 },
      { from: 10 * 60, until: 18 * 60 },
    ]);
    const { id, pin } = await book(lea);
    await startSite();
    await moveTo(TEN - 1_000);
    expect(await withPin(pin)).toMatchObject({ outcome: 'refused', reason: 'audience_not_admitted' });
    expect(await lea.send('POST', `/bookings/${id}/open`, {})).toMatchObject({
      status: 409,
      body: { code: 'door.audience_not_admitted' },
    });
    await moveTo(TEN);
    expect(await withPin(pin)).toMatchObject({ outcome: 'opened' });
  });

  it('is one access event and a check-in, also when its batch comes twice', async () => {
    const { id, pin } = await book(lea);
    await startSite();
    await moveTo(TEN);
    await withPin(pin);
    const isAccess = (payload: Buffer) => {
      const keys = trustedKeys([{ kid: bridgeId, publicKey: bridgeKey.publicKey }]);
      const parsed = parseMessage('events', payload, keys, { networkId: network.id, siteId: site.id });
      return parsed.ok && (parsed.value as EventBatch).events.some(({ kind }) => kind === 'access');
    };
    const batch = await wire.take(
      ({ topic, payload }) => parseTopic(topic)?.kind === 'events' && isAccess(payload),
      'the batch with the access event',
    );
    await vi.waitFor(async () => expect(await eventsOf('access')).toHaveLength(1));
    const before = await bridgeRow();
    ingest.receive({ topic: batch.topic, payload: batch.payload, isRetained: false });
    await ingest.idle();
    expect(await eventsOf('access')).toMatchObject([
      { isGranted: true, bookingId: id, memberId: leaPerson.memberId, credentialKind: 'pin', occurredAt: TEN },
    ]);
    expect((await bridgeRow()).eventsAcked).toBeGreaterThanOrEqual(before.eventsAcked);
    expect((await lea.get(`/bookings/${id}`)).body.status).toBe('checked_in');
  });

  it('is refused with a badge that was revoked less than five seconds ago, by whatever server hears of it', async () => {
    const badge = await giveBadge(leaPerson);
    await book(lea);
    await startSite();
    await moveTo(TEN);
    expect(await withBadge()).toMatchObject({ outcome: 'opened' });
    host = await api.as({ email: `host-${count}@alpes.example` });
    // As in a server: nobody tells it to look, the database does.
    const another = createOutboxWorker(api.services, { broker, mailer: keptMailer }, quiet);
    await another.start();
    await revokeBadge(badge);
    const revokedAt = performance.now();
    await vi.waitFor(
      async () => expect(await withBadge()).toMatchObject({ outcome: 'refused', reason: 'unknown_credential' }),
      { timeout: 15_000, interval: 20 },
    );
    expect(performance.now() - revokedAt).toBeLessThan(5_000);
    await another.stop();
  });
});

describe('one place, two publics, one after the other', () => {
  const HANDOVER = 30 * MINUTE;
  const YOUTH_FROM = ELEVEN + HANDOVER;
  const NO_REFERENT = { outcome: 'refused', reason: 'no_referent' };
  let kid: TestPerson;
  let ada: TestPerson;

  /** The host plans the day as the planner sends it: professionals until eleven, thirty minutes to tidy up, young people, professionals again. */
  async function planTheDay(): Promise<void> {
    const before = await host.get(`/host/sites/${site.slug}/schedule`);
    const open = (audience: string, startsAt: string, endsAt: string) => ({
      id: randomUUID(),
      spaceId: null,
      audience,
      weekday: null,
      startsAt,
      endsAt,
    });
    const template = {
      id: randomUUID(),
      name: 'Tous les jours',
      spaceIds: null,
      period: { kind: 'always' },
      validFrom: null,
      validUntil: null,
      origin: 'host',
      windows: [
        open('professional', '08:00', '11:00'),
        open('youth', '11:30', '18:00'),
        open('professional', '18:30', '20:00'),
      ],
    };
    const applied = await host.send('POST', `/host/sites/${site.slug}/schedule/changes`, {
      revision: before.body.revision,
      change: {
        templates: { upsert: [template], delete: before.body.templates.map(({ id }: { id: string }) => id) },
        settings: { handoverMinutes: { [site.openSpaceId]: 30, [site.roomSpaceId]: 30 } },
      },
      decisions: { default: 'cancel' },
    });
    expect(applied.status, JSON.stringify(applied.body)).toBe(201);
  }

  async function hostAt(at: number): Promise<void> {
    await moveTo(at);
    host = await api.as({ email: `host-${count}@alpes.example` });
  }

  async function referent(what: 'arrive' | 'leave'): Promise<void> {
    const reply = await host.send('POST', `/host/sites/${site.slug}/referents/${ada.memberId}/presence`, { what });
    expect(reply.status, JSON.stringify(reply.body)).toBe(204);
  }

  beforeEach(async () => {
    await planTheDay();
    kid = await network.addPerson(`kid-${count}`, { audience: 'youth' });
    ada = await network.addPerson(`ada-${count}`);
    expect((await host.send('PUT', `/host/sites/${site.slug}/referents/${ada.memberId}`)).status).toBe(204);
  });

  it('refuses the professional one minute after the handover, and lets the young person in behind a referent', async () => {
    await giveBadge(leaPerson);
    const { pin } = await book(lea);
    const { pin: kidPin } = await book(await api.as(kid), YOUTH_FROM, YOUTH_FROM + 2 * HOUR);
    const inTheHandover = await lea.send('POST', '/bookings', {
      resourceId: site.deskIds[1],
      startsAt: iso(TEN),
      endsAt: iso(ELEVEN + 15 * MINUTE),
    });
    expect(inTheHandover).toMatchObject({ status: 422, body: { code: expect.stringContaining('handover') } });
    await startSite();

    await moveTo(ELEVEN - MINUTE);
    expect(await withPin(pin)).toMatchObject({ outcome: 'opened' });
    expect(await withBadge()).toMatchObject({ outcome: 'opened' });
    expect(await withPin(kidPin)).toMatchObject({ outcome: 'refused', reason: 'not_yet' });

    await hostAt(YOUTH_FROM + MINUTE);
    expect(await withPin(pin)).toMatchObject({ outcome: 'refused', reason: 'ended' });
    expect(await withBadge()).toMatchObject({ outcome: 'refused', reason: 'ended' });
    expect(await withPin(kidPin)).toMatchObject(NO_REFERENT);

    await referent('arrive');
    await untilHeld();
    expect(await withPin(kidPin)).toMatchObject({ outcome: 'opened' });
    expect(await withPin(pin)).toMatchObject({ outcome: 'refused', reason: 'ended' });

    // Ten minutes are the network's time of grace.
    await referent('leave');
    await untilHeld();
    await moveTo(YOUTH_FROM + MINUTE + 10 * MINUTE - 1);
    expect(await withPin(kidPin)).toMatchObject({ outcome: 'opened' });
    await moveTo(YOUTH_FROM + MINUTE + 10 * MINUTE);
    expect(await withPin(kidPin)).toMatchObject(NO_REFERENT);
    await vi.waitFor(async () => {
      const events = (await eventsOf('access')).sort((a, b) => a.sequence - b.sequence);
      expect(events.filter(({ isGranted }) => !isGranted).map(({ reason }) => reason)).toEqual([
        'not_yet',
        'ended',
        'ended',
        'no_referent',
        'ended',
        'no_referent',
      ]);
    });
  });

  it('knows a referent by their badge at the door, who opens first', async () => {
    const given = await host.send('POST', `/host/sites/${site.slug}/badges`, {
      memberId: ada.memberId,
      uid: badgeUid(7),
      isStaff: true,
    });
    expect(given.status, JSON.stringify(given.body)).toBe(201);
    const { pin: kidPin } = await book(await api.as(kid), YOUTH_FROM, YOUTH_FROM + 2 * HOUR);
    await startSite();
    await hostAt(YOUTH_FROM + MINUTE);
    expect(await withPin(kidPin)).toMatchObject(NO_REFERENT);
    expect(await withBadge(badgeUid(7))).toMatchObject({ outcome: 'opened' });
    expect(await withPin(kidPin)).toMatchObject({ outcome: 'opened' });
    await vi.waitFor(async () => {
      const { body } = await host.get(`/host/sites/${site.slug}/referents`);
      expect(body.items).toMatchObject([{ memberId: ada.memberId, presentSince: iso(YOUTH_FROM + MINUTE) }]);
    });
  });
});

describe('opening by phone', () => {
  const outcomeOf = async (commandId: string) => (await lea.get(`/commands/${commandId}`)).body.outcome;

  it('is pending, then opened, and checks the booking in', async () => {
    const { id } = await book(lea);
    await startSite();
    expect(await lea.send('POST', `/bookings/${id}/open`, {})).toMatchObject({
      status: 409,
      body: { code: 'door.not_yet' },
    });
    await moveTo(TEN - 15 * MINUTE);
    const asked = await lea.send('POST', `/bookings/${id}/open`, {});
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    await vi.waitFor(async () => expect(await outcomeOf(asked.body.commandId)).toBe('opened'));
    await vi.waitFor(async () => expect((await lea.get(`/bookings/${id}`)).body.status).toBe('checked_in'));
  });

  it('says so when the lock stays silent', async () => {
    await network.within((tx) =>
      tx
        .update(devices)
        .set({ address: `mute-${count}` })
        .where(and(eq(devices.siteId, site.id), eq(devices.kind, 'lock'))),
    );
    const { id } = await book(lea);
    await startSite();
    await moveTo(TEN);
    const asked = await lea.send('POST', `/bookings/${id}/open`, {});
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    const { commandId } = asked.body;
    expect(await outcomeOf(commandId)).toBe('pending');
    await vi.waitFor(async () => {
      time.advance(500);
      expect(await outcomeOf(commandId)).toBe('device_silent');
    });
    // Not once its ten seconds are over: then it would have been `expired`.
    expect(time.now()).toBeLessThan(TEN + 10_000);
  });

  it('is refused while the place cannot be reached', async () => {
    const { id } = await book(lea);
    await startSite();
    await bridge?.stop();
    bridge = null;
    await vi.waitFor(async () => expect((await bridgeRow()).status).toBe('offline'));
    await moveTo(TEN);
    expect(await lea.send('POST', `/bookings/${id}/open`, {})).toMatchObject({
      status: 503,
      body: { code: 'door.site_offline' },
    });
  });
});

describe('what bridges say', () => {
  const status = (state: 'online' | 'offline', bootId: string): Messages['status'] => ({
    v: 1,
    networkId: network.id,
    siteId: site.id,
    bridgeId,
    bootId,
    state,
    softwareVersion: '0.0.0-test',
    bootedAt: NOW,
    at: NOW,
    clockTrust: 'unknown',
    grants: null,
    configRevision: null,
    nonce: randomBytes(16).toString('base64url'),
  });
  const batch = (fromSequence: number, toSequence: number): EventBatch => ({
    v: 1,
    networkId: network.id,
    siteId: site.id,
    bridgeId,
    bootId: 'boot-1',
    journalEpoch: 'epoch-1',
    fromSequence,
    toSequence,
    events: Array.from({ length: toSequence - fromSequence + 1 }, (_, index) => ({
      sequence: fromSequence + index,
      at: NOW,
      monotonicMs: index,
      clockTrust: 'trusted' as const,
      kind: 'bridge' as const,
      what: 'started' as const,
    })),
  });

  it('does not let the will of an older boot put a newer one offline', async () => {
    await say('status', status('online', 'boot-2'));
    await vi.waitFor(async () => expect(await bridgeRow()).toMatchObject({ status: 'online', bootId: 'boot-2' }));
    // What follows on the same connection is dealt with after the will.
    await say('status', status('offline', 'boot-1'));
    await say('events', batch(1, 1));
    await takeFromServer('ack', ({ events }) => events?.sequence === 1);
    expect(await bridgeRow()).toMatchObject({ status: 'online', bootId: 'boot-2' });
    await say('status', status('offline', 'boot-2'));
    await vi.waitFor(async () => expect((await bridgeRow()).status).toBe('offline'));
  });

  it('commits nothing beyond a gap until it is filled', async () => {
    await say('events', batch(1, 2));
    await takeFromServer('ack', ({ events }) => events?.sequence === 2);
    await say('events', batch(4, 5));
    expect((await takeFromServer('ack')).events).toEqual({ journalEpoch: 'epoch-1', sequence: 2 });
    expect(await eventsOf('bridge')).toHaveLength(2);
    await say('events', batch(3, 3));
    expect((await takeFromServer('ack')).events?.sequence).toBe(3);
    await say('events', batch(4, 5));
    expect((await takeFromServer('ack')).events?.sequence).toBe(5);
    expect((await eventsOf('bridge')).map(({ sequence }) => sequence).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives what an unknown clock wrote its instant once the wall time of that boot is known', async () => {
    const written = (sequence: number, at: number, monotonicMs: number, clockTrust: 'unknown' | 'trusted') => ({
      ...batch(sequence, sequence),
      events: batch(sequence, sequence).events.map((event) => ({ ...event, at, monotonicMs, clockTrust })),
    });
    const BOOTED_1970 = 5_000;
    await say('events', written(1, BOOTED_1970, 5_000, 'unknown'));
    await takeFromServer('ack', ({ events }) => events?.sequence === 1);
    // Not in 1970, where the purge of old movements would find it: it came no later than it arrived.
    expect((await eventsOf('bridge')).map(({ occurredAt }) => occurredAt)).toEqual([api.services.clock.now()]);
    await say('events', written(2, NOW - 10_000, 65_000, 'trusted'));
    await takeFromServer('ack', ({ events }) => events?.sequence === 2);
    const rows = (await eventsOf('bridge')).sort((a, b) => a.sequence - b.sequence);
    expect(rows.map(({ occurredAt, clockTrust }) => [occurredAt, clockTrust])).toEqual([
      [NOW - 70_000, 'corrected'],
      [NOW - 10_000, 'trusted'],
    ]);
  });

  it('takes a no-show back when it hears late that its holder came', async () => {
    const { id } = await book(lea);
    await moveTo(ELEVEN);
    await runHousekeeping(api.services, null, quiet);
    expect((await lea.get(`/bookings/${id}`)).body.status).toBe('no_show');
    const late = batch(1, 1);
    const arrival: EventBatch['events'][number] = {
      sequence: 1,
      at: TEN + MINUTE,
      monotonicMs: 1,
      clockTrust: 'trusted',
      kind: 'access',
      doorId: site.entranceDoorId,
      granted: true,
      reason: 'booking',
      grantId: 'grant',
      bookingId: id,
      holderRef: leaPerson.memberId,
      credentialKind: 'badge',
    };
    await say('events', { ...late, events: [arrival] });
    await takeFromServer('ack', ({ events }) => events?.sequence === 1);
    const [row] = await network.within((tx) => tx.select().from(bookings).where(eq(bookings.id, id)));
    expect(row).toMatchObject({ status: 'completed', checkedInAt: TEN + MINUTE });
  });

  it('does not stop at an event that no column can hold as it is', async () => {
    const END_OF_TIME = 8_640_000_000_000_000;
    const odd = (sequence: number, at: number, monotonicMs: number) => {
      const event = {
        at,
        monotonicMs,
        sequence,
        clockTrust: 'trusted',
        kind: 'bridge',
        what: 'grants_refused',
      } as const;
      return { ...batch(sequence, sequence), events: [{ ...event, detail: 'zero \u0000 byte' }] };
    };
    await say('events', odd(1, END_OF_TIME, 0));
    await say('events', odd(2, -END_OF_TIME, Number.MAX_SAFE_INTEGER));
    await say('readings', {
      v: 1,
      networkId: network.id,
      siteId: site.id,
      bridgeId,
      bootId: 'boot-1',
      streamEpoch: 'epoch-1',
      fromSequence: 1,
      toSequence: 1,
      readings: [{ sequence: 1, at: -END_OF_TIME, deviceId: makeId(), kind: 'people', value: -1e308 }],
    });
    await say('events', batch(3, 3));
    const { events, readings } = await takeFromServer('ack', (ack) => ack.events?.sequence === 3);
    expect([events?.sequence, readings?.sequence]).toEqual([3, 1]);
    expect(await eventsOf('bridge')).toHaveLength(3);
  });

  it('stores what newer hardware measures, and passes over what this server has no column for', async () => {
    const air = { networkId: network.id, id: makeId(), siteId: site.id, name: 'Air', kind: 'sensor' as const };
    await network.within((tx) => tx.insert(devices).values({ ...air, family: 'tasmota', address: 'air' }));
    const reading = (sequence: number, kind: string, value: number) => ({
      sequence,
      kind,
      value,
      deviceId: air.id,
      at: NOW,
    });
    await say('readings', {
      v: 1,
      networkId: network.id,
      siteId: site.id,
      bridgeId,
      bootId: 'boot-1',
      streamEpoch: 'epoch-1',
      fromSequence: 1,
      toSequence: 3,
      readings: [reading(1, 'co2', 640), reading(2, 'radon', 12), reading(3, 'temperature', 20.5)],
    });
    await takeFromServer('ack', ({ readings }) => readings?.sequence === 3);
    const [stored, [device]] = await network.within((tx) =>
      Promise.all([
        tx.select().from(occupancyReadings).where(eq(occupancyReadings.deviceId, air.id)),
        tx.select().from(devices).where(eq(devices.id, air.id)),
      ]),
    );
    expect(stored.map(({ kind, value }) => [kind, value]).toSorted()).toEqual([
      ['co2', 640],
      ['temperature', 20.5],
    ]);
    expect(device?.state).toEqual({ co2: 640, temperature: 20.5 });
  });

  it('believes no lock to be open that was only told', async () => {
    const { id } = await book(lea);
    await network.within((tx) =>
      tx
        .update(devices)
        .set({ family: 'generic', config: { lock: { topic: `gache-${count}`, unlock: '{milliseconds}' } } })
        .where(and(eq(devices.siteId, site.id), eq(devices.kind, 'lock'))),
    );
    await startSite();
    const { devices: sent } = await takeFromServer('config');
    expect(sent.find(({ kind }) => kind === 'lock')).toMatchObject({
      name: 'lock',
      config: { lock: { topic: `gache-${count}` } },
    });
    await moveTo(TEN);
    const opened = await lea.send('POST', `/bookings/${id}/open`, {});
    expect(opened.status, JSON.stringify(opened.body)).toBe(202);
    await vi.waitFor(
      async () => expect((await lea.get(`/commands/${opened.body.commandId}`)).body).toMatchObject({ outcome: 'done' }),
      { timeout: 5_000 },
    );
    expect((await lea.get(`/bookings/${id}`)).body.status).toBe('confirmed');
  });

  it('is about its own place: it checks nobody in, settles no command and moves no device elsewhere', async () => {
    const here = site;
    const [commandId, deviceId] = [makeId(), makeId()];
    site = await network.addSite(`neighbour-${count}`);
    const { id } = await book(lea);
    const base = { networkId: network.id, siteId: site.id };
    await network.within(async (tx) => {
      const neighbour = { ...base, id: makeId(), name: 'Bridge', publicKey: 'k'.repeat(43), createdAt: NOW };
      await tx.insert(bridges).values(neighbour);
      await tx.insert(devices).values({
        ...base,
        id: deviceId,
        doorId: site.entranceDoorId,
        name: 'Lock',
        kind: 'lock',
        family: 'zigbee2mqtt',
        address: 'lock',
      });
      await tx.insert(commands).values({
        ...base,
        id: commandId,
        bridgeId: neighbour.id,
        doorId: site.entranceDoorId,
        action: 'unlock',
        actorAccountId: leaPerson.accountId,
        issuedAt: NOW,
        expiresAt: NOW + 10_000,
      });
    });
    site = here;
    const at = (sequence: number) => ({ sequence, at: NOW, monotonicMs: 1, clockTrust: 'trusted' as const });
    const opened = { doorId: here.entranceDoorId, granted: true, grantId: 'g', bookingId: id, holderRef: null };
    await say('commands/result', {
      v: 1,
      networkId: network.id,
      siteId: here.id,
      bridgeId,
      bootId: 'boot-1',
      commandId,
      doorId: here.entranceDoorId,
      state: 'actuated',
      isRepeat: false,
      at: NOW,
    });
    await say('readings', {
      v: 1,
      networkId: network.id,
      siteId: here.id,
      bridgeId,
      bootId: 'boot-1',
      streamEpoch: 'epoch-1',
      fromSequence: 1,
      toSequence: 1,
      readings: [{ sequence: 1, at: NOW, deviceId, kind: 'battery', value: 1 }],
    });
    await say('events', {
      ...batch(1, 4),
      events: [
        { ...at(1), kind: 'access', reason: 'booking', credentialKind: 'badge', ...opened },
        { ...at(2), kind: 'command', commandId, state: 'actuated', bookingId: id, doorId: here.entranceDoorId },
        { ...at(3), kind: 'lock_state', deviceId, doorId: here.entranceDoorId, state: 'unlocked' },
        { ...at(4), kind: 'device', deviceId, state: 'offline' },
      ],
    });
    await takeFromServer('ack', ({ events }) => events?.sequence === 4);
    const elsewhere = await network.within(async (tx) => ({
      bookings: await tx.select().from(bookings).where(eq(bookings.id, id)),
      commands: await tx.select().from(commands).where(eq(commands.id, commandId)),
      devices: await tx.select().from(devices).where(eq(devices.id, deviceId)),
    }));
    expect(elsewhere).toMatchObject({
      bookings: [{ status: 'confirmed', checkedInAt: null }],
      commands: [{ outcome: 'pending' }],
      devices: [{ state: {}, isOnline: null, batteryPercent: null }],
    });
  });

  it('takes nothing from another key', async () => {
    bridgeKey = { ...generateSigningKey(bridgeId), publicKey: bridgeKey.publicKey };
    await say('events', batch(1, 1));
    await wire.take(({ topic }) => topic === topics(network.id, site.id).events, 'the forged batch');
    await ingest.idle();
    expect(await eventsOf('bridge')).toEqual([]);
    expect(wire.all.filter(({ topic }) => topic === topics(network.id, site.id).ack)).toEqual([]);
  });
});

describe('grants', () => {
  it('grow by one with every change, and are not published again without one', async () => {
    await startSite();
    const first = await snapshotRow();
    await book(lea);
    await untilHeld();
    const second = await snapshotRow();
    expect(second).toMatchObject({ epoch: first?.epoch, sequence: (first?.sequence ?? 0) + 1 });
    wire.clear();
    await runHousekeeping(api.services, broker, quiet);
    await runHousekeeping(api.services, broker, quiet);
    await book(lea, TEN, ELEVEN, 1);
    await untilHeld();
    expect(await snapshotRow()).toMatchObject({ epoch: first?.epoch, sequence: (first?.sequence ?? 0) + 2 });
    const published = wire.all.filter(
      ({ topic }) =>
        topic.startsWith(topics(network.id, site.id).prefix) && parseTopic(topic)?.kind === 'grants/snapshot',
    );
    expect(published).toHaveLength(1);
  });
});

describe('the live view of a place', () => {
  it('says that something changed when somebody comes in', async () => {
    const { pin } = await book(lea);
    await startSite();
    await moveTo(TEN);
    const credentials = { email: `host-${count}@alpes.example`, password: TEST_PASSWORD };
    const { accessToken } = (await api.send('POST', '/sessions', credentials)).body;
    await api.app.live.start(api.services.db);
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const leaving = new AbortController();
    const response = await fetch(`${address}/api/v1/host/sites/${site.slug}/live`, {
      headers: { authorization: `Bearer ${accessToken}`, 'x-mitoyen-network': network.slug },
      signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(20_000)]),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    await withPin(pin);
    let heard = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      heard += decoder.decode(chunk, { stream: true });
      if (heard.includes('"kind":"access"')) break;
    }
    leaving.abort();
    expect(heard).toContain(`event: change\ndata: ${JSON.stringify({ siteId: site.id, kind: 'access' })}\n\n`);
  });
});
