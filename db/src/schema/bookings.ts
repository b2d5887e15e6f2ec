import type { Quote } from '@mitoyen/domain';
import { boolean, date, integer, jsonb, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instant, instantRange } from './columns.ts';

export const bookings = pgTable(
  'bookings',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    reference: text('reference').notNull(),
    siteId: uuid('site_id').notNull(),
    spaceId: uuid('space_id').notNull(),
    resourceId: uuid('resource_id').notNull(),
    memberId: uuid('member_id').notNull(),
    audienceId: uuid('audience_id').notNull(),
    audienceClass: text('audience_class').notNull(),
    isStaffUse: boolean('is_staff_use').notNull().default(false),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    occupied: instantRange('occupied').notNull(),
    spaceHold: instantRange('space_hold').notNull(),
    status: text('status', {
      enum: ['held', 'confirmed', 'checked_in', 'completed', 'cancelled', 'expired', 'no_show'],
    }).notNull(),
    holdExpiresAt: instant('hold_expires_at'),
    currency: text('currency').notNull(),
    priceMinor: integer('price_minor').notNull(),
    quote: jsonb('quote').$type<Quote>().notNull(),
    revision: integer('revision').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    confirmedAt: instant('confirmed_at'),
    checkedInAt: instant('checked_in_at'),
    cancelledAt: instant('cancelled_at'),
    isDemo: boolean('is_demo').notNull().default(false),
    siteAxis: text('site_axis').notNull().default(''),
    siteClass: text('site_class').notNull().default(''),
    seats: smallint('seats').notNull().default(1),
    isShared: boolean('is_shared').notNull().default(false),
    partnerStructureId: uuid('partner_structure_id'),
    keptOutsideHours: boolean('kept_outside_hours').notNull().default(false),
    agreementId: uuid('agreement_id'),
    seriesId: uuid('series_id'),
    seriesDate: date('series_date'),
    waitlistEntryId: uuid('waitlist_entry_id'),
    releasedAt: instant('released_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    networkId: uuid('network_id').notNull(),
    scope: text('scope').notNull(),
    key: text('key').notNull(),
    route: text('route').notNull(),
    requestHash: text('request_hash').notNull(),
    responseSealed: text('response_sealed'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.scope, t.key] })],
);
