import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  frenchHolidays,
  type HolidayCalendar,
  type HolidayRegion,
  listedHolidays,
  type PublicHoliday,
  type SchoolCalendar,
} from '@mitoyen/domain';

/** Where the release keeps them; README.md there says what the files hold. */
const SHIPPED = fileURLToPath(new URL('../../data/calendars', import.meta.url));

const REGIONS: readonly HolidayRegion[] = [
  'metropole',
  'alsace_moselle',
  'guadeloupe',
  'martinique',
  'guyane',
  'reunion',
  'mayotte',
  'saint_barthelemy',
  'saint_martin',
];

/** The calendars that sites may name. Read once, at start: a new year of data needs a restart. */
export interface Calendars {
  /** Null: nobody has a calendar of that name, so its days are not known. */
  holidays(id: string): HolidayCalendar | null;
  school(id: string): SchoolCalendar | null;
  readonly holidayIds: readonly string[];
  /** Names of school calendars with the zones that they know. */
  readonly schoolIds: readonly { readonly id: string; readonly zones: readonly string[] }[];
}

/**
 * Reads the shipped calendars and those of `extraDirectory`, which go before them file by file. Throws, naming the file, when one
 * cannot be read.
 */
export function readCalendars(extraDirectory: string | null): Calendars {
  const holidays = new Map<string, HolidayCalendar>(
    REGIONS.map((region) => {
      const calendar = frenchHolidays(region);
      return [calendar.id, calendar];
    }),
  );
  const schools = new Map<string, SchoolCalendar>();
  for (const directory of extraDirectory === null ? [SHIPPED] : [SHIPPED, extraDirectory]) {
    for (const [id, data] of readFolder(join(directory, 'holidays'))) {
      holidays.set(id, listedHolidays(id, (data as { years: Record<string, PublicHoliday[]> }).years));
    }
    for (const [id, data] of readFolder(join(directory, 'school'))) schools.set(id, data as SchoolCalendar);
  }
  return {
    holidays: (id) => holidays.get(id) ?? null,
    school: (id) => schools.get(id) ?? null,
    holidayIds: [...holidays.keys()],
    schoolIds: [...schools].map(([id, calendar]) => ({ id, zones: zonesOf(calendar) })),
  };
}

function zonesOf(calendar: SchoolCalendar): string[] {
  const zones = Object.values(calendar.years).flatMap(({ periods }) => periods.flatMap((period) => period.zones));
  return [...new Set(zones)].sort();
}

function readFolder(directory: string): [string, object][] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const path = join(directory, name);
      try {
        const data: unknown = JSON.parse(readFileSync(path, 'utf8'));
        if (typeof data !== 'object' || data === null || !('years' in data) || typeof data.years !== 'object') {
          throw new Error('it has no years');
        }
        return [name.slice(0, -'.json'.length), data];
      } catch (cause) {
        throw new Error(`The calendar ${path} cannot be read: ${(cause as Error).message}.`, { cause });
      }
    });
}
