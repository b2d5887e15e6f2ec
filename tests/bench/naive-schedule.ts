import {
  type Closure,
  type Handover,
  type LocalDate,
  type Period,
  type Schedule,
  type ScheduledSpace,
  type ScheduledWindow,
  type ScheduleTemplate,
  schoolDayOn,
  type Weekday,
  type Window,
} from '@mitoyen/domain';

/*
 * The schedule as one would first write it: day by day, space by space, every template asked every time, every pair of
 * windows compared. What `expandRange` must equal, and what the bench measures it against.
 */

type Truth = true | false | 'unknown';

interface Range {
  readonly startsAt: string;
  readonly endsAt: string;
  readonly ruleId: string;
  readonly audience: string;
  readonly templateId: string | null;
  readonly exceptionId: string | null;
}

export interface NaiveExpansion {
  readonly windows: ScheduledWindow[];
  readonly handovers: Handover[];
  readonly squeezedOut: ScheduledWindow[];
  readonly unknown: { readonly spaceId: string; readonly date: LocalDate }[];
}

export function naiveExpand(schedule: Schedule, from: LocalDate, until: LocalDate): NaiveExpansion {
  const result: NaiveExpansion = { windows: [], handovers: [], squeezedOut: [], unknown: [] };
  for (const space of schedule.spaces) {
    for (let date = Temporal.PlainDate.from(from); date.toString() < until; date = date.add({ days: 1 })) {
      const today = rawDay(schedule, space, date);
      if (today.isUnknown) result.unknown.push({ spaceId: space.id, date: date.toString() });
      const evening = rawDay(schedule, space, date.subtract({ days: 1 })).windows;
      handOver(schedule, space, date, [...evening, ...today.windows], today.windows, result);
    }
  }
  return result;
}

function handOver(
  schedule: Schedule,
  space: ScheduledSpace,
  date: Temporal.PlainDate,
  all: readonly ScheduledWindow[],
  today: readonly ScheduledWindow[],
  result: NaiveExpansion,
) {
  const midnight = date.toZonedDateTime(schedule.zone).epochMilliseconds;
  const handovers: Handover[] = [];
  for (const window of today) {
    const others = all.filter((other) => other.from < window.from && mayNotMeet(other, window));
    const leaving = others.sort((a, b) => b.until - a.until)[0];
    if (space.handoverMs === 0 || window.audienceClass === 'staff' || leaving === undefined) {
      result.windows.push(window);
      continue;
    }
    const readyAt = leaving.until + space.handoverMs;
    if (readyAt >= window.until) result.squeezedOut.push(window);
    else result.windows.push(readyAt > window.from ? { ...window, from: readyAt } : window);

    const isFirstOfItsClass = !all.some(
      (other) =>
        other !== window &&
        other.audienceClass === window.audienceClass &&
        other.from >= leaving.until &&
        all.indexOf(other) < all.indexOf(window),
    );
    if (readyAt > window.from || (isFirstOfItsClass && readyAt > midnight)) {
      handovers.push({
        from: Math.max(leaving.until, midnight),
        until: Math.min(readyAt, Math.max(window.until, readyAt > window.from ? 0 : readyAt)),
        spaceId: space.id,
        leaving: leaving.audience,
        arriving: window.audience,
      });
    }
  }
  for (const same of Map.groupBy(handovers, (handover) => handover.from).values()) {
    const [first] = same as [Handover];
    result.handovers.push({ ...first, until: Math.max(...same.map((handover) => handover.until)) });
  }
}

function rawDay(schedule: Schedule, space: ScheduledSpace, date: Temporal.PlainDate) {
  const { ranges, isUnknown } = rangesOf(schedule, space, date);
  const windows: ScheduledWindow[] = [];
  for (const range of ranges) {
    const whole: Window = { from: at(schedule, date, range.startsAt), until: at(schedule, date, range.endsAt) };
    for (const piece of minus(whole, schedule.closures, space.id)) {
      const { ruleId, audience, templateId, exceptionId } = range;
      const audienceClass = space.classes.get(audience) as string;
      windows.push({ ...piece, spaceId: space.id, audience, audienceClass, ruleId, templateId, exceptionId });
    }
  }
  windows.sort((a, b) => a.from - b.from || (a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : 0));
  return { windows, isUnknown };
}

function rangesOf(schedule: Schedule, space: ScheduledSpace, date: Temporal.PlainDate) {
  const day = date.toString();
  const exceptions = schedule.exceptions.filter((exception) => exception.date === day && speaksFor(exception, space));
  const replaces = exceptions.filter(({ change }) => change.kind === 'replace');
  const replace = replaces.find(({ spaceIds }) => spaceIds !== null) ?? replaces[0];

  let ranges: Range[] = [];
  let isUnknown = false;
  if (replace?.change.kind === 'replace') {
    ranges = ofSpace(replace.change.windows, space, { templateId: null, exceptionId: replace.id });
  } else {
    const ruler = rulerOf(schedule, space, date);
    if (ruler === 'unknown') isUnknown = true;
    else if (ruler !== null) {
      const windows = ruler.windows.filter(({ weekday }) => weekday === null || weekday === date.dayOfWeek);
      ranges = ofSpace(windows, space, { templateId: ruler.id, exceptionId: null });
    }
  }
  ranges = settle(ranges, space);
  for (const { change } of exceptions) {
    if (change.kind !== 'remove') continue;
    ranges = ranges.flatMap((range) =>
      change.audience === null || change.audience === range.audience
        ? cut(range, change.startsAt, change.endsAt)
        : [range],
    );
  }
  const added = exceptions.flatMap(({ id, change }) =>
    change.kind === 'add' ? ofSpace(change.windows, space, { templateId: null, exceptionId: id }) : [],
  );

  return { ranges: settle([...added, ...ranges], space), isUnknown };
}

function settle(ranges: readonly Range[], space: ScheduledSpace): Range[] {
  const settled: Range[] = [];
  for (const range of ranges) {
    let pieces = [range];
    for (const taken of settled) {
      if (space.classes.get(taken.audience) === space.classes.get(range.audience)) continue;
      if (space.classes.get(taken.audience) === 'staff' || space.classes.get(range.audience) === 'staff') continue;
      pieces = pieces.flatMap((piece) => cut(piece, taken.startsAt, taken.endsAt));
    }
    settled.push(...pieces);
  }
  return settled;
}

function rulerOf(
  schedule: Schedule,
  space: ScheduledSpace,
  date: Temporal.PlainDate,
): ScheduleTemplate | 'unknown' | null {
  const day = date.toString();
  const isInForce = (template: ScheduleTemplate) =>
    (template.validFrom ?? '') <= day && day < (template.validUntil ?? '9999-99');
  const candidates = schedule.templates
    .map((template, position) => ({ template, position, truth: holds(template.period, schedule, date) }))
    .filter(({ template, truth }) => truth !== false && speaksFor(template, space) && isInForce(template));
  candidates.sort((a, b) => compare(keyOf(a.template, a.position), keyOf(b.template, b.position)));

  const [strongest] = candidates;
  const isOfHoliday =
    strongest !== undefined && conditions(strongest.template.period).some((each) => each.kind === 'public_holiday');
  if (!isOfHoliday && schedule.onPublicHolidays === 'closed') {
    const holidays = schedule.calendar.holidays.holidaysOf(date.year);
    if (!holidays.ok) return 'unknown';
    if (holidays.value.some((holiday) => holiday.date === day)) return null;
  }
  if (strongest === undefined) return null;
  return strongest.truth === 'unknown' ? 'unknown' : strongest.template;
}

function keyOf(template: ScheduleTemplate, position: number): number[] {
  const all = conditions(template.period);
  const strengths = all.map((each) => {
    if (each.kind === 'public_holiday') return 6;
    if (each.kind === 'date_range') return 5;
    if (each.kind === 'summer' || (each.kind === 'school_holiday' && each.names !== null)) return 4;
    return each.kind === 'school_holiday' ? 3 : each.kind === 'school_term' ? 2 : 1;
  });
  strengths.sort((a, b) => b - a);
  const padded = Array.from({ length: 12 }, (_, index) => -(strengths[index] ?? 0));
  const lengths = all.map((each) =>
    each.kind === 'date_range' ? Temporal.PlainDate.from(each.from).until(each.until).days : Number.POSITIVE_INFINITY,
  );
  return [...padded, template.spaceIds === null ? 1 : 0, Math.min(Number.MAX_SAFE_INTEGER, ...lengths), position];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, i) => value !== b[i]);
  return index < 0 ? 0 : (a[index] as number) - (b[index] as number);
}

function conditions(period: Period): Exclude<Period, { kind: 'all_of' }>[] {
  if (period.kind === 'all_of') return period.periods.flatMap(conditions);
  return period.kind === 'always' ? [] : [period];
}

function holds(period: Period, schedule: Schedule, date: Temporal.PlainDate): Truth {
  const day = date.toString();
  if (period.kind === 'always') return true;
  if (period.kind === 'all_of') {
    const truths = period.periods.map((part) => holds(part, schedule, date));
    return truths.includes(false) ? false : truths.includes('unknown') ? 'unknown' : true;
  }
  if (period.kind === 'iso_weeks') return (date.weekOfYear as number) % 2 === (period.parity === 'odd' ? 1 : 0);
  if (period.kind === 'date_range') return day >= period.from && day < period.until;
  if (period.kind === 'public_holiday') {
    const year = schedule.calendar.holidays.holidaysOf(date.year);
    if (!year.ok) return 'unknown';
    return year.value.some((each) => each.date === day && (period.codes?.includes(each.code) ?? true));
  }
  const { school } = schedule.calendar;
  const schoolDay = school === null ? null : schoolDayOn(school.calendar, school.zone as 'A', day);
  if (schoolDay === null || !schoolDay.ok) return 'unknown';
  const { value } = schoolDay;
  if (period.kind === 'school_term') return value.kind === 'term';
  if (value.kind === 'term') return false;
  if (period.kind === 'school_holiday') return period.names?.includes(value.name) ?? true;
  return Object.values(school?.calendar.years ?? {}).some((year) => year.finDesCours === value.firstDay);
}

function ofSpace(
  windows: readonly {
    id: string;
    spaceId: string | null;
    audience: string;
    startsAt: string;
    endsAt: string;
    weekday?: Weekday | null;
  }[],
  space: ScheduledSpace,
  origin: Pick<Range, 'templateId' | 'exceptionId'>,
): Range[] {
  return windows
    .filter((window) => (window.spaceId ?? space.id) === space.id && window.startsAt < window.endsAt)
    .map(({ id, audience, startsAt, endsAt }) => ({ ruleId: id, audience, startsAt, endsAt, ...origin }));
}

function cut(range: Range, startsAt: string, endsAt: string): Range[] {
  if (startsAt >= endsAt) return [range];
  const before = { ...range, endsAt: range.endsAt < startsAt ? range.endsAt : startsAt };
  const after = { ...range, startsAt: range.startsAt > endsAt ? range.startsAt : endsAt };
  return [before, after].filter((piece) => piece.startsAt < piece.endsAt);
}

function minus(window: Window, closures: readonly Closure[], spaceId: string): Window[] {
  let pieces = [window];
  for (const closure of closures) {
    if (closure.spaceId !== null && closure.spaceId !== spaceId) continue;
    pieces = pieces.flatMap((piece) => [
      { from: piece.from, until: Math.min(piece.until, Math.max(piece.from, closure.from)) },
      { from: Math.max(piece.from, Math.min(piece.until, closure.until)), until: piece.until },
    ]);
  }
  return pieces.filter((piece) => piece.from < piece.until);
}

function at({ zone }: Schedule, date: Temporal.PlainDate, time: string): number {
  if (time === '24:00') return date.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
  const wall = date.toPlainDateTime(time);
  const earlier = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(wall)) return earlier.epochMilliseconds;
  return (earlier.getTimeZoneTransition('next') as Temporal.ZonedDateTime).epochMilliseconds;
}

function mayNotMeet(a: ScheduledWindow, b: ScheduledWindow): boolean {
  return a.audienceClass !== b.audienceClass && a.audienceClass !== 'staff' && b.audienceClass !== 'staff';
}

function speaksFor({ spaceIds }: { readonly spaceIds: readonly string[] | null }, space: ScheduledSpace): boolean {
  return spaceIds === null || spaceIds.includes(space.id);
}
