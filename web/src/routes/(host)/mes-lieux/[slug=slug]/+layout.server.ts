import { error } from '@sveltejs/kit';
import { m } from '#lib/paraglide/messages.js';
import { dataOf } from '#lib/server/api.ts';
import { hasRole, requireRole } from '#lib/server/roles.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async (event) => {
  const account = requireRole(event, 'host', 'manager');
  const { locals, params } = event;
  const [sites, audiences] = await Promise.all([
    locals.api.GET('/api/v1/host/sites'),
    locals.api.GET('/api/v1/audiences'),
  ]);
  const { items } = dataOf(sites);
  const site = items.find(({ slug }) => slug === params.slug);
  if (site === undefined) {
    error(404, m.host_not_yours_title(), { code: 'not_found', detail: m.host_not_yours_detail() });
  }
  return {
    site,
    siteCount: items.length,
    audiences: dataOf(audiences).items,
    /** A manager looks at every place of the network, and changes nothing there. */
    mayOperate: hasRole(account, 'host'),
  };
};
