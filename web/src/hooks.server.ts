import type { RequestEvent } from '@sveltejs/kit';
import { type Handle, type HandleServerError, sequence } from '@sveltejs/kit/hooks';
import type { Account } from '#lib/api/types.ts';
import { paraglideMiddleware } from '#lib/paraglide/server.js';
import { createApi } from '#lib/server/api.ts';
import { readTheme } from '#lib/server/preferences.ts';

const language: Handle = ({ event, resolve }) =>
  paraglideMiddleware(event.request, ({ locale }) => {
    event.locals.theme = readTheme(event.cookies);
    return resolve(event, {
      transformPageChunk: ({ html }) =>
        html.replace(
          '<html lang="fr" data-theme="auto">',
          `<html lang="${locale}" data-theme="${event.locals.theme}">`,
        ),
    });
  });

const session: Handle = async ({ event, resolve }) => {
  event.locals.api = createApi(event);
  event.locals.account = await readAccount(event);
  const response = await resolve(event);
  // With `no-referrer` a browser posts forms with `Origin: null`, and they are refused as foreign. This tells other sites nothing either.
  response.headers.set('referrer-policy', 'same-origin');
  // What is drawn depends on both, and what is drawn for an account is for nobody else.
  response.headers.append('vary', 'Accept-Language, Cookie');
  if (event.locals.account !== null && !response.headers.has('cache-control')) {
    response.headers.set('cache-control', 'private, no-cache');
  }
  return response;
};

/** The server names its cookies `__Host-mitoyen_access` and `__Host-mitoyen_refresh` (without prefix where there is no TLS). */
function hasCookie(event: RequestEvent, suffix: 'access' | 'refresh'): boolean {
  return event.cookies.getAll().some(({ name, value }) => name.endsWith(`mitoyen_${suffix}`) && value !== '');
}

async function readAccount(event: RequestEvent): Promise<Account | null> {
  const { api } = event.locals;
  const canRefresh = hasCookie(event, 'refresh');
  if (!canRefresh && !hasCookie(event, 'access')) return null;
  const first = await api.GET('/api/v1/me');
  if (first.data) return first.data;
  if (first.response.status !== 401 || !canRefresh) return null;
  const renewed = await api.POST('/api/v1/sessions/refresh');
  if (!renewed.response.ok) return null;
  const second = await api.GET('/api/v1/me');
  return second.data ?? null;
}

export const handle = sequence(language, session);

export const handleError: HandleServerError = ({ kind, error, event }) => {
  if (kind === 'unknown') console.error(`${event.request.method} ${event.url.pathname}`, error);
};
