import { dataOf } from '#lib/server/api.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { api }, params, parent }) => {
  await parent();
  return { mail: dataOf(await api.GET('/api/v1/demo/outbox/{id}', { params: { path: { id: params.id } } })) };
};
