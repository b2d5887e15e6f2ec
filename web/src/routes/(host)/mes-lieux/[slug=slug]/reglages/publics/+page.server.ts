import { redirect } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import { settingOf } from '#lib/server/compatibility.ts';
import type { Actions, PageServerLoad } from './$types';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const spaceOf = (value: FormDataEntryValue | null) => (typeof value === 'string' && UUID.test(value) ? value : null);

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const spaceId = spaceOf(url.searchParams.get('espace'));
  const setting = dataOf(
    await locals.api.GET('/api/v1/host/sites/{slug}/compatibility', {
      params: { path: { slug: params.slug }, query: spaceId === null ? {} : { spaceId } },
    }),
  );
  return { setting, spaceId, isSaved: url.searchParams.has('fait') };
};

export const actions: Actions = {
  preview: async ({ locals: { api }, params, request }) => {
    const form = await request.formData();
    const { body, chosen, headers } = settingOf(form);
    const answer = await api.POST('/api/v1/host/sites/{slug}/compatibility/preview', {
      params: { path: { slug: params.slug } },
      headers,
      body: { ...body, spaceId: spaceOf(form.get('espace')) },
    });
    if (!answer.data) return refused(answer, { chosen });
    return { consequences: answer.data, values: { chosen } };
  },

  apply: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const { body, chosen } = settingOf(form);
    const spaceId = spaceOf(form.get('espace'));
    const answer = await api.PUT('/api/v1/host/sites/{slug}/compatibility', {
      params: { path: { slug: params.slug } },
      body: { ...body, spaceId },
    });
    if (!answer.data) return refused(answer, { chosen });
    redirect(303, `${url.pathname}?${spaceId === null ? '' : `espace=${spaceId}&`}fait`);
  },
};
