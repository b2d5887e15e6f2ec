import { findMemberAudience } from '@mitoyen/db/queries';
import type { Booker } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';

/** Hours for everybody are everybody's. */
const OPEN_TO_ALL = 'general';

/**
 * For whom a member books: their own audience unless they say otherwise; another one only where it is open to all.
 * Refusals: `request.invalid` (no such audience), `booking.audience_not_yours`.
 */
export async function chooseAudience(
  { tx, networkId }: Context,
  memberId: string,
  code: string | undefined,
): Promise<Result<Booker & { id: string }>> {
  const wanted = await findMemberAudience(tx, networkId, memberId, code ?? null);
  if (wanted === null) return refuse('request.invalid', { errors: [{ path: 'body/audience', message: 'unknown' }] });
  if (wanted.id !== wanted.ownAudienceId && wanted.code !== OPEN_TO_ALL) return refuse('booking.audience_not_yours');
  return ok({
    id: wanted.id,
    code: wanted.code,
    audienceClass: wanted.audienceClass,
    isStaff: wanted.isStaff,
    structureId: wanted.homeStructureId,
  });
}

/** The member as a booker of an audience that they have booked for already; null when it is no longer there. */
export async function audienceOfMember(
  { tx, networkId }: Context,
  memberId: string,
  code: string,
): Promise<(Booker & { id: string }) | null> {
  const found = await findMemberAudience(tx, networkId, memberId, code);
  if (found === null) return null;
  const { id, audienceClass, isStaff, homeStructureId: structureId } = found;
  return { id, code, audienceClass, isStaff, structureId };
}
