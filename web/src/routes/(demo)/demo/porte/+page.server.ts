import { dataOf } from '#lib/server/api.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { api }, parent }) => {
  await parent();
  const { items } = dataOf(await api.GET('/api/v1/demo/doors'));
  const sites = await Promise.all(
    items.map(async (virtual) => ({
      virtual,
      site: dataOf(await api.GET('/api/v1/sites/{slug}', { params: { path: { slug: virtual.siteSlug } } })),
    })),
  );
  return {
    sites: sites.map(({ virtual, site }) => ({
      slug: site.slug,
      name: site.name,
      commune: site.commune,
      people: virtual.people,
      doors: virtual.doors,
    })),
  };
};
