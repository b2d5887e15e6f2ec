import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server of a database, and does to their connections what networks and dying machines do. */
export interface Relay {
  /** The address to give to the client: that of the server, through here. */
  url(target: string): string;
  /** Ends every connection in an error on the client's side (ECONNRESET), as a process does that dies with bytes unread. */
  reset(): void;
  /** The same, for the next connection on which the client says `text`. */
  resetWhenSaid(text: string): void;
  /** Lets nothing through any more, and forgets nothing: it arrives after `resume`. */
  hold(): void;
  /** The same, once the client has said `text`, which still gets through. */
  holdOnceSaid(text: string): void;
  resume(): void;
  /** Whether connections are closed as soon as they are made. */
  isClosing: boolean;
  close(): Promise<void>;
}

export async function startRelay(targetUrl: string): Promise<Relay> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let resetAt: string | null = null;
  let holdAt: string | null = null;
  let isHolding = false;

  const server = createServer({ noDelay: true }, (client) => {
    if (relay.isClosing) {
      client.on('error', () => {}).resume();
      client.end();
      return;
    }
    const upstream = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    const end = () => {
      for (const socket of [client, upstream]) sockets.delete(socket.destroy());
      clients.delete(client);
    };
    clients.add(client);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', end).on('close', end));
    client.on('data', (chunk) => {
      if (resetAt !== null && chunk.includes(resetAt)) {
        resetAt = null;
        client.resetAndDestroy();
        return;
      }
      upstream.write(chunk);
      if (holdAt !== null && chunk.includes(holdAt)) {
        holdAt = null;
        relay.hold();
      }
    });
    upstream.on('data', (chunk) => client.write(chunk));
    if (isHolding) for (const socket of [client, upstream]) socket.pause();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const relay: Relay = {
    isClosing: false,
    url(address) {
      const url = new URL(address);
      url.hostname = '127.0.0.1';
      url.port = String(port);
      return url.href;
    },
    reset() {
      for (const client of clients) client.resetAndDestroy();
    },
    resetWhenSaid(text) {
      resetAt = text;
    },
    hold() {
      isHolding = true;
      for (const socket of sockets) socket.pause();
    },
    holdOnceSaid(text) {
      holdAt = text;
    },
    resume() {
      isHolding = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return relay;
}
