import { readSearch } from '#lib/search.ts';
import { dataOf } from '#lib/server/api.ts';
import { dateOr, todayIn } from '#lib/server/local-time.ts';
import type { PageServerLoad } from './$types';

const plain = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase();

export const load: PageServerLoad = async ({ locals: { api }, url }) => {
  const search = readSearch(url.searchParams);
  const today = todayIn('Europe/Paris');
  search.date = dateOr(search.date, today);

  const hasPosition = search.lat !== '' && search.lon !== '';
  const audiences = dataOf(await api.GET('/api/v1/audiences')).items.filter(({ isStaff }) => !isStaff);
  const audience = (audiences.find(({ code }) => code === search.audience) ?? audiences[0])?.code;
  const communes =
    search.q !== '' && search.commune === '' && !hasPosition
      ? dataOf(await api.GET('/api/v1/communes', { params: { query: { q: search.q } } })).items
      : [];
  // "Apt" is the commune, not every place with these letters in its name; two communes of one name are offered as a choice.
  const named = communes.filter(({ name }) => plain(name) === plain(search.q));
  const commune = search.commune || (named.length === 1 ? named[0]?.inseeCode : undefined);

  const sites = await api.GET('/api/v1/sites', {
    params: {
      query: {
        ...(commune ? { commune } : hasPosition ? { lat: Number(search.lat), lon: Number(search.lon) } : {}),
        ...(commune || hasPosition ? { withinKm: Number(search.within) } : {}),
        ...(!commune && !hasPosition && search.q !== '' ? { q: search.q } : {}),
        date: search.date,
        ...(search.from !== '' ? { from: search.from } : {}),
        ...(search.until !== '' ? { until: search.until } : {}),
        ...(search.kind !== '' ? { kind: search.kind } : {}),
        ...(audience ? { audience } : {}),
        page: search.page,
      },
    },
  });

  return {
    search,
    today,
    near: named.length === 1 ? (named[0]?.name ?? null) : null,
    isByDistance: commune !== undefined || hasPosition,
    otherCommunes: named.length > 1 ? named : [],
    sites: dataOf(sites),
    audiences,
  };
};
