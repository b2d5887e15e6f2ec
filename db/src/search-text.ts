/** Lower case, without accents, apostrophes and hyphens as spaces: "L'Argentière-la-Bessée" and "l argentiere la bessee" are one. */
export function searchText(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/œ/g, 'oe')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
