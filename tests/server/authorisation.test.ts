import { randomBytes } from 'node:crypto';
import * as schema from '@mitoyen/db/schema';
import { newId } from '@mitoyen/domain';
import { buildApp, PERMISSIONS } from '@mitoyen/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, TEST_PASSWORD, type TestNetwork, type TestPerson } from '../support/network.ts';
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

type Action = keyof typeof PERMISSIONS;
type Relation = 'anyone' | 'account' | 'owner' | 'host' | 'partner' | 'manager' | 'administrator';
type Who = 'visitor' | 'holder' | 'stranger' | 'host' | 'neighbour' | 'manager' | 'administrator';
const EVERYBODY: readonly Who[] = ['visitor', 'holder', 'stranger', 'host', 'neighbour', 'manager', 'administrator'];

/**
 * What a route acts on: nothing but what the caller may see anyway; the site, which everybody knows to exist; what is the holder's,
 * of which nobody else hears; what is the holder's and at the site; what the site has lent to the neighbour's structure.
 */
type Target = 'caller' | 'site' | "holder's" | "holder's, at the site" | 'agreement';

const RELATIONS: Record<Who, readonly Relation[]> = {
  visitor: ['anyone'],
  holder: ['anyone', 'account'],
  stranger: ['anyone', 'account'],
  host: ['anyone', 'account', 'host', 'partner'],
  // Staff, of another structure.
  neighbour: ['anyone', 'account', 'host', 'partner'],
  manager: ['anyone', 'account', 'manager'],
  administrator: ['anyone', 'account', 'administrator'],
};

function relationsTo(target: Target, who: Who): Relation[] {
  const relations: Relation[] = RELATIONS[who].filter(
    (relation) =>
      (relation !== 'host' || target === 'caller' || (target !== "holder's" && who === 'host')) &&
      (relation !== 'partner' || (target === 'agreement' && who === 'neighbour')),
  );
  const isOwn =
    target === 'caller' ? who !== 'visitor' : target !== 'site' && target !== 'agreement' && who === 'holder';
  return isOwn ? [...relations, 'owner'] : relations;
}

/** How the table of permissions says that a call ends: `in`, or the code of the refusal. */
function expected(action: Action, target: Target, who: Who): string {
  const allowed: readonly Relation[] = PERMISSIONS[action];
  if (relationsTo(target, who).some((relation) => allowed.includes(relation))) return 'in';
  if (who === 'visitor') return 'auth.required';
  const couldBeTheirs = allowed.some((relation) => relation === 'owner' || RELATIONS[who].includes(relation));
  return couldBeTheirs && target !== 'site' && target !== 'agreement' ? 'not_found' : 'auth.forbidden';
}

interface Names {
  readonly slug: string;
  readonly resourceId: string;
  readonly doorId: string;
  readonly spaceId: string;
  readonly structureId: string;
  readonly audienceId: string;
  readonly tariffId: string;
  readonly spareDoorId: string;
  readonly accountId: string;
  readonly memberId: string;
  readonly bookingId: string;
  readonly seriesId: string;
  readonly waitingId: string;
  readonly feedId: string;
  readonly feedToken: string;
  readonly shiftId: string;
  readonly attendanceId: string;
  readonly minorId: string;
  readonly childId: string;
  readonly badgeId: string;
  readonly sessionId: string;
  readonly commandId: string;
  readonly mailId: string;
  readonly windowId: string;
  readonly partnerId: string;
  readonly releaseId: string;
  readonly shareId: string;
  readonly agreementId: string;
  readonly acceptedId: string;
  readonly trialId: string;
}
let names: Names;

interface Sample {
  readonly params?: Record<string, string>;
  readonly query?: string;
  readonly body?: object;
}
interface Row {
  readonly action: Action;
  readonly target: Target;
  readonly sample?: () => Sample;
}

const window = { startsAt: iso(NOW + 30 * HOUR), endsAt: iso(NOW + 31 * HOUR) };
const policyBody = { withoutReferent: 'anyone', graceMinutes: 5, ratios: 'none', needsGuardianConsent: false };
const token = 'x'.repeat(43);
/** Of a setting that is no more: refused for that, whoever may change it. */
const OLD_SETTING = { version: 'old', rules: [] };
const atSite = (extra: () => Sample = () => ({})) => {
  return () => ({ ...extra(), params: { slug: names.slug, ...extra().params } });
};
const theBooking = (body?: object) => () => ({ params: { id: names.bookingId }, ...(body && { body }) });
const seriesSample = (resourceId: string) => ({
  resourceId,
  firstDate: '2026-12-01',
  startsAt: '09:00',
  endsAt: '10:00',
  rrule: 'FREQ=WEEKLY;COUNT=3',
});
const ofSeries = (action: Action, extra: Sample = {}): Row => ({
  action,
  target: "holder's, at the site",
  sample: () => ({ ...extra, params: { id: names.seriesId } }),
});
const anybody = (action: Action, sample: () => Sample = () => ({})): Row => ({ action, target: 'caller', sample });
const ofSite = (action: Action, extra?: () => Sample): Row => ({ action, target: 'site', sample: atSite(extra) });
const ofBooking = (action: Action, body?: object): Row => ({
  action,
  target: "holder's, at the site",
  sample: theBooking(body),
});

const ofAgreement = (action: Action, body?: object): Row => ({
  action,
  target: 'agreement',
  sample: () => ({ params: { id: names.agreementId }, ...(body && { body }) }),
});
const agreementBody = () => ({
  name: 'Ateliers',
  partnerStructureId: names.partnerId,
  spaceIds: [names.spaceId],
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
const releaseBody = () => ({
  windowIds: [names.windowId],
  releasedTo: 'general',
  hoursBefore: 24,
  tariffId: null,
});
const shareBody = () => ({ windowIds: [names.windowId], structureId: names.partnerId, tariffId: null });
const ofStructure = (action: Action, extra: () => Sample = () => ({})): Row => ({
  action,
  target: 'site',
  sample: () => ({ ...extra(), params: { id: names.structureId, memberId: names.memberId } }),
});

/** In the order in which they are called: what ends something comes after what needs it. */
const ROUTES: Record<string, Row> = {
  createAccount: anybody('account.create', () => ({
    body: { email: `${makeId()}@example.org`, password: TEST_PASSWORD, displayName: 'New' },
  })),
  verifyEmail: anybody('account.create', () => ({ body: { token } })),
  signIn: anybody('session.create', () => ({ body: { email: 'nobody@example.org', password: 'not it' } })),
  refreshSession: anybody('session.refresh'),
  requestPasswordReset: anybody('password.reset', () => ({ body: { email: 'nobody@example.org' } })),
  resetPassword: anybody('password.reset', () => ({ body: { token, password: TEST_PASSWORD } })),
  listAudiences: anybody('place.find'),
  findCommunes: anybody('place.find', () => ({ query: 'q=annot' })),
  searchSites: anybody('place.find'),
  getSite: anybody('place.find', atSite()),
  getSiteDay: anybody(
    'place.find',
    atSite(() => ({ params: { date: '2026-11-25' } })),
  ),
  quoteBooking: anybody('booking.quote', () => ({ body: { resourceId: names.resourceId, ...window } })),
  previewSeries: anybody('series.create', () => ({ body: seriesSample(names.resourceId) })),
  bookSeries: anybody('series.create', () => ({ body: { ...seriesSample(names.resourceId), startsAt: '09:30' } })),
  joinWaitlist: anybody('waitlist.join', () => ({ body: { resourceId: names.resourceId, ...window } })),
  listOutbox: anybody('demo.play'),
  getOutboxMail: anybody('demo.play', () => ({ params: { id: names.mailId } })),
  listDemoBadges: anybody('demo.play'),
  listVirtualDoors: anybody('demo.play'),
  presentAtDoor: anybody('demo.play', () => ({ params: { id: names.doorId }, body: { kind: 'pin', pin: '123456' } })),
  walkThroughDoor: anybody('demo.play', () => ({ params: { id: names.doorId } })),

  getMe: anybody('profile.read'),
  updateMe: anybody('profile.update', () => ({ body: { locale: 'fr' } })),
  listSessions: anybody('session.read'),
  listBookings: anybody('booking.list'),
  bookResource: anybody('booking.create', () => ({ body: { resourceId: names.resourceId, ...window } })),
  listHostSites: anybody('site.list'),
  searchMembers: anybody('member.search', () => ({ query: 'q=holder' })),
  getOverview: anybody('network.report'),
  listNetworks: anybody('platform.administer'),

  getHostDay: ofSite('site.observe'),
  watchSite: ofSite('site.observe'),
  listClosures: ofSite('site.observe'),
  getSchedule: ofSite('schedule.read'),
  getScheduleHours: ofSite('schedule.read', () => ({ query: 'from=2026-11-24&until=2026-11-25' })),
  explainScheduleDay: ofSite('schedule.read', () => ({ params: { date: '2026-11-25' } })),
  listScheduleChanges: ofSite('schedule.read'),
  previewScheduleChange: ofSite('schedule.change', () => ({ body: { revision: 0, change: {} } })),
  changeSchedule: ofSite('schedule.change', () => ({
    body: { revision: 0, change: {}, decisions: { default: 'cancel' } },
  })),
  getSharing: ofSite('schedule.read'),
  putRelease: ofSite('schedule.change', () => ({ params: { id: names.releaseId }, body: releaseBody() })),
  removeRelease: ofSite('schedule.change', () => ({ params: { id: names.releaseId } })),
  putShare: ofSite('schedule.change', () => ({ params: { id: names.shareId }, body: shareBody() })),
  removeShare: ofSite('schedule.change', () => ({ params: { id: names.shareId } })),
  proposeAgreement: ofSite('schedule.change', () => ({ params: { id: names.agreementId }, body: agreementBody() })),
  listAgreements: anybody('agreement.list'),
  getAgreement: ofAgreement('agreement.read'),
  getAgreementConsequences: ofAgreement('agreement.read'),
  answerAgreement: ofAgreement('agreement.answer', { accept: false, revision: 0 }),
  withdrawAgreement: ofSite('schedule.change', () => ({ params: { id: names.agreementId } })),
  endAgreement: {
    action: 'agreement.end',
    target: 'agreement',
    sample: () => ({ params: { id: names.acceptedId }, body: { from: '2027-04-01' } }),
  },
  bookForPublic: ofStructure('booking.create_for_public', () => ({
    body: {
      structureId: names.structureId,
      resourceId: names.resourceId,
      ...window,
      audience: 'professional',
      memberId: null,
    },
  })),
  listPublic: ofStructure('public.manage'),
  joinPublic: ofStructure('public.manage'),
  leavePublic: ofStructure('public.manage'),
  listSuggestions: ofSite('schedule.read'),
  trySuggestion: ofSite('schedule.change', () => ({
    body: {
      suggestion: {
        spaceId: names.spaceId,
        period: { kind: 'school_term' },
        weekday: 2,
        startsAt: '09:00',
        endsAt: '12:00',
        audience: 'youth',
      },
      from: '2026-12-01',
      until: '2027-01-01',
    },
  })),
  endTrial: ofSite('schedule.change', () => ({ params: { id: names.trialId }, body: { decision: 'stop' } })),
  listNetworkSupervision: anybody('supervision.manage'),
  changeNetworkSupervision: anybody('supervision.manage', () => ({
    params: { audience: 'youth' },
    body: policyBody,
  })),
  listSiteSupervision: ofSite('site.observe'),
  changeSiteSupervision: ofSite('site.operate', () => ({
    params: { audience: 'youth' },
    body: { policy: policyBody },
  })),
  listReferents: ofSite('site.observe'),
  nameReferent: ofSite('site.operate', () => ({ params: { memberId: names.memberId } })),
  planShift: ofSite('site.operate', () => ({
    body: {
      memberId: names.memberId,
      spaceId: null,
      date: '2026-12-02',
      startsAt: '14:00',
      endsAt: '18:00',
      repeatUntil: null,
    },
  })),
  cancelShift: ofSite('site.operate', () => ({ params: { id: names.shiftId } })),
  checkReferent: ofSite('site.operate', () => ({ params: { memberId: names.memberId }, body: { what: 'arrive' } })),
  removeReferent: ofSite('site.operate', () => ({ params: { memberId: names.memberId } })),
  getSession: ofSite('site.observe'),
  countIn: ofSite('site.operate', () => ({
    body: { spaceId: names.spaceId, kind: 'adult', memberId: null, age: null, bookingId: null },
  })),
  countOut: ofSite('site.operate', () => ({ params: { id: names.attendanceId } })),
  listMinors: ofSite('site.operate'),
  addMinor: ofSite('site.operate', () => ({
    body: {
      firstName: 'Noa',
      birthDate: '2014-05-01',
      audience: null,
      guardianName: 'Mme Roux',
      guardianContact: null,
    },
  })),
  recordConsent: ofSite('site.operate', () => ({
    params: { memberId: names.minorId, kind: 'image' },
    body: { isGiven: true, givenBy: 'paper', validUntil: null },
  })),
  listChildren: anybody('profile.read'),
  addChild: anybody('profile.update', () => ({
    body: { firstName: 'Noa', birthDate: '2014-05-01', audience: null },
  })),
  decideConsent: {
    action: 'child.manage',
    target: "holder's",
    sample: () => ({ params: { memberId: names.childId, kind: 'image' }, body: { isGiven: true } }),
  },
  importHours: ofSite('schedule.change', () => ({
    body: { audience: 'professional', value: '24/7', spaceIds: null },
  })),
  getOsmHours: anybody('place.find', atSite()),
  getHoursCalendar: anybody('place.find', atSite()),
  getCalendarFeed: anybody('place.find', () => ({ params: { token: names.feedToken } })),
  listCalendarFeeds: ofSite('site.operate'),
  createCalendarFeed: ofSite('site.operate', () => ({
    body: { name: 'Agenda', scope: 'site', spaceId: null, audience: null, withBookings: true },
  })),
  endCalendarFeed: ofSite('site.operate', () => ({ params: { id: names.feedId } })),
  unlockDoor: ofSite('site.operate', () => ({ params: { id: names.doorId } })),
  listBadges: ofSite('badge.manage'),
  registerBadge: ofSite('badge.manage', () => ({ body: { memberId: names.memberId, uid: '04A1B2C3D5' } })),
  revokeBadge: ofSite('badge.manage', () => ({ params: { id: names.badgeId } })),

  listAudienceSettings: anybody('audience.manage'),
  createAudience: anybody('audience.manage', () => ({ body: { code: 'seniors', ...audienceBody } })),
  changeAudience: anybody('audience.manage', () => ({ params: { id: names.audienceId }, body: audienceBody })),
  archiveAudience: anybody('audience.manage', () => ({
    params: { id: names.audienceId },
    body: { isArchived: true },
  })),
  orderAudiences: anybody('audience.manage', () => ({ body: { ids: [names.audienceId] } })),
  getNetworkCompatibility: anybody('audience.manage'),
  previewNetworkCompatibility: anybody('audience.manage', () => ({ body: OLD_SETTING })),
  changeNetworkCompatibility: anybody('audience.manage', () => ({ body: OLD_SETTING })),
  listStructures: anybody('structure.manage'),
  createStructure: anybody('structure.manage', () => ({ body: structureBody })),
  getStructure: anybody('structure.manage', () => ({ params: { id: names.structureId } })),
  changeStructure: anybody('structure.manage', () => ({ params: { id: names.structureId }, body: structureBody })),
  inviteHost: anybody('structure.manage', () => ({
    params: { id: names.structureId },
    body: { email: 'invited@example.org', displayName: 'Invited' },
  })),
  removeHost: anybody('structure.manage', () => ({
    params: { id: names.structureId, accountId: names.accountId },
  })),
  removeStructure: anybody('structure.manage', () => ({ params: { id: names.structureId } })),
  createSite: anybody('site.create', () => ({
    params: { id: names.structureId },
    body: siteBody(`made-${makeId()}`),
  })),
  removeSite: anybody('site.create', () => ({ params: { slug: names.slug } })),
  listCalendars: anybody('site.create'),
  getSiteDefaults: anybody('site.create', () => ({ params: { inseeCode: '04039' } })),

  getSiteSetup: ofSite('site.observe'),
  changeSite: ofSite('site.configure', () => ({ body: { description: 'Calm' } })),
  addSpace: ofSite('site.configure', () => ({ body: spaceBody })),
  changeSpace: ofSite('site.configure', () => ({ params: { id: names.spaceId }, body: { capacity: 30 } })),
  removeSpace: ofSite('site.configure', () => ({ params: { id: names.spaceId } })),
  addResources: ofSite('site.configure', () => ({ body: resourceBody(names.spaceId) })),
  changeResource: ofSite('site.configure', () => ({ params: { id: names.resourceId }, body: { capacity: 2 } })),
  removeResource: ofSite('site.configure', () => ({ params: { id: names.resourceId } })),
  addTariff: ofSite('site.configure', () => ({ body: tariffBody })),
  changeTariff: ofSite('site.configure', () => ({ params: { id: names.tariffId }, body: tariffBody })),
  removeTariff: ofSite('site.configure', () => ({ params: { id: names.tariffId } })),
  addDoor: ofSite('site.configure', () => ({ body: doorBody() })),
  changeDoor: ofSite('site.configure', () => ({ params: { id: names.doorId }, body: doorBody() })),
  removeDoor: ofSite('site.configure', () => ({ params: { id: names.spareDoorId } })),
  getSiteCompatibility: ofSite('site.observe'),
  previewSiteCompatibility: ofSite('site.configure', () => ({ body: OLD_SETTING })),
  changeSiteCompatibility: ofSite('site.configure', () => ({ body: OLD_SETTING })),

  getBooking: ofBooking('booking.read'),
  getBookingCalendar: ofBooking('booking.read'),
  openDoor: ofBooking('booking.open_door', {}),
  getCommand: {
    action: 'command.read',
    target: "holder's, at the site",
    sample: () => ({ params: { id: names.commandId } }),
  },
  getSeries: ofSeries('series.read'),
  getSeriesCalendar: ofSeries('series.read'),
  previewSeriesEdit: ofSeries('series.change', { body: { scope: 'all', startsAt: '09:15' } }),
  editSeries: ofSeries('series.change', { body: { scope: 'all', startsAt: '09:15' } }),
  cancelSeries: ofSeries('series.change', { query: 'scope=one&date=2026-12-01' }),
  listWaiting: anybody('waitlist.list'),
  withdrawWaiting: {
    action: 'waitlist.withdraw',
    target: "holder's, at the site",
    sample: () => ({ params: { id: names.waitingId } }),
  },
  moveBooking: ofBooking('booking.change', window),
  confirmBooking: ofBooking('booking.change'),
  cancelBooking: ofBooking('booking.change'),
  endSession: { action: 'session.end', target: "holder's", sample: () => ({ params: { id: names.sessionId } }) },
  signOut: anybody('session.end'),
};

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
const people = new Map<Who, TestPerson>();
const tokens = new Map<Who, string>();

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, new MovableClock(NOW), { env: { RATE_LIMIT_PER_MINUTE: '0' } });
  const site = await network.addSite('annot');
  const other = await network.addSite('apt');
  const holder = await network.addPerson('holder');
  people.set('holder', holder);
  people.set('stranger', await network.addPerson('stranger'));
  people.set('host', await network.addPerson('host', { role: 'host', structureId: site.structureId }));
  people.set('neighbour', await network.addPerson('neighbour', { role: 'host', structureId: other.structureId }));
  people.set('manager', await network.addPerson('manager', { role: 'manager' }));
  people.set('administrator', await network.addPerson('administrator', { role: 'administrator' }));
  const spare = await network.addPerson('spare', { role: 'host', structureId: site.structureId });
  for (const [who, { email }] of people) {
    const reply = await api.send('POST', '/sessions', { email, password: TEST_PASSWORD });
    tokens.set(who, reply.body.accessToken);
  }

  const asHolder = await api.as(holder);
  const asHost = await api.as(people.get('host') as TestPerson);
  const booking = await asHolder.send('POST', '/bookings', {
    resourceId: site.deskIds[0],
    startsAt: iso(NOW + 2 * HOUR),
    endsAt: iso(NOW + 3 * HOUR),
  });
  await asHolder.send('POST', `/bookings/${booking.body.id}/confirm`);
  const series = await asHolder.send('POST', '/booking-series', seriesSample(site.deskIds[2] as string));
  const waiting = await asHolder.send('POST', '/waitlist', {
    resourceId: site.deskIds[2],
    startsAt: '2026-12-08T08:00:00.000Z',
    endsAt: '2026-12-08T09:00:00.000Z',
  });
  const feed = await asHost.send('POST', '/host/sites/annot/calendar-feeds', {
    name: 'Agenda',
    scope: 'site',
    spaceId: null,
    audience: null,
    withBookings: true,
  });
  const child = { firstName: 'Noa', birthDate: '2014-05-01', audience: null };
  const ward = await asHolder.send('POST', '/me/children', child);
  const guardian = { guardianName: 'Mme Roux', guardianContact: null };
  const minor = await asHost.send('POST', '/host/sites/annot/minors', { ...child, ...guardian });
  await asHost.send('PUT', `/host/sites/annot/referents/${holder.memberId}`);
  const shift = await asHost.send('POST', '/host/sites/annot/referent-shifts', {
    memberId: holder.memberId,
    spaceId: null,
    date: '2026-12-02',
    startsAt: '09:00',
    endsAt: '12:00',
    repeatUntil: null,
  });
  const attendance = await asHost.send('POST', '/host/sites/annot/session/attendances', {
    spaceId: site.openSpaceId,
    kind: 'adult',
    memberId: null,
    age: null,
    bookingId: null,
  });
  const badge = await asHost.send('POST', '/host/sites/annot/badges', {
    memberId: holder.memberId,
    uid: '04A1B2C3D4',
  });
  const sessions = await asHolder.get('/sessions');
  const bridgeId = makeId();
  const commandId = makeId();
  const base = { networkId: network.id, siteId: site.id };
  await network.within(async (tx) => {
    await tx
      .insert(schema.bridges)
      .values({ ...base, id: bridgeId, name: 'Box', publicKey: 'k'.repeat(43), createdAt: NOW });
    // A door with a device on it stays, whoever asks.
    const device = { name: 'Lock', kind: 'lock' as const, family: 'zigbee2mqtt' as const, address: 'lock' };
    await tx.insert(schema.devices).values({ ...base, ...device, id: makeId(), doorId: site.roomDoorId });
    await tx.insert(schema.commands).values({
      ...base,
      id: commandId,
      bridgeId,
      doorId: site.entranceDoorId,
      action: 'unlock',
      actorAccountId: holder.accountId,
      issuedAt: NOW,
      expiresAt: NOW + 10_000,
    });
  });
  const [windowId, releaseId, shareId, agreementId, acceptedId, trialId] = [
    (await asHost.get('/host/sites/annot/sharing')).body.options.windows[0].id,
    makeId(),
    makeId(),
    makeId(),
    makeId(),
    makeId(),
  ];
  await insertTrial(trialId, site.id, site.openSpaceId);
  await network.within((tx) =>
    tx.insert(schema.standingAgreements).values({
      ...base,
      id: acceptedId,
      hostStructureId: site.structureId,
      partnerStructureId: other.structureId,
      name: 'Signée',
      period: { kind: 'always' },
      priceKind: 'free',
      validFrom: '2027-03-01',
      status: 'accepted',
      createdAt: NOW,
    }),
  );
  names = {
    windowId,
    partnerId: other.structureId,
    releaseId,
    shareId,
    agreementId,
    acceptedId,
    trialId,
    slug: site.slug,
    resourceId: site.deskIds[1] as string,
    doorId: site.entranceDoorId,
    spaceId: site.openSpaceId,
    structureId: site.structureId,
    audienceId: network.audienceIds.get('social') as string,
    tariffId: (await asHost.get('/host/sites/annot/setup')).body.tariffs[0].id,
    spareDoorId: site.roomDoorId,
    accountId: spare.accountId,
    memberId: holder.memberId,
    bookingId: booking.body.id,
    seriesId: series.body.id,
    waitingId: waiting.body.id,
    feedId: feed.body.id,
    feedToken: feed.body.url.split('/').at(-1),
    shiftId: shift.body.ids[0],
    attendanceId: attendance.body.id,
    minorId: minor.body.memberId,
    childId: ward.body.memberId,
    badgeId: badge.body.id,
    sessionId: sessions.body.items.find((each: { isCurrent: boolean }) => each.isCurrent).id,
    commandId,
    mailId: (await api.get('/demo/outbox')).body.items[0].id,
  };
});
/** A template that tries hours, with what is kept of the suggestion. */
async function insertTrial(trialId: string, siteId: string, spaceId: string): Promise<void> {
  const hours = { spaceId, period: { kind: 'school_term' }, weekday: 2, startsAt: '09:00', endsAt: '12:00' };
  const figures = {
    weeks: 12,
    weeksUsed: 0,
    observedMinutes: 2_160,
    usedMinutes: 0,
    usedBp: 0,
    usedWeeksAtMostBp: 2_400,
  };
  await network.within((tx) =>
    tx.insert(schema.scheduleTemplates).values({
      networkId: network.id,
      id: makeId(),
      siteId,
      name: 'Essai',
      period: { kind: 'school_term' },
      validFrom: '2026-12-01',
      validUntil: '2027-01-01',
      origin: 'suggestion',
      evidence: {
        trialId,
        basedOn: null,
        hours: { ...hours, audience: 'youth' },
        from: '2026-12-01',
        until: '2027-01-01',
        evidence: { ...figures, demand: null },
        weeklyGain: null,
      },
      createdAt: NOW,
    }),
  );
}
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});

function operations() {
  const { paths } = api.app.swagger() as unknown as { paths: Record<string, Record<string, { operationId: string }>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({ id: operationId, method, path })),
  );
}

const REFUSALS = ['auth.required', 'auth.forbidden', 'not_found'];
const STATUS_OF: Record<string, number> = { 'auth.required': 401, 'auth.forbidden': 403, not_found: 404 };

/** `in`, or the code by which the caller was kept out. What goes wrong further inside is no matter of permission. */
async function callAs(who: Who, operationId: string): Promise<string> {
  const operation = operations().find(({ id }) => id === operationId);
  if (operation === undefined) throw new Error(`No route ${operationId}`);
  const { params = {}, query, body } = ROUTES[operationId]?.sample?.() ?? {};
  const bearer = tokens.get(who);
  const response = await api.app.inject({
    method: operation.method.toUpperCase() as 'GET',
    url: `${operation.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] as string)}${query ? `?${query}` : ''}`,
    headers: {
      'x-mitoyen-network': network.slug,
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
    ...(body && { payload: body }),
    // An open stream has no end to wait for.
    payloadAsStream: true,
  });
  const type = String(response.headers['content-type']);
  if (!type.startsWith('application/problem+json')) {
    response.stream().destroy();
    expect(response.statusCode, `${operationId} by the ${who}`).toBeLessThan(300);
    return 'in';
  }
  const { code, status } = (await new Response(response.stream() as never).json()) as { code: string; status: number };
  // A sample that is refused for its shape would prove nothing.
  expect(code, `${operationId} by the ${who}`).not.toMatch(/^(request|internal|network)/);
  if (!REFUSALS.includes(code)) return 'in';
  expect([response.statusCode, status], operationId).toEqual([STATUS_OF[code], STATUS_OF[code]]);
  return code;
}

describe('the table of permissions', () => {
  it('has a sample here for every route, and a route for every action', () => {
    const known = operations().map(({ id }) => id);
    expect(Object.keys(ROUTES).sort()).toEqual(known.sort());
    const used = new Set<string>(Object.values(ROUTES).map(({ action }) => action));
    // What watches the installation is not in the document of the API.
    expect(Object.keys(PERMISSIONS).filter((action) => !used.has(action))).toEqual(['platform.observe']);
  });

  it('decides every call: by visitors, members, hosts of the place and of another, managers and administrators', async () => {
    const answers: Record<string, Record<string, string>> = {};
    const wanted: Record<string, Record<string, string>> = {};
    for (const [id, { action, target }] of Object.entries(ROUTES)) {
      answers[id] = {};
      wanted[id] = {};
      for (const who of EVERYBODY) {
        wanted[id][who] = expected(action, target, who);
        answers[id][who] = await callAs(who, id);
      }
    }
    expect(answers).toEqual(wanted);
    // A thousand calls, and more with every route.
  }, 180_000);

  it('means what it is meant to mean', () => {
    const admitted = (action: Action, target: Target) =>
      EVERYBODY.filter((who) => expected(action, target, who) === 'in').join(', ');
    expect(admitted('booking.open_door', "holder's, at the site")).toBe('holder');
    expect(admitted('booking.change', "holder's, at the site")).toBe('holder, host');
    expect(admitted('booking.read', "holder's, at the site")).toBe('holder, host, manager');
    expect(admitted('command.read', "holder's, at the site")).toBe('holder, host');
    expect(admitted('session.end', "holder's")).toBe('holder');
    expect(admitted('site.operate', 'site')).toBe('host');
    expect(admitted('badge.manage', 'site')).toBe('host');
    expect(admitted('schedule.change', 'site')).toBe('host');
    expect(admitted('schedule.read', 'site')).toBe('host, manager');
    expect(admitted('site.observe', 'site')).toBe('host, manager');
    expect(admitted('agreement.answer', 'agreement')).toBe('neighbour');
    expect(admitted('agreement.end', 'agreement')).toBe('host, neighbour');
    expect(admitted('agreement.read', 'agreement')).toBe('host, neighbour, manager');
    expect(admitted('network.report', 'caller')).toBe('manager');
    expect(admitted('audience.manage', 'caller')).toBe('manager');
    expect(admitted('structure.manage', 'caller')).toBe('manager');
    expect(admitted('site.create', 'caller')).toBe('manager');
    expect(admitted('site.configure', 'site')).toBe('host, manager');
    expect(admitted('platform.administer', 'caller')).toBe('administrator');
    expect(admitted('booking.create', 'caller')).toBe(EVERYBODY.slice(1).join(', '));
  });
});

describe('a route', () => {
  it('that names no action, or one that the table does not have, is not served: the server does not start', async () => {
    const app = await buildApp(api.services);
    try {
      const add = (config: object) => app.get('/api/v1/stray', { config }, async () => ({}));
      expect(() => add({})).toThrow('GET /api/v1/stray names no action.');
      expect(() => add({ action: 'place.paint' })).toThrow('names no known action: place.paint');
      expect(() => add({ action: 'toString' })).toThrow('names no known action: toString');
      expect(() => add({ action: 'place.find' })).not.toThrow();
    } finally {
      await app.close();
    }
  });
});
