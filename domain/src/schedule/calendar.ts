import { addDays } from '../time/local.ts';
import { type HolidayRegion, type PublicHoliday, publicHolidays } from '../time/public-holidays.ts';
import {
  type SchoolCalendar,
  type SchoolDay,
  type SchoolPeriod,
  type SchoolZone,
  schoolDayOn,
} from '../time/school-calendar.ts';
import type { LocalDate, Outcome } from '../time/types.ts';

/**
 * The public holidays of a country or region: a plug-in. `frenchHolidays` computes them, `listedHolidays` reads them
 * from data; `withHolidays` adds and removes days of one place.
 */
export interface HolidayCalendar {
  /** Such as `FR`, `FR-alsace_moselle`, `BE`: what an explanation names as its source. */
  readonly id: string;
  /** By date. Refused with `not_covered` for a year that the calendar does not know: none is never assumed. */
  holidaysOf(year: number): Outcome<readonly PublicHoliday[], 'not_covered'>;
}

/** Computed for every year of the Gregorian calendar (Code du travail, L3133-1, L3134-13 and L3422-2). */
export function frenchHolidays(region: HolidayRegion = 'metropole'): HolidayCalendar {
  return {
    id: region === 'metropole' ? 'FR' : `FR-${region}`,
    holidaysOf: (year) => ({ ok: true, value: publicHolidays(year, region) }),
  };
}

/** From data, by year (`2027`): another country's list, as its authority publishes it. */
export function listedHolidays(id: string, years: Readonly<Record<string, readonly PublicHoliday[]>>): HolidayCalendar {
  return {
    id,
    holidaysOf(year) {
      const listed = Object.hasOwn(years, String(year)) ? years[String(year)] : undefined;
      return listed === undefined
        ? { ok: false, reason: 'not_covered' }
        : { ok: true, value: listed.toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0)) };
    },
  };
}

/** A place's own view: a local feast added, or a day that its structure works (the journée de solidarité) taken out. */
export interface HolidayOverrides {
  readonly added: readonly PublicHoliday[];
  readonly removed: readonly LocalDate[];
}

/** The calendar with the place's own days. A year that it does not know stays unknown. */
export function withHolidays(calendar: HolidayCalendar, overrides: HolidayOverrides): HolidayCalendar {
  return {
    id: calendar.id,
    holidaysOf(year) {
      const known = calendar.holidaysOf(year);
      if (!known.ok) return known;
      const kept = known.value.filter(({ date }) => !overrides.removed.includes(date));
      const added = overrides.added.filter(({ date }) => Number(date.slice(0, 4)) === year);
      return { ok: true, value: [...kept, ...added].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0)) };
    },
  };
}

/**
 * One school holiday as it is kept locally: other days for the period of that name and school year, both included.
 * `recteur`: décret 90-236, art. 1, allows three days at most at either end; `local`: a decision of another authority or
 * country, not limited.
 */
export interface SchoolOverride {
  /** `2026-2027`. */
  readonly year: string;
  readonly name: string;
  readonly firstDay: LocalDate;
  readonly lastDay: LocalDate | null;
  readonly by: 'recteur' | 'local';
}

export const RECTEUR_MAX_DAYS = 3;

/**
 * The school calendar of one place: the zone's periods with the local overrides, and nothing of the other zones. A summer
 * that moves takes the end of the classes and the return of the pupils with it.
 * Refused, with the override at fault: `unknown_period`; `not_a_period` (ends before it begins); `shifted_too_far`;
 * `overlaps_another`.
 */
export function localSchoolCalendar(
  calendar: SchoolCalendar,
  zone: string,
  overrides: readonly SchoolOverride[],
): Outcome<SchoolCalendar, 'unknown_period' | 'not_a_period' | 'shifted_too_far' | 'overlaps_another', SchoolOverride> {
  const years = new Map(
    Object.entries(calendar.years).map(([name, year]) => [
      name,
      {
        ...year,
        periods: year.periods
          .filter(({ zones }) => zones.includes(zone))
          .map((period) => ({ ...period, zones: [zone] })),
      },
    ]),
  );
  for (const override of overrides) {
    const { firstDay, lastDay } = override;
    const year = years.get(override.year);
    const published = year?.periods.find(({ name }) => name === override.name);
    if (year === undefined || published === undefined) return { ok: false, reason: 'unknown_period', detail: override };
    if (lastDay !== null && lastDay < firstDay) return { ok: false, reason: 'not_a_period', detail: override };
    if (override.by === 'recteur' && !isWithinRecteursReach(published, override)) {
      return { ok: false, reason: 'shifted_too_far', detail: override };
    }
    const periods = year.periods.map((period) => (period === published ? { ...period, firstDay, lastDay } : period));
    years.set(override.year, {
      ...year,
      periods,
      finDesCours: year.finDesCours === published.firstDay ? firstDay : year.finDesCours,
    });
    for (const [name, other] of years) {
      const followsPublished = published.lastDay !== null && other.rentreeEleves === addDays(published.lastDay, 1);
      if (followsPublished && lastDay !== null) years.set(name, { ...other, rentreeEleves: addDays(lastDay, 1) });
    }
  }
  for (const override of overrides) {
    const others = [...years].flatMap(([year, { periods }]) =>
      periods.filter(({ name }) => year !== override.year || name !== override.name),
    );
    const isMet = others.some(
      (other) => lastKnownDay(other) >= override.firstDay && lastKnownDay(override) >= other.firstDay,
    );
    if (isMet) return { ok: false, reason: 'overlaps_another', detail: override };
  }
  return { ok: true, value: { years: Object.fromEntries(years) } };
}

/** An open-ended summer says only that its first day has no class. */
function lastKnownDay(period: Pick<SchoolPeriod, 'firstDay' | 'lastDay'>): LocalDate {
  return period.lastDay ?? period.firstDay;
}

function isWithinRecteursReach(published: SchoolPeriod, override: SchoolOverride): boolean {
  const isNear = (a: LocalDate, b: LocalDate) => a <= addDays(b, RECTEUR_MAX_DAYS) && b <= addDays(a, RECTEUR_MAX_DAYS);
  if (!isNear(published.firstDay, override.firstDay)) return false;
  return published.lastDay === null || override.lastDay === null
    ? published.lastDay === override.lastDay
    : isNear(published.lastDay, override.lastDay);
}

/** What a place knows of its days. `school: null`: no school calendar is used here (every school period is unknown). */
export interface SiteCalendar {
  readonly holidays: HolidayCalendar;
  readonly school: { readonly calendar: SchoolCalendar; readonly zone: string } | null;
}

/** A date as the calendars see it. What no calendar covers is said, never guessed. */
export interface DayFacts {
  readonly date: LocalDate;
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  /** ISO 8601 week of the year, 1 to 53. */
  readonly isoWeek: number;
  /** The holidays of the date, usually none or one. */
  readonly holidays: readonly PublicHoliday[] | 'not_covered';
  readonly school: SchoolDay | 'not_covered';
  /** True when the school holiday is the one that begins where a school year's classes end. */
  readonly isSummer: boolean;
}

/** What the calendars of a place say of the date. */
export function dayFacts(calendar: SiteCalendar, date: LocalDate): DayFacts {
  const plain = Temporal.PlainDate.from(date);
  const holidays = calendar.holidays.holidaysOf(plain.year);
  const school =
    calendar.school === null
      ? ({ ok: false, reason: 'not_covered' } as const)
      : // Zones are data: outside France they have other names than A, B, C.
        schoolDayOn(calendar.school.calendar, calendar.school.zone as SchoolZone, date);
  return {
    date,
    weekday: plain.dayOfWeek,
    isoWeek: plain.weekOfYear as number,
    holidays: holidays.ok ? holidays.value.filter((holiday) => holiday.date === date) : 'not_covered',
    school: school.ok ? school.value : 'not_covered',
    isSummer: school.ok && school.value.kind === 'holiday' && isSummer(calendar, school.value.firstDay),
  };
}

function isSummer(calendar: SiteCalendar, firstDay: LocalDate): boolean {
  return Object.values(calendar.school?.calendar.years ?? {}).some(({ finDesCours }) => finDesCours === firstDay);
}
