import { error } from '@sveltejs/kit';
import { problemOf } from '#lib/server/api.ts';
import { requireAccount } from '#lib/server/require-account.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
  requireAccount(event);
  const answer = await event.locals.api.GET('/api/v1/booking-series/{id}/calendar.ics', {
    params: { path: { id: event.params.id } },
    parseAs: 'text',
  });
  if (!answer.response.ok) {
    const problem = problemOf(answer);
    error(problem.status, problem.title);
  }
  return new Response(answer.data as string, {
    headers: {
      'content-type': 'text/calendar; charset=utf-8',
      'content-disposition': 'attachment; filename="mitoyen.ics"',
      'cache-control': 'private, no-store',
    },
  });
};
