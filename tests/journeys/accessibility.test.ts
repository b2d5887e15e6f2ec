import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { axeFaults } from '../support/axe.ts';
import { arrivesAt, eventually, expectNoSidewaysScroll, inBrowser, inPage, untilAlive } from '../support/journey.ts';
import { allPages, type PageOf } from '../support/pages.ts';
import { clearOfDemoBookings, newMember } from '../support/visitors.ts';

const journey = inBrowser();

let pages: Awaited<ReturnType<typeof allPages>>;
beforeAll(async () => {
  await clearOfDemoBookings('gap');
  pages = await allPages();
});

/** Tabs through the whole page: every stop shows itself, and the end is reached. */
async function walkByKeyboard(page: Page): Promise<string[]> {
  await inPage(
    page,
    `window.stops = [];
    document.addEventListener('focusin', ({ target }) => {
      const { outlineStyle, boxShadow } = getComputedStyle(target);
      window.stops.push({ name: target.outerHTML.slice(0, 120), isShown: outlineStyle !== 'none' || boxShadow !== 'none' });
    });`,
  );
  const faults: string[] = [];
  // A page for one field puts the keyboard there: the round begins and ends after it.
  const beginsElsewhere = await inPage<boolean>(page, 'document.activeElement !== document.body');
  let stops: { name: string; isShown: boolean }[] = [];
  const isBackAtStart = () => stops.length > 1 && stops.slice(1).some(({ name }) => name === stops[0]?.name);
  for (let presses = 0; presses < 600 && !isBackAtStart(); presses += 20) {
    for (let press = 0; press < 20; press += 1) await page.keyboard.press('Tab');
    stops = await inPage(page, 'window.stops');
  }
  if (!isBackAtStart()) faults.push(`the keyboard does not come through: it is at ${stops.at(-1)?.name}`);
  if (!beginsElsewhere && !stops[0]?.name.includes('href="#contenu"'))
    faults.push(`the first stop is ${stops[0]?.name}`);
  for (const stop of stops) if (!stop.isShown) faults.push(`no sign of focus: ${stop.name}`);
  return [...new Set(faults)];
}

async function examine(page: Page, { path }: PageOf): Promise<string[]> {
  await page.goto(path);
  await untilAlive(page);
  const faults = await axeFaults(page);
  faults.push(...(await walkByKeyboard(page)));

  // WCAG 1.4.10: a window 320 px wide, which is one of 1280 px enlarged four times. 1.4.4: text twice as large.
  await page.setViewportSize({ width: 320, height: 640 });
  faults.push(...(await tooWide(page)).map((text) => `at 320 px: ${text}`));
  await page.setViewportSize({ width: 1280, height: 900 });
  await inPage(page, 'void (document.documentElement.style.fontSize = "200%")');
  faults.push(...(await tooWide(page)).map((text) => `text at 200 %: ${text}`));
  return faults.map((fault) => `${path}: ${fault}`);
}

/** What sticks out of the window, where the page has to be scrolled sideways. */
async function tooWide(page: Page): Promise<string[]> {
  return inPage(
    page,
    `(() => {
      const { clientWidth, scrollWidth } = document.documentElement;
      if (scrollWidth <= clientWidth) return [];
      const out = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
      return [scrollWidth + ' px wide', ...out.slice(0, 3).map((element) => element.outerHTML.slice(0, 120))];
    })()`,
  );
}

for (const group of ['public', 'member', 'host', 'manager', 'demo'] as const) {
  journey(
    `${group} pages hold in axe, in light and dark, by keyboard, at 320 px and with text twice as large`,
    async (visit) => {
      const faults: string[] = [];
      const left = [...pages[group]];
      // Two windows: one is examined while the other is drawn.
      const throughTheRest = async () => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          const page = await visit(next.as ? { as: next.as } : {});
          faults.push(...(await examine(page, next)));
          await page.close();
        }
      };
      await Promise.all([throughTheRest(), throughTheRest()]);
      expect(faults).toEqual([]);
    },
  );
}

const hasFocus = async (where: Locator): Promise<boolean> =>
  (await where.count()) === 1 && where.evaluate((element) => element === element.ownerDocument.activeElement);

/** Tab until there, as one does who has no mouse. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press('Tab');
    if (await hasFocus(target)) return;
  }
  throw new Error('The keyboard does not lead there.');
}

journey('a booking is made by keyboard alone', async (visit) => {
  const member = await newMember('Clavier Seul');
  const page = await visit({ as: member });
  await page.goto('/');
  await untilAlive(page);
  await page.keyboard.press('Tab');
  expect(await hasFocus(page.getByRole('link', { name: 'Aller au contenu' }))).toBe(true);
  await page.keyboard.press('Enter');
  await eventually(() => inPage(page, 'document.activeElement.id')).toBe('contenu');

  await tabTo(page, page.getByLabel('Où ?'));
  await page.keyboard.type('Annot');
  await page.keyboard.press('Enter');
  await arrivesAt(page, 'Annot et alentours');
  await tabTo(page, page.getByRole('link', { name: "Relais de services publics d'Annot" }));
  await page.keyboard.press('Enter');
  await arrivesAt(page, "Relais de services publics d'Annot");
  // After a page has changed, the keyboard begins at its top.
  await page.keyboard.press('Tab');
  expect(await hasFocus(page.getByRole('link', { name: 'Aller au contenu' }))).toBe(true);

  const days = page.getByRole('navigation', { name: 'Choisir un jour' });
  await tabTo(page, days.getByRole('link').nth(3));
  await page.keyboard.press('Enter');
  await eventually(() => page.url()).toContain('date=');
  const until = page.getByRole('combobox', { name: 'À', exact: true });
  await tabTo(page, until);
  const before = await until.inputValue();
  await page.keyboard.press('ArrowUp');
  await eventually(() => page.url()).toContain('fin=');
  expect(await until.inputValue()).not.toBe(before);
  // What was chosen keeps the keyboard.
  expect(await hasFocus(until)).toBe(true);
  await tabTo(page, page.getByRole('button', { name: /^Réserver / }));
  await page.keyboard.press('Enter');
  await arrivesAt(page, 'Plus qu’à confirmer');
  await tabTo(page, page.getByRole('button', { name: /^Confirmer / }));
  await page.keyboard.press('Enter');
  await page.getByRole('status').filter({ hasText: 'C’est réservé' }).waitFor();
  await expectNoSidewaysScroll(page);
});
