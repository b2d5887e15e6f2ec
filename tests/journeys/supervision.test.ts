import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Body } from '../support/api.ts';
import { axeFaults } from '../support/axe.ts';
import { arrivesAt, eventually, expectNoSidewaysScroll, inBrowser, textOf, untilAlive } from '../support/journey.ts';
import { api, clearOfDemoBookings, type Login, newHost, newMember } from '../support/visitors.ts';

const journey = inBrowser();
const HALF_HOUR_MS = 30 * 60_000;

/** The day in Gap, whose entrance never closes: a room there is the young people's all day, so that this holds at any hour. */
let host: Login;
let room: { id: string; spaceId: string; spaceName: string };
const exception = randomUUID();
const schedule = '/host/sites/gap/schedule';
const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris' }).format(Date.now());

async function change(exceptions: object): Promise<void> {
  const { revision } = await api('GET', schedule, { as: host });
  await api('POST', `${schedule}/changes`, {
    as: host,
    body: { revision, change: { exceptions }, decisions: { default: 'cancel' } },
  });
}

beforeAll(async () => {
  await clearOfDemoBookings('gap');
  host = await newHost('Ada Référente', 'gap');
  const site = await api('GET', '/sites/gap');
  const space = site.spaces.find(
    ({ resources }: Body) => resources.length > 0 && resources.every(({ kind }: Body) => kind !== 'desk'),
  );
  room = { id: space.resources[0].id, spaceId: space.id, spaceName: space.name };
  const open = { id: randomUUID(), spaceId: space.id, audience: 'youth', startsAt: '00:00', endsAt: '24:00' };
  await change({
    upsert: [
      {
        id: exception,
        date: today(),
        spaceIds: [space.id],
        reason: 'Journée des jeunes',
        change: { kind: 'replace', windows: [open] },
      },
    ],
  });
});
afterAll(() => change({ delete: [exception] }));

/** What the virtual door of the entrance says to a code. */
async function atTheDoor(visitor: Page, code: string): Promise<string> {
  await visitor.getByRole('button', { name: 'Effacer' }).click();
  for (const digit of code) await visitor.getByRole('button', { name: digit, exact: true }).click();
  const answered = visitor.waitForResponse((response) => response.request().method() === 'POST');
  await visitor.getByRole('button', { name: 'Valider le code' }).click();
  await (await answered).finished();
  const verdict = visitor.getByRole('main').getByRole('status');
  await eventually(() => textOf(verdict)).toMatch(/^(C’est ouvert|Refusé|Pas de réponse)/);
  return textOf(verdict);
}

journey(
  'a guardian agrees and books for a child; the door waits for the referent, and the child is counted in and out',
  async (visit) => {
    const guardian = await newMember('Paul Roux');
    const phone = await visit({ as: guardian, width: 360, height: 740 });
    await phone.goto('/compte');
    await phone.getByRole('link', { name: /enfant/ }).click();
    await arrivesAt(phone, 'Mes enfants');
    await phone.getByLabel('Prénom').fill('Noé');
    await phone.getByLabel('Date de naissance').fill('2014-05-01');
    await phone.getByRole('button', { name: 'Ajouter' }).click();
    const child = phone.getByRole('region', { name: /^Noé/ });
    await child.waitFor();
    await expectNoSidewaysScroll(phone);

    const startsAt = Date.now() - (Date.now() % (HALF_HOUR_MS / 2));
    const wanted = new URLSearchParams({
      date: today(),
      public: 'youth',
      ressource: room.id,
      debut: new Date(startsAt).toISOString(),
      fin: new Date(startsAt + HALF_HOUR_MS).toISOString(),
    });
    const book = async () => {
      await phone.goto(`/lieux/gap?${wanted}`);
      expect(await textOf(phone.getByRole('combobox', { name: 'Pour qui ?' }).locator('option:checked'))).toBe('Noé');
      await phone.getByRole('button', { name: /^Réserver/ }).click();
    };
    // Without an agreement nobody of that age comes.
    await book();
    await phone
      .getByRole('alert')
      .filter({ hasText: /accord/ })
      .waitFor();
    await phone.goto('/compte/enfants');
    await child.getByRole('button', { name: /^Donner mon accord Venir et utiliser le lieu/ }).click();
    await child.getByText(/^Accord donné le/).waitFor();
    expect(await axeFaults(phone)).toEqual([]);
    await book();
    await phone.getByRole('button', { name: /^Confirmer/ }).click();
    await phone.waitForURL(/\/reservations\//);
    const [booking] = (await api('GET', '/bookings?scope=upcoming', { as: guardian })).items;
    const { access } = await api('GET', `/bookings/${booking.id}`, { as: guardian });

    const visitor = await visit();
    await visitor.goto('/demo/porte');
    await visitor
      .getByRole('listitem')
      .filter({ has: visitor.getByRole('heading', { name: 'Gap' }) })
      .getByRole('link', { name: "Porte d'entrée" })
      .click();
    await untilAlive(visitor);

    const page = await visit({ as: host, width: 1366 });
    await page.goto('/mes-lieux/gap');
    await page.getByRole('link', { name: 'Encadrement' }).click();
    await arrivesAt(page, 'Encadrement');
    const referents = page.getByRole('region', { name: 'Référents' });
    await referents.getByLabel('Chercher une personne').fill('Ada Référente');
    await referents.getByRole('button', { name: 'Chercher' }).click();
    await referents.getByRole('button', { name: 'Désigner Ada Référente' }).click();
    await referents.getByRole('button', { name: 'Retirer Ada Référente' }).waitFor();
    await page.getByText('Aucun référent n’est là.').waitFor();
    await eventually(() => atTheDoor(visitor, access.pin), { timeout: 30_000 }).toMatch(/^Refusé.*référent/s);

    const space = page.getByRole('article', { name: room.spaceName });
    const expected = space.getByRole('listitem').filter({ hasText: 'Noé' });
    expect(await textOf(expected)).toContain('12 ans');
    await expected.getByRole('button', { name: 'Arrivé Noé' }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: /référent/i })
      .waitFor();

    await page.getByRole('button', { name: 'Je suis là Ada Référente' }).click();
    await page.getByText(/^là depuis/).waitFor();
    await eventually(() => atTheDoor(visitor, access.pin), { timeout: 30_000 }).toMatch(/^C’est ouvert/);
    await expected.getByRole('button', { name: 'Arrivé Noé' }).click();
    await space.getByRole('heading', { name: 'Présents' }).waitFor();
    const minors = space.locator('dl > div', { hasText: 'Enfants et jeunes' }).locator('dd');
    expect(await textOf(minors)).toBe('1');
    expect(await axeFaults(page)).toEqual([]);
    await space.getByRole('button', { name: 'Parti Noé' }).click();
    await eventually(() => textOf(minors)).toBe('0');
    await page.getByRole('button', { name: 'Je pars Ada Référente' }).click();
    await page.getByText('Aucun référent n’est là.').waitFor();
  },
);

journey('the rarer pages of a place are behind « Plus », by keyboard and without script', async (visit) => {
  const page = await visit({ as: host, width: 360, height: 740 });
  await page.goto('/mes-lieux/gap');
  await untilAlive(page);
  const more = page.getByText('Plus', { exact: true });
  const exchange = page.getByRole('link', { name: 'Échanger' });
  await more.focus();
  await page.keyboard.press('Enter');
  await exchange.waitFor();
  await expectNoSidewaysScroll(page);
  await page.keyboard.press('Escape');
  await exchange.waitFor({ state: 'hidden' });
  await page.keyboard.press('Enter');
  await exchange.click();
  await arrivesAt(page, 'Échanger les horaires');
  await page.getByText('Plus : Échanger').waitFor();
  await exchange.waitFor({ state: 'hidden' });

  const plain = await visit({ as: host, javaScript: false });
  await plain.goto('/mes-lieux/gap/encadrement');
  await plain.getByText('Plus', { exact: true }).click();
  await plain.getByRole('link', { name: 'Partages' }).click();
  await arrivesAt(plain, /Partages/);
});
