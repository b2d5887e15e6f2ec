import type { LocalDate } from '@mitoyen/domain';
import { boolean, date, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const bookingSeries = pgTable(
  'booking_series',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    spaceId: uuid('space_id').notNull(),
    resourceId: uuid('resource_id').notNull(),
    memberId: uuid('member_id').notNull(),
    audienceId: uuid('audience_id').notNull(),
    seats: smallint('seats').notNull().default(1),
    rrule: text('rrule').notNull(),
    startsOn: date('starts_on').$type<LocalDate>().notNull(),
    startsAtMinute: smallint('starts_at_minute').notNull(),
    durationMinutes: smallint('duration_minutes').notNull(),
    timeZone: text('time_zone').notNull(),
    exdates: date('exdates').array().$type<LocalDate[]>().notNull().default([]),
    continuesId: uuid('continues_id'),
    createdBy: uuid('created_by'),
    revision: integer('revision').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    cancelledAt: instant('cancelled_at'),
    isDemo: boolean('is_demo').notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);
