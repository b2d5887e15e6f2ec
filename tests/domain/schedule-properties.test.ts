import {
  addDays,
  classesMayMeet,
  compileSchedule,
  dayWindow,
  expandDay,
  expandRange,
  explainDay,
  frenchHolidays,
  insertHandovers,
  listedHolidays,
  overlaps,
  type Period,
  publicHolidays,
  type Schedule,
  type ScheduleException,
  type ScheduleTemplate,
  timeOfMinutes,
  type Weekday,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { naiveExpand } from '../bench/naive-schedule.ts';
import { MINUTE } from './instants.ts';
import { SCHOOL, schedule, space } from './schedule-facts.ts';

const ZONES = ['Europe/Paris', 'America/Cayenne', 'Indian/Reunion', 'Pacific/Auckland', 'America/New_York'] as const;
const AUDIENCES = ['professional', 'training', 'youth', 'general', 'staff'] as const;
const SPACES = ['hall', 'room'] as const;
const HOLIDAY_NAMES = ['Vacances de Noël', "Vacances d'hiver", "Vacances d'été"] as const;

const spaceIds = fc.option(fc.subarray([...SPACES], { minLength: 1 }), { nil: null });
const spaceId = fc.option(fc.constantFrom(...SPACES), { nil: null });
/** Mostly quarter hours, so that windows touch; sometimes any minute; the hours of clock changes often. */
const minute = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 96 }).map((quarter) => quarter * 15) },
  { weight: 2, arbitrary: fc.constantFrom(0, 120, 150, 180, 1_440) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_440 }) },
);
const wallRange = fc
  .tuple(minute, minute)
  .filter(([a, b]) => a !== b)
  .map(([a, b]) => ({ startsAt: timeOfMinutes(Math.min(a, b)), endsAt: timeOfMinutes(Math.max(a, b)) }));
const audience = fc.constantFrom(...AUDIENCES);
const date = fc.integer({ min: 0, max: 8 * 365 }).map((days) => addDays('2025-01-01', days));

/** Dates where calendars and clocks do something are asked for more often than chance would. */
const interestingDate = fc.oneof(
  date,
  fc.constantFrom(
    '2026-03-29',
    '2026-10-25',
    '2027-03-28',
    '2027-10-31',
    '2026-03-08',
    '2026-11-01',
    '2027-04-04',
    '2027-09-26',
  ),
  fc.constantFrom(
    '2026-12-19',
    '2027-01-03',
    '2027-02-20',
    '2027-03-07',
    '2027-07-02',
    '2027-07-03',
    '2027-07-14',
    '2028-01-01',
  ),
);

const plainPeriod = (near: string): fc.Arbitrary<Period> =>
  fc.oneof(
    fc.constant<Period>({ kind: 'always' }),
    fc.constantFrom('odd', 'even').map((parity): Period => ({ kind: 'iso_weeks', parity })),
    fc.constant<Period>({ kind: 'school_term' }),
    fc
      .option(fc.subarray([...HOLIDAY_NAMES]), { nil: null })
      .map((names): Period => ({ kind: 'school_holiday', names })),
    fc.constant<Period>({ kind: 'summer' }),
    fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 5 })).map(
      ([first, length]): Period => ({
        kind: 'date_range',
        from: addDays(near, first),
        until: addDays(near, first + length),
      }),
    ),
    fc
      .option(fc.constantFrom(['christmas'], ['new_year', 'national_day']), { nil: null })
      .map((codes): Period => ({ kind: 'public_holiday', codes })),
  );
const period = (near: string): fc.Arbitrary<Period> =>
  fc.oneof(
    { weight: 3, arbitrary: plainPeriod(near) },
    {
      weight: 1,
      arbitrary: fc.array(plainPeriod(near), { maxLength: 3 }).map((periods): Period => ({ kind: 'all_of', periods })),
    },
  );

const templates = (near: string): fc.Arbitrary<ScheduleTemplate[]> =>
  fc
    .array(
      fc.record({
        spaceIds,
        period: period(near),
        validFrom: fc.option(fc.constantFrom(near, addDays(near, 1)), { nil: null, freq: 4 }),
        validUntil: fc.option(fc.constantFrom(near, addDays(near, 2)), { nil: null, freq: 4 }),
        windows: fc.array(
          fc.record({
            range: wallRange,
            spaceId,
            audience,
            weekday: fc.option(fc.constantFrom<Weekday>(1, 2, 3, 4, 5, 6, 7), { nil: null, freq: 2 }),
          }),
          { maxLength: 6 },
        ),
      }),
      { maxLength: 5 },
    )
    .map((list) =>
      list.map((each, index) => ({
        ...each,
        id: `template-${index}`,
        name: `template-${index}`,
        windows: each.windows.map(({ range, ...window }, at) => ({ ...window, ...range, id: `${index}-${at}` })),
      })),
    );

const exceptions = (near: string): fc.Arbitrary<ScheduleException[]> => {
  const windows = fc
    .array(fc.record({ range: wallRange, spaceId, audience }), { maxLength: 3 })
    .map((list) => list.map(({ range, ...window }, at) => ({ ...window, ...range, id: `e-${at}` })));
  const change = fc.oneof(
    windows.map((each) => ({ kind: 'replace' as const, windows: each })),
    windows.map((each) => ({ kind: 'add' as const, windows: each })),
    fc
      .tuple(wallRange, fc.option(audience, { nil: null }))
      .map(([range, of]) => ({ kind: 'remove' as const, ...range, audience: of })),
  );
  return fc
    .array(fc.record({ spaceIds, change, after: fc.integer({ min: -1, max: 2 }) }), { maxLength: 4 })
    .map((list) =>
      list.map(({ after, change, ...each }, index) => ({
        ...each,
        id: `exception-${index}`,
        date: addDays(near, after),
        reason: null,
        change:
          change.kind === 'remove'
            ? change
            : { ...change, windows: change.windows.map((window) => ({ ...window, id: `${index}-${window.id}` })) },
      })),
    );
};

/** Any schedule of two spaces, and a date near which things happen. Nobody has checked its templates. */
const anySchedule: fc.Arbitrary<{ readonly schedule: Schedule; readonly date: string }> = fc
  .tuple(interestingDate, fc.constantFrom(...ZONES))
  .chain(([near, zone]) =>
    fc.record({
      date: fc.constant(near),
      schedule: fc
        .record({
          templates: templates(near),
          exceptions: exceptions(near),
          handovers: fc.tuple(fc.constantFrom(0, 15, 60, 480), fc.constantFrom(0, 15, 20)),
          onPublicHolidays: fc.constantFrom('closed', 'as_usual'),
          holidays: fc.constantFrom(
            frenchHolidays(),
            frenchHolidays('alsace_moselle'),
            frenchHolidays('guyane'),
            frenchHolidays('reunion'),
            listedHolidays('only 2027', { 2027: publicHolidays(2027) }),
          ),
          schoolZone: fc.option(fc.constantFrom('A', 'B', 'C'), { nil: null, freq: 8 }),
          closures: fc.array(
            fc.tuple(fc.integer({ min: -30 * 4, max: 80 * 4 }), fc.integer({ min: 1, max: 40 * 4 }), spaceId),
            { maxLength: 2 },
          ),
        })
        .map(({ handovers, closures, holidays, schoolZone, ...facts }) => {
          const start = dayWindow(near, zone).from;
          return schedule({
            ...facts,
            zone,
            calendar: { holidays, school: schoolZone === null ? null : { calendar: SCHOOL, zone: schoolZone } },
            spaces: SPACES.map((id, index) => space(id, handovers[index])),
            closures: closures.map(([from, length, of]) => ({
              from: start + from * 15 * MINUTE,
              until: start + (from + length) * 15 * MINUTE,
              spaceId: of,
              reason: null,
            })),
          });
        }),
    }),
  );

describe('for any templates, exceptions, closures, zone and year', () => {
  test('the expansion equals the naive one', () => {
    fc.assert(
      fc.property(anySchedule, ({ schedule: any, date: near }) => {
        const until = addDays(near, 3);
        const fast = expandRange(compileSchedule(any), { from: near, until });
        const naive = naiveExpand(any, near, until);
        expect(fast.windows).toEqual(naive.windows);
        expect(fast.handovers).toEqual(naive.handovers);
        expect(fast.squeezedOut).toEqual(naive.squeezedOut);
        expect(fast.unknown.map(({ missing, ...day }) => day)).toEqual(naive.unknown);
      }),
      { numRuns: 400 },
    );
  });

  test('incompatible audiences never overlap in one space, and the handover lies between them', () => {
    fc.assert(
      fc.property(anySchedule, ({ schedule: any, date: near }) => {
        const { windows, handovers } = expandRange(compileSchedule(any), { from: near, until: addDays(near, 4) });
        for (const { id, handoverMs } of any.spaces) {
          const here = windows.filter((window) => window.spaceId === id);
          for (const [index, a] of here.entries()) {
            expect(a.from).toBeLessThan(a.until);
            for (const b of here.slice(index + 1)) {
              if (classesMayMeet(a.audienceClass, b.audienceClass)) continue;
              expect(b.from).toBeGreaterThanOrEqual(a.until + handoverMs);
            }
          }
          const between = handovers.filter((handover) => handover.spaceId === id);
          for (const [index, handover] of between.entries()) {
            expect(handover.until - handover.from).toBeLessThanOrEqual(handoverMs);
            expect(handover.from).toBeLessThan(handover.until);
            expect(here.some((w) => w.audienceClass !== 'staff' && overlaps(w, handover))).toBe(false);
            expect(between.slice(index + 1).some((other) => overlaps(other, handover))).toBe(false);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('inserting handovers again changes nothing', () => {
    fc.assert(
      fc.property(anySchedule, ({ schedule: any, date: near }) => {
        const expansion = expandRange(compileSchedule(any), { from: near, until: addDays(near, 1) });
        fc.pre(expansion.squeezedOut.length === 0);
        for (const { id, handoverMs } of any.spaces) {
          const windows = expansion.windows.filter(({ spaceId: of }) => of === id);
          const once = insertHandovers(windows, handoverMs, any.zone);
          expect(once.windows).toEqual(windows);
          expect(once.squeezedOut).toEqual([]);
          expect(insertHandovers(once.windows, handoverMs, any.zone)).toEqual(once);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('expansion is idempotent: the same again, day by day, and from a plan compiled twice', () => {
    fc.assert(
      fc.property(anySchedule, ({ schedule: any, date: near }) => {
        const compiled = compileSchedule(any);
        const dates = [0, 1, 2].map((days) => addDays(near, days));
        const once = expandRange(compiled, { from: near, until: addDays(near, 3) });
        expect(expandRange(compiled, { from: near, until: addDays(near, 3) })).toEqual(once);
        const byDay = dates
          .toReversed()
          .map((each) => expandDay(compileSchedule(any), each))
          .reverse();
        for (const { id } of any.spaces) {
          const here = <T extends { readonly spaceId: string }>(list: readonly T[]) =>
            list.filter((each) => each.spaceId === id);
          expect(byDay.flatMap((day) => here(day.windows))).toEqual(here(once.windows));
          expect(byDay.flatMap((day) => here(day.handovers))).toEqual(here(once.handovers));
        }
      }),
      { numRuns: 150 },
    );
  });

  test('every minute of a day belongs to exactly what its explanation says', () => {
    fc.assert(
      fc.property(anySchedule, ({ schedule: any, date: near }) => {
        const compiled = compileSchedule(any);
        const { windows, handovers } = expandDay(compiled, near);
        const { day, spaces } = explainDay(compiled, near);
        expect(day).toEqual(dayWindow(near, any.zone));
        expect(spaces.map(({ spaceId: id }) => id)).toEqual([...SPACES]);
        for (const { spaceId: id, segments, ruling, exceptionIds } of spaces) {
          // The segments tile the day: 23, 24 or 25 hours of it.
          expect(segments[0]?.from).toBe(day.from);
          expect(segments.at(-1)?.until).toBe(day.until);
          for (const [index, segment] of segments.entries()) {
            expect(segment.from).toBeLessThan(segment.until);
            if (index > 0) expect(segment.from).toBe(segments[index - 1]?.until);
          }
          const isIn = (at: number) => (w: { from: number; until: number; spaceId: string | null }) =>
            (w.spaceId === id || w.spaceId === null) && w.from <= at && at < w.until;
          for (let at = day.from, i = 0; at < day.until; at += 7 * MINUTE) {
            while ((segments[i]?.until as number) <= at) i++;
            const segment = segments[i];
            const [closure] = any.closures.filter(isIn(at));
            const [handover] = handovers.filter(isIn(at));
            const open = windows.filter(isIn(at));
            if (closure !== undefined) expect(segment).toMatchObject({ kind: 'closed', closure });
            else if (handover !== undefined) expect(segment).toMatchObject({ kind: 'handover', handover });
            else if (open.length > 0) expect(segment).toMatchObject({ kind: 'open', windows: open });
            else expect(segment).toMatchObject({ kind: 'closed', closure: null });
            for (const window of open) {
              if (window.exceptionId !== null) expect(exceptionIds).toContain(window.exceptionId);
              else expect(ruling).toEqual({ kind: 'template', templateId: window.templateId });
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
