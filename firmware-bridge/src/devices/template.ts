import { type JsonPath, parsePath } from './json-path.ts';

/**
 * What `value_template` may say here, of all that Jinja could: `{{ value }}`, `{{ value_json.a.b[0] }}`, `{{ value_json['a'] }}`, each with
 * filters that change nothing of the value's meaning to us. Anything else is not understood, and said so, rather than guessed at.
 */
export type Template =
  | { readonly of: 'text' }
  | { readonly of: 'json'; readonly path: JsonPath; readonly pathText: string };

/** They tidy for a display; numbers are read as numbers here anyhow, and words are compared without their case. */
const HARMLESS_FILTER =
  /^(?:int|float|string|trim|upper|lower|is_defined|round(?:\(\s*\d\s*\))?|(?:int|float|default)\(\s*[\w.'"-]*\s*\))$/;

/** Null: beyond us. */
export function parseTemplate(template: string): Template | null {
  const inner = /^\{\{-?([^{}]*?)-?\}\}$/.exec(template.trim())?.[1];
  if (inner === undefined) return null;
  const [expression = '', ...filters] = inner.split('|').map((part) => part.trim());
  if (!filters.every((filter) => HARMLESS_FILTER.test(filter))) return null;
  if (expression === 'value') return { of: 'text' };
  // `a-1` is a subtraction in Jinja, and a name in a path.
  if (!/^value_json(?:\.\w+|\[[^\]]+\])*$/.test(expression)) return null;
  const pathText = expression.slice('value_json'.length).replace(/^\./, '');
  const path = parsePath(pathText);
  return path === null ? null : { of: 'json', path, pathText };
}
