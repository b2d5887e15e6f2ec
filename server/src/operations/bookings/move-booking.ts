import {
  expireHolds,
  findBookableResource,
  findPin,
  lockSpaceOfResource,
  notifyLive,
  revokeCredential,
  updateBooking,
} from '@mitoyen/db/queries';
import { type Instant, mayMove, quoteBooking } from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { BookingBody } from '../../routes/schemas.ts';
import { bookingView } from '../views.ts';
import { checkWindow, tariffUnder } from './check-window.ts';
import { audienceOfMember } from './choose-audience.ts';
import { issuePin } from './issue-pin.ts';
import { loadBooking } from './load-booking.ts';
import { tellMember } from './tell-member.ts';

const MOVE_PROBLEMS = {
  not_active: 'booking.not_in_state',
  already_started: 'booking.already_started',
  already_ended: 'booking.already_started',
  not_a_window: 'booking.ends_before_it_starts',
  in_the_past: 'booking.in_the_past',
} as const;

/**
 * Moves a booking to another time, and to another resource if one is named, at the price of this moment. The new time meets the
 * same constraints as a new booking; until it is committed the old one stays. A confirmed booking gets a new PIN.
 * Refusals: `not_found`, `booking.revision_changed`, those of `mayMove`, of the hours and limits, and of the constraints.
 */
export async function moveBooking(
  context: Context,
  id: string,
  to: { resourceId?: string; startsAt: Instant; endsAt: Instant; revision?: number },
): Promise<Result<BookingBody>> {
  const { tx, networkId, now } = context;
  const seen = await loadBooking(context, id, 'booking.change');
  if (!seen.ok) return seen;
  const resourceId = to.resourceId ?? seen.value.booking.resourceId;
  // The hours before the booking: a change of them locks in this order.
  await lockSpaceOfResource(tx, networkId, resourceId);
  const loaded = await loadBooking(context, id, 'booking.change', { lock: true });
  if (!loaded.ok) return loaded;
  const { booking, by } = loaded.value;
  if (to.resourceId === undefined && booking.resourceId !== resourceId) return refuse('booking.revision_changed');
  if (to.revision !== undefined && to.revision !== booking.revision) return refuse('booking.revision_changed');
  const window = { from: to.startsAt, until: to.endsAt };
  const allowed = mayMove(booking, window, now, by);
  if (!allowed.ok) return refuse(MOVE_PROBLEMS[allowed.reason]);

  const [resource, audience] = await Promise.all([
    findBookableResource(tx, networkId, resourceId),
    audienceOfMember(context, booking.memberId, booking.audience),
  ]);
  if (resource === null || audience === null) return refuse('not_found');
  // Staff may lengthen or shorten what runs: its start is then not in the past, it is where it was.
  const asOf = by === 'staff' && window.from === booking.startsAt ? Math.min(now, booking.startsAt) : now;
  const checked = await checkWindow({ ...context, now: asOf }, resource, audience, window);
  if (!checked.ok) return checked;
  const { occupied, spaceHold, audienceClass, siteClass, terms } = checked.value;
  if (booking.seats > resource.capacity) return refuse('booking.too_few_seats');
  const { agreementId, partnerStructureId } = terms;
  await expireHolds(
    tx,
    networkId,
    resource.spaceId,
    { from: Math.min(occupied.from, spaceHold.from), until: Math.max(occupied.until, spaceHold.until) },
    now,
  );
  const quote = quoteBooking({ tariff: await tariffUnder(context, terms, resource), window, zone: resource.timeZone });
  const revision = booking.revision + 1;
  const changes = {
    siteId: resource.siteId,
    spaceId: resource.spaceId,
    resourceId: resource.id,
    audienceClass,
    siteAxis: siteClass?.axis ?? '',
    siteClass: siteClass?.siteClass ?? '',
    isShared: resource.kind === 'seats',
    keptOutsideHours: false,
    agreementId,
    partnerStructureId,
    startsAt: window.from,
    endsAt: window.until,
    priceMinor: quote.totalMinor,
    currency: quote.currency,
    quote,
    revision,
  };
  await updateBooking(tx, networkId, id, booking.revision, { ...changes, occupied, spaceHold });
  const moved = {
    ...booking,
    ...changes,
    resourceName: resource.name,
    resourceKind: resource.kind,
    spaceName: resource.spaceName,
    siteSlug: resource.siteSlug,
    siteName: resource.siteName,
    siteCommune: resource.siteCommune,
    timeZone: resource.timeZone,
    structureId: resource.structureId,
  };
  if (booking.status !== 'held') {
    const old = await findPin(tx, networkId, id);
    if (old !== null) await revokeCredential(tx, networkId, old.id, now);
    const pin = await issuePin(context, moved);
    await tellMember(context, moved, { template: 'booking_moved', pin });
    for (const siteId of new Set([booking.siteId, moved.siteId])) await requestGrants(context, siteId);
  }
  for (const siteId of new Set([booking.siteId, moved.siteId])) {
    await notifyLive(tx, { networkId, siteId, kind: 'booking' });
  }
  return ok(bookingView(moved, now, by));
}
