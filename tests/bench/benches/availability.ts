import { openDatabase } from '@mitoyen/db';
import postgres from 'postgres';
import { startTestApi } from '../../support/api.ts';
import { createTestNetwork, type TestSite } from '../../support/network.ts';
import { startBenchDatabase } from '../database.ts';
import type { Bench, Measurement } from '../main.ts';
import { againstBaseline, median } from '../measure.ts';

const RESOURCES = 200;
const OTHER_SITES = 40;
const REPEATS = 40;
const ROUNDS = 7;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A day in the middle of what is booked, so that history lies on both sides of it. */
const DATE = '2027-03-17';

/** Bookings of one hour, spread over the sites' desks and over years; those of one desk never overlap. */
async function fill(
  superuserUrl: string,
  networkId: string,
  sites: readonly TestSite[],
  memberId: string,
  audienceId: string,
  total: number,
) {
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  const desks = sites.flatMap((site) => site.deskIds.map((id) => ({ id, site: site.id, space: site.openSpaceId })));
  const perDesk = Math.ceil(total / desks.length);
  // Eight hours a day, centred on the date that is asked for.
  const days = Math.ceil(perDesk / 8);
  const first = Date.parse(`${DATE}T08:00:00Z`) - Math.floor(days / 2) * DAY;
  await sql`
    insert into bookings (network_id, id, reference, site_id, space_id, resource_id, member_id, audience_id, audience_class,
      starts_at, ends_at, occupied, space_hold, status, currency, price_minor, quote, created_at)
    select ${networkId}, gen_random_uuid(), upper(substr(md5(desk.id || n::text), 1, 8)), desk.site::uuid, desk.space::uuid, desk.id::uuid,
      ${memberId}, ${audienceId}, 'work', at, at + interval '1 hour', tstzrange(at, at + interval '1 hour'),
      tstzrange(at, at + interval '1 hour'), 'confirmed', 'EUR', 300, '{}'::jsonb, now()
    from unnest(${desks.map((d) => d.id)}::text[], ${desks.map((d) => d.site)}::text[], ${desks.map((d) => d.space)}::text[]) as desk(id, site, space),
      generate_series(0, ${perDesk - 1}) as n,
      lateral (select to_timestamp(${first / 1000}) + make_interval(days => n / 8, hours => n % 8) as at) as t
    on conflict (network_id, reference) do nothing`;
  await sql`analyze bookings`;
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from bookings`;
  await sql.end();
  return row?.count ?? 0;
}

async function prepare(bookings: number) {
  const database = await startBenchDatabase({ durable: false });
  const now = Date.parse(`${DATE}T06:00:00Z`);
  const network = await createTestNetwork(database.ownerUrl, 'bench', now);
  const site = await network.addSite('asked', { desks: RESOURCES - 1 });
  const others: TestSite[] = [];
  for (let index = 0; index < OTHER_SITES; index++) others.push(await network.addSite(`other-${index}`, { desks: 25 }));
  const { memberId } = await network.addPerson('holder');
  const audienceId = network.audienceIds.get('professional') as string;
  const count = await fill(database.superuserUrl, network.id, [site, ...others], memberId, audienceId, bookings);
  const db = openDatabase(database.appUrl, { max: 1 });
  const api = await startTestApi(database, network, { now: () => now }, { db });
  const ask = async () => {
    const reply = await api.get(`/sites/asked/days/${DATE}`);
    if (reply.status !== 200 || reply.body.resources.length !== RESOURCES)
      throw new Error(`Unexpected answer ${reply.status}`);
    return reply;
  };
  return {
    count,
    /** Milliseconds for one site-day, the median of several. */
    async siteDayMs(): Promise<number> {
      const times: number[] = [];
      for (let i = 0; i < REPEATS; i++) {
        const started = performance.now();
        await ask();
        times.push(performance.now() - started);
      }
      return median(times);
    },
    /** The same rows read by raw SQL, in one statement of one connection. */
    async rawReadMs(): Promise<number> {
      const sql = postgres(database.superuserUrl, { max: 1, onnotice: () => {} });
      const times: number[] = [];
      const [from, until] = [`${DATE}T00:00:00Z`, `${DATE}T23:59:59Z`];
      for (let i = 0; i < REPEATS; i++) {
        const started = performance.now();
        await sql`select resource_id, space_id, audience_class, occupied, space_hold from bookings
          where network_id = ${network.id} and site_id = ${site.id} and occupied && tstzrange(${from}, ${until})
            and status in ('held', 'confirmed', 'checked_in')`;
        times.push(performance.now() - started);
      }
      await sql.end();
      return median(times);
    },
    async close() {
      await api.close();
      await db.close();
      await network.close();
      await database.remove();
    },
  };
}

async function siteDay(): Promise<Measurement> {
  const small = await prepare(100_000);
  try {
    return await againstBaseline({
      rounds: ROUNDS,
      unit: 'ms',
      note: `one site-day over the API with ${RESOURCES} resources among ${small.count} bookings; baseline: only its bookings read by raw SQL. Lower is better.`,
      subject: () => small.siteDayMs(),
      baseline: () => small.rawReadMs(),
    });
  } finally {
    await small.close();
  }
}

async function growth(): Promise<Measurement> {
  const small = await prepare(100_000);
  const large = await prepare(1_000_000);
  try {
    return await againstBaseline({
      rounds: ROUNDS,
      unit: 'ms',
      note: `the same site-day among ${large.count} bookings; baseline: among ${small.count}. Lower is better; goal under 1.5.`,
      subject: () => large.siteDayMs(),
      baseline: () => small.siteDayMs(),
    });
  } finally {
    await small.close();
    await large.close();
  }
}

export default [
  { name: 'availability.siteDay', run: siteDay },
  { name: 'availability.growth', run: growth },
] satisfies Bench[];
