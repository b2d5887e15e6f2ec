import { type AgreementRecord, findSite, listSpaces } from '@mitoyen/db/queries';
import { localDateOf, MINUTE_MS, totalMs, type Window } from '@mitoyen/domain';
import { may } from '../../authorisation.ts';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { AgreementConsequencesBody } from '../../routes/sharing/schemas.ts';
import { partsOfPublic } from '../../schedule/publics.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';
import { clashFaults, consequencesOf } from '../schedule/consequences.ts';
import { iso } from '../views.ts';
import { loadAgreement } from './get-agreement.ts';
import { earliestEnd } from './propose-agreement.ts';
import { shownName } from './shown-name.ts';
import { standingAgreementOf } from './views.ts';

/** The hours of the site with the agreement accepted: after those that hold already, which keep their time. */
export function withAgreement(schedule: SiteSchedule, record: AgreementRecord): SiteSchedule {
  return { ...schedule, agreements: [...schedule.agreements, standingAgreementOf(record)] };
}

/** The same with the agreement over from a date; called off when that is no later than its first day. */
export function withoutAgreementFrom(schedule: SiteSchedule, record: AgreementRecord, from: string): SiteSchedule {
  return {
    ...schedule,
    agreements: schedule.agreements.flatMap((each) => {
      if (each.id !== record.id) return [each];
      return from <= each.validFrom ? [] : [{ ...each, validUntil: from }];
    }),
  };
}

/** Whether an agreement may be ended from a date. */
export function mayEndFrom(record: AgreementRecord, from: string, now: number): boolean {
  if (from < earliestEnd(record, now)) return false;
  return record.validUntil === null || from < record.validUntil;
}

/**
 * What accepting an agreement (or, with `end`, ending it from that date) would touch; nothing is changed. Names of those who have booked
 * are for the host of the place. Refusals: `not_found`, `agreement.not_in_state`, `agreement.end_too_late`.
 */
export async function agreementConsequences(
  context: Context,
  id: string,
  end: string | undefined,
): Promise<Result<AgreementConsequencesBody>> {
  const { tx, networkId, now, actor, services } = context;
  const loaded = await loadAgreement(context, id, 'agreement.read');
  if (!loaded.ok) return loaded;
  const record = loaded.value;
  const holds = record.status === 'accepted' || record.status === 'ended';
  if (end === undefined ? record.status !== 'proposed' : !holds) return refuse('agreement.not_in_state');
  if (end !== undefined && !mayEndFrom(record, end, now)) return refuse('agreement.end_too_late');
  const [found, spaces, site] = await Promise.all([
    services.schedules.of(tx, networkId, [record.siteId], now),
    listSpaces(tx, networkId, [record.siteId]),
    findSite(tx, networkId, { id: record.siteId }),
  ]);
  const before = found.get(record.siteId);
  if (before === undefined || site === null) return refuse('not_found');
  const after = end === undefined ? withAgreement(before, record) : withoutAgreementFrom(before, record, end);
  const { diff, partners, range, bookings, clashes } = await consequencesOf(context, { before, after }, false);

  const { zone } = before.schedule;
  const spaceNames = new Map(spaces.map((space) => [space.id, space.name]));
  const rows = new Map(bookings.map((row) => [row.id, row]));
  const seesNames = may(actor, 'site.observe', { structureId: record.hostStructureId });
  const mine = partners.gained.filter(
    ({ audience }) => partsOfPublic(audience).structureId === record.partnerStructureId,
  );
  return ok({
    revision: record.revision,
    until: range.until,
    gained: [...Map.groupBy(mine, ({ audience }) => partsOfPublic(audience).audience)].map(([audience, windows]) => ({
      audience,
      ...sumOf(windows, zone),
    })),
    lost: [...Map.groupBy(diff.lost, ({ spaceId, audience }) => `${spaceId} ${audience}`).values()].map((windows) => {
      const [{ spaceId, audience }] = windows as [(typeof windows)[number]];
      return { spaceId, spaceName: spaceNames.get(spaceId) ?? '', audience, ...sumOf(windows, zone) };
    }),
    bookings: diff.bookings.flatMap(({ bookingId, refund }) => {
      const row = rows.get(bookingId);
      if (row === undefined || row.status === 'held') return [];
      const { reference, spaceName, audience, startsAt, endsAt } = row;
      return {
        id: bookingId,
        reference,
        memberName: seesNames ? shownName(context, row) : null,
        spaceName,
        startsAt: iso(startsAt),
        endsAt: iso(endsAt),
        audience,
        refund,
      };
    }),
    inTheWay: record.inTheWay,
    refunds: diff.refunds.map((each) => ({ ...each })),
    faults: clashFaults(clashes),
  });
}

const sumOf = (windows: readonly Window[], zone: string) => ({
  minutes: Math.round(totalMs(windows) / MINUTE_MS),
  dates: new Set(windows.map(({ from }) => localDateOf(from, zone))).size,
});
