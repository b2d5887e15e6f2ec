import { findSite, listAudiences, listResources, listSpaces } from '@mitoyen/db/queries';
import {
  addDays,
  type CompiledSchedule,
  dayFacts,
  type EffectiveWindow,
  type LocalDate,
  localDateOf,
  localTimeOf,
  mondayOf,
  type Window,
  weekdayOf,
} from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { type Locale, ok, refuse } from '../../problems.ts';
import { hoursOf } from '../../schedule/hours.ts';
import { seesHours, tariffOf } from './site-facts.ts';

/**
 * A place with its spaces, what can be booked there at what price, and the hours of a week: the one of `date`, or that runs.
 * Refusal: `not_found`.
 */
export async function getSite(
  { tx, networkId, now, actor, locale, services }: Context,
  slug: string,
  date: LocalDate | null = null,
) {
  const site = await findSite(tx, networkId, { slug });
  if (site === null) return refuse('not_found');
  const [spaces, resources, audiences, schedules] = await Promise.all([
    listSpaces(tx, networkId, [site.id]),
    listResources(tx, networkId, [site.id]),
    listAudiences(tx, networkId),
    services.schedules.of(tx, networkId, [site.id], now, new Map([[site.id, site.scheduleRevision]])),
  ]);
  const schedule = schedules.get(site.id);
  if (schedule === undefined) return refuse('not_found');
  const zone = site.timeZone;
  const monday = mondayOf(date ?? localDateOf(now, zone));
  const visible = new Set(audiences.filter((each) => seesHours(each, actor)).map(({ code }) => code));
  const { windows, handovers } = hoursOf(schedule, { from: monday, until: addDays(monday, 7) }, [], now);
  return ok({
    id: site.id,
    slug: site.slug,
    name: site.name,
    description: site.description,
    addressLine: site.addressLine,
    postalCode: site.postalCode,
    commune: site.commune,
    departement: site.departement,
    latitude: site.latitude,
    longitude: site.longitude,
    timeZone: site.timeZone,
    programmes: site.programmes,
    isDemo: site.isDemo,
    structure: { id: site.structureId, name: site.structureName, labels: site.structureLabels },
    spaces: spaces.map((space) => ({
      id: space.id,
      name: space.name,
      kind: space.kind,
      capacity: space.capacity,
      resources: resources
        .filter((resource) => resource.spaceId === space.id)
        .map((resource) => {
          const tariff = tariffOf(resource);
          return {
            id: resource.id,
            name: resource.name,
            kind: resource.kind,
            capacity: resource.capacity,
            tariff: tariff && {
              currency: tariff.currency,
              hourMinor: tariff.hourMinor,
              halfDayMinor: tariff.halfDayMinor,
              dayMinor: tariff.dayMinor,
            },
          };
        }),
    })),
    week: weekOf(
      windows.filter((window) => visible.has(window.audience)),
      zone,
      spaces,
    ),
    // Between two publics whose hours the reader sees.
    handovers: saidOnce(
      handovers.filter(({ leaving, arriving }) => visible.has(leaving) && visible.has(arriving)),
      ({ leaving, arriving }) => `${leaving} ${arriving}`,
      spaces,
    ).map((handover) => ({ ...localHours(handover, zone, spaces), arriving: handover.arriving })),
    days: daysOf(schedule.compiled, monday, locale),
  });
}

/** What the calendars call each day of the week. What they do not know has no name. */
function daysOf(compiled: CompiledSchedule, monday: LocalDate, locale: Locale) {
  return [0, 1, 2, 3, 4, 5, 6].map((offset) => {
    const { date, holidays, school } = dayFacts(compiled.calendar, addDays(monday, offset));
    return {
      date,
      holiday: holidays === 'not_covered' ? null : (holidays[0]?.name[locale] ?? null),
      schoolHoliday: school !== 'not_covered' && school.kind === 'holiday' ? school.name : null,
    };
  });
}

type Spaces = readonly { readonly id: string; readonly name: string }[];
type InSpace = Window & { readonly spaceId: string };

/** What every space has in common is said once, of no space in particular; in order of time. */
function saidOnce<T extends InSpace>(list: readonly T[], kindOf: (item: T) => string, spaces: Spaces) {
  const alike = Map.groupBy(list, (item) => `${item.from} ${item.until} ${kindOf(item)}`);
  return [...alike.values()]
    .flatMap((same): readonly (Omit<T, 'spaceId'> & { readonly spaceId: string | null })[] => {
      const [first] = same as [T];
      const isEverywhere = spaces.length > 1 && new Set(same.map(({ spaceId }) => spaceId)).size === spaces.length;
      return isEverywhere ? [{ ...first, spaceId: null }] : same;
    })
    .sort((a, b) => a.from - b.from || a.until - b.until);
}

function localHours(
  { from, until, spaceId }: Window & { readonly spaceId: string | null },
  zone: string,
  spaces: Spaces,
) {
  const date = localDateOf(from, zone);
  return {
    date,
    weekday: weekdayOf(date),
    startsAt: localTimeOf(from, zone),
    endsAt: localDateOf(until, zone) === date ? localTimeOf(until, zone) : '24:00',
    spaceId,
    spaceName: spaces.find(({ id }) => id === spaceId)?.name ?? null,
  };
}

function weekOf(windows: readonly EffectiveWindow[], zone: string, spaces: Spaces) {
  return saidOnce(windows, ({ audience }) => audience, spaces).map((window) => ({
    ...localHours(window, zone, spaces),
    audience: window.audience,
  }));
}
