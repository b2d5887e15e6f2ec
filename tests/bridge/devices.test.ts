import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type DeviceConfig, type Messages, type SiteConfig, sealPin } from '@mitoyen/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { BridgeSite, DOOR, NINE, SITE, SiteFixture } from '../support/bridge-site.ts';
import { startBroker } from '../support/broker.ts';

const BADGE = '04A1B2C3';
const SHELLY = 'shellyplus1-441793ab3fb4';

let site: BridgeSite;
afterEach(() => site.stop());

const device = (
  fields: Partial<DeviceConfig> & Pick<DeviceConfig, 'id' | 'kind' | 'codec' | 'address'>,
): DeviceConfig => ({
  doorId: DOOR,
  spaceId: null,
  ...fields,
});
const reader = device({ id: 'reader', kind: 'reader', codec: 'esp_rfid', address: '/rfid/entree' });
const shellyLock = device({ id: 'lock', kind: 'lock', codec: 'shelly', address: `${SHELLY}/switch:0` });

const start = async (devices: DeviceConfig[], config: Partial<SiteConfig> = {}) => {
  site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })], { config: { devices, ...config } });
};
const hold = (uid: string, hostname = 'entree') =>
  site.observer.say('/rfid/send', {
    type: 'access',
    isKnown: 'false',
    access: 'Denied',
    username: 'Unknown',
    uid,
    hostname,
  });
const told = (topic: string) => site.observer.inbox.take((message) => message.topic === topic, topic);
const event = (matches: Parameters<typeof site.server.takeEvent>[0]) => site.server.takeEvent(matches);
const send = async (overrides: Parameters<typeof site.server.command>[1]) => {
  const command = site.server.command(site.bridge.bootId, overrides);
  await site.server.send('commands', command);
  return command;
};
const result = (commandId: string, state: Messages['commands/result']['state']) =>
  site.server.take('commands/result', (one) => one.commandId === commandId && one.state === state);

const seen = (matches: (seen: Messages['devices/seen']) => boolean = () => true) =>
  site.server.take('devices/seen', matches);

/** Asks until it is so: the two brokers know nothing of each other's order. Reports from before the question do not count. */
async function look(matches: (seen: Messages['devices/seen']) => boolean): Promise<Messages['devices/seen']> {
  for (let tries = 0; tries < 100; tries++) {
    site.time.advance(1);
    const askedAt = site.time.now();
    await send({ action: 'look', doorId: null });
    const report = await seen(({ at }) => at >= askedAt);
    if (matches(report)) return report;
  }
  throw new Error('never seen');
}

describe('a door of other makes', () => {
  test('a badge at an esp-rfid opens by a Shelly, which is to lock by itself, and which says that it opened', async () => {
    await start([reader, shellyLock]);
    await hold('04a1b2c3');
    const { payload } = await told(`${SHELLY}/rpc`).then((first) =>
      JSON.parse(first.payload).method === 'Switch.Set' ? first : told(`${SHELLY}/rpc`),
    );
    expect(JSON.parse(payload)).toEqual({
      id: 1,
      src: `mitoyen-${SHELLY}`,
      method: 'Switch.Set',
      params: { id: 0, on: true, toggle_after: 5 },
    });
    await site.observer.say(`mitoyen-${SHELLY}/rpc`, {
      id: 1,
      src: SHELLY,
      dst: `mitoyen-${SHELLY}`,
      result: { was_on: false },
    });
    const access = await event((one) => one.kind === 'access');
    expect(access).toMatchObject({ granted: true, deviceId: 'reader', credentialKind: 'badge' });
    expect(await event((one) => one.kind === 'lock_state' && one.state === 'unlocked')).toMatchObject({
      deviceId: 'lock',
      causeSequence: access.sequence,
    });
    const params = { 'switch:0': { id: 0, output: false } };
    await site.observer.say(`${SHELLY}/events/rpc`, { src: SHELLY, method: 'NotifyStatus', params });
    await event((one) => one.kind === 'lock_state' && one.state === 'locked');
  });

  test('two readers on one topic are two readers, and each badge is heard once', async () => {
    const doors = [DOOR, 'door-yard'].map((id) => ({ id, name: id, mode: 'normal' as const, relockAfterMs: 5_000 }));
    const yard = device({ id: 'yard', kind: 'reader', codec: 'esp_rfid', address: '/rfid/cour', doorId: 'door-yard' });
    await start([reader, yard, shellyLock], { doors });
    await hold('04a1b2c3', 'cour');
    expect(await event((one) => one.kind === 'access')).toMatchObject({ deviceId: 'yard', reason: 'unknown_door' });
    await hold('04a1b2c3');
    await event((one) => one.kind === 'access' && one.granted);
    await hold('0499999999', 'entree');
    await event((one) => one.kind === 'access' && one.reason === 'unknown_credential');
    expect(site.server.events.filter(({ kind }) => kind === 'access')).toHaveLength(3);
  });

  test('an esp-rfid opens its own strike, says so, and locks by itself: nothing stays owed', async () => {
    const strike = device({
      id: 'lock',
      kind: 'lock',
      codec: 'esp_rfid',
      address: '/rfid/entree',
      config: { ip: '192.168.1.9' },
    });
    await start([reader, strike]);
    const command = await send({});
    await told('/rfid/cmd');
    await site.observer.say('/rfid/send', {
      type: 'access',
      isKnown: 'true',
      access: 'Always',
      username: 'MQTT',
      uid: ' ',
      hostname: 'entree',
    });
    await result(command.id, 'actuated');
    site.time.advance(5_000);
    await site.stopBridge();
    const disk = new DatabaseSync(join(site.folder, 'bridge.sqlite'));
    expect(disk.prepare('select * from relocks').all()).toEqual([]);
    disk.close();
  });

  test('a lock that cannot answer for itself is told, and not believed to be open', async () => {
    const config = { lock: { topic: 'porte/gache', unlock: '{milliseconds}' } };
    await start([reader, device({ id: 'lock', kind: 'lock', codec: 'generic', address: 'gâche', config })]);
    const command = await send({});
    expect(await told('porte/gache')).toMatchObject({ payload: '5000' });
    await result(command.id, 'told');
    expect(await event((one) => one.kind === 'lock_state')).toMatchObject({ state: 'unreported', deviceId: 'lock' });
  });

  test('a lock that says that it is stuck is jammed at once', async () => {
    await start([device({ id: 'lock', kind: 'lock', codec: 'nuki', address: '2BB28570' })]);
    const command = await send({});
    expect(await told('nuki/2BB28570/lockAction')).toMatchObject({ payload: '1' });
    await site.observer.say('nuki/2BB28570/state', '254');
    await result(command.id, 'jammed');
  });

  test('a code of the lock’s own list is journalled by its place in it, and a wrong one as a refusal', async () => {
    await start([device({ id: 'lock', kind: 'lock', codec: 'zigbee2mqtt', address: 'serrure' })]);
    await site.observer.say('zigbee2mqtt/serrure', { action: 'unlock', action_user: 3, action_source_name: 'keypad' });
    expect(await event((one) => one.kind === 'lock_state')).toMatchObject({
      state: 'unlocked',
      source: 'keypad',
      slot: 3,
    });
    await site.observer.say('zigbee2mqtt/serrure', {
      action: 'unlock_failure_invalid_pin_or_id',
      action_source_name: 'keypad',
    });
    expect(await event((one) => one.kind === 'access')).toMatchObject({
      granted: false,
      reason: 'unknown_credential',
      credentialKind: 'pin',
      deviceId: 'lock',
      grantId: null,
    });
  });

  test('what measures the air is folded: noise is not sent, a change is', async () => {
    await start([
      device({ id: 'air', kind: 'sensor', codec: 'tasmota', address: 'air', doorId: null, spaceId: 'space-1' }),
    ]);
    const say = async (ppm: number) => {
      await site.observer.say('tele/air/SENSOR', { SCD30: { CarbonDioxide: ppm } });
      await site.observer.say('tele/air/LWT', ppm % 2 === 0 ? 'Online' : 'Offline');
      await event((one) => one.kind === 'device' && one.state === (ppm % 2 === 0 ? 'online' : 'offline'));
      site.server.events.length = 0;
      site.time.advance(1_000);
    };
    await say(600);
    await say(631);
    await say(660);
    const readings = await site.server.take('readings', (batch) => batch.readings.some(({ value }) => value === 660));
    expect(readings.readings.at(-1)).toMatchObject({ deviceId: 'air', spaceId: 'space-1', kind: 'co2', value: 660 });
    expect(site.server.readings.map(({ value }) => value)).toEqual([600, 660]);
  });
});

describe('what is around', () => {
  /** Without the simulated hardware of every fixture. */
  const addresses = ({ devices }: Messages['devices/seen']) =>
    devices
      .map(({ codec, address }) => `${codec} ${address}`)
      .filter((one) => !/^zigbee2mqtt (?:reader|lock|contact|pir|counter)$/.test(one));

  test('strangers are told with what they can be; what was adopted is marked; nobody’s badge is in it', async () => {
    await start([reader, shellyLock]);
    await site.observer.say(
      'homeassistant/lock/front/config',
      { stat_t: 'x/state', cmd_t: 'x/set', name: 'Front' },
      true,
    );
    await site.observer.say(`${SHELLY}/online`, 'true', true);
    await site.observer.say('zigbee2mqtt/pir-2', { occupancy: true, illuminance: 12, battery: 90 });
    await hold('04a1b2c3');
    await event((one) => one.kind === 'access');
    const report = await look((one) => addresses(one).includes('esp_rfid /rfid/entree'));
    const of = (address: string) => report.devices.find((one) => one.address === address);
    expect(of('lock/front')).toMatchObject({
      codec: 'homeassistant',
      kinds: ['lock'],
      isAdopted: false,
      name: 'Front',
    });
    expect(of('lock/front')?.config).toMatchObject({ lock: { topic: 'x/set', state: { topic: 'x/state' } } });
    expect(of(`${SHELLY}/switch:0`)).toMatchObject({ isAdopted: true, kinds: ['lock', 'relay'] });
    expect(of('pir-2')).toMatchObject({
      kinds: ['motion', 'sensor'],
      example: { motion: 1, illuminance: 12, battery: 90 },
    });
    expect(of('/rfid/entree')).toMatchObject({ isAdopted: true, example: {} });
    expect(JSON.stringify(report).toLowerCase()).not.toContain('04a1b2c3');
  });

  test('its own doors are no strangers', async () => {
    await start([reader, shellyLock]);
    const report = await look(() => true);
    expect(addresses(report).filter((address) => address.includes('mitoyen'))).toEqual([]);
  });

  test('a change is told after five seconds, further ones with the next report, half a minute later', async () => {
    await start([]);
    // Whatever the start itself gave rise to is told by then.
    site.time.advance(40_000);
    await look(() => true);
    site.time.advance(30_000);
    const appear = async (name: string) => {
      await site.observer.say(`nuki/${name}/state`, '1');
      // The bridge has read it once it answers what was said after it.
      await send({ action: 'resync', doorId: null });
      await site.server.take('grants/request');
    };
    site.server.inbox.clear();
    await appear('2BB28570');
    site.time.advance(4_999);
    await appear('2BB28571');
    site.time.advance(1);
    const first = await seen();
    expect(addresses(first)).toContain('nuki 2BB28570');
    await appear('2BB28572');
    site.time.advance(29_000);
    expect(site.server.inbox.all.filter(({ kind }) => kind === 'devices/seen')).toEqual([]);
    site.time.advance(1_000);
    expect(addresses(await seen())).toContain('nuki 2BB28572');
  });

  test('what takes its announcement back is gone', async () => {
    await start([]);
    const topic = 'homeassistant/device/kitchen/config';
    const cmps = { a: { p: 'lock', stat_t: 'a', cmd_t: 'b' }, b: { p: 'tag', t: 'c' } };
    await site.observer.say(topic, { cmps }, true);
    await look((one) => addresses(one).includes('homeassistant device/kitchen#b'));
    await site.observer.say(topic, '', true);
    const report = await look((one) => !addresses(one).includes('homeassistant device/kitchen#b'));
    expect(addresses(report)).toEqual([]);
  });

  test('of a flood of messages two thousand a second are looked at; doors hear theirs all the same', async () => {
    await start([reader, shellyLock]);
    for (let i = 0; i < 3_000; i++) site.observer.client.publish('zigbee2mqtt/flood', '{"occupancy":true}');
    await site.observer.say('nuki/AAAAAAAA/state', '1');
    await hold('04a1b2c3');
    await event((one) => one.kind === 'access' && one.granted);
    const flooded = await look((one) => addresses(one).includes('zigbee2mqtt flood'));
    expect(addresses(flooded)).not.toContain('nuki AAAAAAAA');
    site.time.advance(1_000);
    await site.observer.say('nuki/AAAAAAAA/state', '1');
    await look((one) => addresses(one).includes('nuki AAAAAAAA'));
  });

  test('of a flood of names two hundred are kept, adopted ones first, and it is said that there were more', async () => {
    await start([device({ id: 'lock', kind: 'lock', codec: 'nuki', address: '2BB28570' })]);
    await site.observer.say('nuki/2BB28570/state', '1');
    for (let i = 0; i < 300; i++) site.observer.client.publish(`nuki/${(0x1000000 + i).toString(16)}/state`, '1');
    await site.observer.say('nuki/AAAAAAAA/state', '1');
    const report = await look((one) => addresses(one).includes('nuki AAAAAAAA'));
    expect(report.devices).toHaveLength(200);
    expect(report.isCut).toBe(true);
    expect(addresses(report)).toContain('nuki 2BB28570');
  });
});

describe('what is wrong', () => {
  const problems = async (matches: (problems: Messages['devices/seen']['problems']) => boolean) =>
    (await look((one) => matches(one.problems))).problems;

  test('a device that is set up wrong is said, once, and the others work', async () => {
    const wrong = device({
      id: 'bad',
      kind: 'sensor',
      codec: 'generic',
      address: 'x',
      config: { readings: [{ kind: 'noise', topic: 'a' }] },
    });
    const future = device({ id: 'future', kind: 'lock', codec: 'matter', address: 'x', doorId: 'door-other' });
    await start([reader, shellyLock, wrong, future]);
    expect(await problems((list) => list.length > 0)).toEqual([
      {
        deviceId: 'bad',
        problem: { code: 'setting_wrong', params: expect.objectContaining({ field: 'readings.0.kind' }) },
      },
      { deviceId: 'future', problem: { code: 'family_unknown', params: { family: 'matter' } } },
    ]);
    expect(await event((one) => one.kind === 'bridge' && one.what === 'config_problem')).toMatchObject({
      deviceId: 'bad',
      problem: { code: 'setting_wrong' },
    });
    await hold('04a1b2c3');
    await event((one) => one.kind === 'access' && one.granted);
    await site.server.sendConfig(site.fixture.config({ revision: 2, devices: [reader, shellyLock] }));
    await site.server.take('status', ({ configRevision }) => configRevision === 2);
    expect(await problems((list) => list.length === 0)).toEqual([]);
    const said = site.server.events.filter((one) => one.kind === 'bridge' && one.what === 'config_problem');
    expect(said).toHaveLength(2);
  });

  test('five hundred wrong devices and two hundred long announcements still fit one report', async () => {
    const many = Array.from({ length: 500 }, (_, i) =>
      device({ id: `bad-${i}`, kind: 'lock', codec: 'shelly', address: `"${'x'.repeat(150)}-${i}`, doorId: null }),
    );
    await start(many);
    for (let i = 0; i < 200; i++) {
      const payload = {
        stat_t: `"${'s'.repeat(290)}`,
        cmd_t: 'c'.repeat(300),
        pl_unlk: '"'.repeat(5_000),
        name: '"'.repeat(500),
      };
      site.observer.client.publish(`homeassistant/lock/long-${i}/config`, JSON.stringify(payload), { retain: true });
    }
    await site.observer.say('nuki/AAAAAAAA/state', '1');
    const report = await look((one) => one.devices.some(({ address }) => address === 'AAAAAAAA'));
    expect(report.isCut).toBe(true);
    expect(report.problems.length).toBeGreaterThan(50);
    expect(report.devices.length).toBeGreaterThan(50);
  });

  test('a device that nothing was heard of for a quarter of an hour, until it is', async () => {
    await start([device({ id: 'lock', kind: 'lock', codec: 'nuki', address: '2BB28570' })]);
    site.time.advance(15 * 60_000 - 1_000);
    expect(await problems(() => true)).toEqual([]);
    // Another device, adopted now, changes nothing for this one.
    const devices = [
      ...site.fixture.config().devices.slice(0, 1),
      device({ id: 'lock', kind: 'lock', codec: 'nuki', address: '2BB28570' }),
    ];
    await site.server.sendConfig(site.fixture.config({ revision: 2, devices }));
    await site.server.take('status', ({ configRevision }) => configRevision === 2);
    site.time.advance(1_000);
    expect(await problems((list) => list.length > 0)).toHaveLength(1);
    expect(await event((one) => one.kind === 'bridge' && one.what === 'config_problem')).toMatchObject({
      deviceId: 'lock',
      problem: { code: 'never_heard', params: { address: '2BB28570' } },
    });
    await site.observer.say('nuki/2BB28570/state', '1');
    await event((one) => one.kind === 'lock_state' && one.state === 'locked');
    expect(await problems((list) => list.length === 0)).toEqual([]);
  });

  test('a site broker that is not there for a minute, until it is', async () => {
    await start([]);
    const { port } = site.siteBroker;
    await site.hardware.stop();
    await site.observer.client.endAsync(true);
    await site.siteBroker.stop();
    await site.logs.take(({ message }) => message === 'site broker not reached');
    site.time.advance(59_000);
    site.time.advance(1_000);
    expect(await event((one) => one.kind === 'bridge' && one.what === 'config_problem')).toMatchObject({
      problem: { code: 'site_broker_unreachable', params: { address: site.siteBroker.url } },
    });
    expect(await problems((list) => list.length > 0)).toHaveLength(1);
    site.logs.clear();
    site.siteBroker = await startBroker(port);
    await site.logs.take(({ message }) => message === 'site broker reached');
    expect(await problems((list) => list.length === 0)).toEqual([]);
  });
});

describe('to the Home Assistant of the site', () => {
  const lockTopic = `homeassistant/binary_sensor/mitoyen_${SITE}_${DOOR}_lock/config`;
  const contactTopic = `homeassistant/binary_sensor/mitoyen_${SITE}_${DOOR}_contact/config`;
  const retained = (topic: string) => site.observer.inbox.take((message) => message.topic === topic, topic);

  test('doors, motion and counts are announced, and their states follow', async () => {
    await start(new SiteFixture().config().devices);
    const announced = JSON.parse((await retained(lockTopic)).payload);
    expect(announced).toMatchObject({
      device_class: 'lock',
      state_topic: `mitoyen/doors/${DOOR}/lock`,
      payload_on: 'UNLOCKED',
      payload_off: 'LOCKED',
      availability_topic: 'mitoyen/bridge/status',
      device: { name: 'Annot · Entrée', manufacturer: 'Mitoyen' },
    });
    expect(announced.command_topic).toBeUndefined();
    await site.hardware.present(DOOR, { kind: 'badge', uid: BADGE });
    await site.observer.inbox.take(({ topic, payload }) => topic === announced.state_topic && payload === 'UNLOCKED');
    await site.hardware.walk(DOOR);
    await site.observer.inbox.take(
      ({ topic, payload }) => topic === `mitoyen/doors/${DOOR}/contact` && payload === 'OPEN',
    );
    await site.observer.inbox.take(
      ({ topic, payload }) => topic === 'mitoyen/sensors/dev-pir/motion' && payload === 'ON',
    );
    await site.observer.inbox.take(
      ({ topic, payload }) => topic === 'mitoyen/sensors/dev-counter/people' && payload === '1',
    );
    await site.stopBridge();
    await site.observer.inbox.take(({ topic, payload }) => topic === 'mitoyen/bridge/status' && payload === 'offline');
  });

  test('a door that is no more is taken back, also when it went while the bridge was not there', async () => {
    await start(new SiteFixture().config().devices);
    await retained(contactTopic);
    const others = site.fixture.config().devices.filter(({ kind }) => kind !== 'contact');
    await site.server.sendConfig(site.fixture.config({ revision: 2, devices: others }));
    expect(
      await site.observer.inbox.take(({ topic, payload }) => topic === contactTopic && payload === ''),
    ).toBeDefined();
    const old = `homeassistant/binary_sensor/mitoyen_${SITE}_door-old_lock/config`;
    const foreign = 'homeassistant/binary_sensor/mitoyen_site-apt_door_lock/config';
    await site.observer.say(foreign, '{"a":1}', true);
    await site.observer.say(old, '{"a":1}', true);
    await site.observer.inbox.take(({ topic, payload }) => topic === old && payload === '');
    expect(site.observer.inbox.all.filter(({ topic, payload }) => topic === foreign && payload === '')).toEqual([]);
  });

  test('before its first configuration the bridge takes nothing back', async () => {
    site = new BridgeSite(NINE);
    await site.startBrokers();
    await site.observer.say(lockTopic, '{"a":1}', true);
    site.bridge = site.makeBridge();
    await site.bridge.start();
    await site.logs.take(({ message }) => message === 'looking at what is on the site broker');
    await site.observer.say(lockTopic, '{"a":2}', true);
    await site.server.sendConfig(site.fixture.config());
    await site.observer.inbox.take(({ topic, payload }) => topic === lockTopic && payload.includes('device_class'));
    expect(site.observer.inbox.all.filter(({ topic, payload }) => topic === lockTopic && payload === '')).toEqual([]);
  });

  test('nobody opens a door from there', async () => {
    await start(new SiteFixture().config().devices);
    for (const end of ['lock', 'lock/set', 'set']) await site.observer.say(`mitoyen/doors/${DOOR}/${end}`, 'UNLOCKED');
    await site.hardware.present(DOOR, { kind: 'badge', uid: '0499999999' });
    expect(site.observer.lockOrders).not.toContain('UNLOCK');
  });
});

describe('trying a device', () => {
  const sensor = device({
    id: 'pir',
    kind: 'motion',
    codec: 'zigbee2mqtt',
    address: 'pir',
    doorId: null,
    spaceId: 's',
  });
  const keypad = device({ id: 'keypad', kind: 'reader', codec: 'zigbee2mqtt', address: 'reader' });
  const zigbeeLock = device({ id: 'lock', kind: 'lock', codec: 'zigbee2mqtt', address: 'serrure' });

  test('whoever walks past it is told what it said, also when it says what it said before', async () => {
    await start([sensor]);
    await site.observer.say('zigbee2mqtt/pir', { occupancy: true });
    await site.observer.say('zigbee2mqtt/pir/availability', 'offline');
    await event((one) => one.kind === 'device');
    site.time.advance(1_000);
    await site.server.take('readings');
    const command = await send({ action: 'test', doorId: null, deviceId: 'pir' });
    await result(command.id, 'accepted');
    await site.observer.say('zigbee2mqtt/pir', { occupancy: true });
    expect(await result(command.id, 'heard')).toMatchObject({ heard: { what: 'motion', value: 1 } });
    site.time.advance(1_000);
    expect((await site.server.take('readings')).readings).toMatchObject([
      { deviceId: 'pir', kind: 'motion', value: 1 },
    ]);
  });

  test('of a badge it is told that it was one', async () => {
    await start([keypad, zigbeeLock]);
    const command = await send({ action: 'test', doorId: null, deviceId: 'keypad' });
    expect(await told('zigbee2mqtt/reader/set')).toMatchObject({ payload: '{"identify":"identify"}' });
    await result(command.id, 'accepted');
    await site.observer.say('zigbee2mqtt/reader', {
      action: 'disarm',
      action_code: `+${BADGE}`,
      action_transaction: 1,
    });
    expect(await result(command.id, 'heard')).toMatchObject({ heard: { what: 'presentation', value: 'badge' } });
  });

  test('one that says nothing within a minute is silent', async () => {
    await start([sensor]);
    const command = await send({ action: 'test', doorId: null, deviceId: 'pir' });
    await result(command.id, 'accepted');
    site.time.advance(60_000);
    await result(command.id, 'device_silent');
    await event((one) => one.kind === 'command' && one.state === 'device_silent' && one.deviceId === 'pir');
  });

  test.for([
    ['a device that is not there', { action: 'test', deviceId: 'elsewhere' }, 'unknown_device'],
    ['no device', { action: 'test' }, 'unknown_device'],
    ['hardware that cannot show itself', { action: 'identify', deviceId: 'relay' }, 'not_supported'],
    ['hardware without a list of codes', { action: 'clear_pin', deviceId: 'relay', slot: 1 }, 'not_supported'],
    ['a place in the list left out', { action: 'clear_pin', deviceId: 'lock' }, 'malformed'],
    [
      'a code that was sealed for something else',
      { action: 'set_pin', deviceId: 'lock', slot: 1, sealedPin: 'AAAA' },
      'malformed',
    ],
  ] as const)('%s is refused', async ([, overrides, reason]) => {
    await start([
      zigbeeLock,
      device({ id: 'relay', kind: 'lock', codec: 'shelly', address: `${SHELLY}/switch:0`, doorId: 'door-other' }),
    ]);
    const command = await send({ doorId: null, ...overrides });
    expect(await result(command.id, 'refused')).toMatchObject({ reason });
  });

  test('a code for the lock’s own keypad arrives, is confirmed by the lock, and is on no wire as it is typed', async () => {
    await start([zigbeeLock]);
    const command = site.server.command(site.bridge.bootId, {
      action: 'set_pin',
      doorId: null,
      deviceId: 'lock',
      slot: 3,
    });
    const purpose = { commandId: command.id, deviceId: 'lock', slot: 3 };
    const sealedPin = sealPin(site.fixture.siteKey, purpose, '482913', randomBytes(12));
    await site.server.send('commands', { ...command, sealedPin });
    expect(JSON.parse((await told('zigbee2mqtt/serrure/set')).payload)).toMatchObject({
      pin_code: { user: 3, pin_code: '482913' },
    });
    await site.observer.say('zigbee2mqtt/serrure', { users: { 3: { status: 'enabled' } } });
    await result(command.id, 'actuated');
    await event((one) => one.kind === 'command' && one.state === 'actuated');
    expect(JSON.stringify([site.server.events, command, sealedPin])).not.toContain('482913');
  });

  test('a lock that does not confirm was told', async () => {
    await start([zigbeeLock]);
    const command = await send({ action: 'clear_pin', doorId: null, deviceId: 'lock', slot: 3 });
    await told('zigbee2mqtt/serrure/set');
    await result(command.id, 'accepted');
    site.time.advance(10_000);
    await result(command.id, 'told');
  });
});
