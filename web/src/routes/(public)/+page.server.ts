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
  // Open places first: the street shows what one can walk into now.
  const nearby = items.toSorted((a, b) => Number(b.openToday.length > 0) - Number(a.openToday.length > 0)).slice(0, 7);
  return { sites: nearby, total, audiences: dataOf(audiences).items, today, search: readSearch(new URLSearchParams()) };
};
