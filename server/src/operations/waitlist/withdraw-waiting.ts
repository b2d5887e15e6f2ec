import { changeWaiting, findBooking, findWaiting, notifyLive, updateBooking } from '@mitoyen/db/queries';
import { may } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';

/**
 * Takes somebody off the list; what is offered to them is given back and goes to the next. Refusals: `not_found`,
 * `waitlist.not_waiting`.
 */
export async function withdrawWaiting(context: Context, id: string): Promise<Result<null>> {
  const { tx, networkId, now } = context;
  const entry = await findWaiting(tx, networkId, id);
  if (entry === null) return refuse('not_found');
  const facts = { ownerMemberId: entry.memberId, structureId: entry.structureId };
  if (!may(signedIn(context), 'waitlist.withdraw', facts)) return refuse('not_found');
  if (await changeWaiting(tx, networkId, id, 'withdrawn')) return ok(null);
  const offer = entry.offerId === null ? null : await findBooking(tx, networkId, entry.offerId);
  if (offer === null || offer.status !== 'held') return refuse('waitlist.not_waiting');
  const changes = { status: 'cancelled', holdExpiresAt: null, cancelledAt: now, revision: offer.revision + 1 } as const;
  // Confirmed in this very moment: it is a booking then, and given back as one.
  if (!(await updateBooking(tx, networkId, offer.id, offer.revision, changes))) return refuse('waitlist.not_waiting');
  await notifyLive(tx, { networkId, siteId: entry.siteId, kind: 'booking' });
  return ok(null);
}
