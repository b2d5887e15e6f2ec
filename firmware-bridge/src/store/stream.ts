import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StreamHead } from '@mitoyen/protocol';
import type { Facts } from './facts.ts';

export interface StreamRow {
  readonly sequence: number;
  readonly bootId: string;
  readonly at: number;
  /** JSON of the item without its sequence. */
  readonly body: string;
}

/**
 * One numbered stream on disk: the journal of events, or the readings. Sequences run from 1 within an epoch and never repeat in it.
 * `acknowledged` is what the server has committed; rows go only when they are acknowledged and old.
 */
export class Stream {
  readonly #database: DatabaseSync;
  readonly #facts: Facts;
  readonly #table: 'events' | 'readings';
  readonly #insert: StatementSync;
  readonly #from: StatementSync;
  #epoch: string;
  #acknowledged: number;
  #head: number;

  constructor(database: DatabaseSync, facts: Facts, table: 'events' | 'readings', newEpoch: () => string) {
    this.#database = database;
    this.#facts = facts;
    this.#table = table;
    this.#insert = database.prepare(`insert into ${table} (boot_id, at, body) values (?, ?, ?)`);
    this.#from = database.prepare(
      `select sequence, boot_id as bootId, at, body from ${table} where sequence >= ? order by sequence limit ?`,
    );
    this.#epoch = facts.get(`${table}.epoch`) ?? newEpoch();
    facts.set(`${table}.epoch`, this.#epoch);
    this.#acknowledged = Number(facts.get(`${table}.acknowledged`) ?? 0);
    this.#head = this.#storedHead();
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Highest sequence given so far; 0 before the first. */
  get head(): number {
    return this.#head;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** What the disk has, for `hello`. */
  describe(): StreamHead {
    return { epoch: this.#epoch, oldestSequence: this.#oldest() ?? this.#head + 1, headSequence: this.#head };
  }

  /** Adds one item, within the caller's transaction where there is one, and gives its sequence. */
  append(bootId: string, at: number, body: object): number {
    this.#head = Number(this.#insert.run(bootId, at, JSON.stringify(body)).lastInsertRowid);
    return this.#head;
  }

  /** Up to `limit` rows from `sequence` on. */
  read(sequence: number, limit: number): StreamRow[] {
    return this.#from.all(sequence, limit) as unknown as StreamRow[];
  }

  /** Puts the head back to what is on disk, after a transaction with an `append` in it was rolled back. */
  reload(): void {
    this.#head = this.#storedHead();
  }

  /**
   * Notes what the server has. The disk learns of it in `saveAcknowledged`, not at once: forgetting it costs a resend that the
   * server recognises, writing it each time would cost an fsync for every event.
   */
  acknowledge(sequence: number): void {
    this.#acknowledged = Math.min(Math.max(0, sequence), this.#head);
  }

  saveAcknowledged(): void {
    this.#facts.set(`${this.#table}.acknowledged`, String(this.#acknowledged));
  }

  /**
   * Begins a new epoch: the server has more of the present one than this disk, which was therefore put back to an older state.
   * What is not acknowledged is numbered anew, so that the server cannot take it for something it has.
   */
  beginEpoch(epoch: string): void {
    const rows = this.read(this.#acknowledged + 1, Number.MAX_SAFE_INTEGER);
    this.#database.exec(`delete from ${this.#table}; delete from sqlite_sequence where name = '${this.#table}';`);
    const before = this.#acknowledged;
    for (const row of rows) this.#insert.run(row.bootId, row.at, withCauseMoved(row.body, before));
    this.#epoch = epoch;
    this.#acknowledged = 0;
    this.#head = rows.length;
    this.#facts.set(`${this.#table}.epoch`, epoch);
    this.saveAcknowledged();
  }

  /** Deletes what is acknowledged and was written before `before`. */
  prune(before: number): void {
    this.#database.prepare(`delete from ${this.#table} where sequence <= ? and at < ?`).run(this.#acknowledged, before);
  }

  /** Drops every second row of the older half, acknowledged or not. For readings only; returns how many went. */
  thin(): number {
    const oldest = this.#oldest();
    if (oldest === undefined) return 0;
    const middle = Math.floor((oldest + this.#head) / 2);
    const { changes } = this.#database
      .prepare(`delete from ${this.#table} where sequence <= ? and sequence % 2 = 0`)
      .run(middle);
    return Number(changes);
  }

  count(): number {
    return (this.#database.prepare(`select count(*) as n from ${this.#table}`).get() as { n: number }).n;
  }

  #oldest(): number | undefined {
    const row = this.#database.prepare(`select min(sequence) as n from ${this.#table}`).get() as { n: number | null };
    return row.n ?? undefined;
  }

  #storedHead(): number {
    const row = this.#database.prepare('select seq from sqlite_sequence where name = ?').get(this.#table);
    return (row as { seq: number } | undefined)?.seq ?? 0;
  }
}

/** An event may name the sequence of another: it moves with the numbering, or goes with what stayed in the old one. */
function withCauseMoved(body: string, by: number): string {
  const item = JSON.parse(body) as { causeSequence?: number };
  if (item.causeSequence === undefined) return body;
  const { causeSequence, ...rest } = item;
  return JSON.stringify(causeSequence > by ? { ...rest, causeSequence: causeSequence - by } : rest);
}
