import * as schema from '@mitoyen/db/schema';
import { is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '../../scripts/start/postgres/database.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

/** Bookkeeping of `migrate`, which no query reads. */
const NOT_IN_CODE = ['schema_migrations'];

interface Column {
  readonly type: string;
  readonly isRequired: boolean;
  readonly hasDefault: boolean;
}
type Columns = Record<string, Column>;

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.drop());

const tables = Object.values(schema).filter((value) => is(value, PgTable)) as PgTable[];

/** What the code says: queries are typed by it, and nothing else checks that the migrations agree. */
function declared(): Record<string, Columns> {
  return Object.fromEntries(
    tables.map((table) => {
      const { name, columns } = getTableConfig(table);
      const entries = columns.map((column) => [
        column.name,
        { type: shortName(column.getSQLType()), isRequired: column.notNull, hasDefault: column.default !== undefined },
      ]);
      return [name, Object.fromEntries(entries)];
    }),
  );
}

async function migrated(): Promise<Record<string, Columns>> {
  const rows = await withClient(
    database.ownerUrl,
    (sql) => sql<{ table: string; column: string; type: string; required: boolean; has_default: boolean }[]>`
      select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
        a.attnotnull as required, a.atthasdef and a.attgenerated = '' or a.attidentity <> '' as has_default
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and a.attnum > 0 and not a.attisdropped`,
  );
  const found: Record<string, Columns> = {};
  for (const { table, column, type, required, has_default: hasDefault } of rows) {
    if (NOT_IN_CODE.includes(table)) continue;
    found[table] ??= {};
    (found[table] as Record<string, Column>)[column] = { type: shortName(type), isRequired: required, hasDefault };
  }
  return found;
}

/** The database may have a default that the code never relies on. */
function withoutDefaults(all: Record<string, Columns>): Record<string, Record<string, Omit<Column, 'hasDefault'>>> {
  const strip = ({ type, isRequired }: Column) => ({ type, isRequired });
  return Object.fromEntries(
    Object.entries(all).map(([table, columns]) => [
      table,
      Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, strip(column)])),
    ]),
  );
}

/** PostgreSQL spells types in full, the code as in the migrations. */
function shortName(type: string): string {
  return type.replace('timestamp with time zone', 'timestamptz').replace('character varying', 'varchar');
}

test('the schema in code and the migrated database have the same tables, columns, types and nullability', async () => {
  expect(tables.length).toBeGreaterThan(20);
  expect(withoutDefaults(declared())).toEqual(withoutDefaults(await migrated()));
});

test('a column that the code leaves to its default has one in the database', async () => {
  const inDatabase = await migrated();
  const missing = Object.entries(declared()).flatMap(([table, columns]) =>
    Object.entries(columns)
      .filter(([name, { hasDefault }]) => hasDefault && !inDatabase[table]?.[name]?.hasDefault)
      .map(([name]) => `${table}.${name}`),
  );
  expect(missing).toEqual([]);
});

test('the primary key in code is the one of the database, and the network leads it', async () => {
  const rows = await withClient(
    database.ownerUrl,
    (sql) => sql<{ table: string; columns: string[] }[]>`
      select c.relname as table, array_agg(a.attname::text order by k.ord) as columns
      from pg_constraint p join pg_class c on c.oid = p.conrelid
        cross join lateral unnest(p.conkey) with ordinality as k(attnum, ord)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
      where p.contype = 'p' and c.relnamespace = 'public'::regnamespace
      group by c.relname`,
  );
  const keys = Object.fromEntries(rows.map(({ table, columns }) => [table, columns]));
  for (const table of tables) {
    const { name, primaryKeys, columns } = getTableConfig(table);
    const composed = primaryKeys[0]?.columns.map((column) => column.name);
    const single = columns.filter((column) => column.primary).map((column) => column.name);
    expect([name, composed ?? single]).toEqual([name, keys[name]]);
  }
});
