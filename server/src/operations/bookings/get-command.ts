import { findCommand } from '@mitoyen/db/queries';
import { may } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { ok, refuse } from '../../problems.ts';

/** What became of a command: `pending` until the lock has answered or the command has run out. Refusal: `not_found`. */
export async function getCommand(context: Context, id: string) {
  const { tx, networkId, now } = context;
  const command = await findCommand(tx, networkId, id);
  const facts = command && { ownerAccountId: command.actorAccountId, structureId: command.structureId };
  if (command === null || !facts || !may(signedIn(context), 'command.read', facts)) return refuse('not_found');
  const isLate = command.outcome === 'pending' && command.expiresAt <= now;
  return ok({
    id: command.id,
    doorId: command.doorId,
    outcome: isLate ? ('expired' as const) : command.outcome,
    reason: command.reason,
  });
}
