import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { type PostgresBinaries, postgresBinaries } from './binaries.ts';
import { type OsUser, unprivilegedUser } from './os-user.ts';

export interface PostgresOptions {
  /** Folder of this server: `cluster/` with the data, and the copy of the binaries when one is needed. */
  readonly home: string;
  readonly port: number;
  readonly superuserPassword: string;
  readonly onLog: (line: string) => void;
  /** Extra `postgresql.conf` settings, given on the command line. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PostgresServer {
  readonly port: number;
  readonly user: OsUser | undefined;
  /** Resolves when the server process has gone, whatever ended it. */
  readonly exited: Promise<void>;
  url(database: string, role: string, password: string): string;
  superuserUrl(database?: string): string;
  /** Fast shutdown (clients are cut off, data is flushed), immediate after 4 seconds. */
  stop(): Promise<void>;
  /** Ends every process of the server as a power cut would; for tests of what survives it. */
  killHard(): Promise<void>;
}

export class PostgresStartError extends Error {
  readonly portTaken: boolean;
  constructor(message: string, portTaken: boolean) {
    super(message);
    this.portTaken = portTaken;
  }
}

/** The cluster was made with another superuser password: the file that keeps it was lost or replaced. */
export class WrongPasswordError extends Error {
  override readonly message = 'PostgreSQL refuses the password kept for it.';
}

/** Starts the embedded PostgreSQL in `home`, making the cluster when there is none. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const cluster = join(options.home, 'cluster');
  mkdirSync(options.home, { recursive: true });
  const user = unprivilegedUser(cluster);
  const binaries = postgresBinaries(user, options.home);
  if (!existsSync(join(cluster, 'PG_VERSION'))) initialise(binaries, cluster, user, options.superuserPassword);
  await stopOrphan(cluster);
  return launch(binaries, cluster, user, options);
}

function initialise(binaries: PostgresBinaries, cluster: string, user: OsUser | undefined, password: string): void {
  // A folder without PG_VERSION is what an interrupted initdb leaves: nothing in it was ever used.
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(cluster, { mode: 0o700 });
  const passwordFile = `${cluster}.${randomBytes(6).toString('hex')}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) {
    chownSync(cluster, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  try {
    const initdb = spawnSync(
      binaries.initdb,
      [
        `--pgdata=${cluster}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--locale=C.UTF-8',
        '--encoding=UTF8',
        '--no-instructions',
      ],
      { cwd: '/', uid: user?.uid, gid: user?.gid, env: postgresEnv() },
    );
    if (initdb.status !== 0) {
      rmSync(cluster, { recursive: true, force: true });
      const why = initdb.error?.message ?? `${initdb.stdout}${initdb.stderr}`.trim().split('\n').slice(-4).join('\n');
      throw new Error(`PostgreSQL could not make its data folder ${cluster}: ${why}`);
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
  chmodSync(cluster, 0o700);
}

/**
 * A supervisor that was killed leaves its PostgreSQL running on the data. It is stopped rather than adopted, so that
 * one start never differs from another. A stale postmaster.pid is PostgreSQL's own affair: it recovers from it.
 */
export async function stopOrphan(cluster: string): Promise<void> {
  const pid = orphanPid(cluster);
  if (pid === undefined) return;
  const deadline = Date.now() + 15_000;
  process.kill(pid, 'SIGINT');
  while (orphanPid(cluster) === pid) {
    if (Date.now() > deadline) {
      throw new Error(
        `A PostgreSQL left behind by an earlier start (process ${pid}) does not stop. End it: kill ${pid}`,
      );
    }
    await sleep(50);
  }
}

function orphanPid(cluster: string): number | undefined {
  const pidFile = join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  try {
    // The number may since belong to any other process: only one that names this cluster is ours.
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return command.includes(cluster) ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function launch(
  binaries: PostgresBinaries,
  cluster: string,
  user: OsUser | undefined,
  options: PostgresOptions,
): Promise<PostgresServer> {
  const settings = {
    listen_addresses: '127.0.0.1',
    // TCP on the loopback is enough, and a socket's path would be limited to 107 bytes.
    unix_socket_directories: '',
    port: String(options.port),
    max_connections: '200',
    ...options.settings,
  };
  const args = ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const child = spawn(binaries.postgres, args, {
    cwd: '/',
    uid: user?.uid,
    gid: user?.gid,
    env: postgresEnv(),
    // Its own session: the terminal's Ctrl-C must not stop it before those who use it.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lastLines: string[] = [];
  forEachLine(child, (line) => {
    lastLines.push(line);
    if (lastLines.length > 12) lastLines.shift();
    options.onLog(line);
  });
  let gone = false;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      lastLines.push(error.message);
      resolve();
    });
  }).then(() => {
    gone = true;
  });

  const url = (database: string, role: string, password: string) =>
    `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${options.port}/${database}`;
  const superuserUrl = (database = 'postgres') => url(database, 'postgres', options.superuserPassword);
  const stop = async () => {
    if (gone) return;
    child.kill('SIGINT');
    const immediate = setTimeout(() => child.kill('SIGQUIT'), 4_000);
    await exited;
    clearTimeout(immediate);
  };

  const ready = await untilReady(superuserUrl(), () => gone).catch(async (error) => {
    await stop();
    throw error;
  });
  if (!ready) {
    if (!gone) await stop();
    const output = lastLines.join('\n');
    throw new PostgresStartError(
      `PostgreSQL did not start:\n${output}`,
      /could not bind|Address already in use/.test(output),
    );
  }
  return {
    port: options.port,
    user,
    exited,
    url,
    superuserUrl,
    stop,
    killHard: async () => {
      if (gone || child.pid === undefined) return;
      // The server's processes each lead a group of their own kind: the children are found before their parent goes.
      for (const pid of [child.pid, ...childrenOf(child.pid)]) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // Already gone with its parent.
        }
      }
      await exited;
    },
  };
}

async function untilReady(url: string, hasGone: () => boolean): Promise<boolean> {
  const deadline = Date.now() + 60_000;
  while (!hasGone() && Date.now() < deadline) {
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
    try {
      await sql`select 1`;
      return true;
    } catch (error) {
      // 28P01, invalid_password: no waiting will help, unless it is another server that has got the port, and ours is about to give up.
      const isRefused = (error as { code?: string }).code === '28P01';
      await sleep(isRefused ? 500 : 40);
      if (isRefused && !hasGone()) throw new WrongPasswordError();
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
  return false;
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
}

function forEachLine(child: ChildProcess, take: (line: string) => void): void {
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

/** PG* variables of the host (PGDATA, PGPORT...) must not steer the embedded server; its messages are in English. */
function postgresEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'));
  return { ...Object.fromEntries(kept), LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}
