import { redirect } from '@sveltejs/kit';
import { dataOf, refused } from '#lib/server/api.ts';
import { hasRole, requireRole } from '#lib/server/roles.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const account = requireRole(event, 'host', 'manager');
  const {
    locals: { api },
    params: { slug },
    url,
  } = event;
  const path = { params: { path: { slug } } };
  const isHost = hasRole(account, 'host');
  const q = (url.searchParams.get('q') ?? '').trim().slice(0, 100);
  const [session, referents, policies, minors, members] = await Promise.all([
    api.GET('/api/v1/host/sites/{slug}/session', path),
    api.GET('/api/v1/host/sites/{slug}/referents', path),
    api.GET('/api/v1/host/sites/{slug}/supervision', path),
    isHost ? api.GET('/api/v1/host/sites/{slug}/minors', path) : null,
    q.length < 2 ? null : api.GET('/api/v1/host/members', { params: { query: { q } } }),
  ]);
  return {
    me: account.memberId,
    session: dataOf(session),
    referents: dataOf(referents),
    policies: dataOf(policies).items,
    minors: minors === null ? [] : dataOf(minors).items,
    q,
    found: members === null ? [] : dataOf(members).items.slice(0, 10),
  };
};

const CONSENTS = ['attendance', 'leave_alone', 'image'] as const;
const WITHOUT = ['referent_first', 'anyone', 'not_needed'] as const;
const oneOf = <T extends string>(known: readonly T[], text: string, otherwise: T): T =>
  known.find((each) => each === text) ?? otherwise;

/** Fields of a form as text. */
async function fields(request: Request) {
  const form = await request.formData();
  return { text: (name: string) => String(form.get(name) ?? '').trim(), has: (name: string) => form.has(name) };
}

export const actions: Actions = {
  presence: async ({ locals: { api }, params: { slug }, request, url }) => {
    const { text } = await fields(request);
    const answer = await api.POST('/api/v1/host/sites/{slug}/referents/{memberId}/presence', {
      params: { path: { slug, memberId: text('membre') } },
      body: { what: oneOf(['arrive', 'leave'], text('quoi'), 'arrive') },
    });
    if (answer.error) return refused(answer);
    redirect(303, url.pathname);
  },

  entrer: async ({ locals: { api }, params: { slug }, request, url }) => {
    const { text } = await fields(request);
    const orNull = (name: string) => (text(name) === '' ? null : text(name));
    // Of somebody who is expected only the age is asked.
    const expected = Number(text('age')) < 18 ? 'minor' : 'adult';
    const kind = oneOf(['minor', 'adult', 'supervisor'], text('qui'), expected);
    const answer = await api.POST('/api/v1/host/sites/{slug}/session/attendances', {
      params: { path: { slug } },
      body: {
        spaceId: text('espace'),
        kind,
        memberId: orNull('membre'),
        age: kind === 'minor' && text('age') !== '' ? Number(text('age')) : null,
        bookingId: orNull('reservation'),
      },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `${url.pathname}#espace-${text('espace')}`);
  },

  sortir: async ({ locals: { api }, params: { slug }, request, url }) => {
    const { text } = await fields(request);
    const answer = await api.POST('/api/v1/host/sites/{slug}/session/attendances/{id}/end', {
      params: { path: { slug, id: text('presence') } },
    });
    if (answer.error) return refused(answer);
    redirect(303, `${url.pathname}#espace-${text('espace')}`);
  },

  nommer: async ({ locals: { api }, params: { slug }, request, url }) => {
    const { text } = await fields(request);
    const path = { params: { path: { slug, memberId: text('membre') } } };
    const answer =
      text('quoi') === 'retirer'
        ? await api.DELETE('/api/v1/host/sites/{slug}/referents/{memberId}', path)
        : await api.PUT('/api/v1/host/sites/{slug}/referents/{memberId}', path);
    if (answer.error) return refused(answer);
    redirect(303, `${url.pathname}#referents`);
  },

  planifier: async ({ locals: { api }, params: { slug }, request, url }) => {
    const { text } = await fields(request);
    const answer = await api.POST('/api/v1/host/sites/{slug}/referent-shifts', {
      params: { path: { slug } },
      body: {
        memberId: text('membre'),
        spaceId: null,
        date: text('date'),
        startsAt: text('de'),
        endsAt: text('a'),
        repeatUntil: text('jusqu') === '' ? null : text('jusqu'),
      },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `${url.pathname}#referents`);
  },

  annuler: async ({ locals: { api }, params: { slug }, request, url }) => {
    const { text } = await fields(request);
    const answer = await api.DELETE('/api/v1/host/sites/{slug}/referent-shifts/{id}', {
      params: { path: { slug, id: text('creneau') } },
    });
    if (answer.error) return refused(answer);
    redirect(303, `${url.pathname}#referents`);
  },

  regle: async ({ locals: { api }, params: { slug }, request, url }) => {
    const { text, has } = await fields(request);
    const policy = {
      withoutReferent: oneOf(WITHOUT, text('sans'), 'not_needed'),
      graceMinutes: Number(text('delai')) || 0,
      ratios: oneOf(['none', 'fr-accueil-de-loisirs'], text('taux'), 'none'),
      needsGuardianConsent: has('accord'),
    };
    const answer = await api.PUT('/api/v1/host/sites/{slug}/supervision/{audience}', {
      params: { path: { slug, audience: text('public') } },
      body: { policy: text('quoi') === 'reseau' ? null : policy },
    });
    if (answer.error) return refused(answer);
    redirect(303, `${url.pathname}#regles`);
  },

  enfant: async ({ locals: { api }, params: { slug }, request, url }) => {
    const { text } = await fields(request);
    const answer = await api.POST('/api/v1/host/sites/{slug}/minors', {
      params: { path: { slug } },
      body: {
        firstName: text('prenom'),
        birthDate: text('naissance'),
        audience: null,
        guardianName: text('responsable'),
        guardianContact: text('contact') === '' ? null : text('contact'),
      },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `${url.pathname}#enfants`);
  },

  accord: async ({ locals: { api }, params: { slug }, request, url }) => {
    const { text } = await fields(request);
    const answer = await api.PUT('/api/v1/host/sites/{slug}/minors/{memberId}/consents/{kind}', {
      params: { path: { slug, memberId: text('membre'), kind: oneOf(CONSENTS, text('accord'), 'attendance') } },
      body: { isGiven: text('quoi') === 'donner', givenBy: 'paper', validUntil: null },
    });
    if (answer.error) return refused(answer);
    redirect(303, `${url.pathname}#enfants`);
  },
};
