import type { Instant } from '@mitoyen/domain';
import { type MessageKind, parseTopic, type Status, topics } from '@mitoyen/protocol';
import { connect, type MqttClient } from 'mqtt';
import type { SiteTime } from '../clock/site-time.ts';
import type { Cancel, TimeSource } from '../clock/time-source.ts';
import type { BridgeConfig } from '../config.ts';
import type { Site } from '../doors/site.ts';
import type { BridgeBus, Part } from '../events.ts';
import type { Grants } from '../grants/grants.ts';
import type { Log } from '../log.ts';
import { sendAtOnce } from '../send-at-once.ts';
import type { Store } from '../store/store.ts';
import type { BridgeMessageKind, ServerMessages } from './server-messages.ts';

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/**
 * The connection to the network's broker. Sessions are clean and every connection is a new client, so that neither side keeps
 * a message for later: what must arrive is in the journal, what must not be late is never queued.
 */
export class Uplink implements Part {
  readonly #config: BridgeConfig;
  readonly #time: SiteTime;
  readonly #source: TimeSource;
  readonly #bus: BridgeBus;
  readonly #store: Store;
  readonly #messages: ServerMessages;
  readonly #grants: Grants;
  readonly #site: Site;
  readonly #log: Log;
  readonly #softwareVersion: string;
  readonly #newNonce: () => string;
  readonly #jitter: () => number;
  readonly #bootedAt: Instant;
  readonly #topics: ReturnType<typeof topics>;
  #client: MqttClient | undefined;
  #nonce = '';
  #isReady = false;
  #retryMs = FIRST_RETRY_MS;
  #cancelRetry: Cancel = () => {};
  #isStopped = false;

  constructor(parts: {
    config: BridgeConfig;
    time: SiteTime;
    source: TimeSource;
    bus: BridgeBus;
    store: Store;
    messages: ServerMessages;
    grants: Grants;
    site: Site;
    log: Log;
    softwareVersion: string;
    newNonce: () => string;
    /** A number in [0, 1), so that the bridges of a network do not all come back at once. */
    jitter: () => number;
  }) {
    this.#config = parts.config;
    this.#time = parts.time;
    this.#source = parts.source;
    this.#bus = parts.bus;
    this.#store = parts.store;
    this.#messages = parts.messages;
    this.#grants = parts.grants;
    this.#site = parts.site;
    this.#log = parts.log;
    this.#softwareVersion = parts.softwareVersion;
    this.#newNonce = parts.newNonce;
    this.#jitter = parts.jitter;
    this.#bootedAt = parts.time.now();
    this.#topics = topics(parts.config.networkId, parts.config.siteId);
  }

  start(): void {
    this.#messages.publishThrough((kind, payload) => this.#publish(kind, payload));
    for (const change of ['grantsChanged', 'configChanged', 'clockTrustChanged'] as const) {
      this.#bus.on(change, () => this.#sayStatus());
    }
    this.#connect();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelRetry();
    const client = this.#client;
    const wasReady = this.#isReady;
    this.#isReady = false;
    this.#client = undefined;
    if (client === undefined) return;
    if (wasReady) {
      // A clean goodbye keeps the broker from publishing the will: say it ourselves, and nothing after it.
      const payload = this.#messages.encode('status', this.#status('offline'));
      await client.publishAsync(this.#topics.status, payload, { qos: 1, retain: true }).catch(() => {});
    }
    await client.endAsync(true);
  }

  /** Nonce of the present connection's status and hello, which a beacon must repeat. */
  get nonce(): string {
    return this.#nonce;
  }

  #connect(): void {
    this.#nonce = this.#newNonce();
    const { mqttUrl, username, password } = this.#config.server;
    const client = connect(mqttUrl, {
      clientId: `mitoyen-bridge-${this.#config.bridgeId}`,
      username,
      password,
      clean: true,
      keepalive: 30,
      connectTimeout: 10_000,
      reconnectPeriod: 0,
      will: {
        topic: this.#topics.status,
        payload: Buffer.from(this.#messages.encode('status', this.#status('offline'))),
        qos: 1,
        retain: true,
      },
    });
    this.#client = client;
    client.on('connect', () => {
      sendAtOnce(client);
      void this.#greet(client);
    });
    client.on('error', (error) => this.#log.warn('the network broker refuses', { error: error.message }));
    client.on('message', (topic, payload, packet) => {
      const kind = parseTopic(topic)?.kind;
      if (client === this.#client && kind !== undefined) this.#hear(kind, payload, packet.retain);
    });
    client.once('close', () => this.#lose(client));
  }

  /** Subscribed before anything is said, so that the answer to `hello` cannot be missed. */
  async #greet(client: MqttClient): Promise<void> {
    const { grantsSnapshotAll, grantsDelta, commands, ack, time, config } = this.#topics;
    try {
      await client.subscribeAsync([grantsSnapshotAll, grantsDelta, commands, ack, config], { qos: 1 });
      await client.subscribeAsync(time, { qos: 0 });
    } catch (error) {
      this.#log.warn('the network broker refuses a subscription', { error: String(error) });
      client.end(true);
      return;
    }
    if (client !== this.#client) return;
    this.#isReady = true;
    this.#retryMs = FIRST_RETRY_MS;
    this.#log.info('network broker reached');
    this.#sayStatus();
    this.#messages.send('hello', {
      nonce: this.#nonce,
      at: this.#time.now(),
      clockTrust: this.#time.trust,
      grants: this.#grants.position,
      configRevision: this.#site.revision,
      events: this.#store.events.describe(),
      readings: this.#store.readings.describe(),
    });
    this.#bus.emit('uplinkReady');
  }

  #hear(kind: MessageKind, payload: Uint8Array, isRetained: boolean): void {
    this.#bus.emit('serverMessage', kind, payload, isRetained);
  }

  #lose(client: MqttClient): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    client.end(true);
    if (this.#isReady) {
      this.#isReady = false;
      this.#bus.emit('uplinkLost');
    }
    if (this.#isStopped) return;
    const delayMs = this.#retryMs * (0.5 + this.#jitter() / 2);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
    this.#log.info('network broker lost', { retryInMs: Math.round(delayMs) });
    this.#cancelRetry = this.#source.after(delayMs, () => this.#connect());
  }

  /** While connected only, and with the client's own store thrown away with the connection: nothing is sent late. */
  #publish(kind: BridgeMessageKind, payload: string): boolean {
    const client = this.#client;
    if (client === undefined || !this.#isReady || !client.connected) return false;
    client.publish(`${this.#topics.prefix}${kind}`, payload, { qos: 1, retain: kind === 'status' }, (error) => {
      if (error) this.#log.debug('a message was lost with its connection', { kind });
    });
    return true;
  }

  #sayStatus(): void {
    this.#messages.send('status', this.#status('online'));
  }

  #status(state: Status['state']) {
    return {
      state,
      softwareVersion: this.#softwareVersion,
      bootedAt: this.#bootedAt,
      at: this.#time.now(),
      clockTrust: this.#time.trust,
      grants: this.#grants.position,
      configRevision: this.#site.revision,
      nonce: this.#nonce,
    };
  }
}
