import {
  type BookingUnderChange,
  type Closure,
  compileSchedule,
  diffSchedules,
  expandRange,
  type GrantUnderChange,
  type PlannedHours,
  type Schedule,
} from '@mitoyen/domain';
import { describe, expect, test } from 'vitest';
import { instant, range } from './instants.ts';
import { exception, LIBRARY, planned, schedule, template, weekly } from './schedule-facts.ts';

const DAY = '2026-11-25';
const at = (time: string) => instant(`${DAY}T${time}+01:00`);
const NIGHT = at('00:00');

function hours(site: Schedule): PlannedHours {
  return { ...expandRange(compileSchedule(site), { from: DAY, until: '2026-11-26' }), closures: site.closures };
}
function booking(
  id: string,
  audience: string,
  from: string,
  until: string,
  more: Partial<BookingUnderChange> = {},
): BookingUnderChange {
  return {
    ...range(`${DAY}T${from}+01:00`, `${DAY}T${until}+01:00`),
    id,
    spaceId: 'hall',
    audience,
    audienceClass: audience === 'professional' ? 'work' : audience,
    memberId: `member of ${id}`,
    seriesId: null,
    price: { minor: 1_000, currency: 'EUR' },
    ...more,
  };
}
function diff(
  after: Schedule,
  bookings: readonly BookingUnderChange[],
  grants: readonly GrantUnderChange[] = [],
  now = NIGHT,
) {
  return diffSchedules({ before: hours(LIBRARY), after: hours(after), bookings, grants }, now);
}
const closing = (from: string, until: string, spaceId: string | null = null): Closure => ({
  ...range(`${DAY}T${from}+01:00`, `${DAY}T${until}+01:00`),
  spaceId,
  reason: 'heating',
});
const changed = (...windows: ReturnType<typeof weekly>[]): Schedule =>
  schedule({ templates: [template('new', { kind: 'always' }, windows)] });

describe('what a change of hours touches', () => {
  test('nothing, when nothing changes', () => {
    expect(diff(LIBRARY, [booking('a', 'professional', '09:00', '13:00')])).toEqual({
      gained: [],
      lost: [],
      bookings: [],
      series: [],
      members: [],
      refunds: [],
      grantIds: [],
      handoversGained: [],
      handoversLost: [],
    });
  });

  test.each([
    ['closed', { ...LIBRARY, closures: [closing('10:00', '10:01')] }],
    ['outside_opening_window', changed(weekly(3, 'professional', '10:30', '13:00'))],
    [
      'audience_not_admitted',
      changed(weekly(3, 'professional', '09:00', '10:00'), weekly(3, 'training', '10:00', '13:00')),
    ],
    ['in_handover', changed(weekly(3, 'general', '08:00', '10:00'), weekly(3, 'professional', '10:00', '13:00'))],
  ])('a booking loses its window: %s', (reason, after) => {
    expect(diff(after, [booking('a', 'professional', '10:00', '11:00')]).bookings).toMatchObject([
      { bookingId: 'a', reason },
    ]);
  });

  test('half-open: a closure that begins where the booking ends does not touch it', () => {
    const after = { ...LIBRARY, closures: [closing('11:00', '12:00')] };
    expect(
      diff(after, [booking('a', 'professional', '10:00', '11:00'), booking('b', 'professional', '12:00', '13:00')])
        .bookings,
    ).toEqual([]);
    expect(diff(after, [booking('a', 'professional', '10:00', '11:15')]).bookings).toHaveLength(1);
  });

  test('what lay outside already, what is over, and another space’s closure count for nothing', () => {
    const after = { ...LIBRARY, closures: [closing('00:00', '23:00')] };
    const outside = booking('outside', 'professional', '19:00', '20:00');
    expect(diff(after, [outside]).bookings).toEqual([]);
    expect(diff(after, [booking('over', 'professional', '09:00', '10:00')], [], at('10:00')).bookings).toEqual([]);
    expect(
      diff({ ...LIBRARY, closures: [closing('00:00', '23:00', 'attic')] }, [
        booking('a', 'professional', '09:00', '10:00'),
      ]).bookings,
    ).toEqual([]);
  });

  test('staff need an opening, of whomever', () => {
    const team = booking('team', 'staff', '14:00', '15:00');
    expect(diff(changed(weekly(3, 'general', '14:00', '15:00')), [team]).bookings).toEqual([]);
    expect(diff(changed(weekly(3, 'general', '14:00', '14:45')), [team]).bookings).toMatchObject([
      { reason: 'outside_opening_window' },
    ]);
  });

  test('series, members, money and doors', () => {
    const after = { ...LIBRARY, closures: [closing('13:00', '18:00')] };
    const bookings = [
      booking('b', 'youth', '14:00', '15:00', { memberId: 'lea', seriesId: 'weekly' }),
      booking('a', 'youth', '14:00', '15:00', { memberId: 'max', price: { minor: 500, currency: 'CHF' } }),
      booking('c', 'youth', '16:00', '17:00', { memberId: 'lea' }),
      booking('d', 'professional', '09:00', '10:00', { memberId: 'lea', seriesId: 'weekly' }),
      booking('e', 'youth', '17:00', '18:00', { memberId: 'zoe', price: { minor: 0, currency: 'USD' } }),
    ];
    const grants = [
      { id: 'g1', bookingId: 'c' },
      { id: 'g2', bookingId: 'd' },
      { id: 'g3', bookingId: null },
      { id: 'g4', bookingId: 'a' },
    ];
    const result = diff(after, bookings, grants);
    expect(result.bookings.map(({ bookingId }) => bookingId)).toEqual(['a', 'b', 'c', 'e']);
    expect(result.series).toEqual([{ seriesId: 'weekly', affected: 1, untouched: 1 }]);
    expect(result.members).toEqual([
      { memberId: 'lea', bookingIds: ['b', 'c'] },
      { memberId: 'max', bookingIds: ['a'] },
      { memberId: 'zoe', bookingIds: ['e'] },
    ]);
    expect(result.refunds).toEqual([
      { minor: 500, currency: 'CHF' },
      { minor: 2_000, currency: 'EUR' },
    ]);
    expect(result.grantIds).toEqual(['g1', 'g4']);
    expect(result.lost).toMatchObject([
      { spaceId: 'hall', audience: 'youth', ...range(`${DAY}T13:15+01:00`, `${DAY}T18:00+01:00`) },
    ]);
    expect(result.gained).toEqual([]);
  });

  test('of a running booking the time that is lost is given back, rounded up; not yet begun, all of it', () => {
    const after = { ...LIBRARY, closures: [closing('11:00', '13:00')] };
    const long = booking('long', 'professional', '09:00', '12:00');
    expect(diff(after, [long], [], at('08:59')).bookings).toMatchObject([
      { isRunning: false, refund: { minor: 1_000 } },
    ]);
    expect(diff(after, [long], [], at('09:00')).bookings).toMatchObject([{ isRunning: true, refund: { minor: 334 } }]);
    expect(diff(after, [long], [], at('11:30')).bookings).toMatchObject([{ refund: { minor: 167 } }]);
  });

  test('handovers that come and go, and hours that change hands', () => {
    const visit = exception('visit', DAY, { kind: 'add', windows: [planned('youth', '10:00', '11:00')] });
    const result = diff({ ...LIBRARY, exceptions: [visit] }, []);
    expect(result.handoversGained.map(({ from }) => from)).toEqual([at('10:00'), at('11:00')]);
    expect(result.handoversLost).toEqual([]);
    expect(result.gained).toEqual([{ spaceId: 'hall', audience: 'youth', from: at('10:15'), until: at('11:00') }]);
    expect(result.lost).toEqual([{ spaceId: 'hall', audience: 'professional', from: at('10:00'), until: at('11:15') }]);
  });
});
