import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  addDays,
  datesBetween,
  dayWindow,
  isOnGrid,
  isTimeZone,
  localDateOf,
  localRange,
  localTimeOf,
  localToInstant,
  minutesOf,
  mondayOf,
  timeOfMinutes,
  weekdayOf,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, instant, MINUTE, range } from './instants.ts';

const PARIS = 'Europe/Paris';

describe('a local day', () => {
  test('has 24 hours on an ordinary day', () => {
    expect(dayWindow('2027-03-27', PARIS)).toEqual(range('2027-03-27T00:00+01:00', '2027-03-28T00:00+01:00'));
  });

  test('has 23 hours on 28 March 2027 and 25 on 31 October 2027 in Paris', () => {
    expect(dayWindow('2027-03-28', PARIS)).toEqual(range('2027-03-28T00:00+01:00', '2027-03-29T00:00+02:00'));
    expect(dayWindow('2027-10-31', PARIS)).toEqual(range('2027-10-31T00:00+02:00', '2027-11-01T00:00+01:00'));
    const hours = (date: string) => (dayWindow(date, PARIS).until - dayWindow(date, PARIS).from) / HOUR;
    expect([hours('2027-03-28'), hours('2027-10-31')]).toEqual([23, 25]);
  });

  test('begins when the calendar turns, also where the clocks skip midnight', () => {
    // Chile went forward at midnight on 2022-09-11: that day began at 01:00.
    expect(dayWindow('2022-09-11', 'America/Santiago').from).toBe(instant('2022-09-11T01:00-03:00'));
    expect(localToInstant('2022-09-11', '09:00', 'America/Santiago')).toBe(instant('2022-09-11T09:00-03:00'));
  });

  test('ends where the next one begins, for any date and zone', () => {
    const zones = fc.constantFrom(
      'Europe/Paris',
      'America/New_York',
      'America/Santiago',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Africa/Casablanca',
    );
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 4_000 }), (zone, offset) => {
        const date = addDays('2022-01-01', offset);
        expect(dayWindow(date, zone).until).toBe(dayWindow(addDays(date, 1), zone).from);
      }),
    );
  });
});

describe('wall time to instant', () => {
  test('09:00 is the same wall time before and after the change, one hour apart in absolute time', () => {
    expect(localToInstant('2027-03-27', '09:00', PARIS)).toBe(instant('2027-03-27T08:00Z'));
    expect(localToInstant('2027-03-28', '09:00', PARIS)).toBe(instant('2027-03-28T07:00Z'));
    expect(localToInstant('2027-10-30', '09:00', PARIS)).toBe(instant('2027-10-30T07:00Z'));
    expect(localToInstant('2027-10-31', '09:00', PARIS)).toBe(instant('2027-10-31T08:00Z'));
  });

  test('a skipped time moves forward by the gap: 02:30 is 03:30', () => {
    expect(localToInstant('2027-03-28', '01:59', PARIS)).toBe(instant('2027-03-28T01:59+01:00'));
    expect(localToInstant('2027-03-28', '02:00', PARIS)).toBe(instant('2027-03-28T03:00+02:00'));
    expect(localToInstant('2027-03-28', '02:30', PARIS)).toBe(instant('2027-03-28T03:30+02:00'));
    expect(localToInstant('2027-03-28', '03:00', PARIS)).toBe(instant('2027-03-28T03:00+02:00'));
  });

  test('a time shown twice is the first of the two', () => {
    expect(localToInstant('2027-10-31', '02:30', PARIS)).toBe(instant('2027-10-31T02:30+02:00'));
    expect(localToInstant('2027-10-31', '03:00', PARIS)).toBe(instant('2027-10-31T03:00+01:00'));
  });

  test('24:00 is the first instant of the next day', () => {
    expect(localToInstant('2027-03-28', '24:00', PARIS)).toBe(instant('2027-03-29T00:00+02:00'));
  });

  test('what is no wall time is refused loudly', () => {
    for (const text of ['24:01', '9:00', '12:60', '-1:00', '12:00:00', '']) {
      expect(() => localToInstant('2027-03-28', text, PARIS), text).toThrow(RangeError);
    }
  });

  test('every minute of the day comes back as the same wall time, unless the clocks skip it', () => {
    for (const date of ['2027-03-28', '2027-10-31', '2027-06-15']) {
      for (let minute = 0; minute < 1_440; minute += 7) {
        const time = timeOfMinutes(minute);
        const isSkipped = date === '2027-03-28' && minute >= 120 && minute < 180;
        const back = localTimeOf(localToInstant(date, time, PARIS), PARIS);
        expect(back).toBe(isSkipped ? timeOfMinutes(minute + 60) : time);
      }
    }
  });
});

describe('a range of wall time', () => {
  test('that begins in the skipped hour begins when it is over', () => {
    expect(localRange('2027-03-28', '02:30', '05:00', PARIS)).toEqual(
      range('2027-03-28T03:00+02:00', '2027-03-28T05:00+02:00'),
    );
  });

  test('that ends in the skipped hour ends when it begins', () => {
    expect(localRange('2027-03-28', '01:00', '02:30', PARIS)).toEqual(
      range('2027-03-28T01:00+01:00', '2027-03-28T02:00+01:00'),
    );
  });

  test('that lies wholly in the skipped hour does not exist', () => {
    expect(localRange('2027-03-28', '02:00', '02:59', PARIS)).toBeNull();
    expect(localRange('2027-03-28', '02:00', '03:00', PARIS)).toBeNull();
    expect(localRange('2027-03-28', '02:00', '03:01', PARIS)).toEqual(
      range('2027-03-28T03:00+02:00', '2027-03-28T03:01+02:00'),
    );
  });

  test('across the change lasts as long as it really lasts', () => {
    const hours = (date: string) => {
      const window = localRange(date, '00:00', '24:00', PARIS);
      return window === null ? 0 : (window.until - window.from) / HOUR;
    };
    expect(['2027-03-28', '2027-10-31', '2027-11-01'].map(hours)).toEqual([23, 25, 24]);
  });

  test('two ranges that touch on the wall touch in time, on the days of the change too', () => {
    const minutes = fc.integer({ min: 0, max: 1_440 });
    fc.assert(
      fc.property(
        fc.constantFrom('2027-03-28', '2027-10-31', '2027-05-05'),
        fc.uniqueArray(minutes, { minLength: 3, maxLength: 3 }),
        (date, unsorted) => {
          const [a, b, c] = unsorted.sort((x, y) => x - y).map(timeOfMinutes) as [string, string, string];
          const whole = localRange(date, a, c, PARIS);
          const parts = [localRange(date, a, b, PARIS), localRange(date, b, c, PARIS)].filter((part) => part !== null);
          expect(parts[0]?.from).toBe(whole?.from);
          expect(parts.at(-1)?.until).toBe(whole?.until);
          if (parts.length === 2) expect(parts[0]?.until).toBe(parts[1]?.from);
        },
      ),
    );
  });
});

describe('instant to calendar', () => {
  test('the date turns at local midnight, to the millisecond', () => {
    const midnight = instant('2027-10-31T00:00+02:00');
    expect(localDateOf(midnight - 1, PARIS)).toBe('2027-10-30');
    expect(localDateOf(midnight, PARIS)).toBe('2027-10-31');
    expect(localDateOf(midnight + 25 * HOUR - 1, PARIS)).toBe('2027-10-31');
    expect(localDateOf(midnight + 25 * HOUR, PARIS)).toBe('2027-11-01');
  });

  test('one instant has two dates in two zones, whichever is asked first', () => {
    const late = instant('2027-06-15T23:30Z');
    expect([localDateOf(late, PARIS), localDateOf(late, 'America/New_York'), localDateOf(late, PARIS)]).toEqual([
      '2027-06-16',
      '2027-06-15',
      '2027-06-16',
    ]);
  });

  test('agrees with Temporal for any instant', () => {
    const zones = fc.constantFrom('Europe/Paris', 'America/New_York', 'Pacific/Apia', 'Asia/Kathmandu');
    const instants = fc.integer({ min: instant('2010-01-01T00:00Z'), max: instant('2040-01-01T00:00Z') });
    fc.assert(
      fc.property(zones, instants, (zone, at) => {
        const expected = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        expect(localDateOf(at, zone)).toBe(expected.toPlainDate().toString());
        expect(localTimeOf(at, zone)).toBe(expected.toPlainTime().toString().slice(0, 5));
      }),
    );
  });

  test('a day that a country skipped holds no instant: Samoa had no 30 December 2011', () => {
    const last = instant('2011-12-29T23:59:59.999-10:00');
    expect(localDateOf(last, 'Pacific/Apia')).toBe('2011-12-29');
    expect(localDateOf(last + 1, 'Pacific/Apia')).toBe('2011-12-31');
    const skipped = dayWindow('2011-12-30', 'Pacific/Apia');
    expect(skipped.until - skipped.from).toBe(0);
  });
});

describe('calendar arithmetic', () => {
  test('weekdays are those of ISO 8601', () => {
    expect(weekdayOf('2027-03-28')).toBe(7);
    expect(weekdayOf('2027-03-29')).toBe(1);
    expect(mondayOf('2027-03-28')).toBe('2027-03-22');
    expect(mondayOf('2027-03-22')).toBe('2027-03-22');
  });

  test('days are added over months, leap days and years', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2027-02-28', 1)).toBe('2027-03-01');
    expect(addDays('2027-01-01', -1)).toBe('2026-12-31');
    expect(datesBetween('2027-02-27', '2027-03-01')).toEqual(['2027-02-27', '2027-02-28', '2027-03-01']);
    expect(datesBetween('2027-03-01', '2027-02-27')).toEqual([]);
  });

  test('minutes of the day and wall time are inverses, midnight at both ends', () => {
    expect([minutesOf('00:00'), minutesOf('09:05'), minutesOf('24:00')]).toEqual([0, 545, 1_440]);
    expect([timeOfMinutes(0), timeOfMinutes(545), timeOfMinutes(1_440)]).toEqual(['00:00', '09:05', '24:00']);
    expect(() => timeOfMinutes(1_441)).toThrow(RangeError);
    expect(() => timeOfMinutes(0.5)).toThrow(RangeError);
  });

  test('a zone is a name from the IANA list, not an offset and not a guess', () => {
    expect(['Europe/Paris', 'Indian/Reunion', 'UTC'].map(isTimeZone)).toEqual([true, true, true]);
    expect(['+02:00', 'Europe/Atlantis', '', 'Paris'].map(isTimeZone)).toEqual([false, false, false, false]);
  });

  test('a quarter hour of local time is a quarter hour of the epoch in every zone there is', () => {
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      for (const date of ['2026-01-15', '2026-07-15', '2027-01-15', '2027-07-15']) {
        expect(isOnGrid(localToInstant(date, '12:15', zone)), zone).toBe(true);
        expect(isOnGrid(localToInstant(date, '12:15', zone) + MINUTE), zone).toBe(false);
      }
    }
  });
});

describe('the zone of the process', () => {
  const script = fileURLToPath(new URL('./clock-change-report.ts', import.meta.url));
  const reportIn = (processZone: string) => {
    const run = spawnSync(process.execPath, [script], { env: { ...process.env, TZ: processZone }, encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    return JSON.parse(run.stdout) as { processZone: string; report: Record<string, unknown> };
  };

  test('changes nothing: UTC, Paris and New York report the same days, windows, prices and decisions', () => {
    const zones = ['UTC', 'Europe/Paris', 'America/New_York'];
    const reports = zones.map(reportIn);
    // Otherwise the three runs would have been one and the same.
    expect(reports.map((each) => each.processZone)).toEqual(zones);
    expect(reports[1]?.report).toEqual(reports[0]?.report);
    expect(reports[2]?.report).toEqual(reports[0]?.report);
    expect(reports[0]?.report).toMatchObject({
      dayHours: [23, 25],
      openingOnSpringDay: [{ from: instant('2027-03-28T09:00+02:00'), until: instant('2027-03-28T18:00+02:00') }],
      openingOnAutumnDay: [{ from: instant('2027-10-31T09:00+01:00'), until: instant('2027-10-31T18:00+01:00') }],
    });
  });
});
