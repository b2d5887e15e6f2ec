import { insertCredential, isPinTaken } from '@mitoyen/db/queries';
import type { Window } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import type { Services } from '../../services.ts';

const PIN_DIGITS = 6;
/** The earliest that any door lets a holder in (check of `doors.early_minutes`). */
const WIDEST_EARLY_MS = 120 * 60_000;
export const DRAWS = 20;

/** A PIN opens at most from the earliest arrival to the end of its booking: in that time it is the only one of its kind at the site. */
export const pinWindow = (booking: { startsAt: number; endsAt: number }): Window => ({
  from: booking.startsAt - WIDEST_EARLY_MS,
  until: booking.endsAt,
});

/** Six digits, each equally likely: bytes that would favour the low ones are drawn again. */
export function drawPin(random: Services['random']): string {
  let pin = '';
  while (pin.length < PIN_DIGITS) {
    for (const byte of random(PIN_DIGITS)) if (byte < 250 && pin.length < PIN_DIGITS) pin += String(byte % 10);
  }
  return pin;
}

/**
 * Gives a booking its PIN, one that opens nothing else at the site in that time (the exclusion constraint sees to it when two are
 * drawn at once: the transaction is then run again).
 */
export async function issuePin(
  { tx, networkId, now, services }: Context,
  booking: { id: string; memberId: string; siteId: string; startsAt: number; endsAt: number },
): Promise<string> {
  const window = pinWindow(booking);
  for (let draw = 0; draw < DRAWS; draw++) {
    const pin = drawPin(services.random);
    const lookupHash = services.vault.lookupHash('pin', pin);
    if (await isPinTaken(tx, networkId, booking.siteId, lookupHash, window)) continue;
    const id = makeId(services, now);
    await insertCredential(tx, {
      networkId,
      id,
      memberId: booking.memberId,
      kind: 'pin',
      bookingId: booking.id,
      siteId: booking.siteId,
      lookupHash,
      valueSealed: services.vault.seal(pin, `credential:${id}`),
      activeDuring: window,
      createdAt: now,
    });
    return pin;
  }
  throw new Error(`No free PIN found at site ${booking.siteId} in ${DRAWS} draws.`);
}
