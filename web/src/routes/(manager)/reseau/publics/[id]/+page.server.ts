import { error, redirect } from '@sveltejs/kit';
import type { AudienceSettings } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { dataOf, idempotencyKey, refused } from '#lib/server/api.ts';
import { codeOf, fieldsOf } from '#lib/server/forms.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { Actions, PageServerLoad } from './$types';

const NEW = 'nouveau';

export const load: PageServerLoad = async (event) => {
  requireRole(event, 'manager');
  const { items } = dataOf(await event.locals.api.GET('/api/v1/manager/audiences'));
  const audience = items.find(({ id }) => id === event.params.id) ?? null;
  if (audience === null && event.params.id !== NEW) {
    error(404, m.error_not_found_title(), { code: 'not_found', detail: m.error_not_found_detail() });
  }
  return { audience, key: crypto.randomUUID() };
};

type Settings = Pick<AudienceSettings, 'pattern' | 'hoursVisibleTo' | 'namesVisibleTo'>;

export const actions: Actions = {
  default: async ({ locals: { api }, params, request }) => {
    const form = await request.formData();
    const { text, numberOrNull, checked } = fieldsOf(form);
    const nameFr = text('nom-fr');
    const body = {
      name: { fr: nameFr, en: text('nom-en') || nameFr },
      letter: { fr: text('lettre-fr').toUpperCase(), en: text('lettre-en').toUpperCase() },
      color: text('couleur').toLowerCase(),
      pattern: text('motif') as Settings['pattern'],
      minAge: numberOrNull('age-min'),
      maxAge: numberOrNull('age-max'),
      needsReferent: checked('referent'),
      needsGuardianConsent: checked('accord'),
      hoursVisibleTo: text('horaires') as Settings['hoursVisibleTo'],
      namesVisibleTo: text('noms') as Settings['namesVisibleTo'],
    };
    // A code is a word of programs: hyphens would not do.
    const code = codeOf(text('code') || nameFr)
      .replaceAll('-', '_')
      .slice(0, 40);
    const answer =
      params.id === NEW
        ? await api.POST('/api/v1/manager/audiences', { headers: idempotencyKey(form), body: { code, ...body } })
        : await api.PUT('/api/v1/manager/audiences/{id}', { params: { path: { id: params.id } }, body });
    if (!answer.data) return refused(answer, { code, ...body });
    redirect(303, params.id === NEW ? '/reseau/publics/rencontres' : '/reseau/publics?fait');
  },
};
