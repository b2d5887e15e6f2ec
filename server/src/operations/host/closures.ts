import { listClosures } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { ok } from '../../problems.ts';
import { isoWindow } from '../views.ts';
import { loadSite } from './load-site.ts';

const YEAR_MS = 366 * 24 * 3_600_000;

/** Closures of a site that have not ended, for a year ahead. */
export async function listSiteClosures(context: Context, slug: string) {
  const { tx, networkId, now } = context;
  const site = await loadSite(context, slug, 'site.observe');
  if (!site.ok) return site;
  const rows = await listClosures(tx, networkId, [site.value.id], { from: now, until: now + YEAR_MS });
  return ok({
    items: rows.map((row) => ({ id: row.id, ...isoWindow(row.during), spaceId: row.spaceId, reason: row.reason })),
  });
}
