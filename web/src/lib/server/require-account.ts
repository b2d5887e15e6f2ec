import { type RequestEvent, redirect } from '@sveltejs/kit';
import type { Account } from '#lib/api/types.ts';
import { signInPath } from './return-to.ts';

/** The account, or a detour by the sign-in page that ends where the reader was going. */
export function requireAccount({ locals, url }: Pick<RequestEvent, 'locals' | 'url'>): Account {
  if (locals.account === null) redirect(303, signInPath(url.pathname + url.search));
  return locals.account;
}
