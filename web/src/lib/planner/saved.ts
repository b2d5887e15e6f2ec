import type { HostSchedule } from '#lib/api/types.ts';
import type { Saved } from './types.ts';

/** What the API answers, as the planner holds it: all that a host may change in one draft. */
export function savedOf(schedule: HostSchedule): Saved {
  const { spaces } = schedule;
  return {
    revision: schedule.revision,
    timeZone: schedule.timeZone,
    mayChange: schedule.mayChange,
    spaces,
    calendars: schedule.calendars,
    draft: {
      // Weekdays are numbers in the API's document and 1 to 7 in the domain.
      templates: schedule.templates as Saved['draft']['templates'],
      exceptions: schedule.exceptions as Saved['draft']['exceptions'],
      closures: schedule.closures,
      settings: {
        onPublicHolidays: schedule.onPublicHolidays,
        holidayCalendar: schedule.holidayCalendar,
        schoolCalendar: schedule.schoolCalendar,
        schoolZone: schedule.schoolZone,
        buildingCapacity: schedule.buildingCapacity,
        handoverMinutes: Object.fromEntries(spaces.map(({ id, handoverMinutes }) => [id, handoverMinutes])),
      },
      overrides: schedule.overrides,
    },
  };
}
