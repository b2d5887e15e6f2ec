import type { accessEvents, occupancyReadings } from '@mitoyen/db/schema';
import { addDays, datesBetween, type Instant, localDateOf, localToInstant, weekdayOf } from '@mitoyen/domain';
import { type BookingRow, openingsOn } from './bookings.ts';
import type { Maker } from './maker.ts';
import type { SeededRandom } from './random.ts';
import { PAST_DAYS, type SeedDoor, type SeedSite, ZONE } from './sites.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Older movements would be purged at the first housekeeping (arrêté of 6 June 2016, art. 5: three months at most). */
const MOVEMENTS_KEPT_MS = 89 * DAY_MS;
/** Readings of the last days are as fine as a bridge's; older ones are one an hour. */
const DETAILED_DAYS = 14;
const DETAILED_EVERY_MS = 15 * MINUTE_MS;

/** Journal and stream of the time before the simulated bridges began their own. */
const EPOCH = 'demo-history';

type EventRow = typeof accessEvents.$inferInsert;
type ReadingRow = typeof occupancyReadings.$inferInsert;

interface Movement {
  readonly at: Instant;
  readonly door: SeedDoor;
  readonly kind: 'access' | 'door_opened' | 'door_closed';
  readonly granted?: boolean;
  readonly reason?: string;
  readonly credential?: 'badge' | 'pin';
  readonly bookingId?: string;
  readonly memberId?: string;
}

export interface MovementFacts {
  readonly maker: Maker;
  readonly random: SeededRandom;
  readonly site: SeedSite;
  readonly bridgeId: string;
  /** Of this site. */
  readonly bookings: readonly BookingRow[];
  readonly badgeHolders: ReadonlySet<string>;
  /** Who opens the place on working days. */
  readonly staffMemberId: string | null;
}

/** Who came through which door: every booking that was used, some who came too early or with a badge nobody knows. */
export function inventAccessEvents(facts: MovementFacts): EventRow[] {
  const { maker, random, site, bridgeId } = facts;
  const since = maker.now - MOVEMENTS_KEPT_MS;
  const entrance = site.doors.find((door) => door.spaceId === null);
  if (entrance === undefined) throw new Error(`${site.place.slug} has no entrance`);
  const movements: Movement[] = [];
  for (const booking of facts.bookings) {
    const arrivedAt = booking.checkedInAt;
    if (arrivedAt === null || arrivedAt === undefined || arrivedAt < since) continue;
    const credential = facts.badgeHolders.has(booking.memberId) ? 'badge' : 'pin';
    const who = { bookingId: booking.id, memberId: booking.memberId, credential } as const;
    if (random.chance(0.04)) {
      const at = booking.startsAt - random.between(17, 40) * MINUTE_MS;
      movements.push({ at, door: entrance, kind: 'access', granted: false, reason: 'not_yet', ...who });
    }
    if (random.chance(0.015)) {
      const at = arrivedAt - random.between(20, 90) * 1000;
      movements.push({
        at,
        door: entrance,
        kind: 'access',
        granted: false,
        reason: 'unknown_credential',
        credential: 'pin',
      });
    }
    movements.push(...passage(entrance, arrivedAt, { ...who, reason: 'booking' }));
    const inner = site.doors.find((door) => door.spaceId === booking.spaceId);
    if (inner !== undefined) {
      const at = Math.max(arrivedAt, booking.startsAt - 14 * MINUTE_MS) + random.between(20, 80) * 1000;
      movements.push(...passage(inner, at, { ...who, reason: 'booking' }));
    }
    if (booking.status === 'completed' && random.chance(0.02)) {
      const at = booking.endsAt + random.between(2, 20) * MINUTE_MS;
      movements.push({ at, door: entrance, kind: 'access', granted: false, reason: 'ended', ...who });
    }
  }
  if (facts.staffMemberId !== null) {
    const today = localDateOf(maker.now, ZONE);
    for (const date of datesBetween(addDays(localDateOf(since, ZONE), 1), today)) {
      if (weekdayOf(date) > 5) continue;
      const at = localToInstant(date, '08:10', ZONE) + random.between(0, 15 * 60) * 1000;
      movements.push(...passage(entrance, at, { memberId: facts.staffMemberId, credential: 'badge', reason: 'staff' }));
    }
  }

  return movements
    .filter((movement) => movement.at <= maker.now)
    .sort((a, b) => a.at - b.at)
    .map((movement, index): EventRow => {
      const { devices } = movement.door;
      return {
        networkId: maker.networkId,
        bridgeId,
        journalEpoch: EPOCH,
        sequence: index + 1,
        siteId: site.id,
        doorId: movement.door.id,
        deviceId: (movement.kind === 'access' ? devices?.reader : devices?.contact)?.id ?? null,
        kind: movement.kind,
        isGranted: movement.granted ?? null,
        reason: movement.reason ?? null,
        credentialKind: movement.credential ?? null,
        bookingId: movement.bookingId ?? null,
        memberId: movement.memberId ?? null,
        occurredAt: movement.at,
        clockTrust: 'trusted',
        receivedAt: Math.min(maker.now, movement.at + random.between(120, 1_800)),
        detail: {},
      };
    });
}

function passage(
  door: SeedDoor,
  at: Instant,
  who: Pick<Movement, 'reason' | 'credential' | 'bookingId' | 'memberId'>,
): Movement[] {
  return [
    { at, door, kind: 'access', granted: true, ...who },
    { at: at + 2_400, door, kind: 'door_opened' },
    { at: at + 6_900, door, kind: 'door_closed' },
  ];
}

/** What the counter and the motion sensor said while the place was open: those who had booked, and those who just came by. */
export function inventReadings(facts: MovementFacts): ReadingRow[] {
  const { maker, random, site, bridgeId } = facts;
  const { counter, motion } = site;
  if (counter === null || motion === null) return [];
  const used = facts.bookings
    .filter((booking) => booking.status === 'completed' || booking.status === 'checked_in')
    .sort((a, b) => a.startsAt - b.startsAt);
  const byDate = Map.groupBy(used, (booking) => localDateOf(booking.startsAt, ZONE));
  const today = localDateOf(maker.now, ZONE);
  const rows: ReadingRow[] = [];
  const push = (kind: 'people' | 'motion', value: number, measuredAt: Instant) => {
    rows.push({
      networkId: maker.networkId,
      bridgeId,
      streamEpoch: EPOCH,
      sequence: rows.length + 1,
      siteId: site.id,
      deviceId: kind === 'people' ? counter.id : motion.id,
      spaceId: kind === 'people' ? null : (site.spaces[0]?.id ?? null),
      kind,
      value,
      measuredAt,
    });
  };

  for (const date of datesBetween(addDays(today, -PAST_DAYS), today)) {
    const openings = openingsOn(site, date);
    const stepMs = date > addDays(today, -DETAILED_DAYS) ? DETAILED_EVERY_MS : HOUR_MS;
    const ofDay = byDate.get(date) ?? [];
    const first = localToInstant(date, '07:00', ZONE);
    const last = Math.min(localToInstant(date, '22:00', ZONE), maker.now - MINUTE_MS);
    for (let at = first; at <= last; at += stepMs) {
      if (!openings.some((opening) => opening.from <= at && at < opening.until)) continue;
      const booked = ofDay.filter((booking) => booking.startsAt <= at && at < booking.endsAt).length;
      const isAttended = openings.some(
        (opening) => opening.from <= at && at < opening.until && opening.until - opening.from < 12 * HOUR_MS,
      );
      const people = booked + (isAttended ? random.pick([0, 0, 1, 1, 2]) : 0);
      push('people', people, at);
      push('motion', people > 0 && random.chance(0.85) ? 1 : 0, at + random.between(5, 50) * 1000);
    }
  }
  return rows;
}
