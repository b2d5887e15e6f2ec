import { createHash } from 'node:crypto';
import { findSite, listDevices, listDoors, lockGrantSnapshot, saveGrantSnapshot } from '@mitoyen/db/queries';
import { type DeviceConfig, encodeMessage, type SiteConfig, splitSnapshot, topics } from '@mitoyen/protocol';
import type { Broker } from '../adapters/broker.ts';
import type { Services } from '../services.ts';
import { compileSiteAccess, GRANTS_VALID_MS } from './compile-site.ts';

/** An unchanged set is signed anew when less than this is left of its validity. */
const RENEW_MS = GRANTS_VALID_MS - 24 * 3_600_000;

export interface GrantsPublication {
  /** `always`: also when nothing changed (a bridge asked). `new_epoch`: the bridge holds more than we know of. */
  readonly mode: 'if_changed' | 'always' | 'new_epoch';
}

/**
 * Compiles, signs and publishes the grants of a site, retained. One at a time per site, whatever the number of servers: the lock is
 * held until the broker has the last part, so that an older set never replaces a newer one. The sequence is committed before anything
 * is published: a number is never used for two contents. Returns the position now in force; null: no such site.
 */
export async function publishGrants(
  services: Services,
  broker: Broker,
  networkId: string,
  siteId: string,
  { mode }: GrantsPublication = { mode: 'if_changed' },
): Promise<{ epoch: number; sequence: number } | null> {
  const { db, clock, signingKey } = services;
  return db.withNetwork(networkId, async (locked) => {
    const held = await lockGrantSnapshot(locked, networkId, siteId);
    const now = clock.now();
    const site = await findSite(locked, networkId, { id: siteId });
    if (site === null) return null;
    const access = await compileSiteAccess(locked, services, networkId, site, now);
    if (access === null) return null;
    const contentHash = createHash('sha256').update(JSON.stringify(access.content)).digest('base64url');
    const isUnchanged = held !== null && held.contentHash === contentHash && held.validUntil - now > RENEW_MS;
    if (isUnchanged && mode === 'if_changed') return { epoch: held.epoch, sequence: held.sequence };

    const isNewEpoch = mode === 'new_epoch' || held === null;
    const position = {
      epoch: (held?.epoch ?? 0) + (isNewEpoch ? 1 : 0),
      sequence: isNewEpoch ? 1 : held.sequence + 1,
    };
    const validity = { issuedAt: now, validUntil: now + GRANTS_VALID_MS };
    const parts = splitSnapshot({
      networkId,
      siteId,
      timeZone: access.timeZone,
      ...position,
      ...validity,
      ...access.content,
    });
    await db.withNetwork(networkId, (tx) =>
      saveGrantSnapshot(tx, { networkId, siteId, ...position, contentHash, parts: parts.length, ...validity }),
    );
    const { grantsSnapshotPart } = topics(networkId, siteId);
    const retained = (topic: string, payload: string) => broker.publish({ topic, payload, isRetained: true, qos: 1 });
    for (const part of parts) {
      await retained(grantsSnapshotPart(part.part), encodeMessage('grants/snapshot', part, signingKey));
    }
    // An empty retained message makes the broker forget one (MQTT 3.1.1, 3.3.1.3).
    for (let part = parts.length; part < (held?.parts ?? 0); part++) await retained(grantsSnapshotPart(part), '');
    return position;
  });
}

/** Publishes what a bridge must know of its doors and devices, retained. The revision is the instant: it only grows. */
export async function publishConfig(
  services: Services,
  broker: Broker,
  networkId: string,
  siteId: string,
): Promise<void> {
  const { db, clock, signingKey } = services;
  const config = await db.withNetwork(networkId, async (tx): Promise<SiteConfig> => {
    const [doors, devices] = await Promise.all([listDoors(tx, networkId, siteId), listDevices(tx, networkId, siteId)]);
    const now = clock.now();
    return {
      v: 1,
      networkId,
      siteId,
      revision: now,
      issuedAt: now,
      doors: doors.map((door) => ({
        id: door.id,
        name: door.name,
        relockAfterMs: door.relockSeconds * 1000,
      })),
      devices: devices.map(
        (device): DeviceConfig => ({
          id: device.id,
          kind: device.kind === 'counter' ? 'people_counter' : device.kind,
          codec: device.family,
          address: device.address,
          doorId: device.doorId,
          spaceId: device.spaceId,
          name: device.name.slice(0, 200),
          ...(Object.keys(device.config).length === 0 ? {} : { config: device.config }),
        }),
      ),
    };
  });
  await broker.publish({
    topic: topics(networkId, siteId).config,
    payload: encodeMessage('config', config, signingKey),
    isRetained: true,
    qos: 1,
  });
}

/** What a bridge needs to trust its clock: the nonce of its last status or hello comes back signed. */
export async function publishTime(
  services: Services,
  broker: Broker,
  site: { networkId: string; siteId: string },
  nonce: string,
): Promise<void> {
  await broker.publish({
    topic: topics(site.networkId, site.siteId).time,
    payload: encodeMessage('time', { v: 1, ...site, serverTime: services.clock.now(), nonce }, services.signingKey),
    isRetained: false,
    qos: 0,
  });
}
