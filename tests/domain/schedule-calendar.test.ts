import {
  dayFacts,
  frenchHolidays,
  listedHolidays,
  localSchoolCalendar,
  type PublicHoliday,
  type SchoolOverride,
  schoolDayOn,
  withHolidays,
} from '@mitoyen/domain';
import { describe, expect, test } from 'vitest';
import { SCHOOL, ZONE_B } from './schedule-facts.ts';

const feast = (date: string, code = 'feast'): PublicHoliday => ({ date, code, name: { fr: code, en: code } });

describe('public holidays as a plug-in', () => {
  const codesOf = (calendar: ReturnType<typeof frenchHolidays>, year: number) => {
    const known = calendar.holidaysOf(year);
    return known.ok ? known.value.map(({ code }) => code) : known.reason;
  };

  test('France by region, any year', () => {
    expect(codesOf(frenchHolidays(), 2027)).toHaveLength(11);
    expect(codesOf(frenchHolidays('alsace_moselle'), 2027)).toContain('saint_stephen');
    expect(codesOf(frenchHolidays('reunion'), 2032)).toContain('abolition');
    expect(frenchHolidays('reunion').id).toBe('FR-reunion');
  });

  test('another country by its list; a year that is not listed is not covered', () => {
    const belgium = listedHolidays('BE', { 2027: [feast('2027-11-11', 'armistice'), feast('2027-07-21', 'national')] });
    expect(codesOf(belgium, 2027)).toEqual(['national', 'armistice']);
    expect(codesOf(belgium, 2028)).toBe('not_covered');
    expect(codesOf(listedHolidays('BE', {}), 2027)).toBe('not_covered');
  });

  test('a place adds its feast and works on Whit Monday; an unknown year stays unknown', () => {
    const own = withHolidays(frenchHolidays(), { added: [feast('2027-01-17')], removed: ['2027-05-17'] });
    expect(codesOf(own, 2027).slice(0, 2)).toEqual(['new_year', 'feast']);
    expect(codesOf(own, 2027)).not.toContain('whit_monday');
    expect(codesOf(own, 2028)).toContain('whit_monday');
    expect(codesOf(own, 2028)).not.toContain('feast');
    expect(codesOf(withHolidays(listedHolidays('BE', {}), { added: [feast('2027-01-17')], removed: [] }), 2027)).toBe(
      'not_covered',
    );
  });
});

describe('a recteur shifts a holiday', () => {
  const shift = (firstDay: string, lastDay: string | null, more: Partial<SchoolOverride> = {}): SchoolOverride => ({
    year: '2026-2027',
    name: "Vacances d'hiver",
    firstDay,
    lastDay,
    by: 'recteur',
    ...more,
  });
  // Zone B: 20 February to 7 March 2027.
  const kindOn = (overrides: SchoolOverride[], date: string) => {
    const local = localSchoolCalendar(SCHOOL, 'B', overrides);
    if (!local.ok) return local.reason;
    const day = schoolDayOn(local.value, 'B', date);
    return day.ok ? day.value.kind : day.reason;
  };

  test('by three days: the days before and after change hands', () => {
    const three = shift('2027-02-23', '2027-03-10');
    expect(['2027-02-22', '2027-02-23', '2027-03-10', '2027-03-11'].map((date) => kindOn([three], date))).toEqual([
      'term',
      'holiday',
      'holiday',
      'term',
    ]);
    expect(kindOn([], '2027-02-22')).toBe('holiday');
  });

  test('not by four, at either end; another authority may', () => {
    expect(kindOn([shift('2027-02-24', '2027-03-10')], '2027-02-24')).toBe('shifted_too_far');
    expect(kindOn([shift('2027-02-16', '2027-03-07')], '2027-02-24')).toBe('shifted_too_far');
    expect(kindOn([shift('2027-02-20', '2027-03-11')], '2027-02-24')).toBe('shifted_too_far');
    expect(kindOn([shift('2027-02-20', null)], '2027-02-24')).toBe('shifted_too_far');
    expect(kindOn([shift('2027-02-24', '2027-03-11', { by: 'local' })], '2027-02-23')).toBe('term');
  });

  test('other zones are not in a local calendar', () => {
    const local = localSchoolCalendar(SCHOOL, 'B', []);
    const names = local.ok
      ? local.value.years['2026-2027']?.periods.filter(({ name }) => name === "Vacances d'hiver")
      : [];
    expect(names).toEqual([expect.objectContaining({ zones: ['B'], firstDay: '2027-02-20' })]);
  });

  test('a summer that moves takes the end of the classes and the return with it', () => {
    const summer = shift('2026-07-02', '2026-08-30', { year: '2025-2026', name: "Vacances d'été" });
    expect(['2026-07-01', '2026-07-02', '2026-08-30', '2026-08-31'].map((date) => kindOn([summer], date))).toEqual([
      'term',
      'holiday',
      'holiday',
      'term',
    ]);
    const local = localSchoolCalendar(SCHOOL, 'B', [summer]);
    const calendar = local.ok ? { ...ZONE_B, school: { calendar: local.value, zone: 'B' } } : ZONE_B;
    expect(dayFacts(calendar, '2026-07-02').isSummer).toBe(true);
  });

  test.each([
    ['unknown_period', shift('2027-02-20', '2027-03-07', { name: 'Vacances de ski' })],
    ['unknown_period', shift('2027-02-20', '2027-03-07', { year: '2031-2032' })],
    ['not_a_period', shift('2027-02-20', '2027-02-19', { by: 'local' })],
    ['overlaps_another', shift('2027-02-20', '2027-04-17', { by: 'local' })],
  ])('%s is refused with the override', (reason, override) => {
    expect(localSchoolCalendar(SCHOOL, 'B', [override])).toEqual({ ok: false, reason, detail: override });
  });

  test('the day after which another holiday begins is still free', () => {
    expect(kindOn([shift('2027-02-20', '2027-04-16', { by: 'local' })], '2027-04-16')).toBe('holiday');
  });
});

describe('a date as the calendars see it', () => {
  test('a public holiday inside a school holiday', () => {
    expect(dayFacts(ZONE_B, '2026-11-01')).toEqual({
      date: '2026-11-01',
      weekday: 7,
      isoWeek: 44,
      holidays: [expect.objectContaining({ code: 'all_saints' })],
      school: { kind: 'holiday', name: 'Vacances de la Toussaint', firstDay: '2026-10-17', lastDay: '2026-11-01' },
      isSummer: false,
    });
  });

  test('what is not published is not covered, with and without a school calendar', () => {
    expect(dayFacts(ZONE_B, '2027-10-01').school).toBe('not_covered');
    expect(dayFacts({ ...ZONE_B, school: null }, '2026-11-24').school).toBe('not_covered');
  });
});
