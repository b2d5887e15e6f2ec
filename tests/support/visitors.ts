import { randomBytes } from 'node:crypto';
import { newId } from '@mitoyen/domain';
import { withClient } from '../../scripts/start/postgres/database.ts';
import type { Body } from './api.ts';
import { sharedProduct } from './product.ts';

/** Who somebody signs in as. */
export interface Login {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
}

/** Signing in is slow on purpose and counted: each person does it once in a test file. */
const signedIn = new Map<string, Promise<Cookie[]>>();

export function signInOf(login: Login): Promise<Cookie[]> {
  const known = signedIn.get(login.email) ?? signIn(login);
  signedIn.set(login.email, known);
  return known;
}

async function signIn({ email, password }: Login): Promise<Cookie[]> {
  const response = await send('POST', '/sessions', { email, password });
  return response.headers.getSetCookie().map((line) => {
    const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
    return { name, value };
  });
}

/** One of the demo's own people. */
export function demoLogin(role: 'member' | 'host' | 'manager' | 'administrator'): Login {
  const { logins, password } = sharedProduct();
  const found = logins.find((login) => login.role === role);
  if (found === undefined) throw new Error(`The demo has no ${role}.`);
  return { email: found.email, password, displayName: '' };
}

/** Somebody with an account and nothing else: whatever a journey finds under their name, it has made. */
export async function newMember(displayName: string): Promise<Login> {
  const login = { email: newAddress(displayName), password: 'une phrase pour la porte', displayName };
  await send('POST', '/accounts', { ...login, locale: 'fr' });
  return login;
}

export function newAddress(name: string): string {
  const plain = name.normalize('NFD').replaceAll(/[^a-zA-Z]+/g, '');
  return `${plain.toLowerCase()}.${randomBytes(4).toString('hex')}@voyage.example`;
}

/**
 * Somebody on the staff of the structure of this place. The demo's own host is Annot's, which is closed at night; Gap's floor
 * never is, so a journey through its door holds at any hour.
 */
export async function newHost(displayName: string, siteSlug: string): Promise<Login> {
  const login = await newMember(displayName);
  await withClient(
    sharedProduct().superuserUrl,
    (sql) => sql`
      insert into role_assignments (network_id, id, account_id, role, structure_id, created_at)
      select a.network_id, ${newId(Date.now(), randomBytes(10))}, a.id, 'host', s.structure_id, now()
      from accounts a join sites s on s.network_id = a.network_id and s.slug = ${siteSlug}
      where a.email = ${login.email}`,
  );
  return login;
}

/** Ends what the demo's invented people have booked at this place from now on: a journey must not depend on their leaving it a desk. */
export async function clearOfDemoBookings(siteSlug: string): Promise<void> {
  await withClient(
    sharedProduct().superuserUrl,
    (sql) => sql`
      update bookings b set status = 'cancelled', cancelled_at = now() from sites s
      where s.network_id = b.network_id and s.id = b.site_id and s.slug = ${siteSlug}
        and b.is_demo and b.ends_at > now() and b.status in ('held', 'confirmed', 'checked_in')`,
  );
}

/** Calls the API as this person (or nobody) and fails unless it agrees. */
export async function api(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  options: { as?: Login; body?: unknown } = {},
): Promise<Body> {
  const cookie = options.as
    ? (await signInOf(options.as)).map(({ name, value }) => `${name}=${value}`).join('; ')
    : undefined;
  const response = await send(method, path, options.body, cookie);
  return response.status === 204 ? null : response.json();
}

async function send(method: string, path: string, body?: unknown, cookie?: string): Promise<Response> {
  const { url } = sharedProduct();
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      origin: url,
      'accept-language': 'fr',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(method === 'POST' ? { 'idempotency-key': randomBytes(16).toString('hex') } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}

export interface Booking {
  readonly id: string;
  readonly resourceName: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly pin: string;
}

const QUARTER_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
/** What a journey needs between booking and whatever must still be before the first minute of the booking. */
const UNHURRIED_MS = 20_000;
const iso = (ms: number) => new Date(ms).toISOString();
const quarterAt = (ms: number) => ms - (ms % QUARTER_MS);

/** A desk, booked and confirmed, whose door is to open now. */
export async function bookDeskNow(member: Login, siteSlug: string): Promise<Booking> {
  // The next quarter opens already too, and is for the last one of a day: a booking does not last over midnight.
  return bookFreeDesk(member, siteSlug, () => [quarterAt(Date.now()), quarterAt(Date.now()) + QUARTER_MS]);
}

/** One that has not begun, so that it may still be cancelled, and whose door opens already, or will in some seconds. */
export async function bookDeskSoon(member: Login, siteSlug: string): Promise<Booking> {
  return bookFreeDesk(member, siteSlug, () => [quarterAt(Date.now() + UNHURRIED_MS) + QUARTER_MS]);
}

/** One of another day: its door does not open yet. */
export async function bookDeskLater(member: Login, siteSlug: string, daysAhead: number): Promise<Booking> {
  const at = quarterAt(Date.now()) + daysAhead * DAY_MS;
  return bookFreeDesk(member, siteSlug, () => [at, at + QUARTER_MS]);
}

async function bookFreeDesk(member: Login, siteSlug: string, startsAmong: () => number[]): Promise<Booking> {
  const site = await api('GET', `/sites/${siteSlug}`);
  const desks = site.spaces.flatMap((space: Body) => space.resources).filter((each: Body) => each.kind === 'desk');
  let refusal: unknown;
  for (const desk of desks) {
    for (const startsAt of startsAmong()) {
      try {
        const held = await api('POST', '/bookings', {
          as: member,
          // Half an hour, which is the least.
          body: {
            resourceId: desk.id,
            startsAt: iso(startsAt),
            endsAt: iso(startsAt + 2 * QUARTER_MS),
            audience: 'professional',
          },
        });
        await api('POST', `/bookings/${held.id}/confirm`, { as: member });
        const booking = await api('GET', `/bookings/${held.id}`, { as: member });
        const { startsAt: from, endsAt } = booking;
        return { id: held.id, resourceName: desk.name, startsAt: from, endsAt, pin: booking.access.pin };
      } catch (error) {
        // Taken, or its quarter has just ended: another one.
        refusal = error;
      }
    }
  }
  throw new Error(`No free desk at ${siteSlug}`, { cause: refusal });
}
