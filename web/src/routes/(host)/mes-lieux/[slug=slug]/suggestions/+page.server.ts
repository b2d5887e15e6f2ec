import { fail, redirect } from '@sveltejs/kit';
import type { Answer, SchedulePreview } from '#lib/api/types.ts';
import { dataOf, problemOf, refused } from '#lib/server/api.ts';
import { addDays, todayIn } from '#lib/server/local-time.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

type ProposedChange = Answer<'/api/v1/host/sites/{slug}/suggestions/try', 'post'>;

export const load: PageServerLoad = async ({ locals: { api }, params, parent, url }) => {
  const [found, schedule] = await Promise.all([
    api.GET('/api/v1/host/sites/{slug}/suggestions', { params: { path: { slug: params.slug } } }),
    api.GET('/api/v1/host/sites/{slug}/schedule', { params: { path: { slug: params.slug } } }),
    parent(),
  ]);
  const { timeZone, revision } = dataOf(schedule);
  const today = todayIn(timeZone);
  return {
    suggestions: dataOf(found),
    revision,
    timeZone,
    tryFrom: addDays(today, 7),
    tryUntil: addDays(today, 7 + 6 * 7),
    done: url.searchParams.get('fait'),
  };
};

const text = (form: FormData, name: string) => String(form.get(name) ?? '').trim();

/** What the change would touch, to be shown with the button that applies it: nothing is changed yet. */
async function show(event: RequestEvent, proposed: ProposedChange, kind: 'try' | 'keep' | 'stop') {
  const { locals, params } = event;
  const answer = await locals.api.POST('/api/v1/host/sites/{slug}/schedule/preview', {
    params: { path: { slug: params.slug } },
    body: proposed,
  });
  if (!answer.data) return refused(answer);
  const { gained, lost, bookings, faults }: SchedulePreview = answer.data;
  const sum = (list: SchedulePreview['gained']) =>
    [...Map.groupBy(list, ({ audience }) => audience)].map(([audience, of]) => ({
      audience,
      minutes: of.reduce((total, { from, until }) => total + (Date.parse(until) - Date.parse(from)) / 60_000, 0),
    }));
  return {
    preview: {
      kind,
      proposed: JSON.stringify(proposed),
      gained: sum(gained),
      lost: sum(lost),
      bookings: bookings.length,
      hasFaults: faults.length > 0,
    },
  };
}

/** What a hidden field holds, which anybody may have written: the API says whether it is a change. */
function parsed<T>(json: string): T | null {
  try {
    return JSON.parse(json) as T;
  } catch {
    return null;
  }
}

const unreadable = () => {
  const problem = problemOf({ response: new Response(null, { status: 400 }) });
  return fail(problem.status, { problem });
};

export const actions: Actions = {
  try: async (event) => {
    const form = await event.request.formData();
    const suggestion = parsed<Trial['suggestion']>(text(form, 'suggestion'));
    if (suggestion === null) return unreadable();
    const answer = await post(event, { suggestion, from: text(form, 'du'), until: text(form, 'au') });
    if (!answer.data) return refused(answer);
    return show(event, answer.data, 'try');
  },

  end: async (event) => {
    const form = await event.request.formData();
    const decision = text(form, 'decision') === 'garder' ? 'keep' : 'stop';
    const answer = await event.locals.api.POST('/api/v1/host/sites/{slug}/suggestions/trials/{id}/end', {
      params: { path: { slug: event.params.slug, id: text(form, 'essai') } },
      body: { decision },
    });
    if (!answer.data) return refused(answer);
    return show(event, answer.data, decision);
  },

  apply: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const proposed = parsed<ProposedChange>(text(form, 'changement'));
    if (proposed === null) return unreadable();
    const answer = await api.POST('/api/v1/host/sites/{slug}/schedule/changes', {
      params: { path: { slug: params.slug } },
      body: { ...proposed, decisions: { default: text(form, 'reservations') === 'annuler' ? 'cancel' : 'keep' } },
    });
    if (!answer.data) return refused(answer);
    redirect(303, `${url.pathname}?fait=oui`);
  },
};

interface Trial {
  suggestion: Answer<'/api/v1/host/sites/{slug}/suggestions', 'get'>['trials'][number]['hours'];
  from: string;
  until: string;
}

function post({ locals, params }: RequestEvent, body: Trial) {
  return locals.api.POST('/api/v1/host/sites/{slug}/suggestions/try', {
    params: { path: { slug: params.slug } },
    body,
  });
}
