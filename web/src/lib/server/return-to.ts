import { type RequestEvent, redirect } from '@sveltejs/kit';
import type { Account } from '#lib/api/types.ts';

/** Where to go after signing in: a page of this site, or `fallback`. Anything that a browser reads as another host is dropped. */
export function safeReturnTo(value: FormDataEntryValue | null, fallback = '/'): string {
  if (typeof value !== 'string' || !value.startsWith('/')) return fallback;
  const base = 'http://self.invalid';
  let url: URL;
  try {
    url = new URL(value, base);
  } catch {
    return fallback;
  }
  // `//host`, `/\host` and `/<tab>/host` all parse to another origin.
  if (url.origin !== base) return fallback;
  const path = url.pathname + url.search + url.hash;
  return path.startsWith('//') ? fallback : path;
}

export function signInPath(returnTo: string): string {
  return `/connexion?retour=${encodeURIComponent(returnTo)}`;
}

/** The account, or a detour by the sign-in page that ends where the reader was going. */
export function requireAccount({ locals, url }: Pick<RequestEvent, 'locals' | 'url'>): Account {
  if (locals.account === null) redirect(303, signInPath(url.pathname + url.search));
  return locals.account;
}
