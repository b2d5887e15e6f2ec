import type { Suggestion } from '@mitoyen/domain';
import type { Locale } from '../../problems.ts';

interface Names {
  readonly audience: string;
  readonly heldBy: readonly string[];
}

/** Why hours are proposed, in a sentence or two that say what was counted. */
export function reasonFor(suggestion: Suggestion, names: Names, locale: Locale): string {
  return locale === 'fr' ? inFrench(suggestion, names) : inEnglish(suggestion, names);
}

const percent = (basisPoints: number, locale: Locale) =>
  new Intl.NumberFormat(locale === 'fr' ? 'fr-FR' : 'en-GB', { style: 'percent', maximumFractionDigits: 0 }).format(
    basisPoints / 10_000,
  );

function inFrench({ evidence, mode }: Suggestion, { audience, heldBy }: Names): string {
  const { weeks, weeksUsed, demand } = evidence;
  const whose = mode === 'open' ? 'Ces heures sont fermées' : `Ces heures sont à : ${heldBy.join(', ')}`;
  const use =
    weeksUsed === 0
      ? `personne n’est venu en ${weeks} semaines`
      : `quelqu’un est venu ${weeksUsed} semaine${weeksUsed > 1 ? 's' : ''} sur ${weeks}`;
  const wanted =
    demand === null
      ? `Ce public n’a pas encore d’heures ici : on ne sait pas s’il viendrait (${audience}).`
      : `Pendant ses propres heures ici, ce public réserve ${percent(demand.bookedBp, 'fr')} du temps (${audience}).`;
  return mode === 'open' ? `${whose}. ${wanted}` : `${whose} ; ${use}. ${wanted}`;
}

function inEnglish({ evidence, mode }: Suggestion, { audience, heldBy }: Names): string {
  const { weeks, weeksUsed, demand } = evidence;
  const whose = mode === 'open' ? 'These hours are closed' : `These hours belong to: ${heldBy.join(', ')}`;
  const use = weeksUsed === 0 ? `nobody came in ${weeks} weeks` : `somebody came in ${weeksUsed} of ${weeks} weeks`;
  const wanted =
    demand === null
      ? `This public has no hours here yet: nobody knows whether it would come (${audience}).`
      : `In its own hours here, this public books ${percent(demand.bookedBp, 'en')} of the time (${audience}).`;
  return mode === 'open' ? `${whose}. ${wanted}` : `${whose}; ${use}. ${wanted}`;
}
