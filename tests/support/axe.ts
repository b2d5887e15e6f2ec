import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { inPage } from './journey.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const EVERY_RULE = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe holds against the page as it stands, in its own words: in light, and the contrasts in dark. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const faults = await seriousViolations(page, { type: 'tag', values: EVERY_RULE });
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await seriousViolations(page, { type: 'rule', values: ['color-contrast'] });
  await page.emulateMedia({ colorScheme: 'light' });
  return [...faults, ...dark.map((text) => `dark: ${text}`)];
}

async function seriousViolations(page: Page, runOnly: object): Promise<string[]> {
  const { violations } = await inPage<AxeResults>(
    page,
    `axe.run(document, ${JSON.stringify({ runOnly, resultTypes: ['violations'] })})`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id} (${nodes.length} times): ${help}, as in ${nodes[0]?.html.slice(0, 200)}`);
}
