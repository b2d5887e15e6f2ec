import { redirect } from '@sveltejs/kit';
import { dataOf } from '#lib/server/api.ts';
import { hasRole, requireRole } from '#lib/server/roles.ts';
import type { PageServerLoad } from './$types';

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export const load: PageServerLoad = async (event) => {
  const account = requireRole(event, 'host', 'manager');
  const { locals, url } = event;
  const sites = dataOf(await locals.api.GET('/api/v1/host/sites')).items;
  const [only] = sites;
  if (only !== undefined && sites.length === 1) redirect(303, `/mes-lieux/${only.slug}`);
  const q = (url.searchParams.get('q') ?? '').trim().slice(0, 100);
  return {
    q,
    total: sites.length,
    isTheirs: hasRole(account, 'host'),
    now: Date.now(),
    sites: sites
      .filter(({ name, commune, structureName }) => fold(`${name} ${commune} ${structureName}`).includes(fold(q)))
      // Where somebody waits at a door that says nothing comes first, then places with a box, then by commune.
      .toSorted((a, b) => rank(a) - rank(b) || a.commune.localeCompare(b.commune, 'fr')),
  };
};

function rank({ bridge }: { bridge: { status: string } | null }): number {
  if (bridge === null) return 2;
  return bridge.status === 'offline' ? 0 : 1;
}
