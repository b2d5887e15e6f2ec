import { type BookingRecord, findBooking, lockBooking } from '@mitoyen/db/queries';
import { type Action, may } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';

export interface ActedBooking {
  readonly booking: BookingRecord;
  readonly by: 'member' | 'staff';
}

/**
 * A booking, if the caller may do `action` to it; locked when it is to be changed. Somebody else's booking does not exist for a
 * member. Refusal: `not_found`.
 */
export async function loadBooking(
  context: Context,
  id: string,
  action: Action,
  { lock = false }: { lock?: boolean } = {},
): Promise<Result<ActedBooking>> {
  const { tx, networkId } = context;
  const actor = signedIn(context);
  if (lock) await lockBooking(tx, networkId, id);
  const booking = await findBooking(tx, networkId, id);
  if (booking === null) return refuse('not_found');
  const { memberId: ownerMemberId, structureId, partnerStructureId } = booking;
  const facts = { ownerMemberId, structureId, partnerStructureId };
  if (!may(actor, action, facts)) return refuse('not_found');
  const isOwn = booking.memberId === actor.memberId || actor.wardIds.includes(booking.memberId);
  return ok({ booking, by: isOwn ? 'member' : 'staff' });
}
