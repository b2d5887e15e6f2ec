import type { Instant } from '@mitoyen/domain';
import { and, asc, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Tx } from '../database.ts';
import {
  agreementSpaces,
  agreementWindows,
  audiences,
  closures,
  compatibilityRules,
  exceptionWindows,
  holidayOverrides,
  releaseRules,
  releaseRuleWindows,
  scheduleExceptionSpaces,
  scheduleExceptions,
  scheduleTemplateSpaces,
  scheduleTemplates,
  schoolOverrides,
  sites,
  spaceAudiences,
  spaces,
  standingAgreements,
  templateWindows,
  windowShares,
  windowShareWindows,
} from '../schema/index.ts';

/** Closures that ended longer ago than this are no part of a schedule: days so long past are looked at in reports only. */
const CLOSURES_KEPT_MS = 400 * 86_400_000;

/**
 * Everything that says when the spaces of these sites are open, as it is stored: one statement for each kind of row, whatever the
 * number of sites. `now` bounds how far back closures are read.
 */
export async function loadScheduleRows(tx: Tx, networkId: string, siteIds: readonly string[], now: Instant) {
  const ids = [...siteIds];
  const of = (columns: { networkId: PgColumn; siteId: PgColumn }): SQL | undefined =>
    and(eq(columns.networkId, networkId), inArray(columns.siteId, ids));
  // Before all others: rows may then be newer than the revision that they are known by, never older.
  const siteRows = await tx
    .select({
      id: sites.id,
      structureId: sites.structureId,
      timeZone: sites.timeZone,
      schoolZone: sites.schoolZone,
      schoolCalendar: sites.schoolCalendar,
      holidayCalendar: sites.holidayCalendar,
      onPublicHolidays: sites.onPublicHolidays,
      buildingCapacity: sites.buildingCapacity,
      revision: sites.scheduleRevision,
      // Made by the transaction that asks: a revision of that number may yet become another's. Null: it has changed nothing.
      isOwn: sql<boolean | null>`${sites}.xmin::text = pg_current_xact_id_if_assigned()::xid::text`,
    })
    .from(sites)
    .where(and(eq(sites.networkId, networkId), inArray(sites.id, ids)));
  const [
    spaceRows,
    audienceRows,
    classRows,
    templateRows,
    templateSpaceRows,
    windowRows,
    exceptionRows,
    exceptionSpaceRows,
    exceptionWindowRows,
    closureRows,
    schoolRows,
    holidayRows,
    releaseRows,
    releaseWindowRows,
    shareRows,
    shareWindowRows,
    agreementRows,
    agreementSpaceRows,
    agreementWindowRows,
  ] = await Promise.all([
    tx
      .select()
      .from(spaces)
      .where(and(of(spaces), isNull(spaces.archivedAt)))
      .orderBy(asc(spaces.position), asc(spaces.id)),
    tx.select().from(audiences).where(eq(audiences.networkId, networkId)).orderBy(asc(audiences.position)),
    tx.select().from(spaceAudiences).where(of(spaceAudiences)),
    tx
      .select()
      .from(scheduleTemplates)
      .where(of(scheduleTemplates))
      .orderBy(asc(scheduleTemplates.position), asc(scheduleTemplates.id)),
    tx.select().from(scheduleTemplateSpaces).where(of(scheduleTemplateSpaces)),
    tx
      .select()
      .from(templateWindows)
      .where(of(templateWindows))
      .orderBy(asc(templateWindows.position), asc(templateWindows.id)),
    tx
      .select()
      .from(scheduleExceptions)
      .where(of(scheduleExceptions))
      .orderBy(asc(scheduleExceptions.position), asc(scheduleExceptions.id)),
    tx.select().from(scheduleExceptionSpaces).where(of(scheduleExceptionSpaces)),
    tx
      .select()
      .from(exceptionWindows)
      .where(of(exceptionWindows))
      .orderBy(asc(exceptionWindows.position), asc(exceptionWindows.id)),
    tx
      .select()
      .from(closures)
      .where(
        and(
          of(closures),
          sql`upper(${closures.during}) > ${new Date(now - CLOSURES_KEPT_MS).toISOString()}::timestamptz`,
        ),
      )
      .orderBy(asc(closures.id)),
    tx.select().from(schoolOverrides).where(of(schoolOverrides)).orderBy(asc(schoolOverrides.firstDay)),
    tx.select().from(holidayOverrides).where(of(holidayOverrides)).orderBy(asc(holidayOverrides.date)),
    tx.select().from(releaseRules).where(of(releaseRules)).orderBy(asc(releaseRules.id)),
    tx.select().from(releaseRuleWindows).where(of(releaseRuleWindows)),
    tx.select().from(windowShares).where(of(windowShares)).orderBy(asc(windowShares.id)),
    tx.select().from(windowShareWindows).where(of(windowShareWindows)),
    tx
      .select()
      .from(standingAgreements)
      .where(and(of(standingAgreements), inArray(standingAgreements.status, ['accepted', 'ended'])))
      .orderBy(asc(standingAgreements.position), asc(standingAgreements.id)),
    tx.select().from(agreementSpaces).where(of(agreementSpaces)),
    tx
      .select()
      .from(agreementWindows)
      .where(of(agreementWindows))
      .orderBy(asc(agreementWindows.position), asc(agreementWindows.id)),
  ]);
  return {
    sites: siteRows,
    spaces: spaceRows,
    audiences: audienceRows,
    classes: classRows,
    templates: templateRows,
    templateSpaces: templateSpaceRows,
    windows: windowRows,
    exceptions: exceptionRows,
    exceptionSpaces: exceptionSpaceRows,
    exceptionWindows: exceptionWindowRows,
    closures: closureRows,
    schoolOverrides: schoolRows,
    holidayOverrides: holidayRows,
    releases: releaseRows,
    releaseWindows: releaseWindowRows,
    shares: shareRows,
    shareWindows: shareWindowRows,
    agreements: agreementRows,
    agreementSpaces: agreementSpaceRows,
    agreementWindows: agreementWindowRows,
  };
}

export type ScheduleRows = Awaited<ReturnType<typeof loadScheduleRows>>;

/** The revision of the hours of each site, by id: what is cached of a schedule is good for one revision. */
export async function listScheduleRevisions(tx: Tx, networkId: string, siteIds: readonly string[]) {
  const rows = await tx
    .select({ id: sites.id, revision: sites.scheduleRevision })
    .from(sites)
    .where(and(eq(sites.networkId, networkId), inArray(sites.id, [...siteIds])));
  return new Map(rows.map((row) => [row.id, row.revision]));
}

/** The key of the lock on the hours of a site, whose id is given as text. */
export const hoursLock = (siteId: SQL): SQL => sql`hashtextextended('hours ' || ${siteId}, 0)`;

/**
 * Says that the hours of a site are being changed: the revision that follows. Until the transaction ends no other change is under way
 * there, and no booking: those that were waited for are committed and seen by the next statement, those that come wait and then decide
 * by the new hours (`lockSpaceOfResource` shares what this takes whole). So it is the first thing that a change does. Null: no such site.
 */
export async function advanceSchedule(tx: Tx, networkId: string, siteId: string): Promise<number | null> {
  await tx.execute(sql`select pg_advisory_xact_lock(${hoursLock(sql`${siteId}`)})`);
  const [row] = await tx
    .update(sites)
    .set({ scheduleRevision: sql`${sites.scheduleRevision} + 1` })
    .where(and(eq(sites.networkId, networkId), eq(sites.id, siteId)))
    .returning({ revision: sites.scheduleRevision });
  return row?.revision ?? null;
}

/** The same for every site of the network: an audience, or who may meet whom, has changed for all. */
export async function advanceAllSchedules(tx: Tx, networkId: string): Promise<void> {
  await tx.execute(sql`
    select pg_advisory_xact_lock(${hoursLock(sql`of_network.id::text`)})
    from (select id from ${sites} where ${sites.networkId} = ${networkId} order by id) as of_network`);
  await tx
    .update(sites)
    .set({ scheduleRevision: sql`${sites.scheduleRevision} + 1` })
    .where(eq(sites.networkId, networkId));
}

/** The rules of who may meet whom: the network's, and those of the sites given (all sites without a list). */
export async function listCompatibilityRules(tx: Tx, networkId: string, siteIds?: readonly string[]) {
  return tx
    .select()
    .from(compatibilityRules)
    .where(
      and(
        eq(compatibilityRules.networkId, networkId),
        siteIds === undefined
          ? undefined
          : or(sql`${compatibilityRules.siteId} is null`, inArray(compatibilityRules.siteId, [...siteIds])),
      ),
    )
    .orderBy(asc(compatibilityRules.id));
}

/**
 * Two bookings that may not meet are then looked for at the end of the transaction, not with every row: bookings change class one after
 * the other.
 */
export async function deferMeetingConstraints(tx: Tx): Promise<void> {
  await tx.execute(sql`set constraints bookings_no_meeting_of_publics, bookings_never_on_one_site deferred`);
}

/** Looks for them now: throws the violation of the constraint. */
export async function enforceMeetingConstraints(tx: Tx): Promise<void> {
  await tx.execute(sql`set constraints bookings_no_meeting_of_publics, bookings_never_on_one_site immediate`);
}

export async function listSpacesOfNetwork(tx: Tx, networkId: string) {
  return tx
    .select()
    .from(spaces)
    .where(and(eq(spaces.networkId, networkId), isNull(spaces.archivedAt)))
    .orderBy(asc(spaces.siteId), asc(spaces.position), asc(spaces.id));
}

/** Writes the derived classes; bookings follow by themselves, and the constraints refuse what they may not become. */
export async function upsertSpaceAudiences(tx: Tx, rows: readonly (typeof spaceAudiences.$inferInsert)[]) {
  const SLICE = 2_000;
  for (let at = 0; at < rows.length; at += SLICE) {
    await tx
      .insert(spaceAudiences)
      .values(rows.slice(at, at + SLICE))
      .onConflictDoUpdate({
        target: [spaceAudiences.networkId, spaceAudiences.spaceId, spaceAudiences.audienceId],
        set: {
          audienceClass: sql`excluded.audience_class`,
          siteAxis: sql`excluded.site_axis`,
          siteClass: sql`excluded.site_class`,
        },
        setWhere: sql`(${spaceAudiences.audienceClass}, ${spaceAudiences.siteAxis}, ${spaceAudiences.siteClass})
          is distinct from (excluded.audience_class, excluded.site_axis, excluded.site_class)`,
      });
  }
}

/**
 * Gives every space that has none the classes that the audiences declare: what a network without rules of its own keeps. For networks
 * that are made at once, as the demo's is.
 */
export async function insertDeclaredClasses(tx: Tx, networkId: string): Promise<void> {
  await tx.execute(sql`
    insert into ${spaceAudiences} (network_id, site_id, space_id, audience_id, audience_class)
    select ${spaces.networkId}, ${spaces.siteId}, ${spaces.id}, ${audiences.id}, ${audiences.audienceClass}
    from ${spaces} join ${audiences} on ${audiences.networkId} = ${spaces.networkId}
    where ${spaces.networkId} = ${networkId}
    on conflict do nothing`);
}
