import type { Instant } from '@mitoyen/domain';
import { and, asc, desc, eq, gt, ilike, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import { preparedQuery } from '../prepared.ts';
import {
  accounts,
  accountTokens,
  audiences,
  credentials,
  guardianships,
  instantToSql,
  members,
  roleAssignments,
  sessions,
  throttles,
} from '../schema/index.ts';

type Role = (typeof roleAssignments.$inferSelect)['role'];

export interface ActorRecord {
  accountId: string;
  sessionId: string;
  memberId: string | null;
  homeStructureId: string | null;
  wardIds: string[];
  displayName: string;
  email: string;
  locale: 'fr' | 'en';
  roles: { role: Role; structureId: string | null }[];
}

const actorRows = preparedQuery<{ networkId: string; sessionId: string; accountId: string; now: string }, ActorRow[]>(
  'load_actor',
  (db) =>
    db
      .select({
        displayName: accounts.displayName,
        email: accounts.email,
        locale: accounts.locale,
        memberId: members.id,
        homeStructureId: members.homeStructureId,
        wardIds: sql<string[]>`array(
          select ${guardianships.minorMemberId} from ${guardianships}
          where ${guardianships.networkId} = ${sessions.networkId} and ${guardianships.guardianMemberId} = ${members.id}
            and ${guardianships.endedAt} is null)`,
        role: roleAssignments.role,
        structureId: roleAssignments.structureId,
      })
      .from(sessions)
      .innerJoin(accounts, and(eq(accounts.networkId, sessions.networkId), eq(accounts.id, sessions.accountId)))
      .leftJoin(members, and(eq(members.networkId, accounts.networkId), eq(members.accountId, accounts.id)))
      .leftJoin(
        roleAssignments,
        and(eq(roleAssignments.networkId, accounts.networkId), eq(roleAssignments.accountId, accounts.id)),
      )
      .where(
        and(
          eq(sessions.networkId, sql.placeholder('networkId')),
          eq(sessions.id, sql.placeholder('sessionId')),
          eq(sessions.accountId, sql.placeholder('accountId')),
          isNull(sessions.revokedAt),
          gt(sessions.expiresAt, sql.placeholder('now')),
          isNull(accounts.disabledAt),
        ),
      ),
);

interface ActorRow {
  displayName: string;
  email: string;
  locale: 'fr' | 'en';
  memberId: string | null;
  homeStructureId: string | null;
  wardIds: string[];
  role: Role | null;
  structureId: string | null;
}

/** The caller behind an access token, with the rights of this very moment; null when session or account has ended since. */
export async function loadActor(
  tx: Tx,
  networkId: string,
  accountId: string,
  sessionId: string,
  now: Instant,
): Promise<ActorRecord | null> {
  const rows = await actorRows(tx, { networkId, sessionId, accountId, now: instantToSql(now) });
  const [first] = rows;
  if (first === undefined) return null;
  return {
    accountId,
    sessionId,
    memberId: first.memberId,
    homeStructureId: first.homeStructureId,
    wardIds: first.wardIds,
    displayName: first.displayName,
    email: first.email,
    locale: first.locale,
    roles: rows.flatMap(({ role, structureId }) => (role === null ? [] : [{ role, structureId }])),
  };
}

export async function findAccountByEmail(tx: Tx, networkId: string, email: string) {
  const [row] = await tx
    .select()
    .from(accounts)
    .where(and(eq(accounts.networkId, networkId), eq(accounts.email, email)));
  return row ?? null;
}

/** False when the address already has an account: nothing is changed then. */
export async function insertAccount(tx: Tx, account: typeof accounts.$inferInsert): Promise<boolean> {
  const rows = await tx
    .insert(accounts)
    .values(account)
    .onConflictDoNothing({ target: [accounts.networkId, accounts.email] })
    .returning({ id: accounts.id });
  return rows.length === 1;
}

export async function updateAccount(
  tx: Tx,
  networkId: string,
  id: string,
  changes: Partial<typeof accounts.$inferInsert>,
) {
  await tx
    .update(accounts)
    .set(changes)
    .where(and(eq(accounts.networkId, networkId), eq(accounts.id, id)));
}

export async function insertMember(tx: Tx, member: typeof members.$inferInsert) {
  await tx.insert(members).values(member);
}

export async function renameMemberOfAccount(tx: Tx, networkId: string, accountId: string, displayName: string) {
  await tx
    .update(members)
    .set({ displayName })
    .where(and(eq(members.networkId, networkId), eq(members.accountId, accountId)));
}

/** The members behind these accounts, by account. */
export async function findMembersOfAccounts(tx: Tx, networkId: string, accountIds: readonly string[]) {
  if (accountIds.length === 0) return new Map<string, string>();
  const rows = await tx
    .select({ id: members.id, accountId: members.accountId })
    .from(members)
    .where(and(eq(members.networkId, networkId), inArray(members.accountId, [...accountIds])));
  return new Map(rows.map(({ id, accountId }) => [accountId as string, id]));
}

export async function insertRoleAssignment(tx: Tx, assignment: typeof roleAssignments.$inferInsert) {
  await tx.insert(roleAssignments).values(assignment).onConflictDoNothing();
}

// --- sessions -----------------------------------------------------------------------------------------------------------

export async function insertSession(tx: Tx, session: typeof sessions.$inferInsert) {
  await tx.insert(sessions).values(session);
}

/** By the token in force or the one before it; locked, so that two refreshes of one session follow each other. */
export async function lockSessionByRefreshHash(tx: Tx, networkId: string, hash: string) {
  const [row] = await tx
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.networkId, networkId),
        or(eq(sessions.refreshHash, hash), eq(sessions.previousRefreshHash, hash)),
      ),
    )
    .for('update');
  return row ?? null;
}

export async function findSession(tx: Tx, networkId: string, id: string) {
  const [row] = await tx
    .select()
    .from(sessions)
    .where(and(eq(sessions.networkId, networkId), eq(sessions.id, id)));
  return row ?? null;
}

export async function updateSession(
  tx: Tx,
  networkId: string,
  id: string,
  changes: Partial<typeof sessions.$inferInsert>,
) {
  await tx
    .update(sessions)
    .set(changes)
    .where(and(eq(sessions.networkId, networkId), eq(sessions.id, id)));
}

export async function listLiveSessions(tx: Tx, networkId: string, accountId: string, now: Instant) {
  return tx
    .select({
      id: sessions.id,
      userAgent: sessions.userAgent,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
    })
    .from(sessions)
    .where(
      and(
        eq(sessions.networkId, networkId),
        eq(sessions.accountId, accountId),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, now),
      ),
    )
    .orderBy(desc(sessions.lastUsedAt));
}

export async function revokeSessionsOf(tx: Tx, networkId: string, accountId: string, at: Instant) {
  await tx
    .update(sessions)
    .set({ revokedAt: at })
    .where(and(eq(sessions.networkId, networkId), eq(sessions.accountId, accountId), isNull(sessions.revokedAt)));
}

// --- single-use tokens --------------------------------------------------------------------------------------------------

export async function insertAccountToken(tx: Tx, token: typeof accountTokens.$inferInsert) {
  await tx.insert(accountTokens).values(token);
}

type TokenPurpose = (typeof accountTokens.$inferSelect)['purpose'];

const liveToken = (networkId: string, purpose: TokenPurpose, tokenHash: string, now: Instant) =>
  and(
    eq(accountTokens.networkId, networkId),
    eq(accountTokens.purpose, purpose),
    eq(accountTokens.tokenHash, tokenHash),
    isNull(accountTokens.usedAt),
    gt(accountTokens.expiresAt, now),
  );

/** Marks the token used and says whose it is; null when it is unknown, used or too old. */
export async function useAccountToken(
  tx: Tx,
  networkId: string,
  purpose: TokenPurpose,
  tokenHash: string,
  now: Instant,
) {
  const [row] = await tx
    .update(accountTokens)
    .set({ usedAt: now })
    .where(liveToken(networkId, purpose, tokenHash, now))
    .returning({ accountId: accountTokens.accountId });
  return row?.accountId ?? null;
}

/** Whether a link would serve now; nothing is changed. */
export async function isAccountTokenLive(
  tx: Tx,
  networkId: string,
  purpose: TokenPurpose,
  tokenHash: string,
  now: Instant,
): Promise<boolean> {
  const [row] = await tx
    .select({ id: accountTokens.id })
    .from(accountTokens)
    .where(liveToken(networkId, purpose, tokenHash, now));
  return row !== undefined;
}

/** The account's other links of this purpose serve no more. */
export async function voidAccountTokens(
  tx: Tx,
  networkId: string,
  accountId: string,
  purpose: TokenPurpose,
  now: Instant,
) {
  await tx
    .update(accountTokens)
    .set({ usedAt: now })
    .where(
      and(
        eq(accountTokens.networkId, networkId),
        eq(accountTokens.accountId, accountId),
        eq(accountTokens.purpose, purpose),
        isNull(accountTokens.usedAt),
      ),
    );
}

// --- throttling ---------------------------------------------------------------------------------------------------------

/** Adds one to a bucket and returns its count in the window that contains `now`. Atomic: parallel attempts all count. */
export async function countAttempt(tx: Tx, networkId: string, bucket: string, windowStart: Instant): Promise<number> {
  const [row] = await tx
    .insert(throttles)
    .values({ networkId, bucket, windowStart, count: 1 })
    .onConflictDoUpdate({
      target: [throttles.networkId, throttles.bucket, throttles.windowStart],
      set: { count: sql`${throttles.count} + 1` },
    })
    .returning({ count: throttles.count });
  return row?.count ?? 1;
}

export async function purgeThrottles(tx: Tx, networkId: string, before: Instant) {
  await tx.delete(throttles).where(and(eq(throttles.networkId, networkId), lt(throttles.windowStart, before)));
}

// --- members and badges -------------------------------------------------------------------------------------------------

/** `%` and `_` in what a person types are just letters. */
export const likeText = (text: string): string => `%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;

export async function searchMembers(tx: Tx, networkId: string, text: string, limit: number) {
  return tx
    .select({ id: members.id, displayName: members.displayName, email: accounts.email, audience: audiences.code })
    .from(members)
    .innerJoin(audiences, and(eq(audiences.networkId, networkId), eq(audiences.id, members.audienceId)))
    .leftJoin(accounts, and(eq(accounts.networkId, networkId), eq(accounts.id, members.accountId)))
    .where(
      and(
        eq(members.networkId, networkId),
        // A group is its structure's, and no person to be found.
        eq(members.kind, 'person'),
        or(
          ilike(sql`lower(${members.displayName})`, likeText(text.toLowerCase())),
          ilike(accounts.email, likeText(text)),
        ),
      ),
    )
    .orderBy(asc(members.displayName), asc(members.id))
    .limit(limit);
}

interface MemberAudience {
  id: string;
  code: string;
  audienceClass: string;
  isStaff: boolean;
  ownAudienceId: string;
  homeStructureId: string | null;
  birthDate: string | null;
  minAge: number | null;
  maxAge: number | null;
  needsGuardianConsent: boolean;
}

const memberAudienceRows = preparedQuery<
  { networkId: string; memberId: string; code: string | null },
  MemberAudience[]
>('find_member_audience', (db) =>
  db
    .select({
      id: audiences.id,
      code: audiences.code,
      audienceClass: audiences.audienceClass,
      isStaff: audiences.isStaff,
      ownAudienceId: members.audienceId,
      homeStructureId: members.homeStructureId,
      birthDate: members.birthDate,
      minAge: audiences.minAge,
      maxAge: audiences.maxAge,
      needsGuardianConsent: audiences.needsGuardianConsent,
    })
    .from(members)
    .innerJoin(
      audiences,
      and(
        eq(audiences.networkId, members.networkId),
        sql`case when ${sql.placeholder('code')}::text is null then ${audiences.id} = ${members.audienceId} else ${audiences.code} = ${sql.placeholder('code')} end`,
      ),
    )
    .where(and(eq(members.networkId, sql.placeholder('networkId')), eq(members.id, sql.placeholder('memberId')))),
);

/** The named audience, or the member's own without a name; null when there is no such member or audience. */
export async function findMemberAudience(
  tx: Tx,
  networkId: string,
  memberId: string,
  code: string | null,
): Promise<MemberAudience | null> {
  const [row] = await memberAudienceRows(tx, { networkId, memberId, code });
  return row ?? null;
}

export async function findMember(tx: Tx, networkId: string, id: string) {
  const [row] = await tx
    .select()
    .from(members)
    .where(and(eq(members.networkId, networkId), eq(members.id, id)));
  return row ?? null;
}

export async function insertCredential(tx: Tx, credential: typeof credentials.$inferInsert) {
  await tx.insert(credentials).values(credential);
}

export async function listBadges(tx: Tx, networkId: string, filter: { memberIds?: string[]; limit: number }) {
  return tx
    .select({
      id: credentials.id,
      label: credentials.label,
      memberId: credentials.memberId,
      memberName: members.displayName,
      accountId: members.accountId,
      isStaff: credentials.isStaff,
      structureId: credentials.structureId,
      valueSealed: credentials.valueSealed,
      createdAt: credentials.createdAt,
      revokedAt: credentials.revokedAt,
    })
    .from(credentials)
    .innerJoin(members, and(eq(members.networkId, networkId), eq(members.id, credentials.memberId)))
    .where(
      and(
        eq(credentials.networkId, networkId),
        eq(credentials.kind, 'badge'),
        filter.memberIds === undefined ? undefined : inArray(credentials.memberId, filter.memberIds),
      ),
    )
    .orderBy(desc(credentials.createdAt), desc(credentials.id))
    .limit(filter.limit);
}

export async function findCredential(tx: Tx, networkId: string, id: string) {
  const [row] = await tx
    .select()
    .from(credentials)
    .where(and(eq(credentials.networkId, networkId), eq(credentials.id, id)));
  return row ?? null;
}

export async function revokeCredential(tx: Tx, networkId: string, id: string, at: Instant) {
  await tx
    .update(credentials)
    .set({ revokedAt: at })
    .where(and(eq(credentials.networkId, networkId), eq(credentials.id, id), isNull(credentials.revokedAt)));
}

/** Sessions that ended and links that no longer serve, before `before`. */
export async function purgeSessionsAndTokens(tx: Tx, networkId: string, before: Instant) {
  await tx
    .delete(sessions)
    .where(and(eq(sessions.networkId, networkId), or(lt(sessions.expiresAt, before), lt(sessions.revokedAt, before))));
  await tx
    .delete(accountTokens)
    .where(and(eq(accountTokens.networkId, networkId), lt(accountTokens.expiresAt, before)));
}
