import { appliedMigrations, releaseMigrations } from '@mitoyen/db';
import type { FastifyInstance } from 'fastify';
import { PROBLEMS, type ProblemCode, RefusalError } from '../problems.ts';
import { apiDocsPage } from './api-docs.ts';

/** For the machines that watch the product: alive, ready, what the API is. Prometheus reads /metrics. */
export async function healthRoutes(app: FastifyInstance) {
  const { services } = app;

  app.get('/healthz', { config: { action: 'platform.observe' }, schema: { hide: true } }, async () => ({
    status: 'alive',
  }));

  app.get('/readyz', { config: { action: 'platform.observe' }, schema: { hide: true } }, async (_request, reply) => {
    const checks: Record<string, string> = {};
    try {
      const [applied, wanted] = await Promise.all([appliedMigrations(services.db.platform), releaseMigrations()]);
      const missing = wanted.filter((name) => !applied.includes(name));
      checks.database = 'ok';
      checks.migrations = missing.length === 0 ? 'ok' : `missing: ${missing.join(', ')}`;
    } catch {
      checks.database = 'unreachable';
    }
    checks.broker =
      services.config.mqttUrl === null ? 'not configured' : services.doors.isConnected() ? 'ok' : 'unreachable';
    // Without the broker people still find and book, and doors still decide: that is reported, but not a reason to take no requests.
    const isReady = checks.database === 'ok' && checks.migrations === 'ok';
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', checks });
  });

  app.get('/api/openapi.json', { config: { action: 'platform.observe' }, schema: { hide: true } }, async () =>
    app.swagger(),
  );

  app.get('/api/docs', { config: { action: 'platform.observe' }, schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
      )
      .send(apiDocsPage(app.swagger() as Parameters<typeof apiDocsPage>[0], '/api/openapi.json')),
  );

  // What the `type` of a problem document leads to.
  app.get<{ Params: { code: string } }>(
    '/problems/:code',
    { config: { action: 'platform.observe' }, schema: { hide: true } },
    async (request) => {
      const { code } = request.params;
      if (!Object.hasOwn(PROBLEMS, code)) throw new RefusalError('not_found');
      const { status, title, detail } = PROBLEMS[code as ProblemCode];
      return { code, status, title, detail };
    },
  );
}
