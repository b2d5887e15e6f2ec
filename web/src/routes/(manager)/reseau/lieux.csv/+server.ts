import { csvOf } from '#lib/csv.ts';
import { chosenSites, occupancyOf, readChoice, usageOf } from '#lib/overview.ts';
import { m } from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';
import { dataOf } from '#lib/server/api.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { RequestHandler } from './$types';

/** The table of the manager's page, for a spreadsheet: with `;` and decimal commas in French, as spreadsheets of the country read. */
export const GET: RequestHandler = async (event) => {
  requireRole(event, 'manager');
  const choice = readChoice(event.url.searchParams);
  const overview = dataOf(
    await event.locals.api.GET('/api/v1/manager/overview', {
      params: { query: choice.month === '' ? {} : { month: choice.month } },
    }),
  );
  const isFrench = getLocale() === 'fr';
  const number = (value: number, digits: number) => {
    const text = value.toFixed(digits);
    return isFrench ? text.replace('.', ',') : text;
  };
  const lines: string[][] = [
    [
      m.manager_col_month(),
      m.manager_col_site(),
      m.manager_col_commune(),
      m.manager_col_departement(),
      m.manager_col_structure(),
      m.manager_col_resources(),
      m.manager_col_bookable(),
      m.manager_col_booked(),
      m.manager_col_used(),
      `${m.manager_col_occupancy()} (%)`,
      `${m.manager_col_usage()} (%)`,
      m.manager_col_bookings(),
      m.manager_col_no_shows(),
      m.manager_col_members(),
      `${m.manager_col_revenue()} (EUR)`,
    ],
    ...chosenSites(overview.sites, choice).map((site) => [
      overview.month,
      site.name,
      site.commune,
      site.departement,
      site.structureName,
      String(site.resourceCount),
      number(site.bookableHours, 1),
      number(site.bookedHours, 1),
      number(site.usedHours, 1),
      number(occupancyOf(site) * 100, 1),
      number(usageOf(site) * 100, 1),
      String(site.bookingCount),
      String(site.noShowCount),
      String(site.memberCount),
      number(site.revenue.minor / 100, 2),
    ]),
  ];
  return new Response(csvOf(lines, isFrench ? ';' : ','), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="mitoyen-${overview.month}${choice.departement === '' ? '' : `-${choice.departement}`}.csv"`,
      'cache-control': 'private, no-store',
    },
  });
};
