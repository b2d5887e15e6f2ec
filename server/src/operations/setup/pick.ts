/**
 * Only these fields of what came in, and of them only those that are there: a request may carry others, and a field that is a column is
 * not for that reason the caller's to set.
 */
export function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  const entries = keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]] as const);
  return Object.fromEntries(entries) as Pick<T, K>;
}
