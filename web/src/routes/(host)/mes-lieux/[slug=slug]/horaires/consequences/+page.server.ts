import { fail, redirect } from '@sveltejs/kit';
import { changeBetween } from '#lib/planner/change.ts';
import { addDays, fromField, instantOf, isDate } from '#lib/planner/dates.ts';
import { editTemplateDay, WEEKDAYS, withClosure, withPainted } from '#lib/planner/edit.ts';
import { savedOf } from '#lib/planner/saved.ts';
import type { Change, Draft, Saved } from '#lib/planner/types.ts';
import { type Api, dataOf, idempotencyKey, problemOf } from '#lib/server/api.ts';
import type { Actions, PageServerLoad } from './$types';

/** What was just applied, when the address names it. */
export const load: PageServerLoad = async ({ locals: { api }, params, url }) => {
  const id = url.searchParams.get('fait');
  if (id === null) return { applied: null, key: crypto.randomUUID() };
  const changes = dataOf(
    await api.GET('/api/v1/host/sites/{slug}/schedule/changes', { params: { path: { slug: params.slug } } }),
  );
  return { applied: changes.items.find((change) => change.id === id) ?? null, key: crypto.randomUUID() };
};

type Body = NonNullable<Parameters<Api['POST']>[1]>;

async function savedHours(api: Api, slug: string): Promise<Saved> {
  return savedOf(dataOf(await api.GET('/api/v1/host/sites/{slug}/schedule', { params: { path: { slug } } })));
}

/** The consequences of a change. On hours that have changed meanwhile it is asked of those that hold now, and this is said. */
async function examine(api: Api, slug: string, revision: number, change: Change) {
  const ask = (asked: number) =>
    api.POST('/api/v1/host/sites/{slug}/schedule/preview', {
      params: { path: { slug } },
      body: { revision: asked, change } as Body['body'] as never,
    });
  const first = await ask(revision);
  if (first.data) return { preview: first.data, change, isRebased: false };
  const problem = problemOf(first);
  if (problem.code !== 'schedule.changed_meanwhile') return fail(problem.status, { problem, change });
  const again = await ask((await savedHours(api, slug)).revision);
  if (!again.data) return fail(again.response.status, { problem: problemOf(again), change });
  return { preview: again.data, change, isRebased: true };
}

/** A change travels as text in the form: what it says is for the API to judge. */
function changeIn(form: FormData): Change {
  try {
    const change: unknown = JSON.parse(String(form.get('changement')));
    return typeof change === 'object' && change !== null && !Array.isArray(change) ? (change as Change) : {};
  } catch {
    return {};
  }
}

const revisionIn = (form: FormData) => {
  const revision = Number(form.get('revision'));
  return Number.isSafeInteger(revision) && revision >= 0 ? revision : 0;
};

/** For pages without script: the change that one form makes. */
async function byHand(api: Api, slug: string, edit: (draft: Draft, saved: Saved) => Draft) {
  const saved = await savedHours(api, slug);
  return examine(api, slug, saved.revision, changeBetween(saved.draft, edit(saved.draft, saved)));
}

const newId = () => crypto.randomUUID();

export const actions: Actions = {
  voir: async ({ request, locals: { api }, params }) => {
    const form = await request.formData();
    return examine(api, params.slug, revisionIn(form), changeIn(form));
  },

  ajouter: async ({ request, locals: { api }, params }) => {
    const form = await request.formData();
    const text = (name: string) => String(form.get(name) ?? '');
    const weekday = WEEKDAYS.find((day) => String(day) === text('jour')) ?? 1;
    const minutes = (time: string) => {
      const [hour = 0, minute = 0] = time.split(':').map(Number);
      return hour * 60 + minute;
    };
    return byHand(api, params.slug, (draft, saved) => {
      const template = draft.templates.find(({ id }) => id === text('modele'));
      if (template === undefined) return draft;
      const own = template.spaceIds ?? saved.spaces.map(({ id }) => id);
      const stroke = {
        spaceIds: text('espace') === '' ? own : [text('espace')],
        startMinute: minutes(text('de')),
        endMinute: minutes(fromField(text('a'))),
        audience: text('public'),
      };
      return editTemplateDay(draft, template.id, weekday, (windows) => withPainted(windows, stroke, own, newId), newId);
    });
  },

  retirer: async ({ request, locals: { api }, params }) => {
    const id = String((await request.formData()).get('plage') ?? '');
    return byHand(api, params.slug, (draft) => ({
      ...draft,
      templates: draft.templates.map((template) => ({
        ...template,
        windows: template.windows.filter((window) => window.id !== id),
      })),
    }));
  },

  fermer: async ({ request, locals: { api }, params }) => {
    const form = await request.formData();
    const [from, until] = [String(form.get('du')), String(form.get('au'))];
    const reason = String(form.get('motif') ?? '').trim();
    return byHand(api, params.slug, (draft, { timeZone }) =>
      !isDate(from) || !isDate(until) || until < from
        ? draft
        : withClosure(draft, {
            id: newId(),
            from: instantOf(from, '00:00', timeZone),
            until: instantOf(addDays(until, 1), '00:00', timeZone),
            spaceId: null,
            reason: reason === '' ? null : reason,
            told: 'booked',
          }),
    );
  },

  appliquer: async ({ request, locals: { api }, params, url }) => {
    const form = await request.formData();
    const change = changeIn(form);
    const revision = revisionIn(form);
    const message = String(form.get('message') ?? '').trim();
    const answer = await api.POST('/api/v1/host/sites/{slug}/schedule/changes', {
      params: { path: { slug: params.slug }, header: idempotencyKey(form) },
      body: {
        revision,
        change,
        decisions: decisionsIn(form),
        ...(message === '' ? {} : { message }),
      } as Body['body'] as never,
    });
    if (answer.data) redirect(303, `${url.pathname}?fait=${answer.data.id}`);
    const problem = problemOf(answer);
    const again = await examine(api, params.slug, revision, change);
    return fail(problem.status, { problem, message, ...('preview' in again ? again : { change }) });
  },
};

type Do = 'cancel' | 'keep' | 'move';
const KNOWN: readonly Do[] = ['cancel', 'keep', 'move'];

/** For all, and for those that are decided otherwise. Where all are moved, `sinon` is for those that cannot be. */
function decisionsIn(form: FormData) {
  const known = (value: unknown): Do | undefined => KNOWN.find((each) => each === value);
  const byDefault = known(form.get('defaut')) ?? 'cancel';
  const otherwise = known(form.get('sinon')) ?? 'cancel';
  const immovable = new Set(form.getAll('immobile').map(String));
  const bookings: { id: string; do: Do; to?: { resourceId: string; startsAt: string; endsAt: string } }[] = [];
  for (const [name, value] of form) {
    if (!name.startsWith('pour-') || typeof value !== 'string') continue;
    const id = name.slice('pour-'.length);
    const [what, resourceId, startsAt, endsAt] = value.split('|');
    const own = known(what);
    if (own === 'move' && resourceId && startsAt && endsAt)
      bookings.push({ id, do: 'move', to: { resourceId, startsAt, endsAt } });
    else if (own !== undefined && own !== 'move') bookings.push({ id, do: own });
    else if (byDefault === 'move' && immovable.has(id)) bookings.push({ id, do: otherwise });
  }
  return { default: byDefault, bookings };
}
