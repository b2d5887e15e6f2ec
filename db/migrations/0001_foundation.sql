-- Mitoyen: the first schema.
--
-- Three rules hold for every table but the two platform registers (networks, schema_migrations):
--  1. network_id leads every primary key, foreign key, unique and exclusion constraint, so that a network can only refer to
--     itself and the schema can be distributed by network_id without a change;
--  2. row-level security is enabled and forced: a connection that has not said for which network it works sees nothing;
--  3. the application role owns nothing and holds only the privileges listed at the end.

create extension if not exists btree_gist;
create extension if not exists pg_trgm;

do $$
begin
  if not exists (select from pg_roles where rolname = 'mitoyen_app') then
    create role mitoyen_app nologin;
  end if;
  -- An installation with one connection URL signs in as the owner and gives its rights up (`role=mitoyen_app`): it must be allowed to.
  begin
    execute format('grant mitoyen_app to %I', current_user);
  exception when insufficient_privilege then
    raise notice 'role % may not take the role mitoyen_app: use separate URLs', current_user;
  end;
end
$$;

-- The network of the running transaction: set by `set_config('app.network_id', …, true)`, empty outside.
create function current_network_id() returns uuid
  language sql stable parallel safe
  as $$ select nullif(current_setting('app.network_id', true), '')::uuid $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Platform registers
-- ---------------------------------------------------------------------------------------------------------------------

create table networks (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null check (length(name) between 1 and 200),
  -- Host names under which the network's pages are served; empty for the only network of an installation.
  hostnames text[] not null default '{}',
  default_locale text not null default 'fr' check (default_locale in ('fr', 'en')),
  currency text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
  -- The platform's own network holds the administrators and has no sites.
  is_platform boolean not null default false,
  is_demo boolean not null default false,
  created_at timestamptz not null
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Places
-- ---------------------------------------------------------------------------------------------------------------------

create table audiences (
  network_id uuid not null references networks (id),
  id uuid not null,
  code text not null check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  name_fr text not null,
  name_en text not null,
  -- Audiences of one class may meet in one space.
  audience_class text not null check (audience_class ~ '^[a-z][a-z0-9_]{0,39}$'),
  color text not null check (color ~ '^#[0-9a-f]{6}$'),
  pattern text not null check (pattern in ('plain', 'diagonal', 'dots', 'cross', 'waves', 'grid')),
  letter_fr text not null check (length(letter_fr) = 1),
  letter_en text not null check (length(letter_en) = 1),
  is_staff boolean not null default false,
  position smallint not null default 0,
  -- The class of staff is reserved: the domain lets it meet everybody.
  check (is_staff = (audience_class = 'staff')),
  primary key (network_id, id),
  unique (network_id, code)
);

create table host_structures (
  network_id uuid not null references networks (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 200),
  legal_form text not null check (legal_form in ('association', 'public_body', 'company')),
  -- Labels as data: eric, epn, cyberbase, france-services… A structure carries one or many.
  labels text[] not null default '{}',
  contact_email text,
  is_demo boolean not null default false,
  created_at timestamptz not null,
  primary key (network_id, id)
);

create table sites (
  network_id uuid not null references networks (id),
  id uuid not null,
  structure_id uuid not null,
  slug text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,78}[a-z0-9])?$'),
  name text not null check (length(name) between 1 and 200),
  description text,
  address_line text,
  postal_code text not null,
  commune text not null,
  insee_code text not null,
  departement text not null,
  country text not null default 'FR' check (country ~ '^[A-Z]{2}$'),
  latitude double precision not null check (latitude between -90 and 90),
  longitude double precision not null check (longitude between -180 and 180),
  time_zone text not null,
  school_zone text check (school_zone in ('A', 'B', 'C')),
  programmes text[] not null default '{}',
  -- Lower case, without accents: what a search box is compared with.
  search_text text not null,
  -- HMAC key of the credential matches of this site, sealed with the platform's key.
  site_key_sealed text not null,
  is_demo boolean not null default false,
  created_at timestamptz not null,
  primary key (network_id, id),
  unique (network_id, slug),
  foreign key (network_id, structure_id) references host_structures (network_id, id)
);
create index sites_by_structure on sites (network_id, structure_id);
create index sites_by_place on sites (network_id, latitude, longitude);
create index sites_by_text on sites using gin (search_text gin_trgm_ops);

create table spaces (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  kind text not null check (kind in ('room', 'open_area')),
  capacity smallint not null check (capacity between 1 and 5000),
  -- Tidying, airing, welcome between two audiences that may not meet.
  handover_minutes smallint not null default 0 check (handover_minutes between 0 and 480),
  position smallint not null default 0,
  primary key (network_id, id),
  unique (network_id, site_id, id),
  foreign key (network_id, site_id) references sites (network_id, id)
);

create table tariffs (
  network_id uuid not null references networks (id),
  id uuid not null,
  structure_id uuid not null,
  name text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  hour_minor integer check (hour_minor >= 0),
  half_day_minor integer check (half_day_minor >= 0),
  day_minor integer check (day_minor >= 0),
  half_day_hours smallint not null default 4 check (half_day_hours between 1 and 12),
  vat_kind text not null
    check (vat_kind in ('standard_20', 'exempt_293b', 'exempt_261_7_1a', 'exempt_261_7_1b', 'out_of_scope')),
  primary key (network_id, id),
  foreign key (network_id, structure_id) references host_structures (network_id, id)
);
create index tariffs_by_structure on tariffs (network_id, structure_id);

create table resources (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  space_id uuid not null,
  tariff_id uuid,
  name text not null check (length(name) between 1 and 200),
  kind text not null check (kind in ('desk', 'room', 'video')),
  capacity smallint not null default 1 check (capacity between 1 and 5000),
  buffer_before_minutes smallint not null default 0 check (buffer_before_minutes between 0 and 480),
  buffer_after_minutes smallint not null default 0 check (buffer_after_minutes between 0 and 480),
  is_active boolean not null default true,
  position smallint not null default 0,
  primary key (network_id, id),
  -- What a booking refers to: a resource cannot be booked under another space or site than its own.
  unique (network_id, site_id, space_id, id),
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id),
  foreign key (network_id, tariff_id) references tariffs (network_id, id)
);

create table opening_windows (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  -- Null: every space of the site.
  space_id uuid,
  audience_id uuid not null,
  -- ISO 8601: 1 is Monday.
  weekday smallint not null check (weekday between 1 and 7),
  -- Local wall time, minutes after midnight; 1440 is the end of the day.
  starts_at_minute smallint not null check (starts_at_minute between 0 and 1439),
  ends_at_minute smallint not null check (ends_at_minute between 1 and 1440),
  valid_from date,
  valid_until date,
  check (starts_at_minute < ends_at_minute),
  check (valid_from is null or valid_until is null or valid_from < valid_until),
  primary key (network_id, id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id),
  foreign key (network_id, audience_id) references audiences (network_id, id)
);
create index opening_windows_by_site on opening_windows (network_id, site_id);

create table closures (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  space_id uuid,
  during tstzrange not null check (not isempty(during) and lower_inc(during) and not upper_inc(during)),
  reason text check (length(reason) <= 500),
  created_at timestamptz not null,
  primary key (network_id, id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id)
);
create index closures_by_site on closures using gist (network_id, site_id, during);

-- ---------------------------------------------------------------------------------------------------------------------
-- People
-- ---------------------------------------------------------------------------------------------------------------------

create table accounts (
  network_id uuid not null references networks (id),
  id uuid not null,
  -- Normalised: trimmed and lower case.
  email text not null check (email = lower(email) and length(email) between 3 and 254),
  password_hash text,
  display_name text not null check (length(display_name) between 1 and 120),
  locale text not null default 'fr' check (locale in ('fr', 'en')),
  email_verified_at timestamptz,
  disabled_at timestamptz,
  is_demo boolean not null default false,
  created_at timestamptz not null,
  primary key (network_id, id),
  unique (network_id, email)
);

create table members (
  network_id uuid not null references networks (id),
  id uuid not null,
  -- Null: a person whom the staff registered and who has no login.
  account_id uuid,
  audience_id uuid not null,
  display_name text not null check (length(display_name) between 1 and 120),
  is_demo boolean not null default false,
  created_at timestamptz not null,
  primary key (network_id, id),
  unique (network_id, account_id),
  foreign key (network_id, account_id) references accounts (network_id, id),
  foreign key (network_id, audience_id) references audiences (network_id, id)
);
create index members_by_name on members using gin (lower(display_name) gin_trgm_ops);

create table role_assignments (
  network_id uuid not null references networks (id),
  id uuid not null,
  account_id uuid not null,
  role text not null check (role in ('host', 'manager', 'administrator')),
  -- A host works for one structure; the other roles are the network's or the platform's.
  structure_id uuid,
  created_at timestamptz not null,
  check ((role = 'host') = (structure_id is not null)),
  primary key (network_id, id),
  unique nulls not distinct (network_id, account_id, role, structure_id),
  foreign key (network_id, account_id) references accounts (network_id, id),
  foreign key (network_id, structure_id) references host_structures (network_id, id)
);

create table sessions (
  network_id uuid not null references networks (id),
  id uuid not null,
  account_id uuid not null,
  -- SHA-256 of the refresh token in force and of the one it replaced.
  refresh_hash text not null,
  previous_refresh_hash text,
  rotated_at timestamptz not null,
  user_agent text not null default '',
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (network_id, id),
  unique (network_id, refresh_hash),
  foreign key (network_id, account_id) references accounts (network_id, id)
);
create index sessions_by_account on sessions (network_id, account_id);
create index sessions_by_previous on sessions (network_id, previous_refresh_hash) where previous_refresh_hash is not null;

create table account_tokens (
  network_id uuid not null references networks (id),
  id uuid not null,
  account_id uuid not null,
  purpose text not null check (purpose in ('reset_password', 'verify_email')),
  token_hash text not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null,
  primary key (network_id, id),
  unique (network_id, token_hash),
  foreign key (network_id, account_id) references accounts (network_id, id)
);

-- Failed attempts by address and by source, for throttling; counted in windows, purged by a job.
create table throttles (
  network_id uuid not null references networks (id),
  bucket text not null,
  window_start timestamptz not null,
  count integer not null,
  primary key (network_id, bucket, window_start)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Bookings
-- ---------------------------------------------------------------------------------------------------------------------

create table bookings (
  network_id uuid not null references networks (id),
  id uuid not null,
  reference text not null check (reference ~ '^[A-Z0-9]{8}$'),
  site_id uuid not null,
  space_id uuid not null,
  resource_id uuid not null,
  member_id uuid not null,
  audience_id uuid not null,
  -- Copied from the audience when the booking is made: the constraint below must see it.
  audience_class text not null,
  -- Staff may be in any space: their bookings are no meeting of publics.
  is_staff_use boolean not null default false,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  -- The booked time plus the resource's buffers.
  occupied tstzrange not null,
  -- The booked time plus the space's handover after it: no other class of audiences in the space meanwhile.
  space_hold tstzrange not null,
  status text not null
    check (status in ('held', 'confirmed', 'checked_in', 'completed', 'cancelled', 'expired', 'no_show')),
  hold_expires_at timestamptz,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  price_minor integer not null check (price_minor >= 0),
  quote jsonb not null,
  -- iCalendar SEQUENCE: grows with every move or cancellation.
  revision integer not null default 0,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  checked_in_at timestamptz,
  cancelled_at timestamptz,
  is_demo boolean not null default false,
  check (starts_at < ends_at),
  -- A booking fits in a local day, of 25 hours at most; buffers and handovers reach 8 hours beyond it at most. Reads rely on it.
  check (ends_at - starts_at <= interval '25 hours'),
  check (tstzrange(starts_at - interval '8 hours', ends_at + interval '8 hours') @> occupied),
  check (tstzrange(starts_at - interval '8 hours', ends_at + interval '8 hours') @> space_hold),
  check ((status = 'held') = (hold_expires_at is not null)),
  check (lower_inc(occupied) and not upper_inc(occupied) and occupied @> tstzrange(starts_at, ends_at)),
  check (lower_inc(space_hold) and not upper_inc(space_hold) and space_hold @> tstzrange(starts_at, ends_at)),
  primary key (network_id, id),
  unique (network_id, reference),
  foreign key (network_id, site_id, space_id, resource_id) references resources (network_id, site_id, space_id, id),
  foreign key (network_id, member_id) references members (network_id, id),
  foreign key (network_id, audience_id) references audiences (network_id, id),
  -- Promise 1: no double booking, ever.
  constraint bookings_no_double_booking exclude using gist
    (network_id with =, resource_id with =, occupied with &&)
    where (status in ('held', 'confirmed', 'checked_in')),
  -- Promise 2: two classes of audiences never meet in one space.
  constraint bookings_no_meeting_of_publics exclude using gist
    (network_id with =, space_id with =, audience_class with <>, space_hold with &&)
    where (status in ('held', 'confirmed', 'checked_in') and not is_staff_use)
);
-- The day of a site. A btree on the start, not a GiST on the range: under row-level security the planner takes only leakproof
-- operators into an index (a range's && is not, an instant's < is), and the checks above bound how far a booking reaches.
create index bookings_by_site_start on bookings (network_id, site_id, starts_at);
create index bookings_by_member on bookings (network_id, member_id, starts_at desc);
create index bookings_by_start on bookings (network_id, starts_at);
create index bookings_held on bookings (network_id, hold_expires_at) where status = 'held';

create table idempotency_keys (
  network_id uuid not null references networks (id),
  -- The account, or a hash of the anonymous source: two callers may use the same key.
  scope text not null,
  key text not null check (length(key) between 1 and 255),
  route text not null,
  request_hash text not null,
  -- Sealed: an answer may hold a session's tokens.
  response_sealed text,
  created_at timestamptz not null,
  primary key (network_id, scope, key)
);
create index idempotency_keys_by_age on idempotency_keys (network_id, created_at);

-- ---------------------------------------------------------------------------------------------------------------------
-- Doors
-- ---------------------------------------------------------------------------------------------------------------------

create table bridges (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  name text not null,
  -- Ed25519, raw 32 bytes, base64url.
  public_key text not null,
  status text not null default 'offline' check (status in ('online', 'offline')),
  boot_id text,
  software_version text,
  clock_trust text check (clock_trust in ('trusted', 'drifting', 'unknown')),
  last_seen_at timestamptz,
  -- What the bridge says that it holds.
  held_epoch integer,
  held_sequence integer,
  -- Highest contiguous sequence committed, per stream.
  events_epoch text,
  events_acked bigint not null default 0,
  readings_epoch text,
  readings_acked bigint not null default 0,
  revoked_at timestamptz,
  created_at timestamptz not null,
  primary key (network_id, id),
  foreign key (network_id, site_id) references sites (network_id, id)
);
create unique index bridges_one_in_service on bridges (network_id, site_id) where revoked_at is null;

create table doors (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  is_entrance boolean not null default false,
  obeys_audience_windows boolean not null default true,
  early_minutes smallint not null default 15 check (early_minutes between 0 and 120),
  pin_max_failures smallint not null default 5 check (pin_max_failures between 0 and 100),
  pin_lockout_minutes smallint not null default 5 check (pin_lockout_minutes between 0 and 1440),
  relock_seconds smallint not null default 5 check (relock_seconds between 1 and 120),
  position smallint not null default 0,
  primary key (network_id, id),
  unique (network_id, site_id, id),
  foreign key (network_id, site_id) references sites (network_id, id)
);

create table door_spaces (
  network_id uuid not null references networks (id),
  site_id uuid not null,
  door_id uuid not null,
  space_id uuid not null,
  primary key (network_id, door_id, space_id),
  foreign key (network_id, site_id, door_id) references doors (network_id, site_id, id),
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id)
);

create table devices (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  door_id uuid,
  space_id uuid,
  name text not null,
  kind text not null check (kind in ('reader', 'lock', 'contact', 'motion', 'counter')),
  -- The dialect it speaks, and its name in that dialect.
  family text not null check (family in ('zigbee2mqtt')),
  address text not null check (length(address) between 1 and 200),
  state jsonb not null default '{}',
  battery_percent smallint check (battery_percent between 0 and 100),
  is_online boolean,
  last_seen_at timestamptz,
  primary key (network_id, id),
  unique (network_id, site_id, family, address),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, site_id, door_id) references doors (network_id, site_id, id),
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id)
);

create table credentials (
  network_id uuid not null references networks (id),
  id uuid not null,
  member_id uuid not null,
  kind text not null check (kind in ('badge', 'pin')),
  label text not null default '',
  -- A PIN belongs to one booking; a badge to its member, at every site of the network, unless a structure limits it.
  booking_id uuid,
  site_id uuid,
  structure_id uuid,
  -- Keyed hash (platform key): finds a badge without knowing it.
  lookup_hash text not null,
  -- AES-256-GCM: the server needs the value for each site's own keyed hash, and shows a PIN to its holder.
  value_sealed text not null,
  -- Staff badges open at any hour the doors of the structure they are limited to.
  is_staff boolean not null default false,
  -- A PIN is unique at its site as long as it can open something.
  active_during tstzrange,
  created_at timestamptz not null,
  revoked_at timestamptz,
  check ((kind = 'pin') = (booking_id is not null)),
  check ((kind = 'pin') = (active_during is not null)),
  check ((kind = 'pin') = (site_id is not null)),
  check (not is_staff or structure_id is not null),
  primary key (network_id, id),
  foreign key (network_id, member_id) references members (network_id, id),
  foreign key (network_id, booking_id) references bookings (network_id, id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, structure_id) references host_structures (network_id, id),
  constraint credentials_pin_unique_at_site exclude using gist
    (network_id with =, site_id with =, lookup_hash with =, active_during with &&)
    where (kind = 'pin' and revoked_at is null)
);
-- A badge has one holder at a time.
create unique index credentials_one_holder on credentials (network_id, lookup_hash) where kind = 'badge' and revoked_at is null;
create index credentials_by_member on credentials (network_id, member_id);
create index credentials_by_booking on credentials (network_id, booking_id) where booking_id is not null;

-- The last grant set sent to a site. The sequence only grows within an epoch.
create table grant_snapshots (
  network_id uuid not null references networks (id),
  site_id uuid not null,
  epoch integer not null,
  sequence integer not null,
  -- SHA-256 of what was compiled, without dates: an unchanged site is not sent again.
  content_hash text not null,
  -- In how many retained messages it was published: a shorter one clears what is left over.
  parts smallint not null check (parts > 0),
  issued_at timestamptz not null,
  valid_until timestamptz not null,
  primary key (network_id, site_id),
  foreign key (network_id, site_id) references sites (network_id, id)
);

create table commands (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  bridge_id uuid not null,
  door_id uuid not null,
  action text not null check (action in ('unlock', 'lock', 'lockdown', 'release', 'normal', 'identify', 'resync')),
  actor_account_id uuid not null,
  booking_id uuid,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  outcome text not null default 'pending'
    check (outcome in ('pending', 'opened', 'done', 'refused', 'device_silent', 'expired')),
  reason text,
  result_at timestamptz,
  primary key (network_id, id),
  foreign key (network_id, bridge_id) references bridges (network_id, id),
  foreign key (network_id, site_id, door_id) references doors (network_id, site_id, id),
  foreign key (network_id, actor_account_id) references accounts (network_id, id),
  foreign key (network_id, booking_id) references bookings (network_id, id)
);

-- Promise 4: idempotent by (bridge, journal epoch, sequence). Badge movements are purged after 90 days by a job.
create table access_events (
  network_id uuid not null references networks (id),
  bridge_id uuid not null,
  journal_epoch text not null,
  sequence bigint not null,
  site_id uuid not null,
  door_id uuid,
  device_id uuid,
  kind text not null,
  is_granted boolean,
  reason text,
  credential_kind text,
  booking_id uuid,
  member_id uuid,
  occurred_at timestamptz not null,
  clock_trust text not null,
  received_at timestamptz not null,
  detail jsonb not null default '{}',
  primary key (network_id, bridge_id, journal_epoch, sequence),
  foreign key (network_id, bridge_id) references bridges (network_id, id),
  foreign key (network_id, site_id) references sites (network_id, id)
);
create index access_events_by_site_time on access_events (network_id, site_id, occurred_at desc);

create table occupancy_readings (
  network_id uuid not null references networks (id),
  bridge_id uuid not null,
  stream_epoch text not null,
  sequence bigint not null,
  site_id uuid not null,
  device_id uuid not null,
  space_id uuid,
  kind text not null check (kind in ('motion', 'contact', 'people', 'battery', 'link_quality')),
  value double precision not null,
  measured_at timestamptz not null,
  primary key (network_id, bridge_id, stream_epoch, sequence),
  foreign key (network_id, bridge_id) references bridges (network_id, id),
  foreign key (network_id, site_id) references sites (network_id, id)
);
create index occupancy_readings_by_site_time on occupancy_readings (network_id, site_id, kind, measured_at);

-- ---------------------------------------------------------------------------------------------------------------------
-- What must happen after a commit
-- ---------------------------------------------------------------------------------------------------------------------

create table outbox (
  network_id uuid not null references networks (id),
  id uuid not null,
  topic text not null check (topic in ('mail', 'grants')),
  payload jsonb not null,
  attempts smallint not null default 0,
  available_at timestamptz not null,
  done_at timestamptz,
  failed_at timestamptz,
  last_error text,
  created_at timestamptz not null,
  primary key (network_id, id)
);
create index outbox_due on outbox (network_id, available_at) where done_at is null and failed_at is null;

-- Mails as sent; the demo's outbox page reads them. Purged after 30 days.
create table mails (
  network_id uuid not null references networks (id),
  id uuid not null,
  recipient text not null,
  subject text not null,
  body_text text not null,
  body_html text not null,
  calendar text,
  sent_at timestamptz,
  created_at timestamptz not null,
  primary key (network_id, id)
);
create index mails_by_age on mails (network_id, created_at desc);

-- ---------------------------------------------------------------------------------------------------------------------
-- Row-level security and privileges
-- ---------------------------------------------------------------------------------------------------------------------

do $$
declare
  t text;
begin
  for t in
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind in ('r', 'p') and c.relname not in ('networks', 'schema_migrations')
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy one_network on %I using (network_id = current_network_id()) with check (network_id = current_network_id())', t);
    execute format('grant select, insert, update, delete on %I to mitoyen_app', t);
  end loop;
end
$$;

-- What happened stays as it was: the application may add events and move their instants after a clock correction, no more.
revoke update, delete on access_events, occupancy_readings from mitoyen_app;
grant update (occurred_at, clock_trust), delete on access_events to mitoyen_app;
grant delete on occupancy_readings to mitoyen_app;

-- The register of networks is readable (a request must find its network); only the owner writes it.
alter table networks enable row level security;
alter table networks force row level security;
create policy directory on networks for select using (true);
create policy register on networks for all to current_user using (true) with check (true);
grant select on networks to mitoyen_app;
-- Readiness compares the migrations applied with the files of the release.
grant select on schema_migrations to mitoyen_app;
grant usage on schema public to mitoyen_app;
