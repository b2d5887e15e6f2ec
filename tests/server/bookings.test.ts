import { randomBytes } from 'node:crypto';
import { bookings } from '@mitoyen/db/schema';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let site: TestSite;
let lea: Caller;
let leaPerson: TestPerson;
let samPerson: TestPerson;
let sam: Caller;
const clock = new MovableClock(NOW);

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, clock);
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});

let count = 0;
beforeEach(async () => {
  clock.moveTo(NOW);
  count += 1;
  site = await network.addSite(`place-${count}`);
  leaPerson = await network.addPerson(`lea-${count}`);
  samPerson = await network.addPerson(`sam-${count}`);
  lea = await api.as(leaPerson);
  sam = await api.as(samPerson);
});

const desk = (index = 0) => site.deskIds[index] as string;
const request = (resourceId: string, from: number, until: number, extra: object = {}) => ({
  resourceId,
  startsAt: iso(from),
  endsAt: iso(until),
  ...extra,
});
async function book(who: Caller, resourceId: string, from: number, until: number) {
  const held = await who.send('POST', '/bookings', request(resourceId, from, until));
  expect(held.status, JSON.stringify(held.body)).toBe(201);
  const confirmed = await who.send('POST', `/bookings/${held.body.id}/confirm`);
  expect(confirmed.status, JSON.stringify(confirmed.body)).toBe(200);
  return confirmed.body;
}

describe('holding and confirming', () => {
  it('keeps a time for ten minutes at the price of the moment', async () => {
    const { status, body } = await lea.send('POST', '/bookings', request(desk(), NOW + HOUR, NOW + 3 * HOUR));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'held',
      holdExpiresAt: iso(NOW + 10 * 60_000),
      price: { minor: 600, currency: 'EUR' },
      mayCancel: true,
      mayMove: true,
    });
  });

  it('says of a booking only what has happened to it', async () => {
    const moments = (id: string) =>
      network.within(async (tx) => {
        const [row] = await tx.select().from(bookings).where(eq(bookings.id, id));
        return [row?.confirmedAt, row?.checkedInAt, row?.cancelledAt];
      });
    const held = await lea.send('POST', '/bookings', request(desk(), NOW + HOUR, NOW + 2 * HOUR));
    expect(await moments(held.body.id)).toEqual([null, null, null]);
    await lea.send('POST', `/bookings/${held.body.id}/confirm`);
    expect(await moments(held.body.id)).toEqual([NOW, null, null]);
  });

  it('confirms one second before the ten minutes are over, and refuses at the tenth minute', async () => {
    const first = await lea.send('POST', '/bookings', request(desk(), NOW + HOUR, NOW + 2 * HOUR));
    const second = await lea.send('POST', '/bookings', request(desk(1), NOW + HOUR, NOW + 2 * HOUR));
    clock.moveTo(NOW + 10 * 60_000 - 1_000);
    expect((await lea.send('POST', `/bookings/${first.body.id}/confirm`)).status).toBe(200);
    clock.moveTo(NOW + 10 * 60_000);
    lea = await api.as(leaPerson);
    const late = await lea.send('POST', `/bookings/${second.body.id}/confirm`);
    expect(late).toMatchObject({ status: 409, body: { code: 'booking.hold_expired' } });
  });

  it('gives a hold that ran out to the next person, without waiting for any job', async () => {
    await lea.send('POST', '/bookings', request(desk(), NOW + HOUR, NOW + 2 * HOUR));
    clock.moveTo(NOW + 10 * 60_000 - 1_000);
    const early = await sam.send('POST', '/bookings', request(desk(), NOW + HOUR, NOW + 2 * HOUR));
    expect(early).toMatchObject({ status: 409, body: { code: 'booking.conflict' } });
    clock.moveTo(NOW + 10 * 60_000);
    sam = await api.as(samPerson);
    const next = await sam.send('POST', '/bookings', request(desk(), NOW + HOUR, NOW + 2 * HOUR));
    expect(next.status).toBe(201);
  });

  it('gives the holder a six-digit PIN and the doors that lead to the desk, and nobody else sees them', async () => {
    const booking = await book(lea, desk(), NOW + HOUR, NOW + 2 * HOUR);
    const own = await lea.get(`/bookings/${booking.id}`);
    expect(own.body.access.pin).toMatch(/^\d{6}$/);
    expect(own.body.access.doors.map((door: { name: string }) => door.name)).toEqual(['Entrance']);
    expect(await sam.get(`/bookings/${booking.id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('lets a person hold five times and no sixth', async () => {
    const wide = await network.addSite(`wide-${count}`, { desks: 6 });
    const holder = await api.as(await network.addPerson(`keen-${count}`));
    for (let i = 0; i < 5; i++) {
      const held = await holder.send(
        'POST',
        '/bookings',
        request(wide.deskIds[i] as string, NOW + HOUR, NOW + 2 * HOUR),
      );
      expect(held.status).toBe(201);
    }
    const sixth = await holder.send(
      'POST',
      '/bookings',
      request(wide.deskIds[5] as string, NOW + HOUR, NOW + 2 * HOUR),
    );
    expect(sixth).toMatchObject({ status: 409, body: { code: 'booking.too_many_held' } });
  });
});

describe('conflicts', () => {
  it('refuses a taken time with the nearest free ones, on the same desk and on others', async () => {
    await book(lea, desk(), NOW + 2 * HOUR, NOW + 4 * HOUR);
    const { status, body } = await sam.send('POST', '/bookings', request(desk(), NOW + 3 * HOUR, NOW + 5 * HOUR));
    expect(status).toBe(409);
    expect(body.code).toBe('booking.conflict');
    const free = body.alternatives as { resourceId: string; startsAt: string; endsAt: string }[];
    expect(free).toContainEqual(expect.objectContaining({ resourceId: desk(), startsAt: iso(NOW + 4 * HOUR) }));
    expect(free.some((each) => each.resourceId === desk(1) && each.startsAt === iso(NOW + 3 * HOUR))).toBe(true);
    for (const each of free) expect(Date.parse(each.endsAt) - Date.parse(each.startsAt)).toBe(2 * HOUR);
  });

  it('does not see a clash between 10-11 and 11-12', async () => {
    await book(lea, desk(), NOW + 2 * HOUR, NOW + 3 * HOUR);
    await book(sam, desk(), NOW + 3 * HOUR, NOW + 4 * HOUR);
  });

  it('keeps the youth out of a space in professional use, at the database, whatever the hours say', async () => {
    const youth = await api.as(await network.addPerson(`kid-${count}`, { audience: 'youth' }));
    await book(lea, desk(), NOW + 2 * HOUR, NOW + 4 * HOUR);
    // The hours change hands after the booking was made: it keeps its time all the same.
    await network.setHours(site, [{ audience: 'youth' }]);
    const same = await youth.send('POST', '/bookings', request(desk(1), NOW + 3 * HOUR, NOW + 5 * HOUR));
    expect(same).toMatchObject({ status: 409, body: { code: 'booking.space_in_other_use' } });
    const after = await youth.send('POST', '/bookings', request(desk(1), NOW + 4 * HOUR, NOW + 5 * HOUR));
    expect(after.status).toBe(201);
  });

  it('keeps the handover free between two publics', async () => {
    site = await network.addSite(`handover-${count}`, { handoverMinutes: 30 });
    const youth = await api.as(await network.addPerson(`teen-${count}`, { audience: 'youth' }));
    await book(lea, desk(), NOW + 2 * HOUR, NOW + 4 * HOUR);
    await network.setHours(site, [{ audience: 'youth' }]);
    const within = await youth.send('POST', '/bookings', request(desk(1), NOW + 4 * HOUR + HOUR / 4, NOW + 6 * HOUR));
    expect(within.body.code).toBe('booking.space_in_other_use');
    const after = await youth.send('POST', '/bookings', request(desk(1), NOW + 4 * HOUR + HOUR / 2, NOW + 6 * HOUR));
    expect(after.status).toBe(201);
    // Two professionals need no handover between them.
    await network.setHours(site, [{}]);
    await book(sam, desk(2), NOW + 2 * HOUR, NOW + 4 * HOUR);
  });

  it('answers 409 to all but one of twenty who ask at once', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? lea : sam).send('POST', '/bookings', request(desk(2), NOW + 6 * HOUR, NOW + 7 * HOUR)),
      ),
    );
    const statuses = replies.map((reply) => reply.status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
  });
});

describe('limits', () => {
  it.each([
    ['before it starts', 2 * HOUR, HOUR, 'booking.ends_before_it_starts'],
    ['off the quarter of an hour', HOUR + 60_000, 2 * HOUR, 'booking.off_grid'],
    ['for fifteen minutes', HOUR, HOUR + HOUR / 4, 'booking.too_short'],
    ['yesterday', -24 * HOUR, -23 * HOUR, 'booking.in_the_past'],
    ['in 91 days', 91 * 24 * HOUR, 91 * 24 * HOUR + HOUR, 'booking.too_far_ahead'],
    ['across midnight', 15 * HOUR, 17 * HOUR, 'booking.too_long'],
  ])('refuses a booking %s', async (_, from, until, code) => {
    const { status, body } = await lea.send('POST', '/bookings', request(desk(), NOW + from, NOW + until));
    expect({ status, code: body.code }).toEqual({ status: 422, code });
  });

  it('refuses outside the hours, and in the hours of another public', async () => {
    await network.setHours(site, [
      { from: 9 * 60, until: 12 * 60 },
      { audience: 'youth', from: 14 * 60, until: 17 * 60 },
    ]);
    const nine = NOW + HOUR;
    expect((await lea.send('POST', '/bookings', request(desk(), nine - HOUR / 2, nine + HOUR))).body.code).toBe(
      'booking.outside_opening_window',
    );
    expect((await lea.send('POST', '/bookings', request(desk(), nine + 5 * HOUR, nine + 6 * HOUR))).body.code).toBe(
      'booking.audience_not_admitted',
    );
    expect((await lea.send('POST', '/bookings', request(desk(), nine, nine + 3 * HOUR))).status).toBe(201);
  });

  it('does not let a professional book as a young person', async () => {
    const reply = await lea.send(
      'POST',
      '/bookings',
      request(desk(), NOW + HOUR, NOW + 2 * HOUR, { audience: 'youth' }),
    );
    expect(reply).toMatchObject({ status: 403, body: { code: 'booking.audience_not_yours' } });
  });
});

describe('moving and cancelling', () => {
  it('moves to a free time with a new price and a new PIN, and leaves the old time to others', async () => {
    const booking = await book(lea, desk(), NOW + HOUR, NOW + 2 * HOUR);
    const before = await lea.get(`/bookings/${booking.id}`);
    const moved = await lea.send('POST', `/bookings/${booking.id}/move`, {
      startsAt: iso(NOW + 4 * HOUR),
      endsAt: iso(NOW + 7 * HOUR),
      revision: booking.revision,
    });
    expect(moved).toMatchObject({
      status: 200,
      body: { startsAt: iso(NOW + 4 * HOUR), price: { minor: 900 }, revision: 1 },
    });
    const after = await lea.get(`/bookings/${booking.id}`);
    expect(after.body.access.pin).not.toBe(before.body.access.pin);
    await book(sam, desk(), NOW + HOUR, NOW + 2 * HOUR);
  });

  it('refuses to move onto a taken time and keeps the old one', async () => {
    const mine = await book(lea, desk(), NOW + HOUR, NOW + 2 * HOUR);
    await book(sam, desk(), NOW + 3 * HOUR, NOW + 4 * HOUR);
    const moved = await lea.send('POST', `/bookings/${mine.id}/move`, {
      startsAt: iso(NOW + 3 * HOUR),
      endsAt: iso(NOW + 4 * HOUR),
    });
    expect(moved).toMatchObject({ status: 409, body: { code: 'booking.conflict' } });
    expect((await lea.get(`/bookings/${mine.id}`)).body.startsAt).toBe(iso(NOW + HOUR));
  });

  it('refuses a move made on an older state of the booking', async () => {
    const booking = await book(lea, desk(), NOW + HOUR, NOW + 2 * HOUR);
    const to = { startsAt: iso(NOW + 4 * HOUR), endsAt: iso(NOW + 5 * HOUR), revision: 0 };
    expect((await lea.send('POST', `/bookings/${booking.id}/move`, to)).status).toBe(200);
    expect(await lea.send('POST', `/bookings/${booking.id}/move`, to)).toMatchObject({
      status: 409,
      body: { code: 'booking.revision_changed' },
    });
  });

  it('cancels until the start, not after', async () => {
    const one = await book(lea, desk(), NOW + HOUR / 4, NOW + 2 * HOUR);
    const two = await book(lea, desk(1), NOW + HOUR / 4, NOW + 2 * HOUR);
    clock.moveTo(NOW + HOUR / 4 - 1);
    lea = await api.as(leaPerson);
    expect((await lea.send('POST', `/bookings/${one.id}/cancel`)).body.status).toBe('cancelled');
    clock.moveTo(NOW + HOUR / 4);
    expect(await lea.send('POST', `/bookings/${two.id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'booking.already_started' },
    });
    sam = await api.as(samPerson);
    await book(sam, desk(), NOW + HOUR, NOW + 2 * HOUR);
  });
});

describe('the staff', () => {
  it('lengthens a booking that runs, and does not move its start', async () => {
    const host = await network.addPerson(`host-${count}`, { role: 'host', structureId: site.structureId });
    const booking = await book(lea, desk(), NOW + HOUR, NOW + 2 * HOUR);
    clock.moveTo(NOW + HOUR + HOUR / 2);
    const staff = await api.as(host);
    const to = { startsAt: iso(NOW + HOUR), endsAt: iso(NOW + 4 * HOUR) };
    expect(await staff.send('POST', `/bookings/${booking.id}/move`, to)).toMatchObject({
      status: 200,
      body: { endsAt: to.endsAt, price: { minor: 900 } },
    });
    const later = { ...to, startsAt: iso(NOW + HOUR + HOUR / 4) };
    expect((await staff.send('POST', `/bookings/${booking.id}/move`, later)).body.code).toBe('booking.already_started');
    const own = await api.as(leaPerson);
    expect((await own.send('POST', `/bookings/${booking.id}/move`, to)).body.code).toBe('booking.already_started');
  });
});

describe('two bookings that draw one PIN at the same moment', () => {
  it('get two', async () => {
    let draws = 0;
    const random = (size: number) => {
      if (size !== 6) return randomBytes(size);
      draws += 1;
      return draws <= 2 ? new Uint8Array(6).fill(7) : randomBytes(size);
    };
    const drawing = await startTestApi(database, network, clock, { random });
    const two = await Promise.all([drawing.as(leaPerson), drawing.as(samPerson)]);
    const ids = await Promise.all(
      two.map(async (who, index) => {
        const held = await who.send('POST', '/bookings', request(desk(index), NOW + HOUR, NOW + 2 * HOUR));
        return held.body.id as string;
      }),
    );
    const confirmed = await Promise.all(two.map((who, index) => who.send('POST', `/bookings/${ids[index]}/confirm`)));
    expect(confirmed.map(({ status }) => status)).toEqual([200, 200]);
    const pins = await Promise.all(
      two.map(async (who, index) => (await who.get(`/bookings/${ids[index]}`)).body.access.pin),
    );
    expect(pins).toContain('777777');
    expect(new Set(pins).size).toBe(2);
    expect(draws).toBeGreaterThan(2);
    await drawing.close();
  });
});

describe('Idempotency-Key', () => {
  const key = (name: string) => ({ 'idempotency-key': `${name}-${count}` });

  it('gives the same booking for the same request, and makes one only', async () => {
    const body = request(desk(), NOW + HOUR, NOW + 2 * HOUR);
    const first = await lea.send('POST', '/bookings', body, key('once'));
    const again = await lea.send('POST', '/bookings', body, key('once'));
    expect(again).toMatchObject({ status: 201, body: first.body });
  });

  it('makes one booking of ten that are sent at once', async () => {
    const body = request(desk(), NOW + HOUR, NOW + 2 * HOUR);
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => lea.send('POST', '/bookings', body, key('race'))),
    );
    expect(new Set(replies.map((reply) => `${reply.status} ${reply.body.id}`)).size).toBe(1);
    expect(replies[0]?.status).toBe(201);
  });

  it('refuses the key for another request, and keeps it free after a refusal', async () => {
    const taken = await book(sam, desk(), NOW + HOUR, NOW + 2 * HOUR);
    const refused = await lea.send('POST', '/bookings', request(desk(), NOW + HOUR, NOW + 2 * HOUR), key('retry'));
    expect(refused.status).toBe(409);
    await sam.send('POST', `/bookings/${taken.id}/cancel`);
    const retried = await lea.send('POST', '/bookings', request(desk(), NOW + HOUR, NOW + 2 * HOUR), key('retry'));
    expect(retried.status).toBe(201);
    const other = await lea.send('POST', '/bookings', request(desk(1), NOW + HOUR, NOW + 2 * HOUR), key('retry'));
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency.key_reused' } });
  });

  it('does not mix up two people who use the same key', async () => {
    const first = await lea.send('POST', '/bookings', request(desk(), NOW + HOUR, NOW + 2 * HOUR), key('shared'));
    const second = await sam.send('POST', '/bookings', request(desk(1), NOW + HOUR, NOW + 2 * HOUR), key('shared'));
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.body.id).not.toBe(second.body.id);
  });
});

describe('mails and calendar', () => {
  it('mails the confirmation with PIN and invitation, and its cancellation under the same UID', async () => {
    const booking = await book(lea, desk(), NOW + HOUR, NOW + 2 * HOUR);
    const { pin } = (await lea.get(`/bookings/${booking.id}`)).body.access;
    await lea.send('POST', `/bookings/${booking.id}/cancel`);
    const outbox = (await api.get('/demo/outbox')).body.items as { id: string; recipient: string }[];
    const own = outbox.filter(({ recipient }) => recipient === leaPerson.email);
    const mails = await Promise.all(own.map(async ({ id }) => (await api.get(`/demo/outbox/${id}`)).body));
    expect(mails).toHaveLength(2);
    const confirmed = mails.find((mail) => mail.subject.startsWith('Réservation confirmée'));
    const cancelled = mails.find((mail) => mail.subject.startsWith('Réservation annulée'));
    expect(confirmed.text).toContain(pin);
    expect(confirmed.calendar).toContain(`UID:booking-${booking.id}@mitoyen`);
    expect(confirmed.calendar).toContain('STATUS:CONFIRMED');
    expect(cancelled.calendar).toContain(`UID:booking-${booking.id}@mitoyen`);
    expect(cancelled.calendar).toContain('SEQUENCE:1');
    expect(cancelled.calendar).toContain('METHOD:CANCEL');
  });

  it('gives the booking as an iCalendar file', async () => {
    const booking = await book(lea, desk(), NOW + HOUR, NOW + 2 * HOUR);
    const reply = await lea.get(`/bookings/${booking.id}/calendar.ics`);
    expect(reply.status).toBe(200);
    expect(String(reply.headers['content-type'])).toContain('text/calendar');
    expect(String(reply.body)).toContain('DTSTART:20261124T080000Z');
  });
});
