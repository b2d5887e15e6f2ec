import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPOSITORY } from '../../scripts/start/options.ts';
import { launchChromium } from './chromium.ts';
import { sharedProduct } from './product.ts';
import { type Login, signInOf } from './visitors.ts';

const ARTIFACTS = join(REPOSITORY, 'tests', '.artifacts');

/** What is on a page appears within this time, or the journey has failed. Generous: two cores, three bridges, a database. */
const PATIENCE_MS = 15_000;

export interface VisitorOptions {
  /** Signed in before the first page. */
  readonly as?: Login;
  readonly width?: number;
  readonly height?: number;
  readonly javaScript?: boolean;
  readonly colours?: 'light' | 'dark';
  readonly language?: 'fr' | 'en';
}

/** A person with a browser of their own (cookies, window), at no page yet. Paths are the product's: `page.goto('/lieux')`. */
export type Visit = (options?: VisitorOptions) => Promise<Page>;

/** For a test file: one Chromium, and `journey`, which tests like `test` with visitors at hand. */
export function inBrowser(): (name: string, run: (visit: Visit) => Promise<void>) => void {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  return (name, run) =>
    test(name, async () => {
      const contexts: BrowserContext[] = [];
      const faults: string[] = [];
      const visit: Visit = async (options = {}) => {
        const context = await openContext(browser, options);
        contexts.push(context);
        const page = await context.newPage();
        listen(page, faults);
        return page;
      };
      try {
        await run(visit);
        expect(faults, 'errors in the pages of this journey').toEqual([]);
      } catch (error) {
        await photograph(contexts, name);
        throw error;
      } finally {
        await Promise.all(contexts.map((context) => context.close()));
      }
    });
}

async function openContext(browser: Browser, options: VisitorOptions): Promise<BrowserContext> {
  const { as, width = 1280, height = 900, javaScript = true, colours = 'light', language = 'fr' } = options;
  const { url } = sharedProduct();
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    javaScriptEnabled: javaScript,
    colorScheme: colours,
    locale: language === 'fr' ? 'fr-FR' : 'en-GB',
    // Whoever looks at these pages is somewhere; the pages say the time of the place.
    timezoneId: 'America/New_York',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  // `__Host-` cookies are of a secure origin, which http on this machine counts as.
  const origin = url.replace(/^http:/, 'https:');
  if (as) await context.addCookies((await signInOf(as)).map((cookie) => ({ ...cookie, url: origin, secure: true })));
  return context;
}

/** A page that throws, breaks its own Content-Security-Policy or asks another host is a fault, whatever it shows. */
function listen(page: Page, faults: string[]): void {
  const { host } = new URL(sharedProduct().url);
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // A refused form and an unknown page are answers, which the browser also logs as errors.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      faults.push(`${page.url()}: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    const { protocol, host: asked } = new URL(request.url());
    if (/^https?:$/.test(protocol) && asked !== host) faults.push(`${page.url()} asked ${request.url()}`);
  });
}

/** What each visitor saw last, for whoever reads the failure. */
async function photograph(contexts: readonly BrowserContext[], journey: string): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  const name = journey.replaceAll(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80);
  const pages = contexts.flatMap((context) => context.pages());
  await Promise.all(
    pages.map((page, index) =>
      page
        .screenshot({ path: join(ARTIFACTS, `${name}-${index + 1}.png`), fullPage: true, timeout: 5_000 })
        .catch(() => {}),
    ),
  );
}

/** Waits for a heading, which is how a person knows where they are. */
export async function arrivesAt(page: Page, heading: string | RegExp): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

/** Waits until the page's script has taken over its forms and links. */
export async function untilAlive(page: Page): Promise<void> {
  await page.locator('html[data-script="running"]').waitFor({ state: 'attached' });
}

/** For what becomes so without anybody waiting for it by name: asked again until it is. */
export function eventually<T>(read: () => T | Promise<T>, { timeout = PATIENCE_MS, interval = 100 } = {}) {
  return expect.poll(read, { timeout, interval });
}

/** Runs in the page. Text, since these tests are not compiled for a browser. */
export async function inPage<T>(page: Page, expression: string): Promise<T> {
  return (await page.evaluate(expression)) as T;
}

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const overflow = await inPage<number>(
    page,
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(overflow, `${page.url()} scrolls sideways`).toBe(0);
}

/** What a person reads there: nothing hidden, and spaces are spaces. */
export async function textOf(where: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: hidden text is not read.
  return (await where.innerText()).replaceAll(/[\u00a0\u202f]/g, ' ');
}
