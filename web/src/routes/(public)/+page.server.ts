import { readSearch } from '#lib/search.ts';
import { dataOf } from '#lib/server/api.ts';
import { todayIn } from '#lib/server/local-time.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
  const today = todayIn('Europe/Paris');
  const [sites, audiences, bookings] = await Promise.all([
    locals.api.GET('/api/v1/sites', { params: { query: { date: today } } }),
    locals.api.GET('/api/v1/audiences'),
    locals.account && locals.api.GET('/api/v1/bookings', { params: { query: { scope: 'upcoming' } } }),
  ]);
  const { items, total } = dataOf(sites);
  return {
    next: bookings?.data?.items.find(({ status }) => status !== 'held') ?? null,
    sites: items.slice(0, 8),
    total,
    audiences: dataOf(audiences).items.filter(({ isStaff }) => !isStaff),
    today,
    search: readSearch(new URLSearchParams()),
  };
};
