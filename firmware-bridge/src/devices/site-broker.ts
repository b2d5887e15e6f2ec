import { timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';

export interface SiteBroker {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * A broker for a site that has none: MQTT 3.1.1, nothing kept on disk (retained states come again from the devices).
 * @param options.port 0 takes any free one.
 * @param options.username with `password`: what every client must show; left out, anybody who reaches the port is let in.
 */
export async function startSiteBroker(options: {
  host: string;
  port: number;
  username?: string | undefined;
  password?: string | undefined;
}): Promise<SiteBroker> {
  const { host, port, username, password } = options;
  // Loaded here and not above: most sites have a broker, and this one takes memory.
  const { Aedes } = await import('aedes');
  const broker = await Aedes.createBroker({
    authenticate: (_client, givenName, givenPassword, done) => {
      if (password === undefined) return done(null, true);
      const isRight = givenName === username && isSame(givenPassword ?? Buffer.alloc(0), Buffer.from(password));
      done(null, isRight);
    },
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => broker.close(() => resolve()));
    },
  };
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
