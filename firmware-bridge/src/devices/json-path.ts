import { isObject } from './payload.ts';

/** Where a value lies in JSON, one step at a time. */
export type JsonPath = readonly (string | number)[];

const STEP = /^(?:\.?([\p{L}\p{N}_:-]+)|\[(\d{1,6})\]|\[(?:'([^']{1,100})'|"([^"]{1,100})")\])/u;

/**
 * `a.b[0]['c d']`, with or without `$.` before it, -> steps; null for anything else. The empty path is the whole value. `:` and `-` may
 * stand in a name, as in Shelly's `switch:0`.
 */
export function parsePath(text: string): JsonPath | null {
  let rest = text.trim().replace(/^\$\.?/, '');
  const steps: (string | number)[] = [];
  while (rest !== '') {
    const match = STEP.exec(rest);
    if (match === null || steps.length >= 16) return null;
    const [whole, name, index, single, double] = match;
    steps.push(index === undefined ? ((name ?? single ?? double) as string) : Number(index));
    rest = rest.slice(whole.length);
    if (rest === '.') return null;
  }
  return steps;
}

/** The value at `path`, or undefined. Never reads what an object inherits. */
export function valueAt(value: unknown, path: JsonPath): unknown {
  let here = value;
  for (const step of path) {
    if (typeof step === 'number') here = Array.isArray(here) ? here[step] : undefined;
    else here = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return here;
}
