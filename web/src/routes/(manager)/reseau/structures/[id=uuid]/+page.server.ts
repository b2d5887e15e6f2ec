import { redirect } from '@sveltejs/kit';
import { dataOf, idempotencyKey, refused } from '#lib/server/api.ts';
import { fieldsOf } from '#lib/server/forms.ts';
import { requireRole } from '#lib/server/roles.ts';
import { structureOf } from '../structure-form.ts';
import type { Actions, PageServerLoad } from './$types';

const DONE = ['creee', 'modifiee', 'invite', 'retire', 'lieu-supprime'] as const;

export const load: PageServerLoad = async (event) => {
  requireRole(event, 'manager');
  const { locals, params, url } = event;
  const path = { path: { id: params.id } };
  const structure = dataOf(await locals.api.GET('/api/v1/manager/structures/{id}', { params: path }));
  return {
    structure,
    key: crypto.randomUUID(),
    done: DONE.find((done) => done === url.searchParams.get('fait')) ?? null,
    /** Whom the reader is about to take out of the team. */
    removing: structure.staff.find(({ accountId }) => accountId === url.searchParams.get('retirer')) ?? null,
  };
};

export const actions: Actions = {
  change: async ({ locals: { api }, params, request, url }) => {
    const { body, values } = structureOf(fieldsOf(await request.formData()));
    const answer = await api.PUT('/api/v1/manager/structures/{id}', { params: { path: { id: params.id } }, body });
    if (!answer.data) return refused(answer, { what: 'change', ...values });
    redirect(303, `${url.pathname}?fait=modifiee`);
  },

  invite: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const { text } = fieldsOf(form);
    const body = {
      email: text('courriel'),
      displayName: text('nom'),
      locale: text('langue') === 'en' ? 'en' : 'fr',
    } as const;
    const answer = await api.POST('/api/v1/manager/structures/{id}/staff', {
      params: { path: { id: params.id } },
      headers: idempotencyKey(form),
      body,
    });
    if (!answer.data) return refused(answer, { what: 'invite', ...body });
    redirect(303, `${url.pathname}?fait=invite#equipe`);
  },

  removeHost: async ({ locals: { api }, params, request, url }) => {
    const accountId = fieldsOf(await request.formData()).text('compte');
    const answer = await api.DELETE('/api/v1/manager/structures/{id}/staff/{accountId}', {
      params: { path: { id: params.id, accountId } },
    });
    if (!answer.data) return refused(answer, { what: 'removeHost' });
    redirect(303, `${url.pathname}?fait=retire#equipe`);
  },

  removeSite: async ({ locals: { api }, request, url }) => {
    const slug = fieldsOf(await request.formData()).text('lieu');
    const answer = await api.DELETE('/api/v1/manager/sites/{slug}', { params: { path: { slug } } });
    if (!answer.response.ok) return refused(answer, { what: 'removeSite' });
    redirect(303, `${url.pathname}?fait=lieu-supprime`);
  },

  remove: async ({ locals: { api }, params }) => {
    const answer = await api.DELETE('/api/v1/manager/structures/{id}', { params: { path: { id: params.id } } });
    if (!answer.response.ok) return refused(answer, { what: 'remove' });
    redirect(303, '/reseau/structures');
  },
};
