import { dataOf } from '#lib/server/api.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { api }, params, url }) => {
  const page = Number(url.searchParams.get('page') ?? 1);
  return {
    changes: dataOf(
      await api.GET('/api/v1/host/sites/{slug}/schedule/changes', {
        params: { path: { slug: params.slug }, query: { page: Number.isSafeInteger(page) && page > 0 ? page : 1 } },
      }),
    ),
  };
};
