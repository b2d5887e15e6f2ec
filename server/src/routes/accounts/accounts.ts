import Type from 'typebox';
import { hashPassword } from '../../adapters/passwords.ts';
import type { Actor } from '../../authorisation.ts';
import { signedIn } from '../../context.ts';
import { clearedCookies, refreshCookie, sessionCookies } from '../../cookies.ts';
import { checkPassword } from '../../operations/accounts/check-password.ts';
import { endSession } from '../../operations/accounts/end-session.ts';
import { listSessions } from '../../operations/accounts/list-sessions.ts';
import { refreshSession } from '../../operations/accounts/refresh-session.ts';
import { hashForReset, requestPasswordReset, resetPassword } from '../../operations/accounts/reset-password.ts';
import { type OpenedSession, signIn } from '../../operations/accounts/sign-in.ts';
import { signUp } from '../../operations/accounts/sign-up.ts';
import { throttle } from '../../operations/accounts/throttle.ts';
import { normaliseEmail } from '../../operations/accounts/tokens.ts';
import { updateProfile } from '../../operations/accounts/update-profile.ts';
import { verifyEmail } from '../../operations/accounts/verify-email.ts';
import { iso } from '../../operations/views.ts';
import { type Answer, mutate, query } from '../../plugins/unit-of-work.ts';
import { ok, RefusalError } from '../../problems.ts';
import type { Api } from '../routes.ts';
import { AccountView, Email, Empty, Id, Instant, LocaleCode, Name, Password, refusals } from '../schemas.ts';

const accountView = (actor: Actor) => ({
  id: actor.accountId,
  email: actor.email,
  displayName: actor.displayName,
  locale: actor.locale,
  memberId: actor.memberId,
  roles: [...actor.roles],
});

const Accepted = Type.Object({ accepted: Type.Literal(true) });
const SessionView = Type.Object({
  account: AccountView,
  accessToken: Type.String({ description: 'For clients without cookies: Authorization: Bearer' }),
  accessExpiresAt: Instant,
});
const Token = Type.String({ minLength: 43, maxLength: 43, pattern: '^[A-Za-z0-9_-]+$' });

export async function accountRoutes(app: Api) {
  const { services, cookieNames } = app;

  const opened = (networkId: string, session: OpenedSession): Answer => {
    const { actor, refreshToken, refreshExpiresAt, accessExpiresAt } = session;
    const access = app.signAccess({ sub: actor.accountId, sid: actor.sessionId, net: networkId }, accessExpiresAt);
    return {
      status: 200,
      body: { account: accountView(actor), accessToken: access, accessExpiresAt: iso(accessExpiresAt) },
      cookies: sessionCookies(cookieNames, {
        access,
        refresh: refreshToken,
        refreshExpiresAt,
        now: services.clock.now(),
      }),
    };
  };

  const networkOf = (request: { network: { id: string } | null }): string => {
    if (request.network === null) throw new RefusalError('network.unknown');
    return request.network.id;
  };

  app.post(
    '/accounts',
    {
      config: { action: 'account.create' },
      schema: {
        operationId: 'createAccount',
        tags: ['accounts'],
        summary: 'Open an account; the answer is the same for a known address',
        body: Type.Object({ email: Email, password: Password, displayName: Name, locale: Type.Optional(LocaleCode) }),
        response: { 202: Accepted, ...refusals },
      },
    },
    async (request, reply) => {
      const { email, password, displayName, locale = request.locale } = request.body;
      await throttle(services, networkOf(request), 'mail', { address: normaliseEmail(email), source: request.ip });
      const passwordHash = await hashPassword(password);
      return mutate(
        request,
        reply,
        (context) => signUp(context, { email, passwordHash, displayName, locale }),
        (body) => ({ status: 202, body }),
      );
    },
  );

  app.post(
    '/accounts/verify',
    {
      config: { action: 'account.create' },
      schema: {
        operationId: 'verifyEmail',
        tags: ['accounts'],
        summary: 'Prove an address by the token that was mailed to it',
        body: Type.Object({ token: Token }),
        response: { 200: Type.Object({ verified: Type.Literal(true) }), ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => verifyEmail(context, request.body.token),
        (body) => ({ status: 200, body }),
      ),
  );

  app.post(
    '/sessions',
    {
      config: { action: 'session.create' },
      schema: {
        operationId: 'signIn',
        tags: ['accounts'],
        summary: 'Sign in: sets the access and refresh cookies',
        body: Type.Object({ email: Email, password: Type.String({ minLength: 1, maxLength: 200 }) }),
        response: { 200: SessionView, ...refusals },
      },
    },
    async (request, reply) => {
      const { email, password } = request.body;
      const networkId = networkOf(request);
      await throttle(services, networkId, 'signIn', { address: normaliseEmail(email), source: request.ip });
      const verifiedHash = await checkPassword(services, networkId, email, password);
      return mutate(
        request,
        reply,
        (context) =>
          signIn(context, {
            email,
            userAgent: request.headers['user-agent'] ?? '',
            verifiedHash,
          }),
        (session) => opened(networkId, session),
      );
    },
  );

  app.post(
    '/sessions/refresh',
    {
      config: { action: 'session.refresh' },
      schema: {
        operationId: 'refreshSession',
        tags: ['accounts'],
        summary: 'Exchange the refresh cookie for new cookies; each refresh token serves once',
        response: { 200: SessionView, ...refusals },
      },
    },
    async (request, reply) => {
      const token = refreshCookie(request, cookieNames);
      if (token === undefined) throw new RefusalError('auth.session_ended');
      const networkId = networkOf(request);
      return mutate(
        request,
        reply,
        (context) => refreshSession(context, token),
        (session) =>
          'isTheft' in session
            ? { refusal: 'auth.session_ended', cookies: clearedCookies(cookieNames) }
            : opened(networkId, session),
      );
    },
  );

  app.get(
    '/sessions',
    {
      config: { action: 'session.read' },
      schema: {
        operationId: 'listSessions',
        tags: ['accounts'],
        summary: 'Where the account is signed in',
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                id: Id,
                userAgent: Type.String(),
                createdAt: Instant,
                lastUsedAt: Instant,
                isCurrent: Type.Boolean(),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, listSessions),
  );

  app.delete(
    '/sessions/current',
    {
      config: { action: 'session.end' },
      schema: {
        operationId: 'signOut',
        tags: ['accounts'],
        summary: 'Sign out',
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => endSession(context, 'current'),
        () => ({ status: 204, cookies: clearedCookies(cookieNames) }),
      ),
  );

  app.delete(
    '/sessions/:id',
    {
      config: { action: 'session.end' },
      schema: {
        operationId: 'endSession',
        tags: ['accounts'],
        summary: 'End one session',
        params: Type.Object({ id: Id }),
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => endSession(context, request.params.id),
        ({ isCurrent }) => ({ status: 204, ...(isCurrent && { cookies: clearedCookies(cookieNames) }) }),
      ),
  );

  app.post(
    '/password-resets',
    {
      config: { action: 'password.reset' },
      schema: {
        operationId: 'requestPasswordReset',
        tags: ['accounts'],
        summary: 'Mail a link to choose a new password; the answer is the same for an unknown address',
        body: Type.Object({ email: Email }),
        response: { 202: Accepted, ...refusals },
      },
    },
    async (request, reply) => {
      const { email } = request.body;
      await throttle(services, networkOf(request), 'mail', { address: normaliseEmail(email), source: request.ip });
      return mutate(
        request,
        reply,
        (context) => requestPasswordReset(context, email),
        (body) => ({ status: 202, body }),
      );
    },
  );

  app.post(
    '/password-resets/confirm',
    {
      config: { action: 'password.reset' },
      schema: {
        operationId: 'resetPassword',
        tags: ['accounts'],
        summary: 'Choose a new password; every session of the account ends',
        body: Type.Object({ token: Token, password: Password }),
        response: { 200: Type.Object({ changed: Type.Literal(true) }), ...refusals },
      },
    },
    async (request, reply) => {
      const { token, password } = request.body;
      const passwordHash = await hashForReset(services, networkOf(request), { token, password });
      return mutate(
        request,
        reply,
        (context) => resetPassword(context, { token, passwordHash }),
        (body) => ({ status: 200, body }),
      );
    },
  );

  app.get(
    '/me',
    {
      config: { action: 'profile.read' },
      schema: {
        operationId: 'getMe',
        tags: ['accounts'],
        summary: 'The signed-in account',
        response: { 200: AccountView, ...refusals },
      },
    },
    async (request) => query(request, async (context) => ok(accountView(signedIn(context)))),
  );

  app.patch(
    '/me',
    {
      config: { action: 'profile.update' },
      schema: {
        operationId: 'updateMe',
        tags: ['accounts'],
        summary: 'Change name or language',
        body: Type.Object({ displayName: Type.Optional(Name), locale: Type.Optional(LocaleCode) }),
        response: { 200: AccountView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => updateProfile(context, request.body),
        (actor) => ({ status: 200, body: accountView(actor) }),
      ),
  );
}
