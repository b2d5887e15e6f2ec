import process from 'node:process';
import { type Cookies, error, fail, type RequestEvent } from '@sveltejs/kit';
import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '#lib/api/schema.d.ts';
import type { Problem } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';

export type Api = Client<paths>;

/**
 * A client of the API for one page request: the reader's cookies, language and address go with every call, and the cookies of
 * the answers (a session begun, renewed or ended) go to the reader.
 */
export function createApi(event: RequestEvent): Api {
  const send = transport(event);
  return createClient<paths>({
    baseUrl: event.url.origin,
    fetch: async (request) => {
      const headers = new Headers(request.headers);
      const cookie = cookieHeader(event.cookies);
      if (cookie !== '') headers.set('cookie', cookie);
      headers.set('accept-language', getLocale());
      headers.set('x-forwarded-for', event.getClientAddress());
      headers.set('origin', event.url.origin);
      const userAgent = event.request.headers.get('user-agent');
      if (userAgent !== null) headers.set('user-agent', userAgent);
      const response = await send(new Request(request, { headers }));
      forwardCookies(response, event.cookies);
      return response;
    },
  });
}

function transport(event: RequestEvent): (request: Request) => Promise<Response> {
  const inProcess = event.platform?.req.mitoyenFetch;
  if (inProcess !== undefined) return inProcess;
  const base = process.env.MITOYEN_API_URL;
  if (base === undefined) {
    throw new Error(
      'No API to call: run the pages inside the server, or set MITOYEN_API_URL (e.g. http://localhost:3000).',
    );
  }
  return (request) => {
    const { pathname, search } = new URL(request.url);
    return fetch(new Request(new URL(pathname + search, base), request));
  };
}

/** Read through `cookies` and not from the request, so that a session renewed a moment ago is the one that is sent. */
function cookieHeader(cookies: Cookies): string {
  return cookies
    .getAll({ decode: (value) => value })
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
}

function forwardCookies(response: Response, cookies: Cookies): void {
  for (const header of response.headers.getSetCookie()) {
    const { name, value, ...attributes } = cookies.parse(header, { decode: (raw) => raw });
    cookies.set(name, value ?? '', {
      ...attributes,
      path: attributes.path ?? '/',
      httpOnly: attributes.httpOnly ?? false,
      secure: attributes.secure ?? false,
      encode: (raw) => raw,
    });
  }
}

type Outcome<Data> = { data?: Data; error?: unknown; response: Response };

/** The data of an answer, or the error page that explains why there is none. For `load`. */
export function dataOf<Data>(outcome: Outcome<Data>): NonNullable<Data> {
  if (outcome.response.ok) return outcome.data as NonNullable<Data>;
  const problem = problemOf(outcome);
  error(problem.status, problem.title, { code: problem.code, detail: problem.detail });
}

/** The refusal of an answer as a form's failure; `values` are what the reader typed, never a password. For form actions. */
export function refused<Values extends Record<string, unknown>>(outcome: Outcome<unknown>, values?: Values) {
  const problem = problemOf(outcome);
  return fail(problem.status, { problem, values });
}

export function problemOf({ error: body, response }: Outcome<unknown>): Problem {
  if (typeof body === 'object' && body !== null && 'title' in body && 'code' in body) {
    return { ...(body as Problem), status: response.status };
  }
  return {
    status: response.status >= 400 ? response.status : 502,
    code: 'web.no_answer',
    title: m.error_api_title(),
    detail: m.error_api_detail(),
  };
}

/** Same key for the same form: a double click or a resent page does not book twice. */
export function idempotencyKey(form: FormData): { 'idempotency-key': string } {
  const key = form.get('key');
  return { 'idempotency-key': typeof key === 'string' && key.length >= 16 ? key : crypto.randomUUID() };
}
