#!/bin/sh
# Run once, by the PostgreSQL image, when the data folder is empty: the two roles and the database. The owner runs the
# migrations and is no superuser; the application's role owns nothing, so that row-level security holds for it.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres --dbname postgres \
  -v owner_password="$MITOYEN_OWNER_PASSWORD" -v app_password="$MITOYEN_APP_PASSWORD" <<'SQL'
create role mitoyen_owner login nosuperuser nocreatedb nocreaterole password :'owner_password';
create role mitoyen_app login nosuperuser nocreatedb nocreaterole password :'app_password';
create database mitoyen owner mitoyen_owner encoding 'UTF8' template template0;
revoke all on database mitoyen from public;
grant connect on database mitoyen to mitoyen_app;
SQL
