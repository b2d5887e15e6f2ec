import type { LocalDate, Outcome } from './types.ts';

/** School zones of metropolitan France; the academies of each are set by the ministry. */
export type SchoolZone = 'A' | 'B' | 'C';

/** Days without class, both included. `lastDay: null` while the return is not fixed. */
export interface SchoolPeriod {
  readonly name: string;
  readonly zones: readonly string[];
  readonly firstDay: LocalDate;
  readonly lastDay: LocalDate | null;
}

export interface SchoolYear {
  /** The day on which pupils return; absent while the year is not published. */
  readonly rentreeEleves?: LocalDate;
  /** The first day without class of the summer; absent while the year is not published. */
  readonly finDesCours?: LocalDate;
  readonly periods: readonly SchoolPeriod[];
}

/** School years by name (`2026-2027`), as the seed's data spells them. What else the data holds is not read. */
export interface SchoolCalendar {
  readonly years: Readonly<Record<string, SchoolYear>>;
}

export type SchoolDay =
  | { readonly kind: 'term' }
  | {
      readonly kind: 'holiday';
      readonly name: string;
      readonly firstDay: LocalDate;
      readonly lastDay: LocalDate | null;
    };

/**
 * Whether pupils of the zone have class in the weeks around the date. Weekends, public holidays and free Wednesdays of
 * a term count as term: which hours of a week are school hours is each place's own pattern. Refused with `not_covered`
 * outside the years that the calendar knows: term time is never assumed. A recteur may shift dates by up to three days
 * (décret 90-236, art. 1): places keep their exceptions beside this.
 */
export function schoolDayOn(
  calendar: SchoolCalendar,
  zone: SchoolZone,
  date: LocalDate,
): Outcome<SchoolDay, 'not_covered'> {
  for (const year of Object.values(calendar.years)) {
    for (const { name, zones, firstDay, lastDay } of year.periods) {
      if (!zones.includes(zone) || date < firstDay) continue;
      // An open-ended summer says only that its first day has no class.
      if (lastDay === null ? date === firstDay : date <= lastDay) {
        return { ok: true, value: { kind: 'holiday', name, firstDay, lastDay } };
      }
    }
  }
  const isInTerm = Object.values(calendar.years).some(
    ({ rentreeEleves, finDesCours }) =>
      rentreeEleves !== undefined && finDesCours !== undefined && date >= rentreeEleves && date < finDesCours,
  );
  return isInTerm ? { ok: true, value: { kind: 'term' } } : { ok: false, reason: 'not_covered' };
}
