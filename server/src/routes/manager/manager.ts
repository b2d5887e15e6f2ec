import Type from 'typebox';
import { getOverview } from '../../operations/manager/get-overview.ts';
import { query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import { Id, Instant, LocalDate, Money, Nullable, refusals } from '../schemas.ts';

const Hours = Type.Number({ description: 'Hours, to one decimal' });

export async function managerRoutes(app: Api) {
  app.get(
    '/manager/overview',
    {
      config: { action: 'network.report' },
      schema: {
        operationId: 'getOverview',
        tags: ['manager'],
        summary: 'The network at a glance: now, and over a month',
        description:
          'Occupancy is bookedHours over bookableHours: opening hours of each resource, any audience, closures taken out. Revenue is the price of bookings that begin in the month, VAT included, paid or not.',
        querystring: Type.Object({ month: Type.Optional(Type.String({ pattern: '^20[0-9]{2}-(0[1-9]|1[0-2])$' })) }),
        response: {
          200: Type.Object({
            month: Type.String(),
            now: Instant,
            totals: Type.Object({
              siteCount: Type.Integer(),
              resourceCount: Type.Integer(),
              bookedNow: Type.Integer(),
              arrivedNow: Type.Integer(),
              bookableHours: Hours,
              bookedHours: Hours,
              usedHours: Hours,
              bookingCount: Type.Integer(),
              noShowCount: Type.Integer(),
              revenue: Money,
            }),
            days: Type.Array(
              Type.Object({ date: LocalDate, bookingCount: Type.Integer(), revenueMinor: Type.Integer() }),
            ),
            sites: Type.Array(
              Type.Object({
                id: Id,
                slug: Type.String(),
                name: Type.String(),
                commune: Type.String(),
                departement: Type.String(),
                structureName: Type.String(),
                bridgeStatus: Nullable(Type.Enum(['online', 'offline'])),
                resourceCount: Type.Integer(),
                bookedNow: Type.Integer(),
                arrivedNow: Type.Integer(),
                openHours: Hours,
                bookableHours: Hours,
                bookedHours: Hours,
                usedHours: Hours,
                bookingCount: Type.Integer(),
                noShowCount: Type.Integer(),
                memberCount: Type.Integer(),
                revenue: Money,
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => getOverview(context, request.query.month)),
  );
}
