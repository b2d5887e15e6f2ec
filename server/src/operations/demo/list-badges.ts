import { listBadges as listBadgeRows } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { ok } from '../../problems.ts';

/** A badge given during the visit is at hand for this long. */
const JUST_GIVEN_MS = 24 * 3_600_000;
const MOST = 12;

/**
 * What a visitor of the demo may hold against a virtual door: the whole numbers of the badges of people who sign in there, and of
 * those given today, revoked ones too, so that their refusal can be seen. The route exists in a demo only.
 */
export async function listDemoBadges({ tx, networkId, now, services }: Context) {
  const rows = await listBadgeRows(tx, networkId, { limit: 500 });
  return ok({
    items: rows
      .filter((row) => row.accountId !== null || row.createdAt > now - JUST_GIVEN_MS)
      .slice(0, MOST)
      .map((row) => ({
        uid: services.vault.open(row.valueSealed, `credential:${row.id}`),
        holder: row.memberName,
        isStaff: row.isStaff,
        isRevoked: row.revokedAt !== null,
      })),
  });
}
