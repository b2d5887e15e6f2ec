import { boolean, date, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const accounts = pgTable(
  'accounts',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    email: text('email').notNull(),
    passwordHash: text('password_hash'),
    displayName: text('display_name').notNull(),
    locale: text('locale', { enum: ['fr', 'en'] })
      .notNull()
      .default('fr'),
    emailVerifiedAt: instant('email_verified_at'),
    disabledAt: instant('disabled_at'),
    isDemo: boolean('is_demo').notNull().default(false),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const members = pgTable(
  'members',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    accountId: uuid('account_id'),
    audienceId: uuid('audience_id').notNull(),
    displayName: text('display_name').notNull(),
    isDemo: boolean('is_demo').notNull().default(false),
    createdAt: instant('created_at').notNull(),
    homeStructureId: uuid('home_structure_id'),
    birthDate: date('birth_date', { mode: 'string' }),
    kind: text('kind', { enum: ['person', 'group'] })
      .notNull()
      .default('person'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const roleAssignments = pgTable(
  'role_assignments',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    accountId: uuid('account_id').notNull(),
    role: text('role', { enum: ['host', 'manager', 'administrator'] }).notNull(),
    structureId: uuid('structure_id'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const sessions = pgTable(
  'sessions',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    accountId: uuid('account_id').notNull(),
    refreshHash: text('refresh_hash').notNull(),
    previousRefreshHash: text('previous_refresh_hash'),
    rotatedAt: instant('rotated_at').notNull(),
    userAgent: text('user_agent').notNull().default(''),
    createdAt: instant('created_at').notNull(),
    lastUsedAt: instant('last_used_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const accountTokens = pgTable(
  'account_tokens',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    accountId: uuid('account_id').notNull(),
    purpose: text('purpose', { enum: ['reset_password', 'verify_email'] }).notNull(),
    tokenHash: text('token_hash').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const throttles = pgTable(
  'throttles',
  {
    networkId: uuid('network_id').notNull(),
    bucket: text('bucket').notNull(),
    windowStart: instant('window_start').notNull(),
    count: integer('count').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.bucket, t.windowStart] })],
);
