import { insertCredentials, isPinTakenInAny } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { DRAWS, drawPin, pinWindow } from '../bookings/issue-pin.ts';

/**
 * Gives the bookings of a series one PIN: nobody remembers thirty. It opens at the times of each booking only, and nothing else at the
 * site in these times; `kept`, the PIN that they had, stays if it can. All bookings are of one site.
 */
export async function issueSeriesPin(
  { tx, networkId, now, services }: Context,
  bookings: readonly { id: string; memberId: string; siteId: string; startsAt: number; endsAt: number }[],
  kept: string | null = null,
): Promise<string> {
  const [first] = bookings;
  if (first === undefined) throw new Error('A PIN is for at least one booking.');
  const windows = bookings.map(pinWindow);
  for (let draw = 0; draw < DRAWS; draw++) {
    const pin = draw === 0 && kept !== null ? kept : drawPin(services.random);
    const lookupHash = services.vault.lookupHash('pin', pin);
    if (await isPinTakenInAny(tx, networkId, first.siteId, lookupHash, windows)) continue;
    await insertCredentials(
      tx,
      bookings.map((booking, index) => {
        const id = makeId(services, now);
        return {
          networkId,
          id,
          memberId: booking.memberId,
          kind: 'pin' as const,
          bookingId: booking.id,
          siteId: booking.siteId,
          lookupHash,
          valueSealed: services.vault.seal(pin, `credential:${id}`),
          activeDuring: windows[index],
          createdAt: now,
        };
      }),
    );
    return pin;
  }
  throw new Error(`No free PIN found at site ${first.siteId} in ${DRAWS} draws.`);
}
