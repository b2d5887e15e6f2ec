import { type Instant, type LocalDate, REFERENT_STAYS_MS } from '@mitoyen/domain';
import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import {
  accounts,
  audiences,
  guardianConsents,
  guardianships,
  members,
  referentPresences,
  referentShifts,
  referents,
  sessionAttendances,
  supervisionPolicies,
} from '../schema/index.ts';

export type ConsentKind = (typeof guardianConsents.$inferSelect)['kind'];

/** What holds at a site, by audience: its own policy before the network's. Audiences without any are absent. */
export async function listPolicies(tx: Tx, networkId: string, siteId: string | null) {
  const rows = await tx
    .select()
    .from(supervisionPolicies)
    .where(
      and(
        eq(supervisionPolicies.networkId, networkId),
        siteId === null
          ? isNull(supervisionPolicies.siteId)
          : or(isNull(supervisionPolicies.siteId), eq(supervisionPolicies.siteId, siteId)),
      ),
    );
  const inForce = new Map<string, (typeof rows)[number]>();
  for (const row of rows) if (row.siteId !== null || !inForce.has(row.audienceId)) inForce.set(row.audienceId, row);
  return inForce;
}

/** Sets what a network (`siteId: null`) or a site asks of the hours of an audience. */
export async function savePolicy(tx: Tx, row: typeof supervisionPolicies.$inferInsert): Promise<void> {
  const { withoutReferent, graceMinutes, ratios, needsGuardianConsent } = row;
  await tx
    .insert(supervisionPolicies)
    .values(row)
    .onConflictDoUpdate({
      target: [supervisionPolicies.networkId, supervisionPolicies.audienceId, supervisionPolicies.siteId],
      set: { withoutReferent, graceMinutes, ratios, needsGuardianConsent },
    });
}

export async function deletePolicy(tx: Tx, networkId: string, audienceId: string, siteId: string): Promise<void> {
  await tx
    .delete(supervisionPolicies)
    .where(
      and(
        eq(supervisionPolicies.networkId, networkId),
        eq(supervisionPolicies.audienceId, audienceId),
        eq(supervisionPolicies.siteId, siteId),
      ),
    );
}

/** Who may be the referent at a site, by name. */
export async function listReferents(tx: Tx, networkId: string, siteId: string) {
  return tx
    .select({ memberId: referents.memberId, displayName: members.displayName })
    .from(referents)
    .innerJoin(members, and(eq(members.networkId, networkId), eq(members.id, referents.memberId)))
    .where(and(eq(referents.networkId, networkId), eq(referents.siteId, siteId)))
    .orderBy(asc(members.displayName), asc(members.id));
}

export async function addReferent(tx: Tx, row: typeof referents.$inferInsert): Promise<void> {
  await tx.insert(referents).values(row).onConflictDoNothing();
}

export async function removeReferent(tx: Tx, networkId: string, siteId: string, memberId: string): Promise<void> {
  await tx
    .delete(referents)
    .where(and(eq(referents.networkId, networkId), eq(referents.siteId, siteId), eq(referents.memberId, memberId)));
}

/** Shifts that meet the window, by start. */
export async function listShifts(tx: Tx, networkId: string, siteId: string, window: { from: Instant; until: Instant }) {
  return tx
    .select({
      id: referentShifts.id,
      spaceId: referentShifts.spaceId,
      memberId: referentShifts.memberId,
      displayName: members.displayName,
      startsAt: referentShifts.startsAt,
      endsAt: referentShifts.endsAt,
    })
    .from(referentShifts)
    .innerJoin(members, and(eq(members.networkId, networkId), eq(members.id, referentShifts.memberId)))
    .where(
      and(
        eq(referentShifts.networkId, networkId),
        eq(referentShifts.siteId, siteId),
        gt(referentShifts.startsAt, window.from - 25 * 3_600_000),
        lt(referentShifts.startsAt, window.until),
        gt(referentShifts.endsAt, window.from),
      ),
    )
    .orderBy(asc(referentShifts.startsAt), asc(referentShifts.id));
}

export async function insertShifts(tx: Tx, rows: readonly (typeof referentShifts.$inferInsert)[]): Promise<void> {
  if (rows.length > 0) await tx.insert(referentShifts).values([...rows]);
}

/** False when it was no shift of the site's. */
export async function deleteShift(tx: Tx, networkId: string, siteId: string, id: string): Promise<boolean> {
  const rows = await tx
    .delete(referentShifts)
    .where(and(eq(referentShifts.networkId, networkId), eq(referentShifts.siteId, siteId), eq(referentShifts.id, id)))
    .returning({ id: referentShifts.id });
  return rows.length === 1;
}

/** Who was there as a referent since an instant, latest first. */
export async function listPresences(tx: Tx, networkId: string, siteId: string, since: Instant) {
  return tx
    .select({
      id: referentPresences.id,
      memberId: referentPresences.memberId,
      displayName: members.displayName,
      arrivedAt: referentPresences.arrivedAt,
      leftAt: referentPresences.leftAt,
      notedBy: referentPresences.notedBy,
    })
    .from(referentPresences)
    .innerJoin(members, and(eq(members.networkId, networkId), eq(members.id, referentPresences.memberId)))
    .where(
      and(
        eq(referentPresences.networkId, networkId),
        eq(referentPresences.siteId, siteId),
        gte(referentPresences.arrivedAt, since),
      ),
    )
    .orderBy(desc(referentPresences.arrivedAt), asc(referentPresences.id));
}

/**
 * Notes that a referent has come. Whoever is there already is not noted again; a presence that nobody ended is ended first, when it
 * would have run out. False: nothing was noted.
 */
export async function noteReferentArrived(
  tx: Tx,
  row: {
    networkId: string;
    id: string;
    siteId: string;
    memberId: string;
    arrivedAt: Instant;
    notedBy: 'badge' | 'check_in';
  },
): Promise<boolean> {
  const open = and(
    eq(referentPresences.networkId, row.networkId),
    eq(referentPresences.siteId, row.siteId),
    eq(referentPresences.memberId, row.memberId),
    isNull(referentPresences.leftAt),
  );
  await tx
    .update(referentPresences)
    .set({ leftAt: sql`${referentPresences.arrivedAt} + make_interval(secs => ${REFERENT_STAYS_MS / 1000})` })
    .where(and(open, lte(referentPresences.arrivedAt, row.arrivedAt - REFERENT_STAYS_MS)));
  const inserted = await tx
    .insert(referentPresences)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: referentPresences.id });
  return inserted.length === 1;
}

/** Whether a badge of this member makes a referent present: they are named at the site, or the site names nobody. */
export async function isReferentAt(tx: Tx, networkId: string, siteId: string, memberId: string): Promise<boolean> {
  const named = await listReferents(tx, networkId, siteId);
  if (named.length > 0) return named.some((each) => each.memberId === memberId);
  const [member] = await tx
    .select({ id: members.id })
    .from(members)
    .where(and(eq(members.networkId, networkId), eq(members.id, memberId)));
  return member !== undefined;
}

/** False when nobody of that name was there. */
export async function noteReferentLeft(
  tx: Tx,
  networkId: string,
  siteId: string,
  memberId: string,
  at: Instant,
): Promise<boolean> {
  const rows = await tx
    .update(referentPresences)
    .set({ leftAt: at })
    .where(
      and(
        eq(referentPresences.networkId, networkId),
        eq(referentPresences.siteId, siteId),
        eq(referentPresences.memberId, memberId),
        isNull(referentPresences.leftAt),
        lte(referentPresences.arrivedAt, at),
      ),
    )
    .returning({ id: referentPresences.id });
  return rows.length === 1;
}

// --- minors ------------------------------------------------------------------------------------------------------------

/** The minors whom a member answers for, by name. */
export async function listWards(tx: Tx, networkId: string, guardianMemberId: string) {
  return tx
    .select({
      memberId: members.id,
      displayName: members.displayName,
      birthDate: members.birthDate,
      audience: audiences.code,
      guardianshipId: guardianships.id,
    })
    .from(guardianships)
    .innerJoin(members, and(eq(members.networkId, networkId), eq(members.id, guardianships.minorMemberId)))
    .innerJoin(audiences, and(eq(audiences.networkId, networkId), eq(audiences.id, members.audienceId)))
    .where(
      and(
        eq(guardianships.networkId, networkId),
        eq(guardianships.guardianMemberId, guardianMemberId),
        isNull(guardianships.endedAt),
      ),
    )
    .orderBy(asc(members.displayName), asc(members.id));
}

export async function insertMinor(
  tx: Tx,
  member: typeof members.$inferInsert,
  guardianship: typeof guardianships.$inferInsert,
) {
  await tx.insert(members).values(member);
  await tx.insert(guardianships).values(guardianship);
}

/** Minors of the network with their guardians and consents in force, by name; those of `memberIds` only, where given. */
export async function listMinors(
  tx: Tx,
  networkId: string,
  filter: { memberIds?: readonly string[]; structureId?: string; limit: number },
) {
  return tx
    .select({
      memberId: members.id,
      displayName: members.displayName,
      birthDate: members.birthDate,
      guardianshipId: guardianships.id,
      guardianName: guardianships.guardianName,
      guardianMemberId: guardianships.guardianMemberId,
      contactSealed: guardianships.contactSealed,
    })
    .from(members)
    .innerJoin(
      guardianships,
      and(
        eq(guardianships.networkId, networkId),
        eq(guardianships.minorMemberId, members.id),
        isNull(guardianships.endedAt),
      ),
    )
    .where(
      and(
        eq(members.networkId, networkId),
        filter.memberIds === undefined ? undefined : inArray(members.id, [...filter.memberIds]),
        filter.structureId === undefined ? undefined : eq(members.homeStructureId, filter.structureId),
      ),
    )
    .orderBy(asc(members.displayName), asc(members.id))
    .limit(filter.limit);
}

export async function findGuardianship(tx: Tx, networkId: string, minorMemberId: string) {
  const [row] = await tx
    .select()
    .from(guardianships)
    .where(
      and(
        eq(guardianships.networkId, networkId),
        eq(guardianships.minorMemberId, minorMemberId),
        isNull(guardianships.endedAt),
      ),
    )
    .orderBy(asc(guardianships.createdAt))
    .limit(1);
  return row ?? null;
}

/** Consents in force on a date, by minor. */
export async function listConsents(tx: Tx, networkId: string, minorMemberIds: readonly string[], date: LocalDate) {
  if (minorMemberIds.length === 0) return [];
  return tx
    .select({
      id: guardianConsents.id,
      minorMemberId: guardianConsents.minorMemberId,
      kind: guardianConsents.kind,
      givenBy: guardianConsents.givenBy,
      givenAt: guardianConsents.givenAt,
      validUntil: guardianConsents.validUntil,
      recordedBy: accounts.displayName,
    })
    .from(guardianConsents)
    .innerJoin(accounts, and(eq(accounts.networkId, networkId), eq(accounts.id, guardianConsents.recordedByAccountId)))
    .where(
      and(
        eq(guardianConsents.networkId, networkId),
        inArray(guardianConsents.minorMemberId, [...minorMemberIds]),
        isNull(guardianConsents.revokedAt),
        or(isNull(guardianConsents.validUntil), gte(guardianConsents.validUntil, date)),
      ),
    )
    .orderBy(asc(guardianConsents.kind));
}

/** Gives a consent; the one of its kind that was in force, and may have run out, is closed. */
export async function insertConsent(tx: Tx, row: typeof guardianConsents.$inferInsert): Promise<void> {
  await revokeConsent(tx, row.networkId, row.minorMemberId, row.kind, row.givenAt);
  await tx.insert(guardianConsents).values(row);
}

export async function revokeConsent(
  tx: Tx,
  networkId: string,
  minorMemberId: string,
  kind: ConsentKind,
  at: Instant,
): Promise<void> {
  await tx
    .update(guardianConsents)
    .set({ revokedAt: at })
    .where(
      and(
        eq(guardianConsents.networkId, networkId),
        eq(guardianConsents.minorMemberId, minorMemberId),
        eq(guardianConsents.kind, kind),
        isNull(guardianConsents.revokedAt),
      ),
    );
}

// --- head counts -------------------------------------------------------------------------------------------------------

/** Who is in the spaces of a site and has not left, by arrival. */
export async function listAttendances(tx: Tx, networkId: string, siteId: string, since: Instant) {
  return tx
    .select({
      id: sessionAttendances.id,
      spaceId: sessionAttendances.spaceId,
      kind: sessionAttendances.kind,
      memberId: sessionAttendances.memberId,
      displayName: members.displayName,
      age: sessionAttendances.age,
      arrivedAt: sessionAttendances.arrivedAt,
      leftAt: sessionAttendances.leftAt,
    })
    .from(sessionAttendances)
    .leftJoin(members, and(eq(members.networkId, networkId), eq(members.id, sessionAttendances.memberId)))
    .where(
      and(
        eq(sessionAttendances.networkId, networkId),
        eq(sessionAttendances.siteId, siteId),
        gte(sessionAttendances.arrivedAt, since),
      ),
    )
    .orderBy(asc(sessionAttendances.arrivedAt), asc(sessionAttendances.id));
}

/** False when the member is counted at the site already. */
export async function insertAttendance(tx: Tx, row: typeof sessionAttendances.$inferInsert): Promise<boolean> {
  const rows = await tx
    .insert(sessionAttendances)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: sessionAttendances.id });
  return rows.length === 1;
}

export async function endAttendance(
  tx: Tx,
  networkId: string,
  siteId: string,
  id: string,
  at: Instant,
): Promise<boolean> {
  const rows = await tx
    .update(sessionAttendances)
    .set({ leftAt: at })
    .where(
      and(
        eq(sessionAttendances.networkId, networkId),
        eq(sessionAttendances.siteId, siteId),
        eq(sessionAttendances.id, id),
        isNull(sessionAttendances.leftAt),
      ),
    )
    .returning({ id: sessionAttendances.id });
  return rows.length === 1;
}

/** Lets the head counts of one site follow each other until the transaction ends: the last place is given once. */
export async function lockHeadCount(tx: Tx, siteId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`heads ${siteId}`}, 0))`);
}
