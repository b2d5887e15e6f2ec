import { findSite, listOpeningWindows, listResources, listSpaces } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { ok, refuse } from '../../problems.ts';
import { tariffOf, timeOfMinutes } from './site-facts.ts';

/** A place with its spaces, what can be booked there at what price, and its week. Refusal: `not_found`. */
export async function getSite({ tx, networkId }: Context, slug: string) {
  const site = await findSite(tx, networkId, { slug });
  if (site === null) return refuse('not_found');
  const [spaces, resources, openings] = await Promise.all([
    listSpaces(tx, networkId, [site.id]),
    listResources(tx, networkId, [site.id]),
    listOpeningWindows(tx, networkId, [site.id]),
  ]);
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
    week: openings.map((row) => ({
      weekday: row.weekday,
      startsAt: timeOfMinutes(row.startsAtMinute),
      endsAt: timeOfMinutes(row.endsAtMinute),
      audience: row.audience,
      spaceId: row.spaceId,
      spaceName: spaces.find((space) => space.id === row.spaceId)?.name ?? null,
    })),
  });
}
