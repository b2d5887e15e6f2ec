import { redirect } from '@sveltejs/kit';
import { idempotencyKey, refused } from '#lib/server/api.ts';
import { fieldsOf } from '#lib/server/forms.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({
  key: crypto.randomUUID(),
  isSaved: url.searchParams.has('fait'),
});

const doorOf = ({ text, number, checked, all }: ReturnType<typeof fieldsOf>) => ({
  name: text('nom'),
  isEntrance: text('mene') !== 'espaces',
  spaceIds: text('mene') === 'espaces' ? all('espaces') : [],
  obeysAudienceWindows: checked('publics'),
  earlyMinutes: number('avance'),
  pinMaxFailures: number('essais'),
  pinLockoutMinutes: number('blocage'),
  relockSeconds: number('verrou'),
});

const typedIn = (form: FormData) => ({
  ...Object.fromEntries([...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))),
  espaces: form.getAll('espaces').map(String).join(' '),
});

export const actions: Actions = {
  add: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const answer = await api.POST('/api/v1/host/sites/{slug}/doors', {
      params: { path: { slug: params.slug } },
      headers: idempotencyKey(form),
      body: doorOf(fieldsOf(form)),
    });
    if (!answer.data) return refused(answer, { what: 'add', ...typedIn(form) });
    redirect(303, `${url.pathname}?fait`);
  },

  change: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const fields = fieldsOf(form);
    const id = fields.text('porte');
    const answer = await api.PUT('/api/v1/host/sites/{slug}/doors/{id}', {
      params: { path: { slug: params.slug, id } },
      body: doorOf(fields),
    });
    if (!answer.data) return refused(answer, { what: id, ...typedIn(form) });
    redirect(303, `${url.pathname}?fait`);
  },

  remove: async ({ locals: { api }, params, request, url }) => {
    const id = fieldsOf(await request.formData()).text('porte');
    const answer = await api.DELETE('/api/v1/host/sites/{slug}/doors/{id}', {
      params: { path: { slug: params.slug, id } },
    });
    if (!answer.data) return refused(answer, { what: id });
    redirect(303, `${url.pathname}?fait`);
  },
};
