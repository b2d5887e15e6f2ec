import type { ClockTrust } from '@mitoyen/domain';
import type { BridgeBus, Part } from '../events.ts';
import type { Journal } from '../store/journal.ts';
import type { Store } from '../store/store.ts';
import type { ServerMessages } from '../uplink/server-messages.ts';
import type { SiteTime } from './site-time.ts';
import type { Cancel, TimeSource } from './time-source.ts';

/** How often trust is looked at without a beacon. */
const LOOK_MS = 10 * 60_000;

/** Sets the site's time by the server's signed beacons, and journals every change of trust. */
export class Beacons implements Part {
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #time: SiteTime;
  readonly #source: TimeSource;
  readonly #bus: BridgeBus;
  readonly #messages: ServerMessages;
  readonly #currentNonce: () => string;
  #trust: ClockTrust;
  #cancel: Cancel = () => {};

  constructor(parts: {
    store: Store;
    journal: Journal;
    time: SiteTime;
    source: TimeSource;
    bus: BridgeBus;
    messages: ServerMessages;
    currentNonce: () => string;
  }) {
    this.#store = parts.store;
    this.#journal = parts.journal;
    this.#time = parts.time;
    this.#source = parts.source;
    this.#bus = parts.bus;
    this.#messages = parts.messages;
    this.#currentNonce = parts.currentNonce;
    this.#trust = parts.time.trust;
  }

  start(): void {
    this.#bus.on('serverMessage', (kind, payload) => {
      if (kind === 'time') this.#take(payload);
    });
    // A signed snapshot or configuration may have made a wall clock plausible.
    this.#bus.on('grantsChanged', () => this.#look());
    this.#bus.on('configChanged', () => this.#look());
    this.#lookLater();
  }

  stop(): void {
    this.#cancel();
  }

  #take(payload: Uint8Array): void {
    const beacon = this.#messages.open('time', payload);
    if (!beacon.ok || !this.#time.takeBeacon(beacon.value, this.#currentNonce())) return;
    this.#store.saveLastSigned(beacon.value.serverTime);
    this.#look();
  }

  #look(): void {
    const trust = this.#time.trust;
    if (trust === this.#trust) return;
    const detail = `${this.#trust} to ${trust}`;
    this.#trust = trust;
    this.#journal.record({ kind: 'bridge', what: 'clock_trust', detail });
    this.#bus.emit('clockTrustChanged');
  }

  #lookLater(): void {
    this.#cancel = this.#source.after(LOOK_MS, () => {
      this.#look();
      this.#lookLater();
    });
  }
}
