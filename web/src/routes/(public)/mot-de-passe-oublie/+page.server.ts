import { refused } from '#lib/server/api.ts';
import type { Actions } from './$types';

export const actions: Actions = {
  default: async ({ request, locals }) => {
    const email = String((await request.formData()).get('email') ?? '').trim();
    const answer = await locals.api.POST('/api/v1/password-resets', { body: { email } });
    if (!answer.response.ok) return refused(answer, { email });
    return { sentTo: email };
  },
};
