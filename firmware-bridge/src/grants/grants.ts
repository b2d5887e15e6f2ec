import { type Grant, type GrantSet, type IndexedGrantSet, indexGrantSet } from '@mitoyen/domain';
import {
  applyDelta,
  comparePositions,
  type GrantsPosition,
  type GrantsRequest,
  type ProtocolRefusal,
  SnapshotAssembler,
} from '@mitoyen/protocol';
import type { SiteTime } from '../clock/site-time.ts';
import type { BridgeBus, Part } from '../events.ts';
import type { Journal } from '../store/journal.ts';
import type { Store } from '../store/store.ts';
import type { ServerMessages } from '../uplink/server-messages.ts';

/** What the bridge decides on. Never goes back to a lower (epoch, sequence). */
export class Grants implements Part {
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #time: SiteTime;
  readonly #bus: BridgeBus;
  readonly #messages: ServerMessages;
  readonly #assembler = new SnapshotAssembler();
  #held: GrantSet | null = null;
  #index: IndexedGrantSet | null = null;
  #byId: ReadonlyMap<string, Grant> = new Map();
  #asked: string | undefined;
  /** Retained messages come with the subscription, before anything may be said: the question then waits for its turn. */
  #unasked: GrantsRequest['why'] | undefined;

  constructor(parts: { store: Store; journal: Journal; time: SiteTime; bus: BridgeBus; messages: ServerMessages }) {
    this.#store = parts.store;
    this.#journal = parts.journal;
    this.#time = parts.time;
    this.#bus = parts.bus;
    this.#messages = parts.messages;
  }

  start(): void {
    const held = this.#store.heldGrants();
    if (held !== null) this.#use(held);
    this.#bus.on('serverMessage', (kind, payload) => {
      if (kind === 'grants/snapshot') this.#takeSnapshot(payload);
      if (kind === 'grants/delta') this.#takeDelta(payload);
    });
    this.#bus.on('uplinkReady', () => {
      this.#asked = undefined;
      const why = this.#unasked ?? (this.#held === null ? 'nothing_held' : undefined);
      if (why !== undefined) this.ask(why);
    });
  }

  stop(): void {}

  /** Ready for decisions; null before the first snapshot. */
  get index(): IndexedGrantSet | null {
    return this.#index;
  }

  get position(): GrantsPosition | null {
    return this.#held === null ? null : { epoch: this.#held.epoch, sequence: this.#held.sequence };
  }

  grant(id: string | null): Grant | null {
    return id === null ? null : (this.#byId.get(id) ?? null);
  }

  /** Tells the server what is held, once for each reason and position: a broken message that comes again asks nothing again. */
  ask(why: GrantsRequest['why']): void {
    const question = `${why} ${this.#held?.epoch}/${this.#held?.sequence}`;
    if (question === this.#asked && why !== 'resync') return;
    const isAsked = this.#messages.send('grants/request', { held: this.position, why });
    if (isAsked) this.#asked = question;
    this.#unasked = isAsked ? undefined : why;
  }

  #takeSnapshot(payload: Uint8Array): void {
    // A part of an older, longer snapshot that was cleared.
    if (payload.byteLength === 0) return;
    const part = this.#messages.open('grants/snapshot', payload);
    if (!part.ok) {
      this.#refuse(part.reason, part.detail);
      return;
    }
    const order = this.#held === null ? 1 : comparePositions(part.value, this.#held);
    // A later part of an older, longer snapshot lies on its topic until the server clears it; the first part is always overwritten.
    if (order < 0 && part.value.part > 0) return;
    if (order < 0) {
      this.#refuseOnce(`snapshot ${part.value.epoch}/${part.value.sequence} is older than what is held`);
      this.ask('behind');
      return;
    }
    if (order === 0) return;
    const set = this.#assembler.add(part.value);
    if (set !== null) this.#hold(set);
  }

  #takeDelta(payload: Uint8Array): void {
    const delta = this.#messages.open('grants/delta', payload);
    if (!delta.ok) {
      this.#refuse(delta.reason, delta.detail);
      return;
    }
    if (this.#held === null) {
      this.ask('nothing_held');
      return;
    }
    const next = applyDelta(this.#held, delta.value);
    if (next.ok) this.#hold(next.value);
    else if (next.reason === 'gap') this.ask('gap');
  }

  #hold(set: GrantSet): void {
    this.#time.signedAt(set.issuedAt);
    this.#store.transaction(() => {
      this.#store.holdGrants(set);
      if (this.#time.lastSigned !== null) this.#store.saveLastSigned(this.#time.lastSigned);
    });
    // A large set fills the log: start it over before somebody comes to the door.
    this.#store.checkpoint();
    this.#use(set);
    this.#bus.emit('grantsChanged', set);
  }

  #use(set: GrantSet): void {
    this.#held = set;
    this.#index = indexGrantSet(set);
    this.#byId = new Map(set.grants.map((grant) => [grant.id, grant]));
  }

  #refused: string | undefined;

  #refuse(reason: ProtocolRefusal, detail: string): void {
    this.#refuseOnce(`${reason}: ${detail}`);
    this.ask('bad_signature');
  }

  /** A retained message that is wrong comes again at every connection: once in the journal is enough. */
  #refuseOnce(detail: string): void {
    if (detail === this.#refused) return;
    this.#refused = detail;
    this.#journal.record({ kind: 'bridge', what: 'grants_refused', detail });
  }
}
