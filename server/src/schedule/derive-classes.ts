import type { Tx } from '@mitoyen/db';
import {
  advanceAllSchedules,
  advanceSchedule,
  deferMeetingConstraints,
  enforceMeetingConstraints,
  listAudiences,
  listCompatibilityRules,
  listSpaces,
  listSpacesOfNetwork,
  upsertSpaceAudiences,
} from '@mitoyen/db/queries';
import {
  type Audience,
  type AudienceClass,
  type AudienceCode,
  type BrokenTriple,
  type CompatibilityFault,
  type CompatibilityRefusal,
  type CompatibilityRule,
  type CompatibilitySetting,
  deriveClasses,
  type Outcome,
  resolveCompatibility,
  type SiteClass,
  siteClasses,
} from '@mitoyen/domain';

/** `not_transitive`: no classes hold who may be together. `sides_not_transitive`: no sides hold who is never on the site at once. */
export type ClassesRefusal = CompatibilityRefusal | 'not_transitive' | 'sides_not_transitive';

export interface ClassesFault {
  readonly siteId: string | null;
  readonly spaceId: string | null;
  readonly fault: CompatibilityFault | BrokenTriple | undefined;
}

export type ClassRow = Required<Parameters<typeof upsertSpaceAudiences>[1][number]>;

/**
 * The classes of every audience in every space, of one site or of the whole network, as the setting now says. A setting that classes
 * cannot hold is refused with what is wrong.
 */
export async function planClasses(
  tx: Tx,
  networkId: string,
  siteId: string | null,
): Promise<Outcome<ClassRow[], ClassesRefusal, ClassesFault>> {
  const [audiences, rules, spaces] = await Promise.all([
    listAudiences(tx, networkId),
    listCompatibilityRules(tx, networkId, siteId === null ? undefined : [siteId]),
    siteId === null ? listSpacesOfNetwork(tx, networkId) : listSpaces(tx, networkId, [siteId]),
  ]);
  const codes = new Map(audiences.map(({ id, code }) => [id, code]));
  const ids = new Map(audiences.map(({ id, code }) => [code, id]));
  const ruleOf = (row: (typeof rules)[number]): CompatibilityRule => ({
    audiences: [codes.get(row.audienceAId) ?? '', codes.get(row.audienceBId) ?? ''],
    relation: row.relation,
  });
  const network = rules.filter((row) => row.siteId === null).map(ruleOf);
  // The network's own rules are sound or not whatever places it has.
  const alone = classesOn(audiences, { network, site: [], space: [] });
  if (!alone.ok)
    return { ok: false, reason: alone.reason, detail: { siteId: null, spaceId: null, fault: alone.detail } };

  const rows: ClassRow[] = [];
  for (const [ofSite, spacesOfSite] of Map.groupBy(spaces, (space) => space.siteId)) {
    const site = rules.filter((row) => row.siteId === ofSite && row.spaceId === null).map(ruleOf);
    const refuse = (reason: ClassesRefusal, spaceId: string | null, fault: ClassesFault['fault']) =>
      ({ ok: false, reason, detail: { siteId: ofSite, spaceId, fault } }) as const;
    const setting: CompatibilitySetting = { network, site, space: [] };
    const onSite = classesOn(audiences, setting);
    for (const space of spacesOfSite) {
      const ofSpace = rules.filter((row) => row.spaceId === space.id).map(ruleOf);
      const inSpace = ofSpace.length === 0 ? onSite : classesOn(audiences, { ...setting, space: ofSpace });
      if (!inSpace.ok) return refuse(inSpace.reason, ofSpace.length === 0 ? null : space.id, inSpace.detail);
      for (const [code, audienceClass] of inSpace.value.classes) {
        const side = inSpace.value.sides.get(code);
        rows.push({
          networkId,
          siteId: ofSite,
          spaceId: space.id,
          audienceId: ids.get(code) as string,
          audienceClass,
          siteAxis: side?.axis ?? '',
          siteClass: side?.siteClass ?? '',
        });
      }
    }
  }
  return { ok: true, value: rows };
}

function classesOn(
  audiences: readonly Audience[],
  setting: CompatibilitySetting,
): Outcome<
  { classes: ReadonlyMap<AudienceCode, AudienceClass>; sides: ReadonlyMap<AudienceCode, SiteClass> },
  ClassesRefusal,
  CompatibilityFault | BrokenTriple
> {
  const resolved = resolveCompatibility(audiences, setting);
  if (!resolved.ok) return resolved;
  // Sides are the site's: no rule of a space speaks of them.
  const sides = siteClasses(resolved.value);
  if (!sides.ok) return { ...sides, reason: 'sides_not_transitive' };
  const classes = deriveClasses(resolved.value);
  if (!classes.ok) return classes;
  return { ok: true, value: { classes: classes.value, sides: sides.value } };
}

/**
 * Writes the classes of every audience in every space, of one site or of the whole network, from the setting as it now stands: after
 * any change to audiences, spaces or rules, in the same transaction. Bookings follow; where two that are made would then meet, the
 * constraints refuse the whole. A setting that classes cannot hold is refused with what is wrong, and nothing is written.
 */
export async function writeClasses(
  tx: Tx,
  networkId: string,
  siteId: string | null,
): Promise<Outcome<null, ClassesRefusal, ClassesFault>> {
  if (siteId === null) await advanceAllSchedules(tx, networkId);
  else await advanceSchedule(tx, networkId, siteId);
  const planned = await planClasses(tx, networkId, siteId);
  if (!planned.ok) return planned;
  await deferMeetingConstraints(tx);
  await upsertSpaceAudiences(tx, planned.value);
  await enforceMeetingConstraints(tx);
  return { ok: true, value: null };
}
