import { fail } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import { outcomeOf } from '#lib/server/commands.ts';
import { addDays, dateOr, localDateOf } from '#lib/server/local-time.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { api }, params, url, parent, depends }) => {
  const { mayOperate } = await parent();
  // What the live line asks for again.
  depends('host:day');
  const path = { slug: params.slug };
  const asked = dateOr(url.searchParams.get('date'), '');
  const [dayAnswer, closuresAnswer] = await Promise.all([
    api.GET('/api/v1/host/sites/{slug}/day', { params: { path, query: asked === '' ? {} : { date: asked } } }),
    api.GET('/api/v1/host/sites/{slug}/closures', { params: { path } }),
  ]);
  const day = dataOf(dayAnswer);
  const today = localDateOf(day.now, day.timeZone);
  return {
    day,
    closures: dataOf(closuresAnswer).items,
    today,
    isToday: day.date === today,
    previous: addDays(day.date, -1),
    next: addDays(day.date, 1),
    showsAll: url.searchParams.get('journal') === 'tout',
    mayOperate,
  };
};

export const actions: Actions = {
  open: async ({ locals: { api }, params, request }) => {
    const doorId = String((await request.formData()).get('porte') ?? '');
    const sent = await api.POST('/api/v1/host/sites/{slug}/doors/{id}/unlock', {
      params: { path: { slug: params.slug, id: doorId } },
    });
    if (!sent.data) return refused(sent, { doorId });
    const told = await outcomeOf(api, sent.data.commandId);
    if (told.problem) return fail(told.problem.status, { problem: told.problem, values: { doorId } });
    return { opened: { doorId, outcome: told.outcome, reason: told.reason } };
  },
};
