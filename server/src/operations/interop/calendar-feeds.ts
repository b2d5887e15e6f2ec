import {
  findFeed,
  findFeedByToken,
  findSite,
  insertFeed,
  listAudiences,
  listBookingsOfSite,
  listFeeds,
  listSites,
  listSpaces,
  noteFeedFetched,
  revokeFeed,
  type SiteRecord,
} from '@mitoyen/db/queries';
import ical, { type ICalCalendar, ICalEventStatus, ICalEventTransparency } from 'ical-generator';
import { may } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { hashToken, newToken } from '../accounts/tokens.ts';
import { loadSite } from '../host/load-site.ts';
import { iso, isoOrNull } from '../views.ts';
import { visibleHours } from './site-hours.ts';

/** A calendar shows the next weeks; programs ask again. */
const FEED_DAYS = 92;
const DAY_MS = 86_400_000;
const MOST_SITES = 200;

export interface FeedScope {
  /** Null: every site of the structure. */
  readonly siteId: string | null;
  readonly spaceId: string | null;
  /** Null: every audience. */
  readonly audience: string | null;
}

/**
 * The opening hours of a place as iCalendar, for anybody: one event for each window, of one space or audience where it is named.
 * Refusal: `not_found`.
 */
export async function getHoursCalendar(
  context: Context,
  slug: string,
  scope: { spaceId: string | null; audience: string | null },
): Promise<Result<string>> {
  const site = await findSite(context.tx, context.networkId, { slug });
  if (site === null) return refuse('not_found');
  const calendar = newCalendar(context, site.name);
  const found = await addHours(context, calendar, site, scope);
  return found ? ok(calendar.toString()) : refuse('not_found');
}

/**
 * What a secret address gives: the hours of its scope and, where it was made so, the bookings in them with their members' names. Dies
 * when it is revoked, and when who made it no longer works for the structure. Refusal: `not_found`.
 */
export async function getFeed(context: Context, token: string): Promise<Result<string>> {
  const { tx, networkId, now } = context;
  const feed = await findFeedByToken(tx, networkId, hashToken(token));
  if (feed === null) return refuse('not_found');
  const sites = await listSites(tx, networkId, { structureIds: [feed.structureId] }, MOST_SITES);
  const audience = (await listAudiences(tx, networkId)).find(({ id }) => id === feed.audienceId)?.code ?? null;
  const calendar = newCalendar(context, feed.name);
  for (const site of sites) {
    if (feed.siteId !== null && site.id !== feed.siteId) continue;
    await addHours(context, calendar, site, { spaceId: feed.spaceId, audience });
    if (!feed.withBookings) continue;
    const window = { from: now - DAY_MS, until: now + FEED_DAYS * DAY_MS };
    for (const booking of await listBookingsOfSite(tx, networkId, site.id, window, ['confirmed', 'checked_in'])) {
      if (feed.spaceId !== null && booking.spaceId !== feed.spaceId) continue;
      if (audience !== null && booking.audience !== audience) continue;
      calendar.createEvent({
        id: `booking-${booking.id}@mitoyen`,
        sequence: booking.revision,
        stamp: new Date(now),
        start: new Date(booking.startsAt),
        end: new Date(booking.endsAt),
        summary: `${booking.memberName} · ${booking.resourceName}`,
        location: `${booking.spaceName}, ${booking.siteName}, ${booking.siteCommune}`,
        description: booking.reference,
        status: ICalEventStatus.CONFIRMED,
      });
    }
  }
  await noteFeedFetched(tx, networkId, feed.id, now);
  return ok(calendar.toString());
}

/** The secret calendars of a site's structure that still answer. */
export async function listSiteFeeds(context: Context, slug: string) {
  const { tx, networkId } = context;
  const loaded = await loadSite(context, slug, 'site.operate');
  if (!loaded.ok) return loaded;
  const [feeds, audiences] = await Promise.all([
    listFeeds(tx, networkId, loaded.value.structureId),
    listAudiences(tx, networkId),
  ]);
  return ok({
    items: feeds.map((feed) => ({
      id: feed.id,
      name: feed.name,
      siteId: feed.siteId,
      spaceId: feed.spaceId,
      audience: audiences.find(({ id }) => id === feed.audienceId)?.code ?? null,
      withBookings: feed.withBookings,
      createdAt: iso(feed.createdAt),
      lastFetchedAt: isoOrNull(feed.lastFetchedAt),
      isMine: feed.accountId === signedIn(context).accountId,
    })),
  });
}

/**
 * Makes a secret address for a calendar; it is shown once. Refusals: `not_found`, `auth.forbidden`, `request.invalid` (a space or
 * audience that is not there).
 */
export async function createFeed(
  context: Context,
  slug: string,
  input: {
    name: string;
    scope: 'space' | 'site' | 'structure';
    spaceId: string | null;
    audience: string | null;
    withBookings: boolean;
  },
): Promise<Result<{ id: string; url: string }>> {
  const { tx, networkId, now, services } = context;
  const loaded = await loadSite(context, slug, 'site.operate');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const spaceId = input.scope === 'space' ? input.spaceId : null;
  const errors: { path: string; message: string }[] = [];
  const spaces = await listSpaces(tx, networkId, [site.id]);
  if (input.scope === 'space' && !spaces.some(({ id }) => id === spaceId))
    errors.push({ path: 'body/spaceId', message: 'unknown' });
  const audience =
    input.audience === null ? null : (await listAudiences(tx, networkId)).find(({ code }) => code === input.audience);
  if (audience === undefined) errors.push({ path: 'body/audience', message: 'unknown' });
  if (errors.length > 0) return refuse('request.invalid', { errors });
  const token = newToken(services.random);
  const id = makeId(services, now);
  await insertFeed(tx, {
    networkId,
    id,
    accountId: signedIn(context).accountId,
    name: input.name,
    structureId: site.structureId,
    siteId: input.scope === 'structure' ? null : site.id,
    spaceId,
    audienceId: audience?.id ?? null,
    withBookings: input.withBookings,
    tokenHash: hashToken(token),
    createdAt: now,
  });
  return ok({ id, url: `${services.config.publicUrl}/api/v1/calendar-feeds/${token}` });
}

/** Ends a secret address; ended already: no refusal. Refusals: `not_found`, `auth.forbidden`. */
export async function endFeed(context: Context, id: string): Promise<Result<null>> {
  const { tx, networkId, now, actor } = context;
  const feed = await findFeed(tx, networkId, id);
  if (feed === null) return refuse('not_found');
  if (!may(actor, 'site.operate', { structureId: feed.structureId })) return refuse('auth.forbidden');
  await revokeFeed(tx, networkId, id, now);
  return ok(null);
}

function newCalendar({ locale }: Context, name: string): ICalCalendar {
  const language = locale === 'fr' ? 'FR' : 'EN';
  // How often a program may as well ask: hours change seldom.
  return ical({ prodId: { company: 'Mitoyen', product: 'Mitoyen', language }, name, ttl: 4 * 3600 });
}

/** False when the space is not one of the site's. */
async function addHours(
  context: Context,
  calendar: ICalCalendar,
  site: Omit<SiteRecord, 'distanceKm'>,
  scope: { spaceId: string | null; audience: string | null },
): Promise<boolean> {
  const { tx, networkId, now, locale, services } = context;
  const [hours, spaces] = await Promise.all([
    visibleHours(context, site, FEED_DAYS),
    listSpaces(tx, networkId, [site.id]),
  ]);
  if (hours === null) return false;
  const names = new Map(spaces.map(({ id, name }) => [id, name]));
  if (scope.spaceId !== null && !names.has(scope.spaceId)) return false;
  const audienceNames = new Map(
    hours.audiences.map((audience) => [audience.code, locale === 'fr' ? audience.nameFr : audience.nameEn]),
  );
  for (const window of hours.windows) {
    if (scope.spaceId !== null && window.spaceId !== scope.spaceId) continue;
    if (scope.audience !== null && window.audience !== scope.audience) continue;
    calendar.createEvent({
      // The same window keeps its name as long as it begins when it did.
      id: `hours-${window.ruleId}-${window.spaceId}-${window.from}@mitoyen`,
      stamp: new Date(now),
      start: new Date(window.from),
      end: new Date(window.until),
      summary: `${audienceNames.get(window.audience) ?? window.audience} · ${names.get(window.spaceId) ?? ''}`,
      location: `${site.name}, ${site.commune}`,
      url: `${services.config.publicUrl}/lieux/${site.slug}`,
      // Being open keeps nobody's time.
      transparency: ICalEventTransparency.TRANSPARENT,
    });
  }
  return true;
}
