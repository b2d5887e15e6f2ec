import { DatabaseSync } from 'node:sqlite';

/**
 * The bridge's disk. WAL with synchronous=FULL: a commit returns after fsync, so what was journalled survives the power cut that
 * follows. Locking is exclusive: a second process on the same file is refused instead of sharing the identity.
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full;');
    // SQLite would otherwise move the log into the file within some commit: two more fsyncs while somebody waits at the door.
    database.exec('pragma wal_autocheckpoint = 0;');
    migrate(database);
    reserveLog(database);
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === 5) {
      throw new Error(`${path} is in use by another bridge process. Stop that one first.`);
    }
    throw error;
  }
  return database;
}

/** Each entry takes the schema from its index to the next; never edit one that was released. */
const MIGRATIONS = [
  `
  create table facts (key text primary key, value text not null) strict, without rowid;

  -- The journal. autoincrement: a sequence is never given twice, also after old rows are deleted.
  create table events (
    sequence integer primary key autoincrement,
    boot_id text not null,
    at integer not null,
    body text not null
  ) strict;
  create table readings (
    sequence integer primary key autoincrement,
    boot_id text not null,
    at integer not null,
    body text not null
  ) strict;

  -- Remote commands already seen: an id or a nonce acts once.
  create table commands (
    id text primary key,
    nonce text not null unique,
    received_at integer not null,
    state text not null,
    reason text
  ) strict, without rowid;

  create table pin_failures (door_id text not null, at integer not null) strict;
  create index pin_failures_by_door on pin_failures (door_id, at);

  -- Mode that a command set, in force until a younger command or configuration.
  create table door_modes (door_id text primary key, mode text not null, issued_at integer not null) strict, without rowid;

  -- Doors that were unlocked and are still to be locked again, so that a restart does not leave one open.
  create table relocks (door_id text primary key, due_at integer not null) strict, without rowid;
  `,
] as const;

function migrate(database: DatabaseSync): void {
  const { user_version: version } = database.prepare('pragma user_version').get() as { user_version: number };
  if (version > MIGRATIONS.length) {
    throw new Error('This data was written by a newer version of the bridge. Install that version again.');
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    database.exec(`begin immediate; ${sql} pragma user_version = ${index + 1}; commit;`);
  }
}

/** A minute between two checkpoints, at some 12 kB an event, is 300 people at one site. */
const LOG_BYTES = 4 * 1024 * 1024;

/**
 * Gives the write-ahead log its size once. Into a log that grows, a commit makes the file system journal the growth as well: measured
 * on ext4, 3.0 ms at the door against 0.6 ms. After a checkpoint of the kind `restart` SQLite writes it again from its beginning.
 */
function reserveLog(database: DatabaseSync): void {
  database.exec(`
    create table reserve (filler blob);
    insert into reserve values (zeroblob(${LOG_BYTES}));
    drop table reserve;
    pragma wal_checkpoint(restart);
  `);
}

/** Runs `work` in one transaction, which is one fsync. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('begin immediate');
  try {
    const result = work();
    database.exec('commit');
    return result;
  } catch (error) {
    // A full disk may already have rolled back.
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}
