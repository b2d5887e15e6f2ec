import { redirect } from '@sveltejs/kit';
import { dataOf, idempotencyKey, problemOf, refused } from '#lib/server/api.ts';
import { addDays, dateOr, instantOr, localDateOf, weekdayOf } from '#lib/server/local-time.ts';
import { decisionsOf, localTimeOf } from '#lib/server/series.ts';
import type { Actions, PageServerLoad } from './$types';

const RHYTHMS = ['semaine', 'quinzaine', 'mois'] as const;
const USUAL_TIMES = 8;
const USUAL_DAYS = 60;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the address says of a repetition, with what is usual where it says nothing; null without a time to repeat. */
function choiceOf(params: URLSearchParams, timeZone: string) {
  const startsAt = instantOr(params.get('debut'));
  const endsAt = instantOr(params.get('fin'));
  const resourceId = params.get('ressource') ?? '';
  if (startsAt === null || endsAt === null || !UUID.test(resourceId)) return null;
  const firstDate = localDateOf(startsAt, timeZone);
  const days = params
    .getAll('jour')
    .map(Number)
    .filter((day) => Number.isInteger(day) && day >= 1 && day <= 7);
  return {
    resourceId,
    startsAt,
    endsAt,
    firstDate,
    audience: params.get('public') || undefined,
    seats: Math.max(1, Math.trunc(Number(params.get('personnes'))) || 1),
    rhythm: RHYTHMS.find((known) => known === params.get('rythme')) ?? 'semaine',
    days: days.length > 0 ? [...new Set(days)].sort() : [weekdayOf(firstDate)],
    ends: params.get('jusque') === 'date' ? ('date' as const) : ('fois' as const),
    times: Math.min(9_999, Math.max(1, Math.trunc(Number(params.get('fois'))) || USUAL_TIMES)),
    until: dateOr(params.get('derniere'), addDays(firstDate, USUAL_DAYS)),
  };
}

function requestOf(choice: NonNullable<ReturnType<typeof choiceOf>>, timeZone: string) {
  const { resourceId, audience, seats, firstDate, startsAt, endsAt, rhythm, days, ends, times, until } = choice;
  const endTime = localTimeOf(endsAt, timeZone);
  return {
    resourceId,
    seats,
    ...(audience === undefined ? {} : { audience }),
    firstDate,
    startsAt: localTimeOf(startsAt, timeZone),
    endsAt: endTime === '00:00' ? '24:00' : endTime,
    recurrence: {
      frequency: rhythm === 'mois' ? ('monthly' as const) : ('weekly' as const),
      interval: rhythm === 'quinzaine' ? 2 : 1,
      ...(rhythm === 'mois' ? {} : { byWeekday: days }),
      ...(ends === 'fois' ? { count: times } : { until }),
    },
  };
}

/** The choice is in the address, so that each step of it is a page, with or without script. */
export const load: PageServerLoad = async ({ locals: { api }, url }) => {
  const slug = url.searchParams.get('lieu') ?? '';
  const site = dataOf(await api.GET('/api/v1/sites/{slug}', { params: { path: { slug }, query: {} } }));
  const choice = choiceOf(url.searchParams, site.timeZone);
  if (choice === null) redirect(303, `/lieux/${site.slug}`);
  const answer = await api.POST('/api/v1/booking-series/preview', { body: requestOf(choice, site.timeZone) });
  const resource = site.spaces.flatMap(({ resources }) => resources).find(({ id }) => id === choice.resourceId);
  return {
    site: { slug: site.slug, name: site.name, timeZone: site.timeZone },
    resourceName: resource?.name ?? '',
    choice,
    preview: answer.data ?? null,
    problem: answer.data ? null : problemOf(answer),
    key: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  book: async ({ locals: { api }, request, url }) => {
    const form = await request.formData();
    const slug = url.searchParams.get('lieu') ?? '';
    const site = dataOf(await api.GET('/api/v1/sites/{slug}', { params: { path: { slug }, query: {} } }));
    const choice = choiceOf(url.searchParams, site.timeZone);
    if (choice === null) redirect(303, `/lieux/${site.slug}`);
    const answer = await api.POST('/api/v1/booking-series', {
      params: { header: idempotencyKey(form) },
      body: { ...requestOf(choice, site.timeZone), decisions: decisionsOf(form) },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `/reservations/repetees/${answer.data.id}?confirmee`);
  },
};
