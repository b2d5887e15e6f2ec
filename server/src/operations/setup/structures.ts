import {
  deleteHostRole,
  deleteStructure,
  findAccountByEmail,
  findStructure,
  insertAccount,
  insertAccountToken,
  insertRoleAssignment,
  insertStructure,
  listSitesOfStructures,
  listStaff,
  listStructures as listStructureRows,
  revokeSessionsOf,
  revokeStaffBadges,
  updateAccount,
  updateStructure,
  voidAccountTokens,
} from '@mitoyen/db/queries';
import { requestGrants } from '../../access/request-grants.ts';
import { type Context, signedIn } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { sendMail } from '../../mail/outgoing.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { hashToken, newToken, normaliseEmail } from '../accounts/tokens.ts';
import { iso } from '../views.ts';
import { removedEntirely } from './remove.ts';

export interface StructureSettings {
  readonly name: string;
  readonly legalForm: 'association' | 'public_body' | 'company';
  readonly labels: readonly string[];
  readonly contactEmail: string | null;
}

/** Staff are often away for days: the link that sets their first password lasts a week. */
const INVITATION_MS = 7 * 24 * 3_600_000;

/** The structures of the network with their places and the people who run them. */
export async function listStructures({ tx, networkId }: Context) {
  const [structures, sites, staff] = await Promise.all([
    listStructureRows(tx, networkId),
    listSitesOfStructures(tx, networkId),
    listStaff(tx, networkId),
  ]);
  const sitesOf = Map.groupBy(sites, ({ structureId }) => structureId);
  const staffOf = Map.groupBy(staff, ({ structureId }) => structureId);
  return ok({
    items: structures.map((row) => view(row, sitesOf.get(row.id) ?? [], staffOf.get(row.id) ?? [])),
  });
}

/** Refusal: `not_found`. */
export async function getStructure({ tx, networkId }: Context, id: string) {
  const [row, sites, staff] = await Promise.all([
    findStructure(tx, networkId, id),
    listSitesOfStructures(tx, networkId),
    listStaff(tx, networkId, id),
  ]);
  if (row === null) return refuse('not_found');
  return ok(
    view(
      row,
      sites.filter(({ structureId }) => structureId === id),
      staff,
    ),
  );
}

function view(
  row: Awaited<ReturnType<typeof listStructureRows>>[number],
  sites: Awaited<ReturnType<typeof listSitesOfStructures>>,
  staff: Awaited<ReturnType<typeof listStaff>>,
) {
  return {
    id: row.id,
    name: row.name,
    legalForm: row.legalForm,
    labels: row.labels,
    contactEmail: row.contactEmail,
    sites: sites.map(({ slug, name, commune, isListed }) => ({ slug, name, commune, isListed })),
    staff: staff.map(({ accountId, displayName, email, hasPassword, since }) => ({
      accountId,
      displayName,
      email,
      hasPassword,
      since: iso(since),
    })),
  };
}

const columnsOf = ({ name, legalForm, labels, contactEmail }: StructureSettings) => ({
  name: name.trim(),
  legalForm,
  labels: [...new Set(labels)],
  contactEmail: contactEmail === null ? null : normaliseEmail(contactEmail),
});

export async function createStructure(context: Context, settings: StructureSettings) {
  const { tx, networkId, now, services } = context;
  const id = makeId(services, now);
  await insertStructure(tx, { networkId, id, createdAt: now, ...columnsOf(settings) });
  return getStructure(context, id);
}

/** Refusal: `not_found`. */
export async function changeStructure(context: Context, id: string, settings: StructureSettings) {
  const { tx, networkId } = context;
  await updateStructure(tx, networkId, id, columnsOf(settings));
  return getStructure(context, id);
}

/** Only a structure that has nothing can go. Refusals: `not_found`, `setup.still_used`. */
export async function removeStructure(context: Context, id: string): Promise<Result<null>> {
  const { tx, networkId } = context;
  const structure = await getStructure(context, id);
  if (!structure.ok) return structure;
  const { sites, staff } = structure.value;
  if (sites.length === 0 && staff.length === 0) {
    if (await removedEntirely(tx, (inner) => deleteStructure(inner, networkId, id))) return ok(null);
  }
  return refuse('setup.still_used', {
    inTheWay: [
      ...(sites.length > 0 ? [{ kind: 'sites', count: sites.length }] : []),
      ...(staff.length > 0 ? [{ kind: 'staff', count: staff.length }] : []),
      ...(sites.length === 0 && staff.length === 0 ? [{ kind: 'records', count: 1 }] : []),
    ],
  });
}

// --- staff ----------------------------------------------------------------------------------------------------------------

/**
 * Makes somebody a host of the structure. Who has no account gets one, and a mail with a link that sets its password; who has one is told
 * and keeps it, unless the address was never confirmed. Inviting twice sends the link again as long as no password was set. Refusal: `not_found`.
 */
export async function inviteHost(
  context: Context,
  structureId: string,
  input: { readonly email: string; readonly displayName: string; readonly locale: 'fr' | 'en' },
) {
  const { tx, networkId, now, services } = context;
  const structure = await findStructure(tx, networkId, structureId);
  if (structure === null) return refuse('not_found');
  const email = normaliseEmail(input.email);
  await insertAccount(tx, {
    networkId,
    id: makeId(services, now),
    email,
    passwordHash: null,
    displayName: input.displayName.trim(),
    locale: input.locale,
    createdAt: now,
  });
  const account = await findAccountByEmail(tx, networkId, email);
  if (account === null) throw new Error('An account that was just made is not there.');
  await insertRoleAssignment(tx, {
    networkId,
    id: makeId(services, now),
    accountId: account.id,
    role: 'host',
    structureId,
    createdAt: now,
  });
  const said = {
    displayName: account.displayName,
    structureName: structure.name,
    invitedBy: signedIn(context).displayName,
  };
  if (account.passwordHash !== null && account.emailVerifiedAt !== null) {
    await sendMail(context, { to: email, locale: account.locale, template: 'host_added', data: said });
    return getStructure(context, structureId);
  }
  // Whoever opened an account in this name has not shown that the address is theirs: only the link's holder gets in.
  await updateAccount(tx, networkId, account.id, { passwordHash: null });
  await revokeSessionsOf(tx, networkId, account.id, now);
  // A link that was sent before serves no longer: one is enough to lose.
  await voidAccountTokens(tx, networkId, account.id, 'reset_password', now);
  const token = newToken(services.random);
  await insertAccountToken(tx, {
    networkId,
    id: makeId(services, now),
    accountId: account.id,
    purpose: 'reset_password',
    tokenHash: hashToken(token),
    expiresAt: now + INVITATION_MS,
    createdAt: now,
  });
  await sendMail(context, { to: email, locale: account.locale, template: 'host_invited', data: { ...said, token } });
  return getStructure(context, structureId);
}

/**
 * Takes the role from a host, and their staff badges with it: the doors that are online refuse them within seconds. The account and its
 * bookings stay. Refusal: `not_found`.
 */
export async function removeHost(context: Context, structureId: string, accountId: string) {
  const { tx, networkId, now } = context;
  if (!(await deleteHostRole(tx, networkId, accountId, structureId))) return refuse('not_found');
  const revoked = await revokeStaffBadges(tx, networkId, accountId, structureId, now);
  if (revoked > 0) {
    const sites = await listSitesOfStructures(tx, networkId);
    for (const site of sites) if (site.structureId === structureId) await requestGrants(context, site.id);
  }
  return getStructure(context, structureId);
}
