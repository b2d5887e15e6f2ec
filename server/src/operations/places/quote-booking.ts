import { findBookableResource } from '@mitoyen/db/queries';
import { type Instant, quoteBooking as quote } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, refuse } from '../../problems.ts';
import { quoteView } from '../views.ts';
import { tariffOf } from './site-facts.ts';

/** What a time would cost. Nothing is kept. Refusals: `not_found`, `booking.ends_before_it_starts`, `booking.too_long`. */
export async function quoteBooking(
  { tx, networkId }: Context,
  input: { resourceId: string; startsAt: Instant; endsAt: Instant },
) {
  if (input.endsAt <= input.startsAt) return refuse('booking.ends_before_it_starts');
  if (input.endsAt - input.startsAt > 24 * 3_600_000) return refuse('booking.too_long');
  const resource = await findBookableResource(tx, networkId, input.resourceId);
  if (resource === null) return refuse('not_found');
  const window = { from: input.startsAt, until: input.endsAt };
  return ok(quoteView(quote({ tariff: tariffOf(resource), window, zone: resource.timeZone })));
}
