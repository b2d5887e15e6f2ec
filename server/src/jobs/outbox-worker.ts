import { setTimeout as sleep } from 'node:timers/promises';
import {
  findMail,
  listNetworks,
  markMailSent,
  OUTBOX_CHANNEL,
  type OutboxRow,
  type OutboxTopic,
  takeOutbox,
  updateOutbox,
} from '@mitoyen/db/queries';
import { publishConfig, publishGrants } from '../access/publish-grants.ts';
import type { Broker } from '../adapters/broker.ts';
import type { Mailer } from '../adapters/mailer.ts';
import type { Log, Services } from '../services.ts';

/** Work is announced by the database; this finds what an announcement missed (a restart, a retry that is due). */
const SWEEP_MS = 5_000;
/**
 * Whoever took work and has not said how it ended by then is taken to be gone. Longer than a mail server is waited for; a publication
 * that is begun twice does no harm.
 */
const LEASE_MS: Readonly<Record<OutboxTopic, number>> = {
  grants: 30_000,
  config: 30_000,
  mail: 180_000,
};
const MOST_ATTEMPTS = 12;
const LAST_WORK_MS = 5_000;
/** A door does not wait for a mail server, nor a mail for the broker: each goes its own way. */
const TOPICS: readonly OutboxTopic[] = ['grants', 'config', 'mail'];
/** 1 s, 2 s, 4 s … at most a quarter of an hour. */
const delayMs = (attempts: number): number => Math.min(900_000, 1_000 * 2 ** attempts);

/**
 * Does what transactions have asked for once they are committed: mails, and what the doors must know. Any server does it, at least once: work is
 * taken in one short transaction and its end noted in another, with none in between. Should a server die there, the work is due again
 * when its lease has run out; a mail may then arrive twice, under the same Message-ID.
 */
export interface OutboxWorker {
  start(): Promise<void>;
  /** Does what is due for a network now; resolves when nothing due is left. */
  drain(networkId: string): Promise<void>;
  stop(): Promise<void>;
}

export function createOutboxWorker(
  services: Services,
  adapters: { broker: Broker | null; mailer: Mailer },
  log: Log,
): OutboxWorker {
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  let unlisten: (() => Promise<void>) | null = null;
  let sweep: NodeJS.Timeout | null = null;
  let isStopped = false;

  /** Takes one piece of work and does it; false when none is due. */
  async function once(networkId: string, topic: OutboxTopic): Promise<boolean> {
    const now = services.clock.now();
    const rows = await services.db.withNetwork(networkId, (tx) =>
      takeOutbox(tx, { networkId, topic, now, until: now + LEASE_MS[topic] }),
    );
    const [row] = rows;
    if (row === undefined) return false;
    try {
      // Taken once too often, it ended a dozen processes rather than itself.
      if (row.attempts > MOST_ATTEMPTS) throw new Error(row.lastError ?? 'No attempt came to an end.');
      await work(networkId, row);
    } catch (error) {
      await noteFailure(networkId, rows, error);
      return true;
    }
    await services.db.withNetwork(networkId, async (tx) => {
      const doneAt = services.clock.now();
      if (row.topic === 'mail') await markMailSent(tx, networkId, String(row.payload.mailId), doneAt);
      for (const { id } of rows) await updateOutbox(tx, { networkId, id }, { doneAt });
    });
    return true;
  }

  async function work(networkId: string, { topic, payload }: OutboxRow): Promise<void> {
    if (topic === 'mail') await deliver(networkId, String(payload.mailId));
    else if (adapters.broker !== null) {
      const publish = topic === 'config' ? publishConfig : publishGrants;
      await publish(services, adapters.broker, networkId, String(payload.siteId));
    }
  }

  async function deliver(networkId: string, mailId: string): Promise<void> {
    const mail = await services.db.withNetwork(networkId, (tx) => findMail(tx, networkId, mailId));
    if (mail === null || mail.sentAt !== null) return;
    await adapters.mailer.send({
      to: mail.recipient,
      subject: mail.subject,
      text: mail.bodyText,
      html: mail.bodyHtml,
      calendar: mail.calendar,
      messageId: `<${mail.id}@mitoyen>`,
    });
  }

  async function noteFailure(networkId: string, rows: readonly OutboxRow[], error: unknown): Promise<void> {
    const lastError = error instanceof Error ? error.message.slice(0, 500) : 'unknown';
    await services.db.withNetwork(networkId, async (tx) => {
      const now = services.clock.now();
      for (const { id, topic, attempts } of rows) {
        const isHopeless = attempts >= MOST_ATTEMPTS;
        log.warn({ err: error, topic, attempts, isHopeless }, 'outbox entry not done');
        const next = isHopeless ? { failedAt: now } : { availableAt: now + delayMs(attempts) };
        await updateOutbox(tx, { networkId, id, attempts }, { lastError, ...next });
      }
    });
  }

  /** One run at a time per network and topic; a call during a run makes it look once more. */
  function drainTopic(networkId: string, topic: OutboxTopic): Promise<void> {
    const name = `${networkId}/${topic}`;
    const current = running.get(name);
    if (current !== undefined) {
      again.add(name);
      return current;
    }
    const run = (async () => {
      do {
        again.delete(name);
        while (!isStopped && (await once(networkId, topic)));
      } while (!isStopped && again.has(name));
    })().finally(() => running.delete(name));
    running.set(name, run);
    return run;
  }

  async function drain(networkId: string): Promise<void> {
    await Promise.all(TOPICS.map((topic) => drainTopic(networkId, topic)));
  }

  const drainQuietly = (networkId: string) => {
    drain(networkId).catch((error: unknown) => log.error({ err: error, networkId }, 'outbox not drained'));
  };

  return {
    drain,
    async start() {
      const listening = await services.db.listen(OUTBOX_CHANNEL, drainQuietly);
      unlisten = () => listening.unlisten();
      const everyNetwork = async () => {
        for (const network of await listNetworks(services.db.platform)) drainQuietly(network.id);
      };
      sweep = setInterval(() => {
        everyNetwork().catch((error: unknown) => log.error({ err: error }, 'outbox sweep failed'));
      }, SWEEP_MS);
      await everyNetwork();
    },
    async stop() {
      isStopped = true;
      if (sweep !== null) clearInterval(sweep);
      await unlisten?.();
      // Work that takes longer is due again, for any server, when its lease ends.
      await Promise.race([Promise.allSettled(running.values()), sleep(LAST_WORK_MS, undefined, { ref: false })]);
    },
  };
}
