import type { Tx } from '@mitoyen/db';
import {
  listBusy,
  listDoors,
  listPolicies,
  listPresences,
  listReferents,
  listResources,
  listSpaces,
  loadGrantFacts,
} from '@mitoyen/db/queries';
import {
  addDays,
  type CredentialForAccess,
  compileGrants,
  type GrantSet,
  type Instant,
  localDateOf,
  REFERENT_STAYS_MS,
  type Window,
} from '@mitoyen/domain';
import { credentialMatch } from '@mitoyen/protocol';
import { heldTime } from '../operations/places/site-facts.ts';
import { dependsOnBookings, hoursOf } from '../schedule/hours.ts';
import type { Services } from '../services.ts';

/** A site decides alone for so long: what it holds covers these days of bookings and hours. */
export const HORIZON_DAYS = 14;
/** After this long without a newer set only staff credentials open. */
export const GRANTS_VALID_MS = 7 * 24 * 3_600_000;
const MINUTE_MS = 60_000;

/** A phone has no credential of its own: its holder is signed in. This one exists for the length of one decision. */
export const PHONE_MATCH = 'phone-of-the-signed-in-holder';

export interface SiteAccess {
  readonly timeZone: string;
  readonly content: Pick<GrantSet, 'doors' | 'grants' | 'audienceWindows' | 'referents'>;
}

/**
 * Compiles what the doors of a site must know at `now`, for `HORIZON_DAYS` from the beginning of the local day before: the same
 * facts give the same content. With `phoneBookingId` that booking's holder has a phone pass too (`PHONE_MATCH`). Null: no such site.
 */
export async function compileSiteAccess(
  tx: Tx,
  { vault, schedules }: Pick<Services, 'vault' | 'schedules'>,
  networkId: string,
  site: { id: string; structureId: string; timeZone: string },
  now: Instant,
  phoneBookingId: string | null = null,
): Promise<SiteAccess | null> {
  const zone = site.timeZone;
  const today = localDateOf(now, zone);
  const horizon: Window = { from: now - 24 * 60 * MINUTE_MS, until: now + HORIZON_DAYS * 24 * 60 * MINUTE_MS };
  // Aligned to the hour: minutes that pass change nothing, so the content of an unchanged site stays the same for an hour at least.
  const aligned: Window = {
    from: horizon.from - (horizon.from % 3_600_000),
    until: horizon.until - (horizon.until % 3_600_000),
  };
  const [facts, doors, spaces, resources, found, busy, policies, referents, presences] = await Promise.all([
    loadGrantFacts(tx, networkId, site.id, site.structureId, aligned),
    listDoors(tx, networkId, site.id),
    listSpaces(tx, networkId, [site.id]),
    // What is no longer offered keeps its bookings, and they their doors.
    listResources(tx, networkId, [site.id], { retired: true }),
    schedules.of(tx, networkId, [site.id], now),
    listBusy(tx, networkId, [site.id], horizon),
    listPolicies(tx, networkId, site.id),
    listReferents(tx, networkId, site.id),
    listPresences(tx, networkId, site.id, now - REFERENT_STAYS_MS),
  ]);
  const schedule = found.get(site.id);
  if (facts === null || schedule === undefined) return null;
  const siteKey = Buffer.from(vault.open(facts.site.siteKeySealed, `site-key:${site.id}`), 'base64url');
  const matchOf = (row: { id: string; kind: 'badge' | 'pin'; valueSealed: string }) =>
    credentialMatch(siteKey, row.kind, vault.open(row.valueSealed, `credential:${row.id}`));
  const credentials: CredentialForAccess[] = facts.credentials.map((row) => ({
    id: row.id,
    kind: row.kind,
    match: matchOf(row),
    owner:
      row.bookingId === null
        ? { kind: 'member', memberRef: row.memberId }
        : { kind: 'booking', bookingId: row.bookingId },
  }));
  if (phoneBookingId !== null) {
    credentials.push({
      id: 'phone',
      kind: 'phone',
      match: PHONE_MATCH,
      owner: { kind: 'booking', bookingId: phoneBookingId },
    });
  }
  const openings = hoursOf(
    schedule,
    { from: addDays(today, -1), until: addDays(today, HORIZON_DAYS + 1) },
    dependsOnBookings(schedule) ? busy.map((row) => heldTime(row, schedule)) : [],
    now,
  );
  const content = compileGrants({
    bookings: facts.bookings.map(({ memberId, audienceId, ...booking }) => {
      const policy = policies.get(audienceId);
      return {
        ...booking,
        memberRef: memberId,
        ...(policy?.withoutReferent === 'referent_first' && {
          referentFirst: { graceMs: policy.graceMinutes * MINUTE_MS },
        }),
      };
    }),
    credentials,
    staff: facts.staff.map((row) => ({
      id: row.id,
      kind: row.kind,
      match: matchOf(row),
      holderRef: row.memberId,
      doorIds: null,
      from: row.createdAt,
      until: null,
      // Where a place names none, whoever of its staff comes is the referent.
      isReferent: referents.length === 0 || referents.some(({ memberId }) => memberId === row.memberId),
    })),
    doors: doors.map((door) => ({
      id: door.id,
      name: door.name,
      spaceIds: door.isEntrance ? null : door.spaceIds,
      obeysAudienceWindows: door.obeysAudienceWindows,
      earlyMs: door.earlyMinutes * MINUTE_MS,
      pinMaxFailures: door.pinMaxFailures,
      pinLockoutWindowMs: door.pinLockoutMinutes * MINUTE_MS,
      pinLockoutMs: door.pinLockoutMinutes * MINUTE_MS,
    })),
    spaces: spaces.map((space) => ({ id: space.id, handoverMs: space.handoverMinutes * MINUTE_MS })),
    resources: resources.map(({ id, spaceId }) => ({ id, spaceId })),
    openings: openings.windows,
    horizon: aligned,
  });
  const present = presences
    .map((row) => ({ holderRef: row.memberId, from: row.arrivedAt, until: row.leftAt }))
    .sort((a, b) => a.from - b.from || (a.holderRef < b.holderRef ? -1 : 1));
  return { timeZone: zone, content: present.length === 0 ? content : { ...content, referents: present } };
}
