import { readSearch } from '#lib/search.ts';
import { dataOf } from '#lib/server/api.ts';
import { todayIn } from '#lib/server/local-time.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
  const today = todayIn('Europe/Paris');
  const [sites, audiences] = await Promise.all([
    locals.api.GET('/api/v1/sites', { params: { query: { date: today } } }),
    locals.api.GET('/api/v1/audiences'),
  ]);
  const { items, total } = dataOf(sites);
  // Where there is room first: the street shows what one can walk into.
  const nearby = items.toSorted((a, b) => Number(b.freeCount > 0) - Number(a.freeCount > 0)).slice(0, 8);
  return { sites: nearby, total, audiences: dataOf(audiences).items, today, search: readSearch(new URLSearchParams()) };
};
