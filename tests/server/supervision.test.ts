import * as schema from '@mitoyen/db/schema';
import { decideAccess, indexGrantSet } from '@mitoyen/domain';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileSiteAccess } from '../../server/src/access/compile-site.ts';
import { type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';

/** Wednesday, 14:00 in Paris. */
const NOW = Date.parse('2026-11-25T13:00:00Z');
const HOUR = 3_600_000;
const MINUTE = 60_000;
const iso = (at: number) => new Date(at).toISOString();

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let site: TestSite;
let host: Caller;
let hostPerson: TestPerson;
let manager: Caller;
let ada: TestPerson;
let parent: Caller;
let now = NOW;
let count = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, { now: () => now });
  manager = await api.as(await network.addPerson('boss', { role: 'manager' }));
  parent = await api.as(await network.addPerson('parent'));
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});
beforeEach(async () => {
  now = NOW;
  count += 1;
  site = await network.addSite(`place-${count}`);
  await network.setHours(site, [
    { audience: 'youth', weekdays: [3], from: 14 * 60, until: 18 * 60 },
    { weekdays: [1, 2, 4, 5] },
  ]);
  hostPerson = await network.addPerson(`host-${count}`, { role: 'host', structureId: site.structureId });
  host = await api.as(hostPerson);
  ada = await network.addPerson(`ada-${count}`);
});

/** Signs in anew: access tokens are short. */
const goTo = async (at: number) => {
  now = at;
  host = await api.as(hostPerson);
};
const path = (rest: string) => `/host/sites/${site.slug}/${rest}`;
const addChild = async (birthDate = '2014-05-01', firstName = 'Noa') => {
  const answer = await parent.send('POST', '/me/children', { firstName, birthDate, audience: 'youth' });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.memberId as string;
};
const agree = (memberId: string, isGiven = true) =>
  parent.send('PUT', `/me/children/${memberId}/consents/attendance`, { isGiven });
const bookFor = (memberId: string, deskIndex = 0) =>
  parent.send('POST', '/bookings', {
    resourceId: site.deskIds[deskIndex],
    startsAt: iso(NOW + HOUR),
    endsAt: iso(NOW + 2 * HOUR),
    audience: 'youth',
    forMemberId: memberId,
  });
const come = (body: object) =>
  host.send('POST', path('session/attendances'), {
    spaceId: site.openSpaceId,
    kind: 'minor',
    memberId: null,
    age: null,
    bookingId: null,
    ...body,
  });
const referent = async (what: 'arrive' | 'leave') => {
  await host.send('PUT', path(`referents/${ada.memberId}`));
  const answer = await host.send('POST', path(`referents/${ada.memberId}/presence`), { what });
  expect(answer.status, JSON.stringify(answer.body)).toBe(204);
};

describe('minors and their guardians', () => {
  it('are added by a guardian with a first name and a date of birth, and nothing else is kept', async () => {
    const memberId = await addChild();
    const [row] = await network.within((tx) => tx.select().from(schema.members).where(eq(schema.members.id, memberId)));
    expect(row).toMatchObject({ displayName: 'Noa', accountId: null, birthDate: '2014-05-01' });
    expect((await parent.get('/me/children')).body.items).toContainEqual({
      memberId,
      firstName: 'Noa',
      age: 12,
      audience: 'youth',
      consents: [],
    });
  });

  it('are no adults: a date of birth eighteen years ago, or to come, is refused', async () => {
    const send = (birthDate: string) =>
      parent.send('POST', '/me/children', { firstName: 'Max', birthDate, audience: 'youth' });
    expect((await send('2008-11-25')).status).toBe(400);
    expect((await send('2008-11-26')).status).toBe(201);
    expect((await send('2027-01-01')).status).toBe(400);
  });

  it('come with a guardian’s agreement only, from the moment it is given until it is withdrawn', async () => {
    const memberId = await addChild();
    expect(await bookFor(memberId)).toMatchObject({ status: 422, body: { code: 'booking.consent_missing' } });
    await agree(memberId);
    const booked = await bookFor(memberId);
    expect(booked.status).toBe(201);
    // The guardian sees, confirms and gives back what is the child's.
    expect((await parent.send('POST', `/bookings/${booked.body.id}/confirm`)).status).toBe(200);
    expect((await parent.get('/bookings?scope=upcoming')).body.items.map((each: { id: string }) => each.id)).toContain(
      booked.body.id,
    );
    expect((await parent.send('POST', `/bookings/${booked.body.id}/cancel`)).status).toBe(200);
    await agree(memberId, false);
    expect((await bookFor(memberId)).body.code).toBe('booking.consent_missing');
  });

  it('are booked for by their guardian only', async () => {
    const memberId = await addChild();
    await agree(memberId);
    const stranger = await api.as(await network.addPerson(`stranger-${count}`));
    const request = {
      resourceId: site.deskIds[0],
      startsAt: iso(NOW + HOUR),
      endsAt: iso(NOW + 2 * HOUR),
      forMemberId: memberId,
    };
    expect((await stranger.send('POST', '/bookings', request)).status).toBe(404);
    const booked = await bookFor(memberId);
    expect((await stranger.get(`/bookings/${booked.body.id}`)).status).toBe(404);
    expect((await stranger.send('PUT', `/me/children/${memberId}/consents/image`, { isGiven: true })).status).toBe(404);
  });

  it('keep to hours of their age', async () => {
    const memberId = await addChild();
    await agree(memberId);
    await network.within((tx) => tx.execute(`update audiences set min_age = 14 where code = 'youth'`));
    expect((await bookFor(memberId)).body.code).toBe('booking.age_out_of_range');
    await network.within((tx) => tx.execute(`update audiences set min_age = null where code = 'youth'`));
    expect((await bookFor(memberId)).status).toBe(201);
  });

  it('are added by the structure where a guardian has no account, whose address is kept sealed', async () => {
    const added = await host.send('POST', path('minors'), {
      firstName: 'Zoé',
      birthDate: '2013-02-02',
      audience: null,
      guardianName: 'Mme Roux',
      guardianContact: '06 00 00 00 00',
    });
    expect(added.status).toBe(201);
    const { memberId } = added.body;
    const consent = (isGiven: boolean, validUntil: string | null = null) =>
      host.send('PUT', path(`minors/${memberId}/consents/attendance`), { isGiven, givenBy: 'paper', validUntil });
    expect((await consent(true, '2026-11-25')).status).toBe(204);
    const { body } = await host.get(path('minors'));
    expect(body.items).toMatchObject([
      {
        firstName: 'Zoé',
        age: 13,
        guardian: { name: 'Mme Roux', hasAccount: false, contact: '06 00 00 00 00' },
        consents: [{ kind: 'attendance', givenBy: 'paper', validUntil: '2026-11-25' }],
      },
    ]);
    const dump = await network.within((tx) => tx.select().from(schema.guardianships));
    expect(JSON.stringify(dump)).not.toContain('06 00');
    // Its last day is included.
    await goTo(NOW + 24 * HOUR);
    expect((await host.get(path('minors'))).body.items[0].consents).toEqual([]);
    const other = await network.addSite(`other-${count}`);
    const neighbour = await api.as(
      await network.addPerson(`neighbour-${count}`, { role: 'host', structureId: other.structureId }),
    );
    expect((await neighbour.get(`/host/sites/${other.slug}/minors`)).body.items).toEqual([]);
    expect(
      (
        await neighbour.send('PUT', `/host/sites/${other.slug}/minors/${memberId}/consents/image`, {
          isGiven: true,
          givenBy: 'paper',
          validUntil: null,
        })
      ).status,
    ).toBe(404);
  });
});

describe('who is counted in', () => {
  it('waits for a referent, then for the ratio, then for the space', async () => {
    await host.send('PUT', path('supervision/youth'), {
      policy: {
        withoutReferent: 'referent_first',
        graceMinutes: 5,
        ratios: 'fr-accueil-de-loisirs',
        needsGuardianConsent: false,
      },
    });
    expect(await come({ age: 5 })).toMatchObject({ status: 422, body: { code: 'session.no_referent' } });
    await referent('arrive');
    for (let child = 0; child < 8; child++) expect((await come({ age: 5 })).status).toBe(201);
    // One adult for eight under six; a ninth needs another.
    const ninth = await come({ age: 5 });
    expect(ninth).toMatchObject({
      status: 409,
      body: { code: 'session.ratio_reached', figures: { referentsPresent: 1, supervisors: 1, supervisorsNeeded: 2 } },
    });
    expect((await come({ kind: 'supervisor' })).status).toBe(201);
    expect((await come({ age: 5 })).status).toBe(201);
    await network.within((tx) => tx.execute(`update spaces set capacity = 10 where id = '${site.openSpaceId}'`));
    expect((await come({ kind: 'adult' })).body.code).toBe('session.space_full');
    const { body } = await host.get(path('session'));
    const space = body.spaces.find(({ id }: { id: string }) => id === site.openSpaceId);
    expect(space).toMatchObject({
      audience: 'youth',
      isSupervised: true,
      minors: 9,
      supervisors: 2,
      supervisorsNeeded: 2,
      present: 10,
    });
    expect(body.referentsPresent).toMatchObject([{ displayName: `ada-${count}`, notedBy: 'check_in' }]);
    // Who leaves makes room.
    const [first] = space.attendances;
    expect((await host.send('POST', path(`session/attendances/${first.id}/end`))).status).toBe(204);
    expect((await host.send('POST', path(`session/attendances/${first.id}/end`))).status).toBe(404);
    expect((await come({ kind: 'adult' })).status).toBe(201);
  });

  it('goes on for the grace time after the referent left', async () => {
    await referent('arrive');
    await referent('leave');
    await goTo(NOW + 10 * MINUTE - 1);
    expect((await come({ age: 12 })).status).toBe(201);
    await goTo(NOW + 10 * MINUTE);
    expect((await come({ age: 12 })).body.code).toBe('session.no_referent');
  });

  it('never exceeds the building, however many are counted at once', async () => {
    await referent('arrive');
    await network.within((tx) => tx.execute(`update sites set building_capacity = 3 where id = '${site.id}'`));
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        come({ age: 12, spaceId: index % 2 ? site.openSpaceId : site.roomSpaceId }),
      ),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(new Set(replies.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
      new Set(['session.building_full']),
    );
  });

  it('is a child whose guardian agreed, once', async () => {
    await referent('arrive');
    const memberId = await addChild();
    expect((await come({ memberId })).body.code).toBe('session.consent_missing');
    await agree(memberId);
    expect((await come({ memberId })).status).toBe(201);
    expect((await come({ memberId })).body.code).toBe('session.already_there');
  });

  it('is expected by the bookings of the day', async () => {
    const memberId = await addChild();
    await agree(memberId);
    const booked = await bookFor(memberId);
    await parent.send('POST', `/bookings/${booked.body.id}/confirm`);
    const expected = async () =>
      (await host.get(path('session'))).body.spaces.find(({ id }: { id: string }) => id === site.openSpaceId).expected;
    expect(await expected()).toMatchObject([
      { memberId, displayName: 'Noa', age: 12, needsConsent: true, hasConsent: true },
    ]);
    await referent('arrive');
    expect((await come({ memberId, bookingId: booked.body.id })).status).toBe(201);
    expect(await expected()).toEqual([]);
  });
});

describe('the doors', () => {
  const decide = async (holder: { memberId: string }, uid: string) => {
    const compiled = await network.within((tx) =>
      compileSiteAccess(
        tx,
        api.services,
        network.id,
        { id: site.id, structureId: site.structureId, timeZone: 'Europe/Paris' },
        now,
      ),
    );
    if (compiled === null) throw new Error('no such site');
    const grant = compiled.content.grants.find(({ holderRef }) => holderRef === holder.memberId);
    if (grant === undefined) throw new Error(`nothing opens for ${uid}`);
    const set = {
      networkId: network.id,
      siteId: site.id,
      timeZone: 'Europe/Paris',
      epoch: 1,
      sequence: 1,
      issuedAt: now,
      validUntil: now + HOUR,
    };
    return decideAccess(
      indexGrantSet({ ...set, ...compiled.content }),
      {
        doorId: site.entranceDoorId,
        kind: grant.kind,
        match: grant.match,
        clockTrust: 'trusted',
        doorMode: 'normal',
        recentPinFailures: [],
      },
      now,
    );
  };

  it('open in youth hours for a referent first, who has come by the page', async () => {
    const kid = await network.addPerson(`kid-${count}`, { audience: 'youth' });
    const young = await api.as(kid);
    const booked = await young.send('POST', '/bookings', {
      resourceId: site.deskIds[0],
      startsAt: iso(NOW),
      endsAt: iso(NOW + HOUR),
    });
    await young.send('POST', `/bookings/${booked.body.id}/confirm`);
    expect(await decide(kid, 'pin')).toMatchObject({ granted: false, reason: 'no_referent' });
    await referent('arrive');
    expect(await decide(kid, 'pin')).toMatchObject({ granted: true });
    await referent('leave');
    await goTo(NOW + 10 * MINUTE);
    expect(await decide(kid, 'pin')).toMatchObject({ granted: false, reason: 'no_referent' });
    // The site may ask for nobody.
    const policy = { withoutReferent: 'anyone', graceMinutes: 10, ratios: 'none', needsGuardianConsent: false };
    expect((await host.send('PUT', path('supervision/youth'), { policy })).status).toBe(204);
    expect(await decide(kid, 'pin')).toMatchObject({ granted: true });
    // And go back to what the network says.
    expect((await host.send('PUT', path('supervision/youth'), { policy: null })).status).toBe(204);
    expect(await decide(kid, 'pin')).toMatchObject({ reason: 'no_referent' });
  });
});

describe('what is asked', () => {
  it('is set by the network, and by a site for itself', async () => {
    const of = (body: { items: { audience: string }[] }, audience: string) =>
      body.items.find((each) => each.audience === audience);
    expect(of((await host.get(path('supervision'))).body, 'youth')).toMatchObject({
      withoutReferent: 'referent_first',
      isOwn: false,
    });
    expect(of((await host.get(path('supervision'))).body, 'professional')).toMatchObject({
      withoutReferent: 'not_needed',
    });
    const policy = { withoutReferent: 'anyone', graceMinutes: 0, ratios: 'none', needsGuardianConsent: true };
    expect((await manager.send('PUT', '/manager/supervision/training', policy)).status).toBe(204);
    expect(of((await host.get(path('supervision'))).body, 'training')).toMatchObject({ ...policy, isOwn: false });
    expect((await host.send('PUT', '/manager/supervision/training', policy)).status).toBe(403);
    expect((await manager.send('PUT', '/manager/supervision/nobody', policy)).status).toBe(404);
  });

  it('plans referents once or every week, in local time over the clock change', async () => {
    await host.send('PUT', path(`referents/${ada.memberId}`));
    const planned = await host.send('POST', path('referent-shifts'), {
      memberId: ada.memberId,
      spaceId: null,
      date: '2026-11-25',
      startsAt: '14:00',
      endsAt: '18:00',
      repeatUntil: '2026-12-09',
    });
    expect(planned.body.ids).toHaveLength(3);
    const hours = await host.get(path('schedule/hours?from=2026-11-25&until=2026-11-26'));
    expect(hours.body.referents).toEqual([
      {
        spaceId: null,
        name: `ada-${count}`,
        from: '2026-11-25T13:00:00.000Z',
        until: '2026-11-25T17:00:00.000Z',
        present: false,
      },
    ]);
    expect((await host.send('DELETE', path(`referent-shifts/${planned.body.ids[0]}`))).status).toBe(204);
    expect((await host.send('DELETE', path(`referent-shifts/${planned.body.ids[0]}`))).status).toBe(404);
    const endless = { memberId: ada.memberId, spaceId: null, date: '2026-11-25', startsAt: '14:00', endsAt: '18:00' };
    expect((await host.send('POST', path('referent-shifts'), { ...endless, repeatUntil: '2029-01-01' })).status).toBe(
      400,
    );
    const stranger = { ...endless, memberId: crypto.randomUUID(), repeatUntil: null };
    expect((await host.send('POST', path('referent-shifts'), stranger)).status).toBe(404);
  });
});
