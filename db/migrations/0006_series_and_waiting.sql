-- Bookings that come back, people who wait for a time, and times that nobody came for.

-- ---------------------------------------------------------------------------------------------------------------------
-- Recurring bookings
-- ---------------------------------------------------------------------------------------------------------------------

-- A rule and what it was asked for. Its occurrences are plain bookings: every constraint on bookings holds for each, and none for a rule.
create table booking_series (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  space_id uuid not null,
  resource_id uuid not null,
  member_id uuid not null,
  audience_id uuid not null,
  seats smallint not null default 1 check (seats between 1 and 5000),
  -- RFC 5545 RRULE without its name, in local wall time: FREQ=WEEKLY;BYDAY=TU;COUNT=30. A day of a clock change keeps its hours.
  rrule text not null check (length(rrule) between 1 and 500),
  starts_on date not null,
  starts_at_minute smallint not null check (starts_at_minute between 0 and 1439),
  duration_minutes smallint not null check (duration_minutes between 1 and 1500),
  time_zone text not null check (length(time_zone) between 1 and 60),
  -- Dates of the rule that were never booked, or were given back.
  exdates date[] not null default '{}',
  -- The series that this one went on with from its first date (an edit of `this and following`).
  continues_id uuid,
  -- Who made it: the member, or staff for them.
  created_by uuid,
  -- iCalendar SEQUENCE: grows with every change.
  revision integer not null default 0,
  created_at timestamptz not null,
  cancelled_at timestamptz,
  is_demo boolean not null default false,
  check (starts_at_minute + duration_minutes <= 1440),
  primary key (network_id, id),
  foreign key (network_id, site_id, space_id, resource_id) references resources (network_id, site_id, space_id, id),
  foreign key (network_id, member_id) references members (network_id, id),
  foreign key (network_id, audience_id) references audiences (network_id, id),
  foreign key (network_id, continues_id) references booking_series (network_id, id),
  foreign key (network_id, created_by) references accounts (network_id, id)
);
create index booking_series_by_member on booking_series (network_id, member_id);

alter table bookings
  add column series_id uuid,
  -- The date that the rule gave, which an occurrence keeps when it is moved (iCalendar's RECURRENCE-ID).
  add column series_date date,
  add constraint bookings_series foreign key (network_id, series_id) references booking_series (network_id, id),
  add constraint bookings_series_date check ((series_id is null) = (series_date is null));
create unique index bookings_one_per_series_date on bookings (network_id, series_id, series_date) where series_id is not null;

-- ---------------------------------------------------------------------------------------------------------------------
-- Waiting
-- ---------------------------------------------------------------------------------------------------------------------

-- Somebody who would take a time if it became free: of one resource, or of any of a kind at the site.
create table waitlist_entries (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  resource_id uuid,
  kind text check (kind in ('desk', 'room', 'video', 'seats')),
  member_id uuid not null,
  audience_id uuid not null,
  seats smallint not null default 1 check (seats between 1 and 5000),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  -- offered: a booking is held for it. missed: the offer ran out. declined: it was given back. passed: the time came, and nothing was free.
  status text not null default 'waiting'
    check (status in ('waiting', 'offered', 'booked', 'missed', 'declined', 'withdrawn', 'passed')),
  -- When it was last compared with what is free.
  looked_at timestamptz,
  created_at timestamptz not null,
  check (starts_at < ends_at),
  check ((resource_id is null) <> (kind is null)),
  primary key (network_id, id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, resource_id) references resources (network_id, id),
  foreign key (network_id, member_id) references members (network_id, id),
  foreign key (network_id, audience_id) references audiences (network_id, id)
);
create index waitlist_waiting on waitlist_entries (network_id, site_id, starts_at) where status = 'waiting';
create index waitlist_by_member on waitlist_entries (network_id, member_id, starts_at desc);
-- Asking twice is waiting once.
create unique index waitlist_one_wait on waitlist_entries (network_id, member_id, site_id, resource_id, kind, starts_at, ends_at)
  nulls not distinct where status in ('waiting', 'offered');

alter table bookings
  -- Held for somebody who waited: an offer.
  add column waitlist_entry_id uuid,
  -- Nobody came within the grace time, and the rest was given to others.
  add column released_at timestamptz,
  add constraint bookings_waitlist foreign key (network_id, waitlist_entry_id) references waitlist_entries (network_id, id),
  add constraint bookings_released check (released_at is null or status in ('no_show', 'completed'));
create index bookings_offered on bookings (network_id, waitlist_entry_id) where waitlist_entry_id is not null;

-- Time that was given back, or hours that changed: a job compares it with who waits, once. Written whether or not somebody waits: one who
-- joins while it is being given back would otherwise be seen by neither.
create table freed_times (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  -- Null: any time of the site.
  starts_at timestamptz,
  ends_at timestamptz,
  primary key (network_id, id),
  foreign key (network_id, site_id) references sites (network_id, id)
);
create index freed_times_by_site on freed_times (network_id, site_id);

create function booking_freed_time() returns trigger
  language plpgsql
  as $$
begin
  insert into freed_times (network_id, id, site_id, starts_at, ends_at)
  values (old.network_id, gen_random_uuid(), old.site_id,
    least(lower(old.occupied), lower(old.space_hold)), greatest(upper(old.occupied), upper(old.space_hold)));
  return null;
end
$$;
create trigger booking_freed_time after update of status, occupied, space_hold, seats, resource_id, site_id on bookings
  for each row when (
    old.status in ('held', 'confirmed', 'checked_in') and (
      new.status not in ('held', 'confirmed', 'checked_in')
      or (old.occupied, old.space_hold, old.seats, old.resource_id, old.site_id)
        is distinct from (new.occupied, new.space_hold, new.seats, new.resource_id, new.site_id)))
  execute function booking_freed_time();

-- An offer that is answered, in whatever way, closes its entry.
create function booking_answers_waiting() returns trigger
  language plpgsql
  as $$
begin
  update waitlist_entries set status = case new.status when 'cancelled' then 'declined' when 'expired' then 'missed' else 'booked' end
  where network_id = new.network_id and id = new.waitlist_entry_id and status = 'offered';
  return null;
end
$$;
create trigger booking_answers_waiting after update of status on bookings
  for each row when (new.waitlist_entry_id is not null and old.status = 'held' and new.status <> 'held')
  execute function booking_answers_waiting();

create function site_freed_time() returns trigger
  language plpgsql
  as $$
begin
  insert into freed_times (network_id, id, site_id) values (new.network_id, gen_random_uuid(), new.id);
  return null;
end
$$;
create trigger site_freed_time after update on sites
  for each row when (old.schedule_revision is distinct from new.schedule_revision)
  execute function site_freed_time();

create function resource_freed_time() returns trigger
  language plpgsql
  as $$
begin
  insert into freed_times (network_id, id, site_id) values (new.network_id, gen_random_uuid(), new.site_id);
  return null;
end
$$;
create trigger resource_freed_time after update on resources
  for each row when ((old.capacity, old.is_active) is distinct from (new.capacity, new.is_active))
  execute function resource_freed_time();

-- ---------------------------------------------------------------------------------------------------------------------
-- Nobody came
-- ---------------------------------------------------------------------------------------------------------------------

alter table resources
  -- Check-in is expected: who has not come so many minutes after the start gives the rest of the time to others. Null: never.
  add column release_after_minutes smallint check (release_after_minutes between 5 and 240);
alter table bridges
  -- Since when it has been heard without a gap: what a silent door says is worth that much. Null: it is not heard.
  add column online_since timestamptz;

-- ---------------------------------------------------------------------------------------------------------------------
-- Row-level security and privileges of the new tables
-- ---------------------------------------------------------------------------------------------------------------------

do $$
declare
  t text;
begin
  foreach t in array array['booking_series', 'waitlist_entries', 'freed_times']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy one_network on %I using (network_id = current_network_id()) with check (network_id = current_network_id())', t);
    execute format('grant select, insert, update, delete on %I to mitoyen_app', t);
  end loop;
end
$$;
