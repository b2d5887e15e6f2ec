import Type from 'typebox';
import { listSuggestions } from '../../operations/suggestions/suggest.ts';
import { endTrial, trySuggestion } from '../../operations/suggestions/try-suggestion.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import { PlanDate } from '../schedule/schemas.ts';
import { Id, refusals, Slug } from '../schemas.ts';
import { ProposedChange, SuggestedHoursBody, SuggestionsView } from './suggestion-schemas.ts';

const params = Type.Object({ slug: Slug });
const description = 'Nothing is changed: preview and apply the change as any change of hours.';

export async function suggestionRoutes(app: Api) {
  app.get(
    '/host/sites/:slug/suggestions',
    {
      config: { action: 'schedule.read' },
      schema: {
        operationId: 'listSuggestions',
        tags: ['suggestions'],
        summary: 'Hours that hardly anybody uses and another public could, with the figures; and what was tried',
        params,
        response: { 200: SuggestionsView, ...refusals },
      },
    },
    async (request) => query(request, (context) => listSuggestions(context, request.params.slug)),
  );

  app.post(
    '/host/sites/:slug/suggestions/try',
    {
      config: { action: 'schedule.change' },
      schema: {
        operationId: 'trySuggestion',
        tags: ['suggestions'],
        summary: 'The change of hours that would try a suggestion',
        description,
        params,
        body: Type.Object({ suggestion: SuggestedHoursBody, from: PlanDate, until: PlanDate }),
        response: { 200: ProposedChange, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => trySuggestion(context, request.params.slug, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.post(
    '/host/sites/:slug/suggestions/trials/:id/end',
    {
      config: { action: 'schedule.change' },
      schema: {
        operationId: 'endTrial',
        tags: ['suggestions'],
        summary: 'The change of hours that keeps what was tried, or stops it',
        description,
        params: Type.Object({ slug: Slug, id: Id }),
        body: Type.Object({ decision: Type.Enum(['keep', 'stop']) }),
        response: { 200: ProposedChange, ...refusals },
      },
    },
    async (request, reply) => {
      const { slug, id } = request.params;
      return mutate(
        request,
        reply,
        (context) => endTrial(context, slug, id, request.body.decision),
        (body) => ({ status: 200, body }),
      );
    },
  );
}
