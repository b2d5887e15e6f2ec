import { type findBookableResource, listClosures, listOpeningWindows } from '@mitoyen/db/queries';
import { type Audience, type BookableWindow, isBookable, type Window } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { openingRule, resourceFacts } from '../places/site-facts.ts';
import { BOOKABLE_PROBLEMS } from './refusals.ts';

export type BookableResource = NonNullable<Awaited<ReturnType<typeof findBookableResource>>>;

/**
 * Whether hours, closures and limits let the audience have this time; the value says what it will occupy. Other bookings are not
 * looked at: the exclusion constraints see them all, also those that are being made at this moment.
 */
export async function checkWindow(
  { tx, networkId, now }: Context,
  resource: BookableResource,
  audience: Audience,
  window: Window,
): Promise<Result<BookableWindow>> {
  // A range that ends before it starts is no question for the database.
  if (window.until <= window.from) return refuse('booking.ends_before_it_starts');
  const [openings, closures] = await Promise.all([
    listOpeningWindows(tx, networkId, [resource.siteId]),
    listClosures(tx, networkId, [resource.siteId], window),
  ]);
  const outcome = isBookable(
    {
      resource: resourceFacts(resource, resource.handoverMinutes),
      zone: resource.timeZone,
      rules: openings.map(openingRule),
      closures: closures.map((row) => ({ ...row.during, spaceId: row.spaceId, reason: row.reason })),
      busy: [],
      audience,
      now,
    },
    window,
  );
  return outcome.ok ? ok(outcome.value) : refuse(BOOKABLE_PROBLEMS[outcome.reason]);
}
