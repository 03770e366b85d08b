#!/bin/sh
# Installs the servers the tests run on (as root, by apt, without starting them), or names what is missing and fails.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin"
missing=""
for pair in mosquitto:mosquitto mosquitto_pub:mosquitto-clients influxd:influxdb openssl:openssl nginx:nginx-light caddy:caddy age:age chromium:chromium; do
    command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair#*:}"
done
# WeasyPrint draws its letters with Pango; Chromium needs some of its own.
for library in libpangoft2-1.0.so.0:libpangoft2-1.0-0 libharfbuzz-subset.so.0:libharfbuzz-subset0; do
    ldconfig -p | grep -q "${library%%:*}" || missing="$missing ${library#*:}"
done
# Sets the clock of a single process.
ls /usr/lib*/faketime/libfaketime.so.1 /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | grep -q . || missing="$missing faketime"
fc-list 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-dejavu-core"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need:$missing" >&2
    echo "Run 'make deps' as root (Debian, Ubuntu), or install them by other means." >&2
    exit 1
fi
# A policy that forbids starting services during the installation; one that stands already is put back.
policy=/usr/sbin/policy-rc.d
if [ -e "$policy" ]; then kept=$(mktemp) && cp -p "$policy" "$kept"; fi
printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
restore() { if [ -n "${kept:-}" ]; then mv "$kept" "$policy"; else rm -f "$policy"; fi; }
trap restore EXIT
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -qq -y --no-install-recommends $missing >/dev/null
