import type { Period, PlannedWindow, ScheduleException, ScheduleTemplate, TemplateWindow } from '@mitoyen/domain';

export type { Period, PlannedWindow, TemplateWindow };

/** A template as the API keeps it: the domain's, and why it is there. */
export interface Template extends ScheduleTemplate {
  readonly origin: 'host' | 'suggestion';
  readonly evidence?: unknown;
}

export type Exception = ScheduleException;

export type Told = 'nobody' | 'booked' | 'members';

/** Instants are ISO 8601, as everywhere in the API. */
export interface Closure {
  readonly id: string;
  readonly from: string;
  readonly until: string;
  readonly spaceId: string | null;
  readonly reason: string | null;
  readonly told: Told;
}

export interface Space {
  readonly id: string;
  readonly name: string;
  readonly capacity: number;
  readonly handoverMinutes: number;
  /** The class of every audience here: one class may be there together. */
  readonly classes: Readonly<Record<string, string>>;
}

export interface Settings {
  readonly onPublicHolidays: 'closed' | 'as_usual';
  readonly holidayCalendar: string | null;
  readonly schoolCalendar: string | null;
  readonly schoolZone: string | null;
  readonly buildingCapacity: number | null;
  /** By space. */
  readonly handoverMinutes: Readonly<Record<string, number>>;
}

export interface SchoolOverride {
  readonly year: string;
  readonly name: string;
  readonly firstDay: string;
  readonly lastDay: string | null;
  readonly by: 'recteur' | 'local';
}

export interface HolidayOverride {
  readonly date: string;
  readonly name: string | null;
}

/** Everything of a place's hours that a host may change. Templates are in the order in which they are listed. */
export interface Draft {
  readonly templates: readonly Template[];
  readonly exceptions: readonly Exception[];
  readonly closures: readonly Closure[];
  readonly settings: Settings;
  readonly overrides: { readonly school: readonly SchoolOverride[]; readonly holidays: readonly HolidayOverride[] };
}

/** The hours as they are saved, and what is needed to draw them. */
export interface Saved {
  readonly revision: number;
  readonly timeZone: string;
  readonly mayChange: boolean;
  readonly spaces: readonly Space[];
  readonly draft: Draft;
  readonly calendars: {
    readonly holidays: readonly string[];
    readonly school: readonly { readonly id: string; readonly zones: readonly string[] }[];
  };
}

/** What the calendars of the place say of a date; null: they do not know. */
export interface DayFact {
  readonly date: string;
  readonly holidays: readonly { readonly code: string; readonly name: string }[] | null;
  readonly school: { readonly kind: 'term' | 'holiday'; readonly name?: string; readonly isSummer?: boolean } | null;
}

/** What the API is asked to make of the hours. */
export interface Change {
  templates?: { upsert?: Template[]; delete?: string[]; order?: string[] };
  exceptions?: { upsert?: Exception[]; delete?: string[] };
  closures?: { upsert?: Closure[]; delete?: string[] };
  settings?: Partial<Settings>;
  overrides?: { school?: SchoolOverride[]; holidays?: HolidayOverride[] };
}
