#!/bin/sh
# sh deploy/add-bridge.sh bridge.json
# Lets an enrolled bridge into the broker of compose.yaml, below its own site's topics, and has the broker read it.
set -eu
umask 077
file=$(readlink -f "${1:?"give the bridge.json of the bridge"}")
cd "$(dirname "$0")/secrets/mosquitto"

field() { node -e 'const b = JSON.parse(require("fs").readFileSync(process.argv[1])); process.stdout.write(process.argv[2].split(".").reduce((o, k) => o[k], b))' "$file" "$1"; }

user=$(field server.username)
mosquitto_passwd -b passwords "$user" "$(field server.password)"
if ! grep -qx "user $user" acl; then
  printf '\nuser %s\ntopic readwrite mitoyen/1/%s/%s/#\n' "$user" "$(field networkId)" "$(field siteId)" >>acl
fi
chmod 0644 passwords acl
docker compose --project-directory ../../.. kill --signal HUP broker
