import { redirect } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import { addDays, dateOr, todayIn, weekdayOf, weekFrom } from '#lib/server/local-time.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { api }, params, url }) => {
  const path = { slug: params.slug };
  const sharing = dataOf(await api.GET('/api/v1/host/sites/{slug}/sharing', { params: { path } }));
  const today = todayIn(sharing.timeZone);
  const date = dateOr(url.searchParams.get('semaine'), today);
  const monday = addDays(date, 1 - weekdayOf(date));
  const hours = dataOf(
    await api.GET('/api/v1/host/sites/{slug}/schedule/hours', {
      params: { path, query: { from: monday, until: addDays(monday, 7) } },
    }),
  );
  return {
    sharing,
    hours,
    today,
    days: weekFrom(monday),
    before: addDays(monday, -7),
    after: addDays(monday, 7),
    done: url.searchParams.get('fait'),
  };
};

const text = (form: FormData, name: string) => String(form.get(name) ?? '').trim();
/** Without one, a new rule. */
const idOf = (form: FormData) => text(form, 'id') || crypto.randomUUID();

export const actions: Actions = {
  release: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const values = {
      kind: 'release' as const,
      id: text(form, 'id'),
      windowIds: form.getAll('plage').map(String),
      audience: text(form, 'public'),
      hoursBefore: text(form, 'heures'),
      tariffId: text(form, 'tarif'),
    };
    const answer = await api.PUT('/api/v1/host/sites/{slug}/sharing/releases/{id}', {
      params: { path: { slug: params.slug, id: idOf(form) } },
      body: {
        windowIds: values.windowIds,
        releasedTo: values.audience,
        hoursBefore: Number.parseInt(values.hoursBefore, 10) || 0,
        tariffId: values.tariffId || null,
      },
    });
    if (!answer.response.ok) return refused(answer, values);
    redirect(303, `${url.pathname}?fait=regle`);
  },

  share: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const values = {
      kind: 'share' as const,
      id: text(form, 'id'),
      windowIds: form.getAll('plage').map(String),
      structureId: text(form, 'structure'),
      tariffId: text(form, 'tarif'),
    };
    const answer = await api.PUT('/api/v1/host/sites/{slug}/sharing/shares/{id}', {
      params: { path: { slug: params.slug, id: idOf(form) } },
      body: { windowIds: values.windowIds, structureId: values.structureId, tariffId: values.tariffId || null },
    });
    if (!answer.response.ok) return refused(answer, values);
    redirect(303, `${url.pathname}?fait=partage`);
  },

  removeRelease: async ({ locals: { api }, params, request, url }) => {
    const id = text(await request.formData(), 'id');
    const path = { slug: params.slug, id };
    const answer = await api.DELETE('/api/v1/host/sites/{slug}/sharing/releases/{id}', { params: { path } });
    if (!answer.response.ok) return refused(answer);
    redirect(303, `${url.pathname}?fait=retire`);
  },

  removeShare: async ({ locals: { api }, params, request, url }) => {
    const id = text(await request.formData(), 'id');
    const path = { slug: params.slug, id };
    const answer = await api.DELETE('/api/v1/host/sites/{slug}/sharing/shares/{id}', { params: { path } });
    if (!answer.response.ok) return refused(answer);
    redirect(303, `${url.pathname}?fait=retire`);
  },
};
