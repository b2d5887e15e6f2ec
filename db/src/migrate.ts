import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { sql as rawSql } from 'drizzle-orm';
import postgres from 'postgres';
import type { Tx } from './database.ts';

const FOLDER = new URL('../migrations/', import.meta.url);
/** Any constant: two servers that start together migrate one after the other. */
const MIGRATION_LOCK = 0x4d_69_74_6f;

export interface MigrationReport {
  readonly applied: readonly string[];
  readonly total: number;
}

/**
 * Brings the schema up to date, each migration in its own transaction, under an advisory lock.
 * Refuses to go on when a migration that was applied has changed since: the database would not be what the files say.
 * `ownerUrl` is the URL of the role that owns the schema; it must be allowed to create the role `mitoyen_app` if that is missing.
 */
export async function migrate(ownerUrl: string): Promise<MigrationReport> {
  const names = await releaseMigrations();
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {}, connection: { application_name: 'mitoyen-migrate' } });
  const applied: string[] = [];
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await sql`create table if not exists schema_migrations (
      name text primary key, sha256 text not null, applied_at timestamptz not null default now())`;
    const known = new Map((await sql`select name, sha256 from schema_migrations`).map((row) => [row.name, row.sha256]));
    for (const name of names) {
      const text = await readFile(new URL(name, FOLDER), 'utf8');
      const sha256 = createHash('sha256').update(text).digest('hex');
      const before = known.get(name);
      if (before === sha256) continue;
      if (before !== undefined) {
        throw new Error(`Migration ${name} has changed since it was applied: write a new migration instead.`);
      }
      await sql.begin(async (tx) => {
        await tx.unsafe(text);
        await tx`insert into schema_migrations (name, sha256) values (${name}, ${sha256})`;
      });
      applied.push(name);
    }
    return { applied, total: names.length };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Names of the migrations of this release, in order. */
export async function releaseMigrations(): Promise<string[]> {
  return (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
}

/** Names of those that were applied; throws where the database cannot be read. */
export async function appliedMigrations(db: Tx): Promise<string[]> {
  const rows = await db.execute<{ name: string }>(rawSql`select name from schema_migrations order by name`);
  return rows.map((row) => row.name);
}
