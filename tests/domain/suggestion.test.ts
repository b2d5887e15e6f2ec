import {
  addDays,
  classesMayMeet,
  compileSchedule,
  DEFAULT_SUGGESTION_SETTINGS,
  expandRange,
  localToInstant,
  type Schedule,
  type Suggestion,
  type SuggestionFacts,
  suggestUnusedTime,
  type Weekday,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR } from './instants.ts';
import { PARIS, schedule, space, template, WORKING_DAYS, weekly } from './schedule-facts.ts';

/** A youth place: open to the young all day in term, but they come from four o'clock on; professionals have a room beside. */
const YOUTH_PLACE: Schedule = schedule({
  spaces: [space('hall'), space('office', 0)],
  templates: [
    template('term', { kind: 'school_term' }, [
      ...WORKING_DAYS.map((day) => weekly(day, 'youth', '08:00', '19:00', 'hall')),
      ...WORKING_DAYS.map((day) => weekly(day, 'professional', '09:00', '17:00', 'office')),
    ]),
  ],
});
/** Ten weeks of term; the ninth has Armistice on its Wednesday. */
const OBSERVED = { from: '2026-09-07', until: '2026-11-30' };

function at(date: string, from: string, until: string) {
  return { from: localToInstant(date, from, PARIS), until: localToInstant(date, until, PARIS) };
}
function everyDay(visit: (date: string) => { from: number; until: number }): { from: number; until: number }[] {
  const windows = [];
  for (let date = OBSERVED.from; date < OBSERVED.until; date = addDays(date, 1)) windows.push(visit(date));
  return windows;
}

function facts(more: Partial<SuggestionFacts> = {}, site: Schedule = YOUTH_PLACE): SuggestionFacts {
  return {
    zone: PARIS,
    calendar: site.calendar,
    observed: OBSERVED,
    spaces: site.spaces,
    siteClasses: new Map(),
    open: expandRange(compileSchedule(site), OBSERVED).windows,
    closures: [],
    booked: everyDay((date) => at(date, '09:00', '13:00')).map((window) => ({
      ...window,
      spaceId: 'office',
      audience: 'professional',
    })),
    present: everyDay((date) => at(date, '16:00', '19:00')).map((window) => ({ ...window, spaceId: 'hall' })),
    audiences: [
      { audience: 'professional', hourPrice: { minor: 400, currency: 'EUR' }, needsReferent: false },
      { audience: 'youth', hourPrice: null, needsReferent: true },
    ],
    settings: { ...DEFAULT_SUGGESTION_SETTINGS, closedHours: null },
    ...more,
  };
}
const find = (of: SuggestionFacts, spaceId: string, audience: string, weekday: Weekday) =>
  suggestUnusedTime(of).suggestions.find(
    (each) => each.spaceId === spaceId && each.audience === audience && each.weekday === weekday,
  );

describe('hours that one audience does not use', () => {
  test('school hours in a youth place are proposed to professionals, with the figures', () => {
    const monday = find(facts(), 'hall', 'professional', 1);
    expect(monday).toEqual({
      spaceId: 'hall',
      period: { kind: 'school_term' },
      weekday: 1,
      startsAt: '08:00',
      // The young come at four: a quarter of an hour for the handover.
      endsAt: '15:45',
      audience: 'professional',
      mode: 'instead',
      heldBy: ['youth'],
      needsReferent: false,
      evidence: {
        weeks: 10,
        weeksUsed: 0,
        observedMs: 10 * 8 * HOUR,
        usedMs: 0,
        usedBp: 0,
        // The office was booked four hours of eight on 49 days: ten weeks without Armistice.
        demand: { openMs: 49 * 8 * HOUR, bookedMs: 49 * 4 * HOUR, bookedBp: 5_000 },
        usedWeeksAtMostBp: 2_775,
      },
      // 7.75 h x 50 % x 4.00 EUR.
      weeklyGain: { minor: 1_550, currency: 'EUR' },
      confidence: 'medium',
    } satisfies Suggestion);
  });

  test('a Wednesday lost to a public holiday does not count, nor do the holidays', () => {
    expect(find(facts(), 'hall', 'professional', 3)?.evidence.weeks).toBe(9);
    expect(suggestUnusedTime(facts()).skipped).toEqual({ publicHolidays: 2, unknownDays: 0 });
  });

  test('use up to the share is unused, a minute more is used', () => {
    const used = (...visits: { from: number; until: number }[]) =>
      find(
        facts({ present: [...facts().present, ...visits.map((visit) => ({ ...visit, spaceId: 'hall' }))] }),
        'hall',
        'professional',
        1,
      );
    // Ten weeks of the hour from ten o'clock: a tenth is 60 minutes.
    const hour = at('2026-09-07', '10:00', '11:00');
    expect(used(hour)).toMatchObject({ startsAt: '08:00', endsAt: '15:45', evidence: { weeksUsed: 1, usedMs: HOUR } });
    // With a minute more the day falls in two; the young keep their hour, with a handover behind it.
    expect(used(hour, at('2026-09-14', '10:00', '10:01'))).toMatchObject({ startsAt: '11:15', endsAt: '15:45' });
  });

  test('three weeks are too few, four are enough', () => {
    const during = (until: string) => {
      const observed = { from: '2026-09-07', until };
      return find(
        facts({ observed, open: expandRange(compileSchedule(YOUTH_PLACE), observed).windows }),
        'hall',
        'professional',
        1,
      );
    };
    expect(during('2026-09-28')).toBeUndefined();
    expect(during('2026-09-29')?.evidence.weeks).toBe(4);
    expect(during('2026-09-29')?.confidence).toBe('low');
  });

  test('hours that the plan gave away meanwhile are not proposed any more', () => {
    const changed = {
      ...YOUTH_PLACE,
      templates: [
        ...YOUTH_PLACE.templates,
        template('new', { kind: 'date_range', from: '2026-11-16', until: '2027-01-01' }, [
          weekly(1, 'general', '08:00', '19:00', 'hall'),
        ]),
      ],
    };
    const open = expandRange(compileSchedule(changed), OBSERVED).windows;
    expect(find(facts({ open }, changed), 'hall', 'professional', 1)).toBeUndefined();
  });

  test('hours that another public has every other week are proposed only to those who may meet it', () => {
    const odd = template(
      'odd',
      { kind: 'all_of', periods: [{ kind: 'school_term' }, { kind: 'iso_weeks', parity: 'odd' }] },
      [weekly(1, 'general', '08:00', '16:00', 'hall')],
    );
    const site = { ...YOUTH_PLACE, templates: [...YOUTH_PLACE.templates, odd] };
    const open = expandRange(compileSchedule(site), OBSERVED).windows;
    const audiences = ['professional', 'social'].map((audience) => ({
      audience,
      hourPrice: null,
      needsReferent: false,
    }));
    expect(find(facts({ open, audiences }, site), 'hall', 'professional', 1)).toBeUndefined();
    expect(find(facts({ open, audiences }, site), 'hall', 'social', 1)).toMatchObject({
      heldBy: ['youth'],
      evidence: { weeks: 5 },
    });
  });

  test('an audience of the same class comes beside; a price or a demand that is not known gives no gain and little confidence', () => {
    const audiences = [
      { audience: 'training', hourPrice: { minor: 400, currency: 'EUR' }, needsReferent: false },
      { audience: 'youth', hourPrice: null, needsReferent: true },
    ];
    const { suggestions } = suggestUnusedTime(facts({ audiences, booked: [] }));
    const training = suggestions.find(({ audience, spaceId }) => audience === 'training' && spaceId === 'office');
    expect(training).toMatchObject({
      mode: 'beside',
      heldBy: ['professional'],
      startsAt: '09:00',
      endsAt: '17:00',
      weeklyGain: null,
      confidence: 'low',
      evidence: { demand: null },
    });
    const youth = suggestions.find(({ audience }) => audience === 'youth');
    expect(youth).toMatchObject({ mode: 'instead', weeklyGain: null, needsReferent: true });
  });

  test('what the hours brought is taken off the gain', () => {
    const booked = everyDay((date) => at(date, '10:00', '10:05')).map((window) => ({
      ...window,
      spaceId: 'office',
      audience: 'professional',
    }));
    const audiences = [
      { audience: 'professional', hourPrice: { minor: 1_200, currency: 'EUR' }, needsReferent: false },
      { audience: 'youth', hourPrice: { minor: 100, currency: 'EUR' }, needsReferent: true },
    ];
    const youth = find(facts({ booked, audiences }), 'office', 'youth', 1);
    // The young booked nothing of theirs: no gain, and 5 minutes at 12.00 EUR lost.
    expect(youth?.weeklyGain).toEqual({ minor: -100, currency: 'EUR' });
  });

  test('closed hours are proposed when asked for, within the hours of the day', () => {
    const settings = { ...DEFAULT_SUGGESTION_SETTINGS, closedHours: { fromHour: 7, untilHour: 22 } };
    const { suggestions } = suggestUnusedTime(facts({ settings }));
    const evening = suggestions.filter(
      ({ spaceId, weekday, mode }) => spaceId === 'office' && weekday === 1 && mode === 'open',
    );
    expect(evening.map(({ audience, startsAt, endsAt }) => `${audience} ${startsAt}-${endsAt}`).sort()).toEqual([
      'professional 07:00-09:00',
      'professional 17:00-22:00',
      'youth 07:00-09:00',
      'youth 17:00-22:00',
    ]);
    expect(evening.every(({ heldBy }) => heldBy.length === 0)).toBe(true);
    // After the young, a quarter of an hour.
    expect(
      suggestions.find(
        (each) =>
          each.spaceId === 'hall' && each.weekday === 1 && each.mode === 'open' && each.audience === 'professional',
      ),
    ).toMatchObject({ startsAt: '19:15', endsAt: '22:00' });
  });

  test('never on a site with whom it must never be there at once', () => {
    const audiences = [{ audience: 'general', hourPrice: null, needsReferent: false }];
    const apart = (code: string) =>
      new Map([
        ['general', { axis: 'general', siteClass: 'general' }],
        [code, { axis: 'general', siteClass: code }],
      ]);
    expect(find(facts({ audiences }), 'hall', 'general', 1)).toBeDefined();
    // The professionals are in the office meanwhile; social support is nowhere.
    expect(find(facts({ audiences, siteClasses: apart('professional') }), 'hall', 'general', 1)).toBeUndefined();
    expect(find(facts({ audiences, siteClasses: apart('social') }), 'hall', 'general', 1)).toBeDefined();
  });

  test('dates that no calendar covers are left out and counted', () => {
    const observed = { from: '2027-08-02', until: '2027-08-09' };
    expect(suggestUnusedTime(facts({ observed, open: [] }))).toEqual({
      suggestions: [],
      skipped: { publicHolidays: 0, unknownDays: 7 },
    });
  });

  test('a place without a school calendar has one season', () => {
    const site = { ...YOUTH_PLACE, calendar: { ...YOUTH_PLACE.calendar, school: null } };
    const always = suggestUnusedTime(
      facts(
        {},
        { ...site, templates: site.templates.map((each) => ({ ...each, period: { kind: 'always' } as const })) },
      ),
    );
    expect(always.suggestions[0]?.period).toEqual({ kind: 'always' });
    expect(always.skipped.unknownDays).toBe(0);
  });

  test('a closure leaves its hours out', () => {
    const closures = [{ ...at('2026-09-07', '09:00', '10:00'), spaceId: null, reason: null }];
    expect(find(facts({ closures }), 'hall', 'professional', 1)?.evidence).toMatchObject({
      weeks: 9,
      observedMs: 79 * HOUR,
    });
  });

  test('the same facts in another order give the same list, best first', () => {
    const usual = facts();
    const shuffled = {
      ...usual,
      open: usual.open.toReversed(),
      booked: usual.booked.toReversed(),
      present: usual.present.toReversed(),
      audiences: usual.audiences.toReversed(),
    };
    expect(suggestUnusedTime(shuffled)).toEqual(suggestUnusedTime(usual));
    const gains = suggestUnusedTime(usual).suggestions.map(
      ({ weeklyGain }) => weeklyGain?.minor ?? Number.NEGATIVE_INFINITY,
    );
    expect(gains).toEqual(gains.toSorted((a, b) => b - a));
  });
});

test('for any use of any plan, no proposal brings together whom compatibility keeps apart', () => {
  const codes = ['professional', 'youth', 'general', 'training'] as const;
  const window = fc.record({
    weekday: fc.constantFrom<Weekday>(1, 2),
    audience: fc.constantFrom(...codes),
    spaceId: fc.constantFrom('hall', 'office'),
    start: fc.integer({ min: 7, max: 18 }),
    length: fc.integer({ min: 1, max: 6 }),
  });
  const observed = { from: '2026-09-07', until: '2026-10-12' };
  let proposals = 0;
  fc.assert(
    fc.property(fc.array(window, { maxLength: 6 }), fc.constantFrom(0, 30, 120), (planned, handover) => {
      const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
      const plan = template(
        'plan',
        { kind: 'always' },
        planned.map(({ start, length, ...each }, index) => ({
          ...each,
          id: `${index}`,
          startsAt: clock(start),
          endsAt: clock(Math.min(24, start + length)),
        })),
      );
      const site = schedule({ spaces: [space('hall', handover), space('office', 0)], templates: [plan] });
      const siteClasses = new Map([
        ['youth', { axis: 'general', siteClass: 'youth' }],
        ['general', { axis: 'general', siteClass: 'general' }],
      ]);
      const { windows } = expandRange(compileSchedule(site), observed);
      const audiences = codes.map((audience) => ({ audience, hourPrice: null, needsReferent: false }));
      const { suggestions } = suggestUnusedTime(
        facts(
          {
            observed,
            open: windows,
            booked: [],
            present: [],
            audiences,
            siteClasses,
            settings: DEFAULT_SUGGESTION_SETTINGS,
          },
          site,
        ),
      );
      proposals += suggestions.length;
      for (const each of suggestions) {
        const monday = addDays('2026-10-05', each.weekday - 1);
        const proposed = at(monday, each.startsAt, each.endsAt);
        const classes = space('hall').classes;
        const handoverMs = each.spaceId === 'hall' ? handover * 60_000 : 0;
        for (const other of windows) {
          if (other.spaceId === each.spaceId) {
            // Those whose hours change hands leave; what remains of their hours keeps its distance.
            const left =
              each.heldBy.includes(other.audience) && other.from < proposed.until && proposed.from < other.until;
            if (left || classesMayMeet(other.audienceClass, classes.get(each.audience) as string)) continue;
            expect(other.until + handoverMs <= proposed.from || proposed.until + handoverMs <= other.from).toBe(true);
          } else if ([each.audience, other.audience].sort().join() === 'general,youth') {
            expect(other.until <= proposed.from || proposed.until <= other.from).toBe(true);
          }
        }
      }
    }),
    { numRuns: 40 },
  );
  expect(proposals).toBeGreaterThan(50);
});
