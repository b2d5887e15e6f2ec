import { randomBytes } from 'node:crypto';
import * as schema from '@mitoyen/db/schema';
import { newId } from '@mitoyen/domain';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestSite } from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let lea: Caller;
let annot: TestSite;
const clock = new MovableClock(NOW);

const place = (site: TestSite, facts: Partial<typeof schema.sites.$inferInsert>) =>
  network.within(async (tx) => {
    await tx.update(schema.sites).set(facts).where(eq(schema.sites.id, site.id));
  });

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, clock);
  annot = await network.addSite('annot', { desks: 2 });
  const far = await network.addSite('l-argentiere', { desks: 1 });
  await place(far, {
    name: "Relais de L'Argentière-la-Bessée",
    commune: "L'Argentière-la-Bessée",
    inseeCode: '05006',
    departement: '05',
    postalCode: '05120',
    latitude: 44.7929,
    longitude: 6.5594,
    searchText: 'relais de l argentiere la bessee 05120',
  });
  lea = await api.as(await network.addPerson('lea'));
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});

const slugs = async (query: string): Promise<string[]> =>
  (await api.get(`/sites?${query}`)).body.items.map((item: { slug: string }) => item.slug);

describe('finding a place', () => {
  it.each(["l'argentière", 'L ARGENTIERE', 'argentiere-la', '05120'])(
    'by %s, without accents or hyphens',
    async (q) => {
      expect(await slugs(`q=${encodeURIComponent(q)}`)).toEqual(['l-argentiere']);
    },
  );

  it('by commune, and around it: Annot lies 92 km from L’Argentière', async () => {
    expect(await slugs('commune=04008')).toEqual(['annot']);
    expect(await slugs('commune=04008&withinKm=90')).toEqual(['annot']);
    expect(await slugs('commune=04008&withinKm=95')).toEqual(['annot', 'l-argentiere']);
    const { items } = (await api.get('/sites?commune=04008&withinKm=95')).body;
    expect(items.map((item: { distanceKm: number }) => item.distanceKm)).toEqual([0, expect.closeTo(92.4, 0)]);
  });

  it('takes % and _ for letters', async () => {
    expect(await slugs('q=%25')).toEqual(await slugs('q='));
    expect((await api.get('/sites?q=_')).status).toBe(200);
  });

  it('counts what is free in the hours asked for', async () => {
    const free = async () => {
      const { items } = (await api.get('/sites?q=annot&date=2026-11-25&from=09:00&until=11:00&kind=desk')).body;
      return [items[0].freeCount, items[0].totalCount];
    };
    expect(await free()).toEqual([2, 2]);
    const start = Date.parse('2026-11-25T09:30:00Z');
    const body = { resourceId: annot.deskIds[0], startsAt: iso(start), endsAt: iso(start + HOUR) };
    const held = await lea.send('POST', '/bookings', body);
    expect(await free()).toEqual([1, 2]);
    await lea.send('POST', `/bookings/${held.body.id}/cancel`);
    expect(await free()).toEqual([2, 2]);
    // It touches at 11:00 local: [9:00, 11:00) and [11:00, 12:00) do not clash.
    const next = { ...body, startsAt: iso(start + HOUR / 2), endsAt: iso(start + 1.5 * HOUR) };
    const after = await lea.send('POST', '/bookings', next);
    expect(await free()).toEqual([2, 2]);
    await lea.send('POST', `/bookings/${after.body.id}/cancel`);
  });

  it('counts nothing in a closure, or in the hours of another public', async () => {
    const site = await network.addSite('annex', { desks: 1 });
    await network.setHours(site, [
      { from: 9 * 60, until: 12 * 60 },
      { audience: 'youth', from: 12 * 60, until: 17 * 60 },
    ]);
    const free = async (query: string) => {
      const { items } = (await api.get(`/sites?q=annex&date=2026-11-25&${query}`)).body;
      return items.map((item: { freeCount: number; totalCount: number }) => [item.freeCount, item.totalCount]);
    };
    expect(await free('from=09:00&until=12:00')).toEqual([[2, 2]]);
    expect(await free('from=09:00&until=12:00&kind=room')).toEqual([[1, 1]]);
    expect(await free('from=09:00&until=12:00&kind=video')).toEqual([]);
    expect(await free('from=08:45&until=12:00')).toEqual([[0, 2]]);
    expect(await free('from=11:00&until=12:15')).toEqual([[0, 2]]);
    expect(await free('from=12:00&until=17:00')).toEqual([[0, 2]]);
    expect(await free('from=12:00&until=17:00&audience=youth')).toEqual([[2, 2]]);
    const at = Date.parse('2026-11-25T08:00:00Z');
    await network.within((tx) =>
      tx.insert(schema.closures).values({
        networkId: network.id,
        id: newId(NOW, randomBytes(10)),
        siteId: site.id,
        spaceId: site.roomSpaceId,
        during: { from: at, until: at + HOUR },
        createdAt: NOW,
      }),
    );
    expect(await free('from=09:00&until=12:00')).toEqual([[1, 2]]);
    expect(await free('from=10:00&until=12:00')).toEqual([[2, 2]]);
  });

  it('refuses an audience that the network does not have', async () => {
    expect(await api.get('/sites?audience=martians')).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect((await api.get('/sites/nowhere')).status).toBe(404);
  });
});

describe('the day of a place', () => {
  it('shows a closure as closed, for its space only', async () => {
    const at = Date.parse('2026-12-01T08:00:00Z');
    await network.within((tx) =>
      tx.insert(schema.closures).values({
        networkId: network.id,
        id: newId(NOW, randomBytes(10)),
        siteId: annot.id,
        spaceId: annot.roomSpaceId,
        during: { from: at, until: at + 2 * HOUR },
        reason: 'Inventory',
        createdAt: NOW,
      }),
    );
    const { body } = await api.get('/sites/annot/days/2026-12-01');
    const inside = (windows: { from: string; until: string }[]) =>
      windows.some((each) => Date.parse(each.from) <= at && at < Date.parse(each.until));
    const byId = new Map(body.resources.map((each: { id: string }) => [each.id, each]));
    expect(inside((byId.get(annot.roomId) as { free: [] }).free)).toBe(false);
    expect(inside((byId.get(annot.deskIds[0] as string) as { free: [] }).free)).toBe(true);
  });

  it("keeps another public's hours apart from the visitor's", async () => {
    const site = await network.addSite('library', { desks: 1 });
    await network.setHours(site, [
      { weekdays: [3], from: 9 * 60, until: 13 * 60 },
      { audience: 'youth', weekdays: [3], from: 13 * 60, until: 17 * 60 },
    ]);
    const day = async (audience: string) =>
      (await api.get(`/sites/library/days/2026-11-25?audience=${audience}`)).body.resources[0];
    const [adult, youth] = [await day('professional'), await day('youth')];
    expect(adult.free).toEqual([{ from: '2026-11-25T08:00:00.000Z', until: '2026-11-25T12:00:00.000Z' }]);
    expect(youth.free).toEqual([{ from: '2026-11-25T12:00:00.000Z', until: '2026-11-25T16:00:00.000Z' }]);
    expect(adult.otherAudiences).toEqual([
      { from: '2026-11-25T12:00:00.000Z', until: '2026-11-25T16:00:00.000Z', audience: 'youth', mayMeet: false },
    ]);
  });
});

describe('the days of the clock change', () => {
  const hours = (from: string, until: string) => (Date.parse(until) - Date.parse(from)) / HOUR;

  it.each([
    ['2027-03-28', 23],
    ['2027-10-31', 25],
    ['2027-10-30', 24],
  ])('%s has %i hours, and a place open all day is open for all of them', async (date, expected) => {
    const { body } = await api.get(`/sites/annot/days/${date}`);
    expect(hours(body.dayFrom, body.dayUntil)).toBe(expected);
    const [open] = body.resources[0].open;
    expect(hours(open.from, open.until)).toBe(expected);
  });

  it.each([
    // 01:00 to 05:00 on the wall: three hours in spring, five in autumn, at 3 EUR an hour; half a day of four hours costs 10.
    ['2027-03-28', '2027-03-28T00:00:00Z', '2027-03-28T03:00:00Z', 900],
    ['2027-10-31', '2027-10-30T23:00:00Z', '2027-10-31T04:00:00Z', 1300],
  ])('on %s the price follows the time that passes', async (_, startsAt, endsAt, minor) => {
    const { body } = await api.send('POST', '/quotes', { resourceId: annot.deskIds[0], startsAt, endsAt });
    expect(body.total).toEqual({ minor, currency: 'EUR' });
  });
});
