import { dataOf, idempotencyKey, refused } from '#lib/server/api.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
  const scope = url.searchParams.has('passees') ? 'past' : 'upcoming';
  const page = Math.max(1, Math.trunc(Number(url.searchParams.get('page'))) || 1);
  const [bookings, waiting] = await Promise.all([
    locals.api.GET('/api/v1/bookings', { params: { query: { scope, page, grouped: true } } }),
    scope === 'upcoming' ? locals.api.GET('/api/v1/waitlist') : null,
  ]);
  return {
    scope,
    bookings: dataOf(bookings),
    waiting: waiting === null ? [] : dataOf(waiting).items,
    now: new Date().toISOString(),
    key: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  withdraw: async ({ locals, request }) => {
    const form = await request.formData();
    const answer = await locals.api.DELETE('/api/v1/waitlist/{id}', {
      params: { path: { id: String(form.get('demande')) } },
      headers: idempotencyKey(form),
    });
    if (!answer.response.ok) return refused(answer);
    return { isWithdrawn: true };
  },
};
