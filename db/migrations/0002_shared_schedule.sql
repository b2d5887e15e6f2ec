-- One place, several publics: who may meet whom, the year's hours, who else may use them, and how many people fit.

-- ---------------------------------------------------------------------------------------------------------------------
-- Audiences: what there is to say about a public, and which publics may meet
-- ---------------------------------------------------------------------------------------------------------------------

-- An owner who is no superuser is held by the policies too, and would copy nothing: lifted for this transaction.
alter table audiences no force row level security;
alter table spaces no force row level security;
alter table opening_windows no force row level security;

alter table audiences
  -- In whole years, both included; null is no bound.
  add column min_age smallint check (min_age between 0 and 120),
  add column max_age smallint check (max_age between 0 and 120),
  -- A named referent is there during its hours.
  add column needs_referent boolean not null default false,
  add column needs_guardian_consent boolean not null default false,
  -- Who sees its hours on the public pages, and who sees the names of those who book in them.
  add column hours_visible_to text not null default 'everyone' check (hours_visible_to in ('everyone', 'members', 'staff')),
  add column names_visible_to text not null default 'host' check (names_visible_to in ('host', 'partners')),
  add column archived_at timestamptz,
  add constraint audiences_age_range check (min_age is null or max_age is null or min_age <= max_age);

update audiences set needs_referent = true, needs_guardian_consent = true, max_age = 17 where code = 'youth';

-- What a network says of two audiences; a site may say otherwise for itself, a space for itself.
create table compatibility_rules (
  network_id uuid not null references networks (id),
  id uuid not null,
  -- Both null: the network's rule. Site only: the site's. Both: the space's.
  site_id uuid,
  space_id uuid,
  audience_a_id uuid not null,
  audience_b_id uuid not null,
  relation text not null check (relation in ('together', 'same_site', 'never_same_site')),
  created_at timestamptz not null,
  -- A pair is written once, whichever was named first.
  check (audience_a_id < audience_b_id),
  check (space_id is null or site_id is not null),
  -- Whether two publics are on one site at once is for the site to say.
  check (space_id is null or relation <> 'never_same_site'),
  primary key (network_id, id),
  unique nulls not distinct (network_id, site_id, space_id, audience_a_id, audience_b_id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id),
  foreign key (network_id, audience_a_id) references audiences (network_id, id),
  foreign key (network_id, audience_b_id) references audiences (network_id, id)
);

-- The setting as columns that constraints can compare: the classes of every audience in every space. Derived (domain:
-- deriveClasses, siteClasses) and written whenever the setting, the audiences or the spaces change.
create table space_audiences (
  network_id uuid not null references networks (id),
  site_id uuid not null,
  space_id uuid not null,
  audience_id uuid not null,
  -- One class: together in the space.
  audience_class text not null check (audience_class ~ '^[a-z][a-z0-9_]{0,39}$'),
  -- One axis and different classes: never on the site at once. Empty: minds nobody.
  site_axis text not null default '',
  site_class text not null default '',
  check ((site_axis = '') = (site_class = '')),
  primary key (network_id, space_id, audience_id),
  unique (network_id, space_id, audience_id, audience_class, site_axis, site_class),
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id),
  foreign key (network_id, audience_id) references audiences (network_id, id)
);
create index space_audiences_by_site on space_audiences (network_id, site_id);

insert into space_audiences (network_id, site_id, space_id, audience_id, audience_class)
select s.network_id, s.site_id, s.id, a.id, a.audience_class
from spaces s join audiences a on a.network_id = s.network_id;

-- ---------------------------------------------------------------------------------------------------------------------
-- Places: calendars, bounds, seats
-- ---------------------------------------------------------------------------------------------------------------------

alter table sites drop constraint sites_school_zone_check;
alter table sites
  -- Names of calendars as the release ships them (or an operator adds): FR, FR-alsace_moselle, BE…; null: none is kept.
  add column holiday_calendar text default 'FR' check (length(holiday_calendar) between 1 and 60),
  add column school_calendar text default 'FR' check (length(school_calendar) between 1 and 60),
  add constraint sites_school_zone_check check (length(school_zone) between 1 and 40),
  add column on_public_holidays text not null default 'as_usual' check (on_public_holidays in ('closed', 'as_usual')),
  -- How many people the building may hold at once, over all its spaces (for a French ERP: its effectif); null: not bounded.
  add column building_capacity integer check (building_capacity between 1 and 100000),
  -- Grows with every change of hours: names a state of the schedule, for caches and for hosts who edit at once.
  add column schedule_revision integer not null default 0;
-- Places that are there keep their ways; a new one is closed unless its host says otherwise.
alter table sites alter column on_public_holidays set default 'closed';

alter table resources drop constraint resources_kind_check;
alter table resources
  -- `seats`: `capacity` people at once without a desk of their own.
  add constraint resources_kind_check check (kind in ('desk', 'room', 'video', 'seats')),
  add column is_shared boolean not null generated always as (kind = 'seats') stored,
  add constraint resources_shared_key unique (network_id, id, is_shared);

-- Calendars as one place keeps them.
create table school_overrides (
  network_id uuid not null references networks (id),
  site_id uuid not null,
  year text not null check (year ~ '^[0-9]{4}-[0-9]{4}$'),
  name text not null check (length(name) between 1 and 120),
  first_day date not null,
  last_day date,
  decided_by text not null check (decided_by in ('recteur', 'local')),
  check (last_day is null or first_day <= last_day),
  primary key (network_id, site_id, year, name),
  foreign key (network_id, site_id) references sites (network_id, id)
);

create table holiday_overrides (
  network_id uuid not null references networks (id),
  site_id uuid not null,
  date date not null,
  -- Null: the public holiday of the date is not kept here.
  name text check (length(name) between 1 and 120),
  primary key (network_id, site_id, date),
  foreign key (network_id, site_id) references sites (network_id, id)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Hours
-- ---------------------------------------------------------------------------------------------------------------------

create table schedule_templates (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  name text not null check (length(name) between 1 and 120),
  -- The domain's Period.
  period jsonb not null,
  -- False: only the spaces in schedule_template_spaces.
  is_whole_site boolean not null default true,
  valid_from date,
  valid_until date,
  position integer not null default 0,
  -- Why it is there: written by a host, or tried on a suggestion, whose figures are kept.
  origin text not null default 'host' check (origin in ('host', 'suggestion')),
  evidence jsonb,
  created_at timestamptz not null,
  check (valid_from is null or valid_until is null or valid_from < valid_until),
  primary key (network_id, id),
  unique (network_id, site_id, id),
  foreign key (network_id, site_id) references sites (network_id, id)
);
create index schedule_templates_by_site on schedule_templates (network_id, site_id);

create table schedule_template_spaces (
  network_id uuid not null references networks (id),
  site_id uuid not null,
  template_id uuid not null,
  space_id uuid not null,
  primary key (network_id, template_id, space_id),
  foreign key (network_id, site_id, template_id) references schedule_templates (network_id, site_id, id) on delete cascade,
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id)
);

create table template_windows (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  template_id uuid not null,
  -- Null: every space that the template speaks for.
  space_id uuid,
  audience_id uuid not null,
  -- ISO 8601, 1 is Monday; null: every day of the period.
  weekday smallint check (weekday between 1 and 7),
  -- Local wall time, minutes after midnight; 1440 is the end of the day.
  starts_at_minute smallint not null check (starts_at_minute between 0 and 1439),
  ends_at_minute smallint not null check (ends_at_minute between 1 and 1440),
  position integer not null default 0,
  check (starts_at_minute < ends_at_minute),
  primary key (network_id, id),
  unique (network_id, site_id, id),
  foreign key (network_id, site_id, template_id) references schedule_templates (network_id, site_id, id) on delete cascade,
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id),
  foreign key (network_id, audience_id) references audiences (network_id, id)
);
create index template_windows_by_site on template_windows (network_id, site_id);

create table schedule_exceptions (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  date date not null,
  change text not null check (change in ('replace', 'add', 'remove')),
  is_whole_site boolean not null default true,
  reason text check (length(reason) <= 500),
  -- Of `remove`: the range of wall time, and whose hours (null: everybody's).
  starts_at_minute smallint check (starts_at_minute between 0 and 1439),
  ends_at_minute smallint check (ends_at_minute between 1 and 1440),
  audience_id uuid,
  position integer not null default 0,
  created_at timestamptz not null,
  check ((change = 'remove') = (starts_at_minute is not null and ends_at_minute is not null)),
  check (starts_at_minute is null or starts_at_minute < ends_at_minute),
  check (change = 'remove' or audience_id is null),
  primary key (network_id, id),
  unique (network_id, site_id, id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, audience_id) references audiences (network_id, id)
);
create index schedule_exceptions_by_site on schedule_exceptions (network_id, site_id, date);

create table schedule_exception_spaces (
  network_id uuid not null references networks (id),
  site_id uuid not null,
  exception_id uuid not null,
  space_id uuid not null,
  primary key (network_id, exception_id, space_id),
  foreign key (network_id, site_id, exception_id) references schedule_exceptions (network_id, site_id, id) on delete cascade,
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id)
);

create table exception_windows (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  exception_id uuid not null,
  space_id uuid,
  audience_id uuid not null,
  starts_at_minute smallint not null check (starts_at_minute between 0 and 1439),
  ends_at_minute smallint not null check (ends_at_minute between 1 and 1440),
  position integer not null default 0,
  check (starts_at_minute < ends_at_minute),
  primary key (network_id, id),
  foreign key (network_id, site_id, exception_id) references schedule_exceptions (network_id, site_id, id) on delete cascade,
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id),
  foreign key (network_id, audience_id) references audiences (network_id, id)
);
create index exception_windows_by_site on exception_windows (network_id, site_id);

alter table closures
  -- Who is told: nobody, those whose bookings it meets, or every member who books here.
  add column told text not null default 'booked' check (told in ('nobody', 'booked', 'members'));

-- The weekly hours become a template that always holds; the validity of a row, which a template has as a whole, makes templates of
-- its own. Ids of windows stay.
insert into schedule_templates (network_id, id, site_id, name, period, valid_from, valid_until, position, created_at)
select network_id, gen_random_uuid(), site_id, 'Horaires', '{"kind":"always"}', valid_from, valid_until,
  row_number() over (partition by network_id, site_id order by valid_from desc nulls last, valid_until nulls last) - 1, now()
from (select distinct network_id, site_id, valid_from, valid_until from opening_windows) as validities;

insert into template_windows (network_id, id, site_id, template_id, space_id, audience_id, weekday, starts_at_minute, ends_at_minute, position)
select w.network_id, w.id, w.site_id, t.id, w.space_id, w.audience_id, w.weekday, w.starts_at_minute, w.ends_at_minute,
  row_number() over (partition by w.network_id, w.site_id order by w.weekday, w.starts_at_minute, w.id) - 1
from opening_windows w
join schedule_templates t on t.network_id = w.network_id and t.site_id = w.site_id
  and t.valid_from is not distinct from w.valid_from and t.valid_until is not distinct from w.valid_until;

drop table opening_windows;

alter table audiences force row level security;
alter table spaces force row level security;

-- What was changed, by whom, and what it was before: the record that undoing reads.
create table schedule_changes (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  account_id uuid,
  -- The revision that it made.
  revision integer not null,
  change jsonb not null,
  -- The change that undoes it.
  inverse jsonb not null,
  -- Bookings touched and what became of them, members told, money to give back.
  outcome jsonb not null,
  applied_at timestamptz not null,
  primary key (network_id, id),
  unique (network_id, site_id, revision),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, account_id) references accounts (network_id, id)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Hours that others may use
-- ---------------------------------------------------------------------------------------------------------------------

create table release_rules (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  released_to_audience_id uuid not null,
  hours_before integer not null check (hours_before between 0 and 8784),
  tariff_id uuid,
  created_at timestamptz not null,
  primary key (network_id, id),
  unique (network_id, site_id, id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, released_to_audience_id) references audiences (network_id, id),
  foreign key (network_id, tariff_id) references tariffs (network_id, id)
);

create table release_rule_windows (
  network_id uuid not null references networks (id),
  site_id uuid not null,
  rule_id uuid not null,
  window_id uuid not null,
  -- One rule speaks of a window.
  primary key (network_id, window_id),
  foreign key (network_id, site_id, rule_id) references release_rules (network_id, site_id, id) on delete cascade,
  foreign key (network_id, site_id, window_id) references template_windows (network_id, site_id, id) on delete cascade
);

create table window_shares (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  -- The partner, which books for its own public.
  structure_id uuid not null,
  tariff_id uuid,
  created_at timestamptz not null,
  primary key (network_id, id),
  unique (network_id, site_id, id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, structure_id) references host_structures (network_id, id),
  foreign key (network_id, tariff_id) references tariffs (network_id, id)
);

create table window_share_windows (
  network_id uuid not null references networks (id),
  site_id uuid not null,
  share_id uuid not null,
  window_id uuid not null,
  primary key (network_id, share_id, window_id),
  foreign key (network_id, site_id, share_id) references window_shares (network_id, site_id, id) on delete cascade,
  foreign key (network_id, site_id, window_id) references template_windows (network_id, site_id, id) on delete cascade
);

create table standing_agreements (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  host_structure_id uuid not null,
  partner_structure_id uuid not null,
  name text not null check (length(name) between 1 and 120),
  period jsonb not null,
  holds_on_public_holidays boolean not null default false,
  is_exclusive boolean not null default true,
  price_kind text not null check (price_kind in ('free', 'tariff', 'flat')),
  tariff_id uuid,
  flat_per text check (flat_per in ('month', 'year')),
  flat_minor integer check (flat_minor >= 0),
  flat_currency text check (flat_currency ~ '^[A-Z]{3}$'),
  terms text not null default '' check (length(terms) <= 4000),
  valid_from date not null,
  valid_until date,
  -- It holds once the partner has accepted it.
  status text not null default 'proposed' check (status in ('proposed', 'accepted', 'declined', 'ended')),
  position integer not null default 0,
  created_at timestamptz not null,
  answered_at timestamptz,
  check (host_structure_id <> partner_structure_id),
  check ((price_kind = 'tariff') = (tariff_id is not null)),
  check ((price_kind = 'flat') = (flat_per is not null and flat_minor is not null and flat_currency is not null)),
  check (valid_until is null or valid_from < valid_until),
  primary key (network_id, id),
  unique (network_id, site_id, id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, host_structure_id) references host_structures (network_id, id),
  foreign key (network_id, partner_structure_id) references host_structures (network_id, id),
  foreign key (network_id, tariff_id) references tariffs (network_id, id)
);
create index standing_agreements_by_site on standing_agreements (network_id, site_id);
create index standing_agreements_by_partner on standing_agreements (network_id, partner_structure_id);

create table agreement_spaces (
  network_id uuid not null references networks (id),
  site_id uuid not null,
  agreement_id uuid not null,
  space_id uuid not null,
  primary key (network_id, agreement_id, space_id),
  foreign key (network_id, site_id, agreement_id) references standing_agreements (network_id, site_id, id) on delete cascade,
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id)
);

create table agreement_windows (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  agreement_id uuid not null,
  space_id uuid,
  audience_id uuid not null,
  weekday smallint check (weekday between 1 and 7),
  starts_at_minute smallint not null check (starts_at_minute between 0 and 1439),
  ends_at_minute smallint not null check (ends_at_minute between 1 and 1440),
  position integer not null default 0,
  check (starts_at_minute < ends_at_minute),
  primary key (network_id, id),
  foreign key (network_id, site_id, agreement_id) references standing_agreements (network_id, site_id, id) on delete cascade,
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id),
  foreign key (network_id, audience_id) references audiences (network_id, id)
);
create index agreement_windows_by_site on agreement_windows (network_id, site_id);

-- The structure whose public a member is; null: nobody's in particular. Hours agreed with a partner are for its own public.
alter table members
  add column home_structure_id uuid,
  add constraint members_home_structure foreign key (network_id, home_structure_id) references host_structures (network_id, id);
create index members_by_home on members (network_id, home_structure_id) where home_structure_id is not null;

-- ---------------------------------------------------------------------------------------------------------------------
-- Bookings
-- ---------------------------------------------------------------------------------------------------------------------

alter table bookings
  -- Copied from space_audiences, and following it: the constraints compare them.
  add column site_axis text not null default '',
  add column site_class text not null default '',
  -- How many people come.
  add column seats smallint not null default 1 check (seats between 1 and 5000),
  -- A shared resource is booked by seats, not by whoever comes first.
  add column is_shared boolean not null default false,
  -- Booked by a partner structure for its public, or in hours agreed with it.
  add column partner_structure_id uuid,
  -- Hours were changed after it was made and its host let it be.
  add column kept_outside_hours boolean not null default false,
  -- What the hours were that it was made in: the tariff of a released, shared or agreed window (null: the resource's own).
  add column agreement_id uuid,
  add constraint bookings_partner foreign key (network_id, partner_structure_id) references host_structures (network_id, id),
  add constraint bookings_agreement foreign key (network_id, agreement_id) references standing_agreements (network_id, id),
  add constraint bookings_of_shared_resource foreign key (network_id, resource_id, is_shared)
    references resources (network_id, id, is_shared) on update cascade,
  -- A class is never stale: whoever changes the setting waits for bookings under way, and they for it.
  add constraint bookings_classes foreign key (network_id, space_id, audience_id, audience_class, site_axis, site_class)
    references space_audiences (network_id, space_id, audience_id, audience_class, site_axis, site_class) on update cascade,
  -- Two publics that are never on one site at once.
  add constraint bookings_never_on_one_site exclude using gist
    (network_id with =, site_id with =, site_axis with =, site_class with <>, space_hold with &&)
    where (status in ('held', 'confirmed', 'checked_in') and not is_staff_use and site_axis <> '')
    deferrable initially immediate;
create index bookings_by_audience on bookings (network_id, space_id, audience_id);

alter table bookings drop constraint bookings_no_double_booking, drop constraint bookings_no_meeting_of_publics;
alter table bookings
  -- Deferrable: when the setting changes, bookings change class one audience after the other, and only the end counts.
  add constraint bookings_no_meeting_of_publics exclude using gist
    (network_id with =, space_id with =, audience_class with <>, space_hold with &&)
    where (status in ('held', 'confirmed', 'checked_in') and not is_staff_use)
    deferrable initially immediate,
  add constraint bookings_no_double_booking exclude using gist
    (network_id with =, resource_id with =, occupied with &&)
    where (status in ('held', 'confirmed', 'checked_in') and not is_shared);

-- How many people fit: seats of a shared resource, and the building as a whole. Counted at every beginning within the booking's time,
-- where the number of people can only grow. The lock makes bookings of one site follow each other; it is taken only where there is
-- something to count, and the count is a new statement, which under read committed sees everything committed before it.
create function bookings_within_capacity() returns trigger
  language plpgsql
  as $$
declare
  building integer;
  resource_seats integer;
  most integer;
begin
  select building_capacity into building from sites where network_id = new.network_id and id = new.site_id;
  if building is null and not new.is_shared then
    return null;
  end if;
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'bookings are counted under read committed only';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('capacity ' || new.site_id::text, 0));

  if new.is_shared then
    -- Two occupied ranges meet while their starts are 41 hours apart: 25 hours, and 8 hours of margin on each side.
    select capacity into resource_seats from resources where network_id = new.network_id and id = new.resource_id;
    select max(people) into most from (
      select sum(other.seats) as people
      from bookings start_of
      join bookings other on other.network_id = new.network_id and other.resource_id = new.resource_id
        and other.site_id = new.site_id and other.status in ('held', 'confirmed', 'checked_in')
        and other.starts_at > new.starts_at - interval '41 hours' and other.starts_at < new.ends_at + interval '16 hours'
        and lower(other.occupied) <= greatest(lower(start_of.occupied), lower(new.occupied))
        and upper(other.occupied) > greatest(lower(start_of.occupied), lower(new.occupied))
      where start_of.network_id = new.network_id and start_of.resource_id = new.resource_id
        and start_of.site_id = new.site_id and start_of.status in ('held', 'confirmed', 'checked_in')
        and start_of.starts_at > new.starts_at - interval '41 hours' and start_of.starts_at < new.ends_at + interval '16 hours'
        and lower(start_of.occupied) < upper(new.occupied) and upper(start_of.occupied) > lower(new.occupied)
      group by greatest(lower(start_of.occupied), lower(new.occupied)), start_of.id
    ) as at_starts;
    if most > resource_seats then
      raise exception using errcode = 'check_violation', constraint = 'bookings_within_seats', table = 'bookings',
        message = 'more people than seats';
    end if;
  end if;

  if building is not null then
    select max(people) into most from (
      select sum(other.seats) as people
      from bookings start_of
      join bookings other on other.network_id = new.network_id and other.site_id = new.site_id
        and other.status in ('held', 'confirmed', 'checked_in')
        and other.starts_at > new.starts_at - interval '25 hours' and other.starts_at < new.ends_at
        and other.starts_at <= greatest(start_of.starts_at, new.starts_at)
        and other.ends_at > greatest(start_of.starts_at, new.starts_at)
      where start_of.network_id = new.network_id and start_of.site_id = new.site_id
        and start_of.status in ('held', 'confirmed', 'checked_in')
        and start_of.starts_at > new.starts_at - interval '25 hours' and start_of.starts_at < new.ends_at
        and start_of.ends_at > new.starts_at
      group by greatest(start_of.starts_at, new.starts_at), start_of.id
    ) as at_starts;
    if most > building then
      raise exception using errcode = 'check_violation', constraint = 'bookings_within_building', table = 'bookings',
        message = 'more people than the building may hold';
    end if;
  end if;
  return null;
end
$$;

create trigger bookings_within_capacity_on_insert after insert on bookings
  for each row when (new.status in ('held', 'confirmed', 'checked_in'))
  execute function bookings_within_capacity();
create trigger bookings_within_capacity_on_update
  after update of status, starts_at, ends_at, occupied, seats, site_id, resource_id, is_shared on bookings
  for each row when (
    new.status in ('held', 'confirmed', 'checked_in') and (
      old.status not in ('held', 'confirmed', 'checked_in')
      or (old.starts_at, old.ends_at, old.occupied, old.seats, old.site_id, old.resource_id, old.is_shared)
        is distinct from (new.starts_at, new.ends_at, new.occupied, new.seats, new.site_id, new.resource_id, new.is_shared)))
  execute function bookings_within_capacity();

-- Whatever changes the hours of a site makes a new revision of them, whoever writes it: what is kept of a schedule is good for one
-- revision, and nobody decides by hours that have changed.
create function schedule_changed() returns trigger
  language plpgsql
  as $$
begin
  if tg_op = 'DELETE' then
    update sites set schedule_revision = schedule_revision + 1
    where (network_id, id) in (select network_id, site_id from gone);
  elsif tg_op = 'INSERT' then
    update sites set schedule_revision = schedule_revision + 1
    where (network_id, id) in (select network_id, site_id from come);
  else
    update sites set schedule_revision = schedule_revision + 1
    where (network_id, id) in (select network_id, site_id from gone union select network_id, site_id from come);
  end if;
  return null;
end
$$;

do $$
declare
  t text;
begin
  foreach t in array array[
    'spaces', 'space_audiences', 'closures', 'school_overrides', 'holiday_overrides', 'schedule_templates', 'schedule_template_spaces',
    'template_windows', 'schedule_exceptions', 'schedule_exception_spaces', 'exception_windows', 'release_rules', 'release_rule_windows',
    'window_shares', 'window_share_windows', 'standing_agreements', 'agreement_spaces', 'agreement_windows'
  ]
  loop
    execute format('create trigger schedule_changed_by_insert after insert on %I referencing new table as come
      for each statement execute function schedule_changed()', t);
    execute format('create trigger schedule_changed_by_update after update on %I referencing old table as gone new table as come
      for each statement execute function schedule_changed()', t);
    execute format('create trigger schedule_changed_by_delete after delete on %I referencing old table as gone
      for each statement execute function schedule_changed()', t);
  end loop;
end
$$;

create function site_schedule_changed() returns trigger
  language plpgsql
  as $$
begin
  new.schedule_revision := greatest(new.schedule_revision, old.schedule_revision + 1);
  return new;
end
$$;
create trigger site_schedule_changed before update on sites
  for each row when (
    (old.time_zone, old.school_zone, old.school_calendar, old.holiday_calendar, old.on_public_holidays, old.building_capacity)
    is distinct from
    (new.time_zone, new.school_zone, new.school_calendar, new.holiday_calendar, new.on_public_holidays, new.building_capacity))
  execute function site_schedule_changed();

-- Money to give back because of what the place decided; how it is given back is for accounting.
create table refunds_due (
  network_id uuid not null references networks (id),
  id uuid not null,
  booking_id uuid not null,
  amount_minor integer not null check (amount_minor > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  cause text not null check (cause in ('schedule_change', 'closure')),
  schedule_change_id uuid,
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (network_id, id),
  unique (network_id, booking_id),
  foreign key (network_id, booking_id) references bookings (network_id, id),
  foreign key (network_id, schedule_change_id) references schedule_changes (network_id, id)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Row-level security and privileges of the new tables
-- ---------------------------------------------------------------------------------------------------------------------

do $$
declare
  t text;
begin
  foreach t in array array[
    'compatibility_rules', 'space_audiences', 'school_overrides', 'holiday_overrides', 'schedule_templates', 'schedule_template_spaces',
    'template_windows', 'schedule_exceptions', 'schedule_exception_spaces', 'exception_windows', 'schedule_changes', 'release_rules',
    'release_rule_windows', 'window_shares', 'window_share_windows', 'standing_agreements', 'agreement_spaces', 'agreement_windows',
    'refunds_due'
  ]
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy one_network on %I using (network_id = current_network_id()) with check (network_id = current_network_id())', t);
    execute format('grant select, insert, update, delete on %I to mitoyen_app', t);
  end loop;
end
$$;

-- What was decided stays as it was.
revoke update, delete on schedule_changes from mitoyen_app;
