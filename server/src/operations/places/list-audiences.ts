import { listAudiences as listAudienceRows } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { ok } from '../../problems.ts';

/** The audiences that the network serves, in its own order, named in the reader's language. */
export async function listAudiences({ tx, networkId, locale }: Context) {
  const rows = await listAudienceRows(tx, networkId);
  const served = rows.filter(({ archivedAt }) => archivedAt === null);
  return ok({
    items: served.map((row) => ({
      code: row.code,
      name: locale === 'fr' ? row.nameFr : row.nameEn,
      letter: locale === 'fr' ? row.letterFr : row.letterEn,
      audienceClass: row.audienceClass,
      color: row.color,
      pattern: row.pattern,
      isStaff: row.isStaff,
    })),
  });
}
