import {
  type DeviceKind,
  MAX_SEEN_DEVICES,
  type SeenDevice,
  type SiteConfig,
  type SiteProblem,
} from '@mitoyen/protocol';
import { connect, type MqttClient } from 'mqtt';
import type { SiteTime } from '../clock/site-time.ts';
import type { Cancel, TimeSource } from '../clock/time-source.ts';
import type { BridgeConfig } from '../config.ts';
import type { BridgeBus, Part } from '../events.ts';
import type { Log } from '../log.ts';
import type { Journal } from '../store/journal.ts';
import type { ServerMessages } from '../uplink/server-messages.ts';
import { isOwnAnnouncement } from './announcements.ts';
import { type DeviceReport, problem, type Sighting } from './codec.ts';
import { problemsOf } from './problems.ts';
import { CODECS } from './registry.ts';

const RECONNECT_MS = 5_000;

/** Zigbee2MQTT lists all its devices, with all that they can do, in one message. */
const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

/** A flood of strangers' messages must not stand before a badge: what is beyond this in one second is not looked at. */
const LOOKED_AT_A_SECOND = 2_000;

/** A change is told after this time, and with it whatever else has changed meanwhile. */
const TELL_AFTER_MS = 5_000;
const TELL_AT_MOST_EVERY_MS = 30_000;
/** Somebody has just changed the configuration, and waits to see whether it is right. */
const TELL_OF_CONFIG_AFTER_MS = 1_000;
/** As a sign of life: who was heard last, and when. */
const TELL_AT_LEAST_EVERY_MS = 3_600_000;

/** Counted with their quotes escaped once more, as in the envelope: together well under the 256 kB of a message. */
const DEVICES_BYTES = 160 * 1024;
const PROBLEMS_BYTES = 60 * 1024;

const HEARD_WITHIN_MS = 15 * 60_000;
const BROKER_BACK_WITHIN_MS = 60_000;

const MAX_HEARD = 2_000;
const MAX_EXAMPLES = 12;

type Known = Omit<SeenDevice, 'isAdopted' | 'example' | 'kinds'> & {
  readonly kinds: readonly string[];
  readonly example: ReadonlyMap<string, number | string>;
};

/**
 * What hardware is around, adopted or not, and what is wrong with how the site is set up. It listens with a connection of its own:
 * filters with wildcards would overlap with the topics of the adopted devices, and a badge would be heard twice.
 */
export class Seen implements Part {
  readonly #config: BridgeConfig;
  readonly #mqttUrl: () => string;
  readonly #time: SiteTime;
  readonly #source: TimeSource;
  readonly #bus: BridgeBus;
  readonly #journal: Journal;
  readonly #messages: ServerMessages;
  readonly #log: Log;
  readonly #known = new Map<string, Known>();
  readonly #heard = new Set<string>();
  #client: MqttClient | undefined;
  #site: SiteConfig | null = null;
  #problems: readonly SiteProblem[] = [];
  #brokerTrouble: SiteProblem | null = null;
  /** When an adopted device came to be expected to say something. */
  readonly #expected = new Map<string, number>();
  /** Something was forgotten for want of room. */
  #isCut = false;
  #budget = { second: 0, left: LOOKED_AT_A_SECOND };
  #toldAt = Number.NEGATIVE_INFINITY;
  #cancelTell: Cancel | undefined;
  #cancelRoutine: Cancel = () => {};
  #cancelSilence: Cancel = () => {};
  #cancelTrouble: Cancel | undefined;

  constructor(parts: {
    config: BridgeConfig;
    mqttUrl: () => string;
    time: SiteTime;
    source: TimeSource;
    bus: BridgeBus;
    journal: Journal;
    messages: ServerMessages;
    log: Log;
  }) {
    this.#config = parts.config;
    this.#mqttUrl = parts.mqttUrl;
    this.#time = parts.time;
    this.#source = parts.source;
    this.#bus = parts.bus;
    this.#journal = parts.journal;
    this.#messages = parts.messages;
    this.#log = parts.log;
    // The configuration on the disk is announced before the parts start.
    this.#bus.on('configChanged', (site) => this.#configure(site));
  }

  start(): void {
    this.#bus.on('report', (device) => this.#hear(`${device.codec} ${device.address}`));
    this.#bus.on('siteReady', () => this.#setTrouble(null));
    this.#bus.on('siteLost', (why) => this.#lose(why));
    this.#bus.on('uplinkReady', () => this.#tell());
    this.#bus.on('look', () => this.#tell());
    this.#tellRoutinely();
    this.#watch();
  }

  async stop(): Promise<void> {
    for (const cancel of [this.#cancelTell, this.#cancelRoutine, this.#cancelSilence, this.#cancelTrouble]) cancel?.();
    await this.#client?.endAsync(true);
    this.#client = undefined;
  }

  #watch(): void {
    const { username, password } = this.#config.site;
    const client = connect(this.#mqttUrl(), {
      clientId: `mitoyen-eyes-${this.#config.bridgeId}`,
      username,
      password,
      clean: true,
      keepalive: 60,
      connectTimeout: 5_000,
      reconnectPeriod: RECONNECT_MS,
      resubscribe: false,
    });
    this.#client = client;
    const filters = [...CODECS.values()].flatMap(({ discovery }) => discovery.filters);
    client.on('connect', () => {
      client.subscribe(filters, { qos: 0 }, (error) => {
        if (error) this.#log.warn('site broker lets nobody look at it', { error: error.message });
        else this.#log.debug('looking at what is on the site broker');
      });
    });
    // The link to the site's broker says what is wrong with it.
    client.on('error', (error) => this.#log.debug('site broker refuses to be looked at', { error: error.message }));
    client.on('message', (topic, payload, packet) => {
      if (payload.byteLength <= MAX_PAYLOAD_BYTES && this.#isWithinBudget()) {
        this.#see(topic, payload.toString('utf8'), packet.retain);
      }
    });
  }

  #isWithinBudget(): boolean {
    const second = Math.floor(this.#source.monotonicMs() / 1_000);
    if (this.#budget.second !== second) this.#budget = { second, left: LOOKED_AT_A_SECOND };
    this.#budget.left--;
    return this.#budget.left >= 0;
  }

  #see(topic: string, text: string, isRetained: boolean): void {
    if (isOwnAnnouncement(this.#config.siteId, topic)) {
      if (text !== '') this.#bus.emit('ownAnnouncement', topic);
      return;
    }
    for (const { name, discovery } of CODECS.values()) {
      if (!discovery.filters.some((filter) => isWithin(filter, topic))) continue;
      for (const sighting of discovery.see({ topic, text, isRetained })) this.#note(name, sighting);
    }
  }

  #note(codec: string, sighting: Sighting): void {
    const key = `${codec} ${sighting.address}`;
    if (sighting.isGone === true) {
      this.#forget(key);
      return;
    }
    if (sighting.address === '' || sighting.address.length > 200) return;
    this.#hear(key);
    const before = this.#known.get(key);
    const now = this.#time.now();
    const { reports = [], kinds, problem: wrong, ...about } = sighting;
    // An announcement that was put right takes its problem with it, and one that went wrong its settings.
    const { problem: _, config, ...inherited } = before ?? {};
    const known: Known = {
      codec,
      firstSeenAt: now,
      ...inherited,
      ...(config === undefined || wrong !== undefined ? {} : { config }),
      ...Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined)),
      address: sighting.address,
      kinds: kinds ?? union(before?.kinds ?? [], kindsOf(reports)),
      example: exampleOf(before?.example, reports),
      lastSeenAt: now,
      ...(wrong === undefined ? {} : { problem: wrong }),
    };
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > MAX_SEEN_DEVICES) this.#forgetOldest();
    const isChanged = before === undefined || contentOf(before) !== contentOf(known);
    if (isChanged) this.#tellSoon();
  }

  #forget(key: string): void {
    const gone = key.endsWith('#')
      ? [...this.#known.keys()].filter((one) => one.startsWith(key))
      : this.#known.has(key)
        ? [key]
        : [];
    for (const one of gone) this.#known.delete(one);
    if (gone.length > 0) this.#tellSoon();
  }

  /** Kept in the order in which they were last heard; what was adopted stays. */
  #forgetOldest(): void {
    const adopted = this.#adopted();
    const oldest = [...this.#known.keys()].find((key) => !adopted.has(key)) ?? this.#known.keys().next().value;
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#isCut = true;
  }

  /** Of strangers only so many are remembered; of adopted devices all. */
  #hear(key: string): void {
    if (this.#heard.has(key) || (this.#heard.size >= MAX_HEARD && !this.#expected.has(key))) return;
    const wasSilent = this.#isSilent(key);
    this.#heard.add(key);
    if (wasSilent) this.#judge();
  }

  #adopted(): ReadonlySet<string> {
    return new Set(this.#site?.devices.map(({ codec, address }) => `${codec} ${address}`));
  }

  // --- what is wrong ------------------------------------------------------------------------------------------------

  #configure(site: SiteConfig): void {
    this.#site = site;
    this.#expectToHear();
    this.#judge();
    this.#cancelTell?.();
    this.#cancelTell = this.#source.after(TELL_OF_CONFIG_AFTER_MS, () => this.#tell());
  }

  /** A device that has said nothing for so long after the bridge came, or it was adopted, may be written wrong. */
  #expectToHear(): void {
    const adopted = this.#adopted();
    for (const key of this.#expected.keys()) if (!adopted.has(key)) this.#expected.delete(key);
    const now = this.#source.monotonicMs();
    for (const key of adopted) if (!this.#expected.has(key)) this.#expected.set(key, now);
    this.#waitForSilence();
  }

  #waitForSilence(): void {
    this.#cancelSilence();
    const now = this.#source.monotonicMs();
    const ends = [...this.#expected.values()].map((since) => since + HEARD_WITHIN_MS).filter((end) => end > now);
    if (ends.length === 0) return;
    this.#cancelSilence = this.#source.after(Math.min(...ends) - now, () => {
      this.#judge();
      this.#waitForSilence();
    });
  }

  #isSilent(key: string): boolean {
    const since = this.#expected.get(key);
    return since !== undefined && !this.#heard.has(key) && this.#source.monotonicMs() - since >= HEARD_WITHIN_MS;
  }

  #lose(why: 'unreachable' | 'refuses'): void {
    const { mqttUrl } = this.#config.site;
    if (why === 'refuses') {
      this.#setTrouble({ problem: problem('site_broker_refuses', { address: mqttUrl }) });
      return;
    }
    if (this.#brokerTrouble !== null) return;
    this.#cancelTrouble ??= this.#source.after(BROKER_BACK_WITHIN_MS, () =>
      this.#setTrouble({ problem: problem('site_broker_unreachable', { address: mqttUrl }) }),
    );
  }

  #setTrouble(trouble: SiteProblem | null): void {
    this.#cancelTrouble?.();
    this.#cancelTrouble = undefined;
    this.#brokerTrouble = trouble;
    this.#judge();
  }

  #judge(): void {
    const written = this.#site === null ? [] : problemsOf(this.#site);
    const troubled = new Set(written.map(({ deviceId }) => deviceId));
    // While there is no broker nobody can be heard.
    const expected = this.#brokerTrouble === null ? (this.#site?.devices ?? []) : [];
    const silent = expected.flatMap(({ id: deviceId, codec, address }): SiteProblem[] => {
      if (troubled.has(deviceId) || !this.#isSilent(`${codec} ${address}`)) return [];
      return [{ deviceId, problem: problem('never_heard', { address }) }];
    });
    const problems = [...(this.#brokerTrouble === null ? [] : [this.#brokerTrouble]), ...written, ...silent];
    const before = new Set(this.#problems.map(contentOf));
    const fresh = problems.filter((one) => !before.has(contentOf(one)));
    const isChanged = fresh.length > 0 || problems.length !== this.#problems.length;
    this.#problems = problems;
    for (const { deviceId, doorId, problem: wrong } of fresh) {
      const about = { ...(deviceId === undefined ? {} : { deviceId }), ...(doorId === undefined ? {} : { doorId }) };
      this.#log.warn('the site is not set up right', { ...about, ...wrong });
      try {
        this.#journal.record({ kind: 'bridge', what: 'config_problem', ...about, problem: wrong });
      } catch {
        // The journal has said why. It is in the report all the same, and doors must not stand still for it.
      }
    }
    if (isChanged) this.#tellSoon();
  }

  // --- told to the server -------------------------------------------------------------------------------------------

  #tellSoon(): void {
    if (this.#cancelTell !== undefined) return;
    const sinceLast = this.#source.monotonicMs() - this.#toldAt;
    const delayMs = Math.max(TELL_AFTER_MS, TELL_AT_MOST_EVERY_MS - sinceLast);
    this.#cancelTell = this.#source.after(delayMs, () => this.#tell());
  }

  #tellRoutinely(): void {
    this.#cancelRoutine = this.#source.after(TELL_AT_LEAST_EVERY_MS, () => {
      this.#tell();
      this.#tellRoutinely();
    });
  }

  /** Said or lost: after the next connection all of it is said again. */
  #tell(): void {
    this.#cancelTell?.();
    this.#cancelTell = undefined;
    this.#toldAt = this.#source.monotonicMs();
    const adopted = this.#adopted();
    const latest = [...this.#known].reverse().map(
      ([key, { example, kinds, ...known }]): SeenDevice => ({
        ...known,
        kinds: [...kinds],
        example: Object.fromEntries(example),
        isAdopted: adopted.has(key),
      }),
    );
    const devices = fitting(latest, DEVICES_BYTES);
    this.#messages.send('devices/seen', {
      at: this.#time.now(),
      configRevision: this.#site?.revision ?? null,
      devices,
      isCut: this.#isCut || devices.length < latest.length,
      problems: fitting(this.#problems, PROBLEMS_BYTES),
    });
  }
}

/** The first of the items, without those that are too large, that take no more than so much of a message. */
function fitting<T>(items: readonly T[], bytes: number): T[] {
  let room = bytes;
  return items.filter((item) => {
    const size = Buffer.byteLength(JSON.stringify(JSON.stringify(item)));
    if (size > room) return false;
    room -= size;
    return true;
  });
}

/** What makes a device news; when it was heard, and what it said, does not. */
function contentOf(of: Known | SiteProblem): string {
  if (!('lastSeenAt' in of)) return JSON.stringify(of);
  const { lastSeenAt: _, firstSeenAt: __, example: ___, ...rest } = of;
  return JSON.stringify(rest);
}

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];

/** What somebody who says this can serve as. */
function kindsOf(reports: readonly DeviceReport[]): DeviceKind[] {
  return reports.flatMap((report): DeviceKind[] => {
    switch (report.type) {
      case 'presentation':
        return ['reader'];
      case 'lock':
      case 'contact':
        return [report.type];
      case 'reading':
        return KIND_OF_READING[report.kind] ?? [];
      default:
        return [];
    }
  });
}

const KIND_OF_READING: Readonly<Record<string, DeviceKind[]>> = {
  motion: ['motion'],
  people: ['people_counter'],
  relay: ['lock', 'relay'],
  co2: ['sensor'],
  illuminance: ['sensor'],
  temperature: ['sensor'],
  humidity: ['sensor'],
};

/** Measures and states only. Of a badge that was held, not even that. */
function exampleOf(
  before: ReadonlyMap<string, number | string> = new Map(),
  reports: readonly DeviceReport[],
): ReadonlyMap<string, number | string> {
  const said = new Map(before);
  for (const report of reports) {
    if (report.type === 'reading') said.set(report.kind, Number(report.value.toPrecision(6)));
    if (report.type === 'lock') said.set('lock', report.state);
    if (report.type === 'contact') said.set('contact', report.isClosed ? 'closed' : 'open');
    if (report.type === 'availability') said.set('availability', report.isOnline ? 'online' : 'offline');
  }
  return new Map([...said].slice(0, MAX_EXAMPLES));
}

/** Whether a topic is one that the filter hears (MQTT 3.1.1, 4.7; `#` is not used here). */
function isWithin(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  return wanted.length === levels.length && wanted.every((level, index) => level === '+' || level === levels[index]);
}
