import { dataOf } from '#lib/server/api.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { api }, parent }) => {
  await parent();
  return { mails: dataOf(await api.GET('/api/v1/demo/outbox')).items };
};
