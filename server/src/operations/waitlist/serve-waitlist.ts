import { constraintViolation, type Tx } from '@mitoyen/db';
import {
  changeWaiting,
  expireHolds,
  findBookableResource,
  findBooking,
  findContactOfMember,
  insertBooking,
  listResources,
  lockSpaceOfResource,
  lockWaitingOfSite,
  noteLooked,
  notifyLive,
  takeFreedTimes,
  tryLockWaitlist,
} from '@mitoyen/db/queries';
import {
  bookingReference,
  inOrder,
  nightAt,
  OFFER_TERMS,
  offerExpiry,
  overlaps,
  REFERENCE_RANDOM_BYTES,
  type TimeZone,
} from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { formatDate, formatMoney, formatTime } from '../../mail/format.ts';
import { sendMail } from '../../mail/outgoing.ts';
import { audienceOfMember } from '../bookings/choose-audience.ts';
import { placed } from '../series/book-series.ts';
import { assessOne } from './join-waitlist.ts';

/** Somebody who waits is compared with what is free at least so often: hours that open as time goes by are nobody's doing. */
export const LOOK_AGAIN_MS = 15 * 60_000;

type Waiting = Awaited<ReturnType<typeof lockWaitingOfSite>>[number];

/**
 * Offers what has become free at a site to those who wait for it: first come, first served among those whom it fits. An offer is a time
 * held in somebody's name, so that it is offered to one at a time, whoever looks; answered or not, it makes room for the next. At night
 * nothing is offered, and what was given back is kept for the morning. Returns how many offers were made.
 */
export async function serveWaitlist(
  context: Context,
  { siteId, timeZone }: { readonly siteId: string; readonly timeZone: TimeZone },
): Promise<number> {
  const { tx, networkId, now } = context;
  if (nightAt(now, timeZone) !== null) return 0;
  if (!(await tryLockWaitlist(tx, siteId))) return 0;
  const freed = await takeFreedTimes(tx, networkId, siteId);
  const waiting = (await lockWaitingOfSite(tx, networkId, siteId, now)).map((entry) => ({
    ...entry,
    from: entry.startsAt,
    until: entry.endsAt,
  }));
  const isFreed = (entry: Waiting) =>
    freed.some(
      ({ startsAt, endsAt }) =>
        startsAt === null ||
        endsAt === null ||
        overlaps({ from: startsAt, until: endsAt }, { from: entry.startsAt, until: entry.endsAt }),
    );
  const toLookAt = inOrder(waiting).filter(
    (entry) => entry.lookedAt === null || entry.lookedAt < now - LOOK_AGAIN_MS || isFreed(entry),
  );
  let offers = 0;
  for (const entry of toLookAt) if (await offerTo(context, siteId, timeZone, entry)) offers += 1;
  await noteLooked(
    tx,
    networkId,
    toLookAt.map(({ id }) => id),
    now,
  );
  if (offers > 0) await notifyLive(tx, { networkId, siteId, kind: 'booking' });
  return offers;
}

async function offerTo(context: Context, siteId: string, zone: TimeZone, entry: Waiting): Promise<boolean> {
  const { tx, networkId, now } = context;
  const expiresAt = offerExpiry(now, entry.startsAt, zone);
  if (expiresAt === null) return false;
  const booker = await audienceOfMember(context, entry.memberId, entry.audience);
  if (booker === null) return false;
  const candidates =
    entry.resourceId === null
      ? (await listResources(tx, networkId, [siteId])).filter(({ kind }) => kind === entry.kind).map(({ id }) => id)
      : [entry.resourceId];
  const window = { from: entry.startsAt, until: entry.endsAt };
  for (const resourceId of candidates) {
    const resource = await findBookableResource(tx, networkId, resourceId);
    if (resource === null) continue;
    const [assessed] = await assessOne(context, { resource, booker, seats: entry.seats, window });
    if (assessed?.state !== 'free') continue;
    try {
      // Somebody may be faster: their booking stands, and this one is undone without what was done for others.
      const bookingId = await tx.transaction(async (savepoint: Tx) => {
        await lockSpaceOfResource(savepoint, networkId, resourceId);
        const { occupied, spaceHold } = assessed.bookable;
        const reach = {
          from: Math.min(occupied.from, spaceHold.from),
          until: Math.max(occupied.until, spaceHold.until),
        };
        await expireHolds(savepoint, networkId, resource.spaceId, reach, now);
        const id = makeId(context.services, now);
        await insertBooking(savepoint, {
          networkId,
          id,
          reference: bookingReference(context.services.random(REFERENCE_RANDOM_BYTES)),
          memberId: entry.memberId,
          audienceId: booker.id,
          isStaffUse: booker.isStaff,
          seats: entry.seats,
          status: 'held',
          holdExpiresAt: expiresAt,
          waitlistEntryId: entry.id,
          createdAt: now,
          ...placed(assessed),
        });
        await changeWaiting(savepoint, networkId, entry.id, 'offered');
        return id;
      });
      await tellOffer(context, bookingId, expiresAt);
      return true;
    } catch (error) {
      if (constraintViolation(error) === null) throw error;
    }
  }
  return false;
}

async function tellOffer(context: Context, bookingId: string, expiresAt: number): Promise<void> {
  const { tx, networkId } = context;
  const booking = await findBooking(tx, networkId, bookingId);
  const contact = booking === null ? null : await findContactOfMember(tx, networkId, booking.memberId);
  if (booking === null || contact === null) return;
  const { locale } = contact;
  const zone = booking.timeZone;
  await sendMail(context, {
    to: contact.email,
    locale,
    template: 'waitlist_offer',
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
      bookingId,
      answerBy: `${formatDate(expiresAt, zone, locale)}, ${formatTime(expiresAt, zone, locale)}`,
    },
  });
}

/** The last instant at which somebody could still be offered a time that begins then. */
export const tooLateFor = (now: number): number => now + OFFER_TERMS.leastAheadMs + OFFER_TERMS.shortestMs - 1;
