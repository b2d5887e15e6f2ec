import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../scripts/start/broker/broker.ts';
import { brokerUser, isBelow, mergeBrokerUsers } from '../../scripts/start/broker/users.ts';
import { temporaryDataDir } from '../support/product.ts';

const APT = 'mitoyen/1/network/apt/';
const GAP = 'mitoyen/1/network/gap/';

let folder: string;
let usersFile: string;
let broker: Broker;
let clients: MqttClient[];

beforeEach(async () => {
  folder = await temporaryDataDir();
  usersFile = join(folder, 'users.json');
  mergeBrokerUsers(usersFile, {
    apt: brokerUser('apt-password', APT),
    gap: brokerUser('gap-password', GAP),
    'mitoyen-server': brokerUser('server-password', 'mitoyen/1/'),
  });
  broker = await startBroker({ port: 0, usersFile, log: () => {} });
  clients = [];
});
afterEach(async () => {
  for (const client of clients) await client.endAsync(true);
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

async function connect(username: string, password: string, options: { clientId?: string; clean?: boolean } = {}) {
  const client = await connectAsync(
    `mqtt://127.0.0.1:${broker.port}`,
    { username, password, reconnectPeriod: 0, connectTimeout: 5_000, ...options },
    false,
  );
  clients.push(client);
  return client;
}

function nextMessage(client: MqttClient): Promise<string> {
  return new Promise((resolve) => client.once('message', (topic, payload) => resolve(`${topic}=${payload}`)));
}

test('a bridge and the server hear each other below the site', async () => {
  const server = await connect('mitoyen-server', 'server-password');
  const apt = await connect('apt', 'apt-password');
  await server.subscribeAsync('mitoyen/1/+/+/status');
  await apt.subscribeAsync(`${APT}commands`);
  const atServer = nextMessage(server);
  await apt.publishAsync(`${APT}status`, 'online', { qos: 1, retain: true });
  expect(await atServer).toBe(`${APT}status=online`);
  const atBridge = nextMessage(apt);
  await server.publishAsync(`${APT}commands`, 'unlock', { qos: 1 });
  expect(await atBridge).toBe(`${APT}commands=unlock`);
});

test.each([
  ['a wrong password', 'apt', 'gap-password'],
  ['an unknown name', 'nobody', 'apt-password'],
  ['a name that every object has', 'constructor', ''],
  ['no password', 'apt', ''],
])('%s is refused', async (_what, username, password) => {
  await expect(connect(username, password)).rejects.toThrow(/Not authorized/);
});

test.each([
  `${GAP}commands`,
  'mitoyen/1/network/+/commands',
  'mitoyen/#',
  '#',
  '$SYS/#',
  APT.slice(0, -1),
  `$share/x/${APT}#`,
])('a bridge is refused a subscription to %s', async (filter) => {
  const apt = await connect('apt', 'apt-password');
  await expect(apt.subscribeAsync(filter)).rejects.toThrow();
});

test('a bridge that publishes under another site is cut off, and nobody hears it', async () => {
  const server = await connect('mitoyen-server', 'server-password');
  await server.subscribeAsync('mitoyen/1/#');
  const heard: string[] = [];
  server.on('message', (topic) => heard.push(topic));
  const apt = await connect('apt', 'apt-password');
  const closed = new Promise<void>((resolve) => apt.once('close', () => resolve()));
  apt.publish(`${GAP}status`, 'offline', { qos: 0 });
  await closed;
  const gap = await connect('gap', 'gap-password');
  const next = nextMessage(server);
  await gap.publishAsync(`${GAP}events`, 'after', { qos: 1 });
  await next;
  expect(heard).toEqual([`${GAP}events`]);
});

test("taking over another bridge's session by its client identifier brings none of its messages", async () => {
  const gap = await connect('gap', 'gap-password', { clientId: 'bridge-gap', clean: false });
  await gap.subscribeAsync(`${GAP}commands`, { qos: 1 });
  await gap.endAsync();
  const server = await connect('mitoyen-server', 'server-password');
  await server.publishAsync(`${GAP}commands`, 'kept for gap', { qos: 1 });
  const thief = await connect('apt', 'apt-password', { clientId: 'bridge-gap', clean: false });
  const heard: string[] = [];
  thief.on('message', (topic) => heard.push(topic));
  await thief.subscribeAsync(`${APT}commands`, { qos: 1 });
  await server.publishAsync(`${GAP}commands`, 'for gap', { qos: 1 });
  const own = nextMessage(thief);
  await server.publishAsync(`${APT}commands`, 'for apt', { qos: 1 });
  await own;
  expect(heard).toEqual([`${APT}commands`]);
});

test('a bridge that is revoked is cut off within seconds, and a new one gets in without a restart', async () => {
  const apt = await connect('apt', 'apt-password');
  const closed = new Promise<void>((resolve) => apt.once('close', () => resolve()));
  await writeFile(usersFile, JSON.stringify({ annot: brokerUser('annot-password', 'mitoyen/1/network/annot/') }));
  await closed;
  await expect(connect('apt', 'apt-password')).rejects.toThrow(/Not authorized/);
  const annot = await connect('annot', 'annot-password');
  expect(annot.connected).toBe(true);
});

test('a snapshot part of 256 kB passes, and what is larger than any message of the protocol does not', async () => {
  const server = await connect('mitoyen-server', 'server-password');
  const apt = await connect('apt', 'apt-password');
  await apt.subscribeAsync(`${APT}grants/snapshot`);
  const arrived = new Promise<number>((resolve) => apt.once('message', (_topic, payload) => resolve(payload.length)));
  await server.publishAsync(`${APT}grants/snapshot`, Buffer.alloc(256 * 1024, 'x'), { qos: 1 });
  expect(await arrived).toBe(256 * 1024);
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  server.publish(`${APT}grants/snapshot`, Buffer.alloc(1_000_000, 'x'));
  await closed;
});

test('below a prefix means under it and not beside it', () => {
  expect(isBelow(APT, `${APT}status`)).toBe(true);
  expect(isBelow(APT, APT)).toBe(false);
  expect(isBelow(APT, 'mitoyen/1/network/apt-annex/status')).toBe(false);
  expect(isBelow('mitoyen/1/network/apt', 'mitoyen/1/network/apt-annex/status')).toBe(false);
});
