/** An instant: milliseconds since 1970-01-01T00:00:00Z, as an integer. Never a local time. */
export type Instant = number;

/** A calendar date in some zone, `YYYY-MM-DD` (ISO 8601). */
export type LocalDate = string;

/** A wall-clock time, `HH:MM` (24 h). `24:00` is allowed as the end of a window only. */
export type LocalTime = string;

/** An IANA zone such as `Europe/Paris`. */
export type TimeZone = string;

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Half-open `[from, until)`, `from < until`. 10-11 and 11-12 do not clash. */
export interface Window {
  readonly from: Instant;
  readonly until: Instant;
}

/** Result of a rule: a refusal is a value with a stable reason, never an exception. */
export type Outcome<T, R extends string = string, D = undefined> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: R; readonly detail?: D };
