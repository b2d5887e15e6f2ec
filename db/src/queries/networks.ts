import { asc, sql } from 'drizzle-orm';
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

/** What the connected role is and may: for the doctor, who must find a role that owns nothing. */
export async function roleFacts(db: Tx) {
  const [row] = await db.execute<{
    role: string;
    is_superuser: boolean;
    bypasses_rls: boolean;
    owns_tables: boolean;
    server_version: number;
  }>(sql`
    select current_user as role, r.rolsuper as is_superuser, r.rolbypassrls as bypasses_rls,
      exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relowner = r.oid) as owns_tables,
      current_setting('server_version_num')::int as server_version
    from pg_roles r where r.rolname = current_user`);
  if (row === undefined) throw new Error('The connected role is not in pg_roles.');
  return {
    role: row.role,
    isSuperuser: row.is_superuser,
    bypassesRls: row.bypasses_rls,
    ownsTables: row.owns_tables,
    serverVersion: row.server_version,
  };
}
