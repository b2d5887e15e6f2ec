import { PROTOCOL_VERSION } from '@mitoyen/protocol';
import { describe, expect, test } from 'vitest';
import { SiteTime } from '../../firmware-bridge/src/clock/site-time.ts';
import { BridgeSite, DOOR, instant, NINE } from '../support/bridge-site.ts';
import { MovableTime } from '../support/movable-time.ts';

const HOUR = 3_600_000;
const beacon = (serverTime: number, nonce = 'n1') => ({
  v: PROTOCOL_VERSION as 1,
  networkId: 'n',
  siteId: 's',
  serverTime,
  nonce,
});

describe('how far the time may be believed', () => {
  test('unknown without anything signed, whatever the wall clock says', () => {
    expect(new SiteTime(new MovableTime(NINE), null).trust).toBe('unknown');
  });

  test.for([
    ['a millisecond before the last signed instant', -1, 'unknown'],
    ['at it', 0, 'drifting'],
    ['ninety days after it', 90 * 24 * HOUR, 'drifting'],
    ['a millisecond more', 90 * 24 * HOUR + 1, 'unknown'],
  ] as const)('a wall clock %s', ([, ahead, trust]) => {
    expect(new SiteTime(new MovableTime(NINE), instant(NINE) - ahead).trust).toBe(trust);
  });

  test('trusted for a day after a beacon, then drifting', () => {
    const source = new MovableTime('1970-01-01T00:00:00Z');
    const time = new SiteTime(source, null);
    expect(time.takeBeacon(beacon(instant(NINE)), 'n1')).toBe(true);
    source.advance(24 * HOUR);
    expect(time.trust).toBe('trusted');
    source.advance(1);
    expect(time.trust).toBe('drifting');
    expect(time.now()).toBe(instant(NINE) + 24 * HOUR + 1);
  });

  test('once set, the wall clock may jump by an hour and nothing follows it', () => {
    const source = new MovableTime(NINE);
    const time = new SiteTime(source, null);
    time.takeBeacon(beacon(instant(NINE)), 'n1');
    source.setWallClock('2026-11-24T10:00:00+01:00');
    source.advance(1_000);
    expect(time.now()).toBe(instant(NINE) + 1_000);
  });
});

describe('beacons', () => {
  test('for another nonce are old', () => {
    const time = new SiteTime(new MovableTime(NINE), null);
    expect(time.takeBeacon(beacon(instant(NINE), 'before'), 'n1')).toBe(false);
    expect(time.trust).toBe('unknown');
  });

  test('held back by more than five seconds are refused, by five they are taken', () => {
    const source = new MovableTime(NINE);
    const time = new SiteTime(source, null);
    time.takeBeacon(beacon(instant(NINE)), 'n1');
    source.advance(60_000);
    expect(time.takeBeacon(beacon(instant(NINE) + 60_000 - 5_001), 'n1')).toBe(false);
    expect(time.takeBeacon(beacon(instant(NINE) + 60_000 - 5_000), 'n1')).toBe(true);
  });

  test('of a new connection may set the time back: the server’s clock was corrected', () => {
    const time = new SiteTime(new MovableTime(NINE), null);
    time.takeBeacon(beacon(instant(NINE) + HOUR, 'n1'), 'n1');
    expect(time.takeBeacon(beacon(instant(NINE), 'n2'), 'n2')).toBe(true);
    expect(time.now()).toBe(instant(NINE));
  });
});

test('a box that wakes up in 1970 without network opens for open-ended staff only, and says so', async () => {
  const site = await BridgeSite.start((fixture) => [
    fixture.grant({ badge: '04A1B2C3D4' }),
    fixture.grant({ badge: '04EEEEEEEE' }, { isStaff: true, until: null }),
  ]);
  try {
    await site.stopBridge();
    await site.server.disconnect();
    await site.networkBroker.stop();
    site.time.setWallClock('1970-01-01T00:00:30Z');
    site.bridge = site.makeBridge();
    const ready = new Promise((resolve) => site.bridge.bus.once('siteReady', () => resolve(undefined)));
    await site.bridge.start();
    await ready;
    expect(await site.hardware.present(DOOR, { kind: 'badge', uid: '04A1B2C3D4' })).toMatchObject({
      outcome: 'refused',
      reason: 'clock_unknown',
    });
    expect(await site.hardware.present(DOOR, { kind: 'badge', uid: '04EEEEEEEE' })).toMatchObject({
      outcome: 'opened',
    });
  } finally {
    await site.stop();
  }
});
