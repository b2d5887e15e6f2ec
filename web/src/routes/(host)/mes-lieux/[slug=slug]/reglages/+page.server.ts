import { redirect } from '@sveltejs/kit';
import { refused } from '#lib/server/api.ts';
import { coordinatesOf, fieldsOf } from '#lib/server/forms.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({ isSaved: url.searchParams.has('fait') });

export const actions: Actions = {
  save: async ({ locals: { api }, params, request, url }) => {
    const { text, textOrNull, codes } = fieldsOf(await request.formData());
    const values = Object.fromEntries(
      ['nom', 'description', 'rue', 'code-postal', 'commune', 'insee', 'position', 'programmes'].map((name) => [
        name,
        text(name),
      ]),
    );
    const answer = await api.PATCH('/api/v1/host/sites/{slug}', {
      params: { path: { slug: params.slug } },
      body: {
        name: text('nom'),
        description: textOrNull('description'),
        addressLine: textOrNull('rue'),
        postalCode: text('code-postal'),
        commune: text('commune'),
        inseeCode: text('insee').toUpperCase(),
        ...coordinatesOf(text('position')),
        programmes: codes('programmes'),
      },
    });
    if (!answer.data) return refused(answer, values);
    redirect(303, `${url.pathname}?fait`);
  },

  list: async ({ locals: { api }, params, request, url }) => {
    const isListed = fieldsOf(await request.formData()).text('montrer') === 'oui';
    const answer = await api.PATCH('/api/v1/host/sites/{slug}', {
      params: { path: { slug: params.slug } },
      body: { isListed },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `${url.pathname}?fait`);
  },
};
