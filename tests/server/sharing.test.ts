import { randomUUID } from 'node:crypto';
import * as schema from '@mitoyen/db/schema';
import { type Broker, runHousekeeping } from '@mitoyen/server';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
const quiet = { info() {}, warn() {}, error() {} };

const clock = new MovableClock(NOW);
let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let place: TestSite;
let club: TestSite;
let nadia: Caller;
let karim: Caller;
let lea: Caller;
let tom: Caller;
let nadiaPerson: TestPerson;
let karimPerson: TestPerson;
let leaPerson: TestPerson;
let tomPerson: TestPerson;
let count = 0;

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});

/** A place whose Wednesdays from 14 to 18 are the young's, and a partner structure with its own staff. */
beforeEach(async () => {
  await api?.close();
  await network?.close();
  clock.moveTo(NOW);
  count += 1;
  network = await createTestNetwork(database.ownerUrl, `network-${count}`, NOW);
  api = await startTestApi(database, network, clock);
  place = await network.addSite('place');
  club = await network.addSite('club');
  await network.setHours(place, [
    { weekdays: [1, 2, 4, 5], from: 540, until: 1080 },
    { weekdays: [3], from: 540, until: 780 },
    { weekdays: [3], from: 840, until: 1080, audience: 'youth' },
  ]);
  const [host, partner, professional, young] = [
    await network.addPerson('nadia', { audience: 'staff', role: 'host', structureId: place.structureId }),
    await network.addPerson('karim', { audience: 'staff', role: 'host', structureId: club.structureId }),
    await network.addPerson('lea'),
    await network.addPerson('tom', { audience: 'youth' }),
  ];
  [nadiaPerson, karimPerson, leaPerson, tomPerson] = [host, partner, professional, young];
  [nadia, karim, lea, tom] = [
    await api.as(host),
    await api.as(partner),
    await api.as(professional),
    await api.as(young),
  ];
});

const wednesday = (time: string) => `2026-11-25T${time}:00+01:00`;
const book = (caller: Caller, from: string, until: string, resourceId = place.deskIds[0]) =>
  caller.send('POST', '/bookings', { resourceId, startsAt: wednesday(from), endsAt: wednesday(until) });
const sharing = async (): Promise<Body> => (await nadia.get('/host/sites/place/sharing')).body;
const youthWindow = async (): Promise<string> =>
  (await sharing()).options.windows.find(({ audience }: Body) => audience === 'youth').id;

async function addTariff(hourMinor: number): Promise<string> {
  const id = randomUUID();
  await network.within((tx) =>
    tx.insert(schema.tariffs).values({
      networkId: network.id,
      id,
      structureId: place.structureId,
      name: 'Dernière minute',
      currency: 'EUR',
      hourMinor,
      vatKind: 'exempt_293b',
    }),
  );
  return id;
}

async function release(hoursBefore: number, tariffId: string | null = null): Promise<string> {
  const id = randomUUID();
  const body = { windowIds: [await youthWindow()], releasedTo: 'professional', hoursBefore, tariffId };
  const put = await nadia.send('PUT', `/host/sites/place/sharing/releases/${id}`, body);
  expect(put.status).toBe(204);
  return id;
}

describe('a window that is promised, then released', () => {
  it('is booked by its own public until so many hours before; from that second on by the other one, at its price', async () => {
    const tariffId = await addTariff(100);
    await release(24, tariffId);
    // Wednesday 14:00 less 24 hours.
    const instant = Date.parse('2026-11-24T13:00:00Z');

    clock.moveTo(instant - 1_000);
    [lea, tom] = [await api.as(leaPerson), await api.as(tomPerson)];
    const early = await book(lea, '15:00', '16:00');
    expect(early).toMatchObject({ status: 422, body: { code: 'booking.audience_not_admitted' } });
    const promised = await lea.get('/sites/place/days/2026-11-25');
    expect(freeOf(promised.body, place.deskIds[0])).toEqual(['2026-11-25T08:00:00.000Z/2026-11-25T12:00:00.000Z']);

    clock.moveTo(instant);
    const day = await lea.get('/sites/place/days/2026-11-25');
    expect(freeOf(day.body, place.deskIds[0])).toEqual([
      '2026-11-25T08:00:00.000Z/2026-11-25T12:00:00.000Z',
      '2026-11-25T13:00:00.000Z/2026-11-25T17:00:00.000Z',
    ]);
    const released = await book(lea, '15:00', '17:00');
    expect(released.body).toMatchObject({ status: 'held', price: { minor: 200 }, audience: 'professional' });
    const late = await book(tom, '14:00', '15:00', place.deskIds[1]);
    expect(late).toMatchObject({ status: 422, body: { code: 'booking.audience_not_admitted' } });
  });

  it('leaves what its public has booked, and the handover around it', async () => {
    await release(24);
    const kept = await book(tom, '14:00', '15:00');
    expect((await tom.send('POST', `/bookings/${kept.body.id}/confirm`)).status).toBe(200);
    clock.moveTo(NOW + 7 * HOUR);
    lea = await api.as(leaPerson);
    const beside = await book(lea, '14:00', '15:00', place.deskIds[1]);
    expect(beside.status).toBe(422);
    const after = await book(lea, '15:00', '16:00', place.deskIds[1]);
    expect(after.status).toBe(201);
  });

  it('is found by a search of the public that it is released to, from that instant on', async () => {
    await release(24);
    const find = async () =>
      (await api.get('/sites?date=2026-11-25&audience=professional&from=15:00&until=16:00')).body.items;
    const before = await find();
    clock.moveTo(NOW + 6 * HOUR);
    const after = await find();
    expect([before, after].map((items) => items.find(({ slug }: Body) => slug === 'place').freeCount)).toEqual([0, 4]);
  });

  it('is known to the doors within a minute of it, without anybody booking', async () => {
    await release(24);
    await network.within(async (tx) => {
      await tx.insert(schema.bridges).values({
        networkId: network.id,
        id: randomUUID(),
        siteId: place.id,
        name: 'Box',
        publicKey: 'k'.repeat(43),
        createdAt: NOW,
      });
      await tx.update(schema.doors).set({ obeysAudienceWindows: true }).where(eq(schema.doors.networkId, network.id));
    });
    const published: string[] = [];
    const broker = {
      isConnected: () => true,
      publish: async ({ topic }: { topic: string }) => {
        published.push(topic);
      },
    } as unknown as Broker;
    const housekeep = async (at: number) => {
      clock.moveTo(at);
      published.length = 0;
      await runHousekeeping(api.services, broker, quiet);
      return published.filter((topic) => topic.includes('/grants/')).length;
    };
    const instant = Date.parse('2026-11-24T13:00:00Z');
    expect(await housekeep(instant - 60_000)).toBeGreaterThan(0);
    // Nothing has changed: nothing is said.
    expect(await housekeep(instant - 1_000)).toBe(0);
    expect(await housekeep(instant)).toBeGreaterThan(0);
    expect(await housekeep(instant + 59_000)).toBe(0);
  });

  it('is shown with the instant of each release', async () => {
    const id = await release(2);
    const { releases } = await sharing();
    expect(releases).toMatchObject([
      {
        id,
        releasedTo: 'professional',
        hoursBefore: 2,
        tariff: null,
        ahead: [
          {
            from: '2026-11-25T13:00:00.000Z',
            until: '2026-11-25T17:00:00.000Z',
            releasesAt: '2026-11-25T11:00:00.000Z',
            isReleased: false,
          },
          { from: '2026-11-25T13:00:00.000Z', isReleased: false },
          { from: '2026-12-02T13:00:00.000Z', isReleased: false },
          { from: '2026-12-02T13:00:00.000Z', isReleased: false },
        ],
      },
    ]);
  });

  it('is not its public’s any more when the rule is taken away and put back: nothing is left of it', async () => {
    const id = await release(48);
    expect((await book(lea, '15:00', '16:00')).status).toBe(201);
    const removed = await nadia.send('DELETE', `/host/sites/place/sharing/releases/${id}`);
    expect(removed.status).toBe(204);
    expect((await book(lea, '16:00', '17:00')).body.code).toBe('booking.audience_not_admitted');
    expect((await nadia.send('DELETE', `/host/sites/place/sharing/releases/${id}`)).status).toBe(404);
  });

  it('is refused in words where it makes no sense', async () => {
    const put = async (body: object) =>
      (
        await nadia.send('PUT', `/host/sites/place/sharing/releases/${randomUUID()}`, {
          windowIds: [await youthWindow()],
          releasedTo: 'professional',
          hoursBefore: 24,
          tariffId: null,
          ...body,
        })
      ).body.code;
    expect(await put({ releasedTo: 'youth' })).toBe('sharing.released_to_itself');
    expect(await put({ releasedTo: 'martians' })).toBe('sharing.audience_unknown');
    expect(await put({ releasedTo: 'staff' })).toBe('sharing.audience_unknown');
    expect(await put({ windowIds: [randomUUID()] })).toBe('sharing.window_unknown');
    expect(await put({ tariffId: randomUUID() })).toBe('sharing.tariff_unknown');
    expect(await put({ hoursBefore: -1 })).toBe('request.invalid');
    await release(24);
    expect(await put({})).toBe('sharing.window_has_rule');
    expect((await sharing()).releases).toHaveLength(1);
  });

  it('may not bring to the place whom it never has there at once', async () => {
    const ids = [network.audienceIds.get('professional'), network.audienceIds.get('youth')].sort() as [string, string];
    await network.setHours(place, [
      { weekdays: [3], from: 840, until: 1080, audience: 'youth', spaceId: place.openSpaceId },
      { weekdays: [3], from: 840, until: 1080, audience: 'general', spaceId: place.roomSpaceId },
    ]);
    await network.within(async (tx) => {
      for (const [index, audienceId] of ids.entries()) {
        await tx
          .update(schema.spaceAudiences)
          .set({ siteAxis: 'a', siteClass: `c${index}` })
          .where(
            and(eq(schema.spaceAudiences.networkId, network.id), eq(schema.spaceAudiences.audienceId, audienceId)),
          );
      }
    });
    const { options } = await sharing();
    const [general] = options.windows.filter(({ audience }: Body) => audience === 'general');
    const put = await nadia.send('PUT', `/host/sites/place/sharing/releases/${randomUUID()}`, {
      windowIds: [general.id],
      releasedTo: 'professional',
      hoursBefore: 24,
      tariffId: null,
    });
    expect(put).toMatchObject({ status: 422, body: { code: 'sharing.never_on_one_site' } });
  });
});

describe('a share', () => {
  async function share(tariffId: string | null = null): Promise<string> {
    const id = randomUUID();
    const body = { windowIds: [await youthWindow()], structureId: club.structureId, tariffId };
    expect((await nadia.send('PUT', `/host/sites/place/sharing/shares/${id}`, body)).status).toBe(204);
    return id;
  }
  const bookForPublic = (caller: Caller, body: object = {}) =>
    caller.send('POST', '/host/public-bookings', {
      structureId: club.structureId,
      resourceId: place.roomId,
      startsAt: wednesday('14:00'),
      endsAt: wednesday('16:00'),
      audience: 'youth',
      memberId: null,
      seats: 6,
      ...body,
    });

  it('lets the partner’s staff book for a group under its name, at the price of the share; outside it is refused', async () => {
    expect((await bookForPublic(karim)).body.code).toBe('booking.not_shared');
    await share(await addTariff(250));
    const made = await bookForPublic(karim);
    expect(made).toMatchObject({ status: 201, body: { status: 'confirmed', seats: 6, price: { minor: 500 } } });
    expect(made.body.access.pin).toMatch(/^\d{6}$/);
    // The own morning of professionals is nobody else's.
    const morning = { startsAt: wednesday('10:00'), endsAt: wednesday('11:00'), audience: 'professional' };
    expect((await bookForPublic(karim, morning)).body.code).toBe('booking.not_shared');
    // Not the young's own hours either, where there is no share.
    const other = { startsAt: wednesday('17:30'), endsAt: wednesday('18:30') };
    expect((await bookForPublic(karim, other)).body.code).toBe('booking.outside_opening_window');
    expect(
      (await bookForPublic(karim, { startsAt: wednesday('16:00'), endsAt: wednesday('17:00'), seats: 9 })).body.code,
    ).toBe('booking.too_few_seats');
    expect((await bookForPublic(nadia)).body.code).toBe('auth.forbidden');
    expect((await bookForPublic(tom)).body.code).toBe('auth.forbidden');
    // One group, one member, however often it comes.
    expect((await bookForPublic(karim, { startsAt: wednesday('16:00'), endsAt: wednesday('17:00') })).status).toBe(201);
    const groups = await network.within((tx) =>
      tx.select().from(schema.members).where(eq(schema.members.kind, 'group')),
    );
    expect(groups).toMatchObject([{ displayName: 'Structure club', homeStructureId: club.structureId }]);
  });

  it('is for the partner’s own public: a person of it, and nobody else', async () => {
    await share();
    const forTom = { memberId: tomPerson.memberId, seats: 1 };
    expect((await bookForPublic(karim, forTom)).body.code).toBe('booking.not_your_public');
    const membership = `/host/structures/${club.structureId}/public/${tomPerson.memberId}`;
    expect((await nadia.send('PUT', membership)).status).toBe(403);
    expect((await karim.send('PUT', membership)).status).toBe(204);
    expect((await karim.send('PUT', membership)).status).toBe(204);
    const taken = await nadia.send('PUT', `/host/structures/${place.structureId}/public/${tomPerson.memberId}`);
    expect(taken.body.code).toBe('public.of_another');
    const made = await bookForPublic(karim, forTom);
    expect(made.status).toBe(201);
    // The partner does not see the code of a person, who has a login of their own.
    expect(made.body.access).toBeNull();
    const own = (await tom.get(`/bookings/${made.body.id}`)).body;
    expect(own.access.pin).toMatch(/^\d{6}$/);
    expect((await karim.get(`/host/structures/${club.structureId}/public`)).body.items).toMatchObject([
      { id: tomPerson.memberId, displayName: 'tom', audience: 'youth' },
    ]);
    // The partner gives back what it has booked; the host of the place may as well.
    expect((await karim.send('POST', `/bookings/${made.body.id}/cancel`)).status).toBe(200);
    expect((await karim.send('DELETE', membership)).status).toBe(204);
  });

  it('is seen on the host’s day under the partner’s name; the person’s own only where the network lets partners see it', async () => {
    await share();
    await karim.send('PUT', `/host/structures/${club.structureId}/public/${tomPerson.memberId}`);
    expect((await bookForPublic(karim, { memberId: tomPerson.memberId, seats: 1 })).status).toBe(201);
    const names = async () =>
      (await nadia.get('/host/sites/place/day?date=2026-11-25')).body.bookings.map(({ member, partner }: Body) => [
        member.displayName,
        partner?.name,
      ]);
    expect(await names()).toEqual([['Structure club', 'Structure club']]);
    const planned = await nadia.get('/host/sites/place/schedule/hours?from=2026-11-25&until=2026-11-26&bookings=1');
    expect(planned.body.bookings).toMatchObject([{ memberName: 'Structure club' }]);
    await network.within((tx) =>
      tx
        .update(schema.audiences)
        .set({ namesVisibleTo: 'partners' })
        .where(and(eq(schema.audiences.networkId, network.id), eq(schema.audiences.code, 'youth'))),
    );
    expect(await names()).toEqual([['tom', 'Structure club']]);
  });

  it('says what was used of it, on both sides', async () => {
    await share();
    expect((await bookForPublic(karim)).status).toBe(201);
    clock.moveTo(NOW + 3 * 24 * HOUR);
    // Signed in days ago: that has ended meanwhile.
    [nadia, karim] = [await api.as(nadiaPerson), await api.as(karimPerson)];
    const { shares } = await sharing();
    expect(shares).toMatchObject([
      {
        partner: { name: 'Structure club' },
        use: { bookings: 1, people: 6, bookedMinutes: 120, revenue: [{ minor: 600, currency: 'EUR' }] },
      },
    ]);
    expect(shares[0].use.heldMinutes).toBe(8 * 2 * 240);
    const borrowed = (await karim.get('/host/agreements')).body;
    expect(borrowed.shares).toMatchObject([{ host: { name: 'Structure place' }, site: { slug: 'place' } }]);
    expect(borrowed.items).toEqual([]);
  });

  it('is refused to the place’s own structure, to none, and for windows that are not there', async () => {
    const put = async (body: object) =>
      (
        await nadia.send('PUT', `/host/sites/place/sharing/shares/${randomUUID()}`, {
          windowIds: [await youthWindow()],
          structureId: club.structureId,
          tariffId: null,
          ...body,
        })
      ).body.code;
    expect(await put({ structureId: place.structureId })).toBe('sharing.partner_unknown');
    expect(await put({ structureId: randomUUID() })).toBe('sharing.partner_unknown');
    expect(await put({ windowIds: [randomUUID()] })).toBe('sharing.window_unknown');
    expect(await put({ tariffId: randomUUID() })).toBe('sharing.tariff_unknown');
    const id = await share();
    expect((await karim.send('DELETE', `/host/sites/place/sharing/shares/${id}`)).status).toBe(403);
    expect((await nadia.send('DELETE', `/host/sites/place/sharing/shares/${id}`)).status).toBe(204);
    expect((await sharing()).shares).toEqual([]);
  });
});

function freeOf(day: Body, resourceId: string | undefined): string[] {
  const resource = day.resources.find(({ id }: Body) => id === resourceId);
  return resource.free.map(({ from, until }: Body) => `${from}/${until}`);
}
