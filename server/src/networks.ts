import { listNetworks } from '@mitoyen/db/queries';
import type { Instant } from '@mitoyen/domain';
import type { Services } from './services.ts';

export type NetworkRecord = Awaited<ReturnType<typeof listNetworks>>[number];

/** A new network is seen within this time by servers that already run. */
const REFRESH_MS = 15_000;

export interface NetworkRegister {
  /** By the slug that the client names, else by host name, else the only network of the installation. */
  find(slug: string | string[] | undefined, hostname: string): Promise<NetworkRecord | null>;
}

export function networkRegister({ db, clock }: Pick<Services, 'db' | 'clock'>): NetworkRegister {
  let known: readonly NetworkRecord[] = [];
  let readAt: Instant | null = null;
  return {
    async find(slug, hostname) {
      if (readAt === null || clock.now() - readAt >= REFRESH_MS || known.length === 0) {
        known = await listNetworks(db.platform);
        readAt = clock.now();
      }
      if (slug !== undefined) return known.find((network) => network.slug === slug) ?? null;
      const byHost = known.find((network) => network.hostnames.includes(hostname));
      if (byHost !== undefined) return byHost;
      const tenants = known.filter((network) => !network.isPlatform);
      return tenants.length === 1 ? (tenants[0] ?? null) : null;
    },
  };
}
