import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, DoorPolicy, Grant, GrantSet } from '@mitoyen/domain';
import {
  type Bridge,
  type BridgeConfig,
  type BridgeFile,
  createBridge,
  createLog,
  parseConfig,
} from '@mitoyen/firmware-bridge';
import { createSimulatedSite, type SimulatedSite, seededRandom } from '@mitoyen/firmware-bridge/simulate';
import {
  type BRIDGE_KINDS,
  type Command,
  credentialMatch,
  type DeviceConfig,
  encodeMessage,
  generateSigningKey,
  type MessageKind,
  type Messages,
  PROTOCOL_VERSION,
  parseMessage,
  parseTopic,
  privateKeyText,
  type SiteConfig,
  splitSnapshot,
  topics,
  trustedKeys,
} from '@mitoyen/protocol';
import { connectAsync, type MqttClient } from 'mqtt';
import { startBroker, type TestBroker } from './broker.ts';
import { Inbox } from './inbox.ts';
import { MovableTime } from './movable-time.ts';

export const NETWORK = 'net-1';
export const SITE = 'site-annot';
export const DOOR = 'door-entrance';

/** Tuesday 24 November 2026, 9:00 in Paris: the beginning of the booking that most tests are about. */
export const NINE = '2026-11-24T09:00:00+01:00';

export const instant = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

type FromBridge = {
  [K in (typeof BRIDGE_KINDS)[number]]: { kind: K; message: Messages[K]; isRetained: boolean };
}[(typeof BRIDGE_KINDS)[number]];

export const DOOR_POLICY: DoorPolicy = {
  id: DOOR,
  name: 'Entrée',
  obeysAudienceWindows: false,
  earlyMs: 0,
  pinMaxFailures: 3,
  pinLockoutWindowMs: 60_000,
  pinLockoutMs: 300_000,
};

/** The devices of the fixture with the lock under another name, where no hardware answers. */
export const devicesWithLockAt = (address: string): SiteConfig['devices'] =>
  DEVICES.map((device) => (device.kind === 'lock' ? { ...device, address } : device));

const device = (address: string, kind: DeviceConfig['kind'], isAtDoor: boolean): DeviceConfig => ({
  id: `dev-${address}`,
  kind,
  codec: 'zigbee2mqtt',
  address,
  doorId: isAtDoor ? DOOR : null,
  spaceId: isAtDoor ? null : 'space-1',
});

const DEVICES: SiteConfig['devices'] = [
  device('reader', 'reader', true),
  device('lock', 'lock', true),
  device('contact', 'contact', true),
  device('pir', 'motion', false),
  device('counter', 'people_counter', false),
];

/** Keys, names and messages of one site, as the server would make them. */
export class SiteFixture {
  readonly serverKey = generateSigningKey('server-1');
  readonly bridgeKey = generateSigningKey('bridge-1');
  readonly siteKey = randomBytes(32);
  readonly topics = topics(NETWORK, SITE);

  file(serverUrl: string, siteUrl: string): BridgeFile {
    const { kid, publicKey } = this.serverKey;
    return {
      v: 1,
      networkId: NETWORK,
      siteId: SITE,
      bridgeId: 'bridge-1',
      name: 'Annot',
      timeZone: 'Europe/Paris',
      server: { mqttUrl: serverUrl, username: 'bridge-1', password: 'secret' },
      serverKeys: [{ kid, publicKey }],
      bridgeKey: {
        kid: 'bridge-1',
        privateKey: privateKeyText(this.bridgeKey.privateKey),
        publicKey: this.bridgeKey.publicKey,
      },
      siteKey: this.siteKey.toString('base64url'),
      site: { mqttUrl: siteUrl },
    };
  }

  config(overrides: Partial<SiteConfig> = {}): SiteConfig {
    return {
      v: PROTOCOL_VERSION,
      networkId: NETWORK,
      siteId: SITE,
      revision: 1,
      issuedAt: instant('2026-11-20T12:00:00Z'),
      doors: [{ id: DOOR, name: 'Entrée', mode: 'normal', relockAfterMs: 5_000 }],
      devices: DEVICES,
      ...overrides,
    };
  }

  /** A grant of the badge `uid` or of a PIN, from nine to twelve unless said otherwise. */
  grant(presented: { badge: string } | { pin: string }, overrides: Partial<Grant> = {}): Grant {
    const [kind, value] =
      'badge' in presented ? (['badge', presented.badge] as const) : (['pin', presented.pin] as const);
    return {
      id: `grant-${value}`,
      doorIds: [DOOR],
      kind,
      match: credentialMatch(this.siteKey, kind, value),
      holderRef: 'member-lea',
      bookingId: 'booking-1',
      audienceClass: 'professional',
      from: instant(NINE),
      until: instant('2026-11-24T12:00:00+01:00'),
      isStaff: false,
      ...overrides,
    };
  }

  snapshot(grants: readonly Grant[], overrides: Partial<GrantSet> = {}): GrantSet {
    return {
      networkId: NETWORK,
      siteId: SITE,
      timeZone: 'Europe/Paris',
      epoch: 1,
      sequence: 1,
      issuedAt: instant('2026-11-23T12:00:00Z'),
      validUntil: instant('2026-12-07T12:00:00Z'),
      doors: [DOOR_POLICY],
      grants,
      audienceWindows: [],
      ...overrides,
    };
  }
}

/** The server's side of the wire: hears everything, answers `hello`, says what a test tells it to. */
export class TestServer {
  readonly inbox = new Inbox<FromBridge>();
  readonly #fixture: SiteFixture;
  readonly #time: Clock;
  #client: MqttClient | undefined;
  /** Whether `hello` is answered with a time beacon. */
  beacons = true;
  /** Whether batches are acknowledged as they come. */
  acknowledges = true;
  readonly acked = { events: { epoch: '', sequence: 0 }, readings: { epoch: '', sequence: 0 } };
  /** Events in the order in which they came for the first time. */
  readonly events: Messages['events']['events'] = [];
  readonly readings: Messages['readings']['readings'] = [];

  constructor(fixture: SiteFixture, time: Clock) {
    this.#fixture = fixture;
    this.#time = time;
  }

  async connect(url: string): Promise<void> {
    const client = await connectAsync(url, { clientId: 'server', reconnectPeriod: 0 });
    this.#client = client;
    const keys = trustedKeys([{ kid: 'bridge-1', publicKey: this.#fixture.bridgeKey.publicKey }]);
    client.on('message', (topic, payload, packet) => {
      const kind = parseTopic(topic)?.kind;
      if (kind === undefined || payload.length === 0) return;
      const parsed = parseMessage(kind, payload, keys, { networkId: NETWORK, siteId: SITE });
      if (!parsed.ok) throw new Error(`the bridge sent a bad ${kind}: ${parsed.reason} ${parsed.detail}`);
      this.#take({ kind, message: parsed.value, isRetained: packet.retain } as FromBridge);
    });
    const { status, hello, grantsRequest, commandsResult, devicesSeen, events, readings } = this.#fixture.topics;
    const topics = [status, hello, grantsRequest, commandsResult, devicesSeen, events, readings];
    await client.subscribeAsync(topics, { qos: 1 });
  }

  async disconnect(): Promise<void> {
    await this.#client?.endAsync(true);
    this.#client = undefined;
  }

  send<K extends MessageKind>(
    kind: K,
    message: Messages[K],
    options: { topic?: string; retain?: boolean; key?: SiteFixture['serverKey'] } = {},
  ): Promise<unknown> {
    const payload = encodeMessage(kind, message, options.key ?? this.#fixture.serverKey);
    return this.sendRaw(options.topic ?? `${this.#fixture.topics.prefix}${kind}`, payload, options.retain);
  }

  sendRaw(topic: string, payload: string, retain = false): Promise<unknown> {
    if (this.#client === undefined) throw new Error('the test server is not connected');
    return this.#client.publishAsync(topic, payload, { qos: 1, retain });
  }

  async sendSnapshot(set: GrantSet, partBytes?: number): Promise<void> {
    for (const part of splitSnapshot(set, partBytes)) {
      await this.send('grants/snapshot', part, {
        topic: this.#fixture.topics.grantsSnapshotPart(part.part),
        retain: true,
      });
    }
  }

  sendConfig(config: SiteConfig): Promise<unknown> {
    return this.send('config', config, { retain: true });
  }

  sendBeacon(nonce: string, serverTime = this.#time.now()): Promise<unknown> {
    return this.send('time', { v: PROTOCOL_VERSION, networkId: NETWORK, siteId: SITE, serverTime, nonce });
  }

  sendAck(): Promise<unknown> {
    const { events, readings } = this.acked;
    return this.send('ack', {
      v: PROTOCOL_VERSION,
      networkId: NETWORK,
      siteId: SITE,
      events: events.epoch === '' ? null : { journalEpoch: events.epoch, sequence: events.sequence },
      readings: readings.epoch === '' ? null : { streamEpoch: readings.epoch, sequence: readings.sequence },
    });
  }

  command(bootId: string, overrides: Partial<Command> = {}): Command {
    const issuedAt = this.#time.now();
    return {
      v: PROTOCOL_VERSION,
      networkId: NETWORK,
      siteId: SITE,
      id: `command-${randomBytes(6).toString('hex')}`,
      bootId,
      doorId: DOOR,
      action: 'unlock',
      issuedAt,
      expiresAt: issuedAt + 10_000,
      nonce: randomBytes(16).toString('base64url'),
      actor: 'account-lea',
      ...overrides,
    };
  }

  take<K extends FromBridge['kind']>(
    kind: K,
    matches: (message: Messages[K], isRetained: boolean) => boolean = () => true,
  ): Promise<Messages[K]> {
    return this.inbox
      .take((one) => one.kind === kind && matches(one.message as Messages[K], one.isRetained), kind)
      .then((one) => one.message as Messages[K]);
  }

  /** The next event of the journal that matches, in whichever batch it comes. */
  async takeEvent(matches: (event: Messages['events']['events'][number]) => boolean) {
    const known = this.events.find(matches);
    if (known !== undefined) return known;
    const batch = await this.take('events', ({ events }) => events.some(matches));
    return batch.events.find(matches) as Messages['events']['events'][number];
  }

  #take(received: FromBridge): void {
    if (received.kind === 'hello') {
      if (this.beacons) this.#answer(this.sendBeacon(received.message.nonce));
      this.#answer(this.sendAck());
    }
    if (received.kind === 'events') {
      const { journalEpoch, fromSequence, toSequence, events } = received.message;
      this.#commit('events', journalEpoch, fromSequence, toSequence, (after) =>
        this.events.push(...events.filter(({ sequence }) => sequence > after)),
      );
    }
    if (received.kind === 'readings') {
      const { streamEpoch, fromSequence, toSequence, readings } = received.message;
      this.#commit('readings', streamEpoch, fromSequence, toSequence, (after) =>
        this.readings.push(...readings.filter(({ sequence }) => sequence > after)),
      );
    }
    this.inbox.put(received);
  }

  /** As the real server: what is contiguous is taken once, also from a batch that begins with what is known. */
  #commit(
    stream: 'events' | 'readings',
    epoch: string,
    from: number,
    to: number,
    store: (after: number) => void,
  ): void {
    const acked = this.acked[stream];
    if (!this.acknowledges) return;
    if (acked.epoch !== epoch) Object.assign(acked, { epoch, sequence: 0 });
    if (from <= acked.sequence + 1 && to > acked.sequence) {
      store(acked.sequence);
      acked.sequence = to;
    }
    this.#answer(this.sendAck());
  }

  /** A test may take the broker away while an answer is on its way. */
  #answer(sending: Promise<unknown>): void {
    sending.catch(() => {});
  }
}

/** What passes on the site's own broker. */
export class SiteObserver {
  readonly inbox = new Inbox<{ topic: string; payload: string }>();
  readonly client: MqttClient;

  private constructor(client: MqttClient) {
    this.client = client;
    client.on('message', (topic, payload) => this.inbox.put({ topic, payload: payload.toString() }));
  }

  static async connect(url: string): Promise<SiteObserver> {
    const client = await connectAsync(url, { clientId: 'observer', reconnectPeriod: 0 });
    const observer = new SiteObserver(client);
    await client.subscribeAsync('#', { qos: 1 });
    return observer;
  }

  say(topic: string, payload: object | string, retain = false): Promise<unknown> {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    return this.client.publishAsync(topic, text, { qos: 1, retain });
  }

  /** Every order that the lock was given so far, `UNLOCK` or `LOCK`. */
  get lockOrders(): string[] {
    return this.inbox.all
      .filter(({ topic }) => topic === 'zigbee2mqtt/lock/set')
      .map(({ payload }) => JSON.parse(payload).state);
  }

  takeLockOrder(state: 'LOCK' | 'UNLOCK', withinMs?: number) {
    return this.inbox.take(
      ({ topic, payload }) => topic === 'zigbee2mqtt/lock/set' && JSON.parse(payload).state === state,
      `${state} at the lock`,
      withinMs,
    );
  }
}

/** A whole site: both brokers, simulated hardware, the bridge, and the server's side of the wire. */
export class BridgeSite {
  readonly fixture = new SiteFixture();
  readonly time: MovableTime;
  readonly server: TestServer;
  readonly folder = mkdtempSync(join(tmpdir(), 'mitoyen-bridge-'));
  readonly logs = new Inbox<{ level: string; message: string }>();
  networkBroker!: TestBroker;
  siteBroker!: TestBroker;
  hardware!: SimulatedSite;
  observer!: SiteObserver;
  bridge!: Bridge;

  constructor(at: string) {
    this.time = new MovableTime(at);
    this.server = new TestServer(this.fixture, this.time);
  }

  /** Up to the point where the bridge has its configuration and the snapshot of these grants, and its clock is trusted. */
  static async start(
    grants: (fixture: SiteFixture) => readonly Grant[],
    options: { at?: string; config?: Partial<SiteConfig>; snapshot?: Partial<GrantSet> } = {},
  ): Promise<BridgeSite> {
    const site = new BridgeSite(options.at ?? NINE);
    await site.startBrokers();
    await site.server.sendConfig(site.fixture.config(options.config));
    await site.server.sendSnapshot(site.fixture.snapshot(grants(site.fixture), options.snapshot));
    await site.startBridge();
    return site;
  }

  async startBrokers(): Promise<void> {
    this.networkBroker = await startBroker();
    this.siteBroker = await startBroker();
    await this.server.connect(this.networkBroker.url);
    this.observer = await SiteObserver.connect(this.siteBroker.url);
    this.hardware = await createSimulatedSite({
      config: {
        siteId: SITE,
        siteSlug: 'annot',
        doors: [{ id: DOOR, name: 'Entrée', readerAddress: 'reader', lockAddress: 'lock', contactAddress: 'contact' }],
        motionAddress: 'pir',
        counterAddress: 'counter',
      },
      mqttUrl: this.siteBroker.url,
      clock: this.time,
      random: seededRandom(1),
    });
  }

  get bridgeConfig(): BridgeConfig {
    return parseConfig(this.fixture.file(this.networkBroker.url, this.siteBroker.url));
  }

  makeBridge(): Bridge {
    return createBridge({
      config: this.bridgeConfig,
      databasePath: join(this.folder, 'bridge.sqlite'),
      clock: this.time,
      random: randomBytes,
      log: createLog((line) => this.logs.put(JSON.parse(line)), 'debug'),
      softwareVersion: '0.0.0-test',
    });
  }

  /** Starts the bridge and waits until it has said that it is online with grants, on both brokers. */
  async startBridge(): Promise<void> {
    this.bridge = this.makeBridge();
    const siteReady = new Promise((resolve) => this.bridge.bus.once('siteReady', () => resolve(undefined)));
    await this.bridge.start();
    const isLooking = this.logs.take(({ message }) => message === 'looking at what is on the site broker');
    await Promise.all([siteReady, isLooking, this.online()]);
  }

  online() {
    const { bootId } = this.bridge;
    return this.server.take(
      'status',
      (status) =>
        status.bootId === bootId &&
        status.state === 'online' &&
        status.grants !== null &&
        status.configRevision !== null &&
        (status.clockTrust === 'trusted' || !this.server.beacons),
    );
  }

  /** Stops the bridge and starts it again on the same disk; what is said of the boot before is forgotten. */
  async restartBridge(): Promise<void> {
    await this.stopBridge();
    await this.startBridge();
  }

  async stopBridge(): Promise<void> {
    await this.bridge?.stop();
    this.bridge = undefined as unknown as Bridge;
  }

  /** Takes the network's broker away, and waits until the bridge knows it. */
  async loseNetwork(): Promise<void> {
    const lost = new Promise((resolve) => this.bridge.bus.once('uplinkLost', () => resolve(undefined)));
    await this.server.disconnect();
    await this.networkBroker.stop();
    await lost;
  }

  /** The network's broker comes back, without anything that it had retained, and the bridge finds it. */
  async regainNetwork(): Promise<void> {
    this.networkBroker = await startBroker(this.networkBroker.port);
    await this.server.connect(this.networkBroker.url);
    const ready = new Promise((resolve) => this.bridge.bus.once('uplinkReady', () => resolve(undefined)));
    // The longest wait between two attempts.
    this.time.advance(60_000);
    await ready;
  }

  async stop(): Promise<void> {
    await this.stopBridge();
    await this.hardware?.stop();
    await this.observer?.client.endAsync(true);
    await this.server.disconnect();
    await this.networkBroker?.stop();
    await this.siteBroker?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
