import { chosenSites, readChoice, totalsOf } from '#lib/overview.ts';
import { dataOf } from '#lib/server/api.ts';
import { daysChart, nowChart, occupancyChart, revenueChart } from '#lib/server/charts/overview-charts.ts';
import { localDateOf } from '#lib/server/local-time.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { PageServerLoad } from './$types';

/** As many as are still read at a glance; the table has them all. */
const MOST_DRAWN = 10;
const MONTHS_BACK = 12;

export const load: PageServerLoad = async (event) => {
  requireRole(event, 'manager');
  const choice = readChoice(event.url.searchParams);
  const overview = dataOf(
    await event.locals.api.GET('/api/v1/manager/overview', {
      params: { query: choice.month === '' ? {} : { month: choice.month } },
    }),
  );
  const sites = chosenSites(overview.sites, choice);
  const drawnByOccupancy = chosenSites(overview.sites, { ...choice, sort: 'occupation', descending: true }).slice(
    0,
    MOST_DRAWN,
  );
  const drawnByRevenue = chosenSites(overview.sites, { ...choice, sort: 'recettes', descending: true })
    .filter(({ revenue }) => revenue.minor > 0)
    .slice(0, MOST_DRAWN);
  const drawnNow = chosenSites(overview.sites, { ...choice, sort: 'maintenant', descending: true })
    .filter(({ bookedNow }) => bookedNow > 0)
    .slice(0, MOST_DRAWN);
  const today = localDateOf(overview.now, 'Europe/Paris');
  const thisMonth = today.slice(0, 7);
  return {
    choice,
    month: overview.month,
    isThisMonth: overview.month === thisMonth,
    now: overview.now,
    months: monthsAround(thisMonth, overview.month),
    departements: [...new Set(overview.sites.map(({ departement }) => departement))].sort(),
    sites,
    totals: totalsOf(sites),
    days: overview.days,
    drawnByOccupancy,
    drawnByRevenue,
    drawnNow,
    charts: {
      occupancy: occupancyChart(drawnByOccupancy),
      now: drawnNow.length === 0 ? '' : nowChart(drawnNow),
      days: daysChart(overview.days, today),
      revenue: drawnByRevenue.length === 0 ? '' : revenueChart(drawnByRevenue),
    },
  };
};

/** The next month (what is booked already), this one and a year back; and the one looked at, whichever it is. */
function monthsAround(thisMonth: string, chosen: string): string[] {
  const current = Temporal.PlainYearMonth.from(thisMonth);
  const months = Array.from({ length: MONTHS_BACK + 2 }, (_, index) => current.add({ months: 1 - index }).toString());
  return months.includes(chosen) ? months : [...months, chosen].sort().reverse();
}
