import { idempotencyKey } from './api.ts';

type Relation = 'together' | 'same_site' | 'never_same_site';

const PREFIX = 'paire ';
const RELATIONS: readonly string[] = ['together', 'same_site', 'never_same_site'];
const isRelation = (value: string): value is Relation => RELATIONS.includes(value);

/** The setting as its form sends it: one field for each pair, empty where the layer says nothing. */
export function settingOf(form: FormData) {
  const chosen: Record<string, string> = {};
  for (const [name, value] of form) {
    if (name.startsWith(PREFIX) && typeof value === 'string') chosen[name.slice(PREFIX.length)] = value;
  }
  const rules = Object.entries(chosen).flatMap(([pair, relation]) => {
    const [a = '', b = ''] = pair.split(' ');
    return isRelation(relation) ? [{ audiences: [a, b] as [string, string], relation }] : [];
  });
  const version = String(form.get('version') ?? '');
  return { body: { version, rules }, chosen, headers: idempotencyKey(form) };
}
