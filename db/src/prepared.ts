import { drizzle } from 'drizzle-orm/postgres-js';
import type { Tx } from './database.ts';
import * as schema from './schema/index.ts';

interface Preparable<R> {
  prepare(name: string): { execute(values: Record<string, unknown>): Promise<R> };
}

/**
 * A query whose text is made once for the process instead of with every call: making it costs more than sending it (measured on the
 * booking path). Its parameters are `sql.placeholder(name)`; compared with a column they are given as the driver wants them (instants
 * as ISO 8601), in `values` of an insert as the schema does. Runs in whatever transaction it is given.
 */
export function preparedQuery<V extends Record<string, unknown>, R>(
  name: string,
  build: (db: Tx) => Preparable<R>,
): (tx: Tx, values: V) => Promise<R> {
  let prepared: { execute(values: Record<string, unknown>): Promise<R> } | null = null;
  return (tx, values) => {
    prepared ??= build(drizzle.mock({ schema }) as unknown as Tx).prepare(name);
    // drizzle binds a prepared query to the session that it was built with; only the client differs from one to another.
    const { client } = (tx as unknown as { session: { client: unknown } }).session;
    return (Object.create(prepared, { client: { value: client } }) as typeof prepared).execute(values);
  };
}
