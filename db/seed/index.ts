import { join } from 'node:path';
import { createVault, type Database, openDatabase, type Tx, type Vault } from '@mitoyen/db';
import { updateBridge } from '@mitoyen/db/queries';
import * as schema from '@mitoyen/db/schema';
import type { Clock, Instant } from '@mitoyen/domain';
import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { type BridgeFile, type BridgeKeys, bridgeFilePath, loadOrMakeKeys, writePrivateJson } from './bridge-files.ts';
import { createMaker } from './maker.ts';
import { DEMO_LOGINS, DEMO_NETWORK_SLUG, type DemoRole, insertDemoNetwork } from './network.ts';
import { SIMULATED_SITES, type SimulatedSite } from './places.ts';
import { SeededRandom } from './random.ts';

export type { DemoRole } from './network.ts';
export { SIMULATED_SITES, type SimulatedSite } from './places.ts';

/** Any constant: two commands that seed at once do so one after the other, and the second finds all done. */
const SEED_LOCK = 0x53_65_65_64;
/** The year of the study. */
const SEED = '2012';

export interface SeedOptions {
  /** Of the role that owns the schema; the migrations have been applied. */
  readonly ownerUrl: string;
  /** MITOYEN_SECRET of the server that will read what is sealed here. */
  readonly secret: string;
  readonly dataDir: string;
  /** The demo's past and future lie around this moment. */
  readonly clock: Clock;
  hashPassword(plain: string): Promise<string>;
  readonly demoPassword: string;
  /** Of the network broker, as the bridges reach it. */
  readonly mqttUrl: string;
  /** What the bridges check the server's messages with: raw Ed25519 public key, base64url. */
  readonly serverKey: { readonly kid: string; readonly publicKey: string };
  /** On 127.0.0.1; may change from one start to the next. */
  readonly ports: {
    /** Of the broker of each simulated site. */
    readonly sites: Readonly<Record<SimulatedSite, number>>;
    /** Of the simulator's HTTP. */
    readonly simulator: number;
  };
  log?(line: string): void;
}

export interface SeededBridge {
  readonly siteId: string;
  readonly siteSlug: SimulatedSite;
  readonly siteName: string;
  readonly bridgeId: string;
  readonly configPath: string;
  /** For the network broker's list of users. */
  readonly username: string;
  readonly password: string;
}

/** What a visitor of the demo can hold against a door, as far as it is still in force. */
export interface DoorHints {
  readonly siteSlug: SimulatedSite;
  readonly memberBadge: string | null;
  /** Opens every door of Annot at any hour. */
  readonly staffBadge: string | null;
  readonly booking: {
    readonly reference: string;
    readonly startsAt: Instant;
    readonly endsAt: Instant;
    readonly pin: string | null;
  } | null;
}

export interface DemoSeed {
  readonly networkId: string;
  readonly networkSlug: string;
  readonly isNew: boolean;
  readonly logins: readonly { readonly role: DemoRole; readonly email: string }[];
  readonly bridges: readonly SeededBridge[];
  readonly simulatorConfigPath: string;
  readonly hints: DoorHints;
}

/**
 * Brings up the demo network, the first time in one transaction. When it exists already its data stays as it is, and only the files
 * that say where things are today are written again: `bridges/<siteSlug>/bridge.json` and `demo/simulator.json`. A bridge whose file
 * is lost gets new keys.
 * Throws a plain sentence when the network was sealed under another secret.
 */
export async function seedDemo(options: SeedOptions): Promise<DemoSeed> {
  const vault = createVault(options.secret);
  const db = openDatabase(options.ownerUrl, { max: 2, applicationName: 'mitoyen-seed' });
  try {
    let done: DemoSeed | null = null;
    while (done === null) done = await seedOnce(db, options, vault);
    return done;
  } finally {
    await db.close();
  }
}

/** Null when another seed has made the network meanwhile: it is then there at the next look. */
async function seedOnce(db: Database, options: SeedOptions, vault: Vault): Promise<DemoSeed | null> {
  const known = await findDemoNetwork(db.platform);
  const random = new SeededRandom(SEED);
  const maker = createMaker(random.fork('ids'), options.clock.now());
  const networkId = known ?? maker.networkId;
  const passwordHashes = known === null ? await hashPasswords(options) : new Map<DemoRole, string>();
  const done = await db.withNetwork(networkId, async (tx): Promise<DemoSeed | null> => {
    await tx.execute(sql`select pg_advisory_xact_lock(${SEED_LOCK})`);
    if ((await findDemoNetwork(tx)) !== known) return null;
    const keys = new Map(SIMULATED_SITES.map((slug) => [slug, loadOrMakeKeys(options.dataDir, slug)]));
    if (known === null) {
      const counts = await insertDemoNetwork(tx, { maker, random, vault, keys, passwordHashes });
      options.log?.(
        Object.entries(counts)
          .map(([what, count]) => `${what} ${count}`)
          .join(', '),
      );
    }
    const bridges = await writeBridgeFiles(tx, networkId, options, vault, keys);
    return {
      networkId,
      networkSlug: DEMO_NETWORK_SLUG,
      isNew: known === null,
      logins: DEMO_LOGINS.map(({ role, email }) => ({ role, email })),
      bridges,
      simulatorConfigPath: await writeSimulatorFile(tx, networkId, options, bridges),
      hints: await findHints(tx, networkId, vault, options.clock.now()),
    };
  });
  if (done?.isNew) {
    // The first pages are asked for before autovacuum has looked at all these new rows.
    await db.platform.execute(
      sql`analyze ${schema.bookings}, ${schema.resources}, ${schema.templateWindows}, ${schema.closures},
        ${schema.members}, ${schema.credentials}, ${schema.accessEvents}, ${schema.occupancyReadings}`,
    );
  }
  return done;
}

async function hashPasswords(options: SeedOptions): Promise<Map<DemoRole, string>> {
  const hashed = DEMO_LOGINS.map(async ({ role }) => [role, await options.hashPassword(options.demoPassword)] as const);
  return new Map(await Promise.all(hashed));
}

async function findDemoNetwork(tx: Tx): Promise<string | null> {
  const [row] = await tx
    .select({ id: schema.networks.id })
    .from(schema.networks)
    .where(eq(schema.networks.slug, DEMO_NETWORK_SLUG));
  return row?.id ?? null;
}

async function writeBridgeFiles(
  tx: Tx,
  networkId: string,
  options: SeedOptions,
  vault: Vault,
  keys: ReadonlyMap<SimulatedSite, BridgeKeys>,
): Promise<SeededBridge[]> {
  const { bridges, sites } = schema;
  const rows = await tx
    .select({
      siteId: sites.id,
      siteSlug: sites.slug,
      siteName: sites.name,
      timeZone: sites.timeZone,
      siteKeySealed: sites.siteKeySealed,
      bridgeId: bridges.id,
      name: bridges.name,
      publicKey: bridges.publicKey,
    })
    .from(sites)
    .innerJoin(bridges, and(eq(bridges.networkId, networkId), eq(bridges.siteId, sites.id), isNull(bridges.revokedAt)))
    .where(and(eq(sites.networkId, networkId), inArray(sites.slug, [...SIMULATED_SITES])))
    .orderBy(asc(sites.slug));
  const result: SeededBridge[] = [];
  for (const row of rows) {
    const siteSlug = row.siteSlug as SimulatedSite;
    const { password, privateKey, publicKey } = keys.get(siteSlug) as BridgeKeys;
    if (row.publicKey !== publicKey) await updateBridge(tx, networkId, row.bridgeId, { publicKey });
    const configPath = bridgeFilePath(options.dataDir, siteSlug);
    const file: BridgeFile = {
      v: 1,
      networkId,
      siteId: row.siteId,
      bridgeId: row.bridgeId,
      name: row.name,
      timeZone: row.timeZone,
      server: { mqttUrl: options.mqttUrl, username: row.bridgeId, password },
      serverKeys: [options.serverKey],
      bridgeKey: { kid: row.bridgeId, privateKey, publicKey },
      siteKey: openSealed(vault, row.siteKeySealed, `site-key:${row.siteId}`),
      site: { mqttUrl: `mqtt://127.0.0.1:${options.ports.sites[siteSlug]}` },
    };
    writePrivateJson(configPath, file);
    result.push({
      siteId: row.siteId,
      siteSlug,
      siteName: row.siteName,
      bridgeId: row.bridgeId,
      configPath,
      username: row.bridgeId,
      password,
    });
  }
  return result;
}

/** What the simulator has to play: the doors and sensors of each site with a bridge. */
async function writeSimulatorFile(
  tx: Tx,
  networkId: string,
  options: SeedOptions,
  seeded: readonly SeededBridge[],
): Promise<string> {
  const { devices, doors } = schema;
  const siteIds = seeded.map((bridge) => bridge.siteId);
  const doorRows = await tx
    .select()
    .from(doors)
    .where(and(eq(doors.networkId, networkId), inArray(doors.siteId, siteIds)))
    .orderBy(asc(doors.position), asc(doors.id));
  const deviceRows = await tx
    .select()
    .from(devices)
    .where(and(eq(devices.networkId, networkId), inArray(devices.siteId, siteIds)));
  const sites = seeded.map(({ siteId, siteSlug }) => {
    const here = deviceRows.filter((device) => device.siteId === siteId);
    const address = (kind: string, doorId: string | null) =>
      here.find((device) => device.kind === kind && device.doorId === doorId)?.address;
    return {
      siteId,
      siteSlug,
      brokerPort: options.ports.sites[siteSlug],
      // A door that a host has added since has no hardware to play.
      doors: doorRows.flatMap(({ siteId: at, id, name }) => {
        const [readerAddress, lockAddress, contactAddress] = [
          address('reader', id),
          address('lock', id),
          address('contact', id),
        ];
        if (at !== siteId || !readerAddress || !lockAddress || !contactAddress) return [];
        const isRelay = here.some(
          ({ doorId, kind, family }) => doorId === id && kind === 'lock' && family === 'shelly',
        );
        const dialect = isRelay ? 'shelly' : 'zigbee2mqtt';
        return [{ id, name, readerAddress, lockAddress, contactAddress, dialect }];
      }),
      motionAddress: address('motion', null),
      counterAddress: address('counter', null),
    };
  });
  const path = join(options.dataDir, 'demo', 'simulator.json');
  writePrivateJson(path, { port: options.ports.simulator, sites });
  return path;
}

async function findHints(tx: Tx, networkId: string, vault: Vault, now: Instant): Promise<DoorHints> {
  const { accounts, bookings, credentials, members, sites } = schema;
  const badgeOf = async (role: DemoRole): Promise<string | null> => {
    const [row] = await tx
      .select({ id: credentials.id, valueSealed: credentials.valueSealed })
      .from(accounts)
      .innerJoin(members, and(eq(members.networkId, networkId), eq(members.accountId, accounts.id)))
      .innerJoin(credentials, and(eq(credentials.networkId, networkId), eq(credentials.memberId, members.id)))
      .where(
        and(
          eq(accounts.networkId, networkId),
          eq(accounts.email, emailOf(role)),
          eq(credentials.kind, 'badge'),
          isNull(credentials.revokedAt),
        ),
      )
      .orderBy(asc(credentials.id))
      .limit(1);
    return row === undefined ? null : openSealed(vault, row.valueSealed, `credential:${row.id}`);
  };
  const siteSlug: SimulatedSite = 'annot';
  const [booking] = await tx
    .select({
      reference: bookings.reference,
      startsAt: bookings.startsAt,
      endsAt: bookings.endsAt,
      pinId: credentials.id,
      pinSealed: credentials.valueSealed,
    })
    .from(accounts)
    .innerJoin(members, and(eq(members.networkId, networkId), eq(members.accountId, accounts.id)))
    .innerJoin(bookings, and(eq(bookings.networkId, networkId), eq(bookings.memberId, members.id)))
    .innerJoin(sites, and(eq(sites.networkId, networkId), eq(sites.id, bookings.siteId), eq(sites.slug, siteSlug)))
    .leftJoin(
      credentials,
      and(eq(credentials.networkId, networkId), eq(credentials.bookingId, bookings.id), isNull(credentials.revokedAt)),
    )
    .where(
      and(
        eq(accounts.networkId, networkId),
        eq(accounts.email, emailOf('member')),
        inArray(bookings.status, ['confirmed', 'checked_in']),
        gt(bookings.endsAt, now),
      ),
    )
    .orderBy(asc(bookings.startsAt))
    .limit(1);
  return {
    siteSlug,
    memberBadge: await badgeOf('member'),
    staffBadge: await badgeOf('host'),
    booking:
      booking === undefined
        ? null
        : {
            reference: booking.reference,
            startsAt: booking.startsAt,
            endsAt: booking.endsAt,
            pin:
              booking.pinId === null || booking.pinSealed === null
                ? null
                : openSealed(vault, booking.pinSealed, `credential:${booking.pinId}`),
          },
  };
}

function emailOf(role: DemoRole): string {
  return DEMO_LOGINS.find((login) => login.role === role)?.email as string;
}

function openSealed(vault: Vault, sealed: string, context: string): string {
  try {
    return vault.open(sealed, context);
  } catch (cause) {
    throw new Error(
      'The demo network was made under another MITOYEN_SECRET. Give that one back, or begin anew with --reset.',
      { cause },
    );
  }
}
