import {
  advanceSchedule,
  deleteReleaseRule,
  findSiteOfSharing,
  listAudiences,
  listTariffNames,
  loadScheduleRows,
  notifyLive,
  putReleaseRule,
  type ScheduleRows,
} from '@mitoyen/db/queries';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { ReleaseInput } from '../../routes/sharing/schemas.ts';
import { loadSite } from '../host/load-site.ts';
import { bringsTogether } from './never-together.ts';

/**
 * Writes a release rule: windows that are promised to their audience until so many hours before each, then released to another. What is
 * booked stays as it is. Refusals: `not_found`, `auth.forbidden`, `sharing.window_unknown`, `sharing.window_has_rule`,
 * `sharing.audience_unknown`, `sharing.released_to_itself`, `sharing.tariff_unknown`, `sharing.never_on_one_site`.
 */
export async function putRelease(
  context: Context,
  slug: string,
  id: string,
  input: ReleaseInput,
): Promise<Result<null>> {
  const { tx, networkId, now } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const found = await findSiteOfSharing(tx, networkId, 'release', id);
  if (found !== null && found !== site.id) return refuse('not_found');
  await advanceSchedule(tx, networkId, site.id);
  const [rows, audiences, tariffs] = await Promise.all([
    loadScheduleRows(tx, networkId, [site.id], now),
    listAudiences(tx, networkId),
    listTariffNames(tx, networkId, site.structureId),
  ]);
  const windows = chosenWindows(rows, input.windowIds);
  if (windows === null) return refuse('sharing.window_unknown');
  const audience = audiences.find(({ code }) => code === input.releasedTo);
  if (audience === undefined || audience.isStaff || audience.archivedAt !== null) {
    return refuse('sharing.audience_unknown');
  }
  if (windows.some(({ audienceId }) => audienceId === audience.id)) return refuse('sharing.released_to_itself');
  const chosen = new Set(input.windowIds);
  if (rows.releaseWindows.some((link) => link.ruleId !== id && chosen.has(link.windowId))) {
    return refuse('sharing.window_has_rule');
  }
  if (input.tariffId !== null && !tariffs.some((tariff) => tariff.id === input.tariffId)) {
    return refuse('sharing.tariff_unknown');
  }
  const row = {
    networkId,
    id,
    siteId: site.id,
    releasedToAudienceId: audience.id,
    hoursBefore: input.hoursBefore,
    tariffId: input.tariffId,
    createdAt: now,
  };
  const others = rows.releases.filter((rule) => rule.id !== id);
  const links = rows.releaseWindows.filter((link) => link.ruleId !== id);
  const own = [...chosen].map((windowId) => ({ networkId, siteId: site.id, ruleId: id, windowId }));
  const after = { ...rows, releases: [...others, row], releaseWindows: [...links, ...own] };
  if (bringsTogether(context, rows, after)) return refuse('sharing.never_on_one_site');
  await putReleaseRule(tx, row, [...chosen]);
  await sharingChanged(context, site.id);
  return ok(null);
}

/** Refusals: `not_found`, `auth.forbidden`. What was booked in released hours stays. */
export async function removeRelease(context: Context, slug: string, id: string): Promise<Result<null>> {
  const { tx, networkId } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  await advanceSchedule(tx, networkId, loaded.value.id);
  if (!(await deleteReleaseRule(tx, networkId, loaded.value.id, id))) return refuse('not_found');
  await sharingChanged(context, loaded.value.id);
  return ok(null);
}

/** Windows of the site's templates by id; null when one is not there. */
export function chosenWindows(rows: ScheduleRows, ids: readonly string[]): ScheduleRows['windows'] | null {
  const known = new Map(rows.windows.map((window) => [window.id, window]));
  const found = [...new Set(ids)].map((id) => known.get(id));
  return found.every((window) => window !== undefined) ? found : null;
}

/** Doors and whoever looks at the site learn of other hours. */
export async function sharingChanged(context: Context, siteId: string): Promise<void> {
  await requestGrants(context, siteId);
  await notifyLive(context.tx, { networkId: context.networkId, siteId, kind: 'schedule' });
}
