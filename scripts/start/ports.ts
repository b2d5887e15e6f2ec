import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Whether the port can be listened on now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Free on both loopbacks: a browser asked for `localhost` tries ::1 first, and would find who listens there alone. */
export async function isWebPortFree(port: number, host: string): Promise<boolean> {
  return (await isPortFree(port, host)) && (!hasIpv6Loopback() || (await isPortFree(port, '::1')));
}

function hasIpv6Loopback(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some((address) => address.address === '::1'));
}

/** A port that the system chose as free a moment ago. */
export function anyFreePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port: 0, host, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port was given')),
      );
    });
  });
}

/** Listens on the port in the place of whoever will in a while, so that nobody else takes it; answers nothing. Call to let it go. */
export function holdPort(port: number, host = '127.0.0.1'): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const placeholder = createServer((socket) => socket.destroy());
    placeholder.once('error', reject);
    placeholder.listen({ port, host, exclusive: true }, () =>
      resolve(() => new Promise((closed) => placeholder.close(() => closed()))),
    );
  });
}

/** The first free port from `first` on, among a hundred. */
export async function firstFreePort(
  first: number,
  isFree: (port: number) => Promise<boolean> = isPortFree,
): Promise<number> {
  for (let port = first; port < first + 100; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new Error(`The ports ${first} to ${first + 99} are all taken.`);
}

/** Name and process id of who listens on the port, where the system lets us know. */
export function whoListens(port: number): string | undefined {
  const inode = listeningInode(port);
  if (!inode) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const isHolder = readdirSync(`/proc/${pid}/fd`).some(
        (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`,
      );
      if (isHolder) return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (process ${pid})`;
    } catch {
      // Another user's process, or one that has just ended.
    }
  }
  return undefined;
}

/** proc_net_tcp(5): column 1 is address:port in hexadecimal, column 3 the state (0A: listening), column 9 the inode. */
function listeningInode(port: number): string | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    let lines: string[];
    try {
      lines = readFileSync(table, 'utf8').split('\n').slice(1);
    } catch {
      continue;
    }
    for (const line of lines) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(suffix) && columns[3] === '0A') return columns[9];
    }
  }
  return undefined;
}
