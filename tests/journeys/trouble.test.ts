import { expect } from 'vitest';
import { arrivesAt, inBrowser, textOf, untilAlive } from '../support/journey.ts';
import { demoLogin, newMember } from '../support/visitors.ts';

const journey = inBrowser();

journey('pages that are not there, or not for this person, say so in words and lead on', async (visit) => {
  const page = await visit({ as: await newMember('Curieux Passant'), javaScript: false });
  for (const [path, status, heading] of [
    ['/nulle-part', 404, 'Cette page n’existe pas'],
    ['/lieux/aucun-lieu-de-ce-nom', 404, 'Introuvable'],
    ['/reservations/019a5da7-568a-7ab4-9270-a380d15e75ef', 404, 'Introuvable'],
    ['/mes-lieux/annot', 403, 'Page réservée'],
    ['/reseau', 403, 'Page réservée'],
    ['/administration', 403, 'Page réservée'],
  ] as const) {
    const answer = await page.goto(path);
    expect([path, answer?.status()]).toEqual([path, status]);
    await arrivesAt(page, heading);
    await page.getByRole('main').getByRole('link', { name: 'Trouver un lieu' }).waitFor();
  }
});

journey('a page that needs an account asks for one and comes back', async (visit) => {
  const page = await visit();
  const { email, password } = demoLogin('manager');
  await page.goto('/reseau?departement=05');
  await arrivesAt(page, 'Se connecter');
  await page.getByLabel('Adresse électronique').fill(email);
  await page.getByLabel('Mot de passe').fill(password);
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await arrivesAt(page, 'Le réseau');
  expect(page.url()).toContain('/reseau?departement=05');
});

journey(
  'without a line the page stays readable and says so; a moment without service costs a longer wait and nothing else',
  async (visit) => {
    const page = await visit();
    await page.goto('/lieux/annot');
    await untilAlive(page);
    await page.context().setOffline(true);
    await page.getByText('Vous êtes hors ligne').waitFor();
    expect(await textOf(page.getByRole('main'))).toContain("Relais de services publics d'Annot");
    await page.context().setOffline(false);
    await page.getByText('Vous êtes hors ligne').waitFor({ state: 'detached' });

    // As a proxy answers while the server behind it restarts: the browser then asks for the whole page, and gets it.
    await page.route('**/*__data.json*', (route) =>
      route.fulfill({ status: 502, contentType: 'text/html', body: 'Bad' }),
    );
    await page.getByRole('banner').getByRole('link', { name: 'Trouver un lieu' }).click();
    await arrivesAt(page, 'Trouver un lieu');
  },
);
