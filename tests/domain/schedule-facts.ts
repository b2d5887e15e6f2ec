import {
  type Audience,
  DEFAULT_AUDIENCES,
  deriveClasses,
  frenchHolidays,
  type PlannedWindow,
  resolveCompatibility,
  type Schedule,
  type ScheduledSpace,
  type ScheduleException,
  type ScheduleTemplate,
  type SchoolCalendar,
  type SiteCalendar,
  type TemplateWindow,
  type Weekday,
} from '@mitoyen/domain';
import calendar from '../../db/seed/data/school-calendar.json' with { type: 'json' };
import { MINUTE } from './instants.ts';

export const PARIS = 'Europe/Paris';
export const SCHOOL: SchoolCalendar = calendar;
export const ZONE_B: SiteCalendar = { holidays: frenchHolidays(), school: { calendar: SCHOOL, zone: 'B' } };

export function classesOf(audiences: readonly Audience[] = DEFAULT_AUDIENCES): ReadonlyMap<string, string> {
  const compatibility = resolveCompatibility(audiences, { network: [], site: [], space: [] });
  const classes = compatibility.ok ? deriveClasses(compatibility.value) : undefined;
  if (!classes?.ok) throw new Error('no classes');
  return classes.value;
}

export function space(id: string, handoverMinutes = 15): ScheduledSpace {
  return { id, handoverMs: handoverMinutes * MINUTE, classes: classesOf() };
}

/** `weekly(3, 'youth', '14:00', '18:00')`: Wednesdays, in every space of the template. */
export function weekly(
  weekday: Weekday | null,
  audience: string,
  startsAt: string,
  endsAt: string,
  spaceId: string | null = null,
): TemplateWindow {
  return {
    id: `${audience}-${weekday ?? 'all'}-${startsAt}${spaceId ?? ''}`,
    weekday,
    audience,
    startsAt,
    endsAt,
    spaceId,
  };
}

export function planned(
  audience: string,
  startsAt: string,
  endsAt: string,
  spaceId: string | null = null,
): PlannedWindow {
  return { id: `${audience}-${startsAt}`, audience, startsAt, endsAt, spaceId };
}

export function template(
  id: string,
  period: ScheduleTemplate['period'],
  windows: readonly TemplateWindow[],
  more: Partial<ScheduleTemplate> = {},
): ScheduleTemplate {
  return { id, name: id, period, windows, spaceIds: null, validFrom: null, validUntil: null, ...more };
}

export function exception(
  id: string,
  date: string,
  change: ScheduleException['change'],
  more: Partial<ScheduleException> = {},
): ScheduleException {
  return { id, date, change, spaceIds: null, reason: null, ...more };
}

export function schedule(facts: Partial<Schedule>): Schedule {
  return {
    zone: PARIS,
    calendar: ZONE_B,
    spaces: [space('hall')],
    templates: [],
    exceptions: [],
    closures: [],
    onPublicHolidays: 'closed',
    ...facts,
  };
}

export const WORKING_DAYS: readonly Weekday[] = [1, 2, 3, 4, 5];

/**
 * The library of docs/schedule.md: professionals on weekdays; in term the young have Wednesday afternoons, in the small
 * holidays every afternoon; in summer mornings only.
 */
export const LIBRARY: Schedule = schedule({
  templates: [
    template('term', { kind: 'school_term' }, [
      ...WORKING_DAYS.map((day) => weekly(day, 'professional', '09:00', day === 3 ? '13:00' : '18:00')),
      weekly(3, 'youth', '13:00', '18:00'),
    ]),
    template('holidays', { kind: 'school_holiday', names: null }, [
      ...WORKING_DAYS.flatMap((day) => [
        weekly(day, 'professional', '09:00', '12:00'),
        weekly(day, 'youth', '14:00', '18:00'),
      ]),
    ]),
    template(
      'summer',
      { kind: 'summer' },
      WORKING_DAYS.map((day) => weekly(day, 'professional', '08:00', '13:00')),
    ),
  ],
});
