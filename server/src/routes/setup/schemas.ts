import Type, { type Static } from 'typebox';
import { AudienceCode, Email, Id, Instant, Name, Nullable, ResourceKind, Slug } from '../schemas.ts';

export const Minutes = (maximum: number) => Type.Integer({ minimum: 0, maximum });
export const Text200 = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });
const Labels = Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$' }), {
  maxItems: 30,
  description: 'Programmes and labels, as codes: `france-services`, `epn`',
});

// --- audiences ------------------------------------------------------------------------------------------------------------

const Letter = Type.String({ minLength: 1, maxLength: 1, pattern: '^\\p{Lu}$' });
const Age = Nullable(Type.Integer({ minimum: 0, maximum: 120 }));
const Contrast = Type.Object(
  { light: Type.Number(), dark: Type.Number() },
  { description: 'Of its lines with its ground (WCAG 2.2, 1.4.11): 3 at least' },
);

const audienceSettings = {
  name: Type.Object({ fr: Name, en: Name }),
  letter: Type.Object({ fr: Letter, en: Letter }),
  color: Type.String({ pattern: '^#[0-9a-f]{6}$' }),
  pattern: Type.Enum(['plain', 'diagonal', 'dots', 'cross', 'waves', 'grid']),
  minAge: Age,
  maxAge: Age,
  needsReferent: Type.Boolean({ description: 'A named referent is there during its hours' }),
  needsGuardianConsent: Type.Boolean(),
  hoursVisibleTo: Type.Enum(['everyone', 'members', 'staff']),
  namesVisibleTo: Type.Enum(['host', 'partners']),
};
export const AudienceSettings = Type.Object(audienceSettings);
export const NewAudience = Type.Object({ code: AudienceCode, ...audienceSettings });
const AudienceSettingsSchema = Type.Object(
  {
    id: Id,
    code: AudienceCode,
    ...audienceSettings,
    name: Type.Object({ fr: Type.String(), en: Type.String() }),
    letter: Type.Object({ fr: Type.String(), en: Type.String() }),
    contrast: Contrast,
    isStaff: Type.Boolean(),
    mayArchive: Type.Boolean(),
    archivedAt: Nullable(Instant),
    memberCount: Type.Integer(),
  },
  { $id: 'AudienceSettings' },
);
export const AudienceView = Type.Unsafe<Static<typeof AudienceSettingsSchema>>({ $ref: 'AudienceSettings#' });

// --- who may meet whom ----------------------------------------------------------------------------------------------------

const Relation = Type.Enum(['together', 'same_site', 'never_same_site'], {
  description: 'At the same time: in one space; on one site in different spaces; never on one site',
});
const Two = { minItems: 2, maxItems: 2 };
const Pair = Type.Unsafe<[string, string]>(Type.Array(AudienceCode, Two));

export const SettingChange = Type.Object({
  version: Type.String({ maxLength: 100, description: 'Of the setting that was looked at' }),
  rules: Type.Array(Type.Object({ audiences: Pair, relation: Relation }), {
    maxItems: 2_000,
    description: 'Every rule of this layer: of a pair that is not here it says nothing',
  }),
});
export const SpaceSettingChange = Type.Intersect([
  SettingChange,
  Type.Object({ spaceId: Type.Optional(Nullable(Id)) }),
]);

export const SettingView = Type.Object({
  version: Type.String(),
  audiences: Type.Array(AudienceCode),
  pairs: Type.Array(
    Type.Object({
      audiences: Pair,
      relation: Relation,
      own: Nullable(Relation),
      inherited: Relation,
    }),
  ),
});

const Groups = Type.Array(Type.Array(AudienceCode));
const Grouping = Type.Object({ together: Groups, apart: Groups });
const BookingRef = Type.Object({
  id: Id,
  reference: Type.String(),
  memberName: Type.String(),
  audience: AudienceCode,
  resourceName: Type.String(),
});
const SiteRef = Type.Object({ slug: Type.String(), name: Type.String(), timeZone: Type.String() });

const CompatibilityConsequencesSchema = Type.Object(
  {
    pairs: Type.Array(Type.Object({ audiences: Pair, before: Relation, after: Relation })),
    siteCount: Type.Integer({ description: 'Sites where something changes' }),
    groups: Type.Array(
      Type.Object({
        before: Grouping,
        after: Grouping,
        spaceCount: Type.Integer(),
        spaces: Type.Array(Type.Object({ siteSlug: Type.String(), siteName: Type.String(), spaceName: Type.String() })),
      }),
      {
        description: 'Who may be together in a space, and who is never on the site at once: once for all spaces alike',
      },
    ),
    bookings: Type.Object({
      total: Type.Integer(),
      hasMore: Type.Boolean(),
      items: Type.Array(
        Type.Object({
          kind: Type.Enum(['space', 'site']),
          site: SiteRef,
          spaceName: Type.String(),
          from: Instant,
          until: Instant,
          bookings: Type.Unsafe<[Static<typeof BookingRef>, Static<typeof BookingRef>]>(Type.Array(BookingRef, Two)),
        }),
      ),
    }),
    hours: Type.Array(
      Type.Object({
        site: SiteRef,
        faults: Type.Array(
          Type.Object({
            kind: Type.Enum(['overlap', 'handover', 'same_site']),
            audiences: Pair,
            spaceNames: Type.Array(Type.String()),
            planName: Nullable(Type.String()),
            weekday: Nullable(Type.Integer({ minimum: 1, maximum: 7 })),
            startsAt: Type.String(),
            endsAt: Type.String(),
          }),
        ),
      }),
      { description: 'Hours of plans that would promise what the setting forbids, and did not before' },
    ),
  },
  { $id: 'CompatibilityConsequences' },
);
export const Consequences = Type.Unsafe<Static<typeof CompatibilityConsequencesSchema>>({
  $ref: 'CompatibilityConsequences#',
});

// --- structures and sites -------------------------------------------------------------------------------------------------

export const StructureSettings = Type.Object({
  name: Text200,
  legalForm: Type.Enum(['association', 'public_body', 'company']),
  labels: Labels,
  contactEmail: Nullable(Email),
});
const HostStructureSchema = Type.Object(
  {
    id: Id,
    name: Type.String(),
    legalForm: Type.Enum(['association', 'public_body', 'company']),
    labels: Type.Array(Type.String()),
    contactEmail: Nullable(Type.String()),
    sites: Type.Array(
      Type.Object({ slug: Type.String(), name: Type.String(), commune: Type.String(), isListed: Type.Boolean() }),
    ),
    staff: Type.Array(
      Type.Object({
        accountId: Id,
        displayName: Type.String(),
        email: Type.String(),
        hasPassword: Type.Boolean({ description: 'False: the invitation has not been followed yet' }),
        since: Instant,
      }),
    ),
  },
  { $id: 'HostStructure' },
);
export const StructureView = Type.Unsafe<Static<typeof HostStructureSchema>>({ $ref: 'HostStructure#' });

const identity = {
  name: Text200,
  description: Nullable(Type.String({ maxLength: 4_000 })),
  addressLine: Nullable(Type.String({ maxLength: 200 })),
  postalCode: Type.String({ minLength: 2, maxLength: 12, pattern: '\\S' }),
  commune: Text200,
  inseeCode: Type.String({ pattern: '^[0-9A-Z]{1,10}$', description: 'INSEE code in France' }),
  latitude: Type.Number({ minimum: -90, maximum: 90 }),
  longitude: Type.Number({ minimum: -180, maximum: 180 }),
  programmes: Labels,
};
const TimeZone = Type.String({ minLength: 1, maxLength: 60, description: 'IANA', examples: ['Europe/Paris'] });
const CalendarName = Type.String({ minLength: 1, maxLength: 60 });
export const NewSite = Type.Object({
  slug: Slug,
  ...identity,
  country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', default: 'FR' })),
  timeZone: Type.Optional(TimeZone),
  holidayCalendar: Type.Optional(Nullable(CalendarName)),
  schoolCalendar: Type.Optional(Nullable(CalendarName)),
  schoolZone: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 40 }))),
});
export const SiteChange = Type.Partial(Type.Object({ ...identity, isListed: Type.Boolean() }));
export const SiteDefaults = Type.Object({
  departement: Type.String(),
  timeZone: Type.String(),
  holidayCalendar: Type.String(),
  schoolCalendar: Nullable(Type.String()),
  schoolZone: Nullable(Type.String()),
});

// --- what a site has ------------------------------------------------------------------------------------------------------

const spaceSettings = {
  name: Text200,
  kind: Type.Enum(['room', 'open_area']),
  capacity: Type.Integer({ minimum: 1, maximum: 5_000 }),
  handoverMinutes: Minutes(480),
};
export const SpaceSettings = Type.Object(spaceSettings);
export const SpaceChange = Type.Partial(
  Type.Object({ ...spaceSettings, isOffered: Type.Literal(true, { description: 'Back from those taken out of use' }) }),
);

const resourceSettings = {
  name: Text200,
  capacity: Type.Integer({ minimum: 1, maximum: 5_000 }),
  bufferBeforeMinutes: Minutes(480),
  bufferAfterMinutes: Minutes(480),
  tariffId: Nullable(Id),
  releaseAfterMinutes: Type.Optional(
    Nullable(
      Type.Integer({
        minimum: 5,
        maximum: 240,
        description: 'Check-in is expected: who has not come by then gives the rest to others. Null: never',
      }),
    ),
  ),
};
export const NewResource = Type.Object({
  spaceId: Id,
  kind: ResourceKind,
  ...resourceSettings,
  count: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: 1, description: 'Several at once, numbered: `Bureau 1`…' }),
  ),
});
export const ResourceChange = Type.Partial(Type.Object({ ...resourceSettings, isActive: Type.Boolean() }));

const Price = Nullable(Type.Integer({ minimum: 0, maximum: 10_000_000, description: 'Minor units, VAT included' }));
const VatKind = Type.Enum(['standard_20', 'exempt_293b', 'exempt_261_7_1a', 'exempt_261_7_1b', 'out_of_scope']);
const tariffSettings = {
  name: Name,
  hourMinor: Price,
  halfDayMinor: Price,
  dayMinor: Price,
  halfDayHours: Type.Integer({ minimum: 1, maximum: 12 }),
  vatKind: VatKind,
};
export const TariffSettings = Type.Object(tariffSettings);

const doorSettings = {
  name: Text200,
  isEntrance: Type.Boolean({ description: 'Leads to every space of the site' }),
  spaceIds: Type.Array(Id, { maxItems: 200, description: 'Behind a door that is no entrance' }),
  obeysAudienceWindows: Type.Boolean({ description: 'Lets nobody in while another public has the space' }),
  earlyMinutes: Minutes(120),
  pinMaxFailures: Type.Integer({ minimum: 0, maximum: 100, description: '0: no limit' }),
  pinLockoutMinutes: Minutes(1_440),
  relockSeconds: Type.Integer({ minimum: 1, maximum: 120 }),
};
export const DoorSettings = Type.Object(doorSettings);

const Ahead = Type.Object({ count: Type.Integer(), firstAt: Nullable(Instant) });

const SiteSetupSchema = Type.Object(
  {
    site: Type.Object({
      id: Id,
      slug: Type.String(),
      name: Type.String(),
      description: Nullable(Type.String()),
      addressLine: Nullable(Type.String()),
      postalCode: Type.String(),
      commune: Type.String(),
      inseeCode: Type.String(),
      departement: Type.String(),
      country: Type.String(),
      latitude: Type.Number(),
      longitude: Type.Number(),
      timeZone: Type.String(),
      programmes: Type.Array(Type.String()),
      holidayCalendar: Nullable(Type.String()),
      schoolCalendar: Nullable(Type.String()),
      schoolZone: Nullable(Type.String()),
      isListed: Type.Boolean({ description: 'Found by search' }),
      structure: Type.Object({ id: Id, name: Type.String() }),
    }),
    mayConfigure: Type.Boolean(),
    steps: Type.Object(
      {
        spaces: Type.Boolean(),
        resources: Type.Boolean(),
        hours: Type.Boolean(),
        tariffs: Type.Boolean(),
        doors: Type.Boolean(),
        bridge: Type.Boolean(),
        listed: Type.Boolean(),
      },
      { description: 'What has been done on the way to the first booking' },
    ),
    spaces: Type.Array(
      Type.Object({
        id: Id,
        ...spaceSettings,
        name: Type.String(),
        isOffered: Type.Boolean(),
        bookingsAhead: Ahead,
        resources: Type.Array(
          Type.Object({
            id: Id,
            kind: ResourceKind,
            ...resourceSettings,
            name: Type.String(),
            isActive: Type.Boolean(),
            bookingsAhead: Ahead,
          }),
        ),
      }),
    ),
    tariffs: Type.Array(
      Type.Object({
        id: Id,
        ...tariffSettings,
        name: Type.String(),
        currency: Type.String(),
        resourceCount: Type.Integer(),
        isOffered: Type.Boolean(),
      }),
    ),
    doors: Type.Array(Type.Object({ id: Id, ...doorSettings, name: Type.String(), deviceCount: Type.Integer() })),
  },
  { $id: 'SiteSetup' },
);
export const SiteSetupView = Type.Unsafe<Static<typeof SiteSetupSchema>>({ $ref: 'SiteSetup#' });

/** Known by name in the document: each is the answer of several routes. */
export const SETUP_SCHEMAS = [
  AudienceSettingsSchema,
  CompatibilityConsequencesSchema,
  HostStructureSchema,
  SiteSetupSchema,
];
