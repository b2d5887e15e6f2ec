import type { Problem } from '#lib/api/types.ts';

/** What is wrong with one field. The API names fields by JSON pointer or by name. */
export function errorOf(problem: Problem | undefined, field: string): string | undefined {
  return problem?.errors?.find(({ path }) => path === field || path === `/${field}` || path.endsWith(`/${field}`))
    ?.message;
}
