import { redirect } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import { settingOf } from '#lib/server/compatibility.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  requireRole(event, 'manager');
  const { locals, url } = event;
  const [setting, audiences] = await Promise.all([
    locals.api.GET('/api/v1/manager/compatibility'),
    locals.api.GET('/api/v1/audiences'),
  ]);
  return { setting: dataOf(setting), audiences: dataOf(audiences).items, isSaved: url.searchParams.has('fait') };
};

export const actions: Actions = {
  preview: async ({ locals: { api }, request }) => {
    const { body, chosen, headers } = settingOf(await request.formData());
    const answer = await api.POST('/api/v1/manager/compatibility/preview', { body, headers });
    if (!answer.data) return refused(answer, { chosen });
    return { consequences: answer.data, values: { chosen } };
  },

  apply: async ({ locals: { api }, request, url }) => {
    const { body, chosen } = settingOf(await request.formData());
    const answer = await api.PUT('/api/v1/manager/compatibility', { body });
    if (!answer.data) return refused(answer, { chosen });
    redirect(303, `${url.pathname}?fait`);
  },
};
