import {
  compileSchedule,
  DEFAULT_AUDIENCES,
  deriveClasses,
  expandRange,
  frenchHolidays,
  type Period,
  resolveCompatibility,
  type Schedule,
  type TemplateWindow,
  type Weekday,
} from '@mitoyen/domain';
import calendar from '../../../db/seed/data/school-calendar.json' with { type: 'json' };
import type { Bench } from '../main.ts';
import { againstBaseline } from '../measure.ts';
import { naiveExpand } from '../naive-schedule.ts';

const SPACES = 20;
const ROUNDS = 15;
const YEAR = { from: '2026-01-01', until: '2027-01-01' };

/** Twenty spaces, ten windows each: five of the term, three of the holidays, one of the summer, one of the odd weeks. */
function largeSite(): Schedule {
  const compatibility = resolveCompatibility(DEFAULT_AUDIENCES, { network: [], site: [], space: [] });
  const classes = compatibility.ok ? deriveClasses(compatibility.value) : compatibility;
  if (!classes.ok) throw new Error(classes.reason);
  const spaceIds = Array.from({ length: SPACES }, (_, index) => `space-${String(index).padStart(2, '0')}`);
  const template = (
    id: string,
    period: Period,
    windows: readonly (readonly [Weekday | null, string, string, string])[],
  ) => ({
    id,
    name: id,
    period,
    spaceIds: null,
    validFrom: null,
    validUntil: null,
    windows: spaceIds.flatMap((spaceId) =>
      windows.map(
        ([weekday, audience, startsAt, endsAt], index): TemplateWindow => ({
          id: `${id}-${spaceId}-${index}`,
          spaceId,
          weekday,
          audience,
          startsAt,
          endsAt,
        }),
      ),
    ),
  });
  return {
    zone: 'Europe/Paris',
    calendar: { holidays: frenchHolidays(), school: { calendar, zone: 'B' } },
    spaces: spaceIds.map((id) => ({ id, handoverMs: 15 * 60_000, classes: classes.value })),
    templates: [
      template(
        'odd-weeks',
        { kind: 'all_of', periods: [{ kind: 'school_term' }, { kind: 'iso_weeks', parity: 'odd' }] },
        [[null, 'professional', '08:00', '19:00']],
      ),
      template('term', { kind: 'school_term' }, [
        [null, 'professional', '09:00', '12:30'],
        [1, 'professional', '13:30', '18:00'],
        [3, 'youth', '13:30', '18:00'],
        [5, 'general', '13:30', '18:00'],
        [6, 'youth', '14:00', '18:00'],
      ]),
      template('holidays', { kind: 'school_holiday', names: null }, [
        [null, 'professional', '08:00', '12:00'],
        [null, 'youth', '12:00', '18:00'],
        [5, 'general', '18:00', '22:00'],
      ]),
      template('summer', { kind: 'summer' }, [[null, 'professional', '08:00', '13:00']]),
    ],
    exceptions: [],
    closures: [],
    onPublicHolidays: 'closed',
  };
}

const bench: Bench = {
  name: 'schedule.expandYear',
  run() {
    const site = largeSite();
    const planned = site.templates.reduce((sum, { windows }) => sum + windows.length, 0);
    const expected = naiveExpand(site, YEAR.from, YEAR.until);
    const fast = expandRange(compileSchedule(site), YEAR);
    if (JSON.stringify(fast.windows) !== JSON.stringify(expected.windows))
      throw new Error('The two ways do not agree.');

    const timed = (run: () => number): number => {
      const startedAt = performance.now();
      if (run() !== expected.windows.length) throw new Error('The year came out otherwise than before.');
      return performance.now() - startedAt;
    };
    return againstBaseline({
      rounds: ROUNDS,
      unit: 'ms',
      note:
        `a year of one site in one thread, ${SPACES} spaces, ${planned} planned windows, ${expected.windows.length} opening windows ` +
        'and their handovers, compiled anew each time; baseline: day by day and template by template. Lower is better.',
      subject: () => timed(() => expandRange(compileSchedule(site), YEAR).windows.length),
      baseline: () => timed(() => naiveExpand(site, YEAR.from, YEAR.until).windows.length),
    });
  },
};

export default bench;
