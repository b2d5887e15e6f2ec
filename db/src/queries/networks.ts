import { asc } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import { networks } from '../schema/index.ts';

/** The register of networks: a few rows, readable without being in a network. */
export async function listNetworks(db: Tx) {
  return db
    .select({
      id: networks.id,
      slug: networks.slug,
      name: networks.name,
      hostnames: networks.hostnames,
      defaultLocale: networks.defaultLocale,
      currency: networks.currency,
      isPlatform: networks.isPlatform,
      isDemo: networks.isDemo,
      createdAt: networks.createdAt,
    })
    .from(networks)
    .orderBy(asc(networks.createdAt), asc(networks.id));
}
