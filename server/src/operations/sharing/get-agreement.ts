import { type AgreementRecord, findAgreement, listBookingsOfSite, listResources } from '@mitoyen/db/queries';
import { type Action, may } from '../../authorisation.ts';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { AgreementDetailBody } from '../../routes/sharing/schemas.ts';
import { iso } from '../views.ts';
import { shownName } from './shown-name.ts';
import { AHEAD_DAYS, agreementView, loadSharingFacts } from './views.ts';

/** An agreement, if the caller may do `action` to it. Others' agreements do not exist for a host. Refusal: `not_found`. */
export async function loadAgreement(context: Context, id: string, action: Action): Promise<Result<AgreementRecord>> {
  const record = await findAgreement(context.tx, context.networkId, id);
  if (record === null) return refuse('not_found');
  const parties = { structureId: record.hostStructureId, partnerStructureId: record.partnerStructureId };
  if (may(context.actor, action, parties)) return ok(record);
  return refuse(may(context.actor, 'agreement.read', parties) ? 'auth.forbidden' : 'not_found');
}

/** An agreement with what can be booked under it. Refusal: `not_found`. */
export async function getAgreement(context: Context, id: string): Promise<Result<AgreementDetailBody>> {
  const loaded = await loadAgreement(context, id, 'agreement.read');
  if (!loaded.ok) return loaded;
  const record = loaded.value;
  const ahead = { from: context.now, until: context.now + AHEAD_DAYS * 86_400_000 };
  const [facts, resources, bookings] = await Promise.all([
    loadSharingFacts(context, [record.siteId]),
    listResources(context.tx, context.networkId, [record.siteId]),
    listBookingsOfSite(context.tx, context.networkId, record.siteId, ahead, ['confirmed', 'checked_in']),
  ]);
  return ok({
    ...agreementView(context, record, facts),
    bookings: bookings
      .filter((booking) => booking.agreementId === id)
      .map((booking) => ({
        id: booking.id,
        reference: booking.reference,
        startsAt: iso(booking.startsAt),
        endsAt: iso(booking.endsAt),
        resourceName: booking.resourceName,
        spaceName: booking.spaceName,
        seats: booking.seats,
        name: shownName(context, booking),
        price: { minor: booking.priceMinor, currency: booking.currency },
      })),
    resources: resources
      .filter(({ spaceId }) => record.spaces.some(({ id: own }) => own === spaceId))
      .map(({ id: resourceId, name, kind, capacity, spaceId }) => ({ id: resourceId, name, kind, capacity, spaceId })),
  });
}
