#!/bin/sh
# The passwords docker-compose.yml needs, each in a file of ./secrets: made once, and never changed or shown by this.
# Containers read them under accounts of their own: the files are open to read, their folder to you alone.
set -eu
folder=${1:-secrets}
image=eclipse-mosquitto:2.0.22
umask 022
trap 'rm -f "$folder/.new"' EXIT
install -d -m 0700 "$folder"

new() { # file; hexadecimal, so that no program has to quote it
    [ ! -s "$folder/$1" ] || return 0
    value=$(openssl rand -hex 24)
    printf %s "$value" >"$folder/.new"
    mv "$folder/.new" "$folder/$1"
}
hash() { # hashes the passwords of a file of user:password, by the broker's own program
    if command -v mosquitto_passwd >/dev/null; then
        mosquitto_passwd -U "$1"
    else
        docker run --rm --network none --user "$(id -u):$(id -g)" --volume "$(cd "$folder" && pwd):/secrets" "$image" \
            mosquitto_passwd -U "/secrets/${1##*/}"
    fi
}

for name in influxdb_admin_password influxdb_admin_token influxdb_write_password influxdb_read_password \
    grafana_admin_password mqtt_password; do
    new "$name"
done
if [ ! -s "$folder/mosquitto_passwords" ]; then
    health=$(openssl rand -hex 24)
    printf '%s\n' '-u vigiterre-health' "-P $health" >"$folder/mosquitto_sub"
    printf '%s\n' "vigiterre-ingest:$(cat "$folder/mqtt_password")" "vigiterre-health:$health" >"$folder/.new"
    hash "$folder/.new"
    mv "$folder/.new" "$folder/mosquitto_passwords"
fi
chmod 0644 "$folder"/*
echo "$folder: $(ls "$folder" | wc -l) files"
