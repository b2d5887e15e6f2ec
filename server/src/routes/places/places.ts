import Type from 'typebox';
import { findCommunes } from '../../operations/places/find-communes.ts';
import { getSite } from '../../operations/places/get-site.ts';
import { getSiteDay } from '../../operations/places/get-site-day.ts';
import { listAudiences } from '../../operations/places/list-audiences.ts';
import { quoteBooking } from '../../operations/places/quote-booking.ts';
import { searchSites } from '../../operations/places/search-sites.ts';
import { instantOf } from '../../operations/views.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import {
  AudienceCode,
  Id,
  Instant,
  LocalDate,
  LocalEndTime,
  LocalTime,
  Money,
  Nullable,
  Page,
  PageQuery,
  QuoteView,
  ResourceKind,
  refusals,
  SeatCount,
  Slug,
  TimeWindow,
} from '../schemas.ts';

const Latitude = Type.Number({ minimum: -90, maximum: 90 });
const Longitude = Type.Number({ minimum: -180, maximum: 180 });

export async function placeRoutes(app: Api) {
  app.get(
    '/audiences',
    {
      config: { action: 'place.find' },
      schema: {
        operationId: 'listAudiences',
        tags: ['places'],
        summary: 'The publics that the network serves',
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                code: AudienceCode,
                name: Type.String(),
                letter: Type.String({ description: 'Marks the audience where colour alone would' }),
                audienceClass: Type.String({ description: 'Audiences of one class may meet in one space' }),
                color: Type.String(),
                pattern: Type.Enum(['plain', 'diagonal', 'dots', 'cross', 'waves', 'grid']),
                isStaff: Type.Boolean(),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, listAudiences),
  );

  app.get(
    '/communes',
    {
      config: { action: 'place.find' },
      schema: {
        operationId: 'findCommunes',
        tags: ['places'],
        summary: 'Communes that have a place',
        querystring: Type.Object({ q: Type.Optional(Type.String({ maxLength: 100 })) }),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                name: Type.String(),
                inseeCode: Type.String(),
                departement: Type.String(),
                latitude: Latitude,
                longitude: Longitude,
                siteCount: Type.Integer(),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => findCommunes(context, request.query.q ?? '')),
  );

  app.get(
    '/sites',
    {
      config: { action: 'place.find' },
      schema: {
        operationId: 'searchSites',
        tags: ['places'],
        summary: 'Find places with something free',
        querystring: Type.Object({
          q: Type.Optional(Type.String({ maxLength: 100, description: 'Part of a name, commune or postal code' })),
          commune: Type.Optional(Type.String({ pattern: '^[0-9AB]{5}$', description: 'INSEE code' })),
          lat: Type.Optional(Latitude),
          lon: Type.Optional(Longitude),
          withinKm: Type.Optional(Type.Number({ minimum: 1, maximum: 500 })),
          date: Type.Optional(LocalDate),
          from: Type.Optional(LocalTime),
          until: Type.Optional(LocalEndTime),
          kind: Type.Optional(ResourceKind),
          audience: Type.Optional(AudienceCode),
          ...PageQuery,
        }),
        response: {
          200: Type.Object({
            date: LocalDate,
            audience: AudienceCode,
            items: Type.Array(
              Type.Object({
                id: Id,
                slug: Type.String(),
                name: Type.String(),
                structureName: Type.String(),
                labels: Type.Array(Type.String()),
                programmes: Type.Array(Type.String()),
                commune: Type.String(),
                departement: Type.String(),
                postalCode: Type.String(),
                latitude: Latitude,
                longitude: Longitude,
                timeZone: Type.String(),
                distanceKm: Nullable(Type.Number()),
                freeCount: Type.Integer({
                  description: 'Resources free at some time of the date, or during from-until',
                }),
                totalCount: Type.Integer(),
                fromPrice: Nullable(Money),
                openOnDate: Type.Array(TimeWindow),
                isDemo: Type.Boolean(),
              }),
            ),
            ...Page,
          }),
          ...refusals,
        },
      },
    },
    async (request) =>
      query(request, (context) => searchSites(context, { ...request.query, page: request.query.page ?? 1 })),
  );

  const Tariff = Type.Object({
    currency: Type.String(),
    hourMinor: Nullable(Type.Integer()),
    halfDayMinor: Nullable(Type.Integer()),
    dayMinor: Nullable(Type.Integer()),
  });

  app.get(
    '/sites/:slug',
    {
      config: { action: 'place.find' },
      schema: {
        operationId: 'getSite',
        tags: ['places'],
        summary: 'A place: spaces, resources, week of hours',
        params: Type.Object({ slug: Slug }),
        querystring: Type.Object({
          week: Type.Optional(
            Type.String({
              format: 'date',
              pattern: '^(19|20|21)[0-9]{2}-',
              description: 'The hours of the week of this date; without it, of the one that runs',
            }),
          ),
        }),
        response: {
          200: Type.Object({
            id: Id,
            slug: Type.String(),
            name: Type.String(),
            description: Nullable(Type.String()),
            addressLine: Nullable(Type.String()),
            postalCode: Type.String(),
            commune: Type.String(),
            departement: Type.String(),
            latitude: Latitude,
            longitude: Longitude,
            timeZone: Type.String(),
            programmes: Type.Array(Type.String()),
            isDemo: Type.Boolean(),
            structure: Type.Object({ id: Id, name: Type.String(), labels: Type.Array(Type.String()) }),
            spaces: Type.Array(
              Type.Object({
                id: Id,
                name: Type.String(),
                kind: Type.Enum(['room', 'open_area']),
                capacity: Type.Integer(),
                resources: Type.Array(
                  Type.Object({
                    id: Id,
                    name: Type.String(),
                    kind: ResourceKind,
                    capacity: Type.Integer(),
                    tariff: Nullable(Tariff),
                  }),
                ),
              }),
            ),
            week: Type.Array(
              Type.Object({
                date: LocalDate,
                weekday: Type.Integer({ minimum: 1, maximum: 7 }),
                startsAt: LocalTime,
                endsAt: LocalEndTime,
                audience: AudienceCode,
                spaceId: Nullable(Id),
                spaceName: Nullable(Type.String()),
              }),
            ),
            handovers: Type.Array(
              Type.Object({
                date: LocalDate,
                weekday: Type.Integer({ minimum: 1, maximum: 7 }),
                startsAt: LocalTime,
                endsAt: LocalEndTime,
                arriving: AudienceCode,
                spaceId: Nullable(Id),
                spaceName: Nullable(Type.String()),
              }),
              { description: 'Between two publics: nobody but staff' },
            ),
            days: Type.Array(
              Type.Object({
                date: LocalDate,
                holiday: Nullable(Type.String()),
                schoolHoliday: Nullable(Type.String()),
              }),
              { description: 'The seven days of the week, Monday first, as the calendars name them' },
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => getSite(context, request.params.slug, request.query.week ?? null)),
  );

  app.get(
    '/sites/:slug/days/:date',
    {
      config: { action: 'place.find' },
      schema: {
        operationId: 'getSiteDay',
        tags: ['places'],
        summary: 'One local day of a place: resources against time',
        params: Type.Object({ slug: Slug, date: LocalDate }),
        querystring: Type.Object({
          audience: Type.Optional(AudienceCode),
          kind: Type.Optional(ResourceKind),
          seats: Type.Optional(SeatCount),
        }),
        response: {
          200: Type.Object({
            date: LocalDate,
            timeZone: Type.String(),
            dayFrom: Instant,
            dayUntil: Instant,
            now: Instant,
            audience: AudienceCode,
            closures: Type.Array(
              Type.Object({ from: Instant, until: Instant, spaceId: Nullable(Id), reason: Nullable(Type.String()) }),
            ),
            resources: Type.Array(
              Type.Object({
                id: Id,
                name: Type.String(),
                kind: ResourceKind,
                capacity: Type.Integer(),
                spaceId: Id,
                spaceName: Type.String(),
                open: Type.Array(TimeWindow),
                free: Type.Array(TimeWindow, { description: 'Any window inside can be booked' }),
                busy: Type.Array(TimeWindow),
                otherUse: Type.Array(TimeWindow, { description: 'Another class of audiences is booked in the space' }),
                seatsLeft: Nullable(
                  Type.Array(Type.Object({ from: Instant, until: Instant, left: Type.Integer({ minimum: 0 }) }), {
                    description: 'Of a resource that is booked by seats: how many more people could come, and when',
                  }),
                ),
                handovers: Type.Array(TimeWindow, { description: 'Between two publics: nobody but staff' }),
                otherAudiences: Type.Array(
                  Type.Object({ from: Instant, until: Instant, audience: AudienceCode, mayMeet: Type.Boolean() }),
                ),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => getSiteDay(context, { ...request.params, ...request.query })),
  );

  app.post(
    '/quotes',
    {
      config: { action: 'booking.quote' },
      schema: {
        operationId: 'quoteBooking',
        tags: ['bookings'],
        summary: 'What a time would cost',
        body: Type.Object({ resourceId: Id, startsAt: Instant, endsAt: Instant }),
        response: { 200: QuoteView, ...refusals },
      },
    },
    async (request, reply) => {
      const { resourceId, startsAt, endsAt } = request.body;
      const input = { resourceId, startsAt: instantOf(startsAt), endsAt: instantOf(endsAt) };
      return mutate(
        request,
        reply,
        (context) => quoteBooking(context, input),
        (body) => ({ status: 200, body }),
      );
    },
  );
}
