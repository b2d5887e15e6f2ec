import type { Instant, Window } from '@mitoyen/domain';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import { bookings, resources, sites } from '../schema/index.ts';
import { takesPlaceIn } from './reach.ts';

const hours = (from: unknown, until: unknown) =>
  sql`extract(epoch from (least(${bookings.endsAt}, ${until}::timestamptz) - greatest(${bookings.startsAt}, ${from}::timestamptz)))`;

/**
 * Per site over `window`: bookings that took place or will, their booked and used seconds (checked in or completed counts as used;
 * parts outside the window are left out), revenue of bookings that start in it. Cancelled, expired and held ones do not count.
 */
export async function siteActivity(tx: Tx, networkId: string, window: Window) {
  const from = new Date(window.from).toISOString();
  const until = new Date(window.until).toISOString();
  return tx
    .select({
      siteId: bookings.siteId,
      bookingCount: sql<number>`count(*)::int`,
      noShowCount: sql<number>`count(*) filter (where ${bookings.status} = 'no_show')::int`,
      bookedSeconds: sql<number>`coalesce(sum(${hours(from, until)}), 0)::float8`,
      usedSeconds: sql<number>`coalesce(sum(${hours(from, until)}) filter (where ${bookings.status} in ('checked_in', 'completed')), 0)::float8`,
      revenueMinor: sql<number>`coalesce(sum(${bookings.priceMinor}) filter (where ${bookings.startsAt} >= ${from}::timestamptz), 0)::int`,
      memberCount: sql<number>`count(distinct ${bookings.memberId})::int`,
    })
    .from(bookings)
    .where(
      and(
        eq(bookings.networkId, networkId),
        inArray(bookings.status, ['confirmed', 'checked_in', 'completed', 'no_show']),
        takesPlaceIn(window),
      ),
    )
    .groupBy(bookings.siteId);
}

/** The same per local day of the network's zone, for the trend. */
export async function dailyActivity(tx: Tx, networkId: string, window: Window, zone: string) {
  const day = sql<string>`to_char(${bookings.startsAt} at time zone ${zone}, 'YYYY-MM-DD')`;
  return tx
    .select({
      date: day,
      bookingCount: sql<number>`count(*)::int`,
      revenueMinor: sql<number>`coalesce(sum(${bookings.priceMinor}), 0)::int`,
    })
    .from(bookings)
    .where(
      and(
        eq(bookings.networkId, networkId),
        inArray(bookings.status, ['confirmed', 'checked_in', 'completed', 'no_show']),
        sql`${bookings.startsAt} >= ${new Date(window.from).toISOString()}::timestamptz`,
        sql`${bookings.startsAt} < ${new Date(window.until).toISOString()}::timestamptz`,
      ),
    )
    .groupBy(sql`1`)
    .orderBy(sql`1`);
}

/** Bookable resources per site, and how many of them are booked at `now`. */
export async function occupancyNow(tx: Tx, networkId: string, now: Instant) {
  return tx
    .select({
      siteId: sites.id,
      resourceCount: sql<number>`count(distinct ${resources.id})::int`,
      bookedCount: sql<number>`count(distinct ${bookings.resourceId})::int`,
      arrivedCount: sql<number>`count(distinct ${bookings.resourceId}) filter (where ${bookings.status} = 'checked_in')::int`,
    })
    .from(sites)
    .leftJoin(
      resources,
      and(eq(resources.networkId, networkId), eq(resources.siteId, sites.id), eq(resources.isActive, true)),
    )
    .leftJoin(
      bookings,
      and(
        eq(bookings.networkId, networkId),
        eq(bookings.resourceId, resources.id),
        inArray(bookings.status, ['confirmed', 'checked_in']),
        takesPlaceIn({ from: now, until: now + 1 }),
      ),
    )
    .where(eq(sites.networkId, networkId))
    .groupBy(sites.id);
}
