import type { Context } from '../../context.ts';
import { bookingCalendar } from '../../mail/calendar.ts';
import { ok, type Result } from '../../problems.ts';
import { loadBooking } from './load-booking.ts';

/** The booking as an iCalendar file. Refusal: `not_found`. */
export async function getBookingCalendar(context: Context, id: string): Promise<Result<string>> {
  const loaded = await loadBooking(context, id, 'booking.read');
  if (!loaded.ok) return loaded;
  return ok(bookingCalendar(loaded.value.booking, context.services.config.publicUrl, context.now));
}
