import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '../../scripts/start/postgres/database.ts';
import { type OwnProduct, startProduct } from '../support/product.ts';
import { runScript } from '../support/run-script.ts';

interface SimulatedSite {
  readonly siteSlug: string;
  readonly doors: readonly { readonly id: string }[];
}

let product: OwnProduct;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.remove());

async function presentBadge(uid: string): Promise<unknown> {
  const sites = (await (await fetch(`${product.simulatorUrl}/sites`)).json()) as SimulatedSite[];
  const door = sites.find((site) => site.siteSlug === 'annot')?.doors[0];
  const response = await fetch(`${product.simulatorUrl}/doors/${door?.id}/present`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'badge', uid }),
  });
  return response.json();
}

/** Until the three bridges have their grants: they ask for them once they reach the broker. */
async function untilTheDoorOpens(): Promise<void> {
  await expect
    .poll(() => presentBadge(product.hints.staffBadge ?? ''), { timeout: 30_000 })
    .toMatchObject({
      outcome: 'opened',
    });
}

const whatIsKept = () =>
  withClient(
    product.superuserUrl,
    (
      sql,
    ) => sql`select id, (select count(*)::int from bookings) as bookings, (select count(*)::int from accounts) as accounts
      from networks order by id`,
  );

test('a start brings up pages, the API, and three sites whose doors know the badges', async () => {
  const page = await fetch(product.url);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<html');
  expect((await fetch(`${product.url}/readyz`)).status).toBe(200);
  expect(product.logins.map((login) => login.role)).toEqual(['member', 'host', 'manager', 'administrator']);
  await untilTheDoorOpens();
  expect(await presentBadge('DEADBEEF')).toMatchObject({ outcome: 'refused' });
});

test('nothing that is kept can be read by others, and the database and brokers listen on this machine alone', () => {
  for (const file of [
    'secrets.json',
    'ports.json',
    'broker/users.json',
    'bridges/annot/bridge.json',
    'logs/server.log',
  ]) {
    expect([file, statSync(join(product.dataDir, file)).mode & 0o077]).toEqual([file, 0]);
  }
  const ports = Object.values(JSON.parse(readFileSync(join(product.dataDir, 'ports.json'), 'utf8')) as object);
  // proc_net_tcp(5): 0100007F is 127.0.0.1, state 0A is listening.
  const listening = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === '0A')
    .map((columns) => columns[1]?.split(':') ?? []);
  for (const port of ports) {
    const hosts = listening.filter(([, hex]) => Number.parseInt(hex ?? '', 16) === port).map(([host]) => host);
    expect([port, hosts]).toEqual([port, ['0100007F']]);
  }
});

test('a second start on the same data is refused, and told where the first answers', async () => {
  const { code, output } = await runScript('scripts/start.ts', ['--data', product.dataDir]);
  expect(code).toBe(1);
  expect(output).toContain(`already runs at ${product.url} (process ${process.pid}`);
});

test('a restart keeps the data, the passwords and the doors, and takes less than ten seconds', async () => {
  const { dataDir, password } = product;
  const before = await whatIsKept();
  expect(before.length).toBeGreaterThan(0);
  const stoppedIn = await timed(() => product.stop());
  expect(stoppedIn).toBeLessThan(10_000);
  expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  await expect(fetch(product.url)).rejects.toThrow();

  const startedIn = await timed(async () => {
    product = await startProduct({ dataDir });
  });
  expect(startedIn).toBeLessThan(10_000);
  expect(product.password).toBe(password);
  expect(await whatIsKept()).toEqual(before);
  await untilTheDoorOpens();
});

async function timed(run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}
