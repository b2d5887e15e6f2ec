import { redirect } from '@sveltejs/kit';
import { dataOf, idempotencyKey, refused } from '#lib/server/api.ts';
import { fieldsOf } from '#lib/server/forms.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { Actions, PageServerLoad } from './$types';
import { structureOf } from './structure-form.ts';

export const load: PageServerLoad = async (event) => {
  requireRole(event, 'manager');
  const { items } = dataOf(await event.locals.api.GET('/api/v1/manager/structures'));
  const wanted = (event.url.searchParams.get('q') ?? '').trim().slice(0, 100);
  const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return {
    q: wanted,
    total: items.length,
    key: crypto.randomUUID(),
    structures: items.filter(({ name, sites }) =>
      fold([name, ...sites.flatMap((site) => [site.name, site.commune])].join(' ')).includes(fold(wanted)),
    ),
  };
};

export const actions: Actions = {
  create: async ({ locals: { api }, request }) => {
    const form = await request.formData();
    const { body, values } = structureOf(fieldsOf(form));
    const answer = await api.POST('/api/v1/manager/structures', { body, headers: idempotencyKey(form) });
    if (!answer.data) return refused(answer, values);
    redirect(303, `/reseau/structures/${answer.data.id}?fait=creee`);
  },
};
