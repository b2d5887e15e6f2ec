import {
  closeEndedBookings,
  expireAllHolds,
  expireCommands,
  listBridges,
  listNetworks,
  purgeAccessEvents,
  purgeCommands,
  purgeIdempotencyKeys,
  purgeMails,
  purgeOutbox,
  purgeSessionsAndTokens,
  purgeThrottles,
  purgeWaiting,
} from '@mitoyen/db/queries';
import { publishGrants } from '../access/publish-grants.ts';
import type { Broker } from '../adapters/broker.ts';
import type { Log, Services } from '../services.ts';
import { runFreeTime } from './free-time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** CNIL and the ministries' own rule (arrêté of 6 June 2016, art. 5): badge movements are kept three months at most. */
const MOVEMENTS_KEPT_MS = 90 * DAY_MS;
const IDEMPOTENCY_KEPT_MS = 2 * DAY_MS;
/** So that a stolen refresh token that comes back late is still recognised as one. */
const ENDED_SESSIONS_KEPT_MS = 30 * DAY_MS;
const MAILS_KEPT_MS = 30 * DAY_MS;
const WAITING_KEPT_MS = 30 * DAY_MS;

/**
 * What time alone makes due, for every network: holds and commands that ran out, bookings that ended, what must no longer be kept, and
 * grants whose horizon has moved on. Safe to run on several servers at once. Run every minute.
 */
export async function runHousekeeping(services: Services, broker: Broker | null, log: Log): Promise<void> {
  const now = services.clock.now();
  for (const { id: networkId } of await listNetworks(services.db.platform)) {
    try {
      const bridges = await services.db.withNetwork(networkId, async (tx) => {
        await expireAllHolds(tx, networkId, now);
        await closeEndedBookings(tx, networkId, now);
        await expireCommands(tx, networkId, now);
        await purgeIdempotencyKeys(tx, networkId, now - IDEMPOTENCY_KEPT_MS);
        await purgeThrottles(tx, networkId, now - DAY_MS);
        await purgeOutbox(tx, networkId, now - DAY_MS);
        await purgeSessionsAndTokens(tx, networkId, now - ENDED_SESSIONS_KEPT_MS);
        await purgeCommands(tx, networkId, now - MOVEMENTS_KEPT_MS);
        await purgeMails(tx, networkId, now - MAILS_KEPT_MS);
        await purgeWaiting(tx, networkId, now - WAITING_KEPT_MS);
        await purgeAccessEvents(tx, networkId, now - MOVEMENTS_KEPT_MS);
        return listBridges(tx, networkId);
      });
      await runFreeTime(services, networkId, { hearsDoors: broker?.isConnected() ?? false, log });
      if (broker?.isConnected()) {
        for (const { siteId } of bridges) await publishGrants(services, broker, networkId, siteId);
      }
    } catch (error) {
      log.error({ err: error, networkId }, 'housekeeping failed');
    }
  }
}
