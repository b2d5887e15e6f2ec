import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { DemoHints, DemoLogin } from '../../scripts/start/demo.ts';
import { messagesFor } from '../../scripts/start/messages.ts';
import { anyFreePort } from '../../scripts/start/ports.ts';
import { startProduct as startSupervised } from '../../scripts/start/product.ts';
import type { Progress } from '../../scripts/start/steps.ts';

/** The whole product as `pnpm start` brings it up: PostgreSQL, broker, server and pages, three sites with bridges. */
export interface RunningProduct {
  readonly url: string;
  readonly dataDir: string;
  readonly logins: readonly DemoLogin[];
  readonly password: string;
  /** Of the superuser: sees every network's rows. */
  readonly superuserUrl: string;
  /** Badges that open, and a booking of the member's, as `pnpm start` prints them. */
  readonly hints: DemoHints;
  readonly simulatorUrl: string;
}

export interface OwnProduct extends RunningProduct {
  /** Stops it; the data stay for another `startProduct({ dataDir })`. */
  stop(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

declare module 'vitest' {
  interface ProvidedContext {
    product: RunningProduct;
  }
}

/** The one product that the journeys of a run share. A journey makes accounts and bookings of its own in it. */
export function sharedProduct(): RunningProduct {
  return inject('product');
}

/** A product of one's own, on free ports, with its data in a temporary folder; for a test that stops or breaks it. */
export async function startProduct(options: { dataDir?: string } = {}): Promise<OwnProduct> {
  const dataDir = options.dataDir ?? (await temporaryDataDir());
  // What the host has set must not replace embedded parts here.
  const { DATABASE_URL, DATABASE_OWNER_URL, MQTT_URL, PUBLIC_URL, SMTP_URL, PORT, ...env } = process.env;
  const product = await startSupervised({
    dataDir,
    port: await anyFreePort(),
    host: '127.0.0.1',
    withDemo: true,
    run: 'built',
    env,
    messages: messagesFor({}),
    progress: silentProgress,
  }).catch(async (error) => {
    const log = await readFile(join(dataDir, 'logs', 'server.log'), 'utf8').catch(() => '');
    throw new Error(`The product did not start: ${error.message}\n${log.slice(-2_000)}`, { cause: error });
  });
  return {
    url: product.url,
    dataDir,
    logins: product.demo?.logins ?? [],
    password: product.secrets.demoPassword,
    superuserUrl: product.superuserUrl ?? '',
    hints: product.demo?.hints ?? { memberBadge: null, staffBadge: null, booking: null },
    simulatorUrl: product.demo?.simulatorUrl ?? '',
    stop: () => product.stop(),
    remove: async () => {
      await product.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function temporaryDataDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'mitoyen-data-'));
  await chmod(dir, 0o711);
  return dir;
}

export const silentProgress: Progress = {
  step: async (_step, run) => (await run()).value,
  notice: () => {},
};
