import type { Audience } from '#lib/api/types.ts';
import { audienceOf } from '#lib/components/audience.ts';
import { formatLocalDate, formatLocalTime, formatShortLocalDate } from '#lib/format.ts';
import { m } from '#lib/paraglide/messages.js';
import type { ChangeLine } from './change.ts';
import { addDays, timeOf } from './dates.ts';
import type { DraftFault } from './day-plan.ts';
import type { Draft, Period, PlannedWindow, Space } from './types.ts';
import type { DayLook } from './year.ts';

const NB = '\u00a0';

/** `9 h – 12 h 30` */
export function spanText(startMinute: number, endMinute: number): string {
  return `${formatLocalTime(timeOf(startMinute))}${NB}–${NB}${formatLocalTime(timeOf(endMinute))}`;
}

export function windowText({ startsAt, endsAt }: Pick<PlannedWindow, 'startsAt' | 'endsAt'>): string {
  return `${formatLocalTime(startsAt)}${NB}–${NB}${formatLocalTime(endsAt)}`;
}

/** `du 14 au 20 février` of a period whose `until` is the day after its last. */
export function datesText(from: string, until: string): string {
  const last = addDays(until, -1);
  return from === last
    ? formatShortLocalDate(from)
    : m.plan_dates({ from: formatShortLocalDate(from), until: formatShortLocalDate(last) });
}

export function periodText(period: Period): string {
  switch (period.kind) {
    case 'always':
      return m.plan_period_always();
    case 'iso_weeks':
      return period.parity === 'odd' ? m.plan_period_odd() : m.plan_period_even();
    case 'school_term':
      return m.plan_period_term();
    case 'school_holiday':
      return period.names === null
        ? m.plan_period_holidays()
        : m.plan_period_holidays_named({ names: period.names.join(', ') });
    case 'summer':
      return m.plan_period_summer();
    case 'date_range':
      return datesText(period.from, period.until);
    case 'public_holiday':
      return period.codes === null ? m.plan_period_public() : m.plan_period_public_some();
    case 'all_of':
      return period.periods.map(periodText).join(` ${m.plan_period_and()} `);
  }
}

export function lookText(look: DayLook): string {
  switch (look) {
    case 'always':
      return m.plan_look_always();
    case 'term':
      return m.plan_look_term();
    case 'holiday':
      return m.plan_look_holiday();
    case 'summer':
      return m.plan_look_summer();
    case 'dates':
      return m.plan_look_dates();
    case 'public_holiday':
      return m.plan_look_public();
    case 'exception':
      return m.plan_look_exception();
    case 'closure':
      return m.plan_look_closure();
    case 'unknown':
      return m.plan_look_unknown();
    case 'none':
      return m.plan_look_none();
  }
}

export function spaceName(spaces: readonly Space[], id: string | null): string {
  return id === null ? m.host_whole_place() : (spaces.find((space) => space.id === id)?.name ?? m.host_whole_place());
}

/** What a step of the draft is called: announced, and named by undo. */
export function changeLineText(line: ChangeLine, dateOf: (instant: string) => string): string {
  const { name, added, removed, changed } = line;
  switch (line.kind) {
    case 'new_template':
      return m.plan_line_new_template({ name, count: added });
    case 'template': {
      const parts = [
        added > 0 ? m.plan_line_added({ count: added }) : '',
        removed > 0 ? m.plan_line_removed({ count: removed }) : '',
        changed > 0 ? m.plan_line_changed({ count: changed }) : '',
      ].filter((part) => part !== '');
      return m.plan_line_template({ name, what: parts.length > 0 ? parts.join(', ') : m.plan_line_otherwise() });
    }
    case 'gone_template':
      return m.plan_line_gone_template({ name });
    case 'date':
      return m.plan_line_date({ day: formatLocalDate(name) });
    case 'gone_date':
      return m.plan_line_gone_date({ day: formatLocalDate(name) });
    case 'closure':
      return m.plan_line_closure({ day: formatLocalDate(dateOf(name)) });
    case 'gone_closure':
      return m.plan_line_gone_closure({ day: formatLocalDate(dateOf(name)) });
    case 'order':
      return m.plan_line_order();
    case 'settings':
      return m.plan_line_settings();
  }
}

/** What is wrong with a draft, in a sentence that says where. */
export function faultText(
  fault: DraftFault,
  draft: Draft,
  spaces: readonly Space[],
  audiences: readonly Audience[],
): string {
  const template = draft.templates.find(({ id }) => id === fault.templateId);
  const exception = draft.exceptions.find(({ date }) => date === fault.date);
  const windows = template?.windows ?? (exception?.change.kind === 'remove' ? [] : (exception?.change.windows ?? []));
  const where = template?.name ?? (fault.date === null ? '' : formatLocalDate(fault.date));
  const words = (id: string | undefined) => {
    const window = windows.find((each) => each.id === id);
    return window === undefined ? '' : `${audienceOf(audiences, window.audience).name}, ${windowText(window)}`;
  };
  const [first, second] = fault.windowIds;
  const told = { where, first: words(first), second: words(second), space: spaceName(spaces, fault.spaceId) };
  switch (fault.reason) {
    case 'incompatible_overlap':
      return m.plan_fault_overlap(told);
    case 'no_room_for_handover':
      return m.plan_fault_handover({ ...told, minutes: fault.missingMinutes ?? 0 });
    case 'not_a_period':
      return m.plan_fault_period({ where });
    case 'not_a_range':
      return m.plan_fault_range({ where, first: told.first });
    case 'space_not_spoken_for':
    case 'unknown_space':
      return m.plan_fault_space(told);
    case 'unknown_audience':
      return m.plan_fault_audience(told);
  }
}
