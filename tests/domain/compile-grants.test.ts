import {
  type BookingForAccess,
  type CompileFacts,
  compileGrants,
  type DoorForAccess,
  decideAccess,
  indexGrantSet,
  type OpeningWindow,
  openWithoutClosures,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, instant, MINUTE } from './instants.ts';

const DAY = instant('2027-03-15T00:00+01:00');
const at = (time: string) => instant(`2027-03-15T${time}+01:00`);

const door = (id: string, spaceIds: readonly string[] | null, more: Partial<DoorForAccess> = {}): DoorForAccess => ({
  id,
  name: id,
  obeysAudienceWindows: true,
  earlyMs: 15 * MINUTE,
  pinMaxFailures: 5,
  pinLockoutWindowMs: 5 * MINUTE,
  pinLockoutMs: 5 * MINUTE,
  spaceIds,
  ...more,
});
const booking = (id: string, from: string, until: string, more: Partial<BookingForAccess> = {}): BookingForAccess => ({
  id,
  memberRef: 'lea',
  resourceId: 'desk',
  spaceId: 'area',
  audienceClass: 'work',
  status: 'confirmed',
  startsAt: at(from),
  endsAt: at(until),
  ...more,
});
const opening = (spaceId: string, audienceClass: string, from: string, until: string): OpeningWindow => ({
  spaceId,
  audience: audienceClass,
  audienceClass,
  from: at(from),
  until: at(until),
  ruleId: `${spaceId} ${audienceClass} ${from}`,
});
const badge = (memberRef: string) => ({
  id: `badge-${memberRef}`,
  kind: 'badge' as const,
  match: `match-${memberRef}`,
  owner: { kind: 'member' as const, memberRef },
});
const pin = (bookingId: string) => ({
  id: `pin-${bookingId}`,
  kind: 'pin' as const,
  match: `match-${bookingId}`,
  owner: { kind: 'booking' as const, bookingId },
});

/** An entrance, an open area with two desks behind its own door, and a meeting room for one booking at a time. */
const facts = (more: Partial<CompileFacts> = {}): CompileFacts => ({
  bookings: [],
  credentials: [badge('lea'), badge('max')],
  staff: [],
  doors: [door('entrance', null), door('area-door', ['area']), door('room-door', ['room'])],
  spaces: [
    { id: 'area', handoverMs: 0 },
    { id: 'room', handoverMs: 30 * MINUTE },
  ],
  resources: [
    { id: 'desk', spaceId: 'area' },
    { id: 'second', spaceId: 'area' },
    { id: 'table', spaceId: 'room' },
  ],
  openings: [],
  horizon: { from: DAY, until: DAY + 24 * HOUR },
  ...more,
});
const grantsOf = (more: Partial<CompileFacts>) =>
  compileGrants(facts(more)).grants.map(({ id, doorIds, from, until }) => ({ id, doorIds, from, until }));
const windowsOf = (doorId: string, more: Partial<CompileFacts>) =>
  compileGrants(facts(more))
    .audienceWindows.filter((window) => window.doorId === doorId)
    .map(({ audienceClass, from, until }) => [audienceClass, from, until]);

describe('grants of a booking', () => {
  test('open the entrance and the door of its space, from early until the end', () => {
    expect(compileGrants(facts({ bookings: [booking('b', '09:00', '12:00')] })).grants).toEqual([
      {
        id: 'b/badge-lea/0',
        doorIds: ['area-door', 'entrance'],
        kind: 'badge',
        match: 'match-lea',
        holderRef: 'lea',
        bookingId: 'b',
        audienceClass: 'work',
        from: at('08:45'),
        until: at('12:00'),
        isStaff: false,
      },
    ]);
  });

  test('begin at each door as early as that door says', () => {
    const doors = [door('entrance', null, { earlyMs: 30 * MINUTE }), door('area-door', ['area'], { earlyMs: 0 })];
    expect(grantsOf({ bookings: [booking('b', '09:00', '12:00')], doors })).toEqual([
      { id: 'b/badge-lea/0', doorIds: ['entrance'], from: at('08:30'), until: at('12:00') },
      { id: 'b/badge-lea/1', doorIds: ['area-door'], from: at('09:00'), until: at('12:00') },
    ]);
  });

  test('exist only while it is confirmed or checked in', () => {
    const idsWith = (status: BookingForAccess['status']) =>
      grantsOf({ bookings: [booking('b', '09:00', '12:00', { status })] }).length;
    expect(
      (['held', 'confirmed', 'checked_in', 'completed', 'cancelled', 'expired', 'no_show'] as const).map(idsWith),
    ).toEqual([0, 1, 1, 0, 0, 0, 0]);
  });

  test('are for its member and for its own PIN, not for another member nor another booking', () => {
    const ids = grantsOf({
      bookings: [booking('b', '09:00', '12:00')],
      credentials: [badge('lea'), badge('max'), pin('b'), pin('other')],
    }).map((grant) => grant.id);
    expect(ids).toEqual(['b/badge-lea/0', 'b/pin-b/0']);
  });

  test('outside the horizon are left out, to the millisecond', () => {
    const bookings = [booking('b', '09:00', '12:00')];
    const count = (from: number, until: number) => grantsOf({ bookings, horizon: { from, until } }).length;
    expect([count(at('12:00'), at('18:00')), count(at('12:00') - 1, at('18:00'))]).toEqual([0, 1]);
    expect([count(DAY, at('08:45')), count(DAY, at('08:45') + 1)]).toEqual([0, 1]);
  });
});

describe('a private room', () => {
  const room = { resourceId: 'table', spaceId: 'room' };
  const after = booking('b', '10:00', '11:00', room);

  test('is not opened early while the one before is still inside; the entrance is', () => {
    const before = booking('a', '09:00', '10:00', { ...room, memberRef: 'max' });
    expect(grantsOf({ bookings: [after, before] }).filter(({ id }) => id.startsWith('b/'))).toEqual([
      { id: 'b/badge-lea/0', doorIds: ['entrance'], from: at('09:45'), until: at('11:00') },
      { id: 'b/badge-lea/1', doorIds: ['room-door'], from: at('10:00'), until: at('11:00') },
    ]);
  });

  test('that is empty from 9:50 opens at 9:50, from 9:40 at 9:45 like the entrance', () => {
    const roomOpensAfter = (until: string) =>
      grantsOf({ bookings: [after, booking('a', '09:00', until, { ...room, memberRef: 'max' })] })
        .filter(({ id, doorIds }) => id.startsWith('b/') && doorIds.includes('room-door'))
        .map(({ from }) => from);
    expect(roomOpensAfter('09:50')).toEqual([at('09:50')]);
    expect(roomOpensAfter('09:40')).toEqual([at('09:45')]);
  });

  test('held by somebody who has not confirmed yet is not empty; cancelled, it is', () => {
    const opensAt = (status: BookingForAccess['status']) =>
      grantsOf({ bookings: [after, booking('a', '09:00', '10:00', { ...room, memberRef: 'max', status })] })
        .filter(({ id, doorIds }) => id.startsWith('b/') && doorIds.includes('room-door'))
        .map(({ from }) => from);
    expect(opensAt('held')).toEqual([at('10:00')]);
    expect(opensAt('cancelled')).toEqual([at('09:45')]);
  });

  test('is only what one resource fills: the desk beside a desk opens early', () => {
    const before = booking('a', '09:00', '10:00', { memberRef: 'max' });
    const grants = grantsOf({ bookings: [booking('b', '10:00', '11:00'), before] });
    expect(grants.filter(({ id }) => id.startsWith('b/'))).toMatchObject([
      { doorIds: ['area-door', 'entrance'], from: at('09:45') },
    ]);
  });
});

describe('staff', () => {
  const host = {
    id: 's',
    kind: 'badge' as const,
    match: 'host',
    holderRef: 'host',
    doorIds: null,
    from: DAY,
    until: null,
  };
  const staffGrants = (more: object) => compileGrants(facts({ staff: [{ ...host, ...more }] })).grants;

  test('open every door, or those named that exist, without an end', () => {
    expect(staffGrants({})).toMatchObject([
      { id: 'staff/s', doorIds: ['area-door', 'entrance', 'room-door'], isStaff: true, until: null, bookingId: null },
    ]);
    expect(staffGrants({ doorIds: ['room-door', 'gone'] })).toMatchObject([{ doorIds: ['room-door'] }]);
    expect(staffGrants({ doorIds: ['gone'] })).toEqual([]);
  });

  test('whose time is over, or has not come within the horizon, are left out', () => {
    expect(staffGrants({ from: DAY - HOUR, until: DAY })).toEqual([]);
    expect(staffGrants({ from: DAY + 24 * HOUR })).toEqual([]);
    expect(staffGrants({ until: DAY + 1 })).toHaveLength(1);
  });
});

describe('audience windows', () => {
  const openings = [opening('area', 'work', '09:00', '12:00'), opening('area', 'youth', '14:00', '17:00')];

  test('of a door are the opening windows of the space behind it', () => {
    expect(windowsOf('area-door', { openings })).toEqual([
      ['work', at('09:00'), at('12:00')],
      ['youth', at('14:00'), at('17:00')],
    ]);
    expect(windowsOf('room-door', { openings })).toEqual([]);
  });

  test('of openings that touch or overlap are one', () => {
    const more = [...openings, opening('area', 'work', '12:00', '13:00'), opening('area', 'work', '08:30', '10:00')];
    expect(windowsOf('area-door', { openings: more })[0]).toEqual(['work', at('08:30'), at('13:00')]);
  });

  test('are not given to a door that does not obey them', () => {
    const doors = [door('area-door', ['area'], { obeysAudienceWindows: false })];
    expect(compileGrants(facts({ openings, doors })).audienceWindows).toEqual([]);
  });

  test('outside the horizon are left out', () => {
    expect(windowsOf('area-door', { openings, horizon: { from: at('12:00'), until: at('14:00') } })).toEqual([]);
  });

  test('of the entrance are those of all spaces: in different hands at one time it admits both', () => {
    const both = [opening('area', 'work', '09:00', '12:00'), opening('room', 'youth', '10:00', '11:00')];
    expect(windowsOf('entrance', { openings: both })).toEqual([
      ['work', at('09:00'), at('12:00')],
      ['youth', at('10:00'), at('11:00')],
    ]);
    expect(windowsOf('area-door', { openings: both })).toEqual([['work', at('09:00'), at('12:00')]]);
  });

  test('a booking outside the hours makes its own, until its handover is over', () => {
    const bookings = [booking('b', '19:00', '20:00', { resourceId: 'table', spaceId: 'room' })];
    expect(windowsOf('room-door', { openings, bookings })).toEqual([['work', at('19:00'), at('20:30')]]);
  });

  test('a booking overrules hours that were edited after it: nobody of the new hours comes in meanwhile', () => {
    const bookings = [booking('b', '15:00', '16:00')];
    expect(windowsOf('area-door', { openings, bookings })).toEqual([
      ['work', at('09:00'), at('12:00')],
      ['youth', at('14:00'), at('15:00')],
      ['work', at('15:00'), at('16:00')],
      ['youth', at('16:00'), at('17:00')],
    ]);
  });

  test('the next hours begin when the handover of a booking is over', () => {
    const bookings = [booking('b', '13:00', '14:00')];
    const spaces = [{ id: 'area', handoverMs: 20 * MINUTE }];
    expect(windowsOf('area-door', { openings, bookings, spaces }).slice(1)).toEqual([
      ['work', at('13:00'), at('14:20')],
      ['youth', at('14:20'), at('17:00')],
    ]);
  });

  test('claimed by two classes, a space admits neither: hours against hours', () => {
    const disputed = [opening('area', 'work', '09:00', '12:00'), opening('area', 'youth', '11:00', '14:00')];
    expect(windowsOf('area-door', { openings: disputed })).toEqual([
      ['work', at('09:00'), at('11:00')],
      ['youth', at('12:00'), at('14:00')],
    ]);
  });

  test('claimed by two classes, a space admits neither: booking against booking', () => {
    const bookings = [
      booking('a', '09:00', '11:00'),
      booking('b', '10:00', '12:00', { audienceClass: 'youth', resourceId: 'second', memberRef: 'max' }),
    ];
    expect(windowsOf('area-door', { openings, bookings })).toEqual([
      ['work', at('09:00'), at('10:00')],
      ['youth', at('11:00'), at('12:00')],
      ['youth', at('14:00'), at('17:00')],
    ]);
  });

  test('staff claim nothing, neither by a booking nor by an opening', () => {
    const bookings = [booking('b', '14:00', '15:00', { audienceClass: 'staff' })];
    const more = [...openings, opening('area', 'staff', '08:00', '18:00')];
    expect(windowsOf('area-door', { openings: more, bookings })).toEqual(windowsOf('area-door', { openings }));
  });
});

test('a closure cuts the openings of its space, one of the site those of all', () => {
  const openings = [opening('area', 'work', '09:00', '18:00'), opening('room', 'work', '09:00', '18:00')];
  const left = openWithoutClosures(openings, [
    { from: at('12:00'), until: at('14:00'), spaceId: 'room' },
    { from: at('17:00'), until: Number.POSITIVE_INFINITY, spaceId: null },
  ]);
  expect(left.map(({ spaceId, from, until }) => ({ spaceId, from, until }))).toEqual([
    { spaceId: 'area', from: at('09:00'), until: at('17:00') },
    { spaceId: 'room', from: at('09:00'), until: at('12:00') },
    { spaceId: 'room', from: at('14:00'), until: at('17:00') },
  ]);
});

test('the same facts in any order compile to the same bytes', () => {
  const all = facts({
    bookings: [
      booking('b', '09:00', '12:00'),
      booking('a', '09:00', '10:00', { resourceId: 'table', spaceId: 'room', memberRef: 'max' }),
      booking('c', '10:00', '11:00', { resourceId: 'table', spaceId: 'room', audienceClass: 'youth' }),
    ],
    credentials: [badge('lea'), badge('max'), pin('a'), pin('b'), pin('c')],
    staff: [
      {
        id: 't',
        kind: 'pin',
        match: 'x',
        holderRef: 'host',
        doorIds: ['room-door', 'entrance'],
        from: DAY,
        until: null,
      },
      { id: 's', kind: 'badge', match: 'y', holderRef: 'host', doorIds: null, from: DAY, until: null },
    ],
    openings: [
      opening('area', 'work', '09:00', '12:00'),
      opening('room', 'youth', '09:00', '12:00'),
      opening('area', 'youth', '11:00', '14:00'),
    ],
  });
  const expected = JSON.stringify(compileGrants(all));
  const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });
  fc.assert(
    fc.property(
      fc.record({
        bookings: shuffled(all.bookings),
        credentials: shuffled(all.credentials),
        staff: shuffled(all.staff),
        doors: shuffled(all.doors),
        spaces: shuffled(all.spaces),
        resources: shuffled(all.resources),
        openings: shuffled(all.openings),
      }),
      (order) => {
        expect(JSON.stringify(compileGrants({ ...all, ...order }))).toBe(expected);
      },
    ),
  );
});

test('what a bridge is told of a door is its policy and nothing else', () => {
  const secret = { ...door('entrance', null), note: 'key under the flowerpot' };
  expect(JSON.stringify(compileGrants(facts({ doors: [secret] })))).not.toContain('flowerpot');
});

test('through the doors: whoever booked comes in, and two publics never pass one space door at one time', () => {
  const quarter = fc.nat({ max: 40 });
  const slots = fc.array(fc.tuple(fc.constantFrom('work', 'youth'), quarter, fc.integer({ min: 1, max: 8 })), {
    maxLength: 5,
  });
  const time = (tick: number) => at('08:00') + tick * 15 * MINUTE;
  fc.assert(
    fc.property(slots, slots, (hours, wanted) => {
      // The database's promise: no two bookings of different classes hold the area at once, handovers included.
      const bookings: BookingForAccess[] = [];
      for (const [index, [audienceClass, from, length]] of wanted.entries()) {
        const each = booking(`b${index}`, '09:00', '10:00', {
          audienceClass,
          memberRef: audienceClass === 'work' ? 'lea' : 'max',
          resourceId: `seat-${index}`,
          startsAt: time(from),
          endsAt: time(from + length),
        });
        const meets = bookings.some(
          (other) =>
            other.audienceClass !== audienceClass &&
            other.startsAt < each.endsAt + 30 * MINUTE &&
            each.startsAt < other.endsAt + 30 * MINUTE,
        );
        if (!meets) bookings.push(each);
      }
      const openings = hours.map(([audienceClass, from, length]) => ({
        ...opening('area', audienceClass, '09:00', '10:00'),
        from: time(from),
        until: time(from + length),
      }));
      const compiled = compileGrants(facts({ bookings, openings, spaces: [{ id: 'area', handoverMs: 30 * MINUTE }] }));
      const indexed = indexGrantSet({
        networkId: 'network',
        siteId: 'site',
        timeZone: 'Europe/Paris',
        epoch: 1,
        sequence: 1,
        issuedAt: DAY,
        validUntil: DAY + 48 * HOUR,
        ...compiled,
      });
      const opens = (memberRef: string, when: number) =>
        decideAccess(
          indexed,
          {
            doorId: 'area-door',
            kind: 'badge',
            match: `match-${memberRef}`,
            clockTrust: 'trusted',
            doorMode: 'normal',
            recentPinFailures: [],
          },
          when,
        ).granted;
      for (let when = at('07:30'); when < at('21:00'); when += 5 * MINUTE) {
        expect(opens('lea', when) && opens('max', when)).toBe(false);
        for (const each of bookings) {
          if (each.startsAt <= when && when < each.endsAt) expect(opens(each.memberRef, when)).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
});
