import { findSite, listAudiences, listSpaces, type SiteRecord } from '@mitoyen/db/queries';
import {
  addDays,
  type DayHours,
  type EffectiveWindow,
  type LocalDate,
  localDateOf,
  localTimeOf,
  minutesOf,
  OSM_VALUE_MAX,
  spellOsmHours,
  summariseWeeks,
} from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { hoursOf } from '../../schedule/hours.ts';
import { seesHours } from '../places/site-facts.ts';

/** Hours are told for a year: what no calendar covers beyond is not known. */
export const TOLD_DAYS = 366;

/** The windows of one site for `days` days from today, of the audiences that the caller may see. */
export async function visibleHours(
  context: Context,
  site: Pick<SiteRecord, 'id' | 'timeZone' | 'scheduleRevision'>,
  days: number,
) {
  const { tx, networkId, now, actor, services } = context;
  const [schedules, audiences] = await Promise.all([
    services.schedules.of(tx, networkId, [site.id], now, new Map([[site.id, site.scheduleRevision]])),
    listAudiences(tx, networkId),
  ]);
  const schedule = schedules.get(site.id);
  if (schedule === undefined) return null;
  const today = localDateOf(now, site.timeZone);
  const seen = audiences.filter((audience) => !audience.isStaff && seesHours(audience, actor));
  const codes = new Set(seen.map(({ code }) => code));
  const range = { from: today, until: addDays(today, days) };
  const { windows, handovers } = hoursOf(schedule, range, [], now);
  return {
    schedule,
    today,
    audiences: seen,
    windows: windows.filter((window) => codes.has(window.audience)),
    handovers,
  };
}

/**
 * The hours of a place in the syntax of OpenStreetMap's `opening_hours`: for each audience, and their union for standards that know only
 * one public; exact for `TOLD_DAYS` days. A space named keeps to that space. Refusal: `not_found`.
 */
export async function getOsmHours(
  context: Context,
  slug: string,
  spaceId: string | null,
): Promise<
  Result<{
    from: string;
    until: string;
    union: OsmView;
    audiences: ({ audience: string; name: string } & OsmView)[];
  }>
> {
  const { tx, networkId, locale } = context;
  const site = await findSite(tx, networkId, { slug });
  if (site === null) return refuse('not_found');
  if (spaceId !== null && !(await listSpaces(tx, networkId, [site.id])).some(({ id }) => id === spaceId)) {
    return refuse('not_found');
  }
  const hours = await visibleHours(context, site, TOLD_DAYS);
  if (hours === null) return refuse('not_found');
  const windows = hours.windows.filter((window) => spaceId === null || window.spaceId === spaceId);
  const spell = (of: readonly EffectiveWindow[]): OsmView => {
    const value = spellOsmHours(summariseWeeks(hours.today, daysOf(of, hours.today, TOLD_DAYS, site.timeZone)));
    return { value, fitsOsm: value.length <= OSM_VALUE_MAX };
  };
  return ok({
    from: hours.today,
    until: addDays(hours.today, TOLD_DAYS),
    union: spell(windows),
    audiences: hours.audiences
      .map((audience) => ({
        audience: audience.code,
        name: locale === 'fr' ? audience.nameFr : audience.nameEn,
        ...spell(windows.filter((window) => window.audience === audience.code)),
      }))
      .filter(({ value }) => value !== ''),
  });
}

interface OsmView {
  readonly value: string;
  /** Whether a tag of OpenStreetMap can hold it. */
  readonly fitsOsm: boolean;
}

/** Wall times by local date; what overlaps or touches is one range. */
export function daysOf(
  windows: readonly EffectiveWindow[],
  from: LocalDate,
  dayCount: number,
  zone: string,
): DayHours[] {
  const byDate = Map.groupBy(windows, (window) => localDateOf(window.from, zone));
  return Array.from({ length: dayCount }, (_, index) => {
    const date = addDays(from, index);
    const ranges = (byDate.get(date) ?? [])
      .map((window) => ({
        from: minutesOf(localTimeOf(window.from, zone)),
        until: localDateOf(window.until, zone) === date ? minutesOf(localTimeOf(window.until, zone)) : 1440,
      }))
      .sort((a, b) => a.from - b.from);
    const merged: { from: number; until: number }[] = [];
    for (const range of ranges) {
      const last = merged.at(-1);
      if (last !== undefined && range.from <= last.until) last.until = Math.max(last.until, range.until);
      else merged.push(range);
    }
    return merged;
  });
}
