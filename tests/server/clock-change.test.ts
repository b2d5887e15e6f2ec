import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Body } from '../support/api.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork } from '../support/network.ts';

const SCRIPT = new URL('../support/clock-change-answers.ts', import.meta.url).pathname;

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let script: string[];

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', Date.parse('2027-01-01T00:00:00Z'));
  const site = await network.addSite('annot');
  // 01:30 to 09:00 on the wall, on Sundays: it contains the hour that is left out and the one that comes twice.
  await network.setHours(site, [{ weekdays: [7], from: 90, until: 540 }]);
  const manager = await network.addPerson('manager', { role: 'manager' });
  script = [SCRIPT, database.appUrl, network.slug, manager.email, site.slug, site.deskIds[0] as string];
});
afterAll(async () => {
  await network?.close();
  await database?.drop();
});

async function answersIn(zone: string): Promise<Record<string, Body>> {
  const child = spawn(process.execPath, script, {
    env: { ...process.env, TZ: zone },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout));
}

it('says and does the same on the days of the clock change in UTC, in Paris and in New York', async () => {
  const paris = await answersIn('Europe/Paris');
  const [spring, autumn] = [paris['2027-03-28'], paris['2027-10-31']];

  const dayOf = ({ day }: Body) => [day.dayFrom, day.dayUntil, day.resources[0].open];
  expect(dayOf(spring)).toEqual([
    '2027-03-27T23:00:00.000Z',
    '2027-03-28T22:00:00.000Z',
    [{ from: '2027-03-28T00:30:00.000Z', until: '2027-03-28T07:00:00.000Z' }],
  ]);
  expect(dayOf(autumn)).toEqual([
    '2027-10-30T22:00:00.000Z',
    '2027-10-31T23:00:00.000Z',
    [{ from: '2027-10-30T23:30:00.000Z', until: '2027-10-31T08:00:00.000Z' }],
  ]);
  expect([spring.today.date, autumn.today.date]).toEqual(['2027-03-09', '2027-10-11']);
  // From 02:30, which does not come in March and comes twice in October, to 05:00.
  expect([spring, autumn].map(({ search }) => search.items[0].freeCount)).toEqual([4, 4]);

  // 01:30 to 04:30 on the wall: two hours at 3 EUR in March, four in October, which are half a day.
  expect([spring, autumn].map(({ quote }) => quote.total.minor)).toEqual([600, 1000]);
  expect(spring.booking.text).toContain('le dimanche 28 mars 2027 de 1\u00a0h\u00a030 à 4\u00a0h\u00a030. Prix : 6,00');
  expect(autumn.booking.text).toContain(
    'le dimanche 31 octobre 2027 de 1\u00a0h\u00a030 à 4\u00a0h\u00a030. Prix : 10,00',
  );
  expect(spring.booking.calendar).toContain('DTSTART:20270328T003000Z\r\nDTEND:20270328T023000Z');
  expect(autumn.booking.calendar).toContain('DTSTART:20271030T233000Z\r\nDTEND:20271031T033000Z');
  // Sundays of seven and a half hours, the last one an hour shorter or longer, for four resources.
  expect([spring, autumn].map(({ booking }) => booking.month.totals)).toMatchObject([
    { bookableHours: 4 * (3 * 7.5 + 6.5), bookedHours: 2 },
    { bookableHours: 4 * (4 * 7.5 + 8.5), bookedHours: 4 },
  ]);

  expect(await answersIn('UTC')).toEqual(paris);
  expect(await answersIn('America/New_York')).toEqual(paris);
});
