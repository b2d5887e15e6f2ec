import { listLiveSessions } from '@mitoyen/db/queries';
import { type Context, signedIn } from '../../context.ts';
import { ok } from '../../problems.ts';
import { iso } from '../views.ts';

/** The caller's sessions in force, latest used first. */
export async function listSessions(context: Context) {
  const actor = signedIn(context);
  const rows = await listLiveSessions(context.tx, context.networkId, actor.accountId, context.now);
  return ok({
    items: rows.map((row) => ({
      id: row.id,
      userAgent: row.userAgent,
      createdAt: iso(row.createdAt),
      lastUsedAt: iso(row.lastUsedAt),
      isCurrent: row.id === actor.sessionId,
    })),
  });
}
