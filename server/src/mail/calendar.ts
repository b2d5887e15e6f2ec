import type { BookingRecord } from '@mitoyen/db/queries';
import type { Instant } from '@mitoyen/domain';
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';

/**
 * A booking as iCalendar (RFC 5545, invitations RFC 5546): one UID for its whole life, SEQUENCE grows with every change, so that a
 * calendar replaces the entry instead of adding one.
 */
export function bookingCalendar(
  booking: Pick<
    BookingRecord,
    | 'id'
    | 'status'
    | 'revision'
    | 'startsAt'
    | 'endsAt'
    | 'resourceName'
    | 'spaceName'
    | 'siteName'
    | 'siteCommune'
    | 'reference'
  >,
  publicUrl: string,
  now: Instant,
): string {
  const isCancelled = booking.status === 'cancelled';
  const calendar = ical({
    prodId: { company: 'Mitoyen', product: 'Mitoyen', language: 'FR' },
    method: isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH,
  });
  calendar.createEvent({
    id: `booking-${booking.id}@mitoyen`,
    sequence: booking.revision,
    stamp: new Date(now),
    start: new Date(booking.startsAt),
    end: new Date(booking.endsAt),
    summary: `${booking.resourceName} · ${booking.siteName}`,
    location: `${booking.spaceName}, ${booking.siteName}, ${booking.siteCommune}`,
    description: booking.reference,
    url: `${publicUrl}/reservations/${booking.id}`,
    status: isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
  });
  return calendar.toString();
}
