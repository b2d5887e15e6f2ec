import type { ScheduleRows } from '@mitoyen/db/queries';
import { addDays, findSiteClashes, localDateOf } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { hoursOf } from '../../schedule/hours.ts';
import { compileRows } from '../../schedule/site-schedule.ts';

/** What repeats is seen within half a year: a term, its holidays, and odd and even weeks. */
const DAYS = 190;
/** By then everything that may be released is. */
const LATEST_RELEASE_MS = 8_784 * 3_600_000;

/** Whether other hours, once released, would bring publics to the site at once that are never there together and were not before. */
export function bringsTogether(
  { now, services }: Pick<Context, 'now' | 'services'>,
  before: ScheduleRows,
  after: ScheduleRows,
): boolean {
  const clashesOf = (rows: ScheduleRows): Set<string> => {
    const [schedule] = compileRows(rows, services.schedules.calendars);
    if (schedule === undefined || schedule.siteClasses.size === 0) return new Set();
    const from = localDateOf(now, schedule.schedule.zone);
    const { windows } = hoursOf(
      schedule,
      { from, until: addDays(from, DAYS) },
      [],
      now + DAYS * 86_400_000 + LATEST_RELEASE_MS,
    );
    return new Set(
      findSiteClashes(windows, schedule.siteClasses).map(
        ({ windows: [a, b], from: at }) => `${a.ruleId} ${b.ruleId} ${at}`,
      ),
    );
  };
  const known = clashesOf(before);
  return [...clashesOf(after)].some((clash) => !known.has(clash));
}
