import { createHash } from 'node:crypto';
import {
  listAudiences,
  listOpeningWindows,
  listSpaces,
  lockSchedule,
  notifyLive,
  replaceOpeningWindows,
} from '@mitoyen/db/queries';
import { classesMayMeet, minutesOf } from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { timeOfMinutes } from '../places/site-facts.ts';
import { loadSite } from './load-site.ts';

export interface WeeklyWindow {
  readonly weekday: number;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly audience: string;
  readonly spaceId: string | null;
}

type Row = Awaited<ReturnType<typeof listOpeningWindows>>[number];

const weeklyWindow = (row: Row): WeeklyWindow => ({
  weekday: row.weekday,
  startsAt: timeOfMinutes(row.startsAtMinute),
  endsAt: timeOfMinutes(row.endsAtMinute),
  audience: row.audience,
  spaceId: row.spaceId,
});

/** Names the state of a week: a host who saves over somebody else's change is told instead. */
const versionOf = (rows: readonly Row[]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows.map((row) => [row.id, weeklyWindow(row)])))
    .digest('base64url')
    .slice(0, 22);

async function week(context: Context, siteId: string) {
  const { tx, networkId } = context;
  const [rows, spaces] = await Promise.all([
    listOpeningWindows(tx, networkId, [siteId]),
    listSpaces(tx, networkId, [siteId]),
  ]);
  return {
    version: versionOf(rows),
    items: rows.map(weeklyWindow),
    spaces: spaces.map((space) => ({ id: space.id, name: space.name })),
  };
}

/** The week of a site, as its host edits it. */
export async function getOpeningWindows(context: Context, slug: string) {
  const site = await loadSite(context, slug, 'site.observe');
  return site.ok ? ok(await week(context, site.value.id)) : site;
}

/**
 * Replaces the week of a site as a whole. Bookings that were made stay; the doors follow the new hours.
 * Refusals: `not_found`, `auth.forbidden`, `request.invalid` (a window that ends before it starts, an audience or space that is not
 * there), `schedule.overlap` (with the two windows), `schedule.changed_meanwhile`.
 */
export async function replaceWeek(
  context: Context,
  slug: string,
  input: { version: string; items: readonly WeeklyWindow[] },
): Promise<Result<Awaited<ReturnType<typeof week>>>> {
  const { tx, networkId, now, services } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  await lockSchedule(tx, networkId, site.id);
  const [before, audiences, spaces] = await Promise.all([
    listOpeningWindows(tx, networkId, [site.id]),
    listAudiences(tx, networkId),
    listSpaces(tx, networkId, [site.id]),
  ]);
  if (versionOf(before) !== input.version) return refuse('schedule.changed_meanwhile');

  const audienceOf = new Map(audiences.map((audience) => [audience.code, audience]));
  const spaceIds = new Set(spaces.map((space) => space.id));
  const errors: { path: string; message: string }[] = [];
  const windows = input.items.map((item, index) => {
    const path = `body/items/${index}`;
    const audience = audienceOf.get(item.audience);
    const from = minutesOf(item.startsAt);
    const until = minutesOf(item.endsAt);
    if (audience === undefined) errors.push({ path: `${path}/audience`, message: 'unknown' });
    if (item.spaceId !== null && !spaceIds.has(item.spaceId))
      errors.push({ path: `${path}/spaceId`, message: 'unknown' });
    if (from >= until) errors.push({ path: `${path}/endsAt`, message: 'not after startsAt' });
    return { index, item, audience, from, until };
  });
  if (errors.length > 0) return refuse('request.invalid', { errors });

  const clash = firstClash(windows);
  if (clash !== null) return refuse('schedule.overlap', { windows: clash });

  await replaceOpeningWindows(
    tx,
    networkId,
    site.id,
    windows.flatMap(({ item, audience, from, until }) =>
      audience === undefined
        ? []
        : [
            {
              networkId,
              id: makeId(services, now),
              siteId: site.id,
              spaceId: item.spaceId,
              audienceId: audience.id,
              weekday: item.weekday,
              startsAtMinute: from,
              endsAtMinute: until,
            },
          ],
    ),
  );
  await requestGrants(context, site.id);
  await notifyLive(tx, { networkId, siteId: site.id, kind: 'schedule' });
  return ok(await week(context, site.id));
}

interface Checked {
  readonly index: number;
  readonly item: WeeklyWindow;
  readonly audience: { readonly audienceClass: string; readonly code: string } | undefined;
  readonly from: number;
  readonly until: number;
}

/** Two windows that would put publics who may not meet in one space at one time, or say the same thing twice. */
function firstClash(windows: readonly Checked[]): [WeeklyWindow, WeeklyWindow] | null {
  const sorted = [...windows].sort((a, b) => a.item.weekday - b.item.weekday || a.from - b.from || a.index - b.index);
  for (const [position, a] of sorted.entries()) {
    for (let next = position + 1; next < sorted.length; next++) {
      const b = sorted[next] as Checked;
      if (b.item.weekday !== a.item.weekday || b.from >= a.until) break;
      const sameSpace = a.item.spaceId === null || b.item.spaceId === null || a.item.spaceId === b.item.spaceId;
      if (!sameSpace || a.audience === undefined || b.audience === undefined) continue;
      const isTwice = a.audience.code === b.audience.code;
      if (isTwice || !classesMayMeet(a.audience.audienceClass, b.audience.audienceClass)) return [a.item, b.item];
    }
  }
  return null;
}
