import {
  cancelBookings,
  countUpcomingOccurrences,
  findBookableResource,
  findPin,
  handOverOccurrences,
  insertSeries,
  moveBookings,
  notifyLive,
  revokePins,
  type SeriesRecord,
  updateSeries,
} from '@mitoyen/db/queries';
import {
  formatRule,
  isActive,
  type LocalDate,
  localDateOf,
  localRange,
  MOST_OCCURRENCES,
  minutesOf,
  parseRule,
  planEdit,
  SERIES_LIMITS,
  type SeriesEdit,
  splitRule,
  type TimeOfDay,
  timeOfMinutes,
} from '@mitoyen/domain';
import type { Static } from 'typebox';
import { requestGrants } from '../../access/request-grants.ts';
import { expandRecurrence } from '../../adapters/recurrence.ts';
import { may } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { Decision, SeriesBody, SeriesEditRequest, SeriesPreviewBody } from '../../routes/series/schemas.ts';
import type { BookableResource } from '../bookings/check-window.ts';
import { audienceOfMember } from '../bookings/choose-audience.ts';
import { type AssessedOccurrence, assessOccurrences, type WantedOccurrence } from './assess-occurrences.ts';
import { expireHoldsOf, lockSpaces, placed, refuseConflicts } from './book-series.ts';
import { issueSeriesPin } from './issue-series-pin.ts';
import { type LoadedSeries, loadSeries } from './load-series.ts';
import { decide } from './plan-series.ts';
import { tellSeries } from './tell-series.ts';
import { previewView, type SeriesOccurrence, seriesView } from './views.ts';

export type SeriesEditInput = Static<typeof SeriesEditRequest>;

interface AssessedEdit {
  readonly loaded: LoadedSeries;
  readonly edit: SeriesEdit<SeriesOccurrence>;
  readonly resource: BookableResource;
  readonly time: TimeOfDay;
  readonly assessed: readonly AssessedOccurrence[];
  readonly skipped: readonly LocalDate[];
}

/**
 * What an edit would make of every occurrence that it reaches. Nothing is changed. Refusals: `not_found`, `request.invalid`,
 * `series.unknown_date`, `series.nothing_to_change`, `booking.ends_before_it_starts`.
 */
export async function previewSeriesEdit(
  context: Context,
  id: string,
  input: SeriesEditInput,
  decisions: readonly Decision[] = [],
): Promise<Result<SeriesPreviewBody>> {
  const found = await assessEdit(context, id, input, decisions, { withAlternatives: true });
  if (!found.ok) return found;
  const { loaded, edit, resource, assessed } = found.value;
  return ok(
    previewView(assessed, {
      rrule: loaded.series.rrule,
      timeZone: resource.timeZone,
      kept: edit.kept.map(({ date }) => date),
      limits: SERIES_LIMITS.staff,
      locale: context.locale,
    }),
  );
}

/**
 * Moves one occurrence, it and those that follow, or all that are to come, to another time of day or resource of the same place; all of
 * them or none. Where something comes before, what follows becomes a series of its own. An occurrence that is left out is given back.
 * Refusals: those of the preview, `series.changed_meanwhile`, `series.conflicts`, and those of the constraints.
 */
export async function editSeries(
  context: Context,
  id: string,
  input: SeriesEditInput & { revision?: number },
  decisions: readonly Decision[],
): Promise<Result<SeriesBody>> {
  const { tx, networkId, now, services } = context;
  const before = await loadSeries(context, id, 'series.change');
  if (!before.ok) return before;
  await lockSpaces(context, [
    before.value.series.resourceId,
    ...(input.resourceId === undefined ? [] : [input.resourceId]),
    ...decisions.flatMap(({ to }) => to?.resourceId ?? []),
  ]);
  const found = await assessEdit(context, id, input, decisions, { withAlternatives: false });
  if (!found.ok) return found;
  const { loaded, edit, resource, time, assessed, skipped } = found.value;
  const { series } = loaded;
  if (input.revision !== undefined && input.revision !== series.revision) return refuse('series.changed_meanwhile');
  const free = assessed.filter((each) => each.state === 'free');
  if (free.length < assessed.length) return refuseConflicts(context, assessed);

  const bookingOf = new Map(edit.touched.map((occurrence) => [occurrence.date, occurrence]));
  const idsOf = (dates: readonly LocalDate[]) => dates.flatMap((date) => bookingOf.get(date)?.bookingId ?? []);
  const [firstTouched] = edit.touched;
  const pinBefore = firstTouched === undefined ? null : await findPin(tx, networkId, firstTouched.bookingId);
  const oldPin = pinBefore === null ? null : services.vault.open(pinBefore.valueSealed, `credential:${pinBefore.id}`);
  const movedIds = idsOf(free.map(({ date }) => date));

  const targetId = await writeSeries(context, series, edit, input, { resource, time });
  await cancelBookings(tx, networkId, idsOf(skipped), now);
  await expireHoldsOf(context, free);
  await moveBookings(
    tx,
    networkId,
    free.map((each) => {
      const { startsAt: _from, endsAt: _until, ...columns } = placed(each);
      return { ...columns, id: bookingOf.get(each.date)?.bookingId ?? '', seriesId: targetId, window: each.window };
    }),
  );
  await revokePins(tx, networkId, movedIds, now);
  const moved = free.map((each) => ({
    id: bookingOf.get(each.date)?.bookingId ?? '',
    memberId: series.memberId,
    siteId: each.resource.siteId,
    startsAt: each.window.from,
    endsAt: each.window.until,
  }));
  const pin = moved.length === 0 ? null : await issueSeriesPin(context, moved, oldPin);

  const after = await loadSeries(context, targetId, 'series.read');
  if (!after.ok) return after;
  const cutFrom = targetId === id ? null : await loadSeries(context, id, 'series.read');
  const entries = [after.value, ...(cutFrom?.ok ? [cutFrom.value] : [])];
  const isMoved = new Set(movedIds);
  const told = after.value.occurrences.filter(({ bookingId }) => isMoved.has(bookingId));
  if (pin !== null) {
    await tellSeries(context, after.value.series, told, entries, { template: 'series_changed', pin });
  } else {
    const given = after.value.occurrences.filter(({ date }) => skipped.includes(date));
    await tellSeries(context, after.value.series, given, entries, { template: 'series_cancelled' });
  }
  await requestGrants(context, series.siteId);
  await notifyLive(tx, { networkId, siteId: series.siteId, kind: 'booking' });
  return ok(seriesView(after.value.series, after.value.occurrences, now, after.value.mayChange));
}

/**
 * Gives back one occurrence, it and those that follow, or all that are to come. Refusals: `not_found`, `series.unknown_date`,
 * `series.nothing_to_change`.
 */
export async function cancelSeries(
  context: Context,
  id: string,
  input: { scope: 'one' | 'following' | 'all'; date?: string },
): Promise<Result<SeriesBody>> {
  const { tx, networkId, now } = context;
  const loaded = await loadSeries(context, id, 'series.change', { lock: true });
  if (!loaded.ok) return loaded;
  const { series, occurrences, mayChange } = loaded.value;
  const edit = planEdit(occurrences, { scope: input.scope, date: input.date ?? null, isCancelling: true }, now);
  if (!edit.ok) return refuse(EDIT_PROBLEMS[edit.reason]);
  const ids = new Set(edit.value.touched.map(({ bookingId }) => bookingId));
  await cancelBookings(tx, networkId, [...ids], now);
  const after = occurrences.map((each) =>
    ids.has(each.bookingId) ? { ...each, status: 'cancelled' as const, revision: each.revision + 1 } : each,
  );
  const isOver = !after.some(({ status, startsAt }) => isActive(status) && startsAt > now);
  const changes = { revision: series.revision + 1, cancelledAt: isOver ? now : series.cancelledAt };
  await updateSeries(tx, networkId, id, changes);
  const changed = { ...series, ...changes };
  const touched = after.filter(({ bookingId }) => ids.has(bookingId));
  await tellSeries(context, changed, touched, [{ series: changed, occurrences: after }], {
    template: 'series_cancelled',
  });
  await requestGrants(context, series.siteId);
  await notifyLive(tx, { networkId, siteId: series.siteId, kind: 'booking' });
  return ok(seriesView(changed, after, now, mayChange));
}

const EDIT_PROBLEMS = {
  not_an_occurrence: 'series.unknown_date',
  nothing_to_change: 'series.nothing_to_change',
} as const;

async function assessEdit(
  context: Context,
  id: string,
  input: SeriesEditInput,
  decisions: readonly Decision[],
  { withAlternatives }: { withAlternatives: boolean },
): Promise<Result<AssessedEdit>> {
  const { tx, networkId, now } = context;
  const loaded = await loadSeries(context, id, 'series.change', { lock: !withAlternatives });
  if (!loaded.ok) return loaded;
  const { series, occurrences } = loaded.value;
  const planned = planEdit(occurrences, { scope: input.scope, date: input.date ?? null, isCancelling: false }, now);
  if (!planned.ok) return refuse(EDIT_PROBLEMS[planned.reason]);
  const edit = planned.value;
  const resource = await findBookableResource(tx, networkId, input.resourceId ?? resourceOf(input, series, edit));
  if (resource === null) return refuse('not_found');
  if (resource.siteId !== series.siteId || (input.toDate !== undefined && input.scope !== 'one')) {
    const path = input.toDate === undefined ? 'body/resourceId' : 'body/toDate';
    return refuse('request.invalid', { errors: [{ path, message: 'same place, and another day for one only' }] });
  }
  const time = timeAfter(input, series, edit);
  if (time.durationMinutes <= 0) return refuse('booking.ends_before_it_starts');
  const booker = await audienceOfMember(context, series.memberId, series.audience);
  if (booker === null) return refuse('not_found');

  const decided = await decide(
    context,
    edit.touched.map(({ date }) => ({ date, resource })),
    time,
    decisions,
  );
  if (!decided.ok) return decided;
  const isStaff = may(signedIn(context), 'site.operate', { structureId: series.structureId });
  // Dates that are held already are nobody's new ones; another day is held to what a new one would be.
  const isNewDate = input.toDate !== undefined;
  const upcoming = await countUpcomingOccurrences(tx, networkId, series.memberId, now);
  const assessed = await assessOccurrences(context, {
    wanted: decided.value.wanted.map((wanted): WantedOccurrence => onItsDay(wanted, input, edit, time, decisions)),
    booker,
    seats: series.seats,
    limits: isStaff || !isNewDate ? SERIES_LIMITS.staff : SERIES_LIMITS.member,
    upcoming: upcoming - edit.touched.length,
    without: new Set(edit.touched.map(({ bookingId }) => bookingId)),
    withAlternatives,
  });
  return ok({ loaded: loaded.value, edit, resource, time, assessed, skipped: decided.value.skipped });
}

/** One that was moved before stays where it is unless it is told otherwise. */
function resourceOf(input: SeriesEditInput, series: SeriesRecord, edit: SeriesEdit<SeriesOccurrence>): string {
  return input.scope === 'one' ? (edit.touched[0]?.resourceId ?? series.resourceId) : series.resourceId;
}

function timeAfter(input: SeriesEditInput, series: SeriesRecord, edit: SeriesEdit<SeriesOccurrence>): TimeOfDay {
  const { window } = (input.scope === 'one' && edit.touched[0]) || { window: null };
  const minuteOf = (at: number) => {
    const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(series.timeZone);
    return time.hour * 60 + time.minute;
  };
  const from = window === null ? series.startsAtMinute : minuteOf(window.from);
  const until = window === null ? series.startsAtMinute + series.durationMinutes : minuteOf(window.until) || 24 * 60;
  const startsAtMinute = input.startsAt === undefined ? from : minutesOf(input.startsAt);
  const endsAtMinute = input.endsAt === undefined ? until : minutesOf(input.endsAt);
  return { startsAtMinute, durationMinutes: endsAtMinute - startsAtMinute };
}

/** Of one occurrence: on the day that it is asked for, or on which it is. */
function onItsDay(
  wanted: WantedOccurrence,
  input: SeriesEditInput,
  edit: SeriesEdit<SeriesOccurrence>,
  { startsAtMinute, durationMinutes }: TimeOfDay,
  decisions: readonly Decision[],
): WantedOccurrence {
  const [only] = edit.touched;
  if (input.scope !== 'one' || only === undefined || decisions.length > 0) return wanted;
  const zone = wanted.resource.timeZone;
  const date = input.toDate ?? localDateOf(only.window.from, zone);
  const window = localRange(date, timeOfMinutes(startsAtMinute), timeOfMinutes(startsAtMinute + durationMinutes), zone);
  return { ...wanted, window };
}

/** Writes what the series is after the edit; the id of the one that the moved occurrences belong to. */
async function writeSeries(
  { tx, networkId, now, services, actor }: Context,
  series: SeriesRecord,
  edit: SeriesEdit<SeriesOccurrence>,
  input: SeriesEditInput,
  { resource, time }: { readonly resource: BookableResource; readonly time: TimeOfDay },
): Promise<string> {
  const revision = series.revision + 1;
  const place = { siteId: resource.siteId, spaceId: resource.spaceId, resourceId: resource.id, ...time };
  if (input.scope === 'one') {
    await updateSeries(tx, networkId, series.id, { revision });
    return series.id;
  }
  if (edit.splitsAt === null) {
    await updateSeries(tx, networkId, series.id, { ...place, revision });
    return series.id;
  }
  const at = edit.splitsAt;
  const rule = parseRule(series.rrule);
  if (!rule.ok) throw new Error(`Series ${series.id} has the rule ${JSON.stringify(series.rrule)}: ${rule.reason}.`);
  const dates = expandRecurrence(rule.value, series.startsOn, MOST_OCCURRENCES);
  const parts = splitRule(rule.value, dates, at);
  if (!parts.ok || parts.value.before === null) throw new Error(`Series ${series.id} has no date before ${at}.`);
  await updateSeries(tx, networkId, series.id, {
    rrule: formatRule(parts.value.before),
    exdates: series.exdates.filter((date) => date < at),
    revision,
  });
  const id = makeId(services, now);
  await insertSeries(tx, {
    networkId,
    id,
    ...place,
    memberId: series.memberId,
    audienceId: series.audienceId,
    seats: series.seats,
    rrule: formatRule(parts.value.from),
    startsOn: at,
    timeZone: series.timeZone,
    exdates: series.exdates.filter((date) => date >= at),
    continuesId: series.id,
    createdBy: actor?.accountId ?? null,
    createdAt: now,
    isDemo: series.isDemo,
  });
  await handOverOccurrences(tx, networkId, { seriesId: series.id, date: at }, id);
  return id;
}
