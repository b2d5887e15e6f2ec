import { listAudiences } from '@mitoyen/db/queries';
import {
  addDays,
  type DayHours,
  type LocalDate,
  localDateOf,
  mondayOf,
  type PlannedWindow,
  type ScheduleTemplate,
  summariseWeeks,
  type TemplateWindow,
  timeOfMinutes,
  type Weekday,
  type WeekHours,
} from '@mitoyen/domain';
import { readOsmHours } from '../../adapters/osm-hours.ts';
import type { Context } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { ExceptionBody, ScheduleChangeBody, TemplateBody } from '../../routes/schedule/schemas.ts';
import { loadSite } from '../host/load-site.ts';

/** A year, and so many weeks that odd and even ones are both whole. */
const READ_DAYS = 53 * 7;

export interface HoursToImport {
  readonly audience: string;
  readonly value: string;
  /** Null: the whole site. */
  readonly spaceIds: readonly string[] | null;
}

/**
 * Makes of a value of `opening_hours` the change of hours that it means for one audience: nothing is written, the change is for
 * `previewScheduleChange`. The ordinary week goes into the template that always holds, rules about school and public holidays into
 * templates of theirs, dated weeks into templates of those dates, single dates into exceptions. Hours of other audiences stay as they are.
 * Refusals: `not_found`, `auth.forbidden`, `request.invalid` (audience or space not there), `schedule.hours_not_understood` (with the
 * reader's words).
 */
export async function importHours(
  context: Context,
  slug: string,
  input: HoursToImport,
): Promise<Result<{ revision: number; change: ScheduleChangeBody; warnings: string[]; hasUnknown: boolean }>> {
  const { tx, networkId, now, locale, services } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const [schedule, audiences] = await Promise.all([
    services.schedules.fresh(tx, networkId, site.id, now),
    listAudiences(tx, networkId),
  ]);
  if (schedule === null) return refuse('not_found');
  const { audience, spaceIds } = input;
  if (!audiences.some(({ code, isStaff }) => code === audience && !isStaff)) {
    return refuse('request.invalid', { errors: [{ path: 'body/audience', message: 'unknown' }] });
  }
  const known = new Set(schedule.schedule.spaces.map(({ id }) => id));
  if (spaceIds?.some((id) => !known.has(id))) {
    return refuse('request.invalid', { errors: [{ path: 'body/spaceIds', message: 'unknown' }] });
  }
  const monday = mondayOf(localDateOf(now, site.timeZone));
  const read = readOsmHours(input.value, monday, READ_DAYS, locale);
  if (!read.ok) return refuse('schedule.hours_not_understood', { reason: read.reason, text: read.detail });

  const newId = () => makeId(services, now);
  const { templates } = schedule.schedule;
  const summary = summariseWeeks(monday, read.value.days);
  const ownWeek = (week: WeekHours): TemplateWindow[] =>
    week.flatMap((hours, index) =>
      hours.map((range) => ({ ...windowOf(range), id: newId(), audience, weekday: (index + 1) as Weekday })),
    );
  /** A template of the period, with the hours of all others kept and those of the audience replaced. */
  const merged = (
    period: ScheduleTemplate['period'],
    name: string,
    windows: readonly TemplateWindow[],
    others: readonly TemplateWindow[],
  ): TemplateBody => {
    const there = templates.find((each) => isSamePeriod(each.period, period) && isSameSpaces(each.spaceIds, spaceIds));
    const kept = (there?.windows ?? others.map((window) => ({ ...window, id: newId() }))).filter(
      (window) => window.audience !== audience,
    );
    return {
      id: there?.id ?? newId(),
      name: there?.name ?? name,
      spaceIds: spaceIds === null ? null : [...spaceIds],
      period: period as TemplateBody['period'],
      validFrom: there?.validFrom ?? null,
      validUntil: there?.validUntil ?? null,
      origin: 'host',
      windows: [...kept, ...windows],
    };
  };

  const always = templates.find(({ period, spaceIds: of }) => period.kind === 'always' && isSameSpaces(of, spaceIds));
  const others = always?.windows ?? [];
  const names = NAMES[locale];
  const upsert: TemplateBody[] = [merged({ kind: 'always' }, names.always, ownWeek(summary.week), others)];
  for (const { firstDay, lastDay, week } of summary.stretches) {
    const period = { kind: 'date_range', from: firstDay, until: addDays(lastDay, 1) } as const;
    upsert.push(merged(period, names.dates, ownWeek(week), others));
  }
  const { schoolHolidays, publicHolidays } = read.value;
  if (schoolHolidays !== null) {
    upsert.push(merged({ kind: 'school_holiday', names: null }, names.school_holiday, ownWeek(schoolHolidays), others));
  }
  const isClosedOnHolidays = publicHolidays !== null && publicHolidays.length === 0;
  if (publicHolidays !== null && !isClosedOnHolidays) {
    const windows = publicHolidays.map((range) => ({ ...windowOf(range), id: newId(), audience, weekday: null }));
    upsert.push(merged({ kind: 'public_holiday', codes: null }, names.public_holiday, windows, []));
  }
  const exceptions = summary.days.flatMap(({ date, hours }) =>
    exceptionsOf(date, hours, { audience, spaceIds, newId }),
  );
  return ok({
    revision: schedule.revision,
    change: {
      templates: { upsert, delete: [] },
      ...(exceptions.length > 0 && { exceptions: { upsert: exceptions, delete: [] } }),
      ...(isClosedOnHolidays && { settings: { onPublicHolidays: 'closed' as const } }),
    },
    warnings: [...read.value.warnings],
    hasUnknown: read.value.hasUnknown,
  });
}

const NAMES = {
  fr: { always: 'Toute l’année', dates: 'Dates', school_holiday: 'Vacances scolaires', public_holiday: 'Jours fériés' },
  en: { always: 'All year', dates: 'Dates', school_holiday: 'School holidays', public_holiday: 'Public holidays' },
} as const;

const windowOf = (range: DayHours[number]) => ({
  spaceId: null,
  startsAt: timeOfMinutes(range.from),
  endsAt: timeOfMinutes(range.until),
});

/** The date's hours of one audience: those of its week out, its own in. */
function exceptionsOf(
  date: LocalDate,
  hours: DayHours,
  of: { audience: string; spaceIds: readonly string[] | null; newId: () => string },
): ExceptionBody[] {
  const common = { date, spaceIds: of.spaceIds === null ? null : [...of.spaceIds], reason: null };
  const remove: ExceptionBody = {
    ...common,
    id: of.newId(),
    change: { kind: 'remove', startsAt: '00:00', endsAt: '24:00', audience: of.audience },
  };
  if (hours.length === 0) return [remove];
  const windows = hours.map((range): PlannedWindow => ({ ...windowOf(range), id: of.newId(), audience: of.audience }));
  return [remove, { ...common, id: of.newId(), change: { kind: 'add', windows } }];
}

function isSamePeriod(a: ScheduleTemplate['period'], b: ScheduleTemplate['period']): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Keys as the database gives them are in another order than ours. */
function sorted(period: object): unknown {
  return Object.entries(period).sort(([a], [b]) => (a < b ? -1 : 1));
}

function isSameSpaces(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((id) => b.includes(id));
}
