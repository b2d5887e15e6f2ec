import { findMail, listNetworks, markMailSent, OUTBOX_CHANNEL, takeOutbox, updateOutbox } from '@mitoyen/db/queries';
import { publishGrants } from '../access/publish-grants.ts';
import type { Broker } from '../adapters/broker.ts';
import type { Mailer } from '../adapters/mailer.ts';
import type { Log, Services } from '../services.ts';

/** Work is announced by the database; this finds what an announcement missed (a restart, a retry that is due). */
const SWEEP_MS = 5_000;
const BATCH = 50;
const MOST_ATTEMPTS = 12;
/** 1 s, 2 s, 4 s … at most a quarter of an hour. */
const delayMs = (attempts: number): number => Math.min(900_000, 1_000 * 2 ** attempts);

/** Does what transactions have asked for once they are committed: mails, and grants for the doors. At least once, any server. */
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

  async function once(networkId: string): Promise<number> {
    return services.db.withNetwork(networkId, async (tx) => {
      const now = services.clock.now();
      const rows = await takeOutbox(tx, networkId, now, BATCH);
      // Ten changes of one site are one publication.
      const sites = new Map<string, Promise<unknown>>();
      for (const row of rows) {
        try {
          if (row.topic === 'mail') {
            await deliver(networkId, String(row.payload.mailId), tx);
          } else {
            const siteId = String(row.payload.siteId);
            if (adapters.broker !== null && !sites.has(siteId)) {
              sites.set(siteId, publishGrants(services, adapters.broker, networkId, siteId));
            }
            await sites.get(siteId);
          }
          await updateOutbox(tx, networkId, row.id, { doneAt: now, attempts: row.attempts + 1 });
        } catch (error) {
          const attempts = row.attempts + 1;
          const lastError = error instanceof Error ? error.message.slice(0, 500) : 'unknown';
          const isHopeless = attempts >= MOST_ATTEMPTS;
          log.warn({ err: error, topic: row.topic, attempts, isHopeless }, 'outbox entry not done');
          await updateOutbox(tx, networkId, row.id, {
            attempts,
            lastError,
            ...(isHopeless ? { failedAt: now } : { availableAt: now + delayMs(attempts) }),
          });
        }
      }
      return rows.length;
    });
  }

  async function deliver(networkId: string, mailId: string, tx: Parameters<typeof findMail>[0]): Promise<void> {
    const mail = await findMail(tx, networkId, mailId);
    if (mail === null || mail.sentAt !== null) return;
    await adapters.mailer.send({
      to: mail.recipient,
      subject: mail.subject,
      text: mail.bodyText,
      html: mail.bodyHtml,
      calendar: mail.calendar,
      messageId: `<${mail.id}@mitoyen>`,
    });
    await markMailSent(tx, networkId, mailId, services.clock.now());
  }

  /** One run at a time per network; a call during a run makes it look once more. */
  function drain(networkId: string): Promise<void> {
    const current = running.get(networkId);
    if (current !== undefined) {
      again.add(networkId);
      return current;
    }
    const run = (async () => {
      do {
        again.delete(networkId);
        while (!isStopped && (await once(networkId)) === BATCH);
      } while (!isStopped && again.has(networkId));
    })().finally(() => running.delete(networkId));
    running.set(networkId, run);
    return run;
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
      await Promise.allSettled(running.values());
    },
  };
}
