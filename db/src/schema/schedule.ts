import type { Period } from '@mitoyen/domain';
import { boolean, date, integer, jsonb, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

export const compatibilityRules = pgTable(
  'compatibility_rules',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id'),
    spaceId: uuid('space_id'),
    audienceAId: uuid('audience_a_id').notNull(),
    audienceBId: uuid('audience_b_id').notNull(),
    relation: text('relation', { enum: ['together', 'same_site', 'never_same_site'] }).notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const spaceAudiences = pgTable(
  'space_audiences',
  {
    networkId: uuid('network_id').notNull(),
    siteId: uuid('site_id').notNull(),
    spaceId: uuid('space_id').notNull(),
    audienceId: uuid('audience_id').notNull(),
    audienceClass: text('audience_class').notNull(),
    siteAxis: text('site_axis').notNull().default(''),
    siteClass: text('site_class').notNull().default(''),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.spaceId, t.audienceId] })],
);

export const schoolOverrides = pgTable(
  'school_overrides',
  {
    networkId: uuid('network_id').notNull(),
    siteId: uuid('site_id').notNull(),
    year: text('year').notNull(),
    name: text('name').notNull(),
    firstDay: date('first_day', { mode: 'string' }).notNull(),
    lastDay: date('last_day', { mode: 'string' }),
    decidedBy: text('decided_by', { enum: ['recteur', 'local'] }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.siteId, t.year, t.name] })],
);

export const holidayOverrides = pgTable(
  'holiday_overrides',
  {
    networkId: uuid('network_id').notNull(),
    siteId: uuid('site_id').notNull(),
    date: date('date', { mode: 'string' }).notNull(),
    name: text('name'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.siteId, t.date] })],
);

export const scheduleTemplates = pgTable(
  'schedule_templates',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    name: text('name').notNull(),
    period: jsonb('period').$type<Period>().notNull(),
    isWholeSite: boolean('is_whole_site').notNull().default(true),
    validFrom: date('valid_from', { mode: 'string' }),
    validUntil: date('valid_until', { mode: 'string' }),
    position: integer('position').notNull().default(0),
    origin: text('origin', { enum: ['host', 'suggestion'] })
      .notNull()
      .default('host'),
    evidence: jsonb('evidence'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const scheduleTemplateSpaces = pgTable(
  'schedule_template_spaces',
  {
    networkId: uuid('network_id').notNull(),
    siteId: uuid('site_id').notNull(),
    templateId: uuid('template_id').notNull(),
    spaceId: uuid('space_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.templateId, t.spaceId] })],
);

export const templateWindows = pgTable(
  'template_windows',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    templateId: uuid('template_id').notNull(),
    spaceId: uuid('space_id'),
    audienceId: uuid('audience_id').notNull(),
    weekday: smallint('weekday'),
    startsAtMinute: smallint('starts_at_minute').notNull(),
    endsAtMinute: smallint('ends_at_minute').notNull(),
    position: integer('position').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const scheduleExceptions = pgTable(
  'schedule_exceptions',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    date: date('date', { mode: 'string' }).notNull(),
    change: text('change', { enum: ['replace', 'add', 'remove'] }).notNull(),
    isWholeSite: boolean('is_whole_site').notNull().default(true),
    reason: text('reason'),
    startsAtMinute: smallint('starts_at_minute'),
    endsAtMinute: smallint('ends_at_minute'),
    audienceId: uuid('audience_id'),
    position: integer('position').notNull().default(0),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const scheduleExceptionSpaces = pgTable(
  'schedule_exception_spaces',
  {
    networkId: uuid('network_id').notNull(),
    siteId: uuid('site_id').notNull(),
    exceptionId: uuid('exception_id').notNull(),
    spaceId: uuid('space_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.exceptionId, t.spaceId] })],
);

export const exceptionWindows = pgTable(
  'exception_windows',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    exceptionId: uuid('exception_id').notNull(),
    spaceId: uuid('space_id'),
    audienceId: uuid('audience_id').notNull(),
    startsAtMinute: smallint('starts_at_minute').notNull(),
    endsAtMinute: smallint('ends_at_minute').notNull(),
    position: integer('position').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const scheduleChanges = pgTable(
  'schedule_changes',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    accountId: uuid('account_id'),
    revision: integer('revision').notNull(),
    change: jsonb('change').notNull(),
    inverse: jsonb('inverse').notNull(),
    outcome: jsonb('outcome').notNull(),
    appliedAt: instant('applied_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const releaseRules = pgTable(
  'release_rules',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    releasedToAudienceId: uuid('released_to_audience_id').notNull(),
    hoursBefore: integer('hours_before').notNull(),
    tariffId: uuid('tariff_id'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const releaseRuleWindows = pgTable(
  'release_rule_windows',
  {
    networkId: uuid('network_id').notNull(),
    siteId: uuid('site_id').notNull(),
    ruleId: uuid('rule_id').notNull(),
    windowId: uuid('window_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.windowId] })],
);

export const windowShares = pgTable(
  'window_shares',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    structureId: uuid('structure_id').notNull(),
    tariffId: uuid('tariff_id'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const windowShareWindows = pgTable(
  'window_share_windows',
  {
    networkId: uuid('network_id').notNull(),
    siteId: uuid('site_id').notNull(),
    shareId: uuid('share_id').notNull(),
    windowId: uuid('window_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.shareId, t.windowId] })],
);

export const standingAgreements = pgTable(
  'standing_agreements',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    hostStructureId: uuid('host_structure_id').notNull(),
    partnerStructureId: uuid('partner_structure_id').notNull(),
    name: text('name').notNull(),
    period: jsonb('period').$type<Period>().notNull(),
    holdsOnPublicHolidays: boolean('holds_on_public_holidays').notNull().default(false),
    isExclusive: boolean('is_exclusive').notNull().default(true),
    priceKind: text('price_kind', { enum: ['free', 'tariff', 'flat'] }).notNull(),
    tariffId: uuid('tariff_id'),
    flatPer: text('flat_per', { enum: ['month', 'year'] }),
    flatMinor: integer('flat_minor'),
    flatCurrency: text('flat_currency'),
    terms: text('terms').notNull().default(''),
    validFrom: date('valid_from', { mode: 'string' }).notNull(),
    validUntil: date('valid_until', { mode: 'string' }),
    status: text('status', { enum: ['proposed', 'accepted', 'declined', 'ended', 'withdrawn'] })
      .notNull()
      .default('proposed'),
    position: integer('position').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    answeredAt: instant('answered_at'),
    inTheWay: text('in_the_way', { enum: ['keep', 'cancel'] })
      .notNull()
      .default('keep'),
    revision: integer('revision').notNull().default(0),
    proposedBy: uuid('proposed_by'),
    answeredBy: uuid('answered_by'),
    endedAt: instant('ended_at'),
    endedByStructureId: uuid('ended_by_structure_id'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const agreementSpaces = pgTable(
  'agreement_spaces',
  {
    networkId: uuid('network_id').notNull(),
    siteId: uuid('site_id').notNull(),
    agreementId: uuid('agreement_id').notNull(),
    spaceId: uuid('space_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.agreementId, t.spaceId] })],
);

export const agreementWindows = pgTable(
  'agreement_windows',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    agreementId: uuid('agreement_id').notNull(),
    spaceId: uuid('space_id'),
    audienceId: uuid('audience_id').notNull(),
    weekday: smallint('weekday'),
    startsAtMinute: smallint('starts_at_minute').notNull(),
    endsAtMinute: smallint('ends_at_minute').notNull(),
    position: integer('position').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const refundsDue = pgTable(
  'refunds_due',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    bookingId: uuid('booking_id').notNull(),
    amountMinor: integer('amount_minor').notNull(),
    currency: text('currency').notNull(),
    cause: text('cause', { enum: ['schedule_change', 'closure'] }).notNull(),
    scheduleChangeId: uuid('schedule_change_id'),
    createdAt: instant('created_at').notNull(),
    settledAt: instant('settled_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);
