import { normaliseBadge, normalisePin } from '@mitoyen/protocol';
import type { DeviceReport, Presentation } from './codec.ts';

/** Longer ones than any reader sends are cut: what is hashed and compared stays small. */
const MAX_CODE_LENGTH = 32;

export type JsonObject = Record<string, unknown>;

/** JSON text -> the object in it; anything else is an object that says nothing. */
export function parseObject(text: string): JsonObject {
  const value = parseJson(text);
  return isObject(value) ? value : {};
}

/** JSON text -> its value, or undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** A number, also where the firmware writes it as text ("42"); undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (isNumber(value)) return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Text of at most `length` signs, or undefined. */
export const textOf = (value: unknown, length = 200): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, length) : undefined;

type Measured = Extract<DeviceReport, { type: 'reading' }>['kind'];

/** The fields of `said` that are numbers, as readings. */
export function readingsOf(said: JsonObject, fields: Readonly<Record<string, Measured>>): DeviceReport[] {
  return Object.entries(fields).flatMap(([field, kind]) => {
    const value = numberOf(said[field]);
    return value === undefined ? [] : [{ type: 'reading' as const, kind, value }];
  });
}

/** One field for both: a tag is marked with `+` or has the eight hex digits of the shortest UID; anything else was typed. */
export function presentationOf(code: string, transaction: number | null = null): Presentation {
  const cut = code.slice(0, MAX_CODE_LENGTH);
  const badge = normaliseBadge(cut);
  return {
    type: 'presentation',
    kind: badge === null ? 'pin' : 'badge',
    value: badge ?? normalisePin(cut) ?? cut,
    transaction,
  };
}

/** One level of a topic, as an address that is to be put into topics must be. */
export const isTopicLevel = (text: string): boolean => text !== '' && !/[/+#\0]/.test(text);

/** A topic, or several levels of one, without wildcards. */
export const isTopic = (text: string): boolean => text !== '' && !/[+#\0]/.test(text) && !text.startsWith('$');
