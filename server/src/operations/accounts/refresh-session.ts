import { loadActor, lockSessionByRefreshHash, updateSession } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { ACCESS_TOKEN_MS, REFRESH_TOKEN_MS } from '../../cookies.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { OpenedSession } from './sign-in.ts';
import { hashToken, newToken } from './tokens.ts';

/** Two tabs may refresh at once: within this time the token that was just replaced still gives an access token. */
const OVERLAP_MS = 30_000;

/**
 * Exchanges a refresh token for the next. A replaced token that comes back later than the overlap was stolen or copied: the whole
 * session ends (RFC 9700, 4.14.2), and `isTheft` says that this must be kept although the request is refused.
 */
export async function refreshSession(
  context: Context,
  refreshToken: string,
): Promise<Result<OpenedSession | { readonly isTheft: true }>> {
  const { tx, networkId, now, services } = context;
  const hash = hashToken(refreshToken);
  const session = await lockSessionByRefreshHash(tx, networkId, hash);
  if (session === null || session.revokedAt !== null || session.expiresAt <= now) return refuse('auth.session_ended');
  const isCurrent = session.refreshHash === hash;
  if (!isCurrent && now - session.rotatedAt > OVERLAP_MS) {
    await updateSession(tx, networkId, session.id, { revokedAt: now });
    return ok({ isTheft: true });
  }
  const actor = await loadActor(tx, networkId, session.accountId, session.id, now);
  if (actor === null) return refuse('auth.session_ended');
  const accessExpiresAt = now + ACCESS_TOKEN_MS;
  if (!isCurrent) return ok({ actor, refreshToken: null, refreshExpiresAt: session.expiresAt, accessExpiresAt });
  const next = newToken(services.random);
  const refreshExpiresAt = now + REFRESH_TOKEN_MS;
  await updateSession(tx, networkId, session.id, {
    refreshHash: hashToken(next),
    previousRefreshHash: hash,
    rotatedAt: now,
    lastUsedAt: now,
    expiresAt: refreshExpiresAt,
  });
  return ok({ actor, refreshToken: next, refreshExpiresAt, accessExpiresAt });
}
