-- Hours that structures lend each other: how an agreement is answered and ends, and a partner's group that comes as one.

alter table standing_agreements
  drop constraint standing_agreements_status_check,
  -- withdrawn: taken back before it was answered, or called off before its first day.
  add constraint standing_agreements_status_check
    check (status in ('proposed', 'accepted', 'declined', 'ended', 'withdrawn')),
  -- What becomes of bookings that lose their hours when it is accepted: the host says so when proposing, since they are in its rooms.
  add column in_the_way text not null default 'keep' check (in_the_way in ('keep', 'cancel')),
  -- Grows with every change of what is proposed: nobody accepts what they have not read.
  add column revision integer not null default 0,
  add column proposed_by uuid,
  add column answered_by uuid,
  add column ended_at timestamptz,
  add column ended_by_structure_id uuid,
  add constraint standing_agreements_proposed_by foreign key (network_id, proposed_by) references accounts (network_id, id),
  add constraint standing_agreements_answered_by foreign key (network_id, answered_by) references accounts (network_id, id),
  add constraint standing_agreements_ended_by foreign key (network_id, ended_by_structure_id) references host_structures (network_id, id),
  add constraint standing_agreements_end check ((status = 'ended') = (ended_at is not null)),
  add constraint standing_agreements_ended_from check (status <> 'ended' or valid_until is not null);

-- A structure's group is a member without a login: it is booked for, and shown under the structure's name.
alter table members
  add column kind text not null default 'person' check (kind in ('person', 'group')),
  add constraint members_group_of_structure check (kind = 'person' or (home_structure_id is not null and account_id is null));
create unique index members_one_group on members (network_id, home_structure_id, audience_id) where kind = 'group';

-- What a partner books in a site's rooms, and in all of them.
create index bookings_by_partner on bookings (network_id, partner_structure_id, starts_at) where partner_structure_id is not null;
create index window_shares_by_partner on window_shares (network_id, structure_id);
