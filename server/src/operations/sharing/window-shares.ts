import {
  advanceSchedule,
  deleteWindowShare,
  findSiteOfSharing,
  listStructureNames,
  listTariffNames,
  loadScheduleRows,
  putWindowShare,
} from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { ShareInput } from '../../routes/sharing/schemas.ts';
import { loadSite } from '../host/load-site.ts';
import { chosenWindows, sharingChanged } from './release-rules.ts';

/**
 * Lets a partner structure book in windows of the site for its own public. Refusals: `not_found`, `auth.forbidden`,
 * `sharing.window_unknown`, `sharing.partner_unknown`, `sharing.tariff_unknown`.
 */
export async function putShare(context: Context, slug: string, id: string, input: ShareInput): Promise<Result<null>> {
  const { tx, networkId, now } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const found = await findSiteOfSharing(tx, networkId, 'share', id);
  if (found !== null && found !== site.id) return refuse('not_found');
  await advanceSchedule(tx, networkId, site.id);
  const [rows, structures, tariffs] = await Promise.all([
    loadScheduleRows(tx, networkId, [site.id], now),
    listStructureNames(tx, networkId, [input.structureId]),
    listTariffNames(tx, networkId, site.structureId),
  ]);
  if (chosenWindows(rows, input.windowIds) === null) return refuse('sharing.window_unknown');
  if (input.structureId === site.structureId || structures.length === 0) return refuse('sharing.partner_unknown');
  if (input.tariffId !== null && !tariffs.some((tariff) => tariff.id === input.tariffId)) {
    return refuse('sharing.tariff_unknown');
  }
  const { structureId, tariffId } = input;
  const row = { networkId, id, siteId: site.id, structureId, tariffId, createdAt: now };
  await putWindowShare(tx, row, [...new Set(input.windowIds)]);
  await sharingChanged(context, site.id);
  return ok(null);
}

/** Refusals: `not_found`, `auth.forbidden`. What the partner has booked stays. */
export async function removeShare(context: Context, slug: string, id: string): Promise<Result<null>> {
  const { tx, networkId } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  await advanceSchedule(tx, networkId, loaded.value.id);
  if (!(await deleteWindowShare(tx, networkId, loaded.value.id, id))) return refuse('not_found');
  await sharingChanged(context, loaded.value.id);
  return ok(null);
}
