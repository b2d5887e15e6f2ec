import { fail, redirect } from '@sveltejs/kit';
import { dataOf, idempotencyKey, refused } from '#lib/server/api.ts';
import { outcomeOf } from '#lib/server/commands.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const booking = dataOf(await locals.api.GET('/api/v1/bookings/{id}', { params: { path: { id: params.id } } }));
  if (booking.status === 'held') redirect(303, `/reserver/${booking.id}`);
  return {
    booking,
    now: new Date().toISOString(),
    isJustConfirmed: url.searchParams.has('confirmee'),
    isJustMoved: url.searchParams.has('deplacee'),
    key: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  cancel: async ({ locals, params, request }) => {
    const answer = await locals.api.POST('/api/v1/bookings/{id}/cancel', {
      params: { path: { id: params.id }, header: idempotencyKey(await request.formData()) },
    });
    if (!answer.response.ok) return refused(answer);
    return { isCancelled: true };
  },

  /** Waits for what the door did, so that the page tells it also where there is no script. */
  open: async ({ locals: { api }, params, request }) => {
    const form = await request.formData();
    const doorId = String(form.get('porte'));
    const sent = await api.POST('/api/v1/bookings/{id}/open', {
      params: { path: { id: params.id }, header: idempotencyKey(form) },
      body: { doorId },
    });
    if (!sent.data) return refused(sent, { doorId });
    const told = await outcomeOf(api, sent.data.commandId);
    if (told.problem) return fail(told.problem.status, { problem: told.problem, values: { doorId } });
    return { doorId, outcome: told.outcome, reason: told.reason };
  },
};
