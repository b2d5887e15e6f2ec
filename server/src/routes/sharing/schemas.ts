import Type, { type Static } from 'typebox';
import { FaultView, PeriodView, PlanDate } from '../schedule/schemas.ts';
import {
  AudienceCode,
  Id,
  Instant,
  LocalEndTime,
  LocalTime,
  Money,
  Name,
  Nullable,
  ResourceKind,
  SeatCount,
} from '../schemas.ts';

const WindowIds = Type.Array(Id, { minItems: 1, maxItems: 500, description: 'Windows of templates' });
const Named = Type.Object({ id: Id, name: Type.String() });

const PlannedAtSite = Type.Object({
  id: Id,
  templateId: Id,
  templateName: Type.String(),
  spaceId: Nullable(Id),
  audience: AudienceCode,
  weekday: Nullable(Type.Integer()),
  startsAt: LocalTime,
  endsAt: LocalEndTime,
});

const Ahead = Type.Object({ spaceId: Id, from: Instant, until: Instant });

/** What was used of what was held, over the weeks that are over. */
const UseView = Type.Object({
  from: PlanDate,
  until: PlanDate,
  heldMinutes: Type.Integer({ description: 'Time that the partner could book' }),
  bookedMinutes: Type.Integer({ description: 'Time in which it had at least one booking' }),
  bookings: Type.Integer(),
  people: Type.Integer(),
  revenue: Type.Array(Money),
});
export type UseBody = Static<typeof UseView>;

export const ReleaseBody = Type.Object({
  windowIds: WindowIds,
  releasedTo: AudienceCode,
  hoursBefore: Type.Integer({ minimum: 0, maximum: 8_784, description: 'Elapsed hours before each window begins' }),
  tariffId: Type.Union([Id, Type.Null()], { description: "Null: the resource's own" }),
});
export type ReleaseInput = Static<typeof ReleaseBody>;

export const ReleaseView = Type.Object({
  id: Id,
  windowIds: Type.Array(Id),
  releasedTo: AudienceCode,
  hoursBefore: Type.Integer(),
  tariff: Nullable(Named),
  ahead: Type.Array(
    Type.Object({
      spaceId: Id,
      from: Instant,
      until: Instant,
      audience: AudienceCode,
      releasesAt: Instant,
      isReleased: Type.Boolean(),
    }),
    { description: 'The windows of the next two weeks, as planned' },
  ),
});

export const ShareBody = Type.Object({
  windowIds: WindowIds,
  structureId: Id,
  tariffId: Type.Union([Id, Type.Null()], { description: "Null: the resource's own" }),
});
export type ShareInput = Static<typeof ShareBody>;

export const ShareView = Type.Object({
  id: Id,
  site: Type.Object({ slug: Type.String(), name: Type.String(), timeZone: Type.String() }),
  host: Named,
  partner: Named,
  tariffName: Nullable(Type.String()),
  tariffId: Nullable(Id),
  windows: Type.Array(PlannedAtSite),
  ahead: Type.Array(Ahead),
  use: UseView,
});
export type ShareViewBody = Static<typeof ShareView>;

const AgreementWindow = Type.Object({
  id: Id,
  spaceId: Type.Union([Id, Type.Null()], { description: 'Null: every space of the agreement' }),
  audience: AudienceCode,
  weekday: Type.Union([Type.Integer({ minimum: 1, maximum: 7 }), Type.Null()], {
    description: 'ISO 8601: 1 is Monday; null: every day of the period',
  }),
  startsAt: LocalTime,
  endsAt: LocalEndTime,
});

export const AgreementPriceBody = Type.Union([
  Type.Object({ kind: Type.Literal('free') }),
  Type.Object({ kind: Type.Literal('tariff'), tariffId: Id }),
  Type.Object({
    kind: Type.Literal('flat'),
    per: Type.Enum(['month', 'year']),
    amount: Type.Object({
      minor: Type.Integer({ minimum: 0, maximum: 100_000_000 }),
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    }),
  }),
]);

const InTheWay = Type.Enum(['keep', 'cancel'], {
  description: 'What becomes of bookings that lose their hours: they stay, or are given back with a refund',
});

export const AgreementBody = Type.Object({
  name: Name,
  partnerStructureId: Id,
  spaceIds: Type.Array(Id, { minItems: 1, maxItems: 200 }),
  period: PeriodView,
  windows: Type.Array(AgreementWindow, { minItems: 1, maxItems: 100 }),
  isExclusive: Type.Boolean({ description: 'Nobody else meanwhile; otherwise whoever may meet its public stays' }),
  holdsOnPublicHolidays: Type.Boolean(),
  inTheWay: InTheWay,
  price: AgreementPriceBody,
  terms: Type.String({ maxLength: 4_000 }),
  validFrom: PlanDate,
  validUntil: Type.Union([PlanDate, Type.Null()], {
    description: 'The first day on which it no longer holds; null: open',
  }),
});
export type AgreementInput = Static<typeof AgreementBody>;

export const AgreementView = Type.Object({
  id: Id,
  revision: Type.Integer({ description: 'Of what is proposed; sent back with the answer' }),
  name: Type.String(),
  state: Type.Enum(['proposed', 'declined', 'withdrawn', 'planned', 'running', 'over']),
  side: Type.Enum(['host', 'partner', 'both', 'none'], { description: 'On which side the caller is' }),
  site: Type.Object({ slug: Type.String(), name: Type.String(), timeZone: Type.String() }),
  host: Named,
  partner: Named,
  spaces: Type.Array(Named),
  period: PeriodView,
  windows: Type.Array(AgreementWindow),
  isExclusive: Type.Boolean(),
  holdsOnPublicHolidays: Type.Boolean(),
  inTheWay: InTheWay,
  price: AgreementPriceBody,
  tariffName: Nullable(Type.String()),
  terms: Type.String(),
  validFrom: PlanDate,
  validUntil: Nullable(PlanDate),
  createdAt: Instant,
  answeredAt: Nullable(Instant),
  endedAt: Nullable(Instant),
  endedBy: Nullable(Named),
  mayAnswer: Type.Boolean(),
  mayWithdraw: Type.Boolean(),
  mayEnd: Type.Boolean(),
  ahead: Type.Array(Ahead, { description: 'Its dates in the next four weeks' }),
  use: UseView,
});
export type AgreementViewBody = Static<typeof AgreementView>;

export const SharingView = Type.Object({
  timeZone: Type.String(),
  mayChange: Type.Boolean(),
  structure: Named,
  releases: Type.Array(ReleaseView),
  shares: Type.Array(ShareView),
  agreements: Type.Array(AgreementView),
  options: Type.Object({
    spaces: Type.Array(Named),
    windows: Type.Array(PlannedAtSite),
    tariffs: Type.Array(Named),
    structures: Type.Array(Named),
    currency: Type.String(),
  }),
});
export type SharingBody = Static<typeof SharingView>;

export const AgreementsView = Type.Object({
  structures: Type.Array(Named, { description: "The caller's own" }),
  items: Type.Array(AgreementView),
  shares: Type.Array(ShareView, { description: "What the caller's structures may use in others' windows" }),
});

export type AgreementsBody = Static<typeof AgreementsView>;

export const AgreementDetail = Type.Intersect([
  AgreementView,
  Type.Object({
    bookings: Type.Array(
      Type.Object({
        id: Id,
        reference: Type.String(),
        startsAt: Instant,
        endsAt: Instant,
        resourceName: Type.String(),
        spaceName: Type.String(),
        seats: Type.Integer(),
        name: Type.String({ description: 'Of the structure where the name of the person is not to be seen' }),
        price: Money,
      }),
      { description: 'Under this agreement, in the next four weeks' },
    ),
    resources: Type.Array(
      Type.Object({ id: Id, name: Type.String(), kind: ResourceKind, capacity: Type.Integer(), spaceId: Id }),
    ),
  }),
]);

export type AgreementDetailBody = Static<typeof AgreementDetail>;

export const AgreementConsequences = Type.Object({
  revision: Type.Integer({ description: 'Of the agreement' }),
  until: PlanDate,
  gained: Type.Array(Type.Object({ audience: AudienceCode, minutes: Type.Integer(), dates: Type.Integer() }), {
    description: "By the partner's public",
  }),
  lost: Type.Array(
    Type.Object({
      spaceId: Id,
      spaceName: Type.String(),
      audience: AudienceCode,
      minutes: Type.Integer(),
      dates: Type.Integer(),
    }),
    { description: 'By the other publics of the place' },
  ),
  bookings: Type.Array(
    Type.Object({
      id: Id,
      reference: Type.String(),
      memberName: Nullable(Type.String({ description: 'For the host of the place only' })),
      spaceName: Type.String(),
      startsAt: Instant,
      endsAt: Instant,
      audience: AudienceCode,
      refund: Money,
    }),
  ),
  inTheWay: InTheWay,
  refunds: Type.Array(Money, { description: 'If they are given back' }),
  faults: Type.Array(FaultView),
});
export type AgreementConsequencesBody = Static<typeof AgreementConsequences>;

export const AnswerBody = Type.Object({
  accept: Type.Boolean(),
  revision: Type.Integer({ minimum: 0, description: 'Of what was read' }),
});

export const EndBody = Type.Object({
  from: PlanDate,
  inTheWay: Type.Optional(InTheWay),
});

export const PublicBookingBody = Type.Object({
  structureId: Id,
  resourceId: Id,
  startsAt: Instant,
  endsAt: Instant,
  audience: AudienceCode,
  memberId: Type.Union([Id, Type.Null()], {
    description: "One of the structure's public; null: a group in the structure's name",
  }),
  seats: Type.Optional(SeatCount),
});
export type PublicBookingInput = Static<typeof PublicBookingBody>;

export const PublicView = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Id,
      displayName: Type.String(),
      email: Nullable(Type.String()),
      audience: AudienceCode,
    }),
  ),
});
export type PublicBody = Static<typeof PublicView>;
