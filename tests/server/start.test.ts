import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { SupervisedChild } from '../../scripts/start/child.ts';
import { KnownPorts } from '../../scripts/start/known-ports.ts';
import { takeLock } from '../../scripts/start/lock.ts';
import { messagesFor } from '../../scripts/start/messages.ts';
import { readOptions, UsageError } from '../../scripts/start/options.ts';
import { anyFreePort, isPortFree, whoListens } from '../../scripts/start/ports.ts';
import { withClient } from '../../scripts/start/postgres/database.ts';
import { startPostgres } from '../../scripts/start/postgres/server.ts';
import { loadSecrets } from '../../scripts/start/secrets.ts';
import { StopStack } from '../../scripts/start/stop-stack.ts';
import { temporaryDataDir } from '../support/product.ts';
import { runScript } from '../support/run-script.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function dataDir(): Promise<string> {
  const dir = await temporaryDataDir();
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function occupy(port: number): Promise<void> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
}

describe('the web port', () => {
  test('asked for and taken: says by whom and what to do, touches nothing, exit 1', async () => {
    const port = await anyFreePort();
    await occupy(port);
    const data = await dataDir();
    const { code, output } = await runScript('scripts/start.ts', ['--port', String(port), '--data', data]);
    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} is taken by `);
    expect(output).toContain(`(process ${process.pid})`);
    expect(output).toContain(`--port ${port + 1}`);
    expect(existsSync(join(data, 'secrets.json'))).toBe(false);
    expect(existsSync(join(data, 'lock'))).toBe(false);
  });

  test('who listens on a port is found by its name and process', async () => {
    const port = await anyFreePort();
    expect(whoListens(port)).toBeUndefined();
    await occupy(port);
    expect(whoListens(port)).toContain(`(process ${process.pid})`);
    expect(await isPortFree(port)).toBe(false);
  });
});

describe('ports of embedded parts', () => {
  test('stay the same from one start to the next, move when taken, and differ from each other', async () => {
    const file = join(await dataDir(), 'ports.json');
    const usual = await anyFreePort();
    const first = await new KnownPorts(file).take('postgres', usual);
    expect(await new KnownPorts(file).take('mqtt', usual)).not.toBe(first);
    expect(await new KnownPorts(file).take('postgres', usual)).toBe(first);
    await occupy(first);
    expect(await new KnownPorts(file).take('postgres', usual)).not.toBe(first);
  });

  test('one that is held goes to no other start before it is released, and to two starts at once neither', async () => {
    const usual = await anyFreePort();
    const starts = await Promise.all(
      [await dataDir(), await dataDir()].map((dir) => new KnownPorts(join(dir, 'ports.json')).hold('mqtt', usual)),
    );
    expect(new Set(starts.map(({ port }) => port)).size).toBe(2);
    for (const { port } of starts) expect(await isPortFree(port)).toBe(false);
    for (const { port, release } of starts) {
      await release();
      expect(await isPortFree(port)).toBe(true);
      // A start that is given up after the broker has begun releases it once more.
      await release();
    }
  });
});

describe('the lock of a data folder', () => {
  test('a second start is refused and told where the first answers, until it is released', async () => {
    const file = join(await dataDir(), 'lock');
    const first = takeLock(file);
    if (!first.ok) throw new Error('a free lock was refused');
    first.lock.announce('http://localhost:3000');
    expect(takeLock(file)).toMatchObject({ ok: false, holder: { pid: process.pid, address: 'http://localhost:3000' } });
    first.lock.release();
    expect(takeLock(file)).toMatchObject({ ok: true, tookOver: false });
  });

  test('a holder that is gone is taken over from, and so is one whose number another process has now', async () => {
    const file = join(await dataDir(), 'lock');
    const gone = spawn('/bin/true');
    await once(gone, 'exit');
    writeFileSync(file, JSON.stringify({ pid: gone.pid, startedAtTicks: '1' }));
    expect(takeLock(file)).toMatchObject({ ok: true, tookOver: true });
    writeFileSync(file, JSON.stringify({ pid: process.pid, startedAtTicks: '1' }));
    expect(takeLock(file)).toMatchObject({ ok: true, tookOver: true });
  });

  test('the command refuses to start, or to reset, what another process runs', async () => {
    const data = await dataDir();
    const held = takeLock(join(data, 'lock'));
    if (!held.ok) throw new Error('a free lock was refused');
    held.lock.announce('http://localhost:4321');
    writeFileSync(join(data, 'secrets.json'), '{}');
    for (const args of [[], ['--reset', '--yes']]) {
      const { code, output } = await runScript('scripts/start.ts', ['--data', data, ...args]);
      expect(code).toBe(1);
      expect(output).toContain(`already runs at http://localhost:4321 (process ${process.pid}`);
      expect(existsSync(join(data, 'secrets.json'))).toBe(true);
    }
  });
});

describe('options', () => {
  test('a flag wins over the environment, which wins over the default', () => {
    expect(readOptions([], {}).port).toBeUndefined();
    expect(readOptions([], { PORT: '4000' }).port).toBe(4000);
    expect(readOptions(['--port', '5000'], { PORT: '4000' }).port).toBe(5000);
    expect(readOptions(['--data', 'there'], { INIT_CWD: '/somewhere', MITOYEN_DATA: 'no' }).dataDir).toBe(
      '/somewhere/there',
    );
  });

  test.each([['--port', '0'], ['--port', '65536'], ['--port', 'http'], ['--colour']])('%s %s is refused', (...args) => {
    expect(() => readOptions(args, {})).toThrow(UsageError);
  });

  test('--reset with nobody to ask removes nothing and says how to confirm', async () => {
    const data = await dataDir();
    writeFileSync(join(data, 'secrets.json'), '{}');
    const { code, output } = await runScript('scripts/start.ts', ['--reset', '--data', data]);
    expect(code).toBe(1);
    expect(output).toContain('--yes');
    expect(existsSync(join(data, 'secrets.json'))).toBe(true);
  });

  test('the console speaks French where the locale is French, and English elsewhere', () => {
    expect(messagesFor({ LANG: 'fr_FR.UTF-8' }).stopped).toBe('Arrêté.');
    expect(messagesFor({ LANG: 'fr_FR.UTF-8', LC_ALL: 'C' }).stopped).toBe('Stopped.');
    expect(messagesFor({ LANG: 'de_DE.UTF-8' }).stopped).toBe('Stopped.');
    expect(messagesFor({}).stopped).toBe('Stopped.');
  });
});

test('secrets are made once, differ between installations, and only their owner can read them', async () => {
  const file = join(await dataDir(), 'secrets.json');
  const made = loadSecrets(file);
  expect(loadSecrets(file)).toEqual(made);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const other = loadSecrets(join(await dataDir(), 'secrets.json'));
  for (const [name, value] of Object.entries(made)) {
    if (name !== 'v') expect(other).not.toHaveProperty(name, value);
  }
});

test('parts stop last first, those of one tier together, and one that fails does not keep the others running', async () => {
  const stopped: string[] = [];
  const stack = new StopStack();
  const part = (name: string) => async () => {
    stopped.push(name);
    if (name === 'server') throw new Error('the server did not stop');
  };
  stack.push('database', part('database'));
  stack.push('server', part('server'));
  stack.push('sites', part('bridge'));
  stack.push('sites', part('simulator'));
  await expect(stack.stopAll()).rejects.toThrow('the server did not stop');
  expect(stopped).toEqual(['bridge', 'simulator', 'server', 'database']);
  await stack.stopAll();
  expect(stopped).toHaveLength(4);
});

describe('a supervised child', () => {
  async function childScript(lines: string): Promise<{ script: string; logFile: string; cwd: string }> {
    const folder = await dataDir();
    const script = join(folder, 'child.mjs');
    writeFileSync(script, lines);
    return { script, logFile: join(folder, 'child.log'), cwd: folder };
  }
  const runsOn = 'console.log(JSON.stringify({ ready: true, pid: process.pid })); setInterval(() => {}, 60_000);';
  const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

  test('is started again when it falls, and not when it is stopped', async () => {
    const falls: string[] = [];
    const child = await SupervisedChild.start({
      ...(await childScript(runsOn)),
      name: 'child',
      env: {},
      ready: 'line',
      onFall: (how, pauseMs) => falls.push(`${how}, ${pauseMs}`),
    });
    cleanups.push(() => child.stop());
    const first = child.pid as number;
    process.kill(first, 'SIGKILL');
    await expect.poll(() => child.pid !== first && isAlive(child.pid as number), { timeout: 10_000 }).toBe(true);
    expect(falls).toEqual(['SIGKILL, 500']);
    const second = child.pid as number;
    await child.stop();
    expect(isAlive(second)).toBe(false);
    expect(falls).toHaveLength(1);
  });

  test('that ends before it is ready fails the start with its own last words', async () => {
    const starting = SupervisedChild.start({
      ...(await childScript('console.error("DATABASE_URL is missing"); process.exit(3);')),
      name: 'server',
      env: {},
      ready: 'line',
    });
    await expect(starting).rejects.toThrow(/^server: ended \(3\)\nDATABASE_URL is missing\n/);
  });

  test('ends with its supervisor, even one that is killed', async () => {
    const { script, logFile, cwd } = await childScript(runsOn);
    const module = new URL('../../scripts/start/child.ts', import.meta.url).href;
    const options = JSON.stringify({ name: 'child', script, logFile, cwd, env: {}, ready: 'line' });
    const supervisor = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { SupervisedChild } from ${JSON.stringify(module)};
         const child = await SupervisedChild.start(${options});
         console.log(child.pid);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(supervisor.stdout, 'data');
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    supervisor.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});

test('a PostgreSQL that a killed start left behind is stopped, and what it had committed is there', async () => {
  const home = mkdtempSync('/tmp/mitoyen-pg-orphan-');
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));
  chmodSync(home, 0o755);
  const port = await anyFreePort();
  const script = new URL('../../scripts/start/postgres/server.ts', import.meta.url).href;
  const options = JSON.stringify({ home, port, superuserPassword: 'secret' });
  const starter = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { startPostgres } from ${JSON.stringify(script)};
       await startPostgres({ ...${options}, onLog: () => {} });
       console.log('ready');
       setInterval(() => {}, 60_000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(starter.stdout, 'data');
  const url = `postgres://postgres:secret@127.0.0.1:${port}/postgres`;
  await withClient(url, (sql) => sql`create table kept as select 42 as answer`);
  starter.kill('SIGKILL');
  await once(starter, 'exit');
  expect(await isPortFree(port)).toBe(false);

  const server = await startPostgres({ home, port, superuserPassword: 'secret', onLog: () => {} });
  cleanups.push(() => server.stop());
  const [row] = await withClient(server.superuserUrl(), (sql) => sql`select answer from kept`);
  expect(row).toEqual({ answer: 42 });
  await server.killHard();
  const again = await startPostgres({ home, port, superuserPassword: 'secret', onLog: () => {} });
  cleanups.push(() => again.stop());
  const [after] = await withClient(again.superuserUrl(), (sql) => sql`select answer from kept`);
  expect(after).toEqual({ answer: 42 });
});
