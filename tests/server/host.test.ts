import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let site: TestSite;
let host: Caller;
let member: TestPerson;
let lea: Caller;
const clock = new MovableClock(NOW);
let count = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, clock);
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});
beforeEach(async () => {
  clock.moveTo(NOW);
  count += 1;
  site = await network.addSite(`place-${count}`);
  host = await api.as(await network.addPerson(`host-${count}`, { role: 'host', structureId: site.structureId }));
  member = await network.addPerson(`lea-${count}`);
  lea = await api.as(member);
});

const url = (rest: string) => `/host/sites/${site.slug}/${rest}`;
describe('badges', () => {
  const register = (uid: string, extra: object = {}) =>
    host.send('POST', url('badges'), { memberId: member.memberId, uid, label: 'Blue', ...extra });
  const uid = (n: number) =>
    `04:A2:9F:${(count * 16 + n).toString(16).padStart(2, '0')}:00:${n.toString(16).padStart(2, '0')}:7F`;

  it('belong to one person at a time, however the number is written', async () => {
    const first = await register(uid(1));
    expect(first).toMatchObject({ status: 201, body: { uidEnding: '017F' } });
    const again = await register(uid(1).replaceAll(':', '').toLowerCase());
    expect(again).toMatchObject({ status: 409, body: { code: 'badge.already_registered' } });
    expect((await host.send('POST', url(`badges/${first.body.id}/revoke`))).status).toBe(200);
    expect((await register(uid(1))).status).toBe(201);
  });

  it('must be readable, and of a member who is there', async () => {
    expect((await register('hello')).body.code).toBe('badge.unreadable');
    const nobody = { memberId: site.id, uid: uid(2) };
    expect((await host.send('POST', url('badges'), nobody)).status).toBe(404);
  });

  it('are shown by their last four signs, to the hosts only', async () => {
    await register(uid(3));
    const { items } = (await host.get(url('badges'))).body;
    expect(items.some((badge: { uidEnding: string }) => badge.uidEnding === '037F')).toBe(true);
    expect(JSON.stringify(items)).not.toContain('04A29F');
    expect((await lea.get(url('badges'))).status).toBe(403);
  });

  it('of the staff are seen and revoked by their own structure; revoking twice is revoking once', async () => {
    const elsewhere = await network.addSite(`other-${count}`);
    const neighbour = await network.addPerson(`neighbour-${count}`, {
      role: 'host',
      structureId: elsewhere.structureId,
    });
    const staff = await register(uid(4), { isStaff: true });
    const plain = await register(uid(5));
    const theirs = await api.as(neighbour);
    const theirUrl = (rest: string) => `/host/sites/${elsewhere.slug}/${rest}`;
    const seen = (await theirs.get(theirUrl('badges'))).body.items.map(({ id }: { id: string }) => id);
    expect([seen.includes(staff.body.id), seen.includes(plain.body.id)]).toEqual([false, true]);
    expect((await theirs.send('POST', theirUrl(`badges/${staff.body.id}/revoke`))).status).toBe(404);
    const first = await host.send('POST', url(`badges/${staff.body.id}/revoke`));
    clock.advance({ minutes: 1 });
    const second = await host.send('POST', url(`badges/${staff.body.id}/revoke`));
    expect([first.body.revokedAt, second.body.revokedAt]).toEqual([iso(NOW), iso(NOW)]);
  });

  it('are found for a member by name or address, from two letters on', async () => {
    const found = (await host.get(`/host/members?q=lea-${count}`)).body.items;
    expect(found.map((each: { id: string }) => each.id)).toEqual([member.memberId]);
    expect((await host.get('/host/members?q=l')).status).toBe(400);
    expect((await host.get('/host/members?q=%25%25')).body.items).toEqual([]);
  });
});

describe('the day of a site', () => {
  it('shows who comes, who has the spaces now, and that no door is connected', async () => {
    const request = { resourceId: site.deskIds[0], startsAt: iso(NOW + HOUR), endsAt: iso(NOW + 3 * HOUR) };
    const held = await lea.send('POST', '/bookings', request);
    await lea.send('POST', `/bookings/${held.body.id}/confirm`);
    const { body } = await host.get(url('day'));
    expect(body.date).toBe('2026-11-24');
    expect(body.bookings).toMatchObject([
      { id: held.body.id, status: 'confirmed', member: { displayName: `lea-${count}` } },
    ]);
    expect(body.spaces.map((space: { heldBy: string }) => space.heldBy)).toEqual(['professional', 'professional']);
    expect(body.bridge).toBeNull();
    expect((await host.send('POST', url(`doors/${site.entranceDoorId}/unlock`))).body.code).toBe('door.site_offline');
  });

  it("is not another structure's, nor a member's", async () => {
    const elsewhere = await network.addSite(`elsewhere-${count}`);
    expect((await host.get(`/host/sites/${elsewhere.slug}/day`)).status).toBe(403);
    expect((await lea.get(url('day'))).status).toBe(403);
    expect((await api.get(url('day'))).status).toBe(401);
  });
});

describe('the manager', () => {
  it('sees the month: what was booked over what could be, what was used, what it is worth', async () => {
    const manager = await api.as(await network.addPerson(`manager-${count}`, { role: 'manager' }));
    await network.setHours(site, [{ weekdays: [2], from: 9 * 60, until: 19 * 60 }]);
    const request = { resourceId: site.deskIds[0], startsAt: iso(NOW + HOUR), endsAt: iso(NOW + 3 * HOUR) };
    const held = await lea.send('POST', '/bookings', request);
    await lea.send('POST', `/bookings/${held.body.id}/confirm`);
    const { body } = await manager.get('/manager/overview?month=2026-11');
    const own = body.sites.find((each: { slug: string }) => each.slug === site.slug);
    // November 2026 has four Tuesdays: 4 x 10 h for each of three desks and a room.
    expect(own).toMatchObject({
      bookableHours: 160,
      bookedHours: 2,
      usedHours: 0,
      bookingCount: 1,
      revenue: { minor: 600 },
    });
    const day = body.days.find((each: { date: string }) => each.date === '2026-11-24');
    expect(day.bookingCount).toBeGreaterThanOrEqual(1);
    expect((await host.get('/manager/overview')).status).toBe(403);
  });
});
