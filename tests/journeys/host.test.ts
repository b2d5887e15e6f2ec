import { expect } from 'vitest';
import { arrivesAt, inBrowser, textOf, untilAlive } from '../support/journey.ts';
import { demoLogin } from '../support/visitors.ts';

const journey = inBrowser();

journey(
  'the host gives young people an evening, is told where it would clash, and the public page shows it',
  async (visit) => {
    const page = await visit({ as: demoLogin('host') });
    await page.goto('/');
    await page.getByRole('link', { name: 'Mes lieux' }).click();
    // The only place of the structure is shown at once.
    await page.getByRole('link', { name: 'Horaires' }).click();
    await arrivesAt(page, /^Semaine \d+/);
    await untilAlive(page);

    await page.getByRole('button', { name: 'Ajouter des heures' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Ajouter des heures' });
    await dialog
      .locator('label')
      .filter({ hasText: /^\s*J\s*Jeunes/ })
      .click();
    await dialog.getByLabel('De', { exact: true }).fill('19:00');
    await dialog.getByLabel('À', { exact: true }).fill('20:30');
    await dialog.getByLabel('Espace').selectOption({ label: 'Bureau des permanences' });
    for (const day of await dialog.getByRole('checkbox').all()) await day.uncheck();
    await dialog.getByRole('checkbox', { name: 'mer.' }).check();
    await dialog.getByRole('button', { name: 'Ajouter', exact: true }).click();

    const draft = page.getByRole('region', { name: 'Changements à appliquer' });
    await draft.getByText('1 changement à appliquer').waitFor();
    const youth = page.getByRole('gridcell', { name: /mercredi.*19 h – 20 h 30, Jeunes, Bureau des permanences/ });
    await youth.click();
    const change = page.getByRole('dialog', { name: /^Modifier les heures/ });
    await change.getByLabel('De', { exact: true }).fill('10:00');
    await change.getByRole('button', { name: 'Valider' }).click();
    await draft.getByText('mettraient ensemble deux publics qui ne se rencontrent pas').first().waitFor();
    expect(await textOf(draft)).toContain('« Professionnels, 8 h 30 – 12 h 30 » et « Jeunes, 10 h – 20 h 30 »');
    expect(await draft.getByRole('button', { name: 'Voir les conséquences' }).isDisabled()).toBe(true);

    await draft.getByRole('button', { name: 'Annuler' }).click();
    await youth.waitFor();
    await draft.getByRole('button', { name: 'Voir les conséquences' }).click();
    await arrivesAt(page, 'Avant d’appliquer : les conséquences');
    await page.getByRole('button', { name: /^Appliquer/ }).click();
    await arrivesAt(page, 'C’est appliqué');

    const visitor = await visit({ javaScript: false });
    await visitor.goto('/lieux/annot');
    const hours = visitor.getByRole('region', { name: 'Les heures de la semaine' });
    await hours
      .getByRole('listitem')
      .filter({ hasText: /^mercredi/i })
      .getByText('19 h – 20 h 30, Jeunes, Bureau des permanences')
      .waitFor();
  },
);
