#!/bin/sh
# sh deploy/make-secrets.sh https://mitoyen.example.org [broker host, default: the same host]
# Makes deploy/secrets/ for compose.yaml: passwords, keys, the broker's certificate and its first user. Needs openssl
# and mosquitto_passwd (Debian: the packages openssl and mosquitto; or run it in the eclipse-mosquitto image).
set -eu
umask 077
cd "$(dirname "$0")"

public_url=${1:?"give the address that people type, such as https://mitoyen.example.org"}
host=$(printf %s "$public_url" | sed -E 's#^https?://([^/:]+).*#\1#')
broker_host=${2:-$host}
if [ -e secrets ]; then
  echo "deploy/secrets is there already, and holds the keys of what runs: move it away first." >&2
  exit 1
fi

random() { openssl rand -base64 32 | tr '+/' '-_' | tr -d '='; }

# Everything is made beside, and put in place at once: a run that fails half-way leaves nothing that looks finished.
work=$(mktemp -d ./secrets.XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tls" "$work/mosquitto"

owner_password=$(random) app_password=$(random) broker_password=$(random)
openssl genpkey -algorithm ed25519 -outform DER -out "$work/signing.der"

cat >"$work/database.env" <<ENV
POSTGRES_PASSWORD=$(random)
MITOYEN_OWNER_PASSWORD=$owner_password
MITOYEN_APP_PASSWORD=$app_password
ENV

cat >"$work/server.env" <<ENV
PUBLIC_URL=$public_url
DATABASE_URL=postgres://mitoyen_app:$app_password@database:5432/mitoyen
DATABASE_OWNER_URL=postgres://mitoyen_owner:$owner_password@database:5432/mitoyen
MQTT_URL=mqtts://broker:8883
MQTT_USERNAME=mitoyen-server
MQTT_PASSWORD=$broker_password
MITOYEN_SECRET=$(random)
MITOYEN_SIGNING_KEY=$(base64 <"$work/signing.der" | tr -d '\n=' | tr '+/' '-_')
TRUSTED_PROXIES=127.0.0.1,172.16.0.0/12
# SMTP_URL=smtps://user:password@smtp.example.org
# MAIL_FROM=Mitoyen <no-reply@example.org>
ENV
rm "$work/signing.der"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=Mitoyen broker authority' \
  -keyout "$work/tls/ca.key" -out "$work/tls/ca.crt" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$broker_host" \
  -keyout "$work/tls/broker.key" -out "$work/tls/broker.csr" 2>/dev/null
printf 'subjectAltName=DNS:%s,DNS:broker,DNS:localhost\nbasicConstraints=CA:FALSE\n' "$broker_host" >"$work/tls/broker.ext"
openssl x509 -req -in "$work/tls/broker.csr" -CA "$work/tls/ca.crt" -CAkey "$work/tls/ca.key" -days 825 \
  -extfile "$work/tls/broker.ext" -out "$work/tls/broker.crt" 2>/dev/null
rm "$work/tls/broker.csr" "$work/tls/broker.ext"
# The authority's key signs the broker's next certificate and nothing else; the broker does not need it.
mv "$work/tls/ca.key" "$work/ca.key"

touch "$work/mosquitto/passwords"
mosquitto_passwd -b "$work/mosquitto/passwords" mitoyen-server "$broker_password"
printf 'user mitoyen-server\ntopic readwrite mitoyen/1/#\n' >"$work/mosquitto/acl"

# The broker's user inside its container is not this one, and reads these anew on SIGHUP. On this machine nobody else
# gets to them: `secrets` itself is 0700.
chmod 0755 "$work/tls" "$work/mosquitto"
chmod 0644 "$work/tls"/* "$work/mosquitto"/*
mv "$work" secrets
trap - EXIT
echo "Made deploy/secrets for $public_url. Back it up: without it, sessions, credentials and bridges have to be made anew."
