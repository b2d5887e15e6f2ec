import { classesMayMeet } from '../audience/audiences.ts';
import { compileSchedule, type DateRange, rulingsOn } from '../schedule/expand.ts';
import { isInPeriod, partsOf } from '../schedule/precedence.ts';
import type { Period, Schedule, ScheduledSpace, ScheduleTemplate, TemplateWindow } from '../schedule/types.ts';
import { addDays, MINUTE_MS, minutesOf, timeOfMinutes } from '../time/local.ts';
import type { LocalDate, Weekday } from '../time/types.ts';
import type { Suggestion } from './types.ts';

/** The hours that are proposed, without their evidence. */
export type SuggestedHours = Pick<
  Suggestion,
  'spaceId' | 'period' | 'weekday' | 'startsAt' | 'endsAt' | 'audience' | 'mode'
>;

export interface TrialTemplate {
  /** The template whose hours it repeats but for the hours tried; null: nothing was open then. */
  readonly basedOn: string | null;
  readonly template: ScheduleTemplate;
}

const EVERY_DAY: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];
const DAY_MINUTES = 1_440;

/**
 * Templates that try the hours in one space over some dates, to be listed before all others.
 *
 * On a date one template rules a space, so a trial repeats the hours of each template that rules it in the suggestion's period on these
 * dates, with the same conditions and that period's: where one went before another, its repetition does too, and every hour but those
 * tried stays as it was. Dates that no calendar covers are left alone. Empty: the suggestion's weekday never comes on these dates.
 */
export function trialTemplates(
  schedule: Schedule,
  hours: SuggestedHours,
  dates: DateRange,
  made: { readonly name: string; newId(): string },
): TrialTemplate[] {
  const compiled = compileSchedule(schedule);
  const own = compiled.spaces.find(({ space }) => space.id === hours.spaceId);
  if (own === undefined) return [];
  const parts = partsOf(hours.period);
  const rulers = new Set<string | null>();
  let isTried = false;
  for (let date = dates.from; date < dates.until; date = addDays(date, 1)) {
    const day = rulingsOn(compiled, date);
    if (isInPeriod(parts, day.facts) !== true) continue;
    const { ruling } = day.of(own);
    if (ruling.kind !== 'template' && ruling.kind !== 'no_template') continue;
    rulers.add(ruling.kind === 'template' ? ruling.templateId : null);
    isTried ||= day.facts.weekday === hours.weekday;
  }
  if (!isTried) return [];

  const trials = own.templates
    .map(({ template }) => template)
    .filter(({ id }) => rulers.has(id))
    .map(
      (template): TrialTemplate => ({
        basedOn: template.id,
        template: {
          id: made.newId(),
          name: made.name,
          spaceIds: [hours.spaceId],
          period: both(template.period, hours.period),
          validFrom: later(dates.from, template.validFrom),
          validUntil: sooner(dates.until, template.validUntil),
          windows: withHours(template.windows, hours, own.space, made.newId),
        },
      }),
    );
  if (!rulers.has(null)) return trials;
  const alone: ScheduleTemplate = {
    id: made.newId(),
    name: made.name,
    spaceIds: [hours.spaceId],
    period: hours.period,
    validFrom: dates.from,
    validUntil: dates.until,
    windows: withHours([], hours, own.space, made.newId),
  };
  return [...trials, { basedOn: null, template: alone }];
}

const later = (date: LocalDate, bound: LocalDate | null) => (bound !== null && bound > date ? bound : date);
const sooner = (date: LocalDate, bound: LocalDate | null) => (bound !== null && bound < date ? bound : date);

/** Both conditions; one that is there already counts once. */
function both(period: Period, added: Period): Period {
  const parts = [...partsOf(period)];
  for (const part of partsOf(added)) {
    if (!parts.some((each) => JSON.stringify(each) === JSON.stringify(part))) parts.push(part);
  }
  const [only] = parts;
  if (only === undefined) return { kind: 'always' };
  return parts.length === 1 ? only : { kind: 'all_of', periods: parts };
}

/** The week's windows of the space with the hours in it; whoever may not meet the new public leaves them, and time for the handovers. */
function withHours(
  windows: readonly TemplateWindow[],
  hours: SuggestedHours,
  space: ScheduledSpace,
  newId: () => string,
): TemplateWindow[] {
  const [start, end] = [minutesOf(hours.startsAt), minutesOf(hours.endsAt)];
  const handover = Math.ceil(space.handoverMs / MINUTE_MS);
  const own = space.classes.get(hours.audience);
  const week = windows
    .filter(({ spaceId }) => spaceId === null || spaceId === space.id)
    .flatMap((window) =>
      (window.weekday === null ? EVERY_DAY : [window.weekday]).map((weekday) => ({ ...window, weekday })),
    )
    .flatMap((window): TemplateWindow[] => {
      const [from, until] = [minutesOf(window.startsAt), minutesOf(window.endsAt)];
      const other = space.classes.get(window.audience);
      const mayMeet = own === undefined || other === undefined || classesMayMeet(own, other);
      const pieces =
        window.weekday !== hours.weekday || mayMeet
          ? [[from, until] as const]
          : [
              [from, Math.min(until, Math.max(0, start - handover))] as const,
              [Math.max(from, Math.min(DAY_MINUTES, end + handover)), until] as const,
            ];
      return pieces
        .filter(([a, b]) => b > a)
        .map(([a, b]) => ({
          ...window,
          id: newId(),
          spaceId: space.id,
          startsAt: timeOfMinutes(a),
          endsAt: timeOfMinutes(b),
        }));
    });
  const { weekday, startsAt, endsAt, audience } = hours;
  return [...week, { id: newId(), spaceId: space.id, weekday, startsAt, endsAt, audience }];
}
