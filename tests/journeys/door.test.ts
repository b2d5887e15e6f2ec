import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { arrivesAt, eventually, inBrowser, textOf, untilAlive } from '../support/journey.ts';
import {
  api,
  bookDeskLater,
  bookDeskNow,
  bookDeskSoon,
  clearOfDemoBookings,
  newHost,
  newMember,
} from '../support/visitors.ts';

const journey = inBrowser();

beforeAll(() => clearOfDemoBookings('gap'));

/** What the virtual door last said. */
const verdict = async (page: Page) =>
  (await textOf(page.getByRole('main').getByRole('status'))).replaceAll('\n\n', '\n');

async function typeCode(page: Page, code: string): Promise<string> {
  await page.getByRole('button', { name: 'Effacer' }).click();
  for (const digit of code) await page.getByRole('button', { name: digit, exact: true }).click();
  return answerTo(page, () => page.getByRole('button', { name: 'Valider le code' }).click());
}

async function presentBadge(page: Page, uid: string): Promise<string> {
  await page.getByLabel('Un autre numéro').fill(uid);
  return answerTo(page, () => page.getByRole('button', { name: 'Présenter' }).click());
}

async function answerTo(page: Page, act: () => Promise<void>): Promise<string> {
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await act();
  await (await answered).finished();
  await eventually(() => verdict(page)).toMatch(/^(C’est ouvert|Refusé|Pas de réponse)/);
  return verdict(page);
}

/** A figure of the host's day, by the words above it. */
const fact = async (page: Page, name: string) =>
  Number(await textOf(page.locator('dl > div', { hasText: name }).locator('.value')));

async function untilLive(host: Page): Promise<void> {
  await host.getByText('Mise à jour en direct').waitFor();
  await host.getByText('Boîtier en ligne').waitFor();
}

async function openDoorPage(visitor: Page): Promise<void> {
  await visitor.goto('/demo/porte');
  await visitor
    .getByRole('listitem')
    .filter({ has: visitor.getByRole('heading', { name: 'Gap' }) })
    .getByRole('link', { name: "Porte d'entrée" })
    .click();
  await arrivesAt(visitor, "Porte d'entrée");
  await untilAlive(visitor);
}

journey(
  'the code of a booking opens its door at its hours and at no other; the host sees who came, live',
  async (visit) => {
    const [member, host] = await Promise.all([newMember('Violette Armand'), newHost('Marius Accueil', 'gap')]);
    const hostPage = await visit({ as: host });
    await hostPage.goto('/mes-lieux/gap');
    await untilLive(hostPage);
    const [today, tomorrow] = [await bookDeskNow(member, 'gap'), await bookDeskLater(member, 'gap', 1)];

    // The member reads the code where a person would.
    const memberPage = await visit({ as: member, width: 390, height: 844 });
    await memberPage.goto(`/reservations/${tomorrow.id}`);
    await memberPage.getByText(/votre téléphone pourra l’ouvrir à partir de/).waitFor();
    expect(await memberPage.getByRole('button', { name: /^Ouvrir/ }).count()).toBe(0);
    await memberPage.goto('/reservations');
    await memberPage.getByRole('listitem').filter({ hasText: 'C’est maintenant' }).getByRole('link').click();
    await arrivesAt(memberPage, new RegExp(`^${today.resourceName}`));
    expect(await textOf(memberPage.getByRole('region', { name: 'Entrer' }))).toContain(today.pin.split('').join(' '));

    const visitor = await visit();
    await openDoorPage(visitor);
    await eventually(() => typeCode(visitor, tomorrow.pin)).toContain(
      'Refusé.\nPas encore : votre réservation n’a pas commencé.',
    );
    const wrong = String((Number(today.pin) + 1) % 1_000_000).padStart(6, '0');
    expect(await typeCode(visitor, wrong)).toContain('Refusé.');
    await hostPage.getByRole('log').getByText('Refusé : Personne inconnue').first().waitFor();
    await hostPage
      .getByRole('log')
      .getByText(/^trop tôt · code/)
      .first()
      .waitFor();

    const inside = Number(await textOf(visitor.locator('dl > div', { hasText: 'Personnes dedans' }).locator('dd')));
    expect(await typeCode(visitor, today.pin)).toMatch(/^C’est ouvert\.\nDécidé et déverrouillé en \d+ ms/);
    await visitor.getByRole('button', { name: 'Passer la porte' }).click();
    await visitor.getByText('Vous êtes à l’intérieur.').waitFor();
    await eventually(() => textOf(visitor.locator('dl > div', { hasText: 'Personnes dedans' }).locator('dd'))).toBe(
      String(inside + 1),
    );

    // Nothing was reloaded on the host's page.
    await hostPage.getByRole('log').getByText('Violette Armand', { exact: true }).waitFor();
    const arrival = hostPage
      .getByRole('listitem')
      .filter({ hasText: 'Violette Armand' })
      .filter({ hasText: 'Là depuis' });
    await arrival.waitFor();
    await eventually(() => fact(hostPage, 'Personnes comptées')).toBe(inside + 1);
    await memberPage.reload();
    await memberPage.getByText('En cours').waitFor();
  },
);

journey('the phone opens the door; a cancelled booking no longer does', async (visit) => {
  const [member, host] = await Promise.all([newMember('Blanche Isnard'), newHost('Marthe Accueil', 'gap')]);
  const booking = await bookDeskSoon(member, 'gap');
  const hostPage = await visit({ as: host });
  await hostPage.goto('/mes-lieux/gap');
  await untilLive(hostPage);

  const phone = await visit({ as: member, width: 390, height: 844 });
  const open = phone.getByRole('button', { name: "Ouvrir : Porte d'entrée" });
  await eventually(() => phone.goto(`/reservations/${booking.id}`).then(() => open.count()), { timeout: 30_000 }).toBe(
    1,
  );
  await untilAlive(phone);
  await open.click();
  await phone.getByText("Ouvert : Porte d'entrée. Poussez.").waitFor();
  await hostPage
    .getByRole('log')
    .getByRole('listitem')
    .filter({ hasText: "Blanche Isnard Ouverture à distance · Porte d'entrée" })
    .waitFor();

  const visitor = await visit();
  await openDoorPage(visitor);
  await eventually(() => typeCode(visitor, booking.pin)).toMatch(/^C’est ouvert/);
  await api('POST', `/bookings/${booking.id}/cancel`, { as: member });
  await eventually(() => typeCode(visitor, booking.pin)).toMatch(/^Refusé/);
});

journey(
  'a badge opens at the hours of its holder’s booking, and nothing within five seconds of being revoked',
  async (visit) => {
    const [member, host] = await Promise.all([newMember('Hortense Badin'), newHost('Firmin Accueil', 'gap')]);
    const uid = '04C0FFEE112233';
    const hostPage = await visit({ as: host });
    await hostPage.goto('/mes-lieux/gap/badges');
    await untilAlive(hostPage);
    await hostPage.getByLabel('À qui ?').fill('hortense');
    await hostPage.getByRole('button', { name: 'Chercher' }).click();
    await hostPage.getByRole('link', { name: 'Hortense Badin' }).click();
    await hostPage.getByLabel('Numéro du badge').fill('04:c0:ff:ee:11:22:33');
    await hostPage.getByRole('button', { name: 'Attribuer ce badge à Hortense Badin' }).click();
    await hostPage.getByRole('status').filter({ hasText: 'Badge …2233 attribué à Hortense Badin' }).waitFor();

    const visitor = await visit();
    await openDoorPage(visitor);
    expect(await presentBadge(visitor, uid)).toMatch(/^Refusé/);
    await bookDeskLater(member, 'gap', 1);
    await eventually(() => presentBadge(visitor, uid)).toContain('Pas encore : votre réservation n’a pas commencé.');
    await bookDeskNow(member, 'gap');
    await eventually(() => presentBadge(visitor, uid)).toMatch(/^C’est ouvert/);

    await hostPage.getByRole('link', { name: 'Révoquer le badge …2233 de Hortense Badin' }).click();
    await hostPage.getByRole('button', { name: 'Oui, révoquer ce badge' }).click();
    await hostPage.getByRole('status').filter({ hasText: 'Badge …2233 de Hortense Badin révoqué' }).waitFor();
    await eventually(() => presentBadge(visitor, uid), { timeout: 5_000 }).toMatch(/^Refusé/);
  },
);
