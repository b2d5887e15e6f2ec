import type { BookingRecord } from '@mitoyen/db/queries';
import { type Instant, mayCancel, mayMove, type Quote, type Window } from '@mitoyen/domain';
import type { BookingBody } from '../routes/schemas.ts';

/** Epoch milliseconds -> ISO 8601 in UTC. */
export const iso = (at: Instant): string => new Date(at).toISOString();
export const isoOrNull = (at: Instant | null): string | null => (at === null ? null : iso(at));
export const isoWindow = (window: Window) => ({ from: iso(window.from), until: iso(window.until) });

/** ISO 8601 with an offset, already checked by the schema -> epoch milliseconds. */
export const instantOf = (text: string): Instant => Temporal.Instant.from(text).epochMilliseconds;

export function quoteView(quote: Quote) {
  return {
    total: { minor: quote.totalMinor, currency: quote.currency },
    vatKind: quote.vatKind,
    vatRateBp: quote.vatRateBp,
    vatMinor: quote.vatMinor,
    lines: quote.lines.map(({ unit, quantityHundredths, unitPriceMinor, totalMinor }) => ({
      unit,
      quantityHundredths,
      unitPriceMinor,
      totalMinor,
    })),
  };
}

/** A booking as its member (or, with `by: 'staff'`, as its host) sees it at `now`. */
export function bookingView(booking: BookingRecord, now: Instant, by: 'member' | 'staff' = 'member'): BookingBody {
  const later = { from: booking.startsAt + 86_400_000, until: booking.endsAt + 86_400_000 };
  return {
    id: booking.id,
    reference: booking.reference,
    status: booking.status,
    startsAt: iso(booking.startsAt),
    endsAt: iso(booking.endsAt),
    holdExpiresAt: isoOrNull(booking.holdExpiresAt),
    audience: booking.audience,
    seats: booking.seats,
    resource: { id: booking.resourceId, name: booking.resourceName, kind: booking.resourceKind },
    space: { id: booking.spaceId, name: booking.spaceName },
    site: {
      id: booking.siteId,
      slug: booking.siteSlug,
      name: booking.siteName,
      commune: booking.siteCommune,
      timeZone: booking.timeZone,
    },
    price: { minor: booking.priceMinor, currency: booking.currency },
    quote: quoteView(booking.quote),
    revision: booking.revision,
    seriesId: booking.seriesId,
    isOffer: booking.waitlistEntryId !== null && booking.status === 'held',
    mayCancel: mayCancel(booking, now, by).ok,
    mayMove: mayMove(booking, later, now, by).ok,
  };
}
