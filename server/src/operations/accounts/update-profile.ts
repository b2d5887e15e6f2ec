import { renameMemberOfAccount, updateAccount } from '@mitoyen/db/queries';
import type { Actor } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { ok, type Result } from '../../problems.ts';

/** Changes the caller's name or language. */
export async function updateProfile(
  context: Context,
  changes: { displayName?: string; locale?: 'fr' | 'en' },
): Promise<Result<Actor>> {
  const { tx, networkId } = context;
  const actor = signedIn(context);
  const displayName = changes.displayName?.trim() ?? actor.displayName;
  const locale = changes.locale ?? actor.locale;
  await updateAccount(tx, networkId, actor.accountId, { displayName, locale });
  if (displayName !== actor.displayName) await renameMemberOfAccount(tx, networkId, actor.accountId, displayName);
  return ok({ ...actor, displayName, locale });
}
