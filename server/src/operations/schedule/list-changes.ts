import { listLatestChanges, listScheduleChanges } from '@mitoyen/db/queries';
import type { Static } from 'typebox';
import { may } from '../../authorisation.ts';
import type { Context } from '../../context.ts';
import { ok, type Result } from '../../problems.ts';
import type { ChangesView, OutcomeBody, ScheduleChangeBody } from '../../routes/schedule/schemas.ts';
import { loadSite } from '../host/load-site.ts';
import { iso } from '../views.ts';

const PAGE_SIZE = 20;
/** Changes older than so many are not undone by a click: too much may have been built on them. */
const MOST_UNDOABLE = 200;

/** What was changed in the hours of a site, latest first. Refusals: `not_found`, `auth.forbidden`. */
export async function listChanges(
  context: Context,
  slug: string,
  page: number,
): Promise<Result<Static<typeof ChangesView>>> {
  const { tx, networkId, actor } = context;
  const loaded = await loadSite(context, slug, 'schedule.read');
  if (!loaded.ok) return loaded;
  const { id: siteId, structureId } = loaded.value;
  const [{ rows, total }, latest] = await Promise.all([
    listScheduleChanges(tx, networkId, siteId, { limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE }),
    listLatestChanges(tx, networkId, siteId, MOST_UNDOABLE),
  ]);
  const mayChange = may(actor, 'schedule.change', { structureId });
  const undoable = undoableRevisions(latest as { revision: number; change: ScheduleChangeBody }[]);
  return ok({
    items: rows.map((row) => {
      const change = row.change as ScheduleChangeBody;
      return {
        id: row.id,
        appliedAt: iso(row.appliedAt),
        by: row.by,
        revision: row.revision,
        summary: {
          templates: countOf(change.templates),
          templateNames: (change.templates?.upsert ?? []).map(({ name }) => name),
          exceptions: countOf(change.exceptions),
          closures: countOf(change.closures),
          settings: [...Object.keys(change.settings ?? {}), ...Object.keys(change.overrides ?? {})],
          outcome: row.outcome as OutcomeBody,
        },
        inverse: row.inverse as ScheduleChangeBody,
        mayUndo: mayChange && undoable.has(row.revision),
      };
    }),
    page,
    pageCount: Math.ceil(total / PAGE_SIZE),
    total,
  });
}

const countOf = (list: { upsert?: readonly unknown[]; delete?: readonly string[] } | undefined) => ({
  written: list?.upsert?.length ?? 0,
  deleted: list?.delete?.length ?? 0,
});

/** Of changes, latest first: those that changed nothing which was changed again since. */
function undoableRevisions(changes: readonly { revision: number; change: ScheduleChangeBody }[]): Set<number> {
  const touchedSince = new Set<string>();
  const undoable = new Set<number>();
  for (const { revision, change } of changes) {
    const touched = touchedBy(change);
    if (!touched.some((key) => touchedSince.has(key))) undoable.add(revision);
    for (const key of touched) touchedSince.add(key);
  }
  return undoable;
}

function touchedBy({ templates, exceptions, closures, settings = {}, overrides = {} }: ScheduleChangeBody): string[] {
  const lists = [templates, exceptions, closures].flatMap((list) => [
    ...(list?.upsert ?? []).map(({ id }) => id),
    ...(list?.delete ?? []),
  ]);
  const { handoverMinutes = {}, ...others } = settings;
  return [
    ...lists,
    ...Object.keys(handoverMinutes),
    ...Object.keys(others),
    ...Object.keys(overrides),
    ...(templates?.order === undefined ? [] : ['order of templates']),
    ...(exceptions?.order === undefined ? [] : ['order of exceptions']),
  ];
}
