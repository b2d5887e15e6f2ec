import { deletePolicy, listAudiences, listPolicies, savePolicy } from '@mitoyen/db/queries';
import { HOLIDAY_CARE_RATIOS, type RatioSet, type SupervisionPolicy } from '@mitoyen/domain';
import { requestGrants } from '../../access/request-grants.ts';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { loadSite } from '../host/load-site.ts';

export interface PolicyInput {
  readonly withoutReferent: SupervisionPolicy['withoutReferent'];
  readonly graceMinutes: number;
  /** Which ratio is kept; the names are those of the domain's sets. */
  readonly ratios: 'none' | 'fr-accueil-de-loisirs';
  readonly needsGuardianConsent: boolean;
}

const RATIO_SETS: Readonly<Record<PolicyInput['ratios'], RatioSet | null>> = {
  none: null,
  [HOLIDAY_CARE_RATIOS.id as 'fr-accueil-de-loisirs']: HOLIDAY_CARE_RATIOS,
};

type Row = Awaited<ReturnType<typeof listPolicies>> extends Map<string, infer R> ? R : never;

/** Nobody has said anything: nothing is asked. */
const NOTHING: PolicyInput = {
  withoutReferent: 'not_needed',
  graceMinutes: 10,
  ratios: 'none',
  needsGuardianConsent: false,
};

const viewOf = (row: Row | undefined): PolicyInput & { isOwn: boolean } =>
  row === undefined
    ? { ...NOTHING, isOwn: false }
    : {
        withoutReferent: row.withoutReferent,
        graceMinutes: row.graceMinutes,
        ratios: row.ratios === null ? 'none' : 'fr-accueil-de-loisirs',
        needsGuardianConsent: row.needsGuardianConsent,
        isOwn: row.siteId !== null,
      };

/** A stored policy as the domain decides by it. */
export const policyOf = (row: Row): SupervisionPolicy => ({
  withoutReferent: row.withoutReferent,
  graceMs: row.graceMinutes * 60_000,
  ratios: row.ratios,
  needsGuardianConsent: row.needsGuardianConsent,
});

/** What is asked of the hours of each audience, by the network or by a site of its own. Refusals: `not_found`, `auth.forbidden`. */
export async function listSupervision(context: Context, slug: string | null) {
  const { tx, networkId } = context;
  const site = slug === null ? null : await loadSite(context, slug, 'site.observe');
  if (site !== null && !site.ok) return site;
  const [audiences, policies] = await Promise.all([
    listAudiences(tx, networkId),
    listPolicies(tx, networkId, site?.value.id ?? null),
  ]);
  return ok({
    items: audiences
      .filter(({ isStaff }) => !isStaff)
      .map((audience) => ({ audience: audience.code, ...viewOf(policies.get(audience.id)) })),
  });
}

/**
 * Sets what is asked of the hours of an audience, for the network or for one site; `null` at a site: as the network has it. The doors
 * follow. Refusals: `not_found` (also an audience that is not there), `auth.forbidden`.
 */
export async function changeSupervision(
  context: Context,
  slug: string | null,
  audienceCode: string,
  input: PolicyInput | null,
): Promise<Result<null>> {
  const { tx, networkId, now, services } = context;
  const site = slug === null ? null : await loadSite(context, slug, 'site.operate');
  if (site !== null && !site.ok) return site;
  const audience = (await listAudiences(tx, networkId)).find(({ code, isStaff }) => code === audienceCode && !isStaff);
  if (audience === undefined) return refuse('not_found');
  const siteId = site?.value.id ?? null;
  if (input !== null) {
    await savePolicy(tx, {
      networkId,
      id: makeId(services, now),
      audienceId: audience.id,
      siteId,
      withoutReferent: input.withoutReferent,
      graceMinutes: input.graceMinutes,
      ratios: RATIO_SETS[input.ratios],
      needsGuardianConsent: input.needsGuardianConsent,
      createdAt: now,
    });
  } else if (siteId !== null) await deletePolicy(tx, networkId, audience.id, siteId);
  if (siteId !== null) await requestGrants(context, siteId);
  return ok(null);
}
