import type { LockState, SiteConfig } from '@mitoyen/protocol';
import type { BridgeConfig } from '../config.ts';
import type { BridgeBus, Part } from '../events.ts';
import type { SiteLink } from './site-link.ts';
import { BRIDGE_STATUS_TOPIC, doorContactTopic, doorLockTopic, sensorTopic } from './site-topics.ts';

const PREFIX = 'homeassistant';

/** Nothing of ours has another form; the site's own id, for two bridges may share one Home Assistant. */
const objectOf = (siteId: string, thing: string): string => `mitoyen_${siteId}_${thing}`;

/** Whether a topic is one of those where this site's bridge announces its doors. */
export const isOwnAnnouncement = (siteId: string, topic: string): boolean =>
  topic.startsWith(`${PREFIX}/`) && topic.split('/')[2]?.startsWith(objectOf(siteId, '')) === true;

const LOCK_PAYLOADS: Readonly<Record<LockState, string>> = {
  locked: 'LOCKED',
  unlocked: 'UNLOCKED',
  not_fully_locked: 'JAMMED',
  jammed: 'JAMMED',
  silent: 'UNKNOWN',
  unreported: 'UNKNOWN',
};

interface Announcement {
  readonly payload: string;
  readonly stateTopic: string;
}

/**
 * Shows the site's doors, motion and counts to a Home Assistant on the site's broker: states only. A lock there would be a button that
 * opens, outside of every grant and of the journal's "who"; so a door's lock is announced as a `binary_sensor` of the class `lock`
 * (docs/adr/0021).
 */
export class Announcements implements Part {
  readonly #siteId: string;
  readonly #siteName: string;
  readonly #bus: BridgeBus;
  readonly #link: SiteLink;
  /** By topic; null before the first configuration. */
  #announced: ReadonlyMap<string, Announcement> | null = null;
  readonly #states = new Map<string, string>();

  constructor(config: BridgeConfig, bus: BridgeBus, link: SiteLink) {
    this.#siteId = config.siteId;
    this.#siteName = config.name;
    this.#bus = bus;
    this.#link = link;
    this.#bus.on('configChanged', (site) => this.#announce(site));
  }

  start(): void {
    this.#bus.on('siteReady', () => this.#sayAll());
    this.#bus.on('ownAnnouncement', (topic) => {
      // Of a door that was taken away while the bridge was not there.
      if (this.#announced?.has(topic) === false) this.#link.publishState(topic, '');
    });
    this.#bus.on('lockState', (doorId, state) => this.#say(doorLockTopic(doorId), LOCK_PAYLOADS[state]));
    this.#bus.on('contactState', (doorId, isClosed) =>
      this.#say(doorContactTopic(doorId), isClosed ? 'CLOSED' : 'OPEN'),
    );
    this.#bus.on('report', ({ id }, report) => {
      if (report.type !== 'reading') return;
      if (report.kind === 'motion') this.#say(sensorTopic(id, 'motion'), report.value > 0 ? 'ON' : 'OFF');
      if (report.kind === 'people') this.#say(sensorTopic(id, 'people'), String(report.value));
    });
  }

  stop(): void {}

  #say(topic: string, payload: string): void {
    if (this.#states.get(topic) === payload) return;
    this.#states.set(topic, payload);
    this.#link.publishState(topic, payload);
  }

  #sayAll(): void {
    for (const [topic, { payload }] of this.#announced ?? []) this.#link.publishState(topic, payload);
    for (const [topic, payload] of this.#states) this.#link.publishState(topic, payload);
  }

  #announce({ doors, devices }: SiteConfig): void {
    const before = this.#announced ?? new Map<string, Announcement>();
    const announced = new Map<string, Announcement>();
    const entity = (
      component: string,
      thing: string,
      of: { id: string; name: string },
      fields: { state_topic: string } & Record<string, string>,
    ) => {
      const uniqueId = objectOf(this.#siteId, thing);
      const payload = JSON.stringify({
        unique_id: uniqueId,
        availability_topic: BRIDGE_STATUS_TOPIC,
        ...fields,
        device: {
          identifiers: [objectOf(this.#siteId, of.id)],
          name: `${this.#siteName} · ${of.name}`,
          manufacturer: 'Mitoyen',
        },
      });
      announced.set(`${PREFIX}/${component}/${uniqueId}/config`, { payload, stateTopic: fields.state_topic });
    };
    for (const door of doors) {
      const here = devices.filter(({ doorId }) => doorId === door.id).map(({ kind }) => kind);
      if (here.includes('lock')) {
        // In the class `lock`, on is unlocked. A jammed lock holds nothing; none of these is "None", which Home Assistant shows as unknown.
        entity('binary_sensor', `${door.id}_lock`, door, {
          device_class: 'lock',
          state_topic: doorLockTopic(door.id),
          value_template: "{{ {'LOCKED': 'LOCKED', 'UNLOCKED': 'UNLOCKED', 'JAMMED': 'UNLOCKED'}.get(value) }}",
          payload_on: 'UNLOCKED',
          payload_off: 'LOCKED',
        });
      }
      if (here.includes('contact')) {
        entity('binary_sensor', `${door.id}_contact`, door, {
          device_class: 'door',
          state_topic: doorContactTopic(door.id),
          payload_on: 'OPEN',
          payload_off: 'CLOSED',
        });
      }
    }
    for (const { id, kind, name, address } of devices) {
      const of = { id, name: name ?? address };
      if (kind === 'motion') {
        entity('binary_sensor', `${id}_motion`, of, {
          device_class: 'occupancy',
          state_topic: sensorTopic(id, 'motion'),
          payload_on: 'ON',
          payload_off: 'OFF',
        });
      }
      if (kind === 'people_counter') {
        entity('sensor', `${id}_people`, of, {
          icon: 'mdi:account-multiple',
          state_class: 'measurement',
          state_topic: sensorTopic(id, 'people'),
        });
      }
    }
    this.#announced = announced;
    for (const [topic, { stateTopic }] of before) {
      if (announced.has(topic)) continue;
      this.#link.publishState(topic, '');
      this.#link.publishState(stateTopic, '');
      this.#states.delete(stateTopic);
    }
    for (const [topic, { payload }] of announced) {
      if (before.get(topic)?.payload !== payload) this.#link.publishState(topic, payload);
    }
  }
}
