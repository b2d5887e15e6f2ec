import { readFileSync } from 'node:fs';
import {
  easterSunday,
  type HolidayRegion,
  publicHolidayOn,
  publicHolidays,
  type SchoolCalendar,
  schoolDayOn,
  weekdayOf,
} from '@mitoyen/domain';
import { describe, expect, test } from 'vitest';

const published = JSON.parse(
  readFileSync(new URL('../../db/seed/data/school-calendar.json', import.meta.url), 'utf8'),
) as SchoolCalendar;

describe('public holidays', () => {
  test('are those of the published lists, by date and name', () => {
    const lists: Record<string, string[]> = {
      '2025': [
        '01-01 Jour de l’an',
        '04-21 Lundi de Pâques',
        '05-01 Fête du Travail',
        '05-08 Victoire 1945',
        '05-29 Ascension',
        '06-09 Lundi de Pentecôte',
        '07-14 Fête nationale',
        '08-15 Assomption',
        '11-01 Toussaint',
        '11-11 Armistice 1918',
        '12-25 Noël',
      ],
      '2026': [
        '01-01 Jour de l’an',
        '04-06 Lundi de Pâques',
        '05-01 Fête du Travail',
        '05-08 Victoire 1945',
        '05-14 Ascension',
        '05-25 Lundi de Pentecôte',
        '07-14 Fête nationale',
        '08-15 Assomption',
        '11-01 Toussaint',
        '11-11 Armistice 1918',
        '12-25 Noël',
      ],
      '2027': [
        '01-01 Jour de l’an',
        '03-29 Lundi de Pâques',
        '05-01 Fête du Travail',
        '05-06 Ascension',
        '05-08 Victoire 1945',
        '05-17 Lundi de Pentecôte',
        '07-14 Fête nationale',
        '08-15 Assomption',
        '11-01 Toussaint',
        '11-11 Armistice 1918',
        '12-25 Noël',
      ],
    };
    for (const [year, holidays] of Object.entries(lists)) {
      const computed = publicHolidays(Number(year)).map(({ date, name }) => `${date.slice(5)} ${name.fr}`);
      expect(computed, year).toEqual(holidays);
    }
  });

  test('are eleven in metropolitan France, thirteen in Alsace-Moselle, twelve overseas', () => {
    const counts = (['metropole', 'alsace_moselle', 'reunion', 'mayotte'] as const).map(
      (region) => publicHolidays(2027, region).length,
    );
    expect(counts).toEqual([11, 13, 12, 12]);
  });

  test('of a region are no holidays elsewhere', () => {
    const on = (date: string, region: HolidayRegion) => publicHolidayOn(date, region)?.code ?? null;
    expect(on('2027-03-26', 'alsace_moselle')).toBe('good_friday');
    expect(on('2027-12-26', 'alsace_moselle')).toBe('saint_stephen');
    expect([on('2027-03-26', 'metropole'), on('2027-12-26', 'metropole')]).toEqual([null, null]);
    expect(on('2027-12-20', 'reunion')).toBe('abolition');
    expect(on('2027-05-22', 'martinique')).toBe('abolition');
    expect(on('2027-05-27', 'martinique')).toBeNull();
    expect(on('2027-05-27', 'guadeloupe')).toBe('abolition');
  });

  test('two on one day are both listed: 1 May 2008 was Ascension too', () => {
    const firstOfMay = publicHolidays(2008).filter(({ date }) => date === '2008-05-01');
    expect(firstOfMay.map(({ code }) => code).sort()).toEqual(['ascension', 'labour_day']);
  });

  test('Easter falls where the calendars of three centuries say', () => {
    const known: Record<number, string> = {
      1818: '1818-03-22',
      1943: '1943-04-25',
      2000: '2000-04-23',
      2008: '2008-03-23',
      2027: '2027-03-28',
      2038: '2038-04-25',
      2049: '2049-04-18',
      2285: '2285-03-22',
    };
    for (const [year, date] of Object.entries(known)) expect(easterSunday(Number(year))).toBe(date);
  });

  test('Easter is a Sunday between 22 March and 25 April in every year', () => {
    for (let year = 1583; year <= 2600; year++) {
      const easter = easterSunday(year);
      expect(weekdayOf(easter), easter).toBe(7);
      expect(easter >= `${year}-03-22` && easter <= `${year}-04-25`, easter).toBe(true);
    }
  });
});

describe('the school calendar', () => {
  const dayOf = (date: string, zone: 'A' | 'B' | 'C' = 'B') => {
    const outcome = schoolDayOn(published, zone, date);
    return outcome.ok ? outcome.value.kind : outcome.reason;
  };

  test('holidays begin on their first day and end after their last: winter 2027 in zone B', () => {
    expect(['2027-02-19', '2027-02-20', '2027-03-07', '2027-03-08'].map((date) => dayOf(date))).toEqual([
      'term',
      'holiday',
      'holiday',
      'term',
    ]);
  });

  test('zones differ: on 15 February 2027 zone A is on holiday while B has class', () => {
    expect([dayOf('2027-02-15', 'A'), dayOf('2027-02-15', 'B')]).toEqual(['holiday', 'term']);
  });

  test('say which holidays they are', () => {
    expect(schoolDayOn(published, 'B', '2026-10-20')).toMatchObject({
      ok: true,
      value: { kind: 'holiday', name: 'Vacances de la Toussaint', firstDay: '2026-10-17', lastDay: '2026-11-01' },
    });
  });

  test('the summer joins two school years', () => {
    expect(['2026-07-03', '2026-07-04', '2026-08-31', '2026-09-01'].map((date) => dayOf(date))).toEqual([
      'term',
      'holiday',
      'holiday',
      'term',
    ]);
  });

  test('what is not published is not term time: before the first year, and after an open-ended summer began', () => {
    expect(dayOf('2025-08-31')).toBe('not_covered');
    expect(dayOf('2027-07-03')).toBe('holiday');
    expect(dayOf('2027-10-04')).toBe('not_covered');
    expect(schoolDayOn({ years: {} }, 'B', '2027-03-15')).toEqual({ ok: false, reason: 'not_covered' });
  });
});
