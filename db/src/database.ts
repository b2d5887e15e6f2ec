import { sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from './schema/index.ts';

/** A transaction, or (in tests and tools) the connection pool itself. */
export type Tx = Pick<
  PostgresJsDatabase<typeof schema>,
  | 'select'
  | 'selectDistinct'
  | 'selectDistinctOn'
  | 'insert'
  | 'update'
  | 'delete'
  | 'execute'
  | 'transaction'
  | '$with'
  | 'with'
>;

export interface Database {
  /**
   * Runs `work` in one transaction in which row-level security shows the rows of `networkId` and of no other network.
   * Rolls back when `work` throws. Isolation is READ COMMITTED: exclusion constraints keep the promises.
   */
  withNetwork<T>(networkId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** For the registers that belong to no network (`networks`) and for health checks. */
  readonly platform: Tx;
  /** Calls `listener` with each payload notified on `channel`; resolves once listening. */
  listen(channel: string, listener: (payload: string) => void): Promise<{ unlisten(): Promise<void> }>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Connections in the pool. */
  readonly max?: number;
  /** Set when the URL is the owner's: every connection gives its rights up for the application role's. */
  readonly role?: string;
  readonly applicationName?: string;
  /**
   * PostgreSQL ends a statement that takes longer, and a transaction whose client says nothing for as long: a server that froze or was cut
   * off would otherwise keep its locks until the operating system notices, two hours by default.
   */
  readonly longestMs?: number;
  /** Is told every statement that is sent, with its parameters. Slow; for measuring and looking for a fault. */
  readonly trace?: (statement: string, parameters: readonly unknown[]) => void;
}

type Client = postgres.Sql;

/**
 * Pause before a lost connection is tried again. The driver's own grows to twenty seconds and is counted over the whole pool: requests
 * would wait that long for a database that has been back for a while.
 */
const RECONNECT_S = 0.25;

/**
 * Longer statements are lists of rows or ids whose number varies: each would be kept as a statement of its own by every connection.
 */
const MOST_PREPARED_PARAMETERS = 64;

/**
 * drizzle sends its statements through `unsafe`, which postgres.js does not prepare unless told to. Preparing them saves
 * parsing and planning on the hot paths (a third of the time of a booking, measured in tests/bench).
 */
function preparing<C extends Client | postgres.TransactionSql>(client: C): C {
  const unsafe = client.unsafe.bind(client) as Client['unsafe'];
  client.unsafe = ((query: string, parameters?: never[], options?: postgres.UnsafeQueryOptions) =>
    unsafe(query, parameters, {
      ...options,
      prepare: (parameters?.length ?? 0) <= MOST_PREPARED_PARAMETERS,
    })) as never;
  if ('begin' in client) {
    const begin = client.begin.bind(client) as (...args: unknown[]) => Promise<unknown>;
    client.begin = ((first: unknown, second?: unknown) =>
      typeof first === 'string'
        ? begin(first, (tx: postgres.TransactionSql) => (second as (tx: unknown) => unknown)(preparing(tx)))
        : begin((tx: postgres.TransactionSql) => (first as (tx: unknown) => unknown)(preparing(tx)))) as never;
  }
  if ('savepoint' in client) {
    const savepoint = client.savepoint.bind(client) as (
      work: (tx: postgres.TransactionSql) => unknown,
    ) => Promise<unknown>;
    client.savepoint = ((work: (tx: unknown) => unknown) => savepoint((tx) => work(preparing(tx)))) as never;
  }
  return client;
}

export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const client = preparing(
    postgres(url, {
      max: options.max ?? 10,
      onnotice: () => {},
      connect_timeout: 10,
      backoff: () => RECONNECT_S,
      ...(options.trace && {
        debug: (_: number, statement: string, parameters: unknown[]) => options.trace?.(statement, parameters),
      }),
      connection: {
        TimeZone: 'UTC',
        application_name: options.applicationName ?? 'mitoyen',
        ...(options.role === undefined ? {} : { role: options.role }),
        ...(options.longestMs !== undefined && {
          statement_timeout: options.longestMs,
          idle_in_transaction_session_timeout: options.longestMs,
        }),
      },
    }),
  );
  const db = drizzle(client, { schema });

  return {
    platform: db,
    withNetwork: (networkId, work) =>
      db.transaction(async (tx) => {
        // Not awaited on its own: postgres.js pipelines it with the first statement of `work`. Should it fail, so does the
        // transaction, and its rejection is the one that is reported.
        const scoped = tx.execute(sql`select set_config('app.network_id', ${networkId}, true)`).then(() => undefined);
        const [result] = await Promise.all([work(tx), scoped]);
        return result;
      }),
    async listen(channel, listener) {
      const { unlisten } = await client.listen(channel, listener);
      return { unlisten };
    },
    close: () => client.end({ timeout: 5 }),
  };
}

/** The constraint that refused a statement, if one did: `{ code: '23P01', constraint: 'bookings_no_double_booking' }`. */
export function constraintViolation(error: unknown): { code: string; constraint: string } | null {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof postgres.PostgresError)) return null;
  if (!cause.code.startsWith('23') || cause.constraint_name === undefined) return null;
  return { code: cause.code, constraint: cause.constraint_name };
}
