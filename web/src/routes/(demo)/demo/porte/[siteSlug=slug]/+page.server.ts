import { error } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import type { Actions, PageServerLoad } from './$types';

/** As many digits as the keypad keeps. */
const MOST_DIGITS = 8;

export const load: PageServerLoad = async ({ locals: { api }, params, url, parent, depends }) => {
  await parent();
  depends('demo:door');
  const [doors, site, badges] = await Promise.all([
    api.GET('/api/v1/demo/doors'),
    api.GET('/api/v1/sites/{slug}', { params: { path: { slug: params.siteSlug } } }),
    api.GET('/api/v1/demo/badges'),
  ]);
  const virtual = dataOf(doors).items.find(({ siteSlug }) => siteSlug === params.siteSlug);
  const first = virtual?.doors[0];
  if (virtual === undefined || first === undefined) error(404);
  return {
    site: dataOf(site),
    people: virtual.people,
    doors: virtual.doors,
    door: virtual.doors.find(({ id }) => id === url.searchParams.get('porte')) ?? first,
    badges: dataOf(badges).items,
  };
};

export const actions: Actions = {
  badge: async ({ locals: { api }, request }) => {
    const form = await request.formData();
    const uid = String(form.get('uid') ?? '').trim();
    const answer = await api.POST('/api/v1/demo/doors/{id}/present', {
      params: { path: { id: String(form.get('porte')) } },
      body: { kind: 'badge', uid },
    });
    if (!answer.data) return refused(answer, { uid, pin: '' });
    return { answer: answer.data, kind: 'badge' as const };
  },

  pin: async ({ locals: { api }, request }) => {
    const form = await request.formData();
    const pin = String(form.get('code') ?? '').replace(/\D/g, '');
    const answer = await api.POST('/api/v1/demo/doors/{id}/present', {
      params: { path: { id: String(form.get('porte')) } },
      body: { kind: 'pin', pin },
    });
    if (!answer.data) return refused(answer, { uid: '', pin });
    return { answer: answer.data, kind: 'pin' as const };
  },

  /** A key of the keypad, where there is no script to keep what was typed. */
  key: async ({ request }) => {
    const form = await request.formData();
    const typed = String(form.get('code') ?? '');
    const key = String(form.get('touche') ?? '');
    const pin = key === 'C' ? '' : `${typed}${/^\d$/.test(key) ? key : ''}`.slice(0, MOST_DIGITS);
    return { values: { uid: '', pin } };
  },

  walk: async ({ locals: { api }, request }) => {
    const form = await request.formData();
    const answer = await api.POST('/api/v1/demo/doors/{id}/walk', {
      params: { path: { id: String(form.get('porte')) } },
    });
    if (!answer.data) return refused(answer, { uid: '', pin: '' });
    return { walked: answer.data.walked };
  },
};
