import Type, { type Static, type TSchema } from 'typebox';

/** Shapes of the HTTP API. Instants are ISO 8601 in UTC; times of day are local to the site. */
export const Id = Type.String({ format: 'uuid' });
export const Instant = Type.String({ format: 'date-time', examples: ['2026-11-24T08:00:00.000Z'] });
export const LocalDate = Type.String({ format: 'date', examples: ['2026-11-24'] });
export const LocalTime = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', examples: ['09:00'] });
export const LocalEndTime = Type.String({ pattern: '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$', examples: ['12:30'] });
export const Slug = Type.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,78}[a-z0-9])?$' });
export const Email = Type.String({ format: 'email', maxLength: 254 });
export const Password = Type.String({ minLength: 12, maxLength: 200 });
export const Name = Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' });
export const LocaleCode = Type.Enum(['fr', 'en']);
export const ResourceKind = Type.Enum(['desk', 'room', 'video', 'seats']);
export const SeatCount = Type.Integer({ minimum: 1, maximum: 5000, description: 'How many people come' });
export const AudienceCode = Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$', examples: ['professional'] });
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Money = Type.Object({
  minor: Type.Integer({ description: 'Minor units: cents' }),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
});

export const TimeWindow = Type.Object({ from: Instant, until: Instant }, { description: 'Half-open: [from, until)' });

/** RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.String({ format: 'uri' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ description: 'Stable; what a program compares' }),
    requestId: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
    alternatives: Type.Optional(
      Type.Array(Type.Object({ resourceId: Id, resourceName: Type.String(), startsAt: Instant, endsAt: Instant })),
    ),
  },
  { $id: 'Problem', additionalProperties: true },
);

export const Empty = Type.Null();

export const QuoteView = Type.Object({
  total: Money,
  vatKind: Type.String(),
  vatRateBp: Type.Integer({ description: 'Basis points: 2000 is 20 %' }),
  vatMinor: Type.Integer(),
  lines: Type.Array(
    Type.Object({
      unit: Type.Enum(['hour', 'half_day', 'day', 'free']),
      quantityHundredths: Type.Integer({ description: 'Hundredths of the unit: 150 is one and a half' }),
      unitPriceMinor: Type.Integer(),
      totalMinor: Type.Integer(),
    }),
  ),
});

export const BookingStatus = Type.Enum([
  'held',
  'confirmed',
  'checked_in',
  'completed',
  'cancelled',
  'expired',
  'no_show',
]);

export const BookingView = Type.Object({
  id: Id,
  reference: Type.String(),
  status: BookingStatus,
  startsAt: Instant,
  endsAt: Instant,
  holdExpiresAt: Nullable(Instant),
  audience: AudienceCode,
  seats: Type.Integer({ minimum: 1, description: 'How many people come' }),
  resource: Type.Object({ id: Id, name: Type.String(), kind: ResourceKind }),
  space: Type.Object({ id: Id, name: Type.String() }),
  site: Type.Object({
    id: Id,
    slug: Type.String(),
    name: Type.String(),
    commune: Type.String(),
    timeZone: Type.String(),
  }),
  price: Money,
  quote: QuoteView,
  revision: Type.Integer(),
  seriesId: Nullable(Type.String({ format: 'uuid', description: 'The recurring booking that it is part of' })),
  isOffer: Type.Boolean({ description: 'Held because a time became free that its member waited for' }),
  mayCancel: Type.Boolean(),
  mayMove: Type.Boolean(),
});
export type BookingBody = Static<typeof BookingView>;

export const AccessView = Type.Object({
  pin: Nullable(Type.String({ description: 'Six digits, for the keypad at the door' })),
  badgeCount: Type.Integer({ description: "The member's badges that open too" }),
  phone: Nullable(TimeWindow),
  canOpenNow: Type.Boolean(),
  siteOnline: Nullable(Type.Boolean({ description: 'Null where the place has no connected door' })),
  doors: Type.Array(Type.Object({ id: Id, name: Type.String(), isEntrance: Type.Boolean() })),
});

export const BookingDetail = Type.Intersect([BookingView, Type.Object({ access: Nullable(AccessView) })]);

export type BookingDetailBody = Static<typeof BookingDetail>;

export const Page = {
  page: Type.Integer({ minimum: 1 }),
  pageCount: Type.Integer({ minimum: 0 }),
  total: Type.Integer({ minimum: 0 }),
};
export const PageQuery = { page: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 1 })) };

export const Role = Type.Enum(['host', 'manager', 'administrator']);

export const AccountView = Type.Object({
  id: Id,
  email: Type.String(),
  displayName: Type.String(),
  locale: LocaleCode,
  memberId: Nullable(Id),
  roles: Type.Array(Type.Object({ role: Role, structureId: Nullable(Id) })),
});

const problemAnswer = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
});

/** Every answer of a route beside its success: one shape for all refusals. */
export const refusals = {
  '4xx': problemAnswer('Refused: `code` says why'),
  '5xx': problemAnswer('A fault on our side, or a part that is away'),
};
