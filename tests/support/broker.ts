import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSiteBroker } from '@mitoyen/firmware-bridge';

export interface TestBroker {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

export const isMosquittoInstalled = (): boolean => spawnSync('mosquitto', ['-h']).error === undefined;

/**
 * A real broker on loopback: aedes in this process, or mosquitto where MITOYEN_TEST_BROKER=mosquitto (MITOYEN_TEST_MOSQUITTO=1 means
 * the same). `port` takes up a broker's place again after its `stop`.
 */
export async function startBroker(port = 0): Promise<TestBroker> {
  const { MITOYEN_TEST_BROKER, MITOYEN_TEST_MOSQUITTO } = process.env;
  const wanted = MITOYEN_TEST_BROKER ?? (MITOYEN_TEST_MOSQUITTO === '1' ? 'mosquitto' : 'aedes');
  if (wanted === 'mosquitto') return startMosquitto(port);
  if (wanted !== 'aedes') throw new Error(`MITOYEN_TEST_BROKER is mosquitto or aedes, not ${wanted}.`);
  const broker = await startSiteBroker({ host: '127.0.0.1', port });
  return { url: `mqtt://127.0.0.1:${broker.port}`, port: broker.port, stop: () => broker.stop() };
}

async function startMosquitto(wantedPort: number): Promise<TestBroker> {
  const port = wantedPort || (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'mitoyen-mosquitto-'));
  const path = join(folder, 'mosquitto.conf');
  writeFileSync(path, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n`);
  const child: ChildProcess = spawn('mosquitto', ['-c', path], { stdio: 'ignore' });
  await Promise.race([
    listening(port),
    once(child, 'error').then(([error]) => Promise.reject(error)),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`mosquitto ended with code ${code}`))),
  ]);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** Resolves when something accepts connections: a refused connection is answered by the kernel, and tried again at once. */
async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
