import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@mitoyen/db';
import { brokerUser, mergeBrokerUsers } from './broker/users.ts';
import { type ChildOptions, SupervisedChild } from './child.ts';
import { type DataDir, openDataDir, postgresHome } from './data-dir.ts';
import { type ChildDefaults, type Demo, prepareDemo, startSites } from './demo.ts';
import { KnownPorts } from './known-ports.ts';
import { type Holder, takeLock } from './lock.ts';
import { LogFile } from './log-file.ts';
import type { Messages } from './messages.ts';
import { REPOSITORY } from './options.ts';
import { firstFreePort, isWebPortFree, whoListens } from './ports.ts';
import { ensureDatabase, ensureRoles } from './postgres/database.ts';
import { PostgresStartError, stopOrphan, WrongPasswordError } from './postgres/server.ts';
import { type SupervisedPostgres, supervisePostgres } from './postgres/supervised.ts';
import { answers } from './probes.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import type { Progress } from './steps.ts';
import { StopStack } from './stop-stack.ts';
import { ensureWebBuild, WEB_BUILD } from './web-build.ts';

const USUAL_WEB_PORT = 3000;

export interface ProductOptions {
  readonly dataDir: string;
  /** Must be free; undefined: 3000, or the next free one. */
  readonly port: number | undefined;
  readonly host: string;
  readonly withDemo: boolean;
  /** `source`: the server serves no pages, for Vite does. */
  readonly run: 'built' | 'source';
  readonly env: NodeJS.ProcessEnv;
  readonly messages: Messages;
  readonly progress: Progress;
  /** Aborted: the start is given up and undone. */
  readonly signal?: AbortSignal;
  /** Every line that a part writes, beside its log file. */
  readonly onLine?: (name: string, line: string) => void;
}

export interface Product {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly logs: string;
  readonly ownerUrl: string;
  /** Of the embedded PostgreSQL; undefined with one of the reader's own. */
  readonly superuserUrl: string | undefined;
  readonly secrets: Secrets;
  readonly demo: Demo | undefined;
  restartServer(): void;
  /** In the reverse order of the start, within ten seconds. */
  stop(): Promise<void>;
}

/** A start that was refused for a reason its reader can do something about. */
export class StartRefusal extends Error {}

/** Brings up everything, in order; what had been started is stopped again when a later part fails. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const data = openDataDir(options.dataDir);
  const taken = takeLock(data.lock);
  if (!taken.ok) throw new StartRefusal(alreadyRuns(options, taken.holder));
  const parts = new StopStack();
  parts.push('lock', async () => taken.lock.release());
  try {
    const ports = new KnownPorts(data.ports);
    if (taken.tookOver) await afterAKill(data, ports);
    const product = await startParts(options, data, ports, parts);
    taken.lock.announce(product.url);
    return { ...product, stop: () => parts.stopAll() };
  } catch (error) {
    await parts.stopAll();
    throw error instanceof WrongPasswordError
      ? new StartRefusal(options.messages.wrongPassword(data.root), { cause: error })
      : error;
  }
}

/** A supervisor that was killed leaves its PostgreSQL running, and its other children ending by themselves. */
async function afterAKill(data: DataDir, ports: KnownPorts): Promise<void> {
  await stopOrphan(join(postgresHome(data), 'cluster'));
  await ports.untilAllFree(8_000);
}

function alreadyRuns({ messages, dataDir }: ProductOptions, holder: Holder): string {
  return messages.alreadyRuns(holder.address, holder.pid, dataDir);
}

async function startParts(
  options: ProductOptions,
  data: DataDir,
  ports: KnownPorts,
  parts: StopStack,
): Promise<Omit<Product, 'stop'>> {
  const { env, signal } = options;
  const progress: Progress = {
    notice: (text) => options.progress.notice(text),
    step: (step, run) => {
      signal?.throwIfAborted();
      return options.progress.step(step, run);
    },
  };
  // Before anything that takes time: a port that is taken is told at once.
  const port = await webPort(options);
  const url = `http://localhost:${port}`;
  const secrets = loadSecrets(data.secrets);
  const mitoyenSecret = env.MITOYEN_SECRET || secrets.mitoyenSecret;
  const signingKey = env.MITOYEN_SIGNING_KEY || secrets.signingKey;
  ports.note('web', port);
  const startChild = async (tier: string, withinMs: number, name: string, child: Omit<ChildOptions, ChildDefaults>) => {
    const logFile = join(data.logs, `${name}.log`);
    const started = await SupervisedChild.start({
      ...child,
      name,
      logFile,
      cwd: REPOSITORY,
      signal,
      onLine: (line) => options.onLine?.(name, line),
      onFall: (how, pauseMs) => progress.notice(options.messages.fell(name, how, pauseMs / 1000, logFile)),
    });
    parts.push(tier, () => started.stop(withinMs));
    return started;
  };

  const database = await progress.step('database', () => openDatabase(options, data, secrets, ports, parts));

  await progress.step('migrations', async () => {
    const { applied, total } = await migrate(database.ownerUrl);
    return { detail: applied.length > 0 ? `${applied.length} / ${total}` : `${total}`, value: undefined };
  });

  const heldPort = env.MQTT_URL ? undefined : await ports.hold('mqtt', 1883);
  if (heldPort) parts.push('broker port', heldPort.release);
  const broker = env.MQTT_URL
    ? { url: env.MQTT_URL, username: env.MQTT_USERNAME || 'mitoyen-server', password: env.MQTT_PASSWORD ?? '' }
    : {
        url: `mqtt://127.0.0.1:${heldPort?.port}`,
        username: 'mitoyen-server',
        password: secrets.brokerPassword,
      };
  const demo = options.withDemo
    ? await progress.step('demo', () =>
        prepareDemo({
          ownerUrl: database.ownerUrl,
          brokerUrl: broker.url,
          mitoyenSecret,
          signingKey,
          demoPassword: secrets.demoPassword,
          data,
          ports,
          onLine: options.onLine,
        }),
      )
    : undefined;

  if (options.run === 'built') {
    await progress.step('web', async () => {
      const log = new LogFile(join(data.logs, 'web-build.log'));
      try {
        const built = await ensureWebBuild((line) => {
          log.write(line);
          options.onLine?.('web-build', line);
        }, signal);
        return { detail: built ? options.messages.built : options.messages.unchanged, value: undefined };
      } finally {
        log.close();
      }
    });
  }

  if (heldPort) {
    await progress.step('broker', async () => {
      mergeBrokerUsers(data.brokerUsers, { [broker.username]: brokerUser(broker.password, 'mitoyen/1/') });
      await heldPort.release();
      await startChild('broker', 1_000, 'broker', {
        script: join(REPOSITORY, 'scripts', 'start', 'broker', 'main.ts'),
        env: { BROKER_PORT: String(heldPort.port), BROKER_USERS: data.brokerUsers },
        // Not by whether somebody listens there: that could be another start's broker.
        ready: 'line',
      });
      return { detail: `port ${heldPort.port}`, value: undefined };
    });
  }

  const server = await progress.step('server', async () => {
    const server = await startChild('server', 2_500, 'server', {
      script: join(REPOSITORY, 'server', 'src', 'main.ts'),
      env: {
        NODE_ENV: options.run === 'built' ? 'production' : 'development',
        DATABASE_URL: database.appUrl,
        DATABASE_OWNER_URL: database.ownerUrl,
        MQTT_URL: broker.url,
        MQTT_USERNAME: broker.username,
        MQTT_PASSWORD: broker.password,
        PUBLIC_URL: env.PUBLIC_URL || url,
        PORT: String(port),
        HOST: options.host,
        MITOYEN_SECRET: mitoyenSecret,
        MITOYEN_SIGNING_KEY: signingKey,
        MITOYEN_DEMO: demo ? '1' : undefined,
        SIMULATOR_URL: demo?.simulatorUrl,
        WEB_BUILD: options.run === 'built' ? WEB_BUILD : undefined,
      },
      ready: () => answers(`http://127.0.0.1:${port}/readyz`),
    });
    return { detail: `port ${port}`, value: server };
  });

  if (demo) {
    await progress.step('sites', async () => {
      await startSites(demo, (name, child) => startChild('sites', 2_000, name, child));
      return { detail: `${demo.sites.length}`, value: undefined };
    });
  }

  return {
    url: env.PUBLIC_URL || url,
    port,
    dataDir: data.root,
    logs: data.logs,
    ownerUrl: database.ownerUrl,
    superuserUrl: database.superuserUrl,
    secrets,
    demo,
    restartServer: () => server.restart(),
  };
}

async function openDatabase(
  options: ProductOptions,
  data: DataDir,
  secrets: Secrets,
  ports: KnownPorts,
  parts: StopStack,
): Promise<{ detail?: string; value: { ownerUrl: string; appUrl: string; superuserUrl?: string } }> {
  const { env, progress, messages } = options;
  if (env.DATABASE_URL) {
    const { hostname, pathname } = new URL(env.DATABASE_URL);
    return {
      detail: `${hostname}${pathname}`,
      value: { ownerUrl: env.DATABASE_OWNER_URL || env.DATABASE_URL, appUrl: env.DATABASE_URL },
    };
  }
  const home = postgresHome(data);
  if (!home.startsWith(realpathSync(data.root))) progress.notice(messages.elsewhere(data.root, home));
  const log = new LogFile(join(data.logs, 'postgres.log'));
  const onLog = (line: string) => {
    log.write(line);
    options.onLine?.('postgres', line);
  };
  const onFall = (pauseMs: number) =>
    progress.notice(messages.fell('postgres', 'PostgreSQL', pauseMs / 1000, log.path));
  const start = async (attempt: number): Promise<SupervisedPostgres> => {
    const port = await ports.take('postgres', 5432);
    try {
      return await supervisePostgres({ home, port, superuserPassword: secrets.postgresPassword, onLog }, onFall);
    } catch (error) {
      // Another start has taken it meanwhile: a cluster takes a while to make.
      if (error instanceof PostgresStartError && error.portTaken && attempt < 5) return start(attempt + 1);
      throw error;
    }
  };
  const supervised = await start(1);
  parts.push('database', async () => {
    await supervised.stop();
    log.close();
  });
  const { server } = supervised;
  await ensureRoles(server.superuserUrl(), { owner: secrets.ownerPassword, app: secrets.appPassword });
  await ensureDatabase(server.superuserUrl(), 'mitoyen');
  return {
    detail: `port ${server.port}${server.user ? `, ${server.user.name}` : ''}`,
    value: {
      ownerUrl: server.url('mitoyen', 'mitoyen_owner', secrets.ownerPassword),
      appUrl: server.url('mitoyen', 'mitoyen_app', secrets.appPassword),
      superuserUrl: server.superuserUrl('mitoyen'),
    },
  };
}

async function webPort({ port, host, messages, progress }: ProductOptions): Promise<number> {
  const isFree = (candidate: number) => isWebPortFree(candidate, host);
  if (port !== undefined) {
    if (await isFree(port)) return port;
    throw new StartRefusal(messages.portTaken(port, whoListens(port)));
  }
  if (await isFree(USUAL_WEB_PORT)) return USUAL_WEB_PORT;
  const chosen = await firstFreePort(USUAL_WEB_PORT + 1, isFree);
  progress.notice(messages.portChosen(USUAL_WEB_PORT, whoListens(USUAL_WEB_PORT), chosen));
  return chosen;
}
