import { addDays } from '#lib/planner/dates.ts';
import { dataOf } from '#lib/server/api.ts';
import { todayIn } from '#lib/server/local-time.ts';
import type { PageServerLoad } from './$types';

/** A year of calendar facts: the names of the school holidays that hours can be given to. */
export const load: PageServerLoad = async ({ locals: { api }, params, parent }) => {
  const { schedule } = await parent();
  const today = todayIn(schedule.timeZone);
  const hours = dataOf(
    await api.GET('/api/v1/host/sites/{slug}/schedule/hours', {
      params: { path: { slug: params.slug }, query: { from: today, until: addDays(today, 365) } },
    }),
  );
  const names = hours.days.flatMap(({ school }) => (school?.kind === 'holiday' && school.name ? [school.name] : []));
  return { today, holidayNames: [...new Set(names)], usesSchool: hours.days.some(({ school }) => school !== null) };
};
