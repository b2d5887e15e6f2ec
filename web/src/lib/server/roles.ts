import { error, type RequestEvent } from '@sveltejs/kit';
import type { Account } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { requireAccount } from './require-account.ts';

export type Role = Account['roles'][number]['role'];

export const hasRole = (account: Account, role: Role): boolean => account.roles.some((each) => each.role === role);

/**
 * The account when it has one of these roles, else a detour by the sign-in page, or the page that says for whom this is. The API
 * decides anyway, object by object: this only spares the reader a page of refusals.
 */
export function requireRole(event: Pick<RequestEvent, 'locals' | 'url'>, ...roles: readonly Role[]): Account {
  const account = requireAccount(event);
  if (roles.some((role) => hasRole(account, role))) return account;
  error(403, m.staff_forbidden_title(), { code: 'auth.forbidden', detail: m.staff_forbidden_detail() });
}
