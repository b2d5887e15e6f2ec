import { randomInt } from 'node:crypto';
import type { Tx, Vault } from '@mitoyen/db';
import { insertDeclaredClasses, insertDefaultAudiences, insertNetwork } from '@mitoyen/db/queries';
import * as schema from '@mitoyen/db/schema';
import {
  addDays,
  DEFAULT_AUDIENCES,
  type Instant,
  localDateOf,
  localRange,
  type Window,
  weekdayOf,
} from '@mitoyen/domain';
import { type BookingRow, inventBookings, nextOpening, type PlannedBooking } from './bookings.ts';
import type { BridgeKeys } from './bridge-files.ts';
import { ofPlace } from './french.ts';
import { insertRows } from './insert.ts';
import type { Maker } from './maker.ts';
import { inventAccessEvents, inventReadings } from './movements.ts';
import { inventMembers, type SeedMember } from './people.ts';
import type { SimulatedSite } from './places.ts';
import type { SeededRandom } from './random.ts';
import { shareHours } from './sharing.ts';
import { buildSites, isSimulated, type SeedAudience, type SeedSite, ZONE } from './sites.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export const DEMO_NETWORK_SLUG = 'tiers-lieux-paca';
export const PLATFORM_NETWORK_SLUG = 'platform';

export const DEMO_LOGINS = [
  { role: 'member', email: 'lea.martin@demo.mitoyen.example', displayName: 'Léa Martin', audience: 'professional' },
  { role: 'host', email: 'accueil.annot@demo.mitoyen.example', displayName: 'Nadia Bellon', audience: 'staff' },
  { role: 'manager', email: 'reseau@demo.mitoyen.example', displayName: 'Thomas Garcin', audience: 'staff' },
  { role: 'administrator', email: 'admin@demo.mitoyen.example', displayName: 'Inès Raynaud', audience: 'staff' },
] as const;
export type DemoRole = (typeof DEMO_LOGINS)[number]['role'];

/** As the reader of a simulated door sends them: ISO 14443-3 UIDs of seven bytes, of a maker that does not make these. */
export const MEMBER_BADGE = '04A2B31C5D6E80';
export const STAFF_BADGE = '0477E1D2C3B4A0';

export interface NetworkCounts {
  readonly sites: number;
  readonly resources: number;
  readonly members: number;
  readonly bookings: number;
  readonly accessEvents: number;
  readonly readings: number;
}

/** Everything of the demo network, in the caller's transaction: a start that is killed leaves nothing half done. */
export async function insertDemoNetwork(
  tx: Tx,
  parts: {
    readonly maker: Maker;
    readonly random: SeededRandom;
    readonly vault: Vault;
    readonly keys: ReadonlyMap<SimulatedSite, BridgeKeys>;
    readonly passwordHashes: ReadonlyMap<DemoRole, string>;
  },
): Promise<NetworkCounts> {
  const { maker, random, vault } = parts;
  const { networkId, now } = maker;
  const foundedAt = now - 400 * DAY_MS;

  await insertNetwork(tx, {
    id: maker.id(foundedAt),
    slug: PLATFORM_NETWORK_SLUG,
    name: 'Plateforme',
    hostnames: [],
    defaultLocale: 'fr',
    currency: 'EUR',
    isPlatform: true,
    createdAt: foundedAt,
  });
  await insertNetwork(tx, {
    id: networkId,
    slug: DEMO_NETWORK_SLUG,
    name: 'Tiers-lieux ruraux en PACA',
    hostnames: [],
    defaultLocale: 'fr',
    currency: 'EUR',
    isDemo: true,
    createdAt: foundedAt,
  });
  const audienceIds = await insertDefaultAudiences(tx, networkId, (at) => maker.id(at), foundedAt);
  const audiences = new Map<string, SeedAudience>(
    DEFAULT_AUDIENCES.map(({ code, audienceClass }) => [code, { id: audienceIds.get(code) as string, audienceClass }]),
  );

  const { sites, rows } = buildSites(maker, random.fork('sites'), vault, audiences);
  await insertRows(tx, schema.hostStructures, rows.hostStructures);
  await insertRows(tx, schema.tariffs, rows.tariffs);
  await insertRows(tx, schema.sites, rows.sites);
  await insertRows(tx, schema.spaces, rows.spaces);
  await insertRows(tx, schema.resources, rows.resources);
  await insertRows(tx, schema.scheduleTemplates, rows.scheduleTemplates);
  await insertRows(tx, schema.templateWindows, rows.templateWindows);
  await insertDeclaredClasses(tx, networkId);
  await shareHours(tx, { maker, sites, rows, audiences });
  await insertRows(tx, schema.closures, rows.closures);
  await insertRows(tx, schema.doors, rows.doors);
  await insertRows(tx, schema.doorSpaces, rows.doorSpaces);
  await insertRows(tx, schema.devices, rows.devices);

  const annot = siteOf(sites, 'annot');
  const homes = sites.map(({ place }) => ({
    slug: place.slug,
    departement: place.departement,
    weight: isSimulated(place.slug) ? 10 : 2,
  }));
  const members = inventMembers(maker, random.fork('people'), homes);
  const team = await insertPeople(tx, parts, audiences, members, annot.structureId, foundedAt);
  const lea = team.get('member') as SeedMember;
  const host = team.get('host') as SeedMember;

  const planned = planFor(lea, annot, now);
  const bookings = inventBookings({ maker, random: random.fork('bookings'), sites, members, audiences, planned });
  await insertRows(tx, schema.bookings, bookings);

  const withDoors = sites.filter((site) => isSimulated(site.place.slug));
  const here = Map.groupBy(bookings, (booking) => booking.siteId);
  const badges = inventBadges(maker, random.fork('badges'), vault, members, { lea, host, annot });
  const pins = withDoors.flatMap((site) => inventPins(maker, vault, here.get(site.id) ?? []));
  await insertRows(tx, schema.credentials, [...badges, ...pins]);

  const badgeHolders = new Set(badges.map((badge) => badge.memberId));
  let accessEvents = 0;
  let readings = 0;
  for (const site of withDoors) {
    const { slug, commune } = site.place;
    const bridgeId = maker.id(foundedAt);
    await insertRows(tx, schema.bridges, [
      {
        networkId,
        id: bridgeId,
        siteId: site.id,
        name: `Boîtier ${ofPlace(commune)}`,
        publicKey: (parts.keys.get(slug as SimulatedSite) as BridgeKeys).publicKey,
        createdAt: foundedAt,
      },
    ]);
    const facts = {
      maker,
      random: random.fork(`movements/${slug}`),
      site,
      bridgeId,
      bookings: here.get(site.id) ?? [],
      badgeHolders,
      staffMemberId: site === annot ? host.id : null,
    };
    const events = inventAccessEvents(facts);
    const measured = inventReadings(facts);
    await insertRows(tx, schema.accessEvents, events);
    await insertRows(tx, schema.occupancyReadings, measured);
    accessEvents += events.length;
    readings += measured.length;
  }
  return {
    sites: sites.length,
    resources: rows.resources.length,
    members: members.length + team.size,
    bookings: bookings.length,
    accessEvents,
    readings,
  };
}

function siteOf(sites: readonly SeedSite[], slug: SimulatedSite): SeedSite {
  const site = sites.find(({ place }) => place.slug === slug);
  if (site === undefined) throw new Error(`no site ${slug}`);
  return site;
}

/** The members, and the four people who can sign in; returns these as members. */
async function insertPeople(
  tx: Tx,
  { maker, passwordHashes }: { maker: Maker; passwordHashes: ReadonlyMap<DemoRole, string> },
  audiences: ReadonlyMap<string, SeedAudience>,
  members: readonly SeedMember[],
  hostStructureId: string,
  at: Instant,
): Promise<Map<DemoRole, SeedMember>> {
  const { networkId } = maker;
  const accounts: (typeof schema.accounts.$inferInsert)[] = [];
  const memberRows: (typeof schema.members.$inferInsert)[] = [];
  const roles: (typeof schema.roleAssignments.$inferInsert)[] = [];
  const add = (member: SeedMember, passwordHash: string | null): string | null => {
    const accountId = member.email === null ? null : maker.id(member.createdAt);
    if (accountId !== null && member.email !== null) {
      accounts.push({
        networkId,
        id: accountId,
        email: member.email,
        passwordHash,
        displayName: member.displayName,
        emailVerifiedAt: member.createdAt + 10 * MINUTE_MS,
        isDemo: true,
        createdAt: member.createdAt,
      });
    }
    memberRows.push({
      networkId,
      id: member.id,
      accountId,
      audienceId: (audiences.get(member.audience) as SeedAudience).id,
      displayName: member.displayName,
      isDemo: true,
      createdAt: member.createdAt,
    });
    return accountId;
  };
  for (const member of members) add(member, null);

  const team = new Map<DemoRole, SeedMember>();
  for (const { role, email, displayName, audience } of DEMO_LOGINS) {
    const member = {
      id: maker.id(at),
      displayName,
      audience,
      homeSlug: null,
      departement: null,
      createdAt: at,
      email,
    };
    const accountId = add(member, passwordHashes.get(role) ?? null) as string;
    if (role !== 'member') {
      const structureId = role === 'host' ? hostStructureId : null;
      roles.push({ networkId, id: maker.id(at), accountId, role, structureId, createdAt: at });
    }
    team.set(role, member);
  }
  await insertRows(tx, schema.accounts, accounts);
  await insertRows(tx, schema.members, memberRows);
  await insertRows(tx, schema.roleAssignments, roles);
  return team;
}

/** Days ago, hours, and how each of the demo member's bookings ended. */
const HISTORY = [
  { daysAgo: 3, from: '09:00', until: '12:30', status: 'completed' },
  { daysAgo: 8, from: '14:00', until: '18:00', status: 'completed' },
  { daysAgo: 13, from: '09:00', until: '17:30', status: 'cancelled' },
  { daysAgo: 20, from: '08:30', until: '12:30', status: 'completed' },
  { daysAgo: 29, from: '13:30', until: '17:30', status: 'completed' },
  { daysAgo: 44, from: '09:00', until: '16:00', status: 'completed' },
] as const;

/** The demo member's bookings at Annot: some past, and one whose door opens as soon as the place does. */
function planFor(member: SeedMember, annot: SeedSite, now: Instant): PlannedBooking[] {
  const resource = annot.spaces.find((space) => space.plan.isUnattended)?.resources[0];
  if (resource === undefined) throw new Error('Annot has no desk');
  const today = localDateOf(now, ZONE);
  const past = HISTORY.map(({ daysAgo, from, until, status }): PlannedBooking => {
    const date = addDays(today, -daysAgo);
    // The Friday before, where it would be a weekend: one day or two further back, never another one's date.
    const workday = addDays(date, -Math.max(0, weekdayOf(date) - 5));
    const window = localRange(workday, from, until, ZONE) as Window;
    return { site: annot, resource, member, window, status };
  });
  const window = nextOpening(annot, resource, member.audience, now, 3 * HOUR_MS);
  return [...past, { site: annot, resource, member, window, status: 'confirmed' }];
}

type CredentialRow = typeof schema.credentials.$inferInsert;

/** Staff and regulars have badges. Every badge opens by its holder's bookings, staff's by itself. */
function inventBadges(
  maker: Maker,
  random: SeededRandom,
  vault: Vault,
  members: readonly SeedMember[],
  demo: { lea: SeedMember; host: SeedMember; annot: SeedSite },
): CredentialRow[] {
  const badge = (member: SeedMember, uid: string, label: string, structureId: string | null): CredentialRow => {
    const id = maker.id(member.createdAt);
    return {
      networkId: maker.networkId,
      id,
      memberId: member.id,
      kind: 'badge',
      label,
      bookingId: null,
      siteId: null,
      structureId,
      lookupHash: vault.lookupHash('badge', uid),
      valueSealed: vault.seal(uid, `credential:${id}`),
      isStaff: structureId !== null,
      activeDuring: null,
      createdAt: member.createdAt,
    };
  };
  const rows = [
    badge(demo.lea, MEMBER_BADGE, 'Badge de Léa Martin', null),
    badge(demo.host, STAFF_BADGE, "Badge de l'équipe", demo.annot.structureId),
  ];
  const known = new Set([MEMBER_BADGE, STAFF_BADGE]);
  for (const member of members) {
    if (!random.chance(member.homeSlug !== null && isSimulated(member.homeSlug) ? 0.6 : 0.25)) continue;
    const uid = `04${Buffer.from(random.bytes(6)).toString('hex')}`.toUpperCase();
    if (known.has(uid)) continue;
    known.add(uid);
    rows.push(badge(member, uid, 'Badge', null));
  }
  return rows;
}

/** A PIN for every booking that still opens a door. Not from the seeded generator: nobody else may know them. */
function inventPins(maker: Maker, vault: Vault, bookings: readonly BookingRow[]): CredentialRow[] {
  const used = new Set<string>();
  return bookings
    .filter(
      (booking) => (booking.status === 'confirmed' || booking.status === 'checked_in') && booking.endsAt > maker.now,
    )
    .map((booking): CredentialRow => {
      const id = maker.id(booking.createdAt);
      let pin = '';
      do pin = String(randomInt(1_000_000)).padStart(6, '0');
      while (used.has(pin));
      used.add(pin);
      return {
        networkId: maker.networkId,
        id,
        memberId: booking.memberId,
        kind: 'pin',
        label: '',
        bookingId: booking.id,
        siteId: booking.siteId,
        structureId: null,
        lookupHash: vault.lookupHash('pin', pin),
        valueSealed: vault.seal(pin, `credential:${id}`),
        isStaff: false,
        activeDuring: { from: booking.startsAt - 15 * MINUTE_MS, until: booking.endsAt },
        createdAt: booking.createdAt,
      };
    });
}
