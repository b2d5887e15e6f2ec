/** The address of a place with what is chosen there; `null` takes a choice away. */
export function placeHref(
  slug: string,
  current: URLSearchParams,
  changes: Partial<
    Record<'date' | 'public' | 'type' | 'ressource' | 'debut' | 'fin' | 'personnes' | 'semaine', string | null>
  >,
): string {
  const params = new URLSearchParams();
  for (const name of ['date', 'public', 'type', 'ressource', 'debut', 'fin', 'personnes', 'semaine'] as const) {
    const value = name in changes ? changes[name] : current.get(name);
    if (value) params.set(name, value);
  }
  const query = params.toString();
  return query === '' ? `/lieux/${slug}` : `/lieux/${slug}?${query}`;
}
