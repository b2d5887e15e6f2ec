import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals }) => ({
  account:
    locals.account === null
      ? null
      : { displayName: locals.account.displayName, roles: locals.account.roles.map(({ role }) => role) },
  theme: locals.theme,
});
