import { findMember, listPublicOf, listStructureNames, setHomeStructure } from '@mitoyen/db/queries';
import { may } from '../../authorisation.ts';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { PublicBody } from '../../routes/sharing/schemas.ts';

const MOST_SHOWN = 1_000;

/** The people for whom a structure books: its public. Refusals: `not_found`, `auth.forbidden`. */
export async function listPublic(context: Context, structureId: string): Promise<Result<PublicBody>> {
  const allowed = await loadStructure(context, structureId);
  if (!allowed.ok) return allowed;
  const rows = await listPublicOf(context.tx, context.networkId, structureId, MOST_SHOWN);
  return ok({
    items: rows.map(({ id, displayName, email, audience }) => ({ id, displayName, email, audience })),
  });
}

/**
 * Makes a person part of the public of a structure: hours agreed with it are theirs too. Refusals: `not_found`, `auth.forbidden`,
 * `public.of_another`.
 */
export async function joinPublic(context: Context, structureId: string, memberId: string): Promise<Result<null>> {
  const allowed = await loadStructure(context, structureId);
  if (!allowed.ok) return allowed;
  const { tx, networkId } = context;
  const member = await findMember(tx, networkId, memberId);
  if (member === null || member.kind !== 'person') return refuse('not_found');
  if (member.homeStructureId === structureId) return ok(null);
  const joined = await setHomeStructure(tx, networkId, memberId, { from: null, to: structureId });
  return joined ? ok(null) : refuse('public.of_another');
}

/** Lets a person go; what they have booked stays. Refusals: `not_found`, `auth.forbidden`. */
export async function leavePublic(context: Context, structureId: string, memberId: string): Promise<Result<null>> {
  const allowed = await loadStructure(context, structureId);
  if (!allowed.ok) return allowed;
  const { tx, networkId } = context;
  const left = await setHomeStructure(tx, networkId, memberId, { from: structureId, to: null });
  return left ? ok(null) : refuse('not_found');
}

async function loadStructure(context: Context, structureId: string): Promise<Result<null>> {
  const [structure] = await listStructureNames(context.tx, context.networkId, [structureId]);
  if (structure === undefined) return refuse('not_found');
  return may(context.actor, 'public.manage', { structureId }) ? ok(null) : refuse('auth.forbidden');
}
