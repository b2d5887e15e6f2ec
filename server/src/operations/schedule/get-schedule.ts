import { loadScheduleRows } from '@mitoyen/db/queries';
import { may } from '../../authorisation.ts';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { ScheduleBody } from '../../routes/schedule/schemas.ts';
import { loadSite } from '../host/load-site.ts';
import { planOf } from './plan.ts';

/** The hours of a site as its host writes them. Refusals: `not_found`, `auth.forbidden`. */
export async function getSchedule(context: Context, slug: string): Promise<Result<ScheduleBody>> {
  const { tx, networkId, now, actor, services } = context;
  const loaded = await loadSite(context, slug, 'schedule.read');
  if (!loaded.ok) return loaded;
  const rows = await loadScheduleRows(tx, networkId, [loaded.value.id], now);
  const [site] = rows.sites;
  if (site === undefined) return refuse('not_found');
  const { settings, templates, exceptions, closures, overrides } = planOf(rows);
  const codes = new Map(rows.audiences.map(({ id, code }) => [id, code]));
  const classesOf = new Map(
    [...Map.groupBy(rows.classes, ({ spaceId }) => spaceId)].map(([spaceId, of]) => [
      spaceId,
      of.map(({ audienceId, audienceClass }): [string, string] => [codes.get(audienceId) ?? '', audienceClass]),
    ]),
  );
  const { holidayIds, schoolIds } = services.schedules.calendars;
  return ok({
    revision: site.revision,
    timeZone: site.timeZone,
    mayChange: may(actor, 'schedule.change', { structureId: site.structureId }),
    ...settings,
    spaces: rows.spaces.map(({ id, name, kind, capacity, handoverMinutes }) => ({
      id,
      name,
      kind,
      capacity,
      handoverMinutes,
      classes: Object.fromEntries(classesOf.get(id) ?? []),
    })),
    templates: [...templates],
    exceptions: [...exceptions],
    closures: [...closures],
    overrides,
    calendars: {
      holidays: [...holidayIds],
      school: schoolIds.map(({ id, zones }) => ({ id, zones: [...zones] })),
    },
  });
}
