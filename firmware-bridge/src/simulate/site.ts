import { connectAsync, type MqttClient } from 'mqtt';
import type { Cancel, TimeSource } from '../clock/time-source.ts';
import { type DoorDisplay, doorDisplayTopic } from '../devices/site-topics.ts';
import { DIALECTS, type Dialect, type DialectName, type SaidOnSite } from './dialects.ts';

/** One door of a simulated site: the addresses of its three devices, as their make writes them. */
export interface SimulatedDoorConfig {
  readonly id: string;
  readonly name: string;
  readonly readerAddress: string;
  readonly lockAddress: string;
  readonly contactAddress: string;
  /** Of its hardware; left out: Zigbee2MQTT. */
  readonly dialect?: DialectName;
}

export interface SimulatedSiteConfig {
  readonly siteId: string;
  readonly siteSlug: string;
  readonly doors: readonly SimulatedDoorConfig[];
  readonly motionAddress: string;
  readonly counterAddress: string;
}

export interface SimulatedDoorState {
  readonly id: string;
  readonly name: string;
  readonly lock: 'locked' | 'unlocked';
  readonly contact: 'closed' | 'open';
  readonly lastOutcome: PresentationOutcome | null;
}

export interface SimulatedSiteState {
  readonly siteId: string;
  readonly siteSlug: string;
  readonly doors: readonly SimulatedDoorState[];
  readonly people: number;
  readonly motion: boolean;
}

/** What somebody at the door sees. `detail.at` (ISO 8601): when it will open, when it ended, when PINs are taken again. */
export interface PresentationOutcome {
  readonly outcome: 'opened' | 'refused' | 'no_answer';
  readonly reason?: string;
  readonly detail?: { readonly at: string };
  readonly tookMs: number;
}

export type Presented =
  | { readonly kind: 'badge'; readonly uid: string }
  | { readonly kind: 'pin'; readonly pin: string };

/** The hardware of one site, on the site's broker. */
export interface SimulatedSite {
  readonly config: SimulatedSiteConfig;
  describe(): SimulatedSiteState;
  /** Holds a badge against the reader or types a PIN, and waits (3 s) for the door to open or to refuse. */
  present(doorId: string, presented: Presented): Promise<PresentationOutcome>;
  /** Somebody passes: the door opens and closes, motion behind it, one more person. */
  walk(doorId: string): Promise<void>;
  stop(): Promise<void>;
}

const BASE = 'zigbee2mqtt';
const ANSWER_WITHIN_MS = 3_000;

/** A PIR keeps reporting occupancy for this long (Zigbee2MQTT's default `occupancy_timeout` is 90 s). */
const MOTION_HOLDS_MS = 90_000;

/** A door with a closer takes about this long to fall shut behind somebody. */
const DOOR_OPEN_MS = 2_500;

/** esp-rfid says this often that it is there (README-MQTT.md). */
const HEARTBEAT_MS = 180_000;

/** Background life: somebody moves every few minutes. */
const LEAST_QUIET_MS = 60_000;
const MOST_QUIET_MS = 6 * 60_000;

interface DoorHardware {
  readonly config: SimulatedDoorConfig;
  readonly dialect: Dialect;
  lock: 'locked' | 'unlocked';
  isClosed: boolean;
  battery: number;
  presentations: number;
  relock: Cancel;
  lastOutcome: PresentationOutcome | null;
  /** Whoever stands at the door now. */
  waiter: ((seen: DoorDisplay | 'unlocked') => void) | null;
  /** Presentations at one door queue up, as people do. */
  queue: Promise<unknown>;
}

/** Connects the simulated hardware to its site's broker. Resolves once every device has announced itself. */
export async function createSimulatedSite(options: {
  config: SimulatedSiteConfig;
  mqttUrl: string;
  clock: TimeSource;
  random: () => number;
}): Promise<SimulatedSite> {
  const { config, mqttUrl, clock, random } = options;
  const client: MqttClient = await connectAsync(mqttUrl, {
    clientId: `zigbee2mqtt-${config.siteSlug}`,
    keepalive: 30,
    reconnectPeriod: 1_000,
  });
  const doors = new Map<string, DoorHardware>();
  for (const door of config.doors) {
    doors.set(door.id, {
      config: door,
      dialect: DIALECTS[door.dialect ?? 'zigbee2mqtt'],
      lock: 'locked',
      isClosed: true,
      battery: 70 + Math.floor(random() * 30),
      presentations: Math.floor(random() * 256),
      relock: () => {},
      lastOutcome: null,
      waiter: null,
      queue: Promise.resolve(),
    });
  }
  let people = 0;
  let isMotion = false;
  let cancelMotion: Cancel = () => {};
  let cancelLife: Cancel = () => {};
  let cancelBeat: Cancel = () => {};
  const closings = new Map<string, Cancel>();

  const say = (messages: readonly SaidOnSite[]) => {
    for (const { topic, payload, isRetained = false } of messages)
      client.publish(topic, payload, { retain: isRetained });
  };
  const sayZigbee = (address: string, payload: object) =>
    say([{ topic: `${BASE}/${address}`, payload: JSON.stringify({ ...payload, linkquality: linkQuality() }) }]);
  const linkQuality = () => 60 + Math.floor(random() * 120);
  const sayLock = (door: DoorHardware) => say(door.dialect.lock(door.config, door.lock, door.battery));
  const sayContact = (door: DoorHardware) => say(door.dialect.contact(door.config, door.isClosed));
  const sayMotion = () => sayZigbee(config.motionAddress, { occupancy: isMotion, battery: 84 });
  const sayPeople = () => sayZigbee(config.counterAddress, { people });

  function announce(): void {
    client.publish(`${BASE}/bridge/state`, JSON.stringify({ state: 'online' }), { retain: true });
    client.publish(`${BASE}/bridge/devices`, JSON.stringify(describeDevices(config)), { retain: true });
    for (const address of [config.motionAddress, config.counterAddress]) {
      client.publish(`${BASE}/${address}/availability`, JSON.stringify({ state: 'online' }), { retain: true });
    }
    for (const door of doors.values()) {
      say(door.dialect.announce(door.config));
      sayLock(door);
      sayContact(door);
    }
    sayMotion();
    sayPeople();
  }

  function move(): void {
    isMotion = true;
    sayMotion();
    cancelMotion();
    cancelMotion = clock.after(MOTION_HOLDS_MS, () => {
      isMotion = false;
      sayMotion();
    });
  }

  function live(): void {
    cancelLife = clock.after(LEAST_QUIET_MS + random() * (MOST_QUIET_MS - LEAST_QUIET_MS), () => {
      // Nobody moves in an empty place; those inside leave one after the other.
      if (people > 0) {
        move();
        if (random() < 0.15) {
          people--;
          sayPeople();
        }
      }
      live();
    });
  }

  function beat(): void {
    cancelBeat = clock.after(HEARTBEAT_MS, () => {
      for (const { config, dialect } of doors.values()) say(dialect.beat(config));
      beat();
    });
  }

  function turn(door: DoorHardware, lock: DoorHardware['lock']): void {
    door.relock();
    door.lock = lock;
    sayLock(door);
    if (lock === 'unlocked') door.waiter?.('unlocked');
  }

  function hear(door: DoorHardware, topic: string, text: string): void {
    const { order, answer = [] } = door.dialect.hear(door.config, topic, text, door.lock);
    say(answer);
    if (order === null) return;
    if (order.to === 'report') {
      sayLock(door);
      return;
    }
    turn(door, order.to === 'unlock' ? 'unlocked' : 'locked');
    if (order.to === 'unlock' && order.relockAfterMs !== undefined) {
      door.relock = clock.after(order.relockAfterMs, () => turn(door, 'locked'));
    }
  }

  client.on('message', (topic, payload) => {
    // An order that was retained is taken off the broker with an empty message.
    if (payload.length === 0) return;
    const text = payload.toString();
    for (const door of doors.values()) {
      if (door.dialect.topics(door.config).includes(topic)) hear(door, topic, text);
      if (topic === doorDisplayTopic(door.config.id)) door.waiter?.(JSON.parse(text) as DoorDisplay);
    }
  });
  await client.subscribeAsync(
    [...doors.values()].flatMap(({ config, dialect }) => [...dialect.topics(config), doorDisplayTopic(config.id)]),
    { qos: 1 },
  );
  client.on('connect', announce);
  announce();
  live();
  beat();

  async function presentNow(door: DoorHardware, presented: Presented): Promise<PresentationOutcome> {
    const startedAt = clock.monotonicMs();
    door.presentations++;
    const { promise, resolve } = Promise.withResolvers<DoorDisplay | 'unlocked' | null>();
    const cancel = clock.after(ANSWER_WITHIN_MS, () => resolve(null));
    // A grant is seen at the lock, a refusal at the display.
    door.waiter = (seen) => {
      if (seen === 'unlocked' || !seen.granted) resolve(seen);
    };
    say(door.dialect.present(door.config, presented, door.presentations));
    const seen = await promise;
    cancel();
    door.waiter = null;
    const outcome = outcomeOf(seen, Math.round((clock.monotonicMs() - startedAt) * 10) / 10);
    door.lastOutcome = outcome;
    return outcome;
  }

  const doorOf = (doorId: string): DoorHardware => {
    const door = doors.get(doorId);
    if (door === undefined) throw new Error(`There is no door ${doorId} in ${config.siteSlug}.`);
    return door;
  };

  return {
    config,
    describe: () => ({
      siteId: config.siteId,
      siteSlug: config.siteSlug,
      doors: [...doors.values()].map((door) => ({
        id: door.config.id,
        name: door.config.name,
        lock: door.lock,
        contact: door.isClosed ? 'closed' : 'open',
        lastOutcome: door.lastOutcome,
      })),
      people,
      motion: isMotion,
    }),
    present(doorId, presented) {
      const door = doorOf(doorId);
      const outcome = door.queue.then(() => presentNow(door, presented));
      door.queue = outcome;
      return outcome;
    },
    async walk(doorId) {
      const door = doorOf(doorId);
      door.isClosed = false;
      sayContact(door);
      move();
      people++;
      sayPeople();
      closings.get(doorId)?.();
      const close = () => {
        door.isClosed = true;
        sayContact(door);
      };
      closings.set(doorId, clock.after(DOOR_OPEN_MS, close));
    },
    async stop() {
      cancelLife();
      cancelBeat();
      cancelMotion();
      for (const cancel of closings.values()) cancel();
      for (const { relock } of doors.values()) relock();
      await client.endAsync(true);
    },
  };
}

function outcomeOf(seen: DoorDisplay | 'unlocked' | null, tookMs: number): PresentationOutcome {
  if (seen === null) return { outcome: 'no_answer', tookMs };
  if (seen === 'unlocked') return { outcome: 'opened', tookMs };
  const detail = seen.at === undefined ? {} : { detail: { at: new Date(seen.at).toISOString() } };
  return { outcome: 'refused', reason: seen.reason, ...detail, tookMs };
}

const isZigbee = ({ dialect = 'zigbee2mqtt' }: SimulatedDoorConfig): boolean => dialect === 'zigbee2mqtt';

/** As `zigbee2mqtt/bridge/devices` lists them, with the fields that adoption reads. */
function describeDevices(config: SimulatedSiteConfig): object[] {
  const device = (friendlyName: string, model: string, vendor: string, description: string, exposes: object[]) => ({
    ieee_address: `0x${Buffer.from(friendlyName).toString('hex').slice(0, 16).padEnd(16, '0')}`,
    type: 'EndDevice',
    friendly_name: friendlyName,
    supported: true,
    interview_state: 'SUCCESSFUL',
    definition: { model, vendor, description, exposes: exposes },
  });
  const numeric = (property: string) => ({ type: 'numeric', property });
  const binary = (property: string) => ({ type: 'binary', property });
  const keypad = ['action_code', 'action_transaction'].map((property) => ({ type: 'text', property }));
  const lock = { type: 'lock', features: [binary('state')] };
  return [
    ...config.doors
      .filter(isZigbee)
      .flatMap((door) => [
        device(door.readerAddress, 'KEPZB-110', 'Frient', 'Keypad', keypad),
        device(door.lockAddress, 'YRD426NRSC', 'Yale', 'Assure lock', [lock, numeric('battery')]),
        device(door.contactAddress, 'SNZB-04', 'SONOFF', 'Contact sensor', [binary('contact'), numeric('battery')]),
      ]),
    device(config.motionAddress, 'SNZB-03', 'SONOFF', 'Motion sensor', [binary('occupancy'), numeric('battery')]),
    device(config.counterAddress, 'PTVO-COUNTER', 'Custom devices (DiY)', 'People counter', [numeric('people')]),
  ];
}
