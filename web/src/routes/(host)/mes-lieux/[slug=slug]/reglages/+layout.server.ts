import { dataOf } from '#lib/server/api.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async (event) => {
  requireRole(event, 'host', 'manager');
  const { locals, params, depends } = event;
  depends('mitoyen:setup');
  const path = { path: { slug: params.slug } };
  return { setup: dataOf(await locals.api.GET('/api/v1/host/sites/{slug}/setup', { params: path })) };
};
