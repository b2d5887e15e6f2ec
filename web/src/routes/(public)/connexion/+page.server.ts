import { redirect } from '@sveltejs/kit';
import { refused } from '#lib/server/api.ts';
import { safeReturnTo } from '#lib/server/return-to.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
  const returnTo = safeReturnTo(url.searchParams.get('retour'));
  if (locals.account !== null) redirect(303, returnTo);
  return { returnTo, hasNewPassword: url.searchParams.has('nouveau') };
};

export const actions: Actions = {
  default: async ({ request, locals }) => {
    const form = await request.formData();
    const email = String(form.get('email') ?? '').trim();
    const password = String(form.get('password') ?? '');
    const answer = await locals.api.POST('/api/v1/sessions', { body: { email, password } });
    if (!answer.response.ok) return refused(answer, { email });
    redirect(303, safeReturnTo(form.get('retour')));
  },
};
