import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { BridgeSite, DOOR, devicesWithLockAt, NINE } from '../support/bridge-site.ts';

let site: BridgeSite;
afterEach(() => site.stop());

const BADGE = '04A1B2C3D4';
const PIN = '482913';

const withBadge = (options: Parameters<typeof BridgeSite.start>[1] = {}) =>
  BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })], options);

describe('who may pass, and when', () => {
  test.for([
    ['a second before the booking', '2026-11-24T08:59:59+01:00', 'refused', 'not_yet'],
    ['at its first instant', NINE, 'opened', 'booking'],
    ['in its last second', '2026-11-24T11:59:59+01:00', 'opened', 'booking'],
    ['at its end', '2026-11-24T12:00:00+01:00', 'refused', 'ended'],
  ] as const)('a badge %s', async ([, at, outcome, reason]) => {
    site = await withBadge({ at });
    expect(await site.hardware.present(DOOR, { kind: 'badge', uid: BADGE })).toMatchObject({ outcome });
    expect(await site.server.takeEvent((one) => one.kind === 'access')).toMatchObject({
      doorId: DOOR,
      deviceId: 'dev-reader',
      granted: outcome === 'opened',
      reason,
      grantId: `grant-${BADGE}`,
      bookingId: 'booking-1',
      holderRef: 'member-lea',
      credentialKind: 'badge',
      clockTrust: 'trusted',
    });
  });

  test('a PIN opens during the booking, and is told when it is too early', async () => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ pin: PIN })], { at: '2026-11-24T08:30:00+01:00' });
    expect(await site.hardware.present(DOOR, { kind: 'pin', pin: PIN })).toMatchObject({
      outcome: 'refused',
      reason: 'not_yet',
      detail: { at: '2026-11-24T08:00:00.000Z' },
    });
    site.time.advance(30 * 60_000);
    expect(await site.hardware.present(DOOR, { kind: 'pin', pin: PIN })).toMatchObject({ outcome: 'opened' });
  });

  test('a badge that nobody holds is refused, and says nothing of anybody', async () => {
    site = await withBadge();
    const refused = await site.hardware.present(DOOR, { kind: 'badge', uid: '0499999999' });
    expect(refused).toMatchObject({ outcome: 'refused', reason: 'unknown_credential' });
    expect(await site.server.takeEvent((one) => one.kind === 'access')).toMatchObject({
      grantId: null,
      bookingId: null,
      holderRef: null,
    });
  });

  test('the match of a badge is worth nothing as a PIN', async () => {
    site = await BridgeSite.start((fixture) => [{ ...fixture.grant({ badge: BADGE }), kind: 'pin' }]);
    const refused = await site.hardware.present(DOOR, { kind: 'badge', uid: BADGE });
    expect(refused).toMatchObject({ outcome: 'refused', reason: 'unknown_credential' });
  });
});

describe('what the keypad is told', () => {
  test.for([
    ['granted', NINE, BADGE, 'disarm'],
    ['right person, wrong hour', '2026-11-24T07:00:00+01:00', BADGE, 'not_ready'],
    ['nobody', NINE, '0499999999', 'invalid_code'],
  ] as const)('%s', async ([, at, uid, mode]) => {
    site = await withBadge({ at });
    await site.observer.say('zigbee2mqtt/reader', { action: 'disarm', action_code: uid, action_transaction: 7 });
    const answer = await site.observer.inbox.take(({ topic }) => topic === 'zigbee2mqtt/reader/set', 'answer');
    expect(JSON.parse(answer.payload)).toEqual({ arm_mode: { transaction: 7, mode } });
  });

  test('the same transaction again is the radio repeating itself, and later a new presentation', async () => {
    site = await withBadge();
    const present = () =>
      site.observer.say('zigbee2mqtt/reader', { action: 'disarm', action_code: BADGE, action_transaction: 7 });
    await present();
    await present();
    await site.observer.takeLockOrder('UNLOCK');
    await site.hardware.present(DOOR, { kind: 'badge', uid: '0499999999' });
    expect(site.observer.lockOrders).not.toContain('UNLOCK');
    site.time.advance(5_001);
    await present();
    await site.observer.takeLockOrder('UNLOCK');
  });
});

describe('old messages move nothing', () => {
  test('a presentation that the broker retained is in the past', async () => {
    site = new BridgeSite(NINE);
    await site.startBrokers();
    const payload = { action: 'disarm', action_code: BADGE, action_transaction: 9 };
    await site.observer.say('zigbee2mqtt/reader', payload, true);
    await site.server.sendConfig(site.fixture.config());
    await site.server.sendSnapshot(site.fixture.snapshot([site.fixture.grant({ badge: BADGE })]));
    await site.startBridge();
    await site.hardware.present(DOOR, { kind: 'badge', uid: '0499999999' });
    expect(site.observer.lockOrders).not.toContain('UNLOCK');
  });

  test('a retained order to the lock is taken off the broker and reported', async () => {
    site = new BridgeSite(NINE);
    await site.startBrokers();
    await site.observer.say('zigbee2mqtt/lock/set', { state: 'UNLOCK' }, true);
    await site.observer.inbox.take(({ topic }) => topic === 'zigbee2mqtt/lock/set');
    await site.server.sendConfig(site.fixture.config());
    await site.server.sendSnapshot(site.fixture.snapshot([]));
    await site.startBridge();
    await site.observer.inbox.take(({ topic, payload }) => topic === 'zigbee2mqtt/lock/set' && payload === '');
    const event = await site.server.takeEvent((one) => one.kind === 'bridge' && one.what === 'retained_set_removed');
    expect(event).toMatchObject({ deviceId: 'dev-lock' });
  });
});

describe('the lock', () => {
  test('is told to lock again after its delay, and not before', async () => {
    site = await withBadge();
    await site.hardware.present(DOOR, { kind: 'badge', uid: BADGE });
    await site.server.takeEvent((one) => one.kind === 'lock_state' && one.state === 'unlocked');
    site.time.advance(4_999);
    await site.hardware.present(DOOR, { kind: 'badge', uid: '0499999999' });
    expect(site.observer.lockOrders).not.toContain('LOCK');
    site.time.advance(1);
    await site.observer.takeLockOrder('LOCK');
    await site.server.takeEvent((one) => one.kind === 'lock_state' && one.state === 'locked');
  });

  test('waits for an open door to close', async () => {
    site = await withBadge();
    await site.hardware.present(DOOR, { kind: 'badge', uid: BADGE });
    await site.observer.say('zigbee2mqtt/contact', { contact: false });
    const opened = await site.server.takeEvent((one) => one.kind === 'door_opened');
    site.time.advance(60_000);
    await site.hardware.present(DOOR, { kind: 'badge', uid: '0499999999' });
    expect(site.observer.lockOrders).not.toContain('LOCK');
    await site.observer.say('zigbee2mqtt/contact', { contact: true });
    await site.observer.takeLockOrder('LOCK');
    const access = await site.server.takeEvent((one) => one.kind === 'access' && one.granted);
    expect(opened).toMatchObject({ causeSequence: access.sequence });
    await site.server.takeEvent((one) => one.kind === 'door_closed');
  });

  test('that says nothing within three seconds is reported silent', async () => {
    site = await withBadge({ config: { devices: devicesWithLockAt('mute') } });
    await site.observer.say('zigbee2mqtt/reader', { action: 'disarm', action_code: BADGE, action_transaction: 1 });
    const access = await site.server.takeEvent((one) => one.kind === 'access');
    site.time.advance(3_000);
    expect(await site.server.takeEvent((one) => one.kind === 'lock_state')).toMatchObject({
      state: 'silent',
      causeSequence: access.sequence,
    });
  });

  test('that stops half-way is reported jammed', async () => {
    site = await withBadge({ config: { devices: devicesWithLockAt('stuck') } });
    await site.observer.say('zigbee2mqtt/reader', { action: 'disarm', action_code: BADGE, action_transaction: 1 });
    await site.observer.say('zigbee2mqtt/stuck', { state: 'LOCK', lock_state: 'not_fully_locked' });
    await site.server.takeEvent((one) => one.kind === 'lock_state' && one.state === 'not_fully_locked');
    site.time.advance(3_000);
    await site.server.takeEvent((one) => one.kind === 'lock_state' && one.state === 'jammed');
  });

  test('is locked by the next boot when the bridge died before it could', async () => {
    site = await withBadge();
    await site.hardware.present(DOOR, { kind: 'badge', uid: BADGE });
    await site.observer.takeLockOrder('UNLOCK');
    await site.restartBridge();
    expect(site.observer.lockOrders).toEqual([]);
    site.time.advance(5_000);
    await site.observer.takeLockOrder('LOCK');
  });

  test('stays where it is when the journal cannot be written', async () => {
    site = await withBadge();
    await site.stopBridge();
    const disk = new DatabaseSync(join(site.folder, 'bridge.sqlite'));
    disk.exec(`create trigger full_disk before insert on events when json_extract(new.body, '$.granted')
               begin select raise(abort, 'database or disk is full'); end`);
    disk.close();
    await site.startBridge();
    await site.observer.say('zigbee2mqtt/reader', { action: 'disarm', action_code: BADGE, action_transaction: 3 });
    await site.logs.take(({ message }) => message.startsWith('not opened'), 'log line');
    await site.hardware.present(DOOR, { kind: 'badge', uid: '0499999999' });
    expect(site.observer.lockOrders).not.toContain('UNLOCK');
  });
});

describe('PIN lock-out', () => {
  const present = (pin: string) => site.hardware.present(DOOR, { kind: 'pin', pin });

  test('three wrong PINs close the keypad for five minutes, over a restart too; badges go on', async () => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ pin: PIN }), fixture.grant({ badge: BADGE })]);
    for (const pin of ['111111', '222222', '333']) {
      expect(await present(pin)).toMatchObject({ reason: 'unknown_credential' });
    }
    expect(await present(PIN)).toMatchObject({
      outcome: 'refused',
      reason: 'too_many_attempts',
      detail: { at: '2026-11-24T08:05:00.000Z' },
    });
    await site.restartBridge();
    site.time.advance(299_999);
    expect(await present(PIN)).toMatchObject({ reason: 'too_many_attempts' });
    expect(await site.hardware.present(DOOR, { kind: 'badge', uid: BADGE })).toMatchObject({ outcome: 'opened' });
    site.time.advance(1);
    expect(await present(PIN)).toMatchObject({ outcome: 'opened' });
  });

  test('coming too early is not a wrong PIN', async () => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ pin: PIN })], { at: '2026-11-24T08:59:00+01:00' });
    for (let i = 0; i < 4; i++) expect(await present(PIN)).toMatchObject({ reason: 'not_yet' });
    site.time.advance(60_000);
    expect(await present(PIN)).toMatchObject({ outcome: 'opened' });
  });
});

describe('sensors', () => {
  test('somebody walks in: motion and the counter arrive as readings, once', async () => {
    site = await withBadge();
    await site.hardware.walk(DOOR);
    await site.observer.inbox.take(
      ({ topic, payload }) => topic.endsWith('/counter') && payload.includes('"people":1'),
    );
    await site.hardware.present(DOOR, { kind: 'badge', uid: '0499999999' });
    site.time.advance(1_000);
    await site.server.take('readings', ({ readings }) =>
      readings.some(({ kind, value }) => kind === 'people' && value === 1),
    );
    expect(site.server.readings.filter(({ kind }) => kind === 'motion').map(({ value }) => value)).toEqual([1]);
    expect(site.server.readings.find(({ kind }) => kind === 'people')).toMatchObject({
      deviceId: 'dev-counter',
      spaceId: 'space-1',
      value: 1,
    });
  });

  test('a device that goes and comes back is two events', async () => {
    site = await withBadge();
    await site.observer.say('zigbee2mqtt/pir/availability', 'offline');
    await site.server.takeEvent(
      (one) => one.kind === 'device' && one.deviceId === 'dev-pir' && one.state === 'offline',
    );
    await site.observer.say('zigbee2mqtt/pir/availability', { state: 'online' });
    await site.server.takeEvent((one) => one.kind === 'device' && one.deviceId === 'dev-pir' && one.state === 'online');
  });
});
