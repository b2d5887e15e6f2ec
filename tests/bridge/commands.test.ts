import { encodeMessage, generateSigningKey } from '@mitoyen/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { BridgeSite, DOOR, SiteFixture, SiteObserver } from '../support/bridge-site.ts';
import { startBroker } from '../support/broker.ts';

let site: BridgeSite;
afterEach(() => site.stop());

const start = async (options: Parameters<typeof BridgeSite.start>[1] = {}) => {
  site = await BridgeSite.start(() => [], options);
};
const result = (commandId: string, state: string) =>
  site.server.take('commands/result', (one) => one.commandId === commandId && one.state === state);

/** By the time the bridge answers a later command, an order of an earlier one would have been seen at the lock. */
async function expectNothingMoved(): Promise<void> {
  const later = site.server.command(site.bridge.bootId, { action: 'lock' });
  await site.server.send('commands', later);
  await site.observer.takeLockOrder('LOCK');
  expect(site.observer.lockOrders).not.toContain('UNLOCK');
}

describe('a command from the phone', () => {
  test('is accepted, then actuated by the word of the lock, then seen at the door', async () => {
    await start();
    const command = site.server.command(site.bridge.bootId, { bookingId: 'booking-7' });
    await site.server.send('commands', command);
    await result(command.id, 'accepted');
    await result(command.id, 'actuated');
    await site.observer.takeLockOrder('UNLOCK');
    await site.observer.say('zigbee2mqtt/contact', { contact: false });
    await result(command.id, 'door_opened');
    for (const state of ['accepted', 'actuated'] as const) {
      expect(await site.server.takeEvent((one) => one.kind === 'command' && one.state === state)).toMatchObject({
        commandId: command.id,
        action: 'unlock',
        actor: 'account-lea',
        bookingId: 'booking-7',
        doorId: DOOR,
      });
    }
    const opened = await site.server.takeEvent((one) => one.kind === 'door_opened');
    const accepted = await site.server.takeEvent((one) => one.kind === 'command' && one.state === 'accepted');
    expect(opened).toMatchObject({ causeSequence: accepted.sequence });
  });

  test('twice moves the lock once, and repeats the answer', async () => {
    await start();
    const command = site.server.command(site.bridge.bootId);
    await site.server.send('commands', command);
    await result(command.id, 'actuated');
    await site.server.send('commands', command);
    const again = await site.server.take('commands/result', (one) => one.isRepeat);
    expect(again).toMatchObject({ commandId: command.id, state: 'actuated' });
    await site.observer.takeLockOrder('UNLOCK');
    await expectNothingMoved();
  });

  test('locks again by itself', async () => {
    await start();
    const command = site.server.command(site.bridge.bootId);
    await site.server.send('commands', command);
    await result(command.id, 'actuated');
    site.time.advance(5_000);
    await site.observer.takeLockOrder('LOCK');
  });

  test('to a lock that does not answer is reported after three seconds', async () => {
    await start();
    await site.hardware.stop();
    const command = site.server.command(site.bridge.bootId);
    await site.server.send('commands', command);
    await result(command.id, 'accepted');
    site.time.advance(3_000);
    await result(command.id, 'device_silent');
  });

  test('with the site broker away is reported at once, and is not kept for later', async () => {
    await start();
    const port = site.siteBroker.port;
    const gone = site.logs.take(({ message }) => message === 'site broker not reached', 'log line');
    await site.hardware.stop();
    await site.siteBroker.stop();
    await gone;
    const command = site.server.command(site.bridge.bootId);
    await site.server.send('commands', command);
    await result(command.id, 'device_silent');
    site.siteBroker = await startBroker(port);
    site.observer = await SiteObserver.connect(site.siteBroker.url);
    await new Promise((resolve) => site.bridge.bus.once('siteReady', () => resolve(undefined)));
    await expectNothingMoved();
  });
});

describe('refused, journalled, and nothing moves', () => {
  async function expectRefused(send: () => Promise<unknown>, reason: string, commandId: string | null): Promise<void> {
    await send();
    const isIt = (one: (typeof site.server.events)[number]) => one.kind === 'command' && one.reason === reason;
    expect(await site.server.takeEvent(isIt)).toMatchObject({ state: 'refused', commandId });
    if (commandId !== null) expect(await result(commandId, 'refused')).toMatchObject({ reason });
    await expectNothingMoved();
  }

  test('at the instant it expires; a millisecond earlier it acts', async () => {
    await start();
    const issuedAt = site.time.now() - 10_000;
    const late = site.server.command(site.bridge.bootId, { issuedAt, expiresAt: issuedAt + 10_000 });
    await expectRefused(() => site.server.send('commands', late), 'expired', late.id);
    const inTime = site.server.command(site.bridge.bootId, { issuedAt, expiresAt: issuedAt + 10_000 + 1 });
    await expectRefusedTooLong(inTime.id, () => site.server.send('commands', inTime));
    const justInTime = site.server.command(site.bridge.bootId, {
      issuedAt: issuedAt + 1,
      expiresAt: issuedAt + 10_001,
    });
    await site.server.send('commands', justInTime);
    await result(justInTime.id, 'actuated');
  });

  /** A life over ten seconds is refused whatever the hour. */
  async function expectRefusedTooLong(commandId: string, send: () => Promise<unknown>): Promise<void> {
    await send();
    expect(await result(commandId, 'refused')).toMatchObject({ reason: 'expired' });
  }

  test('from the future', async () => {
    await start();
    const issuedAt = site.time.now() + 5_001;
    const command = site.server.command(site.bridge.bootId, { issuedAt, expiresAt: issuedAt + 10_000 });
    await expectRefused(() => site.server.send('commands', command), 'expired', command.id);
  });

  test('retained on the broker', async () => {
    await start();
    const command = site.server.command(site.bridge.bootId);
    await site.stopBridge();
    await site.server.send('commands', command, { retain: true });
    await site.startBridge();
    const event = await site.server.takeEvent((one) => one.kind === 'command' && one.reason === 'retained');
    expect(event).toMatchObject({ state: 'refused', commandId: command.id });
    await expectNothingMoved();
  });

  test('for the boot before', async () => {
    await start();
    const command = site.server.command(site.bridge.bootId);
    await site.restartBridge();
    await expectRefused(() => site.server.send('commands', command), 'wrong_boot', command.id);
  });

  test('a nonce that was used, under a new id', async () => {
    await start();
    const used = site.server.command(site.bridge.bootId, { action: 'lock' });
    await site.server.send('commands', used);
    await result(used.id, 'accepted');
    const replayed = site.server.command(site.bridge.bootId, { nonce: used.nonce });
    await expectRefused(() => site.server.send('commands', replayed), 'replayed', replayed.id);
  });

  test('signed by an unknown key', async () => {
    await start();
    const key = generateSigningKey('somebody');
    const command = site.server.command(site.bridge.bootId);
    await expectRefused(() => site.server.send('commands', command, { key }), 'unknown_key', null);
  });

  test('signed by another key under a known name', async () => {
    await start();
    const key = generateSigningKey('server-1');
    const command = site.server.command(site.bridge.bootId);
    await expectRefused(() => site.server.send('commands', command, { key }), 'bad_signature', null);
  });

  test('with one byte of its body changed', async () => {
    await start();
    const command = site.server.command(site.bridge.bootId, { action: 'lock' });
    const payload = encodeMessage('commands', command, site.fixture.serverKey).replace('"lock\\"', '"unlock\\"');
    expect(payload).toContain('unlock');
    await expectRefused(() => site.server.sendRaw(site.fixture.topics.commands, payload), 'bad_signature', null);
  });

  test('signed by the server for another site', async () => {
    await start();
    const command = site.server.command(site.bridge.bootId, { siteId: 'site-apt' });
    await expectRefused(() => site.server.send('commands', command), 'foreign_site', null);
  });

  test('that is no command at all', async () => {
    await start();
    await expectRefused(() => site.server.sendRaw(site.fixture.topics.commands, '{"v":1}'), 'malformed', null);
  });

  test('for a door that the site does not have', async () => {
    await start();
    const command = site.server.command(site.bridge.bootId, { doorId: 'door-elsewhere' });
    await expectRefused(() => site.server.send('commands', command), 'unknown_door', command.id);
  });

  test('a flood of forgeries leaves twenty lines in the journal', async () => {
    await start();
    for (let i = 0; i < 25; i++) await site.server.sendRaw(site.fixture.topics.commands, '{"v":1}');
    await expectNothingMoved();
    await site.server.takeEvent((one) => one.kind === 'command' && one.action === 'lock');
    expect(site.server.events.filter((one) => one.kind === 'command' && one.state === 'refused')).toHaveLength(20);
  });

  test('while the clock is unknown, and again when it is played once more with a good one', async () => {
    site = new BridgeSite('1970-01-01T00:00:10Z');
    site.server.beacons = false;
    await site.startBrokers();
    await site.server.sendConfig(site.fixture.config());
    await site.server.sendSnapshot(site.fixture.snapshot([]));
    await site.startBridge();
    const command = site.server.command(site.bridge.bootId);
    await site.server.send('commands', command);
    expect(await result(command.id, 'refused')).toMatchObject({ reason: 'clock_unknown' });
    const hello = await site.server.take('hello');
    await site.server.sendBeacon(hello.nonce, site.time.now());
    await site.server.take('status', ({ clockTrust }) => clockTrust === 'trusted');
    await site.server.send('commands', command);
    expect(await site.server.take('commands/result', (one) => one.isRepeat)).toMatchObject({ reason: 'clock_unknown' });
    await expectNothingMoved();
  });
});

describe('modes', () => {
  const BADGE = '04A1B2C3D4';
  const present = () => site.hardware.present(DOOR, { kind: 'badge', uid: BADGE });
  const order = async (action: 'lockdown' | 'release' | 'normal') => {
    const command = site.server.command(site.bridge.bootId, { action, doorId: null });
    await site.server.send('commands', command);
    await result(command.id, 'accepted');
  };

  test('locked down, nobody but staff and no phone; released, everybody; both outlive a restart', async () => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })]);
    await order('lockdown');
    await site.observer.takeLockOrder('LOCK');
    expect(await present()).toMatchObject({ outcome: 'refused', reason: 'locked_down' });
    const unlock = site.server.command(site.bridge.bootId);
    await site.server.send('commands', unlock);
    expect(await result(unlock.id, 'refused')).toMatchObject({ reason: 'door_mode' });

    await site.restartBridge();
    expect(await present()).toMatchObject({ outcome: 'refused', reason: 'locked_down' });

    await order('release');
    await site.observer.takeLockOrder('UNLOCK');
    expect(await site.hardware.present(DOOR, { kind: 'badge', uid: '0499999999' })).toMatchObject({
      outcome: 'opened',
    });
    site.time.advance(60_000);
    await order('normal');
    await site.observer.takeLockOrder('LOCK');
    expect(await present()).toMatchObject({ outcome: 'opened' });
  });

  test('a younger configuration overrules a command, and the lock follows', async () => {
    await start();
    await order('release');
    await site.observer.takeLockOrder('UNLOCK');
    const { doors } = site.fixture.config();
    await site.server.sendConfig(
      site.fixture.config({
        revision: 2,
        issuedAt: site.time.now() + 1,
        doors: doors.map((door) => ({ ...door, mode: 'locked_down' as const })),
      }),
    );
    await site.observer.takeLockOrder('LOCK');
  });

  test('a configuration that says nothing of modes leaves a lock-down in force, also after a restart', async () => {
    const { doors } = new SiteFixture().config();
    const modeless = { doors: doors.map(({ mode: _, ...door }) => door) };
    site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })], { config: modeless });
    await order('lockdown');
    await site.observer.takeLockOrder('LOCK');
    const issuedAt = site.time.now() + 1;
    await site.server.sendConfig(site.fixture.config({ ...modeless, revision: 2, issuedAt }));
    await site.restartBridge();
    expect(await present()).toMatchObject({ outcome: 'refused', reason: 'locked_down' });
  });

  test('resync asks the server for its grants', async () => {
    await start();
    const command = site.server.command(site.bridge.bootId, { action: 'resync', doorId: null });
    await site.server.send('commands', command);
    expect(await site.server.take('grants/request')).toMatchObject({ why: 'resync', held: { epoch: 1, sequence: 1 } });
  });
});
