import {
  formatRule,
  type Instant,
  isActive,
  type LocalDate,
  MOST_OCCURRENCES,
  type Occurrence,
  parseRule,
  type TimeOfDay,
  type TimeZone,
} from '@mitoyen/domain';
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { tzlib_get_ical_block } from 'timezones-ical-library';
import { expandRecurrence } from '../adapters/recurrence.ts';

export interface CalendarSeries extends TimeOfDay {
  readonly id: string;
  readonly rrule: string;
  readonly startsOn: LocalDate;
  readonly timeZone: TimeZone;
  readonly revision: number;
  readonly resourceName: string;
  readonly spaceName: string;
  readonly siteName: string;
  readonly siteCommune: string;
}

export interface CalendarOccurrence extends Occurrence {
  readonly revision: number;
  readonly resourceName: string;
  readonly spaceName: string;
}

/** One entry of a calendar for a whole series. */
export const seriesUid = (seriesId: string): string => `series-${seriesId}@mitoyen`;

export interface SeriesEntry {
  readonly series: CalendarSeries;
  readonly occurrences: readonly CalendarOccurrence[];
}

/**
 * Series as iCalendar (RFC 5545), each under one UID: the rule in the wall time of the place, with the zone's own rules, so that a clock
 * change moves nothing; EXDATE for what is not booked; an entry with RECURRENCE-ID for each occurrence that is elsewhere. SEQUENCE grows
 * with every change, and a calendar replaces what it had. Where nothing is left at all it is a cancellation (RFC 5546, 3.2.5). The
 * series of one file are of one place.
 */
export function seriesCalendar(entries: readonly SeriesEntry[], publicUrl: string, now: Instant): string {
  const isAllCancelled = entries.every(({ occurrences }) => bookedOf(occurrences).length === 0);
  const calendar = ical({
    prodId: { company: 'Mitoyen', product: 'Mitoyen', language: 'FR' },
    method: isAllCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH,
    timezone: {
      name: entries[0]?.series.timeZone ?? 'UTC',
      generator: (name) => tzlib_get_ical_block(name)[0] ?? null,
    },
  });
  for (const { series, occurrences } of entries) {
    const zone = series.timeZone;
    const booked = bookedOf(occurrences);
    const rule = parseRule(series.rrule);
    if (!rule.ok) throw new Error(`Series ${series.id} has the rule ${JSON.stringify(series.rrule)}: ${rule.reason}.`);
    const given = expandRecurrence(rule.value, series.startsOn, MOST_OCCURRENCES);
    const bookedDates = new Set(booked.map(({ date }) => date));
    const left = booked.length === 0 ? [] : given.filter((date) => !bookedDates.has(date));
    // An UNTIL beside a DTSTART with a zone is an instant in UTC (3.3.10): the last one of its day.
    const rrule = formatRule(rule.value, (date) => `${compact(wallTime(date, 1439, zone).withTimeZone('UTC'))}Z`);
    const exdates = left.map((date) => compact(wallTime(date, series.startsAtMinute, zone)));
    const common = {
      id: seriesUid(series.id),
      timezone: zone,
      sequence: occurrences.reduce((most, { revision }) => Math.max(most, revision), series.revision),
      url: `${publicUrl}/reservations/repetees/${series.id}`,
      status: booked.length === 0 ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    };
    const first = given[0] ?? series.startsOn;
    const without = exdates.length > 0 ? [`EXDATE;TZID=${zone}:${exdates.join(',')}`] : [];
    calendar.createEvent({
      ...common,
      start: wallTime(first, series.startsAtMinute, zone),
      end: wallTime(first, series.startsAtMinute + series.durationMinutes, zone),
      repeating: [`RRULE:${rrule}`, ...without].join('\r\n'),
      summary: `${series.resourceName} · ${series.siteName}`,
      location: `${series.spaceName}, ${series.siteName}, ${series.siteCommune}`,
    });
    for (const each of booked.filter(({ isMoved }) => isMoved)) {
      calendar.createEvent({
        ...common,
        recurrenceId: wallTime(each.date, series.startsAtMinute, zone),
        start: at(each.window.from, zone),
        end: at(each.window.until, zone),
        summary: `${each.resourceName} · ${series.siteName}`,
        location: `${each.spaceName}, ${series.siteName}, ${series.siteCommune}`,
      });
    }
  }
  // The library writes the stamp in the zone of the process and without saying so: the standard wants UTC (3.8.7.2).
  const stamp = `DTSTAMP:${compact(at(now, 'UTC'))}Z`;
  return calendar.toString().replaceAll(/^DTSTAMP:[^\r\n]*/gm, stamp);
}

const bookedOf = (occurrences: readonly CalendarOccurrence[]) =>
  occurrences.filter(({ status }) => isActive(status) || status === 'completed' || status === 'no_show');

function wallTime(date: LocalDate, minute: number, zone: TimeZone): Temporal.ZonedDateTime {
  return Temporal.PlainDate.from(date).toPlainDateTime().add({ minutes: minute }).toZonedDateTime(zone);
}

const at = (instant: Instant, zone: TimeZone) =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);

/** `20261124T090000`. */
const compact = (time: Temporal.ZonedDateTime): string =>
  time.toPlainDateTime().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
