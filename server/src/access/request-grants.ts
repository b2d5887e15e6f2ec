import { insertOutbox } from '@mitoyen/db/queries';
import type { Context } from '../context.ts';
import { makeId } from '../ids.ts';

/** Once the running transaction has committed, the doors of the site learn what changed. */
export async function requestGrants(context: Pick<Context, 'tx' | 'networkId' | 'now' | 'services'>, siteId: string) {
  const { tx, networkId, now, services } = context;
  await insertOutbox(tx, {
    networkId,
    id: makeId(services, now),
    topic: 'grants',
    payload: { siteId },
    availableAt: now,
    createdAt: now,
  });
}
