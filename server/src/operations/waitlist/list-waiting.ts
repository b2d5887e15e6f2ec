import { listWaitingOfMember } from '@mitoyen/db/queries';
import { type Context, signedIn } from '../../context.ts';
import { ok, type Result } from '../../problems.ts';
import type { WaitlistEntryBody } from '../../routes/waitlist/schemas.ts';
import { waitingView } from './views.ts';

/** What the caller waits for, and what is offered to them. */
export async function listWaiting(context: Context): Promise<Result<{ items: WaitlistEntryBody[] }>> {
  const { memberId } = signedIn(context);
  const rows = memberId === null ? [] : await listWaitingOfMember(context.tx, context.networkId, memberId, context.now);
  return ok({ items: rows.map(waitingView) });
}
