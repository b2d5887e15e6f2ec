import { listArrivalHours, listAudiences, listBookedTimes, listSensedHours } from '@mitoyen/db/queries';
import {
  addDays,
  type DateRange,
  DEFAULT_SUGGESTION_SETTINGS,
  dayWindow,
  HOUR_MS,
  localDateOf,
  type Money,
  normalise,
  type ScheduledWindow,
  type SuggestionAudience,
  type SuggestionFacts,
  totalMs,
} from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { hoursOf } from '../../schedule/hours.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';
import { plansBefore } from './plans-before.ts';

/** Half a year: a term, its holidays, and the weeks around. */
export const OBSERVED_DAYS = 26 * 7;

type Audiences = Awaited<ReturnType<typeof listAudiences>>;
type BookedRow = Awaited<ReturnType<typeof listBookedTimes>>[number];

export interface LoadedFacts {
  readonly facts: SuggestionFacts;
  readonly audiences: Audiences;
}

/** What was observed of a site over the last half year, whole days only. Three bounded reads, whatever happened there. */
export async function loadSuggestionFacts(
  context: Context,
  site: { readonly id: string; readonly timeZone: string },
  schedule: SiteSchedule,
): Promise<LoadedFacts> {
  const { tx, networkId, now } = context;
  const { zone, calendar, spaces, closures } = schedule.schedule;
  const today = localDateOf(now, zone);
  const wanted: DateRange = { from: addDays(today, -OBSERVED_DAYS), until: today };
  const plans = await plansBefore(context, site.id, wanted);
  // Latest first.
  const from = plans.at(-1)?.range.from ?? today;
  const observed: DateRange = { from, until: today };
  const window = { from: dayWindow(from, zone).from, until: dayWindow(today, zone).from };
  const [audiences, booked, sensed, arrivals] = await Promise.all([
    listAudiences(tx, networkId),
    listBookedTimes(tx, networkId, site.id, window),
    listSensedHours(tx, networkId, site.id, window),
    listArrivalHours(tx, networkId, site.id, window),
  ]);
  const open = plans.flatMap(({ range, schedule: then }): readonly ScheduledWindow[] => {
    // Whose hours they are, whatever was released of them in the end.
    const own = { ...then, releases: [], shares: [] };
    return hoursOf(own, range, [], now).windows;
  });
  const spaceIds = new Set(spaces.map(({ id }) => id));
  const isHere = ({ spaceId }: { readonly spaceId: string }) => spaceIds.has(spaceId);
  const bookedHere = booked.filter(isHere);
  return {
    audiences,
    facts: {
      zone,
      calendar,
      observed,
      spaces,
      siteClasses: schedule.siteClasses,
      open: open.filter(isHere),
      closures,
      booked: bookedHere.map(({ spaceId, audience, startsAt, endsAt }) => ({
        spaceId,
        audience,
        from: startsAt,
        until: endsAt,
      })),
      present: [...sensed, ...arrivals]
        .filter(isHere)
        .map(({ spaceId, at }) => ({ spaceId, from: at, until: at + HOUR_MS })),
      audiences: audiences
        .filter(({ isStaff, archivedAt }) => !isStaff && archivedAt === null)
        .map(
          ({ code, needsReferent }): SuggestionAudience => ({
            audience: code,
            hourPrice: hourPriceOf(bookedHere.filter(({ audience }) => audience === code)),
            needsReferent,
          }),
        ),
      settings: DEFAULT_SUGGESTION_SETTINGS,
    },
  };
}

/** What an hour in which a public has booked brought, on average: all who paid for it together. Null: nothing, or nothing known. */
function hourPriceOf(booked: readonly BookedRow[]): Money | null {
  const [first] = booked;
  if (first === undefined) return null;
  const paid = booked.filter(({ currency }) => currency === first.currency);
  const revenue = paid.reduce((sum, { priceMinor }) => sum + priceMinor, 0);
  const bookedMs = [...Map.groupBy(paid, ({ spaceId }) => spaceId).values()].reduce(
    (sum, of) => sum + totalMs(normalise(of.map(({ startsAt, endsAt }) => ({ from: startsAt, until: endsAt })))),
    0,
  );
  if (revenue === 0 || bookedMs === 0) return null;
  return { minor: Math.floor((revenue * HOUR_MS) / bookedMs), currency: first.currency };
}
