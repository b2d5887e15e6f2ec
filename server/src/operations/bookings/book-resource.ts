import { countHeld, expireHolds, findBookableResource, insertBooking, lockSpaceOfResource } from '@mitoyen/db/queries';
import { bookingReference, HOLD_MINUTES, type Instant, quoteBooking, REFERENCE_RANDOM_BYTES } from '@mitoyen/domain';
import { type Context, signedIn } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { BookingBody } from '../../routes/schemas.ts';
import { bookingView } from '../views.ts';
import { checkWindow, tariffUnder } from './check-window.ts';
import { chooseAudience } from './choose-audience.ts';

/** A person who puts aside more than this keeps others out without booking. */
const MOST_HELD = 5;

export interface BookingRequest {
  readonly resourceId: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly audience?: string;
  /** How many people come; 1 without it. */
  readonly seats?: number;
  /** A minor whom the caller answers for; without it the caller's own. */
  readonly forMemberId?: string;
}

/**
 * Puts a time aside for ten minutes, at the price of this moment. Refusals: `not_found`, those of the hours and limits,
 * `booking.too_many_held`; from the database's constraints `booking.conflict` and `booking.space_in_other_use`.
 */
export async function bookResource(context: Context, input: BookingRequest): Promise<Result<BookingBody>> {
  const { tx, networkId, now, services } = context;
  const actor = signedIn(context);
  if (actor.memberId === null) return refuse('auth.forbidden');
  const memberId = input.forMemberId ?? actor.memberId;
  if (memberId !== actor.memberId && !actor.wardIds.includes(memberId)) return refuse('not_found');
  const window = { from: input.startsAt, until: input.endsAt };
  // Held before the revision of the hours is asked for: in one batch the answer may be older than the lock.
  await lockSpaceOfResource(tx, networkId, input.resourceId);
  const [resource, audience, heldCount] = await Promise.all([
    findBookableResource(tx, networkId, input.resourceId),
    chooseAudience(context, memberId, input.audience),
    countHeld(tx, networkId, memberId, now),
  ]);
  if (resource === null) return refuse('not_found');
  if (!audience.ok) return audience;
  if (heldCount >= MOST_HELD) return refuse('booking.too_many_held');
  const checked = await checkWindow(context, resource, audience.value, window);
  if (!checked.ok) return checked;

  const { occupied, spaceHold, audienceClass, siteClass, terms } = checked.value;
  const seats = input.seats ?? 1;
  if (seats > resource.capacity) return refuse('booking.too_few_seats');
  const { agreementId, partnerStructureId } = terms;
  const quote = quoteBooking({ tariff: await tariffUnder(context, terms, resource), window, zone: resource.timeZone });
  const id = makeId(services, now);
  const reference = bookingReference(services.random(REFERENCE_RANDOM_BYTES));
  const holdExpiresAt = now + HOLD_MINUTES * 60_000;
  const reach = { from: Math.min(occupied.from, spaceHold.from), until: Math.max(occupied.until, spaceHold.until) };
  await Promise.all([
    expireHolds(tx, networkId, resource.spaceId, reach, now),
    insertBooking(tx, {
      networkId,
      id,
      reference,
      siteId: resource.siteId,
      spaceId: resource.spaceId,
      resourceId: resource.id,
      memberId,
      audienceId: audience.value.id,
      audienceClass,
      siteAxis: siteClass?.axis ?? '',
      siteClass: siteClass?.siteClass ?? '',
      isStaffUse: audience.value.isStaff,
      seats,
      isShared: resource.kind === 'seats',
      agreementId,
      partnerStructureId,
      startsAt: window.from,
      endsAt: window.until,
      occupied,
      spaceHold,
      status: 'held',
      holdExpiresAt,
      currency: quote.currency,
      priceMinor: quote.totalMinor,
      quote,
      createdAt: now,
    }),
  ]);
  return ok(
    bookingView(
      {
        id,
        reference,
        status: 'held',
        startsAt: window.from,
        endsAt: window.until,
        holdExpiresAt,
        currency: quote.currency,
        priceMinor: quote.totalMinor,
        quote,
        revision: 0,
        createdAt: now,
        checkedInAt: null,
        seriesId: null,
        seriesDate: null,
        seriesStartsAtMinute: null,
        waitlistEntryId: null,
        audienceId: audience.value.id,
        audience: audience.value.code,
        audienceClass,
        seats,
        memberId,
        memberName: actor.displayName,
        memberBirthDate: null,
        memberAccountId: actor.accountId,
        memberKind: 'person',
        partnerStructureId,
        // For the staff of the place, who read it with its name.
        partnerName: null,
        agreementId,
        namesVisibleTo: 'host',
        resourceId: resource.id,
        resourceName: resource.name,
        resourceKind: resource.kind,
        spaceId: resource.spaceId,
        spaceName: resource.spaceName,
        siteId: resource.siteId,
        siteSlug: resource.siteSlug,
        siteName: resource.siteName,
        siteCommune: resource.siteCommune,
        timeZone: resource.timeZone,
        structureId: resource.structureId,
      },
      now,
    ),
  );
}
