import type { Instant, Tariff, Window } from '@mitoyen/domain';
import { and, asc, eq, exists, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Tx } from '../database.ts';
import { preparedQuery } from '../prepared.ts';
import {
  audiences,
  bookings,
  closures,
  hostStructures,
  resources,
  sites,
  spaces,
  tariffs,
  windowToSql,
} from '../schema/index.ts';
import { meets } from './reach.ts';

export async function listAudiences(tx: Tx, networkId: string) {
  return tx.select().from(audiences).where(eq(audiences.networkId, networkId)).orderBy(asc(audiences.position));
}

const siteColumns = {
  id: sites.id,
  slug: sites.slug,
  name: sites.name,
  description: sites.description,
  addressLine: sites.addressLine,
  postalCode: sites.postalCode,
  commune: sites.commune,
  inseeCode: sites.inseeCode,
  departement: sites.departement,
  latitude: sites.latitude,
  longitude: sites.longitude,
  timeZone: sites.timeZone,
  schoolZone: sites.schoolZone,
  programmes: sites.programmes,
  scheduleRevision: sites.scheduleRevision,
  buildingCapacity: sites.buildingCapacity,
  isListed: sites.isListed,
  isDemo: sites.isDemo,
  structureId: sites.structureId,
  structureName: hostStructures.name,
  structureLabels: hostStructures.labels,
};

const withStructure = and(eq(hostStructures.networkId, sites.networkId), eq(hostStructures.id, sites.structureId));

export type SiteRecord = Awaited<ReturnType<typeof listSites>>[number];

export interface SiteFilter {
  /** Compared without accents or case, anywhere in name, commune or postal code. */
  readonly text?: string;
  readonly inseeCode?: string;
  readonly structureIds?: readonly string[];
  /** Great-circle distance in kilometres. */
  readonly near?: { readonly latitude: number; readonly longitude: number; readonly withinKm: number };
  readonly resourceKind?: 'desk' | 'room' | 'video' | 'seats';
  /** Only those that are shown to everybody. */
  readonly isListed?: true;
}

/** Kilometres on a sphere of radius 6371 km (haversine): within 0.5 % of the ellipsoid. */
const distanceKm = (latitude: number, longitude: number) => sql<number>`(6371 * 2 * asin(least(1, sqrt(
  power(sin(radians(${sites.latitude} - ${latitude}::float8) / 2), 2) +
  cos(radians(${latitude}::float8)) * cos(radians(${sites.latitude})) * power(sin(radians(${sites.longitude} - ${longitude}::float8) / 2), 2)))))`;

/** Sites, nearest first where a place is given, by name otherwise. At most `limit`. */
export async function listSites(tx: Tx, networkId: string, filter: SiteFilter, limit: number) {
  const { near, text } = filter;
  // A degree of latitude is 111 km; the box lets the index work before the exact distance is computed.
  const box = near && {
    latitude: near.withinKm / 111,
    longitude: near.withinKm / (111 * Math.max(0.01, Math.cos((near.latitude * Math.PI) / 180))),
  };
  const distance = near === undefined ? sql<number | null>`null::float8` : distanceKm(near.latitude, near.longitude);
  return tx
    .select({ ...siteColumns, distanceKm: distance })
    .from(sites)
    .innerJoin(hostStructures, withStructure)
    .where(
      and(
        eq(sites.networkId, networkId),
        text === undefined
          ? undefined
          : sql`${sites.searchText} like ${`%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`}`,
        filter.inseeCode === undefined ? undefined : eq(sites.inseeCode, filter.inseeCode),
        filter.structureIds === undefined ? undefined : inArray(sites.structureId, [...filter.structureIds]),
        near && box
          ? sql`${sites.latitude} between ${near.latitude - box.latitude}::float8 and ${near.latitude + box.latitude}::float8
              and ${sites.longitude} between ${near.longitude - box.longitude}::float8 and ${near.longitude + box.longitude}::float8
              and ${distance} <= ${near.withinKm}::float8`
          : undefined,
        filter.isListed === undefined ? undefined : eq(sites.isListed, true),
        filter.resourceKind === undefined
          ? undefined
          : exists(
              tx
                .select({ one: sql`1` })
                .from(resources)
                .where(
                  and(
                    eq(resources.networkId, networkId),
                    eq(resources.siteId, sites.id),
                    eq(resources.kind, filter.resourceKind),
                    eq(resources.isActive, true),
                  ),
                ),
            ),
      ),
    )
    .orderBy(near === undefined ? asc(sites.name) : asc(distance), asc(sites.id))
    .limit(limit);
}

/** One site by its slug or its id. */
export async function findSite(tx: Tx, networkId: string, by: { slug: string } | { id: string }) {
  const [row] = await tx
    .select(siteColumns)
    .from(sites)
    .innerJoin(hostStructures, withStructure)
    .where(and(eq(sites.networkId, networkId), 'slug' in by ? eq(sites.slug, by.slug) : eq(sites.id, by.id)));
  return row ?? null;
}

/** Communes that have a site, whose name or postal code contains `text`. */
export async function findCommunes(tx: Tx, networkId: string, text: string, limit: number) {
  return tx
    .select({
      name: sites.commune,
      inseeCode: sites.inseeCode,
      departement: sites.departement,
      latitude: sql<number>`avg(${sites.latitude})::float8`,
      longitude: sql<number>`avg(${sites.longitude})::float8`,
      siteCount: sql<number>`count(*)::int`,
    })
    .from(sites)
    .where(
      and(
        eq(sites.networkId, networkId),
        eq(sites.isListed, true),
        sql`${sites.searchText} like ${`%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`}`,
      ),
    )
    .groupBy(sites.commune, sites.inseeCode, sites.departement)
    .orderBy(asc(sites.commune))
    .limit(limit);
}

/** The spaces that these sites offer. */
export async function listSpaces(tx: Tx, networkId: string, siteIds: readonly string[]) {
  return tx
    .select()
    .from(spaces)
    .where(and(eq(spaces.networkId, networkId), inArray(spaces.siteId, [...siteIds]), isNull(spaces.archivedAt)))
    .orderBy(asc(spaces.position), asc(spaces.id));
}

type Resource = typeof resources.$inferSelect;
type TariffRow = typeof tariffs.$inferSelect;

export type ResourceRow = Pick<
  Resource,
  'id' | 'siteId' | 'spaceId' | 'name' | 'kind' | 'capacity' | 'bufferBeforeMinutes' | 'bufferAfterMinutes' | 'tariffId'
> & {
  /** Null for a resource without a tariff. */
  readonly [column in 'currency' | 'hourMinor' | 'halfDayMinor' | 'dayMinor' | 'halfDayHours' | 'vatKind']:
    | TariffRow[column]
    | null;
};

/**
 * Bookable resources with their tariff, in the order in which the place shows them; with `retired` also those that are no longer offered,
 * whose bookings are kept.
 */
export async function listResources(
  tx: Tx,
  networkId: string,
  siteIds: readonly string[],
  { retired = false }: { retired?: boolean } = {},
): Promise<ResourceRow[]> {
  const rows = await tx.execute<ResourceRow & Record<string, unknown>>(sql`
    select ${resources.id}, ${resources.siteId} as "siteId", ${resources.spaceId} as "spaceId", ${resources.name}, ${resources.kind},
      ${resources.capacity}, ${resources.bufferBeforeMinutes} as "bufferBeforeMinutes",
      ${resources.bufferAfterMinutes} as "bufferAfterMinutes", ${resources.tariffId} as "tariffId", ${tariffs.currency},
      ${tariffs.hourMinor} as "hourMinor", ${tariffs.halfDayMinor} as "halfDayMinor", ${tariffs.dayMinor} as "dayMinor",
      ${tariffs.halfDayHours} as "halfDayHours", ${tariffs.vatKind} as "vatKind"
    from ${resources}
    left join ${tariffs} on ${and(eq(tariffs.networkId, resources.networkId), eq(tariffs.id, resources.tariffId))}
    where ${and(
      eq(resources.networkId, networkId),
      sql`${resources.siteId} = any(${`{${siteIds.join(',')}}`}::uuid[])`,
      retired ? undefined : eq(resources.isActive, true),
    )}
    order by ${resources.position}, ${resources.id}`);
  return [...rows];
}

/** A tariff as the domain prices with it; null when it is not there. */
export async function findTariff(tx: Tx, networkId: string, id: string): Promise<Tariff | null> {
  const [row] = await tx
    .select()
    .from(tariffs)
    .where(and(eq(tariffs.networkId, networkId), eq(tariffs.id, id)));
  if (row === undefined) return null;
  const { currency, hourMinor, halfDayMinor, dayMinor, halfDayHours, vatKind } = row;
  return { id, currency, hourMinor, halfDayMinor, dayMinor, halfDayHours, vatKind };
}

type ClosureRow = typeof closures.$inferSelect;

const closuresOfSite = preparedQuery<{ networkId: string; siteId: string; window: string }, ClosureRow[]>(
  'closures_of_site',
  (db) =>
    db
      .select()
      .from(closures)
      .where(
        and(
          eq(closures.networkId, sql.placeholder('networkId')),
          eq(closures.siteId, sql.placeholder('siteId')),
          sql`${closures.during} && ${sql.placeholder('window')}::tstzrange`,
        ),
      )
      .orderBy(asc(closures.id)),
);

/** Closures that meet `window`. */
export async function listClosures(
  tx: Tx,
  networkId: string,
  siteIds: readonly string[],
  window: Window,
): Promise<ClosureRow[]> {
  const [siteId] = siteIds;
  if (siteId !== undefined && siteIds.length === 1) {
    return closuresOfSite(tx, { networkId, siteId, window: windowToSql(window) });
  }
  return tx
    .select()
    .from(closures)
    .where(
      and(
        eq(closures.networkId, networkId),
        inArray(closures.siteId, [...siteIds]),
        sql`${closures.during} && ${windowToSql(window)}::tstzrange`,
      ),
    )
    .orderBy(asc(closures.id));
}

export interface BusyRow {
  readonly siteId: string;
  readonly resourceId: string;
  readonly spaceId: string;
  readonly audienceId: string;
  readonly audienceClass: string;
  readonly isStaffUse: boolean;
  readonly siteAxis: string;
  readonly siteClass: string;
  readonly seats: number;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly occupied: Window;
  readonly spaceHold: Window;
  readonly holdExpiresAt: Instant | null;
}

/** An instant as a number: a search reads hundreds of thousands of them, and parsing their text was most of its time. */
const epochMs = (at: SQL | PgColumn): SQL => sql`(extract(epoch from ${at}) * 1000)::float8`;

/**
 * What occupies the resources of these sites in `window`: active bookings only. The rows are taken as the driver gives them.
 */
export async function listBusy(
  tx: Tx,
  networkId: string,
  siteIds: readonly string[],
  window: Window,
): Promise<BusyRow[]> {
  const { occupied, spaceHold } = bookings;
  const rows = await tx.execute<
    {
      [name in Exclude<keyof BusyRow, 'occupied' | 'spaceHold'>]: BusyRow[name];
    } & { occupiedFrom: number; occupiedUntil: number; holdFrom: number; holdUntil: number }
  >(sql`
    select ${bookings.siteId} as "siteId", ${bookings.resourceId} as "resourceId", ${bookings.spaceId} as "spaceId",
      ${bookings.audienceId} as "audienceId", ${bookings.audienceClass} as "audienceClass", ${bookings.isStaffUse} as "isStaffUse",
      ${bookings.siteAxis} as "siteAxis", ${bookings.siteClass} as "siteClass", ${bookings.seats} as "seats",
      ${epochMs(bookings.startsAt)} as "startsAt", ${epochMs(bookings.endsAt)} as "endsAt",
      ${epochMs(sql`lower(${occupied})`)} as "occupiedFrom", ${epochMs(sql`upper(${occupied})`)} as "occupiedUntil",
      ${epochMs(sql`lower(${spaceHold})`)} as "holdFrom", ${epochMs(sql`upper(${spaceHold})`)} as "holdUntil",
      ${epochMs(bookings.holdExpiresAt)} as "holdExpiresAt"
    from ${bookings}
    where ${and(
      eq(bookings.networkId, networkId),
      sql`${bookings.siteId} = any(${`{${siteIds.join(',')}}`}::uuid[])`,
      meets(window),
      inArray(bookings.status, ['held', 'confirmed', 'checked_in']),
    )}`);
  return rows.map((row) => ({
    siteId: row.siteId,
    resourceId: row.resourceId,
    spaceId: row.spaceId,
    audienceId: row.audienceId,
    audienceClass: row.audienceClass,
    isStaffUse: row.isStaffUse,
    siteAxis: row.siteAxis,
    siteClass: row.siteClass,
    seats: row.seats,
    startsAt: row.startsAt,
    endsAt: row.endsAt,
    occupied: { from: row.occupiedFrom, until: row.occupiedUntil },
    spaceHold: { from: row.holdFrom, until: row.holdUntil },
    holdExpiresAt: row.holdExpiresAt,
  }));
}

export async function insertClosure(tx: Tx, closure: typeof closures.$inferInsert) {
  await tx.insert(closures).values(closure);
}
