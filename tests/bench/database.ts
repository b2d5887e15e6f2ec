import { randomBytes } from 'node:crypto';
import { migrate } from '@mitoyen/db';
import { ensureDatabase, ensureRoles } from '../../scripts/start/postgres/database.ts';
import { startTestPostgres } from '../support/database-server.ts';

export interface BenchDatabase {
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly superuserUrl: string;
  remove(): Promise<void>;
}

/** A migrated database on a PostgreSQL of the bench's own; `durable`: commits wait for the disk, as in production. */
export async function startBenchDatabase({ durable = true } = {}): Promise<BenchDatabase> {
  const server = await startTestPostgres({ durable });
  const passwords = { owner: randomBytes(12).toString('hex'), app: randomBytes(12).toString('hex') };
  const urlOf = (user: string, password: string) => {
    const url = new URL(server.superuserUrl());
    url.username = user;
    url.password = password;
    url.pathname = '/mitoyen';
    return url.href;
  };
  const superuserUrl = new URL(server.superuserUrl());
  superuserUrl.pathname = '/mitoyen';
  await ensureRoles(server.superuserUrl(), passwords);
  await ensureDatabase(server.superuserUrl(), 'mitoyen');
  const ownerUrl = urlOf('mitoyen_owner', passwords.owner);
  await migrate(ownerUrl);
  return {
    ownerUrl,
    appUrl: urlOf('mitoyen_app', passwords.app),
    superuserUrl: superuserUrl.href,
    remove: () => server.remove(),
  };
}
