import { createServer } from 'node:net';
import { Aedes, type Client } from 'aedes';
import { BrokerAccess, type BrokerUser, isBelow } from './users.ts';

export interface BrokerOptions {
  readonly port: number;
  readonly usersFile: string;
  readonly log: (line: string) => void;
}

export interface Broker {
  readonly port: number;
  close(): Promise<void>;
}

/** A snapshot part has 200 kB (PROTOCOL); twice that leaves room for its envelope, and bounds a hostile client. */
const MAX_PAYLOAD_BYTES = 400_000;
/** How soon a client whose user was removed, or has a new password, is cut off. */
const REVOCATION_CHECK_MS = 2_000;

/**
 * The demo's broker. Retained messages and sessions live in memory: after a restart the server and the bridges publish
 * anew what must be retained, so nothing of ours relies on the broker's memory. Production runs mosquitto.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const access = new BrokerAccess(options.usersFile);
  const signedIn = new Map<Client, { username: string; user: BrokerUser }>();

  const aedes = await Aedes.createBroker({
    authenticate: (client, username, password, done) => {
      const user = access.authenticate(username, password);
      if (!user || username === undefined) {
        options.log(`refused: ${client.id} as ${username ?? 'nobody'}`);
        return done(Object.assign(new Error('not authorised'), { returnCode: 5 }), false);
      }
      signedIn.set(client, { username, user });
      done(null, true);
    },
    authorizePublish: (client, packet, done) => {
      const prefix = client ? signedIn.get(client)?.user.prefix : undefined;
      if (prefix === undefined || !isBelow(prefix, packet.topic)) {
        options.log(`refused: ${client?.id} publishing ${packet.topic}`);
        return done(new Error('not authorised to publish here'));
      }
      if (packet.payload.length > MAX_PAYLOAD_BYTES) return done(new Error('payload too large'));
      done(null);
    },
    authorizeSubscribe: (client, subscription, done) => {
      const prefix = signedIn.get(client)?.user.prefix;
      if (prefix === undefined || !isBelow(prefix, subscription.topic)) {
        options.log(`refused: ${client.id} subscribing to ${subscription.topic}`);
        // No error: the subscription alone is answered with failure (MQTT 3.1.1, 3.9.3), the client stays.
        return done(null, null);
      }
      done(null, subscription);
    },
    // A session may be taken over by naming its client identifier, with its subscriptions: delivery is checked too.
    authorizeForward: (client, packet) => {
      const prefix = signedIn.get(client)?.user.prefix;
      return prefix !== undefined && isBelow(prefix, packet.topic) ? packet : null;
    },
  });
  aedes.on('clientDisconnect', (client) => signedIn.delete(client));
  aedes.on('clientError', (client, error) => options.log(`${client.id}: ${error.message}`));

  const revocation = setInterval(() => {
    for (const [client, { username, user }] of signedIn) {
      const now = access.find(username);
      if (now && now.passwordSha256 === user.passwordSha256 && now.prefix === user.prefix) continue;
      options.log(`cut off: ${client.id}, ${username} is no longer what it was`);
      client.close();
    }
  }, REVOCATION_CHECK_MS);

  const server = createServer(aedes.handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    close: async () => {
      clearInterval(revocation);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(resolve));
      await closed;
    },
  };
}
