import { randomBytes } from 'node:crypto';
import { newId } from '@mitoyen/domain';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

/** The registers of the platform, which belong to no network. */
const REGISTERS = ['networks', 'schema_migrations'];

/** For every command (`*`) and every role (0): only rows of this network are seen, and only such are written. */
const ONE_NETWORK = '* {0} (network_id = current_network_id()) (network_id = current_network_id())';

let database: TestDatabase;
let superuser: postgres.Sql;
let owner: postgres.Sql;
let app: postgres.Sql;
const quiet = { max: 1, onnotice: () => {} };

beforeAll(async () => {
  database = await startTestDatabase();
  superuser = postgres(database.superuserUrl, quiet);
  owner = postgres(database.ownerUrl, quiet);
  app = postgres(database.appUrl, quiet);
});
afterAll(async () => {
  await Promise.all([superuser, owner, app].map((sql) => sql?.end()));
  await database?.drop();
});

/** Everything in the catalogue that breaks the rules of tenancy, in words. */
async function violations(sql: postgres.Sql | postgres.TransactionSql): Promise<string[]> {
  const tables = await sql<{ name: string; owner: string; enabled: boolean; forced: boolean; policies: string[] }[]>`
    select c.relname as name, pg_get_userbyid(c.relowner) as owner, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
      array(select concat_ws(' ', p.polcmd, p.polroles::text, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
        from pg_policy p where p.polrelid = c.oid) as policies
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`;
  // What would see past row-level security: a view runs with its owner's rights, and so does such a function.
  const loopholes = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm', 'f')
    union all select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`;
  const keys = await sql<
    { table: string; name: string; kind: string; columns: string[]; foreign_columns: string[] | null }[]
  >`
    select t.relname as table, k.conname as name, k.contype as kind,
      array(select a.attname::text from unnest(k.conkey) with ordinality as n(att, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n.att order by n.place) as columns,
      case when k.contype = 'f' then array(select a.attname::text from unnest(k.confkey) with ordinality as n(att, place)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = n.att order by n.place) end as foreign_columns
    from pg_constraint k join pg_class t on t.oid = k.conrelid
    where t.relnamespace = 'public'::regnamespace and k.contype in ('p', 'u', 'f', 'x')`;
  const unique = await sql<{ table: string; name: string; first: string }[]>`
    select t.relname as table, i.relname as name, a.attname::text as first
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
    left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0]
    where t.relnamespace = 'public'::regnamespace and x.indisunique`;
  const columns = await sql<{ table: string; type: string; is_nullable: string }[]>`
    select table_name as table, data_type as type, is_nullable from information_schema.columns
    where table_schema = 'public' and column_name = 'network_id'`;
  const isTenant = (name: string) => !REGISTERS.includes(name);
  const found: string[] = [];
  for (const table of tables.filter(({ name }) => isTenant(name))) {
    if (!keys.some((key) => key.table === table.name && key.kind === 'p'))
      found.push(`${table.name} has no primary key`);
    if (!table.enabled || !table.forced) found.push(`${table.name} has no forced row-level security`);
    if (table.policies.join() !== ONE_NETWORK) found.push(`${table.name} has other policies than that of one network`);
    const column = columns.find((each) => each.table === table.name);
    if (column?.type !== 'uuid' || column.is_nullable !== 'NO') found.push(`${table.name} may be nobody's`);
  }
  for (const { name } of loopholes) found.push(`${name} sees past row-level security`);
  for (const { name, owner: ownedBy } of tables)
    if (ownedBy === 'mitoyen_app') found.push(`${name} belongs to mitoyen_app`);
  for (const key of keys.filter(({ table }) => isTenant(table))) {
    if (key.columns[0] !== 'network_id') found.push(`${key.table}.${key.name} is not led by network_id`);
    const target = key.foreign_columns?.[0];
    const isRegister = key.columns.length === 1 && target === 'id';
    if (target !== undefined && target !== 'network_id' && !isRegister) {
      found.push(`${key.table}.${key.name} refers to what may be another network's`);
    }
  }
  for (const index of unique.filter(({ table }) => isTenant(table))) {
    if (index.first !== 'network_id') found.push(`${index.table}.${index.name} is not led by network_id`);
  }
  return found;
}

describe('the catalogue', () => {
  it('has network_id at the head of every key, and forced row-level security everywhere', async () => {
    expect(await violations(superuser)).toEqual([]);
  });

  it('would be found out', async () => {
    const found = superuser.begin(async (tx) => {
      await tx`create table strays (id uuid primary key, network_id uuid, name text unique,
        site_id uuid, booking_id uuid references networks (id))`;
      await tx`create policy everything on closures using (true)`;
      await tx`create view all_accounts as select * from accounts`;
      await tx`create function all_members() returns bigint language sql security definer return (select count(*) from members)`;
      const seen = await violations(tx);
      await tx`rollback`;
      return seen;
    });
    expect((await found).sort()).toEqual(
      [
        'all_accounts sees past row-level security',
        'all_members sees past row-level security',
        'closures has other policies than that of one network',
        'strays has no forced row-level security',
        "strays may be nobody's",
        'strays has other policies than that of one network',
        'strays.strays_booking_id_fkey is not led by network_id',
        'strays.strays_name_key is not led by network_id',
        'strays.strays_name_key is not led by network_id',
        'strays.strays_pkey is not led by network_id',
        'strays.strays_pkey is not led by network_id',
      ].sort(),
    );
  });

  it('gives the application what it needs and no more', async () => {
    const rows = await superuser<{ table: string; privileges: string[] }[]>`
      select table_name as table, array_agg(privilege_type::text order by privilege_type) as privileges
      from information_schema.role_table_grants where grantee = 'mitoyen_app' and table_schema = 'public' group by 1`;
    const of = new Map(rows.map(({ table, privileges }) => [table, privileges]));
    expect(of.get('networks')).toEqual(['SELECT']);
    expect(of.get('schema_migrations')).toEqual(['SELECT']);
    expect(of.get('access_events')).toEqual(['DELETE', 'INSERT', 'SELECT']);
    expect(of.get('occupancy_readings')).toEqual(['DELETE', 'INSERT', 'SELECT']);
    for (const [table, privileges] of of) {
      expect(privileges, table).not.toContain('TRUNCATE');
      expect(privileges, table).not.toContain('REFERENCES');
      expect(privileges, table).not.toContain('TRIGGER');
    }
    const columns = await superuser<{ column: string }[]>`
      select column_name as column from information_schema.column_privileges
      where grantee = 'mitoyen_app' and table_name = 'access_events' and privilege_type = 'UPDATE' order by 1`;
    expect(columns.map(({ column }) => column)).toEqual(['clock_trust', 'occurred_at']);
    const [role] =
      await superuser`select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = 'mitoyen_app'`;
    const roles = await superuser`select roleid from pg_auth_members where member = 'mitoyen_app'::regrole`;
    expect([...roles]).toEqual([]);
    const everybody = await superuser`
      select table_name from information_schema.role_table_grants where grantee = 'PUBLIC' and table_schema = 'public'`;
    expect([...everybody]).toEqual([]);
    expect({ ...role }).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false });
  });
});

describe('row-level security', () => {
  const [here, there] = [0, 1].map(() => newId(Date.now(), randomBytes(10))) as [string, string];
  const structure = (networkId: string, name: string) => ({
    network_id: networkId,
    id: newId(Date.now(), randomBytes(10)),
    name,
    legal_form: 'association',
    created_at: new Date(),
  });
  const inNetwork = <T>(sql: postgres.Sql, networkId: string, work: (tx: postgres.TransactionSql) => Promise<T>) =>
    sql.begin(async (tx) => {
      await tx`select set_config('app.network_id', ${networkId}, true)`;
      return work(tx);
    });

  beforeAll(async () => {
    for (const [id, slug] of [
      [here, 'here'],
      [there, 'there'],
    ] as const) {
      await owner`insert into networks (id, slug, name, created_at) values (${id}, ${slug}, ${slug}, now())`;
      await inNetwork(owner, id, (tx) => tx`insert into host_structures ${tx(structure(id, slug))}`);
    }
  });

  it('shows nothing to a transaction that has not said for whom it works, not even to the owner', async () => {
    for (const sql of [app, owner]) expect(await sql`select * from host_structures`).toEqual([]);
  });

  it('shows one network to a transaction, to the application and to the owner alike', async () => {
    for (const sql of [app, owner]) {
      const names = await inNetwork(sql, here, (tx) => tx<{ name: string }[]>`select name from host_structures`);
      expect(names.map(({ name }) => name)).toEqual(['here']);
    }
  });

  it('forgets the network with the transaction', async () => {
    await inNetwork(app, here, (tx) => tx`select 1`);
    expect(await app`select * from host_structures`).toEqual([]);
  });

  it('refuses to write for another network, to move a row there, and changes nothing of it', async () => {
    const insert = inNetwork(app, here, (tx) => tx`insert into host_structures ${tx(structure(there, 'intruder'))}`);
    await expect(insert).rejects.toThrow('row-level security');
    const move = inNetwork(app, here, (tx) => tx`update host_structures set network_id = ${there}`);
    await expect(move).rejects.toThrow('row-level security');
    const changed = await inNetwork(
      app,
      here,
      (tx) => tx`update host_structures set name = 'x' where network_id = ${there}`,
    );
    expect(changed.count).toBe(0);
  });

  it('does not let the application write the register of networks, or change the schema', async () => {
    await expect(app`update networks set name = 'x'`).rejects.toThrow('permission denied');
    await expect(app`create table mine (id int)`).rejects.toThrow('permission denied');
    await expect(app`truncate bookings`).rejects.toThrow('permission denied');
    await expect(app`alter table bookings disable row level security`).rejects.toThrow('must be owner');
  });
});
