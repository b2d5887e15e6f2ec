import type { Tx } from '@mitoyen/db';
import { listScheduleRevisions, loadScheduleRows } from '@mitoyen/db/queries';
import type { Instant } from '@mitoyen/domain';
import type { Calendars } from './calendars.ts';
import { compileRows, type SiteSchedule } from './site-schedule.ts';

/** Compiled schedules are small (a few kB); a network of 500 places fits several times. */
const MOST_SITES = 4_000;

/**
 * Compiled schedules by site, each good for the revision that it was compiled from. Revisions are read in the caller's transaction, so
 * nobody decides by hours that have changed.
 */
export interface ScheduleStore {
  readonly calendars: Calendars;
  /**
   * The schedules of these sites, by site; sites that are not there are left out. What the caller's own transaction has changed is read
   * anew each time and not kept: it may yet roll back, and another change then takes its number.
   */
  of(
    tx: Tx,
    networkId: string,
    siteIds: readonly string[],
    now: Instant,
    /** When the caller has read them already. */
    revisions?: ReadonlyMap<string, number>,
  ): Promise<ReadonlyMap<string, SiteSchedule>>;
  /**
   * The schedule of one site as this transaction sees it, changes of its own included; never kept, since the transaction may yet roll
   * back. Null: no such site.
   */
  fresh(tx: Tx, networkId: string, siteId: string, now: Instant): Promise<SiteSchedule | null>;
}

export function createScheduleStore(calendars: Calendars): ScheduleStore {
  // Least recently asked first.
  const kept = new Map<string, SiteSchedule>();
  const keep = (key: string, schedule: SiteSchedule) => {
    kept.delete(key);
    kept.set(key, schedule);
    if (kept.size > MOST_SITES) kept.delete(kept.keys().next().value as string);
  };
  return {
    calendars,
    async of(tx, networkId, siteIds, now, revisions) {
      const current = revisions ?? (await listScheduleRevisions(tx, networkId, siteIds));
      const found = new Map<string, SiteSchedule>();
      const missing: string[] = [];
      for (const siteId of siteIds) {
        const revision = current.get(siteId);
        if (revision === undefined) continue;
        const key = `${networkId} ${siteId}`;
        const schedule = kept.get(key);
        if (schedule?.revision === revision) {
          keep(key, schedule);
          found.set(siteId, schedule);
        } else missing.push(siteId);
      }
      if (missing.length > 0) {
        for (const schedule of compileRows(await loadScheduleRows(tx, networkId, missing, now), calendars)) {
          found.set(schedule.siteId, schedule);
          if (schedule.isUncommitted) continue;
          // Its own revision: the rows may be newer than the revision asked for, never older.
          const key = `${networkId} ${schedule.siteId}`;
          if ((kept.get(key)?.revision ?? -1) < schedule.revision) keep(key, schedule);
        }
      }
      return found;
    },
    async fresh(tx, networkId, siteId, now) {
      const [schedule] = compileRows(await loadScheduleRows(tx, networkId, [siteId], now), calendars);
      return schedule ?? null;
    },
  };
}
