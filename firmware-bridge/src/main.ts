import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { createBridge } from './bridge.ts';
import { systemTime } from './clock/time-source.ts';
import { ConfigError, loadConfig } from './config.ts';
import { createLog, isLogLevel } from './log.ts';

/*
 * The bridge as a process. BRIDGE_CONFIG: path of bridge.json, or BRIDGE_DIR: the folder with bridge.json; bridge.sqlite lies beside
 * it. LOG_LEVEL: debug, info (default), warn, error. Prints one JSON line on stdout when it is ready to decide; logs go to stderr.
 * Exit codes: 0 stopped by a signal, 1 a fault, 78 wrong configuration (sysexits.h, EX_CONFIG).
 */

async function main(): Promise<void> {
  // The disk holds what opens doors, and who passed them.
  process.umask(0o077);
  const { BRIDGE_CONFIG, BRIDGE_DIR, LOG_LEVEL = 'info' } = process.env;
  const path = BRIDGE_CONFIG ?? (BRIDGE_DIR === undefined ? undefined : join(BRIDGE_DIR, 'bridge.json'));
  if (path === undefined)
    throw new ConfigError('Set BRIDGE_CONFIG to the path of bridge.json, or BRIDGE_DIR to its folder.');
  if (!isLogLevel(LOG_LEVEL)) throw new ConfigError(`LOG_LEVEL is debug, info, warn or error, not ${LOG_LEVEL}.`);
  const config = loadConfig(path);
  const bridge = createBridge({
    config,
    databasePath: join(dirname(path), 'bridge.sqlite'),
    clock: systemTime,
    random: randomBytes,
    log: createLog((line) => process.stderr.write(line), LOG_LEVEL, { bridge: config.name }),
    softwareVersion: packageJson.version,
  });
  await bridge.start();

  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    bridge.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The brokers' sockets come and go; the bridge stays.
  setInterval(() => {}, 2 ** 31 - 1);
  const ready = {
    ready: true,
    pid: process.pid,
    bridgeId: config.bridgeId,
    bootId: bridge.bootId,
    sitePort: bridge.sitePort,
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

/** Runs the bridge until it is told to stop. */
export function run(): void {
  main().catch((error: Error) => {
    process.stderr.write(`${error instanceof ConfigError ? error.message : error.stack}\n`);
    process.exit(error instanceof ConfigError ? 78 : 1);
  });
}

if (import.meta.main) run();
