import type { CDPSession, Page } from 'playwright-core';
import { expect } from 'vitest';
import { arrivesAt, eventually, inBrowser, inPage, untilAlive } from '../support/journey.ts';
import { demoLogin, newMember } from '../support/visitors.ts';

const journey = inBrowser();

const SCRIPT_BUDGET = 100_000;
const PAGE_BUDGET = 300_000;

interface Traffic {
  readonly requests: number;
  /** As they came over the line: compressed, with their headers. */
  readonly bytes: number;
  readonly scriptBytes: number;
}

/** Counts what a page loads, from now on. */
async function weigh(page: Page): Promise<{ read(): Promise<Traffic>; line: CDPSession }> {
  const line = await page.context().newCDPSession(page);
  const kinds = new Map<string, string>();
  const underWay = new Set<string>();
  let requests = 0;
  let bytes = 0;
  let scriptBytes = 0;
  line.on('Network.requestWillBeSent', ({ requestId, type }) => {
    // The stream of a host's page never ends.
    if (type === 'EventSource') return;
    requests += 1;
    underWay.add(requestId);
  });
  line.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
  line.on('Network.loadingFailed', ({ requestId }) => underWay.delete(requestId));
  line.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    underWay.delete(requestId);
    bytes += encodedDataLength;
  });
  // Of script what travels compressed, without the headers that come with it: those count among all bytes.
  line.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    if (kinds.get(requestId) === 'Script') scriptBytes += encodedDataLength;
  });
  await line.send('Network.enable');
  return {
    line,
    async read() {
      await inPage(page, 'document.fonts.ready.then(() => {})');
      await eventually(() => underWay.size).toBe(0);
      return { requests, bytes, scriptBytes };
    },
  };
}

for (const [name, path, role] of [
  ['home', '/', null],
  ['search', '/lieux?q=Annot', null],
  ['place', '/lieux/annot', null],
  ['host’s day', '/mes-lieux/annot', 'host'],
  ['planner', '/mes-lieux/annot/horaires', 'host'],
  ['year', '/mes-lieux/annot/horaires/annee', 'host'],
  ['network', '/reseau', 'manager'],
] as const) {
  journey(`the first view of the ${name} page is light enough for a slow line`, async (visit) => {
    const page = await visit(role === null ? {} : { as: demoLogin(role) });
    const traffic = await weigh(page);
    await page.goto(path);
    await untilAlive(page);
    const { bytes, scriptBytes, requests } = await traffic.read();
    // Something was weighed: a page without script would pass unseen.
    expect(scriptBytes).toBeGreaterThan(10_000);
    expect(scriptBytes, 'bytes of compressed script').toBeLessThan(SCRIPT_BUDGET);
    expect(bytes, 'bytes in all').toBeLessThan(PAGE_BUDGET);
    expect(requests, 'requests').toBeLessThan(65);
  });
}

journey('from the first page to a confirmed booking over 1 Mbit/s and 150 ms', async (visit) => {
  const page = await visit({ as: await newMember('Lente Ligne'), width: 390, height: 844 });
  const traffic = await weigh(page);
  await traffic.line.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: 1_000_000 / 8,
    uploadThroughput: 250_000 / 8,
  });
  const steps: [string, Traffic][] = [];
  const step = async (name: string, act: () => Promise<unknown>) => {
    await act();
    steps.push([name, await traffic.read()]);
  };
  await step('home', async () => {
    await page.goto('/');
    await untilAlive(page);
  });
  await step('search', async () => {
    await page.getByLabel('Où ?').fill('Annot');
    await page.getByRole('button', { name: 'Chercher' }).click();
    await arrivesAt(page, 'Annot et alentours');
  });
  await step('place', async () => {
    await page.getByRole('link', { name: "Relais de services publics d'Annot" }).click();
    await arrivesAt(page, "Relais de services publics d'Annot");
  });
  await step('another day', async () => {
    const day = page.getByRole('navigation', { name: 'Choisir un jour' }).getByRole('link').nth(5);
    const date = /date=([\d-]+)/.exec((await day.getAttribute('href')) ?? '')?.[1] ?? 'no date';
    await day.click();
    await eventually(() => page.url()).toContain(`date=${date}`);
  });
  await step('hold', async () => {
    await page.getByRole('button', { name: /^Réserver / }).click();
    await arrivesAt(page, 'Plus qu’à confirmer');
  });
  await step('confirm', async () => {
    await page.getByRole('button', { name: /^Confirmer / }).click();
    await page.getByRole('status').filter({ hasText: 'C’est réservé' }).waitFor();
  });
  const total = steps.at(-1)?.[1];
  const told = steps.map(([name, { requests, bytes }]) => `${name}: ${requests} requests, ${bytes} bytes`).join('\n');
  // What the first page may weigh is enough for all of it.
  expect(total?.bytes, told).toBeLessThan(PAGE_BUDGET);
  expect(total?.requests, told).toBeLessThan(100);
});
