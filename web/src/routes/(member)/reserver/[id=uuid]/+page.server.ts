import { redirect } from '@sveltejs/kit';
import { dataOf, idempotencyKey, refused } from '#lib/server/api.ts';
import { localDateOf } from '#lib/server/local-time.ts';
import type { Actions, PageServerLoad } from './$types';

/** A booking that is held for some minutes: confirm it or let it go. */
export const load: PageServerLoad = async ({ locals, params }) => {
  const booking = dataOf(await locals.api.GET('/api/v1/bookings/{id}', { params: { path: { id: params.id } } }));
  if (booking.status !== 'held' && booking.status !== 'expired') redirect(303, `/reservations/${booking.id}`);
  return {
    booking,
    now: new Date().toISOString(),
    backHref: `/lieux/${booking.site.slug}?${new URLSearchParams({
      date: localDateOf(booking.startsAt, booking.site.timeZone),
      ressource: booking.resource.id,
      debut: booking.startsAt,
      fin: booking.endsAt,
    })}`,
    key: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  confirm: async ({ locals, params, request }) => {
    const answer = await locals.api.POST('/api/v1/bookings/{id}/confirm', {
      params: { path: { id: params.id }, header: idempotencyKey(await request.formData()) },
    });
    if (!answer.response.ok) return refused(answer);
    redirect(303, `/reservations/${params.id}?confirmee`);
  },
  release: async ({ locals, params, request }) => {
    const answer = await locals.api.POST('/api/v1/bookings/{id}/cancel', {
      params: { path: { id: params.id }, header: idempotencyKey(await request.formData()) },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `/lieux/${answer.data.site.slug}`);
  },
};
