import { notifyLive, updateBooking } from '@mitoyen/db/queries';
import { transition } from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { BookingBody } from '../../routes/schemas.ts';
import { bookingView } from '../views.ts';
import { issuePin } from './issue-pin.ts';
import { loadBooking } from './load-booking.ts';
import { tellMember } from './tell-member.ts';

/**
 * Makes a held time a booking: its holder gets a PIN and a mail, the doors of the place learn of it. Confirmed already: no refusal.
 * Refusals: `not_found`, `booking.hold_expired`, `booking.not_in_state`.
 */
export async function confirmBooking(context: Context, id: string): Promise<Result<BookingBody>> {
  const { tx, networkId, now } = context;
  const loaded = await loadBooking(context, id, 'booking.change', { lock: true });
  if (!loaded.ok) return loaded;
  const { booking, by } = loaded.value;
  if (booking.status === 'confirmed') return ok(bookingView(booking, now, by));
  if (booking.status === 'expired') return refuse('booking.hold_expired');
  const next = transition(booking.status, 'confirm');
  if (!next.ok) return refuse('booking.not_in_state');
  if (booking.holdExpiresAt !== null && booking.holdExpiresAt <= now) return refuse('booking.hold_expired');
  await updateBooking(tx, networkId, id, booking.revision, {
    status: next.value,
    holdExpiresAt: null,
    confirmedAt: now,
  });
  const confirmed = { ...booking, status: next.value, holdExpiresAt: null };
  const pin = await issuePin(context, confirmed);
  await tellMember(context, confirmed, { template: 'booking_confirmed', pin });
  await requestGrants(context, booking.siteId);
  await notifyLive(tx, { networkId, siteId: booking.siteId, kind: 'booking' });
  return ok(bookingView(confirmed, now, by));
}
