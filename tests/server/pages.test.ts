import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork } from '../support/network.ts';

const NOW = Date.parse('2026-11-24T07:00:00Z');

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let build: string;

beforeAll(async () => {
  build = await mkdtemp(join(tmpdir(), 'mitoyen-build-'));
  await writeFile(join(build, 'package.json'), '{ "type": "module" }');
  await writeFile(
    join(build, 'handler.js'),
    `export const handler = (request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('a page');`,
  );
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, new MovableClock(NOW), { env: { MITOYEN_DEMO: '', WEB_BUILD: build } });
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
  await rm(build, { recursive: true, force: true });
});

it('a page is drawn at every address but the API’s', async () => {
  const page = await api.app.inject({ url: '/lieux/annot' });
  expect([page.statusCode, page.body]).toEqual([200, 'a page']);
});

it('what the API does not have is refused there, and drawn by no page: without a demo, the pages ask whether there is one', async () => {
  for (const path of ['/demo/outbox', '/nowhere', '/manager/nowhere/at/all']) {
    expect(await api.get(path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  }
  expect((await api.send('POST', '/nowhere', {})).status).toBe(404);
});
