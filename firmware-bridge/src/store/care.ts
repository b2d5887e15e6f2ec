import type { SiteTime } from '../clock/site-time.ts';
import type { Cancel, TimeSource } from '../clock/time-source.ts';
import type { Part } from '../events.ts';
import type { Journal } from './journal.ts';
import type { Store } from './store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What the server has acknowledged is kept this long all the same, so that a server restored from a backup can have it again. */
const EVENTS_KEPT_MS = 30 * DAY_MS;
const READINGS_KEPT_MS = 2 * DAY_MS;

/** Commands live ten seconds and are bound to one boot; a day leaves room for any clock. */
const COMMANDS_KEPT_MS = DAY_MS;

/** Longer than any lock-out a policy can name (1,440 minutes each for window and lock-out). */
const PIN_FAILURES_KEPT_MS = 3 * DAY_MS;

/** About 30 days of a talkative site (some 80 MB). Above it readings are thinned; events never are. */
const MAX_READINGS = 400_000;

/** Keeps the disk bounded: the log by the minute, the tables by the hour. */
export class Care implements Part {
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #time: SiteTime;
  readonly #source: TimeSource;
  #cancelMinute: Cancel = () => {};
  #cancelHour: Cancel = () => {};

  constructor(parts: { store: Store; journal: Journal; time: SiteTime; source: TimeSource }) {
    this.#store = parts.store;
    this.#journal = parts.journal;
    this.#time = parts.time;
    this.#source = parts.source;
  }

  start(): void {
    this.#everyMinute();
    this.#everyHour();
  }

  stop(): void {
    this.#cancelMinute();
    this.#cancelHour();
  }

  #everyMinute(): void {
    this.#cancelMinute = this.#source.after(MINUTE_MS, () => {
      this.#store.checkpoint();
      this.#everyMinute();
    });
  }

  #everyHour(): void {
    this.#cancelHour = this.#source.after(HOUR_MS, () => {
      this.#tidy();
      this.#everyHour();
    });
  }

  #tidy(): void {
    const now = this.#time.now();
    this.#store.prune({
      events: now - EVENTS_KEPT_MS,
      readings: now - READINGS_KEPT_MS,
      commands: now - COMMANDS_KEPT_MS,
      pinFailures: now - PIN_FAILURES_KEPT_MS,
    });
    this.#store.events.saveAcknowledged();
    this.#store.readings.saveAcknowledged();
    if (this.#store.readings.count() <= MAX_READINGS) return;
    const dropped = this.#store.transaction(() => this.#store.readings.thin());
    this.#journal.record({ kind: 'bridge', what: 'readings_thinned', detail: `${dropped} readings dropped` });
  }
}
