import type { DatabaseSync } from 'node:sqlite';
import type { DoorMode, GrantSet, Instant } from '@mitoyen/domain';
import type { Command, CommandRefusal, CommandState, SiteConfig } from '@mitoyen/protocol';
import { inTransaction, openDatabase } from './database.ts';
import { Facts } from './facts.ts';
import { Stream } from './stream.ts';

export interface SeenCommand {
  readonly state: CommandState;
  readonly reason: CommandRefusal | null;
}

/** Everything that the bridge remembers across a restart. One process owns it. */
export class Store {
  readonly #database: DatabaseSync;
  readonly #facts: Facts;
  readonly events: Stream;
  readonly readings: Stream;

  /** @param newEpoch names a new numbering of a stream; never the same twice. */
  constructor(path: string, newEpoch: () => string) {
    this.#database = openDatabase(path);
    this.#facts = new Facts(this.#database);
    this.events = new Stream(this.#database, this.#facts, 'events', newEpoch);
    this.readings = new Stream(this.#database, this.#facts, 'readings', newEpoch);
  }

  /** One transaction, one fsync. Sequences given inside it are taken back when it fails. */
  transaction<T>(work: () => T): T {
    try {
      return inTransaction(this.#database, work);
    } catch (error) {
      this.events.reload();
      this.readings.reload();
      throw error;
    }
  }

  /** Moves the write-ahead log into the file, so that it does not grow. Costs a few fsyncs: not while somebody waits. */
  checkpoint(): void {
    // `passive` would never start the log over: in exclusive mode our own read mark stays in it.
    this.#database.exec('pragma wal_checkpoint(restart)');
  }

  close(): void {
    this.events.saveAcknowledged();
    this.readings.saveAcknowledged();
    this.#database.close();
  }

  heldGrants(): GrantSet | null {
    const text = this.#facts.get('grants');
    return text === undefined ? null : (JSON.parse(text) as GrantSet);
  }

  /** One row: 10,000 grants are some 3 MB, written in the time of a few hundred single rows. */
  holdGrants(set: GrantSet): void {
    this.#facts.set('grants', JSON.stringify(set));
  }

  siteConfig(): SiteConfig | null {
    const text = this.#facts.get('config');
    return text === undefined ? null : (JSON.parse(text) as SiteConfig);
  }

  saveSiteConfig(config: SiteConfig): void {
    this.#facts.set('config', JSON.stringify(config));
  }

  lastSigned(): Instant | null {
    const text = this.#facts.get('lastSigned');
    return text === undefined ? null : Number(text);
  }

  saveLastSigned(instant: Instant): void {
    this.#facts.set('lastSigned', String(instant));
  }

  commandById(id: string): SeenCommand | null {
    const row = this.#database.prepare('select state, reason from commands where id = ?').get(id);
    return (row as unknown as SeenCommand | undefined) ?? null;
  }

  isNonceSeen(nonce: string): boolean {
    return this.#database.prepare('select 1 from commands where nonce = ?').get(nonce) !== undefined;
  }

  saveCommand(command: Pick<Command, 'id' | 'nonce'>, at: Instant, state: CommandState, reason: CommandRefusal | null) {
    this.#database
      .prepare('insert into commands (id, nonce, received_at, state, reason) values (?, ?, ?, ?, ?)')
      .run(command.id, command.nonce, at, state, reason);
  }

  setCommandState(id: string, state: CommandState): void {
    this.#database.prepare('update commands set state = ? where id = ?').run(state, id);
  }

  pinFailures(doorId: string, since: Instant): Instant[] {
    const rows = this.#database
      .prepare('select at from pin_failures where door_id = ? and at >= ? order by at')
      .all(doorId, since);
    return (rows as { at: Instant }[]).map((row) => row.at);
  }

  addPinFailure(doorId: string, at: Instant): void {
    this.#database.prepare('insert into pin_failures (door_id, at) values (?, ?)').run(doorId, at);
  }

  doorModes(): Map<string, { mode: DoorMode; issuedAt: Instant }> {
    const rows = this.#database.prepare('select door_id as doorId, mode, issued_at as issuedAt from door_modes').all();
    return new Map((rows as { doorId: string; mode: DoorMode; issuedAt: Instant }[]).map((row) => [row.doorId, row]));
  }

  setDoorMode(doorId: string, mode: DoorMode, issuedAt: Instant): void {
    this.#database
      .prepare(
        `insert into door_modes (door_id, mode, issued_at) values (?, ?, ?)
         on conflict (door_id) do update set mode = excluded.mode, issued_at = excluded.issued_at`,
      )
      .run(doorId, mode, issuedAt);
  }

  relocks(): { doorId: string; dueAt: Instant }[] {
    return this.#database.prepare('select door_id as doorId, due_at as dueAt from relocks').all() as unknown as {
      doorId: string;
      dueAt: Instant;
    }[];
  }

  oweRelock(doorId: string, dueAt: Instant): void {
    this.#database
      .prepare(
        `insert into relocks (door_id, due_at) values (?, ?)
         on conflict (door_id) do update set due_at = excluded.due_at`,
      )
      .run(doorId, dueAt);
  }

  relocked(doorId: string): void {
    this.#database.prepare('delete from relocks where door_id = ?').run(doorId);
  }

  /** Forgets what no rule can ask for any more. */
  prune(before: { events: Instant; readings: Instant; commands: Instant; pinFailures: Instant }): void {
    this.transaction(() => {
      this.events.prune(before.events);
      this.readings.prune(before.readings);
      this.#database.prepare('delete from commands where received_at < ?').run(before.commands);
      this.#database.prepare('delete from pin_failures where at < ?').run(before.pinFailures);
    });
  }
}
