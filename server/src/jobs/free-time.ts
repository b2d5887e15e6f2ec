import type { Tx } from '@mitoyen/db';
import { listSitesToServe, passWaiting } from '@mitoyen/db/queries';
import type { Context } from '../context.ts';
import { releaseUnclaimed } from '../operations/bookings/release-no-shows.ts';
import { LOOK_AGAIN_MS, serveWaitlist, tooLateFor } from '../operations/waitlist/serve-waitlist.ts';
import type { Log, Services } from '../services.ts';

/**
 * Times that nobody came for are given to others, and what became free is offered to those who wait. Each site in a transaction of its
 * own, by one server at a time: what goes wrong at one is no reason for the others to wait. Holds that ran out are expired before.
 */
export async function runFreeTime(
  services: Services,
  networkId: string,
  { hearsDoors, log }: { readonly hearsDoors: boolean; readonly log: Log },
): Promise<void> {
  const now = services.clock.now();
  const context = (tx: Tx): Context => ({
    services,
    tx,
    networkId,
    now,
    locale: 'fr',
    actor: null,
    afterCommit() {},
  });
  const within = <T>(work: (context: Context) => Promise<T>): Promise<T> =>
    services.db.withNetwork(networkId, (tx) => work(context(tx)));

  // A server that does not hear the broker does not know who came.
  if (hearsDoors) await within(releaseUnclaimed);
  const sites = await within(async ({ tx }) => {
    await passWaiting(tx, networkId, tooLateFor(now));
    return listSitesToServe(tx, networkId, now - LOOK_AGAIN_MS);
  });
  for (const site of sites) {
    try {
      await within((each) => serveWaitlist(each, site));
    } catch (error) {
      log.error({ err: error, networkId, siteId: site.siteId }, 'waiting list not served');
    }
  }
}
