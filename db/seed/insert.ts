import type { Tx } from '@mitoyen/db';
import { getTableColumns, type InferInsertModel, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';

const ROWS_PER_STATEMENT = 5_000;

/**
 * Inserts many rows in few statements: one JSON parameter each, whatever the number of rows. (`copy … from` is refused on tables with
 * row-level security; a list of values runs into the limit of 65,535 parameters, and drizzle needs seconds to build it.)
 * Every row must have the same fields; fields that are left out take the column's default.
 */
export async function insertRows<T extends PgTable>(
  tx: Tx,
  table: T,
  rows: readonly InferInsertModel<T>[],
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.entries(getTableColumns(table) as Record<string, PgColumn>).filter(
    ([field]) => field in first,
  );
  const names = sql.join(
    columns.map(([, column]) => sql.identifier(column.name)),
    sql`, `,
  );
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    const json = JSON.stringify(
      rows.slice(from, from + ROWS_PER_STATEMENT).map((row) => {
        const values = row as Record<string, unknown>;
        return Object.fromEntries(columns.map(([field, column]) => [column.name, toJson(column, values[field])]));
      }),
    );
    await tx.execute(
      sql`insert into ${table} (${names}) select ${names} from json_populate_recordset(null::${table}, ${json}::json)`,
    );
  }
}

function toJson(column: PgColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  return column.dataType === 'json' ? value : column.mapToDriverValue(value);
}
