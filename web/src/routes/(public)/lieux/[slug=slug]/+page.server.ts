import { redirect } from '@sveltejs/kit';
import type { ResourceKind } from '#lib/api/types.ts';
import { isDate } from '#lib/planner/dates.ts';
import { KINDS } from '#lib/search.ts';
import { dataOf, idempotencyKey, refused } from '#lib/server/api.ts';
import { addDays, dateOr, instantAt, instantOr, todayIn, weekFrom } from '#lib/server/local-time.ts';
import { signInPath } from '#lib/server/return-to.ts';
import { chooseSlot, endsAfter, startsIn } from '#lib/slots.ts';
import type { Actions, PageServerLoad } from './$types';

/** The day, the audience, the resource and the hours are in the address: each step of the choice is a page, with or without script. */
export const load: PageServerLoad = async ({ locals: { api, account }, params, url }) => {
  const week = url.searchParams.get('semaine');
  const [siteAnswer, audiencesAnswer] = await Promise.all([
    api.GET('/api/v1/sites/{slug}', {
      params: { path: { slug: params.slug }, query: isDate(week) ? { week } : {} },
    }),
    api.GET('/api/v1/audiences'),
  ]);
  const site = dataOf(siteAnswer);
  const audiences = dataOf(audiencesAnswer).items;

  const today = todayIn(site.timeZone);
  const date = dateOr(url.searchParams.get('date'), today);
  const asked = url.searchParams.get('public');
  const publics = audiences.filter(({ isStaff }) => !isStaff);
  const audience = (publics.find(({ code }) => code === asked) ?? publics[0])?.code ?? 'professional';
  const kind: ResourceKind | '' = KINDS.find((known) => known === url.searchParams.get('type')) ?? '';

  const seats = Math.min(5_000, Math.max(1, Math.trunc(Number(url.searchParams.get('personnes'))) || 1));
  const day = dataOf(
    await api.GET('/api/v1/sites/{slug}/days/{date}', {
      params: { path: { slug: site.slug, date }, query: { audience, seats, ...(kind === '' ? {} : { kind }) } },
    }),
  );

  const { now } = day;
  const bookable = day.resources.filter(({ free }) => startsIn(free, now).length > 0);
  const resource = bookable.find(({ id }) => id === url.searchParams.get('ressource')) ?? bookable[0] ?? null;
  const slot =
    resource &&
    chooseSlot(
      resource.free,
      now,
      {
        startsAt: instantOr(url.searchParams.get('debut')),
        endsAt: instantOr(url.searchParams.get('fin')),
      },
      instantAt(date, '09:00', site.timeZone) ?? day.dayFrom,
    );
  const choice =
    resource && slot
      ? { resource, ...slot, starts: startsIn(resource.free, now), ends: endsAfter(resource.free, slot.startsAt) }
      : null;
  const quote =
    choice === null
      ? null
      : dataOf(
          await api.POST('/api/v1/quotes', {
            body: { resourceId: choice.resource.id, startsAt: choice.startsAt, endsAt: choice.endsAt },
          }),
        );

  // Seven days around the one looked at, never in the past.
  const firstDay = date < addDays(today, 4) ? today : addDays(date, -3);
  return {
    site,
    audiences,
    publics,
    audience,
    kind,
    seats,
    isJustWaiting: url.searchParams.has('en-attente'),
    day,
    today,
    days: weekFrom(firstDay),
    bookable: bookable.map(({ id, name }) => ({ id, name })),
    choice,
    quote,
    key: crypto.randomUUID(),
    // Whom a guardian may book for: those of the public that is looked at.
    children:
      account === null || choice === null
        ? []
        : dataOf(await api.GET('/api/v1/me/children')).items.filter((child) => child.audience === audience),
  };
};

export const actions: Actions = {
  hold: async ({ request, locals, url }) => {
    const form = await request.formData();
    if (locals.account === null) {
      const back = new URLSearchParams(url.search);
      back.delete('/hold');
      redirect(303, signInPath(`${url.pathname}?${back}`));
    }
    const booking = await locals.api.POST('/api/v1/bookings', {
      params: { header: idempotencyKey(form) },
      body: {
        resourceId: String(form.get('ressource')),
        startsAt: String(form.get('debut')),
        endsAt: String(form.get('fin')),
        audience: String(form.get('public')),
        seats: Math.max(1, Math.trunc(Number(form.get('personnes'))) || 1),
        ...(form.get('pour') ? { forMemberId: String(form.get('pour')) } : {}),
      },
    });
    if (!booking.data) return refused(booking);
    redirect(303, `/reserver/${booking.data.id}`);
  },

  /** Asks to be told if a taken time becomes free: of one resource, or of any of a kind. */
  wait: async ({ request, locals, params, url }) => {
    const form = await request.formData();
    const back = new URLSearchParams(url.search);
    back.delete('/wait');
    if (locals.account === null) redirect(303, signInPath(`${url.pathname}?${back}`));
    const site = dataOf(
      await locals.api.GET('/api/v1/sites/{slug}', { params: { path: { slug: params.slug }, query: {} } }),
    );
    const text = (name: string) => String(form.get(name) ?? '');
    const date = dateOr(text('date'), todayIn(site.timeZone));
    const startsAt = instantAt(date, text('de'), site.timeZone);
    const endsAt = instantAt(date, text('a'), site.timeZone);
    const what = text('quoi');
    const kind = KINDS.find((known) => what === `type:${known}`);
    const answer = await locals.api.POST('/api/v1/waitlist', {
      params: { header: idempotencyKey(form) },
      body: {
        ...(kind === undefined ? { resourceId: what } : { siteId: site.id, kind }),
        startsAt: startsAt ?? '',
        endsAt: endsAt ?? '',
        audience: text('public'),
        seats: Math.max(1, Math.trunc(Number(text('personnes'))) || 1),
      },
    });
    if (!answer.data) return refused(answer);
    back.set('en-attente', '');
    redirect(303, `${url.pathname}?${back}#attendre`);
  },
};
