-- Calendars that other programs fetch by themselves: the address holds a secret, of which only the hash is kept.

create table calendar_feeds (
  network_id uuid not null references networks (id),
  id uuid not null,
  account_id uuid not null,
  name text not null check (length(name) between 1 and 120),
  -- One of: a structure (all its sites), a site, a space of a site; of one audience, or of all.
  structure_id uuid not null,
  site_id uuid,
  space_id uuid,
  audience_id uuid,
  -- With the bookings of these hours; names of members only for the host's own staff.
  with_bookings boolean not null default false,
  token_hash text not null,
  created_at timestamptz not null,
  last_fetched_at timestamptz,
  revoked_at timestamptz,
  check (space_id is null or site_id is not null),
  primary key (network_id, id),
  unique (network_id, token_hash),
  foreign key (network_id, account_id) references accounts (network_id, id),
  foreign key (network_id, structure_id) references host_structures (network_id, id),
  foreign key (network_id, site_id) references sites (network_id, id),
  foreign key (network_id, site_id, space_id) references spaces (network_id, site_id, id),
  foreign key (network_id, audience_id) references audiences (network_id, id)
);
create index calendar_feeds_by_structure on calendar_feeds (network_id, structure_id);

alter table calendar_feeds enable row level security;
alter table calendar_feeds force row level security;
create policy one_network on calendar_feeds
  using (network_id = current_network_id()) with check (network_id = current_network_id());
grant select, insert, update, delete on calendar_feeds to mitoyen_app;
