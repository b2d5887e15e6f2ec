import Type from 'typebox';
import { listBadges, registerBadge, revokeBadge, searchMembers } from '../../operations/host/badges.ts';
import { listSiteClosures } from '../../operations/host/closures.ts';
import { getHostDay } from '../../operations/host/get-host-day.ts';
import { listHostSites } from '../../operations/host/list-host-sites.ts';
import { loadSite } from '../../operations/host/load-site.ts';
import { unlockDoor } from '../../operations/host/unlock-door.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import { AudienceCode, BookingView, Id, Instant, LocalDate, Nullable, refusals, Slug, TimeWindow } from '../schemas.ts';
import { WaitlistEntry } from '../waitlist/schemas.ts';

const params = Type.Object({ slug: Slug });
const ClosureView = Type.Object({
  id: Id,
  from: Instant,
  until: Instant,
  spaceId: Nullable(Id),
  reason: Nullable(Type.String()),
});

export async function hostRoutes(app: Api) {
  app.get(
    '/host/sites',
    {
      config: { action: 'site.list' },
      schema: {
        operationId: 'listHostSites',
        tags: ['host'],
        summary: 'The sites that I work for',
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                id: Id,
                slug: Type.String(),
                name: Type.String(),
                commune: Type.String(),
                structureName: Type.String(),
                bridge: Nullable(
                  Type.Object({ status: Type.Enum(['online', 'offline']), lastSeenAt: Nullable(Instant) }),
                ),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, listHostSites),
  );

  app.get(
    '/host/sites/:slug/day',
    {
      config: { action: 'site.observe' },
      schema: {
        operationId: 'getHostDay',
        tags: ['host'],
        summary: "A site's day: who comes, who has which space, doors and sensors, what happened",
        params,
        querystring: Type.Object({ date: Type.Optional(LocalDate) }),
        response: {
          200: Type.Object({
            date: LocalDate,
            timeZone: Type.String(),
            dayFrom: Instant,
            dayUntil: Instant,
            now: Instant,
            site: Type.Object({ id: Id, slug: Type.String(), name: Type.String(), commune: Type.String() }),
            bookings: Type.Array(
              Type.Intersect([
                BookingView,
                Type.Object({
                  member: Type.Object({ id: Id, displayName: Type.String() }),
                  partner: Type.Union([Type.Object({ id: Id, name: Type.String() }), Type.Null()], {
                    description: 'The structure whose public they are, in hours shared or agreed with it',
                  }),
                  checkedInAt: Nullable(Instant),
                }),
              ]),
            ),
            waiting: Type.Array(Type.Intersect([WaitlistEntry, Type.Object({ memberName: Type.String() })]), {
              description: 'Who would take a time of the day if it became free, in the order in which they are asked',
            }),
            spaces: Type.Array(
              Type.Object({
                id: Id,
                name: Type.String(),
                kind: Type.Enum(['room', 'open_area']),
                capacity: Type.Integer(),
                openings: Type.Array(Type.Object({ from: Instant, until: Instant, audience: AudienceCode })),
                handovers: Type.Array(TimeWindow),
                heldBy: Nullable(AudienceCode),
                bookedNow: Type.Integer(),
                arrivedNow: Type.Integer(),
              }),
            ),
            closures: Type.Array(ClosureView),
            peopleNow: Nullable(
              Type.Number({ description: 'Counted by sensors; null where none has reported lately' }),
            ),
            bridge: Nullable(
              Type.Object({
                id: Id,
                status: Type.Enum(['online', 'offline']),
                lastSeenAt: Nullable(Instant),
                clockTrust: Nullable(Type.String()),
                softwareVersion: Nullable(Type.String()),
              }),
            ),
            doors: Type.Array(
              Type.Object({ id: Id, name: Type.String(), isEntrance: Type.Boolean(), spaceIds: Type.Array(Id) }),
            ),
            devices: Type.Array(
              Type.Object({
                id: Id,
                name: Type.String(),
                kind: Type.Enum(['reader', 'lock', 'contact', 'motion', 'counter', 'relay', 'sensor']),
                doorId: Nullable(Id),
                spaceId: Nullable(Id),
                state: Type.Record(Type.String(), Type.Unknown()),
                batteryPercent: Nullable(Type.Integer()),
                isOnline: Nullable(Type.Boolean()),
                lastSeenAt: Nullable(Instant),
              }),
            ),
            events: Type.Array(
              Type.Object({
                id: Type.String(),
                kind: Type.String(),
                granted: Nullable(Type.Boolean()),
                reason: Nullable(Type.String()),
                credentialKind: Nullable(Type.String()),
                doorName: Nullable(Type.String()),
                memberName: Nullable(Type.String()),
                bookingId: Nullable(Id),
                occurredAt: Instant,
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => getHostDay(context, request.params.slug, request.query.date)),
  );

  app.get(
    '/host/sites/:slug/live',
    {
      config: { action: 'site.observe' },
      schema: {
        operationId: 'watchSite',
        tags: ['host'],
        summary: 'What happens at the site, as server-sent events',
        description:
          'Each event `change` has the data `{ "kind": "access" | "booking" | "device" | "bridge" | "schedule", … }`.',
        params,
        produces: ['text/event-stream'],
        response: { 200: Type.String(), ...refusals },
      },
    },
    async (request, reply) => {
      const site = await query(request, (context) => loadSite(context, request.params.slug, 'site.observe'));
      reply.hijack();
      app.live.stream(request.raw, reply.raw, site.id);
    },
  );

  app.get(
    '/host/sites/:slug/closures',
    {
      config: { action: 'site.observe' },
      schema: {
        operationId: 'listClosures',
        tags: ['schedule'],
        summary: 'Closures to come',
        params,
        response: { 200: Type.Object({ items: Type.Array(ClosureView) }), ...refusals },
      },
    },
    async (request) => query(request, (context) => listSiteClosures(context, request.params.slug)),
  );

  app.post(
    '/host/sites/:slug/doors/:id/unlock',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'unlockDoor',
        tags: ['doors'],
        summary: 'Open a door from the host’s page',
        params: Type.Object({ slug: Slug, id: Id }),
        response: { 202: Type.Object({ commandId: Id }), ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => unlockDoor(context, request.params.slug, request.params.id),
        (body) => ({ status: 202, body }),
      ),
  );

  app.get(
    '/host/members',
    {
      config: { action: 'member.search' },
      schema: {
        operationId: 'searchMembers',
        tags: ['host'],
        summary: 'Find a member by name or address',
        querystring: Type.Object({ q: Type.String({ minLength: 2, maxLength: 100 }) }),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                id: Id,
                displayName: Type.String(),
                email: Nullable(Type.String()),
                audience: AudienceCode,
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => searchMembers(context, request.query.q)),
  );

  app.get(
    '/host/sites/:slug/badges',
    {
      config: { action: 'badge.manage' },
      schema: {
        operationId: 'listBadges',
        tags: ['badges'],
        summary: 'Badges in the network, latest first',
        params,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                id: Id,
                label: Type.String(),
                uidEnding: Type.String(),
                member: Type.Object({ id: Id, displayName: Type.String() }),
                isStaff: Type.Boolean(),
                createdAt: Instant,
                revokedAt: Nullable(Instant),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => listBadges(context, request.params.slug)),
  );

  app.post(
    '/host/sites/:slug/badges',
    {
      config: { action: 'badge.manage' },
      schema: {
        operationId: 'registerBadge',
        tags: ['badges'],
        summary: 'Give a badge to a member',
        params,
        body: Type.Object({
          memberId: Id,
          uid: Type.String({ minLength: 1, maxLength: 40, examples: ['04:A2:9F:1C'] }),
          label: Type.Optional(Type.String({ maxLength: 100 })),
          isStaff: Type.Optional(Type.Boolean()),
        }),
        response: { 201: Type.Object({ id: Id, uidEnding: Type.String() }), ...refusals },
      },
    },
    async (request, reply) => {
      const { memberId, uid, label = '', isStaff = false } = request.body;
      return mutate(
        request,
        reply,
        (context) => registerBadge(context, request.params.slug, { memberId, uid, label, isStaff }),
        (body) => ({ status: 201, body }),
      );
    },
  );

  app.post(
    '/host/sites/:slug/badges/:id/revoke',
    {
      config: { action: 'badge.manage' },
      schema: {
        operationId: 'revokeBadge',
        tags: ['badges'],
        summary: 'Take a badge out of use',
        params: Type.Object({ slug: Slug, id: Id }),
        response: { 200: Type.Object({ id: Id, revokedAt: Instant }), ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => revokeBadge(context, request.params.slug, request.params.id),
        (body) => ({ status: 200, body }),
      ),
  );
}
