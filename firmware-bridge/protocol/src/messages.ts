import type { AudienceWindow, DoorPolicy, Grant, GrantSet, ReferentPresence } from '@mitoyen/domain';
import Type, { type Static } from 'typebox';
import { MAX_BATCH_ITEMS, MAX_SEEN_DEVICES, MAX_SNAPSHOT_PARTS, PROTOCOL_VERSION } from './limits.ts';

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

/**
 * A word of a list that grows: kinds and families of devices, kinds of readings. An older receiver must live with a newer sender's
 * words (it ignores the item, not the message), so the wire takes any word of this form.
 */
export const WORD = '^[a-z][a-z0-9_]{0,39}$';
const Word = Type.String({ pattern: WORD });

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
  'no_referent',
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
  referentFirst: Type.Optional(Type.Object({ graceMs: Duration })),
  isReferent: Type.Optional(Type.Literal(true)),
});

export const ReferentPresenceSchema = Type.Object({
  holderRef: Id,
  from: Instant,
  until: Type.Union([Instant, Type.Null()]),
});
const Referents = Type.Optional(Type.Array(ReferentPresenceSchema, { maxItems: 100 }));

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

/** One part of a snapshot. Every part repeats the header (the referents who are there among it); doors, windows and grants are spread over the parts in order. */
export const SnapshotPartSchema = Type.Object({
  ...Site,
  timeZone: Type.String({ minLength: 1, maxLength: 64 }),
  epoch: Count,
  sequence: Count,
  issuedAt: Instant,
  validUntil: Instant,
  referents: Referents,
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
 * replaced by id); `audienceWindows`, `referents` and `doors`, where present, replace the whole list.
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
  referents: Referents,
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

export const CommandActionSchema = Type.Enum([
  'unlock',
  'lock',
  'lockdown',
  'release',
  'normal',
  /** The device (or the reader of the door) shows itself: blinks, beeps. */
  'identify',
  'resync',
  /** What the device says within a minute is answered as `heard`: the host walks past it, opens the door, holds a badge to it. */
  'test',
  /** `devices/seen` at once. */
  'look',
  /** A code in the lock's own keypad, which opens without the bridge: `slot` and `sealedPin`. */
  'set_pin',
  'clear_pin',
]);
export type CommandAction = Static<typeof CommandActionSchema>;

/** Bound to one boot of one bridge; `expiresAt` at most 10 s after `issuedAt`; acts once per `id` and per `nonce`. */
export const CommandSchema = Type.Object({
  ...Site,
  id: Id,
  bootId: Id,
  /** Null for `resync` and `look`, for `lockdown`, `release`, `normal` of the whole site, and where `deviceId` says it. */
  doorId: NullableId,
  /** Of `identify`, `test`, `set_pin` and `clear_pin`. */
  deviceId: Type.Optional(NullableId),
  /** Of `set_pin` and `clear_pin`: the place of the code in the lock's own list. */
  slot: Type.Optional(Type.Integer({ minimum: 0, maximum: 999 })),
  /** Of `set_pin`: `sealPin`. A code is never on the wire as it is typed. */
  sealedPin: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
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
  'unknown_device',
  /** This hardware cannot do it. */
  'not_supported',
]);
export type CommandRefusal = Static<typeof CommandRefusalSchema>;

/**
 * `accepted` then `actuated` (the lock itself said so), `jammed`, `device_silent` or `told` (said to hardware that cannot answer for
 * itself), then perhaps `door_opened`; of `test`: `heard`, or `device_silent`; or `refused`.
 */
export const CommandStateSchema = Type.Enum([
  'accepted',
  'actuated',
  'told',
  'heard',
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
  /** Of `heard`: what the device said, never who was at it. `{ what: 'motion', value: 1 }`, `{ what: 'presentation', value: 'badge' }`. */
  heard: Type.Optional(Type.Object({ what: Word, value: Type.Union([Type.Number(), Type.String({ maxLength: 40 })]) })),
  /** The command had been received before: this repeats its answer, and nothing moved again. */
  isRepeat: Type.Boolean(),
  at: Instant,
});
export type CommandResult = Static<typeof CommandResultSchema>;

// --- hardware of the site -----------------------------------------------------------------------------------------------

/**
 * What is wrong with how a site is set up, as a code and its parameters: whoever shows it puts it into words.
 *
 * | code                      | parameters                  | in words                                                                 |
 * | ------------------------- | --------------------------- | ------------------------------------------------------------------------ |
 * | `family_unknown`          | family                      | this bridge does not know this make of hardware: update it               |
 * | `kind_not_supported`      | family, kind                | hardware of this make cannot serve as that                               |
 * | `address_wrong`           | family, address, example    | the address is not written as this make writes it                        |
 * | `setting_missing`         | field                       | a setting is missing                                                     |
 * | `setting_wrong`           | field, value?, allowed?     | a setting is not understood                                              |
 * | `setting_unknown`         | field                       | there is no such setting: misspelt?                                      |
 * | `path_wrong`              | field, value                | this does not lead to a value in JSON: `a.b[0]`                          |
 * | `topic_wrong`             | field, value                | topics have no `+` or `#`, and are not empty                             |
 * | `template_not_understood` | template                    | its announcement needs a template that is beyond us: use `generic`       |
 * | `door_missing`            | kind                        | a reader, lock or contact that is at no door                             |
 * | `door_without_lock`       | -                           | somebody can present a badge there, and nothing opens                    |
 * | `two_locks`               | -                           | a door has two locks: only the first is used                             |
 * | `never_heard`             | address                     | nothing was heard of it since the bridge started: address, power, range? |
 * | `site_broker_unreachable` | address                     | the site's MQTT broker does not answer                                   |
 * | `site_broker_refuses`     | address                     | the site's MQTT broker refuses user name or password                     |
 */
export const CONFIG_PROBLEM_CODES = [
  'family_unknown',
  'kind_not_supported',
  'address_wrong',
  'setting_missing',
  'setting_wrong',
  'setting_unknown',
  'path_wrong',
  'topic_wrong',
  'template_not_understood',
  'door_missing',
  'door_without_lock',
  'two_locks',
  'never_heard',
  'site_broker_unreachable',
  'site_broker_refuses',
] as const;
export type ConfigProblemCode = (typeof CONFIG_PROBLEM_CODES)[number];

export const ConfigProblemSchema = Type.Object({
  code: Word,
  params: Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 300 })),
});
export type ConfigProblem = Static<typeof ConfigProblemSchema>;

/** A make of hardware: the name of its codec in the bridge. */
const Family = Word;

/** A device that was heard on the site's broker, adopted or not. */
export const SeenDeviceSchema = Type.Object({
  /** To be given back as `codec`, `address` and `config` of a device: that is what adopts it. */
  codec: Family,
  address: AddressText,
  config: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  name: Type.Optional(Name),
  vendor: Type.Optional(Name),
  model: Type.Optional(Name),
  /** What it may be adopted as, the likeliest first; empty where it is of no use here. */
  kinds: Type.Array(Word, { maxItems: 20 }),
  /** What it said last, by kind of reading, or `lock`, `contact`, `availability`. Nothing of who was at it. */
  example: Type.Record(Word, Type.Union([Type.Number(), Type.String({ maxLength: 40 })])),
  isAdopted: Type.Boolean(),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  /** Why it cannot be used as it is. */
  problem: Type.Optional(ConfigProblemSchema),
});
export type SeenDevice = Static<typeof SeenDeviceSchema>;

/**
 * What is around the bridge, and what is wrong with it: whole, so that the last one is the state. After every connection, within
 * half a minute of a change (a device that is new or gone, a problem), every hour, and on the command `look`. Not retained.
 */
export const SeenSchema = Type.Object({
  ...Site,
  bridgeId: Id,
  bootId: Id,
  at: Instant,
  /** Of the configuration that `isAdopted` and `problems` speak of. */
  configRevision: Type.Union([Count, Type.Null()]),
  devices: Type.Array(SeenDeviceSchema, { maxItems: MAX_SEEN_DEVICES }),
  /** More were seen than travel: those heard last are here. */
  isCut: Type.Boolean(),
  problems: Type.Array(
    Type.Object({ deviceId: Type.Optional(Id), doorId: Type.Optional(Id), problem: ConfigProblemSchema }),
    { maxItems: 1_000 },
  ),
});
export type Seen = Static<typeof SeenSchema>;
export type SiteProblem = Seen['problems'][number];

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

/** What the lock itself reported; `silent`: it was commanded and reported nothing; `unreported`: it was told, and is of a kind that reports nothing. */
export const LockStateSchema = Type.Enum(['locked', 'unlocked', 'not_fully_locked', 'jammed', 'silent', 'unreported']);
export type LockState = Static<typeof LockStateSchema>;

/** How a lock was moved by other means than the bridge. */
export const LockSourceSchema = Type.Enum(['keypad', 'key', 'rfid', 'fingerprint', 'remote', 'by_itself', 'other']);
export type LockSource = Static<typeof LockSourceSchema>;

export const LockStateEventSchema = Type.Object({
  ...EventBase,
  ...cause,
  kind: Type.Literal('lock_state'),
  doorId: Id,
  state: LockStateSchema,
  /** Set where the lock was moved at the lock; `slot`: whose code of its own list, where it says so. */
  source: Type.Optional(LockSourceSchema),
  slot: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
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
    /** A wrong configuration came to light: `problem`. What is wrong now is in `devices/seen`. */
    'config_problem',
  ]),
  detail: Type.Optional(Type.String({ maxLength: 300 })),
  problem: Type.Optional(ConfigProblemSchema),
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
 * `motion`, `contact`, `relay`: 0 or 1 (contact 1 = closed, relay 1 = on); `people`: the counter's running total of entries minus exits;
 * `battery`: percent; `link_quality`: as the device gives it (Zigbee 0-255, Wi-Fi percent); `illuminance`: lux; `co2`: ppm;
 * `temperature`: degrees Celsius; `humidity`: percent.
 */
export const READING_KINDS = [
  'motion',
  'contact',
  'people',
  'battery',
  'link_quality',
  'relay',
  'illuminance',
  'co2',
  'temperature',
  'humidity',
] as const;
export type ReadingKind = (typeof READING_KINDS)[number];
export const isReadingKind = (word: string): word is ReadingKind => (READING_KINDS as readonly string[]).includes(word);

export const ReadingSchema = Type.Object({
  sequence: Count,
  deviceId: Id,
  spaceId: Type.Optional(NullableId),
  /** One of `READING_KINDS`, or of a newer bridge's: to be passed over. */
  kind: Word,
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

/** What a device serves as. `relay`: something that is switched, its state is shown; `sensor`: measures the air or the light. */
export const DEVICE_KINDS = ['reader', 'lock', 'contact', 'motion', 'people_counter', 'relay', 'sensor'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

export const DeviceConfigSchema = Type.Object({
  id: Id,
  /** One of `DEVICE_KINDS`. A bridge that knows it not reports a problem, and uses the others. */
  kind: Word,
  /** Hardware family whose dialect it speaks. One that the bridge does not know is a problem of this device only. */
  codec: Family,
  /** What the family calls it: the friendly name in Zigbee2MQTT. */
  address: AddressText,
  /** Settings of the family: `docs/devices.md`. */
  config: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  /** What people call it; announced to the site's Home Assistant. */
  name: Type.Optional(Name),
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
  'devices/seen': SeenSchema,
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
  'devices/seen': Seen;
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
true satisfies Same<Static<typeof ReferentPresenceSchema>, ReferentPresence>;
true satisfies Static<typeof GrantSchema> extends Grant ? true : false;
