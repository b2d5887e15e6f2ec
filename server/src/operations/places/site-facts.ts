import type { Tx } from '@mitoyen/db';
import {
  listAudiences,
  listBusy,
  listClosures,
  listOpeningWindows,
  listResources,
  listSpaces,
  type SiteRecord,
} from '@mitoyen/db/queries';
import type {
  Audience,
  BusyFact,
  Closure,
  Instant,
  LocalTime,
  OpeningRule,
  ResourceFacts,
  Tariff,
  Weekday,
  Window,
} from '@mitoyen/domain';

/** Minutes after local midnight -> `HH:MM`; 1440 is `24:00`. */
export const timeOfMinutes = (minutes: number): LocalTime =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

type OpeningRow = Awaited<ReturnType<typeof listOpeningWindows>>[number];
type ResourceRow = Awaited<ReturnType<typeof listResources>>[number];

export const openingRule = (row: OpeningRow): OpeningRule => ({
  id: row.id,
  spaceId: row.spaceId,
  audience: row.audience,
  audienceClass: row.audienceClass,
  weekday: row.weekday as Weekday,
  startsAt: timeOfMinutes(row.startsAtMinute),
  endsAt: timeOfMinutes(row.endsAtMinute),
  validFrom: row.validFrom,
  validUntil: row.validUntil,
});

export const resourceFacts = (
  row: { id: string; spaceId: string; bufferBeforeMinutes: number; bufferAfterMinutes: number },
  handoverMinutes: number,
): ResourceFacts => ({
  id: row.id,
  spaceId: row.spaceId,
  bufferBeforeMs: row.bufferBeforeMinutes * 60_000,
  bufferAfterMs: row.bufferAfterMinutes * 60_000,
  handoverMs: handoverMinutes * 60_000,
});

/** The tariff in a row of resources; null when the resource has none. */
export function tariffOf(row: {
  tariffId: string | null;
  currency: string | null;
  hourMinor: number | null;
  halfDayMinor: number | null;
  dayMinor: number | null;
  halfDayHours: number | null;
  vatKind: Tariff['vatKind'] | null;
}): Tariff | null {
  if (row.tariffId === null || row.currency === null || row.vatKind === null) return null;
  return {
    id: row.tariffId,
    currency: row.currency,
    hourMinor: row.hourMinor,
    halfDayMinor: row.halfDayMinor,
    dayMinor: row.dayMinor,
    vatKind: row.vatKind,
    halfDayHours: row.halfDayHours ?? 4,
  };
}

export interface SiteFacts {
  readonly spaces: Awaited<ReturnType<typeof listSpaces>>;
  readonly resources: (ResourceRow & { readonly facts: ResourceFacts })[];
  readonly rules: OpeningRule[];
  readonly closures: Closure[];
  readonly busy: BusyFact[];
}

/**
 * What availability is computed from, for several sites in one go: five statements whatever their number. `window` bounds closures
 * and bookings, whose occupied ranges may reach outside it. Holds that ran out at `now` no longer count.
 */
export async function loadSiteFacts(
  tx: Tx,
  networkId: string,
  siteIds: readonly string[],
  window: Window,
  now: Instant,
): Promise<Map<string, SiteFacts>> {
  if (siteIds.length === 0) return new Map();
  // Bookings of other classes hold their space for the handover after them: look that far back.
  const reach = { from: window.from - 8 * 3_600_000, until: window.until + 8 * 3_600_000 };
  const [spaces, resources, openings, closures, busy] = await Promise.all([
    listSpaces(tx, networkId, siteIds),
    listResources(tx, networkId, siteIds),
    listOpeningWindows(tx, networkId, siteIds),
    listClosures(tx, networkId, siteIds, window),
    listBusy(tx, networkId, siteIds, reach),
  ]);
  const handovers = new Map(spaces.map((space) => [space.id, space.handoverMinutes]));
  const spacesOf = Map.groupBy(spaces, (row) => row.siteId);
  const resourcesOf = Map.groupBy(resources, (row) => row.siteId);
  const openingsOf = Map.groupBy(openings, (row) => row.siteId);
  const closuresOf = Map.groupBy(closures, (row) => row.siteId);
  const busyOf = Map.groupBy(
    busy.filter((row) => row.holdExpiresAt === null || row.holdExpiresAt > now),
    (row) => row.siteId,
  );
  return new Map(
    siteIds.map((siteId) => [
      siteId,
      {
        spaces: spacesOf.get(siteId) ?? [],
        resources: (resourcesOf.get(siteId) ?? []).map((row) => ({
          ...row,
          facts: resourceFacts(row, handovers.get(row.spaceId) ?? 0),
        })),
        rules: (openingsOf.get(siteId) ?? []).map(openingRule),
        closures: (closuresOf.get(siteId) ?? []).map((row) => ({
          ...row.during,
          spaceId: row.spaceId,
          reason: row.reason,
        })),
        busy: busyOf.get(siteId) ?? [],
      },
    ]),
  );
}

/** The audience of a code, or null when the network has none of that name. */
export async function findAudience(
  tx: Tx,
  networkId: string,
  code: string,
): Promise<(Audience & { id: string }) | null> {
  const row = (await listAudiences(tx, networkId)).find((audience) => audience.code === code);
  return row === undefined
    ? null
    : { id: row.id, code: row.code, audienceClass: row.audienceClass, isStaff: row.isStaff };
}

export type { SiteRecord };
