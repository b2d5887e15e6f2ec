import { listDoors } from '@mitoyen/db/queries';
import { decideAccess, indexGrantSet } from '@mitoyen/domain';
import { compileSiteAccess, GRANTS_VALID_MS, PHONE_MATCH } from '../../access/compile-site.ts';
import type { Context } from '../../context.ts';
import { type ProblemCode, type Result, refuse } from '../../problems.ts';
import { iso } from '../views.ts';
import { issueCommand } from './issue-command.ts';
import { loadBooking } from './load-booking.ts';

const REASON_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  not_yet: 'door.not_yet',
  ended: 'door.ended',
  audience_not_admitted: 'door.audience_not_admitted',
  outside_opening_window: 'door.outside_opening_window',
  no_referent: 'door.no_referent',
  unknown_credential: 'booking.not_in_state',
};

/**
 * Opens a door from its holder's phone, if the same decision as at the door's own reader allows it. Without a door named: the
 * entrance. Refusals: `not_found`, `booking.not_in_state`, `door.not_yet` (with `at`), `door.ended`, `door.audience_not_admitted`,
 * `door.outside_opening_window`, `door.no_referent`, `door.site_offline`.
 */
export async function openDoor(
  context: Context,
  bookingId: string,
  wantedDoorId: string | undefined,
): Promise<Result<{ commandId: string }>> {
  const { tx, networkId, now, services } = context;
  const loaded = await loadBooking(context, bookingId, 'booking.open_door');
  if (!loaded.ok) return loaded;
  const { booking } = loaded.value;
  const doors = (await listDoors(tx, networkId, booking.siteId)).filter(
    (door) => door.isEntrance || door.spaceIds.includes(booking.spaceId),
  );
  const door =
    wantedDoorId === undefined ? doors.find((each) => each.isEntrance) : doors.find((each) => each.id === wantedDoorId);
  if (door === undefined) return refuse('not_found');
  if (booking.status !== 'confirmed' && booking.status !== 'checked_in') return refuse('booking.not_in_state');
  if (now >= booking.endsAt) return refuse('door.ended');
  const site = { id: booking.siteId, structureId: booking.structureId, timeZone: booking.timeZone };
  const access = await compileSiteAccess(tx, services, networkId, site, now, booking.id);
  if (access === null) return refuse('not_found');
  const set = indexGrantSet({
    networkId,
    siteId: booking.siteId,
    timeZone: access.timeZone,
    epoch: 0,
    sequence: 0,
    issuedAt: now,
    validUntil: now + GRANTS_VALID_MS,
    ...access.content,
  });
  const decision = decideAccess(
    set,
    {
      doorId: door.id,
      kind: 'phone',
      match: PHONE_MATCH,
      clockTrust: 'trusted',
      doorMode: 'normal',
      recentPinFailures: [],
    },
    now,
  );
  if (!decision.granted) {
    // A booking beyond the horizon compiles to no grant at all: it is too early for it.
    const reason = decision.reason === 'unknown_credential' && now < booking.startsAt ? 'not_yet' : decision.reason;
    return refuse(REASON_PROBLEMS[reason] ?? 'door.audience_not_admitted', {
      at: iso(decision.at ?? booking.startsAt),
    });
  }
  return issueCommand(context, { siteId: booking.siteId, doorId: door.id, action: 'unlock', bookingId: booking.id });
}
