import { redirect } from '@sveltejs/kit';
import { dataOf, problemOf, refused } from '#lib/server/api.ts';
import { addDays, instantAt, todayIn } from '#lib/server/local-time.ts';
import { requireRole } from '#lib/server/roles.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  requireRole(event, 'host', 'manager');
  const {
    locals: { api },
    params: { id },
    url,
  } = event;
  const path = { id };
  const [agreementAnswer, audiencesAnswer] = await Promise.all([
    api.GET('/api/v1/host/agreements/{id}', { params: { path } }),
    api.GET('/api/v1/audiences'),
  ]);
  const agreement = dataOf(agreementAnswer);
  const end = url.searchParams.get('fin') ?? '';
  const wantsEnd = agreement.mayEnd && /^\d{4}-\d{2}-\d{2}$/.test(end);
  const needed = agreement.state === 'proposed' || wantsEnd;
  const [consequencesAnswer, publicAnswer] = await Promise.all([
    needed
      ? api.GET('/api/v1/host/agreements/{id}/consequences', { params: { path, query: wantsEnd ? { end } : {} } })
      : null,
    agreement.side === 'partner' || agreement.side === 'both'
      ? api.GET('/api/v1/host/structures/{id}/public', { params: { path: { id: agreement.partner.id } } })
      : null,
  ]);
  return {
    agreement,
    audiences: dataOf(audiencesAnswer).items,
    members: publicAnswer === null ? [] : dataOf(publicAnswer).items,
    consequences: consequencesAnswer?.data ?? null,
    consequencesProblem: consequencesAnswer?.error === undefined ? null : problemOf(consequencesAnswer),
    end: wantsEnd ? end : null,
    earliestEnd: addDays(todayIn(agreement.site.timeZone), 1),
    done: url.searchParams.get('fait'),
  };
};

const text = (form: FormData, name: string) => String(form.get(name) ?? '').trim();

export const actions: Actions = {
  answer: async ({ locals: { api }, params: { id }, request, url }) => {
    const form = await request.formData();
    const accept = text(form, 'reponse') === 'accepter';
    const answer = await api.POST('/api/v1/host/agreements/{id}/answer', {
      params: { path: { id } },
      body: { accept, revision: Number(text(form, 'revision')) },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `${url.pathname}?fait=${accept ? 'acceptee' : 'refusee'}`);
  },

  withdraw: async ({ locals: { api }, params: { id }, request, url }) => {
    const slug = text(await request.formData(), 'lieu');
    const answer = await api.DELETE('/api/v1/host/sites/{slug}/sharing/agreements/{id}', {
      params: { path: { slug, id } },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `${url.pathname}?fait=retiree`);
  },

  end: async ({ locals: { api }, params: { id }, request, url }) => {
    const form = await request.formData();
    const answer = await api.POST('/api/v1/host/agreements/{id}/end', {
      params: { path: { id } },
      body: { from: text(form, 'fin'), inTheWay: text(form, 'reservations') === 'annuler' ? 'cancel' : 'keep' },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `${url.pathname}?fait=finie`);
  },

  book: async ({ locals: { api }, request }) => {
    const form = await request.formData();
    const zone = text(form, 'zone');
    const values = {
      date: text(form, 'date'),
      from: text(form, 'de'),
      until: text(form, 'a'),
      resourceId: text(form, 'quoi'),
      audience: text(form, 'public'),
      memberId: text(form, 'qui'),
      seats: text(form, 'personnes'),
    };
    const answer = await api.POST('/api/v1/host/public-bookings', {
      body: {
        structureId: text(form, 'structure'),
        resourceId: values.resourceId,
        startsAt: instantAt(values.date, values.from, zone) ?? '',
        endsAt: instantAt(values.date, values.until, zone) ?? '',
        audience: values.audience,
        memberId: values.memberId || null,
        seats: Number.parseInt(values.seats, 10) || 1,
      },
    });
    if (!answer.data) return refused(answer, values);
    return { booked: { reference: answer.data.reference, pin: answer.data.access?.pin ?? null } };
  },
};
