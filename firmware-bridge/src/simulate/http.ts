import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { SimulatedSite } from './site.ts';

const MAX_BODY_BYTES = 4_096;

const presentation = Compile(
  Type.Union([
    Type.Object({ kind: Type.Literal('badge'), uid: Type.String({ minLength: 1, maxLength: 40 }) }),
    Type.Object({ kind: Type.Literal('pin'), pin: Type.String({ minLength: 1, maxLength: 20 }) }),
  ]),
);

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/**
 * Hands for the simulated doors, on loopback and for the demo only:
 * `GET /sites`, `POST /doors/{doorId}/present`, `POST /doors/{doorId}/walk`.
 */
export async function serveSimulator(
  sites: readonly SimulatedSite[],
  port: number,
): Promise<{ port: number; stop(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    answer(sites, request).then(
      ({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      },
      () => {
        response.writeHead(500).end();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(sites: readonly SimulatedSite[], request: IncomingMessage): Promise<Answer> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (request.method === 'GET' && pathname === '/sites') {
    return { status: 200, body: sites.map((site) => site.describe()) };
  }
  const [, root, doorId, verb, ...rest] = pathname.split('/');
  if (request.method !== 'POST' || root !== 'doors' || doorId === undefined || rest.length > 0) return { status: 404 };
  const site = sites.find(({ config }) => config.doors.some((door) => door.id === doorId));
  if (site === undefined) return { status: 404, body: { message: `There is no simulated door ${doorId}.` } };
  if (verb === 'walk') {
    await site.walk(doorId);
    return { status: 204 };
  }
  if (verb !== 'present') return { status: 404 };
  const presented = await readJson(request);
  if (!presentation.Check(presented)) {
    return { status: 400, body: { message: 'Expected {"kind":"badge","uid":"…"} or {"kind":"pin","pin":"…"}.' } };
  }
  return { status: 200, body: await site.present(doorId, presented) };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
