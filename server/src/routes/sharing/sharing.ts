import Type from 'typebox';
import { agreementConsequences } from '../../operations/sharing/agreement-consequences.ts';
import { answerAgreement, endAgreement } from '../../operations/sharing/answer-agreement.ts';
import { bookForPublic } from '../../operations/sharing/book-for-public.ts';
import { getAgreement } from '../../operations/sharing/get-agreement.ts';
import { getSharing, listMyAgreements } from '../../operations/sharing/get-sharing.ts';
import { proposeAgreement, withdrawAgreement } from '../../operations/sharing/propose-agreement.ts';
import { joinPublic, leavePublic, listPublic } from '../../operations/sharing/public.ts';
import { putRelease, removeRelease } from '../../operations/sharing/release-rules.ts';
import { putShare, removeShare } from '../../operations/sharing/window-shares.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import { PlanDate } from '../schedule/schemas.ts';
import { BookingDetail, Empty, Id, refusals, Slug } from '../schemas.ts';
import {
  AgreementBody,
  AgreementConsequences,
  AgreementDetail,
  AgreementsView,
  AgreementView,
  AnswerBody,
  EndBody,
  PublicBookingBody,
  PublicView,
  ReleaseBody,
  ShareBody,
  SharingView,
} from './schemas.ts';

const ofSite = Type.Object({ slug: Slug });
const atSite = Type.Object({ slug: Slug, id: Id });
const byId = Type.Object({ id: Id });
const done = { status: 204 } as const;

export async function sharingRoutes(app: Api) {
  app.get(
    '/host/sites/:slug/sharing',
    {
      config: { action: 'schedule.read' },
      schema: {
        operationId: 'getSharing',
        tags: ['sharing'],
        summary: 'Who else may use the hours of a site: rules of release, shares and agreements',
        params: ofSite,
        response: { 200: SharingView, ...refusals },
      },
    },
    async (request) => query(request, (context) => getSharing(context, request.params.slug)),
  );

  app.put(
    '/host/sites/:slug/sharing/releases/:id',
    {
      config: { action: 'schedule.change' },
      schema: {
        operationId: 'putRelease',
        tags: ['sharing'],
        summary: 'Promise windows to their public until so many hours before, then release them to another',
        description: 'The id of a new rule is a UUID made by the client.',
        params: atSite,
        body: ReleaseBody,
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, id } = request.params;
      return mutate(
        request,
        reply,
        (context) => putRelease(context, slug, id, request.body),
        () => done,
      );
    },
  );

  app.delete(
    '/host/sites/:slug/sharing/releases/:id',
    {
      config: { action: 'schedule.change' },
      schema: {
        operationId: 'removeRelease',
        tags: ['sharing'],
        summary: 'Take a rule of release away; what is booked stays',
        params: atSite,
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, id } = request.params;
      return mutate(
        request,
        reply,
        (context) => removeRelease(context, slug, id),
        () => done,
      );
    },
  );

  app.put(
    '/host/sites/:slug/sharing/shares/:id',
    {
      config: { action: 'schedule.change' },
      schema: {
        operationId: 'putShare',
        tags: ['sharing'],
        summary: 'Let a partner structure book in windows for its own public',
        description: 'The id of a new share is a UUID made by the client.',
        params: atSite,
        body: ShareBody,
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, id } = request.params;
      return mutate(
        request,
        reply,
        (context) => putShare(context, slug, id, request.body),
        () => done,
      );
    },
  );

  app.delete(
    '/host/sites/:slug/sharing/shares/:id',
    {
      config: { action: 'schedule.change' },
      schema: {
        operationId: 'removeShare',
        tags: ['sharing'],
        summary: 'Take a share away; what the partner has booked stays',
        params: atSite,
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, id } = request.params;
      return mutate(
        request,
        reply,
        (context) => removeShare(context, slug, id),
        () => done,
      );
    },
  );

  app.put(
    '/host/sites/:slug/sharing/agreements/:id',
    {
      config: { action: 'schedule.change' },
      schema: {
        operationId: 'proposeAgreement',
        tags: ['sharing'],
        summary: 'Propose to lend hours to a partner structure, or change what is proposed',
        description: 'The id of a new agreement and of its windows are UUIDs made by the client.',
        params: atSite,
        body: AgreementBody,
        response: { 200: AgreementView, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, id } = request.params;
      return mutate(
        request,
        reply,
        (context) => proposeAgreement(context, slug, id, request.body),
        (body) => ({ status: 200, body }),
      );
    },
  );

  app.delete(
    '/host/sites/:slug/sharing/agreements/:id',
    {
      config: { action: 'schedule.change' },
      schema: {
        operationId: 'withdrawAgreement',
        tags: ['sharing'],
        summary: 'Take back a proposal that has no answer yet',
        params: atSite,
        response: { 200: AgreementView, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, id } = request.params;
      return mutate(
        request,
        reply,
        (context) => withdrawAgreement(context, slug, id),
        (body) => ({ status: 200, body }),
      );
    },
  );

  app.get(
    '/host/agreements',
    {
      config: { action: 'agreement.list' },
      schema: {
        operationId: 'listAgreements',
        tags: ['sharing'],
        summary: 'What my structures have lent and borrowed',
        response: { 200: AgreementsView, ...refusals },
      },
    },
    async (request) => query(request, listMyAgreements),
  );

  app.get(
    '/host/agreements/:id',
    {
      config: { action: 'agreement.read' },
      schema: {
        operationId: 'getAgreement',
        tags: ['sharing'],
        summary: 'An agreement, its dates, what is booked under it and what can be',
        params: byId,
        response: { 200: AgreementDetail, ...refusals },
      },
    },
    async (request) => query(request, (context) => getAgreement(context, request.params.id)),
  );

  app.get(
    '/host/agreements/:id/consequences',
    {
      config: { action: 'agreement.read' },
      schema: {
        operationId: 'getAgreementConsequences',
        tags: ['sharing'],
        summary: 'What accepting it, or ending it from a date, would touch; nothing is changed',
        params: byId,
        querystring: Type.Object({
          end: Type.Optional(PlanDate),
        }),
        response: { 200: AgreementConsequences, ...refusals },
      },
    },
    async (request) =>
      query(request, (context) => agreementConsequences(context, request.params.id, request.query.end)),
  );

  app.post(
    '/host/agreements/:id/answer',
    {
      config: { action: 'agreement.answer' },
      schema: {
        operationId: 'answerAgreement',
        tags: ['sharing'],
        summary: 'Accept or decline, for the partner',
        params: byId,
        body: AnswerBody,
        response: { 200: AgreementView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => answerAgreement(context, request.params.id, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.post(
    '/host/agreements/:id/end',
    {
      config: { action: 'agreement.end' },
      schema: {
        operationId: 'endAgreement',
        tags: ['sharing'],
        summary: 'End it from a date, by either side',
        params: byId,
        body: EndBody,
        response: { 200: AgreementView, ...refusals },
      },
    },
    async (request, reply) => {
      const { from, inTheWay = 'keep' } = request.body;
      return mutate(
        request,
        reply,
        (context) => endAgreement(context, request.params.id, { from, inTheWay }),
        (body) => ({ status: 200, body }),
      );
    },
  );

  app.post(
    '/host/public-bookings',
    {
      config: { action: 'booking.create_for_public' },
      schema: {
        operationId: 'bookForPublic',
        tags: ['sharing'],
        summary: 'Book in hours shared or agreed with my structure, for one of its public or a group',
        body: PublicBookingBody,
        response: { 201: BookingDetail, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => bookForPublic(context, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.get(
    '/host/structures/:id/public',
    {
      config: { action: 'public.manage' },
      schema: {
        operationId: 'listPublic',
        tags: ['sharing'],
        summary: 'The people for whom my structure books',
        params: byId,
        response: { 200: PublicView, ...refusals },
      },
    },
    async (request) => query(request, (context) => listPublic(context, request.params.id)),
  );

  const inPublic = Type.Object({ id: Id, memberId: Id });
  app.put(
    '/host/structures/:id/public/:memberId',
    {
      config: { action: 'public.manage' },
      schema: {
        operationId: 'joinPublic',
        tags: ['sharing'],
        summary: 'Make a person part of the public of my structure',
        params: inPublic,
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { id, memberId } = request.params;
      return mutate(
        request,
        reply,
        (context) => joinPublic(context, id, memberId),
        () => done,
      );
    },
  );

  app.delete(
    '/host/structures/:id/public/:memberId',
    {
      config: { action: 'public.manage' },
      schema: {
        operationId: 'leavePublic',
        tags: ['sharing'],
        summary: 'Let a person go; what they have booked stays',
        params: inPublic,
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) => {
      const { id, memberId } = request.params;
      return mutate(
        request,
        reply,
        (context) => leavePublic(context, id, memberId),
        () => done,
      );
    },
  );
}
