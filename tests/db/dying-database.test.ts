import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase } from '@mitoyen/db';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { withClient } from '../../scripts/start/postgres/database.ts';
import { startTestPostgres, type TestPostgres } from '../support/database-server.ts';
import { soak } from '../support/soak.ts';

const DEATHS = soak(8, 300);
const CONNECTIONS = 6;
/** More than there are connections: some wait for one whenever the database dies. */
const WORKERS = 20;
const NETWORK = '01936000-0000-7000-8000-000000000001';
/** The database is back within two seconds, and nothing here works for long. */
const LONGEST_ANSWER_MS = 15_000;
/** Large enough that some of it is still unread when the other side dies: the connection then ends in an error, not at an end. */
const LARGE = 'x'.repeat(30_000);

let postgres: TestPostgres;
let db: Database;
beforeAll(async () => {
  postgres = await startTestPostgres({ durable: true });
  await withClient(postgres.superuserUrl(), (superuser) =>
    superuser.unsafe('create table marks (id integer not null, part integer not null)'),
  );
  db = openDatabase(postgres.superuserUrl(), { max: CONNECTIONS });
});
afterAll(async () => {
  await db?.close();
  await postgres?.remove();
});

class ChangedItsMind extends Error {}

const mark = (id: number, part: number) => sql`insert into marks values (${id}, ${part})`;

/** Two marks or none; what is read must be what was asked for. */
function transaction(id: number): Promise<void> {
  return db.withNetwork(NETWORK, async (tx) => {
    await tx.execute(mark(id, 1));
    // Two statements on their way at once, as the loaders of pages have them.
    const [[row]] = await Promise.all([
      tx.execute<{ id: number; text: string }>(sql`select ${id}::integer as id, ${LARGE}::text as text`),
      tx.execute(sql`select 1`),
    ]);
    expect(row).toEqual({ id, text: LARGE });
    if (id % 3 === 0) await sleep(randomInt(3));
    try {
      await tx.execute(mark(id, 2));
    } catch (error) {
      // Code that does not let go: none of it may reach anybody else's transaction.
      await tx.execute(mark(id, 3)).catch(() => {});
      throw error;
    }
    if (id % 10 === 0) throw new ChangedItsMind();
  });
}

async function question(id: number): Promise<void> {
  const ask = () => db.platform.execute<{ id: number }>(sql`select ${id}::integer as id`);
  const [row] = await ask().catch(ask);
  expect(row).toEqual({ id });
}

it(
  `answers everything, and truly, while the database dies ${DEATHS} times`,
  async () => {
    const acknowledged: number[] = [];
    const refused: number[] = [];
    const unanswered: number[] = [];
    const wrong: unknown[] = [];
    const heard: string[] = [];
    let isOver = false;
    let next = 1;
    await db.listen('deaths', (payload) => heard.push(payload));

    const work = async () => {
      while (!isOver) {
        const id = next++;
        const isTransaction = id % 4 !== 1;
        const outcome = (isTransaction ? transaction(id) : question(id)).then(
          () => {
            if (isTransaction) acknowledged.push(id);
          },
          (error: Error) => {
            if (error.name === 'AssertionError') wrong.push(error);
            if (error instanceof ChangedItsMind) refused.push(id);
            return sleep(5);
          },
        );
        const patience = new AbortController();
        const silence = sleep(LONGEST_ANSWER_MS, undefined, { signal: patience.signal }).then(
          () => unanswered.push(id),
          () => {},
        );
        await Promise.race([outcome, silence]);
        patience.abort();
      }
    };
    const die = async () => {
      for (let death = 0; death < DEATHS; death += 1) {
        await sleep(randomInt(50, 700));
        await postgres.killHard();
        await sleep(randomInt(30));
        postgres = await postgres.restart();
      }
      isOver = true;
    };
    await Promise.all([die(), ...Array.from({ length: WORKERS }, work)]);

    expect(unanswered).toEqual([]);
    expect(wrong).toEqual([]);
    // Who listens hears again.
    await withClient(postgres.superuserUrl(), (superuser) =>
      vi.waitFor(
        async () => {
          await superuser`select pg_notify('deaths', 'over')`;
          expect(heard).toContain('over');
        },
        { timeout: LONGEST_ANSWER_MS, interval: 200 },
      ),
    );
    expect(acknowledged.length).toBeGreaterThan(DEATHS);
    expect(refused.length).toBeGreaterThan(0);
    await withClient(postgres.superuserUrl(), async (superuser) => {
      const rows = await superuser`select id, array_agg(part order by part) as parts from marks group by id`;
      expect(rows.filter(({ parts }) => String(parts) !== '1,2')).toEqual([]);
      const kept = new Set(rows.map(({ id }) => id));
      expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
      expect(refused.filter((id) => kept.has(id))).toEqual([]);
      const open = await superuser`
      select pid from pg_stat_activity where application_name = 'mitoyen' and state like 'idle in transaction%'`;
      expect([...open]).toEqual([]);
    });
  },
  soak(240_000, 3_600_000),
);
