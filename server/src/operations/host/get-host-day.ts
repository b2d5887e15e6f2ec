import {
  findBridgeOfSite,
  listAccessEvents,
  listAudiences,
  listBookingsOfSite,
  listClosures,
  listDevices,
  listDoors,
  listLatestReadings,
  listSpaces,
  listWaitingOfSite,
} from '@mitoyen/db/queries';
import { addDays, dayWindow, localDateOf } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, refuse } from '../../problems.ts';
import { hoursOf } from '../../schedule/hours.ts';
import { shownName } from '../sharing/shown-name.ts';
import { bookingView, iso, isoOrNull, isoWindow } from '../views.ts';
import { waitingView } from '../waitlist/views.ts';
import { loadSite } from './load-site.ts';

const SHOWN_STATUSES = ['held', 'confirmed', 'checked_in', 'completed', 'no_show'] as const;
const MOST_EVENTS = 50;
/** A reading older than this says nothing about now. */
const FRESH_READING_MS = 2 * 3_600_000;

/** What a host wants to see of a local day (today unless named): who comes, who has which space, doors and sensors, what happened. */
export async function getHostDay(context: Context, slug: string, wantedDate: string | undefined) {
  const { tx, networkId, now, services } = context;
  const loaded = await loadSite(context, slug, 'site.observe');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const zone = site.timeZone;
  const date = wantedDate ?? localDateOf(now, zone);
  const day = dayWindow(date, zone);
  const [bookings, spaces, schedules, closures, doors, devices, bridge, events, readings, audiences, waiting] =
    await Promise.all([
      listBookingsOfSite(tx, networkId, site.id, day, SHOWN_STATUSES),
      listSpaces(tx, networkId, [site.id]),
      services.schedules.of(tx, networkId, [site.id], now, new Map([[site.id, site.scheduleRevision]])),
      listClosures(tx, networkId, [site.id], day),
      listDoors(tx, networkId, site.id),
      listDevices(tx, networkId, site.id),
      findBridgeOfSite(tx, networkId, site.id),
      listAccessEvents(tx, networkId, site.id, { window: day, limit: MOST_EVENTS }),
      listLatestReadings(tx, networkId, site.id, now - FRESH_READING_MS),
      listAudiences(tx, networkId),
      listWaitingOfSite(tx, networkId, site.id, day),
    ]);
  const classOf = new Map(audiences.map((audience) => [audience.code, audience]));
  const schedule = schedules.get(site.id);
  if (schedule === undefined) return refuse('not_found');
  const held = bookings.map((booking) => ({ ...booking, from: booking.startsAt, until: booking.endsAt }));
  const { windows: open, handovers } = hoursOf(schedule, { from: date, until: addDays(date, 1) }, held, now);
  const people = readings.filter((reading) => reading.kind === 'people');
  return ok({
    date,
    timeZone: zone,
    dayFrom: iso(day.from),
    dayUntil: iso(day.until),
    now: iso(now),
    site: { id: site.id, slug: site.slug, name: site.name, commune: site.commune },
    bookings: bookings
      .filter((booking) => booking.holdExpiresAt === null || booking.holdExpiresAt > now)
      .map((booking) => ({
        ...bookingView(booking, now, 'staff'),
        member: { id: booking.memberId, displayName: shownName(context, booking) },
        partner:
          booking.partnerStructureId === null || booking.partnerName === null
            ? null
            : { id: booking.partnerStructureId, name: booking.partnerName },
        checkedInAt: isoOrNull(booking.checkedInAt),
      })),
    waiting: waiting.map((entry) => ({ ...waitingView(entry), memberName: entry.memberName })),
    spaces: spaces.map((space) => {
      const openings = open.filter((each) => each.spaceId === space.id);
      const inUse = bookings.filter(
        (b) => b.spaceId === space.id && b.startsAt <= now && now < b.endsAt && b.status !== 'no_show',
      );
      const openNow = openings.find((each) => each.from <= now && now < each.until);
      const holder = inUse[0] ? classOf.get(inUse[0].audience) : openNow && classOf.get(openNow.audience);
      return {
        id: space.id,
        name: space.name,
        kind: space.kind,
        capacity: space.capacity,
        openings: openings.map((each) => ({ ...isoWindow(each), audience: each.audience })),
        handovers: handovers.filter((each) => each.spaceId === space.id).map(isoWindow),
        heldBy: holder?.code ?? null,
        bookedNow: inUse.length,
        arrivedNow: inUse.filter((b) => b.checkedInAt !== null).length,
      };
    }),
    closures: closures.map((row) => ({
      id: row.id,
      ...isoWindow(row.during),
      spaceId: row.spaceId,
      reason: row.reason,
    })),
    peopleNow:
      people.length === 0
        ? null
        : Math.max(
            0,
            people.reduce((sum, reading) => sum + reading.value, 0),
          ),
    bridge: bridge && {
      id: bridge.id,
      status: bridge.status,
      lastSeenAt: isoOrNull(bridge.lastSeenAt),
      clockTrust: bridge.clockTrust,
      softwareVersion: bridge.softwareVersion,
    },
    doors: doors.map((door) => ({
      id: door.id,
      name: door.name,
      isEntrance: door.isEntrance,
      spaceIds: door.spaceIds,
    })),
    devices: devices.map((device) => ({
      id: device.id,
      name: device.name,
      kind: device.kind,
      doorId: device.doorId,
      spaceId: device.spaceId,
      state: device.state,
      batteryPercent: device.batteryPercent,
      isOnline: device.isOnline,
      lastSeenAt: isoOrNull(device.lastSeenAt),
    })),
    events: events.map((event) => ({
      id: `${event.bridgeId}:${event.journalEpoch}:${event.sequence}`,
      kind: event.kind,
      granted: event.isGranted,
      reason: event.reason,
      credentialKind: event.credentialKind,
      doorName: event.doorName,
      memberName: event.memberName,
      bookingId: event.bookingId,
      occurredAt: iso(event.occurredAt),
    })),
  });
}
