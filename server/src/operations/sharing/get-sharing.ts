import {
  findNetworkCurrency,
  listAgreements,
  listSharesOfPartners,
  listSpaces,
  listStructureNames,
  listTariffNames,
} from '@mitoyen/db/queries';
import { addDays, HOUR_MS, localDateOf } from '@mitoyen/domain';
import { may } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { AgreementsBody, SharingBody } from '../../routes/sharing/schemas.ts';
import { hoursOf } from '../../schedule/hours.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';
import { loadSite } from '../host/load-site.ts';
import { iso, isoWindow } from '../views.ts';
import { agreementView, loadSharingFacts, plannedWindows, shareView } from './views.ts';

/** How far ahead the windows of a rule are shown, with the hour at which each is released. */
const RELEASE_DAYS = 14;

/**
 * Who else may use the hours of a site: rules of release, shares and agreements, with what there is to choose from. Refusals:
 * `not_found`, `auth.forbidden`.
 */
export async function getSharing(context: Context, slug: string): Promise<Result<SharingBody>> {
  const { tx, networkId, actor } = context;
  const loaded = await loadSite(context, slug, 'schedule.read');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const [facts, agreements, structures, tariffs, spaces, currency] = await Promise.all([
    loadSharingFacts(context, [site.id]),
    listAgreements(tx, networkId, { siteIds: [site.id] }),
    listStructureNames(tx, networkId),
    listTariffNames(tx, networkId, site.structureId),
    listSpaces(tx, networkId, [site.id]),
    findNetworkCurrency(tx, networkId),
  ]);
  const schedule = facts.schedules.get(site.id);
  if (schedule === undefined) return refuse('not_found');
  const nameOf = new Map(structures.map(({ id, name }) => [id, name]));
  const tariffOf = new Map(tariffs.map(({ id, name }) => [id, { id, name }]));
  return ok({
    timeZone: site.timeZone,
    mayChange: may(actor, 'schedule.change', { structureId: site.structureId }),
    structure: { id: site.structureId, name: nameOf.get(site.structureId) ?? '' },
    releases: releaseViews(context, schedule, tariffOf),
    shares: schedule.shares.map((share) =>
      shareView(
        context,
        {
          id: share.id,
          structureId: share.structureId,
          partnerName: nameOf.get(share.structureId) ?? '',
          siteId: site.id,
          siteSlug: site.slug,
          siteName: site.name,
          timeZone: site.timeZone,
          hostStructureId: site.structureId,
          hostName: nameOf.get(site.structureId) ?? '',
          tariffId: share.tariffId,
          tariffName: share.tariffId === null ? null : (tariffOf.get(share.tariffId)?.name ?? null),
        },
        facts,
      ),
    ),
    agreements: agreements.map((record) => agreementView(context, record, facts)),
    options: {
      spaces: spaces.map(({ id, name }) => ({ id, name })),
      windows: plannedWindows(schedule),
      tariffs: tariffs.map(({ id, name }) => ({ id, name })),
      structures: structures.filter(({ id }) => id !== site.structureId),
      currency,
    },
  });
}

function releaseViews(
  { now }: Context,
  schedule: SiteSchedule,
  tariffOf: ReadonlyMap<string, { id: string; name: string }>,
): SharingBody['releases'] {
  const from = localDateOf(now, schedule.schedule.zone);
  // As planned, before anything is released: every rule then shows all of its windows.
  const asPlanned = { ...schedule, releases: [], shares: [] };
  const planned = hoursOf(asPlanned, { from, until: addDays(from, RELEASE_DAYS) }, [], now).windows;
  return schedule.releases.map(({ id, windowIds, releasedTo, hoursBefore, tariffId }) => ({
    id,
    windowIds: [...windowIds],
    releasedTo,
    hoursBefore,
    tariff: tariffId === null ? null : (tariffOf.get(tariffId) ?? null),
    ahead: planned
      .filter(({ ruleId, until }) => windowIds.includes(ruleId) && until > now)
      .sort((a, b) => a.from - b.from)
      .map((window) => ({
        spaceId: window.spaceId,
        ...isoWindow(window),
        audience: window.audience,
        releasesAt: iso(window.from - hoursBefore * HOUR_MS),
        isReleased: window.from - hoursBefore * HOUR_MS <= now,
      })),
  }));
}

/**
 * What the caller's structures have lent and borrowed: all agreements in which one of them takes part, and the shares they hold at
 * others' places. A manager sees every agreement of the network.
 */
export async function listMyAgreements(context: Context): Promise<Result<AgreementsBody>> {
  const { tx, networkId } = context;
  const { roles } = signedIn(context);
  const mine = roles.flatMap(({ role, structureId }) => (role === 'host' && structureId !== null ? [structureId] : []));
  const isManager = roles.some(({ role }) => role === 'manager');
  const [structures, agreements, shares] = await Promise.all([
    listStructureNames(tx, networkId, mine),
    listAgreements(tx, networkId, isManager ? {} : { structureIds: mine }),
    listSharesOfPartners(tx, networkId, mine),
  ]);
  const facts = await loadSharingFacts(context, [
    ...agreements.map(({ siteId }) => siteId),
    ...shares.map(({ siteId }) => siteId),
  ]);
  const nameOf = new Map(structures.map(({ id, name }) => [id, name]));
  return ok({
    structures,
    items: agreements.map((record) => agreementView(context, record, facts)),
    shares: shares.map((record) =>
      shareView(context, { ...record, partnerName: nameOf.get(record.structureId) ?? '' }, facts),
    ),
  });
}
