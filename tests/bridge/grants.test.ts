import { type GrantsDelta, generateSigningKey, PROTOCOL_VERSION, splitSnapshot } from '@mitoyen/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { BridgeSite, DOOR, instant, NETWORK, SITE } from '../support/bridge-site.ts';

let site: BridgeSite;
afterEach(() => site.stop());

const BADGE = '04A1B2C3D4';
const STAFF = '04EEEEEEEE';
const present = (uid = BADGE) => site.hardware.present(DOOR, { kind: 'badge', uid });
const held = (epoch: number, sequence: number) =>
  site.server.take('status', ({ grants }) => grants?.epoch === epoch && grants.sequence === sequence);

describe('snapshots', () => {
  test('a newer one revokes', async () => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })]);
    expect(await present()).toMatchObject({ outcome: 'opened' });
    await site.server.sendSnapshot(site.fixture.snapshot([], { sequence: 2 }));
    await held(1, 2);
    expect(await present()).toMatchObject({ outcome: 'refused', reason: 'unknown_credential' });
  });

  test.for([
    ['a lower sequence', { epoch: 2, sequence: 4 }],
    ['a lower epoch with a higher sequence', { epoch: 1, sequence: 99 }],
  ] as const)('%s is refused, journalled, and asked about', async ([, position]) => {
    site = await BridgeSite.start(() => [], { snapshot: { epoch: 2, sequence: 5 } });
    await site.server.sendSnapshot(site.fixture.snapshot([site.fixture.grant({ badge: BADGE })], position));
    expect(await site.server.take('grants/request')).toMatchObject({ why: 'behind', held: { epoch: 2, sequence: 5 } });
    await site.server.takeEvent((one) => one.kind === 'bridge' && one.what === 'grants_refused');
    expect(await present()).toMatchObject({ outcome: 'refused' });
  });

  test('a lower one is refused after a restart as well', async () => {
    site = await BridgeSite.start(() => [], { snapshot: { sequence: 5 } });
    await site.stopBridge();
    await site.server.sendSnapshot(site.fixture.snapshot([site.fixture.grant({ badge: BADGE })], { sequence: 4 }));
    await site.startBridge();
    expect(await site.server.take('grants/request')).toMatchObject({ why: 'behind', held: { epoch: 1, sequence: 5 } });
    expect(await present()).toMatchObject({ outcome: 'refused' });
  });

  test('in parts counts once the last part is there, in whatever order', async () => {
    site = await BridgeSite.start(() => []);
    const grants = Array.from({ length: 40 }, (_, i) => site.fixture.grant({ badge: `04A1B2C3${10 + i}` }));
    const parts = splitSnapshot(site.fixture.snapshot(grants, { sequence: 2 }), 4_096);
    expect(parts.length).toBeGreaterThan(3);
    const [first, ...rest] = parts.toReversed();
    for (const part of rest) {
      await site.server.send('grants/snapshot', part, { topic: site.fixture.topics.grantsSnapshotPart(part.part) });
    }
    expect(await present('04A1B2C310')).toMatchObject({ outcome: 'refused' });
    if (first === undefined) throw new Error('no parts');
    await site.server.send('grants/snapshot', first, { topic: site.fixture.topics.grantsSnapshotPart(first.part) });
    await held(1, 2);
    expect(await present('04A1B2C310')).toMatchObject({ outcome: 'opened' });
    expect(await present('04A1B2C349')).toMatchObject({ outcome: 'opened' });
  });

  test('parts that an older, longer one left behind are no reason to ask for anything', async () => {
    site = await BridgeSite.start(() => []);
    const grants = Array.from({ length: 40 }, (_, i) => site.fixture.grant({ badge: `04A1B2C3${10 + i}` }));
    await site.server.sendSnapshot(site.fixture.snapshot(grants, { sequence: 2 }), 4_096);
    await site.server.sendSnapshot(site.fixture.snapshot([], { sequence: 3 }));
    await held(1, 3);
    await site.restartBridge();
    const command = site.server.command(site.bridge.bootId, { action: 'identify' });
    await site.server.send('commands', command);
    await site.server.take('commands/result', ({ commandId }) => commandId === command.id);
    expect(site.server.inbox.all.filter(({ kind }) => kind === 'grants/request')).toEqual([]);
  });

  test('signed by somebody else is refused and asked for again', async () => {
    site = await BridgeSite.start(() => []);
    const [part] = splitSnapshot(site.fixture.snapshot([site.fixture.grant({ badge: BADGE })], { sequence: 2 }));
    if (part === undefined) throw new Error('no part');
    await site.server.send('grants/snapshot', part, { key: generateSigningKey('server-1') });
    expect(await site.server.take('grants/request')).toMatchObject({ why: 'bad_signature' });
    expect(await present()).toMatchObject({ outcome: 'refused' });
  });

  test('of another site is refused', async () => {
    site = await BridgeSite.start(() => []);
    const foreign = site.fixture.snapshot([site.fixture.grant({ badge: BADGE })], { sequence: 2, siteId: 'site-apt' });
    const [part] = splitSnapshot(foreign);
    if (part === undefined) throw new Error('no part');
    await site.server.send('grants/snapshot', part);
    const event = await site.server.takeEvent((one) => one.kind === 'bridge' && one.what === 'grants_refused');
    expect(event).toMatchObject({ detail: expect.stringContaining('foreign_site') });
    expect(await present()).toMatchObject({ outcome: 'refused' });
  });

  test('too old: only staff opens, and the door says why', async () => {
    const validUntil = instant('2026-11-24T10:00:00+01:00');
    site = await BridgeSite.start(
      (fixture) => [fixture.grant({ badge: BADGE }), fixture.grant({ badge: STAFF }, { isStaff: true, until: null })],
      { snapshot: { validUntil } },
    );
    site.time.advance(3_599_999);
    expect(await present()).toMatchObject({ outcome: 'opened' });
    site.time.advance(1);
    expect(await present()).toMatchObject({ outcome: 'refused', reason: 'grants_expired' });
    expect(await present(STAFF)).toMatchObject({ outcome: 'opened' });
  });
});

describe('deltas', () => {
  const delta = (baseSequence: number, sequence: number, change: Partial<GrantsDelta>): GrantsDelta => ({
    v: PROTOCOL_VERSION,
    networkId: NETWORK,
    siteId: SITE,
    epoch: 1,
    baseSequence,
    sequence,
    issuedAt: site.time.now(),
    validUntil: instant('2026-12-08T12:00:00Z'),
    revokedGrantIds: [],
    grants: [],
    ...change,
  });

  test('revoke and add, and survive a restart', async () => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })]);
    const change = { revokedGrantIds: [`grant-${BADGE}`], grants: [site.fixture.grant({ badge: '0455555555' })] };
    await site.server.send('grants/delta', delta(1, 2, change));
    await held(1, 2);
    await site.restartBridge();
    expect(await present()).toMatchObject({ reason: 'unknown_credential' });
    expect(await present('0455555555')).toMatchObject({ outcome: 'opened' });
  });

  test('with a gap before them are not applied: what is held goes on, and the rest is asked for', async () => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })]);
    await site.server.send('grants/delta', delta(2, 3, { revokedGrantIds: [`grant-${BADGE}`] }));
    expect(await site.server.take('grants/request')).toMatchObject({ why: 'gap', held: { epoch: 1, sequence: 1 } });
    expect(await present()).toMatchObject({ outcome: 'opened' });
  });
});

describe('configuration', () => {
  test('a lower revision is refused', async () => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })], { config: { revision: 3 } });
    await site.server.sendConfig(site.fixture.config({ revision: 2, devices: [] }));
    await site.server.takeEvent((one) => one.kind === 'bridge' && one.what === 'config_refused');
    expect(await present()).toMatchObject({ outcome: 'opened' });
  });

  test('names the keys to trust next, until a stated time', async () => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })]);
    const next = generateSigningKey('server-2');
    const until = site.time.now() + 60_000;
    await site.server.sendConfig(
      site.fixture.config({ revision: 2, serverKeys: [{ kid: next.kid, publicKey: next.publicKey, until }] }),
    );
    await site.server.take('status', ({ configRevision }) => configRevision === 2);
    const [part] = splitSnapshot(site.fixture.snapshot([], { sequence: 2 }));
    const [late] = splitSnapshot(site.fixture.snapshot([site.fixture.grant({ badge: BADGE })], { sequence: 3 }));
    if (part === undefined || late === undefined) throw new Error('no part');
    await site.server.send('grants/snapshot', part, { key: next });
    await held(1, 2);
    site.time.advance(60_000);
    await site.server.send('grants/snapshot', late, { key: next });
    await site.server.take('grants/request', ({ why }) => why === 'bad_signature');
    expect(await present()).toMatchObject({ outcome: 'refused' });
  });
});
