import { type Ack, MAX_BATCH_ITEMS, MAX_UNACKED_BATCHES } from '@mitoyen/protocol';
import type { Cancel, TimeSource } from '../clock/time-source.ts';
import type { BridgeBus, Part } from '../events.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Stream } from '../store/stream.ts';
import type { ServerMessages } from './server-messages.ts';

/** Without any progress for so long, everything unacknowledged is sent again: the server knows what it has. */
const RESEND_AFTER_MS = 30_000;

/** A batch stays well under `MAX_MESSAGE_BYTES`, its quotes escaped. */
const BATCH_BYTES = 120 * 1024;

/** Where the sending of one stream stands in this connection. */
interface Cursor {
  readonly stream: Stream;
  /** Highest sequence sent in this connection. */
  sent: number;
  /** Last sequence of each batch that waits for its acknowledgement, in order. */
  waiting: number[];
}

/**
 * Sends the journal and the readings upstream: at least once, in order, at most 20 batches unacknowledged, events first.
 */
export class Streams implements Part {
  readonly #store: Store;
  readonly #source: TimeSource;
  readonly #bus: BridgeBus;
  readonly #messages: ServerMessages;
  readonly #log: Log;
  readonly #newEpoch: () => string;
  readonly #events: Cursor;
  readonly #readings: Cursor;
  #isReady = false;
  #isFirstAck = false;
  #isPumpDue = false;
  #cancelResend: Cancel = () => {};

  constructor(parts: {
    store: Store;
    source: TimeSource;
    bus: BridgeBus;
    messages: ServerMessages;
    log: Log;
    newEpoch: () => string;
  }) {
    this.#store = parts.store;
    this.#source = parts.source;
    this.#bus = parts.bus;
    this.#messages = parts.messages;
    this.#log = parts.log;
    this.#newEpoch = parts.newEpoch;
    this.#events = { stream: parts.store.events, sent: 0, waiting: [] };
    this.#readings = { stream: parts.store.readings, sent: 0, waiting: [] };
  }

  start(): void {
    this.#bus.on('uplinkReady', () => {
      this.#isReady = true;
      this.#isFirstAck = true;
      this.#rewind();
    });
    this.#bus.on('uplinkLost', () => {
      this.#isReady = false;
      this.#cancelResend();
    });
    this.#bus.on('recorded', () => this.#pumpSoon());
    this.#bus.on('serverMessage', (kind, payload) => {
      if (kind !== 'ack') return;
      const ack = this.#messages.open('ack', payload);
      if (ack.ok) this.#takeAck(ack.value);
    });
  }

  stop(): void {
    this.#isReady = false;
    this.#cancelResend();
  }

  /** Batches sent and not acknowledged. */
  get unacknowledged(): number {
    return this.#events.waiting.length + this.#readings.waiting.length;
  }

  #rewind(): void {
    for (const cursor of [this.#events, this.#readings]) {
      cursor.sent = cursor.stream.acknowledged;
      cursor.waiting = [];
    }
    this.#pumpSoon();
  }

  /** After the present turn: whoever is at the door comes before the report about them. */
  #pumpSoon(): void {
    if (this.#isPumpDue || !this.#isReady) return;
    this.#isPumpDue = true;
    setImmediate(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#isReady && this.unacknowledged < MAX_UNACKED_BATCHES) {
      const isSent = this.#sendNext(this.#events, 'events') || this.#sendNext(this.#readings, 'readings');
      if (!isSent) break;
    }
    this.#cancelResend();
    if (this.unacknowledged > 0 && this.#isReady) {
      this.#cancelResend = this.#source.after(RESEND_AFTER_MS, () => {
        this.#log.warn('no acknowledgement; sending again', { batches: this.unacknowledged });
        this.#rewind();
      });
    }
  }

  #sendNext(cursor: Cursor, kind: 'events' | 'readings'): boolean {
    const { stream } = cursor;
    if (cursor.sent >= stream.head) return false;
    const rows = stream.read(cursor.sent + 1, MAX_BATCH_ITEMS);
    const [first] = rows;
    const items: string[] = [];
    let bytes = 0;
    let toSequence = cursor.sent;
    for (const row of rows) {
      // A batch speaks of one boot: monotonic offsets of two boots cannot be compared.
      if (row.bootId !== first?.bootId || (items.length > 0 && bytes + row.body.length > BATCH_BYTES)) break;
      items.push(`{"sequence":${row.sequence},${row.body.slice(1)}`);
      bytes += row.body.length;
      toSequence = row.sequence;
    }
    // Everything left was thinned: the stretch is empty, and still has to be passed over.
    if (first === undefined) toSequence = stream.head;
    const stretch = { fromSequence: cursor.sent + 1, toSequence, ...(first && { bootId: first.bootId }) };
    const parsed = JSON.parse(`[${items.join()}]`);
    const isSent =
      kind === 'events'
        ? this.#messages.send('events', { ...stretch, journalEpoch: stream.epoch, events: parsed })
        : this.#messages.send('readings', { ...stretch, streamEpoch: stream.epoch, readings: parsed });
    if (!isSent) return false;
    cursor.sent = toSequence;
    cursor.waiting.push(toSequence);
    return true;
  }

  #takeAck(ack: Ack): void {
    const isFirst = this.#isFirstAck;
    this.#isFirstAck = false;
    this.#advance(
      this.#events,
      ack.events && { epoch: ack.events.journalEpoch, sequence: ack.events.sequence },
      isFirst,
    );
    this.#advance(
      this.#readings,
      ack.readings && { epoch: ack.readings.streamEpoch, sequence: ack.readings.sequence },
      isFirst,
    );
    this.#pumpSoon();
  }

  /**
   * @param isFirst the answer to `hello`: alone believed when it is lower than what was acknowledged before, for then the server
   *   was put back to an older state. Later ones may merely have been overtaken.
   */
  #advance(cursor: Cursor, said: { epoch: string; sequence: number } | null, isFirst: boolean): void {
    const { stream } = cursor;
    const sequence = said?.epoch === stream.epoch ? said.sequence : 0;
    if (sequence > stream.head) {
      this.#log.warn('the server has more than this disk, which was put back to an older state: beginning a new epoch');
      this.#store.transaction(() => stream.beginEpoch(this.#newEpoch()));
      cursor.sent = 0;
      cursor.waiting = [];
      return;
    }
    if (sequence < stream.acknowledged) {
      if (!isFirst) return;
      stream.acknowledge(sequence);
      cursor.sent = sequence;
      cursor.waiting = [];
      return;
    }
    stream.acknowledge(sequence);
    cursor.waiting = cursor.waiting.filter((last) => last > sequence);
    cursor.sent = Math.max(cursor.sent, sequence);
  }
}
