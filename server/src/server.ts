import { randomBytes } from 'node:crypto';
import { createVault, openDatabase } from '@mitoyen/db';
import { privateKeyFromText, TIME_BEACON_MS } from '@mitoyen/protocol';
import type { Broker } from './adapters/broker.ts';
import { createBroker, noDoors } from './adapters/broker.ts';
import { keptMailer, smtpMailer } from './adapters/mailer.ts';
import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import { createIngest } from './ingest/ingest.ts';
import { runHousekeeping } from './jobs/housekeeping.ts';
import { createOutboxWorker } from './jobs/outbox-worker.ts';
import { loggerOptions } from './plugins/logging.ts';
import { readCalendars } from './schedule/calendars.ts';
import { createScheduleStore } from './schedule/schedule-store.ts';
import type { Services } from './services.ts';
import { SIGNING_KID } from './signing.ts';

const HOUSEKEEPING_MS = 60_000;
/** Above what any job takes, and three times what a request is waited for. */
const LONGEST_IN_DATABASE_MS = 60_000;

export interface RunningServer {
  /** Where it listens, with the port that was chosen when 0 was asked for. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Puts the whole process together: HTTP, broker, jobs. Resolves once it listens. */
export async function startServer(
  config: Config,
  overrides: Partial<Pick<Services, 'clock' | 'random'>> = {},
): Promise<RunningServer> {
  const db = openDatabase(config.databaseUrl, {
    max: 20,
    longestMs: LONGEST_IN_DATABASE_MS,
    ...(config.databaseRole && { role: config.databaseRole }),
  });
  const vault = createVault(config.secret);
  const signingKey = { kid: SIGNING_KID, privateKey: privateKeyFromText(config.signingKey) };
  const broker: Broker | null =
    config.mqttUrl === null ? null : createBroker({ ...config, mqttUrl: config.mqttUrl }, signingKey);
  const services: Services = {
    config,
    db,
    vault,
    signingKey,
    clock: overrides.clock ?? { now: () => Date.now() },
    random: overrides.random ?? randomBytes,
    doors: broker ?? noDoors,
    schedules: createScheduleStore(readCalendars(config.calendarsDir)),
  };
  const app = await buildApp(services, loggerOptions(config));
  const worker = createOutboxWorker(
    services,
    { broker, mailer: config.smtpUrl === null ? keptMailer : smtpMailer(config.smtpUrl, config.mailFrom) },
    app.log,
  );
  const timers: NodeJS.Timeout[] = [];

  if (broker !== null) {
    const ingest = createIngest(services, broker, app.log);
    broker.start({
      onMessage: ingest.receive,
      onConnected: () => app.log.info('broker connected'),
      onError: (error) => app.log.warn({ err: error }, 'broker'),
    });
    timers.push(every(TIME_BEACON_MS, () => ingest.sendTime()));
  }
  await app.live.start(db);
  await worker.start();
  timers.push(every(HOUSEKEEPING_MS, () => runHousekeeping(services, broker, app.log)));

  function every(ms: number, work: () => Promise<void>): NodeJS.Timeout {
    return setInterval(() => {
      work().catch((error: unknown) => app.log.error({ err: error }, 'job failed'));
    }, ms);
  }

  await app.listen({ port: config.port, host: config.host });
  return {
    address: app.listeningOrigin,
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await app.close();
      await worker.stop();
      await broker?.stop();
      await db.close();
    },
  };
}
