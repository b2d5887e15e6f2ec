import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brokerUser, mergeBrokerUsers } from './broker/users.ts';
import type { ChildOptions, SupervisedChild } from './child.ts';
import type { DataDir } from './data-dir.ts';
import { readJson, writeJson } from './files.ts';
import type { KnownPorts } from './known-ports.ts';
import { REPOSITORY } from './options.ts';
import { answers } from './probes.ts';
import type { Secrets } from './secrets.ts';

export interface DemoLogin {
  readonly role: string;
  readonly email: string;
}

export interface Demo {
  readonly logins: readonly DemoLogin[];
  readonly simulatorUrl: string;
  readonly simulatorConfig: string;
}

/** The parts of `bridge.json` that depend on where this start put the brokers. */
interface BridgeFile {
  readonly bridgeId: string;
  readonly networkId: string;
  readonly siteId: string;
  readonly name: string;
  readonly server: { readonly mqttUrl: string; readonly username: string; readonly password: string };
  readonly site: { readonly mqttUrl: string };
}

export interface DemoOptions {
  readonly ownerUrl: string;
  readonly brokerUrl: string;
  readonly secrets: Secrets;
  readonly data: DataDir;
  readonly ports: KnownPorts;
  readonly onLine?: ((name: string, line: string) => void) | undefined;
}

/**
 * Seeds the demo network, the first time, and points its bridges and the simulator at the brokers of this start:
 * their ports may have been taken by others since.
 */
export async function prepareDemo(options: DemoOptions): Promise<{ detail?: string; value: Demo }> {
  const { ownerUrl, secrets, data, ports } = options;
  // Loaded here and not above: a start without a demo does without its data.
  const { seedDemo } = await import('@mitoyen/db/seed');
  const seeded = await seedDemo({
    ownerUrl,
    secrets,
    dataDir: data.root,
    clock: { now: () => Date.now() },
    log: (line: string) => options.onLine?.('seed', line),
  });
  return { value: { logins: seeded.logins, simulatorUrl: '', simulatorConfig: '' } };
}

/** What the supervisor gives every child. */
export type ChildDefaults = 'name' | 'cwd' | 'logFile' | 'signal' | 'onLine' | 'onFall';

export type StartChild = (name: string, child: Omit<ChildOptions, ChildDefaults>) => Promise<SupervisedChild>;

/** The simulator first, since the bridges connect to the brokers it runs. */
export async function startSites(demo: Demo, data: DataDir, startChild: StartChild): Promise<string[]> {
  const { port } = new URL(demo.simulatorUrl);
  await startChild('simulator', {
    script: join(REPOSITORY, 'firmware-bridge', 'src', 'simulate', 'main.ts'),
    env: { SIMULATOR_CONFIG: demo.simulatorConfig, PORT: port },
    isReady: () => answers(`${demo.simulatorUrl}/sites`),
  });
  return [];
}
