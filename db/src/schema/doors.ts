import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant, instantRange } from './columns.ts';

export const bridges = pgTable(
  'bridges',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    name: text('name').notNull(),
    publicKey: text('public_key').notNull(),
    status: text('status', { enum: ['online', 'offline'] })
      .notNull()
      .default('offline'),
    bootId: text('boot_id'),
    softwareVersion: text('software_version'),
    clockTrust: text('clock_trust', { enum: ['trusted', 'drifting', 'unknown'] }),
    lastSeenAt: instant('last_seen_at'),
    onlineSince: instant('online_since'),
    heldEpoch: integer('held_epoch'),
    heldSequence: integer('held_sequence'),
    eventsEpoch: text('events_epoch'),
    eventsAcked: bigint('events_acked', { mode: 'number' }).notNull().default(0),
    readingsEpoch: text('readings_epoch'),
    readingsAcked: bigint('readings_acked', { mode: 'number' }).notNull().default(0),
    revokedAt: instant('revoked_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const doors = pgTable(
  'doors',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    name: text('name').notNull(),
    isEntrance: boolean('is_entrance').notNull().default(false),
    obeysAudienceWindows: boolean('obeys_audience_windows').notNull().default(true),
    earlyMinutes: smallint('early_minutes').notNull().default(15),
    pinMaxFailures: smallint('pin_max_failures').notNull().default(5),
    pinLockoutMinutes: smallint('pin_lockout_minutes').notNull().default(5),
    relockSeconds: smallint('relock_seconds').notNull().default(5),
    position: smallint('position').notNull().default(0),
    archivedAt: instant('archived_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const doorSpaces = pgTable(
  'door_spaces',
  {
    networkId: uuid('network_id').notNull(),
    siteId: uuid('site_id').notNull(),
    doorId: uuid('door_id').notNull(),
    spaceId: uuid('space_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.doorId, t.spaceId] })],
);

export const devices = pgTable(
  'devices',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    doorId: uuid('door_id'),
    spaceId: uuid('space_id'),
    name: text('name').notNull(),
    kind: text('kind', { enum: ['reader', 'lock', 'contact', 'motion', 'counter', 'relay', 'sensor'] }).notNull(),
    family: text('family').notNull(),
    address: text('address').notNull(),
    config: jsonb('config').$type<Record<string, unknown>>().notNull().default({}),
    state: jsonb('state').$type<Record<string, unknown>>().notNull().default({}),
    batteryPercent: smallint('battery_percent'),
    isOnline: boolean('is_online'),
    lastSeenAt: instant('last_seen_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const credentials = pgTable(
  'credentials',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    memberId: uuid('member_id').notNull(),
    kind: text('kind', { enum: ['badge', 'pin'] }).notNull(),
    label: text('label').notNull().default(''),
    bookingId: uuid('booking_id'),
    siteId: uuid('site_id'),
    structureId: uuid('structure_id'),
    lookupHash: text('lookup_hash').notNull(),
    valueSealed: text('value_sealed').notNull(),
    isStaff: boolean('is_staff').notNull().default(false),
    activeDuring: instantRange('active_during'),
    createdAt: instant('created_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const grantSnapshots = pgTable(
  'grant_snapshots',
  {
    networkId: uuid('network_id').notNull(),
    siteId: uuid('site_id').notNull(),
    epoch: integer('epoch').notNull(),
    sequence: integer('sequence').notNull(),
    contentHash: text('content_hash').notNull(),
    parts: smallint('parts').notNull(),
    issuedAt: instant('issued_at').notNull(),
    validUntil: instant('valid_until').notNull(),
    publishingUntil: instant('publishing_until'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.siteId] })],
);

export const commands = pgTable(
  'commands',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    bridgeId: uuid('bridge_id').notNull(),
    doorId: uuid('door_id').notNull(),
    action: text('action', {
      enum: ['unlock', 'lock', 'lockdown', 'release', 'normal', 'identify', 'resync'],
    }).notNull(),
    actorAccountId: uuid('actor_account_id').notNull(),
    bookingId: uuid('booking_id'),
    issuedAt: instant('issued_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    outcome: text('outcome', { enum: ['pending', 'opened', 'done', 'refused', 'device_silent', 'expired'] })
      .notNull()
      .default('pending'),
    reason: text('reason'),
    resultAt: instant('result_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const accessEvents = pgTable(
  'access_events',
  {
    networkId: uuid('network_id').notNull(),
    bridgeId: uuid('bridge_id').notNull(),
    journalEpoch: text('journal_epoch').notNull(),
    sequence: bigint('sequence', { mode: 'number' }).notNull(),
    siteId: uuid('site_id').notNull(),
    doorId: uuid('door_id'),
    deviceId: uuid('device_id'),
    kind: text('kind').notNull(),
    isGranted: boolean('is_granted'),
    reason: text('reason'),
    credentialKind: text('credential_kind'),
    bookingId: uuid('booking_id'),
    memberId: uuid('member_id'),
    occurredAt: instant('occurred_at').notNull(),
    clockTrust: text('clock_trust').notNull(),
    receivedAt: instant('received_at').notNull(),
    detail: jsonb('detail').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.bridgeId, t.journalEpoch, t.sequence] })],
);

export const occupancyReadings = pgTable(
  'occupancy_readings',
  {
    networkId: uuid('network_id').notNull(),
    bridgeId: uuid('bridge_id').notNull(),
    streamEpoch: text('stream_epoch').notNull(),
    sequence: bigint('sequence', { mode: 'number' }).notNull(),
    siteId: uuid('site_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    spaceId: uuid('space_id'),
    kind: text('kind', {
      enum: [
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
      ],
    }).notNull(),
    value: doublePrecision('value').notNull(),
    measuredAt: instant('measured_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.bridgeId, t.streamEpoch, t.sequence] })],
);
