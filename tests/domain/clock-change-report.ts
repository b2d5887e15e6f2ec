/*
 * Run by local-time.test.ts in processes of different zones: what the rules say about the two days of 2027 on which the clocks of
 * Europe/Paris change.
 */
import {
  compileGrants,
  dayWindow,
  decideAccess,
  indexGrantSet,
  localDateOf,
  localTimeOf,
  localToInstant,
  quoteBooking,
  siteDay,
  validateRequest,
} from '@mitoyen/domain';
import { weekly } from './schedule-facts.ts';
import { hoursOn, professional, resource } from './site-facts.ts';

const zone = 'Europe/Paris';
const [spring, autumn] = ['2027-03-28', '2027-10-31'];
const sundays = [weekly(7, professional.code, '09:00', '18:00')];
const tariff = {
  id: 'tariff',
  currency: 'EUR',
  hourMinor: 350,
  halfDayMinor: null,
  dayMinor: null,
  halfDayHours: 4,
  vatKind: 'standard_20' as const,
};

const openingOn = (date: string) =>
  siteDay({
    ...hoursOn(date, sundays),
    date,
    zone,
    resources: [resource('desk')],
    busy: [],
    booker: professional,
    classes: new Map([['area', professional.audienceClass]]),
    siteClass: null,
    buildingCapacity: null,
  })[0]?.free;
const wallWindow = (date: string, from: string, until: string) => ({
  from: localToInstant(date, from, zone),
  until: localToInstant(date, until, zone),
});
const decisionsOn = (date: string) => {
  const window = wallWindow(date, '09:00', '12:00');
  const compiled = compileGrants({
    bookings: [
      {
        id: 'booking',
        memberRef: 'member',
        resourceId: 'desk',
        spaceId: 'room',
        audienceClass: 'work',
        status: 'confirmed',
        startsAt: window.from,
        endsAt: window.until,
      },
    ],
    credentials: [{ id: 'badge', kind: 'badge', match: 'match', owner: { kind: 'member', memberRef: 'member' } }],
    staff: [],
    doors: [
      {
        id: 'door',
        name: 'Door',
        obeysAudienceWindows: true,
        earlyMs: 900_000,
        pinMaxFailures: 5,
        pinLockoutWindowMs: 300_000,
        pinLockoutMs: 300_000,
        spaceIds: null,
      },
    ],
    spaces: [{ id: 'room', handoverMs: 0 }],
    resources: [{ id: 'desk', spaceId: 'room' }],
    openings: [],
    horizon: dayWindow(date, zone),
  });
  const indexed = indexGrantSet({
    networkId: 'network',
    siteId: 'site',
    timeZone: zone,
    epoch: 1,
    sequence: 1,
    issuedAt: window.from,
    validUntil: window.until + 86_400_000,
    ...compiled,
  });
  return ['08:44', '08:45', '11:59', '12:00'].map((time) =>
    decideAccess(
      indexed,
      {
        doorId: 'door',
        kind: 'badge',
        match: 'match',
        clockTrust: 'trusted',
        doorMode: 'normal',
        recentPinFailures: [],
      },
      localToInstant(date, time, zone),
    ),
  );
};

const report = {
  dayHours: [spring, autumn].map((date) => (dayWindow(date, zone).until - dayWindow(date, zone).from) / 3_600_000),
  openingOnSpringDay: openingOn(spring),
  openingOnAutumnDay: openingOn(autumn),
  nightPrices: [spring, autumn].map((date) =>
    quoteBooking({ tariff, window: wallWindow(date, '01:00', '04:00'), zone }),
  ),
  requests: [spring, autumn].map((date) =>
    validateRequest(wallWindow(date, '09:00', '12:00'), { zone, now: dayWindow(date, zone).from }),
  ),
  calendar: [spring, autumn].map((date) => {
    const at = localToInstant(date, '23:59', zone);
    return [localDateOf(at, zone), localTimeOf(at, zone)];
  }),
  decisions: [spring, autumn].map(decisionsOn),
};

process.stdout.write(JSON.stringify({ processZone: Intl.DateTimeFormat().resolvedOptions().timeZone, report }));
