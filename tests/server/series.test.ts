import { bookingSeries, bookings, credentials, mails } from '@mitoyen/db/schema';
import { localTimeOf } from '@mitoyen/domain';
import { and, asc, desc, eq, isNull } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const DAY = 86_400_000;
const WEEK = 7 * DAY;
const HOUR = 3_600_000;
const PARIS = 'Europe/Paris';
const iso = (at: number) => new Date(at).toISOString();

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let site: TestSite;
let leaPerson: TestPerson;
let lea: Caller;
let sam: Caller;
const clock = new MovableClock(NOW);

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, clock);
  sam = await api.as(await network.addPerson('sam'));
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
  lea = await api.as(leaPerson);
});

/** Nobody may sign in too often: the others come only when they are asked. */
const signIn = async (name: string, options?: Parameters<TestNetwork['addPerson']>[1]) =>
  api.as(await network.addPerson(`${name}-${count}`, options));
const asHost = () => signIn('host', { role: 'host', structureId: site.structureId });

const desk = (index = 0) => site.deskIds[index] as string;
/** Tuesdays from 9 to 12 in Paris. */
const tuesdays = (times: number, more: object = {}) => ({
  resourceId: desk(),
  firstDate: '2026-12-01',
  startsAt: '09:00',
  endsAt: '12:00',
  rrule: `FREQ=WEEKLY;BYDAY=TU;COUNT=${times}`,
  ...more,
});
const FIRST = Date.parse('2026-12-01T08:00:00Z');

async function take(who: Caller, resourceId: string, from: number, until: number): Promise<string> {
  const held = await who.send('POST', '/bookings', { resourceId, startsAt: iso(from), endsAt: iso(until) });
  expect(held.status, JSON.stringify(held.body)).toBe(201);
  await who.send('POST', `/bookings/${held.body.id}/confirm`);
  return String(held.body.id);
}
async function bookSeries(who: Caller, request: object): Promise<Body> {
  const { status, body } = await who.send('POST', '/booking-series', request);
  expect(status, JSON.stringify(body)).toBe(201);
  // Mails are told apart by their second.
  clock.moveTo(clock.now() + 1_000);
  return body;
}
const states = (body: Body) => body.occurrences.map((each: Body) => [each.date, each.state, each.code]);
const rowsOf = (seriesId: string) =>
  network.within((tx) =>
    tx.select().from(bookings).where(eq(bookings.seriesId, seriesId)).orderBy(asc(bookings.seriesDate)),
  );
const lastMail = async (recipient: string) => {
  const [mail] = await network.within((tx) =>
    tx.select().from(mails).where(eq(mails.recipient, recipient)).orderBy(desc(mails.createdAt), desc(mails.id)),
  );
  return mail;
};

describe('a preview', () => {
  it('says what every occurrence would be and cost, and keeps nothing', async () => {
    const { status, body } = await lea.send('POST', '/booking-series/preview', tuesdays(3));
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({
      rrule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=3',
      free: 3,
      total: { minor: 2700, currency: 'EUR' },
    });
    expect(body.occurrences.map((each: Body) => [each.date, each.startsAt, each.state, each.price.minor])).toEqual([
      ['2026-12-01', iso(FIRST), 'free', 900],
      ['2026-12-08', iso(FIRST + WEEK), 'free', 900],
      ['2026-12-15', iso(FIRST + 2 * WEEK), 'free', 900],
    ]);
    expect(await network.within((tx) => tx.select().from(bookings).where(eq(bookings.siteId, site.id)))).toEqual([]);
  });

  it('takes the simple choices for a rule', async () => {
    const { body } = await lea.send('POST', '/booking-series/preview', {
      ...tuesdays(1),
      rrule: undefined,
      recurrence: { frequency: 'weekly', interval: 2, byWeekday: [2, 4], until: '2026-12-20' },
      exceptDates: ['2026-12-03'],
    });
    expect(states(body).map(([date]: [string]) => date)).toEqual(['2026-12-01', '2026-12-15', '2026-12-17']);
  });

  it('names what cannot be had, why, and other times of it and of others like it', async () => {
    await take(sam, desk(), FIRST + WEEK, FIRST + WEEK + HOUR);
    await network.setHours(site, [{ weekdays: [2], from: 8 * 60, until: 18 * 60 }, { weekdays: [4] }]);
    const { body } = await lea.send(
      'POST',
      '/booking-series/preview',
      tuesdays(3, { rrule: 'FREQ=WEEKLY;BYDAY=TU,WE;COUNT=4' }),
    );
    expect(states(body)).toEqual([
      ['2026-12-01', 'free', null],
      ['2026-12-02', 'conflict', 'booking.outside_opening_window'],
      ['2026-12-08', 'conflict', 'booking.conflict'],
      ['2026-12-09', 'conflict', 'booking.outside_opening_window'],
    ]);
    expect(body.free).toBe(1);
    const conflict = body.occurrences[2];
    expect(conflict.reason).toBe('Ce créneau vient d’être pris');
    expect(conflict.alternatives).toContainEqual({
      resourceId: desk(),
      resourceName: 'Desk 1',
      startsAt: iso(FIRST + WEEK + HOUR),
      endsAt: iso(FIRST + WEEK + 4 * HOUR),
    });
    expect(conflict.alternatives).toContainEqual(
      expect.objectContaining({ resourceId: desk(1), startsAt: iso(FIRST + WEEK) }),
    );
  });

  it('holds a member to the horizon of bookings and to a number of dates, and staff to three years', async () => {
    const daily = { ...tuesdays(1), rrule: 'FREQ=DAILY;COUNT=100' };
    const asMember = (await lea.send('POST', '/booking-series/preview', daily)).body;
    expect(asMember.limits).toEqual({ horizonDays: 90, mostUpcoming: 26 });
    const counted = (state: string) => states(asMember).filter(([, each]: string[]) => each === state).length;
    expect([counted('free'), counted('outside_quota'), counted('beyond_horizon')]).toEqual([26, 58, 16]);
    expect(states(asMember)[26]).toEqual(['2026-12-27', 'outside_quota', 'series.outside_quota']);
    // 90 days from 24 November: 22 February, that day included.
    expect(states(asMember)[83]).toEqual(['2027-02-22', 'outside_quota', 'series.outside_quota']);
    expect(states(asMember)[84]).toEqual(['2027-02-23', 'beyond_horizon', 'booking.too_far_ahead']);

    const weekly = tuesdays(160);
    const asStaff = (await (await asHost()).send('POST', '/booking-series/preview', weekly)).body;
    expect(asStaff.limits.horizonDays).toBe(1096);
    expect(asStaff.free).toBe(156);
    expect(states(asStaff)[156]).toEqual(['2029-11-27', 'beyond_horizon', 'booking.too_far_ahead']);
  });

  it('keeps to the clock on the wall over clock changes, and says which hour does not exist', async () => {
    const host = await asHost();
    const nights = tuesdays(1, {
      firstDate: '2027-03-27',
      startsAt: '01:30',
      endsAt: '03:30',
      rrule: 'FREQ=DAILY;COUNT=3',
    });
    const { body } = await host.send('POST', '/booking-series/preview', nights);
    expect(body.occurrences.map((each: Body) => Date.parse(each.endsAt) - Date.parse(each.startsAt))).toEqual([
      2 * HOUR,
      HOUR,
      2 * HOUR,
    ]);
    const gone = { ...nights, startsAt: '02:00', endsAt: '03:00', rrule: 'FREQ=DAILY;COUNT=2' };
    expect(states((await host.send('POST', '/booking-series/preview', gone)).body)).toEqual([
      ['2027-03-27', 'free', null],
      ['2027-03-28', 'conflict', 'series.no_such_time'],
    ]);
  });

  it.each([
    [{ rrule: 'FREQ=WEEKLY' }, 'series.rule_without_end'],
    [{ rrule: 'FREQ=HOURLY;COUNT=3' }, 'series.rule_not_supported'],
    [{ rrule: 'every tuesday' }, 'series.rule_unreadable'],
    [{ rrule: 'FREQ=DAILY;COUNT=801' }, 'series.too_many_dates'],
    [{ rrule: 'FREQ=WEEKLY;UNTIL=20261120' }, 'series.no_dates'],
    [{ endsAt: '09:00' }, 'booking.ends_before_it_starts'],
    [{ rrule: undefined }, 'request.invalid'],
    [{ audience: 'youth' }, 'booking.audience_not_yours'],
    [{ decisions: [{ date: '2026-12-02', do: 'skip' }] }, 'series.unknown_date'],
    [{ decisions: [{ date: '2026-12-01', do: 'move' }] }, 'request.invalid'],
  ])('refuses %j: %s', async (more, code) => {
    const { body } = await lea.send('POST', '/booking-series/preview', tuesdays(3, more));
    expect(body.code).toBe(code);
  });
});

describe('booking', () => {
  it('confirms every occurrence at once, with one PIN and one mail', async () => {
    const series = await bookSeries(lea, tuesdays(4));
    expect(series).toMatchObject({ upcoming: 4, total: { minor: 3600 }, mayChange: true, exceptDates: [] });
    const rows = await rowsOf(series.id);
    expect(rows.map((row) => [row.seriesDate, row.status, localTimeOf(row.startsAt, PARIS)])).toEqual([
      ['2026-12-01', 'confirmed', '09:00'],
      ['2026-12-08', 'confirmed', '09:00'],
      ['2026-12-15', 'confirmed', '09:00'],
      ['2026-12-22', 'confirmed', '09:00'],
    ]);
    const pins = new Set<string>();
    for (const { id } of rows) pins.add((await lea.get(`/bookings/${id}`)).body.access.pin);
    expect([...pins]).toEqual([expect.stringMatching(/^\d{6}$/)]);
    const mail = await lastMail(leaPerson.email);
    expect(mail?.bodyText).toContain([...pins][0]);
    expect(mail?.bodyText).toContain('mardi 22 décembre 2026, 9\u00a0h – 12\u00a0h');
    expect(
      await network.within((tx) => tx.select().from(mails).where(eq(mails.recipient, leaPerson.email))),
    ).toHaveLength(1);
  });

  it('writes a calendar that other programs repeat in the same way', async () => {
    await take(sam, desk(), FIRST + WEEK, FIRST + WEEK + HOUR);
    const series = await bookSeries(
      lea,
      tuesdays(4, {
        rrule: 'FREQ=WEEKLY;BYDAY=TU;UNTIL=20261222',
        decisions: [
          {
            date: '2026-12-08',
            do: 'move',
            to: { startsAt: iso(FIRST + WEEK + 2 * HOUR), endsAt: iso(FIRST + WEEK + 4 * HOUR) },
          },
          { date: '2026-12-15', do: 'skip' },
        ],
      }),
    );
    clock.moveTo(NOW);
    const { body } = await lea.get(`/booking-series/${series.id}/calendar.ics`);
    expect(body).toBe((await lastMail(leaPerson.email))?.calendar);
    const lines = body.split('\r\n');
    expect(lines.filter((line: string) => line.startsWith('UID:'))).toEqual(
      Array(2).fill(`UID:series-${series.id}@mitoyen`),
    );
    expect(lines).toContain('BEGIN:VTIMEZONE');
    expect(lines).toContain('DTSTART;TZID=Europe/Paris:20261201T090000');
    expect(lines).toContain('RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261222T225900Z');
    expect(lines).toContain('EXDATE;TZID=Europe/Paris:20261215T090000');
    expect(lines).toContain('RECURRENCE-ID;TZID=Europe/Paris:20261208T090000');
    expect(lines).toContain('DTSTART;TZID=Europe/Paris:20261208T110000');
    expect(lines.filter((line: string) => line.startsWith('DTSTAMP:'))).toEqual(
      Array(2).fill('DTSTAMP:20261124T070000Z'),
    );
  });

  it('is refused as a whole where something is taken that nobody decided about', async () => {
    await take(sam, desk(), FIRST + WEEK, FIRST + WEEK + HOUR);
    const { status, body } = await lea.send('POST', '/booking-series', tuesdays(4));
    expect([status, body.code]).toEqual([409, 'series.conflicts']);
    expect(states(body)).toEqual([['2026-12-08', 'conflict', 'booking.conflict']]);
    expect(body.occurrences[0].alternatives.length).toBeGreaterThan(0);
    expect(
      await network.within((tx) => tx.select().from(bookingSeries).where(eq(bookingSeries.siteId, site.id))),
    ).toEqual([]);
  });

  it('leaves out or moves what is taken, as was decided', async () => {
    await take(sam, desk(), FIRST + WEEK, FIRST + WEEK + HOUR);
    await take(sam, desk(), FIRST + 2 * WEEK, FIRST + 2 * WEEK + HOUR);
    const elsewhere = {
      resourceId: desk(1),
      startsAt: iso(FIRST + 2 * WEEK),
      endsAt: iso(FIRST + 2 * WEEK + 3 * HOUR),
    };
    const series = await bookSeries(
      lea,
      tuesdays(4, {
        decisions: [
          { date: '2026-12-08', do: 'skip' },
          { date: '2026-12-15', do: 'move', to: elsewhere },
        ],
      }),
    );
    expect(series.exceptDates).toEqual(['2026-12-08']);
    expect(series.occurrences.map((each: Body) => [each.date, each.resourceName, each.isMoved])).toEqual([
      ['2026-12-01', 'Desk 1', false],
      ['2026-12-15', 'Desk 2', true],
      ['2026-12-22', 'Desk 1', false],
    ]);
  });

  it('refuses two of its own occurrences at one time', async () => {
    const onTheOther = { startsAt: iso(FIRST + WEEK + HOUR), endsAt: iso(FIRST + WEEK + 2 * HOUR) };
    const { body } = await lea.send(
      'POST',
      '/booking-series',
      tuesdays(2, { decisions: [{ date: '2026-12-01', do: 'move', to: onTheOther }] }),
    );
    expect([body.code, states(body)]).toEqual(['series.conflicts', [['2026-12-08', 'conflict', 'booking.conflict']]]);
  });

  it('counts what a member has to come, over all series', async () => {
    await bookSeries(lea, tuesdays(1, { rrule: 'FREQ=DAILY;COUNT=25' }));
    const { body } = await lea.send(
      'POST',
      '/booking-series/preview',
      tuesdays(2, { startsAt: '14:00', endsAt: '15:00' }),
    );
    expect(states(body)).toEqual([
      ['2026-12-01', 'free', null],
      ['2026-12-08', 'outside_quota', 'series.outside_quota'],
    ]);
    clock.moveTo(NOW + 8 * DAY);
    const later = { ...tuesdays(2, { startsAt: '14:00', endsAt: '15:00' }), firstDate: '2026-12-08' };
    expect((await (await api.as(leaPerson)).send('POST', '/booking-series/preview', later)).body.free).toBe(2);
  });

  it('books three years of weeks for a member, as their host, in the time of a few single bookings', async () => {
    const host = await asHost();
    const timed = async (request: object) => {
      const before = performance.now();
      const series = await bookSeries(host, request);
      return { series, took: performance.now() - before };
    };
    const single: number[] = [];
    for (const firstDate of ['2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28', '2026-11-30']) {
      single.push((await timed({ ...tuesdays(1), firstDate, rrule: 'FREQ=DAILY;COUNT=1' })).took);
    }
    const { series, took } = await timed(tuesdays(156, { memberId: leaPerson.memberId }));
    // One by one it would be 156 times; measured as a ratio, it holds on a busy machine too.
    expect(took).toBeLessThan(40 * (single.sort((one, other) => one - other)[2] as number));
    expect(series).toMatchObject({ upcoming: 156, memberName: `lea-${count}` });
    const rows = await rowsOf(series.id);
    expect(
      rows.every((row) => row.memberId === leaPerson.memberId && localTimeOf(row.startsAt, PARIS) === '09:00'),
    ).toBe(true);
  });

  it('is for others only by those who run the place', async () => {
    const request = tuesdays(2, { memberId: leaPerson.memberId });
    expect((await sam.send('POST', '/booking-series', request)).status).toBe(404);
    const elsewhere = await network.addSite(`elsewhere-${count}`);
    const stranger = await signIn('stranger', { role: 'host', structureId: elsewhere.structureId });
    expect((await stranger.send('POST', '/booking-series', request)).status).toBe(404);
  });

  it('is seen by its holder and by the place, and by nobody else', async () => {
    const series = await bookSeries(lea, tuesdays(2));
    for (const [who, status] of [
      [lea, 200],
      [await asHost(), 200],
      [sam, 404],
    ] as const) {
      expect((await who.get(`/booking-series/${series.id}`)).status).toBe(status);
      expect((await who.get(`/booking-series/${series.id}/calendar.ics`)).status).toBe(status);
    }
    expect((await sam.send('DELETE', `/booking-series/${series.id}?scope=all`)).status).toBe(404);
    expect((await sam.send('PATCH', `/booking-series/${series.id}`, { scope: 'all', startsAt: '10:00' })).status).toBe(
      404,
    );
  });

  it('of two at once for the same desk, one is booked whole and the other not at all', async () => {
    const replies = await Promise.all([
      lea.send('POST', '/booking-series', tuesdays(10)),
      sam.send('POST', '/booking-series', tuesdays(10, { rrule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=12' })),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
    const refused = replies.find(({ status }) => status === 409)?.body;
    expect(refused.code).toBe('series.conflicts');
    expect(refused.occurrences.length).toBe(10);
  });
});

describe('an edit', () => {
  const later = { startsAt: '14:00', endsAt: '16:00' };
  const timesOf = async (seriesId: string) =>
    (await rowsOf(seriesId)).map((row) => [row.seriesDate, row.status, localTimeOf(row.startsAt, PARIS)]);

  it('of one moves that one, and the others stay', async () => {
    const series = await bookSeries(lea, tuesdays(3));
    const { status, body } = await lea.send('PATCH', `/booking-series/${series.id}`, {
      scope: 'one',
      date: '2026-12-08',
      toDate: '2026-12-09',
      ...later,
    });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.occurrences.map((each: Body) => [each.date, each.startsAt, each.isMoved])).toEqual([
      ['2026-12-01', iso(FIRST), false],
      ['2026-12-08', iso(FIRST + WEEK + DAY + 5 * HOUR), true],
      ['2026-12-15', iso(FIRST + 2 * WEEK), false],
    ]);
    expect((await lastMail(leaPerson.email))?.calendar).toContain('RECURRENCE-ID;TZID=Europe/Paris:20261208T090000');
  });

  it('of all, before it has begun, changes the series itself and leaves what was moved by itself', async () => {
    const series = await bookSeries(lea, tuesdays(3));
    await lea.send('PATCH', `/booking-series/${series.id}`, { scope: 'one', date: '2026-12-08', startsAt: '10:00' });
    const change = { scope: 'all', resourceId: desk(1), ...later };
    const preview = await lea.send('POST', `/booking-series/${series.id}/preview`, change);
    expect(preview.body).toMatchObject({ kept: ['2026-12-08'], free: 2 });
    const { body } = await lea.send('PATCH', `/booking-series/${series.id}`, change);
    expect(body).toMatchObject({ id: series.id, startsAt: '14:00', endsAt: '16:00', revision: 2 });
    expect(body.occurrences.map((each: Body) => [each.date, each.resourceName, each.startsAt])).toEqual([
      ['2026-12-01', 'Desk 2', iso(FIRST + 5 * HOUR)],
      ['2026-12-08', 'Desk 1', iso(FIRST + WEEK + HOUR)],
      ['2026-12-15', 'Desk 2', iso(FIRST + 2 * WEEK + 5 * HOUR)],
    ]);
  });

  it('of one and what follows begins a series of its own, and both give the dates that the one gave', async () => {
    const series = await bookSeries(lea, tuesdays(4, { exceptDates: ['2026-12-22'] }));
    const { body } = await lea.send('PATCH', `/booking-series/${series.id}`, {
      scope: 'following',
      date: '2026-12-08',
      ...later,
    });
    expect(body).toMatchObject({
      continuesId: series.id,
      startsOn: '2026-12-08',
      rrule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=3',
      exceptDates: ['2026-12-22'],
      startsAt: '14:00',
    });
    expect(await timesOf(body.id)).toEqual([
      ['2026-12-08', 'confirmed', '14:00'],
      ['2026-12-15', 'confirmed', '14:00'],
    ]);
    const before = (await lea.get(`/booking-series/${series.id}`)).body;
    expect(before).toMatchObject({ rrule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=1', exceptDates: [], startsAt: '09:00' });
    expect(await timesOf(series.id)).toEqual([['2026-12-01', 'confirmed', '09:00']]);
    const calendar = (await lastMail(leaPerson.email))?.calendar ?? '';
    expect(calendar).toContain(`UID:series-${series.id}@mitoyen`);
    expect(calendar).toContain(`UID:series-${body.id}@mitoyen`);
  });

  it('of all, once it runs, is of what is still to come', async () => {
    const series = await bookSeries(lea, tuesdays(3));
    clock.moveTo(FIRST + DAY);
    const { body } = await (await api.as(leaPerson)).send('PATCH', `/booking-series/${series.id}`, {
      scope: 'all',
      ...later,
    });
    expect(body.continuesId).toBe(series.id);
    expect(await timesOf(series.id)).toEqual([['2026-12-01', 'confirmed', '09:00']]);
    expect(await timesOf(body.id)).toEqual([
      ['2026-12-08', 'confirmed', '14:00'],
      ['2026-12-15', 'confirmed', '14:00'],
    ]);
  });

  it('keeps the code at the door, and refuses what changed meanwhile', async () => {
    const series = await bookSeries(lea, tuesdays(2));
    const [first] = series.occurrences;
    const pin = async () => (await lea.get(`/bookings/${first.bookingId}`)).body.access.pin;
    const before = await pin();
    await lea.send('PATCH', `/booking-series/${series.id}`, { scope: 'all', ...later, revision: 0 });
    expect(await pin()).toBe(before);
    const again = await lea.send('PATCH', `/booking-series/${series.id}`, {
      scope: 'all',
      startsAt: '15:00',
      revision: 0,
    });
    expect(again.body.code).toBe('series.changed_meanwhile');
    const open = await network.within((tx) =>
      tx
        .select()
        .from(credentials)
        .where(and(eq(credentials.bookingId, first.bookingId), isNull(credentials.revokedAt))),
    );
    expect(open).toHaveLength(1);
    expect(open[0]?.activeDuring?.until).toBe(FIRST + 7 * HOUR);
  });

  it('is all or nothing, and an occurrence in the way may be left out: it is given back', async () => {
    const series = await bookSeries(lea, tuesdays(3));
    await take(sam, desk(), FIRST + WEEK + 5 * HOUR, FIRST + WEEK + 6 * HOUR);
    const refused = await lea.send('PATCH', `/booking-series/${series.id}`, { scope: 'all', ...later });
    expect([refused.status, refused.body.code, states(refused.body)]).toEqual([
      409,
      'series.conflicts',
      [['2026-12-08', 'conflict', 'booking.conflict']],
    ]);
    expect((await timesOf(series.id)).map(([, , time]) => time)).toEqual(['09:00', '09:00', '09:00']);
    await lea.send('PATCH', `/booking-series/${series.id}`, {
      scope: 'all',
      ...later,
      decisions: [{ date: '2026-12-08', do: 'skip' }],
    });
    expect(await timesOf(series.id)).toEqual([
      ['2026-12-01', 'confirmed', '14:00'],
      ['2026-12-08', 'cancelled', '09:00'],
      ['2026-12-15', 'confirmed', '14:00'],
    ]);
  });

  it('may overlap with where it was: an hour later is no conflict with itself', async () => {
    const series = await bookSeries(lea, tuesdays(3, { rrule: 'FREQ=DAILY;COUNT=3' }));
    const { status } = await lea.send('PATCH', `/booking-series/${series.id}`, {
      scope: 'all',
      startsAt: '10:00',
      endsAt: '13:00',
    });
    expect(status).toBe(200);
  });

  it('stays at its place', async () => {
    const series = await bookSeries(lea, tuesdays(2));
    const other = await network.addSite(`other-${count}`);
    const { body } = await lea.send('PATCH', `/booking-series/${series.id}`, {
      scope: 'all',
      resourceId: other.deskIds[0],
    });
    expect(body.code).toBe('request.invalid');
  });
});

describe('giving back', () => {
  it.each([
    ['one', '2026-12-08', ['confirmed', 'cancelled', 'confirmed']],
    ['following', '2026-12-08', ['confirmed', 'cancelled', 'cancelled']],
    ['all', undefined, ['cancelled', 'cancelled', 'cancelled']],
  ])('%s', async (scope, date, statuses) => {
    const series = await bookSeries(lea, tuesdays(3));
    const { status, body } = await lea.send(
      'DELETE',
      `/booking-series/${series.id}?scope=${scope}${date === undefined ? '' : `&date=${date}`}`,
    );
    expect(status).toBe(200);
    expect(body.occurrences.map((each: Body) => each.status)).toEqual(statuses);
    expect(body.cancelledAt).toBe(scope === 'all' ? iso(NOW + 1_000) : null);
    const mail = await lastMail(leaPerson.email);
    expect(mail?.calendar).toContain(scope === 'all' ? 'METHOD:CANCEL' : 'EXDATE;TZID=Europe/Paris:20261208T090000');
    const open = await network.within((tx) =>
      tx
        .select()
        .from(credentials)
        .where(and(eq(credentials.memberId, leaPerson.memberId), isNull(credentials.revokedAt))),
    );
    expect(open).toHaveLength(statuses.filter((each) => each === 'confirmed').length);
    // What is given back is free for others.
    const again = await sam.send('POST', '/booking-series/preview', tuesdays(3));
    expect(again.body.free).toBe(statuses.filter((each) => each === 'cancelled').length);
  });

  it('twice, or of a date that is not there, changes nothing', async () => {
    const series = await bookSeries(lea, tuesdays(2));
    const drop = (query: string) => lea.send('DELETE', `/booking-series/${series.id}?${query}`);
    expect((await drop('scope=one&date=2026-12-02')).body.code).toBe('series.unknown_date');
    expect((await drop('scope=one')).body.code).toBe('series.unknown_date');
    expect((await drop('scope=all')).status).toBe(200);
    expect((await drop('scope=all')).body.code).toBe('series.nothing_to_change');
  });

  it('one occurrence as the booking that it is takes it out of the calendar of the series', async () => {
    const series = await bookSeries(lea, tuesdays(3));
    await lea.send('POST', `/bookings/${series.occurrences[1].bookingId}/cancel`);
    const { body } = await lea.get(`/booking-series/${series.id}/calendar.ics`);
    expect(body).toContain('EXDATE;TZID=Europe/Paris:20261208T090000');
    const told = (await lastMail(leaPerson.email))?.calendar;
    expect(told).toContain('METHOD:CANCEL');
    expect(told).toContain(`UID:series-${series.id}@mitoyen`);
    expect(told).toContain('RECURRENCE-ID:20261208T080000Z');
  });
});
