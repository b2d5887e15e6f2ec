import { join } from 'node:path';
import { brokerUser, mergeBrokerUsers } from './broker/users.ts';
import type { ChildOptions, SupervisedChild } from './child.ts';
import type { DataDir } from './data-dir.ts';
import { readJson, writeJson } from './files.ts';
import type { KnownPorts } from './known-ports.ts';
import { REPOSITORY } from './options.ts';
import type { Secrets } from './secrets.ts';

export interface DemoLogin {
  readonly role: string;
  readonly email: string;
}

export interface DemoSite {
  readonly slug: string;
  readonly bridgeConfig: string;
}

export interface Demo {
  readonly logins: readonly DemoLogin[];
  readonly sites: readonly DemoSite[];
  readonly simulatorUrl: string;
  readonly simulatorConfig: string;
}

/** What `bridge.json` says of where things are. */
interface BridgeFile {
  readonly networkId: string;
  readonly siteId: string;
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
 * a port of the last one may belong to another program by now.
 */
export async function prepareDemo(options: DemoOptions): Promise<{ detail?: string; value: Demo }> {
  const { ownerUrl, brokerUrl, secrets, data, ports, onLine } = options;
  // Loaded here and not above: a start without a demo does without its data.
  const { seedDemo } = await import('@mitoyen/db/seed');
  const { logins, simulator } = await seedDemo({
    ownerUrl,
    secrets,
    dataDir: data.root,
    clock: { now: () => Date.now() },
    log: (line: string) => onLine?.('seed', line),
  });

  const sites: DemoSite[] = [];
  const simulatedSites: ((typeof simulator.sites)[number] & { brokerPort: number })[] = [];
  for (const site of simulator.sites) {
    const brokerPort = await ports.take(`site-${site.siteSlug}`);
    const bridgeConfig = join(data.bridges, site.siteSlug, 'bridge.json');
    rewire(bridgeConfig, brokerUrl, `mqtt://127.0.0.1:${brokerPort}`, data.brokerUsers);
    simulatedSites.push({ ...site, brokerPort });
    sites.push({ slug: site.siteSlug, bridgeConfig });
  }
  const port = await ports.take('simulator');
  const simulatorConfig = join(data.root, 'demo', 'simulator.json');
  writeJson(simulatorConfig, { ...simulator, port, sites: simulatedSites });
  const detail = simulator.sites.map((site) => site.siteSlug).join(', ');
  return { detail, value: { logins, sites, simulatorUrl: `http://127.0.0.1:${port}`, simulatorConfig } };
}

/** Also lets the bridge into the embedded broker, below its own site's topics and nowhere else. */
function rewire(bridgeConfig: string, serverMqttUrl: string, siteMqttUrl: string, brokerUsers: string): void {
  const bridge = readJson<BridgeFile>(bridgeConfig);
  if (!bridge) throw new Error(`${bridgeConfig} is missing. Begin anew with --reset.`);
  writeJson(bridgeConfig, {
    ...bridge,
    server: { ...bridge.server, mqttUrl: serverMqttUrl },
    site: { ...bridge.site, mqttUrl: siteMqttUrl },
  });
  const { username, password } = bridge.server;
  const prefix = `mitoyen/1/${bridge.networkId}/${bridge.siteId}/`;
  mergeBrokerUsers(brokerUsers, { [username]: brokerUser(password, prefix) });
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
        script: join(REPOSITORY, 'firmware-bridge', 'src', 'main.ts'),
        env: { BRIDGE_CONFIG: bridgeConfig },
        ready: 'line',
      }),
    ),
  );
  // Only once all have settled: one that was still starting would escape the stop that follows a failure.
  const failed = bridges.find((bridge) => bridge.status === 'rejected');
  if (failed) throw failed.reason;
}
