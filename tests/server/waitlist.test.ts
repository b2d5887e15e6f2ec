import { randomBytes } from 'node:crypto';
import { noteBridgeHeard } from '@mitoyen/db/queries';
import { bookings, bridges, credentials, mails, resources, waitlistEntries } from '@mitoyen/db/schema';
import { newId } from '@mitoyen/domain';
import { runHousekeeping } from '@mitoyen/server';
import { and, asc, desc, eq, isNull } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Thursday, 10:00 in Paris. */
const FROM = Date.parse('2026-11-26T09:00:00Z');
const UNTIL = FROM + 2 * HOUR;
const iso = (at: number) => new Date(at).toISOString();

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
/** Another server of the same installation. */
let replica: TestApi;
let site: TestSite;
const clock = new MovableClock(NOW);
const people: { person: TestPerson; caller: Caller }[] = [];

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, clock);
  replica = await startTestApi(database, network, clock);
  for (const name of ['lea', 'sam', 'ines', 'tom']) {
    const person = await network.addPerson(name);
    people.push({ person, caller: await api.as(person) });
  }
});
afterAll(async () => {
  await replica?.close();
  await api?.close();
  await network?.close();
  await database?.drop();
});

let count = 0;
beforeEach(async () => {
  clock.moveTo(NOW);
  count += 1;
  site = await network.addSite(`place-${count}`, { desks: 2 });
  await network.within(async (tx) => {
    await tx.update(waitlistEntries).set({ status: 'withdrawn' }).where(eq(waitlistEntries.status, 'waiting'));
    await tx.update(bookings).set({ status: 'cancelled', holdExpiresAt: null }).where(eq(bookings.status, 'held'));
  });
});

const as = (index: number) => (people[index] as (typeof people)[number]).caller;
const LEA = 0;
const SAM = 1;
const INES = 2;
const TOM = 3;
const desk = (index = 0) => site.deskIds[index] as string;

const silent = { info() {}, warn() {}, error: (facts: object) => expect.unreachable(JSON.stringify(facts)) };
const serve = (server: TestApi = api) => runHousekeeping(server.services, null, silent);

async function take(who: Caller, resourceId: string, from = FROM, until = UNTIL): Promise<string> {
  const held = await who.send('POST', '/bookings', { resourceId, startsAt: iso(from), endsAt: iso(until) });
  expect(held.status, JSON.stringify(held.body)).toBe(201);
  await who.send('POST', `/bookings/${held.body.id}/confirm`);
  return String(held.body.id);
}
async function join(who: Caller, wish: object = {}): Promise<Body> {
  const { status, body } = await who.send('POST', '/waitlist', {
    ...('siteId' in wish ? {} : { resourceId: desk() }),
    startsAt: iso(FROM),
    endsAt: iso(UNTIL),
    ...wish,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  clock.moveTo(clock.now() + 1_000);
  return body;
}
const offersOf = async (who: Caller): Promise<Body[]> =>
  (await who.get('/waitlist')).body.items.filter((each: Body) => each.offer !== null && each.site.slug === site.slug);
const statusOf = (id: string) =>
  network.within(async (tx) => {
    const [row] = await tx.select().from(waitlistEntries).where(eq(waitlistEntries.id, id));
    return row?.status;
  });
const mailsTo = (index: number) =>
  network.within((tx) =>
    tx
      .select()
      .from(mails)
      .where(eq(mails.recipient, (people[index] as (typeof people)[number]).person.email))
      .orderBy(desc(mails.createdAt), desc(mails.id)),
  );

describe('waiting', () => {
  it('is for a time that is taken, once, and can be withdrawn', async () => {
    await take(as(LEA), desk());
    const entry = await join(as(SAM));
    expect(entry).toMatchObject({ status: 'waiting', ahead: 0, resource: { id: desk() }, offer: null });
    expect((await join(as(SAM))).id).toBe(entry.id);
    expect(await join(as(INES))).toMatchObject({ ahead: 1 });
    expect((await as(SAM).get('/waitlist')).body.items.map((each: Body) => each.id)).toContain(entry.id);
    expect((await as(INES).send('DELETE', `/waitlist/${entry.id}`)).status).toBe(404);
    expect((await as(SAM).send('DELETE', `/waitlist/${entry.id}`)).status).toBe(204);
    expect((await as(SAM).send('DELETE', `/waitlist/${entry.id}`)).body.code).toBe('waitlist.not_waiting');
  });

  it.each([
    ['a free time', {}, 'waitlist.time_is_free'],
    [
      'a time outside the hours',
      { startsAt: iso(FROM + 12 * HOUR), endsAt: iso(FROM + 13 * HOUR) },
      'booking.outside_opening_window',
    ],
    ['more people than there is room for', { seats: 2 }, 'booking.too_few_seats'],
    ['nothing', { resourceId: undefined }, 'request.invalid'],
    ['two things', { kind: 'desk' }, 'request.invalid'],
    ['a time that ends before it starts', { endsAt: iso(FROM) }, 'booking.ends_before_it_starts'],
    ['a resource that is not there', { resourceId: newId(NOW, new Uint8Array(10)) }, 'not_found'],
  ])('is not for %s', async (_, wish, code) => {
    await network.setHours(site, [{ from: 8 * 60, until: 18 * 60 }]);
    const { body } = await as(SAM).send('POST', '/waitlist', {
      resourceId: desk(),
      startsAt: iso(FROM),
      endsAt: iso(UNTIL),
      ...wish,
    });
    expect(body.code).toBe(code);
  });

  it('is not for a time so close that nobody could be asked any more', async () => {
    await take(as(LEA), desk());
    const late = async (before: number) => {
      clock.moveTo(FROM - before);
      const caller = await api.as((people[SAM] as (typeof people)[number]).person);
      return (await caller.send('POST', '/waitlist', { resourceId: desk(), startsAt: iso(FROM), endsAt: iso(UNTIL) }))
        .body;
    };
    expect((await late(45 * MINUTE - 1)).code).toBe('waitlist.too_late');
    expect((await late(45 * MINUTE)).status).toBe('waiting');
  });

  it('is for ten times at most', async () => {
    for (let index = 0; index < 11; index++) await take(as(LEA), desk(), FROM + index * DAY, UNTIL + index * DAY);
    const wish = (index: number) => ({ startsAt: iso(FROM + index * DAY), endsAt: iso(UNTIL + index * DAY) });
    for (let index = 0; index < 10; index++) await join(as(SAM), wish(index));
    const { body } = await as(SAM).send('POST', '/waitlist', { resourceId: desk(), ...wish(10) });
    expect(body.code).toBe('waitlist.too_many');
  });
});

describe('a time that becomes free', () => {
  it('is held for the first who waits, who confirms it', async () => {
    const booked = await take(as(LEA), desk());
    const first = await join(as(SAM));
    const second = await join(as(INES));
    await serve();
    expect(await offersOf(as(SAM))).toEqual([]);
    await as(LEA).send('POST', `/bookings/${booked}/cancel`);
    await serve();
    const [offered] = await offersOf(as(SAM));
    expect(offered).toMatchObject({
      id: first.id,
      status: 'offered',
      offer: { expiresAt: iso(clock.now() + 2 * HOUR) },
    });
    expect(await offersOf(as(INES))).toEqual([]);
    const [mail] = await mailsTo(SAM);
    expect(mail?.subject).toContain('Une place s’est libérée');
    expect(mail?.bodyText).toContain(`/reservations/${offered.offer.bookingId}`);
    // Nobody else takes it meanwhile.
    const other = { resourceId: desk(), startsAt: iso(FROM), endsAt: iso(UNTIL) };
    expect((await as(TOM).send('POST', '/bookings', other)).body.code).toBe('booking.conflict');
    const { body } = await as(SAM).send('POST', `/bookings/${offered.offer.bookingId}/confirm`);
    expect(body.status).toBe('confirmed');
    expect([await statusOf(first.id), await statusOf(second.id)]).toEqual(['booked', 'waiting']);
  });

  it('goes to the next when the offer runs out, and to the one after when it is declined', async () => {
    const booked = await take(as(LEA), desk());
    const entries = [await join(as(SAM)), await join(as(INES)), await join(as(TOM))];
    await as(LEA).send('POST', `/bookings/${booked}/cancel`);
    await serve();
    clock.moveTo(clock.now() + 2 * HOUR);
    await serve();
    expect(await statusOf(entries[0].id)).toBe('missed');
    const ines = await api.as((people[INES] as (typeof people)[number]).person);
    const [offered] = await offersOf(ines);
    expect(offered.id).toBe(entries[1].id);
    await ines.send('DELETE', `/waitlist/${offered.id}`);
    await serve();
    expect(await Promise.all(entries.map(({ id }) => statusOf(id)))).toEqual(['missed', 'declined', 'offered']);
  });

  it('goes to the first whom it fits', async () => {
    const booked = await take(as(LEA), desk());
    const later = await take(as(LEA), desk(), UNTIL, UNTIL + HOUR);
    const long = await join(as(SAM), { endsAt: iso(UNTIL + HOUR) });
    const short = await join(as(INES));
    await as(LEA).send('POST', `/bookings/${booked}/cancel`);
    await serve();
    expect([await statusOf(long.id), await statusOf(short.id)]).toEqual(['waiting', 'offered']);
    await as(LEA).send('POST', `/bookings/${later}/cancel`);
    await serve();
    expect(await statusOf(long.id)).toBe('waiting');
  });

  it('of any of a kind is offered from whichever is free', async () => {
    await take(as(LEA), desk(0));
    const second = await take(as(LEA), desk(1));
    const entry = await join(as(SAM), { siteId: site.id, kind: 'desk' });
    expect(entry).toMatchObject({ resource: null, kind: 'desk' });
    await as(LEA).send('POST', `/bookings/${second}/cancel`);
    await serve();
    const [offered] = await offersOf(as(SAM));
    expect((await as(SAM).get(`/bookings/${offered.offer.bookingId}`)).body.resource.id).toBe(desk(1));
  });

  it('because it was moved away, or a hold ran out, or hours were added, is offered as well', async () => {
    const moved = await take(as(LEA), desk());
    const first = await join(as(SAM));
    await as(LEA).send('POST', `/bookings/${moved}/move`, { startsAt: iso(FROM + DAY), endsAt: iso(UNTIL + DAY) });
    await serve();
    expect(await statusOf(first.id)).toBe('offered');

    await as(LEA).send('POST', '/bookings', { resourceId: desk(1), startsAt: iso(FROM), endsAt: iso(UNTIL) });
    const second = await join(as(INES), { resourceId: desk(1) });
    clock.moveTo(clock.now() + 11 * MINUTE);
    await serve();
    expect(await statusOf(second.id)).toBe('offered');
  });

  it('is offered by one server of several, once', async () => {
    const booked = await take(as(LEA), desk());
    const entries = [await join(as(SAM)), await join(as(INES))];
    await as(LEA).send('POST', `/bookings/${booked}/cancel`);
    await Promise.all([serve(), serve(replica), serve(), serve(replica)]);
    expect(await Promise.all(entries.map(({ id }) => statusOf(id)))).toEqual(['offered', 'waiting']);
    const held = await network.within((tx) =>
      tx
        .select()
        .from(bookings)
        .where(and(eq(bookings.siteId, site.id), eq(bookings.status, 'held'))),
    );
    expect(held).toHaveLength(1);
    expect((await mailsTo(SAM)).filter(({ bodyText }) => bodyText.includes(held[0]?.id ?? '-'))).toHaveLength(1);
  });

  it('is kept for the morning when it is given back at night', async () => {
    const booked = await take(as(LEA), desk());
    const entry = await join(as(SAM));
    // 22:00 in Paris.
    clock.moveTo(Date.parse('2026-11-24T21:00:00Z'));
    const lea = await api.as((people[LEA] as (typeof people)[number]).person);
    await lea.send('POST', `/bookings/${booked}/cancel`);
    await serve();
    clock.moveTo(Date.parse('2026-11-25T05:59:00Z'));
    await serve();
    expect(await statusOf(entry.id)).toBe('waiting');
    clock.moveTo(Date.parse('2026-11-25T06:00:00Z'));
    await serve();
    expect(await statusOf(entry.id)).toBe('offered');
  });

  it('comes too late for those whose time has come', async () => {
    await take(as(LEA), desk());
    const entry = await join(as(SAM));
    clock.moveTo(FROM - 45 * MINUTE);
    await serve();
    expect(await statusOf(entry.id)).toBe('waiting');
    clock.moveTo(FROM - 45 * MINUTE + 1);
    await serve();
    expect(await statusOf(entry.id)).toBe('passed');
  });

  it('taken meanwhile by somebody else leaves the list as it was', async () => {
    const booked = await take(as(LEA), desk());
    const entry = await join(as(SAM));
    await as(LEA).send('POST', `/bookings/${booked}/cancel`);
    await take(as(TOM), desk());
    await serve();
    expect(await statusOf(entry.id)).toBe('waiting');
  });

  it('does not count against what a member may put aside themselves', async () => {
    const booked = await take(as(LEA), desk());
    await join(as(SAM));
    await as(LEA).send('POST', `/bookings/${booked}/cancel`);
    await serve();
    for (let index = 0; index < 5; index++) {
      const from = FROM + (index + 1) * DAY;
      const { status } = await as(SAM).send('POST', '/bookings', {
        resourceId: desk(),
        startsAt: iso(from),
        endsAt: iso(from + HOUR),
      });
      expect(status).toBe(201);
    }
  });
});

describe('nobody came', () => {
  const START = NOW + 2 * HOUR;
  let bridgeId: string;
  beforeEach(async () => {
    bridgeId = newId(NOW, randomBytes(10));
    await network.within(async (tx) => {
      await tx.update(resources).set({ releaseAfterMinutes: 15 }).where(eq(resources.id, desk()));
      await tx.insert(bridges).values({
        networkId: network.id,
        id: bridgeId,
        siteId: site.id,
        name: 'Bridge',
        publicKey: 'unused',
        status: 'online',
        onlineSince: NOW,
        createdAt: NOW,
      });
    });
  });
  /** As housekeeping does while the server hears the broker. */
  const hearing = { isConnected: () => true, publish: async () => {}, start() {}, stop: async () => {} };
  const look = () => runHousekeeping(api.services, hearing as never, { ...silent, error() {} });
  const booking = (id: string) =>
    network.within(async (tx) => (await tx.select().from(bookings).where(eq(bookings.id, id)))[0]);
  const setBridge = (changes: Partial<typeof bridges.$inferInsert>) =>
    network.within((tx) => tx.update(bridges).set(changes).where(eq(bridges.id, bridgeId)));

  it('within the grace time: the rest is free for others, the code opens no longer, the member is told', async () => {
    const id = await take(as(LEA), desk(), START, START + 2 * HOUR);
    clock.moveTo(START + 15 * MINUTE - 1);
    await look();
    expect((await booking(id))?.status).toBe('confirmed');
    clock.moveTo(START + 15 * MINUTE);
    await look();
    expect(await booking(id)).toMatchObject({ status: 'no_show', releasedAt: START + 15 * MINUTE });
    const open = await network.within((tx) =>
      tx
        .select()
        .from(credentials)
        .where(and(eq(credentials.bookingId, id), isNull(credentials.revokedAt))),
    );
    expect(open).toEqual([]);
    const sam = await api.as((people[SAM] as (typeof people)[number]).person);
    await take(sam, desk(), START + 15 * MINUTE, START + HOUR);
    await look();
    expect(
      (await mailsTo(LEA)).filter(
        ({ subject }) => subject.startsWith('Votre créneau a été rendu') && subject.includes(`${site.slug},`),
      ),
    ).toHaveLength(1);
  });

  it.each([
    ['the bridge is not heard', { status: 'offline' as const, onlineSince: null }],
    ['the bridge was away after the start', { onlineSince: START + MINUTE }],
    ['it was never heard', { onlineSince: null }],
    ['another bridge was in service', { revokedAt: NOW }],
  ])('is not said when %s', async (_, changes) => {
    const id = await take(as(LEA), desk(), START, START + 2 * HOUR);
    await setBridge(changes);
    clock.moveTo(START + 30 * MINUTE);
    await look();
    expect((await booking(id))?.status).toBe('confirmed');
  });

  it('is not said by a server that does not hear the broker', async () => {
    const id = await take(as(LEA), desk(), START, START + 2 * HOUR);
    clock.moveTo(START + 30 * MINUTE);
    await serve();
    expect((await booking(id))?.status).toBe('confirmed');
  });

  it('is not said where no check-in is expected, of who came, or of who booked a moment ago', async () => {
    const elsewhere = await take(as(LEA), desk(1), START, START + 2 * HOUR);
    const here = await take(as(LEA), desk(), START, START + 2 * HOUR);
    await network.within((tx) =>
      tx.update(bookings).set({ status: 'checked_in', checkedInAt: START }).where(eq(bookings.id, here)),
    );
    const late = START + 4 * HOUR;
    clock.moveTo(late + 14 * MINUTE);
    const sam = await api.as((people[SAM] as (typeof people)[number]).person);
    const running = await take(sam, desk(), late, late + 2 * HOUR);
    clock.moveTo(START + 30 * MINUTE);
    await look();
    expect((await booking(elsewhere))?.status).toBe('confirmed');
    expect((await booking(here))?.status).toBe('checked_in');
    clock.moveTo(late + 29 * MINUTE - 1);
    await look();
    expect((await booking(running))?.status).toBe('confirmed');
    clock.moveTo(late + 29 * MINUTE);
    await look();
    expect((await booking(running))?.status).toBe('no_show');
  });

  it('is worth what the bridge has been heard without a gap: from its greeting on, until it is gone', async () => {
    const since = async (heard: 'greeting' | 'online' | 'offline', at: number) =>
      network.within(async (tx) => {
        await noteBridgeHeard(tx, network.id, bridgeId, heard, at);
        const [row] = await tx.select().from(bridges).where(eq(bridges.id, bridgeId));
        return row?.onlineSince ?? null;
      });
    await setBridge({ onlineSince: null });
    expect(await since('online', NOW)).toBe(NOW);
    // A status that comes again, as the broker keeps it, is no news.
    expect(await since('online', NOW + MINUTE)).toBe(NOW);
    expect(await since('greeting', NOW + 2 * MINUTE)).toBe(NOW + 2 * MINUTE);
    expect(await since('offline', NOW + 3 * MINUTE)).toBeNull();
    expect(await since('online', NOW + 4 * MINUTE)).toBe(NOW + 4 * MINUTE);
  });

  it('lets somebody who waits for the rest have it', async () => {
    await take(as(LEA), desk(), START, START + 3 * HOUR);
    const rest = { startsAt: iso(START + HOUR), endsAt: iso(START + 3 * HOUR) };
    const entry = await join(as(SAM), rest);
    clock.moveTo(START + 15 * MINUTE);
    await look();
    expect(await statusOf(entry.id)).toBe('offered');
    const [held] = await network.within((tx) =>
      tx
        .select()
        .from(bookings)
        .where(and(eq(bookings.siteId, site.id), eq(bookings.status, 'held')))
        .orderBy(asc(bookings.startsAt)),
    );
    expect(held?.holdExpiresAt).toBe(START + 30 * MINUTE);
  });
});
