import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Context } from '../../context.ts';
import { bookSeries } from '../../operations/series/book-series.ts';
import { cancelSeries, editSeries, previewSeriesEdit } from '../../operations/series/edit-series.ts';
import { getSeries, getSeriesCalendar } from '../../operations/series/get-series.ts';
import { previewSeries } from '../../operations/series/preview-series.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import { ok, type ProblemCode, RefusalError, type Result } from '../../problems.ts';
import type { Api } from '../routes.ts';
import { Id, LocalDate, refusals } from '../schemas.ts';
import {
  Decisions,
  SeriesEditRequest,
  SeriesPreview,
  type SeriesPreviewBody,
  SeriesRequest,
  SeriesView,
} from './schemas.ts';

const params = Type.Object({ id: Id });

/** What the database refuses when two are faster than each other's look at the calendar. */
const RACES: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'booking.conflict',
  'booking.space_in_other_use',
  'booking.site_in_other_use',
  'booking.too_few_seats',
  'booking.building_full',
]);

/** Says of a series which of its occurrences cannot be had, with other times: read after the refused transaction is gone. */
async function withConflicts(
  request: FastifyRequest,
  attempt: Promise<FastifyReply>,
  preview: (context: Context) => Promise<Result<SeriesPreviewBody>>,
): Promise<FastifyReply> {
  try {
    return await attempt;
  } catch (error) {
    if (!(error instanceof RefusalError) || !(error.code === 'series.conflicts' || RACES.has(error.code))) throw error;
    const occurrences = await query(request, async (context) => {
      const seen = await preview(context);
      return seen.ok ? ok(seen.value.occurrences.filter(({ state }) => state !== 'free')) : seen;
    });
    throw new RefusalError('series.conflicts', { occurrences });
  }
}

export async function seriesRoutes(app: Api) {
  app.post(
    '/booking-series/preview',
    {
      config: { action: 'series.create' },
      schema: {
        operationId: 'previewSeries',
        tags: ['series'],
        summary: 'What every occurrence of a recurring booking would be and cost; nothing is kept',
        body: Type.Object({ ...SeriesRequest.properties, decisions: Type.Optional(Decisions) }),
        response: { 200: SeriesPreview, ...refusals },
      },
    },
    async (request, reply) => {
      const { decisions, ...input } = request.body;
      return mutate(
        request,
        reply,
        (context) => previewSeries(context, input, decisions),
        (body) => ({ status: 200, body }),
      );
    },
  );

  app.post(
    '/booking-series',
    {
      config: { action: 'series.create' },
      schema: {
        operationId: 'bookSeries',
        tags: ['series'],
        summary: 'Book every occurrence of a recurring booking, or none',
        body: Type.Object({ ...SeriesRequest.properties, decisions: Type.Optional(Decisions) }),
        response: { 201: SeriesView, ...refusals },
      },
    },
    async (request, reply) => {
      const { decisions = [], ...input } = request.body;
      return withConflicts(
        request,
        mutate(
          request,
          reply,
          (context) => bookSeries(context, input, decisions),
          (body) => ({ status: 201, body }),
        ),
        (context) => previewSeries(context, input, decisions),
      );
    },
  );

  app.get(
    '/booking-series/:id',
    {
      config: { action: 'series.read' },
      schema: {
        operationId: 'getSeries',
        tags: ['series'],
        summary: 'A recurring booking with its occurrences',
        params,
        response: { 200: SeriesView, ...refusals },
      },
    },
    async (request) => query(request, (context) => getSeries(context, request.params.id)),
  );

  app.get(
    '/booking-series/:id/calendar.ics',
    {
      config: { action: 'series.read' },
      schema: {
        operationId: 'getSeriesCalendar',
        tags: ['series'],
        summary: 'The recurring booking as an iCalendar file',
        params,
        produces: ['text/calendar'],
        response: { 200: Type.String({ description: 'iCalendar (RFC 5545)' }), ...refusals },
      },
    },
    async (request, reply) => {
      const calendar = await query(request, (context) => getSeriesCalendar(context, request.params.id));
      return reply
        .type('text/calendar; charset=utf-8')
        .header('content-disposition', 'attachment; filename="mitoyen.ics"')
        .serializer((text: string) => text)
        .send(calendar);
    },
  );

  app.post(
    '/booking-series/:id/preview',
    {
      config: { action: 'series.change' },
      schema: {
        operationId: 'previewSeriesEdit',
        tags: ['series'],
        summary: 'What an edit would make of every occurrence that it reaches; nothing is changed',
        params,
        body: Type.Object({ ...SeriesEditRequest.properties, decisions: Type.Optional(Decisions) }),
        response: { 200: SeriesPreview, ...refusals },
      },
    },
    async (request, reply) => {
      const { decisions, ...input } = request.body;
      return mutate(
        request,
        reply,
        (context) => previewSeriesEdit(context, request.params.id, input, decisions),
        (body) => ({ status: 200, body }),
      );
    },
  );

  app.patch(
    '/booking-series/:id',
    {
      config: { action: 'series.change' },
      schema: {
        operationId: 'editSeries',
        tags: ['series'],
        summary: 'Move one occurrence, it and those that follow, or all to come',
        params,
        body: Type.Object({
          ...SeriesEditRequest.properties,
          decisions: Type.Optional(Decisions),
          revision: Type.Optional(Type.Integer({ minimum: 0, description: 'Refused if the series has changed since' })),
        }),
        response: { 200: SeriesView, ...refusals },
      },
    },
    async (request, reply) => {
      const { decisions = [], ...input } = request.body;
      const { id } = request.params;
      return withConflicts(
        request,
        mutate(
          request,
          reply,
          (context) => editSeries(context, id, input, decisions),
          (body) => ({ status: 200, body }),
        ),
        (context) => previewSeriesEdit(context, id, input, decisions),
      );
    },
  );

  app.delete(
    '/booking-series/:id',
    {
      config: { action: 'series.change' },
      schema: {
        operationId: 'cancelSeries',
        tags: ['series'],
        summary: 'Give back one occurrence, it and those that follow, or all to come',
        params,
        querystring: Type.Object({
          scope: Type.Enum(['one', 'following', 'all']),
          date: Type.Optional(LocalDate),
        }),
        response: { 200: SeriesView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => cancelSeries(context, request.params.id, request.query),
        (body) => ({ status: 200, body }),
      ),
  );
}
