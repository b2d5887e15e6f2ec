import {
  type ConsentKind,
  findGuardianship,
  insertConsent,
  insertMinor,
  listAudiences,
  listConsents,
  listMinors,
  listWards,
  revokeConsent,
} from '@mitoyen/db/queries';
import { ageOn, isMinorOn, localDateOf } from '@mitoyen/domain';
import { may } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { loadSite } from '../host/load-site.ts';
import { iso } from '../views.ts';

/** The zone in which a birthday is meant where no place is named. */
const ZONE = 'Europe/Paris';
const MOST_MINORS = 500;
/** A guardian answers for so many at most: more is a structure's work. */
const MOST_WARDS = 12;
const contactContext = (guardianshipId: string) => `guardian-contact:${guardianshipId}`;

const consentView = (row: Awaited<ReturnType<typeof listConsents>>[number]) => ({
  kind: row.kind,
  givenBy: row.givenBy,
  givenAt: iso(row.givenAt),
  validUntil: row.validUntil,
  recordedBy: row.recordedBy,
});

export interface MinorInput {
  /** First name, or however the child is called: nothing else is asked. */
  readonly firstName: string;
  readonly birthDate: string;
  readonly audience: string | null;
}

/** A minor of whom little is kept; null when the date of birth or the audience says that they are none. */
async function checkMinor({ tx, networkId, now }: Context, input: MinorInput) {
  const today = localDateOf(now, ZONE);
  const audiences = await listAudiences(tx, networkId);
  const age = ageOn(input.birthDate, today);
  const wanted =
    input.audience === null
      ? audiences.find(({ needsGuardianConsent, archivedAt }) => needsGuardianConsent && archivedAt === null)
      : audiences.find(({ code, isStaff }) => code === input.audience && !isStaff);
  const errors: { path: string; message: string }[] = [];
  if (age < 0 || !isMinorOn(input.birthDate, today)) errors.push({ path: 'body/birthDate', message: 'not of a minor' });
  if (wanted === undefined) errors.push({ path: 'body/audience', message: 'unknown' });
  return errors.length > 0 || wanted === undefined
    ? { ok: false as const, errors }
    : { ok: true as const, audience: wanted };
}

/** The minors whom the caller answers for, with what they agreed to. */
export async function listChildren(context: Context) {
  const { tx, networkId, now } = context;
  const { memberId } = signedIn(context);
  const wards = memberId === null ? [] : await listWards(tx, networkId, memberId);
  const today = localDateOf(now, ZONE);
  const consents = await listConsents(
    tx,
    networkId,
    wards.map((ward) => ward.memberId),
    today,
  );
  return ok({
    items: wards.map((ward) => ({
      memberId: ward.memberId,
      firstName: ward.displayName,
      age: ward.birthDate === null ? null : ageOn(ward.birthDate, today),
      audience: ward.audience,
      consents: consents.filter(({ minorMemberId }) => minorMemberId === ward.memberId).map(consentView),
    })),
  });
}

/**
 * A guardian adds a child: a first name and a date of birth, no account and no address. Refusals: `auth.forbidden` (an account without a
 * member), `request.invalid`, `minor.too_many`.
 */
export async function addChild(context: Context, input: MinorInput): Promise<Result<{ memberId: string }>> {
  const { tx, networkId, now, services } = context;
  const actor = signedIn(context);
  if (actor.memberId === null) return refuse('auth.forbidden');
  if ((await listWards(tx, networkId, actor.memberId)).length >= MOST_WARDS) return refuse('minor.too_many');
  const checked = await checkMinor(context, input);
  if (!checked.ok) return refuse('request.invalid', { errors: checked.errors });
  const memberId = makeId(services, now);
  await insertMinor(
    tx,
    {
      networkId,
      id: memberId,
      audienceId: checked.audience.id,
      displayName: input.firstName,
      birthDate: input.birthDate,
      homeStructureId: actor.homeStructureId,
      createdAt: now,
    },
    {
      networkId,
      id: makeId(services, now),
      minorMemberId: memberId,
      guardianMemberId: actor.memberId,
      guardianName: actor.displayName,
      createdAt: now,
    },
  );
  return ok({ memberId });
}

/** A guardian agrees, or withdraws it. Refusal: `not_found` (no child of the caller's). */
export async function decideConsent(
  context: Context,
  minorMemberId: string,
  kind: ConsentKind,
  isGiven: boolean,
): Promise<Result<null>> {
  const { tx, networkId, now, services } = context;
  const { memberId, accountId } = signedIn(context);
  const ward =
    memberId === null
      ? undefined
      : (await listWards(tx, networkId, memberId)).find((each) => each.memberId === minorMemberId);
  if (ward === undefined) return refuse('not_found');
  if (isGiven) {
    await insertConsent(tx, {
      networkId,
      id: makeId(services, now),
      minorMemberId,
      guardianshipId: ward.guardianshipId,
      kind,
      givenBy: 'online',
      givenAt: now,
      recordedByAccountId: accountId,
    });
  } else await revokeConsent(tx, networkId, minorMemberId, kind, now);
  return ok(null);
}

/** The minors of the site's structure, with their guardians and consents. Refusals: `not_found`, `auth.forbidden`. */
export async function listSiteMinors(context: Context, slug: string) {
  const { tx, networkId, now, services } = context;
  const loaded = await loadSite(context, slug, 'site.operate');
  if (!loaded.ok) return loaded;
  const today = localDateOf(now, loaded.value.timeZone);
  const rows = await listMinors(tx, networkId, { structureId: loaded.value.structureId, limit: MOST_MINORS });
  const consents = await listConsents(
    tx,
    networkId,
    rows.map(({ memberId }) => memberId),
    today,
  );
  return ok({
    items: rows.map((row) => ({
      memberId: row.memberId,
      firstName: row.displayName,
      age: row.birthDate === null ? null : ageOn(row.birthDate, today),
      guardian: {
        name: row.guardianName,
        hasAccount: row.guardianMemberId !== null,
        contact:
          row.contactSealed === null
            ? null
            : services.vault.open(row.contactSealed, contactContext(row.guardianshipId)),
      },
      consents: consents.filter(({ minorMemberId }) => minorMemberId === row.memberId).map(consentView),
    })),
  });
}

/**
 * The structure adds a minor whose guardian has no account: a first name, a date of birth, who answers for them and how to reach them
 * (kept sealed). Refusals: `not_found`, `auth.forbidden`, `request.invalid`.
 */
export async function addMinor(
  context: Context,
  slug: string,
  input: MinorInput & { guardianName: string; guardianContact: string | null },
): Promise<Result<{ memberId: string }>> {
  const { tx, networkId, now, services } = context;
  const loaded = await loadSite(context, slug, 'site.operate');
  if (!loaded.ok) return loaded;
  const checked = await checkMinor(context, input);
  if (!checked.ok) return refuse('request.invalid', { errors: checked.errors });
  const memberId = makeId(services, now);
  const guardianshipId = makeId(services, now);
  await insertMinor(
    tx,
    {
      networkId,
      id: memberId,
      audienceId: checked.audience.id,
      displayName: input.firstName,
      birthDate: input.birthDate,
      homeStructureId: loaded.value.structureId,
      createdAt: now,
    },
    {
      networkId,
      id: guardianshipId,
      minorMemberId: memberId,
      guardianName: input.guardianName,
      contactSealed:
        input.guardianContact === null
          ? null
          : services.vault.seal(input.guardianContact, contactContext(guardianshipId)),
      createdAt: now,
    },
  );
  return ok({ memberId });
}

/**
 * The structure notes what a guardian agreed to on paper or in person, or that it was withdrawn. Refusals: `not_found` (also a minor of
 * another structure), `auth.forbidden`.
 */
export async function recordConsent(
  context: Context,
  slug: string,
  minorMemberId: string,
  kind: ConsentKind,
  input: { isGiven: boolean; givenBy: 'paper' | 'in_person'; validUntil: string | null },
): Promise<Result<null>> {
  const { tx, networkId, now, services, actor } = context;
  const loaded = await loadSite(context, slug, 'site.operate');
  if (!loaded.ok) return loaded;
  const { structureId } = loaded.value;
  const [minor] = await listMinors(tx, networkId, { memberIds: [minorMemberId], structureId, limit: 1 });
  const guardianship = minor === undefined ? null : await findGuardianship(tx, networkId, minorMemberId);
  if (guardianship === null || !may(actor, 'site.operate', { structureId })) return refuse('not_found');
  if (input.isGiven) {
    await insertConsent(tx, {
      networkId,
      id: makeId(services, now),
      minorMemberId,
      guardianshipId: guardianship.id,
      kind,
      givenBy: input.givenBy,
      givenAt: now,
      recordedByAccountId: signedIn(context).accountId,
      validUntil: input.validUntil,
    });
  } else await revokeConsent(tx, networkId, minorMemberId, kind, now);
  return ok(null);
}
