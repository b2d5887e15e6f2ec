import {
  checkInBooking,
  correctInstants,
  findBridgeOfSite,
  findMembersOfAccounts,
  insertAccessEvents,
  insertReadings,
  isReferentAt,
  lockBridge,
  noteBridgeHeard,
  noteReferentArrived,
  notifyLive,
  recordDeviceState,
  settleCommand,
  updateBridge,
} from '@mitoyen/db/queries';
import {
  type BRIDGE_KINDS,
  type EventBatch,
  encodeMessage,
  type GrantsRequest,
  type Hello,
  isReadingKind,
  type JournalEvent,
  type Messages,
  parseMessage,
  parseTopic,
  type ReadingBatch,
  type Status,
  topics,
  trustedKeys,
} from '@mitoyen/protocol';
import { publishConfig, publishGrants, publishTime } from '../access/publish-grants.ts';
import type { Broker, BrokerMessage } from '../adapters/broker.ts';
import { makeId } from '../ids.ts';
import type { Log, Services } from '../services.ts';

type BridgeKind = (typeof BRIDGE_KINDS)[number];
interface Source {
  readonly networkId: string;
  readonly siteId: string;
  readonly bridgeId: string;
}

/** What bridges say is checked, committed, then acknowledged, one message of a site after the other. */
export interface Ingest {
  receive(message: BrokerMessage): void;
  /** Beacons for every site that has spoken in this process; run every minute. */
  sendTime(): Promise<void>;
  /** Resolves when everything received so far has been dealt with. */
  idle(): Promise<void>;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOST_WAITING_PER_SITE = 500;

export function createIngest(services: Services, broker: Broker, log: Log): Ingest {
  const queues = new Map<string, { tail: Promise<void>; waiting: number }>();
  const nonces = new Map<string, { networkId: string; siteId: string; nonce: string }>();

  function receive(message: BrokerMessage): void {
    const parts = parseTopic(message.topic);
    if (parts === null || !UUID.test(parts.networkId) || !UUID.test(parts.siteId)) return;
    const site = `${parts.networkId}/${parts.siteId}`;
    const queue = queues.get(site) ?? { tail: Promise.resolve(), waiting: 0 };
    // The bridge sends again what is not acknowledged: a flood is dropped here rather than kept in memory.
    if (queue.waiting >= MOST_WAITING_PER_SITE) return;
    queue.waiting += 1;
    queue.tail = queue.tail
      .then(() => handle(parts.networkId, parts.siteId, parts.kind as BridgeKind, message))
      .catch((error: unknown) => log.error({ err: error, ...parts }, 'message not taken in'))
      .finally(() => {
        queue.waiting -= 1;
      });
    queues.set(site, queue);
  }

  async function handle(networkId: string, siteId: string, kind: BridgeKind, message: BrokerMessage): Promise<void> {
    const bridge = await services.db.withNetwork(networkId, (tx) => findBridgeOfSite(tx, networkId, siteId));
    if (bridge === null) {
      log.warn({ networkId, siteId, kind }, 'message from a site without a bridge');
      return;
    }
    const keys = trustedKeys([{ kid: bridge.id, publicKey: bridge.publicKey }]);
    const parsed = parseMessage(kind, message.payload, keys, { networkId, siteId });
    if (!parsed.ok) {
      log.warn({ networkId, siteId, kind, reason: parsed.reason }, 'message refused');
      return;
    }
    const source = { networkId, siteId, bridgeId: bridge.id };
    if ('bridgeId' in parsed.value && parsed.value.bridgeId !== bridge.id) return;
    switch (kind) {
      case 'status':
        return onStatus(source, parsed.value as Status, bridge.bootId, message.isRetained);
      case 'hello':
        return onHello(source, parsed.value as Hello);
      case 'grants/request':
        return onGrantsRequest(source, parsed.value as GrantsRequest);
      case 'commands/result':
        return onCommandResult(source, parsed.value as Messages['commands/result']);
      case 'events':
        return onEvents(source, parsed.value as EventBatch);
      case 'readings':
        return onReadings(source, parsed.value as ReadingBatch);
    }
  }

  async function onStatus(
    source: Source,
    status: Status,
    knownBoot: string | null,
    isRetained: boolean,
  ): Promise<void> {
    const { networkId, siteId, bridgeId } = source;
    // A will that arrives after a newer birth speaks of a boot that is over.
    if (status.state === 'offline' && knownBoot !== null && status.bootId !== knownBoot) return;
    const now = services.clock.now();
    await services.db.withNetwork(networkId, async (tx) => {
      await updateBridge(tx, networkId, bridgeId, {
        status: status.state,
        bootId: status.bootId,
        softwareVersion: status.softwareVersion,
        clockTrust: status.clockTrust,
        ...(status.grants && { heldEpoch: status.grants.epoch, heldSequence: status.grants.sequence }),
        // A retained status may be old: it tells the state, not that somebody is there now.
        ...(isRetained ? {} : { lastSeenAt: now }),
      });
      await noteBridgeHeard(tx, networkId, bridgeId, status.state, now);
      await notifyLive(tx, { networkId, siteId, kind: 'bridge' });
    });
    if (status.state === 'online') nonces.set(siteId, { networkId, siteId, nonce: status.nonce });
    else nonces.delete(siteId);
  }

  async function onHello(source: Source, hello: Hello): Promise<void> {
    const { networkId, siteId, bridgeId } = source;
    nonces.set(siteId, { networkId, siteId, nonce: hello.nonce });
    const acked = await services.db.withNetwork(networkId, async (tx) => {
      const bridge = await lockBridge(tx, networkId, bridgeId);
      if (bridge === null) return null;
      await noteBridgeHeard(tx, networkId, bridgeId, 'greeting', services.clock.now());
      await updateBridge(tx, networkId, bridgeId, {
        status: 'online',
        bootId: hello.bootId,
        clockTrust: hello.clockTrust,
        lastSeenAt: services.clock.now(),
        heldEpoch: hello.grants?.epoch ?? null,
        heldSequence: hello.grants?.sequence ?? null,
        // What the bridge's disk no longer has cannot arrive: the stream goes on from what it still holds.
        ...resume('events', bridge.eventsEpoch, bridge.eventsAcked, hello.events),
        ...resume('readings', bridge.readingsEpoch, bridge.readingsAcked, hello.readings),
      });
      await notifyLive(tx, { networkId, siteId, kind: 'bridge' });
      return lockBridge(tx, networkId, bridgeId);
    });
    if (acked === null) return;
    await publishTime(services, broker, source, hello.nonce);
    await sendAck(source, acked);
    await publishConfig(services, broker, networkId, siteId);
    await publishGrants(
      services,
      broker,
      networkId,
      siteId,
      hello.grants === null ? { mode: 'always' } : { mode: 'if_changed', bridgeHolds: hello.grants },
    );
  }

  function resume(
    stream: 'events' | 'readings',
    epoch: string | null,
    acked: number,
    head: { epoch: string; oldestSequence: number },
  ) {
    const from = Math.max(0, head.oldestSequence - 1);
    const isNew = epoch !== head.epoch;
    if (!isNew && acked >= from) return {};
    return stream === 'events'
      ? { eventsEpoch: head.epoch, eventsAcked: from }
      : { readingsEpoch: head.epoch, readingsAcked: from };
  }

  async function onGrantsRequest(source: Source, request: GrantsRequest): Promise<void> {
    const { networkId, siteId } = source;
    await publishGrants(services, broker, networkId, siteId, {
      mode: request.why === 'behind' ? 'new_epoch' : 'always',
    });
  }

  async function onCommandResult(source: Source, result: Messages['commands/result']): Promise<void> {
    const outcome = COMMAND_OUTCOMES[result.state];
    if (outcome === null || !UUID.test(result.commandId)) return;
    const { networkId, siteId } = source;
    await services.db.withNetwork(networkId, async (tx) => {
      const reason = result.reason ?? (result.state === 'jammed' ? 'jammed' : null);
      await settleCommand(tx, source, result.commandId, outcome, reason, services.clock.now());
      await notifyLive(tx, { networkId, siteId, kind: 'access' });
    });
  }

  async function onEvents(source: Source, batch: EventBatch): Promise<void> {
    const { networkId, siteId, bridgeId } = source;
    const happened = batch.events.map(storableEvent);
    const acked = await services.db.withNetwork(networkId, async (tx) => {
      const bridge = await lockBridge(tx, networkId, bridgeId);
      if (bridge === null) return null;
      const next = nextPosition(
        bridge.eventsEpoch,
        bridge.eventsAcked,
        batch.journalEpoch,
        batch.fromSequence,
        batch.toSequence,
      );
      // A gap: what lies before is still on its way. Nothing is committed ahead of it, so that an acknowledgement means all.
      if (next === null) return bridge;
      const now = services.clock.now();
      const actors = happened.flatMap((event) => (event.kind === 'command' ? (uuidOrNull(event.actor) ?? []) : []));
      const memberOf = await findMembersOfAccounts(tx, networkId, actors);
      const fresh = await insertAccessEvents(
        tx,
        happened.map((event) => ({ ...eventRow(source, batch, event, now), ...whoAndWhat(event, memberOf) })),
      );
      const reference = happened.find((event) => event.clockTrust === 'trusted');
      if (reference !== undefined) {
        await correctInstants(tx, networkId, bridgeId, batch.bootId, reference.at - reference.monotonicMs);
      }
      for (const event of happened) if (fresh.has(event.sequence)) await applyEvent(source, event, now, tx);
      await updateBridge(tx, networkId, bridgeId, {
        eventsEpoch: batch.journalEpoch,
        eventsAcked: next,
        lastSeenAt: now,
      });
      if (fresh.size > 0) await notifyLive(tx, { networkId, siteId, kind: 'access' });
      return { ...bridge, eventsEpoch: batch.journalEpoch, eventsAcked: next };
    });
    if (acked !== null) await sendAck(source, acked);
  }

  async function applyEvent(
    source: Source,
    event: JournalEvent,
    now: number,
    tx: Parameters<typeof checkInBooking>[0],
  ): Promise<void> {
    // A bridge with a clock ahead of ours must not make a device look fresher than now.
    const at = event.clockTrust === 'unknown' ? now : Math.min(event.at, now);
    if (event.kind === 'access' && event.granted && event.bookingId && UUID.test(event.bookingId)) {
      await checkInBooking(tx, source, event.bookingId, at);
    }
    const staffRef = event.kind === 'access' && event.granted && event.reason === 'staff' ? event.holderRef : null;
    if (staffRef && UUID.test(staffRef) && (await isReferentAt(tx, source.networkId, source.siteId, staffRef))) {
      const { networkId, siteId } = source;
      const id = makeId(services, now);
      await noteReferentArrived(tx, { networkId, id, siteId, memberId: staffRef, arrivedAt: at, notedBy: 'badge' });
    }
    if (event.kind === 'command' && event.state === 'actuated' && event.bookingId && UUID.test(event.bookingId)) {
      await checkInBooking(tx, source, event.bookingId, at);
    }
    if (event.kind === 'device' && UUID.test(event.deviceId)) {
      await recordDeviceState(tx, source, event.deviceId, { at, isOnline: event.state === 'online' });
    }
    if (event.deviceId && UUID.test(event.deviceId)) {
      // `unreported` is no word of the lock.
      if (event.kind === 'lock_state' && event.state !== 'unreported') {
        await recordDeviceState(tx, source, event.deviceId, {
          at,
          isOnline: event.state !== 'silent',
          state: { lock: event.state },
        });
      }
      if (event.kind === 'door_opened' || event.kind === 'door_closed') {
        const contact = event.kind === 'door_opened' ? 'open' : 'closed';
        await recordDeviceState(tx, source, event.deviceId, { at, isOnline: true, state: { contact } });
      }
    }
  }

  async function onReadings(source: Source, batch: ReadingBatch): Promise<void> {
    const { networkId, siteId, bridgeId } = source;
    const acked = await services.db.withNetwork(networkId, async (tx) => {
      const bridge = await lockBridge(tx, networkId, bridgeId);
      if (bridge === null) return null;
      const next = nextPosition(
        bridge.readingsEpoch,
        bridge.readingsAcked,
        batch.streamEpoch,
        batch.fromSequence,
        batch.toSequence,
      );
      if (next === null) return bridge;
      const now = services.clock.now();
      const readings = batch.readings.flatMap(({ kind, ...reading }) => {
        // A newer bridge may measure what this server has no column for.
        if (!UUID.test(reading.deviceId) || !isReadingKind(kind)) return [];
        return [{ ...reading, kind, at: storableInstant(reading.at), spaceId: uuidOrNull(reading.spaceId) }];
      });
      await insertReadings(
        tx,
        readings.map((reading) => ({
          networkId,
          bridgeId,
          streamEpoch: batch.streamEpoch,
          sequence: reading.sequence,
          siteId,
          deviceId: reading.deviceId,
          spaceId: reading.spaceId,
          kind: reading.kind,
          value: reading.value,
          measuredAt: reading.at,
        })),
      );
      // The last word of each device on each kind; the order within a batch is that of time.
      for (const reading of new Map(readings.map((each) => [`${each.deviceId}/${each.kind}`, each])).values()) {
        await recordDeviceState(tx, source, reading.deviceId, {
          at: Math.min(reading.at, now),
          isOnline: true,
          ...(reading.kind === 'battery'
            ? { batteryPercent: Math.max(0, Math.min(100, Math.round(reading.value))) }
            : { state: { [reading.kind]: reading.value } }),
        });
      }
      await updateBridge(tx, networkId, bridgeId, {
        readingsEpoch: batch.streamEpoch,
        readingsAcked: next,
        lastSeenAt: now,
      });
      if (readings.length > 0) await notifyLive(tx, { networkId, siteId, kind: 'device' });
      return { ...bridge, readingsEpoch: batch.streamEpoch, readingsAcked: next };
    });
    if (acked !== null) await sendAck(source, acked);
  }

  async function sendAck(
    { networkId, siteId }: Source,
    acked: { eventsEpoch: string | null; eventsAcked: number; readingsEpoch: string | null; readingsAcked: number },
  ): Promise<void> {
    const message: Messages['ack'] = {
      v: 1,
      networkId,
      siteId,
      events: acked.eventsEpoch === null ? null : { journalEpoch: acked.eventsEpoch, sequence: acked.eventsAcked },
      readings:
        acked.readingsEpoch === null ? null : { streamEpoch: acked.readingsEpoch, sequence: acked.readingsAcked },
    };
    await broker.publish({
      topic: topics(networkId, siteId).ack,
      payload: encodeMessage('ack', message, services.signingKey),
      isRetained: false,
      qos: 1,
    });
  }

  return {
    receive,
    async sendTime() {
      for (const { networkId, siteId, nonce } of nonces.values()) {
        await publishTime(services, broker, { networkId, siteId }, nonce);
      }
    },
    async idle() {
      await Promise.all([...queues.values()].map((queue) => queue.tail));
    },
  };
}

/** `accepted` is not an outcome yet, and `door_opened` comes after one. A lock that was `told` and reports nothing is not "opened". */
const COMMAND_OUTCOMES = {
  accepted: null,
  actuated: 'opened',
  told: 'done',
  heard: 'done',
  door_opened: 'opened',
  jammed: 'refused',
  device_silent: 'device_silent',
  refused: 'refused',
} as const;

/**
 * The highest contiguous sequence once a batch is committed; null when something before it is missing. A new epoch (the bridge's disk
 * was replaced) begins wherever its first batch does.
 */
function nextPosition(
  epoch: string | null,
  acked: number,
  batchEpoch: string,
  from: number,
  to: number,
): number | null {
  if (epoch !== batchEpoch) return to;
  if (from > acked + 1) return null;
  return Math.max(acked, to);
}

const LATEST = Date.parse('9999-12-31T23:59:59.999Z');
const A_CENTURY_MS = 100 * 366 * 24 * 3_600_000;

/**
 * What a column can hold of what a bridge with a broken clock or disk may say. A stream that could not be committed would be sent
 * again for ever, and nothing that happens at the site would arrive any more.
 */
const storableInstant = (at: number): number => Math.max(0, Math.min(at, LATEST));
const storableText = (_: string, value: unknown) =>
  typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value;
function storableEvent(event: JournalEvent): JournalEvent {
  const cleaned = JSON.parse(JSON.stringify(event, storableText)) as JournalEvent;
  return { ...cleaned, at: storableInstant(event.at), monotonicMs: Math.min(event.monotonicMs, A_CENTURY_MS) };
}

const uuidOrNull = (text: string | null | undefined): string | null => (text && UUID.test(text) ? text : null);

function eventRow(source: Source, batch: EventBatch, event: JournalEvent, receivedAt: number) {
  const { sequence, at, monotonicMs, clockTrust, doorId, deviceId, kind, ...rest } = event;
  return {
    networkId: source.networkId,
    bridgeId: source.bridgeId,
    journalEpoch: batch.journalEpoch,
    sequence,
    siteId: source.siteId,
    doorId: uuidOrNull(doorId),
    deviceId: uuidOrNull(deviceId),
    kind,
    // An unknown clock may say 1970. Until the boot's wall time is known the event stands where it arrived: it was not later.
    occurredAt: clockTrust === 'unknown' ? receivedAt : at,
    clockTrust,
    receivedAt,
    detail: { ...rest, bootId: batch.bootId, monotonicMs },
  };
}

/** Of a credential at the door, or of a phone: an opening from afar is granted once the lock has said so, and refused by any other end. */
function whoAndWhat(event: JournalEvent, memberOf: ReadonlyMap<string, string>) {
  if (event.kind === 'access') {
    return {
      isGranted: event.granted,
      reason: event.reason,
      credentialKind: event.credentialKind,
      bookingId: uuidOrNull(event.bookingId),
      memberId: uuidOrNull(event.holderRef),
    };
  }
  if (event.kind !== 'command') return {};
  const outcome = COMMAND_OUTCOMES[event.state];
  return {
    isGranted: outcome === null ? null : outcome === 'opened',
    reason: event.reason ?? (outcome === null || outcome === 'opened' ? null : event.state),
    credentialKind: 'phone',
    bookingId: uuidOrNull(event.bookingId),
    memberId: memberOf.get(event.actor ?? '') ?? null,
  };
}
