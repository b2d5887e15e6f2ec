import { randomUUID } from 'node:crypto';
import * as schema from '@mitoyen/db/schema';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const at = (date: string, time: string, offset = '+01:00') => `${date}T${time}:00${offset}`;

const clock = new MovableClock(NOW);
let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let place: TestSite;
let club: TestSite;
let people: Record<'nadia' | 'karim' | 'lea' | 'marc' | 'manon', TestPerson>;
let nadia: Caller;
let karim: Caller;
let lea: Caller;
let marc: Caller;
let count = 0;

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});

/** A place open to professionals, 9 to 18 on working days; Marc is of the club's public, Léa of nobody's. */
beforeEach(async () => {
  await api?.close();
  await network?.close();
  clock.moveTo(NOW);
  count += 1;
  network = await createTestNetwork(database.ownerUrl, `network-${count}`, NOW);
  api = await startTestApi(database, network, clock);
  place = await network.addSite('place');
  club = await network.addSite('club');
  await network.setHours(place, [{ weekdays: [1, 2, 3, 4, 5], from: 540, until: 1080 }]);
  people = {
    nadia: await network.addPerson('nadia', { audience: 'staff', role: 'host', structureId: place.structureId }),
    karim: await network.addPerson('karim', { audience: 'staff', role: 'host', structureId: club.structureId }),
    lea: await network.addPerson('lea'),
    marc: await network.addPerson('marc'),
    manon: await network.addPerson('manon', { audience: 'staff', role: 'manager' }),
  };
  await network.within((tx) =>
    tx
      .update(schema.members)
      .set({ homeStructureId: club.structureId })
      .where(eq(schema.members.id, people.marc.memberId)),
  );
  await signIn();
});

async function signIn(): Promise<void> {
  nadia = await api.as(people.nadia);
  karim = await api.as(people.karim);
  lea = await api.as(people.lea);
  marc = await api.as(people.marc);
}

async function moveTo(instant: string): Promise<void> {
  clock.moveTo(Date.parse(instant));
  await signIn();
}

/** Thursdays 14 to 17 in the room, from the 26th of November until (not with) the 18th of December. */
const proposal = (changes: object = {}) => ({
  name: 'Ateliers du jeudi',
  partnerStructureId: club.structureId,
  spaceIds: [place.roomSpaceId],
  period: { kind: 'always' },
  windows: [
    { id: randomUUID(), spaceId: null, audience: 'professional', weekday: 4, startsAt: '14:00', endsAt: '17:00' },
  ],
  isExclusive: true,
  holdsOnPublicHolidays: false,
  inTheWay: 'cancel',
  price: { kind: 'free' },
  terms: 'La salle est rendue rangée.',
  validFrom: '2026-11-26',
  validUntil: '2026-12-18',
  ...changes,
});

async function propose(changes: object = {}, id: string = randomUUID()): Promise<Body> {
  const put = await nadia.send('PUT', `/host/sites/place/sharing/agreements/${id}`, proposal(changes));
  return put.body;
}
const answer = (caller: Caller, { id, revision }: Body, accept = true) =>
  caller.send('POST', `/host/agreements/${id}/answer`, { accept, revision });
async function agree(changes: object = {}): Promise<Body> {
  const accepted = await answer(karim, await propose(changes));
  expect(accepted.status).toBe(200);
  return accepted.body;
}
const book = (caller: Caller, startsAt: string, endsAt: string, resourceId = place.roomId) =>
  caller.send('POST', '/bookings', { resourceId, startsAt, endsAt });
const mails = async (): Promise<string[]> => {
  const rows = await network.within((tx) =>
    tx.select({ to: schema.mails.recipient, subject: schema.mails.subject }).from(schema.mails),
  );
  return rows.map(({ to, subject }) => `${to.split('@')[0]}: ${subject}`).sort();
};

describe('an agreement', () => {
  it('is proposed by the host and changes nothing before the partner accepts; both are written to', async () => {
    const proposed = await propose();
    expect(proposed).toMatchObject({ state: 'proposed', side: 'host', mayAnswer: false, mayWithdraw: true });
    expect(proposed.ahead).toHaveLength(4);
    expect(await mails()).toEqual(['karim: Convention proposée : Ateliers du jeudi']);
    const open = await book(lea, at('2026-11-26', '15:00'), at('2026-11-26', '16:00'));
    expect(open.status).toBe(201);

    const read = (await karim.get(`/host/agreements/${proposed.id}`)).body;
    expect(read).toMatchObject({
      side: 'partner',
      mayAnswer: true,
      mayWithdraw: false,
      terms: 'La salle est rendue rangée.',
    });
    // The side that proposes does not answer; a stranger does not hear of it.
    expect((await answer(nadia, proposed)).body.code).toBe('auth.forbidden');
    expect((await lea.get(`/host/agreements/${proposed.id}`)).status).toBe(403);

    const accepted = await answer(karim, read);
    expect(accepted.body).toMatchObject({ state: 'planned', mayEnd: true, mayAnswer: false });
    expect(await mails()).toEqual([
      'karim: Convention acceptée : Ateliers du jeudi',
      'karim: Convention proposée : Ateliers du jeudi',
      'nadia: Convention acceptée : Ateliers du jeudi',
    ]);
    expect((await answer(karim, read)).body.code).toBe('agreement.not_in_state');
    const [manager] = [await api.as(people.manon)];
    expect((await manager.get('/host/agreements')).body.items).toHaveLength(1);
  });

  it('shows what it takes before it is accepted, from the same public too; accepted, those bookings go back with their money', async () => {
    const made = await book(lea, at('2026-11-26', '15:00'), at('2026-11-26', '16:00'));
    expect((await lea.send('POST', `/bookings/${made.body.id}/confirm`)).status).toBe(200);
    const partners = await book(marc, at('2026-12-03', '14:00'), at('2026-12-03', '15:00'));
    await marc.send('POST', `/bookings/${partners.body.id}/confirm`);

    const proposed = await propose();
    const seen = (await nadia.get(`/host/agreements/${proposed.id}/consequences`)).body;
    expect(seen).toMatchObject({
      lost: [{ spaceName: 'Room', audience: 'professional', minutes: 4 * 180, dates: 4 }],
      inTheWay: 'cancel',
      refunds: [{ minor: 300, currency: 'EUR' }],
      faults: [],
    });
    expect(seen.bookings).toMatchObject([{ id: made.body.id, memberName: 'lea', refund: { minor: 300 } }]);
    // Who they are is for the host of the place.
    const partner = (await karim.get(`/host/agreements/${proposed.id}/consequences`)).body;
    expect(partner.bookings).toMatchObject([{ id: made.body.id, memberName: null }]);

    expect((await answer(karim, proposed)).status).toBe(200);
    expect((await lea.get(`/bookings/${made.body.id}`)).body.status).toBe('cancelled');
    // The partner's own public loses nothing.
    expect((await marc.get(`/bookings/${partners.body.id}`)).body.status).toBe('confirmed');
    const refunds = await network.within((tx) => tx.select().from(schema.refundsDue));
    expect(refunds).toMatchObject([{ bookingId: made.body.id, amountMinor: 300, cause: 'schedule_change' }]);
    expect(await mails()).toContain('lea: Réservation annulée : Site place, jeudi 26 novembre 2026');
  });

  it('lets bookings in its way stay where the host says so', async () => {
    const made = await book(lea, at('2026-11-26', '15:00'), at('2026-11-26', '16:00'));
    await lea.send('POST', `/bookings/${made.body.id}/confirm`);
    await agree({ inTheWay: 'keep' });
    expect((await lea.get(`/bookings/${made.body.id}`)).body.status).toBe('confirmed');
    const [row] = await network.within((tx) =>
      tx.select().from(schema.bookings).where(eq(schema.bookings.id, made.body.id)),
    );
    expect(row?.keptOutsideHours).toBe(true);
  });

  it('is for the partner’s own public, who book by themselves at its price; nobody else meanwhile', async () => {
    await agree();
    const theirs = await book(marc, at('2026-11-26', '15:00'), at('2026-11-26', '16:00'));
    expect(theirs.body).toMatchObject({ status: 'held', price: { minor: 0 } });
    expect((await book(lea, at('2026-12-03', '15:00'), at('2026-12-03', '16:00'))).body.code).toBe(
      'booking.audience_not_admitted',
    );
    // Before it begins on that day, the place is everybody's.
    expect((await book(lea, at('2026-12-03', '13:00'), at('2026-12-03', '14:00'))).status).toBe(201);
    // Elsewhere on the site as well.
    const desk = await book(lea, at('2026-12-03', '15:00'), at('2026-12-03', '16:00'), place.deskIds[0]);
    expect(desk.status).toBe(201);
    const own = await book(marc, at('2026-12-03', '10:00'), at('2026-12-03', '11:00'));
    expect(own.body.price.minor).toBe(300);
  });

  it('beside everybody: whoever may meet its public stays admitted', async () => {
    await agree({ isExclusive: false });
    expect((await book(lea, at('2026-11-26', '14:00'), at('2026-11-26', '15:00'))).body.price.minor).toBe(300);
    expect((await book(marc, at('2026-11-26', '15:00'), at('2026-11-26', '16:00'))).body.price.minor).toBe(0);
  });

  it('holds on its first day and not on the date of its end: to the second, in the zone of the place', async () => {
    await network.setHours(place, [{ audience: 'youth', weekdays: [7], from: 720, until: 780 }]);
    await agree({
      windows: [
        {
          id: randomUUID(),
          spaceId: null,
          audience: 'professional',
          weekday: null,
          startsAt: '00:00',
          endsAt: '24:00',
        },
      ],
      validFrom: '2026-11-26',
      validUntil: '2026-12-01',
    });
    const allowed = async (startsAt: string, endsAt: string) => {
      const { status, body } = await book(marc, startsAt, endsAt);
      if (status === 201) await marc.send('POST', `/bookings/${body.id}/cancel`);
      return status === 201 ? 'free' : body.code;
    };
    // 23:45 on the eve, midnight of the first day, the last quarter of the last day, midnight of the end.
    expect(await allowed(at('2026-11-25', '23:30'), at('2026-11-26', '00:00'))).toBe('booking.outside_opening_window');
    expect(await allowed(at('2026-11-26', '00:00'), at('2026-11-26', '00:30'))).toBe('free');
    expect(await allowed(at('2026-11-30', '23:30'), at('2026-12-01', '00:00'))).toBe('free');
    expect(await allowed(at('2026-12-01', '00:00'), at('2026-12-01', '00:30'))).toBe('booking.outside_opening_window');
    const states: string[] = [];
    for (const instant of [
      '2026-11-25T22:59:59Z',
      '2026-11-25T23:00:00Z',
      '2026-11-30T22:59:59Z',
      '2026-11-30T23:00:00Z',
    ]) {
      await moveTo(instant);
      states.push((await karim.get('/host/agreements')).body.items[0].state);
    }
    expect(states).toEqual(['planned', 'running', 'running', 'over']);
  });

  it('is declined, or taken back, and then has no answer any more', async () => {
    const declined = await propose();
    expect((await answer(karim, declined, false)).body.state).toBe('declined');
    expect(await mails()).toContain('nadia: Convention refusée : Ateliers du jeudi');
    expect((await answer(karim, declined)).body.code).toBe('agreement.not_in_state');
    const second = await propose();
    const withdrawn = await nadia.send('DELETE', `/host/sites/place/sharing/agreements/${second.id}`);
    expect(withdrawn.body.state).toBe('withdrawn');
    expect((await answer(karim, second)).body.code).toBe('agreement.not_in_state');
    expect((await book(lea, at('2026-11-26', '15:00'), at('2026-11-26', '16:00'))).status).toBe(201);
  });

  it('that was changed since it was read is read again', async () => {
    const first = await propose();
    const second = await propose({ terms: 'Autres conditions.' }, first.id);
    expect(second.revision).toBe(first.revision + 1);
    expect((await answer(karim, first)).body.code).toBe('agreement.changed_meanwhile');
    expect((await answer(karim, second)).status).toBe(200);
    expect((await propose({}, first.id)).code).toBe('agreement.not_in_state');
  });

  it('is refused in words where it makes no sense', async () => {
    const code = async (changes: object) => (await propose(changes)).code;
    const window = proposal().windows[0];
    expect(await code({ partnerStructureId: place.structureId })).toBe('sharing.partner_unknown');
    expect(await code({ validFrom: '2026-11-23' })).toBe('agreement.dates_past');
    expect(await code({ validUntil: '2026-11-26' })).toBe('agreement.dates_past');
    expect(await code({ price: { kind: 'tariff', tariffId: randomUUID() } })).toBe('sharing.tariff_unknown');
    expect(await code({ windows: [{ ...window, audience: 'martians' }] })).toBe('sharing.audience_unknown');
    expect(await code({ windows: [{ ...window, endsAt: '13:00' }] })).toBe('agreement.hours_invalid');
    expect(await code({ windows: [{ ...window, spaceId: place.openSpaceId }] })).toBe('agreement.hours_invalid');
    expect(await code({ spaceIds: [club.openSpaceId] })).toBe('agreement.hours_invalid');
    const met = { ...window, id: randomUUID(), audience: 'youth', startsAt: '16:00' };
    expect(await code({ windows: [window, met] })).toBe('agreement.hours_invalid');
    expect((await karim.send('PUT', `/host/sites/place/sharing/agreements/${randomUUID()}`, proposal())).status).toBe(
      403,
    );
  });
});

describe('the end of an agreement', () => {
  it('comes from a date on, by either side; what is booked from then on is shown first', async () => {
    const { id } = await agree();
    await network.setHours(place, [{ weekdays: [1], from: 540, until: 1080 }]);
    const made = await book(marc, at('2026-12-10', '14:00'), at('2026-12-10', '15:00'));
    await marc.send('POST', `/bookings/${made.body.id}/confirm`);
    const seen = (await karim.get(`/host/agreements/${id}/consequences?end=2026-12-04`)).body;
    expect(seen.bookings).toMatchObject([{ id: made.body.id }]);

    const ended = await karim.send('POST', `/host/agreements/${id}/end`, { from: '2026-12-04', inTheWay: 'cancel' });
    expect(ended.body).toMatchObject({
      state: 'planned',
      validUntil: '2026-12-04',
      endedBy: { name: 'Structure club' },
    });
    expect((await marc.get(`/bookings/${made.body.id}`)).body.status).toBe('cancelled');
    expect((await book(marc, at('2026-12-03', '14:00'), at('2026-12-03', '15:00'))).status).toBe(201);
    expect((await book(marc, at('2026-12-10', '14:00'), at('2026-12-10', '15:00'))).status).toBe(422);
    expect(await mails()).toEqual(
      expect.arrayContaining([
        'karim: Fin de convention : Ateliers du jeudi',
        'nadia: Fin de convention : Ateliers du jeudi',
      ]),
    );
    // Sooner still, by the other side; not later, and not today.
    const end = (caller: Caller, from: string) => caller.send('POST', `/host/agreements/${id}/end`, { from });
    expect((await end(nadia, '2026-12-11')).body.code).toBe('agreement.end_too_late');
    expect((await end(nadia, '2026-11-24')).body.code).toBe('agreement.end_too_late');
    expect((await end(nadia, '2026-12-03')).body).toMatchObject({ validUntil: '2026-12-03' });
  });

  it('no later than the first day means that it never holds', async () => {
    const { id } = await agree();
    const off = await nadia.send('POST', `/host/agreements/${id}/end`, { from: '2026-11-25' });
    expect(off.body.state).toBe('withdrawn');
    expect((await book(lea, at('2026-11-26', '15:00'), at('2026-11-26', '16:00'))).status).toBe(201);
  });
});

describe('the staff of the partner', () => {
  it('book for a group in agreed hours; both sides see what is used of what is held', async () => {
    const { id } = await agree({ price: { kind: 'flat', per: 'month', amount: { minor: 6_000, currency: 'EUR' } } });
    const booked = await karim.send('POST', '/host/public-bookings', {
      structureId: club.structureId,
      resourceId: place.roomId,
      startsAt: at('2026-11-26', '14:00'),
      endsAt: at('2026-11-26', '15:30'),
      audience: 'professional',
      memberId: null,
      seats: 5,
    });
    expect(booked.body).toMatchObject({ status: 'confirmed', price: { minor: 0 } });
    expect(booked.body.access.pin).toMatch(/^\d{6}$/);
    const day = (await nadia.get('/host/sites/place/day?date=2026-11-26')).body;
    expect(day.bookings).toMatchObject([{ member: { displayName: 'Structure club' }, seats: 5 }]);
    await moveTo('2026-11-27T08:00:00Z');
    for (const caller of [nadia, karim]) {
      const { items } = (await caller.get('/host/agreements')).body;
      expect(items).toMatchObject([
        {
          id,
          state: 'running',
          price: { kind: 'flat', per: 'month' },
          use: { heldMinutes: 180, bookedMinutes: 90, bookings: 1, people: 5 },
        },
      ]);
    }
  });
});

it('two agreements in one time: the one accepted first has it', async () => {
  await agree();
  const third = await network.addSite('third');
  const ines = await network.addPerson('ines', { audience: 'staff', role: 'host', structureId: third.structureId });
  const proposed = await propose({ partnerStructureId: third.structureId, name: 'Autre' });
  const seen = (await nadia.get(`/host/agreements/${proposed.id}/consequences`)).body;
  expect(seen).toMatchObject({ gained: [], lost: [], bookings: [] });
  expect((await answer(await api.as(ines), proposed)).status).toBe(200);
  expect((await book(marc, at('2026-11-26', '15:00'), at('2026-11-26', '16:00'))).status).toBe(201);
});
