import { redirect } from '@sveltejs/kit';
import type { ResourceKind } from '#lib/api/types.ts';
import { idempotencyKey, refused } from '#lib/server/api.ts';
import { fieldsOf } from '#lib/server/forms.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({
  key: crypto.randomUUID(),
  isSaved: url.searchParams.has('fait'),
});

const spaceOf = ({ text, number }: ReturnType<typeof fieldsOf>) => ({
  name: text('nom'),
  kind: text('genre') === 'room' ? ('room' as const) : ('open_area' as const),
  capacity: number('personnes'),
  handoverMinutes: number('battement'),
});

const resourceOf = ({ text, number, numberOrNull, textOrNull }: ReturnType<typeof fieldsOf>) => ({
  name: text('nom'),
  capacity: number('places'),
  bufferBeforeMinutes: number('avant'),
  bufferAfterMinutes: number('apres'),
  tariffId: textOrNull('tarif'),
  releaseAfterMinutes: numberOrNull('liberation'),
});

/** Everything that was typed, for the form that was refused. */
const typedIn = (form: FormData) =>
  Object.fromEntries([...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));

const saved = (url: URL, anchor: string): never => redirect(303, `${url.pathname}?fait#${anchor}`);

export const actions: Actions = {
  addSpace: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const answer = await api.POST('/api/v1/host/sites/{slug}/spaces', {
      params: { path: { slug: params.slug } },
      headers: idempotencyKey(form),
      body: spaceOf(fieldsOf(form)),
    });
    if (!answer.data) return refused(answer, { what: 'addSpace', ...typedIn(form) });
    return saved(url, `espace-${answer.data.spaces.at(-1)?.id}`);
  },

  changeSpace: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const fields = fieldsOf(form);
    const id = fields.text('espace');
    const answer = await api.PATCH('/api/v1/host/sites/{slug}/spaces/{id}', {
      params: { path: { slug: params.slug, id } },
      body: fields.checked('retour') ? { isOffered: true } : spaceOf(fields),
    });
    if (!answer.data) return refused(answer, { what: `space ${id}`, ...typedIn(form) });
    return saved(url, `espace-${id}`);
  },

  removeSpace: async ({ locals: { api }, params, request, url }) => {
    const id = fieldsOf(await request.formData()).text('espace');
    const answer = await api.DELETE('/api/v1/host/sites/{slug}/spaces/{id}', {
      params: { path: { slug: params.slug, id } },
    });
    if (!answer.data) return refused(answer, { what: `space ${id}` });
    return saved(url, 'contenu');
  },

  addResources: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const fields = fieldsOf(form);
    const spaceId = fields.text('espace');
    const answer = await api.POST('/api/v1/host/sites/{slug}/resources', {
      params: { path: { slug: params.slug } },
      headers: idempotencyKey(form),
      body: {
        ...resourceOf(fields),
        spaceId,
        kind: fields.text('genre') as ResourceKind,
        count: fields.number('nombre'),
      },
    });
    if (!answer.data) return refused(answer, { what: `resources ${spaceId}`, ...typedIn(form) });
    return saved(url, `espace-${spaceId}`);
  },

  changeResource: async ({ locals: { api }, params, request, url }) => {
    const form = await request.formData();
    const fields = fieldsOf(form);
    const id = fields.text('ressource');
    const answer = await api.PATCH('/api/v1/host/sites/{slug}/resources/{id}', {
      params: { path: { slug: params.slug, id } },
      body: fields.checked('retour') ? { isActive: true } : resourceOf(fields),
    });
    if (!answer.data) return refused(answer, { what: `resource ${id}`, ...typedIn(form) });
    return saved(url, `ressource-${id}`);
  },

  removeResource: async ({ locals: { api }, params, request, url }) => {
    const fields = fieldsOf(await request.formData());
    const id = fields.text('ressource');
    const answer = await api.DELETE('/api/v1/host/sites/{slug}/resources/{id}', {
      params: { path: { slug: params.slug, id } },
    });
    if (!answer.data) return refused(answer, { what: `resource ${id}` });
    return saved(url, `espace-${fields.text('espace')}`);
  },
};
