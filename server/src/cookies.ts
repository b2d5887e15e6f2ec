import type { Instant } from '@mitoyen/domain';

export interface CookieNames {
  readonly access: string;
  readonly refresh: string;
  readonly isSecure: boolean;
}

export const ACCESS_TOKEN_MS = 10 * 60_000;
export const REFRESH_TOKEN_MS = 30 * 24 * 3_600_000;

/**
 * `__Host-` cookies belong to one host, cannot be set by a subdomain, and travel over TLS only. Browsers also take them from
 * http on the machine itself; a demo opened over plain http from another machine gets the bare names (docs/operations.md).
 */
export function cookieNames(publicUrl: string): CookieNames {
  const { protocol, hostname } = new URL(publicUrl);
  const isSecure =
    protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  const prefix = isSecure ? '__Host-' : '';
  return { access: `${prefix}mitoyen_access`, refresh: `${prefix}mitoyen_refresh`, isSecure };
}

type WithCookies = { cookies: Record<string, string | undefined> };
export const accessCookie = (request: WithCookies, names: CookieNames): string | undefined =>
  request.cookies[names.access];
export const refreshCookie = (request: WithCookies, names: CookieNames): string | undefined =>
  request.cookies[names.refresh];

export interface SetCookie {
  readonly name: string;
  readonly value: string;
  readonly options: {
    readonly path: '/';
    readonly httpOnly: true;
    readonly sameSite: 'lax';
    readonly secure: boolean;
    readonly maxAge: number;
  };
}

const cookie = (names: CookieNames, name: string, value: string, maxAge: number): SetCookie => ({
  name,
  value,
  options: { path: '/', httpOnly: true, sameSite: 'lax', secure: names.isSecure, maxAge },
});

export function sessionCookies(
  names: CookieNames,
  tokens: { access: string; refresh: string | null; refreshExpiresAt: Instant; now: Instant },
): SetCookie[] {
  const cookies = [cookie(names, names.access, tokens.access, ACCESS_TOKEN_MS / 1000)];
  if (tokens.refresh !== null) {
    const maxAge = Math.max(0, Math.floor((tokens.refreshExpiresAt - tokens.now) / 1000));
    cookies.push(cookie(names, names.refresh, tokens.refresh, maxAge));
  }
  return cookies;
}

export const clearedCookies = (names: CookieNames): SetCookie[] => [
  cookie(names, names.access, '', 0),
  cookie(names, names.refresh, '', 0),
];
