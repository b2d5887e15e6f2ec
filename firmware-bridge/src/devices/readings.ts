import type { DeviceConfig, Reading, ReadingKind } from '@mitoyen/protocol';
import type { SiteTime } from '../clock/site-time.ts';
import type { Cancel, TimeSource } from '../clock/time-source.ts';
import type { BridgeBus, Part } from '../events.ts';
import type { Store } from '../store/store.ts';
import type { DeviceReport } from './codec.ts';

/** Readings wait in memory for at most this long, so that a flood of them costs one fsync: losing a second of them is no harm. */
const FLUSH_MS = 1_000;
const FLUSH_ITEMS = 500;

/** An unchanged value is repeated this often, as a sign of life. */
const HEARTBEAT_MS = 15 * 60_000;

/** Smaller changes are noise. */
const LEAST_CHANGE: Readonly<Record<ReadingKind, number>> = {
  motion: 1,
  contact: 1,
  people: 1,
  battery: 1,
  link_quality: 20,
  relay: 1,
  illuminance: 50,
  co2: 50,
  temperature: 0.5,
  humidity: 3,
};

/** Folds what sensors say into readings: on change and by heartbeat. Counts only, never who. */
export class Readings implements Part {
  readonly #store: Store;
  readonly #time: SiteTime;
  readonly #source: TimeSource;
  readonly #bus: BridgeBus;
  readonly #bootId: string;
  readonly #last = new Map<string, { value: number; monotonic: number }>();
  #waiting: Omit<Reading, 'sequence'>[] = [];
  #cancelFlush: Cancel | undefined;

  constructor(parts: {
    store: Store;
    time: SiteTime;
    source: TimeSource;
    bus: BridgeBus;
    bootId: string;
  }) {
    this.#store = parts.store;
    this.#time = parts.time;
    this.#source = parts.source;
    this.#bus = parts.bus;
    this.#bootId = parts.bootId;
  }

  start(): void {
    this.#bus.on('report', (device, report) => this.#take(device, report));
    this.#bus.on('tried', (deviceId) => this.#forget(deviceId));
  }

  stop(): void {
    this.#flush();
  }

  #forget(deviceId: string): void {
    for (const key of this.#last.keys()) if (key.startsWith(`${deviceId} `)) this.#last.delete(key);
  }

  #take(device: DeviceConfig, report: DeviceReport): void {
    if (report.type === 'reading') this.#fold(device, report.kind, report.value);
    // A door's contact is in the journal; one elsewhere (a window, a cupboard) is a sensor like others.
    if (report.type === 'contact' && device.doorId === null) this.#fold(device, 'contact', report.isClosed ? 1 : 0);
  }

  #fold(device: DeviceConfig, kind: ReadingKind, value: number): void {
    const key = `${device.id} ${kind}`;
    const last = this.#last.get(key);
    const monotonic = this.#source.monotonicMs();
    const isNews =
      last === undefined ||
      Math.abs(value - last.value) >= LEAST_CHANGE[kind] ||
      monotonic - last.monotonic >= HEARTBEAT_MS;
    if (!isNews) return;
    this.#last.set(key, { value, monotonic });
    this.#waiting.push({ deviceId: device.id, spaceId: device.spaceId, kind, value, at: this.#time.now() });
    if (this.#waiting.length >= FLUSH_ITEMS) this.#flush();
    else this.#cancelFlush ??= this.#source.after(FLUSH_MS, () => this.#flush());
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    const readings = this.#waiting;
    this.#waiting = [];
    if (readings.length === 0) return;
    this.#store.transaction(() => {
      for (const reading of readings) this.#store.readings.append(this.#bootId, reading.at, reading);
    });
    this.#bus.emit('recorded', 'readings');
  }
}
