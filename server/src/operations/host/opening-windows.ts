import { createHash } from 'node:crypto';
import {
  advanceSchedule,
  insertTemplate,
  listAudiences,
  listSpaces,
  notifyLive,
  replaceTemplateWindows,
} from '@mitoyen/db/queries';
import { checkTemplate, minutesOf, type ScheduleTemplate, type TemplateWindow, type Weekday } from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';
import { loadSite } from './load-site.ts';

export interface WeeklyWindow {
  readonly weekday: number;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly audience: string;
  readonly spaceId: string | null;
}

/** The usual week: the template of the whole site that always holds. */
const usualWeek = (schedule: SiteSchedule): ScheduleTemplate | undefined =>
  schedule.schedule.templates.find(({ period, spaceIds }) => period.kind === 'always' && spaceIds === null);

const weeklyWindows = (template: ScheduleTemplate | undefined): WeeklyWindow[] =>
  (template?.windows ?? [])
    .filter((window): window is TemplateWindow & { weekday: Weekday } => window.weekday !== null)
    .map(({ weekday, startsAt, endsAt, audience, spaceId }) => ({ weekday, startsAt, endsAt, audience, spaceId }))
    .sort((a, b) => a.weekday - b.weekday || (a.startsAt < b.startsAt ? -1 : a.startsAt > b.startsAt ? 1 : 0));

/** Names the state of a week: a host who saves over somebody else's change is told instead. */
const versionOf = (items: readonly WeeklyWindow[]): string =>
  createHash('sha256').update(JSON.stringify(items)).digest('base64url').slice(0, 22);

async function week({ tx, networkId, now, services }: Context, siteId: string) {
  const [schedule, spaces] = await Promise.all([
    services.schedules.fresh(tx, networkId, siteId, now),
    listSpaces(tx, networkId, [siteId]),
  ]);
  const items = schedule === null ? [] : weeklyWindows(usualWeek(schedule));
  return { version: versionOf(items), items, spaces: spaces.map((space) => ({ id: space.id, name: space.name })) };
}

/** The week of a site, as its host edits it. */
export async function getOpeningWindows(context: Context, slug: string) {
  const site = await loadSite(context, slug, 'site.observe');
  return site.ok ? ok(await week(context, site.value.id)) : site;
}

/**
 * Replaces the usual week of a site. Bookings that were made stay; the doors follow the new hours.
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
  await advanceSchedule(tx, networkId, site.id);
  const [schedule, audiences] = await Promise.all([
    services.schedules.fresh(tx, networkId, site.id, now),
    listAudiences(tx, networkId),
  ]);
  if (schedule === null) return refuse('not_found');
  const before = usualWeek(schedule);
  if (versionOf(weeklyWindows(before)) !== input.version) return refuse('schedule.changed_meanwhile');

  const audienceIds = new Map(audiences.map((audience) => [audience.code, audience.id]));
  const spaceIds = new Set(schedule.schedule.spaces.map((space) => space.id));
  const errors: { path: string; message: string }[] = [];
  const windows = input.items.map((item, index): TemplateWindow => {
    const path = `body/items/${index}`;
    if (!audienceIds.has(item.audience)) errors.push({ path: `${path}/audience`, message: 'unknown' });
    if (item.spaceId !== null && !spaceIds.has(item.spaceId))
      errors.push({ path: `${path}/spaceId`, message: 'unknown' });
    if (minutesOf(item.startsAt) >= minutesOf(item.endsAt))
      errors.push({ path: `${path}/endsAt`, message: 'not after startsAt' });
    return { ...item, weekday: item.weekday as Weekday, id: makeId(services, now) };
  });
  if (errors.length > 0) return refuse('request.invalid', { errors });
  const template: ScheduleTemplate = {
    id: before?.id ?? makeId(services, now),
    name: before?.name ?? 'Horaires',
    spaceIds: null,
    period: { kind: 'always' },
    validFrom: null,
    validUntil: null,
    windows,
  };
  const checked = checkTemplate(template, schedule.schedule.spaces);
  if (!checked.ok) {
    const ids = checked.detail?.[0]?.windowIds ?? [];
    const clash = input.items.filter((_, index) => ids.includes(windows[index]?.id ?? ''));
    return refuse('schedule.overlap', { windows: clash });
  }
  if (before === undefined) {
    const { id, name, period } = template;
    await insertTemplate(tx, { networkId, id, siteId: site.id, name, period, createdAt: now });
  }
  await replaceTemplateWindows(
    tx,
    networkId,
    template.id,
    windows.map((window, position) => ({
      networkId,
      id: window.id,
      siteId: site.id,
      templateId: template.id,
      spaceId: window.spaceId,
      audienceId: audienceIds.get(window.audience) as string,
      weekday: window.weekday,
      startsAtMinute: minutesOf(window.startsAt),
      endsAtMinute: minutesOf(window.endsAt),
      position,
    })),
  );
  await requestGrants(context, site.id);
  await notifyLive(tx, { networkId, siteId: site.id, kind: 'schedule' });
  return ok(await week(context, site.id));
}
