import type { ResourceKind } from '#lib/api/types.ts';

/** What one looks for, as it stands in the address of the search page. */
export interface Search {
  q: string;
  commune: string;
  lat: string;
  lon: string;
  within: string;
  date: string;
  from: string;
  until: string;
  kind: ResourceKind | '';
  audience: string;
  page: number;
}

export const WITHIN_KM = ['10', '20', '30', '50', '100'] as const;
export const KINDS: readonly ResourceKind[] = ['desk', 'room', 'video', 'seats'];

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Parameters are in French, as the rest of the address; whatever is not understood is as if it were not there. */
export function readSearch(params: URLSearchParams): Search {
  const text = (name: string) => params.get(name)?.trim().slice(0, 100) ?? '';
  const matching = (name: string, pattern: RegExp) => (pattern.test(text(name)) ? text(name) : '');
  const page = Number(text('page'));
  return {
    q: text('q'),
    commune: matching('commune', /^[0-9AB]{5}$/),
    lat: matching('lat', /^-?\d{1,2}(\.\d+)?$/),
    lon: matching('lon', /^-?\d{1,3}(\.\d+)?$/),
    within: WITHIN_KM.find((km) => km === text('rayon')) ?? '30',
    date: matching('date', DATE),
    from: matching('de', TIME),
    until: matching('a', TIME),
    kind: KINDS.find((kind) => kind === text('type')) ?? '',
    audience: text('public') || 'professional',
    page: Number.isInteger(page) && page >= 1 && page <= 1000 ? page : 1,
  };
}

/** The address of the same search with some parameters changed; empty ones leave it. */
export function searchHref(current: URLSearchParams, changes: Record<string, string>): string {
  const params = new URLSearchParams(current);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') params.delete(name);
    else params.set(name, value);
  }
  const query = params.toString();
  return query === '' ? '/lieux' : `/lieux?${query}`;
}
