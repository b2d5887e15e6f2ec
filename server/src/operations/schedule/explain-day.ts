import { listSpaces } from '@mitoyen/db/queries';
import { type DaySegment, explainDay, type LocalDate, type Ruling } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { type Locale, ok, type Result, refuse } from '../../problems.ts';
import type { DayBody } from '../../routes/schedule/schemas.ts';
import { loadSite } from '../host/load-site.ts';
import { isoWindow } from '../views.ts';
import { holidayView, schoolView } from './get-hours.ts';

/** Why each space of a site is open as it is on a date. Refusals: `not_found`, `auth.forbidden`. */
export async function explainScheduleDay(context: Context, slug: string, date: LocalDate): Promise<Result<DayBody>> {
  const { tx, networkId, now, locale, services } = context;
  const loaded = await loadSite(context, slug, 'schedule.read');
  if (!loaded.ok) return loaded;
  const { id: siteId, scheduleRevision } = loaded.value;
  const [found, spaces] = await Promise.all([
    services.schedules.of(tx, networkId, [siteId], now, new Map([[siteId, scheduleRevision]])),
    listSpaces(tx, networkId, [siteId]),
  ]);
  const schedule = found.get(siteId);
  if (schedule === undefined) return refuse('not_found');
  const { facts, day, spaces: days } = explainDay(schedule.compiled, date);
  const spaceNames = new Map(spaces.map(({ id, name }) => [id, name]));
  const templateNames = new Map(schedule.schedule.templates.map(({ id, name }) => [id, name]));
  return ok({
    date,
    ...isoWindow(day),
    weekday: facts.weekday,
    isoWeek: facts.isoWeek,
    holidays: facts.holidays === 'not_covered' ? null : facts.holidays.map((each) => holidayView(each, locale)),
    school: schoolView(facts.school),
    spaces: days.map(({ spaceId, ruling, because, outranked, exceptionIds, segments }) => ({
      spaceId,
      name: spaceNames.get(spaceId) ?? '',
      ruling: rulingView(ruling, locale),
      because: because as DayBody['spaces'][number]['because'],
      outranked: outranked.map(({ templateId, by }) => ({
        templateId,
        name: templateNames.get(templateId) ?? '',
        by,
      })),
      exceptionIds: [...exceptionIds],
      segments: segments.map(segmentView),
    })),
  });
}

function rulingView(ruling: Ruling, locale: Locale) {
  const { kind } = ruling;
  return {
    kind,
    // Of an unknown day: the template that might rule.
    templateId: kind === 'template' || kind === 'unknown' ? ruling.templateId : null,
    exceptionId: kind === 'exception' ? ruling.exceptionId : null,
    holiday: kind === 'public_holiday' ? ruling.holiday.name[locale] : null,
    missing: kind === 'unknown' ? ruling.missing : null,
  };
}

function segmentView(segment: DaySegment) {
  const closure = segment.kind === 'closed' ? segment.closure : null;
  return {
    ...isoWindow(segment),
    kind: segment.kind,
    windows:
      segment.kind === 'open'
        ? segment.windows.map(({ audience, ruleId, templateId, exceptionId }) => ({
            audience,
            ruleId,
            templateId,
            exceptionId,
          }))
        : [],
    handover:
      segment.kind === 'handover' ? { leaving: segment.handover.leaving, arriving: segment.handover.arriving } : null,
    reason: closure?.reason ?? null,
    isClosure: closure !== null,
  };
}
