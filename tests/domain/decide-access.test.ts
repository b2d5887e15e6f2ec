import {
  type AccessRequest,
  type AudienceWindow,
  countsAsPinFailure,
  type DoorPolicy,
  decideAccess,
  type Grant,
  type GrantSet,
  indexGrantSet,
  pinFailuresKeptMs,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, instant, MINUTE, SECOND } from './instants.ts';

const START = instant('2027-03-15T09:00+01:00');
const END = START + 3 * HOUR;
const VALID_UNTIL = START + 24 * HOUR;

const door = (id: string, more: Partial<DoorPolicy> = {}): DoorPolicy => ({
  id,
  name: id,
  obeysAudienceWindows: false,
  earlyMs: 15 * MINUTE,
  pinMaxFailures: 3,
  pinLockoutWindowMs: 5 * MINUTE,
  pinLockoutMs: 10 * MINUTE,
  ...more,
});
const grant = (id: string, more: Partial<Grant> = {}): Grant => ({
  id,
  doorIds: ['door'],
  kind: 'badge',
  match: 'lea',
  holderRef: 'member',
  bookingId: 'booking',
  audienceClass: 'work',
  from: START,
  until: END,
  isStaff: false,
  ...more,
});
const staffGrant = grant('staff', {
  match: 'host',
  isStaff: true,
  bookingId: null,
  audienceClass: 'staff',
  until: null,
});

interface Case {
  readonly grants?: readonly Grant[];
  readonly windows?: readonly AudienceWindow[];
  readonly door?: Partial<DoorPolicy>;
  readonly request?: Partial<AccessRequest>;
  readonly validUntil?: number;
  readonly known?: GrantSet['referents'];
}

function decide(
  at: number,
  { grants = [grant('g')], windows = [], door: policy, request, validUntil = VALID_UNTIL, known }: Case = {},
) {
  const set: GrantSet = {
    networkId: 'network',
    siteId: 'site',
    timeZone: 'Europe/Paris',
    epoch: 1,
    sequence: 1,
    issuedAt: START - HOUR,
    validUntil,
    ...(known !== undefined && { referents: known }),
    doors: [door('door', policy), door('other')],
    grants,
    audienceWindows: windows,
  };
  const presented: AccessRequest = {
    doorId: 'door',
    kind: 'badge',
    match: 'lea',
    clockTrust: 'trusted',
    doorMode: 'normal',
    recentPinFailures: [],
    ...request,
  };
  return decideAccess(indexGrantSet(set), presented, at);
}
const said = (at: number, the: Case = {}) => {
  const decision = decide(at, the);
  return decision.granted ? `opens: ${decision.reason}` : decision.reason;
};

describe('the interval of a grant', () => {
  test('one second early: not_yet, and says from when', () => {
    expect(decide(START - SECOND)).toEqual({ granted: false, reason: 'not_yet', grantId: 'g', at: START });
  });

  test('opens at its first instant and until its last, not at its end', () => {
    expect(decide(START)).toEqual({ granted: true, reason: 'booking', grantId: 'g' });
    expect(decide(END - 1)).toEqual({ granted: true, reason: 'booking', grantId: 'g' });
    expect(decide(END)).toEqual({ granted: false, reason: 'ended', grantId: 'g', at: END });
  });

  test('ended one second ago: denied, ended', () => {
    expect(decide(END + SECOND)).toEqual({ granted: false, reason: 'ended', grantId: 'g', at: END });
  });
});

describe('who and where', () => {
  test('an unknown door never opens, not even in a released mode', () => {
    expect(said(START, { request: { doorId: 'nowhere', doorMode: 'released' } })).toBe('unknown_door');
  });

  test('an unknown credential is denied, and so is a known badge typed as a PIN', () => {
    expect(said(START, { request: { match: 'nobody' } })).toBe('unknown_credential');
    expect(said(START, { request: { kind: 'pin' } })).toBe('unknown_credential');
  });

  test('a name that every object has is no credential', () => {
    for (const match of ['__proto__', 'constructor', 'toString', '']) {
      expect(said(START, { request: { match } })).toBe('unknown_credential');
      expect(said(START, { request: { doorId: match } })).toBe('unknown_door');
    }
  });

  test('another door of the site is the wrong door', () => {
    expect(said(START, { request: { doorId: 'other' } })).toBe('wrong_door');
  });
});

describe('door modes', () => {
  test('a released door opens for anybody, without a grant', () => {
    expect(decide(START, { request: { match: 'nobody', doorMode: 'released' } })).toEqual({
      granted: true,
      reason: 'released',
      grantId: null,
    });
  });

  test('a locked-down door opens for staff only', () => {
    const locked = (match: string) =>
      said(START, { grants: [grant('g'), staffGrant], request: { match, doorMode: 'locked_down' } });
    expect([locked('lea'), locked('nobody'), locked('host')]).toEqual(['locked_down', 'locked_down', 'opens: staff']);
  });
});

describe('a grant set that is too old', () => {
  test('opens until validUntil and not at it, except for staff', () => {
    const validUntil = START + HOUR;
    expect(said(validUntil - 1, { validUntil })).toBe('opens: booking');
    expect(said(validUntil, { validUntil })).toBe('grants_expired');
    expect(said(validUntil, { validUntil, grants: [staffGrant], request: { match: 'host' } })).toBe('opens: staff');
  });

  test('a booking that is over anyway has ended', () => {
    expect(said(END, { validUntil: START })).toBe('ended');
  });
});

describe('an unknown clock', () => {
  const unknown = (match: string, grants: readonly Grant[]) =>
    said(START + HOUR, { grants, request: { match, clockTrust: 'unknown' } });

  test('refuses every grant with an end, also of staff', () => {
    expect(unknown('lea', [grant('g')])).toBe('clock_unknown');
    expect(unknown('host', [{ ...staffGrant, until: END }])).toBe('clock_unknown');
  });

  test('opens an open-ended staff grant, whatever the wrong clock shows', () => {
    expect(unknown('host', [staffGrant])).toBe('opens: staff');
    expect(said(0, { grants: [staffGrant], request: { match: 'host', clockTrust: 'unknown' } })).toBe('opens: staff');
  });

  test('an open-ended grant of no staff is not enough', () => {
    expect(unknown('lea', [grant('g', { until: null })])).toBe('clock_unknown');
  });

  test('a drifting clock still decides', () => {
    expect(said(START, { request: { clockTrust: 'drifting' } })).toBe('opens: booking');
  });
});

describe('audience windows', () => {
  const obeys = { obeysAudienceWindows: true };
  const window = (audienceClass: string, from: number, until: number): AudienceWindow => ({
    doorId: 'door',
    audienceClass,
    from,
    until,
  });
  const early = grant('g', { from: START - 15 * MINUTE });

  test('admit their class from their first instant, another class not', () => {
    const the = (audienceClass: string) => ({ door: obeys, windows: [window(audienceClass, START, END)] });
    expect(said(START, the('work'))).toBe('opens: booking');
    expect(said(START, the('youth'))).toBe('audience_not_admitted');
    expect(said(END - 1, the('youth'))).toBe('audience_not_admitted');
  });

  test('of no class at all: outside the hours', () => {
    expect(said(START, { door: obeys })).toBe('outside_opening_window');
    expect(said(START, { door: obeys, windows: [window('work', START + HOUR, END)] })).toBe('outside_opening_window');
    const ended = [window('work', START - HOUR, START)];
    expect(said(START, { door: obeys, windows: ended })).toBe('outside_opening_window');
  });

  test('let their class in up to earlyMs before, to the millisecond', () => {
    const the = { door: obeys, windows: [window('work', START, END)], grants: [grant('g', { from: START - HOUR })] };
    expect(said(START - 15 * MINUTE - 1, the)).toBe('outside_opening_window');
    expect(said(START - 15 * MINUTE, the)).toBe('opens: booking');
  });

  test('but not early while another class is still inside: only when its window is over', () => {
    const windows = [window('youth', START - 3 * HOUR, START - 5 * MINUTE), window('work', START, END)];
    const the = { door: obeys, windows, grants: [early] };
    expect(said(START - 5 * MINUTE - 1, the)).toBe('audience_not_admitted');
    expect(said(START - 5 * MINUTE, the)).toBe('opens: booking');
  });

  test('and not early for the window of another class', () => {
    const windows = [window('youth', START, END)];
    expect(said(START - MINUTE, { door: obeys, windows, grants: [early] })).toBe('outside_opening_window');
  });

  test('of a door to two spaces in different hands admit both classes and no third', () => {
    const windows = [window('youth', START - 5 * HOUR, END), window('work', START, START + HOUR)];
    const of = (audienceClass: string) => ({ door: obeys, windows, grants: [grant('g', { audienceClass })] });
    expect(['work', 'youth', 'general'].map((each) => said(START, of(each)))).toEqual([
      'opens: booking',
      'opens: booking',
      'audience_not_admitted',
    ]);
    expect(said(START + HOUR, of('work'))).toBe('audience_not_admitted');
  });

  test('of another door do not count', () => {
    const windows = [{ ...window('work', START, END), doorId: 'other' }];
    expect(said(START, { door: obeys, windows })).toBe('outside_opening_window');
  });

  test('do not bind a door that does not obey them, nor staff, nor a booking of the staff', () => {
    const windows = [window('youth', START, END)];
    expect(said(START, { windows })).toBe('opens: booking');
    expect(said(START, { door: obeys, windows, grants: [staffGrant], request: { match: 'host' } })).toBe(
      'opens: staff',
    );
    expect(said(START, { door: obeys, windows, grants: [grant('g', { audienceClass: 'staff' })] })).toBe(
      'opens: booking',
    );
  });

  test('agree with looking at every window in turn', () => {
    const slot = fc.tuple(
      fc.constantFrom('work', 'youth', 'general'),
      fc.nat({ max: 40 }),
      fc.integer({ min: 1, max: 12 }),
    );
    fc.assert(
      fc.property(fc.array(slot, { maxLength: 8 }), fc.nat({ max: 50 }), (slots, tick) => {
        const at = START + tick * 5 * MINUTE;
        const windows = slots.map(([audienceClass, from, length]) =>
          window(audienceClass, START + from * 5 * MINUTE, START + (from + length) * 5 * MINUTE),
        );
        const inForce = windows.filter((each) => each.from <= at && at < each.until);
        const isNear = windows.some(
          (each) => each.audienceClass === 'work' && each.from > at && each.from - 15 * MINUTE <= at,
        );
        const expected = inForce.some((each) => each.audienceClass === 'work')
          ? 'opens: booking'
          : inForce.length > 0
            ? 'audience_not_admitted'
            : isNear
              ? 'opens: booking'
              : 'outside_opening_window';
        const grants = [grant('g', { from: START - HOUR, until: START + 9 * HOUR })];
        expect(said(at, { door: obeys, windows, grants })).toBe(expected);
      }),
    );
  });
});

describe('several grants of one credential', () => {
  test('the one that opens decides, wherever it stands', () => {
    const grants = [
      grant('past', { from: START - 9 * HOUR, until: START - 8 * HOUR }),
      grant('now'),
      grant('late', { from: END }),
    ];
    expect(decide(START, { grants })).toEqual({ granted: true, reason: 'booking', grantId: 'now' });
    expect(decide(START, { grants: grants.toReversed() })).toMatchObject({ granted: true, grantId: 'now' });
  });

  test('none opens: the nearer of what ended and what begins speaks', () => {
    const grants = [
      grant('morning', { from: START, until: START + HOUR }),
      grant('evening', { from: START + 6 * HOUR, until: START + 7 * HOUR }),
      grant('tomorrow', { from: START + 24 * HOUR, until: START + 25 * HOUR }),
    ];
    expect(decide(START + HOUR, { grants })).toMatchObject({ reason: 'ended', grantId: 'morning', at: START + HOUR });
    expect(decide(START + 5 * HOUR, { grants })).toMatchObject({ reason: 'not_yet', grantId: 'evening' });
    expect(decide(START + 5 * HOUR, { grants: grants.toReversed() })).toMatchObject({ grantId: 'evening' });
  });

  test('a right door at the wrong time is nearer than a wrong door at the right time', () => {
    const grants = [grant('elsewhere', { doorIds: ['other'] }), grant('later', { from: END, until: END + HOUR })];
    expect(decide(START, { grants })).toMatchObject({ reason: 'not_yet', grantId: 'later' });
  });

  test('a running booking refused for its audience is nearer than one of tomorrow', () => {
    const grants = [grant('tomorrow', { from: START + 24 * HOUR, until: null }), grant('now')];
    const windows = [{ doorId: 'door', audienceClass: 'youth', from: START, until: END }];
    expect(decide(START, { grants, windows, door: { obeysAudienceWindows: true } })).toMatchObject({
      reason: 'audience_not_admitted',
      grantId: 'now',
    });
  });
});

describe('wrong PINs', () => {
  const pin = (failures: readonly number[], more: Partial<AccessRequest> = {}): Case => ({
    grants: [grant('g', { kind: 'pin', match: '123456' }), { ...staffGrant, kind: 'pin' }],
    request: { kind: 'pin', match: '123456', recentPinFailures: failures, ...more },
  });
  const at = START + HOUR;

  test('two leave the door open for the right one, three in five minutes do not', () => {
    expect(said(at, pin([at - 2 * MINUTE, at - MINUTE]))).toBe('opens: booking');
    expect(decide(at, pin([at - 3 * MINUTE, at - 2 * MINUTE, at - MINUTE]))).toEqual({
      granted: false,
      reason: 'too_many_attempts',
      grantId: null,
      at: at + 9 * MINUTE,
    });
  });

  test('three in more than five minutes do not lock', () => {
    expect(said(at, pin([at - 5 * MINUTE - 1, at - MINUTE, at]))).toBe('opens: booking');
    expect(said(at, pin([at - 5 * MINUTE, at - MINUTE, at]))).toBe('too_many_attempts');
  });

  test('the lock-out lasts ten minutes from the last failure, and then it is over', () => {
    const failures = [at - 2 * MINUTE, at - MINUTE, at];
    expect(said(at + 10 * MINUTE - 1, pin(failures))).toBe('too_many_attempts');
    expect(said(at + 10 * MINUTE, pin(failures))).toBe('opens: booking');
  });

  test('a failure of long ago does not end a lock-out that a burst began', () => {
    const failures = [at - 9 * MINUTE, at - 8 * MINUTE, at - 7 * MINUTE, at - MINUTE];
    expect(decide(at, pin(failures))).toMatchObject({ reason: 'too_many_attempts', at: at + 3 * MINUTE });
  });

  test('hold for every PIN, staff too, and for no badge', () => {
    const failures = [at, at, at];
    expect(said(at, pin(failures, { match: 'host' }))).toBe('too_many_attempts');
    expect(said(at, { request: { recentPinFailures: failures } })).toBe('opens: booking');
  });

  test('never lock where the policy allows any number', () => {
    expect(said(at, { ...pin([at, at, at, at]), door: { pinMaxFailures: 0 } })).toBe('opens: booking');
  });

  test('from a clock that ran ahead are left out', () => {
    expect(said(at, pin([at + HOUR, at + HOUR, at + HOUR]))).toBe('opens: booking');
  });

  test('are those that nobody holds: coming early locks nobody out, and a lock-out does not feed itself', () => {
    const asPin = { kind: 'pin' as const };
    const refusal = (reason: 'unknown_credential' | 'not_yet' | 'too_many_attempts') =>
      countsAsPinFailure(asPin, { granted: false, reason, grantId: null });
    expect([refusal('unknown_credential'), refusal('not_yet'), refusal('too_many_attempts')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(countsAsPinFailure(asPin, { granted: true, reason: 'booking', grantId: 'g' })).toBe(false);
    expect(countsAsPinFailure({ kind: 'badge' }, { granted: false, reason: 'unknown_credential', grantId: null })).toBe(
      false,
    );
  });

  test('must be remembered as long as they can matter', () => {
    expect(pinFailuresKeptMs(door('door'))).toBe(15 * MINUTE);
  });
});

test('nothing opens without a grant that says so, whatever is presented', () => {
  const kinds = fc.constantFrom('badge' as const, 'pin' as const, 'phone' as const);
  const grants = fc.array(
    fc
      .record({
        kind: kinds,
        match: fc.constantFrom('lea', 'max'),
        doorIds: fc.subarray(['door', 'other']),
        from: fc.nat({ max: 20 }),
        length: fc.nat({ max: 20 }),
        isStaff: fc.boolean(),
        isOpenEnded: fc.boolean(),
      })
      .map((each) => ({ ...each, until: each.isOpenEnded ? null : each.from + each.length })),
    { maxLength: 6 },
  );
  const requests = fc.record({
    doorId: fc.constantFrom('door', 'other'),
    kind: kinds,
    match: fc.constantFrom('lea', 'max', 'nobody'),
    clockTrust: fc.constantFrom('trusted' as const, 'drifting' as const, 'unknown' as const),
    doorMode: fc.constantFrom('normal' as const, 'locked_down' as const),
  });
  fc.assert(
    fc.property(grants, requests, fc.nat({ max: 40 }), fc.nat({ max: 40 }), (some, request, at, validUntil) => {
      const all = some.map(({ kind, match, doorIds, from, until, isStaff }, index) =>
        grant(`g${index}`, { kind, match, doorIds, from, until, isStaff }),
      );
      const decision = decide(at, { grants: all, request, validUntil });
      const opening = all.filter((each) => {
        if (each.kind !== request.kind || each.match !== request.match || !each.doorIds.includes(request.doorId))
          return false;
        if (request.doorMode === 'locked_down' && !each.isStaff) return false;
        if (request.clockTrust === 'unknown') return each.isStaff && each.until === null;
        return each.from <= at && (each.until === null || at < each.until) && (each.isStaff || at < validUntil);
      });
      expect(decision.granted).toBe(opening.length > 0);
      if (decision.granted) expect(opening.map((each) => each.id)).toContain(decision.grantId);
    }),
    { numRuns: 500 },
  );
});

describe('supervised hours', () => {
  const GRACE = 10 * MINUTE;
  const supervised = grant('g', { audienceClass: 'youth', referentFirst: { graceMs: GRACE } });
  const at = START + HOUR;
  const came = (from: number, until: number | null = null, holderRef = 'referent') => ({ holderRef, from, until });
  const ask = (request: Partial<AccessRequest>, moment = at, known: GrantSet['referents'] = undefined) =>
    decide(moment, { grants: [supervised], request, ...(known !== undefined && { known }) });

  test('open for nobody else until a referent is there, and then for them', () => {
    expect(ask({})).toMatchObject({ granted: false, reason: 'no_referent', grantId: 'g' });
    expect(ask({ referents: [came(at + 1)] })).toMatchObject({ reason: 'no_referent' });
    expect(ask({ referents: [came(at)] })).toEqual({ granted: true, reason: 'booking', grantId: 'g' });
    expect(ask({}, at, [came(at - HOUR)])).toMatchObject({ granted: true });
  });

  test('the referent opens first, and so do the other staff', () => {
    const referent = grant('r', { ...staffGrant, id: 'r', isReferent: true });
    expect(decide(at, { grants: [referent], request: { match: 'host' } })).toMatchObject({ granted: true });
  });

  test('go on for the grace time after the last referent left, to the second', () => {
    const left = at - GRACE;
    expect(ask({ referents: [came(at - HOUR, left + SECOND)] })).toMatchObject({ granted: true });
    expect(ask({ referents: [came(at - HOUR, left)] })).toMatchObject({ reason: 'no_referent' });
    // Another one stays.
    expect(ask({ referents: [came(at - HOUR, left), came(at - HOUR, null, 'other')] })).toMatchObject({
      granted: true,
    });
  });

  test('what the server says of a holder goes with what the box saw: the latest arrival counts, and an end said of it', () => {
    const early = at - 2 * HOUR;
    expect(ask({ referents: [came(early)] }, at, [came(early, at - HOUR)])).toMatchObject({ reason: 'no_referent' });
    expect(ask({ referents: [came(at - MINUTE)] }, at, [came(early, at - HOUR)])).toMatchObject({ granted: true });
  });

  test('nobody stays overnight by having forgotten to say that they left', () => {
    const yesterday = at - 24 * HOUR;
    expect(ask({ referents: [came(yesterday)] })).toMatchObject({ reason: 'no_referent' });
  });

  test('ask for nobody where the grant does not say so', () => {
    expect(decide(at, { grants: [grant('g')] })).toMatchObject({ granted: true });
  });

  test('a person who comes at the wrong time is told that first', () => {
    expect(ask({}, START - HOUR)).toMatchObject({ reason: 'not_yet' });
    expect(ask({}, END)).toMatchObject({ reason: 'ended' });
  });
});
