import type { AccessDecision, CredentialKind } from '@mitoyen/domain';
import type { DeviceConfig, SiteConfig } from '@mitoyen/protocol';
import { connect, type MqttClient } from 'mqtt';
import type { BridgeConfig } from '../config.ts';
import type { BridgeBus, Part } from '../events.ts';
import type { Log } from '../log.ts';
import { sendAtOnce } from '../send-at-once.ts';
import type { Codec, SiteMessage } from './codec.ts';
import { zigbee2mqtt } from './zigbee2mqtt.ts';

const CODECS: ReadonlyMap<string, Codec> = new Map([[zigbee2mqtt.name, zigbee2mqtt]]);

const RECONNECT_MS = 1_000;

/** Where a display beside the door reads what became of a credential. Site broker only; says nothing about the holder. */
export const doorDisplayTopic = (doorId: string): string => `mitoyen/doors/${doorId}/decision`;

/** Payload of `doorDisplayTopic`. `at`: when it will open (`not_yet`), when it ended (`ended`), when PINs are taken again. */
export interface DoorDisplay {
  readonly kind: CredentialKind;
  readonly granted: boolean;
  readonly reason: AccessDecision['reason'];
  readonly at?: number;
}

/** The site's own broker: hears the devices, speaks to the locks. */
export class SiteLink implements Part {
  readonly #config: BridgeConfig;
  readonly #mqttUrl: () => string;
  readonly #bus: BridgeBus;
  readonly #log: Log;
  #client: MqttClient | undefined;
  #devices = new Map<string, { device: DeviceConfig; codec: Codec }>();

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
    });
    this.#client = client;
    client.on('connect', () => {
      sendAtOnce(client);
      this.#log.info('site broker reached');
      this.#subscribe();
    });
    client.on('close', () => this.#log.debug('site broker not reached'));
    client.on('error', (error) => this.#log.warn('site broker refuses', { error: error.message }));
    client.on('message', (topic, payload, packet) => this.#hear(topic, payload, packet.retain));
  }

  async stop(): Promise<void> {
    await this.#client?.endAsync(true);
    this.#client = undefined;
  }

  get isConnected(): boolean {
    return this.#client?.connected === true;
  }

  /** Tells a device something, or returns false where nothing can be said now. Never queues. */
  say(device: DeviceConfig, choose: (codec: Codec) => SiteMessage | SiteMessage[]): boolean {
    const codec = CODECS.get(device.codec);
    if (codec === undefined || !this.isConnected) return false;
    for (const message of [choose(codec)].flat()) this.#client?.publish(message.topic, message.payload, { qos: 0 });
    return true;
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
    const before = [...this.#devices.keys()];
    this.#devices = new Map();
    for (const device of site.devices) {
      const codec = CODECS.get(device.codec);
      if (codec === undefined) continue;
      for (const topic of codec.topics(device.address)) this.#devices.set(topic, { device, codec });
    }
    const gone = before.filter((topic) => !this.#devices.has(topic));
    if (!this.isConnected) return;
    if (gone.length > 0) this.#client?.unsubscribe(gone);
    this.#subscribe();
  }

  #subscribe(): void {
    const topics = [...this.#devices.keys()];
    if (topics.length === 0) return;
    this.#client?.subscribe(topics, { qos: 1 }, (error) => {
      if (error) this.#log.warn('site broker refuses a subscription', { error: error.message });
      else this.#bus.emit('siteReady');
    });
  }

  #hear(topic: string, payload: Uint8Array, isRetained: boolean): void {
    const known = this.#devices.get(topic);
    if (known === undefined) return;
    for (const report of known.codec.decode(known.device.address, topic, payload, isRetained)) {
      if (report.type === 'retained_order') this.#client?.publish(report.topic, '', { qos: 1, retain: true });
      this.#bus.emit('report', known.device, report);
    }
  }
}
