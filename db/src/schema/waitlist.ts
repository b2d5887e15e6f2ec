import { pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const waitlistEntries = pgTable(
  'waitlist_entries',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    resourceId: uuid('resource_id'),
    kind: text('kind', { enum: ['desk', 'room', 'video', 'seats'] }),
    memberId: uuid('member_id').notNull(),
    audienceId: uuid('audience_id').notNull(),
    seats: smallint('seats').notNull().default(1),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    status: text('status', {
      enum: ['waiting', 'offered', 'booked', 'missed', 'declined', 'withdrawn', 'passed'],
    })
      .notNull()
      .default('waiting'),
    lookedAt: instant('looked_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const freedTimes = pgTable(
  'freed_times',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    startsAt: instant('starts_at'),
    endsAt: instant('ends_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);
