import { redirect } from '@sveltejs/kit';
import { refused } from '#lib/server/api.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ setHeaders }) => {
  setHeaders({ 'cache-control': 'no-store' });
};

export const actions: Actions = {
  default: async ({ request, locals, params }) => {
    const password = String((await request.formData()).get('password') ?? '');
    const answer = await locals.api.POST('/api/v1/password-resets/confirm', {
      body: { token: params.token, password },
    });
    if (!answer.response.ok) return refused(answer);
    redirect(303, '/connexion?nouveau');
  },
};
