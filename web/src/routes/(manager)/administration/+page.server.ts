import { dataOf } from '#lib/server/api.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  requireRole(event, 'administrator');
  return { networks: dataOf(await event.locals.api.GET('/api/v1/admin/networks')).items };
};
