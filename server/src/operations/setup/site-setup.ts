import {
  countBookingsAhead,
  countDevicesOfDoors,
  findBridgeOfSite,
  findSiteSettings,
  listAllResources,
  listAllSpaces,
  listDoors,
  listTariffs,
} from '@mitoyen/db/queries';
import { may } from '../../authorisation.ts';
import type { Context } from '../../context.ts';
import { ok, refuse } from '../../problems.ts';
import { loadSite } from '../host/load-site.ts';
import { iso } from '../views.ts';

export type SiteSetup = Extract<Awaited<ReturnType<typeof getSiteSetup>>, { ok: true }>['value'];

/**
 * A site as those who run it set it up: everything it has, what is no longer offered included, and how far it has come.
 * Refusals: `not_found`, `auth.forbidden`.
 */
export async function getSiteSetup(context: Context, slug: string) {
  const { tx, networkId, now, services, actor } = context;
  const loaded = await loadSite(context, slug, 'site.observe');
  if (!loaded.ok) return loaded;
  const { id: siteId, structureId, structureName } = loaded.value;
  const [site, spaces, resources, tariffs, doors, devices, ahead, bridge, schedule] = await Promise.all([
    findSiteSettings(tx, networkId, siteId),
    listAllSpaces(tx, networkId, siteId),
    listAllResources(tx, networkId, siteId),
    listTariffs(tx, networkId, structureId),
    listDoors(tx, networkId, siteId),
    countDevicesOfDoors(tx, networkId, siteId),
    countBookingsAhead(tx, networkId, siteId, now),
    findBridgeOfSite(tx, networkId, siteId),
    services.schedules.fresh(tx, networkId, siteId, now),
  ]);
  if (site === null) return refuse('not_found');
  const summary = (rows: typeof ahead) => ({
    count: rows.reduce((sum, { count }) => sum + count, 0),
    firstAt: rows.length === 0 ? null : iso(Math.min(...rows.map(({ firstAt }) => firstAt))),
  });
  const offered = spaces.filter(({ archivedAt }) => archivedAt === null);
  const hasHours = schedule?.schedule.templates.some(({ windows }) => windows.length > 0) ?? false;
  return ok({
    site: { ...site, structure: { id: structureId, name: structureName } },
    mayConfigure: may(actor, 'site.configure', { structureId }),
    steps: {
      spaces: offered.length > 0,
      resources: resources.some(({ isActive }) => isActive),
      hours: hasHours,
      // Without a tariff it is free, which somebody may well want: a step, but none that holds anything up.
      tariffs: resources.some(({ isActive, tariffId }) => isActive && tariffId !== null),
      doors: doors.length > 0,
      bridge: bridge !== null,
      listed: site.isListed,
    },
    spaces: spaces.map((space) => ({
      id: space.id,
      name: space.name,
      kind: space.kind,
      capacity: space.capacity,
      handoverMinutes: space.handoverMinutes,
      isOffered: space.archivedAt === null,
      bookingsAhead: summary(ahead.filter(({ spaceId }) => spaceId === space.id)),
      resources: resources
        .filter(({ spaceId }) => spaceId === space.id)
        .map((resource) => ({
          id: resource.id,
          name: resource.name,
          kind: resource.kind,
          capacity: resource.capacity,
          bufferBeforeMinutes: resource.bufferBeforeMinutes,
          bufferAfterMinutes: resource.bufferAfterMinutes,
          tariffId: resource.tariffId,
          releaseAfterMinutes: resource.releaseAfterMinutes,
          isActive: resource.isActive,
          bookingsAhead: summary(ahead.filter(({ resourceId }) => resourceId === resource.id)),
        })),
    })),
    tariffs: tariffs.map(({ archivedAt, ...tariff }) => ({ ...tariff, isOffered: archivedAt === null })),
    doors: doors.map((door) => ({
      id: door.id,
      name: door.name,
      isEntrance: door.isEntrance,
      spaceIds: door.spaceIds,
      obeysAudienceWindows: door.obeysAudienceWindows,
      earlyMinutes: door.earlyMinutes,
      pinMaxFailures: door.pinMaxFailures,
      pinLockoutMinutes: door.pinLockoutMinutes,
      relockSeconds: door.relockSeconds,
      deviceCount: devices.get(door.id) ?? 0,
    })),
  });
}
