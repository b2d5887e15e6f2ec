import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVault } from '@mitoyen/db';
import { type DemoSeed, type SeedOptions, SIMULATED_SITES, seedDemo } from '@mitoyen/db/seed';
import { parseConfig } from '@mitoyen/firmware-bridge';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

const SECRET = Buffer.alloc(32, 7).toString('base64url');
/** A Tuesday, 10:05 in Paris: everything is open. */
const TUESDAY = Date.parse('2026-11-24T09:05:00Z');
/** The night after a public holiday has begun, in the week before the year ends: nearly everything is closed. */
const CHRISTMAS_NIGHT = Date.parse('2026-12-25T01:50:00Z');
/** The morning on which the clocks went forward, a Sunday. */
const SPRING_FORWARD = Date.parse('2027-03-28T06:20:00Z');

const DAY_MS = 86_400_000;
const closers: (() => Promise<unknown>)[] = [];
const serverKey = {
  kid: 'server-1',
  publicKey: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x as string,
};

interface Seeded {
  readonly database: TestDatabase;
  readonly options: SeedOptions;
  readonly seed: DemoSeed;
  /** As superuser: row-level security hides nothing. */
  readonly sql: postgres.Sql;
}

async function prepare(now: number): Promise<Omit<Seeded, 'seed'>> {
  const database = await startTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'mitoyen-seed-'));
  const sql = postgres(database.superuserUrl, { max: 2, onnotice: () => {} });
  closers.push(async () => {
    await sql.end();
    await database.drop();
    await rm(dataDir, { recursive: true });
  });
  return {
    database,
    sql,
    options: {
      ownerUrl: database.ownerUrl,
      secret: SECRET,
      dataDir,
      clock: { now: () => now },
      hashPassword: async (plain) => `hash of ${plain}`,
      demoPassword: 'olivier-torrent-safran-1234',
      mqttUrl: 'mqtt://127.0.0.1:1883',
      serverKey,
      ports: { sites: { annot: 18_831, apt: 18_832, gap: 18_833 }, simulator: 18_840 },
    },
  };
}

async function seedAt(now: number): Promise<Seeded> {
  const prepared = await prepare(now);
  return { ...prepared, seed: await seedDemo(prepared.options) };
}

/** A digest of every row of every table; what is random by design is left out on demand. */
async function digest(sql: postgres.Sql, leftOut: readonly string[] = []): Promise<Record<string, string>> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'schema_migrations' order by 1`;
  const digests: Record<string, string> = {};
  for (const { name } of tables) {
    // The database itself names the times that bookings give back.
    const names = name === 'freed_times' ? [...leftOut, 'id'] : leftOut;
    const [row] = await sql`
      select count(*) || ' ' || coalesce(md5(string_agg(line, e'\n' order by line)), '') as digest
      from (select (to_jsonb(t) - ${[...names]}::text[])::text as line from ${sql(name)} t) lines`;
    digests[name] = row?.digest;
  }
  return digests;
}

let tuesday: Seeded;

beforeAll(async () => {
  tuesday = await seedAt(TUESDAY);
});
afterAll(async () => {
  for (const close of closers) await close();
});

describe('the places', () => {
  test('the 103 entries of the study are 101 places: what it lists twice is one', async () => {
    const { sql } = tuesday;
    const sites = await sql`select slug, programmes from sites`;
    expect(sites).toHaveLength(101);
    expect(sites.find((site) => site.slug === 'le-luc')?.programmes).toEqual(['cyberbase', 'epn']);
    expect(
      sites
        .filter((site) => site.slug.startsWith('veynes'))
        .map((site) => site.slug)
        .sort(),
    ).toEqual(['veynes-pepiniere', 'veynes-rsp']);
  });

  test.each([
    ['annot', "Relais de services publics d'Annot"],
    ['apt', "Cyberbase d'Apt"],
    ['gap', "Pépinière d'entreprises de Gap"],
    ['le-luc', 'Espace Cyberbase du Luc'],
    ['le-muy', 'Espace public numérique du Muy'],
    ['la-tour-d-aigues', "Point visio de La Tour-d'Aigues"],
    ['hyeres', "Relais de services publics d'Hyères"],
    ['l-isle-sur-la-sorgue', "Cyberbase de L'Isle-sur-la-Sorgue"],
    ['istres', "Pépinière d'entreprises d'Istres"],
    ['saint-gilles', 'Cyberbase de Saint-Gilles'],
  ])('%s is called %s', async (slug, name) => {
    const [site] = await tuesday.sql`select name from sites where slug = ${slug}`;
    expect(site?.name).toBe(name);
  });

  test('départements are those where the communes are, not those where the study lists them', async () => {
    const rows = await tuesday.sql`
      select slug, departement, school_zone, postal_code from sites where slug in ('veynes-rsp', 'saint-gilles') order by slug`;
    expect(rows).toMatchObject([
      { slug: 'saint-gilles', departement: '30', school_zone: 'C', postal_code: '30800' },
      { slug: 'veynes-rsp', departement: '05', school_zone: 'B', postal_code: '05400' },
    ]);
  });

  test('no address is invented, and every page says that it is a demonstration', async () => {
    const [row] = await tuesday.sql`
      select count(*)::int as n from sites
      where address_line is not null or not is_demo or description not like '%démonstration%'`;
    expect(row?.n).toBe(0);
  });

  test('what is bookable is taxed as its structure is', async () => {
    const rows = await tuesday.sql`
      select distinct h.legal_form, t.vat_kind from resources r
      join tariffs t on t.network_id = r.network_id and t.id = r.tariff_id
      join sites s on s.network_id = r.network_id and s.id = r.site_id and s.structure_id = t.structure_id
      join host_structures h on h.network_id = s.network_id and h.id = s.structure_id order by 1`;
    expect(rows).toMatchObject([
      { legal_form: 'association', vat_kind: 'exempt_293b' },
      { legal_form: 'company', vat_kind: 'standard_20' },
      { legal_form: 'public_body', vat_kind: 'out_of_scope' },
    ]);
  });

  test('two publics that may not meet are never given one space at once, nor before the handover is over', async () => {
    const rows = await tuesday.sql`
      select s.slug, p.name, a.weekday from template_windows a
      join template_windows b on b.template_id = a.template_id and b.space_id = a.space_id and b.weekday = a.weekday and b.id <> a.id
      join spaces p on p.id = a.space_id join sites s on s.id = a.site_id
      join audiences x on x.id = a.audience_id join audiences y on y.id = b.audience_id
      where a.starts_at_minute <= b.starts_at_minute and case when x.audience_class = y.audience_class
        then b.starts_at_minute < a.ends_at_minute
        else b.starts_at_minute < a.ends_at_minute + p.handover_minutes end`;
    expect(rows).toEqual([]);
    const shared = await tuesday.sql`
      select w.space_id from template_windows w join audiences a on a.id = w.audience_id
      group by 1 having count(distinct a.audience_class) > 1`;
    expect(shared.length).toBeGreaterThan(50);
  });

  test('on Wednesday afternoons the computer room of Apt belongs to the young, not to professionals', async () => {
    const rows = await tuesday.sql`
      select a.code, w.starts_at_minute, w.ends_at_minute from template_windows w
      join audiences a on a.id = w.audience_id join spaces p on p.id = w.space_id join sites s on s.id = w.site_id
      where s.slug = 'apt' and p.name = 'Salle informatique' and w.weekday = 3 and w.ends_at_minute > 780`;
    expect(rows).toMatchObject([{ code: 'youth', starts_at_minute: 810, ends_at_minute: 1050 }]);
  });
});

describe('the people', () => {
  test('everybody is invented and marked so, with addresses that lead nowhere', async () => {
    const [row] = await tuesday.sql`
      select (select count(*) from members where not is_demo) + (select count(*) from accounts where not is_demo)
        + (select count(*) from bookings where not is_demo)
        + (select count(*) from accounts where email not like '%@demo.mitoyen.example')
        + (select count(*) from host_structures where not is_demo or contact_email not like '%@demo.mitoyen.example')
        as real, (select count(*)::int from members) as members`;
    expect(row).toMatchObject({ real: '0', members: 404 });
  });

  test('four logins with the roles of the demo, and nobody else can sign in', async () => {
    const rows = await tuesday.sql`
      select a.email, a.password_hash, r.role, s.slug from accounts a
      left join role_assignments r on r.account_id = a.id
      left join sites s on s.structure_id = r.structure_id
      where a.password_hash is not null order by a.email`;
    const password_hash = 'hash of olivier-torrent-safran-1234';
    expect(rows).toEqual([
      { email: 'accueil.annot@demo.mitoyen.example', password_hash, role: 'host', slug: 'annot' },
      { email: 'admin@demo.mitoyen.example', password_hash, role: 'administrator', slug: null },
      { email: 'lea.martin@demo.mitoyen.example', password_hash, role: null, slug: null },
      { email: 'reseau@demo.mitoyen.example', password_hash, role: 'manager', slug: null },
    ]);
    const platform = await tuesday.sql`select slug from networks where is_platform`;
    expect(platform).toMatchObject([{ slug: 'platform' }]);
  });
});

const clocks = [
  ['on a working morning', TUESDAY],
  ['in the night of Christmas', CHRISTMAS_NIGHT],
  ['on the day the clocks went forward', SPRING_FORWARD],
] as const;

describe.each(clocks)('started %s', (_name, now) => {
  let seeded: Seeded;
  beforeAll(async () => {
    seeded = now === TUESDAY ? tuesday : await seedAt(now);
  });

  test('every booking lies in one opening window of its own audience, and in no closure', async () => {
    const outside = await seeded.sql`
      select b.id from (
        select *, (starts_at at time zone 'Europe/Paris') as local_start, (ends_at at time zone 'Europe/Paris') as local_end
        from bookings) b
      where not exists (
          select from template_windows w
          where w.space_id = b.space_id and w.audience_id = b.audience_id and w.weekday = extract(isodow from b.local_start)
            and b.local_start >= date_trunc('day', b.local_start) + w.starts_at_minute * interval '1 minute'
            and b.local_end <= date_trunc('day', b.local_start) + w.ends_at_minute * interval '1 minute')
        or exists (
          select from closures c where c.site_id = b.site_id and (c.space_id is null or c.space_id = b.space_id)
            and c.during && tstzrange(b.starts_at, b.ends_at))`;
    expect(outside).toEqual([]);
    const [closures] = await seeded.sql`select count(*)::int as n from closures where reason = 'Noël'`;
    expect(closures?.n).toBeGreaterThan(100);
  });

  test('no two bookings that took place share a resource, a class-bound space, or a person', async () => {
    const rows = await seeded.sql`
      with used as (
        select *, (starts_at at time zone 'Europe/Paris')::date as day from bookings where status not in ('cancelled', 'expired'))
      select 'resource' as what, a.reference from used a join used b using (resource_id, day)
        where b.id > a.id and a.occupied && b.occupied
      union all
      select 'space', a.reference from used a join used b using (space_id, day)
        where b.id > a.id and a.audience_class <> b.audience_class and a.space_hold && b.space_hold
      union all
      select 'member', a.reference from used a join used b using (member_id, day)
        where b.id > a.id and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)`;
    expect(rows).toEqual([]);
  });

  test('what happened is over, what is to come is ahead, and nothing was known before it was', async () => {
    const at = new Date(now).toISOString();
    const [row] = await seeded.sql`
      select count(*) filter (where status in ('completed', 'no_show') and ends_at > ${at})
        + count(*) filter (where status in ('confirmed', 'checked_in') and ends_at <= ${at})
        + count(*) filter (where status = 'checked_in' and (checked_in_at is null or checked_in_at > ${at}))
        + count(*) filter (where status = 'completed' and checked_in_at not between starts_at - interval '15 min' and ends_at)
        + count(*) filter (where created_at > ${at} or created_at > starts_at or cancelled_at > ${at} or cancelled_at < created_at)
        + count(*) filter (where (status = 'cancelled') <> (cancelled_at is not null))
        as wrong from bookings`;
    expect(row?.wrong).toBe('0');
    const [later] = await seeded.sql`
      select (select count(*)::int from access_events where occurred_at > ${at} or received_at > ${at})
        + (select count(*)::int from occupancy_readings where measured_at > ${at}) as n`;
    expect(later?.n).toBe(0);
  });

  test('enough of everything for every page, and not more', async () => {
    const at = new Date(now).toISOString();
    const [row] = await seeded.sql`
      select count(*)::int as bookings, count(distinct site_id)::int as sites,
        count(*) filter (where starts_at > ${at} and status = 'confirmed')::int as ahead,
        extract(epoch from ${at}::timestamptz - min(starts_at)) / 86400 as days_back,
        extract(epoch from max(starts_at) - ${at}::timestamptz) / 86400 as days_ahead,
        count(distinct status)::int as statuses from bookings`;
    expect(row?.bookings).toBeGreaterThan(20_000);
    expect(row?.bookings).toBeLessThan(36_000);
    expect(row?.sites).toBe(101);
    expect(row?.ahead).toBeGreaterThan(1_000);
    expect(Number(row?.days_back)).toBeGreaterThan(175);
    expect(Number(row?.days_ahead)).toBeGreaterThan(20);
    expect(row?.statuses).toBeGreaterThanOrEqual(4);
    const perSite = await seeded.sql`
      select s.slug, count(e.*) filter (where e.is_granted)::int as granted,
        count(e.*) filter (where e.kind = 'access' and not e.is_granted)::int as refused,
        (select count(*)::int from occupancy_readings r where r.site_id = s.id) as readings
      from sites s join access_events e on e.site_id = s.id group by s.id, s.slug order by s.slug`;
    expect(perSite.map((site) => site.slug)).toEqual(['annot', 'apt', 'gap']);
    for (const site of perSite) {
      expect(site.granted).toBeGreaterThan(100);
      expect(site.refused).toBeGreaterThan(3);
      expect(site.readings).toBeGreaterThan(1_000);
    }
  });

  test('movements are not older than they may be kept', async () => {
    const [row] = await seeded.sql`select min(occurred_at) as first from access_events`;
    expect(now - row?.first.getTime()).toBeLessThan(90 * DAY_MS);
  });

  test('the demo member comes to Annot today or tomorrow, with a badge and with a PIN that lives as long as the booking', async () => {
    const { booking, memberBadge, staffBadge } = seeded.seed.hints;
    expect(booking?.pin).toMatch(/^\d{6}$/);
    expect(booking?.startsAt).toBeGreaterThan(now);
    expect(booking?.startsAt).toBeLessThan(now + 2 * DAY_MS);
    const vault = createVault(SECRET);
    const [pin] = await seeded.sql`
      select b.reference, s.slug, lower(c.active_during) = b.starts_at - interval '15 min' as is_early,
        upper(c.active_during) = b.ends_at as is_over_with_it
      from credentials c join bookings b on b.id = c.booking_id join sites s on s.id = c.site_id
      where c.lookup_hash = ${vault.lookupHash('pin', booking?.pin ?? '')} and c.kind = 'pin' and s.slug = 'annot'`;
    expect(pin).toEqual({ reference: booking?.reference, slug: 'annot', is_early: true, is_over_with_it: true });
    const badges = await seeded.sql`
      select m.display_name, c.is_staff, s.slug from credentials c join members m on m.id = c.member_id
      left join sites s on s.structure_id = c.structure_id
      where c.lookup_hash in ${seeded.sql([memberBadge, staffBadge].map((uid) => vault.lookupHash('badge', uid ?? '')))}
      order by is_staff`;
    expect(badges).toEqual([
      { display_name: 'Léa Martin', is_staff: false, slug: null },
      { display_name: 'Nadia Bellon', is_staff: true, slug: 'annot' },
    ]);
  });
});

test('at opening hours the door of Annot opens at once for the demo member', () => {
  const booking = tuesday.seed.hints.booking;
  expect((booking?.startsAt ?? 0) - TUESDAY).toBeLessThanOrEqual(15 * 60_000);
});

describe('started again', () => {
  test('in the same place a month later: the data stays, the files say where things are now', async () => {
    const { options, sql, seed } = tuesday;
    const before = await digest(sql);
    const ports = { sites: { annot: 28_831, apt: 28_832, gap: 28_833 }, simulator: 28_840 };
    const clock = { now: () => TUESDAY + 30 * DAY_MS };
    const second = await seedDemo({ ...options, clock, ports, mqttUrl: 'mqtt://127.0.0.1:28883' });
    expect(await digest(sql)).toEqual(before);
    expect(second).toMatchObject({ networkId: seed.networkId, isNew: false, bridges: seed.bridges });
    expect(second.hints.booking).toBeNull();
    const bridge = JSON.parse(await readFile(seed.bridges[0]?.configPath ?? '', 'utf8'));
    expect(bridge.server.mqttUrl).toBe('mqtt://127.0.0.1:28883');
    expect(bridge.site.mqttUrl).toBe('mqtt://127.0.0.1:28831');
    const simulator = JSON.parse(await readFile(second.simulatorConfigPath, 'utf8'));
    expect(simulator.port).toBe(28_840);
    expect(simulator.sites[0]).toMatchObject({ siteSlug: 'annot', brokerPort: 28_831 });
  });

  test('with a bridge file that was lost or spoilt: that bridge has new keys, the others keep theirs', async () => {
    const { options, sql, seed } = tuesday;
    const [annot, apt, gap] = seed.bridges;
    await rm(annot?.configPath ?? '');
    await writeFile(apt?.configPath ?? '', '{"v":1,');
    const second = await seedDemo(options);
    expect(second.bridges[0]?.password).not.toBe(annot?.password);
    expect(second.bridges[1]?.password).not.toBe(apt?.password);
    expect(second.bridges[2]).toEqual(gap);
    for (const { bridgeId, configPath } of second.bridges) {
      const [row] = await sql`select public_key from bridges where id = ${bridgeId}`;
      expect(JSON.parse(await readFile(configPath, 'utf8')).bridgeKey.publicKey).toBe(row?.public_key);
    }
  });

  test('under another secret: refused in a plain sentence', async () => {
    const secret = Buffer.alloc(32, 8).toString('base64url');
    await expect(seedDemo({ ...tuesday.options, secret })).rejects.toThrow(/another MITOYEN_SECRET/);
  });
});

test('after a start that failed half way, by two at once: one network, the same as everywhere but for its secrets', async () => {
  const { options, sql } = await prepare(TUESDAY);
  await sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'no disk'; end $$`;
  await sql`create trigger refuse before insert on occupancy_readings execute function refuse()`;
  await expect(seedDemo(options)).rejects.toThrow();
  const rows = await digest(sql);
  expect(Object.values(rows).filter((count) => !count.startsWith('0 '))).toEqual([]);
  await sql`drop trigger refuse on occupancy_readings`;

  const [first, second] = await Promise.all([seedDemo(options), seedDemo(options)]);
  expect([first.isNew, second.isNew].sort()).toEqual([false, true]);
  expect(second.bridges).toEqual(first.bridges);

  const secret = ['site_key_sealed', 'public_key', 'value_sealed', 'lookup_hash'];
  expect(await digest(sql, secret)).toEqual(await digest(tuesday.sql, secret));
  const publicKeys = await Promise.all([sql, tuesday.sql].map((each) => each`select public_key from bridges`));
  expect(new Set(publicKeys.flat().map((row) => row.public_key)).size).toBe(6);
  // Three seeds and two digests of everything.
}, 180_000);

describe('the files', () => {
  test('only their owner reads them', async () => {
    const paths = [...tuesday.seed.bridges.map((bridge) => bridge.configPath), tuesday.seed.simulatorConfigPath];
    expect(paths).toHaveLength(4);
    for (const path of paths) expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('a bridge takes its file, and holds the key that the site is sealed with', async () => {
    const vault = createVault(SECRET);
    expect(tuesday.seed.bridges.map((bridge) => bridge.siteSlug)).toEqual([...SIMULATED_SITES]);
    for (const { configPath, siteId, bridgeId, username } of tuesday.seed.bridges) {
      const config = parseConfig(JSON.parse(await readFile(configPath, 'utf8')));
      expect(config).toMatchObject({ siteId, bridgeId, timeZone: 'Europe/Paris', server: { username } });
      const [site] = await tuesday.sql`select site_key_sealed from sites where id = ${siteId}`;
      const key = vault.open(site?.site_key_sealed, `site-key:${siteId}`);
      expect(Buffer.from(config.siteKey).toString('base64url')).toBe(key);
    }
  });

  test('the simulator plays every door of its sites with the devices that the bridge is told of', async () => {
    const simulator = JSON.parse(await readFile(tuesday.seed.simulatorConfigPath, 'utf8'));
    expect(simulator.sites).toHaveLength(3);
    for (const site of simulator.sites) {
      const doors = await tuesday.sql`select id::text from doors where site_id = ${site.siteId}`;
      expect(site.doors.map((door: { id: string }) => door.id).sort()).toEqual(doors.map((door) => door.id).sort());
      const devices = await tuesday.sql`select address from devices where site_id = ${site.siteId}`;
      const played = [
        ...site.doors.flatMap((door: Record<string, string>) => [
          door.readerAddress,
          door.lockAddress,
          door.contactAddress,
        ]),
        site.motionAddress,
        site.counterAddress,
      ];
      expect(played.sort()).toEqual(devices.map((device) => device.address).sort());
    }
  });
});
