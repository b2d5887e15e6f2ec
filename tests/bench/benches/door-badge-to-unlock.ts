import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemTime } from '@mitoyen/firmware-bridge';
import { connectAsync, type MqttClient } from 'mqtt';
import { DOOR, SiteFixture, TestServer } from '../../support/bridge-site.ts';
import { startBroker } from '../../support/broker.ts';
import type { Bench, Measurement } from '../main.ts';
import { againstBaseline, median, quantile } from '../measure.ts';

const GRANTS = 10_000;
const ROUNDS = 5;
const PER_ROUND = 200;

const BRIDGE_MAIN = fileURLToPath(new URL('../../../firmware-bridge/src/main.ts', import.meta.url));
const ECHO_MAIN = fileURLToPath(new URL('../echo-responder.ts', import.meta.url));

const uidOf = (index: number): string => `04${index.toString(16).toUpperCase().padStart(12, '0')}`;

/** A process that prints one line when it is ready. */
async function startProcess(path: string, environment: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [path], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

/** Publishes on one topic, and measures until the answer comes on another; milliseconds. */
function answerTime(client: MqttClient, topic: string, payload: string, answerTopic: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const startedAt = performance.now();
  const hear = (heard: string) => {
    if (heard !== answerTopic) return;
    client.off('message', hear);
    resolve(performance.now() - startedAt);
  };
  client.on('message', hear);
  client.publish(topic, payload, { qos: 0 });
  return promise;
}

/** What the disk takes for the least that a journal can do: write one page and wait for it; median of milliseconds. */
function diskTime(path: string): number {
  const file = openSync(path, 'w');
  const times = Array.from({ length: 100 }, (_, page) => {
    const startedAt = performance.now();
    writeSync(file, Buffer.alloc(4_096, page), 0, 4_096, page * 4_096);
    fdatasyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  return median(times);
}

/**
 * A badge published by the reader until the unlock is seen by the lock, with the bridge as a process and the event committed with
 * fsync in between; against a process that only sends a message back. One at a time, as people come to a door.
 */
async function run(): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'mitoyen-bench-door-'));
  const fixture = new SiteFixture();
  const network = await startBroker();
  const local = await startBroker();
  const server = new TestServer(fixture, systemTime);
  await server.connect(network.url);
  const now = Date.now();
  await server.sendConfig(
    fixture.config({ issuedAt: now, doors: [{ id: DOOR, name: 'Door', mode: 'normal', relockAfterMs: 3_600_000 }] }),
  );
  const window = { from: now - 3_600_000, until: now + 3_600_000 };
  const grants = Array.from({ length: GRANTS }, (_, index) => fixture.grant({ badge: uidOf(index) }, window));
  await server.sendSnapshot(fixture.snapshot(grants, { issuedAt: now, validUntil: window.until }));
  writeFileSync(join(folder, 'bridge.json'), JSON.stringify(fixture.file(network.url, local.url)), { mode: 0o600 });

  const client = await connectAsync(local.url, { clientId: 'bench' });
  (client.stream as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
  await client.subscribeAsync(['zigbee2mqtt/lock/set', 'zigbee2mqtt/lock/get', 'echo/pong'], { qos: 0 });
  const listening = new Promise<void>((resolve) => {
    client.on('message', (topic) => {
      if (topic === 'zigbee2mqtt/lock/get') resolve();
    });
  });
  const echo = await startProcess(ECHO_MAIN, { BROKER_URL: local.url });
  const bridge = await startProcess(BRIDGE_MAIN, { BRIDGE_DIR: folder, LOG_LEVEL: 'warn' });
  await server.take('status', ({ grants: held, configRevision }) => held !== null && configRevision !== null);
  await listening;

  const disk: number[] = [];
  const samples: { badge: number[]; echo: number[] } = { badge: [], echo: [] };
  let presented = 0;
  const measured = await againstBaseline({
    rounds: ROUNDS,
    unit: 'ms',
    note: '',
    async subject(round) {
      const times: number[] = [];
      for (let i = 0; i < PER_ROUND; i++, presented++) {
        const index = (presented * 7_919) % GRANTS;
        const badge = { action: 'disarm', action_code: `+${uidOf(index)}`, action_transaction: presented };
        times.push(await answerTime(client, 'zigbee2mqtt/reader', JSON.stringify(badge), 'zigbee2mqtt/lock/set'));
        // The lock answers, and the next person comes when all of this is on the server.
        client.publish('zigbee2mqtt/lock', JSON.stringify({ lock_state: 'unlocked' }));
        await server.take('events', ({ events }) => events.some(({ kind }) => kind === 'lock_state'));
      }
      if (round >= 0) samples.badge.push(...times);
      return median(times);
    },
    async baseline(round) {
      const times: number[] = [];
      disk.push(diskTime(join(folder, 'page')));
      for (let i = 0; i < PER_ROUND; i++) times.push(await answerTime(client, 'echo/ping', '{}', 'echo/pong'));
      if (round >= 0) samples.echo.push(...times);
      return median(times);
    },
  });

  bridge.kill('SIGKILL');
  echo.kill('SIGKILL');
  await Promise.all([once(bridge, 'exit'), once(echo, 'exit')]);
  await client.endAsync(true);
  await server.disconnect();
  await Promise.all([network.stop(), local.stop()]);
  rmSync(folder, { recursive: true, force: true });

  const [badge99, echo99] = [quantile(samples.badge, 0.99), quantile(samples.echo, 0.99)];
  const note = [
    `p50, lower is better; p99 ${badge99.toFixed(2)} ms against ${echo99.toFixed(2)} ms of the echo`,
    `of the value, ${median(disk).toFixed(2)} ms are what this disk takes for one synced page (journal before lock)`,
    `${GRANTS} grants`,
  ].join('; ');
  return { ...measured, note };
}

export default { name: 'door.badgeToUnlock', run } satisfies Bench;
