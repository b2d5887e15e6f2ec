import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as schema from '@mitoyen/db/schema';
import type { GrantSet } from '@mitoyen/domain';
import { createScheduleStore, publishGrants, readCalendars } from '@mitoyen/server';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';
import { RecordingBroker } from '../support/recording-broker.ts';

/** A Tuesday of the term, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

let calendars: string;
let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let site: TestSite;
let hostPerson: TestPerson;
let host: Caller;
let lea: TestPerson;
const clock = new MovableClock(NOW);
let count = 0;

/** Syldavia: one zone, one holiday, a feast; and a calendar of France that goes before the one of the release. */
function inventCountry(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mitoyen-calendars-'));
  mkdirSync(join(folder, 'school'));
  mkdirSync(join(folder, 'holidays'));
  const year = {
    rentreeEleves: '2026-09-07',
    finDesCours: '2027-06-26',
    periods: [
      { name: 'Fête du roi', zones: ['Klow'], firstDay: '2026-12-01', lastDay: '2026-12-04' },
      { name: 'Summer', zones: ['Klow'], firstDay: '2027-06-26', lastDay: '2027-09-05' },
    ],
  };
  writeFileSync(join(folder, 'school', 'SY.json'), JSON.stringify({ id: 'SY', years: { '2026-2027': year } }));
  const feast = { date: '2026-12-10', code: 'saint_vladimir', name: { fr: 'Saint-Vladimir', en: 'Saint Vladimir' } };
  writeFileSync(join(folder, 'holidays', 'SY.json'), JSON.stringify({ years: { 2026: [feast], 2027: [] } }));
  return folder;
}

beforeAll(async () => {
  calendars = inventCountry();
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  const schedules = createScheduleStore(readCalendars(calendars));
  api = await startTestApi(database, network, clock, { schedules, env: { RATE_LIMIT_PER_MINUTE: '0' } });
  lea = await network.addPerson('lea');
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
  rmSync(calendars, { recursive: true, force: true });
});
beforeEach(async () => {
  clock.moveTo(NOW);
  count += 1;
  site = await network.addSite(`place-${count}`, { handoverMinutes: 15 });
  hostPerson = await network.addPerson(`host-${count}`, { role: 'host', structureId: site.structureId });
  host = await api.as(hostPerson);
});

const url = (rest = '') => `/host/sites/${site.slug}/schedule${rest}`;
const plan = async (): Promise<Body> => (await host.get(url())).body;
const window = (weekday: number | null, startsAt: string, endsAt: string, audience = 'professional') => ({
  id: randomUUID(),
  weekday,
  startsAt,
  endsAt,
  audience,
  spaceId: site.openSpaceId,
});
const template = (name: string, period: object, windows: object[]) => ({
  id: randomUUID(),
  name,
  spaceIds: null,
  period,
  validFrom: null,
  validUntil: null,
  origin: 'host',
  windows,
});
/** Writes the whole year anew. */
async function setYear(templates: object[], change: object = {}): Promise<Body> {
  const before = await plan();
  const body = {
    revision: before.revision,
    change: { templates: { upsert: templates, delete: before.templates.map(({ id }: Body) => id) }, ...change },
    decisions: { default: 'cancel' },
  };
  const reply = await host.send('POST', url('/changes'), body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply.body;
}
/** What is open on a date, in wall time of the place: `professional 09:00-12:00`. */
async function openOn(date: string): Promise<string[]> {
  const next = Temporal.PlainDate.from(date).add({ days: 1 }).toString();
  const { body } = await host.get(url(`/hours?from=${date}&until=${next}`));
  const { timeZone } = await plan();
  const wall = (at: string) =>
    Temporal.Instant.from(at).toZonedDateTimeISO(timeZone).toPlainTime().toString().slice(0, 5);
  return body.windows.map((each: Body) => `${each.audience} ${wall(each.from)}-${wall(each.until)}`);
}
const dayOf = async (date: string): Promise<Body> => (await host.get(url(`/days/${date}`))).body;

describe('the year of a place', () => {
  it('follows the school of zone B: term, holidays, summer, and what is not published is said, not guessed', async () => {
    await setYear([
      template('Scolaire', { kind: 'school_term' }, [
        window(3, '13:00', '18:00', 'youth'),
        window(null, '09:00', '12:00'),
      ]),
      template('Vacances', { kind: 'school_holiday', names: null }, [window(null, '10:00', '16:00', 'youth')]),
      template('Été', { kind: 'summer' }, [window(1, '08:00', '13:00')]),
    ]);
    expect(await openOn('2026-11-25')).toEqual(['professional 09:00-12:00', 'youth 13:00-18:00']);
    // Winter of zone B begins on Saturday 20 February 2027 and ends on Sunday 7 March.
    expect(await openOn('2027-02-19')).toEqual(['professional 09:00-12:00']);
    expect(await openOn('2027-02-22')).toEqual(['youth 10:00-16:00']);
    expect(await openOn('2027-03-08')).toEqual(['professional 09:00-12:00']);
    expect(await openOn('2026-07-06')).toEqual(['professional 08:00-13:00']);
    const far = await host.get(url('/hours?from=2029-10-01&until=2029-10-02'));
    expect(far.body).toMatchObject({ windows: [], days: [{ school: null }] });
    expect(far.body.unknown).toContainEqual({
      spaceId: site.openSpaceId,
      date: '2029-10-01',
      missing: 'school_calendar',
    });
    const day = await dayOf('2027-02-22');
    expect(day.spaces[0].ruling.kind).toBe('template');
    expect(day.spaces[0].because).toEqual([{ kind: 'school_holiday', names: null }]);
  });

  it('tells odd weeks from even ones, also within the term', async () => {
    const odd = { kind: 'all_of', periods: [{ kind: 'school_term' }, { kind: 'iso_weeks', parity: 'odd' }] };
    await setYear([
      template('Scolaire', { kind: 'school_term' }, [window(null, '09:00', '12:00')]),
      template('Impaires', odd, [window(null, '14:00', '18:00')]),
      template('Paires', { kind: 'iso_weeks', parity: 'even' }, [window(null, '20:00', '21:00')]),
    ]);
    // 24 November 2026 is in week 48, 1 December in 49.
    expect(await openOn('2026-11-24')).toEqual(['professional 09:00-12:00']);
    expect(await openOn('2026-12-01')).toEqual(['professional 14:00-18:00']);
    // Week 52, in the holidays of Christmas: nothing but the even weeks speaks for it.
    expect(await openOn('2026-12-22')).toEqual(['professional 20:00-21:00']);
    const day = await dayOf('2026-12-01');
    expect(day).toMatchObject({
      isoWeek: 49,
      spaces: [{ outranked: [{ name: 'Scolaire', by: 'more_conditions' }] }, {}],
    });
  });

  it('keeps public holidays, those of Alsace-Moselle and of La Réunion where it is there', async () => {
    const always = template('Toujours', { kind: 'always' }, [window(null, '09:00', '12:00')]);
    const open = ['professional 09:00-12:00'];
    const closedOn = async (holidayCalendar: string | null, date: string) => {
      await setYear([{ ...always, id: randomUUID(), windows: [window(null, '09:00', '12:00')] }], {
        settings: { onPublicHolidays: 'closed', holidayCalendar },
      });
      const hours = await openOn(date);
      expect([[], open]).toContainEqual(hours);
      return hours.length === 0;
    };
    expect(await closedOn('FR', '2027-05-06')).toBe(true);
    expect(await closedOn('FR', '2026-12-26')).toBe(false);
    expect(await closedOn('FR-alsace_moselle', '2026-12-26')).toBe(true);
    expect(await closedOn('FR-alsace_moselle', '2027-03-26')).toBe(true);
    expect(await closedOn('FR', '2027-03-26')).toBe(false);
    // Abolition of slavery: 20 December at La Réunion, 22 May in Martinique.
    expect(await closedOn('FR-reunion', '2026-12-20')).toBe(true);
    expect(await closedOn('FR-martinique', '2026-12-20')).toBe(false);
    expect(await closedOn('FR-martinique', '2027-05-22')).toBe(true);
    expect(await closedOn(null, '2027-05-06')).toBe(false);
    expect(await closedOn('FR', '2027-05-06')).toBe(true);
    expect((await dayOf('2027-05-06')).spaces[0].ruling).toMatchObject({
      kind: 'public_holiday',
      holiday: 'Ascension',
    });
  });

  it('has feasts of its own, and works on a public holiday when it says so', async () => {
    await setYear([template('Toujours', { kind: 'always' }, [window(null, '09:00', '12:00')])], {
      settings: { onPublicHolidays: 'closed' },
      overrides: {
        holidays: [
          { date: '2026-12-08', name: 'Fête patronale' },
          { date: '2027-05-17', name: null },
        ],
      },
    });
    expect(await openOn('2026-12-08')).toEqual([]);
    expect((await dayOf('2026-12-08')).holidays).toEqual([{ code: 'local', name: 'Fête patronale' }]);
    // Whit Monday, the day of solidarity.
    expect(await openOn('2027-05-17')).toEqual(['professional 09:00-12:00']);
  });

  it('is of another country, whose calendars an operator adds', async () => {
    const { calendars: known } = await plan();
    expect(known.holidays).toEqual(expect.arrayContaining(['FR', 'FR-reunion', 'SY']));
    expect(known.school).toContainEqual({ id: 'SY', zones: ['Klow'] });
    await setYear(
      [
        template('Term', { kind: 'school_term' }, [window(null, '09:00', '12:00')]),
        template('King', { kind: 'school_holiday', names: ['Fête du roi'] }, [window(null, '15:00', '16:00', 'youth')]),
        template('Feast', { kind: 'public_holiday', codes: ['saint_vladimir'] }, [
          window(null, '20:00', '22:00', 'general'),
        ]),
      ],
      { settings: { holidayCalendar: 'SY', schoolCalendar: 'SY', schoolZone: 'Klow', onPublicHolidays: 'closed' } },
    );
    expect(await openOn('2026-11-30')).toEqual(['professional 09:00-12:00']);
    expect(await openOn('2026-12-01')).toEqual(['youth 15:00-16:00']);
    expect(await openOn('2026-12-10')).toEqual(['general 20:00-22:00']);
    // 11 November is nothing there; the year 2028 is not in its list.
    expect(await openOn('2026-11-11')).toEqual(['professional 09:00-12:00']);
    const later = await host.get(url('/hours?from=2028-01-10&until=2028-01-11'));
    expect(later.body.unknown.map(({ missing }: Body) => missing)).toContain('holiday_calendar');
  });

  it('has a day of 23 hours and one of 25', async () => {
    await setYear([template('Nuit', { kind: 'always' }, [window(null, '01:00', '04:00')])]);
    const lengths = async (date: string) => {
      const { body } = await host.get(url(`/days/${date}`));
      const [open] = body.spaces[0].segments.filter(({ kind }: Body) => kind === 'open');
      const hoursOf = (each: Body) => (Date.parse(each.until) - Date.parse(each.from)) / HOUR;
      return [hoursOf(body), hoursOf(open)];
    };
    expect(await lengths('2027-03-27')).toEqual([24, 3]);
    expect(await lengths('2027-03-28')).toEqual([23, 2]);
    expect(await lengths('2027-10-31')).toEqual([25, 4]);
  });

  it('has dates of their own: replaced, added to, taken from', async () => {
    const exception = (date: string, change: object) => ({
      id: randomUUID(),
      date,
      spaceIds: null,
      reason: null,
      change,
    });
    const own = (startsAt: string, endsAt: string, audience: string) => {
      const { weekday: _, ...planned } = window(null, startsAt, endsAt, audience);
      return planned;
    };
    await setYear([template('Toujours', { kind: 'always' }, [window(null, '09:00', '18:00')])], {
      exceptions: {
        upsert: [
          exception('2026-11-25', { kind: 'replace', windows: [own('10:00', '11:00', 'youth')] }),
          exception('2026-11-26', { kind: 'add', windows: [own('14:00', '16:00', 'youth')] }),
          exception('2026-11-27', { kind: 'remove', startsAt: '12:00', endsAt: '14:00', audience: null }),
          exception('2026-11-28', { kind: 'replace', windows: [] }),
        ],
      },
    });
    expect(await openOn('2026-11-25')).toEqual(['youth 10:00-11:00']);
    expect(await openOn('2026-11-26')).toEqual([
      'professional 09:00-14:00',
      'youth 14:15-16:00',
      'professional 16:15-18:00',
    ]);
    expect(await openOn('2026-11-27')).toEqual(['professional 09:00-12:00', 'professional 14:00-18:00']);
    expect(await openOn('2026-11-28')).toEqual([]);
    const day = await dayOf('2026-11-25');
    expect(day.spaces[0].ruling.kind).toBe('exception');
    expect(day.spaces[0].exceptionIds).toHaveLength(1);
  });
});

describe('hours that are read', () => {
  it('are those of some days at a time, with the bookings in them when that is asked', async () => {
    const [from, until] = [iso(NOW + 25 * HOUR), iso(NOW + 26 * HOUR)];
    const asLea = await api.as(lea);
    const held = await asLea.send('POST', '/bookings', { resourceId: site.deskIds[0], startsAt: from, endsAt: until });
    const read = (query: string) => host.get(url(`/hours?${query}`));
    expect((await read('from=2026-11-25&until=2026-11-26')).body.bookings).toEqual([]);
    expect((await read('from=2026-11-25&until=2026-11-26&bookings=1')).body.bookings).toEqual([
      {
        id: held.body.id,
        reference: held.body.reference,
        spaceId: site.openSpaceId,
        resourceName: 'Desk 1',
        from,
        until,
        audience: 'professional',
        memberName: 'lea',
        seats: 1,
        status: 'held',
        seriesId: null,
      },
    ]);
    // A hold that ran out is no booking.
    clock.moveTo(NOW + 11 * 60_000);
    host = await api.as(hostPerson);
    expect((await read('from=2026-11-25&until=2026-11-26&bookings=1')).body.bookings).toEqual([]);
    const statuses = [];
    for (const query of [
      'from=2026-11-25&until=2026-11-25',
      'from=2026-11-25&until=2026-11-24',
      'from=2026-01-01&until=2027-02-05',
      'from=2026-01-01&until=2027-02-06',
      'from=2026-01-01&until=2026-02-15&bookings=1',
      'from=2026-01-01&until=2026-02-16&bookings=1',
    ]) {
      statuses.push((await read(query)).status);
    }
    expect(statuses).toEqual([400, 400, 200, 400, 200, 400]);
  });
});

describe('a change', () => {
  it('is undone by its inverse, to the byte: templates, exceptions, closures, settings, calendars, rules and shares', async () => {
    const exception = {
      id: randomUUID(),
      date: '2026-12-05',
      spaceIds: [site.roomSpaceId],
      reason: 'Fête',
      change: { kind: 'replace', windows: [] },
    };
    const closure = {
      id: randomUUID(),
      from: iso(NOW + 90 * HOUR),
      until: iso(NOW + 91 * HOUR),
      spaceId: null,
      reason: null,
      told: 'nobody',
    };
    const first = template('A', { kind: 'school_term' }, [window(1, '09:00', '12:00'), window(2, '09:00', '12:00')]);
    await setYear([first, template('B', { kind: 'summer' }, [window(1, '09:00', '12:00', 'youth')])], {
      exceptions: { upsert: [exception, { ...exception, id: randomUUID(), spaceIds: null }] },
      closures: { upsert: [closure] },
      overrides: { holidays: [{ date: '2026-12-08', name: 'Fête patronale' }] },
    });
    const ruleId = randomUUID();
    await network.within(async (tx) => {
      const base = { networkId: network.id, siteId: site.id };
      const releasedToAudienceId = network.audienceIds.get('general') as string;
      await tx
        .insert(schema.releaseRules)
        .values({ ...base, id: ruleId, releasedToAudienceId, hoursBefore: 24, createdAt: NOW });
      const [{ id: windowId }] = first.windows as [{ id: string }];
      await tx.insert(schema.releaseRuleWindows).values({ ...base, ruleId, windowId });
    });
    const links = () =>
      network.within((tx) =>
        tx
          .select({ ruleId: schema.releaseRuleWindows.ruleId, windowId: schema.releaseRuleWindows.windowId })
          .from(schema.releaseRuleWindows)
          .where(
            and(eq(schema.releaseRuleWindows.networkId, network.id), eq(schema.releaseRuleWindows.siteId, site.id)),
          ),
      );
    const linksBefore = await links();
    expect(linksBefore).toHaveLength(1);
    const { revision: _, ...before } = await plan();
    const hoursOf = async () => (await host.get(url('/hours?from=2026-11-24&until=2027-11-24'))).body.windows;
    const hoursBefore = await hoursOf();

    const everything = {
      templates: { upsert: [template('C', { kind: 'always' }, [window(null, '07:00', '08:00')])], delete: [first.id] },
      exceptions: { delete: [exception.id], upsert: [{ ...exception, id: randomUUID(), date: '2026-12-06' }] },
      closures: { upsert: [{ ...closure, reason: 'Autre' }] },
      settings: {
        onPublicHolidays: 'closed',
        schoolZone: 'C',
        buildingCapacity: 12,
        handoverMinutes: { [site.openSpaceId]: 30 },
      },
      overrides: { holidays: [] },
    };
    const { revision } = await plan();
    const decisions = { default: 'cancel' };
    const changed = await host.send('POST', url('/changes'), { revision, change: everything, decisions });
    expect(changed.status, JSON.stringify(changed.body)).toBe(201);
    expect(await links()).toEqual([]);
    expect(await hoursOf()).not.toEqual(hoursBefore);
    const [latest] = (await host.get(url('/changes'))).body.items;
    expect(latest.summary).toMatchObject({
      templateNames: ['C'],
      templates: { written: 1, deleted: 1 },
      closures: { written: 1, deleted: 0 },
    });
    const undone = await host.send('POST', url('/changes'), {
      revision: changed.body.revision,
      change: latest.inverse,
      decisions,
    });
    expect(undone.status, JSON.stringify(undone.body)).toBe(201);
    const { revision: __, ...after } = await plan();
    expect(after).toEqual(before);
    expect(await hoursOf()).toEqual(hoursBefore);
    expect(await links()).toEqual(linksBefore);
    // And done again by the inverse of the inverse.
    const [redo] = (await host.get(url('/changes'))).body.items;
    await host.send('POST', url('/changes'), { revision: undone.body.revision, change: redo.inverse, decisions });
    expect((await plan()).templates.map(({ name }: Body) => name).sort()).toEqual(['B', 'C']);
  });

  it('keeps the ids of the windows that stay, and with them their release rules', async () => {
    const kept = window(1, '09:00', '12:00');
    const own = template('A', { kind: 'always' }, [kept, window(2, '09:00', '12:00')]);
    await setYear([own]);
    const ruleId = randomUUID();
    const base = { networkId: network.id, siteId: site.id };
    await network.within(async (tx) => {
      const releasedToAudienceId = network.audienceIds.get('youth') as string;
      await tx
        .insert(schema.releaseRules)
        .values({ ...base, id: ruleId, releasedToAudienceId, hoursBefore: 24, createdAt: NOW });
      await tx.insert(schema.releaseRuleWindows).values({ ...base, ruleId, windowId: kept.id });
    });
    // Moved to another template, an hour longer.
    const other = template('B', { kind: 'iso_weeks', parity: 'odd' }, [{ ...kept, endsAt: '13:00' }]);
    const change = { templates: { upsert: [{ ...own, windows: own.windows.slice(1) }, other] } };
    const { revision } = await plan();
    const reply = await host.send('POST', url('/changes'), { revision, change, decisions: { default: 'cancel' } });
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
    // Monday 30 November is in week 49.
    const { body } = await host.get(url('/hours?from=2026-11-30&until=2026-12-01'));
    expect(body.windows).toMatchObject([{ ruleId: kept.id, templateId: other.id, use: 'promised' }]);
  });

  it('reaches the doors: who has lost the booking has no grant, and publics come in by the new hours', async () => {
    const asLea = await api.as(lea);
    const times = { startsAt: iso(NOW + 30 * HOUR), endsAt: iso(NOW + 31 * HOUR) };
    const held = await asLea.send('POST', '/bookings', { resourceId: site.deskIds[0], ...times });
    await asLea.send('POST', `/bookings/${held.body.id}/confirm`);
    const published = async (): Promise<GrantSet> => {
      const broker = new RecordingBroker();
      await publishGrants(api.services, broker, network.id, site.id, { mode: 'always' });
      return JSON.parse(JSON.parse(broker.arrived[0]?.payload ?? '').body);
    };
    const before = await published();
    expect(before.grants.map(({ bookingId }) => bookingId)).toEqual([held.body.id]);
    await setYear([template('Jeunes', { kind: 'always' }, [window(null, '13:00', '18:00', 'youth')])]);
    const after = await published();
    expect(after.grants).toEqual([]);
    expect(new Set(before.audienceWindows.map(({ audienceClass }) => audienceClass))).not.toEqual(
      new Set(after.audienceWindows.map(({ audienceClass }) => audienceClass)),
    );
  });

  it('that brings publics on one site who are never there together is shown with where, and refused', async () => {
    await network.within((tx) =>
      Promise.all(
        (['youth', 'professional'] as const).map((code) =>
          tx
            .update(schema.spaceAudiences)
            .set({ siteAxis: 'apart', siteClass: code })
            .where(
              and(
                eq(schema.spaceAudiences.siteId, site.id),
                eq(schema.spaceAudiences.audienceId, network.audienceIds.get(code) as string),
              ),
            ),
        ),
      ),
    );
    await setYear([template('A', { kind: 'always' }, [window(3, '09:00', '12:00')])]);
    const inRoom = { ...window(3, '11:00', '13:00', 'youth'), spaceId: site.roomSpaceId };
    const [own] = (await plan()).templates;
    const change = { templates: { upsert: [{ ...own, windows: [...own.windows, inRoom] }] } };
    const { revision } = await plan();
    const shown = await host.send('POST', url('/preview'), { revision, change });
    expect(shown.body.faults).toMatchObject([
      { reason: 'never_on_one_site', windowIds: [own.windows[0].id, inRoom.id] },
    ]);
    expect(shown.body.clashes[0]).toMatchObject({
      from: '2026-11-25T10:00:00.000Z',
      until: '2026-11-25T11:00:00.000Z',
      audiences: ['professional', 'youth'],
    });
    const refused = await host.send('POST', url('/changes'), { revision, change, decisions: { default: 'cancel' } });
    expect(refused.body).toMatchObject({ code: 'schedule.invalid', faults: [{ reason: 'never_on_one_site' }] });
    expect((await plan()).revision).toBe(revision);
  });
});
