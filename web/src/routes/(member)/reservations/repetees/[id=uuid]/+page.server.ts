import { redirect } from '@sveltejs/kit';
import { dataOf, idempotencyKey, refused } from '#lib/server/api.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const series = dataOf(await locals.api.GET('/api/v1/booking-series/{id}', { params: { path: { id: params.id } } }));
  return {
    series,
    isJustConfirmed: url.searchParams.has('confirmee'),
    isJustChanged: url.searchParams.has('modifiee'),
    isJustCancelled: url.searchParams.has('annulee'),
    now: new Date().toISOString(),
    key: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  cancel: async ({ locals, params, request }) => {
    const form = await request.formData();
    const [scope = '', date] = String(form.get('portee') ?? '').split(' ');
    const answer = await locals.api.DELETE('/api/v1/booking-series/{id}', {
      params: {
        path: { id: params.id },
        query: {
          scope: scope === 'one' || scope === 'following' ? scope : 'all',
          ...(date === undefined ? {} : { date }),
        },
      },
      headers: idempotencyKey(form),
    });
    if (!answer.response.ok) return refused(answer);
    redirect(303, `/reservations/repetees/${params.id}?annulee`);
  },
};
