import { formatRule } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, type Result } from '../../problems.ts';
import type { Decision, SeriesPreviewBody } from '../../routes/series/schemas.ts';
import { assessOccurrences } from './assess-occurrences.ts';
import { decide, planSeries, type SeriesInput } from './plan-series.ts';
import { previewView } from './views.ts';

/**
 * What every occurrence of a series would be and cost, with other times for those that cannot be had. Nothing is kept. Refusals: those
 * of `planSeries` and `decide`.
 */
export async function previewSeries(
  context: Context,
  input: SeriesInput,
  decisions: readonly Decision[] = [],
): Promise<Result<SeriesPreviewBody>> {
  const planned = await planSeries(context, input);
  if (!planned.ok) return planned;
  const { resource, booker, seats, rule, dates, time, limits, upcoming } = planned.value;
  const except = new Set(input.exceptDates);
  const occurrences = dates.filter((date) => !except.has(date)).map((date) => ({ date, resource }));
  const decided = await decide(context, occurrences, time, decisions);
  if (!decided.ok) return decided;
  const assessed = await assessOccurrences(context, {
    wanted: decided.value.wanted,
    booker,
    seats,
    limits,
    upcoming,
    without: new Set(),
    withAlternatives: true,
  });
  const { locale } = context;
  return ok(previewView(assessed, { rrule: formatRule(rule), timeZone: resource.timeZone, kept: [], limits, locale }));
}
