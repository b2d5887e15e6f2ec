import Type, { type Static } from 'typebox';
import {
  AudienceCode,
  BookingStatus,
  Id,
  Instant,
  LocalEndTime,
  LocalTime,
  Money,
  Name,
  Nullable,
  Page,
} from '../schemas.ts';

/** Hours are planned for days that a calendar can hold. */
export const PlanDate = Type.String({
  format: 'date',
  pattern: '^(19|20|21)[0-9]{2}-',
  examples: ['2026-11-24'],
});
const CalendarId = Type.String({ minLength: 1, maxLength: 60, examples: ['FR'] });

const PlainPeriod = Type.Union([
  Type.Object({ kind: Type.Literal('always') }),
  Type.Object({ kind: Type.Literal('iso_weeks'), parity: Type.Enum(['odd', 'even']) }),
  Type.Object({ kind: Type.Literal('school_term') }),
  Type.Object({
    kind: Type.Literal('school_holiday'),
    names: Nullable(Type.Array(Type.String({ minLength: 1, maxLength: 120 }), { maxItems: 20 })),
  }),
  Type.Object({ kind: Type.Literal('summer') }),
  Type.Object({ kind: Type.Literal('date_range'), from: PlanDate, until: PlanDate }),
  Type.Object({
    kind: Type.Literal('public_holiday'),
    codes: Nullable(Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { maxItems: 40 })),
  }),
]);

export const PeriodView = Type.Union(
  [
    PlainPeriod,
    Type.Object({ kind: Type.Literal('all_of'), periods: Type.Array(PlainPeriod, { minItems: 1, maxItems: 6 }) }),
  ],
  { description: 'When a template is in force; a date range is [from, until); null is any' },
);

const plannedWindow = {
  id: Id,
  spaceId: Type.Union([Id, Type.Null()], {
    description: 'Null: every space that the template or exception speaks for',
  }),
  audience: AudienceCode,
  startsAt: LocalTime,
  endsAt: LocalEndTime,
};
const PlannedWindow = Type.Object(plannedWindow);
const TemplateWindow = Type.Object({
  ...plannedWindow,
  weekday: Type.Union([Type.Integer({ minimum: 1, maximum: 7 }), Type.Null()], {
    description: 'ISO 8601: 1 is Monday; null: every day of the period',
  }),
});

const SpaceIds = Type.Union([Type.Array(Id, { maxItems: 200 }), Type.Null()], { description: 'Null: the whole site' });

export const TemplateView = Type.Object({
  id: Id,
  name: Name,
  spaceIds: SpaceIds,
  period: PeriodView,
  validFrom: Nullable(PlanDate),
  validUntil: Nullable(PlanDate),
  origin: Type.Enum(['host', 'suggestion']),
  evidence: Type.Optional(Type.Unknown({ description: 'Of a suggestion: the figures that it was made from' })),
  windows: Type.Array(TemplateWindow, { maxItems: 500 }),
});
export type TemplateBody = Static<typeof TemplateView>;

export const ExceptionView = Type.Object({
  id: Id,
  date: PlanDate,
  spaceIds: SpaceIds,
  reason: Nullable(Type.String({ maxLength: 500 })),
  change: Type.Union([
    Type.Object({
      kind: Type.Literal('replace'),
      windows: Type.Array(PlannedWindow, { maxItems: 200 }),
    }),
    Type.Object({ kind: Type.Literal('add'), windows: Type.Array(PlannedWindow, { maxItems: 200 }) }),
    Type.Object({
      kind: Type.Literal('remove'),
      startsAt: LocalTime,
      endsAt: LocalEndTime,
      audience: Nullable(AudienceCode),
    }),
  ]),
});
export type ExceptionBody = Static<typeof ExceptionView>;

export const ClosurePlan = Type.Object({
  id: Id,
  from: Instant,
  until: Instant,
  spaceId: Nullable(Id),
  reason: Nullable(Type.String({ maxLength: 500 })),
  told: Type.Enum(['nobody', 'booked', 'members'], {
    description: 'Nobody whose booking stays; those whose bookings it meets; every member who books here',
  }),
});
export type ClosureBody = Static<typeof ClosurePlan>;

export const SchoolOverrideView = Type.Object({
  year: Type.String({ pattern: '^[0-9]{4}-[0-9]{4}$', examples: ['2026-2027'] }),
  name: Type.String({ minLength: 1, maxLength: 120 }),
  firstDay: PlanDate,
  lastDay: Nullable(PlanDate),
  by: Type.Enum(['recteur', 'local']),
});
export const HolidayOverrideView = Type.Object({
  date: PlanDate,
  name: Type.Union([Type.String({ minLength: 1, maxLength: 120 }), Type.Null()], {
    description: 'Null: the public holiday of the date is not kept here',
  }),
});

const Settings = {
  onPublicHolidays: Type.Enum(['closed', 'as_usual']),
  holidayCalendar: Nullable(CalendarId),
  schoolCalendar: Nullable(CalendarId),
  schoolZone: Nullable(Type.String({ minLength: 1, maxLength: 40 })),
  buildingCapacity: Nullable(Type.Integer({ minimum: 1, maximum: 100_000 })),
};

export const ScheduleView = Type.Object({
  revision: Type.Integer({ description: 'Names this state of the hours; sent back with a change' }),
  timeZone: Type.String(),
  mayChange: Type.Boolean(),
  ...Settings,
  spaces: Type.Array(
    Type.Object({
      id: Id,
      name: Type.String(),
      kind: Type.Enum(['room', 'open_area']),
      capacity: Type.Integer(),
      handoverMinutes: Type.Integer(),
      classes: Type.Record(AudienceCode, Type.String(), {
        description: 'The class of every audience here (ScheduledSpace.classes): one class may be there together',
      }),
    }),
  ),
  templates: Type.Array(TemplateView),
  exceptions: Type.Array(ExceptionView),
  closures: Type.Array(ClosurePlan),
  overrides: Type.Object({
    school: Type.Array(SchoolOverrideView),
    holidays: Type.Array(HolidayOverrideView),
  }),
  calendars: Type.Object({
    holidays: Type.Array(Type.String()),
    school: Type.Array(Type.Object({ id: Type.String(), zones: Type.Array(Type.String()) })),
  }),
});
export type ScheduleBody = Static<typeof ScheduleView>;

const Ids = Type.Array(Id, { maxItems: 1_000 });

export const ScheduleChange = Type.Object(
  {
    templates: Type.Optional(
      Type.Object({
        upsert: Type.Optional(Type.Array(TemplateView, { maxItems: 100 })),
        delete: Type.Optional(Ids),
        order: Type.Optional(Ids),
      }),
    ),
    exceptions: Type.Optional(
      Type.Object({
        upsert: Type.Optional(Type.Array(ExceptionView, { maxItems: 400 })),
        delete: Type.Optional(Ids),
        order: Type.Optional(Ids),
      }),
    ),
    closures: Type.Optional(
      Type.Object({
        upsert: Type.Optional(Type.Array(ClosurePlan, { maxItems: 400 })),
        delete: Type.Optional(Ids),
      }),
    ),
    settings: Type.Optional(
      Type.Partial(
        Type.Object({
          ...Settings,
          handoverMinutes: Type.Record(Id, Type.Integer({ minimum: 0, maximum: 480 })),
        }),
      ),
    ),
    overrides: Type.Optional(
      Type.Partial(
        Type.Object(
          {
            school: Type.Array(SchoolOverrideView, { maxItems: 100 }),
            holidays: Type.Array(HolidayOverrideView, { maxItems: 200 }),
          },
          { description: 'Each list as a whole, in place of the one that is there' },
        ),
      ),
    ),
    links: Type.Optional(
      Type.Object(
        {
          releases: Type.Array(Type.Object({ ruleId: Id, windowId: Id }), { maxItems: 1_000 }),
          shares: Type.Array(Type.Object({ shareId: Id, windowId: Id }), { maxItems: 1_000 }),
        },
        {
          description:
            'Of an undoing: release rules and shares that the windows belonged to; those that are gone stay so',
        },
      ),
    ),
  },
  {
    description:
      'What is to become of the hours. New ids are UUIDs made by the client; ids of windows that stay are kept.',
  },
);
export type ScheduleChangeBody = Static<typeof ScheduleChange>;

export const HoursView = Type.Object({
  revision: Type.Integer(),
  days: Type.Array(
    Type.Object({
      date: PlanDate,
      holidays: Type.Union([Type.Array(Type.Object({ code: Type.String(), name: Type.String() })), Type.Null()], {
        description: 'Null: the calendar does not know this year',
      }),
      school: Type.Union(
        [
          Type.Object({
            kind: Type.Enum(['term', 'holiday']),
            name: Type.Optional(Type.String({ description: 'Of a holiday' })),
            isSummer: Type.Optional(Type.Boolean({ description: 'Of a holiday: DayFacts.isSummer' })),
          }),
          Type.Null(),
        ],
        { description: 'Null: the calendar does not say' },
      ),
    }),
  ),
  windows: Type.Array(
    Type.Object({
      spaceId: Id,
      from: Instant,
      until: Instant,
      audience: AudienceCode,
      ruleId: Id,
      templateId: Nullable(Id),
      exceptionId: Nullable(Id),
      use: Type.Enum(['own', 'promised', 'released', 'agreed']),
    }),
  ),
  handovers: Type.Array(
    Type.Object({ spaceId: Id, from: Instant, until: Instant, leaving: AudienceCode, arriving: AudienceCode }),
  ),
  closures: Type.Array(ClosurePlan),
  unknown: Type.Array(
    Type.Object({ spaceId: Id, date: PlanDate, missing: Type.Enum(['school_calendar', 'holiday_calendar']) }),
  ),
  bookings: Type.Array(
    Type.Object({
      id: Id,
      reference: Type.String(),
      spaceId: Id,
      resourceName: Type.String(),
      from: Instant,
      until: Instant,
      audience: AudienceCode,
      memberName: Type.String(),
      seats: Type.Integer(),
      status: BookingStatus,
      seriesId: Nullable(Id),
    }),
  ),
  referents: Type.Array(
    Type.Object({
      spaceId: Nullable(Id),
      name: Type.String(),
      from: Instant,
      until: Instant,
      present: Type.Boolean(),
    }),
  ),
});
export type HoursBody = Static<typeof HoursView>;

const Outranked = Type.Object({
  templateId: Id,
  name: Type.String(),
  by: Type.Enum([
    'stronger_period',
    'more_conditions',
    'own_space',
    'shorter_range',
    'listed_first',
    'exception',
    'public_holiday',
    'unknown',
  ]),
});
export const DayView = Type.Object({
  date: PlanDate,
  from: Instant,
  until: Instant,
  weekday: Type.Integer(),
  isoWeek: Type.Integer(),
  holidays: Nullable(Type.Array(Type.Object({ code: Type.String(), name: Type.String() }))),
  school: Nullable(Type.Object({ kind: Type.Enum(['term', 'holiday']), name: Type.Optional(Type.String()) })),
  spaces: Type.Array(
    Type.Object({
      spaceId: Id,
      name: Type.String(),
      ruling: Type.Object({
        kind: Type.Enum(['template', 'exception', 'public_holiday', 'no_template', 'unknown']),
        templateId: Nullable(Id),
        exceptionId: Nullable(Id),
        holiday: Nullable(Type.String()),
        missing: Nullable(Type.Enum(['school_calendar', 'holiday_calendar'])),
      }),
      because: Type.Array(PeriodView),
      outranked: Type.Array(Outranked),
      exceptionIds: Type.Array(Id),
      segments: Type.Array(
        Type.Object({
          from: Instant,
          until: Instant,
          kind: Type.Enum(['open', 'handover', 'closed']),
          windows: Type.Array(
            Type.Object({
              audience: AudienceCode,
              ruleId: Id,
              templateId: Nullable(Id),
              exceptionId: Nullable(Id),
            }),
          ),
          handover: Nullable(Type.Object({ leaving: AudienceCode, arriving: AudienceCode })),
          reason: Type.Union([Type.String(), Type.Null()], { description: 'Of the closure, if it is one' }),
          isClosure: Type.Boolean(),
        }),
      ),
    }),
  ),
});
export type DayBody = Static<typeof DayView>;

export const FaultView = Type.Object({
  reason: Type.Enum([
    'not_a_period',
    'not_a_range',
    'space_not_spoken_for',
    'unknown_space',
    'unknown_audience',
    'incompatible_overlap',
    'no_room_for_handover',
    'never_on_one_site',
    'closure_too_long',
    'unknown_calendar',
    'unknown_zone',
    'unknown_school_period',
    'shifted_too_far',
    'overlaps_another',
    'not_there',
    'id_taken',
  ]),
  windowIds: Type.Array(Id),
  spaceId: Nullable(Id),
  missingMinutes: Type.Optional(Type.Integer()),
  templateId: Type.Optional(Id),
  exceptionId: Type.Optional(Id),
  closureId: Type.Optional(Id),
  field: Type.Optional(Type.String({ description: 'Of a setting: which one' })),
});
export type FaultBody = Static<typeof FaultView>;

const HoursChange = Type.Object({ spaceId: Id, audience: AudienceCode, from: Instant, until: Instant });
const HandoverChange = Type.Object({
  spaceId: Id,
  from: Instant,
  until: Instant,
  leaving: AudienceCode,
  arriving: AudienceCode,
});
export const MoveTarget = Type.Object({ resourceId: Id, startsAt: Instant, endsAt: Instant });

export const PreviewView = Type.Object({
  revision: Type.Integer(),
  until: Type.Union([PlanDate, Type.Null()], { description: 'Bookings were looked at until (not with) this date' }),
  faults: Type.Array(FaultView),
  gained: Type.Array(HoursChange),
  lost: Type.Array(HoursChange),
  bookings: Type.Array(
    Type.Object({
      id: Id,
      reference: Type.String(),
      memberName: Type.String(),
      hasContact: Type.Boolean({ description: 'They have an address to be written to' }),
      resourceName: Type.String(),
      spaceId: Id,
      startsAt: Instant,
      endsAt: Instant,
      audience: AudienceCode,
      status: Type.Enum(['held', 'confirmed', 'checked_in']),
      reason: Type.Enum(['closed', 'in_handover', 'audience_not_admitted', 'outside_opening_window']),
      isRunning: Type.Boolean(),
      refund: Money,
      seriesId: Nullable(Id),
      moves: Type.Array(
        Type.Object({ resourceId: Id, resourceName: Type.String(), startsAt: Instant, endsAt: Instant }),
      ),
    }),
  ),
  series: Type.Array(Type.Object({ seriesId: Id, affected: Type.Integer(), untouched: Type.Integer() })),
  membersToTell: Type.Integer({ description: 'People who are written to' }),
  refunds: Type.Array(Money),
  doorsAffected: Type.Integer({ description: 'Rights to open a door (booking x door) that end or move' }),
  handoversGained: Type.Array(HandoverChange),
  handoversLost: Type.Array(HandoverChange),
  clashes: Type.Array(
    Type.Object({
      from: Instant,
      until: Instant,
      spaceIds: Type.Array(Id),
      audiences: Type.Array(AudienceCode),
      windowIds: Type.Array(Id),
    }),
    { description: 'Publics who are never on one site at once, and now would be' },
  ),
});
export type PreviewBody = Static<typeof PreviewView>;

export const Decisions = Type.Object({
  default: Type.Enum(['cancel', 'keep', 'move']),
  bookings: Type.Optional(
    Type.Array(Type.Object({ id: Id, do: Type.Enum(['cancel', 'keep', 'move']), to: Type.Optional(MoveTarget) }), {
      maxItems: 2_000,
    }),
  ),
});
export type DecisionsBody = Static<typeof Decisions>;

export const OutcomeView = Type.Object({
  cancelled: Type.Array(Id),
  moved: Type.Array(Id),
  kept: Type.Array(Id),
  shortened: Type.Array(Id, { description: 'They were running: they end with the hours' }),
  holdsReleased: Type.Integer({ description: 'Times put aside and not yet confirmed' }),
  membersTold: Type.Integer(),
  refunds: Type.Array(Money),
});
export type OutcomeBody = Static<typeof OutcomeView>;

const ChangeCount = Type.Object({ written: Type.Integer(), deleted: Type.Integer() });
export const ChangesView = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Id,
      appliedAt: Instant,
      by: Nullable(Type.String()),
      revision: Type.Integer(),
      summary: Type.Object({
        templates: ChangeCount,
        templateNames: Type.Array(Type.String()),
        exceptions: ChangeCount,
        closures: ChangeCount,
        settings: Type.Array(Type.String()),
        outcome: OutcomeView,
      }),
      inverse: ScheduleChange,
      mayUndo: Type.Boolean({ description: 'Nothing that it changed was changed again since' }),
    }),
  ),
  ...Page,
});
