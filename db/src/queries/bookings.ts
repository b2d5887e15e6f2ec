import type { BookingStatus, Instant, Window } from '@mitoyen/domain';
import { and, asc, count, desc, eq, getTableColumns, gt, inArray, isNull, lt, lte, ne, sql } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import { preparedQuery } from '../prepared.ts';
import {
  accounts,
  audiences,
  bookingSeries,
  bookings,
  credentials,
  hostStructures,
  idempotencyKeys,
  instantToSql,
  members,
  resources,
  sites,
  spaces,
  tariffs,
  windowToSql,
} from '../schema/index.ts';
import { takesPlaceIn } from './reach.ts';
import { hoursLock } from './schedule.ts';

const selectBookableResource = (db: Tx) =>
  db
    .select({
      id: resources.id,
      name: resources.name,
      kind: resources.kind,
      siteId: resources.siteId,
      siteSlug: sites.slug,
      siteName: sites.name,
      siteCommune: sites.commune,
      structureId: sites.structureId,
      timeZone: sites.timeZone,
      scheduleRevision: sites.scheduleRevision,
      capacity: resources.capacity,
      spaceId: resources.spaceId,
      spaceName: spaces.name,
      handoverMinutes: spaces.handoverMinutes,
      bufferBeforeMinutes: resources.bufferBeforeMinutes,
      bufferAfterMinutes: resources.bufferAfterMinutes,
      tariffId: resources.tariffId,
      currency: tariffs.currency,
      hourMinor: tariffs.hourMinor,
      halfDayMinor: tariffs.halfDayMinor,
      dayMinor: tariffs.dayMinor,
      halfDayHours: tariffs.halfDayHours,
      vatKind: tariffs.vatKind,
    })
    .from(resources)
    .innerJoin(spaces, and(eq(spaces.networkId, resources.networkId), eq(spaces.id, resources.spaceId)))
    .innerJoin(sites, and(eq(sites.networkId, resources.networkId), eq(sites.id, resources.siteId)))
    .leftJoin(tariffs, and(eq(tariffs.networkId, resources.networkId), eq(tariffs.id, resources.tariffId)))
    .where(
      and(
        eq(resources.networkId, sql.placeholder('networkId')),
        eq(resources.id, sql.placeholder('resourceId')),
        eq(resources.isActive, true),
      ),
    );

const bookableResourceRows = preparedQuery<
  { networkId: string; resourceId: string },
  Awaited<ReturnType<typeof selectBookableResource>>
>('find_bookable_resource', selectBookableResource);

/** Everything that booking a resource needs to know about it, in one round trip; null when it is not there or not bookable. */
export async function findBookableResource(tx: Tx, networkId: string, resourceId: string) {
  const [row] = await bookableResourceRows(tx, { networkId, resourceId });
  return row ?? null;
}

/**
 * Before anything is read or locked for a booking. Keeps the hours of the site as they are until the end of the transaction: a change of
 * them (`advanceSchedule`) waits, and then sees the booking; whoever comes while one is under way waits for it, and reads the new
 * hours. And lets the bookings of one space follow each other: the exclusion constraints keep the promise without it; but two
 * transactions that insert conflicting rows at once would each wait for the other, and PostgreSQL needs a second (deadlock_timeout) to
 * see that. Does nothing for a resource that is not there.
 */
export async function lockSpaceOfResource(tx: Tx, networkId: string, resourceId: string) {
  await tx.execute(sql`
    select pg_advisory_xact_lock_shared(${hoursLock(sql`${resources.siteId}::text`)}),
      pg_advisory_xact_lock(hashtextextended(${resources.spaceId}::text, 0))
    from ${resources} where ${resources.networkId} = ${networkId} and ${resources.id} = ${resourceId}`);
}

const expireInSpace = preparedQuery<{ networkId: string; spaceId: string; window: string; now: string }, unknown>(
  'expire_holds',
  (db) =>
    db
      .update(bookings)
      .set({ status: 'expired', holdExpiresAt: null })
      .where(
        and(
          eq(bookings.networkId, sql.placeholder('networkId')),
          sql`${bookings.siteId} = (select s.site_id from spaces s where s.network_id = ${sql.placeholder('networkId')} and s.id = ${sql.placeholder('spaceId')})`,
          eq(bookings.status, 'held'),
          lte(bookings.holdExpiresAt, sql.placeholder('now')),
          sql`(${bookings.spaceHold} && ${sql.placeholder('window')}::tstzrange or ${bookings.occupied} && ${sql.placeholder('window')}::tstzrange)`,
        ),
      ),
);

/**
 * Frees what was put aside too long ago at the site of a space, so that it does not stand in the way of the next booking: in other spaces
 * too, for people there count towards what the building may hold, and publics may exclude each other from the whole site.
 */
export async function expireHolds(tx: Tx, networkId: string, spaceId: string, window: Window, now: Instant) {
  await expireInSpace(tx, { networkId, spaceId, window: windowToSql(window), now: instantToSql(now) });
}

/** The same for the whole network; run by a job. Returns how many. */
export async function expireAllHolds(tx: Tx, networkId: string, now: Instant): Promise<number> {
  const rows = await tx
    .update(bookings)
    .set({ status: 'expired', holdExpiresAt: null })
    .where(and(eq(bookings.networkId, networkId), eq(bookings.status, 'held'), lte(bookings.holdExpiresAt, now)))
    .returning({ id: bookings.id });
  return rows.length;
}

/** Bookings that ended: checked in becomes completed, confirmed and never checked in becomes a no-show. Run by a job. */
export async function closeEndedBookings(tx: Tx, networkId: string, now: Instant) {
  await tx
    .update(bookings)
    .set({ status: sql`case when ${bookings.status} = 'checked_in' then 'completed' else 'no_show' end` })
    .where(
      and(
        eq(bookings.networkId, networkId),
        inArray(bookings.status, ['confirmed', 'checked_in']),
        lte(bookings.endsAt, now),
      ),
    );
}

type NewBooking = typeof bookings.$inferInsert;

const insertOne = preparedQuery<NewBooking, unknown>('insert_booking', (db) => {
  const placeholders = Object.keys(getTableColumns(bookings)).map((column) => [column, sql.placeholder(column)]);
  return db.insert(bookings).values(Object.fromEntries(placeholders));
});

/** Adds a booking. An active one meets the exclusion constraints. */
export async function insertBooking(tx: Tx, booking: NewBooking) {
  await insertOne(tx, {
    isStaffUse: false,
    siteAxis: '',
    siteClass: '',
    seats: 1,
    isShared: false,
    partnerStructureId: null,
    keptOutsideHours: false,
    agreementId: null,
    seriesId: null,
    seriesDate: null,
    waitlistEntryId: null,
    releasedAt: null,
    holdExpiresAt: null,
    revision: 0,
    confirmedAt: null,
    checkedInAt: null,
    cancelledAt: null,
    isDemo: false,
    ...booking,
  });
}

/** Changes a booking if it still is at `revision`; false otherwise. Active statuses meet the constraints again. */
export async function updateBooking(
  tx: Tx,
  networkId: string,
  id: string,
  revision: number,
  changes: Partial<typeof bookings.$inferInsert>,
): Promise<boolean> {
  const rows = await tx
    .update(bookings)
    .set(changes)
    .where(and(eq(bookings.networkId, networkId), eq(bookings.id, id), eq(bookings.revision, revision)))
    .returning({ id: bookings.id });
  return rows.length === 1;
}

const heldCountRows = preparedQuery<{ networkId: string; memberId: string; now: string }, { count: number }[]>(
  'count_held',
  (db) =>
    db
      .select({ count: count() })
      .from(bookings)
      .where(
        and(
          eq(bookings.networkId, sql.placeholder('networkId')),
          eq(bookings.memberId, sql.placeholder('memberId')),
          eq(bookings.status, 'held'),
          // What is offered to somebody who waited is not of their own doing.
          isNull(bookings.waitlistEntryId),
          gt(bookings.holdExpiresAt, sql.placeholder('now')),
        ),
      ),
);

/** How many times a member has put aside and not yet lost. */
export async function countHeld(tx: Tx, networkId: string, memberId: string, now: Instant): Promise<number> {
  const [row] = await heldCountRows(tx, { networkId, memberId, now: instantToSql(now) });
  return row?.count ?? 0;
}

const bookingColumns = {
  id: bookings.id,
  reference: bookings.reference,
  status: bookings.status,
  startsAt: bookings.startsAt,
  endsAt: bookings.endsAt,
  holdExpiresAt: bookings.holdExpiresAt,
  currency: bookings.currency,
  priceMinor: bookings.priceMinor,
  quote: bookings.quote,
  revision: bookings.revision,
  createdAt: bookings.createdAt,
  checkedInAt: bookings.checkedInAt,
  seriesId: bookings.seriesId,
  seriesDate: bookings.seriesDate,
  seriesStartsAtMinute: bookingSeries.startsAtMinute,
  waitlistEntryId: bookings.waitlistEntryId,
  audienceId: bookings.audienceId,
  audience: audiences.code,
  audienceClass: bookings.audienceClass,
  seats: bookings.seats,
  memberId: bookings.memberId,
  memberName: members.displayName,
  memberBirthDate: members.birthDate,
  memberAccountId: members.accountId,
  memberKind: members.kind,
  /** Booked by a partner structure for its public, or in hours agreed with it. */
  partnerStructureId: bookings.partnerStructureId,
  partnerName: hostStructures.name,
  agreementId: bookings.agreementId,
  namesVisibleTo: audiences.namesVisibleTo,
  resourceId: bookings.resourceId,
  resourceName: resources.name,
  resourceKind: resources.kind,
  spaceId: bookings.spaceId,
  spaceName: spaces.name,
  siteId: bookings.siteId,
  siteSlug: sites.slug,
  siteName: sites.name,
  siteCommune: sites.commune,
  timeZone: sites.timeZone,
  structureId: sites.structureId,
};

export type BookingRecord = NonNullable<Awaited<ReturnType<typeof findBooking>>>;

const selectBookings = (tx: Tx) =>
  tx
    .select(bookingColumns)
    .from(bookings)
    .innerJoin(members, and(eq(members.networkId, bookings.networkId), eq(members.id, bookings.memberId)))
    .innerJoin(audiences, and(eq(audiences.networkId, bookings.networkId), eq(audiences.id, bookings.audienceId)))
    .innerJoin(resources, and(eq(resources.networkId, bookings.networkId), eq(resources.id, bookings.resourceId)))
    .innerJoin(spaces, and(eq(spaces.networkId, bookings.networkId), eq(spaces.id, bookings.spaceId)))
    .innerJoin(sites, and(eq(sites.networkId, bookings.networkId), eq(sites.id, bookings.siteId)))
    .leftJoin(
      bookingSeries,
      and(eq(bookingSeries.networkId, bookings.networkId), eq(bookingSeries.id, bookings.seriesId)),
    )
    .leftJoin(
      hostStructures,
      and(eq(hostStructures.networkId, bookings.networkId), eq(hostStructures.id, bookings.partnerStructureId)),
    );

export async function findBooking(tx: Tx, networkId: string, id: string) {
  const [row] = await selectBookings(tx).where(and(eq(bookings.networkId, networkId), eq(bookings.id, id)));
  return row ?? null;
}

/** Locks the row of a booking until the end of the transaction; read it after. */
export async function lockBooking(tx: Tx, networkId: string, id: string) {
  await tx.execute(
    sql`select 1 from ${bookings} where ${bookings.networkId} = ${networkId} and ${bookings.id} = ${id} for no key update`,
  );
}

/** The bookings of a member, and of the minors whom they answer for: what is to come soonest first, what is past latest first. Holds that ran out are left out. */
export async function listBookingsOfMember(
  tx: Tx,
  networkId: string,
  memberIds: readonly string[],
  scope: 'upcoming' | 'past',
  now: Instant,
  page: { limit: number; offset: number },
  { nextOfSeries = false }: { nextOfSeries?: boolean } = {},
) {
  // Of thirty dates of one series only the next is shown.
  const isNext = sql`(${bookings.seriesId} is null or not exists (
    select 1 from bookings earlier
    where earlier.network_id = ${networkId} and earlier.series_id = ${bookings.seriesId}
      and earlier.status in ('held', 'confirmed', 'checked_in') and earlier.ends_at > ${new Date(now).toISOString()}::timestamptz
      and (earlier.starts_at, earlier.id) < (${bookings.startsAt}, ${bookings.id})))`;
  const where = and(
    nextOfSeries && scope === 'upcoming' ? isNext : undefined,
    eq(bookings.networkId, networkId),
    inArray(bookings.memberId, [...memberIds]),
    ne(bookings.status, 'expired'),
    scope === 'upcoming'
      ? and(
          gt(bookings.endsAt, now),
          inArray(bookings.status, ['held', 'confirmed', 'checked_in']),
          sql`(${bookings.holdExpiresAt} is null or ${bookings.holdExpiresAt} > ${new Date(now).toISOString()}::timestamptz)`,
        )
      : sql`not (${gt(bookings.endsAt, now)} and ${inArray(bookings.status, ['held', 'confirmed', 'checked_in'])})`,
  );
  const [rows, [total]] = await Promise.all([
    selectBookings(tx)
      .where(where)
      .orderBy(scope === 'upcoming' ? asc(bookings.startsAt) : desc(bookings.startsAt), asc(bookings.id))
      .limit(page.limit)
      .offset(page.offset),
    tx.select({ count: count() }).from(bookings).where(where),
  ]);
  return { rows, total: total?.count ?? 0 };
}

/** Bookings of a site that meet `window`, by start; cancelled and expired ones left out unless asked for. */
export async function listBookingsOfSite(
  tx: Tx,
  networkId: string,
  siteId: string,
  window: Window,
  statuses: readonly BookingStatus[],
) {
  return selectBookings(tx)
    .where(
      and(
        eq(bookings.networkId, networkId),
        eq(bookings.siteId, siteId),
        takesPlaceIn(window),
        inArray(bookings.status, [...statuses]),
      ),
    )
    .orderBy(asc(bookings.startsAt), asc(bookings.id));
}

/** The PIN of a booking, still sealed. */
export async function findPin(tx: Tx, networkId: string, bookingId: string) {
  const [row] = await tx
    .select({ id: credentials.id, valueSealed: credentials.valueSealed })
    .from(credentials)
    .where(
      and(
        eq(credentials.networkId, networkId),
        eq(credentials.bookingId, bookingId),
        eq(credentials.kind, 'pin'),
        sql`${credentials.revokedAt} is null`,
      ),
    );
  return row ?? null;
}

/** Whether a PIN already opens something at the site in this time. */
export async function isPinTaken(tx: Tx, networkId: string, siteId: string, lookupHash: string, window: Window) {
  const [row] = await tx
    .select({ id: credentials.id })
    .from(credentials)
    .where(
      and(
        eq(credentials.networkId, networkId),
        eq(credentials.kind, 'pin'),
        eq(credentials.siteId, siteId),
        eq(credentials.lookupHash, lookupHash),
        sql`${credentials.revokedAt} is null`,
        sql`${credentials.activeDuring} && ${windowToSql(window)}::tstzrange`,
      ),
    )
    .limit(1);
  return row !== undefined;
}

/** Whom to write to about a booking; null for a member without a login. */
export async function findContactOfMember(tx: Tx, networkId: string, memberId: string) {
  const [row] = await tx
    .select({ email: accounts.email, locale: accounts.locale, displayName: members.displayName })
    .from(members)
    .innerJoin(accounts, and(eq(accounts.networkId, networkId), eq(accounts.id, members.accountId)))
    .where(and(eq(members.networkId, networkId), eq(members.id, memberId)));
  return row ?? null;
}

/**
 * First arrival through a door: confirmed becomes checked in, and what had been taken for a no-show (the place had no connection)
 * completed. False when it was so already, never can be, or is another site's.
 */
export async function checkInBooking(
  tx: Tx,
  { networkId, siteId }: { networkId: string; siteId: string },
  id: string,
  at: Instant,
): Promise<boolean> {
  const rows = await tx
    .update(bookings)
    .set({
      status: sql`case when ${bookings.status} = 'no_show' then 'completed' else 'checked_in' end`,
      checkedInAt: at,
    })
    .where(
      and(
        eq(bookings.networkId, networkId),
        eq(bookings.siteId, siteId),
        eq(bookings.id, id),
        inArray(bookings.status, ['confirmed', 'no_show']),
      ),
    )
    .returning({ id: bookings.id });
  return rows.length === 1;
}

// --- idempotency --------------------------------------------------------------------------------------------------------

/**
 * Takes the key for this transaction: null when it is new. A request with the same key that is still under way is waited for (the
 * primary key makes the insert wait); its row is returned when it committed, and the key is ours when it rolled back.
 */
export async function claimIdempotencyKey(tx: Tx, row: Omit<typeof idempotencyKeys.$inferInsert, 'responseSealed'>) {
  const inserted = await tx
    .insert(idempotencyKeys)
    .values(row)
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (inserted.length === 1) return null;
  const [found] = await tx
    .select({ requestHash: idempotencyKeys.requestHash, responseSealed: idempotencyKeys.responseSealed })
    .from(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.networkId, row.networkId),
        eq(idempotencyKeys.scope, row.scope),
        eq(idempotencyKeys.key, row.key),
      ),
    );
  return found ?? null;
}

export async function storeIdempotentResponse(
  tx: Tx,
  row: { networkId: string; scope: string; key: string; responseSealed: string },
) {
  await tx
    .update(idempotencyKeys)
    .set({ responseSealed: row.responseSealed })
    .where(
      and(
        eq(idempotencyKeys.networkId, row.networkId),
        eq(idempotencyKeys.scope, row.scope),
        eq(idempotencyKeys.key, row.key),
      ),
    );
}

export async function purgeIdempotencyKeys(tx: Tx, networkId: string, before: Instant) {
  await tx
    .delete(idempotencyKeys)
    .where(and(eq(idempotencyKeys.networkId, networkId), lt(idempotencyKeys.createdAt, before)));
}
