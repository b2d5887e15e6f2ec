import { randomBytes } from 'node:crypto';
import { newId } from '@mitoyen/domain';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';

/** What no code above the database can break: rows are written as the application's role writes them, without its rules. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const iso = (at: number) => new Date(at).toISOString();
const span = (from: number, until: number, bounds = '[)') => `${bounds[0]}${iso(from)},${iso(until)}${bounds[1]}`;
const makeId = () => newId(NOW, randomBytes(10));

const DOUBLE_BOOKING = { code: '23P01', constraint: 'bookings_no_double_booking' };
const MEETING = { code: '23P01', constraint: 'bookings_no_meeting_of_publics' };
const SAME_PIN = { code: '23P01', constraint: 'credentials_pin_unique_at_site' };
const TWO_HOLDERS = { code: '23505', constraint: 'credentials_one_holder' };

let database: TestDatabase;
let sql: postgres.Sql;
let network: TestNetwork & { close(): Promise<void> };
let elsewhere: TestNetwork & { close(): Promise<void> };
let site: TestSite;
let lea: TestPerson;
let sam: TestPerson;

beforeAll(async () => {
  database = await startTestDatabase();
  sql = postgres(database.appUrl, { max: 1, onnotice: () => {} });
  network = await createTestNetwork(database.ownerUrl, 'alpes', NOW);
  elsewhere = await createTestNetwork(database.ownerUrl, 'jura', NOW);
  lea = await network.addPerson('lea');
  sam = await network.addPerson('sam');
});
afterAll(async () => {
  await sql?.end();
  await network?.close();
  await elsewhere?.close();
  await database?.drop();
});

let count = 0;
beforeEach(async () => {
  count += 1;
  site = await network.addSite(`place-${count}`);
});

const within = <T>(work: (tx: postgres.TransactionSql) => Promise<T>, networkId = network.id) =>
  sql.begin(async (tx) => {
    await tx`select set_config('app.network_id', ${networkId}, true)`;
    return work(tx);
  });

/** By which constraint PostgreSQL refuses; a write that it takes is no refusal. */
async function refusal(write: Promise<unknown>): Promise<{ code: string; constraint: string | undefined }> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    return { code: error.code, constraint: error.constraint_name };
  }
  throw new Error('PostgreSQL took it.');
}

/** The text of the check by which PostgreSQL refuses. */
async function brokenCheck(write: Promise<unknown>): Promise<string> {
  const { code, constraint } = await refusal(write);
  expect(code).toBe('23514');
  const [row] = await sql<
    { text: string }[]
  >`select pg_get_constraintdef(oid) as text from pg_constraint where conname = ${constraint ?? ''}`;
  return row?.text ?? '';
}

interface BookingOptions {
  resource?: string;
  space?: string;
  audience?: 'professional' | 'youth';
  isStaff?: boolean;
  status?: string;
  /** Defaults to the booked time. */
  occupied?: string;
  hold?: string;
  holdExpiresAt?: string | null;
}

let references = 0;
async function book(from: number, until: number, options: BookingOptions = {}): Promise<string> {
  const { audience = 'professional', isStaff = false, status = 'confirmed' } = options;
  const id = makeId();
  references += 1;
  const row = {
    network_id: network.id,
    id,
    reference: String(references).padStart(8, '0'),
    site_id: site.id,
    space_id: options.space ?? site.openSpaceId,
    resource_id: options.resource ?? desk(0),
    member_id: lea.memberId,
    audience_id: network.audienceIds.get(audience) as string,
    audience_class: audience === 'youth' ? 'youth' : 'work',
    is_staff_use: isStaff,
    starts_at: iso(from),
    ends_at: iso(until),
    occupied: options.occupied ?? span(from, until),
    space_hold: options.hold ?? span(from, until),
    status,
    hold_expires_at:
      options.holdExpiresAt === undefined ? (status === 'held' ? iso(NOW) : null) : options.holdExpiresAt,
    currency: 'EUR',
    price_minor: 0,
    quote: '{}',
    created_at: iso(NOW),
  };
  await within((tx) => tx`insert into bookings ${tx(row)}`);
  return id;
}
const setStatus = (id: string, status: string) =>
  within((tx) => tx`update bookings set status = ${status}, hold_expires_at = null where id = ${id}`);
const desk = (index: number) => site.deskIds[index] as string;

describe('no double booking', () => {
  const [from, until] = [NOW + 2 * HOUR, NOW + 4 * HOUR];
  beforeEach(() => book(from, until));

  it('takes what ends when the other starts, and what starts when it ends', async () => {
    await book(from - HOUR, from);
    await book(until, until + HOUR);
  });

  it.each([
    ['one second of its start', from - HOUR, from + SECOND],
    ['one second of its end', until - SECOND, until + HOUR],
    ['a second inside it', from + HOUR, from + HOUR + SECOND],
    ['all of it', from, until],
    ['more than it', from - HOUR, until + HOUR],
  ])('refuses what overlaps %s', async (_, start, end) => {
    expect(await refusal(book(start, end))).toEqual(DOUBLE_BOOKING);
  });

  it('concerns one resource: the desk beside it is free', async () => {
    await book(from, until, { resource: desk(1) });
  });

  it('counts the buffers: the booked times may be apart and the occupied ones not', async () => {
    const start = until + 15 * MINUTE;
    const buffered = (minutes: number) => ({ occupied: span(start - minutes * MINUTE, start + HOUR) });
    expect(await refusal(book(start, start + HOUR, buffered(16)))).toEqual(DOUBLE_BOOKING);
    await book(start, start + HOUR, buffered(15));
  });

  it('binds the staff too', async () => {
    expect(await refusal(book(from, until, { isStaff: true }))).toEqual(DOUBLE_BOOKING);
  });
});

describe('the statuses', () => {
  const [from, until] = [NOW + 2 * HOUR, NOW + 4 * HOUR];

  it.each(['held', 'confirmed', 'checked_in'])('%s takes the time', async (status) => {
    await book(from, until, { status });
    expect(await refusal(book(from, until))).toEqual(DOUBLE_BOOKING);
  });

  it.each(['completed', 'cancelled', 'expired', 'no_show'])(
    '%s leaves the time, and meets the constraint on its way back',
    async (status) => {
      const first = await book(from, until, { status });
      const second = await book(from, until);
      for (const active of ['confirmed', 'checked_in'])
        expect(await refusal(setStatus(first, active))).toEqual(DOUBLE_BOOKING);
      await setStatus(second, 'cancelled');
      await setStatus(first, 'confirmed');
      expect(await refusal(setStatus(second, 'confirmed'))).toEqual(DOUBLE_BOOKING);
    },
  );

  it('keeps a held time until it is said to have expired, whatever the hour', async () => {
    const held = await book(from, until, { status: 'held', holdExpiresAt: iso(NOW - HOUR) });
    expect(await refusal(book(from, until))).toEqual(DOUBLE_BOOKING);
    await setStatus(held, 'expired');
    await book(from, until);
  });

  it('a cancelled booking comes back into no space that another public has taken', async () => {
    const first = await book(from, until, { status: 'cancelled' });
    await book(from, until, { resource: desk(1), audience: 'youth' });
    expect(await refusal(setStatus(first, 'confirmed'))).toEqual(MEETING);
  });

  it('a move meets the constraint as a new booking does', async () => {
    await book(from, until);
    const other = await book(until, until + HOUR);
    const move = within(
      (
        tx,
      ) => tx`update bookings set starts_at = ${iso(until - SECOND)}, occupied = ${span(until - SECOND, until + HOUR)},
        space_hold = ${span(until - SECOND, until + HOUR)} where id = ${other}`,
    );
    expect(await refusal(move)).toEqual(DOUBLE_BOOKING);
  });

  it('no other status is known', async () => {
    expect(await brokenCheck(book(from, until, { status: 'paid' }))).toContain('status');
  });
});

describe('no meeting of publics', () => {
  const [from, until] = [NOW + 2 * HOUR, NOW + 4 * HOUR];
  const youth = () => ({ audience: 'youth' as const, resource: desk(1) });
  beforeEach(() => book(from, until));

  it('lets one class be together, at different desks', async () => {
    await book(from, until, { resource: desk(1) });
  });

  it('keeps another class out of the space for every second, and lets it in at the next', async () => {
    expect(await refusal(book(from - HOUR, from + SECOND, youth()))).toEqual(MEETING);
    expect(await refusal(book(until - SECOND, until + HOUR, youth()))).toEqual(MEETING);
    await book(from - HOUR, from, youth());
    await book(until, until + HOUR, youth());
  });

  it('concerns one space: another class may be in the next room', async () => {
    await book(from, until, { audience: 'youth', resource: site.roomId, space: site.roomSpaceId });
  });

  it('lets the staff in among any public, and any public in among the staff', async () => {
    await book(from, until, { ...youth(), isStaff: true });
    await book(until, until + HOUR, { isStaff: true });
    await book(until, until + HOUR, youth());
  });

  it('keeps the handover: the space is held until it is over, for the other class and not for the own', async () => {
    const start = until + HOUR;
    await book(start, start + HOUR, { hold: span(start, start + HOUR + 30 * MINUTE) });
    const handedOver = start + HOUR + 30 * MINUTE;
    expect(await refusal(book(handedOver - SECOND, handedOver + HOUR, youth()))).toEqual(MEETING);
    await book(start + HOUR, handedOver, { resource: desk(2), hold: span(start + HOUR, handedOver) });
    await book(handedOver, handedOver + HOUR, youth());
  });
});

describe('what a booking may be', () => {
  const from = NOW + 24 * HOUR;

  it('lasts 25 hours at most: a local day when the clocks go back', async () => {
    expect(await brokenCheck(book(from, from + 25 * HOUR + SECOND))).toContain('25:00:00');
    await book(from, from + 25 * HOUR);
  });

  it('starts before it ends', async () => {
    const empty = { occupied: span(from, from + HOUR), hold: span(from, from + HOUR) };
    expect(await brokenCheck(book(from, from, empty))).toContain('starts_at < ends_at');
  });

  it.each(['occupied', 'hold'] as const)('%s reaches 8 hours beyond the booked time at most', async (which) => {
    const until = from + HOUR;
    const reach = (before: number, after: number) => ({ [which]: span(from - before, until + after) });
    expect(await brokenCheck(book(from, until, reach(8 * HOUR + SECOND, 0)))).toContain('08:00:00');
    expect(await brokenCheck(book(from, until, reach(0, 8 * HOUR + SECOND)))).toContain('08:00:00');
    await book(from, until, reach(8 * HOUR, 8 * HOUR));
  });

  it.each([
    ['occupied', 'occupied'],
    ['hold', 'space_hold'],
  ] as const)('%s covers the booked time and is half-open', async (which, column) => {
    const until = from + HOUR;
    for (const range of [
      span(from + SECOND, until),
      span(from, until - SECOND),
      span(from, until, '[]'),
      span(from - SECOND, until, '()'),
      'empty',
    ]) {
      expect(await brokenCheck(book(from, until, { [which]: range })), range).toContain(`lower_inc(${column})`);
    }
  });

  it('has an end of its hold exactly while it is held', async () => {
    const until = from + HOUR;
    expect(await brokenCheck(book(from, until, { status: 'held', holdExpiresAt: null }))).toContain('hold_expires_at');
    expect(await brokenCheck(book(from, until, { holdExpiresAt: iso(NOW) }))).toContain('hold_expires_at');
  });

  it("is of a resource in that resource's own space", async () => {
    expect((await refusal(book(from, from + HOUR, { space: site.roomSpaceId }))).code).toBe('23503');
  });
});

interface CredentialOptions {
  kind?: 'badge' | 'pin';
  hash: string;
  person?: TestPerson;
  networkId?: string;
  isRevoked?: boolean;
  isStaff?: boolean;
  bookingId?: string | null;
  siteId?: string | null;
  active?: string | null;
}

async function credential(options: CredentialOptions): Promise<string> {
  const { kind = 'badge', hash, person = lea, networkId = network.id } = options;
  const id = makeId();
  const row = {
    network_id: networkId,
    id,
    member_id: person.memberId,
    kind,
    booking_id: options.bookingId ?? null,
    site_id: options.siteId ?? null,
    lookup_hash: hash,
    value_sealed: 'sealed',
    is_staff: options.isStaff ?? false,
    active_during: options.active ?? null,
    created_at: iso(NOW),
    revoked_at: options.isRevoked ? iso(NOW) : null,
  };
  await within((tx) => tx`insert into credentials ${tx(row)}`, networkId);
  return id;
}
const revoke = (id: string, at: string | null) =>
  within((tx) => tx`update credentials set revoked_at = ${at} where id = ${id}`);

describe('a PIN', () => {
  const [from, until] = [NOW + 2 * HOUR, NOW + 4 * HOUR];
  let first: string;
  let pin: CredentialOptions & { kind: 'pin' };
  beforeEach(async () => {
    const bookingId = await book(from, until);
    pin = { kind: 'pin', hash: 'pin-1', bookingId, siteId: site.id, active: span(from, until) };
    first = await credential(pin);
  });

  it('is given once at a site while it opens something, and again from the moment it does not', async () => {
    expect(await refusal(credential({ ...pin, active: span(until - SECOND, until + HOUR) }))).toEqual(SAME_PIN);
    expect(await refusal(credential({ ...pin, active: span(from - HOUR, from + SECOND) }))).toEqual(SAME_PIN);
    await credential({ ...pin, active: span(until, until + HOUR) });
    await credential({ ...pin, active: span(from - HOUR, from) });
  });

  it('may be the same at another site, and another at the same site', async () => {
    const neighbour = await network.addSite(`neighbour-${count}`);
    await credential({ ...pin, siteId: neighbour.id });
    await credential({ ...pin, hash: 'pin-2' });
  });

  it('is free once revoked, and does not come back over the one given since', async () => {
    await revoke(first, iso(NOW));
    await credential(pin);
    expect(await refusal(revoke(first, null))).toEqual(SAME_PIN);
  });

  it('belongs to a booking, at a site, for a time; a badge to none of them', async () => {
    const { bookingId, siteId, active, ...bare } = pin;
    expect(await brokenCheck(credential({ ...bare, siteId, active, hash: 'a' }))).toContain('booking_id');
    expect(await brokenCheck(credential({ ...bare, bookingId, active, hash: 'b' }))).toContain('site_id');
    expect(await brokenCheck(credential({ ...bare, bookingId, siteId, hash: 'c' }))).toContain('active_during');
    for (const [extra, column] of [
      [{ bookingId }, 'booking_id'],
      [{ siteId }, 'site_id'],
      [{ active }, 'active_during'],
    ] as const) {
      expect(await brokenCheck(credential({ hash: `badge-${column}`, ...extra }))).toContain(column);
    }
  });
});

describe('a badge', () => {
  it('has one holder until it is revoked, and that one only once', async () => {
    const hash = `badge-${count}`;
    const first = await credential({ hash });
    expect(await refusal(credential({ hash, person: sam }))).toEqual(TWO_HOLDERS);
    expect(await refusal(credential({ hash }))).toEqual(TWO_HOLDERS);
    await revoke(first, iso(NOW));
    await credential({ hash, person: sam });
    expect(await refusal(revoke(first, null))).toEqual(TWO_HOLDERS);
    await credential({ hash, isRevoked: true });
  });

  it('may be known in two networks: neither learns of the other', async () => {
    const hash = `badge-${count}`;
    await credential({ hash });
    const other = await elsewhere.addPerson('noor');
    await credential({ hash, person: other, networkId: elsewhere.id });
  });

  it('of the staff is limited to a structure', async () => {
    expect(await brokenCheck(credential({ hash: `badge-${count}`, isStaff: true }))).toContain('is_staff');
  });
});
