import { countUpcomingBySeries, listBookingsOfMember } from '@mitoyen/db/queries';
import { type Context, signedIn } from '../../context.ts';
import { ok } from '../../problems.ts';
import { bookingView } from '../views.ts';

const PAGE_SIZE = 20;

/** The bookings of the caller and of the minors whom they answer for, a page at a time; grouped, of each series only the next date. */
export async function listBookings(
  context: Context,
  query: { scope: 'upcoming' | 'past'; page: number; isGrouped: boolean },
) {
  const { tx, networkId, now } = context;
  const { memberId, wardIds } = signedIn(context);
  const offset = (query.page - 1) * PAGE_SIZE;
  const { rows, total } =
    memberId === null
      ? { rows: [], total: 0 }
      : await listBookingsOfMember(
          tx,
          networkId,
          [memberId, ...wardIds],
          query.scope,
          now,
          { limit: PAGE_SIZE, offset },
          { nextOfSeries: query.isGrouped },
        );
  const seriesIds = [...new Set(rows.flatMap(({ seriesId }) => seriesId ?? []))];
  const upcoming = await countUpcomingBySeries(tx, networkId, seriesIds, now);
  return ok({
    items: rows.map((booking) => bookingView(booking, now)),
    series: seriesIds.map((id) => ({ id, upcoming: upcoming.get(id) ?? 0 })),
    page: query.page,
    pageCount: Math.ceil(total / PAGE_SIZE),
    total,
  });
}
