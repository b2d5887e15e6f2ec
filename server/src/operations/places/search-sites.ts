import { searchText } from '@mitoyen/db';
import { findCommunes, listAudiences, listSites } from '@mitoyen/db/queries';
import {
  addDays,
  contains,
  dayWindow,
  localDateOf,
  localRange,
  normalise,
  overlaps,
  type Window,
} from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { isoWindow } from '../views.ts';
import { seatsLeft } from './seats-left.ts';
import { bookerOf, hoursOnDate, loadSiteFacts, seesHours, siteDayOf, tariffOf } from './site-facts.ts';

export interface SiteSearch {
  readonly q?: string;
  /** INSEE code: places of the commune, and those around it when `withinKm` is given. */
  readonly commune?: string;
  readonly lat?: number;
  readonly lon?: number;
  readonly withinKm?: number;
  readonly date?: string;
  readonly from?: string;
  readonly until?: string;
  readonly kind?: 'desk' | 'room' | 'video' | 'seats';
  readonly audience?: string;
  readonly page: number;
}

const PAGE_SIZE = 20;
/** A search looks at so many places at most; a network with more answers by distance or name first. */
const MOST_SITES = 500;
/** The zone in which "today" is meant before a place is known. */
const DEFAULT_ZONE = 'Europe/Paris';

/**
 * Places that serve an audience, with what is free there on a date (today by default), during given hours if any. Places with
 * something free come first; within that, nearest first where a place was named, by name otherwise.
 */
export async function searchSites(context: Context, search: SiteSearch) {
  const { tx, networkId, now, actor } = context;
  const audienceCode = search.audience ?? 'professional';
  const audience = (await listAudiences(tx, networkId)).find(({ code }) => code === audienceCode);
  if (audience === undefined)
    return refuse('request.invalid', { errors: [{ path: 'querystring/audience', message: 'unknown' }] });
  const centre = await centreOf(context, search);
  if (!centre.ok) return centre;
  const date = search.date ?? localDateOf(now, DEFAULT_ZONE);
  const near = centre.value && { ...centre.value, withinKm: search.withinKm ?? 30 };
  const sites = await listSites(
    tx,
    networkId,
    {
      isListed: true,
      ...(search.q && { text: searchText(search.q) }),
      ...(near ? { near } : search.commune ? { inseeCode: search.commune } : {}),
      ...(search.kind && { resourceKind: search.kind }),
    },
    MOST_SITES,
  );

  const whole = {
    from: dayWindow(addDays(date, -1), DEFAULT_ZONE).from,
    until: dayWindow(addDays(date, 1), DEFAULT_ZONE).until,
  };
  const facts = await loadSiteFacts(
    context,
    sites.map((site) => site.id),
    whole,
    new Map(sites.map((site) => [site.id, site.scheduleRevision])),
  );
  const booker = bookerOf(audience, actor);
  const isVisible = seesHours(audience, actor);
  const found = sites.map((site) => {
    const ofSite = facts.get(site.id);
    const zone = site.timeZone;
    const resources = ofSite?.resources ?? [];
    const wanted = resources.filter((resource) => search.kind === undefined || resource.kind === search.kind);
    const day = ofSite === undefined ? [] : siteDayOf(ofSite, { date, resources: wanted, booker, now });
    const asked = search.from && search.until ? localRange(date, search.from, search.until, zone) : null;
    const isFree = (free: readonly Window[]) =>
      asked ? contains(free, asked) : free.some((window) => window.until > now);
    // Of the hours that are asked for, as many as stay free throughout; of the day, as many as are free at its best time.
    const seatsFree = (rooms: readonly (Window & { readonly left: number })[]) => {
      if (asked === null) return Math.max(0, ...rooms.filter(({ until }) => until > now).map(({ left }) => left));
      return Math.min(...rooms.filter((room) => overlaps(room, asked)).map(({ left }) => left));
    };
    const hours = ofSite === undefined || !isVisible ? [] : hoursOnDate(ofSite, date, now).windows;
    const openToday = normalise(hours.filter((window) => window.audience === audience.code));
    const prices = wanted.map((resource) => tariffOf(resource)?.hourMinor).filter((price) => price != null);
    const cheapest = prices.length === 0 ? null : Math.min(...prices);
    return {
      id: site.id,
      slug: site.slug,
      name: site.name,
      structureName: site.structureName,
      labels: site.structureLabels,
      programmes: site.programmes,
      commune: site.commune,
      departement: site.departement,
      postalCode: site.postalCode,
      latitude: site.latitude,
      longitude: site.longitude,
      timeZone: zone,
      distanceKm: site.distanceKm === null ? null : Math.round(site.distanceKm * 10) / 10,
      freeCount: day.reduce((sum, { free }, index) => {
        const resource = wanted[index];
        if (resource === undefined || ofSite === undefined || !isFree(free)) return sum;
        return sum + (resource.kind === 'seats' ? seatsFree(seatsLeft(ofSite, resource, free)) : 1);
      }, 0),
      totalCount: wanted.reduce((sum, { kind, capacity }) => sum + (kind === 'seats' ? capacity : 1), 0),
      fromPrice: cheapest === null ? null : { minor: cheapest, currency: resources[0]?.currency ?? 'EUR' },
      openOnDate: openToday.map(isoWindow),
      isDemo: site.isDemo,
    };
  });
  // Stable: the database's order (distance or name) holds within each group.
  found.sort((a, b) => Number(b.freeCount > 0) - Number(a.freeCount > 0));
  const pageCount = Math.ceil(found.length / PAGE_SIZE);
  return ok({
    date,
    audience: audience.code,
    items: found.slice((search.page - 1) * PAGE_SIZE, search.page * PAGE_SIZE),
    page: search.page,
    pageCount,
    total: found.length,
  });
}

async function centreOf(
  { tx, networkId }: Context,
  search: SiteSearch,
): Promise<Result<{ latitude: number; longitude: number } | null>> {
  if (search.lat !== undefined && search.lon !== undefined) return ok({ latitude: search.lat, longitude: search.lon });
  if (search.commune === undefined || search.withinKm === undefined) return ok(null);
  const commune = (await findCommunes(tx, networkId, '', 2_000)).find(({ inseeCode }) => inseeCode === search.commune);
  return commune === undefined ? refuse('not_found') : ok(commune);
}
