import { isDemo } from '#lib/server/demo.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals }) => ({
  account:
    locals.account === null
      ? null
      : { displayName: locals.account.displayName, roles: locals.account.roles.map(({ role }) => role) },
  theme: locals.theme,
  isDemo: await isDemo(locals.api),
});
