import { boolean, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const calendarFeeds = pgTable(
  'calendar_feeds',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    accountId: uuid('account_id').notNull(),
    name: text('name').notNull(),
    structureId: uuid('structure_id').notNull(),
    siteId: uuid('site_id'),
    spaceId: uuid('space_id'),
    audienceId: uuid('audience_id'),
    withBookings: boolean('with_bookings').notNull().default(false),
    tokenHash: text('token_hash').notNull(),
    createdAt: instant('created_at').notNull(),
    lastFetchedAt: instant('last_fetched_at'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);
