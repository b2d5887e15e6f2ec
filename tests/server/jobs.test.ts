import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@mitoyen/db';
import { insertMail, insertOutbox } from '@mitoyen/db/queries';
import {
  accessEvents,
  accountTokens,
  bookings,
  bridges,
  commands,
  idempotencyKeys,
  mails,
  outbox,
  sessions,
  throttles,
} from '@mitoyen/db/schema';
import { newId } from '@mitoyen/domain';
import { createOutboxWorker, type Mailer, runHousekeeping } from '@mitoyen/server';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Caller, startTestApi, type TestApi } from '../support/api.ts';
import { MovableClock } from '../support/clock.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNetwork, type TestNetwork, type TestPerson, type TestSite } from '../support/network.ts';
import { RecordingBroker } from '../support/recording-broker.ts';

/** A Tuesday, 08:00 in Paris. */
const NOW = Date.parse('2026-11-24T07:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const iso = (at: number) => new Date(at).toISOString();
const makeId = () => newId(NOW, randomBytes(10));
const quiet = { info() {}, warn() {}, error() {} };

const clock = new MovableClock(NOW);
let database: TestDatabase;
let network: TestNetwork & { close(): Promise<void> };
let api: TestApi;
let site: TestSite;
let person: TestPerson;
let lea: Caller;

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(async () => {
  await api?.close();
  await network?.close();
  await database?.drop();
});

let count = 0;
/** A network for every test: jobs go over everything that a network has. */
beforeEach(async () => {
  await api?.close();
  await network?.close();
  clock.moveTo(NOW);
  count += 1;
  network = await createTestNetwork(database.ownerUrl, `network-${count}`, NOW);
  api = await startTestApi(database, network, clock);
  site = await network.addSite('place');
  person = await network.addPerson('lea');
  lea = await api.as(person);
});

class RecordingMailer implements Mailer {
  readonly sent: { to: string; messageId: string }[] = [];
  attempts = 0;
  failure: Error | null = null;

  async send({ to, messageId }: { to: string; messageId: string }): Promise<void> {
    this.attempts += 1;
    if (this.failure !== null) throw this.failure;
    this.sent.push({ to, messageId });
  }
}

async function queueMail(to: string): Promise<string> {
  const id = makeId();
  const at = clock.now();
  await network.within(async (tx) => {
    await insertMail(tx, {
      networkId: network.id,
      id,
      recipient: to,
      subject: 'Subject',
      bodyText: 'Text',
      bodyHtml: '<p>Text</p>',
      createdAt: at,
    });
    await insertOutbox(tx, {
      networkId: network.id,
      id: makeId(),
      topic: 'mail',
      payload: { mailId: id },
      availableAt: at,
      createdAt: at,
    });
  });
  return id;
}

const outboxRows = () =>
  network.within((tx) => tx.select().from(outbox).where(eq(outbox.networkId, network.id)).orderBy(outbox.id));
const workerWith = (mailer: Mailer) => createOutboxWorker(api.services, { broker: null, mailer }, quiet);

describe('the outbox', () => {
  it('sends a mail once, and notes when', async () => {
    const mailer = new RecordingMailer();
    const worker = workerWith(mailer);
    const id = await queueMail('one@example.org');
    clock.advance({ seconds: 3 });
    await worker.drain(network.id);
    await worker.drain(network.id);
    expect(mailer.sent).toEqual([{ to: 'one@example.org', messageId: `<${id}@mitoyen>` }]);
    expect(await outboxRows()).toMatchObject([{ attempts: 1, doneAt: NOW + 3_000, failedAt: null }]);
    const [mail] = await network.within((tx) => tx.select().from(mails).where(eq(mails.id, id)));
    expect(mail?.sentAt).toBe(NOW + 3_000);
  });

  it('tries a mail again after 2, 4, 8 … seconds, at most a quarter of an hour, and gives up after twelve times', async () => {
    const mailer = new RecordingMailer();
    mailer.failure = new Error('421 try again later');
    const worker = workerWith(mailer);
    await queueMail('busy@example.org');
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 12; attempt += 1) {
      await worker.drain(network.id);
      expect(mailer.attempts).toBe(attempt);
      const [row] = await outboxRows();
      expect(row).toMatchObject({ attempts: attempt, lastError: '421 try again later', doneAt: null });
      if (attempt === 12) {
        expect(row?.failedAt).toBe(clock.now());
        break;
      }
      expect(row?.failedAt).toBeNull();
      const availableAt = row?.availableAt ?? 0;
      delays.push((availableAt - clock.now()) / 1_000);
      clock.moveTo(availableAt - 1);
      await worker.drain(network.id);
      expect(mailer.attempts).toBe(attempt);
      clock.moveTo(availableAt);
    }
    expect(delays).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    mailer.failure = null;
    clock.advance({ days: 1 });
    await worker.drain(network.id);
    expect(mailer.attempts).toBe(12);
  });

  it('does the rest although one mail fails, and that one later', async () => {
    const sent: string[] = [];
    let isRefusing = true;
    const worker = workerWith({
      async send({ to }) {
        if (to === 'two@example.org' && isRefusing) throw new Error('550');
        sent.push(to);
      },
    });
    for (const to of ['one@example.org', 'two@example.org', 'three@example.org']) await queueMail(to);
    await worker.drain(network.id);
    expect(sent.sort()).toEqual(['one@example.org', 'three@example.org']);
    isRefusing = false;
    clock.advance({ seconds: 2 });
    await worker.drain(network.id);
    expect(sent.at(-1)).toBe('two@example.org');
    expect(sent).toHaveLength(3);
  });

  it('does each entry once with two workers side by side, more than one takes at a time', async () => {
    const both = [new RecordingMailer(), new RecordingMailer()];
    const recipients = Array.from({ length: 120 }, (_, index) => `person-${index}@example.org`);
    for (const to of recipients) await queueMail(to);
    await Promise.all(both.map((mailer) => workerWith(mailer).drain(network.id)));
    const all = both.flatMap(({ sent }) => sent.map(({ to }) => to));
    expect(all.sort()).toEqual(recipients.sort());
    expect((await outboxRows()).every(({ doneAt, attempts }) => doneAt !== null && attempts === 1)).toBe(true);
  });

  it('holds no connection while the mail server takes its time', async () => {
    const db = openDatabase(database.appUrl, { max: 1 });
    try {
      await queueMail('slow@example.org');
      let seen: unknown;
      const mailer: Mailer = {
        async send() {
          const others = db.withNetwork(network.id, (tx) => tx.select({ attempts: outbox.attempts }).from(outbox));
          seen = await Promise.race([others, sleep(5_000, 'nobody else got a connection')]);
        },
      };
      await createOutboxWorker({ ...api.services, db }, { broker: null, mailer }, quiet).drain(network.id);
      expect(seen).toEqual([{ attempts: 1 }]);
    } finally {
      await db.close();
    }
  });

  it('leaves a mail for three minutes to the server that took it, then another sends it', async () => {
    const isTaken = Promise.withResolvers<void>();
    const dying = Promise.withResolvers<void>();
    const gone = workerWith({
      send: () => {
        isTaken.resolve();
        return dying.promise;
      },
    });
    await queueMail('urgent@example.org');
    const neverEnds = gone.drain(network.id);
    await isTaken.promise;

    const other = new RecordingMailer();
    const worker = workerWith(other);
    clock.advance({ minutes: 3 });
    clock.moveTo(clock.now() - 1);
    await worker.drain(network.id);
    expect(other.attempts).toBe(0);
    clock.moveTo(NOW + 3 * MINUTE);
    await worker.drain(network.id);
    expect(other.sent.map(({ to }) => to)).toEqual(['urgent@example.org']);
    expect(await outboxRows()).toMatchObject([{ attempts: 2, doneAt: NOW + 3 * MINUTE, failedAt: null }]);

    // What the first one says in the end changes nothing: it is done.
    dying.reject(new Error('421 too late'));
    await neverEnds;
    expect(await outboxRows()).toMatchObject([{ attempts: 2, doneAt: NOW + 3 * MINUTE, lastError: null }]);
  });

  it('gives up what was taken twelve times by servers that never said how it ended', async () => {
    await queueMail('poison@example.org');
    await network.within((tx) => tx.update(outbox).set({ attempts: 12 }).where(eq(outbox.networkId, network.id)));
    const mailer = new RecordingMailer();
    await workerWith(mailer).drain(network.id);
    expect(mailer.attempts).toBe(0);
    expect(await outboxRows()).toMatchObject([{ doneAt: null, failedAt: NOW }]);
  });

  it('lets mails go while the broker is silent', async () => {
    await queueMail('meanwhile@example.org');
    await network.within((tx) =>
      insertOutbox(tx, {
        networkId: network.id,
        id: makeId(),
        topic: 'grants',
        payload: { siteId: site.id },
        availableAt: NOW,
        createdAt: NOW,
      }),
    );
    const broker = new RecordingBroker();
    const silence = broker.hold();
    const mailer = new RecordingMailer();
    const run = createOutboxWorker(api.services, { broker, mailer }, quiet).drain(network.id);
    await vi.waitFor(() => expect(mailer.sent).toHaveLength(1), { timeout: 10_000 });
    expect(broker.retained.size).toBe(0);
    silence.end();
    await run;
    expect(broker.retained.size).toBe(1);
    expect((await outboxRows()).every(({ doneAt }) => doneAt === NOW)).toBe(true);
  });
});

describe('housekeeping', () => {
  const housekeep = () => runHousekeeping(api.services, null, quiet);
  const statusOf = (id: string) =>
    network.within(async (tx) => {
      const [row] = await tx
        .select({ status: bookings.status })
        .from(bookings)
        .where(and(eq(bookings.networkId, network.id), eq(bookings.id, id)));
      return row?.status;
    });
  const hold = async (desk: number) => {
    const held = await lea.send('POST', '/bookings', {
      resourceId: site.deskIds[desk],
      startsAt: iso(NOW + HOUR),
      endsAt: iso(NOW + 2 * HOUR),
    });
    expect(held.status, JSON.stringify(held.body)).toBe(201);
    return String(held.body.id);
  };
  const book = async (desk: number) => {
    const id = await hold(desk);
    expect((await lea.send('POST', `/bookings/${id}/confirm`)).status).toBe(200);
    return id;
  };
  const addBridge = async () => {
    const id = makeId();
    await network.within((tx) =>
      tx
        .insert(bridges)
        .values({ networkId: network.id, id, siteId: site.id, name: 'Bridge', publicKey: 'key', createdAt: NOW }),
    );
    return id;
  };

  it('lets a hold go at its tenth minute, not a millisecond before', async () => {
    const id = await hold(0);
    clock.moveTo(NOW + 10 * MINUTE - 1);
    await housekeep();
    expect(await statusOf(id)).toBe('held');
    clock.moveTo(NOW + 10 * MINUTE);
    await housekeep();
    expect(await statusOf(id)).toBe('expired');
  });

  it('closes bookings at their end: who came is done, who did not is a no-show', async () => {
    const [came, stayedAway] = [await book(0), await book(1)];
    await network.within((tx) =>
      tx
        .update(bookings)
        .set({ status: 'checked_in', checkedInAt: NOW + HOUR })
        .where(and(eq(bookings.networkId, network.id), eq(bookings.id, came))),
    );
    clock.moveTo(NOW + 2 * HOUR - 1);
    await housekeep();
    expect([await statusOf(came), await statusOf(stayedAway)]).toEqual(['checked_in', 'confirmed']);
    clock.moveTo(NOW + 2 * HOUR);
    await housekeep();
    expect([await statusOf(came), await statusOf(stayedAway)]).toEqual(['completed', 'no_show']);
  });

  it('keeps movements for ninety days and not a millisecond longer', async () => {
    const bridgeId = await addBridge();
    const event = (sequence: number, occurredAt: number) => ({
      networkId: network.id,
      bridgeId,
      journalEpoch: 'epoch',
      sequence,
      siteId: site.id,
      kind: 'access',
      occurredAt,
      clockTrust: 'trusted',
      receivedAt: occurredAt,
    });
    await network.within((tx) =>
      tx.insert(accessEvents).values([event(1, NOW - 90 * DAY - 1), event(2, NOW - 90 * DAY), event(3, NOW)]),
    );
    await housekeep();
    const rows = await network.within((tx) =>
      tx.select().from(accessEvents).where(eq(accessEvents.networkId, network.id)),
    );
    expect(rows.map(({ sequence }) => sequence).sort()).toEqual([2, 3]);
  });

  it('says of a command that nobody answered that it ran out', async () => {
    const bridgeId = await addBridge();
    const id = makeId();
    await network.within((tx) =>
      tx.insert(commands).values({
        networkId: network.id,
        id,
        siteId: site.id,
        bridgeId,
        doorId: site.entranceDoorId,
        action: 'unlock',
        actorAccountId: person.accountId,
        issuedAt: NOW,
        expiresAt: NOW + 10_000,
      }),
    );
    const row = () => network.within((tx) => tx.select().from(commands).where(eq(commands.networkId, network.id)));
    clock.moveTo(NOW + 9_999);
    await housekeep();
    expect((await lea.get(`/commands/${id}`)).body.outcome).toBe('pending');
    clock.moveTo(NOW + 10_000);
    expect((await lea.get(`/commands/${id}`)).body.outcome).toBe('expired');
    expect(await row()).toMatchObject([{ outcome: 'pending', resultAt: null }]);
    await housekeep();
    expect(await row()).toMatchObject([{ outcome: 'expired', resultAt: NOW + 10_000 }]);
  });

  it('forgets mails after thirty days, and what the outbox has done after one', async () => {
    const mailer = new RecordingMailer();
    await queueMail('old@example.org');
    await workerWith(mailer).drain(network.id);
    clock.moveTo(NOW + DAY);
    await housekeep();
    expect(await outboxRows()).toHaveLength(1);
    clock.moveTo(NOW + DAY + 1);
    await housekeep();
    expect(await outboxRows()).toEqual([]);
    const kept = () => network.within((tx) => tx.select().from(mails).where(eq(mails.networkId, network.id)));
    clock.moveTo(NOW + 30 * DAY);
    await housekeep();
    expect(await kept()).toHaveLength(1);
    clock.moveTo(NOW + 30 * DAY + 1);
    await housekeep();
    expect(await kept()).toEqual([]);
  });

  it('forgets keys of requests after two days, attempts after one, ended sessions and old links after thirty', async () => {
    const base = { networkId: network.id, createdAt: NOW };
    await network.within(async (tx) => {
      await tx.insert(idempotencyKeys).values({ ...base, scope: 's', key: 'k', route: 'r', requestHash: 'h' });
      await tx.delete(throttles).where(eq(throttles.networkId, network.id));
      await tx.insert(throttles).values({ networkId: network.id, bucket: 'b', windowStart: NOW, count: 1 });
      await tx.delete(sessions).where(eq(sessions.networkId, network.id));
      const session = { ...base, accountId: person.accountId, rotatedAt: NOW, lastUsedAt: NOW };
      await tx.insert(sessions).values([
        { ...session, id: makeId(), refreshHash: 'revoked', revokedAt: NOW, expiresAt: NOW + 90 * DAY },
        { ...session, id: makeId(), refreshHash: 'expired', expiresAt: NOW },
        { ...session, id: makeId(), refreshHash: 'running', expiresAt: NOW + 90 * DAY },
      ]);
      const token = { ...base, accountId: person.accountId, purpose: 'reset_password' as const };
      await tx.insert(accountTokens).values({ ...token, id: makeId(), tokenHash: 't', expiresAt: NOW });
    });
    const kept = (table: typeof idempotencyKeys | typeof throttles | typeof sessions | typeof accountTokens) =>
      network.within(async (tx) => (await tx.select().from(table).where(eq(table.networkId, network.id))).length);
    const counts = async (at: number) => {
      clock.moveTo(at);
      await housekeep();
      return [await kept(throttles), await kept(idempotencyKeys), await kept(sessions), await kept(accountTokens)];
    };
    expect(await counts(NOW + DAY)).toEqual([1, 1, 3, 1]);
    expect(await counts(NOW + DAY + 1)).toEqual([0, 1, 3, 1]);
    expect(await counts(NOW + 2 * DAY)).toEqual([0, 1, 3, 1]);
    expect(await counts(NOW + 2 * DAY + 1)).toEqual([0, 0, 3, 1]);
    expect(await counts(NOW + 30 * DAY)).toEqual([0, 0, 3, 1]);
    expect(await counts(NOW + 30 * DAY + 1)).toEqual([0, 0, 1, 0]);
  });
});
