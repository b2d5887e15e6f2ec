import type { Instant } from '@mitoyen/domain';
import fp from 'fastify-plugin';
import type { Action } from '../authorisation.ts';
import { accessCookie, type CookieNames, cookieNames } from '../cookies.ts';
import { type NetworkRecord, networkRegister } from '../networks.ts';
import { type Locale, RefusalError } from '../problems.ts';
import type { Services } from '../services.ts';

/** What the access token says; nothing here is trusted about rights: those are read again with every request. */
export interface AccessClaims {
  readonly sub: string;
  readonly sid: string;
  readonly net: string;
  /** Seconds since the epoch. */
  readonly exp: number;
}

declare module 'fastify' {
  interface FastifyInstance {
    services: Services;
    cookieNames: CookieNames;
    signAccess(claims: Omit<AccessClaims, 'exp'>, expiresAt: Instant): string;
  }
  interface FastifyRequest {
    locale: Locale;
    /** Null outside /api and where no network answers at this address: `requireNetwork` refuses then. */
    network: NetworkRecord | null;
    claims: AccessClaims | null;
  }
  interface FastifyContextConfig {
    /** Row of the authorisation table that this route falls under. */
    action?: Action;
  }
}

/** First match of Accept-Language among ours; French otherwise. */
export function negotiateLocale(header: string | undefined): Locale {
  const wanted = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const q = parameters.map((p) => /^\s*q=([\d.]+)$/.exec(p)?.[1]).find((value) => value !== undefined);
      return { language: tag.toLowerCase().split('-')[0], q: q === undefined ? 1 : Number(q) };
    })
    .sort((a, b) => b.q - a.q);
  for (const { language, q } of wanted) {
    if (q > 0 && (language === 'fr' || language === 'en')) return language;
  }
  return 'fr';
}

/** Finds the language, the network and the caller of every request, and refuses what a foreign page sends in the caller's name. */
export const contextPlugin = fp(async (app, services: Services) => {
  const register = networkRegister(services);
  app.decorate('services', services);
  app.decorate('cookieNames', cookieNames(services.config.publicUrl));
  app.decorateRequest('locale', 'fr');
  app.decorateRequest('network', null);
  app.decorateRequest('claims', null);
  app.decorate('signAccess', (claims: Omit<AccessClaims, 'exp'>, expiresAt: Instant) =>
    app.jwt.sign({ ...claims, exp: Math.floor(expiresAt / 1000) }),
  );

  app.addHook('onRequest', async (request) => {
    request.locale = negotiateLocale(request.headers['accept-language']);
    if (!request.url.startsWith('/api/')) return;
    refuseForeignOrigin(request, app.cookieNames, services.config.publicUrl);
    request.network = await register.find(request.headers['x-mitoyen-network'], request.hostname);
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const token = bearer ?? accessCookie(request, app.cookieNames);
    if (token === undefined) return;
    try {
      const claims = app.jwt.verify<AccessClaims>(token, { clockTimestamp: services.clock.now() });
      // The library takes a token at the very second of its `exp`; RFC 7519, 4.1.4 does not.
      const isLive = claims.exp * 1000 > services.clock.now();
      if (isLive && claims.net === request.network?.id) request.claims = claims;
    } catch {
      // An expired or forged token is no token: the route says whether it needs one.
    }
  });
});

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Cross-site request forgery: a request that changes something and could carry cookies must come from our own pages. Browsers
 * say so in Sec-Fetch-Site or Origin; a client with a bearer token sends no cookies and is not concerned.
 */
function refuseForeignOrigin(
  request: {
    method: string;
    host: string;
    headers: Record<string, string | string[] | undefined>;
    cookies: Record<string, string | undefined>;
  },
  names: CookieNames,
  publicUrl: string,
): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin, authorization } = request.headers;
  if (authorization?.toString().startsWith('Bearer ')) return;
  const site = request.headers['sec-fetch-site'];
  if (origin === undefined && site === undefined) {
    const carriesCookies = names.access in request.cookies || names.refresh in request.cookies;
    if (!carriesCookies) return;
    throw new RefusalError('request.foreign_origin');
  }
  if (
    origin === undefined
      ? site === 'same-origin' || site === 'none'
      : isOwnOrigin(String(origin), request.host, publicUrl)
  )
    return;
  throw new RefusalError('request.foreign_origin');
}

function isOwnOrigin(origin: string, host: string, publicUrl: string): boolean {
  if (origin === new URL(publicUrl).origin) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
