import { loadScheduleRows } from '@mitoyen/db/queries';
import { addDays, localDateOf, trialTemplates } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type {
  ProposedChangeBody,
  SuggestedHoursInput,
  TrialEvidence,
} from '../../routes/sharing/suggestion-schemas.ts';
import { loadSite } from '../host/load-site.ts';
import { planOf } from '../schedule/plan.ts';
import { evidenceView, findSuggestion, hoursView } from './suggest.ts';
import { type TrialTemplateBody, trialsOf } from './trials.ts';

/**
 * The change of hours that would try a suggestion from one date until another: to be previewed and applied as any change of hours is.
 * Nothing is changed here. Its templates keep the figures of the moment. Refusals: `not_found`, `auth.forbidden`, `suggestion.unknown`,
 * `suggestion.nothing_to_change`, `suggestion.dates`.
 */
export async function trySuggestion(
  context: Context,
  slug: string,
  input: { readonly suggestion: SuggestedHoursInput; readonly from: string; readonly until: string },
): Promise<Result<ProposedChangeBody>> {
  const { tx, networkId, now, locale, services } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const { from, until } = input;
  if (from < localDateOf(now, site.timeZone) || until <= from || until > addDays(from, MOST_DAYS)) {
    return refuse('suggestion.dates');
  }
  const schedule = await services.schedules.fresh(tx, networkId, site.id, now);
  if (schedule === null) return refuse('not_found');
  const found = await findSuggestion(context, site, schedule, input.suggestion);
  if (found === null) return refuse('suggestion.unknown');
  const { suggestion, loaded: facts } = found;
  const audience = facts.audiences.find(({ code }) => code === suggestion.audience);
  const name =
    locale === 'fr'
      ? `Essai : ${audience?.nameFr ?? suggestion.audience}`
      : `Trial: ${audience?.nameEn ?? suggestion.audience}`;
  const trialId = makeId(services, now);
  const trials = trialTemplates(
    schedule.schedule,
    suggestion,
    { from, until },
    { name, newId: () => makeId(services, now) },
  );
  if (trials.length === 0) return refuse('suggestion.nothing_to_change');
  const kept: Omit<TrialEvidence, 'basedOn'> = {
    trialId,
    hours: hoursView(suggestion),
    from,
    until,
    evidence: evidenceView(suggestion.evidence),
    weeklyGain: suggestion.weeklyGain,
  };
  const upsert = trials.map(
    ({ basedOn, template }): TrialTemplateBody => ({
      ...template,
      spaceIds: template.spaceIds === null ? null : [...template.spaceIds],
      period: template.period as TrialTemplateBody['period'],
      windows: template.windows.map((window) => ({ ...window })),
      origin: 'suggestion',
      evidence: { ...kept, basedOn },
    }),
  );
  return ok({ revision: schedule.revision, change: { templates: { upsert, order: upsert.map(({ id }) => id) } } });
}

/** A trial lasts half a year at most: what is good for longer is kept. */
const MOST_DAYS = 190;

/**
 * The change of hours that ends a trial: `keep` lets its hours hold as long as those that they stand beside; `stop` ends them tomorrow, or
 * takes them away where they have not begun. Nothing is changed here. Refusals: `not_found`, `auth.forbidden`.
 */
export async function endTrial(
  context: Context,
  slug: string,
  trialId: string,
  decision: 'keep' | 'stop',
): Promise<Result<ProposedChangeBody>> {
  const { tx, networkId, now } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  const rows = await loadScheduleRows(tx, networkId, [loaded.value.id], now);
  const [site] = rows.sites;
  const plan = planOf(rows);
  const trial = trialsOf(plan).find(({ evidence }) => evidence.trialId === trialId);
  if (site === undefined || trial === undefined) return refuse('not_found');
  const today = localDateOf(now, site.timeZone);
  const tomorrow = addDays(today, 1);
  const decided = (template: TrialTemplateBody, kind: 'kept' | 'stopped'): TrialTemplateBody => ({
    ...template,
    evidence: { ...(template.evidence as TrialEvidence), decision: { kind, on: today } },
  });
  if (decision === 'keep') {
    const upsert = trial.templates.map((template) => {
      const { basedOn } = template.evidence as TrialEvidence;
      const validUntil = plan.templates.find(({ id }) => id === basedOn)?.validUntil ?? null;
      return { ...decided(template, 'kept'), validUntil };
    });
    return ok({ revision: site.revision, change: { templates: { upsert } } });
  }
  const hasBegun = ({ validFrom }: TrialTemplateBody) => validFrom === null || validFrom < tomorrow;
  const upsert = trial.templates.filter(hasBegun).map((template) => ({
    ...decided(template, 'stopped'),
    validUntil: template.validUntil !== null && template.validUntil < tomorrow ? template.validUntil : tomorrow,
  }));
  const gone = trial.templates.filter((template) => !hasBegun(template)).map(({ id }) => id);
  return ok({ revision: site.revision, change: { templates: { upsert, delete: gone } } });
}
