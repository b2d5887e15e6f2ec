import { findBooking, findContactOfMember, notifyLive, releaseNoShows, revokePins } from '@mitoyen/db/queries';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { formatDate, formatMoney, formatTime } from '../../mail/format.ts';
import { sendMail } from '../../mail/outgoing.ts';

/**
 * Gives the rest of the time of those who did not come to others: where a check-in is expected, after its grace time, and only where the
 * place was heard all the while. The code at the door no longer opens, and the member is told. Returns how many.
 */
export async function releaseUnclaimed(context: Context): Promise<number> {
  const { tx, networkId, now } = context;
  const released = await releaseNoShows(tx, networkId, now);
  await revokePins(
    tx,
    networkId,
    released.map(({ id }) => id),
    now,
  );
  for (const { id } of released) {
    const booking = await findBooking(tx, networkId, id);
    const contact = booking === null ? null : await findContactOfMember(tx, networkId, booking.memberId);
    if (booking === null || contact === null) continue;
    const { locale } = contact;
    const zone = booking.timeZone;
    await sendMail(context, {
      to: contact.email,
      locale,
      template: 'booking_released',
      data: {
        displayName: contact.displayName,
        siteName: booking.siteName,
        spaceName: booking.spaceName,
        resourceName: booking.resourceName,
        date: formatDate(booking.startsAt, zone, locale),
        from: formatTime(booking.startsAt, zone, locale),
        until: formatTime(booking.endsAt, zone, locale),
        price: formatMoney({ minor: booking.priceMinor, currency: booking.currency }, locale),
        reference: booking.reference,
        bookingId: id,
        minutes: Math.floor((now - booking.startsAt) / 60_000),
      },
    });
  }
  for (const siteId of new Set(released.map((each) => each.siteId))) {
    await requestGrants(context, siteId);
    await notifyLive(tx, { networkId, siteId, kind: 'booking' });
  }
  return released.length;
}
