import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its sender has been told that no answer came in time: what is still at work for it must change nothing any more. */
    isGivenUp: boolean;
  }
}

/** Longer than anything here takes, shorter than proxies and people wait. */
const LONGEST_WAIT_MS = 20_000;

/** Like a connection that was lost in the middle: what was asked may have been done, and the same Idempotency-Key tells. */
export class NoAnswerInTimeError extends Error {
  override readonly name = 'NoAnswerInTimeError';
  readonly code = 'ETIMEDOUT';
  constructor() {
    super(`No answer within ${LONGEST_WAIT_MS / 1000} s.`);
  }
}

/**
 * Every request is answered in time, whatever it waits for: a connection of the pool, a lock, a database that has gone silent.
 * Fastify's own `handlerTimeout` does not do it: it lets go as soon as the body of a request has been read (fastify 5.12, its pull
 * request 6725 is open).
 */
export const patiencePlugin = fp(async (app) => {
  app.decorateRequest('isGivenUp', false);
  app.addHook('onRequest', (request, reply, done) => {
    const timer = setTimeout(() => {
      // Pages and live streams have taken their response over; what has begun to answer goes on.
      if (reply.sent || reply.raw.headersSent) return;
      request.isGivenUp = true;
      reply.send(new NoAnswerInTimeError());
    }, LONGEST_WAIT_MS);
    reply.raw.once('close', () => clearTimeout(timer));
    done();
  });
});
