import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let first: TestDatabase;
let second: TestDatabase;
beforeAll(async () => {
  [first, second] = await Promise.all([startTestDatabase(), startTestDatabase()]);
});
afterAll(async () => {
  await Promise.all([first.drop(), second.drop()]);
});

async function query<T>(url: string, use: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1 });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}

test('two test files never see each other: each database is its own', async () => {
  await query(first.ownerUrl, (sql) => sql`create table only_here (id int)`);
  await expect(query(second.ownerUrl, (sql) => sql`select * from only_here`)).rejects.toThrow(/does not exist/);
});

test('neither role is a superuser or passes row-level security', async () => {
  for (const url of [first.ownerUrl, first.appUrl]) {
    const [role] = await query(
      url,
      (sql) => sql`select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user`,
    );
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false });
  }
});
