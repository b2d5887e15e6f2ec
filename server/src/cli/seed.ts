import { createPublicKey } from 'node:crypto';
import { seedDemo } from '@mitoyen/db/seed';
import { privateKeyFromText, publicKeyText } from '@mitoyen/protocol';
import { hashPassword } from '../adapters/passwords.ts';
import { SIGNING_KID } from '../signing.ts';
import { type Installation, UsageError } from './installation.ts';

/** Any ports: where the demo's sites are simulated, `pnpm start` says which. */
const PORTS = { sites: { annot: 1884, apt: 1885, gap: 1886 }, simulator: 1890 };

/**
 * Adds the demo network to a database that has been migrated, and writes the files of its three simulated sites to the data folder.
 * Needs the secrets of the server that will read what is sealed here.
 */
export async function addDemoNetwork(
  installation: Installation,
  options: { dataDir: string; mqttUrl: string; demoPassword: string },
): Promise<{ isNew: boolean; logins: readonly { role: string; email: string }[] }> {
  const { secret, signingKey } = installation;
  if (secret === null || signingKey === null) {
    throw new UsageError(
      'MITOYEN_SECRET and MITOYEN_SIGNING_KEY must be those of the server: what is seeded is sealed with them.',
    );
  }
  const { isNew, logins } = await seedDemo({
    ownerUrl: installation.ownerUrl,
    secret,
    dataDir: options.dataDir,
    clock: { now: () => Date.now() },
    hashPassword,
    demoPassword: options.demoPassword,
    mqttUrl: options.mqttUrl,
    serverKey: { kid: SIGNING_KID, publicKey: publicKeyText(createPublicKey(privateKeyFromText(signingKey))) },
    ports: PORTS,
    log: (line) => console.log(line),
  });
  return { isNew, logins };
}
