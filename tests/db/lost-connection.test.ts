import { type Database, openDatabase } from '@mitoyen/db';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { withClient } from '../../scripts/start/postgres/database.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

const NETWORK = '01936000-0000-7000-8000-000000000001';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await startTestDatabase();
  // One connection: whatever comes after the loss gets the one that was lost.
  db = openDatabase(database.ownerUrl, { max: 1 });
  await db.platform.execute(sql`create table notes (text text not null)`);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

const cutOff = (pid: unknown) =>
  withClient(database.superuserUrl, (superuser) => superuser`select pg_terminate_backend(${String(pid)}::int, 5000)`);

it('keeps what a transaction says after it lost its connection away from the next one', async () => {
  const isCutOff = Promise.withResolvers<void>();
  const isNextOpen = Promise.withResolvers<void>();
  const lastWord = Promise.withResolvers<unknown>();
  const lost = db.withNetwork(NETWORK, async (tx) => {
    const [session] = await tx.execute(sql`select pg_backend_pid() as pid`);
    await cutOff(session?.pid);
    isCutOff.resolve();
    await isNextOpen.promise;
    await tx.execute(sql`insert into notes values ('of the lost one')`).then(lastWord.resolve, lastWord.reject);
  });
  await expect(lost).rejects.toThrow();
  await isCutOff.promise;

  await vi.waitFor(() => db.platform.execute(sql`select 1`), { timeout: 10_000 });
  await db.withNetwork(NETWORK, async (tx) => {
    await tx.execute(sql`insert into notes values ('first')`);
    isNextOpen.resolve();
    await expect(lastWord.promise).rejects.toThrow();
    await tx.execute(sql`insert into notes values ('second')`);
  });
  const notes = await db.platform.execute(sql`select text from notes order by text`);
  expect(notes.map(({ text }) => text)).toEqual(['first', 'second']);
});

it('reports a connection that goes between two statements, and works on', async () => {
  const broken = db.withNetwork(NETWORK, async (tx) => {
    const [session] = await tx.execute(sql`select pg_backend_pid() as pid`);
    await cutOff(session?.pid);
    await tx.execute(sql`select 1`);
  });
  await expect(broken).rejects.toThrow();
  await vi.waitFor(() => db.platform.execute(sql`select 1`), { timeout: 10_000 });
});
