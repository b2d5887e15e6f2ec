import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import jwt from '@fastify/jwt';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyServerOptions } from 'fastify';
import fastifyMetrics from 'fastify-metrics';
import { type Simulator, simulatorClient } from './adapters/simulator.ts';
import { PERMISSIONS } from './authorisation.ts';
import { createLive, type Live } from './live.ts';
import { contextPlugin } from './plugins/context.ts';
import { errorsPlugin, unreadableAddress } from './plugins/errors.ts';
import { healthRoutes } from './plugins/health.ts';
import { openApiDocument } from './plugins/openapi.ts';
import { patiencePlugin } from './plugins/patience.ts';
import { webPlugin } from './plugins/web.ts';
import { RefusalError } from './problems.ts';
import { accountRoutes } from './routes/accounts/accounts.ts';
import { bookingRoutes } from './routes/bookings/bookings.ts';
import { demoRoutes } from './routes/demo/demo.ts';
import { hostRoutes } from './routes/host/host.ts';
import { interopRoutes } from './routes/interop/interop.ts';
import { managerRoutes } from './routes/manager/manager.ts';
import { placeRoutes } from './routes/places/places.ts';
import { platformRoutes } from './routes/platform/platform.ts';
import { scheduleRoutes } from './routes/schedule/schedule.ts';
import { Problem } from './routes/schemas.ts';
import { seriesRoutes } from './routes/series/series.ts';
import { networkSetupRoutes } from './routes/setup/network.ts';
import { SETUP_SCHEMAS } from './routes/setup/schemas.ts';
import { siteSetupRoutes } from './routes/setup/site.ts';
import { sharingRoutes } from './routes/sharing/sharing.ts';
import { suggestionRoutes } from './routes/sharing/suggestions.ts';
import { supervisionRoutes } from './routes/supervision/supervision.ts';
import { waitlistRoutes } from './routes/waitlist/waitlist.ts';
import type { Services } from './services.ts';

declare module 'fastify' {
  interface FastifyInstance {
    live: Live;
    simulator: Simulator;
  }
}

const BODY_LIMIT_BYTES = 256 * 1024;

/** Builds the HTTP side of the product; `main.ts` listens. Nothing is read from the environment here. */
export async function buildApp(services: Services, logger: FastifyServerOptions['logger'] = false) {
  const { config } = services;
  const app = Fastify({
    logger,
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    // A client's own id would end up in our logs as it is.
    requestIdHeader: false,
    genReqId: () => Buffer.from(services.random(9)).toString('base64url'),
    frameworkErrors: unreadableAddress(config.publicUrl),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(TypeBoxValidatorCompiler);

  for (const schema of [Problem, ...SETUP_SCHEMAS]) app.addSchema(schema);
  app.decorate('live', createLive());
  app.decorate('simulator', simulatorClient(config.simulatorUrl));
  app.addHook('onClose', () => app.live.stop());

  await app.register(errorsPlugin, services);
  await app.register(patiencePlugin);
  await app.register(fastifyMetrics.default, {
    endpoint: '/metrics',
    clearRegisterOnInit: true,
    routeMetrics: { groupStatusCodes: true },
  });
  await app.register(helmet, {
    // The pages set their own, with a nonce; the API answers no documents.
    contentSecurityPolicy: false,
    // `no-referrer` makes browsers send `Origin: null` with forms, which is nobody's page.
    referrerPolicy: { policy: 'same-origin' },
    hsts: config.publicUrl.startsWith('https:') ? { maxAge: 31_536_000 } : false,
  });
  await app.register(compress, { threshold: 1_024, encodings: ['br', 'gzip'] });
  await app.register(cookie);
  await app.register(jwt, { secret: services.vault.derive('jwt'), sign: { algorithm: 'HS256', noTimestamp: true } });
  await app.register(swagger, openApiDocument(config.publicUrl));
  await app.register(contextPlugin, services);
  // From here on a route says under which row of the table it falls, or the server does not start.
  app.addHook('onRoute', ({ method, url, config: { action } = {} }) => {
    if (action === undefined) throw new Error(`${String(method)} ${url} names no action.`);
    if (!Object.hasOwn(PERMISSIONS, action))
      throw new Error(`${String(method)} ${url} names no known action: ${action}`);
  });
  await app.register(healthRoutes);

  await app.register(
    async (api) => {
      if (config.requestsPerMinute > 0) {
        await api.register(rateLimit, {
          max: config.requestsPerMinute,
          timeWindow: 60_000,
          errorResponseBuilder: () => new RefusalError('request.too_many'),
        });
      }
      for (const routes of [
        accountRoutes,
        placeRoutes,
        bookingRoutes,
        seriesRoutes,
        waitlistRoutes,
        hostRoutes,
        scheduleRoutes,
        sharingRoutes,
        suggestionRoutes,
        interopRoutes,
        supervisionRoutes,
        managerRoutes,
        networkSetupRoutes,
        siteSetupRoutes,
        platformRoutes,
      ]) {
        await api.register(routes);
      }
      if (config.isDemo) await api.register(demoRoutes);
    },
    { prefix: '/api/v1' },
  );

  if (config.webBuild !== null) await app.register(webPlugin, { build: config.webBuild });
  return app;
}

export type App = Awaited<ReturnType<typeof buildApp>>;
