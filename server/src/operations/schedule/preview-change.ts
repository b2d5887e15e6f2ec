import { type BookingUnderChangeRow, listContactsOfSite, listDoors } from '@mitoyen/db/queries';
import type { AffectedBooking } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { ClosureBody, PreviewBody, ScheduleChangeBody } from '../../routes/schedule/schemas.ts';
import { loadSite } from '../host/load-site.ts';
import { shownName } from '../sharing/shown-name.ts';
import { iso, isoWindow } from '../views.ts';
import { clashFaults, consequencesOf, type DraftedChange, draftChange } from './consequences.ts';
import { isSame } from './plan.ts';
import { proposeMoves } from './propose-moves.ts';

/** Members who booked so long ago still count as members who book here. */
export const RECENT_MS = 90 * 24 * 3_600_000;

/**
 * What a change of hours would touch: nothing is changed. Its faults are in the answer; with one that keeps the plan from being read at
 * all, there is nothing else in it. Refusals: `not_found`, `auth.forbidden`, `schedule.changed_meanwhile`.
 */
export async function previewChange(
  context: Context,
  slug: string,
  input: { readonly revision: number; readonly change: ScheduleChangeBody },
): Promise<Result<PreviewBody>> {
  const { tx, networkId, now } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  const { id: siteId } = loaded.value;
  const drafted = await draftChange(context, siteId, input.change);
  if (drafted === null) return refuse('not_found');
  const { revision, faults, draft } = drafted;
  if (revision !== input.revision) return refuse('schedule.changed_meanwhile');
  if (draft === null) return ok({ ...NOTHING, revision, faults });

  const { diff, range, bookings, clashes } = await consequencesOf(context, draft, false);
  const rows = new Map(bookings.map((row) => [row.id, row]));
  const affected = diff.bookings.flatMap((each): [AffectedBooking, BookingUnderChangeRow][] => {
    const row = rows.get(each.bookingId);
    return row === undefined ? [] : [[each, row]];
  });
  const movable = affected.filter(([each, row]) => isMovable(each, row)).map(([, row]) => row);
  const [moves, doors, contacts] = await Promise.all([
    proposeMoves(context, draft.after, movable),
    listDoors(tx, networkId, siteId),
    announcedClosures(draft).length === 0 ? [] : listContactsOfSite(tx, networkId, siteId, now - RECENT_MS),
  ]);
  const booked = affected.filter(([, row]) => row.status !== 'held').map(([, row]) => row);
  const told = new Set([
    ...booked.filter(({ email }) => email !== null).map(({ memberId }) => memberId),
    ...contacts.map(({ memberId }) => memberId),
  ]);
  const doorsTo = (spaceId: string) =>
    doors.filter(({ isEntrance, spaceIds }) => isEntrance || spaceIds.includes(spaceId)).length;
  return ok({
    revision,
    until: range.until,
    faults: clashFaults(clashes),
    gained: diff.gained.map(hoursView),
    lost: diff.lost.map(hoursView),
    bookings: affected.map(([{ reason, isRunning, refund, seriesId }, row]) => ({
      id: row.id,
      reference: row.reference,
      memberName: shownName(context, row),
      hasContact: row.email !== null,
      resourceName: row.resourceName,
      spaceId: row.spaceId,
      startsAt: iso(row.startsAt),
      endsAt: iso(row.endsAt),
      audience: row.audience,
      status: row.status as 'held' | 'confirmed' | 'checked_in',
      reason,
      isRunning,
      refund,
      seriesId,
      moves: (moves.get(row.id) ?? []).map(({ resourceId, resourceName, from, until }) => ({
        resourceId,
        resourceName,
        startsAt: iso(from),
        endsAt: iso(until),
      })),
    })),
    series: diff.series.map((each) => ({ ...each })),
    membersToTell: told.size,
    refunds: diff.refunds.map((each) => ({ ...each })),
    doorsAffected: booked.reduce((sum, { spaceId }) => sum + doorsTo(spaceId), 0),
    handoversGained: diff.handoversGained.map(handoverView),
    handoversLost: diff.handoversLost.map(handoverView),
    clashes,
  });
}

/** What runs ends with its hours, and what is only put aside is released: neither is moved. */
export const isMovable = ({ isRunning }: AffectedBooking, { status }: BookingUnderChangeRow): boolean =>
  !isRunning && status !== 'held';

/** Closures that every member is to hear of, and has not. */
export function announcedClosures({ plan }: Pick<DraftedChange, 'plan'>): ClosureBody[] {
  return plan.after.closures.filter(
    (closure) =>
      closure.told === 'members' && !plan.before.closures.some((old) => old.id === closure.id && isSame(old, closure)),
  );
}

const hoursView = ({
  spaceId,
  audience,
  ...window
}: {
  spaceId: string;
  audience: string;
  from: number;
  until: number;
}) => ({
  spaceId,
  audience,
  ...isoWindow(window),
});

const handoverView = (handover: {
  spaceId: string;
  from: number;
  until: number;
  leaving: string;
  arriving: string;
}) => ({
  spaceId: handover.spaceId,
  ...isoWindow(handover),
  leaving: handover.leaving,
  arriving: handover.arriving,
});

const NOTHING = {
  until: null,
  gained: [],
  lost: [],
  bookings: [],
  series: [],
  membersToTell: 0,
  refunds: [],
  doorsAffected: 0,
  handoversGained: [],
  handoversLost: [],
  clashes: [],
} satisfies Omit<PreviewBody, 'revision' | 'faults'>;
