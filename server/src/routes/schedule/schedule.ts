import Type from 'typebox';
import { applyChange } from '../../operations/schedule/apply-change.ts';
import { explainScheduleDay } from '../../operations/schedule/explain-day.ts';
import { getHours } from '../../operations/schedule/get-hours.ts';
import { getSchedule } from '../../operations/schedule/get-schedule.ts';
import { listChanges } from '../../operations/schedule/list-changes.ts';
import { previewChange } from '../../operations/schedule/preview-change.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import { Id, PageQuery, refusals, Slug } from '../schemas.ts';
import {
  ChangesView,
  DayView,
  Decisions,
  HoursView,
  OutcomeView,
  PlanDate,
  PreviewView,
  ScheduleChange,
  ScheduleView,
} from './schemas.ts';

const params = Type.Object({ slug: Slug });
const Revision = Type.Integer({
  minimum: 0,
  maximum: 2_000_000_000,
  description: 'The state that the change was made on',
});

export async function scheduleRoutes(app: Api) {
  app.get(
    '/host/sites/:slug/schedule',
    {
      config: { action: 'schedule.read' },
      schema: {
        operationId: 'getSchedule',
        tags: ['schedule'],
        summary: 'The hours of a site as its host writes them: templates, exceptions, closures, calendars',
        params,
        response: { 200: ScheduleView, ...refusals },
      },
    },
    async (request) => query(request, (context) => getSchedule(context, request.params.slug)),
  );

  app.get(
    '/host/sites/:slug/schedule/hours',
    {
      config: { action: 'schedule.read' },
      schema: {
        operationId: 'getScheduleHours',
        tags: ['schedule'],
        summary: 'Whose hours are whose, date by date, with the handovers, closures and bookings',
        params,
        querystring: Type.Object({
          from: PlanDate,
          until: Type.String({
            format: 'date',
            pattern: '^(19|20|21)[0-9]{2}-',
            description: 'Not with this date',
          }),
          bookings: Type.Optional(Type.Enum(['0', '1'], { description: '1: with the bookings, up to 45 days' })),
        }),
        response: { 200: HoursView, ...refusals },
      },
    },
    async (request) => {
      const { from, until, bookings } = request.query;
      const input = { from, until, bookings: bookings === '1' };
      return query(request, (context) => getHours(context, request.params.slug, input));
    },
  );

  app.get(
    '/host/sites/:slug/schedule/days/:date',
    {
      config: { action: 'schedule.read' },
      schema: {
        operationId: 'explainScheduleDay',
        tags: ['schedule'],
        summary: 'Why each space is open as it is on a date',
        params: Type.Object({ slug: Slug, date: PlanDate }),
        response: { 200: DayView, ...refusals },
      },
    },
    async (request) => {
      const { slug, date } = request.params;
      return query(request, (context) => explainScheduleDay(context, slug, date));
    },
  );

  app.post(
    '/host/sites/:slug/schedule/preview',
    {
      config: { action: 'schedule.change' },
      schema: {
        operationId: 'previewScheduleChange',
        tags: ['schedule'],
        summary: 'What a change of hours would touch; nothing is changed',
        params,
        body: Type.Object({ revision: Revision, change: ScheduleChange }),
        response: { 200: PreviewView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => previewChange(context, request.params.slug, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.post(
    '/host/sites/:slug/schedule/changes',
    {
      config: { action: 'schedule.change' },
      schema: {
        operationId: 'changeSchedule',
        tags: ['schedule'],
        summary: 'Change the hours, and what becomes of the bookings that they touch',
        params,
        body: Type.Object({
          revision: Revision,
          change: ScheduleChange,
          decisions: Decisions,
          message: Type.Optional(
            Type.String({ maxLength: 2_000, description: 'From the host to those whose bookings are touched' }),
          ),
        }),
        response: {
          201: Type.Object({ id: Id, revision: Type.Integer(), outcome: OutcomeView }),
          ...refusals,
        },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => applyChange(context, request.params.slug, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.get(
    '/host/sites/:slug/schedule/changes',
    {
      config: { action: 'schedule.read' },
      schema: {
        operationId: 'listScheduleChanges',
        tags: ['schedule'],
        summary: 'What was changed, latest first, with the change that undoes it',
        params,
        querystring: Type.Object(PageQuery),
        response: { 200: ChangesView, ...refusals },
      },
    },
    async (request) => query(request, (context) => listChanges(context, request.params.slug, request.query.page ?? 1)),
  );
}
