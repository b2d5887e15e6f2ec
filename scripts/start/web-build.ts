import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from './lock.ts';
import { REPOSITORY } from './options.ts';

const WEB = join(REPOSITORY, 'web');
export const WEB_BUILD = join(WEB, 'build');
/** The adapter empties its folder before it writes: a build that was cut short has no stamp. */
const STAMP = join(WEB_BUILD, '.sources');
/** What a build makes or a plugin leaves there, and what pnpm puts there; names with a leading dot are none either. */
const NOT_SOURCES = new Set(['node_modules', 'build', 'paraglide', 'cache', 'README.md']);

/** Builds the web app unless the one there was made from these very sources. True when it had to. */
export async function ensureWebBuild(onLine: (line: string) => void, signal?: AbortSignal): Promise<boolean> {
  if (isFresh()) return false;
  // Two starts from one checkout (another data folder, the tests) must not build into each other.
  const lock = await waitForLock(join(WEB, '.svelte-kit', 'mitoyen-build.lock'));
  try {
    if (isFresh()) return false;
    const sources = hashOfSources();
    await viteBuild(onLine, signal);
    writeFileSync(STAMP, sources);
    return true;
  } finally {
    lock.release();
  }
}

function isFresh(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hashOfSources();
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const sources = [
    ...filesBelow(WEB),
    ...filesBelow(join(REPOSITORY, 'domain', 'src')),
    join(REPOSITORY, 'pnpm-lock.yaml'),
  ];
  for (const file of sources) {
    hash
      .update(`${relative(REPOSITORY, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries
    .filter((entry) => !NOT_SOURCES.has(entry.name) && !entry.name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)]));
}

async function waitForLock(file: string) {
  const deadline = Date.now() + 300_000;
  for (;;) {
    const taken = takeLock(file);
    if (taken.ok) return taken.lock;
    if (Date.now() > deadline) throw new Error(`Another build (process ${taken.holder.pid}) does not end.`);
    await sleep(250);
  }
}

async function viteBuild(onLine: (line: string) => void, signal: AbortSignal | undefined): Promise<void> {
  const vite = join(createRequire(join(WEB, 'package.json')).resolve('vite/package.json'), '..', 'bin', 'vite.js');
  const child = spawn(process.execPath, [vite, 'build'], {
    cwd: WEB,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      for (const line of chunk.split('\n').filter((text) => text.trim() !== '')) {
        lines.push(line);
        onLine(line);
      }
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`The web app does not build:\n${lines.slice(-30).join('\n')}`);
}
