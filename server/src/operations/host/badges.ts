import {
  findCredential,
  findMember,
  insertCredential,
  listBadges as listBadgeRows,
  listBridges,
  listSites,
  revokeCredential,
  searchMembers as searchMemberRows,
} from '@mitoyen/db/queries';
import { normaliseBadge } from '@mitoyen/protocol';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { iso, isoOrNull } from '../views.ts';
import { loadSite } from './load-site.ts';

/** Members of the network whose name or address contains the text; at most 20, none for less than two letters. */
export async function searchMembers(context: Context, text: string) {
  const trimmed = text.trim();
  const rows = trimmed.length < 2 ? [] : await searchMemberRows(context.tx, context.networkId, trimmed, 20);
  return ok({ items: rows });
}

/** Badges of a site's own staff and of the network's members, latest first. The number shows its last four digits only. */
export async function listBadges(context: Context, slug: string) {
  const { tx, networkId, services } = context;
  const site = await loadSite(context, slug, 'badge.manage');
  if (!site.ok) return site;
  const rows = await listBadgeRows(tx, networkId, { limit: 500 });
  return ok({
    items: rows
      .filter((row) => row.structureId === null || row.structureId === site.value.structureId)
      .map((row) => ({
        id: row.id,
        label: row.label,
        uidEnding: services.vault.open(row.valueSealed, `credential:${row.id}`).slice(-4),
        member: { id: row.memberId, displayName: row.memberName },
        isStaff: row.isStaff,
        createdAt: iso(row.createdAt),
        revokedAt: isoOrNull(row.revokedAt),
      })),
  });
}

/**
 * Gives a badge to a member: it opens what their bookings open. A staff badge opens every door of the structure at any hour.
 * Refusals: `not_found`, `auth.forbidden`, `badge.unreadable`, `badge.already_registered`.
 */
export async function registerBadge(
  context: Context,
  slug: string,
  input: { memberId: string; uid: string; label: string; isStaff: boolean },
): Promise<Result<{ id: string; uidEnding: string }>> {
  const { tx, networkId, now, services } = context;
  const site = await loadSite(context, slug, 'badge.manage');
  if (!site.ok) return site;
  const uid = normaliseBadge(input.uid);
  if (uid === null) return refuse('badge.unreadable');
  if ((await findMember(tx, networkId, input.memberId)) === null) return refuse('not_found');
  const id = makeId(services, now);
  await insertCredential(tx, {
    networkId,
    id,
    memberId: input.memberId,
    kind: 'badge',
    label: input.label.trim(),
    structureId: input.isStaff ? site.value.structureId : null,
    lookupHash: services.vault.lookupHash('badge', uid),
    valueSealed: services.vault.seal(uid, `credential:${id}`),
    isStaff: input.isStaff,
    createdAt: now,
  });
  await requestGrantsForBadge(context, input.isStaff ? site.value.structureId : null);
  return ok({ id, uidEnding: uid.slice(-4) });
}

/** Takes a badge out of use; the doors that are online refuse it within seconds. Revoked already: no refusal. */
export async function revokeBadge(
  context: Context,
  slug: string,
  id: string,
): Promise<Result<{ id: string; revokedAt: string }>> {
  const { tx, networkId, now } = context;
  const site = await loadSite(context, slug, 'badge.manage');
  if (!site.ok) return site;
  const badge = await findCredential(tx, networkId, id);
  const isTheirs = badge !== null && (badge.structureId === null || badge.structureId === site.value.structureId);
  if (badge === null || badge.kind !== 'badge' || !isTheirs) return refuse('not_found');
  if (badge.revokedAt === null) {
    await revokeCredential(tx, networkId, id, now);
    await requestGrantsForBadge(context, badge.structureId);
  }
  return ok({ id, revokedAt: iso(badge.revokedAt ?? now) });
}

/** A member's badge may open any site of the network, a staff badge those of its structure. */
async function requestGrantsForBadge(context: Context, structureId: string | null) {
  const { tx, networkId } = context;
  const [sites, bridges] = await Promise.all([
    listSites(tx, networkId, structureId === null ? {} : { structureIds: [structureId] }, 5_000),
    listBridges(tx, networkId),
  ]);
  const connected = new Set(bridges.map((bridge) => bridge.siteId));
  for (const site of sites) if (connected.has(site.id)) await requestGrants(context, site.id);
}
