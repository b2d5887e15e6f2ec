import type { Instant, LocalDate, Window } from '@mitoyen/domain';
import { and, asc, count, eq, gt, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import {
  audiences,
  bookingSeries,
  bookings,
  credentials,
  instantToSql,
  members,
  resources,
  sites,
  spaces,
  windowToSql,
} from '../schema/index.ts';

const HOUR_MS = 3_600_000;
/** How far a booking that meets a window may begin before it, and a hold reach after: the checks of the table `bookings`. */
const LONGEST_MS = 25 * HOUR_MS;
const WIDEST_MARGIN_MS = 8 * HOUR_MS;

/** A PostgreSQL array of instants as text: the driver would want to know the type of an array. */
const arrayOf = (instants: readonly string[]): string => `{${instants.join(',')}}`;

export type NewSeries = typeof bookingSeries.$inferInsert;

export async function insertSeries(tx: Tx, series: NewSeries) {
  await tx.insert(bookingSeries).values(series);
}

/** Adds all bookings of a series in one statement. Each active one meets the exclusion constraints; one refused is none added. */
export async function insertBookings(tx: Tx, rows: readonly (typeof bookings.$inferInsert)[]) {
  await tx.insert(bookings).values([...rows]);
}

export async function insertCredentials(tx: Tx, rows: readonly (typeof credentials.$inferInsert)[]) {
  await tx.insert(credentials).values([...rows]);
}

export type SeriesRecord = NonNullable<Awaited<ReturnType<typeof findSeries>>>;

const selectSeries = (tx: Tx) =>
  tx
    .select({
      id: bookingSeries.id,
      rrule: bookingSeries.rrule,
      startsOn: bookingSeries.startsOn,
      startsAtMinute: bookingSeries.startsAtMinute,
      durationMinutes: bookingSeries.durationMinutes,
      timeZone: bookingSeries.timeZone,
      exdates: bookingSeries.exdates,
      continuesId: bookingSeries.continuesId,
      createdBy: bookingSeries.createdBy,
      revision: bookingSeries.revision,
      createdAt: bookingSeries.createdAt,
      cancelledAt: bookingSeries.cancelledAt,
      isDemo: bookingSeries.isDemo,
      seats: bookingSeries.seats,
      memberId: bookingSeries.memberId,
      memberName: members.displayName,
      audienceId: bookingSeries.audienceId,
      audience: audiences.code,
      resourceId: bookingSeries.resourceId,
      resourceName: resources.name,
      resourceKind: resources.kind,
      spaceId: bookingSeries.spaceId,
      spaceName: spaces.name,
      siteId: bookingSeries.siteId,
      siteSlug: sites.slug,
      siteName: sites.name,
      siteCommune: sites.commune,
      structureId: sites.structureId,
    })
    .from(bookingSeries)
    .innerJoin(members, and(eq(members.networkId, bookingSeries.networkId), eq(members.id, bookingSeries.memberId)))
    .innerJoin(
      audiences,
      and(eq(audiences.networkId, bookingSeries.networkId), eq(audiences.id, bookingSeries.audienceId)),
    )
    .innerJoin(
      resources,
      and(eq(resources.networkId, bookingSeries.networkId), eq(resources.id, bookingSeries.resourceId)),
    )
    .innerJoin(spaces, and(eq(spaces.networkId, bookingSeries.networkId), eq(spaces.id, bookingSeries.spaceId)))
    .innerJoin(sites, and(eq(sites.networkId, bookingSeries.networkId), eq(sites.id, bookingSeries.siteId)));

export async function findSeries(tx: Tx, networkId: string, id: string) {
  const [row] = await selectSeries(tx).where(and(eq(bookingSeries.networkId, networkId), eq(bookingSeries.id, id)));
  return row ?? null;
}

/** Lets changes of one series follow each other until the end of the transaction; read it after. */
export async function lockSeries(tx: Tx, networkId: string, id: string) {
  await tx.execute(
    sql`select 1 from ${bookingSeries} where ${bookingSeries.networkId} = ${networkId} and ${bookingSeries.id} = ${id} for no key update`,
  );
}

export async function updateSeries(tx: Tx, networkId: string, id: string, changes: Partial<NewSeries>) {
  await tx
    .update(bookingSeries)
    .set(changes)
    .where(and(eq(bookingSeries.networkId, networkId), eq(bookingSeries.id, id)));
}

/** The bookings of a series by the dates that its rule gave, those given back included. */
export async function listOccurrences(tx: Tx, networkId: string, seriesId: string) {
  const rows = await tx
    .select({
      bookingId: bookings.id,
      date: bookings.seriesDate,
      status: bookings.status,
      startsAt: bookings.startsAt,
      endsAt: bookings.endsAt,
      resourceId: bookings.resourceId,
      resourceName: resources.name,
      spaceId: bookings.spaceId,
      spaceName: spaces.name,
      currency: bookings.currency,
      priceMinor: bookings.priceMinor,
      revision: bookings.revision,
    })
    .from(bookings)
    .innerJoin(resources, and(eq(resources.networkId, bookings.networkId), eq(resources.id, bookings.resourceId)))
    .innerJoin(spaces, and(eq(spaces.networkId, bookings.networkId), eq(spaces.id, bookings.spaceId)))
    .where(and(eq(bookings.networkId, networkId), eq(bookings.seriesId, seriesId)))
    .orderBy(asc(bookings.seriesDate));
  return rows.map((row) => ({ ...row, date: row.date as LocalDate }));
}

/** How many bookings of series a member has to come: what one person may hold is limited. */
export async function countUpcomingOccurrences(tx: Tx, networkId: string, memberId: string, now: Instant) {
  const [row] = await tx
    .select({ count: count() })
    .from(bookings)
    .where(
      and(
        eq(bookings.networkId, networkId),
        eq(bookings.memberId, memberId),
        isNotNull(bookings.seriesId),
        gt(bookings.startsAt, now),
        inArray(bookings.status, ['held', 'confirmed', 'checked_in']),
      ),
    );
  return row?.count ?? 0;
}

/**
 * What occupies a site in each of many windows, with the index of the window. One statement: an index walk per window reads what is
 * near it, where one over all of the years between them would read every booking of the site.
 */
export async function listBusyInEach(tx: Tx, networkId: string, siteId: string, windows: readonly Window[]) {
  if (windows.length === 0) return [];
  const from = windows.map((window) => instantToSql(window.from - LONGEST_MS - WIDEST_MARGIN_MS));
  const until = windows.map((window) => instantToSql(window.until + WIDEST_MARGIN_MS));
  const near = tx.$with('near').as(
    tx.select({ index: sql<number>`asked.index`.as('index'), id: sql<string>`found.id`.as('found_id') }).from(
      sql`unnest(${arrayOf(from)}::timestamptz[], ${arrayOf(until)}::timestamptz[]) with ordinality as asked (starts, ends, index)
          cross join lateral (
            select b.id from bookings b
            where b.network_id = ${networkId} and b.site_id = ${siteId}
              and b.starts_at > asked.starts and b.starts_at < asked.ends
              and b.status in ('held', 'confirmed', 'checked_in')
            -- Kept apart: a planner that knows little of the table would compare every booking with every window.
            offset 0
          ) as found`,
    ),
  );
  return tx
    .with(near)
    .select({
      index: near.index,
      id: bookings.id,
      siteId: bookings.siteId,
      resourceId: bookings.resourceId,
      spaceId: bookings.spaceId,
      audienceId: bookings.audienceId,
      audienceClass: bookings.audienceClass,
      isStaffUse: bookings.isStaffUse,
      siteAxis: bookings.siteAxis,
      siteClass: bookings.siteClass,
      seats: bookings.seats,
      startsAt: bookings.startsAt,
      endsAt: bookings.endsAt,
      occupied: bookings.occupied,
      spaceHold: bookings.spaceHold,
      status: bookings.status,
      holdExpiresAt: bookings.holdExpiresAt,
    })
    .from(near)
    .innerJoin(bookings, and(eq(bookings.networkId, networkId), eq(bookings.id, near.id)));
}

/** Whether a PIN already opens something at the site in any of these times. */
export async function isPinTakenInAny(
  tx: Tx,
  networkId: string,
  siteId: string,
  lookupHash: string,
  windows: readonly Window[],
) {
  const rows = await tx
    .select({ activeDuring: credentials.activeDuring })
    .from(credentials)
    .where(
      and(
        eq(credentials.networkId, networkId),
        eq(credentials.kind, 'pin'),
        eq(credentials.siteId, siteId),
        eq(credentials.lookupHash, lookupHash),
        isNull(credentials.revokedAt),
      ),
    );
  return rows.some(
    ({ activeDuring }) =>
      activeDuring !== null &&
      windows.some((window) => window.from < activeDuring.until && window.until > activeDuring.from),
  );
}

export interface MovedBooking {
  readonly id: string;
  readonly seriesId: string;
  readonly siteId: string;
  readonly spaceId: string;
  readonly resourceId: string;
  readonly isShared: boolean;
  readonly audienceClass: string;
  readonly siteAxis: string;
  readonly siteClass: string;
  readonly agreementId: string | null;
  readonly partnerStructureId: string | null;
  readonly window: Window;
  readonly occupied: Window;
  readonly spaceHold: Window;
  readonly priceMinor: number;
  readonly currency: string;
  readonly quote: unknown;
}

/** Moves many bookings in one statement; each meets the constraints. */
export async function moveBookings(tx: Tx, networkId: string, moved: readonly MovedBooking[]) {
  const rows = moved.map((booking) => ({
    id: booking.id,
    series_id: booking.seriesId,
    site_id: booking.siteId,
    space_id: booking.spaceId,
    resource_id: booking.resourceId,
    is_shared: booking.isShared,
    audience_class: booking.audienceClass,
    site_axis: booking.siteAxis,
    site_class: booking.siteClass,
    agreement_id: booking.agreementId,
    partner_structure_id: booking.partnerStructureId,
    starts_at: instantToSql(booking.window.from),
    ends_at: instantToSql(booking.window.until),
    occupied: windowToSql(booking.occupied),
    space_hold: windowToSql(booking.spaceHold),
    price_minor: booking.priceMinor,
    currency: booking.currency,
    quote: booking.quote,
  }));
  await tx.execute(sql`
    update bookings b set
      series_id = m.series_id, site_id = m.site_id, space_id = m.space_id, resource_id = m.resource_id, is_shared = m.is_shared,
      audience_class = m.audience_class, site_axis = m.site_axis, site_class = m.site_class, agreement_id = m.agreement_id,
      partner_structure_id = m.partner_structure_id, starts_at = m.starts_at, ends_at = m.ends_at, occupied = m.occupied,
      space_hold = m.space_hold, price_minor = m.price_minor, currency = m.currency, quote = m.quote, kept_outside_hours = false,
      revision = b.revision + 1
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as m (
      id uuid, series_id uuid, site_id uuid, space_id uuid, resource_id uuid, is_shared boolean, audience_class text, site_axis text,
      site_class text, agreement_id uuid, partner_structure_id uuid, starts_at timestamptz, ends_at timestamptz, occupied tstzrange,
      space_hold tstzrange, price_minor integer, currency text, quote jsonb)
    where b.network_id = ${networkId} and b.id = m.id`);
}

/** Bookings of a series from a date on become those of another, where they are. */
export async function handOverOccurrences(
  tx: Tx,
  networkId: string,
  from: { seriesId: string; date: LocalDate },
  toSeriesId: string,
) {
  await tx.execute(sql`
    update bookings set series_id = ${toSeriesId}
    where network_id = ${networkId} and series_id = ${from.seriesId} and series_date >= ${from.date}`);
}

/** Gives many bookings back, and their PINs. */
export async function cancelBookings(tx: Tx, networkId: string, ids: readonly string[], now: Instant) {
  if (ids.length === 0) return;
  await tx
    .update(bookings)
    .set({ status: 'cancelled', holdExpiresAt: null, cancelledAt: now, revision: sql`${bookings.revision} + 1` })
    .where(and(eq(bookings.networkId, networkId), inArray(bookings.id, [...ids])));
  await revokePins(tx, networkId, ids, now);
}

export async function revokePins(tx: Tx, networkId: string, bookingIds: readonly string[], now: Instant) {
  if (bookingIds.length === 0) return;
  await tx
    .update(credentials)
    .set({ revokedAt: now })
    .where(
      and(
        eq(credentials.networkId, networkId),
        inArray(credentials.bookingId, [...bookingIds]),
        eq(credentials.kind, 'pin'),
        isNull(credentials.revokedAt),
      ),
    );
}

/** How many occurrences each of these series has to come. */
export async function countUpcomingBySeries(tx: Tx, networkId: string, seriesIds: readonly string[], now: Instant) {
  if (seriesIds.length === 0) return new Map<string, number>();
  const rows = await tx
    .select({ seriesId: bookings.seriesId, count: count() })
    .from(bookings)
    .where(
      and(
        eq(bookings.networkId, networkId),
        inArray(bookings.seriesId, [...seriesIds]),
        gt(bookings.endsAt, now),
        inArray(bookings.status, ['held', 'confirmed', 'checked_in']),
      ),
    )
    .groupBy(bookings.seriesId);
  return new Map(rows.map((row) => [row.seriesId as string, row.count]));
}
