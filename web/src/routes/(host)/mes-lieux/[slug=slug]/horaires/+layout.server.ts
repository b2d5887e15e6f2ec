import { dataOf } from '#lib/server/api.ts';
import type { LayoutServerLoad } from './$types';

/** The hours as their host writes them, for every page about them. */
export const load: LayoutServerLoad = async ({ locals: { api }, params, depends }) => {
  depends('planner:schedule');
  return {
    schedule: dataOf(await api.GET('/api/v1/host/sites/{slug}/schedule', { params: { path: { slug: params.slug } } })),
  };
};
