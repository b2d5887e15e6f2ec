import Type from 'typebox';
import { listDemoBadges } from '../../operations/demo/list-badges.ts';
import { getOutboxMail, listOutbox } from '../../operations/demo/outbox.ts';
import { query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import { Id, Instant, Nullable, refusals } from '../schemas.ts';

/** Only in a demo: the mails it would have sent, and the doors of its simulated sites. */
export async function demoRoutes(app: Api) {
  app.get(
    '/demo/outbox',
    {
      config: { action: 'demo.play' },
      schema: {
        operationId: 'listOutbox',
        tags: ['demo'],
        summary: 'The mails that the demo would have sent',
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                id: Id,
                recipient: Type.String(),
                subject: Type.String(),
                createdAt: Instant,
                sentAt: Nullable(Instant),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, listOutbox),
  );

  app.get(
    '/demo/outbox/:id',
    {
      config: { action: 'demo.play' },
      schema: {
        operationId: 'getOutboxMail',
        tags: ['demo'],
        summary: 'One of them',
        params: Type.Object({ id: Id }),
        response: {
          200: Type.Object({
            id: Id,
            recipient: Type.String(),
            subject: Type.String(),
            text: Type.String(),
            html: Type.String(),
            calendar: Nullable(Type.String()),
            createdAt: Instant,
            sentAt: Nullable(Instant),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, (context) => getOutboxMail(context, request.params.id)),
  );

  app.get(
    '/demo/badges',
    {
      config: { action: 'demo.play' },
      schema: {
        operationId: 'listDemoBadges',
        tags: ['demo'],
        summary: 'Badges to hold against a virtual door',
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                uid: Type.String(),
                holder: Type.String(),
                isStaff: Type.Boolean(),
                isRevoked: Type.Boolean(),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, listDemoBadges),
  );

  const VirtualSite = Type.Object({
    siteId: Id,
    siteSlug: Type.String(),
    people: Type.Number(),
    motion: Type.Boolean(),
    doors: Type.Array(
      Type.Object({
        id: Id,
        name: Type.String(),
        lock: Type.Enum(['locked', 'unlocked']),
        contact: Type.Enum(['closed', 'open']),
      }),
    ),
  });

  app.get(
    '/demo/doors',
    {
      config: { action: 'demo.play' },
      schema: {
        operationId: 'listVirtualDoors',
        tags: ['demo'],
        summary: 'The simulated sites and their doors',
        response: { 200: Type.Object({ items: Type.Array(VirtualSite) }), ...refusals },
      },
    },
    async () => ({ items: await app.simulator.sites() }),
  );

  app.post(
    '/demo/doors/:id/present',
    {
      config: { action: 'demo.play' },
      schema: {
        operationId: 'presentAtDoor',
        tags: ['demo'],
        summary: 'Present a badge or type a PIN at a virtual door',
        params: Type.Object({ id: Id }),
        body: Type.Union([
          Type.Object({ kind: Type.Literal('badge'), uid: Type.String({ minLength: 1, maxLength: 40 }) }),
          Type.Object({ kind: Type.Literal('pin'), pin: Type.String({ minLength: 1, maxLength: 20 }) }),
        ]),
        response: {
          200: Type.Object({
            outcome: Type.Enum(['opened', 'refused', 'no_answer']),
            reason: Nullable(Type.String()),
            tookMs: Type.Number(),
          }),
          ...refusals,
        },
      },
    },
    async (request) => app.simulator.present(request.params.id, request.body),
  );

  app.post(
    '/demo/doors/:id/walk',
    {
      config: { action: 'demo.play' },
      schema: {
        operationId: 'walkThroughDoor',
        tags: ['demo'],
        summary: 'Walk through an open virtual door',
        params: Type.Object({ id: Id }),
        response: { 200: Type.Object({ walked: Type.Boolean() }), ...refusals },
      },
    },
    async (request) => app.simulator.walk(request.params.id),
  );
}
