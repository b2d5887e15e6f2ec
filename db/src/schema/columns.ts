import type { Instant, Window } from '@mitoyen/domain';
import { customType } from 'drizzle-orm/pg-core';

/** PostgreSQL prints timestamptz in the session's zone: connections are opened in UTC, so the text ends in `+00`. */
function parseInstant(text: string): Instant {
  const at = Date.parse(text.endsWith('+00') ? `${text.slice(0, -3).replace(' ', 'T')}Z` : text);
  if (Number.isNaN(at)) throw new Error(`Not an instant: ${text}`);
  return at;
}

/** What goes to the database: ISO 8601 in UTC. */
export function instantToSql(at: Instant): string {
  return new Date(at).toISOString();
}

/** The driver is spared null everywhere but in a prepared statement, whose parameters are all mapped. */
const orNull =
  <T>(toDriver: (value: T) => string) =>
  (value: T): string =>
    value === null ? (null as unknown as string) : toDriver(value);

/** timestamptz <-> epoch milliseconds. */
export const instant = customType<{ data: Instant; driverData: string }>({
  dataType: () => 'timestamp with time zone',
  fromDriver: parseInstant,
  toDriver: orNull(instantToSql),
});

/** A window as the text of a half-open tstzrange. */
export function windowToSql(window: Window): string {
  return `[${instantToSql(window.from)},${instantToSql(window.until)})`;
}

function parseWindow(text: string): Window {
  const match = /^[[(]"?([^",]+)"?,"?([^",]+)"?[)\]]$/.exec(text);
  if (!match?.[1] || !match[2]) throw new Error(`Not a bounded range: ${text}`);
  return { from: parseInstant(match[1]), until: parseInstant(match[2]) };
}

/** tstzrange `[from, until)` <-> Window. */
export const instantRange = customType<{ data: Window; driverData: string }>({
  dataType: () => 'tstzrange',
  fromDriver: parseWindow,
  toDriver: orNull(windowToSql),
});
