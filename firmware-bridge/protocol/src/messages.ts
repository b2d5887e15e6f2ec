import type { AudienceWindow, DoorPolicy, Grant, GrantSet } from '@mitoyen/domain';
import Type, { type Static } from 'typebox';
import { MAX_BATCH_ITEMS, MAX_SNAPSHOT_PARTS, PROTOCOL_VERSION } from './limits.ts';

/*
 * One schema per body. Ids are opaque text (UUIDs in practice). Instants are integer epoch milliseconds. Unknown fields are
 * ignored, so that an older receiver lives with a newer sender of the same version.
 */

const Version = Type.Literal(PROTOCOL_VERSION);
const Id = Type.String({ minLength: 1, maxLength: 100 });
const NullableId = Type.Union([Id, Type.Null()]);
const Name = Type.String({ maxLength: 200 });
const Instant = Type.Integer({ minimum: -8_640_000_000_000_000, maximum: 8_640_000_000_000_000 });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Duration = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
const AddressText = Type.String({ minLength: 1, maxLength: 200 });

/** Every body says whose it is: a signature is valid on one site's topics only, wherever it is published again. */
const Site = { v: Version, networkId: Id, siteId: Id };

export const ClockTrustSchema = Type.Enum(['trusted', 'drifting', 'unknown']);
export const CredentialKindSchema = Type.Enum(['badge', 'pin', 'phone']);
export const DoorModeSchema = Type.Enum(['normal', 'locked_down', 'released']);
export const DenialReasonSchema = Type.Enum([
  'unknown_door',
  'unknown_credential',
  'wrong_door',
  'not_yet',
  'ended',
  'audience_not_admitted',
  'outside_opening_window',
  'grants_expired',
  'clock_unknown',
  'locked_down',
  'too_many_attempts',
]);
export const GrantReasonSchema = Type.Enum(['booking', 'staff', 'released']);

// --- grants -------------------------------------------------------------------------------------------------------------

export const GrantSchema = Type.Object({
  id: Id,
  doorIds: Type.Array(Id, { maxItems: 200 }),
  kind: CredentialKindSchema,
  match: Type.String({ minLength: 43, maxLength: 43 }),
  holderRef: Id,
  bookingId: NullableId,
  audienceClass: Type.String({ maxLength: 100 }),
  from: Instant,
  until: Type.Union([Instant, Type.Null()]),
  isStaff: Type.Boolean(),
});

export const AudienceWindowSchema = Type.Object({
  doorId: Id,
  audienceClass: Type.String({ maxLength: 100 }),
  from: Instant,
  until: Instant,
});

export const DoorPolicySchema = Type.Object({
  id: Id,
  name: Name,
  obeysAudienceWindows: Type.Boolean(),
  earlyMs: Duration,
  pinMaxFailures: Type.Integer({ minimum: 0, maximum: 1000 }),
  pinLockoutWindowMs: Duration,
  pinLockoutMs: Duration,
});

/** One part of a snapshot. Every part repeats the header; doors, windows and grants are spread over the parts in order. */
export const SnapshotPartSchema = Type.Object({
  ...Site,
  timeZone: Type.String({ minLength: 1, maxLength: 64 }),
  epoch: Count,
  sequence: Count,
  issuedAt: Instant,
  validUntil: Instant,
  part: Type.Integer({ minimum: 0, maximum: MAX_SNAPSHOT_PARTS - 1 }),
  parts: Type.Integer({ minimum: 1, maximum: MAX_SNAPSHOT_PARTS }),
  doors: Type.Array(DoorPolicySchema),
  grants: Type.Array(GrantSchema),
  audienceWindows: Type.Array(AudienceWindowSchema),
});
export type SnapshotPart = Omit<Static<typeof SnapshotPartSchema>, GrantLists> & Pick<GrantSet, GrantLists>;

/** Lists whose items are the domain's own types. */
type GrantLists = 'doors' | 'grants' | 'audienceWindows';

/**
 * Changes from `baseSequence` to `sequence` within `epoch`. Applied in this order: `revokedGrantIds`, then `grants` (added, or
 * replaced by id); `audienceWindows` and `doors`, where present, replace the whole list.
 */
export const GrantsDeltaSchema = Type.Object({
  ...Site,
  epoch: Count,
  baseSequence: Count,
  sequence: Count,
  issuedAt: Instant,
  validUntil: Instant,
  revokedGrantIds: Type.Array(Id),
  grants: Type.Array(GrantSchema),
  audienceWindows: Type.Optional(Type.Array(AudienceWindowSchema)),
  doors: Type.Optional(Type.Array(DoorPolicySchema)),
});
export type GrantsDelta = Omit<Static<typeof GrantsDeltaSchema>, GrantLists> &
  Pick<GrantSet, 'grants'> &
  Partial<Pick<GrantSet, 'doors' | 'audienceWindows'>>;

/** Position in the stream of grants. A bridge never goes back to a lower (epoch, sequence). */
export const GrantsPositionSchema = Type.Object({ epoch: Count, sequence: Count });
export type GrantsPosition = Static<typeof GrantsPositionSchema>;

export const GrantsRequestSchema = Type.Object({
  ...Site,
  bridgeId: Id,
  bootId: Id,
  held: Type.Union([GrantsPositionSchema, Type.Null()]),
  /** `behind`: the server offered less than what is held, and must open a new epoch. */
  why: Type.Enum(['nothing_held', 'gap', 'bad_signature', 'incomplete', 'behind', 'resync']),
});
export type GrantsRequest = Static<typeof GrantsRequestSchema>;

// --- presence -----------------------------------------------------------------------------------------------------------

/** Retained. The last will is the same with `state: 'offline'` and the same boot id: ignore it after a newer birth. */
export const StatusSchema = Type.Object({
  ...Site,
  bridgeId: Id,
  bootId: Id,
  state: Type.Enum(['online', 'offline']),
  softwareVersion: Type.String({ maxLength: 50 }),
  bootedAt: Instant,
  at: Instant,
  clockTrust: ClockTrustSchema,
  grants: Type.Union([GrantsPositionSchema, Type.Null()]),
  configRevision: Type.Union([Count, Type.Null()]),
  /** To be repeated in the next time beacons: proves that a beacon is younger than this status. */
  nonce: Id,
});
export type Status = Static<typeof StatusSchema>;

/** What the bridge's disk still has of a stream: `[oldestSequence, headSequence]`, empty when oldest is head + 1. */
export const StreamHeadSchema = Type.Object({ epoch: Id, oldestSequence: Count, headSequence: Count });
export type StreamHead = Static<typeof StreamHeadSchema>;

/** On every connection. The server answers with `time` (the nonce repeated) and `ack` (what it has committed, perhaps less). */
export const HelloSchema = Type.Object({
  ...Site,
  bridgeId: Id,
  bootId: Id,
  nonce: Id,
  at: Instant,
  clockTrust: ClockTrustSchema,
  grants: Type.Union([GrantsPositionSchema, Type.Null()]),
  configRevision: Type.Union([Count, Type.Null()]),
  events: StreamHeadSchema,
  readings: StreamHeadSchema,
});
export type Hello = Static<typeof HelloSchema>;

// --- commands -----------------------------------------------------------------------------------------------------------

export const CommandActionSchema = Type.Enum(['unlock', 'lock', 'lockdown', 'release', 'normal', 'identify', 'resync']);
export type CommandAction = Static<typeof CommandActionSchema>;

/** Bound to one boot of one bridge; `expiresAt` at most 10 s after `issuedAt`; acts once per `id` and per `nonce`. */
export const CommandSchema = Type.Object({
  ...Site,
  id: Id,
  bootId: Id,
  /** Null only for `resync`, and for `lockdown`, `release`, `normal` of the whole site. */
  doorId: NullableId,
  action: CommandActionSchema,
  issuedAt: Instant,
  expiresAt: Instant,
  nonce: Id,
  /** Opaque reference to who asked (an account, a job). */
  actor: Id,
  /** Booking in whose name the door is opened, where there is one. */
  bookingId: Type.Optional(NullableId),
});
export type Command = Static<typeof CommandSchema>;

export const CommandRefusalSchema = Type.Enum([
  'malformed',
  'unknown_key',
  'bad_signature',
  'foreign_site',
  'retained',
  'wrong_boot',
  'expired',
  'replayed',
  'clock_unknown',
  'unknown_door',
  'door_mode',
]);
export type CommandRefusal = Static<typeof CommandRefusalSchema>;

/** `accepted` then `actuated` (the lock itself said so), `jammed` or `device_silent`, then perhaps `door_opened`; or `refused`. */
export const CommandStateSchema = Type.Enum([
  'accepted',
  'actuated',
  'door_opened',
  'jammed',
  'device_silent',
  'refused',
]);
export type CommandState = Static<typeof CommandStateSchema>;

export const CommandResultSchema = Type.Object({
  ...Site,
  bridgeId: Id,
  bootId: Id,
  commandId: Id,
  doorId: NullableId,
  state: CommandStateSchema,
  reason: Type.Optional(CommandRefusalSchema),
  /** The command had been received before: this repeats its answer, and nothing moved again. */
  isRepeat: Type.Boolean(),
  at: Instant,
});
export type CommandResult = Static<typeof CommandResultSchema>;

// --- streams ------------------------------------------------------------------------------------------------------------

const EventBase = {
  sequence: Count,
  /** Wall time of the bridge; to be corrected from `monotonicMs` when `clockTrust` is not `trusted`. */
  at: Instant,
  /** Milliseconds since the boot named by the batch. */
  monotonicMs: Count,
  clockTrust: ClockTrustSchema,
  doorId: Type.Optional(Id),
  deviceId: Type.Optional(Id),
};

/** A credential was presented and decided upon. Opening by phone is a command, and journalled as `command`. */
export const AccessEventSchema = Type.Object({
  ...EventBase,
  kind: Type.Literal('access'),
  doorId: Id,
  granted: Type.Boolean(),
  reason: Type.Union([GrantReasonSchema, DenialReasonSchema]),
  grantId: NullableId,
  bookingId: NullableId,
  holderRef: NullableId,
  credentialKind: CredentialKindSchema,
});

/** Sequence of the access or command event that moved the lock, where the bridge knows it. */
const cause = { causeSequence: Type.Optional(Count) };

export const DoorContactEventSchema = Type.Object({
  ...EventBase,
  ...cause,
  kind: Type.Enum(['door_opened', 'door_closed']),
  doorId: Id,
});

export const LockStateSchema = Type.Enum(['locked', 'unlocked', 'not_fully_locked', 'jammed', 'silent']);
export type LockState = Static<typeof LockStateSchema>;

/** What the lock itself reported; `silent`: it was commanded and reported nothing. */
export const LockStateEventSchema = Type.Object({
  ...EventBase,
  ...cause,
  kind: Type.Literal('lock_state'),
  doorId: Id,
  state: LockStateSchema,
});

export const CommandEventSchema = Type.Object({
  ...EventBase,
  kind: Type.Literal('command'),
  commandId: NullableId,
  action: Type.Optional(CommandActionSchema),
  state: CommandStateSchema,
  reason: Type.Optional(CommandRefusalSchema),
  actor: Type.Optional(Id),
  bookingId: Type.Optional(NullableId),
});

export const DeviceEventSchema = Type.Object({
  ...EventBase,
  kind: Type.Literal('device'),
  deviceId: Id,
  state: Type.Enum(['online', 'offline']),
});

export const BridgeEventSchema = Type.Object({
  ...EventBase,
  kind: Type.Literal('bridge'),
  what: Type.Enum([
    'started',
    'clock_trust',
    'door_mode',
    'grants_refused',
    'config_refused',
    'readings_thinned',
    'retained_set_removed',
  ]),
  detail: Type.Optional(Type.String({ maxLength: 300 })),
});

export const BridgeEventUnionSchema = Type.Union([
  AccessEventSchema,
  DoorContactEventSchema,
  LockStateEventSchema,
  CommandEventSchema,
  DeviceEventSchema,
  BridgeEventSchema,
]);
/** One line of the bridge's journal, as it travels. */
export type JournalEvent = Static<typeof BridgeEventUnionSchema>;
export type AccessEvent = Static<typeof AccessEventSchema>;

/**
 * A stretch `[fromSequence, toSequence]` of the journal, all written in the boot `bootId`. Batches follow each other without
 * gaps, so the highest contiguous `toSequence` is what may be acknowledged. Idempotent by (bridge, journalEpoch, sequence): after a
 * reconnection the stretches are cut anew, and one may begin within what is committed and end beyond it. A sequence of the stretch
 * without an event is one that the disk no longer has (acknowledged, and older than its retention).
 */
export const EventBatchSchema = Type.Object({
  ...Site,
  bridgeId: Id,
  bootId: Id,
  journalEpoch: Id,
  fromSequence: Count,
  toSequence: Count,
  events: Type.Array(BridgeEventUnionSchema, { maxItems: MAX_BATCH_ITEMS }),
});
export type EventBatch = Static<typeof EventBatchSchema>;

/**
 * `motion`, `contact`: 0 or 1 (contact 1 = closed); `people`: the counter's running total of entries minus exits; `battery`,
 * `link_quality`: as the device gives it (percent; 0-255).
 */
export const ReadingKindSchema = Type.Enum(['motion', 'contact', 'people', 'battery', 'link_quality']);
export type ReadingKind = Static<typeof ReadingKindSchema>;

export const ReadingSchema = Type.Object({
  sequence: Count,
  deviceId: Id,
  spaceId: Type.Optional(NullableId),
  kind: ReadingKindSchema,
  value: Type.Number(),
  at: Instant,
});
export type Reading = Static<typeof ReadingSchema>;

/** Like `EventBatch`, but readings may have been thinned: the stretch is whole although some sequences in it are absent. */
export const ReadingBatchSchema = Type.Object({
  ...Site,
  bridgeId: Id,
  bootId: Id,
  streamEpoch: Id,
  fromSequence: Count,
  toSequence: Count,
  readings: Type.Array(ReadingSchema, { maxItems: MAX_BATCH_ITEMS }),
});
export type ReadingBatch = Static<typeof ReadingBatchSchema>;

/** Highest contiguous sequence committed in each stream; null where the server has nothing of it. */
export const AckSchema = Type.Object({
  ...Site,
  events: Type.Union([Type.Object({ journalEpoch: Id, sequence: Count }), Type.Null()]),
  readings: Type.Union([Type.Object({ streamEpoch: Id, sequence: Count }), Type.Null()]),
});
export type Ack = Static<typeof AckSchema>;

// --- time and configuration ---------------------------------------------------------------------------------------------

export const TimeBeaconSchema = Type.Object({ ...Site, serverTime: Instant, nonce: Id });
export type TimeBeacon = Static<typeof TimeBeaconSchema>;

export const DeviceKindSchema = Type.Enum(['reader', 'lock', 'contact', 'motion', 'people_counter']);
export type DeviceKind = Static<typeof DeviceKindSchema>;

export const DeviceConfigSchema = Type.Object({
  id: Id,
  kind: DeviceKindSchema,
  /** Hardware family whose dialect it speaks. */
  codec: Type.Enum(['zigbee2mqtt']),
  /** What the family calls it: the friendly name in Zigbee2MQTT. */
  address: AddressText,
  /** Door of a reader, lock or contact. */
  doorId: NullableId,
  /** Space of a sensor. */
  spaceId: NullableId,
});
export type DeviceConfig = Static<typeof DeviceConfigSchema>;

export const DoorConfigSchema = Type.Object({
  id: Id,
  name: Name,
  /** Left out: what commands said stays in force. Given: overrules commands issued before this configuration. */
  mode: Type.Optional(DoorModeSchema),
  /** The lock is told to lock again so long after it was opened; 0 where the lock does it by itself. */
  relockAfterMs: Duration,
});
export type DoorConfig = Static<typeof DoorConfigSchema>;

/** Retained. A lower `revision` than the one held is refused. */
export const SiteConfigSchema = Type.Object({
  ...Site,
  revision: Count,
  issuedAt: Instant,
  doors: Type.Array(DoorConfigSchema, { maxItems: 200 }),
  devices: Type.Array(DeviceConfigSchema, { maxItems: 1000 }),
  /** Server keys to trust from now on, beside those pinned at enrolment; `until` null is open-ended. */
  serverKeys: Type.Optional(
    Type.Array(
      Type.Object({
        kid: Id,
        publicKey: Type.String({ minLength: 43, maxLength: 43 }),
        until: Type.Union([Instant, Type.Null()]),
      }),
      { maxItems: 10 },
    ),
  ),
});
export type SiteConfig = Static<typeof SiteConfigSchema>;

/** Body of each message. */
export const MESSAGE_SCHEMAS = {
  status: StatusSchema,
  hello: HelloSchema,
  'grants/snapshot': SnapshotPartSchema,
  'grants/delta': GrantsDeltaSchema,
  'grants/request': GrantsRequestSchema,
  commands: CommandSchema,
  'commands/result': CommandResultSchema,
  events: EventBatchSchema,
  readings: ReadingBatchSchema,
  ack: AckSchema,
  time: TimeBeaconSchema,
  config: SiteConfigSchema,
} as const;

export interface Messages {
  status: Status;
  hello: Hello;
  'grants/snapshot': SnapshotPart;
  'grants/delta': GrantsDelta;
  'grants/request': GrantsRequest;
  commands: Command;
  'commands/result': CommandResult;
  events: EventBatch;
  readings: ReadingBatch;
  ack: Ack;
  time: TimeBeacon;
  config: SiteConfig;
}

/** Fails to compile when a schema and the domain's type of the same thing part ways. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
true satisfies Same<Readonly<Static<typeof DoorPolicySchema>>, DoorPolicy>;
true satisfies Same<Static<typeof AudienceWindowSchema>, AudienceWindow>;
true satisfies Static<typeof GrantSchema> extends Grant ? true : false;
