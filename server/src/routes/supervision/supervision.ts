import Type from 'typebox';
import {
  addChild,
  addMinor,
  decideConsent,
  listChildren,
  listSiteMinors,
  recordConsent,
} from '../../operations/supervision/minors.ts';
import { changeSupervision, listSupervision } from '../../operations/supervision/policies.ts';
import {
  cancelShift,
  checkReferent,
  listSiteReferents,
  nameReferent,
  planShift,
} from '../../operations/supervision/referents.ts';
import { countIn, countOut, getSession } from '../../operations/supervision/sessions.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import {
  AudienceCode,
  Empty,
  Id,
  Instant,
  LocalDate,
  LocalEndTime,
  LocalTime,
  Name,
  Nullable,
  refusals,
  Slug,
} from '../schemas.ts';

const params = Type.Object({ slug: Slug });
const done = () => ({ status: 204 });
const Policy = {
  withoutReferent: Type.Enum(['referent_first', 'anyone', 'not_needed'], {
    description: 'What the door does while no referent is there: opens for them first, for anyone, or does not ask',
  }),
  graceMinutes: Type.Integer({ minimum: 0, maximum: 120 }),
  ratios: Type.Enum(['none', 'fr-accueil-de-loisirs'], { description: 'Which number of adults for minors is kept' }),
  needsGuardianConsent: Type.Boolean(),
};
const Policies = Type.Object({
  items: Type.Array(
    Type.Object({ audience: AudienceCode, ...Policy, isOwn: Type.Boolean({ description: "The site's own" }) }),
  ),
});
const ConsentKind = Type.Enum(['attendance', 'leave_alone', 'image']);
const Consents = Type.Array(
  Type.Object({
    kind: ConsentKind,
    givenBy: Type.Enum(['online', 'paper', 'in_person']),
    givenAt: Instant,
    validUntil: Nullable(LocalDate),
    recordedBy: Type.String(),
  }),
);
const Minor = { firstName: Name, birthDate: LocalDate, audience: Nullable(AudienceCode) };
const Age = Type.Integer({ minimum: 0, maximum: 120 });
const AttendanceKind = Type.Enum(['minor', 'adult', 'supervisor']);

/** Supervised hours: policies, referents, head counts, minors and their guardians. */
export async function supervisionRoutes(app: Api) {
  app.get(
    '/manager/supervision',
    {
      config: { action: 'supervision.manage' },
      schema: {
        operationId: 'listNetworkSupervision',
        tags: ['supervision'],
        summary: 'What the network asks of the hours of each audience',
        response: { 200: Policies, ...refusals },
      },
    },
    async (request) => query(request, (context) => listSupervision(context, null)),
  );

  app.put(
    '/manager/supervision/:audience',
    {
      config: { action: 'supervision.manage' },
      schema: {
        operationId: 'changeNetworkSupervision',
        tags: ['supervision'],
        summary: 'Set what the network asks of the hours of an audience',
        params: Type.Object({ audience: AudienceCode }),
        body: Type.Object(Policy),
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => changeSupervision(context, null, request.params.audience, request.body),
        done,
      ),
  );

  app.get(
    '/host/sites/:slug/supervision',
    {
      config: { action: 'site.observe' },
      schema: {
        operationId: 'listSiteSupervision',
        tags: ['supervision'],
        summary: 'What is asked of the hours of each audience at a site',
        params,
        response: { 200: Policies, ...refusals },
      },
    },
    async (request) => query(request, (context) => listSupervision(context, request.params.slug)),
  );

  app.put(
    '/host/sites/:slug/supervision/:audience',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'changeSiteSupervision',
        tags: ['supervision'],
        summary: 'Set what a site asks of the hours of an audience; null: as the network has it',
        params: Type.Object({ slug: Slug, audience: AudienceCode }),
        body: Type.Object({ policy: Nullable(Type.Object(Policy)) }),
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, audience } = request.params;
      return mutate(request, reply, (context) => changeSupervision(context, slug, audience, request.body.policy), done);
    },
  );

  app.get(
    '/host/sites/:slug/referents',
    {
      config: { action: 'site.observe' },
      schema: {
        operationId: 'listReferents',
        tags: ['supervision'],
        summary: 'Who may be the referent of a site, when each is expected, and who is there',
        params,
        response: {
          200: Type.Object({
            timeZone: Type.String(),
            items: Type.Array(
              Type.Object({ memberId: Id, displayName: Type.String(), presentSince: Nullable(Instant) }),
            ),
            shifts: Type.Array(
              Type.Object({
                id: Id,
                memberId: Id,
                displayName: Type.String(),
                spaceId: Nullable(Id),
                startsAt: Instant,
                endsAt: Instant,
              }),
            ),
            presences: Type.Array(
              Type.Object({
                memberId: Id,
                displayName: Type.String(),
                arrivedAt: Instant,
                leftAt: Nullable(Instant),
                notedBy: Type.Enum(['badge', 'check_in']),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => listSiteReferents(context, request.params.slug)),
  );

  const referent = Type.Object({ slug: Slug, memberId: Id });
  app.put(
    '/host/sites/:slug/referents/:memberId',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'nameReferent',
        tags: ['supervision'],
        summary: 'Name a member as a referent of the site',
        params: referent,
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, memberId } = request.params;
      return mutate(request, reply, (context) => nameReferent(context, slug, memberId, true), done);
    },
  );

  app.delete(
    '/host/sites/:slug/referents/:memberId',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'removeReferent',
        tags: ['supervision'],
        summary: 'A member is no longer a referent of the site',
        params: referent,
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, memberId } = request.params;
      return mutate(request, reply, (context) => nameReferent(context, slug, memberId, false), done);
    },
  );

  app.post(
    '/host/sites/:slug/referents/:memberId/presence',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'checkReferent',
        tags: ['supervision'],
        summary: 'A referent is there, or leaves; the doors follow',
        params: referent,
        body: Type.Object({ what: Type.Enum(['arrive', 'leave']) }),
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, memberId } = request.params;
      return mutate(request, reply, (context) => checkReferent(context, slug, memberId, request.body.what), done);
    },
  );

  app.post(
    '/host/sites/:slug/referent-shifts',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'planShift',
        tags: ['supervision'],
        summary: 'Plan when a referent is there, once or every week',
        params,
        body: Type.Object({
          memberId: Id,
          spaceId: Nullable(Id),
          date: LocalDate,
          startsAt: LocalTime,
          endsAt: LocalEndTime,
          repeatUntil: Nullable(LocalDate),
        }),
        response: { 201: Type.Object({ ids: Type.Array(Id) }), ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => planShift(context, request.params.slug, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.delete(
    '/host/sites/:slug/referent-shifts/:id',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'cancelShift',
        tags: ['supervision'],
        summary: 'A referent is not expected after all',
        params: Type.Object({ slug: Slug, id: Id }),
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(request, reply, (context) => cancelShift(context, request.params.slug, request.params.id), done),
  );

  app.get(
    '/host/sites/:slug/session',
    {
      config: { action: 'site.observe' },
      schema: {
        operationId: 'getSession',
        tags: ['supervision'],
        summary: 'The supervised hours of today: who is expected, who is there, how many more may come',
        params,
        response: {
          200: Type.Object({
            date: LocalDate,
            timeZone: Type.String(),
            now: Instant,
            buildingCapacity: Nullable(Type.Integer()),
            presentInBuilding: Type.Integer(),
            referentsPresent: Type.Array(
              Type.Object({
                memberId: Id,
                displayName: Type.String(),
                arrivedAt: Instant,
                notedBy: Type.Enum(['badge', 'check_in']),
              }),
            ),
            spaces: Type.Array(
              Type.Object({
                id: Id,
                name: Type.String(),
                capacity: Type.Integer(),
                audience: Nullable(AudienceCode),
                isSupervised: Type.Boolean({ description: 'The hours that run are supervised' }),
                hours: Type.Array(Type.Object({ from: Instant, until: Instant, audience: AudienceCode })),
                minors: Type.Integer(),
                supervisors: Type.Integer(),
                supervisorsNeeded: Type.Integer(),
                present: Type.Integer(),
                attendances: Type.Array(
                  Type.Object({
                    id: Id,
                    kind: AttendanceKind,
                    memberId: Nullable(Id),
                    displayName: Nullable(Type.String()),
                    age: Nullable(Age),
                    arrivedAt: Instant,
                    leftAt: Nullable(Instant),
                  }),
                ),
                expected: Type.Array(
                  Type.Object({
                    bookingId: Id,
                    memberId: Id,
                    displayName: Type.String(),
                    age: Nullable(Type.Integer({ minimum: 0, description: 'Of whom a date of birth is known.' })),
                    startsAt: Instant,
                    endsAt: Instant,
                    needsConsent: Type.Boolean({
                      description: 'Minors of these hours come with the agreement of a guardian.',
                    }),
                    hasConsent: Type.Boolean(),
                  }),
                ),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => getSession(context, request.params.slug)),
  );

  app.post(
    '/host/sites/:slug/session/attendances',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'countIn',
        tags: ['supervision'],
        summary: 'Count somebody in',
        params,
        body: Type.Object({
          spaceId: Id,
          kind: AttendanceKind,
          memberId: Nullable(Id),
          age: Nullable(Type.Integer({ minimum: 0, maximum: 17 })),
          bookingId: Nullable(Id),
        }),
        response: { 201: Type.Object({ id: Id }), ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => countIn(context, request.params.slug, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.post(
    '/host/sites/:slug/session/attendances/:id/end',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'countOut',
        tags: ['supervision'],
        summary: 'Count somebody out',
        params: Type.Object({ slug: Slug, id: Id }),
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(request, reply, (context) => countOut(context, request.params.slug, request.params.id), done),
  );

  app.get(
    '/host/sites/:slug/minors',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'listMinors',
        tags: ['supervision'],
        summary: "The minors of the site's structure, their guardians and what they agreed to",
        params,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                memberId: Id,
                firstName: Type.String(),
                age: Nullable(Age),
                guardian: Type.Object({
                  name: Type.String(),
                  hasAccount: Type.Boolean(),
                  contact: Nullable(Type.String()),
                }),
                consents: Consents,
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => listSiteMinors(context, request.params.slug)),
  );

  app.post(
    '/host/sites/:slug/minors',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'addMinor',
        tags: ['supervision'],
        summary: 'Add a minor whose guardian has no account',
        params,
        body: Type.Object({
          ...Minor,
          guardianName: Name,
          guardianContact: Nullable(Type.String({ minLength: 3, maxLength: 200 })),
        }),
        response: { 201: Type.Object({ memberId: Id }), ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => addMinor(context, request.params.slug, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.put(
    '/host/sites/:slug/minors/:memberId/consents/:kind',
    {
      config: { action: 'site.operate' },
      schema: {
        operationId: 'recordConsent',
        tags: ['supervision'],
        summary: 'Note what a guardian agreed to, or withdrew',
        params: Type.Object({ slug: Slug, memberId: Id, kind: ConsentKind }),
        body: Type.Object({
          isGiven: Type.Boolean(),
          givenBy: Type.Enum(['paper', 'in_person']),
          validUntil: Nullable(LocalDate),
        }),
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, memberId, kind } = request.params;
      return mutate(request, reply, (context) => recordConsent(context, slug, memberId, kind, request.body), done);
    },
  );

  app.get(
    '/me/children',
    {
      config: { action: 'profile.read' },
      schema: {
        operationId: 'listChildren',
        tags: ['accounts'],
        summary: 'The minors whom I answer for',
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                memberId: Id,
                firstName: Type.String(),
                age: Nullable(Age),
                audience: AudienceCode,
                consents: Consents,
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, listChildren),
  );

  app.post(
    '/me/children',
    {
      config: { action: 'profile.update' },
      schema: {
        operationId: 'addChild',
        tags: ['accounts'],
        summary: 'Add a child: a first name and a date of birth',
        body: Type.Object(Minor),
        response: { 201: Type.Object({ memberId: Id }), ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => addChild(context, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.put(
    '/me/children/:memberId/consents/:kind',
    {
      config: { action: 'child.manage' },
      schema: {
        operationId: 'decideConsent',
        tags: ['accounts'],
        summary: 'Agree for a child, or withdraw it',
        params: Type.Object({ memberId: Id, kind: ConsentKind }),
        body: Type.Object({ isGiven: Type.Boolean() }),
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { memberId, kind } = request.params;
      return mutate(request, reply, (context) => decideConsent(context, memberId, kind, request.body.isGiven), done);
    },
  );
}
