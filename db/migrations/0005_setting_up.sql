-- Setting up places: what is no longer used stays where bookings and movements refer to it, and a place is shown once it is ready.

alter table spaces
  -- No longer offered: out of the plan and of every page but the settings.
  add column archived_at timestamptz;
alter table tariffs
  add column archived_at timestamptz;
alter table doors
  add column archived_at timestamptz;
alter table sites
  -- Found by search. A place that is being set up is not, nor one that has closed down.
  add column is_listed boolean not null default true;

-- What a bridge knows of its doors and devices is sent again after a change, as its grants are.
alter table outbox drop constraint outbox_topic_check;
alter table outbox add constraint outbox_topic_check check (topic in ('mail', 'grants', 'config'));
