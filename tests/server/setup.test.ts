import { createOutboxWorker } from '@mitoyen/server';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, TEST_PASSWORD, type TestNetwork, type TestSite } from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let manager: Caller;
let count = 0;
const clock = new MovableClock(NOW);

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, clock);
  manager = await api.as(await network.addPerson('manager', { role: 'manager' }));
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});
beforeEach(() => {
  clock.moveTo(NOW);
  count += 1;
});

const structureSettings = (changes: object = {}) => ({
  name: 'Les Ateliers',
  legalForm: 'association',
  labels: ['epn'],
  contactEmail: 'bonjour@ateliers.example',
  ...changes,
});
const newStructure = async () => (await manager.send('POST', '/manager/structures', structureSettings())).body;
const siteSettings = (changes: object = {}) => ({
  slug: `castellane-${count}`,
  name: 'L’Atelier de Castellane',
  description: null,
  addressLine: '3 place de l’Église',
  postalCode: '04120',
  commune: 'Castellane',
  inseeCode: '04039',
  latitude: 43.8469,
  longitude: 6.5136,
  programmes: ['epn'],
  ...changes,
});
const createSite = (structureId: string, changes: object = {}) =>
  manager.send('POST', `/manager/structures/${structureId}/sites`, siteSettings(changes));

/** The link in the last mail to this address. */
async function linkMailedTo(email: string): Promise<string> {
  const { items } = (await api.get('/demo/outbox')).body;
  const { id } = items.find(({ recipient }: Body) => recipient === email);
  return (await api.get(`/demo/outbox/${id}`)).body.text;
}
const tokenIn = (text: string) => /\/mot-de-passe\/([A-Za-z0-9_-]{43})/.exec(text)?.[1];
const asked = async (topic: string, siteId: string) =>
  network.within(async (tx) => {
    const rows = await tx.execute(
      sql`select 1 from outbox where network_id = ${network.id} and topic = ${topic} and payload ->> 'siteId' = ${siteId}`,
    );
    return [...rows].length;
  });

describe('a structure', () => {
  it('is created, changed, and deleted while it has nothing', async () => {
    const made = await newStructure();
    expect(made).toMatchObject({ name: 'Les Ateliers', labels: ['epn'], sites: [], staff: [] });
    const url = `/manager/structures/${made.id}`;
    const changed = await manager.send('PUT', url, structureSettings({ legalForm: 'company', contactEmail: null }));
    expect(changed).toMatchObject({ status: 200, body: { legalForm: 'company', contactEmail: null } });
    expect((await manager.get('/manager/structures')).body.items.map(({ id }: Body) => id)).toContain(made.id);
    expect((await manager.send('DELETE', url)).status).toBe(204);
    expect((await manager.get(url)).status).toBe(404);
  });

  it('with places or staff stays, and it is said which', async () => {
    const { id } = await newStructure();
    await createSite(id);
    await manager.send('POST', `/manager/structures/${id}/staff`, { email: `a${count}@x.example`, displayName: 'A' });
    const refused = await manager.send('DELETE', `/manager/structures/${id}`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'setup.still_used' } });
    expect(refused.body.inTheWay).toEqual([
      { kind: 'sites', count: 1 },
      { kind: 'staff', count: 1 },
    ]);
  });
});

describe('the staff of a structure', () => {
  it('are invited by mail, choose a password within a week, and run its places from then on', async () => {
    const { id } = await newStructure();
    const slug = (await createSite(id)).body.site.slug;
    const email = `accueil-${count}@ateliers.example`;
    const invited = await manager.send('POST', `/manager/structures/${id}/staff`, {
      email: ` ${email.toUpperCase()}`.trim(),
      displayName: 'Maya Roux',
    });
    expect(invited.status).toBe(201);
    expect(invited.body.staff).toMatchObject([{ displayName: 'Maya Roux', email, hasPassword: false }]);
    const text = await linkMailedTo(email);
    expect(text).toContain('manager vous ouvre un accès pour gérer les lieux de « Les Ateliers »');
    clock.advance({ minutes: 7 * 24 * 60 - 1 });
    const reset = { token: tokenIn(text), password: TEST_PASSWORD };
    expect((await api.send('POST', '/password-resets/confirm', reset)).status).toBe(200);
    const host = await api.as({ email });
    expect((await host.get('/host/sites')).body.items.map((each: Body) => each.slug)).toEqual([slug]);
    expect((await host.get(`/host/sites/${slug}/setup`)).body.mayConfigure).toBe(true);
    clock.moveTo(NOW);
    const [{ hasPassword }] = (await manager.get(`/manager/structures/${id}`)).body.staff;
    expect(hasPassword).toBe(true);
  });

  it('have a link that is too old after a week; the next invitation brings another, and ends the first', async () => {
    const { id } = await newStructure();
    const email = `late-${count}@ateliers.example`;
    const invite = () => manager.send('POST', `/manager/structures/${id}/staff`, { email, displayName: 'Late' });
    await invite();
    const first = tokenIn(await linkMailedTo(email));
    clock.advance({ minutes: 5 });
    const again = await invite();
    expect(again.body.staff).toHaveLength(1);
    const second = tokenIn(await linkMailedTo(email));
    expect(second).not.toBe(first);
    const reset = (token: string | undefined) =>
      api.send('POST', '/password-resets/confirm', { token, password: TEST_PASSWORD });
    expect((await reset(first)).body.code).toBe('auth.token_invalid');
    clock.advance({ minutes: 7 * 24 * 60 });
    expect((await reset(second)).body.code).toBe('auth.token_invalid');
  });

  it('who have an account keep it, and are told', async () => {
    const { id } = await newStructure();
    const known = await network.addPerson(`known-${count}`);
    await manager.send('POST', `/manager/structures/${id}/staff`, { email: known.email, displayName: 'Other Name' });
    const text = await linkMailedTo(known.email);
    expect(tokenIn(text)).toBeUndefined();
    expect(text).toContain('/mes-lieux');
    expect((await (await api.as(known)).get('/me')).body.displayName).toBe(`known-${count}`);
  });

  it('are not whoever took their address before them: an account that was never confirmed is taken back', async () => {
    const { id } = await newStructure();
    const email = `squatted-${count}@ateliers.example`;
    await api.send('POST', '/accounts', { email, password: TEST_PASSWORD, displayName: 'Squatter' });
    const squatter = await api.as({ email });
    clock.advance({ minutes: 1 });
    await manager.send('POST', `/manager/structures/${id}/staff`, { email, displayName: 'Maya' });
    expect((await squatter.get('/host/sites')).status).toBe(401);
    expect((await api.send('POST', '/sessions', { email, password: TEST_PASSWORD })).status).toBe(401);
    expect(tokenIn(await linkMailedTo(email))).toBeDefined();
  });

  it('who leave lose the role at once, and their staff badges with it', async () => {
    const site = await network.addSite(`leaving-${count}`);
    const leaver = await network.addPerson(`leaver-${count}`, { role: 'host', structureId: site.structureId });
    const host = await api.as(leaver);
    const give = (uid: string, isStaff: boolean) =>
      host.send('POST', `/host/sites/${site.slug}/badges`, { memberId: leaver.memberId, uid, isStaff });
    const [staff, own] = [await give(`04AA0${count}0001`, true), await give(`04AA0${count}0002`, false)];
    const before = await asked('grants', site.id);
    const url = `/manager/structures/${site.structureId}/staff/${leaver.accountId}`;
    expect((await manager.send('DELETE', url)).body.staff).toEqual([]);
    expect((await host.get(`/host/sites/${site.slug}/day`)).status).toBe(403);
    const badges = await network.within((tx) =>
      tx.execute<{ id: string; is_revoked: boolean }>(
        sql`select id, revoked_at is not null as is_revoked from credentials
          where network_id = ${network.id} and member_id = ${leaver.memberId}`,
      ),
    );
    expect(new Map([...badges].map((row) => [row.id, row.is_revoked]))).toEqual(
      new Map([
        [staff.body.id, true],
        [own.body.id, false],
      ]),
    );
    expect(await asked('grants', site.id)).toBe(before + 1);
    expect((await manager.send('DELETE', url)).status).toBe(404);
  });
});

describe('a new place', () => {
  it('keeps the calendars of its département, has a key of its own, and is not found by search until its host says so', async () => {
    const { id } = await newStructure();
    const { status, body } = await createSite(id);
    expect(status).toBe(201);
    expect(body.site).toMatchObject({
      departement: '04',
      timeZone: 'Europe/Paris',
      schoolCalendar: 'FR',
      schoolZone: 'B',
      holidayCalendar: 'FR',
      isListed: false,
      structure: { id, name: 'Les Ateliers' },
    });
    expect(body.steps).toEqual({
      spaces: false,
      resources: false,
      hours: false,
      tariffs: false,
      doors: false,
      bridge: false,
      listed: false,
    });
    const sealed = await network.within((tx) =>
      tx.execute<{ site_key_sealed: string }>(sql`select site_key_sealed from sites where id = ${body.site.id}`),
    );
    const key = api.services.vault.open([...sealed][0]?.site_key_sealed ?? '', `site-key:${body.site.id}`);
    expect(Buffer.from(key, 'base64url')).toHaveLength(32);
    const found = async () =>
      (await api.get('/sites?q=atelier+de+castellane')).body.items.map(({ slug }: Body) => slug);
    expect(await found()).not.toContain(body.site.slug);
    await manager.send('PATCH', `/host/sites/${body.site.slug}`, { isListed: true });
    expect(await found()).toContain(body.site.slug);
  });

  it.each([
    ['67482', 'Europe/Paris', 'B', 'FR-alsace_moselle', 'FR'],
    ['75056', 'Europe/Paris', 'C', 'FR', 'FR'],
    ['2A004', 'Europe/Paris', null, 'FR', null],
    ['97411', 'Indian/Reunion', null, 'FR-reunion', null],
  ])('in the commune %s', async (inseeCode, timeZone, schoolZone, holidayCalendar, schoolCalendar) => {
    const { body } = await manager.get(`/manager/site-defaults/${inseeCode}`);
    expect(body).toMatchObject({ timeZone, schoolZone, holidayCalendar, schoolCalendar });
  });

  it('may be abroad, where it says everything itself', async () => {
    const { id } = await newStructure();
    const abroad = { country: 'BE', inseeCode: '21004', postalCode: '1000', commune: 'Bruxelles' };
    expect((await createSite(id, abroad)).body.errors).toEqual([{ path: 'body/timeZone', message: 'unknown' }]);
    const made = await createSite(id, { ...abroad, timeZone: 'Europe/Brussels', holidayCalendar: null });
    expect(made.body.site).toMatchObject({ departement: '', timeZone: 'Europe/Brussels', schoolCalendar: null });
  });

  it.each([
    ['a zone that nobody knows', { timeZone: 'Europe/Atlantis' }, 'body/timeZone'],
    ['an offset, which knows no summer', { timeZone: '+01:00' }, 'body/timeZone'],
    ['a calendar that nobody has', { holidayCalendar: 'XX' }, 'body/holidayCalendar'],
    ['school holidays that nobody has', { schoolCalendar: 'XX' }, 'body/schoolCalendar'],
    ['a school zone that there is not', { schoolZone: 'D' }, 'body/schoolZone'],
  ])('is refused %s', async (_, changes, path) => {
    const { id } = await newStructure();
    const { status, body } = await createSite(id, changes);
    expect([status, body.errors.map((each: Body) => each.path)]).toEqual([400, [path]]);
  });

  it('has an address that no other place of the network has, also when two are made at once', async () => {
    const { id } = await newStructure();
    const replies = await Promise.all([1, 2, 3].map(() => createSite(id)));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(replies.find(({ status }) => status === 409)?.body.code).toBe('setup.slug_taken');
  });

  it('goes as long as it has nothing, and stays from its first space on', async () => {
    const { id } = await newStructure();
    const { slug } = (await createSite(id)).body.site;
    expect((await manager.send('DELETE', `/manager/sites/${slug}`)).status).toBe(204);
    const again = (await createSite(id)).body.site;
    await manager.send('POST', `/host/sites/${again.slug}/spaces`, space());
    expect(await manager.send('DELETE', `/manager/sites/${again.slug}`)).toMatchObject({
      status: 409,
      body: { code: 'setup.still_used' },
    });
  });

  it('is found by what it is called now, not by what it was', async () => {
    const { id } = await newStructure();
    const { slug } = (await createSite(id)).body.site;
    const change = { name: `La Fabrique n° ${count}`, isListed: true, description: '  ' };
    const { body } = await manager.send('PATCH', `/host/sites/${slug}`, change);
    expect(body.site).toMatchObject({ name: change.name, description: null, commune: 'Castellane' });
    const found = async (q: string) =>
      (await api.get(`/sites?q=${q}`)).body.items.filter((each: Body) => each.slug === slug).length;
    expect([await found(`fabrique+n+${count}`), await found('atelier')]).toEqual([1, 0]);
  });
});

const space = (changes: object = {}) => ({
  name: 'La grande salle',
  kind: 'open_area',
  capacity: 20,
  handoverMinutes: 0,
  ...changes,
});
const tariff = (changes: object = {}) => ({
  name: 'Bureau',
  hourMinor: 300,
  halfDayMinor: 1000,
  dayMinor: null,
  halfDayHours: 4,
  vatKind: 'exempt_293b',
  ...changes,
});
const door = (changes: object = {}) => ({
  name: 'Entrée',
  isEntrance: true,
  spaceIds: [],
  obeysAudienceWindows: true,
  earlyMinutes: 15,
  pinMaxFailures: 5,
  pinLockoutMinutes: 5,
  relockSeconds: 5,
  ...changes,
});

describe('what a place has', () => {
  let site: TestSite;
  let host: Caller;
  let url: string;
  beforeEach(async () => {
    site = await network.addSite(`place-${count}`);
    host = await api.as(await network.addPerson(`host-${count}`, { role: 'host', structureId: site.structureId }));
    url = `/host/sites/${site.slug}`;
  });
  const setup = async () => (await host.get(`${url}/setup`)).body;
  const spaceNamed = (body: Body, name: string) => body.spaces.find((each: Body) => each.name === name);
  const lea = async () => api.as(await network.addPerson(`lea-${count}`));
  async function bookDesk(from = NOW + 2 * HOUR) {
    const caller = await lea();
    const times = { startsAt: iso(from), endsAt: iso(from + HOUR) };
    const held = await caller.send('POST', '/bookings', { resourceId: site.deskIds[0], ...times });
    await caller.send('POST', `/bookings/${held.body.id}/confirm`);
    return { caller, id: held.body.id };
  }

  it('is a space with its classes, so that it can be booked as soon as it has something and its hours', async () => {
    const added = await host.send('POST', `${url}/spaces`, space());
    expect(added.status).toBe(201);
    const { id } = spaceNamed(added.body, 'La grande salle');
    const desks = { spaceId: id, kind: 'desk', name: 'Table', capacity: 1, bufferBeforeMinutes: 0 };
    const furnished = await host.send('POST', `${url}/resources`, {
      ...desks,
      bufferAfterMinutes: 0,
      tariffId: null,
      count: 3,
    });
    const { resources } = spaceNamed(furnished.body, 'La grande salle');
    expect(resources.map(({ name }: Body) => name)).toEqual(['Table 1', 'Table 2', 'Table 3']);
    const times = { startsAt: iso(NOW + 2 * HOUR), endsAt: iso(NOW + 3 * HOUR) };
    const held = await (await lea()).send('POST', '/bookings', { resourceId: resources[0].id, ...times });
    expect(held.status).toBe(201);
    const more = await host.send('POST', `${url}/resources`, {
      ...desks,
      bufferAfterMinutes: 0,
      tariffId: null,
      count: 2,
    });
    expect(
      spaceNamed(more.body, 'La grande salle')
        .resources.map(({ name }: Body) => name)
        .slice(3),
    ).toEqual(['Table', 'Table 2'].map((_, index) => `Table ${index + 4}`));
  });

  it('is a space that is changed, and one that was never used goes entirely', async () => {
    const added = await host.send('POST', `${url}/spaces`, space());
    const { id } = spaceNamed(added.body, 'La grande salle');
    const changed = await host.send('PATCH', `${url}/spaces/${id}`, { name: 'Le salon', capacity: 6, kind: 'room' });
    expect(spaceNamed(changed.body, 'Le salon')).toMatchObject({ capacity: 6, kind: 'room', handoverMinutes: 0 });
    const { status, body } = await host.send('DELETE', `${url}/spaces/${id}`);
    expect([status, body.spaces.length]).toEqual([200, 2]);
    const left = await network.within((tx) => tx.execute(sql`select 1 from space_audiences where space_id = ${id}`));
    expect([...left]).toEqual([]);
  });

  it('is a space that stays while bookings or hours to come are in it, and is taken out of use after them', async () => {
    const { caller, id } = await bookDesk();
    const remove = () => host.send('DELETE', `${url}/spaces/${site.openSpaceId}`);
    await network.setHours(site, [{ spaceId: site.openSpaceId }]);
    const refused = await remove();
    expect(refused).toMatchObject({ status: 409, body: { code: 'setup.still_used' } });
    expect(refused.body.inTheWay).toEqual([
      { kind: 'bookings', count: 1, firstAt: iso(NOW + 2 * HOUR) },
      { kind: 'hours', count: 7 },
    ]);
    await caller.send('POST', `/bookings/${id}/cancel`);
    await network.setHours(site, [{}]);
    const { status, body } = await remove();
    expect(status).toBe(200);
    expect(spaceNamed(body, 'Open area')).toMatchObject({ isOffered: false });
    const shown = (await api.get(`/sites/${site.slug}`)).body.spaces.map(({ name }: Body) => name);
    expect(shown).toEqual(['Room']);
    const times = { startsAt: iso(NOW + 2 * HOUR), endsAt: iso(NOW + 3 * HOUR) };
    expect((await caller.send('POST', '/bookings', { resourceId: site.deskIds[0], ...times })).status).toBe(404);
    // What was booked there is still told.
    expect((await caller.get(`/bookings/${id}`)).body.space.name).toBe('Open area');
    const back = await host.send('PATCH', `${url}/spaces/${site.openSpaceId}`, { isOffered: true });
    expect(spaceNamed(back.body, 'Open area').isOffered).toBe(true);
    await host.send('PATCH', `${url}/resources/${site.deskIds[0]}`, { isActive: true });
    expect((await caller.send('POST', '/bookings', { resourceId: site.deskIds[0], ...times })).status).toBe(201);
  });

  it('is a handover that fits between its publics', async () => {
    await network.setHours(site, [
      { audience: 'professional', from: 540, until: 720 },
      { audience: 'youth', from: 720, until: 780 },
    ]);
    const change = (handoverMinutes: number) =>
      host.send('PATCH', `${url}/spaces/${site.openSpaceId}`, { handoverMinutes });
    expect((await change(60)).body.code).toBe('setup.handover_too_long');
    expect((await change(59)).status).toBe(200);
    expect((await change(0)).status).toBe(200);
  });

  it('is a resource that goes when it was never booked, and is no longer offered when it was', async () => {
    const { caller, id } = await bookDesk();
    const kept = await host.send('DELETE', `${url}/resources/${site.deskIds[0]}`);
    const gone = await host.send('DELETE', `${url}/resources/${site.deskIds[1]}`);
    expect([kept.status, gone.status]).toEqual([200, 200]);
    const desks = spaceNamed(gone.body, 'Open area').resources;
    expect(desks.map(({ name, isActive }: Body) => [name, isActive])).toEqual([
      ['Desk 1', false],
      ['Desk 3', true],
    ]);
    expect(desks[0].bookingsAhead).toEqual({ count: 1, firstAt: iso(NOW + 2 * HOUR) });
    expect((await caller.get(`/bookings/${id}`)).body.status).toBe('confirmed');
    const shown = (await api.get(`/sites/${site.slug}`)).body.spaces[0].resources.map(({ name }: Body) => name);
    expect(shown).toEqual(['Desk 3']);
    const times = { startsAt: iso(NOW + 5 * HOUR), endsAt: iso(NOW + 6 * HOUR) };
    expect((await caller.send('POST', '/bookings', { resourceId: site.deskIds[0], ...times })).status).toBe(404);
  });

  it('is seats, never fewer than are booked', async () => {
    const added = await host.send('POST', `${url}/resources`, {
      spaceId: site.openSpaceId,
      kind: 'seats',
      name: 'Places libres',
      capacity: 10,
      bufferBeforeMinutes: 0,
      bufferAfterMinutes: 0,
      tariffId: null,
    });
    const seats = spaceNamed(added.body, 'Open area').resources.find((each: Body) => each.kind === 'seats');
    const times = { startsAt: iso(NOW + 2 * HOUR), endsAt: iso(NOW + 3 * HOUR), seats: 4 };
    expect((await (await lea()).send('POST', '/bookings', { resourceId: seats.id, ...times })).status).toBe(201);
    const shrink = (capacity: number) => host.send('PATCH', `${url}/resources/${seats.id}`, { capacity });
    expect(await shrink(3)).toMatchObject({ status: 409, body: { code: 'setup.seats_booked', booked: 4 } });
    expect((await shrink(4)).status).toBe(200);
  });

  it('is a tariff of its structure: it changes for those who book from now on, and stays while something is sold by it', async () => {
    const added = await host.send('POST', `${url}/tariffs`, tariff());
    const made = added.body.tariffs.find(({ name }: Body) => name === 'Bureau');
    expect(made).toMatchObject({ currency: 'EUR', dayMinor: null, resourceCount: 0, isOffered: true });
    await host.send('PATCH', `${url}/resources/${site.deskIds[0]}`, { tariffId: made.id });
    const { caller, id } = await bookDesk();
    expect((await caller.get(`/bookings/${id}`)).body.price.minor).toBe(300);
    const change = (changes: object) => host.send('PUT', `${url}/tariffs/${made.id}`, tariff(changes));
    expect((await change({ hourMinor: 500 })).status).toBe(200);
    expect((await caller.get(`/bookings/${id}`)).body.price.minor).toBe(300);
    const nothing = { hourMinor: null, halfDayMinor: null };
    expect((await change(nothing)).status).toBe(400);
    const refused = await host.send('DELETE', `${url}/tariffs/${made.id}`);
    expect(refused.body.inTheWay).toEqual([{ kind: 'resources', count: 1 }]);
    await host.send('PATCH', `${url}/resources/${site.deskIds[0]}`, { tariffId: null });
    const left = (await host.send('DELETE', `${url}/tariffs/${made.id}`)).body.tariffs;
    expect(left.map(({ name }: Body) => name)).toEqual(['Desk']);
  });

  it('is a door: an entrance, or one to some spaces; the bridge is told of it and of its rules', async () => {
    const [grants, config] = [await asked('grants', site.id), await asked('config', site.id)];
    const added = await host.send('POST', `${url}/doors`, door({ name: 'Porte du fond', earlyMinutes: 5 }));
    const made = added.body.doors.find(({ name }: Body) => name === 'Porte du fond');
    expect(made).toMatchObject({ isEntrance: true, spaceIds: [], earlyMinutes: 5, deviceCount: 0 });
    expect([await asked('grants', site.id), await asked('config', site.id)]).toEqual([grants + 1, config + 1]);
    const change = (changes: object) => host.send('PUT', `${url}/doors/${made.id}`, door(changes));
    const behind = await change({ isEntrance: false, spaceIds: [site.roomSpaceId] });
    expect(behind.body.doors.find(({ id }: Body) => id === made.id).spaceIds).toEqual([site.roomSpaceId]);
    expect((await change({ isEntrance: false })).status).toBe(400);
    expect((await change({ spaceIds: [site.roomSpaceId] })).status).toBe(400);
    expect((await change({ isEntrance: false, spaceIds: [site.id] })).status).toBe(404);
    const after = await host.send('DELETE', `${url}/doors/${made.id}`);
    expect(after.body.doors.map(({ name }: Body) => name)).toEqual(['Entrance', 'Room door']);
  });

  it('is a door that stays while devices are on it, and one that has been used is kept in the records', async () => {
    await network.within(async (tx) => {
      await tx.execute(sql`insert into bridges (network_id, id, site_id, name, public_key, created_at)
        values (${network.id}, ${site.id}, ${site.id}, 'Box', ${'k'.repeat(43)}, ${iso(NOW)}::timestamptz)`);
      await tx.execute(sql`insert into devices (network_id, id, site_id, door_id, name, kind, family, address)
        values (${network.id}, gen_random_uuid(), ${site.id}, ${site.roomDoorId}, 'Lock', 'lock', 'zigbee2mqtt', 'lock')`);
      await tx.execute(sql`insert into commands (network_id, id, site_id, bridge_id, door_id, action, actor_account_id, issued_at, expires_at)
        select ${network.id}, gen_random_uuid(), ${site.id}, ${site.id}, ${site.roomDoorId}, 'unlock', id, now(), now()
        from accounts where network_id = ${network.id} limit 1`);
    });
    const remove = () => host.send('DELETE', `${url}/doors/${site.roomDoorId}`);
    expect((await remove()).body.inTheWay).toEqual([{ kind: 'devices', count: 1 }]);
    await network.within((tx) =>
      tx.execute(sql`update devices set door_id = null where network_id = ${network.id} and site_id = ${site.id}`),
    );
    expect((await remove()).body.doors.map(({ name }: Body) => name)).toEqual(['Entrance']);
    const kept = await network.within((tx) =>
      tx.execute(sql`select archived_at is not null as archived from doors where id = ${site.roomDoorId}`),
    );
    expect([...kept]).toEqual([{ archived: true }]);
  });

  it('is changed in what is for its host to say, whatever else is sent', async () => {
    const other = await network.addSite(`target-${count}`);
    const smuggled = { siteId: other.id, spaceId: other.openSpaceId, structureId: other.structureId, id: other.id };
    const before = await setup();
    await host.send('PATCH', `${url}/spaces/${site.openSpaceId}`, { ...smuggled, archivedAt: iso(NOW), position: 9 });
    await host.send('PATCH', `${url}/resources/${site.deskIds[0]}`, { ...smuggled, kind: 'seats', capacity: 1 });
    await host.send('PUT', `${url}/doors/${site.entranceDoorId}`, { ...door({ name: 'Entrance' }), ...smuggled });
    await host.send('PUT', `${url}/tariffs/${before.tariffs[0].id}`, {
      ...tariff({ name: 'Desk', dayMinor: 1500 }),
      ...smuggled,
      currency: 'USD',
    });
    await host.send('PATCH', url, { ...smuggled, slug: 'mine', timeZone: 'Asia/Tokyo', siteKeySealed: 'x' });
    expect(await setup()).toEqual(before);
  });

  it('is no business of another structure, and no member’s', async () => {
    const elsewhere = await network.addSite(`elsewhere-${count}`);
    const neighbour = await api.as(
      await network.addPerson(`neighbour-${count}`, { role: 'host', structureId: elsewhere.structureId }),
    );
    for (const caller of [neighbour, await lea()]) {
      expect((await caller.send('POST', `${url}/spaces`, space())).status).toBe(403);
      expect((await caller.send('PATCH', url, { name: 'Mine' })).status).toBe(403);
      expect((await caller.get(`${url}/setup`)).status).toBe(403);
    }
    expect((await manager.send('POST', `${url}/spaces`, space())).status).toBe(201);
    // The names of another place are nobody's here.
    const theirs = `/host/sites/${elsewhere.slug}`;
    expect((await neighbour.send('PATCH', `${theirs}/spaces/${site.openSpaceId}`, { capacity: 3 })).status).toBe(404);
    expect((await neighbour.send('PATCH', `${theirs}/resources/${site.deskIds[0]}`, { capacity: 3 })).status).toBe(404);
    expect((await neighbour.send('PUT', `${theirs}/doors/${site.roomDoorId}`, door())).status).toBe(404);
    expect((await setup()).spaces[0].capacity).toBe(20);
  });
});

describe('the bridge of a place', () => {
  it('is sent what it must know of its doors, retained, once the change is committed', async () => {
    const site = await network.addSite(`bridged-${count}`);
    const published: { topic: string; isRetained: boolean; payload: string }[] = [];
    const broker = { publish: async (message: (typeof published)[number]) => void published.push(message) };
    await manager.send('POST', `/host/sites/${site.slug}/doors`, door({ name: 'Porte du jardin' }));
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const worker = createOutboxWorker(
      api.services,
      { broker: broker as never, mailer: { send: async () => {} } as never },
      log,
    );
    await worker.drain(network.id);
    const config = published.find(({ topic }) => topic.endsWith(`${site.id}/config`));
    expect(config?.isRetained).toBe(true);
    expect(config?.payload).toContain('Porte du jardin');
    expect(published.some(({ topic }) => topic.includes(`${site.id}/grants/snapshot`))).toBe(true);
    await worker.stop();
  });
});
