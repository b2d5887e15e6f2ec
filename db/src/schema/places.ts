import { sql } from 'drizzle-orm';
import { boolean, doublePrecision, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instant, instantRange } from './columns.ts';

export const audiences = pgTable(
  'audiences',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    code: text('code').notNull(),
    nameFr: text('name_fr').notNull(),
    nameEn: text('name_en').notNull(),
    audienceClass: text('audience_class').notNull(),
    color: text('color').notNull(),
    pattern: text('pattern', { enum: ['plain', 'diagonal', 'dots', 'cross', 'waves', 'grid'] }).notNull(),
    letterFr: text('letter_fr').notNull(),
    letterEn: text('letter_en').notNull(),
    isStaff: boolean('is_staff').notNull().default(false),
    position: smallint('position').notNull().default(0),
    minAge: smallint('min_age'),
    maxAge: smallint('max_age'),
    needsReferent: boolean('needs_referent').notNull().default(false),
    needsGuardianConsent: boolean('needs_guardian_consent').notNull().default(false),
    hoursVisibleTo: text('hours_visible_to', { enum: ['everyone', 'members', 'staff'] })
      .notNull()
      .default('everyone'),
    namesVisibleTo: text('names_visible_to', { enum: ['host', 'partners'] })
      .notNull()
      .default('host'),
    archivedAt: instant('archived_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const hostStructures = pgTable(
  'host_structures',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    legalForm: text('legal_form', { enum: ['association', 'public_body', 'company'] }).notNull(),
    labels: text('labels').array().notNull(),
    contactEmail: text('contact_email'),
    isDemo: boolean('is_demo').notNull().default(false),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const sites = pgTable(
  'sites',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    structureId: uuid('structure_id').notNull(),
    slug: text('slug').notNull(),
    name: text('name').notNull(),
    description: text('description'),
    addressLine: text('address_line'),
    postalCode: text('postal_code').notNull(),
    commune: text('commune').notNull(),
    inseeCode: text('insee_code').notNull(),
    departement: text('departement').notNull(),
    country: text('country').notNull().default('FR'),
    latitude: doublePrecision('latitude').notNull(),
    longitude: doublePrecision('longitude').notNull(),
    timeZone: text('time_zone').notNull(),
    schoolZone: text('school_zone'),
    programmes: text('programmes').array().notNull(),
    searchText: text('search_text').notNull(),
    siteKeySealed: text('site_key_sealed').notNull(),
    isDemo: boolean('is_demo').notNull().default(false),
    createdAt: instant('created_at').notNull(),
    holidayCalendar: text('holiday_calendar').default('FR'),
    schoolCalendar: text('school_calendar').default('FR'),
    onPublicHolidays: text('on_public_holidays', { enum: ['closed', 'as_usual'] })
      .notNull()
      .default('closed'),
    buildingCapacity: integer('building_capacity'),
    scheduleRevision: integer('schedule_revision').notNull().default(0),
    isListed: boolean('is_listed').notNull().default(true),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const spaces = pgTable(
  'spaces',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    name: text('name').notNull(),
    kind: text('kind', { enum: ['room', 'open_area'] }).notNull(),
    capacity: smallint('capacity').notNull(),
    handoverMinutes: smallint('handover_minutes').notNull().default(0),
    position: smallint('position').notNull().default(0),
    archivedAt: instant('archived_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const tariffs = pgTable(
  'tariffs',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    structureId: uuid('structure_id').notNull(),
    name: text('name').notNull(),
    currency: text('currency').notNull(),
    hourMinor: integer('hour_minor'),
    halfDayMinor: integer('half_day_minor'),
    dayMinor: integer('day_minor'),
    halfDayHours: smallint('half_day_hours').notNull().default(4),
    vatKind: text('vat_kind', {
      enum: ['standard_20', 'exempt_293b', 'exempt_261_7_1a', 'exempt_261_7_1b', 'out_of_scope'],
    }).notNull(),
    archivedAt: instant('archived_at'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const resources = pgTable(
  'resources',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    spaceId: uuid('space_id').notNull(),
    tariffId: uuid('tariff_id'),
    name: text('name').notNull(),
    kind: text('kind', { enum: ['desk', 'room', 'video', 'seats'] }).notNull(),
    isShared: boolean('is_shared').notNull().generatedAlwaysAs(sql`kind = 'seats'`),
    capacity: smallint('capacity').notNull().default(1),
    bufferBeforeMinutes: smallint('buffer_before_minutes').notNull().default(0),
    bufferAfterMinutes: smallint('buffer_after_minutes').notNull().default(0),
    isActive: boolean('is_active').notNull().default(true),
    position: smallint('position').notNull().default(0),
    releaseAfterMinutes: smallint('release_after_minutes'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);

export const closures = pgTable(
  'closures',
  {
    networkId: uuid('network_id').notNull(),
    id: uuid('id').notNull(),
    siteId: uuid('site_id').notNull(),
    spaceId: uuid('space_id'),
    during: instantRange('during').notNull(),
    reason: text('reason'),
    createdAt: instant('created_at').notNull(),
    told: text('told', { enum: ['nobody', 'booked', 'members'] })
      .notNull()
      .default('booked'),
  },
  (t) => [primaryKey({ columns: [t.networkId, t.id] })],
);
