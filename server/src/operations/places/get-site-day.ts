import { findSite, listAudiences, listSpaces } from '@mitoyen/db/queries';
import { classesMayMeet, dayWindow, overlaps } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, refuse } from '../../problems.ts';
import { iso, isoWindow } from '../views.ts';
import { seatsLeft } from './seats-left.ts';
import { bookerOf, classesOf, hoursOnDate, loadSiteFacts, seesHours, siteDayOf } from './site-facts.ts';

export interface SiteDayQuery {
  readonly slug: string;
  readonly date: string;
  readonly audience?: string;
  readonly kind?: 'desk' | 'room' | 'video' | 'seats';
  /** How many people come: of seats, so many must be left. */
  readonly seats?: number;
}

/** One local day of a place: its resources against time, for one audience. Refusals: `not_found`, `request.invalid`. */
export async function getSiteDay(context: Context, query: SiteDayQuery) {
  const { tx, networkId, now, actor } = context;
  const [site, audiences] = await Promise.all([
    findSite(tx, networkId, { slug: query.slug }),
    listAudiences(tx, networkId),
  ]);
  if (site === null) return refuse('not_found');
  const audience = audiences.find(({ code }) => code === (query.audience ?? 'professional'));
  if (audience === undefined)
    return refuse('request.invalid', { errors: [{ path: 'querystring/audience', message: 'unknown' }] });
  const zone = site.timeZone;
  const { date } = query;
  const day = dayWindow(date, zone);
  const revisions = new Map([[site.id, site.scheduleRevision]]);
  const [found, spaces] = await Promise.all([
    loadSiteFacts(context, [site.id], day, revisions),
    listSpaces(tx, networkId, [site.id]),
  ]);
  const facts = found.get(site.id);
  if (facts === undefined) return refuse('not_found');
  const booker = bookerOf(audience, actor);
  const resources = facts.resources.filter((resource) => query.kind === undefined || resource.kind === query.kind);
  const days = siteDayOf(facts, { date, resources, booker, seats: query.seats, now });
  const hours = hoursOnDate(facts, date, now);
  const visible = new Set(audiences.filter((each) => seesHours(each, actor)).map(({ code }) => code));
  const ownClasses = classesOf(facts.schedule, audience.code);
  const spaceNames = new Map(spaces.map((space) => [space.id, space.name]));
  const byId = new Map(days.map((each) => [each.resourceId, each]));
  return ok({
    date,
    timeZone: zone,
    dayFrom: iso(day.from),
    dayUntil: iso(day.until),
    now: iso(now),
    audience: audience.code,
    closures: facts.schedule.schedule.closures
      .filter((closure) => overlaps(closure, day))
      .map((closure) => ({ ...isoWindow(closure), spaceId: closure.spaceId, reason: closure.reason })),
    resources: resources.map((resource) => {
      const own = byId.get(resource.id);
      const isHere = ({ spaceId }: { spaceId: string }) => spaceId === resource.spaceId;
      return {
        id: resource.id,
        name: resource.name,
        kind: resource.kind,
        capacity: resource.capacity,
        spaceId: resource.spaceId,
        spaceName: spaceNames.get(resource.spaceId) ?? '',
        open: (own?.open ?? []).map(isoWindow),
        free: (own?.free ?? []).map(isoWindow),
        busy: (own?.busy ?? []).map(isoWindow),
        otherUse: (own?.otherUse ?? []).map(isoWindow),
        seatsLeft:
          resource.kind === 'seats'
            ? seatsLeft(facts, resource, own?.open ?? []).map(({ left, ...window }) => ({ ...isoWindow(window), left }))
            : null,
        handovers: hours.handovers.filter(isHere).map(isoWindow),
        otherAudiences: hours.windows
          .filter((window) => isHere(window) && window.audience !== audience.code && !audience.isStaff)
          .filter((window) => visible.has(window.audience))
          .map((window) => ({
            ...isoWindow(window),
            audience: window.audience,
            mayMeet: classesMayMeet(window.audienceClass, ownClasses.get(window.spaceId) ?? ''),
          })),
      };
    }),
  });
}
