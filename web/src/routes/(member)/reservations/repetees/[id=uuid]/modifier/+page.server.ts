import { redirect } from '@sveltejs/kit';
import type { Series } from '#lib/api/types.ts';
import { dataOf, idempotencyKey, problemOf, refused } from '#lib/server/api.ts';
import { decisionsOf } from '#lib/server/series.ts';
import type { Actions, PageServerLoad } from './$types';

const SCOPES = ['one', 'following', 'all'] as const;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** What the address asks to change: which dates, and from when until when. */
function editOf(params: URLSearchParams, series: Pick<Series, 'startsAt' | 'endsAt'>) {
  const [scope = '', date] = (params.get('portee') ?? '').split(' ');
  const time = (name: string, usual: string) => {
    const value = params.get(name) ?? '';
    return TIME.test(value) ? value : usual;
  };
  return {
    scope: SCOPES.find((known) => known === scope) ?? 'all',
    ...(date === undefined || scope === 'all' ? {} : { date }),
    startsAt: time('de', series.startsAt),
    endsAt: time('a', series.endsAt),
  };
}

export const load: PageServerLoad = async ({ locals: { api }, params, url }) => {
  const path = { id: params.id };
  const series = dataOf(await api.GET('/api/v1/booking-series/{id}', { params: { path } }));
  if (!series.mayChange) redirect(303, `/reservations/repetees/${params.id}`);
  const edit = editOf(url.searchParams, series);
  // Nothing is asked for yet: there is nothing to show.
  const answer = url.searchParams.has('de')
    ? await api.POST('/api/v1/booking-series/{id}/preview', { params: { path }, body: edit })
    : null;
  return {
    series,
    edit,
    now: new Date().toISOString(),
    preview: answer?.data ?? null,
    problem: answer === null || answer.data ? null : problemOf(answer),
    key: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  move: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const path = { id: params.id };
    const series = dataOf(await api.GET('/api/v1/booking-series/{id}', { params: { path } }));
    const answer = await api.PATCH('/api/v1/booking-series/{id}', {
      params: { path },
      headers: idempotencyKey(form),
      body: {
        ...editOf(url.searchParams, series),
        revision: Number(form.get('revision')),
        decisions: decisionsOf(form),
      },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `/reservations/repetees/${answer.data.id}?modifiee`);
  },
};
