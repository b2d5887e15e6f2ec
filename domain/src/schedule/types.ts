import type { AudienceClass, AudienceCode } from '../audience/types.ts';
import type { Closure, OpeningWindow } from '../availability/types.ts';
import type { LocalDate, LocalTime, TimeZone, Weekday, Window } from '../time/types.ts';
import type { SiteCalendar } from './calendar.ts';

/**
 * When a template is in force. Names and codes are those of the site's calendars; null is any. A `date_range` is
 * `[from, until)`; `iso_weeks` goes by the week number of ISO 8601; `all_of` holds when each of its parts does.
 * `summer` is the school holiday that begins where a school year's classes end.
 */
export type Period =
  | { readonly kind: 'always' }
  | { readonly kind: 'iso_weeks'; readonly parity: 'odd' | 'even' }
  | { readonly kind: 'school_term' }
  | { readonly kind: 'school_holiday'; readonly names: readonly string[] | null }
  | { readonly kind: 'summer' }
  | { readonly kind: 'date_range'; readonly from: LocalDate; readonly until: LocalDate }
  | { readonly kind: 'public_holiday'; readonly codes: readonly string[] | null }
  | { readonly kind: 'all_of'; readonly periods: readonly Period[] };

/**
 * A range of local wall time, `[startsAt, endsAt)`; `endsAt` may be `24:00`, a range does not cross midnight.
 * `spaceId: null` is every space that its template or exception speaks for.
 */
export interface PlannedWindow {
  readonly id: string;
  readonly spaceId: string | null;
  readonly audience: AudienceCode;
  readonly startsAt: LocalTime;
  readonly endsAt: LocalTime;
}

/** `weekday: null` is every day of the template's period. */
export interface TemplateWindow extends PlannedWindow {
  readonly weekday: Weekday | null;
}

/**
 * The hours of some spaces over one period. On a given date exactly one template rules a space; a space that the ruling
 * template speaks for and gives no window is closed. In force from `validFrom` (inclusive) until `validUntil`
 * (exclusive); these bounds are the template's history and do not count in the precedence.
 */
export interface ScheduleTemplate {
  readonly id: string;
  readonly name: string;
  /** The spaces that it speaks for; null is every space of the site. */
  readonly spaceIds: readonly string[] | null;
  readonly period: Period;
  readonly validFrom: LocalDate | null;
  readonly validUntil: LocalDate | null;
  readonly windows: readonly TemplateWindow[];
}

/**
 * What one date has of its own: `replace` gives the day other windows (none: closed), `remove` takes a range of wall
 * time out (of one audience, or of all), `add` puts windows in, which take their time from hours that they are
 * incompatible with. Applied in this order, to hours that are settled among themselves: what a removal frees falls to nobody.
 */
export interface ScheduleException {
  readonly id: string;
  readonly date: LocalDate;
  /** Null is every space of the site. */
  readonly spaceIds: readonly string[] | null;
  readonly reason: string | null;
  readonly change:
    | { readonly kind: 'replace'; readonly windows: readonly PlannedWindow[] }
    | { readonly kind: 'add'; readonly windows: readonly PlannedWindow[] }
    | {
        readonly kind: 'remove';
        readonly startsAt: LocalTime;
        readonly endsAt: LocalTime;
        readonly audience: AudienceCode | null;
      };
}

export interface ScheduledSpace {
  readonly id: string;
  /** Elapsed time between two incompatible audiences; at most a day. */
  readonly handoverMs: number;
  /** The class of every audience in this space: `deriveClasses`. */
  readonly classes: ReadonlyMap<AudienceCode, AudienceClass>;
}

/**
 * Everything that says when the spaces of one site are open. Where precedence leaves two templates or two exceptions
 * equal, the one listed first goes first.
 */
export interface Schedule {
  readonly zone: TimeZone;
  readonly calendar: SiteCalendar;
  readonly spaces: readonly ScheduledSpace[];
  readonly templates: readonly ScheduleTemplate[];
  readonly exceptions: readonly ScheduleException[];
  readonly closures: readonly Closure[];
  /** On a public holiday for which no template of its own exists. */
  readonly onPublicHolidays: 'closed' | 'as_usual';
}

/** An opening window and where it comes from. `ruleId` is the id of the planned window. */
export interface ScheduledWindow extends OpeningWindow {
  /** Null for a window of an exception. */
  readonly templateId: string | null;
  readonly exceptionId: string | null;
}

/** Between two incompatible audiences in one space: nobody but staff. */
export interface Handover extends Window {
  readonly spaceId: string;
  readonly leaving: AudienceCode;
  readonly arriving: AudienceCode;
}

/** A date on which no calendar says which hours hold in a space: nothing of a template is open then. */
export interface UnknownDay {
  readonly spaceId: string;
  readonly date: LocalDate;
  readonly missing: 'school_calendar' | 'holiday_calendar';
}

/** Each list by space, in the schedule's order, then by start. */
export interface Expansion {
  readonly windows: readonly ScheduledWindow[];
  readonly handovers: readonly Handover[];
  /** Windows that the handover before them leaves no time; `checkTemplate` refuses to keep such a plan. */
  readonly squeezedOut: readonly ScheduledWindow[];
  readonly unknown: readonly UnknownDay[];
}
