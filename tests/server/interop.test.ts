import { addDays, hoursOfDate, summariseWeeks, weekdayOf } from '@mitoyen/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readOsmHours } from '../../server/src/adapters/osm-hours.ts';
import { type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestSite } from '../support/network.ts';

/** Tuesday. */
const NOW = Date.parse('2026-11-24T08:00:00Z');
const TODAY = '2026-11-24';
const YEAR = 366;

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let site: TestSite;
let host: Caller;
let lea: Caller;
let count = 0;
let now = NOW;

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  api = await startTestApi(database, network, { now: () => now });
  lea = await api.as(await network.addPerson('lea'));
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});
beforeEach(async () => {
  now = NOW;
  count += 1;
  site = await network.addSite(`place-${count}`);
  host = await api.as(await network.addPerson(`host-${count}`, { role: 'host', structureId: site.structureId }));
});

const read = (value: string) => {
  const outcome = readOsmHours(value, TODAY, YEAR, 'en');
  if (!outcome.ok) throw new Error(`${outcome.reason}: ${outcome.detail}`);
  return outcome.value;
};
/** Previews and applies what an import proposes. */
async function importAndApply(audience: string, value: string) {
  const imported = await host.send('POST', `/host/sites/${site.slug}/schedule/import`, {
    audience,
    value,
    spaceIds: null,
  });
  expect(imported.status, JSON.stringify(imported.body)).toBe(200);
  const { revision, change } = imported.body;
  const preview = await host.send('POST', `/host/sites/${site.slug}/schedule/preview`, { revision, change });
  expect(preview.body.faults).toEqual([]);
  const applied = await host.send('POST', `/host/sites/${site.slug}/schedule/changes`, {
    revision,
    change,
    decisions: { default: 'keep', bookings: [] },
  });
  expect(applied.status, JSON.stringify(applied.body)).toBe(201);
  return imported.body;
}

describe('hours in the syntax of OpenStreetMap', () => {
  it('are exact on every day of the year to come, for each audience and for their union', async () => {
    await network.setHours(site, [
      { weekdays: [1, 2, 4, 5], from: 540, until: 1080 },
      { weekdays: [3], from: 540, until: 780 },
      { audience: 'youth', weekdays: [3, 6], from: 840, until: 1080 },
    ]);
    const { body: schedule } = await host.get(`/host/sites/${site.slug}/schedule`);
    const closed = await host.send('POST', `/host/sites/${site.slug}/schedule/changes`, {
      revision: schedule.revision,
      change: {
        closures: {
          upsert: [
            {
              id: crypto.randomUUID(),
              from: '2026-12-20T23:00:00.000Z',
              until: '2027-01-03T23:00:00.000Z',
              spaceId: null,
              reason: 'Noël',
              told: 'nobody',
            },
          ],
          delete: [],
        },
      },
      decisions: { default: 'keep', bookings: [] },
    });
    expect(closed.status, JSON.stringify(closed.body)).toBe(201);

    const { status, body } = await api.get(`/sites/${site.slug}/opening-hours`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ from: TODAY, until: addDays(TODAY, YEAR) });
    const of = (audience: string) => body.audiences.find((each: { audience: string }) => each.audience === audience);
    expect(of('professional')?.value).toBe(
      'Mo-Tu,Th-Fr 09:00-18:00; We 09:00-13:00; 2026 Dec 21-2027 Jan 03 Mo-Fr off',
    );
    const professional = read(of('professional').value).days;
    const youth = read(of('youth').value).days;
    const union = read(body.union.value).days;
    for (let index = 0; index < YEAR; index++) {
      const date = addDays(TODAY, index);
      const weekday = weekdayOf(date);
      const isClosed = date >= '2026-12-21' && date <= '2027-01-03';
      const work = isClosed || weekday > 5 ? [] : [{ from: 540, until: weekday === 3 ? 780 : 1080 }];
      const young = isClosed || (weekday !== 3 && weekday !== 6) ? [] : [{ from: 840, until: 1080 }];
      expect({ date, hours: professional[index] }).toEqual({ date, hours: work });
      expect({ date, hours: youth[index] }).toEqual({ date, hours: young });
      expect({ date, hours: union[index] }).toEqual({ date, hours: [...work, ...young] });
    }
  });

  it('tell nobody of hours that only the staff may see', async () => {
    await network.setHours(site, [{ audience: 'youth', weekdays: [3], from: 840, until: 1080 }]);
    await network.within((tx) => tx.execute(`update audiences set hours_visible_to = 'staff' where code = 'youth'`));
    const seen = async (caller: Pick<Caller, 'get'>) => (await caller.get(`/sites/${site.slug}/opening-hours`)).body;
    expect(await seen(api)).toMatchObject({ audiences: [], union: { value: '', fitsOsm: true } });
    expect(await seen(lea)).toMatchObject({ audiences: [] });
    expect((await seen(host)).audiences).toMatchObject([{ audience: 'youth', value: 'We 14:00-18:00' }]);
    await network.within((tx) => tx.execute(`update audiences set hours_visible_to = 'everyone' where code = 'youth'`));
  });
});

describe('the reader of opening_hours', () => {
  it.each([
    [
      'Mo-Fr 09:00-12:00,13:30-18:00',
      1,
      [
        { from: 540, until: 720 },
        { from: 810, until: 1080 },
      ],
    ],
    ['24/7', 7, [{ from: 0, until: 1440 }]],
    ['Fr 20:00-02:00', 6, [{ from: 0, until: 120 }]],
    ['Mo-Fr 9h-18h', 2, [{ from: 540, until: 1080 }]],
  ])('reads %s on weekday %i', (value, weekday, hours) => {
    const summary = summariseWeeks(TODAY, read(value as string).days);
    expect(summary.week[(weekday as number) - 1]).toEqual(hours);
  });

  it('keeps rules about holidays apart', () => {
    const hours = read('Mo-Fr 09:00-18:00; SH Mo-Fr 09:00-12:00; PH off');
    expect(hours.publicHolidays).toEqual([]);
    expect(hours.schoolHolidays?.[0]).toEqual([{ from: 540, until: 720 }]);
    expect(hours.schoolHolidays?.[5]).toEqual([]);
  });

  it('leaves out what is by appointment, and says so', () => {
    expect(read('Mo 09:00-12:00; Tu 09:00-12:00 "sur rendez-vous"')).toMatchObject({ hasUnknown: true });
  });

  it.each([
    ['Lu 9-', 'not_understood'],
    ['Mo-Fr,PH 09:00-12:00', 'holidays_not_understood'],
    ['week 1-53/2 SH Mo 09:00-12:00', 'holidays_not_understood'],
  ])('refuses %s', (value, reason) => {
    expect(readOsmHours(value, TODAY, 7, 'fr')).toMatchObject({ ok: false, reason });
  });
});

describe('importing hours', () => {
  it('gives one audience its week, and leaves the others theirs', async () => {
    await network.setHours(site, [
      { weekdays: [1, 2, 3, 4, 5], from: 540, until: 720 },
      { audience: 'youth', weekdays: [3], from: 840, until: 1080 },
    ]);
    await importAndApply('professional', 'Mo-Tu 08:00-12:00; Th 08:00-12:00');
    const { body } = await api.get(`/sites/${site.slug}/opening-hours`);
    expect(body.audiences).toMatchObject([
      { audience: 'professional', value: 'Mo-Tu,Th 08:00-12:00' },
      { audience: 'youth', value: 'We 14:00-18:00' },
    ]);
  });

  it('comes back as it went out, dated weeks and single dates included', async () => {
    const value = 'Mo-Fr 09:00-12:00,14:00-18:00; 2027 Jul 05-2027 Aug 22 Mo-Fr 08:00-13:00; 2027 May 07 off';
    await network.setHours(site, [{ audience: 'youth', weekdays: [6], from: 600, until: 720 }]);
    await importAndApply('professional', value);
    const { body } = await api.get(`/sites/${site.slug}/opening-hours`);
    expect(body.audiences[0]).toEqual({ audience: 'professional', name: 'Professionnels', value, fitsOsm: true });
    expect(body.audiences[1]).toMatchObject({ audience: 'youth', value: 'Sa 10:00-12:00' });
  });

  it("takes school holidays from the place's own zone, and closes on public holidays", async () => {
    await importAndApply('professional', 'Mo-Fr 09:00-18:00; SH Mo-Fr 09:00-12:00; PH off');
    const { body } = await api.get(`/sites/${site.slug}/opening-hours`);
    const days = read(body.audiences[0].value).days;
    const summary = summariseWeeks(TODAY, days);
    // Zone B: winter holidays from 20 February to 7 March 2027; 1 January is a public holiday.
    expect(hoursOfDate(summary, '2027-02-19')).toEqual([{ from: 540, until: 1080 }]);
    expect(hoursOfDate(summary, '2027-02-22')).toEqual([{ from: 540, until: 720 }]);
    expect(hoursOfDate(summary, '2027-03-08')).toEqual([{ from: 540, until: 1080 }]);
    expect(hoursOfDate(summary, '2027-01-01')).toEqual([]);
  });

  it('writes nothing by itself, and refuses what it does not understand with the words of the reader', async () => {
    const before = await host.get(`/host/sites/${site.slug}/schedule`);
    const send = (body: object) => host.send('POST', `/host/sites/${site.slug}/schedule/import`, body);
    await send({ audience: 'professional', value: 'Mo 09:00-10:00', spaceIds: null });
    expect((await host.get(`/host/sites/${site.slug}/schedule`)).body).toEqual(before.body);
    expect(await send({ audience: 'professional', value: 'Lu 9-', spaceIds: null })).toMatchObject({
      status: 422,
      body: { code: 'schedule.hours_not_understood', reason: 'not_understood' },
    });
    expect(await send({ audience: 'nobody', value: '24/7', spaceIds: null })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid' },
    });
    const stranger = await lea.send('POST', `/host/sites/${site.slug}/schedule/import`, {
      audience: 'professional',
      value: '24/7',
      spaceIds: null,
    });
    expect(stranger.status).toBe(403);
  });
});

describe('calendars', () => {
  const events = (text: string) =>
    text
      .replaceAll('\r\n ', '')
      .split('BEGIN:VEVENT')
      .slice(1)
      .map((event) => ({
        summary: /SUMMARY:(.*)\r/.exec(event)?.[1],
        start: /DTSTART:(.*)\r/.exec(event)?.[1],
        uid: /UID:(.*)\r/.exec(event)?.[1],
      }));

  it('give anybody the hours of a space and an audience', async () => {
    await network.setHours(site, [
      { weekdays: [3], from: 540, until: 720 },
      { audience: 'youth', weekdays: [3], from: 840, until: 1080 },
    ]);
    const { status, body, headers } = await api.get(
      `/sites/${site.slug}/hours.ics?space=${site.roomSpaceId}&audience=youth`,
    );
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/calendar');
    const found = events(body);
    expect(found[0]).toMatchObject({ summary: 'Jeunes · Room', start: '20261125T130000Z' });
    expect(found).toHaveLength(13);
    expect(new Set(found.map(({ uid }) => uid)).size).toBe(13);
    expect((await api.get(`/sites/${site.slug}/hours.ics?space=${crypto.randomUUID()}`)).status).toBe(404);
  });

  it('behind a secret address have the bookings, until the address is ended', async () => {
    const booked = await lea.send('POST', '/bookings', {
      resourceId: site.deskIds[0],
      startsAt: '2026-11-25T09:00:00.000Z',
      endsAt: '2026-11-25T10:00:00.000Z',
    });
    await lea.send('POST', `/bookings/${booked.body.id}/confirm`);
    const make = (body: object) => host.send('POST', `/host/sites/${site.slug}/calendar-feeds`, body);
    const feed = { name: 'Agenda', scope: 'site', spaceId: null, audience: null, withBookings: true };
    const made = await make(feed);
    expect(made.status).toBe(201);
    const path = new URL(made.body.url).pathname;
    const { body } = await api.get(path);
    expect(body).toContain('SUMMARY:lea · Desk 1');
    expect((await host.get(`/host/sites/${site.slug}/calendar-feeds`)).body.items).toMatchObject([
      { id: made.body.id, name: 'Agenda', isMine: true, lastFetchedAt: new Date(NOW).toISOString() },
    ]);
    // The address is not told again.
    expect(JSON.stringify((await host.get(`/host/sites/${site.slug}/calendar-feeds`)).body)).not.toContain(
      path.split('/').at(-1),
    );
    expect((await host.send('DELETE', `/host/calendar-feeds/${made.body.id}`)).status).toBe(204);
    expect((await api.get(path)).status).toBe(404);
  });

  it('have no names where they were made without bookings', async () => {
    const made = await host.send('POST', `/host/sites/${site.slug}/calendar-feeds`, {
      name: 'Vitrine',
      scope: 'structure',
      spaceId: null,
      audience: 'professional',
      withBookings: false,
    });
    const { body } = await api.get(new URL(made.body.url).pathname);
    expect(body).toContain('Professionnels · Open area');
    expect(body).not.toContain('booking-');
  });

  it("die with their maker's right to the place", async () => {
    const person = await network.addPerson(`gone-${count}`, { role: 'host', structureId: site.structureId });
    const gone = await api.as(person);
    const made = await gone.send('POST', `/host/sites/${site.slug}/calendar-feeds`, {
      name: 'Agenda',
      scope: 'site',
      spaceId: null,
      audience: null,
      withBookings: true,
    });
    const path = new URL(made.body.url).pathname;
    expect((await api.get(path)).status).toBe(200);
    await network.within((tx) => tx.execute(`delete from role_assignments where account_id = '${person.accountId}'`));
    expect((await api.get(path)).status).toBe(404);
  });

  it('are made by the staff of the place only', async () => {
    const body = { name: 'x', scope: 'site', spaceId: null, audience: null, withBookings: true };
    expect((await lea.send('POST', `/host/sites/${site.slug}/calendar-feeds`, body)).status).toBe(403);
    const other = await network.addSite(`other-${count}`);
    const neighbour = await api.as(
      await network.addPerson(`neighbour-${count}`, { role: 'host', structureId: other.structureId }),
    );
    expect((await neighbour.send('POST', `/host/sites/${site.slug}/calendar-feeds`, body)).status).toBe(403);
    expect((await neighbour.get(`/host/sites/${site.slug}/calendar-feeds`)).status).toBe(403);
  });
});
