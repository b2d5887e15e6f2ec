import type { Instant } from '@mitoyen/domain';
import { and, asc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import {
  accounts,
  agreementSpaces,
  audiences,
  bookings,
  compatibilityRules,
  credentials,
  devices,
  doorSpaces,
  doors,
  hostStructures,
  instantToSql,
  members,
  resources,
  roleAssignments,
  scheduleExceptionSpaces,
  scheduleExceptions,
  scheduleTemplateSpaces,
  scheduleTemplates,
  sites,
  spaceAudiences,
  spaces,
  standingAgreements,
  tariffs,
  templateWindows,
} from '../schema/index.ts';

const ACTIVE = ['held', 'confirmed', 'checked_in'] as const;

// --- structures and their staff -------------------------------------------------------------------------------------------

export async function listStructures(tx: Tx, networkId: string) {
  return tx
    .select()
    .from(hostStructures)
    .where(eq(hostStructures.networkId, networkId))
    .orderBy(asc(hostStructures.name), asc(hostStructures.id));
}

export async function findStructure(tx: Tx, networkId: string, id: string) {
  const [row] = await tx
    .select()
    .from(hostStructures)
    .where(and(eq(hostStructures.networkId, networkId), eq(hostStructures.id, id)));
  return row ?? null;
}

export async function insertStructure(tx: Tx, row: typeof hostStructures.$inferInsert) {
  await tx.insert(hostStructures).values(row);
}

export async function updateStructure(
  tx: Tx,
  networkId: string,
  id: string,
  changes: Partial<typeof hostStructures.$inferInsert>,
) {
  await tx
    .update(hostStructures)
    .set(changes)
    .where(and(eq(hostStructures.networkId, networkId), eq(hostStructures.id, id)));
}

export async function deleteStructure(tx: Tx, networkId: string, id: string) {
  await tx.delete(hostStructures).where(and(eq(hostStructures.networkId, networkId), eq(hostStructures.id, id)));
}

/** Sites with their structure, listed or not. */
export async function listSitesOfStructures(tx: Tx, networkId: string) {
  return tx
    .select({
      id: sites.id,
      structureId: sites.structureId,
      slug: sites.slug,
      name: sites.name,
      commune: sites.commune,
      isListed: sites.isListed,
    })
    .from(sites)
    .where(eq(sites.networkId, networkId))
    .orderBy(asc(sites.name), asc(sites.id));
}

/** The hosts of the network's structures, by name. `hasPassword`: the invitation has been followed. */
export async function listStaff(tx: Tx, networkId: string, structureId?: string) {
  return tx
    .select({
      accountId: accounts.id,
      structureId: sql<string>`${roleAssignments.structureId}`,
      displayName: accounts.displayName,
      email: accounts.email,
      locale: accounts.locale,
      hasPassword: sql<boolean>`${accounts.passwordHash} is not null`,
      since: roleAssignments.createdAt,
    })
    .from(roleAssignments)
    .innerJoin(accounts, and(eq(accounts.networkId, networkId), eq(accounts.id, roleAssignments.accountId)))
    .where(
      and(
        eq(roleAssignments.networkId, networkId),
        eq(roleAssignments.role, 'host'),
        structureId === undefined ? undefined : eq(roleAssignments.structureId, structureId),
      ),
    )
    .orderBy(asc(accounts.displayName), asc(accounts.id));
}

/** Takes the role of host of a structure from an account. False when it did not have it. */
export async function deleteHostRole(
  tx: Tx,
  networkId: string,
  accountId: string,
  structureId: string,
): Promise<boolean> {
  const rows = await tx
    .delete(roleAssignments)
    .where(
      and(
        eq(roleAssignments.networkId, networkId),
        eq(roleAssignments.accountId, accountId),
        eq(roleAssignments.role, 'host'),
        eq(roleAssignments.structureId, structureId),
      ),
    )
    .returning({ id: roleAssignments.id });
  return rows.length > 0;
}

/** Takes the staff badges of a structure that this person holds out of use. Returns how many. */
export async function revokeStaffBadges(
  tx: Tx,
  networkId: string,
  accountId: string,
  structureId: string,
  at: Instant,
): Promise<number> {
  const rows = await tx
    .update(credentials)
    .set({ revokedAt: at })
    .where(
      and(
        eq(credentials.networkId, networkId),
        eq(credentials.isStaff, true),
        eq(credentials.structureId, structureId),
        isNull(credentials.revokedAt),
        inArray(
          credentials.memberId,
          tx
            .select({ id: members.id })
            .from(members)
            .where(and(eq(members.networkId, networkId), eq(members.accountId, accountId))),
        ),
      ),
    )
    .returning({ id: credentials.id });
  return rows.length;
}

// --- sites ----------------------------------------------------------------------------------------------------------------

export async function insertSite(tx: Tx, row: typeof sites.$inferInsert) {
  await tx.insert(sites).values(row);
}

/** Everything about a site but its key. */
export async function findSiteSettings(tx: Tx, networkId: string, id: string) {
  const [row] = await tx
    .select({
      id: sites.id,
      slug: sites.slug,
      name: sites.name,
      description: sites.description,
      addressLine: sites.addressLine,
      postalCode: sites.postalCode,
      commune: sites.commune,
      inseeCode: sites.inseeCode,
      departement: sites.departement,
      country: sites.country,
      latitude: sites.latitude,
      longitude: sites.longitude,
      timeZone: sites.timeZone,
      programmes: sites.programmes,
      holidayCalendar: sites.holidayCalendar,
      schoolCalendar: sites.schoolCalendar,
      schoolZone: sites.schoolZone,
      isListed: sites.isListed,
    })
    .from(sites)
    .where(and(eq(sites.networkId, networkId), eq(sites.id, id)));
  return row ?? null;
}

export async function updateSite(tx: Tx, networkId: string, id: string, changes: Partial<typeof sites.$inferInsert>) {
  await tx
    .update(sites)
    .set(changes)
    .where(and(eq(sites.networkId, networkId), eq(sites.id, id)));
}

export async function deleteSite(tx: Tx, networkId: string, id: string) {
  await tx.delete(sites).where(and(eq(sites.networkId, networkId), eq(sites.id, id)));
}

// --- spaces ---------------------------------------------------------------------------------------------------------------

/** The spaces of a site, those that are no longer offered included. */
export async function listAllSpaces(tx: Tx, networkId: string, siteId: string) {
  return tx
    .select()
    .from(spaces)
    .where(and(eq(spaces.networkId, networkId), eq(spaces.siteId, siteId)))
    .orderBy(asc(spaces.position), asc(spaces.id));
}

export async function insertSpace(tx: Tx, row: typeof spaces.$inferInsert) {
  await tx.insert(spaces).values(row);
}

export async function updateSpace(tx: Tx, networkId: string, id: string, changes: Partial<typeof spaces.$inferInsert>) {
  await tx
    .update(spaces)
    .set(changes)
    .where(and(eq(spaces.networkId, networkId), eq(spaces.id, id)));
}

/** What says nothing without the space goes with it; whatever else refers to it keeps it (SQLSTATE 23503). */
export async function deleteSpace(tx: Tx, networkId: string, id: string) {
  await clearSpace(tx, networkId, id);
  await tx.delete(spaceAudiences).where(and(eq(spaceAudiences.networkId, networkId), eq(spaceAudiences.spaceId, id)));
  await tx.delete(spaces).where(and(eq(spaces.networkId, networkId), eq(spaces.id, id)));
}

/** Takes the space from behind its doors and out of the setting of who may meet. */
export async function clearSpace(tx: Tx, networkId: string, id: string) {
  await tx.delete(doorSpaces).where(and(eq(doorSpaces.networkId, networkId), eq(doorSpaces.spaceId, id)));
  await tx
    .delete(compatibilityRules)
    .where(and(eq(compatibilityRules.networkId, networkId), eq(compatibilityRules.spaceId, id)));
}

/**
 * How many hours to come name a space: windows of templates that have not ended, templates and exceptions for some spaces only, and
 * agreements. `today` is the site's local date.
 */
export async function countHoursOfSpace(tx: Tx, networkId: string, spaceId: string, today: string): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select (
      select count(*) from ${templateWindows} w
      join ${scheduleTemplates} t on t.network_id = w.network_id and t.id = w.template_id
      where w.network_id = ${networkId} and w.space_id = ${spaceId} and (t.valid_until is null or t.valid_until > ${today}::date)
    ) + (
      select count(*) from ${scheduleTemplateSpaces} s
      join ${scheduleTemplates} t on t.network_id = s.network_id and t.id = s.template_id
      where s.network_id = ${networkId} and s.space_id = ${spaceId} and (t.valid_until is null or t.valid_until > ${today}::date)
    ) + (
      select count(*) from ${scheduleExceptionSpaces} s
      join ${scheduleExceptions} e on e.network_id = s.network_id and e.id = s.exception_id
      where s.network_id = ${networkId} and s.space_id = ${spaceId} and e.date >= ${today}::date
    ) + (
      select count(*) from ${agreementSpaces} s
      join ${standingAgreements} a on a.network_id = s.network_id and a.id = s.agreement_id
      where s.network_id = ${networkId} and s.space_id = ${spaceId} and a.status in ('proposed', 'accepted')
        and (a.valid_until is null or a.valid_until > ${today}::date)
    ) as count`);
  return Number(row?.count ?? 0);
}

/** Bookings of a site that have not ended, by space and resource: how many, and when the first begins. */
export async function countBookingsAhead(tx: Tx, networkId: string, siteId: string, now: Instant) {
  const rows = await tx
    .select({
      spaceId: bookings.spaceId,
      resourceId: bookings.resourceId,
      count: sql<number>`count(*)::int`,
      // 0 to keep the type: a group has a booking at least.
      firstAt: sql<number>`(extract(epoch from min(${bookings.startsAt})) * 1000)::float8`,
    })
    .from(bookings)
    .where(
      and(
        eq(bookings.networkId, networkId),
        eq(bookings.siteId, siteId),
        gt(bookings.endsAt, now),
        inArray(bookings.status, [...ACTIVE]),
      ),
    )
    .groupBy(bookings.spaceId, bookings.resourceId);
  return rows;
}

// --- resources ------------------------------------------------------------------------------------------------------------

export async function listAllResources(tx: Tx, networkId: string, siteId: string) {
  return tx
    .select()
    .from(resources)
    .where(and(eq(resources.networkId, networkId), eq(resources.siteId, siteId)))
    .orderBy(asc(resources.position), asc(resources.id));
}

export async function insertResources(tx: Tx, rows: readonly (typeof resources.$inferInsert)[]) {
  await tx.insert(resources).values([...rows]);
}

export async function updateResource(
  tx: Tx,
  networkId: string,
  id: string,
  changes: Partial<typeof resources.$inferInsert>,
) {
  await tx
    .update(resources)
    .set(changes)
    .where(and(eq(resources.networkId, networkId), eq(resources.id, id)));
}

export async function deleteResource(tx: Tx, networkId: string, id: string) {
  await tx.delete(resources).where(and(eq(resources.networkId, networkId), eq(resources.id, id)));
}

/** Bookings of the site are counted after this, as the database counts them: one after the other. Ends with the transaction. */
export async function lockCapacity(tx: Tx, siteId: string) {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`capacity ${siteId}`}::text, 0))`);
}

/** As many people as have booked a shared resource for one instant to come. */
export async function mostSeatsBooked(tx: Tx, networkId: string, resourceId: string, now: Instant): Promise<number> {
  const [row] = await tx.execute<{ most: number | null }>(sql`
    select max(people)::int as most from (
      select sum(other.seats) as people
      from ${bookings} one join ${bookings} other on other.network_id = one.network_id and other.resource_id = one.resource_id
        and other.status in ('held', 'confirmed', 'checked_in')
        and lower(other.occupied) <= lower(one.occupied) and upper(other.occupied) > lower(one.occupied)
      where one.network_id = ${networkId} and one.resource_id = ${resourceId}
        and one.status in ('held', 'confirmed', 'checked_in') and one.ends_at > ${instantToSql(now)}::timestamptz
      group by one.id
    ) as at_starts`);
  return row?.most ?? 0;
}

// --- tariffs --------------------------------------------------------------------------------------------------------------

/** The tariffs of a structure with how many resources in use are sold by each. */
export async function listTariffs(tx: Tx, networkId: string, structureId: string) {
  return tx
    .select({
      id: tariffs.id,
      name: tariffs.name,
      currency: tariffs.currency,
      hourMinor: tariffs.hourMinor,
      halfDayMinor: tariffs.halfDayMinor,
      dayMinor: tariffs.dayMinor,
      halfDayHours: tariffs.halfDayHours,
      vatKind: tariffs.vatKind,
      archivedAt: tariffs.archivedAt,
      resourceCount: sql<number>`(select count(*)::int from resources r
        where r.network_id = ${networkId} and r.tariff_id = tariffs.id and r.is_active)`,
    })
    .from(tariffs)
    .where(and(eq(tariffs.networkId, networkId), eq(tariffs.structureId, structureId)))
    .orderBy(asc(tariffs.name), asc(tariffs.id));
}

export async function insertTariff(tx: Tx, row: typeof tariffs.$inferInsert) {
  await tx.insert(tariffs).values(row);
}

export async function updateTariff(
  tx: Tx,
  networkId: string,
  id: string,
  changes: Partial<typeof tariffs.$inferInsert>,
) {
  await tx
    .update(tariffs)
    .set(changes)
    .where(and(eq(tariffs.networkId, networkId), eq(tariffs.id, id)));
}

export async function deleteTariff(tx: Tx, networkId: string, id: string) {
  await tx.delete(tariffs).where(and(eq(tariffs.networkId, networkId), eq(tariffs.id, id)));
}

export async function findNetworkCurrency(tx: Tx, networkId: string): Promise<string> {
  const [row] = await tx.execute<{ currency: string }>(sql`select currency from networks where id = ${networkId}`);
  return row?.currency ?? 'EUR';
}

// --- doors ----------------------------------------------------------------------------------------------------------------

/** Doors in use of a site with how many devices each has. */
export async function countDevicesOfDoors(tx: Tx, networkId: string, siteId: string): Promise<Map<string, number>> {
  const rows = await tx
    .select({ doorId: sql<string>`${devices.doorId}`, count: sql<number>`count(*)::int` })
    .from(devices)
    .where(and(eq(devices.networkId, networkId), eq(devices.siteId, siteId), sql`${devices.doorId} is not null`))
    .groupBy(devices.doorId);
  return new Map(rows.map(({ doorId, count }) => [doorId, count]));
}

export async function insertDoor(tx: Tx, row: typeof doors.$inferInsert) {
  await tx.insert(doors).values(row);
}

export async function updateDoor(tx: Tx, networkId: string, id: string, changes: Partial<typeof doors.$inferInsert>) {
  await tx
    .update(doors)
    .set(changes)
    .where(and(eq(doors.networkId, networkId), eq(doors.id, id)));
}

export async function replaceDoorSpaces(
  tx: Tx,
  door: { networkId: string; siteId: string; doorId: string },
  spaceIds: readonly string[],
) {
  await tx.delete(doorSpaces).where(and(eq(doorSpaces.networkId, door.networkId), eq(doorSpaces.doorId, door.doorId)));
  if (spaceIds.length > 0) await tx.insert(doorSpaces).values(spaceIds.map((spaceId) => ({ ...door, spaceId })));
}

export async function deleteDoor(tx: Tx, networkId: string, id: string) {
  await tx.delete(doorSpaces).where(and(eq(doorSpaces.networkId, networkId), eq(doorSpaces.doorId, id)));
  await tx.delete(doors).where(and(eq(doors.networkId, networkId), eq(doors.id, id)));
}

// --- audiences ------------------------------------------------------------------------------------------------------------

export async function insertAudience(tx: Tx, row: typeof audiences.$inferInsert) {
  await tx.insert(audiences).values(row);
}

export async function updateAudience(
  tx: Tx,
  networkId: string,
  id: string,
  changes: Partial<typeof audiences.$inferInsert>,
) {
  await tx
    .update(audiences)
    .set(changes)
    .where(and(eq(audiences.networkId, networkId), eq(audiences.id, id)));
}

/** How many people each audience has, by its id. */
export async function countMembersByAudience(tx: Tx, networkId: string): Promise<Map<string, number>> {
  const rows = await tx
    .select({ audienceId: members.audienceId, count: sql<number>`count(*)::int` })
    .from(members)
    .where(eq(members.networkId, networkId))
    .groupBy(members.audienceId);
  return new Map(rows.map(({ audienceId, count }) => [audienceId, count]));
}

/** Bookings of an audience that have not ended, and the sites whose hours to come name it. */
export async function findUsesOfAudience(tx: Tx, networkId: string, audienceId: string, now: Instant) {
  // A day's leeway: the date differs by zone, and hours of yesterday do not harm.
  const today = instantToSql(now).slice(0, 10);
  const [[ahead], hours] = await Promise.all([
    tx
      .select({ count: sql<number>`count(*)::int` })
      .from(bookings)
      .where(
        and(
          eq(bookings.networkId, networkId),
          eq(bookings.audienceId, audienceId),
          gt(bookings.endsAt, now),
          inArray(bookings.status, [...ACTIVE]),
        ),
      ),
    tx.execute<{ slug: string; name: string }>(sql`
      select s.slug, s.name from ${sites} s where s.network_id = ${networkId} and (
        exists (select from template_windows w
          join schedule_templates t on t.network_id = w.network_id and t.id = w.template_id
          where w.network_id = s.network_id and w.site_id = s.id and w.audience_id = ${audienceId}
            and (t.valid_until is null or t.valid_until > ${today}::date))
        or exists (select from exception_windows w
          join schedule_exceptions e on e.network_id = w.network_id and e.id = w.exception_id
          where w.network_id = s.network_id and w.site_id = s.id and w.audience_id = ${audienceId} and e.date >= ${today}::date)
        or exists (select from agreement_windows w
          join standing_agreements a on a.network_id = w.network_id and a.id = w.agreement_id
          where w.network_id = s.network_id and w.site_id = s.id and w.audience_id = ${audienceId}
            and a.status in ('proposed', 'accepted') and (a.valid_until is null or a.valid_until > ${today}::date))
        or exists (select from release_rules r
          where r.network_id = s.network_id and r.site_id = s.id and r.released_to_audience_id = ${audienceId}))
      order by s.name, s.id`),
  ]);
  return { bookings: ahead?.count ?? 0, sites: [...hours].map(({ slug, name }) => ({ slug, name })) };
}

// --- who may meet whom ----------------------------------------------------------------------------------------------------

/** Settings of one network are changed one after the other. Ends with the transaction. */
export async function lockCompatibility(tx: Tx, networkId: string) {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`compatibility ${networkId}`}::text, 0))`);
}

/** The rules of one layer as a whole: what is there goes. */
export async function replaceCompatibilityRules(
  tx: Tx,
  networkId: string,
  layer: { readonly siteId: string | null; readonly spaceId: string | null },
  rows: readonly (typeof compatibilityRules.$inferInsert)[],
) {
  const { siteId, spaceId } = layer;
  await tx
    .delete(compatibilityRules)
    .where(
      and(
        eq(compatibilityRules.networkId, networkId),
        siteId === null ? isNull(compatibilityRules.siteId) : eq(compatibilityRules.siteId, siteId),
        spaceId === null ? isNull(compatibilityRules.spaceId) : eq(compatibilityRules.spaceId, spaceId),
      ),
    );
  if (rows.length > 0) await tx.insert(compatibilityRules).values([...rows]);
}

export async function deleteCompatibilityRulesOf(tx: Tx, networkId: string, audienceId: string) {
  await tx
    .delete(compatibilityRules)
    .where(
      and(
        eq(compatibilityRules.networkId, networkId),
        or(eq(compatibilityRules.audienceAId, audienceId), eq(compatibilityRules.audienceBId, audienceId)),
      ),
    );
}

/** The classes as they stand, of one site or of the whole network. */
export async function listSpaceAudiences(tx: Tx, networkId: string, siteId: string | null) {
  return tx
    .select()
    .from(spaceAudiences)
    .where(
      and(eq(spaceAudiences.networkId, networkId), siteId === null ? undefined : eq(spaceAudiences.siteId, siteId)),
    );
}

export interface MeetingRow extends Record<string, unknown> {
  readonly site_id: string;
  readonly kind: 'space' | 'site';
  readonly space_name: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly a_id: string;
  readonly a_reference: string;
  readonly a_member: string;
  readonly a_audience: string;
  readonly a_resource: string;
  readonly b_id: string;
  readonly b_reference: string;
  readonly b_member: string;
  readonly b_audience: string;
  readonly b_resource: string;
}

/**
 * Pairs of active bookings of these sites that the constraints would refuse as the classes now stand, deferred or not: in one space with
 * different classes, or on one site with different sides of one axis. By start, at most `limit`. The bounds of the starts are the table's
 * own checks (25 hours, and 8 beside), which an index serves.
 */
export async function listMeetings(tx: Tx, networkId: string, siteIds: readonly string[], limit: number) {
  if (siteIds.length === 0) return [];
  const rows = await tx.execute<MeetingRow>(sql`
    select a.site_id, case when a.space_id = b.space_id and a.audience_class <> b.audience_class then 'space' else 'site' end as kind,
      s.name as space_name, greatest(a.starts_at, b.starts_at)::text as starts_at, least(a.ends_at, b.ends_at)::text as ends_at,
      a.id as a_id, a.reference as a_reference, am.display_name as a_member, aa.code as a_audience, ar.name as a_resource,
      b.id as b_id, b.reference as b_reference, bm.display_name as b_member, ba.code as b_audience, br.name as b_resource
    from bookings a
    join bookings b on b.network_id = a.network_id and b.site_id = a.site_id and b.id > a.id
      and b.starts_at > a.starts_at - interval '41 hours' and b.starts_at < a.starts_at + interval '41 hours'
      and b.status in ('held', 'confirmed', 'checked_in') and not b.is_staff_use and b.space_hold && a.space_hold
      and ((b.space_id = a.space_id and b.audience_class <> a.audience_class)
        or (a.site_axis <> '' and b.site_axis = a.site_axis and b.site_class <> a.site_class))
    join spaces s on s.network_id = a.network_id and s.id = a.space_id
    join members am on am.network_id = a.network_id and am.id = a.member_id
    join members bm on bm.network_id = b.network_id and bm.id = b.member_id
    join audiences aa on aa.network_id = a.network_id and aa.id = a.audience_id
    join audiences ba on ba.network_id = b.network_id and ba.id = b.audience_id
    join resources ar on ar.network_id = a.network_id and ar.id = a.resource_id
    join resources br on br.network_id = b.network_id and br.id = b.resource_id
    where a.network_id = ${networkId} and a.site_id in ${[...siteIds]}
      and a.status in ('held', 'confirmed', 'checked_in') and not a.is_staff_use
    order by greatest(a.starts_at, b.starts_at), a.id, b.id
    limit ${limit}`);
  return [...rows];
}
