import { findBookableResource, findSite } from '@mitoyen/db/queries';
import { type Audience, addDays, dayWindow, localDateOf, nearestFree } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { bookerOf, findAudience, loadSiteFacts, siteDayOf } from '../places/site-facts.ts';
import { iso } from '../views.ts';
import type { BookingRequest } from './book-resource.ts';

/** Days looked at after the wanted one. */
const DAYS_AHEAD = 3;
const MOST_ALTERNATIVES = 6;
const DEFAULT_AUDIENCE = 'professional';

/** The nearest free times of the same length: of the wanted resource, and of others of its kind at the same place. */
export async function findAlternatives(context: Context, input: BookingRequest) {
  const { tx, networkId, now } = context;
  const resource = await findBookableResource(tx, networkId, input.resourceId);
  if (resource === null || input.endsAt <= input.startsAt) return [];
  const site = await findSite(tx, networkId, { id: resource.siteId });
  if (site === null) return [];
  const audience: Audience | null = await findAudience(tx, networkId, input.audience ?? DEFAULT_AUDIENCE);
  if (audience === null) return [];
  const zone = site.timeZone;
  const first = localDateOf(input.startsAt, zone);
  const dates = Array.from({ length: DAYS_AHEAD + 1 }, (_, index) => addDays(first, index));
  const window = { from: dayWindow(first, zone).from, until: dayWindow(addDays(first, DAYS_AHEAD), zone).until };
  const facts = (await loadSiteFacts(context, [site.id], window)).get(site.id);
  if (facts === undefined) return [];
  const comparable = facts.resources.filter((each) => each.kind === resource.kind);
  const found = nearestFree({
    days: dates.map((date) =>
      siteDayOf(facts, {
        date,
        resources: comparable,
        booker: bookerOf(audience, context.actor),
        seats: input.seats,
        now,
      }),
    ),
    resourceId: resource.id,
    equivalents: comparable.filter((each) => each.id !== resource.id).map((each) => each.id),
    wanted: { from: input.startsAt, until: input.endsAt },
    notBefore: now,
    limit: MOST_ALTERNATIVES,
  });
  const names = new Map(comparable.map((each) => [each.id, each.name]));
  return found.map((free) => ({
    resourceId: free.resourceId,
    resourceName: names.get(free.resourceId) ?? '',
    startsAt: iso(free.from),
    endsAt: iso(free.until),
  }));
}
