import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { canEnter, unprivilegedUser } from './postgres/os-user.ts';

/** Everything an installation keeps, in one folder. */
export interface DataDir {
  readonly root: string;
  readonly lock: string;
  readonly secrets: string;
  readonly ports: string;
  readonly logs: string;
  readonly brokerUsers: string;
  readonly bridges: string;
}

/** What `--reset` removes: these and nothing else, for `--data` may name a folder that holds more. */
const OURS = ['postgres', 'broker', 'bridges', 'logs', 'demo', 'secrets.json', 'ports.json'];

export function openDataDir(root: string): DataDir {
  // As root, PostgreSQL runs as another user, who has to pass through; what is secret in here has modes of its own.
  mkdirSync(root, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  return {
    root,
    lock: join(root, 'lock'),
    secrets: join(root, 'secrets.json'),
    ports: join(root, 'ports.json'),
    logs: join(root, 'logs'),
    brokerUsers: join(root, 'broker', 'users.json'),
    bridges: join(root, 'bridges'),
  };
}

export function isEmpty(data: DataDir): boolean {
  return !existsSync(data.root) || !readdirSync(data.root).some((name) => OURS.includes(name));
}

/**
 * The folder of the embedded PostgreSQL: `postgres` in the data folder. Where the user it runs as cannot enter that
 * (root's home has mode 0700), `postgres` is a link to a folder of the system's that it can.
 */
export function postgresHome(data: DataDir): string {
  const home = join(data.root, 'postgres');
  // A link whose target is gone (a wiped /var) would otherwise stand in the way of a new one.
  if (lstatSync(home, { throwIfNoEntry: false })?.isSymbolicLink() && !existsSync(home)) rmSync(home);
  if (existsSync(home)) return realpathSync(home);
  const user = unprivilegedUser(join(home, 'cluster'));
  if (canEnter(user, data.root)) {
    mkdirSync(home, { mode: user ? 0o711 : 0o700 });
    return realpathSync(home);
  }
  const place = `mitoyen-${randomBytes(6).toString('hex')}`;
  for (const parent of ['/var/lib', '/var/tmp', '/tmp']) {
    const outside = join(parent, place);
    try {
      mkdirSync(outside, { mode: 0o711 });
    } catch {
      continue;
    }
    if (canEnter(user, outside)) {
      symlinkSync(outside, home);
      return outside;
    }
    rmSync(outside, { recursive: true });
  }
  throw new Error(
    `PostgreSQL runs as the user ${user?.name}, who can enter neither ${data.root} nor a folder in /var. ` +
      'Give --data a folder that every user may enter, or start as an ordinary user.',
  );
}

/** Forgets everything this installation kept. The lock must be held. */
export function resetDataDir(data: DataDir): void {
  const home = join(data.root, 'postgres');
  if (existsSync(home)) {
    const real = realpathSync(home);
    // Only a folder that `postgresHome` made is removed outside of the data folder.
    if (dirname(real) === realpathSync(data.root) || basename(real).startsWith('mitoyen-')) {
      rmSync(real, { recursive: true, force: true });
    }
  }
  for (const name of OURS) rmSync(join(data.root, name), { recursive: true, force: true });
}
