import type { AccessDecision, CredentialKind } from '@mitoyen/domain';
import type { DeviceConfig, SiteConfig } from '@mitoyen/protocol';
import { connect, type MqttClient } from 'mqtt';
import type { BridgeConfig } from '../config.ts';
import type { BridgeBus, Part } from '../events.ts';
import type { Log } from '../log.ts';
import { sendAtOnce } from '../send-at-once.ts';
import type { Codec, SiteMessage } from './codec.ts';
import { deviceProblem } from './problems.ts';
import { CODECS } from './registry.ts';
import { BRIDGE_STATUS_TOPIC, type DoorDisplay, doorDisplayTopic } from './site-topics.ts';

const RECONNECT_MS = 1_000;

/** No device that is read here says more at once. */
const MAX_PAYLOAD_BYTES = 64 * 1024;

/** CONNACK of MQTT 3.1.1 (3.2.2.3): bad user name or password, not authorised; 5.0: 134, 135. */
const REFUSALS: ReadonlySet<unknown> = new Set([4, 5, 134, 135]);

interface Listener {
  readonly device: DeviceConfig;
  readonly codec: Codec;
}

/** The site's own broker: hears the devices that were adopted, speaks to the locks. */
export class SiteLink implements Part {
  readonly #config: BridgeConfig;
  readonly #mqttUrl: () => string;
  readonly #bus: BridgeBus;
  readonly #log: Log;
  #client: MqttClient | undefined;
  /** Devices that can be used, by id. */
  #usable = new Map<string, Listener>();
  /** Several devices may speak on one topic: the readers of a site, the relays of a box. */
  #listeners = new Map<string, Listener[]>();

  /** @param mqttUrl known only once an embedded broker listens. */
  constructor(config: BridgeConfig, mqttUrl: () => string, bus: BridgeBus, log: Log) {
    this.#config = config;
    this.#mqttUrl = mqttUrl;
    this.#bus = bus;
    this.#log = log;
    bus.on('configChanged', (site) => this.#listenTo(site));
    bus.on('decided', (doorId, kind, decision) => this.#display(doorId, kind, decision));
  }

  start(): void {
    const { username, password } = this.#config.site;
    const client = connect(this.#mqttUrl(), {
      clientId: `mitoyen-bridge-${this.#config.bridgeId}`,
      username,
      password,
      clean: true,
      keepalive: 30,
      connectTimeout: 5_000,
      reconnectPeriod: RECONNECT_MS,
      // Nothing waits for a lost broker to come back: an unlock that is late opens the door for the wrong person.
      queueQoSZero: false,
      resubscribe: false,
      will: { topic: BRIDGE_STATUS_TOPIC, payload: Buffer.from('offline'), qos: 0, retain: true },
    });
    this.#client = client;
    client.on('connect', () => {
      sendAtOnce(client);
      this.#log.info('site broker reached');
      this.publishState(BRIDGE_STATUS_TOPIC, 'online');
      this.#subscribe();
    });
    client.on('close', () => {
      this.#log.debug('site broker not reached');
      if (client === this.#client) this.#bus.emit('siteLost', 'unreachable');
    });
    client.on('error', (error) => {
      this.#log.warn('site broker refuses', { error: error.message });
      if (REFUSALS.has((error as { code?: unknown }).code)) this.#bus.emit('siteLost', 'refuses');
    });
    client.on('message', (topic, payload, packet) => this.#hear(topic, payload, packet.retain));
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return;
    // A clean goodbye keeps the broker from publishing the will.
    if (client.connected) {
      await client.publishAsync(BRIDGE_STATUS_TOPIC, 'offline', { qos: 0, retain: true }).catch(() => {});
    }
    await client.endAsync(true);
  }

  get isConnected(): boolean {
    return this.#client?.connected === true;
  }

  /** The dialect of a device; undefined where it is not known, or its settings are wrong. */
  codecOf(device: DeviceConfig): Codec | undefined {
    return this.#usable.get(device.id)?.codec;
  }

  /** Tells a device something; false where nothing can be said now, or there is nothing to say. Never queues. */
  say(device: DeviceConfig, choose: (codec: Codec) => readonly SiteMessage[]): boolean {
    const codec = this.codecOf(device);
    if (codec === undefined || !this.isConnected) return false;
    const messages = choose(codec);
    for (const { topic, payload } of messages) this.#client?.publish(topic, payload, { qos: 0 });
    return messages.length > 0;
  }

  /** Puts a state of our own on the broker, retained; an empty one takes it away. Nothing while there is no broker. */
  publishState(topic: string, payload: string): void {
    if (this.isConnected) this.#client?.publish(topic, payload, { qos: 0, retain: true });
  }

  #display(doorId: string, kind: CredentialKind, decision: AccessDecision): void {
    if (!this.isConnected) return;
    const shown: DoorDisplay = {
      kind,
      granted: decision.granted,
      reason: decision.reason,
      ...(decision.granted || decision.at === undefined ? {} : { at: decision.at }),
    };
    this.#client?.publish(doorDisplayTopic(doorId), JSON.stringify(shown), { qos: 0 });
  }

  #listenTo(site: SiteConfig): void {
    const before = [...this.#listeners.keys()];
    this.#usable = new Map();
    this.#listeners = new Map();
    for (const device of site.devices) {
      const codec = CODECS.get(device.codec);
      if (codec === undefined || deviceProblem(device) !== null) continue;
      const listener = { device, codec };
      this.#usable.set(device.id, listener);
      for (const topic of codec.topics(device)) {
        const others = this.#listeners.get(topic);
        if (others === undefined) this.#listeners.set(topic, [listener]);
        else others.push(listener);
      }
    }
    const gone = before.filter((topic) => !this.#listeners.has(topic));
    if (!this.isConnected) return;
    if (gone.length > 0) this.#client?.unsubscribe(gone);
    this.#subscribe();
  }

  /** Topic by topic, without wildcards: overlapping filters may deliver a message twice (MQTT 3.1.1, 3.3.5), and so a badge. */
  #subscribe(): void {
    const topics = [...this.#listeners.keys()];
    if (topics.length === 0) {
      this.#bus.emit('siteReady');
      return;
    }
    this.#client?.subscribe(topics, { qos: 1 }, (error) => {
      // One topic that its access list keeps from us must not silence the others.
      if (error) this.#log.warn('site broker refuses a subscription', { error: error.message });
      if (this.isConnected) this.#bus.emit('siteReady');
    });
  }

  #hear(topic: string, payload: Buffer, isRetained: boolean): void {
    if (payload.byteLength > MAX_PAYLOAD_BYTES) return;
    const heard = { topic, text: payload.toString('utf8'), isRetained };
    for (const { device, codec } of this.#listeners.get(topic) ?? []) {
      for (const report of codec.decode(device, heard)) {
        if (report.type === 'retained_order') this.#client?.publish(report.topic, '', { qos: 1, retain: true });
        this.#bus.emit('report', device, report);
      }
    }
  }
}
