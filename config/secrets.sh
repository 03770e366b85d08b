#!/bin/sh
# The passwords docker-compose.yml needs, each in a file of ./secrets: made once, and never changed or shown by this.
# Containers read them under accounts of their own: the files are open to read, their folder to you alone.
set -eu
folder=${1:-secrets}
umask 022
trap 'rm -f "$folder/.new"' EXIT
install -d -m 0700 "$folder"

new() { # file; hexadecimal, so that no program has to quote it
    [ ! -s "$folder/$1" ] || return 0
    value=$(openssl rand -hex 24)
    printf %s "$value" >"$folder/.new"
    mv "$folder/.new" "$folder/$1"
}

for name in influxdb_admin_password influxdb_admin_token influxdb_write_password influxdb_read_password \
    grafana_admin_password mqtt_password mqtt_health_password; do
    new "$name"
done
# The same password as the program of the health check reads it.
printf '%s\n' '-u vigiterre-health' "-P $(cat "$folder/mqtt_health_password")" >"$folder/.new"
cmp -s "$folder/.new" "$folder/mosquitto_sub" || mv "$folder/.new" "$folder/mosquitto_sub"
chmod 0644 "$folder"/*
echo "$folder: $(ls "$folder" | wc -l) files"
