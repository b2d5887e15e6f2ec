import { searchText } from '@mitoyen/db';

/**
 * "de" and a place name, contracted and elided as French wants it: d'Annot, du Luc, des Arcs, de La Tour-d'Aigues, d'Hyères.
 * Every h of a commune in the data is mute.
 */
export function ofPlace(name: string): string {
  if (name.startsWith('Le ')) return `du ${name.slice('Le '.length)}`;
  if (name.startsWith('Les ')) return `des ${name.slice('Les '.length)}`;
  return /^[aeiouyh]/.test(searchText(name)) ? `d'${name}` : `de ${name}`;
}

/** For addresses of pages: `l-argentiere-la-bessee`. */
export function slugOf(text: string): string {
  return searchText(text).replaceAll(' ', '-');
}
