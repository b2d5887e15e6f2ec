import { addDays, isDate, mondayOf } from '#lib/planner/dates.ts';
import { dataOf } from '#lib/server/api.ts';
import { todayIn } from '#lib/server/local-time.ts';
import type { PageServerLoad } from './$types';

/** The week of the address (any of its dates), with the bookings beneath. */
export const load: PageServerLoad = async ({ locals: { api }, params, url, parent }) => {
  const { schedule } = await parent();
  const today = todayIn(schedule.timeZone);
  const asked = url.searchParams.get('semaine');
  const monday = mondayOf(isDate(asked) ? asked : today);
  const hours = dataOf(
    await api.GET('/api/v1/host/sites/{slug}/schedule/hours', {
      // The day before: a handover into Monday morning may come from Sunday evening.
      params: {
        path: { slug: params.slug },
        query: { from: addDays(monday, -1), until: addDays(monday, 7), bookings: '1' },
      },
    }),
  );
  const space = schedule.spaces.find(({ id }) => id === url.searchParams.get('espace')) ?? null;
  return {
    monday,
    today,
    now: new Date().toISOString(),
    days: hours.days,
    bookings: hours.bookings,
    referents: hours.referents,
    agreed: hours.windows.filter(({ use }) => use === 'agreed'),
    /** Of the draft, which only the browser knows: it may be of no template that is saved. */
    templateId: url.searchParams.get('modele'),
    spaceId: space?.id ?? null,
    isList: url.searchParams.get('vue') === 'liste',
  };
};
