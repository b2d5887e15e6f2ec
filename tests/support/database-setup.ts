import { randomBytes } from 'node:crypto';
import { migrate } from '@mitoyen/db';
import type { TestProject } from 'vitest/node';
import { ensureDatabase, ensureRoles, identifier, withClient } from '../../scripts/start/postgres/database.ts';
import { startTestPostgres } from './database-server.ts';
import { type SharedDatabase, urlOf } from './shared-database.ts';

interface Shared {
  readonly database: SharedDatabase;
  readonly remove: () => Promise<void>;
}

/** Vitest runs this file once per project, each time as a module of its own: the run's one server hangs here. */
const run = globalThis as { mitoyenTestDatabase?: { users: number; shared: Promise<Shared> } };

/**
 * Vitest's global setup of the projects that need a database: one PostgreSQL for the whole run, embedded, or the one
 * whose superuser MITOYEN_TEST_DATABASE_URL names (any version from 15 on).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  run.mitoyenTestDatabase ??= { users: 0, shared: share() };
  const state = run.mitoyenTestDatabase;
  state.users += 1;
  const { database, remove } = await state.shared;
  project.provide('database', database);
  return async () => {
    state.users -= 1;
    if (state.users > 0) return;
    delete run.mitoyenTestDatabase;
    await remove();
  };
}

async function share(): Promise<Shared> {
  const given = process.env.MITOYEN_TEST_DATABASE_URL;
  const server = given ? undefined : await startTestPostgres();
  const superuserUrl = given ?? server?.superuserUrl() ?? '';
  const prefix = `mitoyen_test_${randomBytes(4).toString('hex')}`;
  const database: SharedDatabase = {
    superuserUrl,
    template: `${prefix}_template`,
    ownerPassword: randomBytes(18).toString('base64url'),
    appPassword: randomBytes(18).toString('base64url'),
  };
  const remove = async () => {
    if (server) return server.remove();
    await withClient(superuserUrl, async (sql) => {
      const left = await sql<
        { datname: string }[]
      >`select datname from pg_database where starts_with(datname, ${prefix})`;
      for (const { datname } of left) await sql.unsafe(`drop database ${identifier(datname)} with (force)`);
    });
  };
  try {
    await ensureRoles(superuserUrl, { owner: database.ownerPassword, app: database.appPassword });
    await ensureDatabase(superuserUrl, database.template);
    await migrate(urlOf(database, 'owner', database.template));
  } catch (error) {
    await remove();
    throw error;
  }
  return { database, remove };
}
