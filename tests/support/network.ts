import { randomBytes } from 'node:crypto';
import { createVault, type Database, openDatabase, type Tx } from '@mitoyen/db';
import { advanceSchedule, insertDeclaredClasses, insertDefaultAudiences, insertNetwork } from '@mitoyen/db/queries';
import * as schema from '@mitoyen/db/schema';
import { type Instant, newId } from '@mitoyen/domain';
import { hashPassword } from '@mitoyen/server';
import { and, eq } from 'drizzle-orm';

export const TEST_SECRET = Buffer.alloc(32, 7).toString('base64url');
export const TEST_PASSWORD = 'correct horse battery';

/** Hashing is slow on purpose: every test account has the same password, hashed once. */
let hashed: Promise<string> | null = null;

export interface TestPerson {
  readonly accountId: string;
  readonly memberId: string;
  readonly email: string;
}

export interface TestSite {
  readonly id: string;
  readonly slug: string;
  readonly structureId: string;
  readonly openSpaceId: string;
  readonly roomSpaceId: string;
  readonly deskIds: readonly string[];
  readonly roomId: string;
  readonly entranceDoorId: string;
  readonly roomDoorId: string;
  readonly siteKey: Buffer;
}

export interface TestNetwork {
  readonly id: string;
  readonly slug: string;
  readonly audienceIds: ReadonlyMap<string, string>;
  addSite(slug: string, options?: { desks?: number; handoverMinutes?: number }): Promise<TestSite>;
  addPerson(
    name: string,
    options?: {
      audience?: string;
      role?: 'host' | 'manager' | 'administrator';
      structureId?: string;
    },
  ): Promise<TestPerson>;
  /** Replaces the hours of a site: open to `audience` on these weekdays, all day unless said otherwise. */
  setHours(
    site: TestSite,
    windows: { audience?: string; weekdays?: number[]; from?: number; until?: number; spaceId?: string | null }[],
  ): Promise<void>;
  /** Runs as the owner of the schema, inside the network. */
  within<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

const makeId = (now: Instant) => newId(now, randomBytes(10));

/**
 * A network of invented places, open around the clock to professionals: what a test changes is then what it is about. Each site has an
 * open area with desks and a meeting room, an entrance and the room's own door.
 */
export async function createTestNetwork(
  ownerUrl: string,
  slug: string,
  now: Instant,
): Promise<TestNetwork & { close(): Promise<void> }> {
  const db: Database = openDatabase(ownerUrl, { max: 2 });
  const vault = createVault(TEST_SECRET);
  const networkId = makeId(now);
  await insertNetwork(db.platform, {
    id: networkId,
    slug,
    name: `Network ${slug}`,
    hostnames: [],
    defaultLocale: 'fr',
    currency: 'EUR',
    createdAt: now,
  });
  const audienceIds = await db.withNetwork(networkId, (tx) => insertDefaultAudiences(tx, networkId, makeId, now));
  const audienceId = (code: string): string => {
    const id = audienceIds.get(code);
    if (id === undefined) throw new Error(`No audience ${code}`);
    return id;
  };

  const network: TestNetwork = {
    id: networkId,
    slug,
    audienceIds,
    within: (work) => db.withNetwork(networkId, work),
    async addSite(siteSlug, { desks = 3, handoverMinutes = 0 } = {}) {
      const ids = {
        structureId: makeId(now),
        id: makeId(now),
        openSpaceId: makeId(now),
        roomSpaceId: makeId(now),
        roomId: makeId(now),
        tariffId: makeId(now),
        entranceDoorId: makeId(now),
        roomDoorId: makeId(now),
      };
      const deskIds = Array.from({ length: desks }, () => makeId(now));
      const siteKey = randomBytes(32);
      await db.withNetwork(networkId, async (tx) => {
        await tx.insert(schema.hostStructures).values({
          networkId,
          id: ids.structureId,
          name: `Structure ${siteSlug}`,
          legalForm: 'association',
          labels: ['epn'],
          createdAt: now,
        });
        await tx.insert(schema.sites).values({
          networkId,
          id: ids.id,
          structureId: ids.structureId,
          slug: siteSlug,
          name: `Site ${siteSlug}`,
          postalCode: '04240',
          commune: 'Annot',
          inseeCode: '04008',
          departement: '04',
          latitude: 43.9656,
          longitude: 6.6683,
          timeZone: 'Europe/Paris',
          schoolZone: 'B',
          // Public holidays are what a test is about, or nothing.
          onPublicHolidays: 'as_usual',
          programmes: ['epn'],
          searchText: `site ${siteSlug} annot 04240`,
          siteKeySealed: vault.seal(siteKey.toString('base64url'), `site-key:${ids.id}`),
          createdAt: now,
        });
        await tx.insert(schema.spaces).values([
          {
            networkId,
            id: ids.openSpaceId,
            siteId: ids.id,
            name: 'Open area',
            kind: 'open_area',
            capacity: 20,
            handoverMinutes,
          },
          {
            networkId,
            id: ids.roomSpaceId,
            siteId: ids.id,
            name: 'Room',
            kind: 'room',
            capacity: 8,
            handoverMinutes,
            position: 1,
          },
        ]);
        await tx.insert(schema.tariffs).values({
          networkId,
          id: ids.tariffId,
          structureId: ids.structureId,
          name: 'Desk',
          currency: 'EUR',
          hourMinor: 300,
          halfDayMinor: 1000,
          dayMinor: 1500,
          vatKind: 'exempt_293b',
        });
        await tx.insert(schema.resources).values([
          ...deskIds.map((id, position) => ({
            networkId,
            id,
            siteId: ids.id,
            spaceId: ids.openSpaceId,
            tariffId: ids.tariffId,
            name: `Desk ${position + 1}`,
            kind: 'desk' as const,
            position,
          })),
          {
            networkId,
            id: ids.roomId,
            siteId: ids.id,
            spaceId: ids.roomSpaceId,
            tariffId: ids.tariffId,
            name: 'Meeting room',
            kind: 'room' as const,
            capacity: 8,
            position: 100,
          },
        ]);
        await tx.insert(schema.doors).values([
          { networkId, id: ids.entranceDoorId, siteId: ids.id, name: 'Entrance', isEntrance: true },
          { networkId, id: ids.roomDoorId, siteId: ids.id, name: 'Room door', position: 1 },
        ]);
        await tx
          .insert(schema.doorSpaces)
          .values([{ networkId, siteId: ids.id, doorId: ids.roomDoorId, spaceId: ids.roomSpaceId }]);
        await insertDeclaredClasses(tx, networkId);
      });
      const site: TestSite = { ...ids, slug: siteSlug, deskIds, siteKey };
      await network.setHours(site, [{}]);
      return site;
    },
    async addPerson(name, { audience = 'professional', role, structureId } = {}) {
      hashed ??= hashPassword(TEST_PASSWORD);
      const passwordHash = await hashed;
      const accountId = makeId(now);
      const memberId = makeId(now);
      const email = `${name}@${slug}.example`;
      await db.withNetwork(networkId, async (tx) => {
        await tx.insert(schema.accounts).values({
          networkId,
          id: accountId,
          email,
          passwordHash,
          displayName: name,
          emailVerifiedAt: now,
          createdAt: now,
        });
        await tx.insert(schema.members).values({
          networkId,
          id: memberId,
          accountId,
          audienceId: audienceId(audience),
          displayName: name,
          createdAt: now,
        });
        if (role !== undefined) {
          await tx.insert(schema.roleAssignments).values({
            networkId,
            id: makeId(now),
            accountId,
            role,
            structureId: structureId ?? null,
            createdAt: now,
          });
        }
      });
      return { accountId, memberId, email };
    },
    async setHours(site, windows) {
      await db.withNetwork(networkId, async (tx) => {
        await tx
          .delete(schema.scheduleTemplates)
          .where(and(eq(schema.scheduleTemplates.networkId, networkId), eq(schema.scheduleTemplates.siteId, site.id)));
        const templateId = makeId(now);
        await tx.insert(schema.scheduleTemplates).values({
          networkId,
          id: templateId,
          siteId: site.id,
          name: 'Hours',
          period: { kind: 'always' },
          createdAt: now,
        });
        await tx.insert(schema.templateWindows).values(
          windows.flatMap(
            ({ audience = 'professional', weekdays = [1, 2, 3, 4, 5, 6, 7], from = 0, until = 1440, spaceId = null }) =>
              weekdays.map((weekday) => ({
                networkId,
                id: makeId(now),
                siteId: site.id,
                templateId,
                spaceId,
                audienceId: audienceId(audience),
                weekday,
                startsAtMinute: from,
                endsAtMinute: until,
              })),
          ),
        );
        await advanceSchedule(tx, networkId, site.id);
      });
    },
  };
  return { ...network, close: () => db.close() };
}
