import {
  advanceSchedule,
  clearSpace,
  countBookingsAhead,
  countDevicesOfDoors,
  countHoursOfSpace,
  deleteDoor,
  deleteResource,
  deleteSpace,
  deleteTariff,
  findNetworkCurrency,
  insertDoor,
  insertResources,
  insertSpace,
  insertTariff,
  listAllResources,
  listAllSpaces,
  listDoors,
  listTariffs,
  lockCapacity,
  mostSeatsBooked,
  notifyLive,
  replaceDoorSpaces,
  type SiteRecord,
  updateDoor,
  updateResource,
  updateSpace,
  updateTariff,
} from '@mitoyen/db/queries';
import { checkTemplate, localDateOf, type VatKind } from '@mitoyen/domain';
import { requestConfig, requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { loadSite } from '../host/load-site.ts';
import { iso } from '../views.ts';
import { followClasses } from './compatibility.ts';
import { pick } from './pick.ts';
import { type InTheWay, removedEntirely } from './remove.ts';
import { getSiteSetup, type SiteSetup } from './site-setup.ts';

type Site = Omit<SiteRecord, 'distanceKm'>;
type Furnished = Promise<Result<SiteSetup>>;

/** Finds the site, does the work, and answers with the site as it then is; the doors learn what changed. */
async function furnish(context: Context, slug: string, work: (site: Site) => Promise<Result<unknown>>): Furnished {
  const site = await loadSite(context, slug, 'site.configure');
  if (!site.ok) return site;
  const done = await work(site.value);
  if (!done.ok) return done;
  await requestGrants(context, site.value.id);
  await notifyLive(context.tx, { networkId: context.networkId, siteId: site.value.id, kind: 'schedule' });
  return getSiteSetup(context, slug);
}

const named = ({ name }: { readonly name?: string }) => (name === undefined ? {} : { name: name.trim() });

const nextPosition = (rows: readonly { position: number }[]): number =>
  Math.min(32_000, 1 + Math.max(-1, ...rows.map(({ position }) => position)));

const inTheWay = (...found: readonly InTheWay[]): Result<never> =>
  refuse('setup.still_used', { inTheWay: found.filter(({ count }) => count > 0) });

// --- spaces ---------------------------------------------------------------------------------------------------------------

export interface SpaceSettings {
  readonly name: string;
  readonly kind: 'room' | 'open_area';
  readonly capacity: number;
  readonly handoverMinutes: number;
}

/** Adds a space, with the classes of every audience in it. Refusals: `not_found`, `auth.forbidden`. */
export async function addSpace(context: Context, slug: string, settings: SpaceSettings): Furnished {
  const { tx, networkId, now, services } = context;
  return furnish(context, slug, async ({ id: siteId }) => {
    await advanceSchedule(tx, networkId, siteId);
    const position = nextPosition(await listAllSpaces(tx, networkId, siteId));
    const { name, kind, capacity, handoverMinutes } = settings;
    await insertSpace(tx, {
      networkId,
      id: makeId(services, now),
      siteId,
      name: name.trim(),
      kind,
      capacity,
      handoverMinutes,
      position,
    });
    await followClasses(context, siteId);
    return ok(null);
  });
}

/**
 * Changes a space; what is absent stays. `isOffered: true` brings one back that was taken out of use. Refusals: `not_found`,
 * `auth.forbidden`, `setup.handover_too_long`.
 */
export async function changeSpace(
  context: Context,
  slug: string,
  id: string,
  changes: Partial<SpaceSettings> & { readonly isOffered?: true },
): Furnished {
  const { tx, networkId, now, services } = context;
  return furnish(context, slug, async ({ id: siteId }) => {
    await advanceSchedule(tx, networkId, siteId);
    const space = (await listAllSpaces(tx, networkId, siteId)).find((each) => each.id === id);
    if (space === undefined) return refuse('not_found');
    const isBack = changes.isOffered === true && space.archivedAt !== null;
    const columns = {
      ...pick(changes, ['kind', 'capacity', 'handoverMinutes']),
      ...named(changes),
      ...(isBack && { archivedAt: null }),
    };
    if (Object.keys(columns).length > 0) await updateSpace(tx, networkId, id, columns);
    // Audiences and the setting may have changed while it was away.
    if (isBack) await followClasses(context, siteId);
    if (changes.handoverMinutes !== undefined && changes.handoverMinutes > space.handoverMinutes) {
      const site = await services.schedules.fresh(tx, networkId, siteId, now);
      const spaces = site?.schedule.spaces.filter((each) => each.id === id) ?? [];
      const hasNoRoom = site?.schedule.templates.some((template) => {
        const own = { ...template, windows: template.windows.filter((w) => w.spaceId === null || w.spaceId === id) };
        const isSpokenFor = template.spaceIds === null || template.spaceIds.includes(id);
        const checked = checkTemplate({ ...own, spaceIds: null }, isSpokenFor ? spaces : []);
        return !checked.ok && checked.detail?.some(({ reason }) => reason === 'no_room_for_handover');
      });
      if (hasNoRoom) return refuse('setup.handover_too_long');
    }
    return ok(null);
  });
}

/**
 * Deletes a space that nothing refers to; otherwise takes it out of use, with its resources. Refusals: `not_found`, `auth.forbidden`,
 * `setup.still_used` (bookings or hours to come).
 */
export async function removeSpace(context: Context, slug: string, id: string): Furnished {
  const { tx, networkId, now } = context;
  return furnish(context, slug, async ({ id: siteId, timeZone }) => {
    await advanceSchedule(tx, networkId, siteId);
    const space = (await listAllSpaces(tx, networkId, siteId)).find((each) => each.id === id);
    if (space === undefined) return refuse('not_found');
    const ahead = (await countBookingsAhead(tx, networkId, siteId, now)).filter(({ spaceId }) => spaceId === id);
    const hours = await countHoursOfSpace(tx, networkId, id, localDateOf(now, timeZone));
    if (ahead.length > 0 || hours > 0) return inTheWay(bookingsIn(ahead), { kind: 'hours', count: hours });
    const resources = (await listAllResources(tx, networkId, siteId)).filter(({ spaceId }) => spaceId === id);
    const isGone = await removedEntirely(tx, async (inner) => {
      for (const resource of resources) await deleteResource(inner, networkId, resource.id);
      await deleteSpace(inner, networkId, id);
    });
    if (isGone) return ok(null);
    for (const resource of resources) await updateResource(tx, networkId, resource.id, { isActive: false });
    await clearSpace(tx, networkId, id);
    await updateSpace(tx, networkId, id, { archivedAt: now });
    return ok(null);
  });
}

function bookingsIn(ahead: readonly { count: number; firstAt: number }[]): InTheWay {
  const count = ahead.reduce((sum, each) => sum + each.count, 0);
  if (count === 0) return { kind: 'bookings', count };
  return { kind: 'bookings', count, firstAt: iso(Math.min(...ahead.map(({ firstAt }) => firstAt))) };
}

// --- resources ------------------------------------------------------------------------------------------------------------

export interface ResourceSettings {
  readonly name: string;
  readonly capacity: number;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
  /** Null: free of charge. */
  readonly tariffId: string | null;
  /** Minutes after which somebody who has not come gives the rest of the time to others; null, or absent at first: never. */
  readonly releaseAfterMinutes?: number | null;
}

const RESOURCE_FIELDS = [
  'capacity',
  'bufferBeforeMinutes',
  'bufferAfterMinutes',
  'tariffId',
  'releaseAfterMinutes',
] as const;

export interface NewResource extends ResourceSettings {
  readonly spaceId: string;
  readonly kind: 'desk' | 'room' | 'video' | 'seats';
  /** So many of one kind at once: their names are numbered on. */
  readonly count: number;
}

/** The number after the name of several: `Bureau 4` follows `Bureau 3`. */
function namesOf(name: string, count: number, taken: readonly string[]): string[] {
  if (count === 1) return [name];
  const numbers = taken.flatMap((each) => (each.startsWith(`${name} `) ? [Number(each.slice(name.length + 1))] : []));
  const last = Math.max(0, ...numbers.filter(Number.isInteger));
  return Array.from({ length: count }, (_, index) => `${name} ${last + 1 + index}`);
}

/** Adds what is booked in a space. Refusals: `not_found` (also a space or a tariff that is not there), `auth.forbidden`. */
export async function addResources(context: Context, slug: string, input: NewResource): Furnished {
  const { tx, networkId, now, services } = context;
  return furnish(context, slug, async ({ id: siteId, structureId }) => {
    await advanceSchedule(tx, networkId, siteId);
    const [spaces, resources] = await Promise.all([
      listAllSpaces(tx, networkId, siteId),
      listAllResources(tx, networkId, siteId),
    ]);
    if (!spaces.some(({ id, archivedAt }) => id === input.spaceId && archivedAt === null)) return refuse('not_found');
    if (!(await hasTariff(context, structureId, input.tariffId))) return refuse('not_found');
    const { count, name } = input;
    const taken = resources.map((resource) => resource.name);
    const position = nextPosition(resources);
    await insertResources(
      tx,
      namesOf(name.trim(), count, taken).map((numbered, index) => ({
        networkId,
        id: makeId(services, now),
        siteId,
        spaceId: input.spaceId,
        kind: input.kind,
        ...pick(input, RESOURCE_FIELDS),
        name: numbered,
        position: Math.min(32_000, position + index),
      })),
    );
    return ok(null);
  });
}

async function hasTariff({ tx, networkId }: Context, structureId: string, tariffId: string | null): Promise<boolean> {
  if (tariffId === null) return true;
  const tariffs = await listTariffs(tx, networkId, structureId);
  return tariffs.some(({ id, archivedAt }) => id === tariffId && archivedAt === null);
}

/**
 * Changes a resource; what is absent stays. Bookings that are made keep their price and their margins; one that is no longer offered
 * keeps its bookings. Refusals: `not_found`, `auth.forbidden`, `setup.seats_booked`.
 */
export async function changeResource(
  context: Context,
  slug: string,
  id: string,
  changes: Partial<ResourceSettings> & { readonly isActive?: boolean },
): Furnished {
  const { tx, networkId, now } = context;
  return furnish(context, slug, async ({ id: siteId, structureId }) => {
    const [resources, spaces] = await Promise.all([
      listAllResources(tx, networkId, siteId),
      listAllSpaces(tx, networkId, siteId),
    ]);
    const resource = resources.find((each) => each.id === id);
    if (resource === undefined) return refuse('not_found');
    const space = spaces.find((each) => each.id === resource.spaceId);
    if (changes.isActive === true && space?.archivedAt != null) return inTheWay({ kind: 'spaces', count: 1 });
    if (changes.tariffId !== undefined && changes.tariffId !== resource.tariffId) {
      if (!(await hasTariff(context, structureId, changes.tariffId))) return refuse('not_found');
    }
    if (resource.kind === 'seats' && changes.capacity !== undefined && changes.capacity < resource.capacity) {
      await lockCapacity(tx, siteId);
      const booked = await mostSeatsBooked(tx, networkId, id, now);
      if (booked > changes.capacity) return refuse('setup.seats_booked', { booked });
    }
    const columns = { ...pick(changes, [...RESOURCE_FIELDS, 'isActive']), ...named(changes) };
    if (Object.keys(columns).length > 0) await updateResource(tx, networkId, id, columns);
    return ok(null);
  });
}

/** Deletes a resource that was never booked; another one is no longer offered. Refusals: `not_found`, `auth.forbidden`. */
export async function removeResource(context: Context, slug: string, id: string): Furnished {
  const { tx, networkId } = context;
  return furnish(context, slug, async ({ id: siteId }) => {
    const resources = await listAllResources(tx, networkId, siteId);
    if (!resources.some((each) => each.id === id)) return refuse('not_found');
    const isGone = await removedEntirely(tx, (inner) => deleteResource(inner, networkId, id));
    if (!isGone) await updateResource(tx, networkId, id, { isActive: false });
    return ok(null);
  });
}

// --- tariffs --------------------------------------------------------------------------------------------------------------

export interface TariffSettings {
  readonly name: string;
  /** Minor units, VAT included where there is any; null: not sold by that unit. */
  readonly hourMinor: number | null;
  readonly halfDayMinor: number | null;
  readonly dayMinor: number | null;
  readonly halfDayHours: number;
  readonly vatKind: VatKind;
}

const tariffColumns = (settings: TariffSettings) => ({
  ...pick(settings, ['hourMinor', 'halfDayMinor', 'dayMinor', 'halfDayHours', 'vatKind']),
  name: settings.name.trim(),
});

const hasPrice = ({ hourMinor, halfDayMinor, dayMinor }: TariffSettings): boolean =>
  [hourMinor, halfDayMinor, dayMinor].some((price) => price !== null);

const NO_PRICE = refuse('request.invalid', { errors: [{ path: 'body/hourMinor', message: 'one price at least' }] });

/** Adds a tariff to the site's structure, in the network's currency. Refusals: `not_found`, `auth.forbidden`, `request.invalid`. */
export async function addTariff(context: Context, slug: string, settings: TariffSettings): Furnished {
  const { tx, networkId, now, services } = context;
  return furnish(context, slug, async ({ structureId }) => {
    if (!hasPrice(settings)) return NO_PRICE;
    const currency = await findNetworkCurrency(tx, networkId);
    await insertTariff(tx, {
      networkId,
      id: makeId(services, now),
      structureId,
      ...tariffColumns(settings),
      currency,
    });
    return ok(null);
  });
}

/** Bookings that are made keep the price that they were given. Refusals: `not_found`, `auth.forbidden`, `request.invalid`. */
export async function changeTariff(context: Context, slug: string, id: string, settings: TariffSettings): Furnished {
  const { tx, networkId } = context;
  return furnish(context, slug, async ({ structureId }) => {
    const tariffs = await listTariffs(tx, networkId, structureId);
    if (!tariffs.some((each) => each.id === id)) return refuse('not_found');
    if (!hasPrice(settings)) return NO_PRICE;
    await updateTariff(tx, networkId, id, tariffColumns(settings));
    return ok(null);
  });
}

/**
 * Deletes a tariff that nothing refers to; otherwise takes it out of use. Refusals: `not_found`, `auth.forbidden`, `setup.still_used`
 * (what is sold by it, at any place of the structure).
 */
export async function removeTariff(context: Context, slug: string, id: string): Furnished {
  const { tx, networkId, now } = context;
  return furnish(context, slug, async ({ structureId }) => {
    const tariff = (await listTariffs(tx, networkId, structureId)).find((each) => each.id === id);
    if (tariff === undefined) return refuse('not_found');
    if (tariff.resourceCount > 0) return inTheWay({ kind: 'resources', count: tariff.resourceCount });
    const isGone = await removedEntirely(tx, (inner) => deleteTariff(inner, networkId, id));
    if (!isGone) await updateTariff(tx, networkId, id, { archivedAt: now });
    return ok(null);
  });
}

// --- doors ----------------------------------------------------------------------------------------------------------------

export interface DoorSettings {
  readonly name: string;
  /** An entrance leads to every space of the site; another door to those that are named. */
  readonly isEntrance: boolean;
  readonly spaceIds: readonly string[];
  readonly obeysAudienceWindows: boolean;
  readonly earlyMinutes: number;
  readonly pinMaxFailures: number;
  readonly pinLockoutMinutes: number;
  readonly relockSeconds: number;
}

const doorColumns = (settings: DoorSettings) => ({
  ...pick(settings, [
    'isEntrance',
    'obeysAudienceWindows',
    'earlyMinutes',
    'pinMaxFailures',
    'pinLockoutMinutes',
    'relockSeconds',
  ]),
  name: settings.name.trim(),
});

/** What is wrong with a door; null when nothing is. */
async function doorFault(
  { tx, networkId }: Context,
  siteId: string,
  { isEntrance, spaceIds }: DoorSettings,
): Promise<Result<never> | null> {
  if (isEntrance !== (spaceIds.length === 0)) {
    return refuse('request.invalid', { errors: [{ path: 'body/spaceIds', message: 'an entrance, or some spaces' }] });
  }
  const spaces = await listAllSpaces(tx, networkId, siteId);
  const isThere = (id: string) => spaces.some((space) => space.id === id && space.archivedAt === null);
  return spaceIds.every(isThere) ? null : refuse('not_found');
}

/** Adds a door. Refusals: `not_found` (also a space that is not there), `auth.forbidden`, `request.invalid`. */
export async function addDoor(context: Context, slug: string, settings: DoorSettings): Furnished {
  const { tx, networkId, now, services } = context;
  return furnish(context, slug, async ({ id: siteId }) => {
    const fault = await doorFault(context, siteId, settings);
    if (fault !== null) return fault;
    const position = nextPosition(await listDoors(tx, networkId, siteId));
    const id = makeId(services, now);
    await insertDoor(tx, { networkId, id, siteId, ...doorColumns(settings), position });
    await replaceDoorSpaces(tx, { networkId, siteId, doorId: id }, [...new Set(settings.spaceIds)]);
    await requestConfig(context, siteId);
    return ok(null);
  });
}

/** Refusals: `not_found`, `auth.forbidden`, `request.invalid`. */
export async function changeDoor(context: Context, slug: string, id: string, settings: DoorSettings): Furnished {
  const { tx, networkId } = context;
  return furnish(context, slug, async ({ id: siteId }) => {
    if (!(await listDoors(tx, networkId, siteId)).some((door) => door.id === id)) return refuse('not_found');
    const fault = await doorFault(context, siteId, settings);
    if (fault !== null) return fault;
    await updateDoor(tx, networkId, id, doorColumns(settings));
    await replaceDoorSpaces(tx, { networkId, siteId, doorId: id }, [...new Set(settings.spaceIds)]);
    await requestConfig(context, siteId);
    return ok(null);
  });
}

/**
 * Deletes a door that nothing refers to; one that has moved stays in the records and is no door any more. Refusals: `not_found`,
 * `auth.forbidden`, `setup.still_used` (devices: they are taken off the door first).
 */
export async function removeDoor(context: Context, slug: string, id: string): Furnished {
  const { tx, networkId, now } = context;
  return furnish(context, slug, async ({ id: siteId }) => {
    if (!(await listDoors(tx, networkId, siteId)).some((door) => door.id === id)) return refuse('not_found');
    const devices = (await countDevicesOfDoors(tx, networkId, siteId)).get(id) ?? 0;
    if (devices > 0) return inTheWay({ kind: 'devices', count: devices });
    const isGone = await removedEntirely(tx, (inner) => deleteDoor(inner, networkId, id));
    if (!isGone) {
      await replaceDoorSpaces(tx, { networkId, siteId, doorId: id }, []);
      await updateDoor(tx, networkId, id, { archivedAt: now });
    }
    await requestConfig(context, siteId);
    return ok(null);
  });
}
