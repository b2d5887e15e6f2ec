import {
  addDays,
  compileSchedule,
  type DateRange,
  dayFacts,
  expandRange,
  type Schedule,
  type SuggestedHours,
  trialTemplates,
} from '@mitoyen/domain';
import { describe, expect, test } from 'vitest';
import { schedule, space, template, WORKING_DAYS, weekly } from './schedule-facts.ts';

const HANDOVER_MINUTES = 15;
/** A library whose Tuesdays are the young's all day in term, with other hours in odd weeks, in the holidays, and for the other room. */
const LIBRARY: Schedule = schedule({
  spaces: [space('hall', HANDOVER_MINUTES), space('office', 0)],
  templates: [
    template('all year', { kind: 'always' }, [
      weekly(1, 'professional', '09:00', '18:00'),
      weekly(2, 'youth', '08:00', '19:00'),
      weekly(4, 'youth', '08:00', '19:00'),
    ]),
    template('odd weeks', { kind: 'iso_weeks', parity: 'odd' }, [
      weekly(2, 'youth', '08:00', '12:00', 'hall'),
      weekly(5, 'professional', '09:00', '12:00'),
    ]),
    template(
      'holidays',
      { kind: 'school_holiday', names: null },
      WORKING_DAYS.map((day) => weekly(day, 'general', '10:00', '16:00')),
    ),
  ],
});
const HOURS: SuggestedHours = {
  spaceId: 'hall',
  period: { kind: 'school_term' },
  weekday: 2,
  startsAt: '09:00',
  endsAt: '11:30',
  audience: 'professional',
  mode: 'instead',
};
const TRIAL: DateRange = { from: '2026-12-01', until: '2027-01-29' };

let made = 0;
const ids = { name: 'Essai', newId: () => `new-${made++}` };

/** The hall's hours, `date audience from-until`, without whose template they are. */
function hoursOf(site: Schedule, range: DateRange): string[] {
  return expandRange(compileSchedule(site), range).windows.map(
    ({ spaceId, audience, from, until }) =>
      `${spaceId} ${audience} ${new Date(from).toISOString()} ${(until - from) / 60_000}`,
  );
}
const trying = (site: Schedule, hours: SuggestedHours, dates: DateRange): Schedule => ({
  ...site,
  templates: [...trialTemplates(site, hours, dates, ids).map((trial) => trial.template), ...site.templates],
});

describe('hours tried for some dates', () => {
  test('change these hours on their weekday, in their season and on these dates, and nothing else', () => {
    const tried = trying(LIBRARY, HOURS, TRIAL);
    for (let date = '2026-11-02'; date < '2027-03-15'; date = addDays(date, 1)) {
      const day = { from: date, until: addDays(date, 1) };
      const facts = dayFacts(compileSchedule(LIBRARY).calendar, date);
      const isTerm = facts.school !== 'not_covered' && facts.school.kind === 'term';
      const isTried = facts.weekday === 2 && isTerm && date >= TRIAL.from && date < TRIAL.until;
      const [before, after] = [hoursOf(LIBRARY, day), hoursOf(tried, day)];
      if (!isTried) {
        expect(after, date).toEqual(before);
        continue;
      }
      const isOdd = facts.isoWeek % 2 === 1;
      const winter = (time: string) => `${date}T${time}:00.000Z`;
      expect(
        after.filter((each) => each.startsWith('office')),
        date,
      ).toEqual(before.filter((each) => each.startsWith('office')));
      // The young leave a quarter of an hour before, and come back a quarter after.
      expect(
        after.filter((each) => each.startsWith('hall')),
        date,
      ).toEqual([
        `hall youth ${winter('07:00')} 45`,
        `hall professional ${winter('08:00')} 150`,
        isOdd ? `hall youth ${winter('10:45')} 15` : `hall youth ${winter('10:45')} 435`,
      ]);
    }
  });

  test('say whose hours they repeat, each with its own conditions and those of the season', () => {
    const trials = trialTemplates(LIBRARY, HOURS, TRIAL, ids);
    expect(trials.map(({ basedOn, template: { period } }) => [basedOn, period])).toEqual([
      ['odd weeks', { kind: 'all_of', periods: [{ kind: 'iso_weeks', parity: 'odd' }, { kind: 'school_term' }] }],
      ['all year', { kind: 'school_term' }],
    ]);
    for (const trial of trials) {
      expect(trial.template).toMatchObject({ spaceIds: ['hall'], validFrom: TRIAL.from, validUntil: TRIAL.until });
    }
  });

  test('beside those who may meet them: nobody leaves', () => {
    const tried = trying(LIBRARY, { ...HOURS, weekday: 1, audience: 'training', mode: 'beside' }, TRIAL);
    const monday = { from: '2026-12-07', until: '2026-12-08' };
    expect(hoursOf(tried, monday).filter((each) => each.startsWith('hall'))).toEqual([
      'hall professional 2026-12-07T08:00:00.000Z 540',
      'hall training 2026-12-07T08:00:00.000Z 150',
    ]);
  });

  test('where nothing was open: only these hours', () => {
    const closed = { ...LIBRARY, templates: LIBRARY.templates.filter(({ name }) => name === 'holidays') };
    const trials = trialTemplates(closed, { ...HOURS, weekday: 3, mode: 'open' }, TRIAL, ids);
    expect(trials).toMatchObject([{ basedOn: null, template: { period: { kind: 'school_term' }, windows: [{}] } }]);
  });

  test('of a weekday that does not come on these dates: none', () => {
    expect(trialTemplates(LIBRARY, HOURS, { from: '2026-12-02', until: '2026-12-08' }, ids)).toEqual([]);
    expect(trialTemplates(LIBRARY, HOURS, { from: '2026-12-02', until: '2026-12-09' }, ids)).toHaveLength(2);
    // In the Christmas holidays there is no term.
    expect(trialTemplates(LIBRARY, HOURS, { from: '2026-12-21', until: '2027-01-01' }, ids)).toEqual([]);
  });
});
