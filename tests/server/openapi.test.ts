import { readFile } from 'node:fs/promises';
import { PROBLEMS } from '@mitoyen/server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  createTestNetwork,
  TEST_PASSWORD,
  type TestNetwork,
  type TestPerson,
  type TestSite,
} from '../support/network.ts';

const NOW = Date.parse('2026-11-24T07:00:00Z');

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let site: TestSite;
let host: TestPerson;
let callers: Caller[];

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, new MovableClock(NOW), { env: { RATE_LIMIT_PER_MINUTE: '0' } });
  site = await network.addSite('annot');
  host = await network.addPerson('host', { role: 'host', structureId: site.structureId });
  callers = [
    api,
    await api.as(await network.addPerson('lea')),
    await api.as(host),
    await api.as(await network.addPerson('manager', { role: 'manager' })),
  ];
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});

interface Operation {
  readonly operationId: string;
  readonly tags?: string[];
  readonly summary?: string;
  readonly security?: unknown[];
  readonly responses: Record<string, unknown>;
}
const document = () =>
  api.app.swagger() as unknown as { paths: Record<string, Record<string, Operation>>; tags: { name: string }[] };

describe('the API document', () => {
  it('is the one that the web client was generated from', async () => {
    const kept = JSON.parse(await readFile(new URL('../../server/openapi.json', import.meta.url), 'utf8'));
    const { servers: _, ...now } = JSON.parse(JSON.stringify(document()));
    const { servers: __, ...then } = kept;
    expect(now).toEqual(then);
  });

  it('names, sorts and summarises every operation, and says how it is refused', () => {
    const { paths, tags } = document();
    const known = tags.map(({ name }) => name);
    const ids = new Set<string>();
    for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
      expect(ids.has(operation.operationId), operation.operationId).toBe(false);
      ids.add(operation.operationId);
      expect(operation.summary, operation.operationId).toBeTruthy();
      expect(known).toContain(operation.tags?.[0]);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['4XX', '5XX']));
    }
  });

  it('asks for a session exactly where a visitor is turned away', async () => {
    for (const [path, methods] of Object.entries(document().paths)) {
      const get = methods.get;
      if (!get || path.includes('{')) continue;
      const { status } = await api.get(`${path}?q=annot`);
      expect(status === 401, `${path} answered ${status}`).toBe((get.security ?? []).length > 0);
    }
  });
});

describe('other methods', () => {
  const inject = (method: 'HEAD' | 'OPTIONS' | 'DELETE' | 'PUT', url: string, headers = {}) =>
    api.app.inject({ method, url, headers: { 'x-mitoyen-network': network.slug, ...headers } });
  const tokenOf = async (person: TestPerson) =>
    (await api.send('POST', '/sessions', { email: person.email, password: TEST_PASSWORD })).body.accessToken as string;

  it('HEAD answers as GET does, without the body', async () => {
    for (const url of ['/api/v1/sites/annot', '/api/v1/sites/nowhere', '/api/v1/me']) {
      const [head, get] = [await inject('HEAD', url), await api.get(url)];
      expect([url, head.statusCode, head.headers['content-type'], head.body]).toEqual([
        url,
        get.status,
        get.headers['content-type'],
        '',
      ]);
    }
  });

  it('HEAD of the live view ends', async () => {
    const headers = { authorization: `Bearer ${await tokenOf(host)}` };
    const head = await inject('HEAD', '/api/v1/host/sites/annot/live', headers);
    expect([head.statusCode, head.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
  }, 5_000);

  it('what no route takes is not found, and no other site is let in', async () => {
    for (const [method, url] of [
      ['OPTIONS', '/api/v1/sites'],
      ['DELETE', '/api/v1/sites'],
      ['PUT', '/api/v1/me'],
    ] as const) {
      const reply = await inject(method, url, {
        origin: method === 'OPTIONS' ? 'https://evil.example' : 'http://localhost:3000',
        'access-control-request-method': 'POST',
      });
      expect(reply.json()).toMatchObject({ status: 404, code: 'not_found' });
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('refusals', () => {
  it('are told in French and in English, not the same', () => {
    for (const [code, { title, detail }] of Object.entries(PROBLEMS)) {
      for (const text of [title, detail]) {
        expect(text.fr.length, code).toBeGreaterThan(3);
        expect(text.en.length, code).toBeGreaterThan(3);
        expect(text.fr, code).not.toBe(text.en);
      }
    }
  });

  it('are problem documents in the language of the reader, whose type leads somewhere', async () => {
    const english = await api.get('/sites/nowhere', { 'accept-language': 'en-GB,en;q=0.9,fr;q=0.8' });
    expect(english.headers['content-type']).toContain('application/problem+json');
    expect(english.body).toMatchObject({ status: 404, code: 'not_found', title: 'Not found' });
    expect((await api.get('/sites/nowhere', { 'accept-language': 'de' })).body.title).toBe('Introuvable');
    expect((await api.get('/sites/nowhere', { 'accept-language': 'en;q=0.1, fr;q=0.9' })).body.title).toBe(
      'Introuvable',
    );
    const { pathname } = new URL(english.body.type);
    expect((await api.app.inject(pathname)).json()).toMatchObject({ code: 'not_found', status: 404 });
    expect((await api.app.inject('/problems/__proto__')).statusCode).toBe(404);
  });

  it('of what cannot be read say so', async () => {
    const send = (payload: string, type = 'application/json') =>
      api.app.inject({
        method: 'POST',
        url: '/api/v1/quotes',
        payload,
        headers: { 'content-type': type, 'x-mitoyen-network': network.slug },
      });
    expect((await send('{"resourceId":')).json().code).toBe('request.malformed');
    expect((await send('<a/>', 'text/xml')).json().code).toBe('request.unsupported_media_type');
    expect((await send(`"${'x'.repeat(300_000)}"`)).json().code).toBe('request.too_large');
    const wrong = (await send('{"resourceId":"x"}')).json();
    expect(wrong).toMatchObject({ status: 400, code: 'request.invalid' });
    expect(wrong.errors.length).toBeGreaterThan(0);
  });
});

describe('no input', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '',
      '\u0000',
      '../..',
      "'; drop table bookings; --",
      '%00',
      '💥',
      'null',
      '-1',
      '1e309',
      '9999-12-31T23:59:59Z',
    ),
    fc.uuid(),
  );
  const values = fc.oneof(
    hostile,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.anything(), { maxLength: 3 }),
  );

  it('makes a 500, on any route, whoever sends it', async () => {
    const targets = Object.entries(document().paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() as 'GET' | 'POST' })),
    );
    // A live stream does not end; what stands before it is the same as for the day.
    const finite = targets.filter(({ path }) => !path.endsWith('/live'));
    for (const { path, method } of finite) {
      await fc.assert(
        fc.asyncProperty(
          hostile,
          fc.dictionary(
            fc.constantFrom('q', 'date', 'from', 'until', 'page', 'lat', 'lon', 'audience', 'month', 'scope'),
            hostile,
          ),
          fc.dictionary(
            fc.constantFrom(
              'resourceId',
              'startsAt',
              'endsAt',
              'email',
              'password',
              'token',
              'items',
              'version',
              'uid',
              'memberId',
              'from',
              'until',
              'kind',
            ),
            values,
          ),
          fc.nat(3),
          async (parameter, query, body, who) => {
            const url = `${path.replace(/\{\w+\}/g, encodeURIComponent(parameter))}?${new URLSearchParams(query)}`;
            const caller = callers[who] as Caller;
            const { status, body: answer } =
              method === 'GET' ? await caller.get(url) : await caller.send(method, url, body);
            if (status >= 500 && status !== 503)
              throw new Error(`${method} ${url} answered ${status}: ${JSON.stringify(answer)}`);
          },
        ),
        { numRuns: 20, seed: 20261124 },
      );
    }
  });

  it('that PostgreSQL cannot store, such as a zero byte, is refused as the input that it is', async () => {
    const fresh = await api.as(await network.addPerson('fresh'));
    const refused = await fresh.send('PATCH', '/me', { displayName: 'a\u0000b' });
    expect(refused).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
  });

  it.each([
    ['0001-01-01T00:00:00Z', '0001-01-01T01:00:00Z'],
    ['9999-12-31T22:00:00Z', '9999-12-31T23:00:00Z'],
    ['2026-11-25T08:00:00+25:00', '2026-11-25T09:00:00Z'],
    ['2026-11-25T24:00:00Z', '2026-11-26T01:00:00Z'],
    ['2026-11-25T23:59:60Z', '2026-11-26T01:00:00Z'],
  ])('of a date such as %s either', async (startsAt, endsAt) => {
    const lea = callers[1] as Caller;
    const resourceId = site.deskIds[0];
    for (const path of ['/bookings', '/quotes']) {
      expect((await lea.send('POST', path, { resourceId, startsAt, endsAt })).status).toBeLessThan(500);
    }
  });
});
