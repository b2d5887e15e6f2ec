import { listBadges as listBadgeRows } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { ok } from '../../problems.ts';

/** A badge given during the visit is at hand for this long. */
const JUST_GIVEN_MS = 24 * 3_600_000;
const MOST = 6;

/**
 * What a visitor of the demo may hold against a virtual door: the whole numbers of the badges given today, then of people who sign
 * in there, the first of them first (the demo's own logins); revoked ones too, so that their refusal can be seen. The route exists
 * in a demo only.
 */
export async function listDemoBadges({ tx, networkId, now, services }: Context) {
  const latestFirst = await listBadgeRows(tx, networkId, { limit: 500 });
  const [given, others] = [true, false].map((isNew) =>
    latestFirst.filter((row) => row.createdAt > now - JUST_GIVEN_MS === isNew),
  ) as [typeof latestFirst, typeof latestFirst];
  const known = others.filter((row) => row.accountId !== null).reverse();
  return ok({
    items: [...given, ...known].slice(0, MOST).map((row) => ({
      uid: services.vault.open(row.valueSealed, `credential:${row.id}`),
      holder: row.memberName,
      isStaff: row.isStaff,
      isRevoked: row.revokedAt !== null,
    })),
  });
}
