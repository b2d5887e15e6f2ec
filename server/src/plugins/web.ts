import type { IncomingMessage, ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import compression from 'compression';
import type { FastifyInstance } from 'fastify';

type NodeHandler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** What the pages' server code finds on the raw request: the API, without a hop over the network. */
declare module 'node:http' {
  interface IncomingMessage {
    mitoyenFetch?: (request: Request) => Promise<Response>;
  }
}

/** How a page may be framed, opened or followed says nothing of a script; a page has some forty, and a slow line carries each line. */
const OF_PAGES_ONLY = [
  'cross-origin-opener-policy',
  'origin-agent-cluster',
  'referrer-policy',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
];

/**
 * Mounts the built web app (adapter-node's handler) for every path that is not the API's. The handler reads the raw request, so this
 * encapsulated part of the server has no content-type parsers, and replies are handed over to it.
 */
export async function webPlugin(app: FastifyInstance, options: { build: string }) {
  // Read by the adapter when its handler is loaded: without it form posts over plain http are refused as foreign.
  process.env.PROTOCOL_HEADER ??= 'x-mitoyen-protocol';
  process.env.HOST_HEADER ??= 'x-mitoyen-host';
  process.env.ADDRESS_HEADER ??= 'x-mitoyen-address';
  const { handler } = (await import(pathToFileURL(resolve(options.build, 'handler.js')).href)) as {
    handler: NodeHandler;
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  const publicUrl = new URL(app.services.config.publicUrl);
  const injected = apiFetch(app);
  // The adapter compresses its files when they are built; pages are made for each reader.
  const compress = compression({
    filter: (_request, response) => /html|json/.test(String(response.getHeader('content-type'))),
  });
  // What the API does not have is no page: pages that ask for it would be asked to draw it, which asks again, without end.
  app.all('/api/*', { config: { action: 'platform.observe' }, schema: { hide: true } }, (_request, reply) =>
    reply.callNotFound(),
  );
  app.all('/*', { config: { action: 'platform.observe' }, schema: { hide: true } }, (request, reply) => {
    const { raw } = request;
    // Set here, never taken from the client: the address that people type is configured.
    raw.headers['x-mitoyen-protocol'] = publicUrl.protocol.slice(0, -1);
    raw.headers['x-mitoyen-host'] = request.host || publicUrl.host;
    raw.headers['x-mitoyen-address'] = request.ip;
    raw.mitoyenFetch = injected;
    reply.hijack();
    if (raw.url?.startsWith('/_app/immutable/')) for (const name of OF_PAGES_ONLY) reply.raw.removeHeader(name);
    compress(raw as Parameters<typeof compress>[0], reply.raw as Parameters<typeof compress>[1], () => {
      handler(raw, reply.raw, (error) => {
        if (error) request.log.error({ err: error }, 'page failed');
        reply.raw.writeHead(error ? 500 : 404).end();
      });
    });
  });
}

/** `fetch` for our own API, in process: the same routes, hooks and checks as over the network. */
function apiFetch(app: FastifyInstance): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const body =
      request.method === 'GET' || request.method === 'HEAD' ? undefined : Buffer.from(await request.arrayBuffer());
    const headers = Object.fromEntries(request.headers);
    headers.host ??= url.host;
    const {
      statusCode,
      headers: answered,
      rawPayload,
    } = await app.inject({
      method: request.method as 'GET',
      url: `${url.pathname}${url.search}`,
      headers,
      ...(request.headers.get('x-forwarded-for') && {
        remoteAddress: request.headers.get('x-forwarded-for') as string,
      }),
      ...(body?.length ? { payload: body } : {}),
    });
    const responseHeaders = new Headers();
    for (const [name, value] of Object.entries(answered)) {
      for (const each of Array.isArray(value) ? value : [value])
        if (each !== undefined) responseHeaders.append(name, String(each));
    }
    const isEmpty = statusCode === 204 || statusCode === 304;
    return new Response(isEmpty ? null : new Uint8Array(rawPayload), { status: statusCode, headers: responseHeaders });
  };
}
