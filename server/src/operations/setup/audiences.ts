import {
  countMembersByAudience,
  deleteCompatibilityRulesOf,
  findUsesOfAudience,
  insertAudience,
  listAudiences,
  updateAudience,
} from '@mitoyen/db/queries';
import { isLookClear, lookContrast } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { isoOrNull } from '../views.ts';
import { followClasses } from './compatibility.ts';
import { pick } from './pick.ts';

type AudienceRow = Awaited<ReturnType<typeof listAudiences>>[number];

/** What a manager says of an audience. Its code is said once and never again: bookings, exports and programs know it by that. */
export interface AudienceSettings {
  readonly name: { readonly fr: string; readonly en: string };
  readonly letter: { readonly fr: string; readonly en: string };
  readonly color: string;
  readonly pattern: AudienceRow['pattern'];
  /** Whole years, both included. */
  readonly minAge: number | null;
  readonly maxAge: number | null;
  readonly needsReferent: boolean;
  readonly needsGuardianConsent: boolean;
  readonly hoursVisibleTo: AudienceRow['hoursVisibleTo'];
  readonly namesVisibleTo: AudienceRow['namesVisibleTo'];
}

/** The audience of those who open an account themselves. */
const OF_NEW_ACCOUNTS = 'professional';

/** Every audience of the network, archived ones last, with how many members it has. */
export async function listAudienceSettings({ tx, networkId }: Context) {
  const [rows, members] = await Promise.all([listAudiences(tx, networkId), countMembersByAudience(tx, networkId)]);
  const inUse = rows.filter(({ archivedAt }) => archivedAt === null);
  const archived = rows.filter(({ archivedAt }) => archivedAt !== null);
  return ok({ items: [...inUse, ...archived].map((row) => view(row, members.get(row.id) ?? 0)) });
}

function view(row: AudienceRow, memberCount: number) {
  return {
    id: row.id,
    code: row.code,
    name: { fr: row.nameFr, en: row.nameEn },
    letter: { fr: row.letterFr, en: row.letterEn },
    color: row.color,
    pattern: row.pattern,
    contrast: lookContrast(row.color),
    isStaff: row.isStaff,
    minAge: row.minAge,
    maxAge: row.maxAge,
    needsReferent: row.needsReferent,
    needsGuardianConsent: row.needsGuardianConsent,
    hoursVisibleTo: row.hoursVisibleTo,
    namesVisibleTo: row.namesVisibleTo,
    mayArchive: !row.isStaff && row.code !== OF_NEW_ACCOUNTS,
    archivedAt: isoOrNull(row.archivedAt),
    memberCount,
  };
}

type AudienceView = ReturnType<typeof view>;

async function viewById({ tx, networkId }: Context, id: string): Promise<Result<AudienceView>> {
  const [rows, members] = await Promise.all([listAudiences(tx, networkId), countMembersByAudience(tx, networkId)]);
  const row = rows.find((each) => each.id === id);
  return row === undefined ? refuse('not_found') : ok(view(row, members.get(id) ?? 0));
}

/** Who of those in use is marked by the letter, in either language. */
const holderOfLetter = (letter: AudienceSettings['letter'], rows: readonly AudienceRow[]) =>
  rows.find((row) => row.archivedAt === null && (row.letterFr === letter.fr || row.letterEn === letter.en));

/** What is wrong with the settings beside `others`; null when nothing is. */
function faultOf(settings: AudienceSettings, others: readonly AudienceRow[]): Result<never> | null {
  const { minAge, maxAge, letter, color } = settings;
  if (minAge !== null && maxAge !== null && minAge > maxAge) {
    return refuse('request.invalid', { errors: [{ path: 'body/maxAge', message: 'below minAge' }] });
  }
  if (!isLookClear(color)) return refuse('audience.hard_to_see', { contrast: lookContrast(color) });
  const taken = holderOfLetter(letter, others);
  return taken === undefined ? null : refuse('audience.letter_taken', { by: taken.code });
}

const columnsOf = (settings: AudienceSettings) => ({
  ...pick(settings, [
    'color',
    'pattern',
    'minAge',
    'maxAge',
    'needsReferent',
    'needsGuardianConsent',
    'hoursVisibleTo',
    'namesVisibleTo',
  ]),
  nameFr: settings.name.fr.trim(),
  nameEn: settings.name.en.trim(),
  letterFr: settings.letter.fr,
  letterEn: settings.letter.en,
});

/**
 * Adds an audience, which at first may meet nobody in one space. Refusals: `request.invalid`, `audience.code_taken`,
 * `audience.letter_taken`, `audience.hard_to_see`.
 */
export async function createAudience(
  context: Context,
  input: AudienceSettings & { readonly code: string },
): Promise<Result<AudienceView>> {
  const { tx, networkId, now, services } = context;
  const { code, ...settings } = input;
  const others = await listAudiences(tx, networkId);
  // Classes are named after what they hold: a code that is a class already would name two.
  if (others.some((row) => row.code === code || row.audienceClass === code)) return refuse('audience.code_taken');
  const fault = faultOf(settings, others);
  if (fault !== null) return fault;
  const id = makeId(services, now);
  await insertAudience(tx, {
    networkId,
    id,
    code,
    audienceClass: code,
    position: Math.min(32_000, 1 + Math.max(0, ...others.map(({ position }) => position))),
    ...columnsOf(settings),
  });
  await followClasses(context, null);
  return viewById(context, id);
}

/** Refusals: `not_found`, `request.invalid`, `audience.letter_taken`, `audience.hard_to_see`. */
export async function changeAudience(
  context: Context,
  id: string,
  settings: AudienceSettings,
): Promise<Result<AudienceView>> {
  const { tx, networkId } = context;
  const rows = await listAudiences(tx, networkId);
  if (!rows.some((row) => row.id === id)) return refuse('not_found');
  const fault = faultOf(
    settings,
    rows.filter((row) => row.id !== id),
  );
  if (fault !== null) return fault;
  await updateAudience(tx, networkId, id, columnsOf(settings));
  return viewById(context, id);
}

/** Puts the audiences in this order; those that are not named follow. Refusal: `request.invalid`. */
export async function orderAudiences(context: Context, ids: readonly string[]) {
  const { tx, networkId } = context;
  const rows = await listAudiences(tx, networkId);
  const known = new Set(rows.map(({ id }) => id));
  if (new Set(ids).size !== ids.length || ids.some((id) => !known.has(id))) {
    return refuse('request.invalid', { errors: [{ path: 'body/ids', message: 'unknown, or twice' }] });
  }
  const order = [...ids, ...rows.map(({ id }) => id).filter((id) => !ids.includes(id))];
  for (const [position, id] of order.entries()) await updateAudience(tx, networkId, id, { position });
  return listAudienceSettings(context);
}

/**
 * Takes an audience out of use, or back into it. What was booked stays; its rules are forgotten. Refusals: `not_found`,
 * `audience.is_kept`, `setup.still_used` (bookings and hours to come, and at which places), `audience.letter_taken` on the way back.
 */
export async function archiveAudience(
  context: Context,
  id: string,
  { isArchived }: { isArchived: boolean },
): Promise<Result<AudienceView>> {
  const { tx, networkId, now } = context;
  const rows = await listAudiences(tx, networkId);
  const row = rows.find((each) => each.id === id);
  if (row === undefined) return refuse('not_found');
  if ((row.archivedAt !== null) === isArchived) return viewById(context, id);
  if (!isArchived) {
    const taken = holderOfLetter({ fr: row.letterFr, en: row.letterEn }, rows);
    if (taken !== undefined) return refuse('audience.letter_taken', { by: taken.code });
    await updateAudience(tx, networkId, id, { archivedAt: null });
    return viewById(context, id);
  }
  if (row.isStaff || row.code === OF_NEW_ACCOUNTS) return refuse('audience.is_kept');
  const uses = await findUsesOfAudience(tx, networkId, id, now);
  if (uses.bookings > 0 || uses.sites.length > 0) {
    return refuse('setup.still_used', {
      inTheWay: [
        ...(uses.bookings > 0 ? [{ kind: 'bookings', count: uses.bookings }] : []),
        ...(uses.sites.length > 0 ? [{ kind: 'hours', count: uses.sites.length, sites: uses.sites }] : []),
      ],
    });
  }
  // Alone in its class it can never stand in the way of a setting that is made without it.
  await deleteCompatibilityRulesOf(tx, networkId, id);
  await updateAudience(tx, networkId, id, { archivedAt: now, audienceClass: row.code });
  await followClasses(context, null);
  return viewById(context, id);
}
