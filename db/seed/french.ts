/**
 * "de" and a place name, contracted and elided as French wants it: d'Annot, du Luc, des Arcs, de La Tour-d'Aigues, d'Hyères.
 * Every h of a commune in the data is mute.
 */
export function ofPlace(name: string): string {
  if (name.startsWith('Le ')) return `du ${name.slice('Le '.length)}`;
  if (name.startsWith('Les ')) return `des ${name.slice('Les '.length)}`;
  return /^[aeiouyh]/.test(searchText(name)) ? `d'${name}` : `de ${name}`;
}

/** Lower case, without accents, everything else a space: what the server compares a search box with. */
export function searchText(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/œ/g, 'oe')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/** For addresses of pages: `l-argentiere-la-bessee`. */
export function slugOf(text: string): string {
  return searchText(text).replaceAll(' ', '-');
}
