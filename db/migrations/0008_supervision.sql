-- Supervised hours: who must be there, who is there, and what guardians have agreed to.

-- What a network asks of the hours of an audience, and a site of its own.
create table supervision_policies (
  network_id uuid not null references networks (id),
  id uuid not null,
  audience_id uuid not null,
  -- Null: the network's.
  site_id uuid,
  -- What the door does while no referent is there.
  without_referent text not null check (without_referent in ('referent_first', 'anyone', 'not_needed')),
  grace_minutes smallint not null default 10 check (grace_minutes between 0 and 120),
  -- Adults for minors, by age; null: no ratio is kept. The domain's RatioSet.
  ratios jsonb,
  needs_guardian_consent boolean not null default false,
  created_at timestamptz not null,
  primary key (network_id, id),
  unique nulls not distinct (network_id, audience_id, site_id),
  foreign key (network_id, audience_id) references audiences (network_id, id),
  foreign key (network_id, site_id) references sites (network_id, id)
);

-- Who may be the referent at a site.
create table referents (
  network_id uuid not null references networks (id),
  site_id uuid not null,
  member_id uuid not null,
  created_at timestamptz not null,
  primary key (network_id, site_id, member_id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, member_id) references members (network_id, id)
);

-- When a referent is expected.
create table referent_shifts (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  space_id uuid,
  member_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  created_at timestamptz not null,
  check (starts_at < ends_at and ends_at - starts_at <= interval '25 hours'),
  primary key (network_id, id),
  foreign key (network_id, site_id, member_id) references referents (network_id, site_id, member_id) on delete cascade,
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id)
);
create index referent_shifts_by_site on referent_shifts (network_id, site_id, starts_at);

-- When a referent was there, by a badge at a door or checked in on the page.
create table referent_presences (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  member_id uuid not null,
  arrived_at timestamptz not null,
  left_at timestamptz,
  noted_by text not null check (noted_by in ('badge', 'check_in')),
  check (left_at is null or arrived_at <= left_at),
  primary key (network_id, id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, member_id) references members (network_id, id)
);
create unique index referent_presences_one_open on referent_presences (network_id, site_id, member_id) where left_at is null;
create index referent_presences_by_site on referent_presences (network_id, site_id, arrived_at desc);

-- A minor is a member of whom little is known: a first name, a date of birth, and who answers for them.
alter table members
  add column birth_date date check (birth_date between '1900-01-01' and '2200-01-01');

create table guardianships (
  network_id uuid not null references networks (id),
  id uuid not null,
  minor_member_id uuid not null,
  -- A guardian with an account of their own; null: known to the structure only.
  guardian_member_id uuid,
  guardian_name text not null check (length(guardian_name) between 1 and 120),
  -- How to reach them, sealed.
  contact_sealed text,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (network_id, id),
  unique (network_id, minor_member_id, id),
  foreign key (network_id, minor_member_id) references members (network_id, id),
  foreign key (network_id, guardian_member_id) references members (network_id, id)
);
create index guardianships_by_minor on guardianships (network_id, minor_member_id);
create index guardianships_by_guardian on guardianships (network_id, guardian_member_id) where guardian_member_id is not null;

create table guardian_consents (
  network_id uuid not null references networks (id),
  id uuid not null,
  minor_member_id uuid not null,
  guardianship_id uuid not null,
  -- To come and use the place; to leave alone; to be photographed.
  kind text not null check (kind in ('attendance', 'leave_alone', 'image')),
  given_by text not null check (given_by in ('online', 'paper', 'in_person')),
  given_at timestamptz not null,
  -- Who noted it; the guardian's own account when given online.
  recorded_by_account_id uuid not null,
  valid_until date,
  revoked_at timestamptz,
  primary key (network_id, id),
  foreign key (network_id, minor_member_id, guardianship_id) references guardianships (network_id, minor_member_id, id),
  foreign key (network_id, recorded_by_account_id) references accounts (network_id, id)
);
create unique index guardian_consents_one_in_force on guardian_consents (network_id, minor_member_id, kind) where revoked_at is null;

-- Who is in a supervised session: counted against the bounds and the ratio. Without a member: somebody who is only counted.
create table session_attendances (
  network_id uuid not null references networks (id),
  id uuid not null,
  site_id uuid not null,
  space_id uuid not null,
  kind text not null check (kind in ('minor', 'adult', 'supervisor')),
  member_id uuid,
  booking_id uuid,
  -- In whole years, of a minor.
  age smallint check (age between 0 and 17),
  arrived_at timestamptz not null,
  left_at timestamptz,
  recorded_by_account_id uuid not null,
  check ((kind = 'minor') = (age is not null)),
  check (left_at is null or arrived_at <= left_at),
  primary key (network_id, id),
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id),
  foreign key (network_id, member_id) references members (network_id, id),
  foreign key (network_id, booking_id) references bookings (network_id, id),
  foreign key (network_id, recorded_by_account_id) references accounts (network_id, id)
);
create unique index session_attendances_one_open on session_attendances (network_id, site_id, member_id)
  where left_at is null and member_id is not null;
create index session_attendances_by_site on session_attendances (network_id, site_id, arrived_at desc);

do $$
declare
  t text;
begin
  foreach t in array array[
    'supervision_policies', 'referents', 'referent_shifts', 'referent_presences', 'guardianships', 'guardian_consents', 'session_attendances'
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

-- What a guardian agreed to stays written: it can be withdrawn, not rewritten.
revoke update, delete on guardian_consents from mitoyen_app;
grant update (revoked_at) on guardian_consents to mitoyen_app;
