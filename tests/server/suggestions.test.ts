import { randomUUID } from 'node:crypto';
import * as schema from '@mitoyen/db/schema';
import { addDays, localToInstant } from '@mitoyen/domain';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Body, type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const PARIS = 'Europe/Paris';

const clock = new MovableClock(NOW);
let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let place: TestSite;
let nadiaPerson: TestPerson;
let leaPerson: TestPerson;
let nadia: Caller;

/**
 * A youth place: its open area is the young's on working days from 8 to 18, who come from four o'clock on; the room is the professionals',
 * who come every morning. Since the summer.
 */
beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  place = await network.addSite('place', { handoverMinutes: 15 });
  await network.setHours(place, [
    { audience: 'youth', weekdays: [1, 2, 3, 4, 5], from: 480, until: 1080, spaceId: place.openSpaceId },
    { audience: 'professional', weekdays: [1, 2, 3, 4, 5], from: 540, until: 720, spaceId: place.roomSpaceId },
  ]);
  nadiaPerson = await network.addPerson('nadia', { audience: 'staff', role: 'host', structureId: place.structureId });
  leaPerson = await network.addPerson('lea');
  const tom = await network.addPerson('tom', { audience: 'youth' });
  for (let date = '2026-08-31'; date < '2026-11-24'; date = addDays(date, 1)) {
    const day = Temporal.PlainDate.from(date).dayOfWeek;
    if (day > 5) continue;
    await addBooking(tom, 'youth', date, '16:00', '18:00', { priceMinor: 0 });
    await addBooking(leaPerson, 'professional', date, '09:00', '12:00', { priceMinor: 1_200 });
  }
  api = await startTestApi(database, network, clock);
  nadia = await api.as(nadiaPerson);
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});

async function addBooking(
  who: TestPerson,
  audience: string,
  date: string,
  from: string,
  until: string,
  { priceMinor, status = 'completed' }: { priceMinor: number; status?: 'completed' | 'cancelled' },
): Promise<void> {
  const window = { from: localToInstant(date, from, PARIS), until: localToInstant(date, until, PARIS) };
  const isYoung = audience === 'youth';
  await network.within(async (tx) => {
    const [row] = await tx.select().from(schema.audiences).where(eq(schema.audiences.code, audience));
    await tx.insert(schema.bookings).values({
      networkId: network.id,
      id: randomUUID(),
      reference: randomUUID()
        .slice(0, 8)
        .toUpperCase()
        .replaceAll(/[^2-9A-HJ-NP-Z]/g, 'A'),
      siteId: place.id,
      spaceId: isYoung ? place.openSpaceId : place.roomSpaceId,
      resourceId: (isYoung ? place.deskIds[0] : place.roomId) as string,
      memberId: who.memberId,
      audienceId: row?.id as string,
      audienceClass: row?.audienceClass as string,
      startsAt: window.from,
      endsAt: window.until,
      occupied: window,
      spaceHold: { from: window.from, until: window.until + 900_000 },
      status,
      currency: 'EUR',
      priceMinor,
      quote: {
        currency: 'EUR',
        lines: [],
        totalMinor: priceMinor,
        vatKind: 'exempt_293b',
        vatRateBp: 0,
        vatMinor: 0,
      } as never,
      createdAt: window.from - 86_400_000,
      confirmedAt: window.from - 86_400_000,
      ...(status === 'completed' ? { checkedInAt: window.from } : { cancelledAt: window.from - 1_000 }),
    });
  });
}

const suggestions = async (): Promise<Body> => (await nadia.get('/host/sites/place/suggestions')).body;
/** Professionals on Tuesdays in the young's space. */
const tuesdays = ({ items }: Body): Body =>
  items.find(
    ({ audience, weekday, spaceId, period }: Body) =>
      audience === 'professional' && weekday === 2 && spaceId === place.openSpaceId && period.kind === 'school_term',
  );
const hoursOf = ({ spaceId, period, weekday, startsAt, endsAt, audience }: Body) => ({
  spaceId,
  period,
  weekday,
  startsAt,
  endsAt,
  audience,
});

describe('hours that nobody uses', () => {
  it('are proposed to those who could, with the figures behind it and the reason in words', async () => {
    const found = await suggestions();
    expect(found.observed).toEqual({ from: '2026-05-26', until: '2026-11-24', weeks: 26 });
    const one = tuesdays(found);
    expect(one).toMatchObject({
      startsAt: '08:00',
      // The young come at four, and a handover before them.
      endsAt: '15:45',
      mode: 'instead',
      heldBy: ['youth'],
      confidence: expect.stringMatching(/high|medium/),
      needsReferent: false,
    });
    expect(one.evidence.weeksUsed).toBe(0);
    expect(one.evidence.weeks).toBeGreaterThanOrEqual(8);
    expect(one.evidence.demand.bookedBp).toBeGreaterThan(6_000);
    // Seven hours and three quarters at 4 €, as full as their own ones are; the young paid nothing.
    const expected = Math.floor((400 * 7.75 * one.evidence.demand.bookedBp) / 10_000);
    expect(one.weeklyGain).toEqual({ minor: expected, currency: 'EUR' });
    expect(one.reason).toMatch(/^Ces heures sont à : Jeunes ; personne n’est venu en \d+ semaines\./);
    const english = await nadia.get('/host/sites/place/suggestions', { 'accept-language': 'en' });
    expect(tuesdays(english.body).reason).toMatch(/^These hours belong to: /);
  });

  it('are not proposed while somebody was seen there', async () => {
    await network.within(async (tx) => {
      const bridgeId = randomUUID();
      await tx.insert(schema.bridges).values({
        networkId: network.id,
        id: bridgeId,
        siteId: place.id,
        name: 'Box',
        publicKey: 'k'.repeat(43),
        createdAt: NOW,
      });
      const tuesdaysSeen = Array.from({ length: 12 }, (_, week) => addDays('2026-09-01', week * 7));
      await tx.insert(schema.occupancyReadings).values(
        tuesdaysSeen.map((date, index) => ({
          networkId: network.id,
          bridgeId,
          streamEpoch: 'one',
          sequence: index + 1,
          siteId: place.id,
          deviceId: randomUUID(),
          spaceId: place.openSpaceId,
          kind: 'motion' as const,
          value: 1,
          measuredAt: localToInstant(date, '10:20', PARIS),
        })),
      );
    });
    // From ten to eleven on Tuesdays somebody moves: what is left begins at eleven, once the space has been handed over.
    expect(tuesdays(await suggestions())).toMatchObject({ startsAt: '11:15', endsAt: '15:45' });
  });

  it('are for the staff of the place', async () => {
    const lea = await api.as(leaPerson);
    expect((await lea.get('/host/sites/place/suggestions')).status).toBe(403);
  });
});

describe('a trial', () => {
  it('is a change of hours like any other: shown first, applied, with its figures kept; compared, and kept', async () => {
    const one = tuesdays(await suggestions());
    const tried = await nadia.send('POST', '/host/sites/place/suggestions/try', {
      suggestion: hoursOf(one),
      from: '2026-11-25',
      until: '2026-12-17',
    });
    expect(tried.status).toBe(200);
    const preview = await nadia.send('POST', '/host/sites/place/schedule/preview', tried.body);
    expect(preview.body).toMatchObject({ faults: [], bookings: [] });
    expect(preview.body.gained.map(({ audience, from }: Body) => [audience, from])).toEqual([
      ['professional', '2026-12-01T10:15:00.000Z'],
      ['professional', '2026-12-08T10:15:00.000Z'],
      ['professional', '2026-12-15T10:15:00.000Z'],
    ]);
    const applied = await nadia.send('POST', '/host/sites/place/schedule/changes', {
      ...tried.body,
      decisions: { default: 'keep' },
    });
    expect(applied.status).toBe(201);
    const [planned] = (await suggestions()).trials;
    expect(planned).toMatchObject({
      state: 'planned',
      from: '2026-11-25',
      until: '2026-12-17',
      before: { weeksUsed: 0 },
    });

    await addBooking(leaPerson, 'professional', '2026-12-01', '11:30', '13:30', { priceMinor: 600 });
    await network.within((tx) =>
      tx
        .update(schema.bookings)
        .set({ spaceId: place.openSpaceId, resourceId: place.deskIds[1] as string })
        .where(eq(schema.bookings.startsAt, localToInstant('2026-12-01', '11:30', PARIS))),
    );
    clock.moveTo(Date.parse('2026-12-09T07:00:00Z'));
    nadia = await api.as(nadiaPerson);
    const [running] = (await suggestions()).trials;
    expect(running).toMatchObject({
      state: 'running',
      result: { dates: 2, openMinutes: 2 * 270, bookedMinutes: 120, bookings: 1, people: 1, revenue: [{ minor: 600 }] },
    });

    const keep = await nadia.send('POST', `/host/sites/place/suggestions/trials/${running.id}/end`, {
      decision: 'keep',
    });
    const kept = await nadia.send('POST', '/host/sites/place/schedule/changes', {
      ...keep.body,
      decisions: { default: 'keep' },
    });
    expect(kept.status).toBe(201);
    expect((await suggestions()).trials).toMatchObject([{ state: 'kept', until: null }]);
    const year = await nadia.get('/host/sites/place/schedule/hours?from=2027-06-08&until=2027-06-09');
    expect(year.body.windows).toContainEqual(
      expect.objectContaining({
        spaceId: place.openSpaceId,
        audience: 'professional',
        from: '2027-06-08T09:15:00.000Z',
      }),
    );

    const stop = await nadia.send('POST', `/host/sites/place/suggestions/trials/${running.id}/end`, {
      decision: 'stop',
    });
    await nadia.send('POST', '/host/sites/place/schedule/changes', { ...stop.body, decisions: { default: 'keep' } });
    expect((await suggestions()).trials).toMatchObject([{ state: 'stopped', until: '2026-12-10' }]);
    const after = await nadia.get('/host/sites/place/schedule/hours?from=2026-12-15&until=2026-12-16');
    expect(after.body.windows.filter(({ spaceId }: Body) => spaceId === place.openSpaceId)).toMatchObject([
      { audience: 'youth', from: '2026-12-15T07:00:00.000Z', until: '2026-12-15T17:00:00.000Z' },
    ]);
  });

  it('of hours that are no longer proposed, or on dates that make no sense, is refused', async () => {
    const one = tuesdays(await suggestions());
    const code = async (changes: object, dates: object = {}) =>
      (
        await nadia.send('POST', '/host/sites/place/suggestions/try', {
          suggestion: { ...hoursOf(one), ...changes },
          from: '2026-12-10',
          until: '2027-01-30',
          ...dates,
        })
      ).body.code;
    expect(await code({ startsAt: '16:00', endsAt: '18:00' })).toBe('suggestion.unknown');
    expect(await code({}, { from: '2026-12-08' })).toBe('suggestion.dates');
    expect(await code({}, { until: '2026-12-10' })).toBe('suggestion.dates');
    expect(await code({}, { until: '2027-12-10' })).toBe('suggestion.dates');
    expect(await code({}, { from: '2026-12-19', until: '2027-01-03' })).toBe('suggestion.nothing_to_change');
  });
});

it('weeks in which other hours were planned count as they were then', async () => {
  const now = (await nadia.get('/host/sites/place/schedule')).body;
  // The young's space is given to everybody from tomorrow on: what was before remains the young's.
  const changed = await nadia.send('POST', '/host/sites/place/schedule/changes', {
    revision: now.revision,
    change: {
      templates: {
        upsert: now.templates
          .filter(({ origin }: Body) => origin === 'host')
          .map((template: Body) => ({
            ...template,
            windows: template.windows.map((window: Body) =>
              window.audience === 'youth' ? { ...window, audience: 'general' } : window,
            ),
          })),
      },
    },
    decisions: { default: 'keep' },
  });
  expect(changed.status).toBe(201);
  clock.moveTo(Date.parse('2026-12-11T07:00:00Z'));
  nadia = await api.as(nadiaPerson);
  const { observed, items } = await suggestions();
  expect(observed.weeks).toBe(26);
  // Nobody knows yet how the new hours will be used: of these weekdays nothing is proposed but what a day or two already say.
  expect(items.filter(({ heldBy }: Body) => heldBy.includes('general'))).toEqual([]);
});
