import { isDate } from '#lib/planner/dates.ts';
import { dataOf } from '#lib/server/api.ts';
import { todayIn } from '#lib/server/local-time.ts';
import type { PageServerLoad } from './$types';

/** A school year, from September to August: the year that hours are planned for. And why one day of it is as it is. */
export const load: PageServerLoad = async ({ locals: { api }, params, url, parent }) => {
  const { schedule } = await parent();
  const today = todayIn(schedule.timeZone);
  const asked = url.searchParams.get('jour');
  const date = isDate(asked) ? asked : null;
  const written = Number(url.searchParams.get('annee'));
  const [year = 0, month = 0] = (date ?? today).split('-').map(Number);
  const first =
    Number.isInteger(written) && written >= 1990 && written <= 2150 ? written : month >= 9 ? year : year - 1;
  const from = `${first}-09-01`;
  const [hours, day] = await Promise.all([
    api.GET('/api/v1/host/sites/{slug}/schedule/hours', {
      params: { path: { slug: params.slug }, query: { from, until: `${first + 1}-09-01` } },
    }),
    date === null
      ? null
      : api.GET('/api/v1/host/sites/{slug}/schedule/days/{date}', { params: { path: { slug: params.slug, date } } }),
  ]);
  return {
    first,
    today,
    days: dataOf(hours).days,
    date,
    day: day === null ? null : dataOf(day),
  };
};
