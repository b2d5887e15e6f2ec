import { redirect } from '@sveltejs/kit';
import { dataOf, idempotencyKey, refused } from '#lib/server/api.ts';
import { codeOf, coordinatesOf, fieldsOf } from '#lib/server/forms.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  requireRole(event, 'manager');
  const { locals, params } = event;
  const [structure, calendars] = await Promise.all([
    locals.api.GET('/api/v1/manager/structures/{id}', { params: { path: { id: params.id } } }),
    locals.api.GET('/api/v1/manager/calendars'),
  ]);
  return { structure: dataOf(structure), calendars: dataOf(calendars), key: crypto.randomUUID() };
};

export const actions: Actions = {
  default: async ({ locals: { api }, params, request }) => {
    const form = await request.formData();
    const { text, textOrNull, codes } = fieldsOf(form);
    const values = Object.fromEntries(
      [
        'nom',
        'adresse-page',
        'rue',
        'code-postal',
        'commune',
        'insee',
        'position',
        'programmes',
        'zone',
        'feries',
        'ecole',
      ].map((name) => [name, text(name)]),
    );
    const [schoolCalendar, schoolZone] = text('ecole').split(' ');
    const answer = await api.POST('/api/v1/manager/structures/{id}/sites', {
      params: { path: { id: params.id } },
      headers: idempotencyKey(form),
      body: {
        slug: codeOf(text('adresse-page') || `${text('commune')} ${text('nom')}`),
        name: text('nom'),
        description: null,
        addressLine: textOrNull('rue'),
        postalCode: text('code-postal'),
        commune: text('commune'),
        inseeCode: text('insee').toUpperCase(),
        ...coordinatesOf(text('position')),
        programmes: codes('programmes'),
        // Left to the département unless something else was chosen.
        ...(text('zone') === '' ? {} : { timeZone: text('zone') }),
        ...(text('feries') === '' ? {} : { holidayCalendar: text('feries') }),
        ...(schoolCalendar === undefined || schoolZone === undefined ? {} : { schoolCalendar, schoolZone }),
      },
    });
    if (!answer.data) return refused(answer, values);
    redirect(303, `/mes-lieux/${answer.data.site.slug}/reglages`);
  },
};
