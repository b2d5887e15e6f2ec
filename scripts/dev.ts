/**
 * pnpm dev [pnpm start's options]: the product from its sources. The server starts again when a file of it changes;
 * the pages come from Vite, at an address of its own, and speak to the server over HTTP.
 */
import { watch } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SupervisedChild } from './start/child.ts';
import { ConsoleProgress } from './start/console.ts';
import { messagesFor } from './start/messages.ts';
import { REPOSITORY, readOptions } from './start/options.ts';
import { firstFreePort, isWebPortFree } from './start/ports.ts';
import { isListening } from './start/probes.ts';
import { startProduct } from './start/product.ts';

const options = readOptions(process.argv.slice(2), process.env);
const messages = messagesFor(process.env);
const show = (name: string, line: string) => console.log(`  [${name}] ${line}`);

const pagesPort = await firstFreePort(5173, (port) => isWebPortFree(port, options.host));
const pagesUrl = `http://localhost:${pagesPort}`;
const asked = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.abort());

const SERVER_SOURCES = ['server/src', 'db/src', 'domain/src', 'firmware-bridge/protocol/src'];
let restart: NodeJS.Timeout | undefined;
/** An editor writes several times, and a checkout many files: one restart for all. */
function restartSoon(): void {
  clearTimeout(restart);
  restart = setTimeout(() => product.restartServer(), 200);
}

const product = await startProduct({
  ...options,
  run: 'source',
  // The pages' address is the one that people type: links in mails and the origin of forms go by it.
  env: { ...process.env, PUBLIC_URL: process.env.PUBLIC_URL || pagesUrl },
  messages,
  progress: new ConsoleProgress(messages, process.stdout),
  signal: asked.signal,
  onLine: (name, line) => {
    if (name === 'server') show(name, line);
  },
});
const pages = await startPages().catch(async (error) => {
  await product.stop();
  throw error;
});

console.log(`\n  ${pagesUrl}   (API: http://localhost:${product.port}/api/docs)`);
for (const { role, email } of product.demo?.logins ?? [])
  console.log(`    ${role.padEnd(14)} ${email}  ${product.secrets.demoPassword}`);
const watchers = SERVER_SOURCES.map((folder) => watch(join(REPOSITORY, folder), { recursive: true }, restartSoon));
await new Promise((resolve) => asked.signal.addEventListener('abort', resolve, { once: true }));
for (const watcher of watchers) watcher.close();
await pages.stop();
await product.stop();
process.exit();

function startPages(): Promise<SupervisedChild> {
  const web = join(REPOSITORY, 'web');
  const vite = join(createRequire(join(web, 'package.json')).resolve('vite/package.json'), '..', 'bin', 'vite.js');
  return SupervisedChild.start({
    name: 'pages',
    script: vite,
    args: ['dev', '--port', String(pagesPort), '--strictPort', '--host', options.host],
    cwd: web,
    env: { MITOYEN_API_URL: `http://127.0.0.1:${product.port}` },
    logFile: join(product.logs, 'vite.log'),
    ready: () => isListening(pagesPort),
    signal: asked.signal,
    onLine: (line) => show('pages', line),
  });
}
