import type { SeriesRecord } from '@mitoyen/db/queries';
import {
  type Instant,
  isActive,
  type LocalDate,
  type Occurrence,
  occurrenceWindow,
  type SeriesLimits,
  timeOfMinutes,
} from '@mitoyen/domain';
import { type Locale, PROBLEMS } from '../../problems.ts';
import type { SeriesBody, SeriesPreviewBody } from '../../routes/series/schemas.ts';
import { iso, isoOrNull } from '../views.ts';
import type { AssessedOccurrence } from './assess-occurrences.ts';

export function occurrenceView(each: AssessedOccurrence, locale: Locale): SeriesPreviewBody['occurrences'][number] {
  const refusal = each.state === 'free' ? null : each;
  return {
    date: each.date,
    startsAt: isoOrNull(each.window?.from ?? null),
    endsAt: isoOrNull(each.window?.until ?? null),
    resourceId: each.resource.id,
    resourceName: each.resource.name,
    state: each.state,
    code: refusal?.code ?? null,
    reason: refusal === null ? null : PROBLEMS[refusal.code].title[locale],
    price: each.state === 'free' ? { minor: each.quote.totalMinor, currency: each.quote.currency } : null,
    alternatives: (refusal?.alternatives ?? []).map(({ resourceId, resourceName, from, until }) => ({
      resourceId,
      resourceName,
      startsAt: iso(from),
      endsAt: iso(until),
    })),
  };
}

export function previewView(
  assessed: readonly AssessedOccurrence[],
  about: {
    readonly rrule: string;
    readonly timeZone: string;
    readonly kept: readonly LocalDate[];
    readonly limits: SeriesLimits;
    readonly locale: Locale;
  },
): SeriesPreviewBody {
  const free = assessed.filter((each) => each.state === 'free');
  const { rrule, timeZone, kept, limits, locale } = about;
  return {
    rrule,
    timeZone,
    occurrences: assessed.map((each) => occurrenceView(each, locale)),
    free: free.length,
    total: {
      minor: free.reduce((sum, { quote }) => sum + quote.totalMinor, 0),
      currency: free[0]?.quote.currency ?? 'EUR',
    },
    kept: [...kept],
    limits: { horizonDays: limits.horizonDays, mostUpcoming: limits.mostUpcoming },
  };
}

export interface OccurrenceRow {
  readonly bookingId: string;
  readonly date: LocalDate;
  readonly status: Occurrence['status'];
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly resourceId: string;
  readonly resourceName: string;
  readonly spaceName: string;
  readonly currency: string;
  readonly priceMinor: number;
  readonly revision: number;
}

export type SeriesOccurrence = Occurrence & OccurrenceRow;

/** A booking of a series as the domain sees it. */
export function occurrenceOf(series: SeriesRecord, row: OccurrenceRow): SeriesOccurrence {
  const own = occurrenceWindow(row.date, series, series.timeZone);
  return {
    ...row,
    window: { from: row.startsAt, until: row.endsAt },
    isMoved:
      row.resourceId !== series.resourceId || own === null || own.from !== row.startsAt || own.until !== row.endsAt,
  };
}

export function seriesView(
  series: SeriesRecord,
  occurrences: readonly SeriesOccurrence[],
  now: Instant,
  mayChange: boolean,
): SeriesBody {
  const active = occurrences.filter(({ status }) => isActive(status) || status === 'completed' || status === 'no_show');
  const upcoming = occurrences.filter(({ status, startsAt }) => isActive(status) && startsAt > now).length;
  return {
    id: series.id,
    rrule: series.rrule,
    startsOn: series.startsOn,
    startsAt: timeOfMinutes(series.startsAtMinute),
    endsAt: timeOfMinutes(series.startsAtMinute + series.durationMinutes),
    timeZone: series.timeZone,
    audience: series.audience,
    seats: series.seats,
    memberName: series.memberName,
    resource: { id: series.resourceId, name: series.resourceName, kind: series.resourceKind },
    space: { id: series.spaceId, name: series.spaceName },
    site: { id: series.siteId, slug: series.siteSlug, name: series.siteName, commune: series.siteCommune },
    exceptDates: series.exdates,
    continuesId: series.continuesId,
    revision: series.revision,
    cancelledAt: isoOrNull(series.cancelledAt),
    total: {
      minor: active.reduce((sum, { priceMinor }) => sum + priceMinor, 0),
      currency: occurrences[0]?.currency ?? 'EUR',
    },
    upcoming,
    mayChange: mayChange && upcoming > 0,
    occurrences: occurrences.map((each) => ({
      bookingId: each.bookingId,
      date: each.date,
      status: each.status,
      startsAt: iso(each.startsAt),
      endsAt: iso(each.endsAt),
      resourceName: each.resourceName,
      isMoved: each.isMoved,
      price: { minor: each.priceMinor, currency: each.currency },
    })),
  };
}
