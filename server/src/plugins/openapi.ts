import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { PERMISSIONS } from '../authorisation.ts';

/** What the document says beside the routes; a test holds it to what the server does. */
export function openApiDocument(publicUrl: string): FastifyDynamicSwaggerOptions {
  return {
    // Shared schemas keep their own names in the document.
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `def-${index}`) },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Mitoyen',
        version: '1',
        description:
          'Places, bookings and doors of a network of shared rural work places.\n\n' +
          'Refusals are `application/problem+json` (RFC 9457) with a stable `code`; their texts follow `Accept-Language` (fr, en). ' +
          'Every POST takes an `Idempotency-Key`: the same key and request again give the same answer and no second effect ' +
          '(but those at the virtual doors of a demo, where doing a thing twice is doing it twice). ' +
          'The network is that of the host name, or the one named by the header `X-Mitoyen-Network`.',
        license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
      },
      servers: [{ url: publicUrl }],
      tags: [
        { name: 'accounts', description: 'Accounts and sessions' },
        { name: 'places', description: 'Find a place and what is free there' },
        { name: 'bookings', description: 'Hold, confirm, move, cancel' },
        { name: 'series', description: 'Recurring bookings' },
        { name: 'waitlist', description: 'Wait for a time that is taken' },
        { name: 'doors', description: 'Open a door from afar' },
        { name: 'host', description: 'The day of a site' },
        { name: 'schedule', description: 'Hours and closures' },
        { name: 'sharing', description: 'Hours that others may use: releases, shares, agreements' },
        { name: 'suggestions', description: 'Hours that nobody uses, tried for a period' },
        { name: 'supervision', description: 'Supervised hours: referents, head counts, minors and guardians' },
        { name: 'badges', description: 'Badges' },
        { name: 'setup', description: 'What a place has: spaces, resources, tariffs, doors' },
        { name: 'manager', description: 'The network: figures, publics, structures' },
        { name: 'platform', description: 'The installation' },
        { name: 'demo', description: 'Only in a demo' },
      ],
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: '__Host-mitoyen_access' },
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        },
      },
    },
    transform: ({ schema, url, route }) => {
      const action = route.config?.action;
      if (action === undefined) return { schema: { ...schema, hide: true }, url };
      const security: Record<string, string[]>[] = OPEN_ACTIONS.has(action) ? [] : [{ session: [] }, { bearer: [] }];
      const takesKey = [route.method].flat().includes('POST') && action !== 'demo.play';
      return { schema: { ...schema, security, ...(takesKey && { headers: IDEMPOTENCY_HEADERS }) }, url };
    },
  };
}

/** Actions that need no account. */
const OPEN_ACTIONS: ReadonlySet<string> = new Set(
  Object.entries(PERMISSIONS).flatMap(([action, relations]) =>
    (relations as readonly string[]).includes('anyone') ? [action] : [],
  ),
);

/** Every POST that goes through `mutate` takes it; a route need not say so itself. */
const IDEMPOTENCY_HEADERS = {
  type: 'object',
  properties: {
    'idempotency-key': {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      description: 'The same key and request again give the same answer and no second effect',
    },
  },
};
