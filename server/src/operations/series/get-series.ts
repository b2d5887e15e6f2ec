import type { Context } from '../../context.ts';
import { seriesCalendar } from '../../mail/series-calendar.ts';
import { ok, type Result } from '../../problems.ts';
import type { SeriesBody } from '../../routes/series/schemas.ts';
import { loadSeries } from './load-series.ts';
import { seriesView } from './views.ts';

/** A series with all its occurrences. Refusal: `not_found`. */
export async function getSeries(context: Context, id: string): Promise<Result<SeriesBody>> {
  const loaded = await loadSeries(context, id, 'series.read');
  if (!loaded.ok) return loaded;
  const { series, occurrences, mayChange } = loaded.value;
  return ok(seriesView(series, occurrences, context.now, mayChange));
}

/** The series as an iCalendar file. Refusal: `not_found`. */
export async function getSeriesCalendar(context: Context, id: string): Promise<Result<string>> {
  const loaded = await loadSeries(context, id, 'series.read');
  if (!loaded.ok) return loaded;
  const { series, occurrences } = loaded.value;
  return ok(seriesCalendar([{ series, occurrences }], context.services.config.publicUrl, context.now));
}
