import type { AudienceCode } from '../audience/types.ts';
import type { Closure } from '../availability/types.ts';
import type { Money } from '../pricing/types.ts';
import type { SiteCalendar } from '../schedule/calendar.ts';
import type { SiteClass } from '../schedule/compatibility.ts';
import type { DateRange } from '../schedule/expand.ts';
import type { Period, ScheduledSpace, ScheduledWindow } from '../schedule/types.ts';
import type { LocalTime, TimeZone, Weekday, Window } from '../time/types.ts';

/** An audience to which hours may be proposed, and what an hour of it brings (null: free, or not known). */
export interface SuggestionAudience {
  readonly audience: AudienceCode;
  readonly hourPrice: Money | null;
  /** A referent must be there: the proposal says so, since somebody must be found. */
  readonly needsReferent: boolean;
}

export interface SuggestionSettings {
  /** Weeks in which an hour must have been observed, at least. */
  readonly minWeeks: number;
  /** An hour counts as unused while at most this share of its time was used, in basis points. */
  readonly maxUsedBp: number;
  /** Whole hours in a row, at least. */
  readonly minHours: number;
  /** Hours of the day in which closed time may be proposed too, `[fromHour, untilHour)`; null: open hours only. */
  readonly closedHours: { readonly fromHour: number; readonly untilHour: number } | null;
}

export const DEFAULT_SUGGESTION_SETTINGS: SuggestionSettings = {
  minWeeks: 4,
  maxUsedBp: 1_000,
  minHours: 2,
  closedHours: { fromHour: 8, untilHour: 20 },
};

/** What was observed of one site. */
export interface SuggestionFacts {
  readonly zone: TimeZone;
  readonly calendar: SiteCalendar;
  /** Local dates observed; all of them over. */
  readonly observed: DateRange;
  readonly spaces: readonly ScheduledSpace[];
  /** `never_same_site`, from `siteClasses`. */
  readonly siteClasses: ReadonlyMap<AudienceCode, SiteClass>;
  /** The expansion of the schedule on these dates. */
  readonly open: readonly ScheduledWindow[];
  readonly closures: readonly Closure[];
  /** Bookings that took place or were paid for. */
  readonly booked: readonly (Window & { readonly spaceId: string; readonly audience: AudienceCode })[];
  /** Measured presence, checked-in or sensed. */
  readonly present: readonly (Window & { readonly spaceId: string })[];
  readonly audiences: readonly SuggestionAudience[];
  readonly settings: SuggestionSettings;
}

export interface SuggestionEvidence {
  /** Weeks in which these hours were observed, and weeks with any use of them at all. */
  readonly weeks: number;
  readonly weeksUsed: number;
  /** Over all these weeks: the hours looked at, and how much of them was booked or somebody was there. */
  readonly observedMs: number;
  readonly usedMs: number;
  readonly usedBp: number;
  /** How full the proposed audience's own hours were on this site in this season; null when it had none. */
  readonly demand: { readonly openMs: number; readonly bookedMs: number; readonly bookedBp: number } | null;
  /**
   * Upper end of the 95 % Wilson interval (Wilson, 1927) for the share of weeks with any use, in basis points: what few
   * weeks leave possible.
   */
  readonly usedWeeksAtMostBp: number;
}

/** `high`: use in at most a quarter of the weeks is likely; `medium`: at most two fifths; `low`: less is known. */
export type Confidence = 'low' | 'medium' | 'high';

/** Hours that one audience does not use and another could, ready to be made a template window. */
export interface Suggestion {
  readonly spaceId: string;
  readonly period: Period;
  readonly weekday: Weekday;
  readonly startsAt: LocalTime;
  readonly endsAt: LocalTime;
  readonly audience: AudienceCode;
  /** `beside` the audiences that have them, `instead` of those it may not meet, or `open`ing hours that are closed. */
  readonly mode: 'beside' | 'instead' | 'open';
  /** Whose hours they are; nobody's when closed. */
  readonly heldBy: readonly AudienceCode[];
  readonly needsReferent: boolean;
  readonly evidence: SuggestionEvidence;
  /**
   * A week's expected gain: the hours proposed, as full as the audience's own ones were, at its price, less what the hours
   * brought so far if they change hands. Null when nothing is known of the demand, or of the price.
   */
  readonly weeklyGain: Money | null;
  readonly confidence: Confidence;
}

export interface Suggestions {
  /** Best first: by gain (known before unknown), confidence, length, then by space, season, weekday, start and audience. */
  readonly suggestions: readonly Suggestion[];
  /** Dates that were left out because they say nothing about usual weeks. */
  readonly skipped: { readonly publicHolidays: number; readonly unknownDays: number };
}
