import { updateAccount, useAccountToken } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { hashToken } from './tokens.ts';

/** Proves an address by the link that was mailed to it. Refusal: `auth.token_invalid`. */
export async function verifyEmail(context: Context, token: string): Promise<Result<{ verified: true }>> {
  const { tx, networkId, now } = context;
  const accountId = await useAccountToken(tx, networkId, 'verify_email', hashToken(token), now);
  if (accountId === null) return refuse('auth.token_invalid');
  await updateAccount(tx, networkId, accountId, { emailVerifiedAt: now });
  return ok({ verified: true });
}
