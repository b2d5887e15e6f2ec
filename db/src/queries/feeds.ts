import type { Instant } from '@mitoyen/domain';
import { and, asc, eq, isNull, lt, or } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import { accounts, calendarFeeds, roleAssignments } from '../schema/index.ts';

const FETCHED_EVERY_MS = 3_600_000;

export async function insertFeed(tx: Tx, row: typeof calendarFeeds.$inferInsert): Promise<void> {
  await tx.insert(calendarFeeds).values(row);
}

/** The feeds of a structure that still answer, oldest first. */
export async function listFeeds(tx: Tx, networkId: string, structureId: string) {
  return tx
    .select()
    .from(calendarFeeds)
    .where(
      and(
        eq(calendarFeeds.networkId, networkId),
        eq(calendarFeeds.structureId, structureId),
        isNull(calendarFeeds.revokedAt),
      ),
    )
    .orderBy(asc(calendarFeeds.createdAt), asc(calendarFeeds.id));
}

export async function findFeed(tx: Tx, networkId: string, id: string) {
  const [row] = await tx
    .select()
    .from(calendarFeeds)
    .where(and(eq(calendarFeeds.networkId, networkId), eq(calendarFeeds.id, id)));
  return row ?? null;
}

/**
 * The feed behind a token: null when it was revoked, or when who asked for it no longer works for the structure (an address that was
 * given away dies with the right to it).
 */
export async function findFeedByToken(tx: Tx, networkId: string, tokenHash: string) {
  const [row] = await tx
    .select({ feed: calendarFeeds })
    .from(calendarFeeds)
    .innerJoin(accounts, and(eq(accounts.networkId, networkId), eq(accounts.id, calendarFeeds.accountId)))
    .innerJoin(
      roleAssignments,
      and(
        eq(roleAssignments.networkId, networkId),
        eq(roleAssignments.accountId, calendarFeeds.accountId),
        or(eq(roleAssignments.structureId, calendarFeeds.structureId), eq(roleAssignments.role, 'manager')),
      ),
    )
    .where(
      and(
        eq(calendarFeeds.networkId, networkId),
        eq(calendarFeeds.tokenHash, tokenHash),
        isNull(calendarFeeds.revokedAt),
        isNull(accounts.disabledAt),
      ),
    )
    .limit(1);
  return row?.feed ?? null;
}

/** Notes that a feed is still read, once an hour at most: calendars ask often. */
export async function noteFeedFetched(tx: Tx, networkId: string, id: string, at: Instant): Promise<void> {
  await tx
    .update(calendarFeeds)
    .set({ lastFetchedAt: at })
    .where(
      and(
        eq(calendarFeeds.networkId, networkId),
        eq(calendarFeeds.id, id),
        or(isNull(calendarFeeds.lastFetchedAt), lt(calendarFeeds.lastFetchedAt, at - FETCHED_EVERY_MS)),
      ),
    );
}

export async function revokeFeed(tx: Tx, networkId: string, id: string, at: Instant): Promise<void> {
  await tx
    .update(calendarFeeds)
    .set({ revokedAt: at })
    .where(and(eq(calendarFeeds.networkId, networkId), eq(calendarFeeds.id, id), isNull(calendarFeeds.revokedAt)));
}
