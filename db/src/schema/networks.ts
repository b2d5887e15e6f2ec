import { boolean, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const networks = pgTable('networks', {
  id: uuid('id').primaryKey(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
  hostnames: text('hostnames').array().notNull(),
  defaultLocale: text('default_locale', { enum: ['fr', 'en'] }).notNull(),
  currency: text('currency').notNull(),
  isPlatform: boolean('is_platform').notNull().default(false),
  isDemo: boolean('is_demo').notNull().default(false),
  createdAt: instant('created_at').notNull(),
});
