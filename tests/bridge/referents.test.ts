import { afterEach, describe, expect, test } from 'vitest';
import { BridgeSite, DOOR, NINE, type SiteFixture } from '../support/bridge-site.ts';

let site: BridgeSite;
afterEach(() => site.stop());

const REFERENT = '04EEEEEEEE';
const STAFF = '04FFFFFFFF';
const PIN = '482913';
const MINUTE = 60_000;
const GRACE_MS = 10 * MINUTE;
const ADA = 'member-ada';

/** A young person's booking of supervised hours, the badge of a referent, and one of somebody on the staff who is none. */
const grants = (fixture: SiteFixture) => [
  fixture.grant({ pin: PIN }, { audienceClass: 'youth', referentFirst: { graceMs: GRACE_MS } }),
  fixture.grant({ badge: REFERENT }, { holderRef: ADA, isStaff: true, isReferent: true, until: null }),
  fixture.grant({ badge: STAFF }, { holderRef: 'member-bob', isStaff: true, until: null }),
];
const supervised = (options: Parameters<typeof BridgeSite.start>[1] = {}) => BridgeSite.start(grants, options);
const withPin = () => site.hardware.present(DOOR, { kind: 'pin', pin: PIN });
const withBadge = (uid: string) => site.hardware.present(DOOR, { kind: 'badge', uid });
const NO_REFERENT = { outcome: 'refused', reason: 'no_referent' };

/** The box starts again on its own disk, with no line to the server. */
async function restartAlone(): Promise<void> {
  await site.stopBridge();
  site.bridge = site.makeBridge();
  const siteReady = new Promise((resolve) => site.bridge.bus.once('siteReady', () => resolve(undefined)));
  await site.bridge.start();
  await siteReady;
}

describe('supervised hours without a line to the server', () => {
  test('open for a referent first; then for the young person', async () => {
    site = await supervised();
    await site.loseNetwork();
    expect(await withPin()).toMatchObject(NO_REFERENT);
    expect(await withBadge(STAFF)).toMatchObject({ outcome: 'opened' });
    expect(await withPin()).toMatchObject(NO_REFERENT);
    expect(await withBadge(REFERENT)).toMatchObject({ outcome: 'opened' });
    expect(await withPin()).toMatchObject({ outcome: 'opened' });
  });

  test('know of nobody after a restart of the box, until a referent badges again', async () => {
    site = await supervised();
    await site.loseNetwork();
    await withBadge(REFERENT);
    expect(await withPin()).toMatchObject({ outcome: 'opened' });
    // Later than what the server signed last, so that the wall clock is believed.
    site.time.advance(MINUTE);
    await restartAlone();
    expect(await withPin()).toMatchObject(NO_REFERENT);
    await withBadge(REFERENT);
    expect(await withPin()).toMatchObject({ outcome: 'opened' });
  });

  test('keep over a restart whom the server had named', async () => {
    const from = Temporal.Instant.from(NINE).epochMilliseconds;
    site = await supervised({ snapshot: { referents: [{ holderRef: ADA, from, until: null }] } });
    await site.loseNetwork();
    site.time.advance(MINUTE);
    await restartAlone();
    expect(await withPin()).toMatchObject({ outcome: 'opened' });
  });
});

describe('what the server says of referents', () => {
  const said = async (sequence: number, until: number | null, from = site.time.now()) => {
    const referents = [{ holderRef: ADA, from, until }];
    await site.server.sendSnapshot(site.fixture.snapshot(grants(site.fixture), { sequence, referents }));
    await site.server.take('status', (status) => status.grants?.sequence === sequence);
  };

  test('opens for the young person, though no badge was seen at the door', async () => {
    site = await supervised();
    expect(await withPin()).toMatchObject(NO_REFERENT);
    await said(2, null);
    expect(await withPin()).toMatchObject({ outcome: 'opened' });
  });

  test('ends what the badge began, after the time of grace to the millisecond', async () => {
    site = await supervised();
    const cameAt = site.time.now();
    await withBadge(REFERENT);
    await said(2, cameAt + MINUTE, cameAt);
    site.time.advance(MINUTE + GRACE_MS - 1);
    expect(await withPin()).toMatchObject({ outcome: 'opened' });
    site.time.advance(1);
    expect(await withPin()).toMatchObject(NO_REFERENT);
    // Back again: the badge is later than the leaving.
    await withBadge(REFERENT);
    expect(await withPin()).toMatchObject({ outcome: 'opened' });
  });
});
