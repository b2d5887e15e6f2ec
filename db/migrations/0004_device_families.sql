-- Hardware of other makes than Zigbee2MQTT, what it can serve as, and what it measures.

-- The makes are the bridge's to know: one more of them is no migration. A bridge that does not know one says so.
alter table devices drop constraint devices_family_check;
alter table devices add constraint devices_family_check check (family ~ '^[a-z][a-z0-9_]{0,39}$');

alter table devices drop constraint devices_kind_check;
alter table devices add constraint devices_kind_check
  check (kind in ('reader', 'lock', 'contact', 'motion', 'counter', 'relay', 'sensor'));

-- Settings of the make: docs/devices.md. Sent to the bridge, which checks them and reports what is wrong.
alter table devices add column config jsonb not null default '{}'
  check (jsonb_typeof(config) = 'object' and pg_column_size(config) <= 16384);

-- One piece of hardware may be a door's lock and its contact, or its reader and its lock.
alter table devices drop constraint devices_network_id_site_id_family_address_key;
alter table devices add constraint devices_one_per_address_and_kind unique (network_id, site_id, family, address, kind);

alter table occupancy_readings drop constraint occupancy_readings_kind_check;
alter table occupancy_readings add constraint occupancy_readings_kind_check
  check (kind in ('motion', 'contact', 'people', 'battery', 'link_quality',
                  'relay', 'illuminance', 'co2', 'temperature', 'humidity'));
