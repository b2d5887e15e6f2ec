import { redirect } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import { fieldsOf } from '#lib/server/forms.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  requireRole(event, 'manager');
  const { items } = dataOf(await event.locals.api.GET('/api/v1/manager/audiences'));
  return { audiences: items, isSaved: event.url.searchParams.has('fait') };
};

export const actions: Actions = {
  move: async ({ locals: { api }, request, url }) => {
    const { text } = fieldsOf(await request.formData());
    const listed = await api.GET('/api/v1/manager/audiences');
    if (!listed.data) return refused(listed);
    const ids = listed.data.items.filter(({ archivedAt }) => archivedAt === null).map(({ id }) => id);
    const from = ids.indexOf(text('public'));
    const to = from + (text('vers') === 'bas' ? 1 : -1);
    const [a, b] = [ids[from], ids[to]];
    if (a === undefined || b === undefined) redirect(303, url.pathname);
    ids[from] = b;
    ids[to] = a;
    const answer = await api.PUT('/api/v1/manager/audience-order', { body: { ids } });
    if (!answer.data) return refused(answer);
    redirect(303, url.pathname);
  },

  archive: async ({ locals: { api }, request, url }) => {
    const { text } = fieldsOf(await request.formData());
    const id = text('public');
    const answer = await api.PUT('/api/v1/manager/audiences/{id}/archived', {
      params: { path: { id } },
      body: { isArchived: text('archiver') === 'oui' },
    });
    if (!answer.data) return refused(answer, { id });
    redirect(303, `${url.pathname}?fait`);
  },
};
