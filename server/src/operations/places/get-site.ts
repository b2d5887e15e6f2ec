import { findSite, listAudiences, listResources, listSpaces } from '@mitoyen/db/queries';
import { addDays, type EffectiveWindow, localDateOf, localTimeOf, mondayOf, weekdayOf } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, refuse } from '../../problems.ts';
import { hoursOf } from '../../schedule/hours.ts';
import { seesHours, tariffOf } from './site-facts.ts';

/** A place with its spaces, what can be booked there at what price, and the hours of the week that runs. Refusal: `not_found`. */
export async function getSite({ tx, networkId, now, actor, services }: Context, slug: string) {
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
  const monday = mondayOf(localDateOf(now, zone));
  const visible = new Set(audiences.filter((each) => seesHours(each, actor)).map(({ code }) => code));
  const { windows } = hoursOf(schedule, { from: monday, until: addDays(monday, 7) }, [], now);
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
  });
}

/** Local hours by day and start; what every space has in common is said once. */
function weekOf(windows: readonly EffectiveWindow[], zone: string, spaces: readonly { id: string; name: string }[]) {
  const spaceNames = new Map(spaces.map(({ id, name }) => [id, name]));
  const alike = Map.groupBy(windows, ({ from, until, audience }) => `${from} ${until} ${audience}`);
  type Said = Pick<EffectiveWindow, 'from' | 'until' | 'audience'> & { readonly spaceId: string | null };
  return [...alike.values()]
    .flatMap((same): readonly Said[] => {
      const [first] = same as [EffectiveWindow];
      const isEverywhere = spaces.length > 1 && new Set(same.map(({ spaceId }) => spaceId)).size === spaces.length;
      return isEverywhere ? [{ ...first, spaceId: null }] : same;
    })
    .sort((a, b) => a.from - b.from || a.until - b.until)
    .map(({ from, until, audience, spaceId }) => {
      const date = localDateOf(from, zone);
      return {
        date,
        weekday: weekdayOf(date),
        startsAt: localTimeOf(from, zone),
        endsAt: localDateOf(until, zone) === date ? localTimeOf(until, zone) : '24:00',
        audience,
        spaceId,
        spaceName: spaceId === null ? null : (spaceNames.get(spaceId) ?? null),
      };
    });
}
