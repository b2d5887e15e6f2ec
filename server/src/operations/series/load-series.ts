import { findSeries, listOccurrences, lockSeries, type SeriesRecord } from '@mitoyen/db/queries';
import { type Action, may } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { occurrenceOf, type SeriesOccurrence } from './views.ts';

export interface LoadedSeries {
  readonly series: SeriesRecord;
  readonly occurrences: SeriesOccurrence[];
  readonly mayChange: boolean;
}

/** A series with its bookings, if the caller may do `action` to it; locked when it is to be changed. Refusal: `not_found`. */
export async function loadSeries(
  context: Context,
  id: string,
  action: Action,
  { lock = false }: { lock?: boolean } = {},
): Promise<Result<LoadedSeries>> {
  const { tx, networkId } = context;
  const actor = signedIn(context);
  if (lock) await lockSeries(tx, networkId, id);
  const series = await findSeries(tx, networkId, id);
  if (series === null) return refuse('not_found');
  const facts = { ownerMemberId: series.memberId, structureId: series.structureId };
  if (!may(actor, action, facts)) return refuse('not_found');
  const rows = await listOccurrences(tx, networkId, id);
  return ok({
    series,
    occurrences: rows.map((row) => occurrenceOf(series, row)),
    mayChange: may(actor, 'series.change', facts),
  });
}
