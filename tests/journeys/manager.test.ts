import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { arrivesAt, eventually, inBrowser, textOf, untilAlive } from '../support/journey.ts';
import { demoLogin } from '../support/visitors.ts';

const journey = inBrowser();

journey(
  'the manager reads the month in figures and in charts, turns to the one before, and takes the table away',
  async (visit) => {
    const page = await visit({ as: demoLogin('manager') });
    await page.goto('/reseau');
    await arrivesAt(page, 'Le réseau');
    await untilAlive(page);

    // Each chart says itself in words, and its figures are a table behind it.
    for (const title of ['Réservations par jour', 'Occupation par lieu', 'Prix des réservations par lieu']) {
      const figure = page.getByRole('figure').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
      await figure.getByRole('img', { name: new RegExp(`^${title}\\. .+`) }).waitFor();
      await figure.getByText('Les chiffres').click();
      expect(await figure.getByRole('row').count()).toBeGreaterThan(2);
    }

    const facts = page.locator('dl');
    const thisMonth = await textOf(facts);
    await page.getByRole('link', { name: 'Mois précédent' }).click();
    await eventually(() => page.url()).toMatch(/mois=\d{4}-\d{2}/);
    await eventually(() => textOf(facts)).not.toBe(thisMonth);

    await page.getByLabel('Département').selectOption('05');
    await eventually(() => page.url()).toContain('departement=05');
    const table = page.getByRole('region', { name: 'Lieu par lieu' }).first();
    const places = await table.getByRole('rowheader').count();
    expect(places).toBeGreaterThan(0);

    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Télécharger le tableau (CSV)' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^mitoyen-\d{4}-\d{2}-05\.csv$/);
    const lines = parseCsv(await readFile((await download.path()) as string, 'utf8'));
    const [header, ...rows] = lines;
    expect(header?.slice(0, 4)).toEqual(['Mois', 'Lieu', 'Commune', 'Département']);
    expect(rows).toHaveLength(places);
    for (const row of rows) {
      expect(row).toHaveLength(header?.length ?? 0);
      expect(row[3]).toBe('05');
      for (const cell of row.slice(5)) expect(cell).toMatch(/^\d+(,\d+)?$/);
    }
    for (const row of rows) expect(await textOf(table)).toContain(row[1]);
  },
);

/** RFC 4180 with the semicolons that a French spreadsheet expects, after a byte order mark. */
function parseCsv(text: string): string[][] {
  expect(text.startsWith('\uFEFF')).toBe(true);
  expect(text.endsWith('\r\n')).toBe(true);
  const cell = /("(?:[^"]|"")*"|[^;\r\n]*)(;|\r\n)/y;
  const lines: string[][] = [[]];
  cell.lastIndex = 1;
  for (let match = cell.exec(text); match !== null && cell.lastIndex <= text.length; match = cell.exec(text)) {
    const [, raw = '', end] = match;
    lines.at(-1)?.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === '\r\n') lines.push([]);
  }
  expect(lines.pop()).toEqual([]);
  return lines;
}
