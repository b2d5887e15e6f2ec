import { listBridges, listSites } from '@mitoyen/db/queries';
import { type Context, signedIn } from '../../context.ts';
import { ok } from '../../problems.ts';
import { isoOrNull } from '../views.ts';

/** The sites that the caller works for: a host's structure's, all of them for a manager. */
export async function listHostSites(context: Context) {
  const { tx, networkId } = context;
  const { roles } = signedIn(context);
  const isManager = roles.some(({ role }) => role === 'manager');
  const structureIds = roles.flatMap(({ role, structureId }) => (role === 'host' && structureId ? [structureId] : []));
  const [sites, bridges] = await Promise.all([
    listSites(tx, networkId, isManager ? {} : { structureIds }, 1_000),
    listBridges(tx, networkId),
  ]);
  const bridgeOf = new Map(bridges.map((bridge) => [bridge.siteId, bridge]));
  return ok({
    items: sites.map((site) => ({
      id: site.id,
      slug: site.slug,
      name: site.name,
      commune: site.commune,
      structureName: site.structureName,
      bridge: bridgeOf.has(site.id)
        ? {
            status: bridgeOf.get(site.id)?.status ?? 'offline',
            lastSeenAt: isoOrNull(bridgeOf.get(site.id)?.lastSeenAt ?? null),
          }
        : null,
    })),
  });
}
