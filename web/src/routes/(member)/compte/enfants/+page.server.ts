import { redirect } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { api } }) => ({
  children: dataOf(await api.GET('/api/v1/me/children')).items,
});

const CONSENTS = ['attendance', 'leave_alone', 'image'] as const;

export const actions: Actions = {
  ajouter: async ({ locals: { api }, request, url }) => {
    const form = await request.formData();
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const values = { firstName: text('prenom'), birthDate: text('naissance') };
    const answer = await api.POST('/api/v1/me/children', { body: { ...values, audience: null } });
    if (!answer.data) return refused(answer, values);
    redirect(303, url.pathname);
  },

  accord: async ({ locals: { api }, request, url }) => {
    const form = await request.formData();
    const text = (name: string) => String(form.get(name) ?? '');
    const kind = CONSENTS.find((each) => each === text('accord')) ?? 'attendance';
    const answer = await api.PUT('/api/v1/me/children/{memberId}/consents/{kind}', {
      params: { path: { memberId: text('enfant'), kind } },
      body: { isGiven: text('quoi') === 'donner' },
    });
    if (answer.error) return refused(answer, { firstName: '', birthDate: '' });
    redirect(303, url.pathname);
  },
};
