import { addDays } from '#lib/planner/dates.ts';
import { dataOf } from '#lib/server/api.ts';
import { todayIn } from '#lib/server/local-time.ts';
import type { PageServerLoad } from './$types';

/** What the place's calendars say of the year that comes, as they are kept now. */
export const load: PageServerLoad = async ({ locals: { api }, params, parent }) => {
  const { schedule } = await parent();
  const today = todayIn(schedule.timeZone);
  const hours = dataOf(
    await api.GET('/api/v1/host/sites/{slug}/schedule/hours', {
      // A holiday that is on today began some weeks ago at most.
      params: { path: { slug: params.slug }, query: { from: addDays(today, -30), until: addDays(today, 365) } },
    }),
  );
  return { today, days: hours.days };
};
