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
  /** From now on: `pass` on, `close` at once what connects, or say nothing and pass nothing on (`hold`). */
  mode: 'pass' | 'close' | 'hold';
  close(): Promise<void>;
}

export async function startRelay(targetUrl: string): Promise<Relay> {
  const target = new URL(targetUrl);
  const clients = new Set<Socket>();
  let lastWord: string | null = null;

  const server = createServer({ noDelay: true }, (client) => {
    if (relay.mode === 'close') {
      client.on('error', () => {});
      client.resume().end();
      return;
    }
    const upstream = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    clients.add(client);
    const end = () => {
      clients.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.on('data', (chunk) => {
      if (lastWord !== null && chunk.includes(lastWord)) {
        lastWord = null;
        client.resetAndDestroy();
      } else if (relay.mode !== 'hold') upstream.write(chunk);
    });
    upstream.on('data', (chunk) => relay.mode === 'hold' || client.write(chunk));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const relay: Relay = {
    mode: 'pass',
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
      lastWord = text;
    },
    async close() {
      relay.reset();
      server.close();
      await once(server, 'close');
    },
  };
  return relay;
}
