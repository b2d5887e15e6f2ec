import { redirect } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { Actions, PageServerLoad } from './$types';

const MOST_SHOWN = 50;

export const load: PageServerLoad = async (event) => {
  // A manager has no business with badges: they are the structure's.
  requireRole(event, 'host');
  const {
    locals: { api },
    params,
    url,
  } = event;
  const q = (url.searchParams.get('q') ?? '').trim().slice(0, 100);
  const filter = (url.searchParams.get('filtre') ?? '').trim().slice(0, 100);
  const [badgesAnswer, membersAnswer] = await Promise.all([
    api.GET('/api/v1/host/sites/{slug}/badges', { params: { path: { slug: params.slug } } }),
    q.length < 2 ? null : api.GET('/api/v1/host/members', { params: { query: { q } } }),
  ]);
  const badges = dataOf(badgesAnswer).items;
  const members = membersAnswer === null ? [] : dataOf(membersAnswer).items;
  const showsRevoked = url.searchParams.get('etat') === 'tous';
  const wanted = filter.toLowerCase();
  const matching = badges.filter(
    (badge) =>
      (showsRevoked || badge.revokedAt === null) &&
      `${badge.member.displayName} ${badge.label} ${badge.uidEnding}`.toLowerCase().includes(wanted),
  );
  return {
    q,
    filter,
    showsRevoked,
    members,
    chosen: members.find(({ id }) => id === url.searchParams.get('membre')) ?? null,
    badges: matching.slice(0, MOST_SHOWN),
    matching: matching.length,
    revoking: badges.find(({ id, revokedAt }) => id === url.searchParams.get('revoquer') && revokedAt === null) ?? null,
    given: badges.find(({ id }) => id === url.searchParams.get('attribue')) ?? null,
    revoked: badges.find(({ id }) => id === url.searchParams.get('revoque')) ?? null,
  };
};

export const actions: Actions = {
  give: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const values = { uid: text('uid'), label: text('nom'), isStaff: form.has('equipe') };
    const answer = await api.POST('/api/v1/host/sites/{slug}/badges', {
      params: { path: { slug: params.slug } },
      body: {
        memberId: text('membre'),
        uid: values.uid,
        isStaff: values.isStaff,
        ...(values.label === '' ? {} : { label: values.label }),
      },
    });
    if (!answer.data) return refused(answer, values);
    redirect(303, `${url.pathname}?attribue=${answer.data.id}`);
  },

  revoke: async ({ locals: { api }, params, request, url }) => {
    const id = String((await request.formData()).get('badge') ?? '');
    const answer = await api.POST('/api/v1/host/sites/{slug}/badges/{id}/revoke', {
      params: { path: { slug: params.slug, id } },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `${url.pathname}?revoque=${answer.data.id}`);
  },
};
