import { createHmac } from 'node:crypto';
import { constraintViolation, type Tx } from '@mitoyen/db';
import { claimIdempotencyKey, loadActor, storeIdempotentResponse } from '@mitoyen/db/queries';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { couldEver } from '../authorisation.ts';
import type { Context } from '../context.ts';
import { refreshCookie, type SetCookie } from '../cookies.ts';
import { type ProblemCode, RefusalError, type Result } from '../problems.ts';
import type { Services } from '../services.ts';
import { NoAnswerInTimeError } from './patience.ts';

export type Answer = { readonly cookies?: readonly SetCookie[] } & (
  | { readonly status: number; readonly body?: unknown }
  /** The request is refused, and what the operation changed is kept all the same. */
  | { readonly refusal: ProblemCode }
);

/** Refusals of the database itself, by constraint: the promise is kept there, the code only translates. */
const CONSTRAINT_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  bookings_no_double_booking: 'booking.conflict',
  bookings_no_meeting_of_publics: 'booking.space_in_other_use',
  bookings_never_on_one_site: 'booking.site_in_other_use',
  bookings_within_seats: 'booking.too_few_seats',
  bookings_within_building: 'booking.building_full',
  credentials_one_holder: 'badge.already_registered',
  sites_network_id_slug_key: 'setup.slug_taken',
  audiences_network_id_code_key: 'audience.code_taken',
};

/** Deadlock and serialisation failure: PostgreSQL asks that the transaction be run again. */
const RETRYABLE = new Set(['40P01', '40001']);
/**
 * Run again, it does better: two bookings drew one PIN at once, and the one that lost draws again; who may meet whom was changed under a
 * booking, which then reads the new setting.
 */
const REDRAWN_CONSTRAINTS = new Set(['credentials_pin_unique_at_site', 'bookings_classes']);
const ATTEMPTS = 4;

const codeOf = (error: unknown): string | undefined => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return (cause as { code?: string } | null)?.code;
};

async function inTransaction<T>(services: Services, networkId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await services.db.withNetwork(networkId, work);
    } catch (error) {
      const violation = constraintViolation(error);
      const problem = violation === null ? undefined : CONSTRAINT_PROBLEMS[violation.constraint];
      if (problem !== undefined) throw new RefusalError(problem);
      const isRetryable = RETRYABLE.has(codeOf(error) ?? '') || REDRAWN_CONSTRAINTS.has(violation?.constraint ?? '');
      if (attempt >= ATTEMPTS || !isRetryable) throw error;
    }
  }
}

async function run<T>(request: FastifyRequest, work: (context: Context) => Promise<T>): Promise<T> {
  const { services } = request.server;
  const { network } = request;
  if (network === null) throw new RefusalError('network.unknown');
  const { action } = request.routeOptions.config;
  if (action === undefined) throw new Error(`No action is declared for ${request.routeOptions.url}.`);
  const mustStillBeWanted = () => {
    if (request.isGivenUp) throw new NoAnswerInTimeError();
  };
  let hooks: (() => Promise<void> | void)[] = [];
  const result = await inTransaction(services, network.id, async (tx) => {
    mustStillBeWanted();
    hooks = [];
    const now = services.clock.now();
    const { claims } = request;
    const actor = claims === null ? null : await loadActor(tx, network.id, claims.sub, claims.sid, now);
    if (!couldEver(actor, action)) throw new RefusalError(actor === null ? 'auth.required' : 'auth.forbidden');
    const done = await work({
      services,
      tx,
      networkId: network.id,
      now,
      locale: request.locale,
      actor,
      afterCommit: (hook) => {
        hooks.push(hook);
      },
    });
    // From here only the commit itself can outlast the patience of who asked.
    mustStillBeWanted();
    return done;
  });
  for (const hook of hooks) await hook();
  return result;
}

/** For GET routes: one transaction, its result as the body. */
export async function query<T>(
  request: FastifyRequest,
  operation: (context: Context) => Promise<Result<T>>,
): Promise<T> {
  return run(request, async (context) => {
    const outcome = await operation(context);
    if (!outcome.ok) throw new RefusalError(outcome.reason, outcome.detail);
    return outcome.value;
  });
}

/**
 * For routes that change something: one transaction in which the operation runs and, where the client sent an Idempotency-Key,
 * its answer is kept. The same key again gets the same answer and no second effect; with another request it is refused. A
 * refusal rolls everything back, the key included: trying again later is a new attempt.
 */
export async function mutate<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  operation: (context: Context) => Promise<Result<T>>,
  answer: (value: T) => Answer,
): Promise<FastifyReply> {
  const key = request.headers['idempotency-key'];
  const given = await run(request, async (context) => {
    const claim = typeof key === 'string' && key !== '' ? await claimKey(request, context, key) : null;
    if (claim?.replay) return claim.replay;
    const outcome = await operation(context);
    if (!outcome.ok) throw new RefusalError(outcome.reason, outcome.detail);
    const fresh = answer(outcome.value);
    await claim?.store(fresh);
    return fresh;
  });
  for (const { name, value, options } of given.cookies ?? []) reply.setCookie(name, value, options);
  if ('refusal' in given) throw new RefusalError(given.refusal);
  reply.code(given.status);
  return given.body === undefined ? reply.send() : reply.send(given.body);
}

async function claimKey(request: FastifyRequest, context: Context, key: string) {
  const { tx, networkId, now, services } = context;
  if (key.length > 255)
    throw new RefusalError('request.invalid', { errors: [{ path: 'Idempotency-Key', message: '1-255' }] });
  // Keyed: requests hold passwords, and a plain hash of one could be tried against millions of guesses a second.
  const keyed = (text: string) =>
    createHmac('sha256', services.vault.derive('idempotency')).update(text).digest('base64url');
  // Many people may share an address: whoever holds no access token is told apart by the refresh token, if they hold one.
  const anonymous = () => keyed(`${request.ip} ${refreshCookie(request, request.server.cookieNames) ?? ''}`);
  const scope = context.actor?.accountId ?? `anonymous:${anonymous()}`;
  const route = `${request.method} ${request.routeOptions.url}`;
  const requestHash = keyed(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`);
  const sealContext = `idempotency:${networkId}:${scope}:${key}`;
  const found = await claimIdempotencyKey(tx, { networkId, scope, key, route, requestHash, createdAt: now });
  if (found !== null && found.requestHash !== requestHash) throw new RefusalError('idempotency.key_reused');
  if (found?.responseSealed) {
    return {
      replay: JSON.parse(services.vault.open(found.responseSealed, sealContext)) as Answer,
      store: async () => {},
    };
  }
  return {
    replay: null,
    store: (response: Answer) =>
      storeIdempotentResponse(tx, {
        networkId,
        scope,
        key,
        responseSealed: services.vault.seal(JSON.stringify(response), sealContext),
      }),
  };
}
