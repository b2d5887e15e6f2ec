import { findSite, type SiteRecord } from '@mitoyen/db/queries';
import { type Action, may } from '../../authorisation.ts';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';

/** A site that the caller may do `action` to. Refusals: `not_found`; `auth.forbidden` for another structure's (places are public). */
export async function loadSite(
  context: Context,
  slug: string,
  action: Action,
): Promise<Result<Omit<SiteRecord, 'distanceKm'>>> {
  const site = await findSite(context.tx, context.networkId, { slug });
  if (site === null) return refuse('not_found');
  if (!may(context.actor, action, { structureId: site.structureId })) return refuse('auth.forbidden');
  return ok(site);
}
