import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type ProblemCode, type ProblemExtras, problemDocument, RefusalError } from '../problems.ts';
import type { Services } from '../services.ts';
import { negotiateLocale } from './context.ts';

/**
 * What the connection to PostgreSQL reports when the server is away, shutting down or out of connections, and when it took too long
 * (57014: a statement, 25P03: a transaction that said nothing); the client may try again.
 */
const UNAVAILABLE = /^(ECONN|CONNECT|CONNECTION_|EPIPE|ETIMEDOUT|57P0[123]|57014|25P03|53300|08)/;
const RETRY_AFTER_S = 2;

const STATUS_PROBLEMS: Readonly<Record<number, ProblemCode>> = {
  400: 'request.malformed',
  404: 'not_found',
  413: 'request.too_large',
  415: 'request.unsupported_media_type',
  429: 'request.too_many',
};

/**
 * An address that the router cannot read (an escape that is no text, an endless segment) is refused before there is a route, hooks or an
 * error handler.
 */
export function unreadableAddress(publicUrl: string) {
  return (_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const locale = negotiateLocale(request.headers['accept-language']);
    const document = problemDocument('request.malformed', locale, publicUrl, { requestId: request.id });
    request.log.info({ code: document.code }, 'refused');
    reply.code(document.status).type('application/problem+json').send(JSON.stringify(document));
  };
}

/** One place turns refusals and faults into problem+json (RFC 9457). No input makes a 500; a fault is logged with its request id. */
export const errorsPlugin = fp(async (app, services: Services) => {
  const { publicUrl } = services.config;

  const toProblem = (error: unknown): { code: ProblemCode; extras?: ProblemExtras } => {
    if (error instanceof RefusalError) return { code: error.code, ...(error.extras && { extras: error.extras }) };
    const { validation, statusCode } = error as FastifyError;
    if (validation) {
      return {
        code: 'request.invalid',
        extras: {
          errors: validation.map((issue) => ({
            path: [
              (error as FastifyError).validationContext,
              issue.instancePath.slice(1),
              issue.params?.missingProperty,
            ]
              .filter((part) => part !== undefined && part !== '')
              .join('/'),
            message: issue.message ?? issue.keyword,
          })),
        },
      };
    }
    const known = statusCode === undefined ? undefined : STATUS_PROBLEMS[statusCode];
    if (known !== undefined) return { code: known };
    if (statusCode !== undefined && statusCode < 500) return { code: 'request.malformed' };
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = String((cause as { code?: string }).code ?? '');
    if (UNAVAILABLE.test(code)) return { code: 'service.unavailable' };
    // Class 22, data exception: a value that passed the schema and that no column can hold, such as text with a zero byte.
    if (/^22[0-9A-Z]{3}$/.test(code)) return { code: 'request.invalid' };
    return { code: 'internal' };
  };

  app.setErrorHandler((error, request, reply) => {
    const { code, extras } = toProblem(error);
    const document = problemDocument(code, request.locale, publicUrl, { ...extras, requestId: request.id });
    // A part that is away (a place that is offline) is a refusal too, whatever its status: nobody has to look for a fault.
    const isFault = document.status >= 500 && !(error instanceof RefusalError);
    if (isFault) request.log.error({ err: error }, code);
    else request.log.info({ code }, 'refused');
    if (document.status === 401) reply.header('www-authenticate', 'Bearer');
    if (code === 'service.unavailable') reply.header('retry-after', RETRY_AFTER_S);
    return reply.code(document.status).type('application/problem+json').send(document);
  });

  app.setNotFoundHandler((request, reply) => {
    const document = problemDocument('not_found', request.locale, publicUrl, { requestId: request.id });
    return reply.code(404).type('application/problem+json').send(document);
  });
});
