import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tx } from '@mitoyen/db';
import {
  findSite,
  listDevices,
  listDoors,
  lockGrantSnapshot,
  saveGrantSnapshot,
  updateGrantSnapshot,
} from '@mitoyen/db/queries';
import { type DeviceConfig, encodeMessage, type SiteConfig, splitSnapshot, topics } from '@mitoyen/protocol';
import type { Broker } from '../adapters/broker.ts';
import type { Services } from '../services.ts';
import { compileSiteAccess, GRANTS_VALID_MS } from './compile-site.ts';

/** An unchanged set is signed anew when less than this is left of its validity. */
const RENEW_MS = GRANTS_VALID_MS - 24 * 3_600_000;

/** What one publication may take. A server that needs longer is taken to be gone, and another one publishes. */
const TURN_MS = 30_000;
const TURN_POLL_MS = 200;

interface Position {
  readonly epoch: number;
  readonly sequence: number;
}

export interface GrantsPublication {
  /** `always`: also when nothing changed (a bridge asked). `new_epoch`: the bridge holds more than we know of. */
  readonly mode: 'if_changed' | 'always' | 'new_epoch';
  /** What the bridge says that it holds: when that is not what is in force, the broker may have lost it. */
  readonly bridgeHolds?: Position;
}

type Turn =
  | { readonly kind: 'settled'; readonly position: Position | null }
  | { readonly kind: 'busy' }
  | {
      readonly kind: 'ours';
      readonly position: Position;
      readonly parts: ReturnType<typeof splitSnapshot>;
      readonly partsBefore: number;
    };

/**
 * Compiles, signs and publishes the grants of a site, retained. Returns the position now in force; null: no such site.
 *
 * No transaction is open while the broker is spoken to, and an older set never stays where a newer one was:
 * - numbers are given, and the facts behind them read, under a lock: a higher number is of later facts, and committed before it is published;
 * - one publication of a site at a time, whatever the number of servers: the others wait until the broker has acknowledged all of it, or
 *   the turn has run out;
 * - a server that outlived its turn finds at the end that the row has gone on. What it sent may have arrived last: it publishes anew. Whoever
 *   finds its own number still there knows that every newer number is published after its own was acknowledged.
 * What was not acknowledged is marked so, and is published at the next occasion although nothing changed.
 */
export async function publishGrants(
  services: Services,
  broker: Broker,
  networkId: string,
  siteId: string,
  publication: GrantsPublication = { mode: 'if_changed' },
): Promise<Position | null> {
  const { db, clock, signingKey } = services;
  const { grantsSnapshotPart } = topics(networkId, siteId);
  const retained = (topic: string, payload: string) => broker.publish({ topic, payload, isRetained: true, qos: 1 });
  for (let wanted = publication; ; ) {
    const turn = await db.withNetwork(networkId, (tx) => takeTurn(tx, services, networkId, siteId, wanted));
    if (turn.kind === 'settled') return turn.position;
    if (turn.kind === 'busy') {
      await sleep(TURN_POLL_MS);
      continue;
    }
    const row = { networkId, siteId, ...turn.position };
    try {
      for (const part of turn.parts) {
        await retained(grantsSnapshotPart(part.part), encodeMessage('grants/snapshot', part, signingKey));
      }
      // An empty retained message makes the broker forget one (MQTT 3.1.1, 3.3.1.3).
      for (let part = turn.parts.length; part < turn.partsBefore; part++) await retained(grantsSnapshotPart(part), '');
    } catch (error) {
      // Should this fail too, the turn runs out by itself.
      await db
        .withNetwork(networkId, (tx) => updateGrantSnapshot(tx, row, { publishingUntil: clock.now() }))
        .catch(() => {});
      throw error;
    }
    const isLast = await db.withNetwork(networkId, (tx) =>
      updateGrantSnapshot(tx, row, { parts: turn.parts.length, publishingUntil: null }),
    );
    if (isLast) return turn.position;
    wanted = { mode: 'always' };
  }
}

async function takeTurn(
  tx: Tx,
  services: Services,
  networkId: string,
  siteId: string,
  { mode, bridgeHolds }: GrantsPublication,
): Promise<Turn> {
  const held = await lockGrantSnapshot(tx, networkId, siteId);
  const now = services.clock.now();
  if (held?.publishingUntil && held.publishingUntil > now) return { kind: 'busy' };
  const site = await findSite(tx, networkId, { id: siteId });
  const access = site === null ? null : await compileSiteAccess(tx, services, networkId, site, now);
  if (access === null) return { kind: 'settled', position: null };
  const contentHash = createHash('sha256').update(JSON.stringify(access.content)).digest('base64url');
  const isInForce =
    held !== null &&
    held.publishingUntil === null &&
    held.contentHash === contentHash &&
    held.validUntil - now > RENEW_MS &&
    (bridgeHolds === undefined || (bridgeHolds.epoch === held.epoch && bridgeHolds.sequence === held.sequence));
  if (isInForce && mode === 'if_changed') {
    return { kind: 'settled', position: { epoch: held.epoch, sequence: held.sequence } };
  }

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
  const partsBefore = held?.parts ?? 0;
  await saveGrantSnapshot(tx, {
    networkId,
    siteId,
    ...position,
    contentHash,
    parts: Math.max(parts.length, partsBefore),
    ...validity,
    publishingUntil: now + TURN_MS,
  });
  return { kind: 'ours', position, parts, partsBefore };
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
