import { findSession, updateSession } from '@mitoyen/db/queries';
import { may } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';

/** Ends one of the caller's sessions; `current` is the one of this request. Ended already: no refusal. Refusal: `not_found`. */
export async function endSession(context: Context, id: string | 'current'): Promise<Result<{ isCurrent: boolean }>> {
  const { tx, networkId, now } = context;
  const actor = signedIn(context);
  const sessionId = id === 'current' ? actor.sessionId : id;
  const session = await findSession(tx, networkId, sessionId);
  if (session === null || !may(actor, 'session.end', { ownerAccountId: session.accountId })) return refuse('not_found');
  if (session.revokedAt === null) await updateSession(tx, networkId, sessionId, { revokedAt: now });
  return ok({ isCurrent: sessionId === actor.sessionId });
}
