import { addDays } from './local.ts';
import type { LocalDate } from './types.ts';

/** Where the list of French public holidays differs. */
export type HolidayRegion =
  | 'metropole'
  | 'alsace_moselle'
  | 'guadeloupe'
  | 'martinique'
  | 'guyane'
  | 'reunion'
  | 'mayotte'
  | 'saint_barthelemy'
  | 'saint_martin';

export interface PublicHoliday {
  readonly date: LocalDate;
  readonly code: string;
  readonly name: { readonly fr: string; readonly en: string };
}

interface HolidayRule {
  readonly code: string;
  /** A fixed day `MM-DD`, or days after Easter Sunday. */
  readonly on: string | number;
  readonly name: { readonly fr: string; readonly en: string };
}

/** Code du travail, art. L3133-1: eleven days. */
const EVERYWHERE: readonly HolidayRule[] = [
  { code: 'new_year', on: '01-01', name: { fr: 'Jour de l’an', en: 'New Year’s Day' } },
  { code: 'easter_monday', on: 1, name: { fr: 'Lundi de Pâques', en: 'Easter Monday' } },
  { code: 'labour_day', on: '05-01', name: { fr: 'Fête du Travail', en: 'Labour Day' } },
  { code: 'victory_1945', on: '05-08', name: { fr: 'Victoire 1945', en: 'Victory in Europe Day' } },
  { code: 'ascension', on: 39, name: { fr: 'Ascension', en: 'Ascension Day' } },
  { code: 'whit_monday', on: 50, name: { fr: 'Lundi de Pentecôte', en: 'Whit Monday' } },
  { code: 'national_day', on: '07-14', name: { fr: 'Fête nationale', en: 'National Day' } },
  { code: 'assumption', on: '08-15', name: { fr: 'Assomption', en: 'Assumption Day' } },
  { code: 'all_saints', on: '11-01', name: { fr: 'Toussaint', en: 'All Saints’ Day' } },
  { code: 'armistice_1918', on: '11-11', name: { fr: 'Armistice 1918', en: 'Armistice Day' } },
  { code: 'christmas', on: '12-25', name: { fr: 'Noël', en: 'Christmas Day' } },
];

const abolition = (on: string): readonly HolidayRule[] => [
  { code: 'abolition', on, name: { fr: 'Abolition de l’esclavage', en: 'Abolition of Slavery' } },
];

/**
 * Code du travail, art. L3134-13 (Alsace-Moselle; Good Friday only in communes with a Protestant or a mixed church) and
 * L3422-2 (overseas). Saint-Martin keeps 28 May since 2018; the Code has printed 27 May and, in error, 28 March for it.
 */
const ALSO: Readonly<Record<HolidayRegion, readonly HolidayRule[]>> = {
  metropole: [],
  alsace_moselle: [
    { code: 'good_friday', on: -2, name: { fr: 'Vendredi saint', en: 'Good Friday' } },
    { code: 'saint_stephen', on: '12-26', name: { fr: 'Saint-Étienne', en: 'Saint Stephen’s Day' } },
  ],
  guadeloupe: abolition('05-27'),
  martinique: abolition('05-22'),
  guyane: abolition('06-10'),
  reunion: abolition('12-20'),
  mayotte: abolition('04-27'),
  saint_barthelemy: abolition('10-09'),
  saint_martin: abolition('05-28'),
};

/**
 * The public holidays of a year, by date. Two may fall on one date, and both are listed (1 May and Ascension in 2008).
 */
export function publicHolidays(year: number, region: HolidayRegion = 'metropole'): PublicHoliday[] {
  const easter = easterSunday(year);
  const yearText = String(year).padStart(4, '0');
  return [...EVERYWHERE, ...ALSO[region]]
    .map(({ code, on, name }) => ({
      date: typeof on === 'string' ? `${yearText}-${on}` : addDays(easter, on),
      code,
      name,
    }))
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
}

/** The first public holiday on the date, or null. */
export function publicHolidayOn(date: LocalDate, region: HolidayRegion = 'metropole'): PublicHoliday | null {
  return publicHolidays(Number(date.slice(0, 4)), region).find((holiday) => holiday.date === date) ?? null;
}

/**
 * Easter Sunday of a Gregorian year (1583 and later), by the computus of Meeus, Jones and Butcher (Nature, 20 April
 * 1876).
 */
export function easterSunday(year: number): LocalDate {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  const day = ((h + l - 7 * m + 114) % 31) + 1;
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
