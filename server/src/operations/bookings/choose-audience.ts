import { findMemberAudience, listConsents } from '@mitoyen/db/queries';
import { ageOn, type Booker, isMinorOn, localDateOf } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';

/** Hours for everybody are everybody's. */
const OPEN_TO_ALL = 'general';
/** The zone in which a birthday is meant where no place is named. */
const ZONE = 'Europe/Paris';

/**
 * For whom a member books: their own audience unless they say otherwise; another one only where it is open to all.
 * Of whom the date of birth is known, the audience's ages are kept; and a minor comes to hours that ask for it with a guardian's
 * agreement in force today. Refusals: `request.invalid` (no such audience), `booking.audience_not_yours`, `booking.age_out_of_range`,
 * `booking.consent_missing`.
 */
export async function chooseAudience(
  { tx, networkId, now }: Context,
  memberId: string,
  code: string | undefined,
): Promise<Result<Booker & { id: string }>> {
  const wanted = await findMemberAudience(tx, networkId, memberId, code ?? null);
  if (wanted === null) return refuse('request.invalid', { errors: [{ path: 'body/audience', message: 'unknown' }] });
  if (wanted.id !== wanted.ownAudienceId && wanted.code !== OPEN_TO_ALL) return refuse('booking.audience_not_yours');
  if (wanted.birthDate !== null) {
    const today = localDateOf(now, ZONE);
    const age = ageOn(wanted.birthDate, today);
    if ((wanted.minAge !== null && age < wanted.minAge) || (wanted.maxAge !== null && age > wanted.maxAge)) {
      return refuse('booking.age_out_of_range');
    }
    if (wanted.needsGuardianConsent && isMinorOn(wanted.birthDate, today)) {
      const consents = await listConsents(tx, networkId, [memberId], today);
      if (!consents.some(({ kind }) => kind === 'attendance')) return refuse('booking.consent_missing');
    }
  }
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
