-- What reaches outside (a mail server, the broker) happens between two short transactions, never within one.

-- The position is committed before it is published. Until the broker has acknowledged all of it this says how long the server that
-- publishes is left alone with it; afterwards it is null. In the past: nobody is at it, and the broker may lack it.
alter table grant_snapshots add column publishing_until timestamptz;

comment on column grant_snapshots.parts is 'In how many retained messages it was published, or more while it is being published.';
comment on column outbox.available_at is 'When it is due; for work that a server has taken, when another may take it over.';
comment on column outbox.attempts is 'How often it was taken, the present time included.';
