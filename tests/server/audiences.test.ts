import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type Caller, startTestApi, type TestApi } from '../support/api.ts';
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
let manager: Caller;
let count = 0;
const clock = new MovableClock(NOW);

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database?.drop());
// A network of its own for each: what one decides for all its places is no matter of another's.
beforeEach(async () => {
  clock.moveTo(NOW);
  count += 1;
  network = await createTestNetwork(database.ownerUrl, `publics-${count}`, NOW);
  api = await startTestApi(database, network, clock);
  manager = await api.as(await network.addPerson('manager', { role: 'manager' }));
  return async () => {
    await api.close();
    await network.close();
  };
});

const settings = (changes: object = {}) => ({
  name: { fr: 'Seniors', en: 'Seniors' },
  letter: { fr: 'S', en: 'N' },
  color: '#6b5b2e',
  pattern: 'dots',
  minAge: 60,
  maxAge: null,
  needsReferent: false,
  needsGuardianConsent: false,
  hoursVisibleTo: 'everyone',
  namesVisibleTo: 'host',
  ...changes,
});
const list = async () => (await manager.get('/manager/audiences')).body.items;
const audience = async (code: string) => (await list()).find((each: Body) => each.code === code);

type Relation = 'together' | 'same_site' | 'never_same_site';
type Rule = [string, string, Relation];
const setting = async (url = '/manager/compatibility', as = manager) => (await as.get(url)).body;
const ruleBody = (rules: Rule[]) => rules.map(([a, b, relation]) => ({ audiences: [a, b], relation }));
async function put(rules: Rule[], url = '/manager/compatibility', extra: object = {}) {
  const { version } = await setting(url);
  return manager.send('PUT', url, { version, rules: ruleBody(rules), ...extra });
}
async function preview(rules: Rule[], url = '/manager/compatibility', extra: object = {}) {
  const { version } = await setting(url);
  return manager.send('POST', `${url}/preview`, { version, rules: ruleBody(rules), ...extra });
}
const relationOf = async (a: string, b: string, url?: string) =>
  (await setting(url)).pairs.find(
    ({ audiences }: { audiences: string[] }) => audiences.includes(a) && audiences.includes(b),
  )?.relation;

/** Open at all hours to all of these, in every space. */
const openTo = (site: TestSite, ...audiences: string[]) =>
  network.setHours(
    site,
    audiences.map((each) => ({ audience: each })),
  );
async function book(as: Caller, resourceId: string, from: number, until: number) {
  const held = await as.send('POST', '/bookings', { resourceId, startsAt: iso(from), endsAt: iso(until) });
  if (held.status !== 201) return held;
  return as.send('POST', `/bookings/${held.body.id}/confirm`);
}
const person = async (name: string, code: string) => api.as(await network.addPerson(name, { audience: code }));
const classesIn = async (site: TestSite) =>
  network.within(async (tx) => {
    const rows = await tx.execute<{ code: string; space_id: string; audience_class: string; site_axis: string }>(sql`
      select a.code, s.space_id, s.audience_class, s.site_axis from space_audiences s
      join audiences a on a.network_id = s.network_id and a.id = s.audience_id
      where s.network_id = ${network.id} and s.site_id = ${site.id}`);
    return new Map([...rows].map((row) => [`${row.space_id === site.openSpaceId ? 'area' : 'room'} ${row.code}`, row]));
  });

describe('the publics of a network', () => {
  it('begin with six, the young supervised', async () => {
    const items = await list();
    expect(items.map(({ code }: Body) => code)).toEqual([
      'professional',
      'youth',
      'general',
      'social',
      'training',
      'staff',
    ]);
    expect(await audience('youth')).toMatchObject({ maxAge: 17, needsReferent: true, needsGuardianConsent: true });
    expect(await audience('professional')).toMatchObject({ minAge: 18, needsReferent: false, mayArchive: false });
    expect(await audience('staff')).toMatchObject({ isStaff: true, mayArchive: false });
    for (const { contrast } of items) expect(Math.min(contrast.light, contrast.dark)).toBeGreaterThan(3);
  });

  it('are added, alone in their class in every space there is', async () => {
    const site = await network.addSite('annot');
    const made = await manager.send('POST', '/manager/audiences', { code: 'seniors', ...settings() });
    expect(made).toMatchObject({ status: 201, body: { code: 'seniors', minAge: 60, memberCount: 0 } });
    const classes = await classesIn(site);
    expect(classes.get('area seniors')?.audience_class).toBe('seniors');
    expect(classes.get('room seniors')?.audience_class).toBe('seniors');
    expect(await relationOf('seniors', 'general')).toBe('same_site');
    expect((await api.get('/audiences')).body.items.map(({ code }: Body) => code)).toContain('seniors');
  });

  it('keep their code, and everything else changes', async () => {
    const { id } = await audience('general');
    const changed = await manager.send('PUT', `/manager/audiences/${id}`, {
      ...settings({ hoursVisibleTo: 'members' }),
      code: 'other',
    });
    expect(changed).toMatchObject({ status: 200, body: { code: 'general', name: { fr: 'Seniors' }, minAge: 60 } });
    expect((await manager.send('PUT', `/manager/audiences/${network.id}`, settings())).status).toBe(404);
  });

  it.each([
    ['a code that is there', { code: 'youth' }, 409, 'audience.code_taken'],
    ['a code that names a class', { code: 'work' }, 409, 'audience.code_taken'],
    ['a letter that marks another', { letter: { fr: 'J', en: 'N' } }, 409, 'audience.letter_taken'],
    ['a letter that marks another in English', { letter: { fr: 'S', en: 'Y' } }, 409, 'audience.letter_taken'],
    ['yellow, which is lost in the light', { color: '#ffff00' }, 422, 'audience.hard_to_see'],
    ['navy blue, which is lost in the dark', { color: '#0a1a50' }, 422, 'audience.hard_to_see'],
    ['an age range that nobody is in', { minAge: 20, maxAge: 19 }, 400, 'request.invalid'],
    ['a small letter', { letter: { fr: 's', en: 'n' } }, 400, 'request.invalid'],
  ])('refuse %s', async (_, changes, status, code) => {
    const body = { code: 'seniors', ...settings(), ...changes };
    expect(await manager.send('POST', '/manager/audiences', body)).toMatchObject({ status, body: { code } });
    expect(await list()).toHaveLength(6);
  });

  it('stand in the order that is given, those not named after them', async () => {
    const [youth, staff] = [await audience('youth'), await audience('staff')];
    const { body } = await manager.send('PUT', '/manager/audience-order', { ids: [staff.id, youth.id] });
    expect(body.items.slice(0, 3).map(({ code }: Body) => code)).toEqual(['staff', 'youth', 'professional']);
    expect((await manager.send('PUT', '/manager/audience-order', { ids: [staff.id, staff.id] })).status).toBe(400);
  });

  it('are archived once neither bookings nor hours are for them: until then it is said what is in the way', async () => {
    const site = await network.addSite('annot');
    await openTo(site, 'social');
    const social = await person('amina', 'social');
    const booked = await book(social, site.deskIds[0] as string, NOW + HOUR, NOW + 2 * HOUR);
    const { id } = await audience('social');
    const archive = (isArchived: boolean) => manager.send('PUT', `/manager/audiences/${id}/archived`, { isArchived });
    const both = await archive(true);
    expect(both).toMatchObject({ status: 409, body: { code: 'setup.still_used' } });
    expect(both.body.inTheWay).toEqual([
      { kind: 'bookings', count: 1 },
      { kind: 'hours', count: 1, sites: [{ slug: 'annot', name: 'Site annot' }] },
    ]);
    await openTo(site, 'professional');
    expect((await archive(true)).body.inTheWay).toEqual([{ kind: 'bookings', count: 1 }]);
    await social.send('POST', `/bookings/${booked.body.id}/cancel`);
    expect(await archive(true)).toMatchObject({ status: 200, body: { archivedAt: iso(NOW), memberCount: 1 } });
    expect((await api.get('/audiences')).body.items.map(({ code }: Body) => code)).not.toContain('social');
    expect(await relationOf('social', 'general')).toBeUndefined();
    expect(await archive(false)).toMatchObject({ status: 200, body: { archivedAt: null } });
    // Its rules are forgotten: it comes back as a new one would.
    expect(await relationOf('social', 'general')).toBe('same_site');
  });

  it('that are needed stay: the team, and the public of new accounts', async () => {
    for (const code of ['staff', 'professional']) {
      const { id } = await audience(code);
      const refused = await manager.send('PUT', `/manager/audiences/${id}/archived`, { isArchived: true });
      expect(refused).toMatchObject({ status: 409, body: { code: 'audience.is_kept' } });
    }
  });
});

describe('who may meet whom', () => {
  it('is shown for every pair of publics, staff aside', async () => {
    const { audiences, pairs, exceptions } = await setting();
    expect(audiences).toEqual(['professional', 'youth', 'general', 'social', 'training']);
    expect(pairs).toHaveLength(10);
    expect(await relationOf('professional', 'training')).toBe('together');
    expect(await relationOf('youth', 'general')).toBe('same_site');
    expect(exceptions).toEqual([]);
  });

  it('is previewed with what would come of it, and stays as it is', async () => {
    const site = await network.addSite('annot');
    const before = [await setting(), await classesIn(site)];
    const { status, body } = await preview([['general', 'social', 'same_site']]);
    expect(status).toBe(200);
    expect(body.pairs).toEqual([{ audiences: ['general', 'social'], before: 'together', after: 'same_site' }]);
    expect(body.siteCount).toBe(1);
    expect(body.groups).toHaveLength(1);
    expect(body.groups[0]).toMatchObject({
      spaceCount: 2,
      before: { together: [['general', 'social'], ['professional', 'training'], ['youth']], apart: [] },
      after: { together: [['general'], ['professional', 'training'], ['social'], ['youth']], apart: [] },
    });
    expect(body.bookings).toEqual({ total: 0, hasMore: false, items: [] });
    expect([await setting(), await classesIn(site)]).toEqual(before);
  });

  it('once changed holds at once: two publics that may now be together share a space', async () => {
    const site = await network.addSite('annot');
    await openTo(site, 'youth', 'general');
    const [young, old] = [await person('zoe', 'youth'), await person('ida', 'general')];
    const at = [NOW + 2 * HOUR, NOW + 3 * HOUR] as const;
    const rules: Rule[] = [
      ['youth', 'general', 'together'],
      ['youth', 'social', 'together'],
    ];
    expect((await put(rules)).status).toBe(200);
    expect(await book(young, site.deskIds[0] as string, ...at)).toMatchObject({ status: 200 });
    expect(await book(old, site.deskIds[1] as string, ...at)).toMatchObject({ status: 200 });
  });

  it('that would part bookings is refused with those that would meet, until they are seen to', async () => {
    const site = await network.addSite('annot');
    await openTo(site, 'professional', 'training');
    const [pro, trainee] = [await person('paul', 'professional'), await person('tess', 'training')];
    await book(pro, site.deskIds[0] as string, NOW + 2 * HOUR, NOW + 4 * HOUR);
    const theirs = await book(trainee, site.deskIds[1] as string, NOW + 3 * HOUR, NOW + 5 * HOUR);
    const rules: Rule[] = [['professional', 'training', 'same_site']];
    const foreseen = (await preview(rules)).body.bookings;
    expect(foreseen).toMatchObject({ total: 1, hasMore: false });
    expect(foreseen.items[0]).toMatchObject({
      kind: 'space',
      site: { slug: 'annot', name: 'Site annot' },
      spaceName: 'Open area',
      from: iso(NOW + 3 * HOUR),
      until: iso(NOW + 4 * HOUR),
    });
    expect(foreseen.items[0].bookings.map(({ memberName }: Body) => memberName).sort()).toEqual(['paul', 'tess']);
    const refused = await put(rules);
    expect(refused).toMatchObject({ status: 409, body: { code: 'compatibility.bookings_would_meet' } });
    expect(refused.body.bookings).toEqual(foreseen);
    expect(await relationOf('professional', 'training')).toBe('together');
    await trainee.send('POST', `/bookings/${theirs.body.id}/cancel`);
    expect((await put(rules)).status).toBe(200);
    const again = await trainee.send('POST', '/bookings', {
      resourceId: site.deskIds[1],
      startsAt: iso(NOW + 3 * HOUR),
      endsAt: iso(NOW + 5 * HOUR),
    });
    expect([409, 422]).toContain(again.status);
  });

  it('takes bookings that do not meet along into their new classes, apart and together again', async () => {
    const site = await network.addSite('annot');
    await openTo(site, 'professional', 'training');
    const [pro, trainee] = [await person('paul', 'professional'), await person('tess', 'training')];
    const first = await book(pro, site.deskIds[0] as string, NOW + 2 * HOUR, NOW + 3 * HOUR);
    const second = await book(trainee, site.deskIds[1] as string, NOW + 3 * HOUR, NOW + 4 * HOUR);
    expect([first.status, second.status]).toEqual([200, 200]);
    const classes = () =>
      network.within(async (tx) => {
        const rows = await tx.execute<{ audience_class: string }>(
          sql`select audience_class from bookings where network_id = ${network.id} order by starts_at`,
        );
        return [...rows].map((row) => row.audience_class);
      });
    expect(await classes()).toEqual(['work', 'work']);
    expect((await put([['professional', 'training', 'same_site']])).status).toBe(200);
    expect(await classes()).toEqual(['professional', 'training']);
    expect((await put([])).status).toBe(200);
    expect(await classes()).toEqual(['work', 'work']);
  });

  it('that is never on one site keeps two publics out of two spaces at one time', async () => {
    const site = await network.addSite('annot');
    await network.setHours(site, [
      { audience: 'youth', spaceId: site.openSpaceId },
      { audience: 'social', spaceId: site.roomSpaceId },
    ]);
    const [young, social] = [await person('zoe', 'youth'), await person('amina', 'social')];
    const at = [NOW + 2 * HOUR, NOW + 3 * HOUR] as const;
    const rules: Rule[] = [['youth', 'social', 'never_same_site']];
    const foreseen = (await preview(rules)).body;
    expect(foreseen.hours).toHaveLength(1);
    expect(foreseen.hours[0].site.slug).toBe('annot');
    expect(foreseen.hours[0].faults).toHaveLength(7);
    expect(foreseen.hours[0].faults[0]).toMatchObject({
      kind: 'same_site',
      audiences: ['social', 'youth'],
      spaceNames: ['Room', 'Open area'],
      startsAt: '00:00',
      endsAt: '24:00',
    });
    expect((await put(rules)).status).toBe(200);
    expect((await book(young, site.deskIds[0] as string, ...at)).status).toBe(200);
    expect((await book(social, site.roomId, ...at)).body.code).toBe('booking.site_in_other_use');
    // Half-open: they may follow each other.
    expect((await book(social, site.roomId, NOW + 3 * HOUR, NOW + 4 * HOUR)).status).toBe(200);
  });

  it('names the bookings that would be on one site at once, in whichever spaces', async () => {
    const site = await network.addSite('annot');
    await network.setHours(site, [
      { audience: 'youth', spaceId: site.openSpaceId },
      { audience: 'social', spaceId: site.roomSpaceId },
    ]);
    const at = [NOW + 2 * HOUR, NOW + 3 * HOUR] as const;
    await book(await person('zoe', 'youth'), site.deskIds[0] as string, ...at);
    await book(await person('amina', 'social'), site.roomId, ...at);
    const refused = await put([['youth', 'social', 'never_same_site']]);
    expect(refused).toMatchObject({ status: 409, body: { code: 'compatibility.bookings_would_meet' } });
    expect(refused.body.bookings.items[0]).toMatchObject({ kind: 'site', site: { slug: 'annot' } });
  });

  it('that would break the plan of a place says which hours', async () => {
    const site = await network.addSite('annot');
    await network.setHours(site, [
      { audience: 'professional', weekdays: [3], from: 540, until: 720 },
      { audience: 'training', weekdays: [3], from: 660, until: 900 },
    ]);
    const { body } = await preview([['professional', 'training', 'same_site']]);
    const [found] = body.hours;
    expect(found.site).toEqual({ slug: 'annot', name: 'Site annot', timeZone: 'Europe/Paris' });
    expect(found.faults).toHaveLength(2);
    expect(found.faults[0]).toEqual({
      kind: 'overlap',
      audiences: ['professional', 'training'],
      spaceNames: ['Open area'],
      planName: 'Hours',
      weekday: 3,
      startsAt: '11:00',
      endsAt: '15:00',
    });
  });

  it('that classes cannot hold is refused in words that name the three', async () => {
    const rules: Rule[] = [['professional', 'general', 'together']];
    const { status, body } = await manager.send(
      'PUT',
      '/manager/compatibility',
      { version: (await setting()).version, rules: ruleBody(rules) },
      { 'accept-language': 'fr' },
    );
    expect([status, body.code]).toEqual([422, 'compatibility.not_transitive']);
    expect(body.audiences).toHaveLength(3);
    expect(body.detail).toMatch(/^« [^»]+ » peut rencontrer « [^»]+ », et « [^»]+ » peut rencontrer « [^»]+ » :/);
    expect((await preview(rules)).body.code).toBe('compatibility.not_transitive');
    // On the site: youth and social tolerate each other, social and training too, but youth never meets training.
    const sides = await put([
      ['youth', 'training', 'never_same_site'],
      ['training', 'social', 'never_same_site'],
      ['social', 'general', 'never_same_site'],
    ]);
    expect([sides.status, sides.body.code]).toEqual([422, 'compatibility.not_transitive']);
    expect(sides.body.detail).toContain('jamais avec');
  });

  it('keeps staff apart from nobody, and knows its publics', async () => {
    expect(await put([['staff', 'youth', 'same_site']])).toMatchObject({
      status: 422,
      body: { code: 'compatibility.staff_kept_apart', audiences: ['staff', 'youth'] },
    });
    for (const rules of [
      [['youth', 'martians', 'together']],
      [['youth', 'youth', 'together']],
      [
        ['youth', 'social', 'together'],
        ['social', 'youth', 'same_site'],
      ],
    ] as Rule[][]) {
      expect(await put(rules)).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    }
  });

  it('is not overwritten by somebody who saw an older one', async () => {
    const { version } = await setting();
    expect((await put([['general', 'social', 'same_site']])).status).toBe(200);
    const late = await manager.send('PUT', '/manager/compatibility', { version, rules: [] });
    expect(late).toMatchObject({ status: 409, body: { code: 'compatibility.changed_meanwhile' } });
  });
});

describe('a place', () => {
  it('says otherwise for itself, and a space for itself; the others keep what the network says', async () => {
    const [annot, gap] = [await network.addSite('annot'), await network.addSite('gap')];
    const ofSite = '/host/sites/annot/compatibility';
    expect((await put([['professional', 'training', 'never_same_site']], ofSite)).status).toBe(200);
    expect((await classesIn(annot)).get('area training')).toMatchObject({ audience_class: 'training' });
    expect((await classesIn(annot)).get('area training')?.site_axis).not.toBe('');
    expect((await classesIn(gap)).get('area training')).toMatchObject({ audience_class: 'work', site_axis: '' });
    expect((await setting()).exceptions).toEqual([{ slug: 'annot', name: 'Site annot', ruleCount: 1 }]);

    const inRoom = { spaceId: annot.roomSpaceId };
    const spaceUrl = `${ofSite}?spaceId=${annot.roomSpaceId}`;
    const { version, pairs, spaces } = await setting(spaceUrl);
    expect(pairs.find((pair: Body) => pair.own !== null)).toBeUndefined();
    expect(spaces.map(({ ruleCount }: Body) => ruleCount)).toEqual([0, 0]);
    const send = (rules: Rule[]) => manager.send('PUT', ofSite, { version, rules: ruleBody(rules), ...inRoom });
    expect(await send([['professional', 'training', 'together']])).toMatchObject({
      status: 422,
      body: { code: 'compatibility.space_loosens_site' },
    });
    expect((await send([['youth', 'social', 'never_same_site']])).status).toBe(400);
    expect((await send([['general', 'social', 'same_site']])).status).toBe(200);
    const classes = await classesIn(annot);
    expect(classes.get('room general')?.audience_class).toBe('general');
    expect(classes.get('room social')?.audience_class).toBe('social');
    expect(classes.get('area social')?.audience_class).toBe('general');
    expect(await relationOf('general', 'social', spaceUrl)).toBe('same_site');
    expect(await relationOf('general', 'social', ofSite)).toBe('together');
  });

  it('is set by its own host, not by a neighbour', async () => {
    const [annot, gap] = [await network.addSite('annot'), await network.addSite('gap')];
    const own = await api.as(await network.addPerson('own', { role: 'host', structureId: annot.structureId }));
    const other = await api.as(await network.addPerson('other', { role: 'host', structureId: gap.structureId }));
    const url = '/host/sites/annot/compatibility';
    const { version } = await setting(url, own);
    const body = { version, rules: ruleBody([['general', 'social', 'same_site']]) };
    expect((await other.send('PUT', url, body)).status).toBe(403);
    expect((await own.send('PUT', url, body)).status).toBe(200);
    expect((await own.send('PUT', '/manager/compatibility', body)).status).toBe(403);
  });

  it('has its doors told, where it has any that listen', async () => {
    const site = await network.addSite('annot');
    await network.within((tx) =>
      tx.execute(sql`insert into bridges (network_id, id, site_id, name, public_key, created_at)
        values (${network.id}, gen_random_uuid(), ${site.id}, 'Box', ${'k'.repeat(43)}, ${iso(NOW)}::timestamptz)`),
    );
    expect((await put([['general', 'social', 'same_site']])).status).toBe(200);
    const asked = await network.within((tx) =>
      tx.execute(sql`select payload from outbox where network_id = ${network.id} and topic = 'grants'`),
    );
    expect([...asked]).toEqual([{ payload: { siteId: site.id } }]);
  });
});

describe('the database keeps the setting, however it raced', () => {
  it('never commits two publics into one space whom the setting keeps apart, while both book and it changes', async () => {
    const site = await network.addSite('annot', { desks: 6 });
    await openTo(site, 'general', 'social');
    const people = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((index) => person(`p${index}`, index % 2 === 0 ? 'general' : 'social')),
    );
    const allowed = new Set<number>();
    const codes = new Set<string>();
    const rounds = 14;
    let changes = 0;
    let bookings = 0;
    for (let round = 0; round < rounds; round += 1) {
      // Each round has an hour of its own, quarter by quarter: neighbours touch, and every pair competes.
      const from = NOW + (round + 1) * HOUR;
      const { version } = await setting();
      const rules: Rule[] = round % 2 === 0 ? [['general', 'social', 'same_site']] : [];
      const [change, ...tries] = await Promise.all([
        manager.send('PUT', '/manager/compatibility', { version, rules: ruleBody(rules) }),
        ...people.map((who, index) => book(who, site.deskIds[index] as string, from, from + HOUR / 2)),
      ]);
      for (const reply of [change, ...tries]) {
        allowed.add(reply.status);
        if (reply.body?.code) codes.add(reply.body.code);
      }
      if (change.status === 200) changes += 1;
      bookings += tries.filter(({ status }) => status === 200).length;
      expect(await meetingsAgainstTheSetting(), `after round ${round}`).toEqual([]);
    }
    expect(
      [...allowed].filter((status) => ![200, 409, 422].includes(status)),
      [...codes].join(),
    ).toEqual([]);
    expect(changes).toBeGreaterThan(0);
    expect(bookings).toBeGreaterThan(rounds);
  });

  /** Looks at the classes as they stand, not at what the bookings say of themselves. */
  async function meetingsAgainstTheSetting() {
    const rows = await network.within((tx) =>
      tx.execute(sql`
        select a.reference as one, b.reference as other, x.audience_class as one_class, y.audience_class as other_class
        from bookings a join bookings b on b.network_id = a.network_id and b.space_id = a.space_id and b.id > a.id
        join space_audiences x on x.network_id = a.network_id and x.space_id = a.space_id and x.audience_id = a.audience_id
        join space_audiences y on y.network_id = b.network_id and y.space_id = b.space_id and y.audience_id = b.audience_id
        where a.network_id = ${network.id} and x.audience_class <> y.audience_class
          and a.status in ('held', 'confirmed', 'checked_in') and b.status in ('held', 'confirmed', 'checked_in')
          and a.starts_at < b.ends_at and b.starts_at < a.ends_at`),
    );
    return [...rows];
  }
});
