import Type from 'typebox';
import { instantOf } from '../../operations/views.ts';
import { joinWaitlist } from '../../operations/waitlist/join-waitlist.ts';
import { listWaiting } from '../../operations/waitlist/list-waiting.ts';
import { withdrawWaiting } from '../../operations/waitlist/withdraw-waiting.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import { AudienceCode, Empty, Id, Instant, ResourceKind, refusals, SeatCount } from '../schemas.ts';
import { WaitlistEntry } from './schemas.ts';

export async function waitlistRoutes(app: Api) {
  app.post(
    '/waitlist',
    {
      config: { action: 'waitlist.join' },
      schema: {
        operationId: 'joinWaitlist',
        tags: ['waitlist'],
        summary: 'Be asked first if a taken time becomes free: of a resource, or of any of a kind at a site',
        body: Type.Object({
          resourceId: Type.Optional(Id),
          siteId: Type.Optional(Id),
          kind: Type.Optional(ResourceKind),
          startsAt: Instant,
          endsAt: Instant,
          audience: Type.Optional(AudienceCode),
          seats: Type.Optional(SeatCount),
        }),
        response: { 201: WaitlistEntry, ...refusals },
      },
    },
    async (request, reply) => {
      const { startsAt, endsAt, ...rest } = request.body;
      const wish = { ...rest, window: { from: instantOf(startsAt), until: instantOf(endsAt) } };
      return mutate(
        request,
        reply,
        (context) => joinWaitlist(context, wish),
        (body) => ({ status: 201, body }),
      );
    },
  );

  app.get(
    '/waitlist',
    {
      config: { action: 'waitlist.list' },
      schema: {
        operationId: 'listWaiting',
        tags: ['waitlist'],
        summary: 'What I wait for, and what is offered to me',
        response: { 200: Type.Object({ items: Type.Array(WaitlistEntry) }), ...refusals },
      },
    },
    async (request) => query(request, listWaiting),
  );

  app.delete(
    '/waitlist/:id',
    {
      config: { action: 'waitlist.withdraw' },
      schema: {
        operationId: 'withdrawWaiting',
        tags: ['waitlist'],
        summary: 'No longer wait; what is offered goes to the next',
        params: Type.Object({ id: Id }),
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => withdrawWaiting(context, request.params.id),
        () => ({ status: 204 }),
      ),
  );
}
