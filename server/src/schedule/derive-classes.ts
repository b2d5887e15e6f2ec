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
  type BrokenTriple,
  type CompatibilityFault,
  type CompatibilityRefusal,
  type CompatibilityRule,
  type CompatibilitySetting,
  deriveClasses,
  type Outcome,
  resolveCompatibility,
  siteClasses,
} from '@mitoyen/domain';

export type ClassesRefusal = CompatibilityRefusal | 'not_transitive';

export interface ClassesFault {
  readonly siteId: string | null;
  readonly spaceId: string | null;
  readonly fault: CompatibilityFault | BrokenTriple | undefined;
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
  const rows: Parameters<typeof upsertSpaceAudiences>[1][number][] = [];
  for (const [ofSite, spacesOfSite] of Map.groupBy(spaces, (space) => space.siteId)) {
    const site = rules.filter((row) => row.siteId === ofSite && row.spaceId === null).map(ruleOf);
    const refuse = (reason: ClassesRefusal, spaceId: string | null, fault: ClassesFault['fault']) =>
      ({ ok: false, reason, detail: { siteId: ofSite, spaceId, fault } }) as const;
    const setting: CompatibilitySetting = { network, site, space: [] };
    const onSite = resolveCompatibility(audiences, setting);
    if (!onSite.ok) return refuse(onSite.reason, null, onSite.detail);
    const sides = siteClasses(onSite.value);
    if (!sides.ok) return refuse(sides.reason, null, sides.detail);
    for (const space of spacesOfSite) {
      const ofSpace = rules.filter((row) => row.spaceId === space.id).map(ruleOf);
      const inSpace = ofSpace.length === 0 ? onSite : resolveCompatibility(audiences, { ...setting, space: ofSpace });
      if (!inSpace.ok) return refuse(inSpace.reason, space.id, inSpace.detail);
      const classes = deriveClasses(inSpace.value);
      if (!classes.ok) return refuse(classes.reason, space.id, classes.detail);
      for (const [code, audienceClass] of classes.value) {
        const side = sides.value.get(code);
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
  await deferMeetingConstraints(tx);
  await upsertSpaceAudiences(tx, rows);
  await enforceMeetingConstraints(tx);
  return { ok: true, value: null };
}
