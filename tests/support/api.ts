import { randomBytes } from 'node:crypto';
import { createVault, openDatabase } from '@mitoyen/db';
import type { Clock } from '@mitoyen/domain';
import { generateSigningKey } from '@mitoyen/protocol';
import {
  type App,
  buildApp,
  type Config,
  createScheduleStore,
  noDoors,
  readCalendars,
  readConfig,
  type Services,
  SIGNING_KID,
} from '@mitoyen/server';
import { answerChecker } from './api-document.ts';
import { TEST_PASSWORD, TEST_SECRET, type TestPerson } from './network.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test says itself which shape it expects.
export type Body = any;

export interface Reply<T> {
  readonly status: number;
  readonly body: T;
  readonly headers: Record<string, string | string[] | number | undefined>;
}

export interface Caller {
  get(path: string, headers?: Record<string, string>): Promise<Reply<Body>>;
  send(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply<Body>>;
}

export interface TestApi extends Caller {
  readonly app: App;
  readonly services: Services;
  readonly config: Config;
  /** Signs in and calls with the access token from then on. */
  as(person: Pick<TestPerson, 'email'>): Promise<Caller>;
  close(): Promise<void>;
}

/**
 * The API on a real database, without listening: what a browser or a program would get. The network is named by its slug. Every answer
 * is held to the API's document: a test that gets one of another shape fails, whatever it is about.
 */
export async function startTestApi(
  database: { appUrl: string },
  network: { slug: string },
  clock: Clock,
  overrides: Partial<Services> & { env?: Record<string, string> } = {},
): Promise<TestApi> {
  const { env, ...services } = overrides;
  const config = readConfig({
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: 'postgres://separate',
    MITOYEN_SECRET: TEST_SECRET,
    MITOYEN_SIGNING_KEY: 'unused',
    MITOYEN_DEMO: '1',
    ...env,
  });
  const db = services.db ?? openDatabase(config.databaseUrl, { max: 8 });
  const all: Services = {
    config,
    db,
    vault: createVault(config.secret),
    clock,
    random: randomBytes,
    signingKey: generateSigningKey(SIGNING_KID),
    doors: noDoors,
    schedules: createScheduleStore(readCalendars(null)),
    ...services,
  };
  // TEST_LOG=error shows the faults behind an unexpected 500.
  const app = await buildApp(all, process.env.TEST_LOG ? { level: process.env.TEST_LOG } : false);
  await app.ready();
  const differenceOf = answerChecker(app.swagger());

  async function call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    headers: Record<string, string>,
    body?: unknown,
  ): Promise<Reply<Body>> {
    const url = path.startsWith('/api') || path.startsWith('/healthz') ? path : `/api/v1${path}`;
    const response = await app.inject({
      method,
      url,
      headers: { 'x-mitoyen-network': network.slug, ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const type = String(response.headers['content-type'] ?? '');
    const answered = { status: response.statusCode, contentType: type, text: response.body };
    const difference = differenceOf(method, url, answered);
    if (difference !== null) throw new Error(difference);
    return {
      status: response.statusCode,
      body: type.includes('json') ? response.json() : response.body,
      headers: response.headers,
    };
  }

  const caller = (token: string | null): Caller => {
    const auth: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
    return {
      get: (path, headers = {}) => call('GET', path, { ...auth, ...headers }),
      send: (method, path, body, headers = {}) => call(method, path, { ...auth, ...headers }, body),
    };
  };

  return {
    ...caller(null),
    app,
    services: all,
    config,
    async as(person) {
      const reply = await call('POST', '/sessions', {}, { email: person.email, password: TEST_PASSWORD });
      if (reply.status !== 200) throw new Error(`Could not sign in: ${JSON.stringify(reply.body)}`);
      return caller(String(reply.body.accessToken));
    },
    async close() {
      await app.close();
      if (services.db === undefined) await db.close();
    },
  };
}
