import { findPin, notifyLive, revokeCredential, updateBooking } from '@mitoyen/db/queries';
import { mayCancel } from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { BookingBody } from '../../routes/schemas.ts';
import { bookingView } from '../views.ts';
import { loadBooking } from './load-booking.ts';
import { tellMember } from './tell-member.ts';

/**
 * Gives a time back. A held one is simply released; a confirmed one is mailed about and loses its PIN. Cancelled already: no
 * refusal. Refusals: `not_found`, `booking.already_started`, `booking.not_in_state`.
 */
export async function cancelBooking(context: Context, id: string): Promise<Result<BookingBody>> {
  const { tx, networkId, now } = context;
  const loaded = await loadBooking(context, id, 'booking.change', { lock: true });
  if (!loaded.ok) return loaded;
  const { booking, by } = loaded.value;
  if (booking.status === 'cancelled') return ok(bookingView(booking, now, by));
  const allowed = mayCancel(booking, now, by);
  if (!allowed.ok) return refuse(allowed.reason === 'not_active' ? 'booking.not_in_state' : 'booking.already_started');
  const revision = booking.revision + 1;
  await updateBooking(tx, networkId, id, booking.revision, {
    status: 'cancelled',
    holdExpiresAt: null,
    cancelledAt: now,
    revision,
  });
  const cancelled = { ...booking, status: 'cancelled' as const, holdExpiresAt: null, revision };
  if (booking.status !== 'held') {
    const pin = await findPin(tx, networkId, id);
    if (pin !== null) await revokeCredential(tx, networkId, pin.id, now);
    await tellMember(context, cancelled, { template: 'booking_cancelled' });
    await requestGrants(context, booking.siteId);
  }
  await notifyLive(tx, { networkId, siteId: booking.siteId, kind: 'booking' });
  return ok(bookingView(cancelled, now, by));
}
