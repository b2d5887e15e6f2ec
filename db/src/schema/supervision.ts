import type { RatioSet } from '@mitoyen/domain';
import { boolean, date, jsonb, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const supervisionPolicies = pgTable(
  'supervision_policies',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    audienceId: uuid('audience_id').notNull(),
    siteId: uuid('site_id'),
    withoutReferent: text('without_referent', { enum: ['referent_first', 'anyone', 'not_needed'] }).notNull(),
    graceMinutes: smallint('grace_minutes').notNull().default(10),
    ratios: jsonb('ratios').$type<RatioSet>(),
    needsGuardianConsent: boolean('needs_guardian_consent').notNull().default(false),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const referents = pgTable(
  'referents',
  {
    networkId: uuid('network_id').notNull(),
    siteId: uuid('site_id').notNull(),
    memberId: uuid('member_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.siteId, t.memberId] })],
);

export const referentShifts = pgTable(
  'referent_shifts',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    spaceId: uuid('space_id'),
    memberId: uuid('member_id').notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const referentPresences = pgTable(
  'referent_presences',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    memberId: uuid('member_id').notNull(),
    arrivedAt: instant('arrived_at').notNull(),
    leftAt: instant('left_at'),
    notedBy: text('noted_by', { enum: ['badge', 'check_in'] }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const guardianships = pgTable(
  'guardianships',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    minorMemberId: uuid('minor_member_id').notNull(),
    guardianMemberId: uuid('guardian_member_id'),
    guardianName: text('guardian_name').notNull(),
    contactSealed: text('contact_sealed'),
    createdAt: instant('created_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const guardianConsents = pgTable(
  'guardian_consents',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    minorMemberId: uuid('minor_member_id').notNull(),
    guardianshipId: uuid('guardianship_id').notNull(),
    kind: text('kind', { enum: ['attendance', 'leave_alone', 'image'] }).notNull(),
    givenBy: text('given_by', { enum: ['online', 'paper', 'in_person'] }).notNull(),
    givenAt: instant('given_at').notNull(),
    recordedByAccountId: uuid('recorded_by_account_id').notNull(),
    validUntil: date('valid_until', { mode: 'string' }),
    revokedAt: instant('revoked_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const sessionAttendances = pgTable(
  'session_attendances',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    spaceId: uuid('space_id').notNull(),
    kind: text('kind', { enum: ['minor', 'adult', 'supervisor'] }).notNull(),
    memberId: uuid('member_id'),
    bookingId: uuid('booking_id'),
    age: smallint('age'),
    arrivedAt: instant('arrived_at').notNull(),
    leftAt: instant('left_at'),
    recordedByAccountId: uuid('recorded_by_account_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);
