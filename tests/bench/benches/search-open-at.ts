import { openDatabase } from '@mitoyen/db';
import { listBusy, listResources, listSites, loadScheduleRows } from '@mitoyen/db/queries';
import { addDays, type Schedule } from '@mitoyen/domain';
import { readCalendars } from '@mitoyen/server';
import postgres from 'postgres';
import { compileRows } from '../../../server/src/schedule/site-schedule.ts';
import { startTestApi } from '../../support/api.ts';
import { createTestNetwork, type TestNetwork, type TestSite } from '../../support/network.ts';
import { startBenchDatabase } from '../database.ts';
import type { Bench, Measurement } from '../main.ts';
import { againstBaseline } from '../measure.ts';
import { naiveExpand } from '../naive-schedule.ts';

const SITES = 500;
const DESKS = 8;
const BOOKINGS_PER_DESK = 1;
const ROUNDS = 9;
const HOUR = 3_600_000;
const QUARTER = HOUR / 4;
/** A Wednesday of the term in zones A and C, in the holidays of none. */
const DATE = '2027-03-17';

/** Term, holidays, summer and odd weeks: a place as the schedule is made for. */
async function setYear(network: TestNetwork, superuserUrl: string, site: TestSite): Promise<void> {
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  const term = { kind: 'school_term' };
  const templates = [
    [{ kind: 'all_of', periods: [term, { kind: 'iso_weeks', parity: 'odd' }] }, 'professional', [1, 2, 3, 4, 5]],
    [term, 'professional', [1, 2, 3, 4, 5, 6]],
    [{ kind: 'school_holiday', names: null }, 'youth', [1, 2, 3, 4, 5]],
    [{ kind: 'summer' }, 'professional', [1, 2, 3, 4]],
  ] as const;
  await sql`delete from schedule_templates where site_id = ${site.id}`;
  for (const [position, [period, audience, weekdays]] of templates.entries()) {
    const [template] = await sql`
      insert into schedule_templates (network_id, id, site_id, name, period, position, created_at)
      values (${network.id}, gen_random_uuid(), ${site.id}, 'Hours', ${sql.json(period)}, ${position}, now()) returning id`;
    await sql`
      insert into template_windows (network_id, id, site_id, template_id, audience_id, weekday, starts_at_minute, ends_at_minute)
      select ${network.id}, gen_random_uuid(), ${site.id}, ${template?.id}, ${network.audienceIds.get(audience) as string}, day, starts, ends
      from unnest(${[...weekdays]}::int[]) as day, (values (480, 720), (780, 1140)) as hours(starts, ends)`;
  }
  await sql.end();
}

/** The site so many times more, each under names of its own: the zones by turns. */
async function multiply(superuserUrl: string, site: TestSite): Promise<void> {
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  const clone = async (table: string, replaced: Record<string, string>) => {
    const columns = await sql<{ name: string }[]>`
      select column_name as name from information_schema.columns
      where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER' order by ordinal_position`;
    const own = columns.map(({ name }) => `"${name}"`).join(', ');
    const copies = columns.map(({ name }) => replaced[name] ?? `"${name}"`).join(', ');
    const where = table === 'sites' ? 'id' : 'site_id';
    await sql.unsafe(
      `insert into "${table}" (${own}) select ${copies} from "${table}", generate_series(2, ${SITES}) as n where ${where} = '${site.id}'`,
    );
  };
  const of = (column: string) => `md5(n || ${column}::text)::uuid`;
  const siteId = of('site_id');
  await clone('sites', { id: of('id'), slug: `'place-' || n`, school_zone: `substr('ABC', n % 3 + 1, 1)` });
  await clone('spaces', { id: of('id'), site_id: siteId });
  await clone('space_audiences', { site_id: siteId, space_id: of('space_id') });
  await clone('resources', { id: of('id'), site_id: siteId, space_id: of('space_id') });
  await clone('schedule_templates', { id: of('id'), site_id: siteId });
  await clone('template_windows', { id: of('id'), site_id: siteId, template_id: of('template_id') });
  await sql.end();
}

async function book(network: TestNetwork, superuserUrl: string, memberId: string): Promise<void> {
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  await sql`
    insert into bookings (network_id, id, reference, site_id, space_id, resource_id, member_id, audience_id, audience_class,
      starts_at, ends_at, occupied, space_hold, status, currency, price_minor, quote, created_at)
    select ${network.id}, gen_random_uuid(), upper(substr(md5(r.id || n::text), 1, 8)), r.site_id, r.space_id, r.id, ${memberId},
      a.audience_id, a.audience_class, at, at + interval '1 hour', tstzrange(at, at + interval '1 hour'),
      tstzrange(at, at + interval '1 hour'), 'confirmed', 'EUR', 300, '{}'::jsonb, now()
    from resources r
    join space_audiences a on a.space_id = r.space_id and a.audience_id = ${network.audienceIds.get('professional') as string},
      generate_series(0, ${BOOKINGS_PER_DESK - 1}) as n,
      lateral (select ${`${DATE}T08:00:00Z`}::timestamptz + make_interval(hours => n * 2 + ascii(r.id::text) % 3) as at) as t
    on conflict (network_id, reference) do nothing`;
  await sql`analyze`;
  await sql.end();
}

async function run(): Promise<Measurement> {
  const database = await startBenchDatabase({ durable: false });
  const now = Date.parse(`${DATE}T05:00:00Z`);
  const network = await createTestNetwork(database.ownerUrl, 'bench', now);
  const site = await network.addSite('place-1', { desks: DESKS, handoverMinutes: 15 });
  const { memberId } = await network.addPerson('holder');
  await setYear(network, database.superuserUrl, site);
  await multiply(database.superuserUrl, site);
  await book(network, database.superuserUrl, memberId);

  const db = openDatabase(database.appUrl, { max: 1 });
  const api = await startTestApi(database, network, { now: () => now }, { db, env: { RATE_LIMIT_PER_MINUTE: '0' } });
  const calendars = readCalendars(null);

  /** By site, how many resources have a free hour: one site after the other, its schedule read and expanded day by day. */
  const naive = () =>
    db.withNetwork(network.id, async (tx) => {
      const found = new Map<string, number>();
      for (const { id } of await listSites(tx, network.id, {}, SITES)) {
        const [read] = compileRows(await loadScheduleRows(tx, network.id, [id], now), calendars);
        const schedule = read?.schedule as Schedule;
        const day = naiveExpand(schedule, DATE, addDays(DATE, 1));
        const resources = await listResources(tx, network.id, [id]);
        const from = Date.parse(`${DATE}T00:00:00+01:00`);
        const busy = await listBusy(tx, network.id, [id], { from, until: from + 24 * HOUR });
        const isFree = (resource: { id: string; spaceId: string }, at: number) =>
          at >= now &&
          day.windows.some(
            (w) => w.spaceId === resource.spaceId && w.audience === 'professional' && w.from <= at && at < w.until,
          ) &&
          !busy.some((b) => b.resourceId === resource.id && b.startsAt <= at && at < b.endsAt);
        const quarters = Array.from({ length: 96 }, (_, index) => from + index * QUARTER);
        found.set(id, resources.filter((resource) => quarters.some((at) => isFree(resource, at))).length);
      }
      return found;
    });
  const search = async () => (await api.get(`/sites?date=${DATE}&audience=professional`)).body;

  try {
    const [expected, answer] = [await naive(), await search()];
    if (answer.total !== SITES) throw new Error(`Only ${answer.total} places were found.`);
    for (const { id, freeCount } of answer.items) {
      if (expected.get(id) !== freeCount) throw new Error(`The two ways do not agree on ${id}.`);
    }
    const timed = async (run: () => Promise<unknown>) => {
      const startedAt = performance.now();
      await run();
      return performance.now() - startedAt;
    };
    return await againstBaseline({
      rounds: ROUNDS,
      unit: 'ms',
      note:
        `a search over the API on one date in ${SITES} places of ${DESKS + 1} resources, ${(DESKS + 1) * BOOKINGS_PER_DESK} bookings each that day, ` +
        'schedules compiled and kept; baseline: place by place, read and expanded day by day, quarter by quarter. Lower is better; goal under 100.',
      subject: () => timed(search),
      baseline: () => timed(naive),
    });
  } finally {
    await api.close();
    await db.close();
    await network.close();
    await database.remove();
  }
}

export default { name: 'search.openAt', run } satisfies Bench;
