#!/usr/bin/env node
/**
 * Starts the bridge with its modules compiled beforehand. Node would otherwise load its TypeScript compiler, which then stays for as
 * long as the process does: some 25 MB, and a third of the time to the first decision. The first start of a version has another
 * process fill the cache, half a second long. Plain JavaScript, because this very file must not need that compiler.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };

const FILL = '--fill-cache';

const isFilling = process.argv.includes(FILL);
const { BRIDGE_CONFIG, BRIDGE_DIR } = process.env;
const folder = BRIDGE_CONFIG === undefined ? BRIDGE_DIR : dirname(BRIDGE_CONFIG);

process.umask(0o077);
if (folder !== undefined && existsSync(folder)) {
  // Beside bridge.json and bridge.sqlite: whoever can write there owns the bridge anyhow.
  const caches = join(folder, 'cache');
  const cache = join(caches, `${packageJson.version}-node-${process.versions.node}`);
  if (!isFilling && !existsSync(cache)) {
    rmSync(caches, { recursive: true, force: true });
    spawnSync(process.execPath, [fileURLToPath(import.meta.url), FILL], { stdio: 'ignore', timeout: 30_000 });
  }
  enableCompileCache(cache);
}

const { run } = await import('../src/main.ts');
if (!isFilling) run();
