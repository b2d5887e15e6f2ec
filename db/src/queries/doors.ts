import type { Instant, Window } from '@mitoyen/domain';
import { and, asc, desc, eq, gt, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import {
  accessEvents,
  bookings,
  bridges,
  commands,
  credentials,
  devices,
  doorSpaces,
  doors,
  grantSnapshots,
  instantToSql,
  members,
  occupancyReadings,
  sites,
  spaces,
} from '../schema/index.ts';
import { meets } from './reach.ts';

/** The doors in use of a site. */
export async function listDoors(tx: Tx, networkId: string, siteId: string) {
  const [rows, links] = await Promise.all([
    tx
      .select()
      .from(doors)
      .where(and(eq(doors.networkId, networkId), eq(doors.siteId, siteId), isNull(doors.archivedAt)))
      .orderBy(asc(doors.position), asc(doors.id)),
    tx
      .select()
      .from(doorSpaces)
      .where(and(eq(doorSpaces.networkId, networkId), eq(doorSpaces.siteId, siteId))),
  ]);
  return rows.map((door) => ({
    ...door,
    spaceIds: links.filter((link) => link.doorId === door.id).map((link) => link.spaceId),
  }));
}

export async function findDoor(tx: Tx, networkId: string, doorId: string) {
  const [row] = await tx
    .select({
      id: doors.id,
      siteId: doors.siteId,
      name: doors.name,
      structureId: sites.structureId,
      siteSlug: sites.slug,
    })
    .from(doors)
    .innerJoin(sites, and(eq(sites.networkId, networkId), eq(sites.id, doors.siteId)))
    .where(and(eq(doors.networkId, networkId), eq(doors.id, doorId)));
  return row ?? null;
}

export async function listDevices(tx: Tx, networkId: string, siteId: string) {
  return tx
    .select()
    .from(devices)
    .where(and(eq(devices.networkId, networkId), eq(devices.siteId, siteId)))
    .orderBy(asc(devices.name), asc(devices.id));
}

/** Sets what a device of the site last said; `state` is merged into what is known. Older reports than the last one change nothing. */
export async function recordDeviceState(
  tx: Tx,
  { networkId, siteId }: { networkId: string; siteId: string },
  deviceId: string,
  report: { at: Instant; state?: Record<string, unknown>; batteryPercent?: number; isOnline?: boolean },
) {
  await tx
    .update(devices)
    .set({
      lastSeenAt: report.at,
      ...(report.state && { state: sql`${devices.state} || ${JSON.stringify(report.state)}::jsonb` }),
      ...(report.batteryPercent !== undefined && { batteryPercent: report.batteryPercent }),
      ...(report.isOnline !== undefined && { isOnline: report.isOnline }),
    })
    .where(
      and(
        eq(devices.networkId, networkId),
        eq(devices.siteId, siteId),
        eq(devices.id, deviceId),
        or(isNull(devices.lastSeenAt), lte(devices.lastSeenAt, report.at)),
      ),
    );
}

// --- bridges ------------------------------------------------------------------------------------------------------------

/** The bridge in service at a site. */
export async function findBridgeOfSite(tx: Tx, networkId: string, siteId: string) {
  const [row] = await tx
    .select()
    .from(bridges)
    .where(and(eq(bridges.networkId, networkId), eq(bridges.siteId, siteId), isNull(bridges.revokedAt)));
  return row ?? null;
}

export async function listBridges(tx: Tx, networkId: string) {
  return tx
    .select({
      id: bridges.id,
      siteId: bridges.siteId,
      status: bridges.status,
      bootId: bridges.bootId,
      lastSeenAt: bridges.lastSeenAt,
    })
    .from(bridges)
    .where(and(eq(bridges.networkId, networkId), isNull(bridges.revokedAt)))
    .orderBy(asc(bridges.id));
}

export async function updateBridge(
  tx: Tx,
  networkId: string,
  id: string,
  changes: Partial<typeof bridges.$inferInsert>,
) {
  await tx
    .update(bridges)
    .set(changes)
    .where(and(eq(bridges.networkId, networkId), eq(bridges.id, id)));
}

/**
 * Since when a bridge is heard: from its greeting on, which each of its connections begins with, until it is said to be gone. A status
 * alone says that it was there already.
 */
export async function noteBridgeHeard(
  tx: Tx,
  networkId: string,
  id: string,
  heard: 'greeting' | 'online' | 'offline',
  at: Instant,
) {
  const onlineSince =
    heard === 'greeting'
      ? at
      : heard === 'offline'
        ? null
        : sql`coalesce(${bridges.onlineSince}, ${instantToSql(at)}::timestamptz)`;
  await tx
    .update(bridges)
    .set({ onlineSince })
    .where(and(eq(bridges.networkId, networkId), eq(bridges.id, id)));
}

/** The bridge's row, locked: batches of one bridge are committed one after the other. */
export async function lockBridge(tx: Tx, networkId: string, id: string) {
  const [row] = await tx
    .select()
    .from(bridges)
    .where(and(eq(bridges.networkId, networkId), eq(bridges.id, id), isNull(bridges.revokedAt)))
    .for('no key update');
  return row ?? null;
}

// --- grants -------------------------------------------------------------------------------------------------------------

/** What the grants of a site are compiled from: bookings that meet the horizon, credentials in force, staff badges. */
export async function loadGrantFacts(tx: Tx, networkId: string, siteId: string, structureId: string, horizon: Window) {
  const [site, bookingRows, memberCredentials, staff] = await Promise.all([
    tx
      .select({ id: sites.id, timeZone: sites.timeZone, siteKeySealed: sites.siteKeySealed })
      .from(sites)
      .where(and(eq(sites.networkId, networkId), eq(sites.id, siteId))),
    tx
      .select({
        id: bookings.id,
        memberId: bookings.memberId,
        resourceId: bookings.resourceId,
        spaceId: bookings.spaceId,
        audienceId: bookings.audienceId,
        audienceClass: bookings.audienceClass,
        status: bookings.status,
        startsAt: bookings.startsAt,
        endsAt: bookings.endsAt,
      })
      .from(bookings)
      .where(
        and(
          eq(bookings.networkId, networkId),
          eq(bookings.siteId, siteId),
          meets(horizon),
          inArray(bookings.status, ['held', 'confirmed', 'checked_in']),
        ),
      ),
    // Badges of the members who come, and the PINs of their bookings.
    tx
      .selectDistinct({
        id: credentials.id,
        kind: credentials.kind,
        memberId: credentials.memberId,
        bookingId: credentials.bookingId,
        valueSealed: credentials.valueSealed,
      })
      .from(credentials)
      .innerJoin(
        bookings,
        and(
          eq(bookings.networkId, networkId),
          eq(bookings.siteId, siteId),
          meets(horizon),
          inArray(bookings.status, ['confirmed', 'checked_in']),
          or(
            eq(bookings.id, credentials.bookingId),
            and(isNull(credentials.bookingId), eq(bookings.memberId, credentials.memberId)),
          ),
        ),
      )
      .where(
        and(
          eq(credentials.networkId, networkId),
          isNull(credentials.revokedAt),
          eq(credentials.isStaff, false),
          or(isNull(credentials.structureId), eq(credentials.structureId, structureId)),
        ),
      ),
    tx
      .select({
        id: credentials.id,
        kind: credentials.kind,
        memberId: credentials.memberId,
        valueSealed: credentials.valueSealed,
        createdAt: credentials.createdAt,
      })
      .from(credentials)
      .where(
        and(
          eq(credentials.networkId, networkId),
          isNull(credentials.revokedAt),
          eq(credentials.isStaff, true),
          eq(credentials.structureId, structureId),
        ),
      ),
  ]);
  const [row] = site;
  return row === undefined ? null : { site: row, bookings: bookingRows, credentials: memberCredentials, staff };
}

/** One at a time per site until the end of the transaction, also while there is no row yet. */
export async function lockGrantSnapshot(tx: Tx, networkId: string, siteId: string) {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`grants:${networkId}:${siteId}`}::text, 0))`);
  const [row] = await tx
    .select()
    .from(grantSnapshots)
    .where(and(eq(grantSnapshots.networkId, networkId), eq(grantSnapshots.siteId, siteId)));
  return row ?? null;
}

export async function saveGrantSnapshot(tx: Tx, snapshot: typeof grantSnapshots.$inferInsert) {
  const { networkId: _network, siteId: _site, ...changes } = snapshot;
  await tx
    .insert(grantSnapshots)
    .values(snapshot)
    .onConflictDoUpdate({ target: [grantSnapshots.networkId, grantSnapshots.siteId], set: changes });
}

/** Changes what is said of a publication; false when a newer one has the row. */
export async function updateGrantSnapshot(
  tx: Tx,
  {
    networkId,
    siteId,
    epoch,
    sequence,
  }: Pick<typeof grantSnapshots.$inferSelect, 'networkId' | 'siteId' | 'epoch' | 'sequence'>,
  changes: Partial<Pick<typeof grantSnapshots.$inferSelect, 'parts' | 'publishingUntil'>>,
): Promise<boolean> {
  const rows = await tx
    .update(grantSnapshots)
    .set(changes)
    .where(
      and(
        eq(grantSnapshots.networkId, networkId),
        eq(grantSnapshots.siteId, siteId),
        eq(grantSnapshots.epoch, epoch),
        eq(grantSnapshots.sequence, sequence),
      ),
    )
    .returning({ siteId: grantSnapshots.siteId });
  return rows.length > 0;
}

// --- commands -----------------------------------------------------------------------------------------------------------

export async function insertCommand(tx: Tx, command: typeof commands.$inferInsert) {
  await tx.insert(commands).values(command);
}

export async function findCommand(tx: Tx, networkId: string, id: string) {
  const [row] = await tx
    .select({
      id: commands.id,
      siteId: commands.siteId,
      doorId: commands.doorId,
      action: commands.action,
      actorAccountId: commands.actorAccountId,
      bookingId: commands.bookingId,
      outcome: commands.outcome,
      reason: commands.reason,
      issuedAt: commands.issuedAt,
      expiresAt: commands.expiresAt,
      structureId: sites.structureId,
    })
    .from(commands)
    .innerJoin(sites, and(eq(sites.networkId, networkId), eq(sites.id, commands.siteId)))
    .where(and(eq(commands.networkId, networkId), eq(commands.id, id)));
  return row ?? null;
}

/** Records an outcome once: a later message about the same command changes nothing. False when it had one or is another site's. */
export async function settleCommand(
  tx: Tx,
  { networkId, siteId }: { networkId: string; siteId: string },
  id: string,
  outcome: (typeof commands.$inferSelect)['outcome'],
  reason: string | null,
  at: Instant,
): Promise<boolean> {
  const rows = await tx
    .update(commands)
    .set({ outcome, reason, resultAt: at })
    .where(
      and(
        eq(commands.networkId, networkId),
        eq(commands.siteId, siteId),
        eq(commands.id, id),
        eq(commands.outcome, 'pending'),
      ),
    )
    .returning({ id: commands.id });
  return rows.length === 1;
}

export async function expireCommands(tx: Tx, networkId: string, now: Instant) {
  await tx
    .update(commands)
    .set({ outcome: 'expired', resultAt: now })
    .where(and(eq(commands.networkId, networkId), eq(commands.outcome, 'pending'), lte(commands.expiresAt, now)));
}

/**
 * Gives events that a bridge wrote with an unknown clock their instants, once the wall time of its boot is known: each has the
 * milliseconds since that boot. Returns how many.
 */
export async function correctInstants(
  tx: Tx,
  networkId: string,
  bridgeId: string,
  bootId: string,
  bootedAt: Instant,
): Promise<number> {
  const rows = await tx
    .update(accessEvents)
    .set({
      occurredAt: sql`${instantToSql(bootedAt)}::timestamptz + make_interval(secs => (${accessEvents.detail} ->> 'monotonicMs')::float8 / 1000)`,
      clockTrust: 'corrected',
    })
    .where(
      and(
        eq(accessEvents.networkId, networkId),
        eq(accessEvents.bridgeId, bridgeId),
        eq(accessEvents.clockTrust, 'unknown'),
        sql`${accessEvents.detail} ->> 'bootId' = ${bootId}`,
      ),
    )
    .returning({ sequence: accessEvents.sequence });
  return rows.length;
}

// --- what happened ------------------------------------------------------------------------------------------------------

/** Events already known (same bridge, epoch and sequence) are left as they are. Returns the sequences that are new. */
export async function insertAccessEvents(tx: Tx, rows: (typeof accessEvents.$inferInsert)[]): Promise<Set<number>> {
  if (rows.length === 0) return new Set();
  const inserted = await tx
    .insert(accessEvents)
    .values(rows)
    .onConflictDoNothing()
    .returning({ sequence: accessEvents.sequence });
  return new Set(inserted.map((row) => row.sequence));
}

export async function insertReadings(tx: Tx, rows: (typeof occupancyReadings.$inferInsert)[]) {
  if (rows.length > 0) await tx.insert(occupancyReadings).values(rows).onConflictDoNothing();
}

export async function listAccessEvents(
  tx: Tx,
  networkId: string,
  siteId: string,
  filter: { window?: Window; kinds?: readonly string[]; limit: number },
) {
  return tx
    .select({
      bridgeId: accessEvents.bridgeId,
      journalEpoch: accessEvents.journalEpoch,
      sequence: accessEvents.sequence,
      kind: accessEvents.kind,
      isGranted: accessEvents.isGranted,
      reason: accessEvents.reason,
      credentialKind: accessEvents.credentialKind,
      doorId: accessEvents.doorId,
      doorName: doors.name,
      bookingId: accessEvents.bookingId,
      memberId: accessEvents.memberId,
      memberName: members.displayName,
      occurredAt: accessEvents.occurredAt,
      detail: accessEvents.detail,
    })
    .from(accessEvents)
    .leftJoin(doors, and(eq(doors.networkId, networkId), eq(doors.id, accessEvents.doorId)))
    .leftJoin(members, and(eq(members.networkId, networkId), eq(members.id, accessEvents.memberId)))
    .where(
      and(
        eq(accessEvents.networkId, networkId),
        eq(accessEvents.siteId, siteId),
        filter.kinds === undefined ? undefined : inArray(accessEvents.kind, [...filter.kinds]),
        filter.window === undefined
          ? undefined
          : and(gt(accessEvents.occurredAt, filter.window.from - 1), lt(accessEvents.occurredAt, filter.window.until)),
      ),
    )
    .orderBy(desc(accessEvents.occurredAt), desc(accessEvents.sequence))
    .limit(filter.limit);
}

/** Commands to doors are movements too. */
export async function purgeCommands(tx: Tx, networkId: string, before: Instant) {
  await tx.delete(commands).where(and(eq(commands.networkId, networkId), lt(commands.issuedAt, before)));
}

/** CNIL: movements are kept three months at most. */
export async function purgeAccessEvents(tx: Tx, networkId: string, before: Instant) {
  await tx.delete(accessEvents).where(and(eq(accessEvents.networkId, networkId), lt(accessEvents.occurredAt, before)));
}

/** The latest reading of each sensor of a site. */
export async function listLatestReadings(tx: Tx, networkId: string, siteId: string, since: Instant) {
  return tx
    .selectDistinctOn([occupancyReadings.deviceId, occupancyReadings.kind], {
      deviceId: occupancyReadings.deviceId,
      spaceId: occupancyReadings.spaceId,
      spaceName: spaces.name,
      kind: occupancyReadings.kind,
      value: occupancyReadings.value,
      measuredAt: occupancyReadings.measuredAt,
    })
    .from(occupancyReadings)
    .leftJoin(spaces, and(eq(spaces.networkId, networkId), eq(spaces.id, occupancyReadings.spaceId)))
    .where(
      and(
        eq(occupancyReadings.networkId, networkId),
        eq(occupancyReadings.siteId, siteId),
        gt(occupancyReadings.measuredAt, since),
      ),
    )
    .orderBy(occupancyReadings.deviceId, occupancyReadings.kind, desc(occupancyReadings.measuredAt));
}
