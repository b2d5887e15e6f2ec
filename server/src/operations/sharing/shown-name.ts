import type { BookingRecord } from '@mitoyen/db/queries';
import { worksFor } from '../../authorisation.ts';
import type { Context } from '../../context.ts';

/**
 * The name under which somebody is told who has booked. Those whom a partner structure sends are shown as that structure, unless the
 * network lets partners see the names of this public; their own structure knows them anyway.
 */
export function shownName(
  { actor }: Pick<Context, 'actor'>,
  booking: Pick<BookingRecord, 'memberName' | 'partnerStructureId' | 'partnerName' | 'namesVisibleTo'>,
): string {
  return hidesName({ actor }, booking) ? (booking.partnerName ?? '') : booking.memberName;
}

export function hidesName(
  { actor }: Pick<Context, 'actor'>,
  { partnerStructureId, namesVisibleTo }: Pick<BookingRecord, 'partnerStructureId' | 'namesVisibleTo'>,
): boolean {
  return partnerStructureId !== null && namesVisibleTo === 'host' && !worksFor(actor, partnerStructureId);
}
