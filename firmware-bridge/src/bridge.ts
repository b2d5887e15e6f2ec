import { createSecretKey } from 'node:crypto';
import { newId, type RandomBytes } from '@mitoyen/domain';
import { Beacons } from './clock/beacons.ts';
import { SiteTime } from './clock/site-time.ts';
import type { TimeSource } from './clock/time-source.ts';
import { Commands } from './commands/commands.ts';
import type { BridgeConfig } from './config.ts';
import { Announcements } from './devices/announcements.ts';
import { Readings } from './devices/readings.ts';
import { Seen } from './devices/seen.ts';
import { type SiteBroker, startSiteBroker } from './devices/site-broker.ts';
import { SiteLink } from './devices/site-link.ts';
import { Doors } from './doors/doors.ts';
import { Site } from './doors/site.ts';
import { type BridgeBus, createBus, type Part } from './events.ts';
import { Grants } from './grants/grants.ts';
import type { Log } from './log.ts';
import { Care } from './store/care.ts';
import { Journal } from './store/journal.ts';
import { Store } from './store/store.ts';
import { ServerMessages } from './uplink/server-messages.ts';
import { Streams } from './uplink/streams.ts';
import { Uplink } from './uplink/uplink.ts';

export interface BridgeOptions {
  readonly config: BridgeConfig;
  /** Path of the SQLite file. */
  readonly databasePath: string;
  readonly clock: TimeSource;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly softwareVersion: string;
}

export interface Bridge {
  /** Ready to decide from what is on disk when it resolves; the brokers may still be out of reach. */
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly bus: BridgeBus;
  readonly bootId: string;
  readonly time: SiteTime;
  /** Port of the embedded broker; null where the site has its own. */
  readonly sitePort: number | null;
}

/** Puts one site's bridge together. Opens the disk at once (throws where it cannot), the network in `start`. */
export function createBridge(options: BridgeOptions): Bridge {
  const { config, clock: source, random, log } = options;
  const id = () => newId(Math.max(0, source.now()), random(10));
  const bootId = id();

  const store = new Store(options.databasePath, id);
  const time = new SiteTime(source, store.lastSigned());
  const bus = createBus();
  const journal = new Journal(store, time, bus, log, bootId);
  const messages = new ServerMessages(config, time, bootId);
  let broker: SiteBroker | null = null;
  const siteUrl = () => (broker === null ? config.site.mqttUrl : `mqtt://127.0.0.1:${broker.port}`);
  const link = new SiteLink(config, siteUrl, bus, log);
  const site = new Site({ store, journal, time, bus, messages });
  const grants = new Grants({ store, journal, time, bus, messages });
  const siteKey = createSecretKey(config.siteKey);
  const doors = new Doors({ siteKey, store, journal, time, source, bus, grants, site, link, log });
  const commands = new Commands({ siteKey, store, journal, time, source, bus, messages, site, doors, grants, link });
  const announcements = new Announcements(config, bus, link);
  const seen = new Seen({ config, mqttUrl: siteUrl, time, source, bus, journal, messages, log });
  const readings = new Readings({ store, time, source, bus, bootId });
  const uplink = new Uplink({
    config,
    time,
    source,
    bus,
    store,
    messages,
    grants,
    site,
    log,
    softwareVersion: options.softwareVersion,
    newNonce: () => Buffer.from(random(16)).toString('base64url'),
    jitter: () => Buffer.from(random(4)).readUInt32BE() / 2 ** 32,
  });
  const streams = new Streams({ store, source, bus, messages, log, newEpoch: id });
  const beacons = new Beacons({ store, journal, time, source, bus, messages, currentNonce: () => uplink.nonce });
  const care = new Care({ store, journal, time, source });

  /** In this order: what is on disk first, then the doors, the network last. */
  const parts: readonly Part[] = [
    site,
    grants,
    beacons,
    doors,
    commands,
    readings,
    streams,
    care,
    announcements,
    link,
    seen,
    uplink,
  ];

  return {
    bus,
    bootId,
    time,
    get sitePort() {
      return broker?.port ?? null;
    },
    async start() {
      journal.record({ kind: 'bridge', what: 'started', detail: options.softwareVersion });
      const { embedded, username, password } = config.site;
      if (embedded !== undefined) broker = await startSiteBroker({ ...embedded, username, password });
      for (const part of parts) await part.start();
    },
    async stop() {
      for (const part of parts.toReversed()) await part.stop();
      await broker?.stop();
      bus.removeAllListeners();
      store.close();
    },
  };
}
