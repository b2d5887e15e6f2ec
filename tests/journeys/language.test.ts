import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { REPOSITORY } from '../../scripts/start/options.ts';
import { arrivesAt, eventually, inBrowser, inPage } from '../support/journey.ts';
import { allPages } from '../support/pages.ts';
import { api, clearOfDemoBookings, demoLogin } from '../support/visitors.ts';

const journey = inBrowser();

let pages: Awaited<ReturnType<typeof allPages>>;
beforeAll(async () => {
  await clearOfDemoBookings('gap');
  pages = await allPages();
  for (const slug of ['annot', 'apt', 'gap']) {
    const { templates, spaces } = await api('GET', `/host/sites/${slug}/schedule`, { as: demoLogin('manager') });
    const { tariffs } = await api('GET', `/host/sites/${slug}/setup`, { as: demoLogin('manager') });
    for (const { name } of [...templates, ...spaces, ...tariffs]) FRENCH_ONLY.delete(name);
  }
});

/**
 * What the catalogues say in French and otherwise in English, word for word: none of it may stand on an English page. Kinds and
 * labels are left out: places also name their rooms and themselves so. So is what hosts called their hours and spaces.
 */
const FRENCH_ONLY = new Set(
  ['', 'staff/'].flatMap((folder) => {
    const read = (language: string): Record<string, unknown> =>
      JSON.parse(readFileSync(join(REPOSITORY, 'web', 'messages', `${folder}${language}.json`), 'utf8'));
    const english = new Set(Object.values(read('en')));
    return Object.entries(read('fr')).flatMap(([key, text]) =>
      typeof text === 'string' && !text.includes('{') && !english.has(text) && !/^(kind|label)_/.test(key) ? text : [],
    );
  }),
);

/** Title, texts and spoken names of a page, trimmed. */
async function wordsOf(page: Page): Promise<string[]> {
  return inPage(
    page,
    `(() => {
      const words = [document.title, ...document.title.split(/ [–·] |, /)];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) if (!walk.currentNode.parentElement.closest('script, style, [lang]:not(html)')) words.push(walk.currentNode.data);
      for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], img[alt]')) {
        words.push(element.ariaLabel ?? '', element.title ?? '', element.placeholder ?? '', element.alt ?? '');
      }
      return words.map((text) => text.trim()).filter((text) => text !== '');
    })()`,
  );
}

journey('an English reader finds no French on any page', async (visit) => {
  expect(FRENCH_ONLY.size).toBeGreaterThan(300);
  const faults: string[] = [];
  const left = Object.values(pages).flat();
  const throughTheRest = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      // As drawn by the server: what script draws is checked by whoever reads the same page with it.
      const page = await visit({ as: next.as, language: 'en', javaScript: false });
      await page.goto(next.path);
      if ((await page.locator('html').getAttribute('lang')) !== 'en')
        faults.push(`${next.path}: not marked as English`);
      for (const text of await wordsOf(page)) if (FRENCH_ONLY.has(text)) faults.push(`${next.path}: ${text}`);
      await page.close();
    }
  };
  await Promise.all([throughTheRest(), throughTheRest()]);
  expect(faults).toEqual([]);
});

journey('the language chosen at the foot of a page stays, with script and without, and goes back', async (visit) => {
  for (const javaScript of [false, true]) {
    const page = await visit({ javaScript });
    const language = () => page.locator('html').getAttribute('lang');
    await page.goto('/lieux?q=Annot');
    await arrivesAt(page, 'Annot et alentours');
    await page.getByRole('button', { name: 'English' }).click();
    await arrivesAt(page, 'Annot and around');
    expect(await language()).toBe('en');
    expect(page.url()).toContain('q=Annot');
    await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Sign in' }).click();
    await arrivesAt(page, 'Sign in');
    expect(await page.title()).toBe('Sign in – Mitoyen');
    await page.getByRole('button', { name: 'Français' }).click();
    await arrivesAt(page, 'Se connecter');
    await eventually(language).toBe('fr');
  }
});
