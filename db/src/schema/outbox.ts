import { jsonb, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const outbox = pgTable(
  'outbox',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    topic: text('topic', { enum: ['mail', 'grants', 'config'] }).notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    attempts: smallint('attempts').notNull().default(0),
    availableAt: instant('available_at').notNull(),
    doneAt: instant('done_at'),
    failedAt: instant('failed_at'),
    lastError: text('last_error'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const mails = pgTable(
  'mails',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    recipient: text('recipient').notNull(),
    subject: text('subject').notNull(),
    bodyText: text('body_text').notNull(),
    bodyHtml: text('body_html').notNull(),
    calendar: text('calendar'),
    sentAt: instant('sent_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);
