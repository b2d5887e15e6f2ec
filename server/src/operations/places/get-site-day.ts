import { findSite, listAudiences } from '@mitoyen/db/queries';
import { classesMayMeet, dayWindow, expandOpening, siteDay } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, refuse } from '../../problems.ts';
import { iso, isoWindow } from '../views.ts';
import { loadSiteFacts } from './site-facts.ts';

export interface SiteDayQuery {
  readonly slug: string;
  readonly date: string;
  readonly audience?: string;
  readonly kind?: 'desk' | 'room' | 'video';
}

/** One local day of a place: its resources against time, for one audience. Refusals: `not_found`, `request.invalid`. */
export async function getSiteDay({ tx, networkId, now }: Context, query: SiteDayQuery) {
  const [site, audiences] = await Promise.all([
    findSite(tx, networkId, { slug: query.slug }),
    listAudiences(tx, networkId),
  ]);
  if (site === null) return refuse('not_found');
  const audience = audiences.find(({ code }) => code === (query.audience ?? 'professional'));
  if (audience === undefined)
    return refuse('request.invalid', { errors: [{ path: 'querystring/audience', message: 'unknown' }] });
  const zone = site.timeZone;
  const day = dayWindow(query.date, zone);
  const facts = (await loadSiteFacts(tx, networkId, [site.id], day, now)).get(site.id);
  if (facts === undefined) return refuse('not_found');
  const resources = facts.resources.filter((resource) => query.kind === undefined || resource.kind === query.kind);
  const days = siteDay({
    date: query.date,
    zone,
    resources: resources.map((resource) => resource.facts),
    rules: facts.rules,
    closures: facts.closures,
    busy: facts.busy,
    audience,
  });
  const openings = expandOpening(
    facts.rules,
    facts.spaces.map((space) => space.id),
    query.date,
    zone,
  );
  const spaceNames = new Map(facts.spaces.map((space) => [space.id, space.name]));
  const byId = new Map(days.map((each) => [each.resourceId, each]));
  return ok({
    date: query.date,
    timeZone: zone,
    dayFrom: iso(day.from),
    dayUntil: iso(day.until),
    now: iso(now),
    audience: audience.code,
    closures: facts.closures
      .filter((closure) => closure.from < day.until && closure.until > day.from)
      .map((closure) => ({ ...isoWindow(closure), spaceId: closure.spaceId, reason: closure.reason })),
    resources: resources.map((resource) => {
      const own = byId.get(resource.id);
      return {
        id: resource.id,
        name: resource.name,
        kind: resource.kind,
        spaceId: resource.spaceId,
        spaceName: spaceNames.get(resource.spaceId) ?? '',
        open: (own?.open ?? []).map(isoWindow),
        free: (own?.free ?? []).map(isoWindow),
        busy: (own?.busy ?? []).map(isoWindow),
        otherUse: (own?.otherUse ?? []).map(isoWindow),
        otherAudiences: openings
          .filter((o) => o.spaceId === resource.spaceId && o.audience !== audience.code && !audience.isStaff)
          .map((o) => ({
            ...isoWindow(o),
            audience: o.audience,
            mayMeet: classesMayMeet(o.audienceClass, audience.audienceClass),
          })),
      };
    }),
  });
}
