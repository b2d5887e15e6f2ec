import { randomUUID } from 'node:crypto';
import * as schema from '@mitoyen/db/schema';
import { and, eq, isNull } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type Caller, type Reply, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';

/** A Tuesday of the term in zone B, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let site: TestSite;
let hostPerson: TestPerson;
let host: Caller;
let leaPerson: TestPerson;
let lea: Caller;
const clock = new MovableClock(NOW);
let count = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, clock, { env: { RATE_LIMIT_PER_MINUTE: '0' } });
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});
beforeEach(async () => {
  clock.moveTo(NOW);
  count += 1;
  site = await network.addSite(`place-${count}`, { desks: 4, handoverMinutes: 15 });
  hostPerson = await network.addPerson(`host-${count}`, { role: 'host', structureId: site.structureId });
  host = await api.as(hostPerson);
  leaPerson = await network.addPerson(`lea-${count}`);
  lea = await api.as(leaPerson);
});

const url = (rest = '') => `/host/sites/${site.slug}/schedule${rest}`;
const plan = async (): Promise<Body> => (await host.get(url())).body;
const uuid = () => randomUUID();

const window = (weekday: number | null, startsAt: string, endsAt: string, audience = 'professional', spaceId: string | null = null) => ({
  id: uuid(),
  weekday,
  startsAt,
  endsAt,
  audience,
  spaceId,
});
const template = (period: object, windows: object[], extra: object = {}) => ({
  id: uuid(),
  name: 'Horaires',
  spaceIds: null,
  period,
  validFrom: null,
  validUntil: null,
  origin: 'host',
  windows,
  ...extra,
});
const closure = (from: number, until: number, extra: object = {}) => ({
  id: uuid(),
  from: iso(from),
  until: iso(until),
  spaceId: null,
  reason: 'Travaux',
  told: 'booked',
  ...extra,
});
const preview = async (change: object, revision?: number): Promise<Reply<Body>> =>
  host.send('POST', url('/preview'), { revision: revision ?? (await plan()).revision, change });
const apply = async (change: object, decisions: object = { default: 'cancel' }, extra: object = {}): Promise<Reply<Body>> =>
  host.send('POST', url('/changes'), { revision: (await plan()).revision, change, decisions, ...extra });
const hours = async (from: string, until: string, more = ''): Promise<Body> =>
  (await host.get(url(`/hours?from=${from}&until=${until}${more}`))).body;

/** Tomorrow, Wednesday: `hour` on the wall in Paris. */
const tomorrow = (hour: number) => NOW + 24 * HOUR + (hour - 8) * HOUR;

async function booked(who: Caller, resourceId: string, from: number, until: number): Promise<string> {
  const held = await who.send('POST', '/bookings', { resourceId, startsAt: iso(from), endsAt: iso(until) });
  expect(held.status, JSON.stringify(held.body)).toBe(201);
  expect((await who.send('POST', `/bookings/${held.body.id}/confirm`)).status).toBe(200);
  return held.body.id;
}
const bookingRow = async (id: string) => {
  const [row] = await network.within((tx) =>
    tx.select().from(schema.bookings).where(and(eq(schema.bookings.networkId, network.id), eq(schema.bookings.id, id))),
  );
  return row as typeof schema.bookings.$inferSelect;
};
const mailsTo = async (person: TestPerson) =>
  network.within((tx) =>
    tx
      .select({ subject: schema.mails.subject, text: schema.mails.bodyText, calendar: schema.mails.calendar })
      .from(schema.mails)
      .where(and(eq(schema.mails.networkId, network.id), eq(schema.mails.recipient, person.email)))
      .orderBy(schema.mails.createdAt, schema.mails.id),
  );
const livePins = async (bookingId: string) =>
  network.within((tx) =>
    tx
      .select({ id: schema.credentials.id })
      .from(schema.credentials)
      .where(
        and(
          eq(schema.credentials.networkId, network.id),
          eq(schema.credentials.bookingId, bookingId),
          isNull(schema.credentials.revokedAt),
        ),
      ),
  );
const refunds = async (bookingId: string) =>
  network.within((tx) =>
    tx
      .select({ amount: schema.refundsDue.amountMinor, cause: schema.refundsDue.cause })
      .from(schema.refundsDue)
      .where(and(eq(schema.refundsDue.networkId, network.id), eq(schema.refundsDue.bookingId, bookingId))),
  );

describe('the hours of a site', () => {
  it('are written as templates by period, and follow the school year of the zone', async () => {
    const before = await plan();
    const term = template({ kind: 'school_term' }, [
      window(null, '09:00', '18:00', 'professional', site.roomSpaceId),
      window(3, '09:00', '13:00', 'professional', site.openSpaceId),
      window(3, '13:00', '18:00', 'youth', site.openSpaceId),
    ]);
    const holidays = template({ kind: 'school_holiday', names: null }, [window(null, '10:00', '16:00', 'youth')]);
    const reply = await apply({ templates: { upsert: [term, holidays], delete: before.templates.map((t: Body) => t.id) } });
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
    const after = await plan();
    expect(after.templates).toEqual([term, holidays]);
    expect(after.revision).toBe(reply.body.revision);
    const week = await hours('2026-11-25', '2026-11-26');
    expect(week.days).toEqual([{ date: '2026-11-25', holidays: [], school: { kind: 'term' } }]);
    expect(week.windows.filter((w: Body) => w.spaceId === site.openSpaceId)).toMatchObject([
      { from: '2026-11-25T08:00:00.000Z', until: '2026-11-25T12:00:00.000Z', audience: 'professional', use: 'own' },
      { from: '2026-11-25T12:15:00.000Z', until: '2026-11-25T17:00:00.000Z', audience: 'youth', templateId: term.id },
    ]);
    expect(week.handovers).toMatchObject([
      { spaceId: site.openSpaceId, from: '2026-11-25T12:00:00.000Z', until: '2026-11-25T12:15:00.000Z', leaving: 'professional', arriving: 'youth' },
    ]);
    // Winter of zone B: 20 February to 7 March 2027.
    const winter = await hours('2027-02-22', '2027-02-23');
    expect(winter.days[0].school).toEqual({ kind: 'holiday', name: expect.stringContaining('iver') });
    expect(winter.windows.map((w: Body) => w.audience)).toEqual(['youth', 'youth']);
  });
});
