import {
  addDays,
  type CompiledSchedule,
  compileSchedule,
  dayWindow,
  expandDay,
  expandRange,
  explainDay,
  localTimeOf,
  type Schedule,
  type ScheduleTemplate,
  timeOfMinutes,
  weekdayOf,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, range } from './instants.ts';
import { exception, LIBRARY, PARIS, planned, schedule, space, template, weekly } from './schedule-facts.ts';

/** `['professional 09:00-18:00']`. */
function hours(of: Schedule | CompiledSchedule, date: string, zone = PARIS): string[] {
  const compiled = 'schedule' in of ? of : compileSchedule(of);
  return expandDay(compiled, date).windows.map(
    ({ audience, from, until }) => `${audience} ${localTimeOf(from, zone)}-${localTimeOf(until, zone)}`,
  );
}

function ruling(of: Schedule, date: string) {
  return explainDay(compileSchedule(of), date).spaces[0];
}

describe('a weekly window', () => {
  const MONDAY = '2027-03-15';

  test('opens on its weekday only, and says where it comes from', () => {
    const compiled = compileSchedule(
      schedule({ templates: [template('usual', { kind: 'always' }, [weekly(1, 'professional', '09:00', '12:00')])] }),
    );
    expect(expandDay(compiled, MONDAY).windows).toEqual([
      {
        ...range('2027-03-15T09:00+01:00', '2027-03-15T12:00+01:00'),
        spaceId: 'hall',
        audience: 'professional',
        audienceClass: 'work',
        ruleId: 'professional-1-09:00',
        templateId: 'usual',
        exceptionId: null,
      },
    ]);
    const week = [0, 1, 2, 3, 4, 5, 6, 7].map((days) => addDays(MONDAY, days));
    expect(week.filter((date) => expandDay(compiled, date).windows.length > 0)).toEqual([MONDAY, '2027-03-22']);
  });

  test('without a space opens every space of its template, with one only that', () => {
    const windows = [
      weekly(1, 'youth', '14:00', '17:00'),
      weekly(1, 'professional', '09:00', '12:00', 'room'),
      weekly(1, 'professional', '09:00', '12:00', 'elsewhere'),
    ];
    const spaces = [space('hall'), space('room')];
    const opened = (spaceIds: string[] | null) =>
      expandDay(
        compileSchedule(
          schedule({ spaces, templates: [template('usual', { kind: 'always' }, windows, { spaceIds })] }),
        ),
        MONDAY,
      ).windows.map(({ spaceId, audience }) => `${spaceId} ${audience}`);
    expect(opened(null)).toEqual(['hall youth', 'room professional', 'room youth']);
    expect(opened(['hall'])).toEqual(['hall youth']);
  });
});

describe('a library over the year', () => {
  test('a Monday of the term is the professionals’', () => {
    expect(hours(LIBRARY, '2026-11-23')).toEqual(['professional 09:00-18:00']);
  });

  test('on a Wednesday of the term the young come in after the handover', () => {
    expect(hours(LIBRARY, '2026-11-25')).toEqual(['professional 09:00-13:00', 'youth 13:15-18:00']);
    expect(expandDay(compileSchedule(LIBRARY), '2026-11-25').handovers).toEqual([
      {
        ...range('2026-11-25T13:00+01:00', '2026-11-25T13:15+01:00'),
        spaceId: 'hall',
        leaving: 'professional',
        arriving: 'youth',
      },
    ]);
  });

  test('the small holidays begin and end on the days of zone B', () => {
    // Winter of zone B: 20 February to 7 March 2027, a Saturday and a Sunday.
    expect(hours(LIBRARY, '2027-02-19')).toEqual(['professional 09:00-18:00']);
    expect(hours(LIBRARY, '2027-02-22')).toEqual(['professional 09:00-12:00', 'youth 14:00-18:00']);
    expect(hours(LIBRARY, '2027-03-05')).toEqual(['professional 09:00-12:00', 'youth 14:00-18:00']);
    expect(hours(LIBRARY, '2027-03-08')).toEqual(['professional 09:00-18:00']);
  });

  test('a handover is shown also where the plan leaves time for it', () => {
    const { handovers } = expandDay(compileSchedule(LIBRARY), '2027-02-22');
    expect(handovers).toEqual([
      {
        ...range('2027-02-22T12:00+01:00', '2027-02-22T12:15+01:00'),
        spaceId: 'hall',
        leaving: 'professional',
        arriving: 'youth',
      },
    ]);
  });

  test('summer goes before the other holidays', () => {
    expect(hours(LIBRARY, '2026-07-06')).toEqual(['professional 08:00-13:00']);
    expect(ruling(LIBRARY, '2026-07-06')?.outranked).toEqual([{ templateId: 'holidays', by: 'stronger_period' }]);
  });

  test('a public holiday of the term is closed, for it has no hours of its own', () => {
    expect(hours(LIBRARY, '2027-05-17')).toEqual([]);
    expect(ruling(LIBRARY, '2026-11-11')?.ruling).toMatchObject({
      kind: 'public_holiday',
      holiday: { code: 'armistice_1918' },
    });
    expect(hours({ ...LIBRARY, onPublicHolidays: 'as_usual' }, '2026-11-11')).toEqual([
      'professional 09:00-13:00',
      'youth 13:15-18:00',
    ]);
  });

  test('a year that is not published is said, not guessed', () => {
    const { windows, unknown } = expandDay(compileSchedule(LIBRARY), '2027-10-06');
    expect(windows).toEqual([]);
    expect(unknown).toEqual([{ spaceId: 'hall', date: '2027-10-06', missing: 'school_calendar' }]);
    expect(ruling(LIBRARY, '2027-10-06')?.ruling).toEqual({
      kind: 'unknown',
      missing: 'school_calendar',
      templateId: 'summer',
    });
  });

  test('what does not hang on the school is known in an unpublished year', () => {
    const dated = template('festival', { kind: 'date_range', from: '2027-10-04', until: '2027-10-09' }, [
      weekly(null, 'general', '10:00', '20:00'),
    ]);
    expect(hours({ ...LIBRARY, templates: [...LIBRARY.templates, dated] }, '2027-10-06')).toEqual([
      'general 10:00-20:00',
    ]);
    const oddTerm = template(
      'odd',
      { kind: 'all_of', periods: [{ kind: 'school_term' }, { kind: 'iso_weeks', parity: 'odd' }] },
      [],
    );
    const usual = template('usual', { kind: 'always' }, [weekly(null, 'general', '09:00', '10:00')]);
    // 6 October 2027 lies in week 40: whether it is term or not, the odd weeks' hours do not hold.
    expect(hours(schedule({ templates: [oddTerm, usual] }), '2027-10-06')).toEqual(['general 09:00-10:00']);
    expect(hours(schedule({ templates: [oddTerm, usual] }), '2027-10-13')).toEqual([]);
  });

  test('a holiday calendar without the year leaves its days unknown, unless holidays are as usual', () => {
    const usual = template('usual', { kind: 'always' }, [weekly(null, 'general', '09:00', '10:00')]);
    const holidays = { id: 'XX', holidaysOf: () => ({ ok: false, reason: 'not_covered' }) as const };
    const abroad = schedule({ templates: [usual], calendar: { holidays, school: null } });
    expect(expandDay(compileSchedule(abroad), '2027-10-06').unknown).toEqual([
      { spaceId: 'hall', date: '2027-10-06', missing: 'holiday_calendar' },
    ]);
    expect(hours({ ...abroad, onPublicHolidays: 'as_usual' }, '2027-10-06')).toEqual(['general 09:00-10:00']);
  });
});

describe('precedence', () => {
  const at = (id: string) => [weekly(null, 'general', '09:00', `${String(10 + Number(id)).padStart(2, '0')}:00`)];
  const rule = (id: string, period: ScheduleTemplate['period'], more: Partial<ScheduleTemplate> = {}) =>
    template(id, period, at(id), more);
  const winterHoliday = { kind: 'school_holiday', names: ["Vacances d'hiver"] } as const;
  // 22 February 2027: the Monday of week 8, in the winter holidays of zone B.
  const DATE = '2027-02-22';
  const inTurn: readonly (readonly [string, ScheduleTemplate])[] = [
    [
      'dated and even weeks',
      rule('9', {
        kind: 'all_of',
        periods: [
          { kind: 'date_range', from: DATE, until: '2027-02-23' },
          { kind: 'iso_weeks', parity: 'even' },
        ],
      }),
    ],
    [
      'dated, of this space',
      rule('8', { kind: 'date_range', from: '2027-01-01', until: '2028-01-01' }, { spaceIds: ['hall'] }),
    ],
    ['dated, a short range', rule('7', { kind: 'date_range', from: DATE, until: '2027-02-23' })],
    ['dated, a long range', rule('6', { kind: 'date_range', from: DATE, until: '2027-02-24' })],
    [
      'the holiday by name, even weeks',
      rule('5', { kind: 'all_of', periods: [winterHoliday, { kind: 'iso_weeks', parity: 'even' }] }),
    ],
    ['the holiday by name', rule('4', winterHoliday)],
    ['any holiday', rule('3', { kind: 'school_holiday', names: null })],
    ['even weeks', rule('2', { kind: 'iso_weeks', parity: 'even' })],
    ['always', rule('1', { kind: 'always' })],
    ['always, listed later', rule('0', { kind: 'all_of', periods: [] })],
  ];

  test.each(inTurn.map(([name], index) => [name, index] as const))(
    '%s goes before all that follows',
    (_name, index) => {
      // Listed the other way round, but for the last two, which only their order tells apart.
      const rest = inTurn.slice(index).map(([, each]) => each);
      const last = rest.splice(-2);
      const templates = [...rest.reverse(), ...last];
      const expected = (inTurn[index] as (typeof inTurn)[number])[1].id;
      expect(ruling(schedule({ templates }), DATE)?.ruling).toEqual({ kind: 'template', templateId: expected });
    },
  );

  test('an explanation says what each loser lost by', () => {
    const day = ruling(schedule({ templates: inTurn.map(([, each]) => each) }), DATE);
    expect(day?.because.map(({ kind }) => kind)).toEqual(['date_range', 'iso_weeks']);
    expect(day?.outranked).toEqual([
      { templateId: '8', by: 'more_conditions' },
      { templateId: '7', by: 'more_conditions' },
      { templateId: '6', by: 'more_conditions' },
      ...['5', '4', '3', '2', '1', '0'].map((templateId) => ({ templateId, by: 'stronger_period' })),
    ]);
    const dated = ruling(
      schedule({ templates: [inTurn[2], inTurn[1], inTurn[3]].map((each) => each?.[1] as ScheduleTemplate) }),
      DATE,
    );
    expect(dated?.outranked.map(({ by }) => by)).toEqual(['own_space', 'own_space']);
    const short = ruling(
      schedule({ templates: [inTurn[3], inTurn[2]].map((each) => each?.[1] as ScheduleTemplate) }),
      DATE,
    );
    expect(short?.outranked).toEqual([{ templateId: '6', by: 'shorter_range' }]);
    const listed = ruling(
      schedule({ templates: [inTurn[9], inTurn[8]].map((each) => each?.[1] as ScheduleTemplate) }),
      DATE,
    );
    expect(listed?.outranked).toEqual([{ templateId: '1', by: 'listed_first' }]);
  });

  test('a public holiday’s own hours go before a date range, its closing too, and an exception before both', () => {
    const DAY = '2027-07-14';
    const festival = template('festival', { kind: 'date_range', from: '2027-07-10', until: '2027-07-20' }, [
      weekly(null, 'general', '10:00', '22:00'),
    ]);
    const bastille = template('bastille', { kind: 'public_holiday', codes: ['national_day'] }, [
      weekly(null, 'general', '10:00', '12:00'),
    ]);
    const open = exception('open', DAY, { kind: 'replace', windows: [planned('general', '18:00', '24:00')] });
    expect(ruling(schedule({ templates: [festival] }), DAY)?.ruling.kind).toBe('public_holiday');
    expect(hours(schedule({ templates: [festival, bastille] }), DAY)).toEqual(['general 10:00-12:00']);
    expect(hours(schedule({ templates: [festival, bastille], exceptions: [open] }), DAY)).toEqual([
      'general 18:00-00:00',
    ]);
    expect(ruling(schedule({ templates: [festival], exceptions: [open] }), DAY)?.outranked).toEqual([
      { templateId: 'festival', by: 'exception' },
    ]);
    const other = { ...bastille, period: { kind: 'public_holiday', codes: ['christmas'] } } as const;
    expect(ruling(schedule({ templates: [festival, other] }), DAY)?.ruling.kind).toBe('public_holiday');
  });

  test('validity ends at its last date, excluded, and does not count in the precedence', () => {
    const old = template('old', { kind: 'always' }, [weekly(null, 'general', '09:00', '10:00')], {
      validUntil: '2027-01-04',
    });
    const next = template('next', { kind: 'always' }, [weekly(null, 'general', '09:00', '11:00')], {
      validFrom: '2027-01-04',
    });
    const both = schedule({ templates: [old, next], onPublicHolidays: 'as_usual' });
    expect(hours(both, '2027-01-03')).toEqual(['general 09:00-10:00']);
    expect(hours(both, '2027-01-04')).toEqual(['general 09:00-11:00']);
    expect(ruling(schedule({ templates: [old] }), '2027-01-04')?.ruling).toEqual({ kind: 'no_template' });
  });

  test('a template that names no window for a space it speaks for closes it; other spaces keep their own', () => {
    const usual = template('usual', { kind: 'always' }, [weekly(null, 'general', '09:00', '10:00')]);
    const works = template('works', { kind: 'date_range', from: '2027-01-04', until: '2027-01-09' }, [], {
      spaceIds: ['hall'],
    });
    const both = compileSchedule(schedule({ spaces: [space('hall'), space('room')], templates: [usual, works] }));
    expect(expandDay(both, '2027-01-05').windows.map(({ spaceId }) => spaceId)).toEqual(['room']);
    expect(expandDay(both, '2027-01-09').windows.map(({ spaceId }) => spaceId)).toEqual(['hall', 'room']);
  });

  test('odd and even weeks are those of ISO 8601, also across the new year', () => {
    const odd = template('odd', { kind: 'iso_weeks', parity: 'odd' }, [weekly(null, 'general', '09:00', '10:00')]);
    const compiled = compileSchedule(schedule({ templates: [odd], onPublicHolidays: 'as_usual' }));
    // 2026 has 53 weeks: the odd week 53 is followed by the odd week 1.
    const dates = ['2026-12-27', '2026-12-28', '2027-01-03', '2027-01-04', '2027-01-10', '2027-01-11'];
    expect(dates.filter((date) => hours(compiled, date).length > 0)).toEqual([
      '2026-12-28',
      '2027-01-03',
      '2027-01-04',
      '2027-01-10',
    ]);
  });
});

describe('exceptions and closures', () => {
  const DAY = '2026-11-23';

  test('an added window takes its time from those it may not meet, and its handovers too', () => {
    const visit = exception('visit', DAY, { kind: 'add', windows: [planned('youth', '14:00', '16:00')] });
    expect(hours({ ...LIBRARY, exceptions: [visit] }, DAY)).toEqual([
      'professional 09:00-14:00',
      'youth 14:15-16:00',
      'professional 16:15-18:00',
    ]);
    const course = exception('course', DAY, { kind: 'add', windows: [planned('training', '14:00', '16:00')] });
    expect(hours({ ...LIBRARY, exceptions: [course] }, DAY)).toEqual([
      'professional 09:00-18:00',
      'training 14:00-16:00',
    ]);
  });

  test('a removal takes a range of one audience or of all, edges included on one side only', () => {
    const lunch = exception('lunch', DAY, { kind: 'remove', startsAt: '12:00', endsAt: '14:00', audience: null });
    expect(hours({ ...LIBRARY, exceptions: [lunch] }, DAY)).toEqual([
      'professional 09:00-12:00',
      'professional 14:00-18:00',
    ]);
    const none = exception('none', DAY, { kind: 'remove', startsAt: '12:00', endsAt: '14:00', audience: 'youth' });
    expect(hours({ ...LIBRARY, exceptions: [none] }, DAY)).toEqual(['professional 09:00-18:00']);
  });

  test('additions stay when a removal is made on the same day', () => {
    const removal = exception('none', DAY, { kind: 'remove', startsAt: '00:00', endsAt: '24:00', audience: null });
    const extra = exception('extra', DAY, { kind: 'add', windows: [planned('general', '10:00', '11:00')] });
    expect(hours({ ...LIBRARY, exceptions: [extra, removal] }, DAY)).toEqual(['general 10:00-11:00']);
  });

  test('of two replacements the one of the space rules, and the exceptions of another space or date do not count', () => {
    const site = exception('site', DAY, { kind: 'replace', windows: [] });
    const own = exception(
      'own',
      DAY,
      { kind: 'replace', windows: [planned('general', '10:00', '11:00')] },
      { spaceIds: ['hall'] },
    );
    const elsewhere = exception('elsewhere', DAY, { kind: 'replace', windows: [] }, { spaceIds: ['room'] });
    expect(hours({ ...LIBRARY, exceptions: [site] }, DAY)).toEqual([]);
    expect(hours({ ...LIBRARY, exceptions: [site, own] }, DAY)).toEqual(['general 10:00-11:00']);
    expect(hours({ ...LIBRARY, exceptions: [elsewhere] }, DAY)).toEqual(['professional 09:00-18:00']);
    expect(hours({ ...LIBRARY, exceptions: [site] }, '2026-11-24')).toEqual(['professional 09:00-18:00']);
    expect(ruling({ ...LIBRARY, exceptions: [site, own] }, DAY)?.exceptionIds).toEqual(['site', 'own']);
  });

  test('a closure cuts a window and is the reason given for its time', () => {
    const closure = {
      ...range('2026-11-23T12:00+01:00', '2026-11-23T13:00+01:00'),
      spaceId: null,
      reason: 'fire drill',
    };
    expect(hours({ ...LIBRARY, closures: [closure] }, DAY)).toEqual([
      'professional 09:00-12:00',
      'professional 13:00-18:00',
    ]);
    expect(
      ruling({ ...LIBRARY, closures: [closure] }, DAY)?.segments.map(({ kind, from, until }) => [
        kind,
        (until - from) / HOUR,
      ]),
    ).toEqual([
      ['closed', 9],
      ['open', 3],
      ['closed', 1],
      ['open', 5],
      ['closed', 6],
    ]);
  });

  test('a closure of one space leaves the others open, and one without an end closes for good', () => {
    const from = range('2026-11-23T12:00+01:00', '2026-11-23T13:00+01:00').from;
    const closed = (spaceId: string | null) => ({
      ...LIBRARY,
      closures: [{ from, until: Number.POSITIVE_INFINITY, spaceId, reason: null }],
    });
    expect(hours(closed('hall'), DAY)).toEqual(['professional 09:00-12:00']);
    expect(hours(closed('room'), DAY)).toEqual(['professional 09:00-18:00']);
    expect(hours(closed(null), DAY)).toEqual(['professional 09:00-12:00']);
    expect(hours(closed(null), '2027-01-04')).toEqual([]);
  });

  test('two who claim one time in one template: the one listed first has it', () => {
    const both = template('both', { kind: 'always' }, [
      weekly(null, 'general', '10:00', '12:00'),
      weekly(null, 'youth', '09:00', '13:00'),
    ]);
    expect(hours(schedule({ spaces: [space('hall', 0)], templates: [both] }), DAY)).toEqual([
      'youth 09:00-10:00',
      'general 10:00-12:00',
      'youth 12:00-13:00',
    ]);
  });
});

describe('days of the clock change and edges', () => {
  const night = template('night', { kind: 'always' }, [weekly(null, 'general', '01:00', '04:00')]);
  const lasting = (date: string) => {
    const [window] = expandDay(compileSchedule(schedule({ templates: [night] })), date).windows;
    return window === undefined ? 0 : (window.until - window.from) / HOUR;
  };

  test('01:00-04:00 lasts two hours in March and four in October', () => {
    expect(['2027-03-27', '2027-03-28', '2027-10-31'].map(lasting)).toEqual([3, 2, 4]);
  });

  test('hours keep their wall time over the change, until midnight', () => {
    const day = template('day', { kind: 'always' }, [weekly(7, 'general', '09:00', '24:00')]);
    const compiled = compileSchedule(schedule({ templates: [day] }));
    expect(expandDay(compiled, '2027-03-28').windows).toMatchObject([
      range('2027-03-28T09:00+02:00', '2027-03-29T00:00+02:00'),
    ]);
    expect(expandDay(compiled, '2027-10-31').windows).toMatchObject([
      range('2027-10-31T09:00+01:00', '2027-11-01T00:00+01:00'),
    ]);
  });

  test('hours stay inside their day, on any date', () => {
    const minute = fc.integer({ min: 0, max: 1_440 });
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: 400 }), fc.constantFrom(86, 303)),
        fc.uniqueArray(minute, { minLength: 2, maxLength: 2 }),
        (offset, unsorted) => {
          const [start, end] = unsorted.sort((a, b) => a - b).map(timeOfMinutes) as [string, string];
          const date = addDays('2027-01-01', offset);
          const day = dayWindow(date, PARIS);
          const any = template('any', { kind: 'always' }, [weekly(weekdayOf(date), 'youth', start, end)]);
          const { windows } = expandDay(
            compileSchedule(schedule({ templates: [any], onPublicHolidays: 'as_usual' })),
            date,
          );
          const isSkipped = date === '2027-03-28' && start >= '02:00' && end <= '03:00';
          expect(windows).toHaveLength(isSkipped ? 0 : 1);
          for (const window of windows) {
            expect(window.from).toBeGreaterThanOrEqual(day.from);
            expect(window.until).toBeLessThanOrEqual(day.until);
            expect(window.from).toBeLessThan(window.until);
          }
        },
      ),
    );
  });

  test('hours inside the hour that is skipped do not exist that night', () => {
    const skipped = template('skipped', { kind: 'always' }, [weekly(null, 'general', '02:15', '02:45')]);
    expect(expandDay(compileSchedule(schedule({ templates: [skipped] })), '2027-03-28').windows).toEqual([]);
  });

  test('windows that the skipped hour makes begin together are in the order of their ids', () => {
    const both = template('both', { kind: 'always' }, [
      { ...weekly(null, 'general', '03:00', '05:00'), id: 'a' },
      { ...weekly(null, 'general', '02:00', '04:00'), id: 'b' },
    ]);
    const idsOn = (date: string) =>
      expandDay(compileSchedule(schedule({ templates: [both] })), date).windows.map(({ ruleId }) => ruleId);
    expect(idsOn('2027-03-28')).toEqual(['a', 'b']);
    expect(idsOn('2027-03-27')).toEqual(['b', 'a']);
  });

  test('ranges end before their last date, and a day does not depend on the range around it', () => {
    const compiled = compileSchedule(LIBRARY);
    const week = expandRange(compiled, { from: '2026-11-23', until: '2026-11-28' });
    const days = ['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27'].flatMap(
      (date) => expandDay(compiled, date).windows,
    );
    expect(week.windows).toEqual(days);
    expect(expandRange(compiled, { from: '2026-11-23', until: '2026-11-23' }).windows).toEqual([]);
  });

  test('a handover over midnight delays the first hours of the next day', () => {
    const late = template('late', { kind: 'always' }, [
      weekly(1, 'general', '20:00', '24:00'),
      weekly(2, 'youth', '00:00', '02:00'),
    ]);
    const compiled = compileSchedule(schedule({ templates: [late] }));
    const { windows, handovers } = expandDay(compiled, '2026-11-24');
    expect(windows).toMatchObject([range('2026-11-24T00:15+01:00', '2026-11-24T02:00+01:00')]);
    expect(handovers).toMatchObject([range('2026-11-24T00:00+01:00', '2026-11-24T00:15+01:00')]);
  });

  test('hours as short as the handover are squeezed out, one minute longer they are not', () => {
    const short = (endsAt: string) =>
      expandDay(
        compileSchedule(
          schedule({
            templates: [
              template('short', { kind: 'always' }, [
                weekly(null, 'general', '09:00', '10:00'),
                weekly(null, 'youth', '10:00', endsAt),
              ]),
            ],
          }),
        ),
        '2026-11-24',
      );
    expect([short('10:15').windows.length, short('10:15').squeezedOut.length]).toEqual([1, 1]);
    expect([short('10:16').windows.length, short('10:16').squeezedOut.length]).toEqual([2, 0]);
  });

  test('hours of an audience that the space has no class for are a fault', () => {
    const unknown = template('unknown', { kind: 'always' }, [weekly(null, 'nobody', '09:00', '10:00')]);
    expect(() => expandDay(compileSchedule(schedule({ templates: [unknown] })), '2026-11-24')).toThrow(RangeError);
  });
});
