/** Today's date where the place is, `YYYY-MM-DD`. */
export function todayIn(timeZone: string): string {
  return Temporal.Now.plainDateISO(timeZone).toString();
}

/** The date of the address when it is one, else `fallback`: a page must open whatever was typed into its address. */
export function dateOr(value: string | null, fallback: string): string {
  if (value === null || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return fallback;
  try {
    return Temporal.PlainDate.from(value, { overflow: 'reject' }).toString();
  } catch {
    return fallback;
  }
}

export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The seven days beginning at `from`. */
export function weekFrom(from: string): string[] {
  return Array.from({ length: 7 }, (_, index) => addDays(from, index));
}

export function weekdayOf(date: string): number {
  return Temporal.PlainDate.from(date).dayOfWeek;
}

export function localDateOf(instant: string, timeZone: string): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/** An instant as the API writes it, or null when the text is none. */
export function instantOr(value: FormDataEntryValue | null): string | null {
  if (typeof value !== 'string') return null;
  try {
    return new Date(Temporal.Instant.from(value).epochMilliseconds).toISOString();
  } catch {
    return null;
  }
}

/** The instant of a local date and time, or null when they are none. A time that the clock skips is read one hour later. */
export function instantAt(date: string, time: string, timeZone: string): string | null {
  try {
    const local = Temporal.PlainDate.from(date).toPlainDateTime(Temporal.PlainTime.from(time));
    return new Date(local.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds).toISOString();
  } catch {
    return null;
  }
}
