import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Context } from '../../context.ts';
import { type BookingRequest, bookResource } from '../../operations/bookings/book-resource.ts';
import { cancelBooking } from '../../operations/bookings/cancel-booking.ts';
import { confirmBooking } from '../../operations/bookings/confirm-booking.ts';
import { findAlternatives } from '../../operations/bookings/find-alternatives.ts';
import { getBooking } from '../../operations/bookings/get-booking.ts';
import { getBookingCalendar } from '../../operations/bookings/get-booking-calendar.ts';
import { getCommand } from '../../operations/bookings/get-command.ts';
import { listBookings } from '../../operations/bookings/list-bookings.ts';
import { loadBooking } from '../../operations/bookings/load-booking.ts';
import { moveBooking } from '../../operations/bookings/move-booking.ts';
import { openDoor } from '../../operations/bookings/open-door.ts';
import { WITH_ALTERNATIVES } from '../../operations/bookings/refusals.ts';
import { instantOf } from '../../operations/views.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import { ok, RefusalError } from '../../problems.ts';
import type { Api } from '../routes.ts';
import {
  AudienceCode,
  BookingDetail,
  BookingView,
  Id,
  Instant,
  Nullable,
  Page,
  PageQuery,
  refusals,
  SeatCount,
} from '../schemas.ts';

const params = Type.Object({ id: Id });
/** Adds the nearest free times to a refusal that they help with; they are read after the refused transaction is gone. */
async function withAlternatives(
  request: FastifyRequest,
  attempt: Promise<FastifyReply>,
  wanted: (context: Context) => Promise<BookingRequest | null>,
): Promise<FastifyReply> {
  try {
    return await attempt;
  } catch (error) {
    if (!(error instanceof RefusalError) || !WITH_ALTERNATIVES.has(error.code)) throw error;
    const alternatives = await query(request, async (context) => {
      const booking = await wanted(context);
      return ok(booking === null ? [] : await findAlternatives(context, booking));
    });
    throw new RefusalError(error.code, { ...error.extras, alternatives });
  }
}

export async function bookingRoutes(app: Api) {
  app.post(
    '/bookings',
    {
      config: { action: 'booking.create' },
      schema: {
        operationId: 'bookResource',
        tags: ['bookings'],
        summary: 'Put a time aside for ten minutes',
        body: Type.Object({
          resourceId: Id,
          startsAt: Instant,
          endsAt: Instant,
          audience: Type.Optional(AudienceCode),
          seats: Type.Optional(SeatCount),
          forMemberId: Type.Optional(Id),
        }),
        response: { 201: BookingView, ...refusals },
      },
    },
    async (request, reply) => {
      const { resourceId, startsAt, endsAt, audience, seats, forMemberId } = request.body;
      const input = {
        resourceId,
        startsAt: instantOf(startsAt),
        endsAt: instantOf(endsAt),
        ...(audience && { audience }),
        ...(seats && { seats }),
        ...(forMemberId && { forMemberId }),
      };
      return withAlternatives(
        request,
        mutate(
          request,
          reply,
          (context) => bookResource(context, input),
          (body) => ({ status: 201, body }),
        ),
        async () => input,
      );
    },
  );

  app.get(
    '/bookings',
    {
      config: { action: 'booking.list' },
      schema: {
        operationId: 'listBookings',
        tags: ['bookings'],
        summary: 'My bookings',
        querystring: Type.Object({
          scope: Type.Optional(Type.Enum(['upcoming', 'past'])),
          grouped: Type.Optional(
            Type.Boolean({ default: false, description: 'Of each recurring booking only the next date' }),
          ),
          ...PageQuery,
        }),
        response: {
          200: Type.Object({
            items: Type.Array(BookingView),
            series: Type.Array(
              Type.Object({ id: Id, upcoming: Type.Integer({ description: 'Dates to come, the shown one included' }) }),
            ),
            ...Page,
          }),
          ...refusals,
        },
      },
    },
    async (request) =>
      query(request, (context) =>
        listBookings(context, {
          scope: request.query.scope ?? 'upcoming',
          page: request.query.page ?? 1,
          isGrouped: request.query.grouped ?? false,
        }),
      ),
  );

  app.get(
    '/bookings/:id',
    {
      config: { action: 'booking.read' },
      schema: {
        operationId: 'getBooking',
        tags: ['bookings'],
        summary: 'A booking and the ways in that it gives',
        params,
        response: { 200: BookingDetail, ...refusals },
      },
    },
    async (request) => query(request, (context) => getBooking(context, request.params.id)),
  );

  app.post(
    '/bookings/:id/confirm',
    {
      config: { action: 'booking.change' },
      schema: {
        operationId: 'confirmBooking',
        tags: ['bookings'],
        summary: 'Confirm a time that was put aside',
        params,
        response: { 200: BookingView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => confirmBooking(context, request.params.id),
        (body) => ({ status: 200, body }),
      ),
  );

  app.post(
    '/bookings/:id/cancel',
    {
      config: { action: 'booking.change' },
      schema: {
        operationId: 'cancelBooking',
        tags: ['bookings'],
        summary: 'Give a time back',
        params,
        response: { 200: BookingView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => cancelBooking(context, request.params.id),
        (body) => ({ status: 200, body }),
      ),
  );

  app.post(
    '/bookings/:id/move',
    {
      config: { action: 'booking.change' },
      schema: {
        operationId: 'moveBooking',
        tags: ['bookings'],
        summary: 'Move a booking to another time or resource',
        params,
        body: Type.Object({
          resourceId: Type.Optional(Id),
          startsAt: Instant,
          endsAt: Instant,
          revision: Type.Optional(
            Type.Integer({ minimum: 0, description: 'Refused if the booking has changed since' }),
          ),
        }),
        response: { 200: BookingView, ...refusals },
      },
    },
    async (request, reply) => {
      const { startsAt, endsAt, ...rest } = request.body;
      const to = { ...rest, startsAt: instantOf(startsAt), endsAt: instantOf(endsAt) };
      return withAlternatives(
        request,
        mutate(
          request,
          reply,
          (context) => moveBooking(context, request.params.id, to),
          (body) => ({ status: 200, body }),
        ),
        async (context) => {
          const loaded = await loadBooking(context, request.params.id, 'booking.read');
          if (!loaded.ok) return null;
          const { resourceId, audience } = loaded.value.booking;
          return { resourceId: to.resourceId ?? resourceId, startsAt: to.startsAt, endsAt: to.endsAt, audience };
        },
      );
    },
  );

  app.get(
    '/bookings/:id/calendar.ics',
    {
      config: { action: 'booking.read' },
      schema: {
        operationId: 'getBookingCalendar',
        tags: ['bookings'],
        summary: 'The booking as an iCalendar file',
        params,
        produces: ['text/calendar'],
        response: { 200: Type.String({ description: 'iCalendar (RFC 5545)' }), ...refusals },
      },
    },
    async (request, reply) => {
      const calendar = await query(request, (context) => getBookingCalendar(context, request.params.id));
      return reply
        .type('text/calendar; charset=utf-8')
        .header('content-disposition', 'attachment; filename="mitoyen.ics"')
        .serializer((text: string) => text)
        .send(calendar);
    },
  );

  app.post(
    '/bookings/:id/open',
    {
      config: { action: 'booking.open_door' },
      schema: {
        operationId: 'openDoor',
        tags: ['doors'],
        summary: 'Open the door from the phone, from 15 minutes before to the end',
        params,
        body: Type.Object({ doorId: Type.Optional(Id) }),
        response: { 202: Type.Object({ commandId: Id }), ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => openDoor(context, request.params.id, request.body.doorId),
        (body) => ({ status: 202, body }),
      ),
  );

  app.get(
    '/commands/:id',
    {
      config: { action: 'command.read' },
      schema: {
        operationId: 'getCommand',
        tags: ['doors'],
        summary: 'What became of a command to a door',
        params,
        response: {
          200: Type.Object({
            id: Id,
            doorId: Id,
            outcome: Type.Enum(['pending', 'opened', 'done', 'refused', 'device_silent', 'expired']),
            reason: Nullable(Type.String()),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => getCommand(context, request.params.id)),
  );
}
