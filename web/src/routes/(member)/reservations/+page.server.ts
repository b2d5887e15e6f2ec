import { dataOf } from '#lib/server/api.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
  const scope = url.searchParams.has('passees') ? 'past' : 'upcoming';
  const page = Math.max(1, Math.trunc(Number(url.searchParams.get('page'))) || 1);
  const bookings = dataOf(await locals.api.GET('/api/v1/bookings', { params: { query: { scope, page } } }));
  return { scope, bookings, now: new Date().toISOString() };
};
