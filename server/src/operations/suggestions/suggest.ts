import { listSpaces } from '@mitoyen/db/queries';
import { MINUTE_MS, type Suggestion, type SuggestionEvidence, suggestUnusedTime } from '@mitoyen/domain';
import { may } from '../../authorisation.ts';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { SuggestedHoursInput, SuggestionBody, SuggestionsBody } from '../../routes/sharing/suggestion-schemas.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';
import { loadSite } from '../host/load-site.ts';
import { type LoadedFacts, loadSuggestionFacts } from './load-facts.ts';
import { reasonFor } from './reason.ts';
import { listTrials } from './trials.ts';

/** Best first; what comes after so many says little more. */
const MOST_SHOWN = 24;
/** Closed hours cost somebody's presence: they come after hours that are open and empty, and only the best of them. */
const MOST_CLOSED_SHOWN = 4;

/**
 * Hours of a site that hardly anybody uses and that another public could, with the figures behind each; and what was tried so far.
 * Refusals: `not_found`, `auth.forbidden`.
 */
export async function listSuggestions(context: Context, slug: string): Promise<Result<SuggestionsBody>> {
  const { tx, networkId, now, locale, actor, services } = context;
  const loaded = await loadSite(context, slug, 'schedule.read');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const schedule = (await services.schedules.of(tx, networkId, [site.id], now)).get(site.id);
  if (schedule === undefined) return refuse('not_found');
  const spaces = await listSpaces(tx, networkId, [site.id]);
  const found = await loadSuggestionFacts(context, site, schedule);
  const { suggestions, skipped } = suggestUnusedTime(found.facts);
  const spaceNames = new Map(spaces.map(({ id, name }) => [id, name]));
  const trials = await listTrials(context, site, schedule, spaceNames);
  // What is being tried, or is kept, is not proposed again meanwhile.
  const tried = new Set(
    trials
      .filter(({ state }) => state !== 'stopped' && state !== 'over')
      .map(({ hours }) => JSON.stringify(keyOf(hours))),
  );
  const fresh = suggestions.filter((each) => !tried.has(JSON.stringify(keyOf(hoursView(each)))));
  const shown = [
    ...fresh.filter(({ mode }) => mode !== 'open').slice(0, MOST_SHOWN - MOST_CLOSED_SHOWN),
    ...fresh.filter(({ mode }) => mode === 'open').slice(0, MOST_CLOSED_SHOWN),
  ];
  const { from, until } = found.facts.observed;
  const nameOf = new Map(found.audiences.map(({ code, nameFr, nameEn }) => [code, locale === 'fr' ? nameFr : nameEn]));
  return ok({
    observed: { from, until, weeks: Math.floor(Temporal.PlainDate.from(from).until(until).days / 7) },
    skipped: { ...skipped },
    mayTry: may(actor, 'schedule.change', { structureId: site.structureId }),
    items: shown.map((suggestion) => ({
      ...hoursView(suggestion),
      spaceName: spaceNames.get(suggestion.spaceId) ?? '',
      mode: suggestion.mode,
      heldBy: [...suggestion.heldBy],
      needsReferent: suggestion.needsReferent,
      evidence: evidenceView(suggestion.evidence),
      weeklyGain: suggestion.weeklyGain,
      confidence: suggestion.confidence,
      reason: reasonFor(
        suggestion,
        {
          audience: nameOf.get(suggestion.audience) ?? suggestion.audience,
          heldBy: suggestion.heldBy.map((code) => nameOf.get(code) ?? code),
        },
        locale,
      ),
    })),
    trials,
  });
}

/** The suggestion that speaks of these hours, made anew from what is known now; null when it is no longer made. */
export async function findSuggestion(
  context: Context,
  site: { readonly id: string; readonly timeZone: string },
  schedule: SiteSchedule,
  hours: SuggestedHoursInput,
): Promise<{ suggestion: Suggestion; loaded: LoadedFacts } | null> {
  const loaded = await loadSuggestionFacts(context, site, schedule);
  const wanted = JSON.stringify(keyOf(hours));
  const suggestion = suggestUnusedTime(loaded.facts).suggestions.find(
    (each) => JSON.stringify(keyOf(hoursView(each))) === wanted,
  );
  return suggestion === undefined ? null : { suggestion, loaded };
}

const keyOf = ({ spaceId, period, weekday, startsAt, endsAt, audience }: SuggestedHoursInput) => [
  spaceId,
  period.kind,
  weekday,
  startsAt,
  endsAt,
  audience,
];

export function hoursView(suggestion: Suggestion): SuggestedHoursInput {
  const { spaceId, period, weekday, startsAt, endsAt, audience } = suggestion;
  return { spaceId, period: period as SuggestedHoursInput['period'], weekday, startsAt, endsAt, audience };
}

export function evidenceView(evidence: SuggestionEvidence): SuggestionBody['evidence'] {
  const { weeks, weeksUsed, observedMs, usedMs, usedBp, demand, usedWeeksAtMostBp } = evidence;
  const minutes = (ms: number) => Math.round(ms / MINUTE_MS);
  return {
    weeks,
    weeksUsed,
    observedMinutes: minutes(observedMs),
    usedMinutes: minutes(usedMs),
    usedBp,
    demand:
      demand === null
        ? null
        : { openMinutes: minutes(demand.openMs), bookedMinutes: minutes(demand.bookedMs), bookedBp: demand.bookedBp },
    usedWeeksAtMostBp,
  };
}
