import { fail, redirect } from '@sveltejs/kit';
import type { Problem } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { dataOf, refused } from '#lib/server/api.ts';
import { outcomeOf } from '#lib/server/commands.ts';
import { addDays, dateOr, instantAt, localDateOf } from '#lib/server/local-time.ts';
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

  close: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const values = {
      fromDate: text('du'),
      fromTime: text('de'),
      untilDate: text('au'),
      untilTime: text('a'),
      spaceId: text('espace'),
      reason: text('motif'),
    };
    const site = await api.GET('/api/v1/sites/{slug}', { params: { path: { slug: params.slug } } });
    if (!site.data) return refused(site, values);
    const from = instantAt(values.fromDate, values.fromTime, site.data.timeZone);
    const until = instantAt(values.untilDate, values.untilTime, site.data.timeZone);
    if (from === null || until === null || from >= until) {
      const problem: Problem = {
        status: 422,
        code: 'web.closure_times',
        title: m.host_closure_times_title(),
        detail: m.host_closure_times_detail(),
      };
      return fail(422, { problem, values });
    }
    const answer = await api.POST('/api/v1/host/sites/{slug}/closures', {
      params: { path: { slug: params.slug } },
      body: {
        from,
        until,
        spaceId: values.spaceId === '' ? null : values.spaceId,
        reason: values.reason === '' ? null : values.reason,
      },
    });
    if (!answer.response.ok) return refused(answer, values);
    redirect(303, `${url.pathname}?date=${values.fromDate}&fermeture=ajoutee#fermetures`);
  },

  lift: async ({ locals: { api }, params, request }) => {
    const id = String((await request.formData()).get('fermeture') ?? '');
    const answer = await api.DELETE('/api/v1/host/sites/{slug}/closures/{id}', {
      params: { path: { slug: params.slug, id } },
    });
    if (!answer.response.ok) return refused(answer, { lifting: id });
    return { isLifted: true };
  },
};
