import { redirect } from '@sveltejs/kit';
import type { SiteSetup } from '#lib/api/types.ts';
import { idempotencyKey, refused } from '#lib/server/api.ts';
import { fieldsOf } from '#lib/server/forms.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({
  key: crypto.randomUUID(),
  isSaved: url.searchParams.has('fait'),
});

const tariffOf = ({ text, number, centsOrNull }: ReturnType<typeof fieldsOf>) => ({
  name: text('nom'),
  hourMinor: centsOrNull('heure'),
  halfDayMinor: centsOrNull('demi-journee'),
  dayMinor: centsOrNull('journee'),
  halfDayHours: number('heures'),
  vatKind: text('tva') as SiteSetup['tariffs'][number]['vatKind'],
});

const typedIn = (form: FormData) =>
  Object.fromEntries([...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));

export const actions: Actions = {
  add: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const answer = await api.POST('/api/v1/host/sites/{slug}/tariffs', {
      params: { path: { slug: params.slug } },
      headers: idempotencyKey(form),
      body: tariffOf(fieldsOf(form)),
    });
    if (!answer.data) return refused(answer, { what: 'add', ...typedIn(form) });
    redirect(303, `${url.pathname}?fait`);
  },

  change: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const fields = fieldsOf(form);
    const id = fields.text('tarif');
    const answer = await api.PUT('/api/v1/host/sites/{slug}/tariffs/{id}', {
      params: { path: { slug: params.slug, id } },
      body: tariffOf(fields),
    });
    if (!answer.data) return refused(answer, { what: id, ...typedIn(form) });
    redirect(303, `${url.pathname}?fait`);
  },

  remove: async ({ locals: { api }, params, request, url }) => {
    const id = fieldsOf(await request.formData()).text('tarif');
    const answer = await api.DELETE('/api/v1/host/sites/{slug}/tariffs/{id}', {
      params: { path: { slug: params.slug, id } },
    });
    if (!answer.data) return refused(answer, { what: id });
    redirect(303, `${url.pathname}?fait`);
  },
};
