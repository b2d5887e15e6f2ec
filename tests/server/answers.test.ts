import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as schema from '@mitoyen/db/schema';
import { newId } from '@mitoyen/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Body, type Caller, type Reply, startTestApi, type TestApi } from '../support/api.ts';
import { answerChecker } from '../support/api-document.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';
import {
  audienceBody,
  doorBody,
  resourceBody,
  siteBody,
  spaceBody,
  structureBody,
  tariffBody,
} from '../support/setup-samples.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (at: number) => new Date(at).toISOString();
const makeId = () => newId(NOW, randomBytes(10));
const ORIGIN = { origin: 'http://localhost:3000' };

/** Answered by an endless stream, which tests/server/doors.test.ts listens to. */
const ENDLESS = ['watchSite'];
/** They act in the simulated world, where doing a thing twice has two effects, as at a real door. */
const UNREPEATABLE = ['presentAtDoor', 'walkThroughDoor'];
/** Needs months of use to have something to propose: tests/server/suggestions.test.ts has them. */
const OF_LONG_USE = ['trySuggestion'];

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let site: TestSite;
let lea: TestPerson;
let simulator: ReturnType<typeof createServer>;
const clock = new MovableClock(NOW);

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  site = await network.addSite('annot');
  lea = await network.addPerson('lea');
  simulator = createServer((request, response) => {
    const doors = [{ id: site.entranceDoorId, name: 'Entrance', lock: 'unlocked', contact: 'closed' }];
    const sites = [{ siteId: site.id, siteSlug: site.slug, people: 1, motion: false, doors }];
    if (request.url?.endsWith('/walk')) return response.writeHead(204).end();
    response.setHeader('content-type', 'application/json');
    const refused = { outcome: 'refused', reason: 'not_yet', detail: { at: iso(NOW) }, tookMs: 12 };
    response.end(JSON.stringify(request.url === '/sites' ? sites : refused));
  });
  await new Promise<void>((resolve) => simulator.listen(0, '127.0.0.1', resolve));
  const { port } = simulator.address() as AddressInfo;
  api = await startTestApi(database, network, clock, {
    doors: { isConnected: () => true, sendCommand: async () => {} },
    env: { SIMULATOR_URL: `http://127.0.0.1:${port}` },
  });
  await equip();
});
afterAll(async () => {
  await api?.close();
  simulator?.close();
  await network?.close();
  await database?.drop();
});

/** A bridge that is online, devices that have spoken, somebody who came in: a day that has something of everything. */
async function equip(): Promise<void> {
  const base = { networkId: network.id, siteId: site.id };
  const [bridgeId, lockId, counterId] = [makeId(), makeId(), makeId()] as const;
  await network.within(async (tx) => {
    await tx.insert(schema.bridges).values({
      ...base,
      id: bridgeId,
      name: 'Box',
      publicKey: 'k'.repeat(43),
      status: 'online',
      bootId: 'boot-1',
      softwareVersion: '1.2.3',
      clockTrust: 'trusted',
      lastSeenAt: NOW,
      createdAt: NOW,
    });
    const family = 'zigbee2mqtt' as const;
    await tx.insert(schema.devices).values([
      { ...base, id: lockId, doorId: site.entranceDoorId, name: 'Lock', kind: 'lock', family, address: 'lock' },
      {
        ...base,
        id: counterId,
        spaceId: site.openSpaceId,
        name: 'Counter',
        kind: 'counter',
        family,
        address: 'counter',
        state: { people: 2.5, at: { nested: [1, null, 'x'] } },
        batteryPercent: 80,
        isOnline: true,
        lastSeenAt: NOW,
      },
    ]);
    const event = {
      ...base,
      bridgeId,
      journalEpoch: 'epoch',
      kind: 'access',
      doorId: site.entranceDoorId,
      occurredAt: NOW,
      clockTrust: 'trusted',
      receivedAt: NOW,
    };
    await tx.insert(schema.accessEvents).values([
      { ...event, sequence: 1, isGranted: true, reason: 'booking', credentialKind: 'badge', memberId: lea.memberId },
      { ...event, sequence: 2, isGranted: false, reason: 'unknown_credential', credentialKind: 'pin' },
      { ...event, sequence: 3, kind: 'bridge', doorId: null },
    ]);
    await tx.insert(schema.occupancyReadings).values({
      ...base,
      bridgeId,
      streamEpoch: 'epoch',
      sequence: 1,
      deviceId: counterId,
      spaceId: site.openSpaceId,
      kind: 'people',
      value: 2,
      measuredAt: NOW,
    });
  });
}

interface Documented {
  readonly operationId: string;
  readonly parameters?: { readonly name: string }[];
}
function operations() {
  const { paths } = api.app.swagger() as unknown as { paths: Record<string, Record<string, Documented>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [] }]) => ({
      id: operationId,
      path,
      method,
      parameters,
    })),
  );
}

interface Call {
  readonly as?: Caller;
  readonly params?: Record<string, string>;
  readonly query?: string;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

const succeeded = new Set<string>();
const withoutRequestId = ({ status, body, headers }: Reply<Body>) => {
  const { requestId: _, ...rest } = body ?? {};
  return { status, body: rest, cookies: headers['set-cookie'] };
};

/**
 * Calls a route that must succeed; `startTestApi` holds the answer to the document. A POST is sent twice under one key, and must answer
 * the same; under that key another request is refused.
 */
async function succeed(
  id: string,
  { as = api, params = {}, query = '', body, headers = {} }: Call = {},
): Promise<Body> {
  const operation = operations().find((each) => each.id === id);
  if (operation === undefined) throw new Error(`No route ${id}`);
  const { path, method } = operation;
  const url = `${path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] as string)}${query && `?${query}`}`;
  const isRepeatable = method === 'post' && !UNREPEATABLE.includes(id);
  const key: Record<string, string> = isRepeatable ? { 'idempotency-key': `${id}-${makeId()}` } : {};
  const send = (to: string) =>
    method === 'get' ? as.get(to, headers) : as.send(method.toUpperCase() as 'POST', to, body, { ...headers, ...key });
  const reply = await send(url);
  expect(reply.status, `${id}: ${JSON.stringify(reply.body)}`).toBeLessThan(300);
  succeeded.add(id);
  if (isRepeatable) {
    expect(withoutRequestId(await send(url)), `${id}, sent again`).toEqual(withoutRequestId(reply));
    expect(await send(`${url}?other=1`), `${id}, with the key of another request`).toMatchObject({
      status: 422,
      body: { code: 'idempotency.key_reused' },
    });
  }
  return { ...reply.body, headers: reply.headers };
}

/** Policies, referents, a session and children: everything that supervised hours have. */
async function supervise(host: Caller, manager: Caller, member: Caller, slug: { slug: string }): Promise<void> {
  const policy = {
    withoutReferent: 'anyone',
    graceMinutes: 5,
    ratios: 'fr-accueil-de-loisirs',
    needsGuardianConsent: true,
  };
  await succeed('changeNetworkSupervision', { as: manager, params: { audience: 'youth' }, body: policy });
  await succeed('listNetworkSupervision', { as: manager });
  await succeed('changeSiteSupervision', { as: host, params: { ...slug, audience: 'youth' }, body: { policy } });
  await succeed('listSiteSupervision', { as: host, params: slug });
  const [{ id: memberId }] = (await succeed('searchMembers', { as: host, query: 'q=lea' })).items;
  const referent = { ...slug, memberId };
  await succeed('nameReferent', { as: host, params: referent });
  const shift = { memberId, spaceId: null, date: '2026-12-02', startsAt: '14:00', endsAt: '24:00', repeatUntil: null };
  const planned = await succeed('planShift', { as: host, params: slug, body: shift });
  await succeed('checkReferent', { as: host, params: referent, body: { what: 'arrive' } });
  await succeed('listReferents', { as: host, params: slug });
  await succeed('cancelShift', { as: host, params: { ...slug, id: planned.ids[0] } });
  const guest = { spaceId: site.openSpaceId, kind: 'minor', memberId: null, age: 11, bookingId: null };
  const counted = await succeed('countIn', { as: host, params: slug, body: guest });
  const session = await succeed('getSession', { as: host, params: slug });
  expect(session.presentInBuilding).toBe(1);
  await succeed('countOut', { as: host, params: { ...slug, id: counted.id } });
  await succeed('removeReferent', { as: host, params: referent });
  const child = { firstName: 'Noa', birthDate: '2014-05-01', audience: null };
  const guardian = { guardianName: 'Mme Roux', guardianContact: '06 00 00 00 00' };
  const minor = await succeed('addMinor', { as: host, params: slug, body: { ...child, ...guardian } });
  const consent = { isGiven: true, givenBy: 'in_person', validUntil: '2027-07-01' };
  const ofMinor = { ...slug, memberId: minor.memberId, kind: 'leave_alone' };
  await succeed('recordConsent', { as: host, params: ofMinor, body: consent });
  expect((await succeed('listMinors', { as: host, params: slug })).items).toHaveLength(1);
  const own = await succeed('addChild', { as: member, body: child });
  await succeed('decideConsent', {
    as: member,
    params: { memberId: own.memberId, kind: 'attendance' },
    body: { isGiven: true },
  });
  expect((await succeed('listChildren', { as: member })).items).toMatchObject([{ firstName: 'Noa' }]);
}

/** A template, an exception of each kind, a closure and calendars of its own: every shape that hours have. */
async function changeHours(host: Caller, slug: { slug: string }): Promise<void> {
  const before = await succeed('getSchedule', { as: host, params: slug });
  const window = { id: makeId(), spaceId: null, audience: 'youth', startsAt: '14:00', endsAt: '24:00' };
  const add = { kind: 'add', windows: [{ ...window, id: makeId() }] };
  const remove = { kind: 'remove', startsAt: '08:00', endsAt: '09:00', audience: null };
  const base = { spaceIds: [site.openSpaceId], reason: 'Fête' };
  const period = { kind: 'all_of', periods: [{ kind: 'school_term' }, { kind: 'iso_weeks', parity: 'odd' }] };
  const template = {
    id: makeId(),
    name: 'Semaines impaires',
    spaceIds: null,
    period,
    validFrom: null,
    validUntil: '2027-09-01',
    origin: 'suggestion',
    evidence: { weeks: 12 },
    windows: [{ ...window, weekday: 3 }],
  };
  const change = {
    templates: { upsert: [template] },
    exceptions: {
      upsert: [
        { ...base, id: makeId(), date: '2026-12-05', change: add },
        { ...base, id: makeId(), date: '2026-12-06', change: remove },
        { ...base, id: makeId(), date: '2026-12-07', change: { kind: 'replace', windows: [] } },
      ],
    },
    closures: {
      upsert: [
        {
          id: makeId(),
          from: iso(NOW + 50 * HOUR),
          until: iso(NOW + 60 * HOUR),
          spaceId: null,
          reason: null,
          told: 'members',
        },
      ],
    },
    settings: { onPublicHolidays: 'closed', handoverMinutes: { [site.openSpaceId]: 15 } },
    overrides: { school: [], holidays: [{ date: '2026-12-08', name: 'Fête du lieu' }] },
  };
  const { revision } = before;
  const shown = await succeed('previewScheduleChange', { as: host, params: slug, body: { revision, change } });
  expect(shown.faults).toEqual([]);
  const decisions = { default: 'cancel', bookings: [] };
  await succeed('changeSchedule', {
    as: host,
    params: slug,
    body: { revision, change, decisions, message: 'Bonjour' },
  });
  const range = 'from=2026-11-23&until=2026-12-14&bookings=1';
  const hours = await succeed('getScheduleHours', { as: host, params: slug, query: range });
  expect(hours.days).toHaveLength(21);
  const day = await succeed('explainScheduleDay', { as: host, params: { ...slug, date: '2026-12-05' } });
  expect(day.spaces).toHaveLength(2);
  const { items } = await succeed('listScheduleChanges', { as: host, params: slug });
  const undone = { revision: hours.revision, change: items[0].inverse, decisions };
  await succeed('changeSchedule', { as: host, params: slug, body: undone });
  const { revision: _, headers: __, ...after } = await succeed('getSchedule', { as: host, params: slug });
  expect(before).toMatchObject(after);
}

/** Hours that others may use: released, shared, lent to a partner whose staff book in them, and a trial that is ended. */
async function shareHours(host: Caller, slug: { slug: string }): Promise<void> {
  const partner = await network.addSite('club');
  const karim = await api.as(await network.addPerson('karim', { role: 'host', structureId: partner.structureId }));
  const { options } = await succeed('getSharing', { as: host, params: slug });
  const windowIds = [options.windows[0].id];
  const [releaseId, shareId, agreementId, secondId, trialId] = [makeId(), makeId(), makeId(), makeId(), makeId()];
  const release = { windowIds, releasedTo: 'general', hoursBefore: 2, tariffId: options.tariffs[0].id };
  await succeed('putRelease', { as: host, params: { ...slug, id: releaseId }, body: release });
  const share = { windowIds, structureId: partner.structureId, tariffId: null };
  await succeed('putShare', { as: host, params: { ...slug, id: shareId }, body: share });
  const agreement = () => ({
    name: 'Ateliers',
    partnerStructureId: partner.structureId,
    spaceIds: [site.roomSpaceId],
    period: { kind: 'always' },
    windows: [
      { id: makeId(), spaceId: null, audience: 'professional', weekday: null, startsAt: '20:00', endsAt: '22:00' },
    ],
    isExclusive: true,
    holdsOnPublicHolidays: true,
    inTheWay: 'cancel',
    price: { kind: 'flat', per: 'year', amount: { minor: 120_000, currency: 'EUR' } },
    terms: 'Clés à rendre.',
    validFrom: '2026-11-25',
    validUntil: null,
  });
  const made = await succeed('proposeAgreement', { as: host, params: { ...slug, id: agreementId }, body: agreement() });
  await succeed('proposeAgreement', { as: host, params: { ...slug, id: secondId }, body: agreement() });
  await succeed('withdrawAgreement', { as: host, params: { ...slug, id: secondId } });
  const byId = { id: agreementId };
  await succeed('getAgreementConsequences', { as: karim, params: byId });
  await succeed('answerAgreement', { as: karim, params: byId, body: { accept: true, revision: made.revision } });
  const group = {
    structureId: partner.structureId,
    resourceId: site.roomId,
    startsAt: '2026-11-26T20:00:00+01:00',
    endsAt: '2026-11-26T21:00:00+01:00',
    audience: 'professional',
    memberId: null,
    seats: 5,
  };
  await succeed('bookForPublic', { as: karim, body: group });
  const detail = await succeed('getAgreement', { as: host, params: byId });
  expect(detail.bookings).toMatchObject([{ name: 'Structure club', seats: 5 }]);
  await succeed('endAgreement', { as: karim, params: byId, body: { from: '2026-12-24' } });
  expect((await succeed('listAgreements', { as: karim })).shares).toHaveLength(1);
  const member = { id: partner.structureId, memberId: lea.memberId };
  await succeed('joinPublic', { as: karim, params: member });
  await succeed('listPublic', { as: karim, params: member });
  await succeed('leavePublic', { as: karim, params: member });
  await succeed('removeShare', { as: host, params: { ...slug, id: shareId } });
  await succeed('removeRelease', { as: host, params: { ...slug, id: releaseId } });

  const hours = {
    spaceId: site.roomSpaceId,
    period: { kind: 'always' },
    weekday: 2,
    startsAt: '09:00',
    endsAt: '12:00',
  };
  const figures = {
    weeks: 9,
    weeksUsed: 0,
    observedMinutes: 1_620,
    usedMinutes: 0,
    usedBp: 0,
    usedWeeksAtMostBp: 3_000,
  };
  await network.within((tx) =>
    tx.insert(schema.scheduleTemplates).values({
      networkId: network.id,
      id: makeId(),
      siteId: site.id,
      name: 'Essai',
      period: { kind: 'always' },
      validFrom: '2026-12-01',
      validUntil: '2027-01-01',
      position: 99,
      origin: 'suggestion',
      evidence: {
        trialId,
        basedOn: null,
        hours: { ...hours, audience: 'youth' },
        from: '2026-12-01',
        until: '2027-01-01',
        evidence: { ...figures, demand: { openMinutes: 600, bookedMinutes: 300, bookedBp: 5_000 } },
        weeklyGain: { minor: 1_200, currency: 'EUR' },
      },
      createdAt: NOW,
    }),
  );
  const { trials } = await succeed('listSuggestions', { as: host, params: slug });
  expect(trials).toHaveLength(1);
  await succeed('endTrial', { as: host, params: { ...slug, id: trialId }, body: { decision: 'stop' } });
}

/** A place from nothing: its structure, its host, what it has, and who may meet whom there. */
async function setUp(manager: Caller): Promise<void> {
  const { id } = await succeed('createStructure', { as: manager, body: structureBody });
  const structure = { id };
  await succeed('changeStructure', { as: manager, params: structure, body: { ...structureBody, contactEmail: null } });
  const invited = { email: 'maya@ateliers.example', displayName: 'Maya' };
  const { staff } = await succeed('inviteHost', { as: manager, params: structure, body: invited });
  const { site: made } = await succeed('createSite', { as: manager, params: structure, body: siteBody('castellane') });
  expect((await succeed('listStructures', { as: manager })).items).toHaveLength(2);
  expect(await succeed('getStructure', { as: manager, params: structure })).toMatchObject({ sites: [{}], staff: [{}] });
  await succeed('listCalendars', { as: manager });
  await succeed('getSiteDefaults', { as: manager, params: { inseeCode: '04039' } });

  const slug = { slug: made.slug };
  await succeed('changeSite', { as: manager, params: slug, body: { description: 'Calm', isListed: true } });
  const { spaces } = await succeed('addSpace', { as: manager, params: slug, body: spaceBody });
  const spaceId = spaces[0].id;
  await succeed('changeSpace', { as: manager, params: { ...slug, id: spaceId }, body: { capacity: 8 } });
  const { tariffs } = await succeed('addTariff', { as: manager, params: slug, body: tariffBody });
  const tariff = { ...slug, id: tariffs[0].id };
  const desks = { ...resourceBody(spaceId, tariff.id), count: 2 };
  const furnished = await succeed('addResources', { as: manager, params: slug, body: desks });
  const desk = { ...slug, id: furnished.spaces[0].resources[0].id };
  await succeed('changeResource', { as: manager, params: desk, body: { capacity: 2 } });
  await succeed('changeTariff', { as: manager, params: tariff, body: { ...tariffBody, hourMinor: 400 } });
  const { doors } = await succeed('addDoor', { as: manager, params: slug, body: doorBody([spaceId]) });
  const door = { ...slug, id: doors[0].id };
  await succeed('changeDoor', { as: manager, params: door, body: doorBody() });
  const setup = await succeed('getSiteSetup', { as: manager, params: slug });
  expect(setup.steps).toMatchObject({ spaces: true, resources: true, tariffs: true, doors: true, hours: false });

  const audience = await succeed('createAudience', { as: manager, body: { code: 'seniors', ...audienceBody } });
  const seniors = { id: audience.id };
  await succeed('changeAudience', { as: manager, params: seniors, body: { ...audienceBody, maxAge: 99 } });
  expect((await succeed('listAudienceSettings', { as: manager })).items).toHaveLength(7);
  await succeed('orderAudiences', { as: manager, body: { ids: [audience.id] } });
  const rules = [{ audiences: ['youth', 'seniors'], relation: 'never_same_site' }];
  const ofSite = await succeed('getSiteCompatibility', { as: manager, params: slug, query: `spaceId=${spaceId}` });
  const inSpace = { version: ofSite.version, rules: [{ ...rules[0], relation: 'together' }], spaceId };
  await succeed('previewSiteCompatibility', { as: manager, params: slug, body: inSpace });
  await succeed('changeSiteCompatibility', { as: manager, params: slug, body: inSpace });
  await succeed('changeSiteCompatibility', {
    as: manager,
    params: slug,
    body: {
      ...inSpace,
      version: (await succeed('getSiteCompatibility', { as: manager, params: slug })).version,
      rules: [],
    },
  });
  const { version } = await succeed('getNetworkCompatibility', { as: manager });
  const shown = await succeed('previewNetworkCompatibility', { as: manager, body: { version, rules } });
  expect(shown).toMatchObject({ siteCount: 2, groups: [{ spaceCount: 3 }] });
  await succeed('changeNetworkCompatibility', { as: manager, body: { version, rules } });
  await succeed('archiveAudience', { as: manager, params: seniors, body: { isArchived: true } });

  const spare = await succeed('createStructure', { as: manager, body: structureBody });
  const empty = { id: spare.id };
  await succeed('createSite', { as: manager, params: empty, body: siteBody('nothing-yet') });
  for (const [route, params] of [
    ['removeDoor', door],
    ['removeResource', desk],
    ['removeResource', { ...slug, id: furnished.spaces[0].resources[1].id }],
    ['removeTariff', tariff],
    ['removeSpace', { ...slug, id: spaceId }],
    ['removeSite', { slug: 'nothing-yet' }],
    ['removeHost', { id, accountId: staff[0].accountId }],
    ['removeStructure', empty],
  ] as [string, Record<string, string>][]) {
    await succeed(route, { as: manager, params });
  }
}

const cookieOf = (headers: Reply<Body>['headers']) =>
  [headers['set-cookie']]
    .flat()
    .map((line) => String(line).split(';')[0])
    .join('; ');
async function tokenMailedTo(email: string): Promise<string> {
  const { items } = await succeed('listOutbox');
  const { id } = items.find(({ recipient }: { recipient: string }) => recipient === email);
  const { text } = await succeed('getOutboxMail', { params: { id } });
  return /\/([A-Za-z0-9_-]{43})\b/.exec(text)?.[1] ?? '';
}

describe('the answers', () => {
  it('to accounts are as documented, and each POST acts once under its key', async () => {
    const email = 'nina@example.org';
    const password = 'a long enough one';
    await succeed('createAccount', { body: { email, password, displayName: 'Nina', locale: 'en' } });
    await succeed('verifyEmail', { body: { token: await tokenMailedTo(email) } });
    const { headers } = await succeed('signIn', { body: { email, password } });
    const refreshed = await succeed('refreshSession', { headers: { ...ORIGIN, cookie: cookieOf(headers) } });
    const nina = { headers: { ...ORIGIN, cookie: cookieOf(refreshed.headers) } };
    expect(await succeed('getMe', nina)).toMatchObject({ email, displayName: 'Nina', locale: 'en', roles: [] });
    await succeed('updateMe', { ...nina, body: { displayName: 'Nina N.' } });
    await succeed('signIn', { body: { email, password } });
    const { items } = await succeed('listSessions', nina);
    const other = items.find((each: { isCurrent: boolean }) => !each.isCurrent);
    await succeed('endSession', { ...nina, params: { id: other.id } });
    await succeed('signOut', nina);
    // Mails to one address are counted, in quarters of an hour.
    clock.advance({ minutes: 15 });
    await succeed('requestPasswordReset', { body: { email } });
    await succeed('resetPassword', { body: { token: await tokenMailedTo(email), password: 'another long one' } });
  });

  it('to visitors, members, hosts, managers and administrators too', async () => {
    clock.moveTo(NOW);
    const member = await api.as(lea);
    const host = await api.as(await network.addPerson('host', { role: 'host', structureId: site.structureId }));
    const manager = await api.as(await network.addPerson('manager', { role: 'manager' }));
    const administrator = await api.as(await network.addPerson('administrator', { role: 'administrator' }));
    const slug = { slug: site.slug };
    const times = (from: number, hours = 1) => ({ startsAt: iso(from), endsAt: iso(from + hours * HOUR) });
    const wanted = { resourceId: site.deskIds[0] as string, ...times(NOW + 15 * MINUTE, 2) };

    await succeed('listAudiences');
    expect((await succeed('findCommunes', { query: 'q=ann' })).items).toHaveLength(1);
    expect((await succeed('searchSites', { query: 'lat=43.9&lon=6.6&withinKm=50' })).items).toHaveLength(1);
    await succeed('getSite', { params: slug });
    await succeed('quoteBooking', { body: wanted });

    const { id } = await succeed('bookResource', { as: member, body: wanted });
    await succeed('confirmBooking', { as: member, params: { id } });
    await succeed('getBooking', { as: member, params: { id } });
    await succeed('getBookingCalendar', { as: member, params: { id } });
    expect((await succeed('listBookings', { as: member })).items).toHaveLength(1);
    const { commandId } = await succeed('openDoor', { as: member, params: { id }, body: {} });
    await succeed('getCommand', { as: member, params: { id: commandId } });

    const closed = {
      id: makeId(),
      from: iso(NOW + HOUR),
      until: iso(NOW + 2 * HOUR),
      spaceId: site.roomSpaceId,
      reason: 'Works',
      told: 'booked',
    };
    const { revision } = await succeed('getSchedule', { as: host, params: slug });
    const closing = { revision, change: { closures: { upsert: [closed] } }, decisions: { default: 'cancel' } };
    const { revision: next } = await succeed('changeSchedule', { as: host, params: slug, body: closing });
    const uid = { memberId: lea.memberId, uid: '04:A1:B2:C3', label: 'Blue' };
    const badge = await succeed('registerBadge', { as: host, params: slug, body: uid });
    expect((await succeed('listDemoBadges')).items).toHaveLength(1);
    await succeed('unlockDoor', { as: host, params: { ...slug, id: site.entranceDoorId } });
    expect((await succeed('listClosures', { as: host, params: slug })).items).toHaveLength(1);
    expect((await succeed('listBadges', { as: host, params: slug })).items).toHaveLength(1);
    expect((await succeed('searchMembers', { as: host, query: 'q=lea' })).items).toHaveLength(1);
    expect((await succeed('listHostSites', { as: manager })).items).toHaveLength(1);
    const day = await succeed('getHostDay', { as: manager, params: slug });
    expect(day).toMatchObject({
      bookings: [{ id }],
      closures: [{ id: closed.id }],
      peopleNow: 2,
      devices: [
        { name: 'Counter', state: { people: 2.5, at: { nested: [1, null, 'x'] } } },
        { name: 'Lock', state: {} },
      ],
      bridge: { status: 'online' },
    });
    expect(day.events.map(({ memberName }: { memberName: string }) => memberName).sort()).toEqual(['lea', null, null]);
    const siteDay = await succeed('getSiteDay', { params: { ...slug, date: '2026-11-24' } });
    expect(siteDay.closures).toHaveLength(1);
    await succeed('getOverview', { as: manager, query: 'month=2026-11' });
    await succeed('listNetworks', { as: administrator });

    const repeated = {
      resourceId: site.deskIds[2],
      firstDate: '2026-12-01',
      startsAt: '09:00',
      endsAt: '10:00',
      rrule: 'FREQ=WEEKLY;COUNT=3',
    };
    await succeed('previewSeries', { as: member, body: repeated });
    const series = { id: (await succeed('bookSeries', { as: member, body: repeated })).id };
    const taken = { startsAt: '2026-12-08T08:00:00.000Z', endsAt: '2026-12-08T09:00:00.000Z' };
    const waiting = await succeed('joinWaitlist', { as: member, body: { resourceId: site.deskIds[2], ...taken } });
    expect((await succeed('listWaiting', { as: member })).items).toHaveLength(1);
    await succeed('withdrawWaiting', { as: member, params: { id: waiting.id } });
    await succeed('getSeries', { as: host, params: series });
    await succeed('getSeriesCalendar', { as: member, params: series });
    const later = { scope: 'all', startsAt: '09:30' };
    await succeed('previewSeriesEdit', { as: member, params: series, body: later });
    await succeed('editSeries', { as: member, params: series, body: later });
    await succeed('cancelSeries', { as: member, params: series, query: 'scope=one&date=2026-12-01' });

    await succeed('moveBooking', { as: member, params: { id }, body: times(NOW + 3 * HOUR) });
    await succeed('cancelBooking', { as: member, params: { id } });
    const lifting = { ...closing, revision: next, change: { closures: { delete: [closed.id] } } };
    await succeed('changeSchedule', { as: host, params: slug, body: lifting });
    await succeed('revokeBadge', { as: host, params: { ...slug, id: badge.id } });
    await changeHours(host, slug);
    const feed = { name: 'Agenda', scope: 'site', spaceId: null, audience: 'youth', withBookings: true };
    const made = await succeed('createCalendarFeed', { as: host, params: slug, body: feed });
    await succeed('getCalendarFeed', { params: { token: made.url.split('/').at(-1) } });
    expect((await succeed('listCalendarFeeds', { as: host, params: slug })).items).toHaveLength(1);
    await succeed('endCalendarFeed', { as: host, params: { id: made.id } });
    await succeed('getHoursCalendar', { params: slug });
    await succeed('getOsmHours', { params: slug });
    const osm = { audience: 'youth', value: 'We 14:00-18:00; PH off', spaceIds: null };
    await succeed('importHours', { as: host, params: slug, body: osm });

    await supervise(host, manager, member, slug);
    await setUp(manager);
    await shareHours(host, slug);

    const door = { id: site.entranceDoorId };
    expect((await succeed('listVirtualDoors')).items).toHaveLength(1);
    const presented = await succeed('presentAtDoor', { params: door, body: { kind: 'pin', pin: '123456' } });
    expect(presented).toMatchObject({ outcome: 'refused', reason: 'not_yet' });
    expect(await succeed('walkThroughDoor', { params: door })).toMatchObject({ walked: true });
  });

  it('were those of every route', () => {
    expect([...succeeded, ...ENDLESS, ...OF_LONG_USE].sort()).toEqual(
      operations()
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('to a POST are promised to come once per key where they do', () => {
    const promised = operations().filter(({ parameters }) => parameters.some(({ name }) => name === 'idempotency-key'));
    const posts = operations().filter(({ method, id }) => method === 'post' && !UNREPEATABLE.includes(id));
    expect(promised.map(({ id }) => id)).toEqual(posts.map(({ id }) => id));
  });
});

describe('what holds answers to the document', () => {
  const problem = { type: 'object', required: ['code'], properties: { code: { type: 'string' } } };
  const check = answerChecker({
    openapi: '3.1.0',
    paths: {
      '/things/{id}': {
        get: {
          operationId: 'getThing',
          responses: {
            200: {
              content: {
                'application/json': {
                  schema: { type: 'object', properties: { at: { type: 'string', format: 'date-time' } } },
                },
              },
            },
            204: {},
            '4XX': { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
          },
        },
      },
    },
    components: { schemas: { Problem: problem } },
  });
  const answer = (status: number, contentType: string, text: string) =>
    check('GET', '/things/1?x=1', { status, contentType, text });

  it('takes what is documented', () => {
    expect(answer(200, 'application/json; charset=utf-8', '{"at":"2026-11-24T07:00:00Z"}')).toBeNull();
    expect(answer(204, '', '')).toBeNull();
    expect(answer(404, 'application/problem+json; charset=utf-8', '{"code":"not_found"}')).toBeNull();
    expect(check('GET', '/elsewhere', { status: 500, contentType: '', text: 'no API' })).toBeNull();
  });

  it.each([
    ['a status', 302, 'text/html', '', 'getThing answers 302, which is not documented'],
    ['a media type', 404, 'application/json', '{"code":"not_found"}', 'getThing answers 404 as application/json'],
    ['no media type', 401, '', '', 'getThing answers 401 as nothing'],
    ['a body', 204, 'application/json', '{}', 'getThing answers 204 with a body'],
    ['a format', 200, 'application/json', '{"at":""}', 'getThing answers 200 in another shape'],
    ['a field that is missing', 400, 'application/problem+json', '{}', "must have required property 'code'"],
  ])('finds %s that is not', (_, status, contentType, text, difference) => {
    expect(answer(status, contentType, text)).toContain(difference);
  });
});
