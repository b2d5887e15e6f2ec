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

const window = (
  weekday: number | null,
  startsAt: string,
  endsAt: string,
  audience = 'professional',
  spaceId: string | null = null,
) => ({
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
const apply = async (
  change: object,
  decisions: object = { default: 'cancel' },
  extra: object = {},
): Promise<Reply<Body>> =>
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
    tx
      .select()
      .from(schema.bookings)
      .where(and(eq(schema.bookings.networkId, network.id), eq(schema.bookings.id, id))),
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
const mailAbout = async (person: TestPerson, subject: string) =>
  (await mailsTo(person)).find((mail) => mail.subject.includes(subject));
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
    const reply = await apply({
      templates: { upsert: [term, holidays], delete: before.templates.map((t: Body) => t.id) },
    });
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
      {
        spaceId: site.openSpaceId,
        from: '2026-11-25T12:00:00.000Z',
        until: '2026-11-25T12:15:00.000Z',
        leaving: 'professional',
        arriving: 'youth',
      },
    ]);
    // Winter of zone B: 20 February to 7 March 2027.
    const winter = await hours('2027-02-22', '2027-02-23');
    expect(winter.days[0].school).toEqual({ kind: 'holiday', name: expect.stringContaining('iver'), isSummer: false });
    expect(winter.windows.map((w: Body) => w.audience)).toEqual(['youth', 'youth']);
  });
});

describe('what cannot be kept', () => {
  const always = { kind: 'always' };
  const wrong = (): [string, object, object][] => {
    const nowhere = uuid();
    const other = template(always, []);
    const clash = [window(1, '09:00', '14:00'), window(1, '13:59', '17:00', 'youth')];
    const squeezed = [window(1, '09:00', '14:00'), window(1, '14:00', '14:15', 'youth')];
    const twice = window(1, '09:00', '10:00');
    return [
      [
        'hours that end before they begin',
        { templates: { upsert: [template(always, [window(1, '12:00', '12:00')])] } },
        { reason: 'not_a_range' },
      ],
      [
        'an audience that nobody knows',
        { templates: { upsert: [template(always, [window(1, '09:00', '10:00', 'martians')])] } },
        { reason: 'unknown_audience' },
      ],
      [
        'a space of nowhere',
        { templates: { upsert: [template(always, [window(1, '09:00', '10:00', 'youth', nowhere)])] } },
        { reason: 'unknown_space', spaceId: nowhere },
      ],
      [
        'a space that the template leaves to others',
        {
          templates: {
            upsert: [
              template(always, [window(1, '09:00', '10:00', 'youth', site.roomSpaceId)], {
                spaceIds: [site.openSpaceId],
              }),
            ],
          },
        },
        { reason: 'space_not_spoken_for' },
      ],
      [
        'a range of no days',
        { templates: { upsert: [template({ kind: 'date_range', from: '2027-01-02', until: '2027-01-02' }, [])] } },
        { reason: 'not_a_period' },
      ],
      [
        'a validity of no days',
        { templates: { upsert: [template(always, [], { validFrom: '2027-01-02', validUntil: '2027-01-01' })] } },
        { reason: 'not_a_period' },
      ],
      [
        'two publics who may not meet, at once',
        { templates: { upsert: [template(always, clash)] } },
        { reason: 'incompatible_overlap', windowIds: clash.map(({ id }) => id) },
      ],
      [
        'a public whose time the handover takes',
        { templates: { upsert: [template(always, squeezed)] } },
        { reason: 'no_room_for_handover', missingMinutes: 1 },
      ],
      [
        'one id twice',
        { templates: { upsert: [template(always, [twice, twice])] } },
        { reason: 'id_taken', windowIds: [twice.id] },
      ],
      ['what is not there', { templates: { delete: [nowhere] } }, { reason: 'not_there', templateId: nowhere }],
      [
        'an exception of an unknown audience',
        {
          exceptions: {
            upsert: [
              exception('2026-11-26', { kind: 'remove', startsAt: '09:00', endsAt: '10:00', audience: 'martians' }),
            ],
          },
        },
        { reason: 'unknown_audience' },
      ],
      [
        'an exception that ends before it begins',
        {
          exceptions: {
            upsert: [exception('2026-11-26', { kind: 'remove', startsAt: '10:00', endsAt: '09:00', audience: null })],
          },
        },
        { reason: 'not_a_range' },
      ],
      [
        'a closure that ends before it begins',
        { closures: { upsert: [closure(tomorrow(10), tomorrow(9))] } },
        { reason: 'not_a_range' },
      ],
      [
        'a closure of more than a year',
        { closures: { upsert: [closure(tomorrow(10), tomorrow(10) + 367 * 24 * HOUR)] } },
        { reason: 'closure_too_long' },
      ],
      [
        'a closure of a space of nowhere',
        { closures: { upsert: [closure(tomorrow(9), tomorrow(10), { spaceId: nowhere })] } },
        { reason: 'unknown_space' },
      ],
      [
        'a calendar that nobody has',
        { settings: { holidayCalendar: 'ATLANTIS' } },
        { reason: 'unknown_calendar', field: 'holidayCalendar' },
      ],
      [
        'a school calendar that nobody has',
        { settings: { schoolCalendar: 'ATLANTIS' } },
        { reason: 'unknown_calendar', field: 'schoolCalendar' },
      ],
      [
        'a zone that the calendar does not know',
        { settings: { schoolZone: 'Z' } },
        { reason: 'unknown_zone', field: 'schoolZone' },
      ],
      [
        'a handover of a space of nowhere',
        { settings: { handoverMinutes: { [nowhere]: 10 } } },
        { reason: 'unknown_space', field: 'handoverMinutes' },
      ],
      [
        'a holiday that no school year has',
        {
          overrides: {
            school: [
              { year: '2026-2027', name: 'Ramadan', firstDay: '2027-01-01', lastDay: '2027-01-02', by: 'local' },
            ],
          },
        },
        { reason: 'unknown_school_period', field: 'overrides/school/0' },
      ],
      [
        'a date twice among the holidays',
        {
          overrides: {
            holidays: [
              { date: '2027-01-02', name: 'Fête' },
              { date: '2027-01-02', name: null },
            ],
          },
        },
        { reason: 'overlaps_another' },
      ],
      [
        'nothing at all of another',
        { templates: { upsert: [other], delete: [], order: [uuid()] }, exceptions: { delete: [nowhere] } },
        { reason: 'not_there', exceptionId: nowhere },
      ],
    ];
  };
  const exception = (date: string, change: object, extra: object = {}) => ({
    id: uuid(),
    date,
    spaceIds: null,
    reason: null,
    change,
    ...extra,
  });

  it('is said by the preview, refused by the change, and changes nothing: each fault by its name', async () => {
    const before = await plan();
    for (const [what, change, fault] of wrong()) {
      const shown = await preview(change);
      expect(shown.status, `${what}: ${JSON.stringify(shown.body)}`).toBe(200);
      expect(shown.body.faults, what).toEqual(expect.arrayContaining([expect.objectContaining(fault)]));
      expect(shown.body.bookings, what).toEqual([]);
      const refused = await apply(change);
      expect(refused, what).toMatchObject({ status: 422, body: { code: 'schedule.invalid' } });
      expect(refused.body.faults, what).toEqual(shown.body.faults);
    }
    expect(await plan()).toEqual(before);
  });

  it('is a shift of school holidays beyond what a recteur may decide', async () => {
    const override = (firstDay: string, by: string) => ({
      overrides: { school: [{ year: '2026-2027', name: "Vacances d'hiver", firstDay, lastDay: '2027-03-07', by }] },
    });
    const names = JSON.stringify((await hours('2027-02-22', '2027-02-23')).days);
    expect(names).toContain('holiday');
    const name = (await hours('2027-02-22', '2027-02-23')).days[0].school.name;
    const named = (firstDay: string, by: string) => {
      const { overrides } = override(firstDay, by);
      return { overrides: { school: overrides.school.map((each) => ({ ...each, name })) } };
    };
    expect((await preview(named('2027-02-16', 'recteur'))).body.faults).toMatchObject([{ reason: 'shifted_too_far' }]);
    expect((await preview(named('2027-02-17', 'recteur'))).body.faults).toEqual([]);
    expect((await preview(named('2027-02-10', 'local'))).body.faults).toEqual([]);
    expect((await preview(named('2026-12-24', 'local'))).body.faults).toMatchObject([{ reason: 'overlaps_another' }]);
  });

  it('is an id of another site, which stays as it is', async () => {
    const mine = (await plan()).templates[0];
    const neighbour = await network.addSite(`neighbour-${count}`);
    const theirs = await api.as(
      await network.addPerson(`neighbour-${count}`, { role: 'host', structureId: neighbour.structureId }),
    );
    const there = `/host/sites/${neighbour.slug}/schedule`;
    const { revision } = (await theirs.get(there)).body;
    for (const upsert of [[{ ...mine, windows: [] }], [template({ kind: 'always' }, [{ ...mine.windows[0] }])]]) {
      const change = { templates: { upsert } };
      const refused = await theirs.send('POST', `${there}/changes`, {
        revision,
        change,
        decisions: { default: 'cancel' },
      });
      expect(refused).toMatchObject({ status: 422, body: { code: 'schedule.invalid' } });
      expect(refused.body.faults).toMatchObject([{ reason: 'id_taken' }]);
    }
    expect((await plan()).templates).toEqual([mine]);
  });

  it('does not keep a host from putting right what became wrong by itself', async () => {
    // Professionals and training share a class until the network says otherwise.
    const together = template({ kind: 'always' }, [
      window(1, '09:00', '12:00'),
      window(1, '09:00', '12:00', 'training'),
    ]);
    const [first] = (await plan()).templates;
    expect((await apply({ templates: { upsert: [together], delete: [first.id] } })).status).toBe(201);
    await network.within((tx) =>
      tx
        .update(schema.spaceAudiences)
        .set({ audienceClass: 'apart' })
        .where(
          and(
            eq(schema.spaceAudiences.siteId, site.id),
            eq(schema.spaceAudiences.audienceId, network.audienceIds.get('training') as string),
          ),
        ),
    );
    const beside = { closures: { upsert: [closure(tomorrow(9), tomorrow(10))] } };
    expect((await preview(beside)).body.faults).toEqual([]);
    const touched = { templates: { upsert: [{ ...together, name: 'Autre' }] } };
    expect((await preview(touched)).body.faults).not.toEqual([]);
  });
});

describe('a change with bookings in it', () => {
  const narrower = async () => {
    const [first] = (await plan()).templates;
    return {
      templates: { upsert: [{ ...first, windows: [1, 2, 3, 4, 5].map((day) => window(day, '09:00', '12:00')) }] },
    };
  };

  it('is shown before it is made: who loses their time and why, what is given back, where they could go', async () => {
    const inside = await booked(lea, site.deskIds[0] as string, tomorrow(9), tomorrow(11));
    const outside = await booked(lea, site.deskIds[1] as string, tomorrow(14), tomorrow(16));
    const change = await narrower();
    const { body } = await preview(change);
    expect(body.faults).toEqual([]);
    expect(body.bookings).toMatchObject([
      {
        id: outside,
        memberName: `lea-${count}`,
        hasContact: true,
        reason: 'outside_opening_window',
        isRunning: false,
        refund: { minor: 600, currency: 'EUR' },
        seriesId: null,
        status: 'confirmed',
      },
    ]);
    // The same day first: the two hours of the morning nearest to the afternoon, at the same desk.
    expect(body.bookings[0].moves[0]).toEqual({
      resourceId: site.deskIds[1],
      resourceName: 'Desk 2',
      startsAt: iso(tomorrow(10)),
      endsAt: iso(tomorrow(12)),
    });
    expect(body.bookings[0].moves).toHaveLength(3);
    expect(body).toMatchObject({
      membersToTell: 1,
      refunds: [{ minor: 600, currency: 'EUR' }],
      doorsAffected: 1,
      gained: [],
    });
    expect(body.lost.length).toBeGreaterThan(100);
    expect(body.lost[0]).toMatchObject({ audience: 'professional' });
    // Nothing happened.
    expect((await bookingRow(outside)).status).toBe('confirmed');
    expect((await bookingRow(inside)).status).toBe('confirmed');
    expect(await plan()).toMatchObject({ revision: body.revision });
  });

  it('cancels what lost its time: refund, PIN, door and mail with the reason and the words of the host', async () => {
    const id = await booked(lea, site.deskIds[0] as string, tomorrow(14), tomorrow(16));
    expect(await livePins(id)).toHaveLength(1);
    const reply = await apply(await narrower(), { default: 'cancel' }, { message: 'Nous changeons de rythme.' });
    expect(reply, JSON.stringify(reply.body)).toMatchObject({
      status: 201,
      body: {
        outcome: { cancelled: [id], moved: [], kept: [], membersTold: 1, refunds: [{ minor: 600, currency: 'EUR' }] },
      },
    });
    expect(await bookingRow(id)).toMatchObject({ status: 'cancelled', cancelledAt: NOW, revision: 1 });
    expect(await livePins(id)).toEqual([]);
    expect(await refunds(id)).toEqual([{ amount: 600, cause: 'schedule_change' }]);
    const last = await mailAbout(leaPerson, 'annulée');
    expect(last?.text).toContain('n’est plus ouvert à ce moment-là');
    expect(last?.text).toContain('Nous changeons de rythme.');
    expect(last?.text).toMatch(/6,00.€ vous seront rendus/);
    expect(last?.calendar).toContain('STATUS:CANCELLED');
    const works = await network.within((tx) =>
      tx.select({ topic: schema.outbox.topic }).from(schema.outbox).where(eq(schema.outbox.networkId, network.id)),
    );
    expect(works.filter(({ topic }) => topic === 'grants').length).toBeGreaterThan(1);
  });

  it('moves what is to be moved, with a new PIN and at no higher price', async () => {
    const id = await booked(lea, site.deskIds[0] as string, tomorrow(14), tomorrow(16));
    const [oldPin] = await livePins(id);
    const to = { resourceId: site.deskIds[2], startsAt: iso(tomorrow(9)), endsAt: iso(tomorrow(10)) };
    const reply = await apply(await narrower(), { default: 'cancel', bookings: [{ id, do: 'move', to }] });
    expect(reply.body.outcome, JSON.stringify(reply.body)).toMatchObject({
      moved: [id],
      cancelled: [],
      refunds: [{ minor: 300 }],
    });
    expect(await bookingRow(id)).toMatchObject({
      status: 'confirmed',
      resourceId: site.deskIds[2],
      startsAt: tomorrow(9),
      endsAt: tomorrow(10),
      priceMinor: 300,
      keptOutsideHours: false,
    });
    const pins = await livePins(id);
    expect(pins).toHaveLength(1);
    expect(pins[0]?.id).not.toBe(oldPin?.id);
    expect(await refunds(id)).toEqual([{ amount: 300, cause: 'schedule_change' }]);
    const last = await mailAbout(leaPerson, 'déplacée');
    expect(last?.text).toMatch(/code à la porte : [0-9]{6}/);
    expect(last?.calendar).toContain('SEQUENCE:1');
  });

  it('moves each to the first time that the preview offered, when that is the decision for all', async () => {
    const ids = [];
    for (const desk of site.deskIds) ids.push(await booked(lea, desk, tomorrow(14), tomorrow(17)));
    const change = await narrower();
    const shown = (await preview(change)).body.bookings;
    const reply = await apply(change, { default: 'move' });
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
    expect([...reply.body.outcome.moved].sort()).toEqual([...ids].sort());
    for (const { id, moves } of shown) {
      const row = await bookingRow(id);
      expect([row.resourceId, iso(row.startsAt), iso(row.endsAt)]).toEqual([
        moves[0].resourceId,
        moves[0].startsAt,
        moves[0].endsAt,
      ]);
    }
  });

  it('keeps what its host lets stand: outside the hours, with its code, until the hours are back', async () => {
    const id = await booked(lea, site.deskIds[0] as string, tomorrow(14), tomorrow(16));
    const [pin] = await livePins(id);
    const before = await plan();
    const reply = await apply(await narrower(), { default: 'keep' });
    expect(reply.body.outcome).toMatchObject({ kept: [id], refunds: [], membersTold: 1 });
    expect(await bookingRow(id)).toMatchObject({ status: 'confirmed', keptOutsideHours: true });
    expect(await livePins(id)).toEqual([pin]);
    expect(await refunds(id)).toEqual([]);
    expect(await mailAbout(leaPerson, 'reste valable')).toBeDefined();
    // Whoever has it moved or the hours changed again is not asked about it twice.
    expect((await preview({ settings: { onPublicHolidays: 'closed' } })).body.bookings).toEqual([]);
    const [change] = (await host.get(url('/changes'))).body.items;
    expect((await apply(change.inverse)).status).toBe(201);
    expect(await bookingRow(id)).toMatchObject({ status: 'confirmed', keptOutsideHours: false });
    expect((await plan()).templates).toEqual(before.templates);
  });

  it('ends a running booking with its hours, and gives back the rest', async () => {
    const id = await booked(lea, site.deskIds[0] as string, NOW + HOUR, NOW + 5 * HOUR);
    clock.moveTo(NOW + 2 * HOUR);
    host = await api.as(hostPerson);
    const change = { closures: { upsert: [closure(NOW + 3 * HOUR, NOW + 30 * HOUR)] } };
    const shown = await preview(change);
    expect(shown.body.bookings).toMatchObject([
      { id, isRunning: true, reason: 'closed', moves: [], refund: { minor: 500 } },
    ]);
    const reply = await apply(change);
    expect(reply.body.outcome).toMatchObject({ shortened: [id], cancelled: [] });
    expect(await bookingRow(id)).toMatchObject({ status: 'confirmed', endsAt: NOW + 3 * HOUR });
    expect(await refunds(id)).toEqual([{ amount: 500, cause: 'closure' }]);
    expect(await mailAbout(leaPerson, 'finit plus tôt')).toBeDefined();
  });

  it('releases what was only put aside; it can no longer be confirmed', async () => {
    const held = await lea.send('POST', '/bookings', {
      resourceId: site.deskIds[0],
      startsAt: iso(tomorrow(14)),
      endsAt: iso(tomorrow(15)),
    });
    const reply = await apply(await narrower(), { default: 'keep' });
    expect(reply.body.outcome).toMatchObject({ holdsReleased: 1, kept: [], refunds: [] });
    expect((await lea.send('POST', `/bookings/${held.body.id}/confirm`)).body.code).toBe('booking.not_in_state');
  });

  it('is refused as a whole when a chosen move is not possible, and says which', async () => {
    const [stays, wants] = [
      await booked(lea, site.deskIds[0] as string, tomorrow(9), tomorrow(11)),
      await booked(lea, site.deskIds[1] as string, tomorrow(14), tomorrow(16)),
    ];
    const change = await narrower();
    const before = await plan();
    const targets = [
      // Taken; outside the new hours; of nowhere; over before it begins.
      { resourceId: site.deskIds[0], startsAt: iso(tomorrow(10)), endsAt: iso(tomorrow(12)) },
      { resourceId: site.deskIds[1], startsAt: iso(tomorrow(12)), endsAt: iso(tomorrow(13)) },
      { resourceId: uuid(), startsAt: iso(tomorrow(9)), endsAt: iso(tomorrow(10)) },
      { resourceId: site.deskIds[1], startsAt: iso(tomorrow(10)), endsAt: iso(tomorrow(9)) },
    ];
    for (const to of targets) {
      const reply = await apply(change, { default: 'cancel', bookings: [{ id: wants, do: 'move', to }] });
      expect(reply, JSON.stringify(reply.body)).toMatchObject({
        status: 409,
        body: { code: 'schedule.move_impossible' },
      });
      expect(reply.body.bookings).toMatchObject([{ id: wants }]);
    }
    expect(await plan()).toEqual(before);
    expect(await bookingRow(wants)).toMatchObject({ status: 'confirmed', startsAt: tomorrow(14) });
    expect(await bookingRow(stays)).toMatchObject({ status: 'confirmed', startsAt: tomorrow(9) });
  });

  it('is not touched by bookings that come after: they meet the new hours', async () => {
    await apply(await narrower());
    const late = { resourceId: site.deskIds[0], startsAt: iso(tomorrow(14)), endsAt: iso(tomorrow(15)) };
    expect((await lea.send('POST', '/bookings', late)).body.code).toBe('booking.outside_opening_window');
  });
});

describe('a closure', () => {
  it('over forty bookings takes well under a second, and everyone is told once', async () => {
    const people = await Promise.all(Array.from({ length: 10 }, (_, n) => network.addPerson(`many-${count}-${n}`)));
    const ids: string[] = [];
    for (const [n, person] of people.entries()) {
      const caller = await api.as(person);
      for (let day = 1; day <= 4; day++) {
        ids.push(
          await booked(
            caller,
            site.deskIds[n % 4] as string,
            tomorrow(9 + Math.floor(n / 4)) + day * 24 * HOUR,
            tomorrow(10 + Math.floor(n / 4)) + day * 24 * HOUR,
          ),
        );
      }
    }
    const change = { closures: { upsert: [closure(tomorrow(0), tomorrow(0) + 10 * 24 * HOUR)] } };
    const { revision } = await plan();
    const previewedAt = performance.now();
    const shown = await preview(change, revision);
    const startedAt = performance.now();
    const reply = await host.send('POST', url('/changes'), { revision, change, decisions: { default: 'cancel' } });
    const tookMs = performance.now() - startedAt;
    expect(reply.status).toBe(201);
    expect(shown.body.bookings).toHaveLength(40);
    expect([...reply.body.outcome.cancelled].sort()).toEqual(ids.sort());
    expect(reply.body.outcome).toMatchObject({ membersTold: 10, refunds: [{ minor: 40 * 300, currency: 'EUR' }] });
    for (const person of people)
      expect((await mailsTo(person)).filter(({ subject }) => subject.includes('annulée'))).toHaveLength(4);
    // Far from the bound on an idle machine; the bound is the requirement's.
    expect(tookMs).toBeLessThan(1_000);
    expect(startedAt - previewedAt).toBeLessThan(1_000);
  });

  it('is told to those who book here, when that is wanted: not to others, and not twice to who is in it', async () => {
    const regular = await network.addPerson(`regular-${count}`);
    const stranger = await network.addPerson(`stranger-${count}`);
    await booked(
      await api.as(regular),
      site.deskIds[0] as string,
      tomorrow(9) + 9 * 24 * HOUR,
      tomorrow(10) + 9 * 24 * HOUR,
    );
    await booked(lea, site.deskIds[1] as string, tomorrow(9), tomorrow(10));
    const change = {
      closures: { upsert: [closure(tomorrow(0), tomorrow(24), { told: 'members', spaceId: site.openSpaceId })] },
    };
    expect((await preview(change)).body.membersToTell).toBe(2);
    const reply = await apply(change);
    expect(reply.body.outcome.membersTold).toBe(2);
    const announced = await mailAbout(regular, 'fermeture');
    expect(announced?.text).toContain('Open area');
    expect(announced?.text).toContain('Travaux');
    expect((await mailsTo(leaPerson)).filter(({ subject }) => subject.includes('fermeture'))).toEqual([]);
    expect(await mailsTo(stranger)).toEqual([]);
    // Lifting it, or changing something else, announces nothing anew.
    const [{ id, ...rest }] = (await plan()).closures;
    expect((await apply({ closures: { upsert: [{ id, ...rest }] } })).body.outcome.membersTold).toBe(0);
    expect((await apply({ closures: { delete: [id] } })).body.outcome.membersTold).toBe(0);
  });

  it('of which nobody is told is told to those alone whose booking goes', async () => {
    const kept = await booked(lea, site.deskIds[0] as string, tomorrow(9), tomorrow(10));
    const mailsBefore = (await mailsTo(leaPerson)).length;
    const secret = { closures: { upsert: [closure(tomorrow(0), tomorrow(24), { told: 'nobody' })] } };
    const reply = await apply(secret, { default: 'keep' });
    expect(reply.body.outcome).toMatchObject({ kept: [kept], membersTold: 0 });
    expect(await mailsTo(leaPerson)).toHaveLength(mailsBefore);
  });
});

describe('two hosts', () => {
  it('at once: one is in time, the other is told and changes nothing', async () => {
    const second = await api.as(
      await network.addPerson(`second-${count}`, { role: 'host', structureId: site.structureId }),
    );
    const { revision } = await plan();
    const send = (who: Caller, n: number) =>
      who.send('POST', url('/changes'), {
        revision,
        change: { closures: { upsert: [closure(tomorrow(n), tomorrow(n + 1))] } },
        decisions: { default: 'cancel' },
      });
    const replies = await Promise.all([send(host, 1), send(second, 2), send(host, 3), send(second, 4)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(replies.filter(({ status }) => status === 409).map(({ body }) => body.code)).toEqual(
      Array(3).fill('schedule.changed_meanwhile'),
    );
    expect((await plan()).closures).toHaveLength(1);
    expect((await preview({}, revision)).body.code).toBe('schedule.changed_meanwhile');
  });

  it('see who changed what, and what can be undone', async () => {
    const one = closure(tomorrow(1), tomorrow(2));
    await apply({ closures: { upsert: [one] } });
    await apply({ settings: { handoverMinutes: { [site.openSpaceId]: 30 } } });
    await apply({ closures: { upsert: [{ ...one, reason: 'Inventaire' }] } });
    const { items, total } = (await host.get(url('/changes'))).body;
    expect(total).toBe(3);
    expect(
      items.map(({ by, mayUndo, summary }: Body) => [by, mayUndo, summary.closures.written, summary.settings]),
    ).toEqual([
      [`host-${count}`, true, 1, []],
      [`host-${count}`, true, 0, ['handoverMinutes']],
      [`host-${count}`, false, 1, []],
    ]);
    const manager = await api.as(await network.addPerson(`manager-${count}`, { role: 'manager' }));
    expect((await manager.get(url())).body.mayChange).toBe(false);
    expect((await manager.get(url('/changes'))).body.items.every(({ mayUndo }: Body) => !mayUndo)).toBe(true);
    const refused = await manager.send('POST', url('/preview'), { revision: 0, change: {} });
    expect(refused.body.code).toBe('auth.forbidden');
  });
});
