import Type, { type Static } from 'typebox';
import {
  AudienceCode,
  Id,
  Instant,
  LocalDate,
  LocalEndTime,
  LocalTime,
  Money,
  Nullable,
  SeatCount,
} from '../schemas.ts';

const Weekday = Type.Integer({ minimum: 1, maximum: 7, description: '1 is Monday' });

const RecurrenceInput = Type.Object(
  {
    frequency: Type.Enum(['daily', 'weekly', 'monthly']),
    interval: Type.Optional(Type.Integer({ minimum: 1, maximum: 99, default: 1 })),
    byWeekday: Type.Optional(Type.Array(Weekday, { maxItems: 7, uniqueItems: true })),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 9_999 })),
    until: Type.Optional(LocalDate),
  },
  { description: 'The simple choices; `rrule` says the others. Ends with one of `count` and `until`' },
);

export const SeriesRequest = Type.Object({
  resourceId: Id,
  audience: Type.Optional(AudienceCode),
  seats: Type.Optional(SeatCount),
  memberId: Type.Optional(Type.String({ format: 'uuid', description: 'Staff of the place book for a member' })),
  firstDate: LocalDate,
  startsAt: LocalTime,
  endsAt: LocalEndTime,
  rrule: Type.Optional(
    Type.String({ minLength: 1, maxLength: 500, examples: ['FREQ=WEEKLY;BYDAY=TU;COUNT=30'], description: 'RFC 5545' }),
  ),
  recurrence: Type.Optional(RecurrenceInput),
  exceptDates: Type.Optional(Type.Array(LocalDate, { maxItems: 800, uniqueItems: true })),
});

export const OccurrenceDecision = Type.Object({
  date: LocalDate,
  do: Type.Enum(['skip', 'move']),
  to: Type.Optional(Type.Object({ resourceId: Type.Optional(Id), startsAt: Instant, endsAt: Instant })),
});
export const Decisions = Type.Array(OccurrenceDecision, { maxItems: 800 });
export type Decision = Static<typeof OccurrenceDecision>;

export const OccurrenceView = Type.Object({
  date: Type.String({ format: 'date', description: 'The date that the rule gave' }),
  startsAt: Nullable(Instant),
  endsAt: Nullable(Instant),
  resourceId: Id,
  resourceName: Type.String(),
  state: Type.Enum(['free', 'conflict', 'beyond_horizon', 'outside_quota']),
  code: Nullable(Type.String({ description: 'Of what is not free: a code of a refusal' })),
  reason: Nullable(Type.String({ description: 'The same for people' })),
  price: Nullable(Money),
  alternatives: Type.Array(
    Type.Object({ resourceId: Id, resourceName: Type.String(), startsAt: Instant, endsAt: Instant }),
  ),
});

export const SeriesPreview = Type.Object({
  rrule: Type.String(),
  timeZone: Type.String(),
  occurrences: Type.Array(OccurrenceView),
  free: Type.Integer(),
  total: Money,
  kept: Type.Array(LocalDate, { description: 'Moved one by one before: an edit leaves them where they are' }),
  limits: Type.Object({ horizonDays: Type.Integer(), mostUpcoming: Type.Integer() }),
});
export type SeriesPreviewBody = Static<typeof SeriesPreview>;

export const SeriesView = Type.Object({
  id: Id,
  rrule: Type.String(),
  startsOn: LocalDate,
  startsAt: LocalTime,
  endsAt: LocalEndTime,
  timeZone: Type.String(),
  audience: AudienceCode,
  seats: Type.Integer(),
  memberName: Type.String(),
  resource: Type.Object({ id: Id, name: Type.String(), kind: Type.String() }),
  space: Type.Object({ id: Id, name: Type.String() }),
  site: Type.Object({ id: Id, slug: Type.String(), name: Type.String(), commune: Type.String() }),
  exceptDates: Type.Array(LocalDate),
  continuesId: Nullable(Id),
  revision: Type.Integer(),
  cancelledAt: Nullable(Instant),
  total: Type.Object({ minor: Type.Integer(), currency: Type.String() }),
  upcoming: Type.Integer({ description: 'Occurrences to come' }),
  mayChange: Type.Boolean(),
  occurrences: Type.Array(
    Type.Object({
      bookingId: Id,
      date: LocalDate,
      status: Type.String(),
      startsAt: Instant,
      endsAt: Instant,
      resourceName: Type.String(),
      isMoved: Type.Boolean(),
      price: Money,
    }),
  ),
});
export type SeriesBody = Static<typeof SeriesView>;

export const SeriesEditRequest = Type.Object({
  scope: Type.Enum(['one', 'following', 'all']),
  date: Type.Optional(
    Type.String({ format: 'date', description: 'Of `one` and `following`: a date that the rule gave' }),
  ),
  resourceId: Type.Optional(Id),
  startsAt: Type.Optional(LocalTime),
  endsAt: Type.Optional(LocalEndTime),
  toDate: Type.Optional(Type.String({ format: 'date', description: 'Of `one`: another day' })),
});
