import type { ScheduleRows } from '@mitoyen/db/queries';
import {
  checkException,
  checkTemplate,
  localSchoolCalendar,
  MINUTE_MS,
  type PlanFault,
  type ScheduledSpace,
  type ScheduleException,
  type ScheduleTemplate,
} from '@mitoyen/domain';
import type { ExceptionBody, FaultBody, ScheduleChangeBody, TemplateBody } from '../../routes/schedule/schemas.ts';
import type { Calendars } from '../../schedule/calendars.ts';
import { instantOf } from '../views.ts';
import { isSame, type SitePlan, unknownIds } from './plan.ts';

/** A closure lasts a year at most: longer ones are hours. */
const LONGEST_CLOSURE_MS = 366 * 24 * 3_600_000;

interface Checked {
  readonly before: SitePlan;
  readonly after: SitePlan;
  readonly change: ScheduleChangeBody;
  /** As they are before the change, with their classes. */
  readonly spaces: readonly ScheduledSpace[];
  readonly calendars: Calendars;
  /** New ids that belong to something else already. */
  readonly taken: readonly string[];
}

/**
 * What keeps a change from being made, one fault for each thing. A template or exception that was at fault before and that the change
 * leaves alone (who may meet whom was changed since) does not keep the rest from being put right.
 */
export function faultsOf(checked: Checked): FaultBody[] {
  const { before, after, change, taken } = checked;
  const known = checked.spaces;
  const spaces = known.map((space) => withHandover(space, after));
  const faults: FaultBody[] = [];

  for (const id of unknownIds(before, change))
    faults.push({ reason: 'not_there', windowIds: [], spaceId: null, ...named(change, id) });
  for (const id of [...new Set([...taken, ...repeatedIds(after)])]) {
    faults.push({ reason: 'id_taken', windowIds: [id], spaceId: null });
  }
  for (const template of after.templates) {
    const old = before.templates.find(({ id }) => id === template.id);
    const were = old === undefined || !isSame(old, template) ? [] : templateFaults(old, known);
    for (const fault of templateFaults(template, spaces)) {
      if (!were.some((each) => isSame(each, fault))) faults.push({ ...faultView(fault), templateId: template.id });
    }
  }
  for (const exception of after.exceptions) {
    const old = before.exceptions.find(({ id }) => id === exception.id);
    const were = old === undefined || !isSame(old, exception) ? [] : exceptionFaults(old, known);
    for (const fault of exceptionFaults(exception, spaces)) {
      if (!were.some((each) => isSame(each, fault))) faults.push({ ...faultView(fault), exceptionId: exception.id });
    }
  }
  const spaceIds = new Set(known.map(({ id }) => id));
  for (const closure of change.closures?.upsert ?? []) {
    const { id: closureId, spaceId } = closure;
    const lengthMs = instantOf(closure.until) - instantOf(closure.from);
    if (lengthMs <= 0) faults.push({ reason: 'not_a_range', windowIds: [], spaceId, closureId });
    if (lengthMs > LONGEST_CLOSURE_MS) faults.push({ reason: 'closure_too_long', windowIds: [], spaceId, closureId });
    if (spaceId !== null && !spaceIds.has(spaceId)) {
      faults.push({ reason: 'unknown_space', windowIds: [], spaceId, closureId });
    }
  }
  for (const spaceId of Object.keys(change.settings?.handoverMinutes ?? {})) {
    if (!spaceIds.has(spaceId)) {
      faults.push({ reason: 'unknown_space', windowIds: [], spaceId: null, field: 'handoverMinutes' });
    }
  }
  return [...faults, ...calendarFaults(checked)];
}

/** New ids of templates, windows, exceptions and closures: they must be nobody's yet. */
export function newIds(rows: ScheduleRows, plan: SitePlan) {
  const missing = (ids: readonly string[], of: readonly { readonly id: string }[]) => {
    const known = new Set(of.map(({ id }) => id));
    return ids.filter((id) => !known.has(id));
  };
  return {
    templates: missing(
      plan.templates.map(({ id }) => id),
      rows.templates,
    ),
    templateWindows: missing(
      plan.templates.flatMap(({ windows }) => windows.map(({ id }) => id)),
      rows.windows,
    ),
    exceptions: missing(
      plan.exceptions.map(({ id }) => id),
      rows.exceptions,
    ),
    exceptionWindows: missing(plan.exceptions.flatMap(windowIdsOf), rows.exceptionWindows),
    closures: missing(
      plan.closures.map(({ id }) => id),
      rows.closures,
    ),
  };
}

const windowIdsOf = ({ change }: ExceptionBody) => (change.kind === 'remove' ? [] : change.windows.map(({ id }) => id));

function repeatedIds(plan: SitePlan): string[] {
  const lists = [
    plan.templates.flatMap(({ windows }) => windows.map(({ id }) => id)),
    plan.exceptions.flatMap(windowIdsOf),
  ];
  return lists.flatMap((ids) => ids.filter((id, index) => ids.indexOf(id) !== index));
}

function named(change: ScheduleChangeBody, id: string): Partial<FaultBody> {
  if (change.templates?.delete?.includes(id)) return { templateId: id };
  if (change.exceptions?.delete?.includes(id)) return { exceptionId: id };
  return { closureId: id };
}

function withHandover(space: ScheduledSpace, { handoverMinutes }: SitePlan): ScheduledSpace {
  const minutes = handoverMinutes[space.id];
  return minutes === undefined ? space : { ...space, handoverMs: minutes * MINUTE_MS };
}

function templateFaults(template: TemplateBody, spaces: readonly ScheduledSpace[]): readonly PlanFault[] {
  const checked = checkTemplate(template as ScheduleTemplate, spaces);
  return checked.ok ? [] : (checked.detail ?? []);
}

function exceptionFaults(exception: ExceptionBody, spaces: readonly ScheduledSpace[]): readonly PlanFault[] {
  const checked = checkException(exception as ScheduleException, spaces);
  const faults = checked.ok ? [] : [...(checked.detail ?? [])];
  const { change } = exception;
  const audience = change.kind === 'remove' ? change.audience : null;
  if (audience !== null && !spaces.some(({ classes }) => classes.has(audience))) {
    faults.push({ reason: 'unknown_audience', windowIds: [], spaceId: null });
  }
  return faults;
}

const faultView = ({ reason, windowIds, spaceId, missingMinutes }: PlanFault): FaultBody => ({
  reason,
  windowIds: [...windowIds],
  spaceId,
  ...(missingMinutes !== undefined && { missingMinutes }),
});

const OVERRIDE_FAULTS = {
  unknown_period: 'unknown_school_period',
  not_a_period: 'not_a_period',
  shifted_too_far: 'shifted_too_far',
  overlaps_another: 'overlaps_another',
} as const;

function calendarFaults({ before, after, change, calendars }: Checked): FaultBody[] {
  const faults: FaultBody[] = [];
  const add = (reason: FaultBody['reason'], field: string) => {
    faults.push({ reason, windowIds: [], spaceId: null, field });
  };
  const { holidayCalendar, schoolCalendar, schoolZone } = after.settings;
  const isNew = (field: 'holidayCalendar' | 'schoolCalendar' | 'schoolZone') =>
    after.settings[field] !== before.settings[field];
  if (isNew('holidayCalendar') && holidayCalendar !== null && calendars.holidays(holidayCalendar) === null) {
    add('unknown_calendar', 'holidayCalendar');
  }
  const school = schoolCalendar === null ? null : calendars.school(schoolCalendar);
  const isNewSchool = isNew('schoolCalendar') || isNew('schoolZone');
  if (isNewSchool && schoolCalendar !== null && school === null) add('unknown_calendar', 'schoolCalendar');
  const zones = calendars.schoolIds.find(({ id }) => id === schoolCalendar)?.zones ?? [];
  if (isNewSchool && school !== null && schoolZone !== null && !zones.includes(schoolZone)) {
    add('unknown_zone', 'schoolZone');
  }
  const dates = after.overrides.holidays.map(({ date }) => date);
  if (new Set(dates).size < dates.length) add('overlaps_another', 'overrides/holidays');
  if (change.overrides?.school === undefined && !isNewSchool) return faults;

  const overrides = after.overrides.school;
  const fieldOf = (index: number) => `overrides/school/${index}`;
  if (school === null || schoolZone === null || !zones.includes(schoolZone)) {
    if (overrides.length > 0) add('unknown_school_period', fieldOf(0));
    return faults;
  }
  const repeated = overrides.findIndex(({ year, name }, index) =>
    overrides.slice(0, index).some((other) => other.year === year && other.name === name),
  );
  if (repeated >= 0) {
    add('overlaps_another', fieldOf(repeated));
    return faults;
  }
  const local = localSchoolCalendar(school, schoolZone, overrides);
  if (!local.ok) {
    const at = overrides.indexOf(local.detail as (typeof overrides)[number]);
    add(OVERRIDE_FAULTS[local.reason], fieldOf(Math.max(0, at)));
  }
  return faults;
}
