import { dataOf, refused } from '#lib/server/api.ts';
import { requireAccount } from '#lib/server/require-account.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const { displayName, email } = requireAccount(event);
  const sessions = dataOf(await event.locals.api.GET('/api/v1/sessions')).items;
  return {
    profile: { displayName, email },
    sessions: sessions.toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent)),
  };
};

export const actions: Actions = {
  profile: async ({ request, locals }) => {
    const displayName = String((await request.formData()).get('displayName') ?? '').trim();
    const answer = await locals.api.PATCH('/api/v1/me', { body: { displayName } });
    if (!answer.data) return refused(answer, { displayName });
    locals.account = answer.data;
    return { done: 'profile' as const };
  },
  revoke: async ({ request, locals }) => {
    const id = String((await request.formData()).get('session') ?? '');
    const answer = await locals.api.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } });
    if (!answer.response.ok) return refused(answer, { displayName: locals.account?.displayName ?? '' });
    return { done: 'revoke' as const };
  },
};
