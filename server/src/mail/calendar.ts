import type { BookingRecord } from '@mitoyen/db/queries';
import { type Instant, localToInstant, timeOfMinutes } from '@mitoyen/domain';
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { seriesUid } from './series-calendar.ts';

/**
 * A booking as iCalendar (RFC 5545, invitations RFC 5546): one UID for its whole life, SEQUENCE grows with every change, so that a
 * calendar replaces the entry instead of adding one. An occurrence of a series has the UID of the series, and the time that the series
 * gave it as RECURRENCE-ID.
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
    | 'timeZone'
    | 'seriesId'
    | 'seriesDate'
    | 'seriesStartsAtMinute'
  >,
  publicUrl: string,
  now: Instant,
): string {
  const isCancelled = booking.status === 'cancelled';
  const calendar = ical({
    prodId: { company: 'Mitoyen', product: 'Mitoyen', language: 'FR' },
    method: isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH,
  });
  const { seriesId, seriesDate, seriesStartsAtMinute } = booking;
  const identity =
    seriesId === null || seriesDate === null || seriesStartsAtMinute === null
      ? { id: `booking-${booking.id}@mitoyen` }
      : {
          id: seriesUid(seriesId),
          recurrenceId: new Date(localToInstant(seriesDate, timeOfMinutes(seriesStartsAtMinute), booking.timeZone)),
        };
  calendar.createEvent({
    ...identity,
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
