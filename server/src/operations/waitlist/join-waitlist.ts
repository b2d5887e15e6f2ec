import {
  countWaiting,
  findBookableResource,
  findSameWaiting,
  findSite,
  findWaiting,
  insertWaiting,
  listResources,
} from '@mitoyen/db/queries';
import { localDateOf, MOST_WAITING, OFFER_TERMS, SERIES_LIMITS, type Window } from '@mitoyen/domain';
import { type Context, signedIn } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type ProblemCode, type Result, refuse } from '../../problems.ts';
import type { WaitlistEntryBody } from '../../routes/waitlist/schemas.ts';
import type { BookableResource } from '../bookings/check-window.ts';
import { chooseAudience } from '../bookings/choose-audience.ts';
import { type AssessedOccurrence, assessOccurrences } from '../series/assess-occurrences.ts';
import { waitingView } from './views.ts';

export interface Wish {
  readonly resourceId?: string;
  readonly siteId?: string;
  readonly kind?: 'desk' | 'room' | 'video' | 'seats';
  readonly window: Window;
  readonly audience?: string;
  readonly seats?: number;
}

/** Refusals that only last as long as others are there. */
const TAKEN: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'booking.conflict',
  'booking.space_in_other_use',
  'booking.site_in_other_use',
  'booking.too_few_seats',
  'booking.building_full',
]);

/**
 * Puts a member on the list of those who would take a time if it became free. Asking twice is waiting once. Refusals: `not_found`,
 * `request.invalid`, `waitlist.time_is_free`, `waitlist.too_late`, `waitlist.too_many`, and those of hours and limits, which waiting
 * does not change.
 */
export async function joinWaitlist(context: Context, wish: Wish): Promise<Result<WaitlistEntryBody>> {
  const { tx, networkId, now, services } = context;
  const { memberId } = signedIn(context);
  if (memberId === null) return refuse('auth.forbidden');
  const { window, seats = 1 } = wish;
  if (window.until <= window.from) return refuse('booking.ends_before_it_starts');
  const booker = await chooseAudience(context, memberId, wish.audience);
  if (!booker.ok) return booker;
  const candidates = await resourcesOf(context, wish);
  if (!candidates.ok) return candidates;
  const resources = candidates.value;
  const [first] = resources;
  if (first === undefined) return refuse('not_found');
  const { siteId } = first;
  const resourceId = wish.resourceId ?? null;

  const same = await findSameWaiting(tx, networkId, { memberId, siteId, resourceId, window });
  if (same !== null && same.kind === (wish.kind ?? null)) return ok(waitingView(same));
  const assessed: AssessedOccurrence[] = [];
  for (const resource of resources) {
    assessed.push(...(await assessOne(context, { resource, booker: booker.value, seats, window })));
  }
  if (assessed.some(({ state }) => state === 'free')) return refuse('waitlist.time_is_free');
  const refusals = assessed.flatMap((each) => (each.state === 'free' ? [] : [each]));
  const taken = refusals.filter(({ code, resource }) => TAKEN.has(code) && seats <= resource.capacity);
  if (taken.length === 0) return refuse(refusals[0]?.code ?? 'not_found');
  if (window.from - now < OFFER_TERMS.leastAheadMs + OFFER_TERMS.shortestMs) return refuse('waitlist.too_late');
  if ((await countWaiting(tx, networkId, memberId)) >= MOST_WAITING) return refuse('waitlist.too_many');

  const id = makeId(services, now);
  const isNew = await insertWaiting(tx, {
    networkId,
    id,
    siteId,
    resourceId,
    kind: resourceId === null ? (wish.kind ?? null) : null,
    memberId,
    audienceId: booker.value.id,
    seats,
    startsAt: window.from,
    endsAt: window.until,
    createdAt: now,
  });
  const entry = isNew
    ? await findWaiting(tx, networkId, id)
    : await findSameWaiting(tx, networkId, { memberId, siteId, resourceId, window });
  return entry === null ? refuse('not_found') : ok(waitingView(entry));
}

/** One resource, or all of a kind at a site. */
async function resourcesOf({ tx, networkId }: Context, wish: Wish): Promise<Result<BookableResource[]>> {
  const invalid = refuse('request.invalid', {
    errors: [{ path: 'body/resourceId', message: 'either resourceId, or siteId with kind' }],
  });
  if (wish.resourceId !== undefined) {
    if (wish.siteId !== undefined || wish.kind !== undefined) return invalid;
    const resource = await findBookableResource(tx, networkId, wish.resourceId);
    return resource === null ? refuse('not_found') : ok([resource]);
  }
  const { siteId, kind } = wish;
  if (siteId === undefined || kind === undefined) return invalid;
  if ((await findSite(tx, networkId, { id: siteId })) === null) return refuse('not_found');
  const rows = await listResources(tx, networkId, [siteId]);
  const found: BookableResource[] = [];
  for (const { id } of rows.filter((row) => row.kind === kind)) {
    const resource = await findBookableResource(tx, networkId, id);
    if (resource !== null) found.push(resource);
  }
  return ok(found);
}

/** Whether one time of one resource can be had, with all that a booking of it would need to know. */
export async function assessOne(
  context: Context,
  wish: {
    readonly resource: BookableResource;
    readonly booker: Parameters<typeof assessOccurrences>[1]['booker'];
    readonly seats: number;
    readonly window: Window;
  },
): Promise<AssessedOccurrence[]> {
  const { resource, booker, seats, window } = wish;
  return assessOccurrences(context, {
    wanted: [{ date: localDateOf(window.from, resource.timeZone), window, resource }],
    booker,
    seats,
    limits: { ...SERIES_LIMITS.member, mostUpcoming: 1 },
    upcoming: 0,
    without: new Set(),
    withAlternatives: false,
  });
}
