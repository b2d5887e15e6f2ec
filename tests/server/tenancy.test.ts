import { randomBytes } from 'node:crypto';
import * as schema from '@mitoyen/db/schema';
import { newId } from '@mitoyen/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork } from '../support/network.ts';
import {
  audienceBody,
  doorBody,
  resourceBody,
  siteBody,
  spaceBody,
  structureBody,
  tariffBody,
} from '../support/setup-samples.ts';

const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();
const makeId = () => newId(NOW, randomBytes(10));

/** Everything of a network that a request can name. */
interface Names {
  readonly slug: string;
  readonly siteId: string;
  readonly resourceId: string;
  readonly spaceId: string;
  readonly doorId: string;
  readonly structureId: string;
  readonly audienceId: string;
  readonly tariffId: string;
  readonly accountId: string;
  readonly memberId: string;
  readonly bookingId: string;
  readonly seriesId: string;
  readonly waitingId: string;
  readonly feedId: string;
  readonly feedToken: string;
  readonly badgeId: string;
  readonly sessionId: string;
  readonly commandId: string;
  readonly mailId: string;
  readonly windowId: string;
  readonly releaseId: string;
  readonly shareId: string;
  readonly agreementId: string;
  readonly trialId: string;
}

interface Sample {
  readonly params?: Record<string, string>;
  readonly query?: string;
  readonly body?: object;
}

const window = { startsAt: iso(NOW + 30 * HOUR), endsAt: iso(NOW + 31 * HOUR) };
const releaseSample = { releasedTo: 'general', hoursBefore: 24, tariffId: null };
const shareSample = (windowId: string, structureId: string) => ({ windowIds: [windowId], structureId, tariffId: null });
const agreementSample = (partnerStructureId: string, spaceId: string) => ({
  name: 'Ateliers',
  partnerStructureId,
  spaceIds: [spaceId],
  period: { kind: 'always' },
  windows: [{ id: makeId(), spaceId: null, audience: 'professional', weekday: 4, startsAt: '14:00', endsAt: '17:00' }],
  isExclusive: true,
  holdsOnPublicHolidays: false,
  inTheWay: 'keep',
  price: { kind: 'free' },
  terms: '',
  validFrom: '2027-03-01',
  validUntil: null,
});
const trialSample = (spaceId: string) => ({
  suggestion: {
    spaceId,
    period: { kind: 'school_term' },
    weekday: 2,
    startsAt: '09:00',
    endsAt: '12:00',
    audience: 'youth',
  },
  from: '2026-12-01',
  until: '2027-01-01',
});
const seriesSample = (resourceId: string) => ({
  resourceId,
  firstDate: '2026-12-01',
  startsAt: '09:00',
  endsAt: '10:00',
  rrule: 'FREQ=WEEKLY;COUNT=3',
});
const bookingSample = (names: Names) => [{ params: { id: names.bookingId } }];

const ofStructure = (body?: object) => (x: Names) => [{ params: { id: x.structureId }, ...(body && { body }) }];
const ofThing = (name: 'spaceId' | 'resourceId' | 'tariffId' | 'doorId', body?: object) => (x: Names, own: Names) =>
  [x.slug, own.slug].map((slug) => ({ params: { slug, id: x[name] }, ...(body && { body }) }));
const ofSetting = (x: Names, own: Names) => [
  { params: { slug: x.slug }, body: { version: 'v', rules: [] } },
  { params: { slug: own.slug }, body: { version: 'v', rules: [], spaceId: x.spaceId } },
];

/**
 * How to call each route with names of `foreign`; `own` has those of the caller's network where a route takes two. `null`: it takes no
 * names at all, and must merely not show any of another network.
 */
const SAMPLES: Record<string, null | ((foreign: Names, own: Names) => Sample[])> = {
  createAccount: null,
  verifyEmail: null,
  signIn: null,
  refreshSession: null,
  listSessions: null,
  signOut: null,
  requestPasswordReset: null,
  resetPassword: null,
  getMe: null,
  updateMe: null,
  listAudiences: null,
  findCommunes: null,
  searchSites: null,
  listBookings: null,
  listAgreements: null,
  getSharing: (x) => [{ params: { slug: x.slug } }],
  putRelease: (x, own) => [
    { params: { slug: x.slug, id: makeId() }, body: { ...releaseSample, windowIds: [x.windowId] } },
    { params: { slug: own.slug, id: makeId() }, body: { ...releaseSample, windowIds: [x.windowId] } },
  ],
  removeRelease: (x, own) => [
    { params: { slug: x.slug, id: x.releaseId } },
    { params: { slug: own.slug, id: x.releaseId } },
  ],
  putShare: (x, own) => [
    { params: { slug: x.slug, id: makeId() }, body: shareSample(x.windowId, x.structureId) },
    { params: { slug: own.slug, id: makeId() }, body: shareSample(x.windowId, own.structureId) },
    { params: { slug: own.slug, id: makeId() }, body: shareSample(own.windowId, x.structureId) },
  ],
  removeShare: (x, own) => [{ params: { slug: x.slug, id: x.shareId } }, { params: { slug: own.slug, id: x.shareId } }],
  proposeAgreement: (x, own) => [
    { params: { slug: x.slug, id: makeId() }, body: agreementSample(own.structureId, own.spaceId) },
    { params: { slug: own.slug, id: makeId() }, body: agreementSample(x.structureId, own.spaceId) },
  ],
  withdrawAgreement: (x, own) => [
    { params: { slug: x.slug, id: x.agreementId } },
    { params: { slug: own.slug, id: x.agreementId } },
  ],
  getAgreement: (x) => [{ params: { id: x.agreementId } }],
  getAgreementConsequences: (x) => [{ params: { id: x.agreementId } }],
  answerAgreement: (x) => [{ params: { id: x.agreementId }, body: { accept: true, revision: 1 } }],
  endAgreement: (x) => [{ params: { id: x.agreementId }, body: { from: '2027-04-01' } }],
  bookForPublic: (x, own) => {
    const body = { ...window, audience: 'professional', memberId: null };
    return [
      { body: { ...body, structureId: x.structureId, resourceId: own.resourceId } },
      { body: { ...body, structureId: own.structureId, resourceId: x.resourceId } },
    ];
  },
  listPublic: (x) => [{ params: { id: x.structureId } }],
  joinPublic: (x, own) => [
    { params: { id: x.structureId, memberId: own.memberId } },
    { params: { id: own.structureId, memberId: x.memberId } },
  ],
  leavePublic: (x, own) => [
    { params: { id: x.structureId, memberId: own.memberId } },
    { params: { id: own.structureId, memberId: x.memberId } },
  ],
  listSuggestions: (x) => [{ params: { slug: x.slug } }],
  trySuggestion: (x, own) => [
    { params: { slug: x.slug }, body: trialSample(own.spaceId) },
    { params: { slug: own.slug }, body: trialSample(x.spaceId) },
  ],
  endTrial: (x, own) => [
    { params: { slug: x.slug, id: x.trialId }, body: { decision: 'stop' } },
    { params: { slug: own.slug, id: x.trialId }, body: { decision: 'stop' } },
  ],
  listHostSites: null,
  searchMembers: null,
  getOverview: null,
  listNetworks: null,
  listOutbox: null,
  listVirtualDoors: null,
  listDemoBadges: null,
  endSession: (x) => [{ params: { id: x.sessionId } }],
  getSite: (x) => [{ params: { slug: x.slug } }],
  getSiteDay: (x) => [{ params: { slug: x.slug, date: '2026-11-25' } }],
  quoteBooking: (x) => [{ body: { resourceId: x.resourceId, ...window } }],
  bookResource: (x) => [{ body: { resourceId: x.resourceId, ...window } }],
  getBooking: bookingSample,
  confirmBooking: bookingSample,
  cancelBooking: bookingSample,
  previewSeries: (x, own) => [
    { body: seriesSample(x.resourceId) },
    { body: { ...seriesSample(own.resourceId), memberId: x.memberId } },
  ],
  bookSeries: (x, own) => [
    { body: seriesSample(x.resourceId) },
    { body: { ...seriesSample(own.resourceId), memberId: x.memberId } },
    {
      body: {
        ...seriesSample(own.resourceId),
        decisions: [{ date: '2026-12-08', do: 'move', to: { resourceId: x.resourceId, ...window } }],
      },
    },
  ],
  getSeries: (x) => [{ params: { id: x.seriesId } }],
  getSeriesCalendar: (x) => [{ params: { id: x.seriesId } }],
  previewSeriesEdit: (x, own) => [
    { params: { id: x.seriesId }, body: { scope: 'all', startsAt: '08:00' } },
    { params: { id: own.seriesId }, body: { scope: 'all', resourceId: x.resourceId } },
  ],
  editSeries: (x, own) => [
    { params: { id: x.seriesId }, body: { scope: 'all', startsAt: '08:00' } },
    { params: { id: own.seriesId }, body: { scope: 'all', resourceId: x.resourceId } },
  ],
  cancelSeries: (x) => [{ params: { id: x.seriesId }, query: 'scope=all' }],
  joinWaitlist: (x) => [
    { body: { resourceId: x.resourceId, ...window } },
    { body: { siteId: x.siteId, kind: 'desk', ...window } },
  ],
  listWaiting: null,
  withdrawWaiting: (x) => [{ params: { id: x.waitingId } }],
  moveBooking: (x, own) => [
    { params: { id: x.bookingId }, body: window },
    { params: { id: own.bookingId }, body: { resourceId: x.resourceId, ...window } },
  ],
  getBookingCalendar: bookingSample,
  openDoor: (x, own) => [
    { params: { id: x.bookingId }, body: {} },
    { params: { id: own.bookingId }, body: { doorId: x.doorId } },
  ],
  getCommand: (x) => [{ params: { id: x.commandId } }],
  getHostDay: (x) => [{ params: { slug: x.slug } }],
  watchSite: (x) => [{ params: { slug: x.slug } }],
  listClosures: (x) => [{ params: { slug: x.slug } }],
  getSchedule: (x) => [{ params: { slug: x.slug } }],
  getScheduleHours: (x) => [{ params: { slug: x.slug }, query: 'from=2026-11-24&until=2026-11-25' }],
  explainScheduleDay: (x) => [{ params: { slug: x.slug, date: '2026-11-25' } }],
  listScheduleChanges: (x) => [{ params: { slug: x.slug } }],
  previewScheduleChange: (x) => [{ params: { slug: x.slug }, body: { revision: 1, change: {} } }],
  changeSchedule: (x) => [
    { params: { slug: x.slug }, body: { revision: 1, change: {}, decisions: { default: 'cancel' } } },
  ],
  listNetworkSupervision: null,
  changeNetworkSupervision: null,
  listChildren: null,
  addChild: null,
  decideConsent: (x) => [{ params: { memberId: x.memberId, kind: 'image' }, body: { isGiven: true } }],
  listSiteSupervision: (x) => [{ params: { slug: x.slug } }],
  changeSiteSupervision: (x) => [{ params: { slug: x.slug, audience: 'youth' }, body: { policy: null } }],
  listReferents: (x) => [{ params: { slug: x.slug } }],
  nameReferent: (x, own) => [
    { params: { slug: x.slug, memberId: own.memberId } },
    { params: { slug: own.slug, memberId: x.memberId } },
  ],
  removeReferent: (x, own) => [
    { params: { slug: x.slug, memberId: own.memberId } },
    { params: { slug: own.slug, memberId: x.memberId } },
  ],
  checkReferent: (x, own) => [
    { params: { slug: x.slug, memberId: own.memberId }, body: { what: 'arrive' } },
    { params: { slug: own.slug, memberId: x.memberId }, body: { what: 'arrive' } },
  ],
  planShift: (x, own) => {
    const body = {
      memberId: x.memberId,
      spaceId: null,
      date: '2026-12-02',
      startsAt: '14:00',
      endsAt: '18:00',
      repeatUntil: null,
    };
    return [
      { params: { slug: x.slug }, body },
      { params: { slug: own.slug }, body },
    ];
  },
  cancelShift: (x) => [{ params: { slug: x.slug, id: makeId() } }],
  getSession: (x) => [{ params: { slug: x.slug } }],
  countIn: (x, own) => {
    const body = { spaceId: x.spaceId, kind: 'adult', memberId: null, age: null, bookingId: null };
    return [
      { params: { slug: x.slug }, body },
      { params: { slug: own.slug }, body },
      { params: { slug: own.slug }, body: { ...body, spaceId: own.spaceId, memberId: x.memberId } },
      { params: { slug: own.slug }, body: { ...body, spaceId: own.spaceId, bookingId: x.bookingId } },
    ];
  },
  countOut: (x) => [{ params: { slug: x.slug, id: makeId() } }],
  listMinors: (x) => [{ params: { slug: x.slug } }],
  addMinor: (x) => [
    {
      params: { slug: x.slug },
      body: {
        firstName: 'Noa',
        birthDate: '2014-05-01',
        audience: null,
        guardianName: 'Mme Roux',
        guardianContact: null,
      },
    },
  ],
  recordConsent: (x, own) => {
    const body = { isGiven: true, givenBy: 'paper', validUntil: null };
    return [
      { params: { slug: x.slug, memberId: own.memberId, kind: 'image' }, body },
      { params: { slug: own.slug, memberId: x.memberId, kind: 'image' }, body },
    ];
  },
  importHours: (x) => [{ params: { slug: x.slug }, body: { audience: 'professional', value: '24/7', spaceIds: null } }],
  getOsmHours: (x, own) => [{ params: { slug: x.slug } }, { params: { slug: own.slug }, query: `space=${x.spaceId}` }],
  getHoursCalendar: (x, own) => [
    { params: { slug: x.slug } },
    { params: { slug: own.slug }, query: `space=${x.spaceId}` },
  ],
  getCalendarFeed: (x) => [{ params: { token: x.feedToken } }],
  listCalendarFeeds: (x) => [{ params: { slug: x.slug } }],
  createCalendarFeed: (x, own) => {
    const body = { name: 'Agenda', scope: 'space', spaceId: x.spaceId, audience: null, withBookings: true };
    return [
      { params: { slug: x.slug }, body },
      { params: { slug: own.slug }, body },
    ];
  },
  endCalendarFeed: (x) => [{ params: { id: x.feedId } }],
  unlockDoor: (x, own) => [{ params: { slug: x.slug, id: x.doorId } }, { params: { slug: own.slug, id: x.doorId } }],
  listBadges: (x) => [{ params: { slug: x.slug } }],
  registerBadge: (x, own) => [
    { params: { slug: x.slug }, body: { memberId: x.memberId, uid: '04A1B2C3D4' } },
    { params: { slug: own.slug }, body: { memberId: x.memberId, uid: '04A1B2C3D4' } },
  ],
  revokeBadge: (x, own) => [{ params: { slug: x.slug, id: x.badgeId } }, { params: { slug: own.slug, id: x.badgeId } }],
  getOutboxMail: (x) => [{ params: { id: x.mailId } }],
  listAudienceSettings: null,
  createAudience: null,
  changeAudience: (x) => [{ params: { id: x.audienceId }, body: audienceBody }],
  archiveAudience: (x) => [{ params: { id: x.audienceId }, body: { isArchived: true } }],
  orderAudiences: (x) => [{ body: { ids: [x.audienceId] } }],
  getNetworkCompatibility: null,
  previewNetworkCompatibility: null,
  changeNetworkCompatibility: null,
  listStructures: null,
  createStructure: null,
  getStructure: ofStructure(),
  changeStructure: ofStructure(structureBody),
  removeStructure: ofStructure(),
  inviteHost: ofStructure({ email: 'x@example.org', displayName: 'X' }),
  removeHost: (x, own) => [
    { params: { id: x.structureId, accountId: x.accountId } },
    { params: { id: own.structureId, accountId: x.accountId } },
  ],
  createSite: ofStructure(siteBody('made-nowhere')),
  removeSite: (x) => [{ params: { slug: x.slug } }],
  listCalendars: null,
  getSiteDefaults: null,
  getSiteSetup: (x) => [{ params: { slug: x.slug } }],
  changeSite: (x) => [{ params: { slug: x.slug }, body: { name: 'X' } }],
  addSpace: (x) => [{ params: { slug: x.slug }, body: spaceBody }],
  changeSpace: ofThing('spaceId', spaceBody),
  removeSpace: ofThing('spaceId'),
  addResources: (x, own) => [
    { params: { slug: x.slug }, body: resourceBody(x.spaceId) },
    { params: { slug: own.slug }, body: resourceBody(x.spaceId) },
    { params: { slug: own.slug }, body: resourceBody(own.spaceId, x.tariffId) },
  ],
  changeResource: (x, own) => [
    ...ofThing('resourceId', { capacity: 2 })(x, own),
    { params: { slug: own.slug, id: own.resourceId }, body: { tariffId: x.tariffId } },
  ],
  removeResource: ofThing('resourceId'),
  addTariff: (x) => [{ params: { slug: x.slug }, body: tariffBody }],
  changeTariff: ofThing('tariffId', tariffBody),
  removeTariff: ofThing('tariffId'),
  addDoor: (x, own) => [
    { params: { slug: x.slug }, body: doorBody() },
    { params: { slug: own.slug }, body: doorBody([x.spaceId]) },
  ],
  changeDoor: (x, own) => [
    ...ofThing('doorId', doorBody())(x, own),
    { params: { slug: own.slug, id: own.doorId }, body: doorBody([x.spaceId]) },
  ],
  removeDoor: ofThing('doorId'),
  getSiteCompatibility: (x, own) => [
    { params: { slug: x.slug } },
    { params: { slug: own.slug }, query: `spaceId=${x.spaceId}` },
  ],
  previewSiteCompatibility: ofSetting,
  changeSiteCompatibility: ofSetting,
  // The simulator's doors are not in any database: it has its own list.
  presentAtDoor: null,
  walkThroughDoor: null,
};

let database: TestDatabase;
let here: TestNetwork & { close(): Promise<void> };
let there: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let own: Names;
let foreign: Names;
const nowhere: Names = {
  slug: 'nowhere-at-all',
  ...(Object.fromEntries(
    [
      'resourceId',
      'spaceId',
      'doorId',
      'structureId',
      'audienceId',
      'tariffId',
      'accountId',
      'memberId',
      'siteId',
      'bookingId',
      'seriesId',
      'waitingId',
      'feedId',
      'badgeId',
      'sessionId',
      'commandId',
      'mailId',
      'windowId',
      'releaseId',
      'shareId',
      'agreementId',
      'trialId',
    ].map((name) => [name, makeId()]),
  ) as Omit<Names, 'slug' | 'feedToken'>),
  feedToken: 'x'.repeat(43),
};
const callers: [string, Caller][] = [];
const clock = new MovableClock(NOW);

/** One of everything in a network, made through its own API where there is a way. */
async function furnish(
  network: TestNetwork,
  networkApi: TestApi,
): Promise<{ names: Names; callers: [string, Caller][] }> {
  const site = await network.addSite(`place-${network.slug}`);
  const member = await network.addPerson('member');
  const hostPerson = await network.addPerson('host', { role: 'host', structureId: site.structureId });
  const asMember = await networkApi.as(member);
  const asHost = await networkApi.as(hostPerson);
  const asManager = await networkApi.as(await network.addPerson('manager', { role: 'manager' }));
  const asAdministrator = await networkApi.as(await network.addPerson('admin', { role: 'administrator' }));
  const start = { startsAt: iso(NOW + 2 * HOUR), endsAt: iso(NOW + 3 * HOUR) };
  const booking = await asMember.send('POST', '/bookings', { resourceId: site.deskIds[0], ...start });
  await asMember.send('POST', `/bookings/${booking.body.id}/confirm`);
  const series = await asMember.send('POST', '/booking-series', seriesSample(site.deskIds[2] as string));
  const waiting = await asMember.send('POST', '/waitlist', {
    resourceId: site.deskIds[2],
    startsAt: '2026-12-08T08:00:00.000Z',
    endsAt: '2026-12-08T09:00:00.000Z',
  });
  const badge = await asHost.send('POST', `/host/sites/${site.slug}/badges`, {
    memberId: member.memberId,
    uid: randomBytes(7).toString('hex'),
  });
  const sessions = await asMember.get('/sessions');
  const bridgeId = makeId();
  const commandId = makeId();
  const base = { networkId: network.id, siteId: site.id };
  await network.within(async (tx) => {
    await tx
      .insert(schema.bridges)
      .values({ ...base, id: bridgeId, name: 'Box', publicKey: 'k'.repeat(43), createdAt: NOW });
    await tx.insert(schema.commands).values({
      ...base,
      id: commandId,
      bridgeId,
      doorId: site.entranceDoorId,
      action: 'unlock',
      actorAccountId: member.accountId,
      issuedAt: NOW,
      expiresAt: NOW + 10_000,
    });
  });
  const feed = await asHost.send('POST', `/host/sites/${site.slug}/calendar-feeds`, {
    name: 'Agenda',
    scope: 'site',
    spaceId: null,
    audience: null,
    withBookings: true,
  });
  const partner = await network.addSite(`partner-${network.slug}`);
  const atSite = `/host/sites/${site.slug}`;
  const windowId = (await asHost.get(`${atSite}/sharing`)).body.options.windows[0].id;
  const [releaseId, shareId, agreementId, trialId] = [makeId(), makeId(), makeId(), makeId()];
  await asHost.send('PUT', `${atSite}/sharing/releases/${releaseId}`, { ...releaseSample, windowIds: [windowId] });
  await asHost.send('PUT', `${atSite}/sharing/shares/${shareId}`, shareSample(windowId, partner.structureId));
  const proposal = agreementSample(partner.structureId, site.openSpaceId);
  await asHost.send('PUT', `${atSite}/sharing/agreements/${agreementId}`, proposal);
  await network.within((tx) =>
    tx.insert(schema.scheduleTemplates).values({
      ...base,
      id: makeId(),
      name: 'Essai',
      period: { kind: 'school_term' },
      origin: 'suggestion',
      evidence: { trialId },
      createdAt: NOW,
    }),
  );
  const mails = await networkApi.get('/demo/outbox');
  return {
    names: {
      slug: site.slug,
      resourceId: site.deskIds[1] as string,
      spaceId: site.openSpaceId,
      doorId: site.entranceDoorId,
      structureId: site.structureId,
      audienceId: network.audienceIds.get('youth') as string,
      tariffId: (await asHost.get(`/host/sites/${site.slug}/setup`)).body.tariffs[0].id,
      accountId: hostPerson.accountId,
      memberId: member.memberId,
      bookingId: booking.body.id,
      siteId: site.id,
      seriesId: series.body.id,
      waitingId: waiting.body.id,
      feedId: feed.body.id,
      feedToken: feed.body.url.split('/').at(-1),
      badgeId: badge.body.id,
      sessionId: sessions.body.items[0].id,
      commandId,
      mailId: mails.body.items[0].id,
      windowId,
      releaseId,
      shareId,
      agreementId,
      trialId,
    },
    callers: [
      ['a visitor', networkApi],
      ['a member', asMember],
      ['a host', asHost],
      ['a manager', asManager],
      ['an administrator', asAdministrator],
    ],
  };
}

beforeAll(async () => {
  database = await startTestDatabase();
  here = await createTestNetwork(database.ownerUrl, 'here', NOW);
  there = await createTestNetwork(database.ownerUrl, 'there', NOW);
  api = await startTestApi(database, here, clock, { env: { RATE_LIMIT_PER_MINUTE: '0' } });
  const thereApi = await startTestApi(database, there, clock, { env: { RATE_LIMIT_PER_MINUTE: '0' } });
  const furnished = await furnish(here, api);
  own = furnished.names;
  callers.push(...furnished.callers);
  foreign = (await furnish(there, thereApi)).names;
  await thereApi.close();
});
afterAll(async () => {
  await api?.close();
  await here?.close();
  await there?.close();
  await database?.drop();
});

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface Operation {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
}

function operations(): Operation[] {
  const document = api.app.swagger() as unknown as { paths: Record<string, Record<string, { operationId: string }>> };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      id: operationId,
      method: method.toUpperCase() as Method,
      path,
    })),
  );
}

async function call(caller: Caller, { method, path }: Operation, sample: Sample) {
  const named = path.replace(/\{(\w+)\}/g, (_, name: string) => sample.params?.[name] ?? '');
  const url = sample.query === undefined ? named : `${named}?${sample.query}`;
  const reply = method === 'GET' ? await caller.get(url) : await caller.send(method, url, sample.body);
  const { requestId: _, ...body } =
    typeof reply.body === 'object' && reply.body !== null ? reply.body : { text: reply.body };
  return { status: reply.status, body };
}

describe('what belongs to another network', () => {
  it('has a sample for every route of the document', () => {
    expect(Object.keys(SAMPLES).sort()).toEqual(
      operations()
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('does not exist: every route answers as for what exists nowhere, to everybody', async () => {
    let compared = 0;
    for (const operation of operations()) {
      const sample = SAMPLES[operation.id];
      if (!sample) continue;
      const [theirs, nobodys] = [sample(foreign, own), sample(nowhere, own)];
      for (const [who, caller] of callers) {
        for (const [index, each] of theirs.entries()) {
          const answer = await call(caller, operation, each);
          const expected = await call(caller, operation, nobodys[index] as Sample);
          expect(answer, `${operation.id} by ${who}, sample ${index}`).toEqual(expected);
          // 422: a name within the body that is nobody's here.
          expect([400, 401, 403, 404, 422], `${operation.id} by ${who}`).toContain(answer.status);
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('is never shown in a list', async () => {
    for (const operation of operations()) {
      if (operation.method !== 'GET' || SAMPLES[operation.id] !== null) continue;
      const query = operation.id === 'searchMembers' ? '?q=member' : '';
      for (const [who, caller] of callers) {
        // The administrator of the platform sees the names of its networks, and nothing of what is in them.
        const text = JSON.stringify((await caller.get(`${operation.path}${query}`)).body);
        for (const name of Object.values(foreign)) {
          expect(text.includes(name), `${operation.id} shows ${name} to ${who}`).toBe(false);
        }
      }
    }
  });

  it('is found, by the same calls, by those whom it belongs to', async () => {
    const member = callers.find(([who]) => who === 'a member')?.[1] as Caller;
    const host = callers.find(([who]) => who === 'a host')?.[1] as Caller;
    const statuses = await Promise.all([
      member.get(`/sites/${own.slug}`),
      member.get(`/bookings/${own.bookingId}`),
      member.get(`/commands/${own.commandId}`),
      host.get(`/host/sites/${own.slug}/day`),
      host.get(`/host/sites/${own.slug}/schedule`),
      host.send('POST', `/host/sites/${own.slug}/badges/${own.badgeId}/revoke`),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  });
});
