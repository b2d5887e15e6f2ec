import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import {
  createFeed,
  endFeed,
  getFeed,
  getHoursCalendar,
  listSiteFeeds,
} from '../../operations/interop/calendar-feeds.ts';
import { importHours } from '../../operations/interop/import-hours.ts';
import { getOsmHours } from '../../operations/interop/site-hours.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import { ScheduleChange } from '../schedule/schemas.ts';
import { AudienceCode, Empty, Id, Instant, LocalDate, Name, Nullable, refusals, Slug } from '../schemas.ts';

const params = Type.Object({ slug: Slug });
const OsmValue = {
  value: Type.String({ description: 'opening_hours of OpenStreetMap; empty: never open' }),
  fitsOsm: Type.Boolean({ description: 'Whether a tag of OpenStreetMap (255 characters) can hold it' }),
};

function sendCalendar(reply: FastifyReply, calendar: string, name: string) {
  return reply
    .type('text/calendar; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}.ics"`)
    .serializer((text: string) => text)
    .send(calendar);
}

/** Hours and calendars for other programs. */
export async function interopRoutes(app: Api) {
  app.get(
    '/sites/:slug/opening-hours',
    {
      config: { action: 'place.find' },
      schema: {
        operationId: 'getOsmHours',
        tags: ['places'],
        summary: 'The hours of a year in the syntax of OpenStreetMap, by audience and together',
        params,
        querystring: Type.Object({ space: Type.Optional(Id) }),
        response: {
          200: Type.Object({
            from: LocalDate,
            until: LocalDate,
            union: Type.Object(OsmValue),
            audiences: Type.Array(Type.Object({ audience: AudienceCode, name: Type.String(), ...OsmValue })),
          }),
          ...refusals,
        },
      },
    },
    async (request) =>
      query(request, (context) => getOsmHours(context, request.params.slug, request.query.space ?? null)),
  );

  app.get(
    '/sites/:slug/hours.ics',
    {
      config: { action: 'place.find' },
      schema: {
        operationId: 'getHoursCalendar',
        tags: ['places'],
        summary: 'The hours of the next three months as iCalendar',
        params,
        querystring: Type.Object({ space: Type.Optional(Id), audience: Type.Optional(AudienceCode) }),
        produces: ['text/calendar'],
        response: { 200: Type.String({ description: 'iCalendar (RFC 5545)' }), ...refusals },
      },
    },
    async (request, reply) => {
      const scope = { spaceId: request.query.space ?? null, audience: request.query.audience ?? null };
      const calendar = await query(request, (context) => getHoursCalendar(context, request.params.slug, scope));
      return sendCalendar(reply, calendar, request.params.slug);
    },
  );

  app.get(
    '/calendar-feeds/:token',
    {
      config: { action: 'place.find' },
      schema: {
        operationId: 'getCalendarFeed',
        tags: ['host'],
        summary: 'A calendar behind a secret address',
        params: Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) }),
        produces: ['text/calendar'],
        response: { 200: Type.String({ description: 'iCalendar (RFC 5545)' }), ...refusals },
      },
    },
    async (request, reply) => {
      const calendar = await query(request, (context) => getFeed(context, request.params.token));
      return sendCalendar(reply.header('cache-control', 'private, max-age=900'), calendar, 'mitoyen');
    },
  );

  app.get(
    '/host/sites/:slug/calendar-feeds',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'listCalendarFeeds',
        tags: ['host'],
        summary: "The secret calendars of the site's structure",
        params,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                id: Id,
                name: Type.String(),
                siteId: Nullable(Id),
                spaceId: Nullable(Id),
                audience: Nullable(AudienceCode),
                withBookings: Type.Boolean(),
                createdAt: Instant,
                lastFetchedAt: Nullable(Instant),
                isMine: Type.Boolean(),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => listSiteFeeds(context, request.params.slug)),
  );

  app.post(
    '/host/sites/:slug/calendar-feeds',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'createCalendarFeed',
        tags: ['host'],
        summary: 'Make a secret address for a calendar; it is shown once',
        params,
        body: Type.Object({
          name: Name,
          scope: Type.Enum(['space', 'site', 'structure']),
          spaceId: Nullable(Id),
          audience: Nullable(AudienceCode),
          withBookings: Type.Boolean({ description: 'With the bookings and the names of who comes' }),
        }),
        response: { 201: Type.Object({ id: Id, url: Type.String() }), ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => createFeed(context, request.params.slug, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.delete(
    '/host/calendar-feeds/:id',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'endCalendarFeed',
        tags: ['host'],
        summary: 'End a secret address',
        params: Type.Object({ id: Id }),
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => endFeed(context, request.params.id),
        () => ({ status: 204 }),
      ),
  );

  app.post(
    '/host/sites/:slug/schedule/import',
    {
      config: { action: 'schedule.change' },
      schema: {
        operationId: 'importHours',
        tags: ['schedule'],
        summary: 'The change that hours in the syntax of OpenStreetMap would be; nothing is written',
        params,
        body: Type.Object({
          audience: AudienceCode,
          value: Type.String({
            minLength: 1,
            maxLength: 4_000,
            examples: ['Mo-Fr 09:00-18:00; SH Mo-Fr 09:00-12:00; PH off'],
          }),
          spaceIds: Nullable(Type.Array(Id, { minItems: 1, maxItems: 200 })),
        }),
        response: {
          200: Type.Object({
            revision: Type.Integer(),
            change: ScheduleChange,
            warnings: Type.Array(Type.String()),
            hasUnknown: Type.Boolean({ description: 'Times by appointment were left out' }),
          }),
          ...refusals,
        },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => importHours(context, request.params.slug, request.body),
        (body) => ({ status: 200, body }),
      ),
  );
}
