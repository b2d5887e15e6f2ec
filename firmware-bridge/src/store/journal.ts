import type { JournalEvent } from '@mitoyen/protocol';
import type { SiteTime } from '../clock/site-time.ts';
import type { BridgeBus } from '../events.ts';
import type { Log } from '../log.ts';
import type { Store } from './store.ts';

type WithoutStamp<E> = E extends JournalEvent ? Omit<E, 'sequence' | 'at' | 'monotonicMs' | 'clockTrust'> : never;

/** An event before the journal numbers and dates it. */
export type NewEvent = WithoutStamp<JournalEvent>;

/** The journal of this boot: what happened is on disk before anything moves. */
export class Journal {
  readonly #store: Store;
  readonly #time: SiteTime;
  readonly #bus: BridgeBus;
  readonly #log: Log;
  readonly bootId: string;

  constructor(store: Store, time: SiteTime, bus: BridgeBus, log: Log, bootId: string) {
    this.#store = store;
    this.#time = time;
    this.#bus = bus;
    this.#log = log;
    this.bootId = bootId;
  }

  /**
   * Writes one event, and in the same transaction whatever `beside` writes. On return it is on the disk itself (fsync). Throws
   * when it cannot be, also after readings made room: the caller then moves nothing.
   */
  record(event: NewEvent, beside: () => void = () => {}): number {
    const write = () =>
      this.#store.transaction(() => {
        const at = this.#time.now();
        const stamp = { at, monotonicMs: this.#time.sinceBootMs(), clockTrust: this.#time.trust };
        const sequence = this.#store.events.append(this.bootId, at, { ...event, ...stamp });
        beside();
        return sequence;
      });
    let sequence: number;
    try {
      sequence = write();
    } catch (error) {
      this.#log.error('the journal cannot be written; making room among the readings', { error: String(error) });
      this.#store.transaction(() => this.#store.readings.thin());
      sequence = write();
    }
    this.#bus.emit('recorded', 'events');
    return sequence;
  }
}
