import {
  advanceSchedule,
  deleteClosure,
  findClosure,
  insertClosure,
  listBookingsOfSite,
  listClosures,
  listSpaces,
  notifyLive,
} from '@mitoyen/db/queries';
import type { Instant } from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { iso, isoWindow } from '../views.ts';
import { loadSite } from './load-site.ts';

const YEAR_MS = 366 * 24 * 3_600_000;

/** Closures of a site that have not ended, for a year ahead. */
export async function listSiteClosures(context: Context, slug: string) {
  const { tx, networkId, now } = context;
  const site = await loadSite(context, slug, 'site.observe');
  if (!site.ok) return site;
  const rows = await listClosures(tx, networkId, [site.value.id], { from: now, until: now + YEAR_MS });
  return ok({
    items: rows.map((row) => ({ id: row.id, ...isoWindow(row.during), spaceId: row.spaceId, reason: row.reason })),
  });
}

/**
 * Closes a site or one of its spaces. Bookings in that time are not touched, but counted for the host to see to: they still open
 * the door. Refusals: `not_found`, `auth.forbidden`, `request.invalid`.
 */
export async function closeSite(
  context: Context,
  slug: string,
  input: { from: Instant; until: Instant; spaceId: string | null; reason: string | null },
): Promise<
  Result<{
    id: string;
    from: string;
    until: string;
    spaceId: string | null;
    reason: string | null;
    bookingsInside: number;
  }>
> {
  const { tx, networkId, now, services } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  const siteId = loaded.value.id;
  if (input.until <= input.from || input.until - input.from > YEAR_MS) {
    return refuse('request.invalid', { errors: [{ path: 'body/until', message: 'not after from, or over a year' }] });
  }
  if (input.spaceId !== null) {
    const spaces = await listSpaces(tx, networkId, [siteId]);
    if (!spaces.some((space) => space.id === input.spaceId)) return refuse('not_found');
  }
  await advanceSchedule(tx, networkId, siteId);
  const id = makeId(services, now);
  const during = { from: input.from, until: input.until };
  await insertClosure(tx, {
    networkId,
    id,
    siteId,
    spaceId: input.spaceId,
    during,
    reason: input.reason,
    createdAt: now,
  });
  const inside = await listBookingsOfSite(tx, networkId, siteId, during, ['confirmed', 'checked_in']);
  await requestGrants(context, siteId);
  await notifyLive(tx, { networkId, siteId, kind: 'schedule' });
  return ok({
    id,
    from: iso(input.from),
    until: iso(input.until),
    spaceId: input.spaceId,
    reason: input.reason,
    bookingsInside: inside.filter((booking) => input.spaceId === null || booking.spaceId === input.spaceId).length,
  });
}

/** Lifts a closure. Refusals: `not_found`, `auth.forbidden`. */
export async function liftClosure(context: Context, slug: string, id: string): Promise<Result<null>> {
  const { tx, networkId } = context;
  const site = await loadSite(context, slug, 'schedule.change');
  if (!site.ok) return site;
  const closure = await findClosure(tx, networkId, id);
  if (closure === null || closure.siteId !== site.value.id) return refuse('not_found');
  await advanceSchedule(tx, networkId, site.value.id);
  await deleteClosure(tx, networkId, id);
  await requestGrants(context, site.value.id);
  await notifyLive(tx, { networkId, siteId: site.value.id, kind: 'schedule' });
  return ok(null);
}
