import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
// By path: the package's entry would load the whole server into the supervisor.
import { hashPassword } from '../../server/src/adapters/passwords.ts';
import { SIGNING_KID } from '../../server/src/signing.ts';
import { brokerUser, mergeBrokerUsers } from './broker/users.ts';
import type { ChildOptions, SupervisedChild } from './child.ts';
import type { DataDir } from './data-dir.ts';
import type { KnownPorts } from './known-ports.ts';
import { REPOSITORY } from './options.ts';

export interface DemoLogin {
  readonly role: string;
  readonly email: string;
}

/** What can be tried at a door at once. Times are epoch milliseconds. */
export interface DemoHints {
  readonly memberBadge: string | null;
  readonly staffBadge: string | null;
  readonly booking: {
    readonly reference: string;
    readonly startsAt: number;
    readonly endsAt: number;
    readonly pin: string | null;
  } | null;
}

export interface Demo {
  readonly logins: readonly DemoLogin[];
  readonly hints: DemoHints;
  readonly sites: readonly { readonly slug: string; readonly bridgeConfig: string }[];
  readonly simulatorUrl: string;
  readonly simulatorConfig: string;
}

export interface DemoOptions {
  readonly ownerUrl: string;
  readonly brokerUrl: string;
  readonly mitoyenSecret: string;
  readonly signingKey: string;
  readonly demoPassword: string;
  readonly data: DataDir;
  readonly ports: KnownPorts;
  readonly onLine?: ((name: string, line: string) => void) | undefined;
}

/**
 * Makes the demo network, the first time, and tells its bridges and the simulator where things are at this start: a
 * port of the last one may belong to another program by now. Lets each bridge into the embedded broker, below the
 * topics of its own site and nowhere else.
 */
export async function prepareDemo(options: DemoOptions): Promise<{ detail?: string; value: Demo }> {
  const { data, ports, onLine } = options;
  // Loaded here and not above: a start without a demo does without its data.
  const { seedDemo, SIMULATED_SITES } = await import('@mitoyen/db/seed');
  const sitePorts: [string, number][] = [];
  for (const slug of SIMULATED_SITES) sitePorts.push([slug, await ports.take(`site-${slug}`)]);
  const simulator = await ports.take('simulator');
  const seeded = await seedDemo({
    ownerUrl: options.ownerUrl,
    secret: options.mitoyenSecret,
    dataDir: data.root,
    clock: { now: () => Date.now() },
    hashPassword,
    demoPassword: options.demoPassword,
    mqttUrl: options.brokerUrl,
    serverKey: { kid: SIGNING_KID, publicKey: rawPublicKey(options.signingKey) },
    ports: { simulator, sites: Object.fromEntries(sitePorts) as Record<(typeof SIMULATED_SITES)[number], number> },
    log: (line) => onLine?.('seed', line),
  });
  mergeBrokerUsers(
    data.brokerUsers,
    Object.fromEntries(
      seeded.bridges.map(({ siteId, username, password }) => [
        username,
        brokerUser(password, `mitoyen/1/${seeded.networkId}/${siteId}/`),
      ]),
    ),
  );
  const value: Demo = {
    logins: seeded.logins,
    hints: seeded.hints,
    sites: seeded.bridges.map(({ siteSlug, configPath }) => ({ slug: siteSlug, bridgeConfig: configPath })),
    simulatorUrl: `http://127.0.0.1:${simulator}`,
    simulatorConfig: seeded.simulatorConfigPath,
  };
  return { detail: seeded.bridges.map((bridge) => bridge.siteSlug).join(', '), value };
}

/** Of MITOYEN_SIGNING_KEY: PKCS8 DER in base64url, or the path of a PEM file. */
function rawPublicKey(signingKey: string): string {
  const isPath = signingKey.startsWith('/') || signingKey.startsWith('.');
  const privateKey = isPath
    ? createPrivateKey(readFileSync(signingKey))
    : createPrivateKey({ key: Buffer.from(signingKey, 'base64url'), format: 'der', type: 'pkcs8' });
  return createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '';
}

/** What the supervisor gives every child. */
export type ChildDefaults = 'name' | 'cwd' | 'logFile' | 'signal' | 'onLine' | 'onFall';

export type StartChild = (name: string, child: Omit<ChildOptions, ChildDefaults>) => Promise<SupervisedChild>;

/** The simulator first: the bridges connect to the brokers that it runs. */
export async function startSites(demo: Demo, startChild: StartChild): Promise<void> {
  await startChild('simulator', {
    script: join(REPOSITORY, 'firmware-bridge', 'src', 'simulate', 'main.ts'),
    env: { SIMULATOR_CONFIG: demo.simulatorConfig },
    ready: 'line',
  });
  const bridges = await Promise.allSettled(
    demo.sites.map(({ slug, bridgeConfig }) =>
      startChild(`bridge-${slug}`, {
        script: join(REPOSITORY, 'firmware-bridge', 'bin', 'mitoyen-bridge.mjs'),
        env: { BRIDGE_CONFIG: bridgeConfig, NODE_OPTIONS: '--max-semi-space-size=2' },
        ready: 'line',
      }),
    ),
  );
  // Only once all have settled: one that was still starting would escape the stop that follows a failure.
  const failed = bridges.find((bridge) => bridge.status === 'rejected');
  if (failed) throw failed.reason;
}
