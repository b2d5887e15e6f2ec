import { insertOutbox } from '@mitoyen/db/queries';
import type { Context } from '../context.ts';
import { makeId } from '../ids.ts';

type Asking = Pick<Context, 'tx' | 'networkId' | 'now' | 'services'>;

/** Once the running transaction has committed, the doors of the site learn what changed. */
export async function requestGrants(context: Asking, siteId: string) {
  await request(context, siteId, 'grants');
}

/** Once the running transaction has committed, the site's bridge learns which doors and devices there are. */
export async function requestConfig(context: Asking, siteId: string) {
  await request(context, siteId, 'config');
}

async function request({ tx, networkId, now, services }: Asking, siteId: string, topic: 'grants' | 'config') {
  await insertOutbox(tx, {
    networkId,
    id: makeId(services, now),
    topic,
    payload: { siteId },
    availableAt: now,
    createdAt: now,
  });
}
