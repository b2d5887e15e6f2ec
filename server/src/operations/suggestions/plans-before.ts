import { listScheduleChanges, loadScheduleRows, type ScheduleRows } from '@mitoyen/db/queries';
import { type DateRange, type LocalDate, localDateOf } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import type { ScheduleChangeBody } from '../../routes/schedule/schemas.ts';
import { compileRows, type SiteSchedule } from '../../schedule/site-schedule.ts';
import { planAfter, planOf, rowsAfter } from '../schedule/plan.ts';

/** More changes than this in half a year are undone no further: the weeks before them are not looked at. */
const MOST_CHANGES = 60;

export interface PlanThen {
  readonly range: DateRange;
  readonly schedule: SiteSchedule;
}

/**
 * The hours of a site as they were, latest first: what is planned now says nothing of weeks in which something else was. Each change
 * that was made since is undone in memory; the day on which it was made counts for what was before it.
 */
export async function plansBefore(context: Context, siteId: string, range: DateRange): Promise<PlanThen[]> {
  const { tx, networkId, now, services } = context;
  const { calendars } = services.schedules;
  let rows = await loadScheduleRows(tx, networkId, [siteId], now);
  const [current] = compileRows(rows, calendars);
  if (current === undefined) return [];
  const { rows: changes } = await listScheduleChanges(tx, networkId, siteId, { limit: MOST_CHANGES, offset: 0 });
  const { zone } = current.schedule;
  const plans: PlanThen[] = [];
  let schedule: SiteSchedule | undefined = current;
  let until: LocalDate = range.until;
  for (const { appliedAt, inverse } of changes) {
    const madeOn = localDateOf(appliedAt, zone);
    const from = next(madeOn);
    if (schedule !== undefined && from < until) {
      plans.push({ range: { from: [from, range.from].sort()[1] as LocalDate, until }, schedule });
      until = from;
    }
    if (from <= range.from) return plans;
    const undone = undo(context, rows, inverse as ScheduleChangeBody);
    if (undone === null) return plans;
    rows = undone;
    [schedule] = compileRows(rows, calendars);
  }
  const reachesBack = changes.length < MOST_CHANGES && schedule !== undefined && range.from < until;
  return reachesBack ? [...plans, { range: { from: range.from, until }, schedule: schedule as SiteSchedule }] : plans;
}

/** Null: it cannot be undone any more, since a public or a space that it speaks of is gone. */
function undo({ networkId, now }: Context, rows: ScheduleRows, inverse: ScheduleChangeBody): ScheduleRows | null {
  const plan = planAfter(planOf(rows), inverse);
  const audiences = new Set(rows.audiences.map(({ code }) => code));
  const windows = [
    ...plan.templates.flatMap((template) => template.windows),
    ...plan.exceptions.flatMap(({ change }) => (change.kind === 'remove' ? [] : change.windows)),
  ];
  if (windows.some(({ audience }) => !audiences.has(audience))) return null;
  return rowsAfter(rows, { plan, order: inverse, networkId, now });
}

const next = (date: LocalDate): LocalDate => Temporal.PlainDate.from(date).add({ days: 1 }).toString();
