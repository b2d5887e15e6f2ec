import Type, { type Static } from 'typebox';
import { AudienceCode, Id, Instant, Nullable, ResourceKind } from '../schemas.ts';

export const WaitlistEntry = Type.Object({
  id: Id,
  status: Type.Enum(['waiting', 'offered', 'booked', 'missed', 'declined', 'withdrawn', 'passed']),
  startsAt: Instant,
  endsAt: Instant,
  seats: Type.Integer(),
  audience: AudienceCode,
  resource: Nullable(Type.Object({ id: Id, name: Type.String() })),
  kind: Nullable(ResourceKind),
  site: Type.Object({
    id: Id,
    slug: Type.String(),
    name: Type.String(),
    commune: Type.String(),
    timeZone: Type.String(),
  }),
  ahead: Type.Integer({ minimum: 0, description: 'How many who wait for the same are asked before' }),
  offer: Nullable(Type.Object({ bookingId: Id, expiresAt: Instant })),
  createdAt: Instant,
});
export type WaitlistEntryBody = Static<typeof WaitlistEntry>;
