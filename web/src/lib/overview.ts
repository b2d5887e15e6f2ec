import type { Overview } from '#lib/api/types.ts';

export type OverviewSite = Overview['sites'][number];

export const SORTS = [
  'lieu',
  'occupation',
  'usage',
  'reservations',
  'absences',
  'membres',
  'recettes',
  'maintenant',
] as const;
export type Sort = (typeof SORTS)[number];

/** What the address of the manager's page chooses. */
export interface OverviewChoice {
  /** `YYYY-MM`, or empty for the running month. */
  month: string;
  departement: string;
  sort: Sort;
  descending: boolean;
}

export function readChoice(params: URLSearchParams): OverviewChoice {
  const month = params.get('mois') ?? '';
  const departement = params.get('departement') ?? '';
  const sort = SORTS.find((known) => known === params.get('tri')) ?? 'occupation';
  const order = params.get('sens');
  return {
    month: /^20\d\d-(0[1-9]|1[0-2])$/.test(month) ? month : '',
    departement: /^[0-9AB]{2,3}$/.test(departement) ? departement : '',
    sort,
    descending: order === null ? sort !== 'lieu' : order !== 'croissant',
  };
}

export function choiceQuery(choice: OverviewChoice, changes: Partial<OverviewChoice> = {}): string {
  const { month, departement, sort, descending } = { ...choice, ...changes };
  const params = new URLSearchParams();
  if (month !== '') params.set('mois', month);
  if (departement !== '') params.set('departement', departement);
  if (sort !== 'occupation') params.set('tri', sort);
  if (descending !== (sort !== 'lieu')) params.set('sens', descending ? 'decroissant' : 'croissant');
  return params.size === 0 ? '?' : `?${params}`;
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
export const occupancyOf = (site: Pick<OverviewSite, 'bookedHours' | 'bookableHours'>): number =>
  share(site.bookedHours, site.bookableHours);
export const usageOf = (site: Pick<OverviewSite, 'usedHours' | 'bookableHours'>): number =>
  share(site.usedHours, site.bookableHours);

const MEASURE: Record<Exclude<Sort, 'lieu'>, (site: OverviewSite) => number> = {
  occupation: occupancyOf,
  usage: usageOf,
  reservations: ({ bookingCount }) => bookingCount,
  absences: ({ noShowCount }) => noShowCount,
  membres: ({ memberCount }) => memberCount,
  recettes: ({ revenue }) => revenue.minor,
  maintenant: ({ bookedNow }) => bookedNow,
};

export function chosenSites(
  sites: readonly OverviewSite[],
  { departement, sort, descending }: OverviewChoice,
): OverviewSite[] {
  const names = new Intl.Collator('fr');
  const byName = (a: OverviewSite, b: OverviewSite) =>
    names.compare(`${a.commune} ${a.name}`, `${b.commune} ${b.name}`);
  const compare = sort === 'lieu' ? byName : (a: OverviewSite, b: OverviewSite) => MEASURE[sort](a) - MEASURE[sort](b);
  return sites
    .filter((site) => departement === '' || site.departement === departement)
    .toSorted((a, b) => (descending ? compare(b, a) : compare(a, b)) || byName(a, b));
}

/** Totals of the places that are shown; hours are summed before they are compared. */
export function totalsOf(sites: readonly OverviewSite[]) {
  const sum = (pick: (site: OverviewSite) => number) => sites.reduce((total, site) => total + pick(site), 0);
  const currency = sites[0]?.revenue.currency ?? 'EUR';
  return {
    siteCount: sites.length,
    resourceCount: sum((site) => site.resourceCount),
    bookedNow: sum((site) => site.bookedNow),
    arrivedNow: sum((site) => site.arrivedNow),
    bookableHours: sum((site) => site.bookableHours),
    bookedHours: sum((site) => site.bookedHours),
    usedHours: sum((site) => site.usedHours),
    bookingCount: sum((site) => site.bookingCount),
    noShowCount: sum((site) => site.noShowCount),
    silentCount: sites.filter(({ bridgeStatus }) => bridgeStatus === 'offline').length,
    revenue: { minor: sum((site) => site.revenue.minor), currency },
  };
}
