import {
  ensureGroupMember,
  expireHolds,
  findBookableResource,
  findBooking,
  findMember,
  insertBooking,
  listAudiences,
  listStructureNames,
  lockSpaceOfResource,
  notifyLive,
} from '@mitoyen/db/queries';
import { bookingReference, contains, normalise, quoteBooking, REFERENCE_RANDOM_BYTES } from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import { may } from '../../authorisation.ts';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { type Result, refuse } from '../../problems.ts';
import type { BookingDetailBody } from '../../routes/schemas.ts';
import type { PublicBookingInput } from '../../routes/sharing/schemas.ts';
import { checkWindow, tariffUnder } from '../bookings/check-window.ts';
import { getBooking } from '../bookings/get-booking.ts';
import { issuePin } from '../bookings/issue-pin.ts';
import { tellMember } from '../bookings/tell-member.ts';
import { instantOf } from '../views.ts';

/**
 * The staff of a partner structure book in hours shared with it or agreed with it: for a person of its public, or for a group, which comes
 * under the structure's name and stands as one member of it. Confirmed at once, at the price of the share or the agreement.
 *
 * Refusals: `not_found`, `auth.forbidden`, `booking.not_your_public`, `booking.not_shared`, `booking.too_few_seats`, those of the hours
 * and limits; from the database's constraints `booking.conflict` and its like.
 */
export async function bookForPublic(context: Context, input: PublicBookingInput): Promise<Result<BookingDetailBody>> {
  const { tx, networkId, now, services } = context;
  const { structureId, resourceId, seats = 1 } = input;
  await lockSpaceOfResource(tx, networkId, resourceId);
  const [[structure], resource, audiences] = await Promise.all([
    listStructureNames(tx, networkId, [structureId]),
    findBookableResource(tx, networkId, resourceId),
    listAudiences(tx, networkId),
  ]);
  if (structure === undefined) return refuse('not_found');
  if (!may(context.actor, 'booking.create_for_public', { structureId })) return refuse('auth.forbidden');
  if (resource === null) return refuse('not_found');
  const audience = audiences.find(({ code }) => code === input.audience);
  if (audience === undefined || audience.isStaff) {
    return refuse('request.invalid', { errors: [{ path: 'body/audience', message: 'unknown' }] });
  }

  const window = { from: instantOf(input.startsAt), until: instantOf(input.endsAt) };
  const booker = { code: audience.code, audienceClass: audience.audienceClass, isStaff: false, structureId };
  const checked = await checkWindow(context, resource, booker, window);
  if (!checked.ok) return checked.reason === 'booking.audience_not_admitted' ? refuse('booking.not_shared') : checked;
  const { occupied, spaceHold, audienceClass, siteClass, openings, terms } = checked.value;
  const lent = openings.filter(
    ({ use, shares }) =>
      (use.kind === 'agreed' && use.partnerStructureId === structureId) ||
      shares.some((share) => share.structureId === structureId),
  );
  if (!contains(normalise(lent), window)) return refuse('booking.not_shared');
  if (seats > resource.capacity) return refuse('booking.too_few_seats');

  const member =
    input.memberId === null
      ? await ensureGroupMember(tx, {
          networkId,
          id: makeId(services, now),
          audienceId: audience.id,
          displayName: structure.name.slice(0, 120),
          homeStructureId: structureId,
          createdAt: now,
        })
      : await findMember(tx, networkId, input.memberId);
  if (member === null) return refuse('not_found');
  if (member.homeStructureId !== structureId || member.audienceId !== audience.id) {
    return refuse('booking.not_your_public');
  }

  const quote = quoteBooking({ tariff: await tariffUnder(context, terms, resource), window, zone: resource.timeZone });
  const id = makeId(services, now);
  const reach = { from: Math.min(occupied.from, spaceHold.from), until: Math.max(occupied.until, spaceHold.until) };
  await expireHolds(tx, networkId, resource.spaceId, reach, now);
  await insertBooking(tx, {
    networkId,
    id,
    reference: bookingReference(services.random(REFERENCE_RANDOM_BYTES)),
    siteId: resource.siteId,
    spaceId: resource.spaceId,
    resourceId,
    memberId: member.id,
    audienceId: audience.id,
    audienceClass,
    siteAxis: siteClass?.axis ?? '',
    siteClass: siteClass?.siteClass ?? '',
    seats,
    isShared: resource.kind === 'seats',
    agreementId: terms.agreementId,
    partnerStructureId: structureId,
    startsAt: window.from,
    endsAt: window.until,
    occupied,
    spaceHold,
    status: 'confirmed',
    currency: quote.currency,
    priceMinor: quote.totalMinor,
    quote,
    createdAt: now,
    confirmedAt: now,
  });
  const booking = await findBooking(tx, networkId, id);
  if (booking === null) throw new Error(`Booking ${id} was added and is not there.`);
  const pin = await issuePin(context, booking);
  await tellMember(context, booking, { template: 'booking_confirmed', pin });
  await requestGrants(context, resource.siteId);
  await notifyLive(tx, { networkId, siteId: resource.siteId, kind: 'booking' });
  return getBooking(context, id);
}
