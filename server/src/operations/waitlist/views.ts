import type { WaitingRecord } from '@mitoyen/db/queries';
import type { WaitlistEntryBody } from '../../routes/waitlist/schemas.ts';
import { iso } from '../views.ts';

export const waitingView = (entry: WaitingRecord): WaitlistEntryBody => ({
  id: entry.id,
  status: entry.status,
  startsAt: iso(entry.startsAt),
  endsAt: iso(entry.endsAt),
  seats: entry.seats,
  audience: entry.audience,
  resource: entry.resourceId === null ? null : { id: entry.resourceId, name: entry.resourceName ?? '' },
  kind: entry.kind,
  site: {
    id: entry.siteId,
    slug: entry.siteSlug,
    name: entry.siteName,
    commune: entry.siteCommune,
    timeZone: entry.timeZone,
  },
  ahead: entry.ahead,
  offer:
    entry.offerId === null || entry.offerExpiresAt === null
      ? null
      : { bookingId: entry.offerId, expiresAt: iso(entry.offerExpiresAt) },
  createdAt: iso(entry.createdAt),
});
