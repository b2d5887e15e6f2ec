import { refused } from '#lib/server/api.ts';
import type { Actions, PageServerLoad } from './$types';

/** A button, not the visit itself, confirms: scanners of mail open links too. */
export const load: PageServerLoad = ({ setHeaders }) => {
  setHeaders({ 'cache-control': 'no-store' });
};

export const actions: Actions = {
  default: async ({ locals, params }) => {
    const answer = await locals.api.POST('/api/v1/accounts/verify', { body: { token: params.token } });
    if (!answer.response.ok) return refused(answer);
    return { isVerified: true };
  },
};
