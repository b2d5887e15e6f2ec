import { searchText } from '@mitoyen/db';
import { findCommunes as findCommuneRows } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { ok } from '../../problems.ts';

/** Communes with a place, by the beginning or part of their name or postal code; at most 20. */
export async function findCommunes({ tx, networkId }: Context, text: string) {
  const rows = await findCommuneRows(tx, networkId, searchText(text), 20);
  return ok({
    items: rows.map(({ name, inseeCode, departement, latitude, longitude, siteCount }) => ({
      name,
      inseeCode,
      departement,
      latitude,
      longitude,
      siteCount,
    })),
  });
}
