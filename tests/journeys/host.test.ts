import { expect } from 'vitest';
import { arrivesAt, eventually, inBrowser, textOf, untilAlive } from '../support/journey.ts';
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
    await arrivesAt(page, 'Horaires de la semaine');
    await untilAlive(page);

    const wednesday = page.getByRole('group', { name: 'mercredi' });
    const rows = wednesday.getByLabel(/, début$/);
    const before = await rows.count();
    await wednesday.getByRole('button', { name: 'Ajouter une plage le mercredi' }).click();
    await eventually(() => rows.count()).toBe(before + 1);
    const added = `mercredi, plage ${before + 1}`;
    await wednesday.getByLabel(`${added}, début`).fill('10:00');
    await wednesday.getByLabel(`${added}, fin`).fill('11:30');
    await wednesday.getByLabel(`${added}, public`).selectOption({ label: 'Jeunes' });
    await wednesday.getByLabel(`${added}, espace`).selectOption({ label: 'Bureau des permanences' });
    await page.getByText('1 changement à enregistrer').waitFor();
    await page.getByRole('button', { name: 'Enregistrer la semaine' }).click();

    const refusal = page.getByRole('alert');
    await refusal.waitFor();
    expect(await textOf(refusal)).toContain(
      'Le mercredi, « Professionnels, 8 h 30 – 12 h 30 (Bureau des permanences) » et « Jeunes, 10 h – 11 h 30 (Bureau des permanences) » mettraient ensemble deux publics qui ne se rencontrent pas.',
    );
    expect(await wednesday.getByLabel(`${added}, début`).getAttribute('aria-invalid')).toBe('true');

    await wednesday.getByLabel(`${added}, début`).fill('19:00');
    await wednesday.getByLabel(`${added}, fin`).fill('20:30');
    await page.getByRole('button', { name: 'Enregistrer la semaine' }).click();
    await page.getByRole('status').filter({ hasText: 'Semaine enregistrée' }).waitFor();

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
