#!/bin/sh
# Bucket of the roll-ups, mappings of database and policy (DBRP), and two accounts for the 1.x API that Vigiterre and
# Grafana speak: one reads and writes, one reads. The image of InfluxDB 2 runs this once, after it has set up an empty
# volume; if it fails, the image empties the volume again, so that the next start is again a first one. May run again.
#
# Accounts of the 1.x API, not API tokens: a token is drawn by the server and told once; these passwords we choose.
set -eu

org=$DOCKER_INFLUXDB_INIT_ORG
raw=$DOCKER_INFLUXDB_INIT_BUCKET
rollup=$raw/rollup_1h
secrets=${VIGITERRE_SECRETS:-/run/secrets}

# Tables of `influx` have tabs between their columns, several where a column is padded.
table() { awk -F '\t+' -v wanted="$1" "$2"; }
bucket() { influx bucket list --org "$org" --hide-headers | table "$1" '$2 == wanted { print $1 }'; }
# A virtual mapping (sixth column) is InfluxDB's guess by the bucket's name; it is listed, too.
mapped() { influx v1 dbrp list --org "$org" --db "$raw" --hide-headers | table "$1" '$3 == wanted && $6 == "false" { found = 1 } END { exit !found }'; }
known() { influx v1 auth list --org "$org" --hide-headers | table "$1" '{ for (i = 2; i <= NF; i++) if ($i == wanted) found = 1 } END { exit !found }'; }

[ -n "$(bucket "$rollup")" ] ||
    influx bucket create --org "$org" --name "$rollup" --retention "${VIGITERRE_ROLLUP_DAYS:-3650}d"
raw_id=$(bucket "$raw")
rollup_id=$(bucket "$rollup")

# The first mapping of a database is its default one, whatever the second says.
mapped "$raw_id" || influx v1 dbrp create --org "$org" --db "$raw" --rp autogen --bucket-id "$raw_id" --default
mapped "$rollup_id" || influx v1 dbrp create --org "$org" --db "$raw" --rp rollup_1h --bucket-id "$rollup_id"

known vigiterre || influx v1 auth create --org "$org" --username vigiterre \
    --password "$(cat "$secrets/influxdb_write_password")" \
    --read-bucket "$raw_id" --write-bucket "$raw_id" --read-bucket "$rollup_id" --write-bucket "$rollup_id"
known grafana || influx v1 auth create --org "$org" --username grafana \
    --password "$(cat "$secrets/influxdb_read_password")" --read-bucket "$raw_id" --read-bucket "$rollup_id"
