import { findBridgeOfSite, findPin, listBadges, listDoors } from '@mitoyen/db/queries';
import { worksFor } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { ok, type Result } from '../../problems.ts';
import type { BookingDetailBody } from '../../routes/schemas.ts';
import { bookingView, isoWindow } from '../views.ts';
import { loadBooking } from './load-booking.ts';

/** A booking with the ways in that it gives. Only its holder sees the PIN. Refusal: `not_found`. */
export async function getBooking(context: Context, id: string): Promise<Result<BookingDetailBody>> {
  const { tx, networkId, now, services } = context;
  const loaded = await loadBooking(context, id, 'booking.read');
  if (!loaded.ok) return loaded;
  const { booking, by } = loaded.value;
  const view = bookingView(booking, now, by);
  const givesAccess = booking.status === 'confirmed' || booking.status === 'checked_in';
  // A group has no login: the staff of its structure hand its code on.
  const isOwnGroup = booking.memberKind === 'group' && worksFor(context.actor, booking.partnerStructureId);
  if ((by !== 'member' && !isOwnGroup) || !givesAccess || now >= booking.endsAt) return ok({ ...view, access: null });
  const { memberId } = signedIn(context);
  const [pin, badges, doors, bridge] = await Promise.all([
    findPin(tx, networkId, id),
    listBadges(tx, networkId, { memberIds: memberId === null ? [] : [memberId], limit: 100 }),
    listDoors(tx, networkId, booking.siteId),
    findBridgeOfSite(tx, networkId, booking.siteId),
  ]);
  const entrance = doors.find((door) => door.isEntrance);
  const phone = { from: booking.startsAt - (entrance?.earlyMinutes ?? 0) * 60_000, until: booking.endsAt };
  return ok({
    ...view,
    access: {
      pin: pin === null ? null : services.vault.open(pin.valueSealed, `credential:${pin.id}`),
      badgeCount: badges.filter((badge) => badge.revokedAt === null).length,
      phone: bridge === null ? null : isoWindow(phone),
      canOpenNow: bridge?.status === 'online' && now >= phone.from && now < phone.until,
      siteOnline: bridge === null ? null : bridge.status === 'online',
      doors: doors
        .filter((door) => door.isEntrance || door.spaceIds.includes(booking.spaceId))
        .map(({ id: doorId, name, isEntrance }) => ({ id: doorId, name, isEntrance })),
    },
  });
}
