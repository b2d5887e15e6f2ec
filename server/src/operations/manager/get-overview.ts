import { dailyActivity, listBridges, listResources, listSites, occupancyNow, siteActivity } from '@mitoyen/db/queries';
import { addDays, datesBetween, dayWindow, localDateOf, normalise } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok } from '../../problems.ts';
import { hoursOf as openHoursOf } from '../../schedule/hours.ts';
import { iso } from '../views.ts';

const NETWORK_ZONE = 'Europe/Paris';

/**
 * The network at a glance: now, and over one month (`YYYY-MM`, the running one by default) up to this moment or its end. Occupancy
 * is booked time over bookable time (each resource's opening hours of any audience, closures taken out); used time is what was
 * checked in. Money is the price of bookings that begin in the month, VAT included, paid or not.
 */
export async function getOverview(context: Context, wantedMonth: string | undefined) {
  const { tx, networkId, now, services } = context;
  const today = localDateOf(now, NETWORK_ZONE);
  const month = wantedMonth ?? today.slice(0, 7);
  const first = `${month}-01`;
  const nextFirst = Temporal.PlainDate.from(first).add({ months: 1 }).toString();
  const window = { from: dayWindow(first, NETWORK_ZONE).from, until: dayWindow(nextFirst, NETWORK_ZONE).from };
  const sites = await listSites(tx, networkId, {}, 2_000);
  const siteIds = sites.map((site) => site.id);
  const isEmpty = siteIds.length === 0;
  const [activity, days, present, bridges, schedules, resources] = await Promise.all([
    siteActivity(tx, networkId, window),
    dailyActivity(tx, networkId, window, NETWORK_ZONE),
    occupancyNow(tx, networkId, now),
    listBridges(tx, networkId),
    services.schedules.of(tx, networkId, siteIds, now, new Map(sites.map((site) => [site.id, site.scheduleRevision]))),
    isEmpty ? [] : listResources(tx, networkId, siteIds),
  ]);
  const dates = datesBetween(first, addDays(nextFirst, -1));
  const activityOf = new Map(activity.map((row) => [row.siteId, row]));
  const presentOf = new Map(present.map((row) => [row.siteId, row]));
  const bridgeOf = new Map(bridges.map((row) => [row.siteId, row]));
  const resourcesOf = Map.groupBy(resources, (row) => row.siteId);

  const rows = sites.map((site) => {
    const schedule = schedules.get(site.id);
    const range = { from: first, until: nextFirst };
    const open = schedule === undefined ? [] : openHoursOf(schedule, range, [], now).windows;
    const openMsOf = new Map(
      [...Map.groupBy(open, (each) => each.spaceId)].map(([spaceId, windows]) => [
        spaceId,
        normalise(windows).reduce((sum, each) => sum + each.until - each.from, 0),
      ]),
    );
    const bookableMs = (resourcesOf.get(site.id) ?? []).reduce(
      (sum, each) => sum + (openMsOf.get(each.spaceId) ?? 0),
      0,
    );
    const own = activityOf.get(site.id);
    const current = presentOf.get(site.id);
    return {
      id: site.id,
      slug: site.slug,
      name: site.name,
      commune: site.commune,
      departement: site.departement,
      structureName: site.structureName,
      bridgeStatus: bridgeOf.get(site.id)?.status ?? null,
      resourceCount: current?.resourceCount ?? 0,
      bookedNow: current?.bookedCount ?? 0,
      arrivedNow: current?.arrivedCount ?? 0,
      openHours: hoursOf(
        open.length === 0 ? 0 : normalise(open).reduce((sum, each) => sum + each.until - each.from, 0),
      ),
      bookableHours: hoursOf(bookableMs),
      bookedHours: hoursOf((own?.bookedSeconds ?? 0) * 1000),
      usedHours: hoursOf((own?.usedSeconds ?? 0) * 1000),
      bookingCount: own?.bookingCount ?? 0,
      noShowCount: own?.noShowCount ?? 0,
      memberCount: own?.memberCount ?? 0,
      revenue: { minor: own?.revenueMinor ?? 0, currency: 'EUR' },
    };
  });
  const sum = (pick: (row: (typeof rows)[number]) => number) =>
    Math.round(rows.reduce((total, row) => total + pick(row), 0) * 10) / 10;
  const dayOf = new Map(days.map((day) => [day.date, day]));
  return ok({
    month,
    now: iso(now),
    totals: {
      siteCount: rows.length,
      resourceCount: sum((row) => row.resourceCount),
      bookedNow: sum((row) => row.bookedNow),
      arrivedNow: sum((row) => row.arrivedNow),
      bookableHours: sum((row) => row.bookableHours),
      bookedHours: sum((row) => row.bookedHours),
      usedHours: sum((row) => row.usedHours),
      bookingCount: sum((row) => row.bookingCount),
      noShowCount: sum((row) => row.noShowCount),
      revenue: { minor: sum((row) => row.revenue.minor), currency: 'EUR' },
    },
    days: dates.map((date) => ({
      date,
      bookingCount: dayOf.get(date)?.bookingCount ?? 0,
      revenueMinor: dayOf.get(date)?.revenueMinor ?? 0,
    })),
    sites: rows,
  });
}

const hoursOf = (ms: number): number => Math.round(ms / 360_000) / 10;
