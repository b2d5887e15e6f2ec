import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_UNACKED_BATCHES } from '@mitoyen/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { BridgeSite, DOOR } from '../support/bridge-site.ts';

let site: BridgeSite;
afterEach(() => site.stop());

const BADGE = '04A1B2C3D4';
const start = async () => {
  site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })]);
};
const present = () => site.hardware.present(DOOR, { kind: 'badge', uid: BADGE });
const sequences = () => site.server.events.map(({ sequence }) => sequence);
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
const accesses = () => site.server.events.filter(({ kind }) => kind === 'access');

describe('without the network', () => {
  test('doors are decided on, and every event arrives later, in order and once', async () => {
    await start();
    await site.loseNetwork();
    for (let i = 0; i < 5; i++) expect(await present()).toMatchObject({ outcome: 'opened' });
    await site.regainNetwork();
    await site.server.takeEvent((one) => one.kind === 'access' && accesses().length === 5);
    expect(sequences()).toEqual(upTo(site.server.events.length));
  });

  test('a bridge that starts decides from its disk, with a clock that is merely plausible', async () => {
    await start();
    await site.stopBridge();
    await site.server.disconnect();
    await site.networkBroker.stop();
    site.bridge = site.makeBridge();
    const ready = new Promise((resolve) => site.bridge.bus.once('siteReady', () => resolve(undefined)));
    await site.bridge.start();
    await ready;
    expect(site.bridge.time.trust).toBe('drifting');
    expect(await present()).toMatchObject({ outcome: 'opened' });
  });

  test('nothing is kept for the broker: what is said on return is new', async () => {
    await start();
    const before = await site.server.take('hello');
    await site.loseNetwork();
    await present();
    site.server.inbox.clear();
    await site.regainNetwork();
    const hello = await site.server.take('hello');
    expect(hello.nonce).not.toBe(before.nonce);
    const stale = site.server.inbox.all.filter(
      ({ kind, message }) => kind === 'status' && message.nonce !== hello.nonce,
    );
    expect(stale).toEqual([]);
  });
});

describe('acknowledgement', () => {
  test('what is not acknowledged is sent again after half a minute, the same', async () => {
    await start();
    await site.server.takeEvent((one) => one.kind === 'lock_state');
    site.server.acknowledges = false;
    site.server.inbox.clear();
    await present();
    const isAccess = ({ events }: { events: { kind: string }[] }) => events.some(({ kind }) => kind === 'access');
    const first = await site.server.take('events', isAccess);
    site.time.advance(30_000);
    const again = await site.server.take('events', isAccess);
    const accessOf = ({ events }: typeof first) => events.find(({ kind }) => kind === 'access');
    expect(accessOf(again)).toEqual(accessOf(first));
    expect(again).toMatchObject({ journalEpoch: first.journalEpoch, bootId: first.bootId });
  });

  test('at most twenty batches wait for one', async () => {
    await start();
    await site.server.takeEvent((one) => one.kind === 'lock_state');
    site.server.acknowledges = false;
    site.server.inbox.clear();
    for (let i = 0; i < 30; i++) await present();
    // The bridge answers commands after everything it said before.
    const command = site.server.command(site.bridge.bootId, { action: 'identify' });
    await site.server.send('commands', command);
    await site.server.take('commands/result', ({ commandId }) => commandId === command.id);
    const batches = site.server.inbox.all.filter(({ kind }) => kind === 'events');
    expect(batches).toHaveLength(MAX_UNACKED_BATCHES);
    site.server.acknowledges = true;
    site.time.advance(30_000);
    await site.server.takeEvent((one) => one.kind === 'access' && accesses().length === 30);
    expect(sequences()).toEqual(upTo(site.server.events.length));
  });

  test('a server put back to an older state is given again what it lost', async () => {
    await start();
    for (let i = 0; i < 3; i++) await present();
    await site.server.takeEvent((one) => one.kind === 'access' && accesses().length === 3);
    await site.loseNetwork();
    site.server.acked.events.sequence = 2;
    site.server.events.length = 2;
    await site.regainNetwork();
    await site.server.takeEvent((one) => one.kind === 'access' && accesses().length === 3);
    expect(sequences()).toEqual(upTo(site.server.events.length));
  });

  test('a disk put back to an older state begins a new epoch, and loses nothing that happened since', async () => {
    await start();
    await site.stopBridge();
    const file = join(site.folder, 'bridge.sqlite');
    copyFileSync(file, `${file}.old`);
    await site.startBridge();
    for (let i = 0; i < 5; i++) await present();
    await site.server.takeEvent((one) => one.kind === 'access' && accesses().length === 5);
    const { epoch } = site.server.acked.events;
    const { bootId } = site.bridge;

    await site.stopBridge();
    await site.server.take('status', (status) => status.state === 'offline' && status.bootId === bootId);
    copyFileSync(`${file}.old`, file);
    site.server.events.length = 0;
    site.server.inbox.clear();
    await site.startBridge();
    await present();
    const access = await site.server.takeEvent((one) => one.kind === 'access');
    const answered = await site.server.takeEvent((one) => one.kind === 'lock_state' && one.causeSequence !== undefined);
    expect(answered).toMatchObject({ causeSequence: access.sequence });
    expect(site.server.acked.events.epoch).not.toBe(epoch);
    expect(sequences()).toEqual(upTo(sequences().length));
  });
});

describe('presence', () => {
  test('a clean stop says offline itself, retained, with its boot id', async () => {
    await start();
    const { bootId } = site.bridge;
    await site.stopBridge();
    await site.server.take('status', (status) => status.state === 'offline' && status.bootId === bootId);
  });

  test('hello says what the disk holds', async () => {
    await start();
    await present();
    await site.server.takeEvent((one) => one.kind === 'lock_state' && one.state === 'unlocked');
    await site.stopBridge();
    site.server.inbox.clear();
    await site.startBridge();
    const hello = await site.server.take('hello');
    expect(hello).toMatchObject({
      bootId: site.bridge.bootId,
      grants: { epoch: 1, sequence: 1 },
      configRevision: 1,
      events: { epoch: site.server.acked.events.epoch, oldestSequence: 1 },
    });
    expect(hello.events.headSequence).toBeGreaterThanOrEqual(4);
  });
});
