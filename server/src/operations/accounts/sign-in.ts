import { findAccountByEmail, insertSession, loadActor } from '@mitoyen/db/queries';
import type { Instant } from '@mitoyen/domain';
import type { Actor } from '../../authorisation.ts';
import type { Context } from '../../context.ts';
import { ACCESS_TOKEN_MS, REFRESH_TOKEN_MS } from '../../cookies.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { hashToken, newToken, normaliseEmail } from './tokens.ts';

export interface OpenedSession {
  readonly actor: Actor;
  readonly refreshToken: string | null;
  readonly refreshExpiresAt: Instant;
  readonly accessExpiresAt: Instant;
}

/**
 * Opens a session for the account whose hash `checkPassword` found the password to answer to: an unknown address and a wrong password
 * are told apart neither by the answer nor by its delay. Refusal: `auth.wrong_credentials`.
 */
export async function signIn(
  context: Context,
  input: { email: string; userAgent: string; verifiedHash: string | null },
): Promise<Result<OpenedSession>> {
  const { tx, networkId, now, services } = context;
  const account = await findAccountByEmail(tx, networkId, normaliseEmail(input.email));
  // The password may have been changed since it was checked.
  const holds = input.verifiedHash !== null && account?.passwordHash === input.verifiedHash;
  if (account === null || !holds || account.disabledAt !== null) return refuse('auth.wrong_credentials');
  const sessionId = makeId(services, now);
  const refreshToken = newToken(services.random);
  const refreshExpiresAt = now + REFRESH_TOKEN_MS;
  await insertSession(tx, {
    networkId,
    id: sessionId,
    accountId: account.id,
    refreshHash: hashToken(refreshToken),
    rotatedAt: now,
    userAgent: input.userAgent.slice(0, 300),
    createdAt: now,
    lastUsedAt: now,
    expiresAt: refreshExpiresAt,
  });
  const actor = await loadActor(tx, networkId, account.id, sessionId, now);
  if (actor === null) throw new Error('A session that was just opened is not there.');
  return ok({ actor, refreshToken, refreshExpiresAt, accessExpiresAt: now + ACCESS_TOKEN_MS });
}
