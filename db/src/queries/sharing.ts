import type { Window } from '@mitoyen/domain';
import { and, asc, count, eq, gte, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Tx } from '../database.ts';
import {
  accessEvents,
  accounts,
  agreementSpaces,
  agreementWindows,
  audiences,
  bookings,
  doorSpaces,
  doors,
  hostStructures,
  members,
  occupancyReadings,
  releaseRules,
  releaseRuleWindows,
  roleAssignments,
  sites,
  spaces,
  standingAgreements,
  tariffs,
  windowShares,
  windowShareWindows,
} from '../schema/index.ts';
import { takesPlaceIn } from './reach.ts';

// --- release rules and shares -------------------------------------------------------------------------------------------

/** Writes a release rule and its windows as a whole. A window of another rule violates the key of the links. */
export async function putReleaseRule(
  tx: Tx,
  row: typeof releaseRules.$inferInsert,
  windowIds: readonly string[],
): Promise<void> {
  const { networkId, siteId, id, releasedToAudienceId, hoursBefore, tariffId } = row;
  await tx
    .insert(releaseRules)
    .values(row)
    .onConflictDoUpdate({
      target: [releaseRules.networkId, releaseRules.id],
      set: { releasedToAudienceId, hoursBefore, tariffId: tariffId ?? null },
    });
  await tx
    .delete(releaseRuleWindows)
    .where(and(eq(releaseRuleWindows.networkId, networkId), eq(releaseRuleWindows.ruleId, id)));
  await tx
    .insert(releaseRuleWindows)
    .values(windowIds.map((windowId) => ({ networkId, siteId, ruleId: id, windowId })));
}

/** False: the site has no such rule. */
export async function deleteReleaseRule(tx: Tx, networkId: string, siteId: string, id: string): Promise<boolean> {
  const rows = await tx
    .delete(releaseRules)
    .where(and(eq(releaseRules.networkId, networkId), eq(releaseRules.siteId, siteId), eq(releaseRules.id, id)))
    .returning({ id: releaseRules.id });
  return rows.length === 1;
}

export async function putWindowShare(
  tx: Tx,
  row: typeof windowShares.$inferInsert,
  windowIds: readonly string[],
): Promise<void> {
  const { networkId, siteId, id, structureId, tariffId } = row;
  await tx
    .insert(windowShares)
    .values(row)
    .onConflictDoUpdate({
      target: [windowShares.networkId, windowShares.id],
      set: { structureId, tariffId: tariffId ?? null },
    });
  await tx
    .delete(windowShareWindows)
    .where(and(eq(windowShareWindows.networkId, networkId), eq(windowShareWindows.shareId, id)));
  await tx
    .insert(windowShareWindows)
    .values(windowIds.map((windowId) => ({ networkId, siteId, shareId: id, windowId })));
}

export async function deleteWindowShare(tx: Tx, networkId: string, siteId: string, id: string): Promise<boolean> {
  const rows = await tx
    .delete(windowShares)
    .where(and(eq(windowShares.networkId, networkId), eq(windowShares.siteId, siteId), eq(windowShares.id, id)))
    .returning({ id: windowShares.id });
  return rows.length === 1;
}

/** At which site a rule, a share or an agreement is; null: there is none of this id. */
export async function findSiteOfSharing(
  tx: Tx,
  networkId: string,
  what: 'release' | 'share' | 'agreement',
  id: string,
): Promise<string | null> {
  const table = { release: releaseRules, share: windowShares, agreement: standingAgreements }[what];
  const [row] = await tx
    .select({ siteId: table.siteId })
    .from(table)
    .where(and(eq(table.networkId, networkId), eq(table.id, id)));
  return row?.siteId ?? null;
}

// --- standing agreements ------------------------------------------------------------------------------------------------

const partners = alias(hostStructures, 'partners');

/** Agreements with their windows and spaces: of some sites, of some structures on either side, or some by id. By first day. */
export async function listAgreements(
  tx: Tx,
  networkId: string,
  of: {
    readonly siteIds?: readonly string[];
    readonly structureIds?: readonly string[];
    readonly ids?: readonly string[];
  },
) {
  const { siteIds, structureIds, ids } = of;
  const rows = await tx
    .select({
      agreement: standingAgreements,
      hostName: hostStructures.name,
      partnerName: partners.name,
      siteSlug: sites.slug,
      siteName: sites.name,
      timeZone: sites.timeZone,
      tariffName: tariffs.name,
    })
    .from(standingAgreements)
    .innerJoin(
      hostStructures,
      and(
        eq(hostStructures.networkId, standingAgreements.networkId),
        eq(hostStructures.id, standingAgreements.hostStructureId),
      ),
    )
    .innerJoin(
      partners,
      and(eq(partners.networkId, standingAgreements.networkId), eq(partners.id, standingAgreements.partnerStructureId)),
    )
    .innerJoin(sites, and(eq(sites.networkId, standingAgreements.networkId), eq(sites.id, standingAgreements.siteId)))
    .leftJoin(
      tariffs,
      and(eq(tariffs.networkId, standingAgreements.networkId), eq(tariffs.id, standingAgreements.tariffId)),
    )
    .where(
      and(
        eq(standingAgreements.networkId, networkId),
        siteIds === undefined ? undefined : inArray(standingAgreements.siteId, [...siteIds]),
        structureIds === undefined
          ? undefined
          : or(
              inArray(standingAgreements.hostStructureId, [...structureIds]),
              inArray(standingAgreements.partnerStructureId, [...structureIds]),
            ),
        ids === undefined ? undefined : inArray(standingAgreements.id, [...ids]),
      ),
    )
    .orderBy(asc(standingAgreements.validFrom), asc(standingAgreements.id));
  const found = rows.map(({ agreement }) => agreement.id);
  if (found.length === 0) return [];
  const [windowRows, spaceRows] = await Promise.all([
    tx
      .select({ window: agreementWindows, audience: audiences.code })
      .from(agreementWindows)
      .innerJoin(
        audiences,
        and(eq(audiences.networkId, agreementWindows.networkId), eq(audiences.id, agreementWindows.audienceId)),
      )
      .where(and(eq(agreementWindows.networkId, networkId), inArray(agreementWindows.agreementId, found)))
      .orderBy(asc(agreementWindows.position), asc(agreementWindows.id)),
    tx
      .select({ agreementId: agreementSpaces.agreementId, spaceId: spaces.id, name: spaces.name })
      .from(agreementSpaces)
      .innerJoin(spaces, and(eq(spaces.networkId, agreementSpaces.networkId), eq(spaces.id, agreementSpaces.spaceId)))
      .where(and(eq(agreementSpaces.networkId, networkId), inArray(agreementSpaces.agreementId, found)))
      .orderBy(asc(spaces.position), asc(spaces.id)),
  ]);
  const windowsOf = Map.groupBy(windowRows, ({ window }) => window.agreementId);
  const spacesOf = Map.groupBy(spaceRows, ({ agreementId }) => agreementId);
  return rows.map(({ agreement, ...names }) => ({
    ...agreement,
    ...names,
    windows: (windowsOf.get(agreement.id) ?? []).map(({ window, audience }) => ({ ...window, audience })),
    spaces: (spacesOf.get(agreement.id) ?? []).map(({ spaceId, name }) => ({ id: spaceId, name })),
  }));
}

export type AgreementRecord = Awaited<ReturnType<typeof listAgreements>>[number];

export async function findAgreement(tx: Tx, networkId: string, id: string): Promise<AgreementRecord | null> {
  const [row] = await listAgreements(tx, networkId, { ids: [id] });
  return row ?? null;
}

/** Writes what is proposed as a whole: the agreement, its spaces and its windows. */
export async function putAgreement(
  tx: Tx,
  row: typeof standingAgreements.$inferInsert,
  spaceIds: readonly string[],
  windows: readonly Omit<typeof agreementWindows.$inferInsert, 'networkId' | 'siteId' | 'agreementId'>[],
): Promise<void> {
  const { networkId, siteId, id } = row;
  const { networkId: _, id: __, createdAt: ___, ...changes } = row;
  await tx
    .insert(standingAgreements)
    .values(row)
    .onConflictDoUpdate({ target: [standingAgreements.networkId, standingAgreements.id], set: changes });
  await tx
    .delete(agreementSpaces)
    .where(and(eq(agreementSpaces.networkId, networkId), eq(agreementSpaces.agreementId, id)));
  await tx
    .delete(agreementWindows)
    .where(and(eq(agreementWindows.networkId, networkId), eq(agreementWindows.agreementId, id)));
  const base = { networkId, siteId, agreementId: id };
  await tx.insert(agreementSpaces).values([...new Set(spaceIds)].map((spaceId) => ({ ...base, spaceId })));
  await tx.insert(agreementWindows).values(windows.map((window) => ({ ...window, ...base })));
}

export async function updateAgreement(
  tx: Tx,
  networkId: string,
  id: string,
  changes: Partial<typeof standingAgreements.$inferInsert>,
): Promise<void> {
  await tx
    .update(standingAgreements)
    .set(changes)
    .where(and(eq(standingAgreements.networkId, networkId), eq(standingAgreements.id, id)));
}

/** Ids of windows that are somebody else's already. */
export async function findTakenAgreementWindows(
  tx: Tx,
  networkId: string,
  agreementId: string,
  ids: readonly string[],
): Promise<string[]> {
  const rows = await tx
    .select({ id: agreementWindows.id, agreementId: agreementWindows.agreementId })
    .from(agreementWindows)
    .where(and(eq(agreementWindows.networkId, networkId), inArray(agreementWindows.id, [...ids])));
  return rows.filter((row) => row.agreementId !== agreementId).map(({ id }) => id);
}

/** Shares that structures hold in others' windows, with the windows' place. */
export async function listSharesOfPartners(tx: Tx, networkId: string, structureIds: readonly string[]) {
  return tx
    .select({
      id: windowShares.id,
      structureId: windowShares.structureId,
      tariffId: windowShares.tariffId,
      siteId: windowShares.siteId,
      siteSlug: sites.slug,
      siteName: sites.name,
      timeZone: sites.timeZone,
      hostStructureId: sites.structureId,
      hostName: hostStructures.name,
      tariffName: tariffs.name,
    })
    .from(windowShares)
    .innerJoin(sites, and(eq(sites.networkId, windowShares.networkId), eq(sites.id, windowShares.siteId)))
    .innerJoin(
      hostStructures,
      and(eq(hostStructures.networkId, sites.networkId), eq(hostStructures.id, sites.structureId)),
    )
    .leftJoin(tariffs, and(eq(tariffs.networkId, windowShares.networkId), eq(tariffs.id, windowShares.tariffId)))
    .where(and(eq(windowShares.networkId, networkId), inArray(windowShares.structureId, [...structureIds])))
    .orderBy(asc(sites.name), asc(windowShares.id));
}

// --- structures, their staff and their public ---------------------------------------------------------------------------

export async function listStructureNames(tx: Tx, networkId: string, ids?: readonly string[]) {
  return tx
    .select({ id: hostStructures.id, name: hostStructures.name })
    .from(hostStructures)
    .where(
      and(
        eq(hostStructures.networkId, networkId),
        ids === undefined ? undefined : inArray(hostStructures.id, [...ids]),
      ),
    )
    .orderBy(asc(hostStructures.name), asc(hostStructures.id));
}

/** Tariffs of a structure that may be chosen for hours. */
export async function listTariffNames(tx: Tx, networkId: string, structureId: string) {
  return tx
    .select({ id: tariffs.id, name: tariffs.name, currency: tariffs.currency, hourMinor: tariffs.hourMinor })
    .from(tariffs)
    .where(and(eq(tariffs.networkId, networkId), eq(tariffs.structureId, structureId), isNull(tariffs.archivedAt)))
    .orderBy(asc(tariffs.name), asc(tariffs.id));
}

/** Whom to write to at a structure: its hosts who have a login in use. */
export async function listHostContacts(tx: Tx, networkId: string, structureId: string) {
  return tx
    .selectDistinct({ email: accounts.email, locale: accounts.locale, displayName: accounts.displayName })
    .from(roleAssignments)
    .innerJoin(
      accounts,
      and(eq(accounts.networkId, roleAssignments.networkId), eq(accounts.id, roleAssignments.accountId)),
    )
    .where(
      and(
        eq(roleAssignments.networkId, networkId),
        eq(roleAssignments.role, 'host'),
        eq(roleAssignments.structureId, structureId),
        isNull(accounts.disabledAt),
      ),
    )
    .orderBy(asc(accounts.email));
}

/** The public of a structure, by name. */
export async function listPublicOf(tx: Tx, networkId: string, structureId: string, limit: number) {
  return tx
    .select({
      id: members.id,
      displayName: members.displayName,
      email: accounts.email,
      audience: audiences.code,
      structureId: members.homeStructureId,
    })
    .from(members)
    .innerJoin(audiences, and(eq(audiences.networkId, members.networkId), eq(audiences.id, members.audienceId)))
    .leftJoin(accounts, and(eq(accounts.networkId, members.networkId), eq(accounts.id, members.accountId)))
    .where(and(eq(members.networkId, networkId), eq(members.homeStructureId, structureId), eq(members.kind, 'person')))
    .orderBy(asc(members.displayName), asc(members.id))
    .limit(limit);
}

/**
 * Makes a person part of a structure's public, or (null) of nobody's, if they were of `from`. False: they are another's, or there is no
 * such person.
 */
export async function setHomeStructure(
  tx: Tx,
  networkId: string,
  memberId: string,
  change: { readonly from: string | null; readonly to: string | null },
): Promise<boolean> {
  const rows = await tx
    .update(members)
    .set({ homeStructureId: change.to })
    .where(
      and(
        eq(members.networkId, networkId),
        eq(members.id, memberId),
        eq(members.kind, 'person'),
        change.from === null ? isNull(members.homeStructureId) : eq(members.homeStructureId, change.from),
      ),
    )
    .returning({ id: members.id });
  return rows.length === 1;
}

/** The member that a structure's group of an audience is booked for; `row` is added where it has none yet. */
export async function ensureGroupMember(tx: Tx, row: typeof members.$inferInsert & { homeStructureId: string }) {
  await tx
    .insert(members)
    .values({ ...row, kind: 'group', accountId: null })
    .onConflictDoNothing();
  const [found] = await tx
    .select()
    .from(members)
    .where(
      and(
        eq(members.networkId, row.networkId),
        eq(members.homeStructureId, row.homeStructureId),
        eq(members.audienceId, row.audienceId),
        eq(members.kind, 'group'),
      ),
    );
  if (found === undefined) throw new Error('The group of a structure was added and is not there.');
  return found;
}

// --- what partners use --------------------------------------------------------------------------------------------------

const USED = ['confirmed', 'checked_in', 'completed', 'no_show'] as const;

/** Bookings by agreement and by partner, as far as they take place in `window`: what they use of what they hold. */
export async function listPartnerUse(
  tx: Tx,
  networkId: string,
  of: { readonly siteId?: string; readonly structureIds?: readonly string[] },
  window: Window,
) {
  return tx
    .select({
      id: bookings.id,
      siteId: bookings.siteId,
      spaceId: bookings.spaceId,
      partnerStructureId: bookings.partnerStructureId,
      agreementId: bookings.agreementId,
      startsAt: bookings.startsAt,
      endsAt: bookings.endsAt,
      seats: bookings.seats,
      status: bookings.status,
      currency: bookings.currency,
      priceMinor: bookings.priceMinor,
    })
    .from(bookings)
    .where(
      and(
        eq(bookings.networkId, networkId),
        isNotNull(bookings.partnerStructureId),
        of.siteId === undefined ? undefined : eq(bookings.siteId, of.siteId),
        of.structureIds === undefined ? undefined : inArray(bookings.partnerStructureId, [...of.structureIds]),
        takesPlaceIn(window),
        inArray(bookings.status, [...USED]),
      ),
    )
    .orderBy(asc(bookings.startsAt), asc(bookings.id));
}

// --- what hours are used for: the facts of suggestions ------------------------------------------------------------------

/** Bookings of a site in `window` that took place or were paid for. Held, cancelled and expired ones say nothing of use. */
export async function listBookedTimes(tx: Tx, networkId: string, siteId: string, window: Window) {
  return tx
    .select({
      spaceId: bookings.spaceId,
      audience: audiences.code,
      memberId: bookings.memberId,
      seats: bookings.seats,
      startsAt: bookings.startsAt,
      endsAt: bookings.endsAt,
      currency: bookings.currency,
      priceMinor: bookings.priceMinor,
    })
    .from(bookings)
    .innerJoin(audiences, and(eq(audiences.networkId, bookings.networkId), eq(audiences.id, bookings.audienceId)))
    .where(
      and(
        eq(bookings.networkId, networkId),
        eq(bookings.siteId, siteId),
        takesPlaceIn(window),
        eq(audiences.isStaff, false),
        or(
          inArray(bookings.status, ['checked_in', 'completed']),
          and(inArray(bookings.status, ['confirmed', 'no_show']), sql`${bookings.priceMinor} > 0`),
        ),
      ),
    )
    .orderBy(asc(bookings.startsAt), asc(bookings.id));
}

/**
 * Hours (of the absolute clock) of `window` in which sensors of a space saw somebody: motion, or people counted. One row an hour at
 * most, whatever the number of readings.
 */
export async function listSensedHours(tx: Tx, networkId: string, siteId: string, window: Window) {
  const hour = sql<string>`date_trunc('hour', ${occupancyReadings.measuredAt})`;
  const rows = await tx
    .select({ spaceId: occupancyReadings.spaceId, at: sql<number>`extract(epoch from ${hour})::float8 * 1000` })
    .from(occupancyReadings)
    .where(
      and(
        eq(occupancyReadings.networkId, networkId),
        eq(occupancyReadings.siteId, siteId),
        inArray(occupancyReadings.kind, ['motion', 'people']),
        gte(occupancyReadings.measuredAt, window.from),
        lt(occupancyReadings.measuredAt, window.until),
        isNotNull(occupancyReadings.spaceId),
      ),
    )
    .groupBy(occupancyReadings.spaceId, hour)
    .having(sql`max(${occupancyReadings.value}) > 0`);
  return rows.flatMap(({ spaceId, at }) => (spaceId === null ? [] : [{ spaceId, at: Number(at) }]));
}

/**
 * Hours of `window` in which somebody who is no staff came in by the door of a single space. Journals of doors are kept for three months,
 * so older arrivals are known by the bookings alone.
 */
export async function listArrivalHours(tx: Tx, networkId: string, siteId: string, window: Window) {
  const hour = sql<string>`date_trunc('hour', ${accessEvents.occurredAt})`;
  const rows = await tx
    .select({
      spaceId: sql<string>`min(${doorSpaces.spaceId}::text)`,
      at: sql<number>`extract(epoch from ${hour})::float8 * 1000`,
    })
    .from(accessEvents)
    .innerJoin(doors, and(eq(doors.networkId, accessEvents.networkId), eq(doors.id, accessEvents.doorId)))
    .innerJoin(doorSpaces, and(eq(doorSpaces.networkId, doors.networkId), eq(doorSpaces.doorId, doors.id)))
    .where(
      and(
        eq(accessEvents.networkId, networkId),
        eq(accessEvents.siteId, siteId),
        gte(accessEvents.occurredAt, window.from),
        lt(accessEvents.occurredAt, window.until),
        eq(accessEvents.kind, 'access'),
        eq(accessEvents.isGranted, true),
        isNotNull(accessEvents.bookingId),
        eq(doors.isEntrance, false),
      ),
    )
    .groupBy(doors.id, hour)
    .having(eq(count(sql`distinct ${doorSpaces.spaceId}`), 1));
  return rows.map(({ spaceId, at }) => ({ spaceId, at: Number(at) }));
}

/** Sites whose hours change with the clock alone, having rules of release. */
export async function listSitesWithReleases(tx: Tx, networkId: string) {
  const rows = await tx
    .selectDistinct({ siteId: releaseRules.siteId })
    .from(releaseRules)
    .where(eq(releaseRules.networkId, networkId))
    .orderBy(asc(releaseRules.siteId));
  return rows.map(({ siteId }) => siteId);
}
