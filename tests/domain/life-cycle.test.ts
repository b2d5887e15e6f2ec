import {
  ACTIVE_BOOKING_STATUSES,
  BOOKING_TRANSITIONS,
  type BookingEvent,
  type BookingStatus,
  isActive,
  mayCancel,
  mayMove,
  occupiedWindow,
  spaceHoldWindow,
  transition,
} from '@mitoyen/domain';
import { describe, expect, test } from 'vitest';
import { HOUR, instant, MINUTE, range, SECOND } from './instants.ts';

const STATUSES = Object.keys(BOOKING_TRANSITIONS) as BookingStatus[];
const EVENTS: BookingEvent[] = ['confirm', 'expire', 'cancel', 'check_in', 'complete', 'mark_no_show', 'reinstate'];
const start = instant('2027-03-15T09:00+01:00');
const end = start + 3 * HOUR;
const booking = (status: BookingStatus = 'confirmed') => ({ status, startsAt: start, endsAt: end });
const reasonOf = (outcome: { ok: boolean; reason?: string }) => (outcome.ok ? 'ok' : outcome.reason);

describe('the life of a booking', () => {
  test('held, confirmed, checked in, completed', () => {
    expect(transition('held', 'confirm')).toEqual({ ok: true, value: 'confirmed' });
    expect(transition('confirmed', 'check_in')).toEqual({ ok: true, value: 'checked_in' });
    expect(transition('checked_in', 'complete')).toEqual({ ok: true, value: 'completed' });
  });

  test('these steps exist and no others', () => {
    const steps = STATUSES.flatMap((status) =>
      EVENTS.flatMap((event) => {
        const outcome = transition(status, event);
        return outcome.ok ? [`${status} ${event} ${outcome.value}`] : [];
      }),
    );
    expect(steps.sort()).toEqual(
      [
        'held confirm confirmed',
        'held expire expired',
        'held cancel cancelled',
        'confirmed check_in checked_in',
        'confirmed cancel cancelled',
        'confirmed mark_no_show no_show',
        'checked_in complete completed',
        'checked_in cancel cancelled',
        'cancelled reinstate confirmed',
        'no_show reinstate confirmed',
        'no_show check_in completed',
      ].sort(),
    );
  });

  test('a refused step says from where and what', () => {
    expect(transition('expired', 'confirm')).toEqual({
      ok: false,
      reason: 'transition_not_allowed',
      detail: { status: 'expired', event: 'confirm' },
    });
  });

  test('only held, confirmed and checked-in bookings occupy anything', () => {
    expect(STATUSES.filter(isActive).sort()).toEqual([...ACTIVE_BOOKING_STATUSES].sort());
  });
});

describe('cancelling', () => {
  test('by its member: one second before the start yes, at the start no', () => {
    expect(reasonOf(mayCancel(booking(), start - SECOND))).toBe('ok');
    expect(reasonOf(mayCancel(booking(), start))).toBe('already_started');
  });

  test('by staff: one second before the end yes, at the end no', () => {
    expect(reasonOf(mayCancel(booking('checked_in'), end - SECOND, 'staff'))).toBe('ok');
    expect(reasonOf(mayCancel(booking('checked_in'), end, 'staff'))).toBe('already_ended');
  });

  test('what is not active cannot be cancelled again', () => {
    for (const status of ['cancelled', 'expired', 'completed', 'no_show'] as const) {
      expect(reasonOf(mayCancel(booking(status), start - HOUR, 'staff'))).toBe('not_active');
    }
  });
});

describe('moving', () => {
  const later = { from: start + 24 * HOUR, until: end + 24 * HOUR };

  test('by its member until the start', () => {
    expect(mayMove(booking(), later, start - SECOND)).toEqual({ ok: true, value: later });
    expect(reasonOf(mayMove(booking(), later, start))).toBe('already_started');
  });

  test('staff may lengthen or shorten what runs, but not shift it', () => {
    const at = start + HOUR;
    expect(reasonOf(mayMove(booking('checked_in'), { from: start, until: end + HOUR }, at, 'staff'))).toBe('ok');
    expect(reasonOf(mayMove(booking('checked_in'), { from: start + MINUTE, until: end }, at, 'staff'))).toBe(
      'already_started',
    );
    expect(reasonOf(mayMove(booking('checked_in'), { from: start, until: end + HOUR }, at))).toBe('already_started');
    expect(reasonOf(mayMove(booking('checked_in'), { from: start, until: at }, at, 'staff'))).toBe('in_the_past');
    expect(reasonOf(mayMove(booking('checked_in'), later, end, 'staff'))).toBe('already_ended');
  });

  test('to nowhere, to the past or out of a cancelled booking is refused', () => {
    expect(reasonOf(mayMove(booking(), { from: end, until: end }, start - HOUR))).toBe('not_a_window');
    const past = { from: start - 3 * HOUR, until: start - 2 * HOUR };
    expect(reasonOf(mayMove(booking(), past, start - HOUR))).toBe('in_the_past');
    expect(reasonOf(mayMove(booking('cancelled'), later, start - HOUR))).toBe('not_active');
  });
});

test('a booking occupies its buffers, and holds its space for the handover after it', () => {
  const window = range('2027-03-15T09:00+01:00', '2027-03-15T12:00+01:00');
  expect(occupiedWindow(window, { bufferBeforeMs: 5 * MINUTE, bufferAfterMs: 10 * MINUTE })).toEqual(
    range('2027-03-15T08:55+01:00', '2027-03-15T12:10+01:00'),
  );
  expect(spaceHoldWindow(window, 30 * MINUTE)).toEqual(range('2027-03-15T09:00+01:00', '2027-03-15T12:30+01:00'));
});
