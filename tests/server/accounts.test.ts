import { createHash } from 'node:crypto';
import * as schema from '@mitoyen/db/schema';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Reply, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, TEST_PASSWORD, type TestNetwork, type TestPerson } from '../support/network.ts';

const NOW = Date.parse('2026-11-24T07:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ORIGIN = { origin: 'http://localhost:3000' };

let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let other: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let otherApi: TestApi;
const clock = new MovableClock(NOW);
let count = 0;
let person: TestPerson;

beforeAll(async () => {
  database = await startTestDatabase();
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  other = await createTestNetwork(database.ownerUrl, 'jura', NOW);
  api = await startTestApi(database, network, clock);
  otherApi = await startTestApi(database, other, clock);
});
afterAll(async () => {
  await api?.close();
  await otherApi?.close();
  await network?.close();
  await other?.close();
  await database?.drop();
});
beforeEach(async () => {
  // Each test has windows of throttling of its own.
  count += 1;
  clock.moveTo(NOW + count * 24 * HOUR);
  person = await network.addPerson(`person-${count}`);
});

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked at as they come.
type AnyReply = Reply<any>;
const cookiesOf = (reply: AnyReply): Record<string, { value: string; attributes: string }> =>
  Object.fromEntries(
    [reply.headers['set-cookie']].flat().flatMap((line) => {
      const [, name, value, attributes] = /^([^=]+)=([^;]*);?(.*)$/.exec(String(line ?? '')) ?? [];
      return name === undefined ? [] : [[name, { value: value ?? '', attributes: attributes ?? '' }]];
    }),
  );
const cookieHeader = (reply: AnyReply) => ({
  cookie: Object.entries(cookiesOf(reply))
    .map(([name, { value }]) => `${name}=${value}`)
    .join('; '),
});
const signIn = (email = person.email, password = TEST_PASSWORD, headers = {}) =>
  api.send('POST', '/sessions', { email, password }, headers);
const lastMailTo = async (email: string): Promise<{ subject: string; text: string } | null> => {
  const { items } = (await api.get('/demo/outbox')).body;
  const mail = items.find(({ recipient }: { recipient: string }) => recipient === email);
  return mail ? (await api.get(`/demo/outbox/${mail.id}`)).body : null;
};
const tokenIn = (text: string) => /\/(?:verification|mot-de-passe)\/([A-Za-z0-9_-]{43})/.exec(text)?.[1] ?? '';

describe('signing up', () => {
  const newcomer = (email: string) =>
    api.send('POST', '/accounts', { email, password: 'a long enough one', displayName: 'New', locale: 'fr' });

  it('answers the same for a new and a known address, and tells the owner of the known one by mail', async () => {
    const fresh = await newcomer(`fresh-${count}@alpes.example`);
    const known = await newcomer(person.email);
    expect([fresh.status, known.status]).toEqual([202, 202]);
    expect(known.body).toEqual(fresh.body);
    expect((await lastMailTo(person.email))?.subject).toBe('Vous avez déjà un compte');
    expect((await signIn(person.email, 'a long enough one')).status).toBe(401);
  });

  it('proves the address by the mailed link, once, within three days', async () => {
    const email = `proof-${count}@alpes.example`;
    await newcomer(`  PROOF-${count}@Alpes.example`.trim());
    const token = tokenIn((await lastMailTo(email))?.text ?? '');
    expect((await api.send('POST', '/accounts/verify', { token })).body).toEqual({ verified: true });
    expect((await api.send('POST', '/accounts/verify', { token })).body.code).toBe('auth.token_invalid');
    await newcomer(`late-${count}@alpes.example`);
    const late = tokenIn((await lastMailTo(`late-${count}@alpes.example`))?.text ?? '');
    clock.advance({ days: 3 });
    expect((await api.send('POST', '/accounts/verify', { token: late })).body.code).toBe('auth.token_invalid');
  });

  it('refuses a password of eleven signs and takes one of twelve', async () => {
    const attempt = (password: string) =>
      api.send('POST', '/accounts', {
        email: `len-${password.length}-${count}@alpes.example`,
        password,
        displayName: 'L',
      });
    expect(await attempt('elevensigns')).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect((await attempt('twelve signs')).status).toBe(202);
  });
});

describe('signing in', () => {
  it('sets host-bound, http-only cookies', async () => {
    const cookies = cookiesOf(await signIn());
    expect(Object.keys(cookies).sort()).toEqual(['__Host-mitoyen_access', '__Host-mitoyen_refresh']);
    for (const { attributes } of Object.values(cookies)) {
      for (const part of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(attributes).toContain(part);
      expect(attributes).not.toContain('Domain');
    }
    expect(cookies['__Host-mitoyen_access']?.attributes).toContain('Max-Age=600;');
    expect(cookies['__Host-mitoyen_refresh']?.attributes).toContain(`Max-Age=${30 * 24 * 3_600};`);
  });

  it.each([
    ['https://mitoyen.example', '__Host-mitoyen_access', true],
    // Browsers drop `__Host-` and `Secure` cookies that come over plain http from another machine.
    ['http://192.168.1.20:3000', 'mitoyen_access', false],
  ])('behind %s the cookie is %s', async (publicUrl, name, isSecure) => {
    const elsewhere = await startTestApi(database, network, clock, { env: { PUBLIC_URL: publicUrl } });
    const reply = await elsewhere.send('POST', '/sessions', { email: person.email, password: TEST_PASSWORD });
    await elsewhere.close();
    expect(cookiesOf(reply)[name]?.attributes.includes('Secure')).toBe(isSecure);
    expect(cookiesOf(reply)[name]?.attributes).toContain('HttpOnly');
  });

  it('gives one answer for a wrong password, an unknown address and a disabled account', async () => {
    const disabled = await network.addPerson(`gone-${count}`);
    await network.within((tx) =>
      tx.update(schema.accounts).set({ disabledAt: NOW }).where(eq(schema.accounts.id, disabled.accountId)),
    );
    const replies = [
      await signIn(person.email, 'wrong'),
      await signIn(`nobody-${count}@alpes.example`),
      await signIn(disabled.email),
    ].map(({ status, body: { requestId: _, ...body } }) => ({ status, body }));
    expect(replies[0]?.body.code).toBe('auth.wrong_credentials');
    expect(replies[1]).toEqual(replies[0]);
    expect(replies[2]).toEqual(replies[0]);
  });

  it('takes as long for an unknown address as for a wrong password: both are hashed', async () => {
    const timed = async (email: string) => {
      const startedAt = performance.now();
      expect((await signIn(email, 'wrong')).status).toBe(401);
      return performance.now() - startedAt;
    };
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let round = 0; round < 7; round += 1) {
      known.push(await timed(person.email));
      unknown.push(await timed(`nobody-${count}@alpes.example`));
    }
    const median = (all: number[]) => all.sort((a, b) => a - b)[3] as number;
    // Without a hash it would be a third of it.
    expect(median(unknown)).toBeGreaterThan(median(known) / 2);
  });

  it('knows an address however it is written', async () => {
    expect((await signIn(person.email.toUpperCase())).status).toBe(200);
  });

  it('counts what comes from one source too: fifty mails in a quarter of an hour, to whatever addresses', async () => {
    const ask = (index: number) =>
      api.send('POST', '/password-resets', { email: `person-${index}-of-${count}@elsewhere.example` });
    for (let index = 1; index <= 50; index++) expect((await ask(index)).status).toBe(202);
    expect(await ask(51)).toMatchObject({ status: 429, body: { code: 'auth.throttled' } });
  });

  it('takes five mails to one address in a quarter of an hour', async () => {
    const ask = () => api.send('POST', '/password-resets', { email: person.email });
    for (let attempt = 1; attempt <= 5; attempt++) expect((await ask()).status).toBe(202);
    expect(await ask()).toMatchObject({ status: 429, body: { code: 'auth.throttled' } });
  });

  it('takes ten attempts on an address in a quarter of an hour, and lets the next quarter begin anew', async () => {
    for (let attempt = 1; attempt <= 10; attempt++) expect((await signIn(person.email, 'wrong')).status).toBe(401);
    const eleventh = await signIn();
    expect(eleventh).toMatchObject({ status: 429, body: { code: 'auth.throttled' } });
    clock.advance({ seconds: eleventh.body.retryAfterSeconds });
    expect((await signIn()).status).toBe(200);
  });
});

describe('a session', () => {
  const me = (headers: Record<string, string>) => api.get('/me', headers);
  const refresh = (headers: Record<string, string>) =>
    api.send('POST', '/sessions/refresh', undefined, { ...ORIGIN, ...headers });

  it('lasts ten minutes by its access token', async () => {
    const session = cookieHeader(await signIn());
    clock.advance({ minutes: 10, milliseconds: -1_000 });
    expect((await me(session)).status).toBe(200);
    clock.advance({ seconds: 1 });
    expect(await me(session)).toMatchObject({ status: 401, body: { code: 'auth.required' } });
  });

  it('goes on by its refresh token, which serves once', async () => {
    const first = await signIn();
    clock.advance({ minutes: 11 });
    const second = await refresh(cookieHeader(first));
    expect(second.status).toBe(200);
    expect(cookiesOf(second)['__Host-mitoyen_refresh']?.value).not.toBe(
      cookiesOf(first)['__Host-mitoyen_refresh']?.value,
    );
    expect((await me(cookieHeader(second))).status).toBe(200);
  });

  it('lasts thirty days from its last refresh', async () => {
    const first = await signIn();
    clock.advance({ days: 30, milliseconds: -1 });
    const second = await refresh(cookieHeader(first));
    expect(second.status).toBe(200);
    clock.advance({ days: 30 });
    expect(await refresh(cookieHeader(second))).toMatchObject({ status: 401, body: { code: 'auth.session_ended' } });
  });

  it('ends at once with the account, for the access token and for the refresh token', async () => {
    const session = cookieHeader(await signIn());
    const disable = (disabledAt: number | null) =>
      network.within((tx) =>
        tx.update(schema.accounts).set({ disabledAt }).where(eq(schema.accounts.id, person.accountId)),
      );
    await disable(clock.now());
    expect((await me(session)).status).toBe(401);
    expect((await refresh(session)).status).toBe(401);
    await disable(null);
    expect((await me(session)).status).toBe(200);
  });

  it('has the rights of this moment, not of its beginning', async () => {
    const staff = await network.addPerson(`staff-${count}`, { role: 'manager' });
    const session = cookieHeader(await signIn(staff.email));
    expect((await api.get('/manager/overview', session)).status).toBe(200);
    await network.within((tx) =>
      tx.delete(schema.roleAssignments).where(eq(schema.roleAssignments.accountId, staff.accountId)),
    );
    expect((await api.get('/manager/overview', session)).status).toBe(403);
  });

  it('that was ended is not refreshed', async () => {
    const session = cookieHeader(await signIn());
    await api.send('DELETE', '/sessions/current', undefined, { ...ORIGIN, ...session });
    expect((await refresh(session)).status).toBe(401);
  });

  it('survives two tabs that refresh at once, and ends when the old token comes back later', async () => {
    const first = await signIn();
    clock.advance({ minutes: 11 });
    const second = await refresh(cookieHeader(first));
    clock.advance({ seconds: 30 });
    const twin = await refresh(cookieHeader(first));
    expect(twin.status).toBe(200);
    expect(cookiesOf(twin)['__Host-mitoyen_refresh']).toBeUndefined();
    clock.advance({ milliseconds: 1 });
    const stolen = await refresh(cookieHeader(first));
    expect(stolen).toMatchObject({ status: 401, body: { code: 'auth.session_ended' } });
    expect(Object.values(cookiesOf(stolen)).map(({ value }) => value)).toEqual(['', '']);
    expect((await me(cookieHeader(second))).status).toBe(401);
    expect((await refresh(cookieHeader(second))).status).toBe(401);
  });

  it('is listed, and ended at once from another', async () => {
    const phone = await signIn(person.email, TEST_PASSWORD, { 'user-agent': 'Phone' });
    const laptop = await signIn(person.email, TEST_PASSWORD, { 'user-agent': 'Laptop' });
    const { items } = (await api.get('/sessions', cookieHeader(laptop))).body;
    expect(items.map((each: { userAgent: string }) => each.userAgent).sort()).toEqual(['Laptop', 'Phone']);
    const lost = items.find((each: { userAgent: string }) => each.userAgent === 'Phone');
    const ended = await api.send('DELETE', `/sessions/${lost.id}`, undefined, { ...ORIGIN, ...cookieHeader(laptop) });
    expect(ended.status).toBe(204);
    expect((await me(cookieHeader(phone))).status).toBe(401);
    expect((await me(cookieHeader(laptop))).status).toBe(200);
  });

  it('ends with signing out, and its cookies are taken back', async () => {
    const session = await signIn();
    const out = await api.send('DELETE', '/sessions/current', undefined, { ...ORIGIN, ...cookieHeader(session) });
    expect(Object.values(cookiesOf(out)).map(({ value }) => value)).toEqual(['', '']);
    expect((await me(cookieHeader(session))).status).toBe(401);
  });

  it('of one network is nothing in another', async () => {
    const { accessToken } = (await signIn()).body;
    expect((await otherApi.get('/me', { authorization: `Bearer ${accessToken}` })).status).toBe(401);
  });

  it('cannot be forged', async () => {
    const { accessToken } = (await signIn()).body as { accessToken: string };
    const [header, payload = '', signature] = accessToken.split('.');
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: person.memberId };
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    const unsigned = [Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url'), payload, ''].join('.');
    for (const token of [forged, unsigned, 'x.y.z']) {
      expect((await me({ authorization: `Bearer ${token}` })).status).toBe(401);
    }
  });
});

describe('a request from a foreign page', () => {
  it.each([
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['an opaque origin', { origin: 'null' }, 403],
    ['no origin, another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['no origin and no word of the browser', {}, 403],
    ['our own origin', ORIGIN, 204],
    ['no origin, our own site', { 'sec-fetch-site': 'same-origin' }, 204],
  ])('with cookies and %s', async (_, headers, status) => {
    const session = cookieHeader(await signIn());
    expect((await api.send('DELETE', '/sessions/current', undefined, { ...headers, ...session })).status).toBe(status);
  });

  it('with a bearer token is not concerned: it carries no cookies', async () => {
    const { accessToken } = (await signIn()).body;
    const headers = { authorization: `Bearer ${accessToken}`, origin: 'https://program.example' };
    expect((await api.send('PATCH', '/me', { displayName: 'Renamed' }, headers)).body.displayName).toBe('Renamed');
  });

  it('cannot sign a visitor in as somebody else', async () => {
    expect((await signIn(person.email, TEST_PASSWORD, { origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('an Idempotency-Key', () => {
  it('gives nobody the session of a neighbour who used the same key from the same address', async () => {
    const neighbour = await network.addPerson(`neighbour-${count}`);
    const [own, theirs] = [await signIn(), await signIn(neighbour.email)];
    const refresh = (session: AnyReply) =>
      api.send('POST', '/sessions/refresh', undefined, {
        ...ORIGIN,
        cookie: `__Host-mitoyen_refresh=${cookiesOf(session)['__Host-mitoyen_refresh']?.value}`,
        'idempotency-key': 'key-of-many',
      });
    const first = await refresh(own);
    expect(first.body.account.id).toBe(person.accountId);
    expect((await refresh(theirs)).body.account.id).toBe(neighbour.accountId);
    expect(cookiesOf(await refresh(own))).toEqual(cookiesOf(first));
  });

  it('leaves nothing behind from which a password could be guessed', async () => {
    const body = { email: person.email, password: TEST_PASSWORD };
    await api.send('POST', '/sessions', body, { 'idempotency-key': 'remembered' });
    const [row] = await network.within((tx) =>
      tx.select().from(schema.idempotencyKeys).where(eq(schema.idempotencyKeys.key, 'remembered')),
    );
    // Anybody who knows how it is made could try passwords against a plain hash, millions in a second.
    const plain = createHash('sha256')
      .update(`POST /api/v1/sessions\n${JSON.stringify(body)}`)
      .digest('base64url');
    expect(row?.requestHash).toHaveLength(plain.length);
    expect(row?.requestHash).not.toBe(plain);
  });
});

describe('a forgotten password', () => {
  const ask = (email: string) => api.send('POST', '/password-resets', { email });
  const set = (token: string, password: string) => api.send('POST', '/password-resets/confirm', { token, password });

  it('answers the same for an unknown address, and mails nobody there', async () => {
    const known = await ask(person.email);
    const unknown = await ask(`nobody-${count}@alpes.example`);
    expect(unknown).toMatchObject({ status: known.status, body: known.body });
    expect(await lastMailTo(`nobody-${count}@alpes.example`)).toBeNull();
  });

  it('is replaced by the mailed link, once, and every session ends', async () => {
    const session = await signIn();
    await ask(person.email);
    const token = tokenIn((await lastMailTo(person.email))?.text ?? '');
    expect((await set(token, 'something new 1')).status).toBe(200);
    expect((await api.get('/me', cookieHeader(session))).status).toBe(401);
    expect((await signIn()).status).toBe(401);
    expect((await signIn(person.email, 'something new 1')).status).toBe(200);
    expect((await set(token, 'something new 2')).body.code).toBe('auth.token_invalid');
  });

  it('is replaced once: the other links that were asked for serve no more', async () => {
    await ask(person.email);
    const first = tokenIn((await lastMailTo(person.email))?.text ?? '');
    clock.advance({ minutes: 1 });
    await ask(person.email);
    const second = tokenIn((await lastMailTo(person.email))?.text ?? '');
    expect(second).not.toBe(first);
    expect((await set(second, 'something new 1')).status).toBe(200);
    expect((await set(first, 'something new 2')).body.code).toBe('auth.token_invalid');
  });

  it('costs no hash without a link that serves: hashing is slow, and anybody can invent links', async () => {
    const timed = async (work: () => Promise<AnyReply>) => {
      const all: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const startedAt = performance.now();
        await work();
        all.push(performance.now() - startedAt);
      }
      return all.sort((a, b) => a - b)[2] as number;
    };
    const hashed = await timed(() => signIn());
    const invented = await timed(() => set('x'.repeat(43), 'something new 1'));
    expect(invented).toBeLessThan(hashed / 2);
  });

  it('takes the link for an hour', async () => {
    await ask(person.email);
    const token = tokenIn((await lastMailTo(person.email))?.text ?? '');
    clock.advance({ hours: 1 });
    expect((await set(token, 'something new 1')).body.code).toBe('auth.token_invalid');
    clock.advance({ milliseconds: -1 });
    expect((await set(token, 'something new 1')).status).toBe(200);
  });
});
