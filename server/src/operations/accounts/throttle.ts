import { createHash } from 'node:crypto';
import { countAttempt } from '@mitoyen/db/queries';
import { RefusalError } from '../../problems.ts';
import type { Services } from '../../services.ts';

const WINDOW_MS = 15 * 60_000;

/** Attempts per quarter of an hour, for one address and for one source (a whole village may share one line). */
const LIMITS = { signIn: { address: 10, source: 100 }, mail: { address: 5, source: 50 } } as const;

/**
 * Counts an attempt before it is made, in a transaction of its own: a refused attempt counts too. Buckets hold hashes, not addresses.
 * Refusal (thrown): `auth.throttled` with `retryAfterSeconds`.
 */
export async function throttle(
  services: Services,
  networkId: string,
  kind: keyof typeof LIMITS,
  who: { address: string; source: string },
): Promise<void> {
  const now = services.clock.now();
  const windowStart = now - (now % WINDOW_MS);
  const counts = await services.db.withNetwork(networkId, async (tx) => ({
    address: await countAttempt(tx, networkId, `${kind}:address:${hash(who.address)}`, windowStart),
    source: await countAttempt(tx, networkId, `${kind}:source:${hash(who.source)}`, windowStart),
  }));
  if (counts.address > LIMITS[kind].address || counts.source > LIMITS[kind].source) {
    throw new RefusalError('auth.throttled', { retryAfterSeconds: Math.ceil((windowStart + WINDOW_MS - now) / 1000) });
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
