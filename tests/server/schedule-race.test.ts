import { randomUUID } from 'node:crypto';
import { advanceSchedule, insertBooking, insertClosure, lockSpaceOfResource } from '@mitoyen/db/queries';
import * as schema from '@mitoyen/db/schema';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClient } from '../../scripts/start/postgres/database.ts';
import { type Body, type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';
import { soak } from '../support/soak.ts';

/** A Tuesday of the term, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const OPERATIONS = soak(300, 5_000);
const MEMBERS = 10;
const HOSTS = 2;
const DAYS = 6;
const HANDOVER_MS = 15 * 60_000;
const iso = (at: number) => new Date(at).toISOString();

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
/** Two servers: they share nothing but the database. */
let apis: readonly [TestApi, TestApi];
const clock = new MovableClock(NOW);

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  const start = () => startTestApi(database, network, clock, { env: { RATE_LIMIT_PER_MINUTE: '0' } });
  apis = [await start(), await start()];
});
afterAll(async () => {
  for (const api of apis ?? []) await api.close();
  await network?.close();
  await database?.drop();
});

/** Repeatable: a failure names the run. */
function drawing(seed: number) {
  let state = seed;
  const next = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
  return {
    below: (n: number) => Math.floor(next() * n),
    of: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T,
  };
}

const isStillWaiting = async (promise: Promise<unknown>) => {
  const slow = new Promise((resolve) => setTimeout(resolve, 300, 'waiting'));
  return (await Promise.race([promise, slow])) === 'waiting';
};

describe('a booking and a change of hours at once', () => {
  let site: TestSite;
  let host: Caller;
  let lea: Caller;
  let leaPerson: TestPerson;
  const window = { from: NOW + 26 * HOUR, until: NOW + 27 * HOUR };

  beforeAll(async () => {
    site = await network.addSite('at-once');
    host = await apis[0].as(await network.addPerson('host-at-once', { role: 'host', structureId: site.structureId }));
    leaPerson = await network.addPerson('lea-at-once');
    lea = await apis[1].as(leaPerson);
  });
  const url = (rest = '') => `/host/sites/${site.slug}/schedule${rest}`;

  it('the booking first: the change waits for it, sees it and decides about it as about those of the preview', async () => {
    const { revision } = (await host.get(url())).body;
    const id = randomUUID();
    const isLocked = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const booking = network.within(async (tx) => {
      await lockSpaceOfResource(tx, network.id, site.deskIds[0] as string);
      isLocked.resolve();
      await mayCommit.promise;
      const [spaceAudience] = await tx
        .select({ audienceClass: schema.spaceAudiences.audienceClass })
        .from(schema.spaceAudiences)
        .where(
          and(
            eq(schema.spaceAudiences.spaceId, site.openSpaceId),
            eq(schema.spaceAudiences.audienceId, network.audienceIds.get('professional') as string),
          ),
        );
      const quote = { totalMinor: 300, currency: 'EUR', vatKind: 'exempt_293b', vatRateBp: 0, vatMinor: 0, lines: [] };
      await insertBooking(tx, {
        networkId: network.id,
        id,
        reference: 'RACE0001',
        siteId: site.id,
        spaceId: site.openSpaceId,
        resourceId: site.deskIds[0] as string,
        memberId: leaPerson.memberId,
        audienceId: network.audienceIds.get('professional') as string,
        audienceClass: spaceAudience?.audienceClass as string,
        startsAt: window.from,
        endsAt: window.until,
        occupied: window,
        spaceHold: window,
        status: 'confirmed',
        currency: 'EUR',
        priceMinor: 300,
        // biome-ignore lint/suspicious/noExplicitAny: only its total is looked at.
        quote: quote as any,
        createdAt: NOW,
      });
    });
    await isLocked.promise;
    const closure = {
      id: randomUUID(),
      from: iso(NOW + DAY),
      until: iso(NOW + 2 * DAY),
      spaceId: null,
      reason: null,
      told: 'booked',
    };
    const change = { closures: { upsert: [closure] } };
    const changing = host.send('POST', url('/changes'), { revision, change, decisions: { default: 'cancel' } });
    expect(await isStillWaiting(changing)).toBe(true);
    mayCommit.resolve();
    await booking;
    const reply = await changing;
    expect(reply.body.outcome).toMatchObject({ cancelled: [id], membersTold: 1, refunds: [{ minor: 300 }] });
  });

  it('the change first: the booking waits for it, and is held to the new hours', async () => {
    const isLocked = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const later = { from: NOW + 3 * DAY, until: NOW + 4 * DAY };
    const changing = network.within(async (tx) => {
      await advanceSchedule(tx, network.id, site.id);
      isLocked.resolve();
      await mayCommit.promise;
      await insertClosure(tx, {
        networkId: network.id,
        id: randomUUID(),
        siteId: site.id,
        during: later,
        createdAt: NOW,
      });
    });
    await isLocked.promise;
    const times = { startsAt: iso(later.from + 2 * HOUR), endsAt: iso(later.from + 3 * HOUR) };
    const booking = lea.send('POST', '/bookings', { resourceId: site.deskIds[1], ...times });
    expect(await isStillWaiting(booking)).toBe(true);
    mayCommit.resolve();
    await changing;
    expect((await booking).body.code).toBe('booking.closed');
  });
});

interface Known {
  readonly id: string;
  readonly reference: string;
  readonly owner: number;
}

describe(`two hosts and ten members, ${OPERATIONS} operations in one space`, () => {
  it('no incompatible pair, nothing lost, everyone told what happened', async () => {
    const site = await network.addSite('one-space', { desks: 4, handoverMinutes: HANDOVER_MS / 60_000 });
    const base = { networkId: network.id, siteId: site.id };
    await network.setHours(site, [
      { weekdays: [1, 3, 5], from: 480, until: 1200, spaceId: site.openSpaceId },
      { weekdays: [2, 4, 6, 7], from: 480, until: 1200, audience: 'youth', spaceId: site.openSpaceId },
    ]);
    const people: TestPerson[] = [];
    for (let n = 0; n < MEMBERS; n++) {
      people.push(await network.addPerson(`m${n}`, { audience: n % 2 === 0 ? 'professional' : 'youth' }));
    }
    const members = await Promise.all(people.map((person, n) => (apis[n % 2] as TestApi).as(person)));
    const hosts: Caller[] = [];
    for (let n = 0; n < HOSTS; n++) {
      const person = await network.addPerson(`h${n}`, { role: 'host', structureId: site.structureId });
      hosts.push(await (apis[n % 2] as TestApi).as(person));
    }

    const url = (rest = '') => `/host/sites/${site.slug}/schedule${rest}`;
    const made: Known[] = [];
    /** What the API said was done, by what the person is then told, and by booking. */
    const said: Record<'confirmée' | 'déplacée' | 'annulée', string[]> = { confirmée: [], déplacée: [], annulée: [] };
    const outcomes: Body[] = [];
    const statuses = new Map<string, number>();
    const count = (what: string, { status, body }: { status: number; body: Body }) => {
      const key = `${what} ${status} ${status < 300 ? '' : body.code}`;
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
      expect([200, 201, 404, 409, 422], JSON.stringify(body)).toContain(status);
    };

    const timesOf = (draw: ReturnType<typeof drawing>) => {
      const startsAt = NOW + (1 + draw.below(DAYS)) * DAY + draw.below(12) * HOUR;
      return { startsAt: iso(startsAt), endsAt: iso(startsAt + (1 + draw.below(3)) * HOUR) };
    };
    const memberActs = async (who: number, draw: ReturnType<typeof drawing>) => {
      const member = members[who] as Caller;
      const own = made.filter(({ owner }) => owner === who);
      const what = own.length === 0 ? 0 : draw.below(10);
      if (what < 7) {
        const held = await member.send('POST', '/bookings', { resourceId: draw.of(site.deskIds), ...timesOf(draw) });
        count('book', held);
        if (held.status !== 201) return;
        made.push({ id: held.body.id, reference: held.body.reference, owner: who });
        const confirmed = await member.send('POST', `/bookings/${held.body.id}/confirm`);
        count('confirm', confirmed);
        if (confirmed.status === 200) said.confirmée.push(held.body.id);
        // Who could not confirm lets go, or would soon hold too many.
        else await member.send('POST', `/bookings/${held.body.id}/cancel`);
      } else if (what < 9) {
        const { id } = draw.of(own);
        const moved = await member.send('POST', `/bookings/${id}/move`, {
          resourceId: draw.of(site.deskIds),
          ...timesOf(draw),
        });
        count('move', moved);
        if (moved.status === 200) said.déplacée.push(id);
      } else {
        const { id } = draw.of(own);
        const before = (await member.get(`/bookings/${id}`)).body.status;
        const cancelled = await member.send('POST', `/bookings/${id}/cancel`);
        count('cancel', cancelled);
        // Cancelled already is no refusal, and nobody is told twice: the mails tell which it was.
        if (cancelled.status === 200 && before !== 'cancelled') maybeCancelled.add(id);
      }
    };
    const maybeCancelled = new Set<string>();

    const hostActs = async (who: number, draw: ReturnType<typeof drawing>) => {
      const host = hosts[who] as Caller;
      const plan = (await host.get(url())).body;
      const { revision } = plan;
      const change = draw.below(3) === 0 ? closing(plan, draw) : swapping(plan, draw);
      const shown = await host.send('POST', url('/preview'), { revision, change });
      count('preview', shown);
      if (shown.status !== 200 || shown.body.faults.length > 0) return;
      const bookings = shown.body.bookings
        .filter(({ moves, status }: Body) => status !== 'held' && moves.length > 0 && draw.below(2) === 0)
        .map(({ id, moves }: Body) => {
          const { resourceId, startsAt, endsAt } = moves[0];
          return { id, do: 'move', to: { resourceId, startsAt, endsAt } };
        });
      const decisions = { default: draw.of(['cancel', 'cancel', 'keep', 'move']), bookings };
      const changed = await host.send('POST', url('/changes'), { revision, change, decisions });
      count('change', changed);
      if (changed.status === 201) outcomes.push(changed.body.outcome);
    };
    /** A closure of some hours, or the end of one. */
    const closing = (plan: Body, draw: ReturnType<typeof drawing>) => {
      if (plan.closures.length > 2) return { closures: { delete: [plan.closures[0].id] } };
      const from = NOW + (1 + draw.below(DAYS)) * DAY + draw.below(10) * HOUR;
      const closure = {
        id: randomUUID(),
        from: iso(from),
        until: iso(from + (1 + draw.below(4)) * HOUR),
        spaceId: null,
        reason: null,
        told: 'booked',
      };
      return { closures: { upsert: [closure] } };
    };
    /** The hours of a weekday go to one public until an hour, and to the other from then on. */
    const swapping = (plan: Body, draw: ReturnType<typeof drawing>) => {
      const [template] = plan.templates;
      const weekday = 1 + draw.below(7);
      const noon = 9 + draw.below(10);
      const audiences = draw.below(2) === 0 ? ['professional', 'youth'] : ['youth', 'professional'];
      const at = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
      const planned = (audience: string | undefined, startsAt: string, endsAt: string) => ({
        id: randomUUID(),
        weekday,
        audience,
        startsAt,
        endsAt,
        spaceId: site.openSpaceId,
      });
      const windows = [
        ...template.windows.filter((each: Body) => each.weekday !== weekday),
        planned(audiences[0], at(8), at(noon)),
        planned(audiences[1], at(noon), at(20)),
      ];
      return { templates: { upsert: [{ ...template, windows }] } };
    };

    let next = 0;
    const worker = async (act: (draw: ReturnType<typeof drawing>) => Promise<void>, seed: number) => {
      const draw = drawing(seed);
      while (next < OPERATIONS) {
        next += 1;
        await act(draw);
      }
    };
    await Promise.all([
      ...people.map((_, who) => worker((draw) => memberActs(who, draw), 1_000 + who)),
      ...hosts.map((_, who) => worker((draw) => hostActs(who, draw), 2_000 + who)),
    ]);

    // The run was what it claims to be: hours changed under bookings, hosts in each other's way, members too late.
    const all = (what: 'cancelled' | 'moved' | 'kept') => outcomes.flatMap((outcome) => outcome[what] as string[]);
    const summary = `${[...statuses]
      .sort()
      .map(([key, n]) => `${key}: ${n}`)
      .join(', ')}; ${outcomes.length} changes`;
    expect(outcomes.length, summary).toBeGreaterThan(OPERATIONS / 100);
    expect(all('cancelled').length + all('moved').length + all('kept').length, summary).toBeGreaterThan(5);

    // No incompatible pair, by the rows themselves and nothing of ours that computes.
    const pairs = await withClient(database.superuserUrl, async (sql) => ({
      twice: await sql`
        select a.id, b.id as other from bookings a join bookings b
          on a.resource_id = b.resource_id and a.id < b.id and a.starts_at < b.ends_at and b.starts_at < a.ends_at
        where a.site_id = ${site.id} and a.status in ('held', 'confirmed', 'checked_in')
          and b.status in ('held', 'confirmed', 'checked_in')`,
      met: await sql`
        select a.id, b.id as other from bookings a join bookings b
          on a.space_id = b.space_id and a.id <> b.id and a.audience_class <> b.audience_class and a.starts_at <= b.starts_at
          and b.starts_at < a.ends_at + make_interval(secs => ${HANDOVER_MS / 1_000})
        where a.site_id = ${site.id} and a.status in ('held', 'confirmed', 'checked_in')
          and b.status in ('held', 'confirmed', 'checked_in')`,
    }));
    expect([...pairs.twice]).toEqual([]);
    expect([...pairs.met]).toEqual([]);

    // Every active booking lies in hours of its public as they now are (moved again and again, some lie far ahead), or was let stand.
    const rows = await network.within((tx) =>
      tx
        .select()
        .from(schema.bookings)
        .where(and(eq(schema.bookings.networkId, network.id), eq(schema.bookings.siteId, site.id))),
    );
    const codes = new Map([...network.audienceIds].map(([code, id]) => [id, code]));
    const { windows } = (await (hosts[0] as Caller).get(url('/hours?from=2026-11-24&until=2027-12-01'))).body;
    const isWithin = (row: (typeof rows)[number]) =>
      windows.some(
        (each: Body) =>
          each.spaceId === row.spaceId &&
          each.audience === codes.get(row.audienceId) &&
          Date.parse(each.from) <= row.startsAt &&
          row.endsAt <= Date.parse(each.until),
      );
    const active = rows.filter(({ status }) => ['held', 'confirmed', 'checked_in'].includes(status));
    expect(active.filter((row) => !isWithin(row) && !row.keptOutsideHours).map(({ id }) => id)).toEqual([]);
    expect(active.length).toBeGreaterThan(0);

    // Nothing lost: each acknowledged booking is there, and what is cancelled was cancelled by somebody.
    expect(rows.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
    const confirmed = new Set(said.confirmée);
    const byHost = all('cancelled');
    expect(new Set(byHost).size).toBe(byHost.length);
    const cancelled = rows.filter(({ id, status }) => status === 'cancelled' && confirmed.has(id));
    const unexplained = cancelled.filter(({ id }) => !byHost.includes(id) && !maybeCancelled.has(id));
    expect(unexplained.map(({ id }) => id)).toEqual([]);
    expect(byHost.filter((id) => rows.find((row) => row.id === id)?.status !== 'cancelled')).toEqual([]);

    // Money: what the outcomes promised is owed, booking by booking.
    const owed = await network.within((tx) =>
      tx.select().from(schema.refundsDue).where(eq(schema.refundsDue.networkId, network.id)),
    );
    const priceOf = (id: string) => rows.find((row) => row.id === id)?.priceMinor;
    const ofSite = owed.filter(({ bookingId }) => rows.some(({ id }) => id === bookingId));
    for (const id of byHost)
      expect(ofSite.find((each) => each.bookingId === id)?.amountMinor).toBeGreaterThanOrEqual(priceOf(id) ?? 0);
    const promised = outcomes
      .flatMap(({ refunds }) => refunds)
      .reduce((sum: number, { minor }: Body) => sum + minor, 0);
    expect(ofSite.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(promised);

    // Everyone told: for each booking as many mails of each kind as there was reason for, to its holder.
    const mails = await network.within((tx) =>
      tx
        .select({ recipient: schema.mails.recipient, subject: schema.mails.subject, text: schema.mails.bodyText })
        .from(schema.mails)
        .where(eq(schema.mails.networkId, network.id)),
    );
    const times = (ids: readonly string[], id: string) => ids.filter((each) => each === id).length;
    for (const { id, reference, owner } of made) {
      const about = mails.filter(({ text }) => text.includes(reference));
      expect(about.every(({ recipient }) => recipient === people[owner]?.email)).toBe(true);
      const got = (subject: string) => about.filter((mail) => mail.subject.includes(subject)).length;
      const status = rows.find((row) => row.id === id)?.status;
      const wanted = {
        confirmée: times(said.confirmée, id),
        déplacée: confirmed.has(id) ? times(said.déplacée, id) + times(all('moved'), id) : got('déplacée'),
        annulée: confirmed.has(id) && status === 'cancelled' ? 1 : 0,
        'reste valable': times(all('kept'), id),
      };
      const found = Object.fromEntries(Object.keys(wanted).map((subject) => [subject, got(subject)]));
      expect(found, `${id} ${reference} ${status}`).toEqual(wanted);
    }

    // As much work as mails, as many changes as the hosts were told, each with its own revision.
    const changes = await network.within((tx) =>
      tx
        .select()
        .from(schema.scheduleChanges)
        .where(
          and(eq(schema.scheduleChanges.networkId, base.networkId), eq(schema.scheduleChanges.siteId, base.siteId)),
        ),
    );
    expect(changes).toHaveLength(outcomes.length);
    const works = await network.within((tx) =>
      tx.select({ topic: schema.outbox.topic }).from(schema.outbox).where(eq(schema.outbox.networkId, network.id)),
    );
    expect(works.filter(({ topic }) => topic === 'mail')).toHaveLength(mails.length);
  }, 1_800_000);
});
