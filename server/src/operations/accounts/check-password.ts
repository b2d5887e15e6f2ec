import { findAccountByEmail } from '@mitoyen/db/queries';
import { verifyPassword } from '../../adapters/passwords.ts';
import type { Services } from '../../services.ts';
import { normaliseEmail } from './tokens.ts';

/**
 * The stored hash that the password answers to, or null. Hashing takes as long for an unknown address as for a known one, and no
 * transaction is held meanwhile: many who sign in at once must not keep the others from their connections.
 */
export async function checkPassword(
  services: Services,
  networkId: string,
  email: string,
  password: string,
): Promise<string | null> {
  const account = await services.db.withNetwork(networkId, (tx) =>
    findAccountByEmail(tx, networkId, normaliseEmail(email)),
  );
  const stored = account?.passwordHash ?? null;
  return (await verifyPassword(stored, password)) ? stored : null;
}
