import type { FastifyServerOptions } from 'fastify';
import type { Config } from '../config.ts';

/** Credentials in transit must never reach a log. */
const REDACTED = ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'];

/** A mail server quotes the address that it refuses. */
const withoutAddresses = (text: string): string => text.replace(/[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g, '(address)');

/** PostgreSQL's `detail` quotes rows, a failed query its parameters: only what names the fault is kept. */
function describeError(error: Error) {
  const cause = error.cause instanceof Error ? error.cause : null;
  const fault = cause ?? error;
  const { code, constraint_name: constraint, table_name: table } = fault as Error & Record<string, unknown>;
  return {
    type: error.name,
    message: withoutAddresses(fault.message),
    ...(code !== undefined && { code }),
    ...(constraint !== undefined && { constraint }),
    ...(table !== undefined && { table }),
    // Without its first lines, which repeat the message of the outer error.
    stack: (error.stack ?? '').slice((error.stack ?? '').indexOf('\n    at ') + 1),
  };
}

/** Structured logs (pino) that carry a request id and hold no secret and no personal data. */
export function loggerOptions(config: Pick<Config, 'logLevel'>): FastifyServerOptions['logger'] {
  return {
    level: config.logLevel,
    redact: REDACTED,
    serializers: {
      // Query strings may hold what a person typed; the path says enough. The last segment of some paths is a token.
      req: (request) => ({ method: request.method, path: request.routeOptions?.url ?? '(unknown)' }),
      err: describeError,
    },
  };
}
