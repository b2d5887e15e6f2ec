import { afterEach, describe, expect, test } from 'vitest';
import { BridgeSite, DOOR, NINE } from '../support/bridge-site.ts';

let site: BridgeSite;
afterEach(() => site.stop());

const BADGE = '04A1B2C3D4';
const PIN = '482913';

describe('a badge at the door', () => {
  test.for([
    ['a second before the booking', '2026-11-24T08:59:59+01:00', 'refused', 'not_yet'],
    ['at its first instant', NINE, 'opened', undefined],
    ['in its last second', '2026-11-24T11:59:59+01:00', 'opened', undefined],
    ['at its end', '2026-11-24T12:00:00+01:00', 'refused', 'ended'],
  ] as const)('%s', async ([, at, outcome, reason]) => {
    site = await BridgeSite.start((fixture) => [fixture.grant({ badge: BADGE })], { at });
    expect(await site.hardware.present(DOOR, { kind: 'badge', uid: BADGE })).toMatchObject({ outcome });
    const event = await site.server.takeEvent((one) => one.kind === 'access');
    expect(event).toMatchObject({
      kind: 'access',
      doorId: DOOR,
      deviceId: 'dev-reader',
      granted: outcome === 'opened',
      reason: reason ?? 'booking',
      grantId: `grant-${BADGE}`,
      bookingId: 'booking-1',
      holderRef: 'member-lea',
      credentialKind: 'badge',
      clockTrust: 'trusted',
    });
  });
});
