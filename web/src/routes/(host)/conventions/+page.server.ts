import { redirect } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  requireRole(event, 'host', 'manager');
  const {
    locals: { api },
    url,
  } = event;
  const [agreementsAnswer, audiencesAnswer] = await Promise.all([
    api.GET('/api/v1/host/agreements'),
    api.GET('/api/v1/audiences'),
  ]);
  const agreements = dataOf(agreementsAnswer);
  const q = (url.searchParams.get('q') ?? '').trim().slice(0, 100);
  const [publics, membersAnswer] = await Promise.all([
    Promise.all(
      agreements.structures.map(async ({ id, name }) => ({
        id,
        name,
        members: dataOf(await api.GET('/api/v1/host/structures/{id}/public', { params: { path: { id } } })).items,
      })),
    ),
    q.length < 2 || agreements.structures.length === 0
      ? null
      : api.GET('/api/v1/host/members', { params: { query: { q } } }),
  ]);
  return {
    ...agreements,
    audiences: dataOf(audiencesAnswer).items,
    publics,
    q,
    found: membersAnswer === null ? [] : dataOf(membersAnswer).items,
  };
};

const text = (form: FormData, name: string) => String(form.get(name) ?? '').trim();

export const actions: Actions = {
  join: async ({ locals: { api }, request, url }) => {
    const form = await request.formData();
    const path = { id: text(form, 'structure'), memberId: text(form, 'membre') };
    const answer = await api.PUT('/api/v1/host/structures/{id}/public/{memberId}', { params: { path } });
    if (!answer.response.ok) return refused(answer);
    redirect(303, `${url.pathname}#public`);
  },

  leave: async ({ locals: { api }, request, url }) => {
    const form = await request.formData();
    const path = { id: text(form, 'structure'), memberId: text(form, 'membre') };
    const answer = await api.DELETE('/api/v1/host/structures/{id}/public/{memberId}', { params: { path } });
    if (!answer.response.ok) return refused(answer);
    redirect(303, `${url.pathname}#public`);
  },
};
