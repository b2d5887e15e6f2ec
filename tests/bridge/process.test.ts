import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BridgeFile, systemTime } from '@mitoyen/firmware-bridge';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DOOR, DOOR_POLICY, SiteFixture, SiteObserver, TestServer } from '../support/bridge-site.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { soak } from '../support/soak.ts';

const MAIN = new URL('../../firmware-bridge/src/main.ts', import.meta.url).pathname;

/** As a box starts it: with what was compiled before, and a small young generation. */
const AS_INSTALLED = [
  '--max-semi-space-size=2',
  new URL('../../firmware-bridge/bin/mitoyen-bridge.mjs', import.meta.url).pathname,
];
const NODE_ALONE = ['--eval', 'process.stdout.write("{}\\n"); setInterval(() => {}, 1e9);'];

let folder: string;
let running: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mitoyen-process-'));
});
afterEach(async () => {
  for (const child of running) await kill(child);
  running = [];
  rmSync(folder, { recursive: true, force: true });
});

function spawnBridge(
  environment: Record<string, string> = { BRIDGE_DIR: folder, LOG_LEVEL: 'warn' },
  args: readonly string[] = [MAIN],
): ChildProcess {
  const env = { PATH: process.env.PATH, ...environment };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  return child;
}

async function ready(child: ChildProcess): Promise<{ bootId: string; sitePort: number | null }> {
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface(child.stdout)) return JSON.parse(line);
  throw new Error('the bridge ended before it was ready');
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, 'exit');
  }
  return child.exitCode;
}

function writeConfig(file: unknown, mode = 0o600): void {
  const path = join(folder, 'bridge.json');
  writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file));
  chmodSync(path, mode);
}

describe('configuration that is wrong is refused in one plain sentence', () => {
  const good: BridgeFile = new SiteFixture().file('mqtt://127.0.0.1:1', 'mqtt://127.0.0.1:1');

  async function refusal(): Promise<string> {
    const child = spawnBridge();
    let text = '';
    child.stderr?.on('data', (chunk) => {
      text += chunk;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(78);
    expect(text.trim().split('\n')).toHaveLength(1);
    return text;
  }

  test('none at all', async () => {
    expect(await refusal()).toContain('cannot be read');
  });

  test('secrets that others can read', async () => {
    writeConfig(good, 0o644);
    expect(await refusal()).toContain('chmod 600');
  });

  test.for([
    ['not JSON', '{', 'is not JSON'],
    ['a field missing', { ...good, siteKey: undefined }, 'siteKey'],
    ['a short site key', { ...good, siteKey: 'AAAA' }, '/siteKey must be 32 bytes'],
    ['a broken private key', { ...good, bridgeKey: { ...good.bridgeKey, privateKey: 'AAAA' } }, 'a key in it'],
    [
      'an open broker on the network',
      { ...good, site: { ...good.site, embedded: { host: '0.0.0.0', port: 0 } } },
      'give /site/username and /site/password',
    ],
  ] as const)('%s', async ([, file, words]) => {
    writeConfig(file);
    expect(await refusal()).toContain(words);
  });
});

describe('as a process', () => {
  const fixture = new SiteFixture();
  let server: TestServer;
  let network: TestBroker;

  beforeEach(async () => {
    network = await startBroker();
    server = new TestServer(fixture, systemTime);
    await server.connect(network.url);
    await server.sendConfig(fixture.config({ issuedAt: Date.now() }));
    const file = fixture.file(network.url, 'mqtt://127.0.0.1:1');
    writeConfig({ ...file, site: { ...file.site, embedded: { host: '127.0.0.1', port: 0 } } });
  });
  afterEach(async () => {
    await server.disconnect();
    await network.stop();
  });

  const sendGrants = (uids: readonly string[]) =>
    server.sendSnapshot(
      fixture.snapshot(
        uids.map((badge) => fixture.grant({ badge }, { from: Date.now() - 60_000, until: Date.now() + 3_600_000 })),
        { issuedAt: Date.now(), validUntil: Date.now() + 3_600_000, doors: [DOOR_POLICY] },
      ),
    );
  const online = (bootId: string) =>
    server.take('status', (status) => status.bootId === bootId && status.state === 'online' && status.grants !== null);

  test('runs the site’s broker itself, opens a door, and stops when told to', async () => {
    await sendGrants(['04A1B2C3D4']);
    const child = spawnBridge();
    const { bootId, sitePort } = await ready(child);
    await online(bootId);
    const observer = await SiteObserver.connect(`mqtt://127.0.0.1:${sitePort}`);
    await observer.say('zigbee2mqtt/reader', { action: 'disarm', action_code: '04A1B2C3D4', action_transaction: 1 });
    await observer.takeLockOrder('UNLOCK');
    expect(await kill(child, 'SIGTERM')).toBe(0);
    await server.take('status', (status) => status.bootId === bootId && status.state === 'offline');
    await observer.client.endAsync(true);
  });

  test('killed, its will says offline with the boot id of its birth; the next boot has another', async () => {
    await sendGrants([]);
    const child = spawnBridge();
    const { bootId } = await ready(child);
    await online(bootId);
    await kill(child);
    await server.take('status', (status) => status.bootId === bootId && status.state === 'offline');
    const next = await ready(spawnBridge());
    expect(next.bootId).not.toBe(bootId);
    await online(next.bootId);
  });

  test('a second process on the same disk is refused', async () => {
    await ready(spawnBridge());
    const second = spawnBridge();
    let text = '';
    second.stderr?.on('data', (chunk) => {
      text += chunk;
    });
    const [code] = await once(second, 'close');
    expect(code).toBe(1);
    expect(text).toContain('in use by another bridge process');
  });

  test('killed in the middle of writes, nobody passed whom the journal does not know', async () => {
    const KILLS = soak(6, 200);
    // How many answers of the keypad each boot lives to see.
    const answersBefore = (kill: number) => 1 + (kill % 6) * 6;
    const uids = Array.from({ length: KILLS * 40 }, () => `04${randomBytes(6).toString('hex').toUpperCase()}`);
    await sendGrants(uids);
    // A broker of the site's own outlives the bridge, and saw every order to the lock.
    const siteBroker = await startBroker();
    writeConfig(fixture.file(network.url, siteBroker.url));
    const observer = await SiteObserver.connect(siteBroker.url);
    const greeted: string[] = [];
    let presented = 0;
    for (let i = 0; i < KILLS; i++) {
      const child = spawnBridge();
      const { bootId } = await ready(child);
      await online(bootId);
      // Its question about the lock says that it hears the devices.
      await observer.inbox.take(({ topic }) => topic === 'zigbee2mqtt/lock/get');
      const until = presented + 40;
      for (; presented < until; presented++) {
        const payload = { action: 'disarm', action_code: uids[presented], action_transaction: presented };
        observer.client.publish('zigbee2mqtt/reader', JSON.stringify(payload));
      }
      // At another point of the burst each time: after so many answers of the keypad.
      for (let answers = 0; answers < answersBefore(i); answers++) {
        const answer = await observer.inbox.take(({ topic }) => topic === 'zigbee2mqtt/reader/set', 'answer');
        greeted.push(answer.payload);
      }
      await kill(child);
    }
    // Answers that were still on their way count too: the same broker delivers what we say now after them.
    await observer.say('test/end', 'end');
    await observer.inbox.take(({ topic }) => topic === 'test/end');
    for (const { topic, payload } of observer.inbox.all) if (topic === 'zigbee2mqtt/reader/set') greeted.push(payload);
    const passed = greeted
      .map((payload) => JSON.parse(payload).arm_mode)
      .filter(({ mode }) => mode === 'disarm')
      .map(({ transaction }) => `grant-${uids[transaction]}`);
    expect(passed.length).toBeGreaterThanOrEqual(
      Array.from({ length: KILLS }, (_, kill) => answersBefore(kill)).reduce((sum, each) => sum + each, 0),
    );

    const last = spawnBridge();
    const { bootId } = await ready(last);
    await online(bootId);
    await server.takeEvent((one) => one.kind === 'bridge' && one.what === 'started' && countStarted() === KILLS + 1);
    expect(server.events.map(({ sequence }) => sequence)).toEqual(server.events.map((_, index) => index + 1));
    const journalled = new Set(server.events.map((one) => (one.kind === 'access' && one.granted ? one.grantId : null)));
    expect(passed.filter((grantId) => !journalled.has(grantId))).toEqual([]);
    const accesses = server.events.filter((one) => one.kind === 'access');
    expect(new Set(accesses.map(({ grantId }) => grantId)).size).toBe(accesses.length);
    await observer.client.endAsync(true);
    await kill(last);
    await siteBroker.stop();
  });

  const countStarted = () => server.events.filter((one) => one.kind === 'bridge' && one.what === 'started').length;

  test('once the order to the lock is out, the event is on disk', async () => {
    await sendGrants(['04A1B2C3D4']);
    const child = spawnBridge();
    const { bootId, sitePort } = await ready(child);
    await online(bootId);
    const observer = await SiteObserver.connect(`mqtt://127.0.0.1:${sitePort}`);
    await observer.say('zigbee2mqtt/reader', { action: 'disarm', action_code: '04A1B2C3D4', action_transaction: 1 });
    await observer.takeLockOrder('UNLOCK');
    // Committed to the write-ahead log; the main file follows at a checkpoint.
    const log = readFileSync(join(folder, 'bridge.sqlite-wal')).toString('latin1');
    expect(log).toContain(`"kind":"access","doorId":"${DOOR}"`);
    expect(statSync(join(folder, 'bridge.sqlite')).mode & 0o077).toBe(0);
    await observer.client.endAsync(true);
  });

  describe.runIf(process.platform === 'linux')('on a small box', () => {
    const residentKb = ({ pid }: ChildProcess) =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    const installed = () => spawnBridge(undefined, AS_INSTALLED);
    const badge = { action: 'disarm', action_code: '04A1B2C3D4', action_transaction: 1 };

    async function openDoor(sitePort: number | null): Promise<void> {
      const observer = await SiteObserver.connect(`mqtt://127.0.0.1:${sitePort}`);
      // Its question about the lock says that it hears the devices; it may have been asked before we came.
      for (;;) {
        await observer.say('zigbee2mqtt/reader', { ...badge, action_transaction: Math.floor(performance.now()) });
        const order = await observer.takeLockOrder('UNLOCK', 200).catch(() => null);
        if (order !== null) break;
      }
      await observer.client.endAsync(true);
    }

    test('it takes less than two and three quarters of the memory of Node alone, from its first start on', async () => {
      await sendGrants([
        '04A1B2C3D4',
        ...Array.from({ length: 300 }, () => `04${randomBytes(6).toString('hex').toUpperCase()}`),
      ]);
      const alone = spawnBridge({}, NODE_ALONE);
      await ready(alone);
      for (const start of ['first', 'second']) {
        const child = installed();
        const { bootId, sitePort } = await ready(child);
        await online(bootId);
        await openDoor(sitePort);
        const ratio = residentKb(child) / residentKb(alone);
        expect(ratio, `${start} start: ${residentKb(child)} kB`).toBeLessThan(2.75);
        await kill(child);
      }
    });

    test('it opens a door from what is on its disk, without any network', async () => {
      await sendGrants(['04A1B2C3D4']);
      const before = installed();
      const { bootId } = await ready(before);
      await online(bootId);
      await kill(before);
      await network.stop();
      const aloneAt = performance.now();
      await ready(spawnBridge({}, NODE_ALONE));
      const aloneMs = performance.now() - aloneAt;
      const startedAt = performance.now();
      const { sitePort } = await ready(installed());
      await openDoor(sitePort);
      // Goal: two seconds on a Raspberry Pi, where Node alone takes a few tenths.
      expect((performance.now() - startedAt) / aloneMs).toBeLessThan(25);
    });
  });
});
