import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyFreePort } from '../../scripts/start/ports.ts';
import { type PostgresServer, PostgresStartError, startPostgres } from '../../scripts/start/postgres/server.ts';

/** Nothing of a test outlives a power cut, so no test waits for a disk. */
const UNSAFE_AND_FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

export interface TestPostgres extends PostgresServer {
  /** Starts the same cluster again after `killHard` or `stop`. */
  restart(): Promise<TestPostgres>;
  /** Stops and removes the cluster. */
  remove(): Promise<void>;
}

/**
 * A PostgreSQL of one's own, for a test that kills it. `durable` keeps fsync on: what was acknowledged must survive.
 * Tests that only need a database use `startTestDatabase`.
 */
export async function startTestPostgres(options: { durable?: boolean } = {}): Promise<TestPostgres> {
  const home = await mkdtemp(join(tmpdir(), 'mitoyen-pg-'));
  // As root the server runs as another user, who must be able to enter.
  await chmod(home, 0o755);
  const superuserPassword = randomBytes(18).toString('base64url');
  const settings = options.durable ? { max_connections: '300' } : UNSAFE_AND_FAST;
  return launch(home, superuserPassword, settings);
}

async function launch(
  home: string,
  superuserPassword: string,
  settings: Record<string, string>,
  fixedPort?: number,
): Promise<TestPostgres> {
  const output: string[] = [];
  const start = async (attempt: number): Promise<PostgresServer> => {
    const port = fixedPort ?? (await anyFreePort());
    try {
      return await startPostgres({ home, port, superuserPassword, settings, onLog: (line) => output.push(line) });
    } catch (error) {
      // The port was free a moment ago, and others look for ports too.
      if (error instanceof PostgresStartError && error.portTaken && attempt < 5) return start(attempt + 1);
      throw error;
    }
  };
  const server = await start(1);
  return {
    ...server,
    restart: () => launch(home, superuserPassword, settings, server.port),
    remove: async () => {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
