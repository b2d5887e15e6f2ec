import { type BookingRecord, findContactOfMember } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { bookingCalendar } from '../../mail/calendar.ts';
import { formatDate, formatMoney, formatTime } from '../../mail/format.ts';
import { sendMail } from '../../mail/outgoing.ts';
import type { BookingMailData } from '../../mail/templates.ts';

/** Mails a member about their booking, with its calendar entry; a member without a login is told by the staff. */
export async function tellMember(
  context: Context,
  booking: BookingRecord,
  about: { template: 'booking_confirmed' | 'booking_moved'; pin: string | null } | { template: 'booking_cancelled' },
): Promise<void> {
  const contact = await findContactOfMember(context.tx, context.networkId, booking.memberId);
  if (contact === null) return;
  const { locale } = contact;
  const data: BookingMailData = {
    displayName: contact.displayName,
    siteName: booking.siteName,
    spaceName: booking.spaceName,
    resourceName: booking.resourceName,
    date: formatDate(booking.startsAt, booking.timeZone, locale),
    from: formatTime(booking.startsAt, booking.timeZone, locale),
    until: formatTime(booking.endsAt, booking.timeZone, locale),
    price: formatMoney({ minor: booking.priceMinor, currency: booking.currency }, locale),
    reference: booking.reference,
    bookingId: booking.id,
  };
  const common = {
    to: contact.email,
    locale,
    calendar: bookingCalendar(booking, context.services.config.publicUrl, context.now),
  };
  if (about.template === 'booking_cancelled') await sendMail(context, { ...common, template: about.template, data });
  else await sendMail(context, { ...common, template: about.template, data: { ...data, pin: about.pin } });
}
