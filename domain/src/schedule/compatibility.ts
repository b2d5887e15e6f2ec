import { STAFF_CLASS } from '../audience/audiences.ts';
import type { Audience, AudienceClass, AudienceCode } from '../audience/types.ts';
import type { Outcome } from '../time/types.ts';

/**
 * What two audiences may do at the same time, from the loosest to the strictest: be `together` in one space; be on the
 * `same_site` in different spaces; `never_same_site`.
 */
export type Togetherness = 'together' | 'same_site' | 'never_same_site';

/** One pair of the setting. The order of the two does not matter. */
export interface CompatibilityRule {
  readonly audiences: readonly [AudienceCode, AudienceCode];
  readonly relation: Togetherness;
}

/**
 * The setting as it is written: the network's rules, overridden pair by pair by the site's, and these by the space's. A
 * pair that nobody speaks of is `together` when its audiences declare one class, else `same_site`.
 */
export interface CompatibilitySetting {
  readonly network: readonly CompatibilityRule[];
  readonly site: readonly CompatibilityRule[];
  readonly space: readonly CompatibilityRule[];
}

/** The setting as it holds in one space (or on a site, when no space's rules were given). */
export interface Compatibility {
  /** In the order in which the network lists them. */
  readonly audiences: readonly Audience[];
  /** For every pair of the list. Staff, and an audience with itself, are always `together`. */
  relation(a: AudienceCode, b: AudienceCode): Togetherness;
}

export type CompatibilityRefusal =
  | 'unknown_audience'
  | 'same_audience'
  | 'pair_given_twice'
  | 'staff_kept_apart'
  | 'site_rule_of_space'
  | 'space_loosens_site';

export interface CompatibilityFault {
  readonly layer: keyof CompatibilitySetting;
  readonly audiences: readonly [AudienceCode, AudienceCode];
}

/**
 * Resolves the layers of a setting for one space. Refused, with the rule at fault:
 * `unknown_audience`; `same_audience` (an audience always meets itself); `pair_given_twice` within one layer;
 * `staff_kept_apart` (staff may be anywhere); `site_rule_of_space` (`never_same_site` is about more than one space: the
 * site or the network says it); `space_loosens_site` (a space cannot let in together whom its site never has at once).
 */
export function resolveCompatibility(
  audiences: readonly Audience[],
  setting: CompatibilitySetting,
): Outcome<Compatibility, CompatibilityRefusal, CompatibilityFault> {
  const known = new Map(audiences.map((audience) => [audience.code, audience]));
  const relations = new Map<string, Togetherness>();
  for (const layer of ['network', 'site', 'space'] as const) {
    const pairs = new Set<string>();
    for (const { audiences: pair, relation } of setting[layer]) {
      const refuse = (reason: CompatibilityRefusal) =>
        ({ ok: false, reason, detail: { layer, audiences: pair } }) as const;
      const [a, b] = [known.get(pair[0]), known.get(pair[1])];
      if (a === undefined || b === undefined) return refuse('unknown_audience');
      if (a === b) return refuse('same_audience');
      const key = keyOf(a.code, b.code);
      if (pairs.has(key)) return refuse('pair_given_twice');
      pairs.add(key);
      if ((a.isStaff || b.isStaff) && relation !== 'together') return refuse('staff_kept_apart');
      if (layer === 'space') {
        if (relation === 'never_same_site') return refuse('site_rule_of_space');
        if (relations.get(key) === 'never_same_site') return refuse('space_loosens_site');
      }
      relations.set(key, relation);
    }
  }
  return {
    ok: true,
    value: {
      audiences,
      relation(first, second) {
        const [a, b] = [known.get(first), known.get(second)];
        if (a === undefined || b === undefined) throw new RangeError(`no such audience: ${first} or ${second}`);
        if (a === b || a.isStaff || b.isStaff) return 'together';
        return relations.get(keyOf(first, second)) ?? (a.audienceClass === b.audienceClass ? 'together' : 'same_site');
      },
    },
  };
}

/** `a` and `b` are alike, `b` and `c` are, but `a` and `c` are not: no classes can say that. */
export interface BrokenTriple {
  readonly a: AudienceCode;
  readonly b: AudienceCode;
  readonly c: AudienceCode;
}

/**
 * The audience classes of a space: audiences that may be `together` there share one. Keys are audience codes in the
 * order of the list.
 *
 * Refused with `not_transitive` and the first triple that breaks it: "professionals may meet training, training may
 * meet youth, but professionals may not meet youth" cannot be kept by classes - whoever is in the room with training
 * decides.
 *
 * A class is called as its members declare it, when they agree and nobody outside declares or is called that; otherwise
 * after its first member's code. So the default list keeps its names (`work`, `general`...), and names never depend on
 * the order of the list. Staff are of `STAFF_CLASS`.
 */
export function deriveClasses(
  compatibility: Compatibility,
): Outcome<ReadonlyMap<AudienceCode, AudienceClass>, 'not_transitive', BrokenTriple> {
  const { audiences, relation } = compatibility;
  const publics = audiences.filter((audience) => !audience.isStaff);
  const groups = partition(
    publics.map(({ code }) => code),
    (a, b) => relation(a, b) === 'together',
  );
  if (!groups.ok) return groups;

  const byCode = new Map(publics.map((audience) => [audience.code, audience]));
  const nameOf = (codes: readonly AudienceCode[]): AudienceClass => {
    const declared = new Set(codes.map((code) => byCode.get(code)?.audienceClass as AudienceClass));
    const [name] = declared;
    const isTheirs = (of: string) =>
      of !== STAFF_CLASS &&
      publics.every(({ code, audienceClass }) => codes.includes(code) || (code !== of && audienceClass !== of));
    return declared.size === 1 && isTheirs(name as string) ? (name as string) : (codes.toSorted()[0] as string);
  };
  const classes = new Map<AudienceCode, AudienceClass>();
  const names = new Map(groups.value.flatMap((codes) => codes.map((code) => [code, nameOf(codes)] as const)));
  for (const { code, isStaff } of audiences) classes.set(code, isStaff ? STAFF_CLASS : (names.get(code) as string));
  return { ok: true, value: classes };
}

/**
 * Where an audience stands on a site. Two audiences of one `axis` and different `siteClass` are never on the site at
 * once; audiences of different axes, or of none, do not mind each other.
 */
export interface SiteClass {
  readonly axis: AudienceCode;
  readonly siteClass: AudienceCode;
}

/**
 * The `never_same_site` pairs as something that an exclusion constraint can keep:
 * `exclude using gist (network_id with =, site_id with =, site_axis with =, site_class with <>, space_hold with &&)`.
 * Audiences without any such pair are absent: their bookings carry null in both columns, which no constraint minds.
 *
 * Refused with `not_transitive`: on one axis, audiences that tolerate each other must be apart from the same others.
 * (`a` may be on the site with `b`, `b` with `c`, but `a` never with `c`, where all three are linked by `never` pairs.)
 * An axis is called after its first audience, a class after its own, both by code.
 */
export function siteClasses(
  compatibility: Compatibility,
): Outcome<ReadonlyMap<AudienceCode, SiteClass>, 'not_transitive', BrokenTriple> {
  const { audiences, relation } = compatibility;
  const codes = audiences.map(({ code }) => code).sort();
  const isApart = (a: AudienceCode, b: AudienceCode) => relation(a, b) === 'never_same_site';

  const result = new Map<AudienceCode, SiteClass>();
  for (const start of codes) {
    if (result.has(start) || !codes.some((other) => isApart(start, other))) continue;
    const axis = new Set([start]);
    for (const code of axis) for (const other of codes) if (isApart(code, other)) axis.add(other);
    const groups = partition([...axis].sort(), (a, b) => !isApart(a, b));
    if (!groups.ok) return groups;
    for (const group of groups.value) {
      for (const code of group) result.set(code, { axis: start, siteClass: group[0] as AudienceCode });
    }
  }
  return { ok: true, value: result };
}

/** The classes of an equivalence, each in the order given; or the triple that shows that it is none. */
function partition(
  codes: readonly AudienceCode[],
  isAlike: (a: AudienceCode, b: AudienceCode) => boolean,
): Outcome<AudienceCode[][], 'not_transitive', BrokenTriple> {
  for (const b of codes) {
    const like = codes.filter((code) => code !== b && isAlike(code, b));
    for (const [index, a] of like.entries()) {
      const c = like.slice(index + 1).find((other) => !isAlike(a, other));
      if (c !== undefined) return { ok: false, reason: 'not_transitive', detail: { a, b, c } };
    }
  }
  const groups: AudienceCode[][] = [];
  for (const code of codes) {
    const group = groups.find(([first]) => isAlike(first as AudienceCode, code));
    if (group === undefined) groups.push([code]);
    else group.push(code);
  }
  return { ok: true, value: groups };
}

function keyOf(a: AudienceCode, b: AudienceCode): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
