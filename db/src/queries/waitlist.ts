import type { Instant, Window } from '@mitoyen/domain';
import { and, asc, count, desc, eq, gt, gte, inArray, isNotNull, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import {
  audiences,
  bookings,
  bridges,
  freedTimes,
  members,
  resources,
  sites,
  waitlistEntries,
} from '../schema/index.ts';

const MINUTE_MS = 60_000;

/** Adds somebody who waits; false when they wait for just this already. */
export async function insertWaiting(tx: Tx, entry: typeof waitlistEntries.$inferInsert): Promise<boolean> {
  const rows = await tx
    .insert(waitlistEntries)
    .values(entry)
    .onConflictDoNothing()
    .returning({ id: waitlistEntries.id });
  return rows.length === 1;
}

/** Who waits before an entry for the very same: they are asked first. */
const ahead = sql<number>`(
  select count(*)::integer from waitlist_entries other
  where other.network_id = ${waitlistEntries.networkId} and other.site_id = ${waitlistEntries.siteId}
    and other.resource_id is not distinct from ${waitlistEntries.resourceId} and other.kind is not distinct from ${waitlistEntries.kind}
    and other.status in ('waiting', 'offered')
    and other.starts_at < ${waitlistEntries.endsAt} and other.ends_at > ${waitlistEntries.startsAt}
    and (other.created_at, other.id) < (${waitlistEntries.createdAt}, ${waitlistEntries.id}))`;

const selectWaiting = (tx: Tx) =>
  tx
    .select({
      id: waitlistEntries.id,
      status: waitlistEntries.status,
      startsAt: waitlistEntries.startsAt,
      endsAt: waitlistEntries.endsAt,
      seats: waitlistEntries.seats,
      kind: waitlistEntries.kind,
      createdAt: waitlistEntries.createdAt,
      memberId: waitlistEntries.memberId,
      memberName: members.displayName,
      audienceId: waitlistEntries.audienceId,
      audience: audiences.code,
      resourceId: waitlistEntries.resourceId,
      resourceName: resources.name,
      siteId: waitlistEntries.siteId,
      siteSlug: sites.slug,
      siteName: sites.name,
      siteCommune: sites.commune,
      timeZone: sites.timeZone,
      structureId: sites.structureId,
      offerId: bookings.id,
      offerExpiresAt: bookings.holdExpiresAt,
      ahead,
    })
    .from(waitlistEntries)
    .innerJoin(members, and(eq(members.networkId, waitlistEntries.networkId), eq(members.id, waitlistEntries.memberId)))
    .innerJoin(
      audiences,
      and(eq(audiences.networkId, waitlistEntries.networkId), eq(audiences.id, waitlistEntries.audienceId)),
    )
    .innerJoin(sites, and(eq(sites.networkId, waitlistEntries.networkId), eq(sites.id, waitlistEntries.siteId)))
    .leftJoin(
      resources,
      and(eq(resources.networkId, waitlistEntries.networkId), eq(resources.id, waitlistEntries.resourceId)),
    )
    .leftJoin(
      bookings,
      and(
        eq(bookings.networkId, waitlistEntries.networkId),
        eq(bookings.waitlistEntryId, waitlistEntries.id),
        eq(bookings.status, 'held'),
      ),
    );

export type WaitingRecord = NonNullable<Awaited<ReturnType<typeof findWaiting>>>;

export async function findWaiting(tx: Tx, networkId: string, id: string) {
  const [row] = await selectWaiting(tx).where(
    and(eq(waitlistEntries.networkId, networkId), eq(waitlistEntries.id, id)),
  );
  return row ?? null;
}

/** The entry of a member for just this time, while it is open. */
export async function findSameWaiting(
  tx: Tx,
  networkId: string,
  wish: { memberId: string; siteId: string; resourceId: string | null; window: Window },
) {
  const [row] = await selectWaiting(tx).where(
    and(
      eq(waitlistEntries.networkId, networkId),
      eq(waitlistEntries.memberId, wish.memberId),
      eq(waitlistEntries.siteId, wish.siteId),
      wish.resourceId === null ? isNull(waitlistEntries.resourceId) : eq(waitlistEntries.resourceId, wish.resourceId),
      eq(waitlistEntries.startsAt, wish.window.from),
      eq(waitlistEntries.endsAt, wish.window.until),
      inArray(waitlistEntries.status, ['waiting', 'offered']),
    ),
  );
  return row ?? null;
}

/** A member's entries whose time is to come, soonest first; what is closed a short while longer, so that they see how it ended. */
export async function listWaitingOfMember(tx: Tx, networkId: string, memberId: string, now: Instant) {
  return selectWaiting(tx)
    .where(
      and(
        eq(waitlistEntries.networkId, networkId),
        eq(waitlistEntries.memberId, memberId),
        gt(waitlistEntries.endsAt, now),
        inArray(waitlistEntries.status, ['waiting', 'offered', 'missed']),
      ),
    )
    .orderBy(asc(waitlistEntries.startsAt), asc(waitlistEntries.id))
    .limit(100);
}

/** Who waits for a time within the window at a site, in the order in which they are asked. */
export async function listWaitingOfSite(tx: Tx, networkId: string, siteId: string, window: Window) {
  return selectWaiting(tx)
    .where(
      and(
        eq(waitlistEntries.networkId, networkId),
        eq(waitlistEntries.siteId, siteId),
        lt(waitlistEntries.startsAt, window.until),
        gt(waitlistEntries.endsAt, window.from),
        inArray(waitlistEntries.status, ['waiting', 'offered']),
      ),
    )
    .orderBy(asc(waitlistEntries.createdAt), asc(waitlistEntries.id))
    .limit(200);
}

export async function countWaiting(tx: Tx, networkId: string, memberId: string): Promise<number> {
  const [row] = await tx
    .select({ count: count() })
    .from(waitlistEntries)
    .where(
      and(
        eq(waitlistEntries.networkId, networkId),
        eq(waitlistEntries.memberId, memberId),
        inArray(waitlistEntries.status, ['waiting', 'offered']),
      ),
    );
  return row?.count ?? 0;
}

/** Closes or marks an entry that still waits; false when it no longer does. */
export async function changeWaiting(
  tx: Tx,
  networkId: string,
  id: string,
  status: 'offered' | 'withdrawn',
): Promise<boolean> {
  const rows = await tx
    .update(waitlistEntries)
    .set({ status })
    .where(
      and(eq(waitlistEntries.networkId, networkId), eq(waitlistEntries.id, id), eq(waitlistEntries.status, 'waiting')),
    )
    .returning({ id: waitlistEntries.id });
  return rows.length === 1;
}

/** Entries whose time has come and for which nothing can be offered any more. */
export async function passWaiting(tx: Tx, networkId: string, startsBefore: Instant) {
  await tx
    .update(waitlistEntries)
    .set({ status: 'passed' })
    .where(
      and(
        eq(waitlistEntries.networkId, networkId),
        eq(waitlistEntries.status, 'waiting'),
        lte(waitlistEntries.startsAt, startsBefore),
      ),
    );
}

/**
 * Sites where time was given back, or where somebody waits who has not been looked at since `lookedBefore`: hours that open as time
 * goes by free time without anybody's doing.
 */
export async function listSitesToServe(tx: Tx, networkId: string, lookedBefore: Instant) {
  const freed = tx.select({ siteId: freedTimes.siteId }).from(freedTimes).where(eq(freedTimes.networkId, networkId));
  const waiting = tx
    .select({ siteId: waitlistEntries.siteId })
    .from(waitlistEntries)
    .where(
      and(
        eq(waitlistEntries.networkId, networkId),
        eq(waitlistEntries.status, 'waiting'),
        or(isNull(waitlistEntries.lookedAt), lt(waitlistEntries.lookedAt, lookedBefore)),
      ),
    );
  return tx
    .select({ siteId: sites.id, timeZone: sites.timeZone })
    .from(sites)
    .where(and(eq(sites.networkId, networkId), or(inArray(sites.id, freed), inArray(sites.id, waiting))))
    .orderBy(asc(sites.id));
}

/** One server at a time serves the waiting list of a site, until the end of its transaction; false: another does. */
export async function tryLockWaitlist(tx: Tx, siteId: string): Promise<boolean> {
  const [row] = await tx.execute<{ locked: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${`waitlist ${siteId}`}, 0)) as locked`,
  );
  return row?.locked === true;
}

/** What was given back at a site since the last time; gone with the transaction that takes it. */
export async function takeFreedTimes(tx: Tx, networkId: string, siteId: string) {
  return tx
    .delete(freedTimes)
    .where(and(eq(freedTimes.networkId, networkId), eq(freedTimes.siteId, siteId)))
    .returning({ startsAt: freedTimes.startsAt, endsAt: freedTimes.endsAt });
}

/** Who waits at a site for a time to come, first come first; locked, without those whom somebody is changing. */
export async function lockWaitingOfSite(tx: Tx, networkId: string, siteId: string, now: Instant) {
  return tx
    .select({
      id: waitlistEntries.id,
      memberId: waitlistEntries.memberId,
      audience: audiences.code,
      resourceId: waitlistEntries.resourceId,
      kind: waitlistEntries.kind,
      seats: waitlistEntries.seats,
      startsAt: waitlistEntries.startsAt,
      endsAt: waitlistEntries.endsAt,
      lookedAt: waitlistEntries.lookedAt,
      createdAt: waitlistEntries.createdAt,
    })
    .from(waitlistEntries)
    .innerJoin(
      audiences,
      and(eq(audiences.networkId, waitlistEntries.networkId), eq(audiences.id, waitlistEntries.audienceId)),
    )
    .where(
      and(
        eq(waitlistEntries.networkId, networkId),
        eq(waitlistEntries.siteId, siteId),
        eq(waitlistEntries.status, 'waiting'),
        gt(waitlistEntries.startsAt, now),
      ),
    )
    .orderBy(asc(waitlistEntries.createdAt), asc(waitlistEntries.id))
    .for('no key update', { of: waitlistEntries, skipLocked: true });
}

export async function noteLooked(tx: Tx, networkId: string, ids: readonly string[], at: Instant) {
  if (ids.length === 0) return;
  await tx
    .update(waitlistEntries)
    .set({ lookedAt: at })
    .where(and(eq(waitlistEntries.networkId, networkId), inArray(waitlistEntries.id, [...ids])));
}

/** Entries that are over, before `before`: who waited for what is nobody's business for long. */
export async function purgeWaiting(tx: Tx, networkId: string, before: Instant) {
  await tx.execute(sql`
    update bookings set waitlist_entry_id = null
    where network_id = ${networkId} and waitlist_entry_id in (
      select id from waitlist_entries where network_id = ${networkId} and ends_at < ${new Date(before).toISOString()}::timestamptz)`);
  await tx
    .delete(waitlistEntries)
    .where(and(eq(waitlistEntries.networkId, networkId), lt(waitlistEntries.endsAt, before)));
}

/**
 * Gives the rest of the time of bookings to others whose resource expects a check-in and for which nobody came: as many minutes after
 * their start (or after they were made, if that was later) as the resource says. Only where the bridge of the place has been heard
 * since the start: otherwise silence says nothing. Returns the bookings; each is released once, whatever server looks.
 */
export async function releaseNoShows(tx: Tx, networkId: string, now: Instant) {
  const at = sql`${new Date(now).toISOString()}::timestamptz`;
  const due = tx
    .select({ id: bookings.id })
    .from(bookings)
    .innerJoin(resources, and(eq(resources.networkId, bookings.networkId), eq(resources.id, bookings.resourceId)))
    .innerJoin(
      bridges,
      and(
        eq(bridges.networkId, bookings.networkId),
        eq(bridges.siteId, bookings.siteId),
        isNull(bridges.revokedAt),
        eq(bridges.status, 'online'),
        lte(bridges.onlineSince, bookings.startsAt),
      ),
    )
    .where(
      and(
        eq(bookings.networkId, networkId),
        eq(bookings.status, 'confirmed'),
        gte(bookings.startsAt, now - 25 * 60 * MINUTE_MS),
        lte(bookings.startsAt, now),
        gt(bookings.endsAt, now),
        isNotNull(resources.releaseAfterMinutes),
        sql`greatest(${bookings.startsAt}, ${bookings.confirmedAt}) + make_interval(mins => ${resources.releaseAfterMinutes}) <= ${at}`,
      ),
    )
    .orderBy(desc(bookings.startsAt))
    .for('no key update', { of: bookings, skipLocked: true });
  const ids = (await due).map(({ id }) => id);
  if (ids.length === 0) return [];
  return tx
    .update(bookings)
    .set({ status: 'no_show', releasedAt: now })
    .where(and(eq(bookings.networkId, networkId), inArray(bookings.id, ids), eq(bookings.status, 'confirmed')))
    .returning({ id: bookings.id, siteId: bookings.siteId, resourceId: bookings.resourceId });
}
