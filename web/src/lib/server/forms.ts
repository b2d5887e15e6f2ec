/** What was typed into a form, by field. A number that is none is NaN, which the API refuses by the field's name. */
export function fieldsOf(form: FormData) {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  const number = (name: string) => (text(name) === '' ? Number.NaN : Number(text(name).replace(',', '.')));
  return {
    text,
    textOrNull: (name: string) => (text(name) === '' ? null : text(name)),
    number,
    numberOrNull: (name: string) => (text(name) === '' ? null : number(name)),
    /** An amount in the currency's main unit, `12,50` or `12.50`, as minor units; null where nothing is typed. */
    centsOrNull: (name: string) => (text(name) === '' ? null : Math.round(number(name) * 100)),
    checked: (name: string) => form.has(name),
    all: (name: string) => form.getAll(name).map(String),
    /** Words between commas, as codes: `France services, EPN` is `france-services` and `epn`. */
    codes: (name: string) =>
      text(name)
        .split(',')
        .map(codeOf)
        .filter((code) => code !== ''),
  };
}

/** A name as it is written in an address or an export: lower case, without accents, hyphens between words. */
export const codeOf = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('œ', 'oe')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');

/**
 * Latitude and longitude as maps give them to be copied: `43.8469, 6.5136`, also `43,8469 ; 6,5136`. NaN for both where it is something
 * else.
 */
export function coordinatesOf(text: string): { latitude: number; longitude: number } {
  const parts = text.includes('.') ? text.split(/[,;\s]+/) : text.replaceAll(/(\d),(\d)/g, '$1.$2').split(/[;\s]+/);
  const [latitude = Number.NaN, longitude = Number.NaN, ...more] = parts
    .filter((part) => part !== '')
    .map((part) => Number(part));
  return more.length > 0 ? { latitude: Number.NaN, longitude: Number.NaN } : { latitude, longitude };
}
