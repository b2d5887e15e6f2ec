import type { Instant } from '@mitoyen/domain';
import { and, asc, count, desc, eq, gt, inArray, isNull, max, or, sql } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import {
  accounts,
  audiences,
  bookingSeries,
  bookings,
  closures,
  credentials,
  exceptionWindows,
  holidayOverrides,
  hostStructures,
  mails,
  members,
  outbox,
  refundsDue,
  releaseRules,
  releaseRuleWindows,
  resources,
  scheduleChanges,
  scheduleExceptionSpaces,
  scheduleExceptions,
  scheduleTemplateSpaces,
  scheduleTemplates,
  schoolOverrides,
  sites,
  spaces,
  templateWindows,
  windowShares,
  windowShareWindows,
} from '../schema/index.ts';
import { OUTBOX_CHANNEL } from './outbox.ts';
import type { ScheduleRows } from './schedule.ts';

const ACTIVE = ['held', 'confirmed', 'checked_in'] as const;

/** The last instant at which a booking that is made begins at a site; null when none does after `now`. */
export async function findLastBookingStart(
  tx: Tx,
  networkId: string,
  siteId: string,
  now: Instant,
): Promise<Instant | null> {
  const [row] = await tx
    .select({ last: max(bookings.startsAt) })
    .from(bookings)
    .where(
      and(
        eq(bookings.networkId, networkId),
        eq(bookings.siteId, siteId),
        gt(bookings.startsAt, now),
        inArray(bookings.status, [...ACTIVE]),
      ),
    );
  return row?.last ?? null;
}

/** A booking lasts no longer: the check of the table. */
const LONGEST_MS = 25 * 3_600_000;

/**
 * Every booking of a site that is not over, with whom to write to: what a change of hours is held against. By start, then by id. With
 * `lock` their rows stay as they are until the transaction ends; holds that ran out are left out.
 */
export async function listBookingsUnderChange(tx: Tx, networkId: string, siteId: string, now: Instant, lock: boolean) {
  const isUnderChange = and(
    eq(bookings.networkId, networkId),
    eq(bookings.siteId, siteId),
    gt(bookings.startsAt, now - LONGEST_MS),
    gt(bookings.endsAt, now),
    inArray(bookings.status, [...ACTIVE]),
    or(isNull(bookings.holdExpiresAt), gt(bookings.holdExpiresAt, now)),
  );
  if (lock) {
    // Locked first and read after: what somebody else confirmed or cancelled meanwhile is then seen.
    await tx
      .select({ id: bookings.id })
      .from(bookings)
      .where(isUnderChange)
      .orderBy(asc(bookings.id))
      .for('no key update');
  }
  return tx
    .select({
      id: bookings.id,
      reference: bookings.reference,
      status: bookings.status,
      startsAt: bookings.startsAt,
      endsAt: bookings.endsAt,
      occupied: bookings.occupied,
      spaceHold: bookings.spaceHold,
      currency: bookings.currency,
      priceMinor: bookings.priceMinor,
      quote: bookings.quote,
      revision: bookings.revision,
      keptOutsideHours: bookings.keptOutsideHours,
      audienceId: bookings.audienceId,
      audience: audiences.code,
      audienceClass: bookings.audienceClass,
      isStaffUse: bookings.isStaffUse,
      siteAxis: bookings.siteAxis,
      siteClass: bookings.siteClass,
      seats: bookings.seats,
      isShared: bookings.isShared,
      spaceId: bookings.spaceId,
      spaceName: spaces.name,
      resourceId: bookings.resourceId,
      resourceName: resources.name,
      resourceKind: resources.kind,
      memberId: bookings.memberId,
      memberName: members.displayName,
      seriesId: bookings.seriesId,
      seriesDate: bookings.seriesDate,
      seriesStartsAtMinute: bookingSeries.startsAtMinute,
      homeStructureId: members.homeStructureId,
      partnerStructureId: bookings.partnerStructureId,
      partnerName: hostStructures.name,
      namesVisibleTo: audiences.namesVisibleTo,
      email: accounts.email,
      locale: accounts.locale,
    })
    .from(bookings)
    .innerJoin(members, and(eq(members.networkId, bookings.networkId), eq(members.id, bookings.memberId)))
    .innerJoin(audiences, and(eq(audiences.networkId, bookings.networkId), eq(audiences.id, bookings.audienceId)))
    .innerJoin(resources, and(eq(resources.networkId, bookings.networkId), eq(resources.id, bookings.resourceId)))
    .innerJoin(spaces, and(eq(spaces.networkId, bookings.networkId), eq(spaces.id, bookings.spaceId)))
    .leftJoin(
      hostStructures,
      and(eq(hostStructures.networkId, bookings.networkId), eq(hostStructures.id, bookings.partnerStructureId)),
    )
    .leftJoin(accounts, and(eq(accounts.networkId, members.networkId), eq(accounts.id, members.accountId)))
    .leftJoin(
      bookingSeries,
      and(eq(bookingSeries.networkId, bookings.networkId), eq(bookingSeries.id, bookings.seriesId)),
    )
    .where(isUnderChange)
    .orderBy(asc(bookings.startsAt), asc(bookings.id));
}

export type BookingUnderChangeRow = Awaited<ReturnType<typeof listBookingsUnderChange>>[number];

/** Which of these ids some row of the network has already, at whatever site. */
export async function findTakenScheduleIds(
  tx: Tx,
  networkId: string,
  ids: {
    readonly templates: readonly string[];
    readonly templateWindows: readonly string[];
    readonly exceptions: readonly string[];
    readonly exceptionWindows: readonly string[];
    readonly closures: readonly string[];
  },
): Promise<string[]> {
  const found = await Promise.all(
    (
      [
        [scheduleTemplates, ids.templates],
        [templateWindows, ids.templateWindows],
        [scheduleExceptions, ids.exceptions],
        [exceptionWindows, ids.exceptionWindows],
        [closures, ids.closures],
      ] as const
    ).map(([table, wanted]) =>
      wanted.length === 0
        ? []
        : tx
            .select({ id: table.id })
            .from(table)
            .where(and(eq(table.networkId, networkId), inArray(table.id, [...wanted]))),
    ),
  );
  return found.flat().map(({ id }) => id);
}

type Tables = Pick<
  ScheduleRows,
  | 'templates'
  | 'templateSpaces'
  | 'windows'
  | 'exceptions'
  | 'exceptionSpaces'
  | 'exceptionWindows'
  | 'closures'
  | 'schoolOverrides'
  | 'holidayOverrides'
  | 'releaseWindows'
  | 'shareWindows'
>;

/** What leads from one state of a table to another: rows that go, come, and are otherwise than before. */
export interface RowChanges<R> {
  readonly gone: readonly R[];
  readonly come: readonly R[];
  readonly changed: readonly R[];
}

export type ScheduleRowChanges = { readonly [T in keyof Tables]: RowChanges<Tables[T][number]> } & {
  /** Null: the site stays as it is. */
  readonly site: Pick<
    typeof sites.$inferSelect,
    'onPublicHolidays' | 'holidayCalendar' | 'schoolCalendar' | 'schoolZone' | 'buildingCapacity'
  > | null;
  readonly handovers: readonly { readonly spaceId: string; readonly minutes: number }[];
};

/**
 * Writes the hours of a site, whose schedule the caller holds locked. Windows keep their ids, so that release rules and shares keep
 * their windows; what goes takes its links along.
 */
export async function writeScheduleRows(
  tx: Tx,
  networkId: string,
  siteId: string,
  changes: ScheduleRowChanges,
): Promise<void> {
  const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
  const { templates, templateSpaces, windows, exceptions, exceptionSpaces } = changes;

  // What hangs on what goes first; windows go before the templates that others move to come.
  for (const row of templateSpaces.gone) {
    await tx
      .delete(scheduleTemplateSpaces)
      .where(
        and(
          eq(scheduleTemplateSpaces.networkId, networkId),
          eq(scheduleTemplateSpaces.templateId, row.templateId),
          eq(scheduleTemplateSpaces.spaceId, row.spaceId),
        ),
      );
  }
  for (const row of exceptionSpaces.gone) {
    await tx
      .delete(scheduleExceptionSpaces)
      .where(
        and(
          eq(scheduleExceptionSpaces.networkId, networkId),
          eq(scheduleExceptionSpaces.exceptionId, row.exceptionId),
          eq(scheduleExceptionSpaces.spaceId, row.spaceId),
        ),
      );
  }
  for (const [table, gone] of [
    [templateWindows, windows.gone],
    [exceptionWindows, changes.exceptionWindows.gone],
    [closures, changes.closures.gone],
  ] as const) {
    if (gone.length === 0) continue;
    await tx
      .delete(table)
      .where(and(eq(table.networkId, networkId), eq(table.siteId, siteId), inArray(table.id, idsOf(gone))));
  }

  if (templates.come.length > 0) await tx.insert(scheduleTemplates).values([...templates.come]);
  for (const {
    id,
    name,
    period,
    isWholeSite,
    validFrom,
    validUntil,
    position,
    origin,
    evidence,
  } of templates.changed) {
    await tx
      .update(scheduleTemplates)
      .set({ name, period, isWholeSite, validFrom, validUntil, position, origin, evidence })
      .where(and(eq(scheduleTemplates.networkId, networkId), eq(scheduleTemplates.id, id)));
  }
  if (templateSpaces.come.length > 0) await tx.insert(scheduleTemplateSpaces).values([...templateSpaces.come]);
  if (windows.come.length > 0) await tx.insert(templateWindows).values([...windows.come]);
  if (windows.changed.length > 0) {
    await tx
      .insert(templateWindows)
      .values([...windows.changed])
      .onConflictDoUpdate({
        target: [templateWindows.networkId, templateWindows.id],
        set: {
          templateId: sql`excluded.template_id`,
          spaceId: sql`excluded.space_id`,
          audienceId: sql`excluded.audience_id`,
          weekday: sql`excluded.weekday`,
          startsAtMinute: sql`excluded.starts_at_minute`,
          endsAtMinute: sql`excluded.ends_at_minute`,
          position: sql`excluded.position`,
        },
      });
  }
  if (templates.gone.length > 0) {
    await tx
      .delete(scheduleTemplates)
      .where(
        and(
          eq(scheduleTemplates.networkId, networkId),
          eq(scheduleTemplates.siteId, siteId),
          inArray(scheduleTemplates.id, idsOf(templates.gone)),
        ),
      );
  }

  if (exceptions.come.length > 0) await tx.insert(scheduleExceptions).values([...exceptions.come]);
  for (const { id, createdAt: _, networkId: __, siteId: ___, ...row } of exceptions.changed) {
    await tx
      .update(scheduleExceptions)
      .set(row)
      .where(and(eq(scheduleExceptions.networkId, networkId), eq(scheduleExceptions.id, id)));
  }
  if (exceptionSpaces.come.length > 0) await tx.insert(scheduleExceptionSpaces).values([...exceptionSpaces.come]);
  if (changes.exceptionWindows.come.length > 0) {
    await tx.insert(exceptionWindows).values([...changes.exceptionWindows.come]);
  }
  if (changes.exceptionWindows.changed.length > 0) {
    await tx
      .insert(exceptionWindows)
      .values([...changes.exceptionWindows.changed])
      .onConflictDoUpdate({
        target: [exceptionWindows.networkId, exceptionWindows.id],
        set: {
          exceptionId: sql`excluded.exception_id`,
          spaceId: sql`excluded.space_id`,
          audienceId: sql`excluded.audience_id`,
          startsAtMinute: sql`excluded.starts_at_minute`,
          endsAtMinute: sql`excluded.ends_at_minute`,
          position: sql`excluded.position`,
        },
      });
  }
  if (exceptions.gone.length > 0) {
    await tx
      .delete(scheduleExceptions)
      .where(
        and(
          eq(scheduleExceptions.networkId, networkId),
          eq(scheduleExceptions.siteId, siteId),
          inArray(scheduleExceptions.id, idsOf(exceptions.gone)),
        ),
      );
  }

  if (changes.closures.come.length > 0) await tx.insert(closures).values([...changes.closures.come]);
  for (const { id, spaceId, during, reason, told } of changes.closures.changed) {
    await tx
      .update(closures)
      .set({ spaceId, during, reason, told })
      .where(and(eq(closures.networkId, networkId), eq(closures.id, id)));
  }

  await writeOverrides(tx, networkId, siteId, changes);

  if (changes.site !== null) {
    await tx
      .update(sites)
      .set(changes.site)
      .where(and(eq(sites.networkId, networkId), eq(sites.id, siteId)));
  }
  for (const { spaceId, minutes } of changes.handovers) {
    await tx
      .update(spaces)
      .set({ handoverMinutes: minutes })
      .where(and(eq(spaces.networkId, networkId), eq(spaces.siteId, siteId), eq(spaces.id, spaceId)));
  }

  // Links that went did so with their windows.
  if (changes.releaseWindows.come.length > 0) {
    await tx
      .insert(releaseRuleWindows)
      .values([...changes.releaseWindows.come])
      .onConflictDoNothing();
  }
  if (changes.shareWindows.come.length > 0) {
    await tx
      .insert(windowShareWindows)
      .values([...changes.shareWindows.come])
      .onConflictDoNothing();
  }
}

async function writeOverrides(
  tx: Tx,
  networkId: string,
  siteId: string,
  { schoolOverrides: school, holidayOverrides: holidays }: ScheduleRowChanges,
): Promise<void> {
  for (const { year, name } of [...school.gone, ...school.changed]) {
    await tx
      .delete(schoolOverrides)
      .where(
        and(
          eq(schoolOverrides.networkId, networkId),
          eq(schoolOverrides.siteId, siteId),
          eq(schoolOverrides.year, year),
          eq(schoolOverrides.name, name),
        ),
      );
  }
  for (const { date } of [...holidays.gone, ...holidays.changed]) {
    await tx
      .delete(holidayOverrides)
      .where(
        and(
          eq(holidayOverrides.networkId, networkId),
          eq(holidayOverrides.siteId, siteId),
          eq(holidayOverrides.date, date),
        ),
      );
  }
  const schoolRows = [...school.come, ...school.changed];
  const holidayRows = [...holidays.come, ...holidays.changed];
  if (schoolRows.length > 0) await tx.insert(schoolOverrides).values(schoolRows);
  if (holidayRows.length > 0) await tx.insert(holidayOverrides).values(holidayRows);
}

/** The rules and shares of a site, which links of windows may name. */
export async function listLinkOwners(tx: Tx, networkId: string, siteId: string) {
  const [rules, shares] = await Promise.all([
    tx
      .select({ id: releaseRules.id })
      .from(releaseRules)
      .where(and(eq(releaseRules.networkId, networkId), eq(releaseRules.siteId, siteId))),
    tx
      .select({ id: windowShares.id })
      .from(windowShares)
      .where(and(eq(windowShares.networkId, networkId), eq(windowShares.siteId, siteId))),
  ]);
  return { rules: rules.map(({ id }) => id), shares: shares.map(({ id }) => id) };
}

/** Gives several bookings back at once; each was locked by the caller. */
export async function cancelLockedBookings(
  tx: Tx,
  networkId: string,
  ids: readonly string[],
  now: Instant,
): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .update(bookings)
    .set({ status: 'cancelled', holdExpiresAt: null, cancelledAt: now, revision: sql`${bookings.revision} + 1` })
    .where(and(eq(bookings.networkId, networkId), inArray(bookings.id, [...ids])));
}

/** Says of several bookings whether they stay although the hours are no longer theirs. */
export async function markKeptOutsideHours(
  tx: Tx,
  networkId: string,
  ids: readonly string[],
  keptOutsideHours: boolean,
): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .update(bookings)
    .set({ keptOutsideHours })
    .where(and(eq(bookings.networkId, networkId), inArray(bookings.id, [...ids])));
}

/** Takes the PINs of several bookings out of use. */
export async function revokePinsOf(
  tx: Tx,
  networkId: string,
  bookingIds: readonly string[],
  at: Instant,
): Promise<void> {
  if (bookingIds.length === 0) return;
  await tx
    .update(credentials)
    .set({ revokedAt: at })
    .where(
      and(
        eq(credentials.networkId, networkId),
        eq(credentials.kind, 'pin'),
        inArray(credentials.bookingId, [...bookingIds]),
        isNull(credentials.revokedAt),
      ),
    );
}

export async function insertRefundsDue(tx: Tx, rows: readonly (typeof refundsDue.$inferInsert)[]): Promise<void> {
  if (rows.length > 0) {
    await tx
      .insert(refundsDue)
      .values([...rows])
      // It was moved to a cheaper time before: what of that is not given back yet grows.
      .onConflictDoUpdate({
        target: [refundsDue.networkId, refundsDue.bookingId],
        set: {
          amountMinor: sql`case when ${refundsDue.settledAt} is null then ${refundsDue.amountMinor} else 0 end + excluded.amount_minor`,
          cause: sql`excluded.cause`,
          scheduleChangeId: sql`excluded.schedule_change_id`,
          settledAt: null,
        },
      });
  }
}

export async function insertScheduleChange(tx: Tx, row: typeof scheduleChanges.$inferInsert): Promise<void> {
  await tx.insert(scheduleChanges).values(row);
}

/** What was changed at a site, latest first. */
export async function listScheduleChanges(
  tx: Tx,
  networkId: string,
  siteId: string,
  page: { limit: number; offset: number },
) {
  const where = and(eq(scheduleChanges.networkId, networkId), eq(scheduleChanges.siteId, siteId));
  const [rows, [total]] = await Promise.all([
    tx
      .select({
        id: scheduleChanges.id,
        revision: scheduleChanges.revision,
        change: scheduleChanges.change,
        inverse: scheduleChanges.inverse,
        outcome: scheduleChanges.outcome,
        appliedAt: scheduleChanges.appliedAt,
        by: accounts.displayName,
      })
      .from(scheduleChanges)
      .leftJoin(
        accounts,
        and(eq(accounts.networkId, scheduleChanges.networkId), eq(accounts.id, scheduleChanges.accountId)),
      )
      .where(where)
      .orderBy(desc(scheduleChanges.revision))
      .limit(page.limit)
      .offset(page.offset),
    tx.select({ count: count() }).from(scheduleChanges).where(where),
  ]);
  return { rows, total: total?.count ?? 0 };
}

/** The latest changes of a site, as far as they say what they touched. */
export async function listLatestChanges(tx: Tx, networkId: string, siteId: string, limit: number) {
  return tx
    .select({ revision: scheduleChanges.revision, change: scheduleChanges.change })
    .from(scheduleChanges)
    .where(and(eq(scheduleChanges.networkId, networkId), eq(scheduleChanges.siteId, siteId)))
    .orderBy(desc(scheduleChanges.revision))
    .limit(limit);
}

/** Members who book at a site: those with a booking since `since`, made good or to come, who can be written to. */
export async function listContactsOfSite(tx: Tx, networkId: string, siteId: string, since: Instant) {
  return tx
    .selectDistinct({
      memberId: members.id,
      displayName: members.displayName,
      email: accounts.email,
      locale: accounts.locale,
    })
    .from(bookings)
    .innerJoin(members, and(eq(members.networkId, bookings.networkId), eq(members.id, bookings.memberId)))
    .innerJoin(accounts, and(eq(accounts.networkId, members.networkId), eq(accounts.id, members.accountId)))
    .where(
      and(
        eq(bookings.networkId, networkId),
        eq(bookings.siteId, siteId),
        gt(bookings.startsAt, since),
        inArray(bookings.status, ['confirmed', 'checked_in', 'completed', 'no_show']),
      ),
    )
    .orderBy(asc(members.id));
}

/** Several mails in one go, each with the work of sending it. */
export async function insertMails(
  tx: Tx,
  networkId: string,
  rows: readonly { mail: typeof mails.$inferInsert; work: typeof outbox.$inferInsert }[],
): Promise<void> {
  const SLICE = 500;
  for (let at = 0; at < rows.length; at += SLICE) {
    const slice = rows.slice(at, at + SLICE);
    await tx.insert(mails).values(slice.map(({ mail }) => mail));
    await tx.insert(outbox).values(slice.map(({ work }) => work));
  }
  if (rows.length > 0) await tx.execute(sql`select pg_notify(${OUTBOX_CHANNEL}, ${networkId})`);
}
