import type { Instant } from '@mitoyen/domain';
import { and, asc, desc, eq, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { Tx } from '../database.ts';
import { mails, outbox } from '../schema/index.ts';

/** Channel on which servers hear that a network has something to do. The payload is the network's id. */
export const OUTBOX_CHANNEL = 'mitoyen_outbox';
/** Channel of what hosts watch live. The payload is JSON: `{ networkId, siteId, … }`. */
export const LIVE_CHANNEL = 'mitoyen_live';

/** Notes what must happen once this transaction has committed, and wakes a server up for it. */
export async function insertOutbox(tx: Tx, row: typeof outbox.$inferInsert) {
  await tx.insert(outbox).values(row);
  await tx.execute(sql`select pg_notify(${OUTBOX_CHANNEL}, ${row.networkId})`);
}

const MOST_AT_ONCE = 50;

export type OutboxTopic = typeof outbox.$inferSelect.topic;
export type OutboxRow = typeof outbox.$inferSelect;

/**
 * Takes the oldest due entry of a topic, and with it every other due one that asks for the same (ten changes of one site are one
 * publication): nobody else gets them before `until`, this transaction being long over. Each counts as an attempt.
 */
export async function takeOutbox(
  tx: Tx,
  { networkId, topic, now, until }: { networkId: string; topic: OutboxTopic; now: Instant; until: Instant },
): Promise<OutboxRow[]> {
  const isDue = and(
    eq(outbox.networkId, networkId),
    isNull(outbox.doneAt),
    isNull(outbox.failedAt),
    lte(outbox.availableAt, now),
    eq(outbox.topic, topic),
  );
  const due = () => tx.select({ id: outbox.id, payload: outbox.payload }).from(outbox);
  const [first] = await due()
    .where(isDue)
    .orderBy(asc(outbox.availableAt), asc(outbox.id))
    .limit(1)
    .for('update', { skipLocked: true });
  if (first === undefined) return [];
  const same = await due()
    .where(and(isDue, eq(outbox.payload, first.payload)))
    .limit(MOST_AT_ONCE)
    .for('update', { skipLocked: true });
  return tx
    .update(outbox)
    .set({ availableAt: until, attempts: sql`${outbox.attempts} + 1` })
    .where(
      and(
        eq(outbox.networkId, networkId),
        inArray(
          outbox.id,
          same.map(({ id }) => id),
        ),
      ),
    )
    .returning();
}

/** Says how it ended. With `attempts` only where nobody has taken it again meanwhile. */
export async function updateOutbox(
  tx: Tx,
  { networkId, id, attempts }: { networkId: string; id: string; attempts?: number },
  changes: Partial<typeof outbox.$inferInsert>,
) {
  await tx
    .update(outbox)
    .set(changes)
    .where(
      and(
        eq(outbox.networkId, networkId),
        eq(outbox.id, id),
        attempts === undefined ? undefined : eq(outbox.attempts, attempts),
      ),
    );
}

/** What was given up is kept longer: somebody may ask why. */
const FAILED_KEPT_MS = 30 * 24 * 3_600_000;

export async function purgeOutbox(tx: Tx, networkId: string, before: Instant) {
  await tx
    .delete(outbox)
    .where(
      and(eq(outbox.networkId, networkId), or(lt(outbox.doneAt, before), lt(outbox.failedAt, before - FAILED_KEPT_MS))),
    );
}

/** Tells every server's live listeners. Sent when the transaction commits. */
export async function notifyLive(tx: Tx, event: { networkId: string; siteId: string } & Record<string, unknown>) {
  await tx.execute(sql`select pg_notify(${LIVE_CHANNEL}, ${JSON.stringify(event)})`);
}

export async function insertMail(tx: Tx, mail: typeof mails.$inferInsert) {
  await tx.insert(mails).values(mail);
}

export async function markMailSent(tx: Tx, networkId: string, id: string, at: Instant) {
  await tx
    .update(mails)
    .set({ sentAt: at })
    .where(and(eq(mails.networkId, networkId), eq(mails.id, id), isNull(mails.sentAt)));
}

export async function listMails(tx: Tx, networkId: string, limit: number) {
  return tx
    .select({
      id: mails.id,
      recipient: mails.recipient,
      subject: mails.subject,
      createdAt: mails.createdAt,
      sentAt: mails.sentAt,
    })
    .from(mails)
    .where(eq(mails.networkId, networkId))
    .orderBy(desc(mails.createdAt), desc(mails.id))
    .limit(limit);
}

export async function findMail(tx: Tx, networkId: string, id: string) {
  const [row] = await tx
    .select()
    .from(mails)
    .where(and(eq(mails.networkId, networkId), eq(mails.id, id)));
  return row ?? null;
}

export async function findLastMailTo(tx: Tx, networkId: string, recipient: string) {
  const [row] = await tx
    .select({ subject: mails.subject, bodyText: mails.bodyText, createdAt: mails.createdAt })
    .from(mails)
    .where(and(eq(mails.networkId, networkId), eq(mails.recipient, recipient)))
    .orderBy(desc(mails.createdAt), desc(mails.id))
    .limit(1);
  return row ?? null;
}

export async function purgeMails(tx: Tx, networkId: string, before: Instant) {
  await tx.delete(mails).where(and(eq(mails.networkId, networkId), lt(mails.createdAt, before)));
}
