import { expireHolds, insertBookings, insertSeries, lockSpaceOfResource, notifyLive } from '@mitoyen/db/queries';
import { bookingReference, formatRule, REFERENCE_RANDOM_BYTES, type Window } from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import { type Context, signedIn } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { Decision, SeriesBody } from '../../routes/series/schemas.ts';
import type { BookableResource } from '../bookings/check-window.ts';
import { assessOccurrences, type FreeOccurrence, type RefusedOccurrence } from './assess-occurrences.ts';
import { issueSeriesPin } from './issue-series-pin.ts';
import { loadSeries } from './load-series.ts';
import { decide, planSeries, type SeriesInput } from './plan-series.ts';
import { tellSeries } from './tell-series.ts';
import { occurrenceView, seriesView } from './views.ts';

/**
 * Books every occurrence of a series, or none: confirmed at once, with one PIN and one mail for all. What cannot be had must be among
 * the decisions: left out, or moved. Refusals: those of `planSeries` and `decide`; `series.conflicts` with the occurrences that nobody
 * decided about; from the constraints, those of a booking.
 */
export async function bookSeries(
  context: Context,
  input: SeriesInput,
  decisions: readonly Decision[],
): Promise<Result<SeriesBody>> {
  const { tx, networkId, now, services } = context;
  const actor = signedIn(context);
  const touched = [input.resourceId, ...decisions.flatMap(({ to }) => to?.resourceId ?? [])];
  await lockSpaces(context, touched);
  const planned = await planSeries(context, input);
  if (!planned.ok) return planned;
  const { resource, memberId, booker, seats, rule, dates, time, limits, upcoming } = planned.value;
  const except = new Set(input.exceptDates);
  const occurrences = dates.filter((date) => !except.has(date)).map((date) => ({ date, resource }));
  const decided = await decide(context, occurrences, time, decisions);
  if (!decided.ok) return decided;
  const { wanted, skipped } = decided.value;
  if (wanted.length === 0) return refuse('series.no_dates');
  const assessed = await assessOccurrences(context, {
    wanted,
    booker,
    seats,
    limits,
    upcoming,
    without: new Set(),
    withAlternatives: false,
  });
  const free = assessed.filter((each) => each.state === 'free');
  if (free.length < assessed.length) return refuseConflicts(context, assessed);

  await expireHoldsOf(context, free);
  const seriesId = makeId(services, now);
  const [first] = dates;
  await insertSeries(tx, {
    networkId,
    id: seriesId,
    siteId: resource.siteId,
    spaceId: resource.spaceId,
    resourceId: resource.id,
    memberId,
    audienceId: booker.id,
    seats,
    rrule: formatRule(rule),
    startsOn: first ?? input.firstDate,
    startsAtMinute: time.startsAtMinute,
    durationMinutes: time.durationMinutes,
    timeZone: resource.timeZone,
    exdates: [...except, ...skipped].sort(),
    createdBy: actor.accountId,
    createdAt: now,
  });
  const rows = free.map((each) => ({
    networkId,
    id: makeId(services, now),
    reference: bookingReference(services.random(REFERENCE_RANDOM_BYTES)),
    memberId,
    audienceId: booker.id,
    isStaffUse: booker.isStaff,
    seats,
    seriesId,
    seriesDate: each.date,
    status: 'confirmed' as const,
    createdAt: now,
    confirmedAt: now,
    ...placed(each),
  }));
  await insertBookings(tx, rows);
  const pin = await issueSeriesPin(context, rows);
  const loaded = await loadSeries(context, seriesId, 'series.read');
  if (!loaded.ok) return loaded;
  const { series, occurrences: all } = loaded.value;
  await tellSeries(context, series, all, [{ series, occurrences: all }], { template: 'series_confirmed', pin });
  await requestGrants(context, resource.siteId);
  await notifyLive(tx, { networkId, siteId: resource.siteId, kind: 'booking' });
  return ok(seriesView(series, all, now, true));
}

/** The columns of a booking that say where and when it is, and at what price. */
export function placed({ resource, window, bookable, audienceClass, siteClass, terms, quote }: FreeOccurrence) {
  return {
    siteId: resource.siteId,
    spaceId: resource.spaceId,
    resourceId: resource.id,
    isShared: resource.kind === 'seats',
    audienceClass,
    siteAxis: siteClass?.axis ?? '',
    siteClass: siteClass?.siteClass ?? '',
    agreementId: terms.agreementId,
    partnerStructureId: terms.partnerStructureId,
    startsAt: window.from,
    endsAt: window.until,
    occupied: bookable.occupied,
    spaceHold: bookable.spaceHold,
    currency: quote.currency,
    priceMinor: quote.totalMinor,
    quote,
  };
}

/** In one order, whoever asks: two series that lock each other's spaces would wait for each other. */
export async function lockSpaces({ tx, networkId }: Context, resourceIds: readonly string[]): Promise<void> {
  for (const id of [...new Set(resourceIds)].sort()) await lockSpaceOfResource(tx, networkId, id);
}

/** What somebody put aside too long ago stands in nobody's way. */
export async function expireHoldsOf(
  { tx, networkId, now }: Context,
  free: readonly {
    readonly resource: BookableResource;
    readonly bookable: { readonly occupied: Window; readonly spaceHold: Window };
  }[],
): Promise<void> {
  for (const [spaceId, group] of Map.groupBy(free, ({ resource }) => resource.spaceId)) {
    const reach = group.flatMap(({ bookable }) => [bookable.occupied, bookable.spaceHold]);
    const window = {
      from: Math.min(...reach.map(({ from }) => from)),
      until: Math.max(...reach.map(({ until }) => until)),
    };
    await expireHolds(tx, networkId, spaceId, window, now);
  }
}

export function refuseConflicts(
  { locale }: Context,
  assessed: readonly (FreeOccurrence | RefusedOccurrence)[],
): Result<never> {
  const refused = assessed.filter((each) => each.state !== 'free');
  return refuse('series.conflicts', { occurrences: refused.map((each) => occurrenceView(each, locale)) });
}
