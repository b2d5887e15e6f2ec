import { fail, redirect } from '@sveltejs/kit';
import { dataOf, problemOf } from '#lib/server/api.ts';
import {
  clashingRows,
  type DraftRow,
  problemOfRow,
  readDraft,
  WEEKDAYS,
  type WeeklyWindow,
  windowOf,
  withCopiedDay,
  withoutRow,
  withRow,
} from '#lib/week-draft.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { api }, params, parent, url }) => {
  await parent();
  const week = dataOf(
    await api.GET('/api/v1/host/sites/{slug}/opening-windows', { params: { path: { slug: params.slug } } }),
  );
  return { week, isSaved: url.searchParams.has('enregistre') };
};

/** The week as it stands on the page goes with every button, and comes back in the answer: without script nothing typed is lost. */
function draftIn(form: FormData) {
  return { rows: readDraft(form), version: String(form.get('version') ?? '') };
}

export const actions: Actions = {
  add: async ({ request }) => {
    const form = await request.formData();
    const { rows, version } = draftIn(form);
    const weekday = WEEKDAYS.find((day) => String(day) === form.get('sur'));
    const audience = String(form.get('premier') ?? '');
    return { draft: weekday === undefined ? rows : withRow(rows, weekday, audience), version };
  },

  remove: async ({ request }) => {
    const form = await request.formData();
    const { rows, version } = draftIn(form);
    return { draft: withoutRow(rows, Number(form.get('sur'))), version };
  },

  copy: async ({ request }) => {
    const form = await request.formData();
    const { rows, version } = draftIn(form);
    const from = WEEKDAYS.find((day) => String(day) === form.get('sur'));
    const to = WEEKDAYS.filter((day) => form.getAll(`vers-${from}`).includes(String(day)));
    return { draft: from === undefined ? rows : withCopiedDay(rows, from, to), version };
  },

  save: async ({ request, locals: { api }, params, url }) => {
    const form = await request.formData();
    const { rows, version } = draftIn(form);
    const rowProblems = rows.flatMap((row) => {
      const problem = problemOfRow(row);
      return problem === null ? [] : [{ key: row.key, problem }];
    });
    if (rowProblems.length > 0) return fail(422, { draft: rows, version, rowProblems });
    // Saving over somebody else's change is a button of its own, which names the version that it replaces.
    const over = form.get('par-dessus');
    const answer = await api.PUT('/api/v1/host/sites/{slug}/opening-windows', {
      params: { path: { slug: params.slug } },
      body: { version: typeof over === 'string' ? over : version, items: rows.map(windowOf) },
    });
    if (!answer.data) return fail(answer.response.status, { draft: rows, version, ...explain(answer, rows) });
    redirect(303, `${url.pathname}?enregistre`);
  },
};

function explain(answer: Parameters<typeof problemOf>[0], rows: readonly DraftRow[]) {
  const problem = problemOf(answer);
  const windows = (answer.error as { windows?: WeeklyWindow[] } | undefined)?.windows ?? [];
  return { problem, clash: clashingRows(rows, windows).map(({ key }) => key) };
}
