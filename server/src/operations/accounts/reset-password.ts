import {
  findAccountByEmail,
  insertAccountToken,
  isAccountTokenLive,
  revokeSessionsOf,
  updateAccount,
  useAccountToken,
  voidAccountTokens,
} from '@mitoyen/db/queries';
import { hashPassword } from '../../adapters/passwords.ts';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { sendMail } from '../../mail/outgoing.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { Services } from '../../services.ts';
import { hashToken, newToken, normaliseEmail } from './tokens.ts';

const RESET_MS = 3_600_000;

/** Mails a link that lasts one hour. The answer is the same whether the address is known or not. */
export async function requestPasswordReset(context: Context, email: string): Promise<Result<{ accepted: true }>> {
  const { tx, networkId, now, services } = context;
  const account = await findAccountByEmail(tx, networkId, normaliseEmail(email));
  if (account === null || account.disabledAt !== null) return ok({ accepted: true });
  const token = newToken(services.random);
  await insertAccountToken(tx, {
    networkId,
    id: makeId(services, now),
    accountId: account.id,
    purpose: 'reset_password',
    tokenHash: hashToken(token),
    expiresAt: now + RESET_MS,
    createdAt: now,
  });
  await sendMail(context, {
    to: account.email,
    locale: account.locale,
    template: 'reset_password',
    data: { displayName: account.displayName, token },
  });
  return ok({ accepted: true });
}

/**
 * The hash of a new password, made for a link that serves only: hashing is slow, and anybody can invent links. No transaction is held
 * meanwhile. Null for any other link.
 */
export async function hashForReset(
  services: Services,
  networkId: string,
  input: { token: string; password: string },
): Promise<string | null> {
  const now = services.clock.now();
  const isLive = await services.db.withNetwork(networkId, (tx) =>
    isAccountTokenLive(tx, networkId, 'reset_password', hashToken(input.token), now),
  );
  return isLive ? hashPassword(input.password) : null;
}

/** Sets the new password; ends every session of the account, and the links that were mailed before. Refusal: `auth.token_invalid`. */
export async function resetPassword(
  context: Context,
  input: { token: string; passwordHash: string | null },
): Promise<Result<{ changed: true }>> {
  const { tx, networkId, now } = context;
  if (input.passwordHash === null) return refuse('auth.token_invalid');
  const accountId = await useAccountToken(tx, networkId, 'reset_password', hashToken(input.token), now);
  if (accountId === null) return refuse('auth.token_invalid');
  // The link came by mail: the address is proved as well.
  await updateAccount(tx, networkId, accountId, { passwordHash: input.passwordHash, emailVerifiedAt: now });
  await voidAccountTokens(tx, networkId, accountId, 'reset_password', now);
  await revokeSessionsOf(tx, networkId, accountId, now);
  return ok({ changed: true });
}
