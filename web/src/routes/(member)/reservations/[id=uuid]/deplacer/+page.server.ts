import { redirect } from '@sveltejs/kit';
import { dataOf, idempotencyKey, refused } from '#lib/server/api.ts';
import { addDays, dateOr, instantAt, instantOr, localDateOf, todayIn, weekFrom } from '#lib/server/local-time.ts';
import { chooseSlot, endsAfter, startsIn } from '#lib/slots.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { api }, params, url }) => {
  const booking = dataOf(await api.GET('/api/v1/bookings/{id}', { params: { path: { id: params.id } } }));
  if (!booking.mayMove) redirect(303, `/reservations/${booking.id}`);

  const { timeZone } = booking.site;
  const today = todayIn(timeZone);
  const date = dateOr(url.searchParams.get('date'), localDateOf(booking.startsAt, timeZone));
  const [dayAnswer, audiencesAnswer] = await Promise.all([
    api.GET('/api/v1/sites/{slug}/days/{date}', {
      params: {
        path: { slug: booking.site.slug, date },
        query: { audience: booking.audience, kind: booking.resource.kind },
      },
    }),
    api.GET('/api/v1/audiences'),
  ]);
  const day = dataOf(dayAnswer);
  const { now } = day;

  const bookable = day.resources.filter(({ free }) => startsIn(free, now).length > 0);
  const asked = url.searchParams.get('ressource') ?? booking.resource.id;
  const resource = bookable.find(({ id }) => id === asked) ?? bookable[0] ?? null;
  const slot =
    resource &&
    chooseSlot(
      resource.free,
      now,
      {
        startsAt: instantOr(url.searchParams.get('debut')),
        endsAt: instantOr(url.searchParams.get('fin')),
      },
      instantAt(date, '09:00', timeZone) ?? day.dayFrom,
    );
  const firstDay = date < addDays(today, 4) ? today : addDays(date, -3);
  return {
    booking,
    day,
    audiences: dataOf(audiencesAnswer).items,
    today,
    days: weekFrom(firstDay),
    bookable: bookable.map(({ id, name }) => ({ id, name })),
    choice:
      resource && slot
        ? { resource, ...slot, starts: startsIn(resource.free, now), ends: endsAfter(resource.free, slot.startsAt) }
        : null,
    key: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  move: async ({ locals, params, request }) => {
    const form = await request.formData();
    const answer = await locals.api.POST('/api/v1/bookings/{id}/move', {
      params: { path: { id: params.id }, header: idempotencyKey(form) },
      body: {
        resourceId: String(form.get('ressource')),
        startsAt: String(form.get('debut')),
        endsAt: String(form.get('fin')),
      },
    });
    if (!answer.response.ok) return refused(answer);
    redirect(303, `/reservations/${params.id}?deplacee`);
  },
};
