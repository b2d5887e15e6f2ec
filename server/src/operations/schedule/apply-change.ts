import { constraintViolation } from '@mitoyen/db';
import {
  advanceSchedule,
  type BookingUnderChangeRow,
  cancelLockedBookings,
  expireHolds,
  findBookableResource,
  insertRefundsDue,
  insertScheduleChange,
  listContactsOfSite,
  listScheduleRevisions,
  markKeptOutsideHours,
  notifyLive,
  revokePinsOf,
  updateBooking,
  writeScheduleRows,
} from '@mitoyen/db/queries';
import {
  type AffectedBooking,
  DEFAULT_BOOKING_LIMITS,
  type Instant,
  type Money,
  mayMove,
  overlaps,
  quoteBooking,
} from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import { type Context, signedIn } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type ProblemCode, RefusalError, type Result, refuse } from '../../problems.ts';
import type { DecisionsBody, OutcomeBody, ScheduleChangeBody } from '../../routes/schedule/schemas.ts';
import { checkWindowIn, tariffUnder } from '../bookings/check-window.ts';
import { issuePin } from '../bookings/issue-pin.ts';
import { loadSite } from '../host/load-site.ts';
import { instantOf } from '../views.ts';
import { type Consequences, clashFaults, consequencesOf, type DraftedChange, draftChange } from './consequences.ts';
import { changeBetween, linksLost, rowChanges } from './plan.ts';
import { announcedClosures, isMovable, RECENT_MS } from './preview-change.ts';
import { bookerOfBooking, proposeMoves } from './propose-moves.ts';
import { type ToldBooking, tellOfChange } from './tell-of-change.ts';

export interface ChangeRequest {
  readonly revision: number;
  readonly change: ScheduleChangeBody;
  readonly decisions: DecisionsBody;
  readonly message?: string;
}

/**
 * Changes the hours of a site, and with them, as its host decides, the bookings that lose theirs: all of it or nothing. The hours are
 * locked first: a booking that was being made by the old ones is waited for and treated like the others, by `decisions.default`; one
 * that comes later is held to the new ones.
 *
 * `cancel` gives the time back, with a refund, and ends a running booking with its hours; `move` takes the time named, or the first that
 * a preview would offer, at no higher price than before; `keep` lets the booking stand outside the hours. Times that are only put aside
 * are released. Whoever has booked is written to.
 *
 * Refusals: `not_found`, `auth.forbidden`, `schedule.changed_meanwhile`, `schedule.invalid` (with every fault),
 * `schedule.move_impossible` (with the bookings, and why).
 */
export async function applyChange(
  context: Context,
  slug: string,
  input: ChangeRequest,
): Promise<Result<{ id: string; revision: number; outcome: OutcomeBody }>> {
  const { tx, networkId, now, services } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const next = await advanceSchedule(tx, networkId, site.id);
  if (next === null) return refuse('not_found');
  if (next - 1 !== input.revision) return refuse('schedule.changed_meanwhile');

  const drafted = await draftChange(context, site.id, input.change);
  if (drafted === null) return refuse('not_found');
  const { draft } = drafted;
  if (draft === null) return refuse('schedule.invalid', { faults: drafted.faults });
  const consequences = await consequencesOf(context, draft, true);
  const clashes = clashFaults(consequences.clashes);
  if (clashes.length > 0) return refuse('schedule.invalid', { faults: clashes });

  const { before, after } = draft.rows;
  await writeScheduleRows(tx, networkId, site.id, rowChanges(before, after));
  const id = makeId(services, now);
  const decided = await decide(context, draft, consequences, input.decisions);
  const settled = await settle(context, consequences, decided, draft);

  const announced = announcedClosures(draft);
  const contacts = announced.length === 0 ? [] : await listContactsOfSite(tx, networkId, site.id, now - RECENT_MS);
  const membersTold = await tellOfChange(context, site, {
    bookings: settled.told.filter((each) => !isToldNothing(each, draft)),
    closures: announced,
    contacts,
    spaceNames: new Map(after.spaces.map((space) => [space.id, space.name])),
    message: input.message?.trim() || null,
  });
  const revision = (await listScheduleRevisions(tx, networkId, [site.id])).get(site.id);
  if (revision === undefined) return refuse('not_found');
  const outcome: OutcomeBody = { ...settled.outcome, membersTold };
  await insertScheduleChange(tx, {
    networkId,
    id,
    siteId: site.id,
    accountId: signedIn(context).accountId,
    revision,
    change: changeBetween(draft.plan.before, draft.plan.after, linksLost(after, before)),
    inverse: changeBetween(draft.plan.after, draft.plan.before, linksLost(before, after)),
    outcome,
    appliedAt: now,
  });
  await insertRefundsDue(
    tx,
    settled.refunds.map(({ bookingId, refund, isClosure }) => ({
      networkId,
      id: makeId(services, now),
      bookingId,
      amountMinor: refund.minor,
      currency: refund.currency,
      cause: isClosure ? ('closure' as const) : ('schedule_change' as const),
      scheduleChangeId: id,
      createdAt: now,
    })),
  );
  await requestGrants(context, site.id);
  await notifyLive(tx, { networkId, siteId: site.id, kind: 'schedule' });
  if (decided.length > 0) await notifyLive(tx, { networkId, siteId: site.id, kind: 'booking' });
  return ok({ id, revision, outcome });
}

interface MoveTarget {
  readonly resourceId: string;
  readonly from: Instant;
  readonly until: Instant;
}

/** What becomes of one affected booking. */
interface Decision<D> {
  readonly do: D;
  readonly affected: AffectedBooking;
  readonly row: BookingUnderChangeRow;
}
type Decided =
  | Decision<'release'>
  | Decision<'keep'>
  | Decision<'cancel'>
  | (Decision<'shorten'> & { readonly until: Instant })
  | (Decision<'move'> & { readonly to: MoveTarget | null });

/** What is to become of every booking that loses its hours. */
export async function decide(
  context: Context,
  draft: Pick<DraftedChange, 'after'>,
  { diff, bookings, hoursAfter }: Consequences,
  decisions: DecisionsBody,
): Promise<Decided[]> {
  const rows = new Map(bookings.map((row) => [row.id, row]));
  const chosen = new Map((decisions.bookings ?? []).map((each) => [each.id, each]));
  const decided = diff.bookings.map((affected): Decided => {
    const row = rows.get(affected.bookingId) as BookingUnderChangeRow;
    const base = { affected, row };
    if (row.status === 'held') return { ...base, do: 'release' };
    const own = chosen.get(row.id);
    const what = own?.do ?? decisions.default;
    if (what === 'keep') return { ...base, do: 'keep' };
    if (what === 'move' && (own !== undefined || isMovable(affected, row))) {
      return { ...base, do: 'move', to: own?.to === undefined ? null : targetOf(own.to) };
    }
    if (!affected.isRunning) return { ...base, do: 'cancel' };
    const open = hoursAfter(row).find(({ from, until }) => from <= context.now && context.now < until);
    const until = Math.min(row.endsAt, open?.until ?? context.now);
    return until > row.startsAt ? { ...base, do: 'shorten', until } : { ...base, do: 'cancel' };
  });

  const open = decided.filter((each) => each.do === 'move' && each.to === null && isMovable(each.affected, each.row));
  if (open.length === 0) return decided;
  // Offered as in the preview: among all that could be moved.
  const movable = decided.filter(({ affected, row }) => isMovable(affected, row)).map(({ row }) => row);
  const moves = await proposeMoves(context, draft.after, movable);
  return decided.map((each) =>
    each.do === 'move' && each.to === null ? { ...each, to: moves.get(each.row.id)?.[0] ?? null } : each,
  );
}

const targetOf = (to: { resourceId: string; startsAt: string; endsAt: string }): MoveTarget => ({
  resourceId: to.resourceId,
  from: instantOf(to.startsAt),
  until: instantOf(to.endsAt),
});

interface Settled {
  readonly told: ToldBooking[];
  readonly refunds: { readonly bookingId: string; readonly refund: Money; readonly isClosure: boolean }[];
  readonly outcome: Omit<OutcomeBody, 'membersTold'>;
}

/** Does to the bookings what was decided: those that leave first, so that others may take their time. */
export async function settle(
  context: Context,
  consequences: Consequences,
  decided: readonly Decided[],
  draft: Pick<DraftedChange, 'after'>,
): Promise<Settled> {
  const { tx, networkId, now } = context;
  const told: ToldBooking[] = [];
  const refunds: Settled['refunds'] = [];
  const of = <D extends Decided['do']>(what: D) =>
    decided.filter((each): each is Extract<Decided, { do: D }> => each.do === what);
  const idsOf = (some: readonly Decided[]) => some.map(({ row }) => row.id);
  const giveBack = ({ affected, row }: Decided, refund: Money): Money | null => {
    if (refund.minor <= 0) return null;
    refunds.push({ bookingId: row.id, refund, isClosure: affected.reason === 'closed' });
    return refund;
  };

  const [released, cancelled, kept] = [of('release'), of('cancel'), of('keep')];
  const leaving = idsOf([...released, ...cancelled]);
  await cancelLockedBookings(tx, networkId, leaving, now);
  await revokePinsOf(tx, networkId, leaving, now);
  for (const each of cancelled) {
    const { reason, refund } = each.affected;
    const row = { ...each.row, status: 'cancelled' as const, revision: each.row.revision + 1 };
    told.push({ row, what: 'cancelled', reason, refund: giveBack(each, refund), pin: null });
  }

  for (const each of of('shorten')) {
    const { affected, row, until } = each;
    const cut = row.endsAt - until;
    const changes = {
      endsAt: until,
      occupied: { from: row.occupied.from, until: row.occupied.until - cut },
      spaceHold: { from: row.spaceHold.from, until: row.spaceHold.until - cut },
      revision: row.revision + 1,
    };
    await updateBooking(tx, networkId, row.id, row.revision, changes);
    const refund = giveBack(each, affected.refund);
    told.push({ row: { ...row, ...changes }, what: 'shortened', reason: affected.reason, refund, pin: null });
  }

  const impossible: { id: string; reference: string; code: ProblemCode }[] = [];
  for (const each of of('move')) {
    const { affected, row } = each;
    const moved = await moveWithin(context, draft, row, each.to);
    if (!moved.ok) {
      impossible.push({ id: row.id, reference: row.reference, code: moved.reason });
      continue;
    }
    const refund = giveBack(each, moved.value.refund);
    told.push({ row: moved.value.row, what: 'moved', reason: affected.reason, refund, pin: moved.value.pin });
  }
  if (impossible.length > 0) throw new RefusalError('schedule.move_impossible', { bookings: impossible });

  await markKeptOutsideHours(tx, networkId, idsOf(kept), true);
  await markKeptOutsideHours(tx, networkId, consequences.backWithin, false);
  for (const { affected, row } of kept) {
    told.push({ row, what: 'kept', reason: affected.reason, refund: null, pin: null });
  }
  return {
    told,
    refunds,
    outcome: {
      cancelled: idsOf(cancelled),
      moved: idsOf(of('move')),
      kept: idsOf(kept),
      shortened: idsOf(of('shorten')),
      holdsReleased: released.length,
      refunds: sums(refunds.map(({ refund }) => refund)),
    },
  };
}

/** A booking in a series may lie further ahead than a single one may be made. */
const MOVE_LIMITS = { ...DEFAULT_BOOKING_LIMITS, horizonDays: 5 * 366 };

/**
 * Moves a booking within its site in the new hours, by the checks of any booking; the constraints have the last word, and with their
 * refusal the whole change is over. It costs no more than before: the place wanted the move.
 */
async function moveWithin(
  context: Context,
  { after }: Pick<DraftedChange, 'after'>,
  row: BookingUnderChangeRow,
  to: MoveTarget | null,
): Promise<Result<{ row: BookingUnderChangeRow; refund: Money; pin: string }>> {
  const { tx, networkId, now } = context;
  if (to === null) return refuse('booking.conflict');
  const window = { from: to.from, until: to.until };
  if (!mayMove(row, window, now, 'staff').ok) return refuse('booking.already_started');
  const resource = await findBookableResource(tx, networkId, to.resourceId);
  if (resource === null || resource.siteId !== after.siteId) return refuse('not_found');
  if (row.seats > resource.capacity) return refuse('booking.too_few_seats');
  const checked = await checkWindowIn(context, after, resource, bookerOfBooking(row), window, MOVE_LIMITS);
  if (!checked.ok) return checked;
  const { occupied, spaceHold, audienceClass, siteClass, terms } = checked.value;
  const reach = { from: Math.min(occupied.from, spaceHold.from), until: Math.max(occupied.until, spaceHold.until) };
  await expireHolds(tx, networkId, resource.spaceId, reach, now);
  const quote = quoteBooking({ tariff: await tariffUnder(context, terms, resource), window, zone: resource.timeZone });
  const isCheaper = quote.currency === row.currency && quote.totalMinor < row.priceMinor;
  const changes = {
    spaceId: resource.spaceId,
    resourceId: resource.id,
    audienceClass,
    siteAxis: siteClass?.axis ?? '',
    siteClass: siteClass?.siteClass ?? '',
    isShared: resource.kind === 'seats',
    keptOutsideHours: false,
    startsAt: window.from,
    endsAt: window.until,
    ...(isCheaper && { priceMinor: quote.totalMinor, quote }),
    occupied,
    spaceHold,
    revision: row.revision + 1,
  };
  const { agreementId, partnerStructureId } = terms;
  try {
    await updateBooking(tx, networkId, row.id, row.revision, { ...changes, agreementId, partnerStructureId });
  } catch (error) {
    const violation = constraintViolation(error);
    if (violation === null || !violation.constraint.startsWith('bookings_')) throw error;
    throw new RefusalError('schedule.move_impossible', {
      bookings: [{ id: row.id, reference: row.reference, code: 'booking.conflict' }],
    });
  }
  const moved = {
    ...row,
    ...changes,
    resourceName: resource.name,
    resourceKind: resource.kind,
    spaceName: resource.spaceName,
  };
  await revokePinsOf(tx, networkId, [row.id], now);
  const pin = await issuePin(context, { ...moved, siteId: resource.siteId });
  const refund = { minor: isCheaper ? row.priceMinor - quote.totalMinor : 0, currency: row.currency };
  return ok({ row: moved, refund, pin });
}

/** Whose booking stays hears nothing of closures that nobody is to be told of. */
function isToldNothing({ what, reason, row }: ToldBooking, { plan }: DraftedChange): boolean {
  if (what !== 'kept' || reason !== 'closed') return false;
  const window = { from: row.startsAt, until: row.endsAt };
  return plan.after.closures
    .filter(({ spaceId }) => spaceId === null || spaceId === row.spaceId)
    .filter(({ from, until }) => overlaps({ from: instantOf(from), until: instantOf(until) }, window))
    .every(({ told }) => told === 'nobody');
}

function sums(amounts: readonly Money[]): Money[] {
  return [...Map.groupBy(amounts, ({ currency }) => currency)]
    .map(([currency, of]) => ({ currency, minor: of.reduce((sum, { minor }) => sum + minor, 0) }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
