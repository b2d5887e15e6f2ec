import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase, type Tx } from '@mitoyen/db';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { withClient } from '../../scripts/start/postgres/database.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { type Relay, startRelay } from '../support/relay.ts';

const NETWORK = '01936000-0000-7000-8000-000000000001';
const SILENCE_MS = 8_000;

let database: TestDatabase;
let relay: Relay;
let db: Database;
beforeAll(async () => {
  database = await startTestDatabase();
  await withClient(database.ownerUrl, (owner) => owner`create table notes (text text not null)`);
});
beforeEach(async () => {
  await withClient(database.ownerUrl, (owner) => owner`truncate notes`);
  relay = await startRelay(database.ownerUrl);
  // One connection: whatever comes after the loss gets the one that was lost.
  db = openDatabase(relay.url(database.ownerUrl), { max: 1 });
});
afterEach(async () => {
  await db?.close();
  await relay?.close();
  // PostgreSQL notices only at the end of its sleep that nobody waits.
  for (const { pid } of await sleepers()) await cutOff(pid);
});
afterAll(() => database?.drop());

/** What became of it: `done`, the code of its error, or `silence`. */
async function outcome(work: PromiseLike<unknown>): Promise<string> {
  const patience = new AbortController();
  const answer = Promise.resolve(work).then(
    () => 'done',
    (error) => String((error.cause ?? error).code ?? error.message),
  );
  const silence = sleep(SILENCE_MS, 'silence', { signal: patience.signal }).catch(() => 'silence');
  const first = await Promise.race([answer, silence]);
  patience.abort();
  return first;
}

const cutOff = (pid: unknown) =>
  withClient(database.superuserUrl, (superuser) => superuser`select pg_terminate_backend(${String(pid)}::int, 5000)`);

/** A question that was on its way when the connection ended in an error. Resolves with that error, at once. */
async function interrupted(client: Tx): Promise<Error> {
  const statement = client.execute(sql`select pg_sleep(20)`).then(
    () => Promise.reject(new Error('It was not interrupted.')),
    (error: Error) => error,
  );
  await vi.waitFor(async () => expect(await sleepers()).toHaveLength(1), { timeout: 10_000, interval: 20 });
  relay.reset();
  return statement;
}

const name = () => new URL(database.ownerUrl).pathname.slice(1);
const sleepers = () =>
  withClient(
    database.superuserUrl,
    (superuser) => superuser`
      select pid from pg_stat_activity where datname = ${name()} and query like 'select pg_sleep%' and state = 'active'`,
  );

const note = (text: string) => sql`insert into notes values (${text})`;
const notes = async () =>
  (await withClient(database.ownerUrl, (owner) => owner`select text from notes order by text`)).map(({ text }) => text);

/** The next one works, and each question gets its own answer. */
async function expectToWorkOn() {
  await vi.waitFor(() => db.platform.execute(sql`select 1`), { timeout: 10_000 });
  const answers = await Promise.all([1, 2, 3].map((n) => db.platform.execute(sql`select ${n}::integer as n`)));
  expect(answers.map(([row]) => row)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  const [row] = await db.withNetwork(NETWORK, (tx) => tx.execute(sql`select 4 as n`));
  expect(row).toEqual({ n: 4 });
}

it('keeps what a transaction says after it lost its connection away from the next one', async () => {
  const isCutOff = Promise.withResolvers<void>();
  const isNextOpen = Promise.withResolvers<void>();
  const lastWord = Promise.withResolvers<unknown>();
  const lost = db.withNetwork(NETWORK, async (tx) => {
    const [session] = await tx.execute(sql`select pg_backend_pid() as pid`);
    await cutOff(session?.pid);
    isCutOff.resolve();
    await isNextOpen.promise;
    await tx.execute(note('of the lost one')).then(lastWord.resolve, lastWord.reject);
  });
  await expect(lost).rejects.toThrow();
  await isCutOff.promise;

  await vi.waitFor(() => db.platform.execute(sql`select 1`), { timeout: 10_000 });
  await db.withNetwork(NETWORK, async (tx) => {
    await tx.execute(note('first'));
    isNextOpen.resolve();
    await expect(lastWord.promise).rejects.toThrow();
    await tx.execute(note('second'));
  });
  expect(await notes()).toEqual(['first', 'second']);
});

it('reports a connection that goes between two statements, and works on', async () => {
  const broken = db.withNetwork(NETWORK, async (tx) => {
    const [session] = await tx.execute(sql`select pg_backend_pid() as pid`);
    await cutOff(session?.pid);
    await tx.execute(sql`select 1`);
  });
  await expect(broken).rejects.toThrow();
  await expectToWorkOn();
});

// Node says 'error' first and 'close' a moment later. What is asked in between is written to nobody.
it('answers what is asked between the error of a connection and its end', async () => {
  await db.platform.execute(sql`select 1`);
  await interrupted(db.platform);
  expect(await outcome(db.platform.execute(sql`select 1`))).toBe('CONNECTION_CLOSED');
  await expectToWorkOn();
});

it('does not take the start of the next session for the answer to a begin', async () => {
  await db.platform.execute(sql`select 1`);
  await interrupted(db.platform);
  const begun = db.withNetwork(NETWORK, async (tx) => {
    await tx.execute(note('outside any transaction'));
    throw new Error('changed its mind');
  });
  expect(await outcome(Promise.all([begun, db.platform.execute(sql`select 1`)]))).toBe('CONNECTION_CLOSED');
  await expectToWorkOn();
  expect(await notes()).toEqual([]);
});

it('forgets what a transaction still said on a connection that had failed', async () => {
  // Once known, the scope and the first statement of a transaction are sent one behind the other.
  await db.withNetwork(NETWORK, (tx) => tx.execute(sql`select 1`));
  const said = Promise.withResolvers<string>();
  const lost = db.withNetwork(NETWORK, async (tx) => {
    const error = await interrupted(tx);
    outcome(tx.execute(note('too late'))).then(said.resolve);
    throw error;
  });
  expect(await outcome(lost)).toMatch(/^(ECONNRESET|CONNECTION_CLOSED)$/);
  expect(await said.promise).toMatch(/^(ECONNRESET|CONNECTION_CLOSED)$/);
  await expectToWorkOn();
  expect(await notes()).toEqual([]);
});

it('reports a connection that goes while it is being made ready, and to nobody else', async () => {
  // An error that nobody awaits would end the process, and fails this run.
  relay.resetWhenSaid('pg_catalog.pg_type');
  expect(await outcome(db.platform.execute(sql`select 1`))).toBe('ECONNRESET');
  await expectToWorkOn();
});

it('reports a server that closes whatever connects, rather than ask it for ever', async () => {
  relay.isClosing = true;
  expect(await outcome(db.platform.execute(sql`select 1`))).toBe('CONNECTION_CLOSED');
  relay.isClosing = false;
  await expectToWorkOn();
});

it('tries every server of a list, and reports when none answers', async () => {
  const away = await startRelay(database.ownerUrl);
  const both = new URL(relay.url(database.ownerUrl));
  const nobody = new URL(away.url(database.ownerUrl)).host;
  await away.close();
  const open = (hosts: string) => openDatabase(both.href.replace(both.host, hosts), { max: 1 });

  const half = open(`${nobody},${both.host}`);
  const none = open(`${nobody},${nobody}`);
  try {
    expect(await outcome(half.platform.execute(sql`select 1`))).toBe('done');
    expect(await outcome(none.platform.execute(sql`select 1`))).toBe('ECONNREFUSED');
  } finally {
    await Promise.all([half.close(), none.close()]);
  }
});

it('refuses a value that cannot be sent, alone: what goes with it is answered', async () => {
  const unsendable = {
    toString() {
      throw new Error('unsendable');
    },
  };
  const bad = () => sql`select ${unsendable}::text as text`;
  const good = () => sql`select ${'good'}::text as text`;
  // Known statements are sent one behind the other.
  await db.platform.execute(good());
  await db.platform.execute(sql`select ${'text'}::text as text`);
  const mixed = await Promise.all([good(), bad(), good()].map((statement) => outcome(db.platform.execute(statement))));
  expect(mixed).toEqual(['done', 'unsendable', 'done']);
  await expectToWorkOn();
});
