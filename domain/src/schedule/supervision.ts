import type { Instant, LocalDate, Outcome } from '../time/types.ts';

/** Minors below an age, per adult. */
export interface SupervisionRatio {
  readonly underAge: number;
  readonly minorsPerAdult: number;
}

/** Data, since the texts change: a place keeps its own beside the default. The youngest first. */
export interface RatioSet {
  readonly id: string;
  readonly source: string;
  /** The day on which somebody last read the source to say so; null: it is to be checked. */
  readonly checkedOn: LocalDate | null;
  readonly ratios: readonly SupervisionRatio[];
}

/**
 * Group care of minors in the holidays: one adult per 8 under six, per 12 from six on. A default to choose from; whether
 * a place's youth hours are such care is for the place to know (they are from 7 minors and 14 days a year on).
 */
export const HOLIDAY_CARE_RATIOS: RatioSet = {
  id: 'fr-accueil-de-loisirs',
  source: 'Code de l’action sociale et des familles, art. R227-15 (as a prefecture gave it in 2017)',
  checkedOn: null,
  ratios: [
    { underAge: 6, minorsPerAdult: 8 },
    { underAge: 18, minorsPerAdult: 12 },
  ],
};

export interface SupervisionPolicy {
  /**
   * What the door does while no referent is there: `referent_first` opens for nobody but them, `anyone` for all,
   * `not_needed` does not ask.
   */
  readonly withoutReferent: 'referent_first' | 'anyone' | 'not_needed';
  /** How long after the last referent left others are still let in: a referent who fetches the post is not gone. */
  readonly graceMs: number;
  /** Null: no ratio is kept. */
  readonly ratios: RatioSet | null;
  readonly needsGuardianConsent: boolean;
}

/** Who stands at the door. `age` in whole years. */
export type Arrival =
  | { readonly kind: 'referent' }
  | { readonly kind: 'adult' }
  | { readonly kind: 'minor'; readonly age: number; readonly hasGuardianConsent: boolean };

export interface SupervisionFacts {
  readonly policy: SupervisionPolicy;
  /** Referents by badge or check-in; `until: null` while they are there. */
  readonly referents: readonly { readonly from: Instant; readonly until: Instant | null }[];
  /** Other adults who supervise (parents, volunteers), there now. */
  readonly otherSupervisors: number;
  /** Ages of the minors in the space now. */
  readonly minors: readonly number[];
  /** Everybody in the space now, and in the building: minors, supervisors and others. */
  readonly presentInSpace: number;
  readonly presentInBuilding: number;
  readonly spaceCapacity: number;
  /** The building's upper bound over all its spaces at once (ERP). */
  readonly buildingCapacity: number;
  readonly arrival: Arrival;
}

export type SupervisionRefusal = 'building_full' | 'space_full' | 'consent_missing' | 'no_referent' | 'ratio_reached';

export interface SupervisionFigures {
  readonly referentsPresent: number;
  readonly supervisors: number;
  /** For the minors there, the one who arrives included. */
  readonly supervisorsNeeded: number;
}

/**
 * Whether somebody may come into a supervised session at the instant. The figures come with either answer.
 *
 * Refusals, in the order in which they are looked for: `building_full`, `space_full` (also for a referent: the bounds are
 * of safety); `consent_missing`; `no_referent`; `ratio_reached` (one minor more than the adults present may watch;
 * without any ratio for that age, no bound). A referent needs none of the last three.
 */
export function supervisionAllows(
  facts: SupervisionFacts,
  at: Instant,
): Outcome<SupervisionFigures, SupervisionRefusal, SupervisionFigures> {
  const { policy, arrival } = facts;
  const isReferent = arrival.kind === 'referent';
  const isThere = (graceMs: number) => (referent: SupervisionFacts['referents'][number]) =>
    referent.from <= at && (referent.until === null || at < referent.until + graceMs);
  const referentsPresent = facts.referents.filter(isThere(0)).length;
  const supervisors = referentsPresent + facts.otherSupervisors + (isReferent ? 1 : 0);
  const minors = arrival.kind === 'minor' ? [...facts.minors, arrival.age] : facts.minors;
  const figures = { referentsPresent, supervisors, supervisorsNeeded: supervisorsNeeded(minors, policy.ratios) };
  const refuse = (reason: SupervisionRefusal) => ({ ok: false, reason, detail: figures }) as const;

  if (facts.presentInBuilding >= facts.buildingCapacity) return refuse('building_full');
  if (facts.presentInSpace >= facts.spaceCapacity) return refuse('space_full');
  if (!isReferent) {
    if (arrival.kind === 'minor' && policy.needsGuardianConsent && !arrival.hasGuardianConsent) {
      return refuse('consent_missing');
    }
    if (policy.withoutReferent === 'referent_first' && !facts.referents.some(isThere(policy.graceMs))) {
      return refuse('no_referent');
    }
    if (arrival.kind === 'minor' && figures.supervisorsNeeded > supervisors) return refuse('ratio_reached');
  }
  return { ok: true, value: figures };
}

/**
 * Adults needed for minors of these ages: each takes his share of an adult (an eighth, a twelfth), and a begun adult is a
 * whole one. Exact, in integers.
 */
export function supervisorsNeeded(ages: readonly number[], ratios: RatioSet | null): number {
  const bands = ratios?.ratios ?? [];
  const common = bands.reduce((product, { minorsPerAdult }) => product * minorsPerAdult, 1);
  let shares = 0;
  for (const age of ages) {
    const band = bands.find(({ underAge }) => age < underAge);
    if (band !== undefined) shares += common / band.minorsPerAdult;
  }
  return Math.ceil(shares / common);
}
