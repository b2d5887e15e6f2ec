import { expect } from 'vitest';
import { arrivesAt, inBrowser, textOf } from '../support/journey.ts';
import { demoLogin } from '../support/visitors.ts';

const journey = inBrowser();

journey(
  'a host without JavaScript reads what an agreement changes, accepts it, and books for a group in its hours',
  async (visit) => {
    const page = await visit({ as: demoLogin('host'), javaScript: false });
    await page.goto('/conventions');
    const borrowed = page.getByRole('region', { name: 'Dans les salles des autres' });
    await borrowed.getByRole('row').filter({ hasText: 'À répondre' }).getByRole('link').click();
    await arrivesAt(page, 'Réunions du mercredi soir');
    expect(await textOf(page.getByRole('region', { name: 'Ce que cela change' }))).toContain(
      'Personne ne perd d’heures.',
    );
    await page.getByRole('button', { name: 'Accepter la convention' }).click();
    await page.getByText('Convention acceptée.').waitFor();
    expect(await textOf(page.locator('main'))).toContain('acceptée, à venir');

    const booking = page.getByRole('region', { name: 'Réserver pour votre public' });
    await booking.getByLabel('De', { exact: true }).fill('19:30');
    await booking.getByLabel('À', { exact: true }).fill('20:30');
    await booking.getByLabel('Nombre de personnes').fill('6');
    await booking.getByRole('button', { name: 'Réserver' }).click();
    await page.getByText(/Code à la porte\s: \d{6}/).waitFor();

    // Outside the hours agreed, it is said why not, and nothing that was typed is lost.
    await booking.getByLabel('De', { exact: true }).fill('21:00');
    await booking.getByLabel('À', { exact: true }).fill('22:00');
    await booking.getByRole('button', { name: 'Réserver' }).click();
    await booking.getByRole('alert').waitFor();
    expect(await booking.getByLabel('De', { exact: true }).inputValue()).toBe('21:00');
  },
);

journey('a host sees hours that nobody uses, with the figures, and tries them for six weeks', async (visit) => {
  const page = await visit({ as: demoLogin('host') });
  await page.goto('/mes-lieux/annot/suggestions');
  await arrivesAt(page, 'Suggestions');
  const suggestion = page
    .getByRole('article')
    .filter({ hasText: 'Salle des jeunes' })
    .filter({ hasText: 'à la place du public actuel' })
    .filter({ hasText: 'Professionnels' })
    .first();
  expect(await textOf(suggestion)).toContain('personne n’est venu en');
  await suggestion.getByText('Les chiffres').click();
  await suggestion.getByRole('row', { name: /Semaines observées/ }).waitFor();
  await suggestion.getByRole('button', { name: 'Voir l’essai avant de l’appliquer' }).click();
  const preview = page.getByRole('region', { name: 'Avant d’essayer' });
  expect(await textOf(preview)).toContain('Aucune réservation n’est touchée.');
  await preview.getByRole('button', { name: 'Essayer' }).click();
  await page.getByText('C’est fait. Les horaires ont changé').waitFor();
  await page.getByRole('region', { name: 'Essais' }).getByText('à venir').waitFor();
});

journey('a host releases hours to another public and takes the rule away again', async (visit) => {
  const page = await visit({ as: demoLogin('host'), javaScript: false });
  await page.goto('/mes-lieux/annot/partages');
  const releases = page.getByRole('region', { name: 'Heures promises, puis libérées' });
  await releases.getByText('Libérer des heures').click();
  const form = releases.locator('form').last();
  await form
    .getByRole('checkbox', { name: /lun\..*16 h – 18 h 30, Jeunes/ })
    .first()
    .check();
  await form.getByLabel('Libérer pour').selectOption({ label: 'Professionnels' });
  await form.getByLabel('Combien d’heures avant le début').fill('3');
  await form.getByRole('button', { name: 'Enregistrer la règle' }).click();
  await page.getByText('C’est enregistré.').waitFor();
  const rule = releases.getByRole('article').filter({ hasText: 'Libérées 3 h avant, pour : Professionnels' });
  await rule.getByRole('button', { name: /Retirer la règle/ }).click();
  await page.getByText('C’est retiré.').waitFor();
  expect(await releases.getByText('Libérées 3 h avant').count()).toBe(0);
});
