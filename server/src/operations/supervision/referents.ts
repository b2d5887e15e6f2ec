import {
  addReferent,
  deleteShift,
  findMember,
  insertShifts,
  listPresences,
  listReferents,
  listShifts,
  listSpaces,
  noteReferentArrived,
  noteReferentLeft,
  notifyLive,
  removeReferent,
} from '@mitoyen/db/queries';
import { addDays, localRange, REFERENT_STAYS_MS } from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { loadSite } from '../host/load-site.ts';
import { iso, isoOrNull } from '../views.ts';

const SHOWN_DAYS = 28;
const DAY_MS = 86_400_000;
/** A shift is repeated for a school year at most. */
const MOST_REPEATS = 53;

/** Who may be the referent of a site, when each is expected, and who is there. Refusals: `not_found`, `auth.forbidden`. */
export async function listSiteReferents(context: Context, slug: string) {
  const { tx, networkId, now } = context;
  const loaded = await loadSite(context, slug, 'site.observe');
  if (!loaded.ok) return loaded;
  const siteId = loaded.value.id;
  const [referents, shifts, presences] = await Promise.all([
    listReferents(tx, networkId, siteId),
    listShifts(tx, networkId, siteId, { from: now - DAY_MS, until: now + SHOWN_DAYS * DAY_MS }),
    listPresences(tx, networkId, siteId, now - REFERENT_STAYS_MS),
  ]);
  return ok({
    timeZone: loaded.value.timeZone,
    items: referents.map(({ memberId, displayName }) => {
      const latest = presences.find((presence) => presence.memberId === memberId);
      return {
        memberId,
        displayName,
        presentSince: latest !== undefined && latest.leftAt === null ? iso(latest.arrivedAt) : null,
      };
    }),
    shifts: shifts.map((shift) => ({
      id: shift.id,
      memberId: shift.memberId,
      displayName: shift.displayName,
      spaceId: shift.spaceId,
      startsAt: iso(shift.startsAt),
      endsAt: iso(shift.endsAt),
    })),
    presences: presences.map((presence) => ({
      memberId: presence.memberId,
      displayName: presence.displayName,
      arrivedAt: iso(presence.arrivedAt),
      leftAt: isoOrNull(presence.leftAt),
      notedBy: presence.notedBy,
    })),
  });
}

/** Names a member as a referent of the site, or no longer. Refusals: `not_found`, `auth.forbidden`. */
export async function nameReferent(
  context: Context,
  slug: string,
  memberId: string,
  isNamed: boolean,
): Promise<Result<null>> {
  const { tx, networkId, now } = context;
  const loaded = await loadSite(context, slug, 'site.operate');
  if (!loaded.ok) return loaded;
  const siteId = loaded.value.id;
  if ((await findMember(tx, networkId, memberId)) === null) return refuse('not_found');
  if (isNamed) await addReferent(tx, { networkId, siteId, memberId, createdAt: now });
  else await removeReferent(tx, networkId, siteId, memberId);
  await requestGrants(context, siteId);
  return ok(null);
}

/**
 * Plans when a referent is there: one date, and every week after it until `repeatUntil` (included). Local wall times; on a day whose
 * clocks skip them nothing is planned. Refusals: `not_found` (also who is no referent here), `auth.forbidden`, `request.invalid`.
 */
export async function planShift(
  context: Context,
  slug: string,
  input: {
    memberId: string;
    spaceId: string | null;
    date: string;
    startsAt: string;
    endsAt: string;
    repeatUntil: string | null;
  },
): Promise<Result<{ ids: string[] }>> {
  const { tx, networkId, now, services } = context;
  const loaded = await loadSite(context, slug, 'site.operate');
  if (!loaded.ok) return loaded;
  const { id: siteId, timeZone } = loaded.value;
  const [referents, spaces] = await Promise.all([
    listReferents(tx, networkId, siteId),
    listSpaces(tx, networkId, [siteId]),
  ]);
  if (!referents.some(({ memberId }) => memberId === input.memberId)) return refuse('not_found');
  const errors: { path: string; message: string }[] = [];
  if (input.spaceId !== null && !spaces.some(({ id }) => id === input.spaceId))
    errors.push({ path: 'body/spaceId', message: 'unknown' });
  if (input.startsAt >= input.endsAt) errors.push({ path: 'body/endsAt', message: 'not after startsAt' });
  if (input.repeatUntil !== null && input.repeatUntil < input.date)
    errors.push({ path: 'body/repeatUntil', message: 'before date' });
  const dates: string[] = [];
  for (let date = input.date; date <= (input.repeatUntil ?? input.date); date = addDays(date, 7)) {
    if (dates.length === MOST_REPEATS) {
      errors.push({ path: 'body/repeatUntil', message: 'more than a year' });
      break;
    }
    dates.push(date);
  }
  if (errors.length > 0) return refuse('request.invalid', { errors });
  const rows = dates.flatMap((date) => {
    const range = localRange(date, input.startsAt, input.endsAt, timeZone);
    return range === null
      ? []
      : [
          {
            networkId,
            id: makeId(services, now),
            siteId,
            spaceId: input.spaceId,
            memberId: input.memberId,
            startsAt: range.from,
            endsAt: range.until,
            createdAt: now,
          },
        ];
  });
  await insertShifts(tx, rows);
  return ok({ ids: rows.map(({ id }) => id) });
}

/** Refusals: `not_found`, `auth.forbidden`. */
export async function cancelShift(context: Context, slug: string, id: string): Promise<Result<null>> {
  const loaded = await loadSite(context, slug, 'site.operate');
  if (!loaded.ok) return loaded;
  return (await deleteShift(context.tx, context.networkId, loaded.value.id, id)) ? ok(null) : refuse('not_found');
}

/**
 * A referent says that they are there, or that they leave; the doors follow within seconds. Said already: no refusal.
 * Refusals: `not_found` (also who is no referent here), `auth.forbidden`.
 */
export async function checkReferent(
  context: Context,
  slug: string,
  memberId: string,
  what: 'arrive' | 'leave',
): Promise<Result<null>> {
  const { tx, networkId, now, services } = context;
  const loaded = await loadSite(context, slug, 'site.operate');
  if (!loaded.ok) return loaded;
  const siteId = loaded.value.id;
  const referents = await listReferents(tx, networkId, siteId);
  if (what === 'arrive') {
    if (!referents.some((each) => each.memberId === memberId)) return refuse('not_found');
    const id = makeId(services, now);
    await noteReferentArrived(tx, { networkId, id, siteId, memberId, arrivedAt: now, notedBy: 'check_in' });
  } else await noteReferentLeft(tx, networkId, siteId, memberId, now);
  await requestGrants(context, siteId);
  await notifyLive(tx, { networkId, siteId, kind: 'booking' });
  return ok(null);
}

/** The referents of some local dates, as the planner draws them: planned, and there. */
export async function referentsBetween(
  { tx, networkId, now }: Context,
  siteId: string,
  window: { from: number; until: number },
) {
  const [shifts, presences] = await Promise.all([
    listShifts(tx, networkId, siteId, window),
    listPresences(tx, networkId, siteId, Math.max(window.from, now - 90 * DAY_MS)),
  ]);
  return [
    ...shifts.map((shift) => ({
      spaceId: shift.spaceId,
      name: shift.displayName,
      from: iso(shift.startsAt),
      until: iso(shift.endsAt),
      present: false,
    })),
    ...presences
      .filter(({ arrivedAt }) => arrivedAt < window.until)
      .map((presence) => ({
        spaceId: null,
        name: presence.displayName,
        from: iso(presence.arrivedAt),
        until: iso(
          presence.leftAt ?? Math.max(presence.arrivedAt, Math.min(now, presence.arrivedAt + REFERENT_STAYS_MS)),
        ),
        present: true,
      })),
  ];
}
