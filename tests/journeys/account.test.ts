import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { arrivesAt, inBrowser, textOf, untilAlive } from '../support/journey.ts';
import { newAddress, newMember } from '../support/visitors.ts';

const journey = inBrowser();

const PASSWORD = 'le chemin des tilleuls';
const OTHER_PASSWORD = 'la fontaine du haut village';

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Adresse électronique').fill(email);
  await page.getByLabel('Mot de passe').fill(password);
  await page.getByRole('button', { name: 'Se connecter' }).click();
}

/** Opens the latest mail to this address in the demo's outbox and follows its link, as one does in a mail program. */
async function followMail(page: Page, email: string, subject: string, link: string): Promise<void> {
  await page.getByRole('link', { name: 'Courriels' }).click();
  await arrivesAt(page, 'Courriels');
  const mail = page.getByRole('listitem').filter({ hasText: email }).filter({ hasText: subject });
  await mail.first().getByRole('link').click();
  await arrivesAt(page, subject);
  await page.frameLocator('iframe').getByRole('link', { name: link }).click();
}

journey(
  'sign up, confirm the address from the mail, sign in, sign out, forget the password, choose another',
  async (visit) => {
    const email = newAddress('Odile Reynier');
    const page = await visit();
    await page.goto('/connexion');
    await page.getByRole('link', { name: 'Créer un compte' }).click();
    await arrivesAt(page, 'Créer un compte');
    await untilAlive(page);
    await page.getByLabel('Votre nom').fill('Odile Reynier');
    await page.getByLabel('Adresse électronique').fill(email);
    await page.getByLabel('Choisissez un mot de passe').fill(PASSWORD);
    await page.getByRole('button', { name: 'Créer mon compte' }).click();
    await arrivesAt(page, 'Regardez votre courrier');
    await page.getByText(email).waitFor();

    await followMail(page, email, 'Confirmez votre adresse', 'Confirmer mon adresse');
    await arrivesAt(page, 'Confirmer votre adresse');
    await untilAlive(page);
    await page.getByRole('button', { name: 'Confirmer mon adresse' }).click();
    await arrivesAt(page, 'Adresse confirmée');

    await page.getByRole('main').getByRole('link', { name: 'Se connecter' }).click();
    await arrivesAt(page, 'Se connecter');
    await signIn(page, email, 'pas le bon mot de passe');
    const refusal = page.getByRole('alert');
    await refusal.getByText('Connexion impossible').waitFor();
    expect(await textOf(refusal)).toContain("L'adresse ou le mot de passe ne convient pas.");
    expect(await page.getByLabel('Adresse électronique').inputValue()).toBe(email);

    await signIn(page, email, PASSWORD);
    await page.getByRole('banner').getByRole('link', { name: 'Odile Reynier' }).click();
    await arrivesAt(page, 'Mon compte');
    await page.getByRole('button', { name: 'Se déconnecter' }).click();
    await page.getByRole('banner').getByRole('link', { name: 'Se connecter' }).click();

    await page.getByRole('link', { name: 'Mot de passe oublié ?' }).click();
    await arrivesAt(page, 'Mot de passe oublié');
    await page.getByLabel('Adresse électronique').fill(email);
    await page.getByRole('button', { name: 'Envoyer le lien' }).click();
    await page.getByText(`Si un compte existe pour ${email}, un lien vient de lui être envoyé.`).waitFor();
    await followMail(page, email, 'Choisissez un nouveau mot de passe', 'Choisir un mot de passe');
    await arrivesAt(page, 'Choisir un mot de passe');
    const link = page.url();
    await page.getByLabel('Choisissez un mot de passe').fill(OTHER_PASSWORD);
    await page.getByRole('button', { name: 'Enregistrer ce mot de passe' }).click();
    await page.getByText('Mot de passe enregistré. Connectez-vous.').waitFor();
    await signIn(page, email, PASSWORD);
    await page.getByRole('alert').getByText('Connexion impossible').waitFor();
    await signIn(page, email, OTHER_PASSWORD);
    await page.getByRole('banner').getByRole('link', { name: 'Odile Reynier' }).waitFor();

    // The link of the mail serves once.
    await page.goto(link);
    await page.getByLabel('Choisissez un mot de passe').fill(PASSWORD);
    await page.getByRole('button', { name: 'Enregistrer ce mot de passe' }).click();
    await page.getByRole('alert').getByText('Lien expiré').waitFor();
  },
);

journey('an address that is unknown and one that is known get the same answers', async (visit) => {
  const known = await newMember('Paule Connue');
  const page = await visit({ javaScript: false });
  const said: string[] = [];
  for (const email of [known.email, newAddress('Personne')]) {
    await page.goto('/mot-de-passe-oublie');
    await page.getByLabel('Adresse électronique').fill(email);
    await page.getByRole('button', { name: 'Envoyer le lien' }).click();
    await page.getByText('Si un compte existe pour').waitFor();
    said.push((await textOf(page.getByRole('main'))).replaceAll(email, '…'));
    await page.goto('/connexion');
    await signIn(page, email, 'ni l’un ni l’autre');
    await page.getByRole('alert').waitFor();
    said.push((await textOf(page.getByRole('main'))).replaceAll(email, '…'));
  }
  expect(said.slice(2)).toEqual(said.slice(0, 2));
});

journey('the list of devices signs another one out at once', async (visit) => {
  const member = await newMember('Léon Partout');
  const atHome = await visit({ as: member });
  const lost = await visit({ javaScript: false });
  await lost.goto('/connexion?retour=%2Freservations');
  await signIn(lost, member.email, member.password);
  await arrivesAt(lost, 'Mes réservations');

  await atHome.goto('/compte');
  await untilAlive(atHome);
  await atHome.getByRole('button', { name: /^Déconnecter Chrom/ }).click();
  await atHome.getByRole('status').filter({ hasText: 'Appareil déconnecté' }).waitFor();
  expect(await atHome.getByRole('button', { name: /^Déconnecter / }).count()).toBe(0);

  await lost.goto('/reservations');
  await arrivesAt(lost, 'Se connecter');
  await atHome.goto('/reservations');
  await arrivesAt(atHome, 'Mes réservations');
});
