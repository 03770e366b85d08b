#!/bin/sh
# Buckets of the roll-ups and of what may tell of persons, mappings of database and policy (DBRP), and two accounts for
# the 1.x API that Vigiterre and Grafana speak: one reads and writes, one reads, and nothing of persons. The image of
# InfluxDB 2 runs this once, after it has set up an empty volume; if it fails, the image empties the volume again, so
# that the next start is again a first one. May run again, and makes what is missing since: docs/production.md.
#
# Accounts of the 1.x API, not API tokens: a token is drawn by the server and told once; these passwords we choose.
set -eu

org=$DOCKER_INFLUXDB_INIT_ORG
raw=$DOCKER_INFLUXDB_INIT_BUCKET
secrets=${VIGITERRE_SECRETS:-/run/secrets}

# Tables of `influx` have tabs between their columns, several where a column is padded.
table() { awk -F '\t+' -v wanted="$1" "$2"; }
bucket() { influx bucket list --org "$org" --hide-headers | table "$1" '$2 == wanted { print $1 }'; }
# A virtual mapping (sixth column) is InfluxDB's guess by the bucket's name; it is listed, too.
mapped() { influx v1 dbrp list --org "$org" --db "$raw" --hide-headers | table "$1" '$3 == wanted && $6 == "false" { found = 1 } END { exit !found }'; }
rights() { influx v1 auth list --org "$org" --hide-headers | table "$1" '{ for (i = 2; i <= NF; i++) if ($i == wanted) { print; exit } }'; }

# policy, days: its bucket, if it is not there.
keep() {
    [ -n "$(bucket "$raw/$1")" ] || influx bucket create --org "$org" --name "$raw/$1" --retention "${2}d"
}
# policy, bucket, flag: the first mapping of a database is its default one, whatever the second says.
map() {
    mapped "$2" || influx v1 dbrp create --org "$org" --db "$raw" --rp "$1" --bucket-id "$2" ${3:-}
}
# name, file of its password, flags: no command adds a right to an account, so one that lacks a bucket is made anew.
account() {
    name=$1 file=$2
    shift 2
    held=$(rights "$name")
    for flag in "$@"; do
        case $flag in
        --*) ;;
        *) case $held in *"/buckets/$flag"*) ;; *) lacking=1 ;; esac ;;
        esac
    done
    [ -n "${lacking:-}" ] || return 0
    lacking=
    [ -z "$held" ] || influx v1 auth delete --username "$name"
    influx v1 auth create --org "$org" --username "$name" --password "$(cat "$secrets/$file")" "$@"
}

keep rollup_1h "${VIGITERRE_ROLLUP_DAYS:-3650}"
map autogen "$(bucket "$raw")" --default
map rollup_1h "$(bucket "$raw/rollup_1h")"
shown="--read-bucket $(bucket "$raw") --read-bucket $(bucket "$raw/rollup_1h")"
stored="--write-bucket $(bucket "$raw") --write-bucket $(bucket "$raw/rollup_1h")"

# Every `retention_days` of quantities.toml, with spaces between them.
personal=
for days in ${VIGITERRE_PERSONAL_DAYS:-30}; do
    keep "personal_${days}d" "$days"
    id=$(bucket "$raw/personal_${days}d")
    map "personal_${days}d" "$id"
    personal="$personal --read-bucket $id --write-bucket $id"
done

# Words of our own: split them.
account vigiterre influxdb_write_password $shown $stored $personal
account grafana influxdb_read_password $shown
