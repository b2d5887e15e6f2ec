import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  createSimulatedSite,
  type SimulatedDoorConfig,
  type SimulatedSite,
  seededRandom,
  serveSimulator,
} from '@mitoyen/firmware-bridge/simulate';
import type { DeviceConfig } from '@mitoyen/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { BridgeSite, DOOR, SITE, SiteObserver } from '../support/bridge-site.ts';

const BADGE = '04A1B2C3D4';

describe('the hands of the demo', () => {
  let site: BridgeSite;
  let http: Awaited<ReturnType<typeof serveSimulator>>;
  afterEach(async () => {
    await http.stop();
    await site.stop();
  });

  const start = async () => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })]);
    http = await serveSimulator([site.hardware], 0);
  };
  const call = (path: string, body?: unknown) =>
    fetch(`http://127.0.0.1:${http.port}${path}`, {
      method: body === undefined && path === '/sites' ? 'GET' : 'POST',
      body: body === undefined ? null : JSON.stringify(body),
    });

  test('a badge opens, another is refused with the reason, and the site shows it', async () => {
    await start();
    const opened = await call(`/doors/${DOOR}/present`, { kind: 'badge', uid: BADGE });
    expect(await opened.json()).toMatchObject({ outcome: 'opened', tookMs: expect.any(Number) });
    const refused = await call(`/doors/${DOOR}/present`, { kind: 'pin', pin: '000000' });
    expect(await refused.json()).toMatchObject({ outcome: 'refused', reason: 'unknown_credential' });
    expect(await (await call('/sites')).json()).toMatchObject([
      { siteId: SITE, doors: [{ id: DOOR, lock: 'unlocked', contact: 'closed', lastOutcome: { outcome: 'refused' } }] },
    ]);
  });

  test('somebody walks in, and the door falls shut behind them', async () => {
    await start();
    expect((await call(`/doors/${DOOR}/walk`)).status).toBe(204);
    const open = { people: 1, motion: true, doors: [{ contact: 'open' }] };
    expect(await (await call('/sites')).json()).toMatchObject([open]);
    await site.server.takeEvent((one) => one.kind === 'door_opened');
    site.time.advance(2_500);
    await site.server.takeEvent((one) => one.kind === 'door_closed');
  });

  test('without a bridge nobody answers, after three seconds', async () => {
    await start();
    await site.stopBridge();
    const answer = call(`/doors/${DOOR}/present`, { kind: 'badge', uid: BADGE });
    await site.observer.inbox.take(({ topic, payload }) => topic.endsWith('/reader') && payload.includes(BADGE));
    site.time.advance(3_000);
    expect(await (await answer).json()).toMatchObject({ outcome: 'no_answer', tookMs: 3_000 });
  });

  test.for([
    ['/doors/elsewhere/walk', undefined, 404],
    [`/doors/${DOOR}/kick`, undefined, 404],
    ['/nothing', undefined, 404],
    [`/doors/${DOOR}/present`, { kind: 'phone' }, 400],
    [`/doors/${DOOR}/present`, { kind: 'badge', uid: 'x'.repeat(5_000) }, 400],
  ] as const)('%s with %o is %i', async ([path, body, status]) => {
    await start();
    expect((await call(path, body)).status).toBe(status);
  });
});

describe('a door with a relay at its strike', () => {
  const SHELLY = 'shellyplus1-0123456789ab';
  const door: SimulatedDoorConfig = {
    id: DOOR,
    name: 'Entrée',
    readerAddress: '/rfid/entree',
    lockAddress: `${SHELLY}/switch:0`,
    contactAddress: `${SHELLY}/input:0`,
    dialect: 'shelly',
  };
  const device = (kind: string, codec: string, address: string): DeviceConfig => ({
    id: `dev-${kind}`,
    kind,
    codec,
    address,
    doorId: DOOR,
    spaceId: null,
  });
  const devices = [
    device('reader', 'esp_rfid', door.readerAddress),
    device('lock', 'shelly', door.lockAddress),
    device('contact', 'shelly', door.contactAddress),
  ];
  let site: BridgeSite;
  let relays: SimulatedSite;
  afterEach(async () => {
    await relays.stop();
    await site.stop();
  });

  const start = async () => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE }), fixture.grant({ pin: '482913' })], {
      config: { devices },
    });
    relays = await createSimulatedSite({
      config: { siteId: SITE, siteSlug: 'gap', doors: [door], motionAddress: 'm', counterAddress: 'n' },
      mqttUrl: site.siteBroker.url,
      clock: site.time,
      random: seededRandom(1),
    });
  };
  const lock = () => relays.describe().doors[0]?.lock;

  test('opens for a badge and a code, and refuses another', async () => {
    await start();
    expect(await relays.present(DOOR, { kind: 'badge', uid: BADGE })).toMatchObject({ outcome: 'opened' });
    expect(await relays.present(DOOR, { kind: 'pin', pin: '482913' })).toMatchObject({ outcome: 'opened' });
    expect(await relays.present(DOOR, { kind: 'badge', uid: '0499999999' })).toMatchObject({
      outcome: 'refused',
      reason: 'unknown_credential',
    });
    await relays.walk(DOOR);
    await site.server.takeEvent((one) => one.kind === 'door_opened');
  });

  test('locks by itself when the bridge dies while it is open', async () => {
    await start();
    expect(await relays.present(DOOR, { kind: 'badge', uid: BADGE })).toMatchObject({ outcome: 'opened' });
    await site.stopBridge();
    site.time.advance(4_999);
    expect(lock()).toBe('unlocked');
    site.time.advance(1);
    expect(lock()).toBe('locked');
  });

  test('opens from the phone by the word of the relay', async () => {
    await start();
    const command = site.server.command(site.bridge.bootId);
    await site.server.send('commands', command);
    await site.server.take('commands/result', (one) => one.commandId === command.id && one.state === 'actuated');
    expect(lock()).toBe('unlocked');
  });
});

test('the same seed gives the same days', () => {
  const [a, b] = [seededRandom(7), seededRandom(7)];
  const days = Array.from({ length: 50 }, () => a());
  expect(Array.from({ length: 50 }, () => b())).toEqual(days);
  expect(days.every((value) => value >= 0 && value < 1)).toBe(true);
  expect(new Set(days).size).toBe(50);
});

test('as a process it brings the sites’ brokers, and lists the devices as Zigbee2MQTT does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mitoyen-simulator-'));
  const path = join(folder, 'simulator.json');
  const door = { id: DOOR, name: 'Entrée', readerAddress: 'r', lockAddress: 'l', contactAddress: 'c' };
  const annot = {
    siteId: SITE,
    siteSlug: 'annot',
    brokerPort: 0,
    doors: [door],
    motionAddress: 'm',
    counterAddress: 'n',
  };
  writeFileSync(path, JSON.stringify({ port: 0, sites: [annot, { ...annot, siteSlug: 'apt' }] }));
  const main = new URL('../../firmware-bridge/src/simulate/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main], {
    env: { SIMULATOR_CONFIG: path },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const { value: line } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
    const { sites } = JSON.parse(line as string);
    expect(sites.map(({ siteSlug }: { siteSlug: string }) => siteSlug)).toEqual(['annot', 'apt']);
    const observer = await SiteObserver.connect(`mqtt://127.0.0.1:${sites[0].brokerPort}`);
    const { payload } = await observer.inbox.take(({ topic }) => topic === 'zigbee2mqtt/bridge/devices');
    const names = JSON.parse(payload).map((one: { friendly_name: string }) => one.friendly_name);
    expect(names).toEqual(['r', 'l', 'c', 'm', 'n']);
    await observer.client.endAsync(true);
  } finally {
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  }
});
